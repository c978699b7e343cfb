"""The time of locations and employees: the one way in which a booking takes it, moves it and gives it back."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from mockserver.apis.appointments.claims import (
    group_pool,
    location_pool,
    place_holder,
    place_seat,
    time_holder,
    time_seats,
)
from mockserver.apis.appointments.records import (
    BLOCKED_ON_DAY,
    BLOCKED_TIMES,
    CLAIMS,
    BlockedTime,
    Booking,
)
from mockserver.booking.errors import RuleBroken
from mockserver.booking.ledger import Ledger
from mockserver.booking.spans import Span, utc_days
from mockserver.sandbox.work import Work

__all__ = ["Diary"]


class Diary:
    __slots__ = ("_ledger", "_work")

    def __init__(self, work: Work) -> None:
        self._work = work
        self._ledger = Ledger(CLAIMS, work.records(CLAIMS.kind))

    def take_time(self, booking: Booking, *, buffer: timedelta) -> None:
        """Take the time of a new booking, or of one that moves: its own time does not stand in its way.

        Raises:
            RuleBroken: `blocked`.
            NoPlacesLeft: The location or the employee is busy in one of the phases.
        """
        seats = time_seats(booking)
        spans = [seat.span for _, seat in seats if seat.span is not None]
        blocks = self.blocks(booking.merchant_id, booking.span, employee_id=booking.employee_id)
        if any(block.busy.overlaps(span) for block in blocks for span in spans):
            raise RuleBroken("blocked", "a blocked time lies in this slot")
        self._ledger.take(time_holder(booking.id), seats, margin=buffer)

    def free_time(self, booking: Booking) -> None:
        self._ledger.give_back(time_holder(booking.id))

    def take_place(self, booking: Booking, customer_id: str) -> None:
        """Raises NoPlacesLeft, AlreadyBooked."""
        self._ledger.take(
            place_holder(booking.id, customer_id), [(group_pool(booking), place_seat(booking, customer_id))]
        )

    def free_place(self, booking: Booking, customer_id: str) -> None:
        self._ledger.give_back(place_holder(booking.id, customer_id))

    def taken_at(self, location_id: int, span: Span) -> Sequence[Span]:
        """What is taken of a location's time."""
        return self._ledger.taken(location_pool(location_id), span)

    def blocks(self, merchant_id: str, span: Span, *, employee_id: int | None = None) -> Iterable[BlockedTime]:
        """The blocked times that touch the days of a span: of an employee, or of all."""
        blocked = self._work.records(BLOCKED_TIMES)
        found = {
            block.id: block
            for day in utc_days(span)
            for block in blocked.page(BLOCKED_ON_DAY, f"{merchant_id}/{day}")
            if employee_id is None or block.employee_id == employee_id
        }
        return found.values()
