"""Word of what happened to a booking, an order, an invoice or a customer, left for those who subscribed to events.

An event carries the thing as the organisation saw it right after, drawn at that moment: what it leads to may be
another by the time it is sent.
"""

from typing import Any

import msgspec

from mockserver.apis.anny.types import drawn
from mockserver.apis.anny.viewers import ORGANISATION
from mockserver.sandbox.work import Work

__all__ = ["Notice", "tell"]


class Notice(msgspec.Struct, frozen=True):
    """What is announced: the id of the thing and its resource object."""

    id: int | str
    document: dict[str, Any]


def tell(work: Work, event: str, record: Any) -> None:
    """Announce an event, `bookings.updated`, of a record that has been put already. Draws nothing where nobody listens."""
    outbox = work.outbox
    if not outbox.is_heard:
        return
    type_name = event.partition(".")[0]
    outbox.announce(event, Notice(record.id, drawn(work, ORGANISATION, type_name, record)))
