"""What anny's documents say a booking is and does: pure, asked before each request.

One scenario's world: a resource with one place and a few intervals on one day, the cart of one customer, and somebody
who may be invited. Nothing here knows of HTTP.
"""

from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["WHILE_MINUTES", "Booking", "Bookings", "Edit", "Invitation", "Refusal", "Status"]


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


WHILE_MINUTES = 15
"""How long something is held in a cart, and how long an edit can be put back."""


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
class Edit:
    """What a booking was before its first edit, and until which minute that can be put back."""

    slot: int
    invitation: Invitation
    until: int


@dataclass(slots=True)
class Booking:
    """
    Args:
        needs_approval: Somebody has to decide about it.
        held_until: The minute at which its hold is over, if it is in a cart.
    """

    slot: int
    status: Status
    needs_approval: bool = False
    held_until: int = 0
    invitation: Invitation = Invitation.NONE
    edit: Edit | None = None

    @property
    def status_of_guest(self) -> str | None:
        """What somebody who may be invited reads; None for nothing."""
        if self.invitation is Invitation.NONE or self.status is Status.GONE:
            return None
        invited = self.invitation is Invitation.INVITED and self.status is Status.ACCEPTED
        return "invited" if invited else str(self.status)


_GONE = Refusal(404, "not_found", "AN-A04")


@dataclass(slots=True)
class Bookings:
    """
    Args:
        begun: How many of the intervals have begun, each long enough ago that who has not come has forfeited it.
        now: Minutes that have passed.
    """

    all: list[Booking] = field(default_factory=list)
    begun: int = 0
    now: int = 0

    def is_taken(self, slot: int, *, for_: Booking | None = None) -> bool:
        """What an edit can bring back is kept, for the booking alone."""
        return any(slot in _taken_by(each) for each in self.all if each is not for_)

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
        self.all.append(Booking(slot, Status.RESERVED, needs_approval, self.now + WHILE_MINUTES))
        return self.all[-1]

    @property
    def cart(self) -> list[Booking]:
        return [each for each in self.all if each.status is Status.RESERVED]

    def submit(self) -> None:
        for booking in self.cart:
            booking.status = Status.REQUESTED if booking.needs_approval else Status.ACCEPTED

    def let_go(self) -> None:
        """The cart is emptied."""
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
        booking.edit = None
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
        refusal = self._against_editing(booking)
        if refusal is None:
            self._edit(booking)
            if booking.invitation is Invitation.NONE:
                booking.invitation = Invitation.INVITED
        return refusal

    def move(self, booking: Booking, slot: int) -> Refusal | None:
        """*slot* has not begun."""
        refusal = self._against_editing(booking)
        if refusal is None and self.is_taken(slot, for_=booking):
            refusal = Refusal(422, "unavailable_interval", "AN-R02")
        if refusal is None:
            self._edit(booking)
            booking.slot = slot
        return refusal

    def revert(self, booking: Booking) -> Refusal | None:
        if booking.status is Status.GONE:
            return _GONE
        if booking.edit is None:
            return Refusal(422, "no_edit_in_progress", "AN-E02")
        booking.slot, booking.invitation = booking.edit.slot, booking.edit.invitation
        booking.edit = None
        return None

    def _against_editing(self, booking: Booking) -> Refusal | None:
        if booking.status is Status.GONE:
            return _GONE
        if booking.status is not Status.ACCEPTED:
            return Refusal(422, "booking_not_editable", "AN-R08")
        if booking.slot < self.begun:
            return Refusal(422, "booking_not_editable", "AN-R17")
        return None

    def _edit(self, booking: Booking) -> None:
        """The first edit decides what comes back, and until when."""
        if booking.edit is None:
            booking.edit = Edit(booking.slot, booking.invitation, self.now + WHILE_MINUTES)

    def answer(self, booking: Booking, *, accepts: bool) -> Refusal | None:
        """Somebody who may be invited answers, which is no edit: what can be put back has the answer too."""
        if booking.status is Status.GONE:
            return _GONE
        if booking.invitation is Invitation.NONE:
            return Refusal(403, "unauthorized", "AN-I03")
        if booking.status is not Status.ACCEPTED or booking.invitation is Invitation.ACCEPTED:
            return Refusal(422, "invitation_not_pending", "AN-I04")
        booking.invitation = Invitation.ACCEPTED if accepts else Invitation.NONE
        if booking.edit is not None and booking.edit.invitation is not Invitation.NONE:
            booking.edit.invitation = booking.invitation
        return None

    def wait(self, minutes: int) -> None:
        """Meanwhile no interval begins."""
        self.now += minutes
        for booking in self.all:
            if booking.status is Status.RESERVED and booking.held_until <= self.now:
                booking.status = Status.GONE
            if booking.edit is not None and booking.edit.until <= self.now:
                booking.edit = None

    def begin(self) -> None:
        """The next interval begins, and the time in which somebody has to come passes."""
        self.wait(WHILE_MINUTES)
        for booking in self.all:
            if booking.slot == self.begun and booking.status is Status.ACCEPTED:
                booking.status = Status.EXPIRED
        self.begun += 1


def _taken_by(booking: Booking) -> set[int]:
    if booking.status not in _TAKING:
        return set()
    return {booking.slot} if booking.edit is None else {booking.slot, booking.edit.slot}
