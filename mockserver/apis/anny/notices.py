"""Word of what happened to a booking, left for those who subscribed to events.

An event carries the booking as the organisation saw it right after, drawn at that moment: what it leads to may be
another by the time it is sent.
"""

from typing import Any

import msgspec

from mockserver.apis.anny.records import Booking
from mockserver.apis.anny.types import drawn
from mockserver.apis.anny.viewers import ORGANISATION
from mockserver.sandbox.work import Work

__all__ = ["Notice", "tell"]


class Notice(msgspec.Struct, frozen=True):
    """What is announced: the id of the booking and its resource object."""

    id: int
    document: dict[str, Any]


def tell(work: Work, event: str, booking: Booking) -> None:
    """Announce *event* of a booking that has been put already. Draws nothing where nobody listens."""
    outbox = work.outbox
    if not outbox.is_heard:
        return
    outbox.announce(event, Notice(booking.id, drawn(work, ORGANISATION, booking)))
