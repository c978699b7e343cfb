"""What Bardge's documents say a booking is, takes and gives back: pure, asked before each request.

One scenario's world: a few times at which something is offered, and clients whose passes have visits enough. Nothing here
knows of HTTP.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

__all__ = ["Booking", "Bookings", "Offer", "Refusal", "Status", "Took"]

_A_DAY = timedelta(hours=24)
_HOUR = timedelta(hours=1)


class Status(StrEnum):
    CONFIRMED = "confirmed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    RESCHEDULED = "rescheduled"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is refused, and the rule that says so."""

    status: int
    code: str
    rule: str


Refusals = tuple[Refusal, ...]
"""Where several rules refuse a request, which of them comes first is not written."""

_FINAL = (403, "permission_denied")
_INVALID = (400, "validation_error")
_THERE = (409, "already_booked")
_FULL = (409, "class_full")
_TAKEN = (409, "slot_unavailable")


@dataclass(frozen=True, slots=True)
class Took:
    visits: int = 0
    credits: int = 0
    kobo: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """
    Args:
        starts: When it is given.
        takes: What a booking takes.
        places: That are left at each of the times; none of an appointment.
        hours: That an appointment takes; 0 of a class.
    """

    starts: tuple[datetime, ...]
    takes: Took
    places: tuple[int, ...] = ()
    hours: int = 0


@dataclass(slots=True, eq=False)
class Booking:
    """
    Attributes:
        place: Which of the times of its offer.
        holds: What it took and has not given back.
        moves: How often it was moved before it was this one.
        is_forfeited: It was moved too late once, so it gives nothing back any more.
    """

    holder: int
    offer: Offer
    place: int
    holds: Took
    moves: int = 0
    is_forfeited: bool = False
    status: Status = Status.CONFIRMED

    @property
    def starts_at(self) -> datetime:
        return self.offer.starts[self.place]

    @property
    def hours(self) -> set[datetime]:
        return {self.starts_at + number * _HOUR for number in range(self.offer.hours)}


@dataclass(slots=True)
class Bookings:
    """
    Args:
        visits: That each client has, for classes and for appointments.
        credits: That each client has.
        hours: At which an appointment could begin if there were none.
    """

    now: datetime
    visits: tuple[int, int]
    credits: int
    hours: tuple[datetime, ...]
    all: list[Booking] = field(default_factory=list)

    # What there is

    def left(self, offer: Offer) -> dict[int, int]:
        """Of a class the number of places left at each time that is still ahead."""
        return {
            place: offer.places[place] - len(self._in(offer, place))
            for place, starts_at in enumerate(offer.starts)
            if starts_at > self.now
        }

    def free(self) -> list[datetime]:
        """Hours that are still ahead and that no appointment has, one that has begun included."""
        return [each for each in self.hours if each > self.now and each not in self._taken()]

    def used(self, holder: int, *, is_spa: bool) -> int:
        """Visits."""
        return sum(each.holds.visits for each in self._of(holder) if bool(each.offer.hours) is is_spa)

    def balance(self, holder: int) -> int:
        """Credits."""
        return self.credits - sum(each.holds.credits for each in self._of(holder))

    @property
    def spent(self) -> int:
        """Kobo."""
        return sum(each.holds.kobo for each in self.all)

    def has_visits(self, holder: int, offer: Offer) -> bool:
        is_spa = bool(offer.hours)
        return self.used(holder, is_spa=is_spa) + offer.takes.visits <= self.visits[is_spa]

    # What is done

    def wait_until(self, moment: datetime) -> None:
        self.now = moment
        for each in self.all:
            if each.status is Status.CONFIRMED and each.starts_at <= moment:
                each.status = Status.COMPLETED

    def book(self, holder: int, offer: Offer, place: int) -> Booking | Refusals:
        refused = self._refusals(holder, offer, place, ("BG-S10", "BG-S11") if offer.hours else ("BG-B11", "BG-B13"))
        if self._is_there(holder, offer, place):
            refused += (Refusal(*_THERE, "BG-B12"),)
        if offer.takes.credits > self.balance(holder):
            refused += (Refusal(*_INVALID, "BG-B14"),)
        if not refused:
            self.all.append(Booking(holder, offer, place, offer.takes))
        return refused or self.all[-1]

    def cancel(self, booking: Booking) -> Took | Refusals:
        """What comes back."""
        if booking.status is not Status.CONFIRMED:
            return (Refusal(*_FINAL, "BG-L21" if booking.status is Status.CANCELLED else "BG-L35"),)
        booking.status = Status.CANCELLED
        if booking.is_forfeited or self.is_late(booking):
            return Took()
        back, booking.holds = booking.holds, Took()
        return back

    def move(self, booking: Booking, place: int) -> Booking | Refusals:
        if booking.status is not Status.CONFIRMED:
            return (Refusal(*_FINAL, "BG-M03"),)
        offer = booking.offer
        rules = ("BG-M05", "BG-M08") if offer.hours else ("BG-M05", "BG-M07")
        refused = self._refusals(booking.holder, offer, place, rules, booking)
        if self._is_there(booking.holder, offer, place):
            refused += (Refusal(*_THERE, "BG-M06"),)
        if refused:
            return refused
        forfeits = booking.is_forfeited or self.is_late(booking)
        self.all.append(Booking(booking.holder, offer, place, booking.holds, booking.moves + 1, forfeits))
        booking.status, booking.holds = Status.RESCHEDULED, Took()
        return self.all[-1]

    def is_late(self, booking: Booking) -> bool:
        return self.now > booking.starts_at - _A_DAY

    def _refusals(
        self, holder: int, offer: Offer, place: int, rules: tuple[str, str], itself: Booking | None = None
    ) -> Refusals:
        """By the rules of what is past, and of what is taken."""
        past, full = rules
        there = Booking(holder, offer, place, Took())
        refused: Refusals = ()
        if there.starts_at <= self.now:
            refused += (Refusal(*_INVALID, past),)
        if offer.hours and not there.hours <= {*self.hours} - self._taken(besides=itself):
            refused += (Refusal(*_TAKEN, full),)
        if offer.places and offer.places[place] <= len(self._in(offer, place)):
            refused += (Refusal(*_FULL, full),)
        return refused

    def _of(self, holder: int) -> list[Booking]:
        return [each for each in self.all if each.holder == holder]

    def _in(self, offer: Offer, place: int) -> list[Booking]:
        return [
            each for each in self.all if each.status is Status.CONFIRMED and each.offer is offer and each.place == place
        ]

    def _is_there(self, holder: int, offer: Offer, place: int) -> bool:
        return not offer.hours and any(each.holder == holder for each in self._in(offer, place))

    def _taken(self, *, besides: Booking | None = None) -> set[datetime]:
        """Hours of appointments. Those of one that has begun stay its own."""
        stand = (Status.CONFIRMED, Status.COMPLETED)
        return {hour for each in self.all if each.status in stand and each is not besides for hour in each.hours}
