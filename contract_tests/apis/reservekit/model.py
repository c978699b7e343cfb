"""What ReserveKit's documents say a booking is and does: pure, asked before each request.

One scenario's world: a few slots with places, bookings with a customer each. Nothing here knows of HTTP.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

__all__ = ["FULL", "Booking", "Bookings", "Customer", "Refusal", "Status"]


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


FULL = "time slot is full"

_GONE = Refusal(404, "booking not found", "RK-D01")
_GONE_TWICE = Refusal(404, "booking not found", "RK-D02")
_NO_WAY_BACK = Refusal(422, "invalid status transition", "RK-L06")
_STAYS_CANCELLED = Refusal(422, "invalid status transition", "RK-L07")
_STAYS_THERE = Refusal(422, "a cancelled booking cannot be moved", "RK-M06")


@dataclass(frozen=True, slots=True)
class Customer:
    name: str | None = None
    email: str | None = None
    phone: str | None = None

    @property
    def party(self) -> str | None:
        """Who counts as the same: by e-mail whatever its case, else by phone, else nobody."""
        return self.email.lower() if self.email else self.phone

    def is_spelled_as(self, other: "Customer") -> bool:
        return (self.email or self.phone) == (other.email or other.phone)


@dataclass(slots=True)
class Booking:
    slot: int
    day: int
    customer: Customer
    status: Status = Status.PENDING
    message: str | None = None
    reason: str | None = None
    is_deleted: bool = False

    @property
    def takes_a_place(self) -> bool:
        return not self.is_deleted and self.status is not Status.CANCELLED


@dataclass(slots=True)
class Bookings:
    """
    Args:
        places: Of each slot; they may become more or fewer.
    """

    places: list[int]
    all: list[Booking] = field(default_factory=list)

    def left(self, slot: int, day: int) -> int:
        return max(0, self.places[slot] - len(self._there(slot, day)))

    def book(self, slot: int, day: int, customer: Customer, message: str | None) -> Booking | Refusal:
        refused = self._refusal(slot, day, customer)
        if refused is None:
            self.all.append(Booking(slot, day, customer, message=message))
        return refused or self.all[-1]

    def change(self, booking: Booking, sent: Mapping[str, Any], reason: str) -> Refusal | None:
        """
        All fields of one request, or none. It is asked in the order in which the document says that it is checked.

        Args:
            sent: Any of status, day and message.
            reason: Sent along with a cancel; the first one stays.
        """
        status, day = sent.get("status", booking.status), sent.get("day", booking.day)
        if booking.is_deleted:
            return _GONE
        if booking.status is Status.CANCELLED is not status:
            return _STAYS_CANCELLED
        if booking.status is Status.CONFIRMED and status is Status.PENDING:
            return _NO_WAY_BACK
        if booking.status is Status.CANCELLED and day != booking.day:
            return _STAYS_THERE
        if day != booking.day and status is not Status.CANCELLED:
            refused = self._refusal(booking.slot, day, booking.customer, moving=True)
            if refused is not None:
                return refused
        if status is Status.CANCELLED is not booking.status:
            booking.reason = reason
        booking.status, booking.day, booking.message = status, day, sent.get("message", booking.message)
        return None

    def change_customer(self, booking: Booking, sent: Mapping[str, str]) -> Refusal | None:
        """Nothing is compared now: two bookings of a slot may become one customer's."""
        if booking.is_deleted:
            return _GONE
        booking.customer = replace(booking.customer, **sent)
        return None

    def delete(self, booking: Booking) -> Refusal | None:
        if booking.is_deleted:
            return _GONE_TWICE
        booking.is_deleted = True
        return None

    def _refusal(self, slot: int, day: int, customer: Customer, *, moving: bool = False) -> Refusal | None:
        there, party = self._there(slot, day), customer.party
        if len(there) >= self.places[slot]:
            return Refusal(400, FULL, "RK-M03" if moving else "RK-B03")
        same = [booking.customer for booking in there if party and booking.customer.party == party]
        if same:
            rule = "RK-M04" if moving else "RK-B07"
            return Refusal(400, "duplicate booking", rule if any(map(customer.is_spelled_as, same)) else "RK-B08")
        return None

    def _there(self, slot: int, day: int) -> list[Booking]:
        return [each for each in self.all if each.takes_a_place and (each.slot, each.day) == (slot, day)]
