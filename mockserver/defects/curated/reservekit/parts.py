"""What several bugs of ReserveKit are made of."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from mockserver.apis.reservekit.desk import Desk
from mockserver.apis.reservekit.records import BOOKINGS, CLAIMS, Booking
from mockserver.booking.ledger import Claim, Seat
from mockserver.defects.meddling import Request
from mockserver.sandbox.work import Work

__all__ = ["dated", "kept", "leak", "on_date_in_utc"]

_MORE_THAN_ANY_BOOKING = 1_000_000


def kept(desk: Desk, booking: Booking, **fields: Any) -> Booking:
    """The booking, kept with other fields."""
    booking = msgspec.structs.replace(booking, **fields)
    desk._work.records(BOOKINGS).put(booking)
    return booking


def leak(work: Work, booking: Booking, places: int = 1) -> None:
    """So many places more of a booking's slot on its date are taken, by nobody."""
    seat = Seat(f"{booking.time_slot_id}/{booking.date}", places=places)
    work.records(CLAIMS.kind).put(Claim(_MORE_THAN_ANY_BOOKING + booking.id, (seat,)))


def dated(mend: Callable[[str], str]) -> Callable[[Request], None]:
    """What is sent as date goes through *mend* first, if it is text."""

    def change(request: Request) -> None:
        body = request.json
        if isinstance(body, dict) and isinstance(sent := body.get("date"), str) and mend(sent) != sent:
            request.json = {**body, "date": mend(sent)}

    return change


def on_date_in_utc(sent: str) -> str:
    """A moment with the date that it has in UTC; what is no moment stays as it is."""
    try:
        return f"{datetime.fromisoformat(sent).astimezone(UTC).date()}{sent[10:]}"
    except (ValueError, OverflowError):
        return sent
