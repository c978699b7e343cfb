"""What ReserveKit's documents say a booking is and does: pure, asked before each request.

One scenario's world: a few slots with places, bookings with a customer each. Nothing here knows of HTTP.
"""

from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["Booking", "Bookings", "Refusal", "Status"]


class Status(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is refused, and the rule that says so."""

    status: int
    text: str
    rule: str


@dataclass(slots=True)
class Booking:
    slot: int
    day: int
    customer: int
    status: Status = Status.PENDING
    reason: str | None = None
    is_deleted: bool = False

    @property
    def takes_a_place(self) -> bool:
        return not self.is_deleted and self.status is not Status.CANCELLED


@dataclass(slots=True)
class Bookings:
    """
    Args:
        places: Of each slot.
    """

    places: tuple[int, ...]
    all: list[Booking] = field(default_factory=list)

    def left(self, slot: int, day: int) -> int:
        return self.places[slot] - len(self._there(slot, day))

    def book(self, slot: int, day: int, customer: int) -> Booking | Refusal:
        refused = self._refusal(slot, day, customer)
        if refused is None:
            self.all.append(Booking(slot, day, customer))
        return refused or self.all[-1]

    def change_status(self, booking: Booking, status: Status, reason: str | None) -> Refusal | None:
        """*reason* is that of a cancel, None for another status; the first one stays."""
        if booking.is_deleted:
            return Refusal(404, "booking not found", "RK-D01")
        if booking.status is Status.CANCELLED and status is not Status.CANCELLED:
            return Refusal(422, "invalid status transition", "RK-L07")
        if booking.status is Status.CONFIRMED and status is Status.PENDING:
            return Refusal(422, "invalid status transition", "RK-L06")
        if booking.status is not status:
            booking.reason = reason
        booking.status = status
        return None

    def move(self, booking: Booking, day: int) -> Refusal | None:
        if booking.is_deleted:
            return Refusal(404, "booking not found", "RK-D01")
        if day == booking.day:
            return None
        if booking.status is Status.CANCELLED:
            return Refusal(422, "a cancelled booking cannot be moved", "RK-M06")
        refused = self._refusal(booking.slot, day, booking.customer, moving=True)
        if refused is None:
            booking.day = day
        return refused

    def delete(self, booking: Booking) -> Refusal | None:
        if booking.is_deleted:
            return Refusal(404, "booking not found", "RK-D02")
        booking.is_deleted = True
        return None

    def _refusal(self, slot: int, day: int, customer: int, *, moving: bool = False) -> Refusal | None:
        there = self._there(slot, day)
        if len(there) >= self.places[slot]:
            return Refusal(400, "time slot is full", "RK-M03" if moving else "RK-B03")
        if any(booking.customer == customer for booking in there):
            return Refusal(400, "duplicate booking", "RK-M04" if moving else "RK-B07")
        return None

    def _there(self, slot: int, day: int) -> list[Booking]:
        return [each for each in self.all if each.takes_a_place and (each.slot, each.day) == (slot, day)]
