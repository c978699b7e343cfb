"""What ReserveKit sends to a webhook: the body its Webhooks page prints (read 2025-02-27), and a signature on request.

The page names no signature, no retries and no way to subscribe: subscriptions are made through the control plane.
A subscription with a secret is signed as Standard Webhooks does it (specification 1.0.0,
https://github.com/standard-webhooks/standard-webhooks): three headers over `id.timestamp.body`.
"""

import base64
import hashlib
import hmac
import re
from datetime import datetime, timedelta

import msgspec

from mockserver.apis.bundle import Webhooks
from mockserver.apis.exchange import Header
from mockserver.apis.reservekit.records import Booking
from mockserver.apis.reservekit.wire import show_booking
from mockserver.sandbox.deliveries import Retries
from mockserver.sandbox.outbox import Event
from mockserver.sandbox.subscriptions import Subscription

__all__ = ["WEBHOOKS"]

_PREFIX = "whsec_"
# The base64 of 24 to 64 bytes, as the specification asks.
_SECRET = re.compile(rf"{_PREFIX}(?=.{{32,88}}$)(?:[A-Za-z0-9+/]{{4}})+(?:[A-Za-z0-9+/]{{2}}==|[A-Za-z0-9+/]{{3}}=)?")


def _body(event: Event, _subscription_id: int) -> bytes:
    """The booking as it was right after the event; `updated_at` of one just made is its `created_at`."""
    shown = show_booking(msgspec.convert(event.about, Booking))
    return msgspec.json.encode({"event_type": event.name, "bookings": [shown], "timestamp": shown["updated_at"]})


def _headers(subscription: Subscription, event: Event, body: bytes, sent_at: datetime) -> tuple[Header, ...]:
    if subscription.secret is None:
        return ()
    message_id, timestamp = _message_id(event, body), b"%d" % sent_at.timestamp()
    key = base64.b64decode(subscription.secret.removeprefix(_PREFIX))
    signature = hmac.digest(key, b"%b.%b.%b" % (message_id, timestamp, body), "sha256")
    return (
        (b"webhook-id", message_id),
        (b"webhook-timestamp", timestamp),
        (b"webhook-signature", b"v1," + base64.b64encode(signature)),
    )


def _message_id(event: Event, body: bytes) -> bytes:
    """The same at each attempt; another for another event, also where a reset lets the numbers begin again."""
    digest = hashlib.sha256(b"%d.%b.%b" % (event.id, event.occurred_at.isoformat().encode(), body))
    return b"msg_" + digest.hexdigest()[:24].encode()


WEBHOOKS = Webhooks(
    events=("bookings.create", "bookings.update", "bookings.delete"),
    body=_body,
    headers=_headers,
    filters={"service_id": int},
    # Assumed: the page says nothing of what follows a failure.
    retries=Retries((timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))),
    secret=(_SECRET, "whsec_ and the base64 of 24 to 64 bytes"),
)
