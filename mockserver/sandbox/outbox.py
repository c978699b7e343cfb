"""Word of what happened, kept in the same transaction as the change it speaks of.

Events are records: what a rolled-back request announced was never announced. A sandbox keeps them when it is told to
(`outbox: true`), so that one in which nobody listens does not pay for them.
"""

from datetime import datetime
from typing import Any

import msgspec

from mockserver.booking.ports import Kind, Record, Records

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
    """`booking.ports.Outbox`."""

    __slots__ = ("_now", "_records")

    def __init__(self, records: Records[Event], now: datetime) -> None:
        self._records = records
        self._now = now

    def announce(self, event: str, about: Record) -> None:
        self._records.put(Event(self._records.next_id(), event, self._now, msgspec.to_builtins(about)))
