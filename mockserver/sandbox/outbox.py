"""Word of what happened, kept in the same transaction as the change it speaks of.

Events are records: what a rolled-back request announced was never announced. A sandbox keeps them when it is told to
(`outbox: true`), and those that a subscription wants; one in which nobody listens does not pay for them.
"""

from datetime import datetime
from typing import Any

import msgspec

from mockserver.booking.ports import Kind, Record, Records
from mockserver.sandbox.deliveries import Deliveries
from mockserver.sandbox.subscriptions import Subscriptions

__all__ = ["Event", "RecordingOutbox", "event_kind"]


class Event(msgspec.Struct, frozen=True):
    """Something that happened.

    Attributes:
        name: In the API's own words, such as `bookings.create`.
        about: The record it happened to, as it was right after (for a deletion: right before).
    """

    id: int
    name: str
    occurred_at: datetime
    about: Any


def event_kind(api: str) -> Kind[Event]:
    return Kind(f"{api}.event", Event)


class RecordingOutbox:
    """`booking.ports.Outbox`.

    Args:
        seed: Of the sandbox, which decides what is done to deliveries of hostile subscriptions.
        keeps: Also what no subscription wants.
    """

    __slots__ = ("_deliveries", "_keeps", "_now", "_records", "_seed", "_subscriptions")

    is_heard = True

    def __init__(
        self,
        records: Records[Event],
        subscriptions: Subscriptions,
        deliveries: Deliveries,
        now: datetime,
        seed: int,
        *,
        keeps: bool,
    ) -> None:
        self._records = records
        self._subscriptions = subscriptions
        self._deliveries = deliveries
        self._now = now
        self._seed = seed
        self._keeps = keeps

    def announce(self, event: str, about: Record) -> None:
        shown = msgspec.to_builtins(about)
        wanting = [each for each in self._subscriptions.active() if each.wants(event, shown)]
        if not wanting and not self._keeps:
            return
        number = self._records.next_id()
        self._records.put(Event(number, event, self._now, shown))
        for subscription in wanting:
            if subscription.hostile is None:
                self._deliveries.put(subscription.id, number)
            else:
                self._deliveries.put_hostile(subscription.id, number, subscription.hostile, self._seed)
