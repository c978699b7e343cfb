"""What Bardge's documents say a booking of a class is and does: pure, asked before each request.

One scenario's world: a few instances with places, clients with passes that have visits enough. Nothing here knows of HTTP.
"""

from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["Booking", "Refusal", "Status", "Studio"]


class Status(StrEnum):
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    RESCHEDULED = "rescheduled"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is refused, and the rule that says so."""

    status: int
    code: str
    rule: str


@dataclass(slots=True, eq=False)
class Booking:
    holder: int
    instance: int
    status: Status = Status.CONFIRMED

    @property
    def takes_a_place(self) -> bool:
        return self.status is Status.CONFIRMED


@dataclass(slots=True)
class Studio:
    """
    Args:
        places: That are left in each instance at the beginning.
    """

    places: tuple[int, ...]
    all: list[Booking] = field(default_factory=list)

    def left(self, instance: int) -> int:
        return self.places[instance] - len(self._there(instance))

    def used(self, holder: int) -> int:
        """Visits: everybody cancels in time, so what was cancelled took none, and what was moved took one."""
        return len([each for each in self.all if each.holder == holder and each.takes_a_place])

    def book(self, holder: int, instance: int) -> Booking | Refusal:
        refused = self._refusal(holder, instance, "BG-B12", "BG-B13")
        if refused is None:
            self.all.append(Booking(holder, instance))
        return refused or self.all[-1]

    def cancel(self, booking: Booking) -> Refusal | None:
        if booking.status is not Status.CONFIRMED:
            return Refusal(403, "permission_denied", "BG-L21")
        booking.status = Status.CANCELLED
        return None

    def move(self, booking: Booking, instance: int) -> Booking | Refusal:
        if booking.status is not Status.CONFIRMED:
            return Refusal(403, "permission_denied", "BG-M03")
        refused = self._refusal(booking.holder, instance, "BG-M06", "BG-M07")
        if refused is None:
            booking.status = Status.RESCHEDULED
            self.all.append(Booking(booking.holder, instance))
        return refused or self.all[-1]

    def _refusal(self, holder: int, instance: int, twice: str, full: str) -> Refusal | None:
        if any(each.holder == holder for each in self._there(instance)):
            return Refusal(409, "already_booked", twice)
        if self.left(instance) <= 0:
            return Refusal(409, "class_full", full)
        return None

    def _there(self, instance: int) -> list[Booking]:
        return [each for each in self.all if each.takes_a_place and each.instance == instance]
