"""What the documents say of bookings at one location, without HTTP and without a clock: who has which time, and who is in.

Times are minutes from the beginning of a free stretch. Customers are small numbers.
"""

from collections.abc import Sequence
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
        notes: What each customer said who takes part or did, when they came the last time.
        left: Those of them who take part no more.
        note: The merchant's.
    """

    start: int
    length: int
    is_group: bool
    guests: int = 0
    notes: dict[int, str | None] = field(default_factory=dict)
    left: set[int] = field(default_factory=set)
    note: str | None = None
    is_cancelled: bool = False
    is_called_off: bool = False

    @property
    def present(self) -> int:
        return self.guests + len(self.notes) - len(self.left)

    @property
    def shown(self) -> list[str | None]:
        """The customers' notes in the calendar, in no order: of all who ever took part when it is cancelled."""
        return [*self.notes.values(), *[None] * self.guests] or [None] if self.is_cancelled else self.there

    @property
    def there(self) -> list[str | None]:
        """The notes of those who have not left."""
        notes = [note for customer, note in self.notes.items() if customer not in self.left]
        return [*notes, *[None] * self.guests] or [None]

    def is_over_for(self, customer: int) -> bool:
        return self.is_cancelled or customer in self.left


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
        return self._add(Booking(start, self.length, is_group=False, notes={customer: None}), "AP-S01")

    def enter(self, start: int) -> Booking | Refusal:
        return self._add(Booking(start, self.length, is_group=False), "AP-S01")

    def make_group(self, start: int, guests: int) -> Booking | Refusal:
        return self._add(Booking(start, self.group_length, is_group=True, guests=guests), "AP-S11")

    def join(self, booking: Booking, customer: int, note: str | None) -> Refusal | None:
        if not booking.is_group:
            return Refusal(400, "this booking is not a group booking", "AP-J05")
        if booking.is_cancelled:
            return Refusal(409, "booking is already cancelled", "AP-J09")
        if customer in booking.notes and customer not in booking.left:
            return Refusal(409, "customer already takes part", "AP-J03")
        if booking.present >= self.places:
            return Refusal(409, "group is full", "AP-J02")
        booking.left.discard(customer)
        booking.notes[customer] = note
        return None

    def leave(self, booking: Booking, customer: int) -> Refusal | None:
        if customer not in booking.notes:
            return Refusal(403, "not authorized to access this booking", "AP-X05")
        if booking.is_over_for(customer):
            return Refusal(409, "booking is already cancelled", "AP-X08")
        booking.left.add(customer)
        booking.is_cancelled = not booking.is_group
        return None

    def call_off(self, booking: Booking) -> Refusal | None:
        if booking.is_cancelled:
            return Refusal(409, "booking is already cancelled", "AP-D05")
        booking.is_cancelled = booking.is_called_off = True
        return None

    def move(self, booking: Booking, start: int, length: int, note: str) -> Refusal | None:
        if booking.is_cancelled:
            return Refusal(409, "booking is already cancelled", "AP-U05")
        if self._taken(start, length, but=booking):
            return Refusal(409, "time slot already booked", "AP-U02")
        booking.start, booking.length, booking.note = start, length, note
        return None

    def free(self, starts: Sequence[int]) -> list[int]:
        """At which of *starts* an appointment would find room."""
        return [start for start in starts if not self._taken(start, self.length, but=None)]

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
