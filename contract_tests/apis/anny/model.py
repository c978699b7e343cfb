"""What anny's documents say a booking is and does: pure, asked before each request.

One scenario's world: a resource with one place and a few intervals on one day, the cart of one customer, and somebody
who may be invited. Nothing here knows of HTTP.
"""

from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["Booking", "Bookings", "Invitation", "Refusal", "Status"]


class Status(StrEnum):
    RESERVED = "reserved"
    REQUESTED = "requested"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CANCELED = "canceled"
    EXPIRED = "expired"
    GONE = "gone"
    """No status: the booking is not there any more."""


_TAKING = frozenset({Status.RESERVED, Status.REQUESTED, Status.ACCEPTED})


class Invitation(StrEnum):
    NONE = "none"
    INVITED = "invited"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is refused, and the rule that says so."""

    status: int
    code: str
    rule: str


@dataclass(slots=True)
class Booking:
    """
    Args:
        needs_approval: Somebody has to decide about it.
    """

    slot: int
    status: Status
    needs_approval: bool = False
    invitation: Invitation = Invitation.NONE

    @property
    def status_of_guest(self) -> str | None:
        """What somebody who may be invited reads; None for nothing."""
        if self.invitation is Invitation.NONE:
            return None
        invited = self.invitation is Invitation.INVITED and self.status is Status.ACCEPTED
        return "invited" if invited else str(self.status)


_GONE = Refusal(404, "not_found", "AN-A04")


@dataclass(slots=True)
class Bookings:
    """
    Args:
        begun: How many of the intervals have begun, each long enough ago that who has not come has forfeited it.
    """

    all: list[Booking] = field(default_factory=list)
    begun: int = 0

    def is_taken(self, slot: int) -> bool:
        return any(each.slot == slot and each.status in _TAKING for each in self.all)

    def is_free(self, slot: int) -> bool:
        return slot >= self.begun and not self.is_taken(slot)

    def book(self, slot: int, *, needs_approval: bool) -> Booking | Refusal:
        if not self.is_free(slot):
            return Refusal(422, "unavailable_interval", "AN-N03")
        status = Status.REQUESTED if needs_approval else Status.ACCEPTED
        self.all.append(Booking(slot, status, needs_approval))
        return self.all[-1]

    def hold(self, slot: int, *, needs_approval: bool) -> Booking | Refusal:
        if not self.is_free(slot):
            return Refusal(422, "unavailable_interval", "AN-C02")
        self.all.append(Booking(slot, Status.RESERVED, needs_approval))
        return self.all[-1]

    @property
    def cart(self) -> list[Booking]:
        return [each for each in self.all if each.status is Status.RESERVED]

    def submit(self) -> None:
        for booking in self.cart:
            booking.status = Status.REQUESTED if booking.needs_approval else Status.ACCEPTED

    def let_go(self) -> None:
        """The cart is emptied, or its time is over."""
        for booking in self.cart:
            booking.status = Status.GONE

    def cancel(self, booking: Booking) -> Refusal | None:
        if booking.status is Status.GONE:
            return _GONE
        if booking.status not in (Status.REQUESTED, Status.ACCEPTED):
            return Refusal(422, "booking_not_cancelable", "AN-X02")
        if booking.slot < self.begun:
            return Refusal(422, "booking_not_cancelable", "AN-X11")
        booking.status = Status.CANCELED
        return None

    def decide(self, booking: Booking, *, accepts: bool) -> Refusal | None:
        if booking.status is Status.GONE:
            return _GONE
        if booking.status is not Status.REQUESTED:
            return Refusal(422, "booking_not_pending", "AN-S13")
        booking.status = Status.ACCEPTED if accepts else Status.REJECTED
        return None

    def invite(self, booking: Booking) -> Refusal | None:
        """Somebody who is there already stays what they are."""
        if booking.status is Status.GONE:
            return _GONE
        if booking.status is not Status.ACCEPTED or booking.slot < self.begun:
            return Refusal(422, "booking_not_editable", "AN-R08")
        if booking.invitation is Invitation.NONE:
            booking.invitation = Invitation.INVITED
        return None

    def answer(self, booking: Booking, *, accepts: bool) -> Refusal | None:
        """Somebody who may be invited answers."""
        if booking.status is Status.GONE:
            return _GONE
        if booking.invitation is Invitation.NONE:
            return Refusal(403, "unauthorized", "AN-I03")
        if booking.status is not Status.ACCEPTED or booking.invitation is Invitation.ACCEPTED:
            return Refusal(422, "invitation_not_pending", "AN-I04")
        booking.invitation = Invitation.ACCEPTED if accepts else Invitation.NONE
        return None

    def begin(self) -> None:
        """The next interval begins, and the time in which somebody has to come passes."""
        self.let_go()
        for booking in self.all:
            if booking.slot == self.begun and booking.status is Status.ACCEPTED:
                booking.status = Status.EXPIRED
        self.begun += 1
