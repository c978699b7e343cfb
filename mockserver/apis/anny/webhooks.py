"""What anny sends to those who subscribed: which events, in which body, and how often.

Nothing is signed: a subscription has a `signing_key`, and no page tells what is done with it.
"""

from datetime import datetime, timedelta

import msgspec

from mockserver.apis.anny.notices import Notice
from mockserver.apis.anny.numbering import uuid_of
from mockserver.apis.anny.types import moment
from mockserver.apis.bundle import Webhooks
from mockserver.apis.exchange import Header
from mockserver.sandbox.deliveries import Retries
from mockserver.sandbox.outbox import Event
from mockserver.sandbox.subscriptions import Subscription

__all__ = ["WEBHOOKS"]


def _body(event: Event, subscription_id: int) -> bytes:
    """`event_id` is the event's own: the same at each attempt and for each subscription."""
    happened_at = _moment(event)
    return msgspec.json.encode(
        {
            "event": event.name,
            "timestamp": happened_at,
            "event_id": uuid_of("event", event.id),
            "webhook_id": str(subscription_id),
            "triggered_at": happened_at,
            "data": msgspec.convert(event.about, Notice).document,
        }
    )


def _headers(_subscription: Subscription, event: Event, _body: bytes, _sent_at: datetime) -> tuple[Header, ...]:
    return ((b"x-anny-event", event.name.encode()), (b"x-anny-timestamp", _moment(event).encode()))


def _moment(event: Event) -> str:
    """Assumed: both moments of a body are when it happened, for a body is the same at each attempt."""
    return moment(event.occurred_at)


WEBHOOKS = Webhooks(
    events=(
        "bookings.created",
        "bookings.updated",
        "bookings.started",
        "bookings.ended",
        "bookings.checked-in",
        "bookings.checked-out",
        "bookings.deleted",
        "customers.created",
        "customers.updated",
        "customers.deleted",
        "invoices.created",
        "invoices.updated",
        "invoices.finalized",
        "invoices.deleted",
        "orders.created",
        "orders.updated",
        "orders.deleted",
    ),
    body=_body,
    headers=_headers,
    # Three retries and five failures are the vendor's numbers; how long it waits is assumed.
    retries=Retries((timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30)), most_failures=5),
)
