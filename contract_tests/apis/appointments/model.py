"""What the documents say of bookings at one location, without HTTP and without a clock: who has which time, and who is in.

Times are minutes from the beginning of a free stretch. Customers are small numbers.
"""

from dataclasses import dataclass, field

__all__ = ["Booking", "Bookings", "Refusal"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is refused, and the rule that says so."""

    status: int
    text: str
    rule: str


@dataclass(slots=True)
class Booking:
    """
    Args:
        is_group: Several may join; an appointment is its one customer's.
        guests: Places that are taken by others for good.
        active: Customers who take part; *left* those who did.
    """

    start: int
    length: int
    is_group: bool
    guests: int = 0
    active: set[int] = field(default_factory=set)
    left: set[int] = field(default_factory=set)
    is_cancelled: bool = False

    @property
    def present(self) -> int:
        return self.guests + len(self.active)


@dataclass(slots=True)
class Bookings:
    """
    Args:
        length: Of an appointment, in minutes; *group_length* of a group.
        places: Of a group.
    """

    length: int
    group_length: int
    places: int
    all: list[Booking] = field(default_factory=list)

    def book(self, customer: int, start: int) -> Booking | Refusal:
        return self._add(Booking(start, self.length, is_group=False, active={customer}), "AP-S01")

    def make_group(self, start: int, guests: int) -> Booking | Refusal:
        return self._add(Booking(start, self.group_length, is_group=True, guests=guests), "AP-S11")

    def join(self, booking: Booking, customer: int) -> Refusal | None:
        if not booking.is_group:
            return Refusal(400, "this booking is not a group booking", "AP-J05")
        if booking.is_cancelled:
            return Refusal(409, "booking is already cancelled", "AP-J09")
        if customer in booking.active:
            return Refusal(409, "customer already takes part", "AP-J03")
        if booking.present >= self.places:
            return Refusal(409, "group is full", "AP-J02")
        booking.left.discard(customer)
        booking.active.add(customer)
        return None

    def leave(self, booking: Booking, customer: int) -> Refusal | None:
        if customer not in booking.active | booking.left:
            return Refusal(403, "not authorized to access this booking", "AP-X05")
        if booking.is_cancelled or customer in booking.left:
            return Refusal(409, "booking is already cancelled", "AP-X08")
        booking.active.discard(customer)
        booking.left.add(customer)
        booking.is_cancelled = not booking.is_group
        return None

    def call_off(self, booking: Booking) -> Refusal | None:
        if booking.is_cancelled:
            return Refusal(409, "booking is already cancelled", "AP-D05")
        booking.is_cancelled = True
        return None

    def move(self, booking: Booking, start: int) -> Refusal | None:
        if booking.is_cancelled:
            return Refusal(409, "booking is already cancelled", "AP-U05")
        if self._taken(start, booking.length, but=booking):
            return Refusal(409, "time slot already booked", "AP-U02")
        booking.start = start
        return None

    def _add(self, booking: Booking, rule: str) -> Booking | Refusal:
        if self._taken(booking.start, booking.length, but=None):
            return Refusal(409, "time slot already booked", rule)
        self.all.append(booking)
        return booking

    def _taken(self, start: int, length: int, *, but: Booking | None) -> bool:
        return any(
            start < each.start + each.length and each.start < start + length
            for each in self.all
            if each is not but and not each.is_cancelled
        )
