"""A bookkeeper of Harbour House, the organisation of `fixtures/anny/seed.yaml`, who does everything the slow way.

They know the rules of the anny API and nothing of how they are kept: no ledger, no account, no timer. Amounts are cents;
services, rooms and add-ons are called by the numbers at the end of their ids.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

__all__ = [
    "ALSTER",
    "BERLIN",
    "DONE",
    "EARLY",
    "EDITING",
    "ELBE",
    "FORBIDDEN",
    "HELD",
    "HOLD",
    "INVALID",
    "LATE",
    "MADE",
    "MISSING",
    "PLACES",
    "SERVICES",
    "STANDS",
    "STUDIO",
    "WAITS",
    "Book",
    "Booking",
    "Edit",
    "Order",
    "Service",
    "at",
    "no",
]

BERLIN = ZoneInfo("Europe/Berlin")
ELBE, ALSTER, STUDIO = 1, 2, 20
SUNDAY = 7
PLACES = {ELBE: 1, ALSTER: 1, 11: 1, 12: 1, 13: 1, STUDIO: 10}
HOLD = EDITING = timedelta(minutes=15)
EXPIRY, EARLY, LATE = timedelta(minutes=30), timedelta(minutes=15), timedelta(minutes=30)
"""At Elbe alone people check in."""
PRICES = {1: 2_000, 2: 3_000}
"""Of the add-ons: flip charts and coffee."""
TIERS: tuple[tuple[int, int], ...] = ((2880, 0), (1440, 50), (0, 100))
"""Minutes before the start, per cent."""
HELD, WAITS, STANDS = "reserved", "requested", "accepted"

Tier = tuple[int, int | None]
"""Minutes before the start; per cent, None of an amount."""
Answer = tuple[int, str | None, str | None]
"""Status, code, kind of unavailability."""


def no(code: str, kind: str | None = None) -> Answer:
    return {"unauthorized": 403, "not_found": 404}.get(code, 422), code, kind


DONE: Answer = (200, None, None)
MADE: Answer = (201, None, None)
FORBIDDEN, MISSING, INVALID = no("unauthorized"), no("not_found"), no("validation_error")


@dataclass(frozen=True)
class Service:
    number: int
    rooms: tuple[int, ...]
    price: int = 0
    hourly: bool = False
    padding: timedelta = timedelta(0)
    add_ons: tuple[int, ...] = ()
    tiers: bool = False
    fee: int = 0
    instant: bool = False
    approval: bool = False
    until: timedelta = timedelta(0)
    """Before the start it can be canceled that long."""
    editable: timedelta = timedelta(0)
    fixed: bool = False
    """Neither its room nor its options can be changed, and nobody comes along."""


SERVICES = {
    service.number: service
    for service in (
        Service(1, (ELBE, ALSTER, 11, 12, 13), instant=True),
        Service(2, (ELBE, ALSTER), 19_900, add_ons=(1, 2), tiers=True),
        Service(
            3,
            (ELBE, ALSTER),
            5_000,
            hourly=True,
            padding=timedelta(minutes=15),
            add_ons=(2,),
            fee=1_500,
            until=timedelta(hours=2),
            editable=timedelta(hours=24),
            fixed=True,
        ),
        Service(4, (ELBE, ALSTER), 8_000, tiers=True, instant=True, approval=True),
        Service(5, (ELBE, ALSTER)),
        Service(6, (11, 12, 13)),
        Service(7, (STUDIO,), 12_000, tiers=True),
    )
}


@dataclass
class Edit:
    """What a booking was, and until when it can be that again."""

    before: "Booking"
    expires: datetime
    refunds: int
    """How many there were about it before."""


@dataclass
class Booking:
    id: int
    order: int | None
    owner: str | None
    service: Service | None
    room: int
    start: datetime
    end: datetime
    status: str
    weight: int = 1
    add_ons: dict[int, int] = field(default_factory=dict)
    """How many of each."""
    people: int = 0
    series: int | None = None
    master: bool = False
    sold_together: bool = False
    hold_ends: datetime | None = None
    came: datetime | None = None
    left: datetime | None = None
    edit: Edit | None = None
    charged: int = 0
    kept: int = 0

    @property
    def offer(self) -> Service:
        """What is booked: nothing where a room is only blocked, which nobody asks of."""
        assert self.service is not None
        return self.service

    @property
    def total(self) -> int:
        """What it costs as it is now."""
        if self.master or self.service is None:
            return 0
        hours = -((self.start - self.end) // timedelta(hours=1)) if self.service.hourly else 1
        extras = sum(PRICES[number] * quantity for number, quantity in self.add_ons.items())
        return self.weight * self.service.price * hours + extras

    @property
    def busy(self) -> tuple[datetime, datetime]:
        padding = self.service.padding if self.service else timedelta(0)
        return self.start - padding, self.end + padding

    @property
    def lives(self) -> bool:
        return self.status in {HELD, WAITS, STANDS}

    def claims(self) -> list[tuple[int, datetime, datetime]]:
        """The intervals it takes, each with the room: what it has left takes it too as long as it may go back."""
        if not self.lives or self.master:
            return []
        begins, ends = self.busy
        if self.left is not None and self.room == ELBE:
            ends = min(ends, self.left)
        found = [(self.room, begins, ends)]
        if self.edit is not None:
            early, late = self.edit.before.busy
            if self.edit.before.room != self.room:
                found.append((self.edit.before.room, early, late))
            else:
                found += [(self.room, early, min(late, begins)), (self.room, max(early, ends), late)]
        return [(room, one, other) for room, one, other in found if one < other]


@dataclass
class Order:
    id: int
    owner: str
    bookings: list[int]
    status: str = "draft"
    ordered: int = 0
    refunds: list[tuple[int, int, str]] = field(default_factory=list)
    """Booking, cents, reason."""
    paid: int = 0
    gone: int = 0
    """What had been charged in the beginning for what was over by then."""


@dataclass
class Book:
    """What the bookkeeper has written down."""

    now: datetime
    bookings: dict[int, Booking] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    carts: dict[str, int] = field(default_factory=dict)
    """The order of each customer who has one."""

    # Places

    def claims(self) -> set[tuple[int, int, datetime, datetime, int]]:
        """Booking, room, from, to, places; blockers are told apart."""
        return {
            (booking.id, *claim, booking.weight)
            for booking in self.bookings.values()
            if booking.service is not None
            for claim in booking.claims()
        }

    def taken(self, room: int, begins: datetime, ends: datetime, without: int | None = None) -> int:
        """How many places are taken at the busiest moment."""
        claims = [
            (one, other, weight)
            for number, where, one, other, weight in self.claims()
            if number != without and where == room and one < ends and begins < other
        ]
        # It is most where something begins.
        moments = {max(one, begins) for one, *_ in claims}
        return max((sum(each[2] for each in claims if each[0] <= moment < each[1]) for moment in moments), default=0)

    def obstacle(self, wanted: Booking) -> str | None:
        """Why a booking cannot stand where it wants to; None when it can."""
        service, day, length = wanted.offer, wanted.start.astimezone(BERLIN), wanted.end - wanted.start
        begins, ends = wanted.busy
        reasons = {
            "resource_unavailable": wanted.room not in service.rooms,
            "closed": day.isoweekday() == SUNDAY,
            "outside_opening_hours": not at(day, 8) <= wanted.start < wanted.end <= at(day, 20),
            "lead_time_conflict": wanted.start < self.now,
            "under_min_duration": length < timedelta(hours=1),
            "over_max_duration": length > timedelta(hours=4),
            "staggered_conflict": day.minute % 30,
            "blocked": any(
                each.service is None and each.room == wanted.room and each.start < ends and begins < each.end
                for each in self.bookings.values()
            ),
            "booked_out": wanted.weight
            > PLACES.get(wanted.room, 0) - self.taken(wanted.room, begins, ends, without=wanted.id),
        }
        return next((reason for reason, holds in reasons.items() if holds), None)

    # Money

    def order_of(self, booking: Booking) -> Order:
        assert booking.order is not None
        return self.orders[booking.order]

    def cart_of(self, name: str) -> Order | None:
        return self.orders.get(self.carts[name]) if name in self.carts else None

    def of(self, order: Order) -> list[Booking]:
        return [self.bookings[number] for number in order.bookings]

    def open(self, order: Order) -> None:
        """It is submitted: what is in it is charged."""
        for booking in self.of(order):
            booking.charged = booking.total
        self.restate(order)
        order.ordered = self.cost(order)

    def cost(self, order: Order) -> int:
        if order.status == "draft":
            return sum(booking.total for booking in self.of(order))
        return order.gone + sum(booking.charged for booking in self.of(order))

    def due(self, order: Order) -> int:
        return sum(booking.charged - booking.kept for booking in self.of(order))

    def settle(self, booking: Booking, reason: str) -> None:
        """What was paid too much goes back."""
        surplus = booking.kept - booking.charged
        if surplus > 0:
            booking.kept = booking.charged
            self.order_of(booking).refunds.append((booking.id, surplus, reason))

    def restate(self, order: Order) -> None:
        statuses = {booking.status for booking in self.of(order)}
        over = statuses <= {"canceled", "rejected"}
        order.status = "pending" if WAITS in statuses else "canceled" if over else "completed"

    # Time

    def passes(self, length: timedelta) -> None:
        """Everything falls due, each thing by itself."""
        self.now += length
        for booking in list(self.bookings.values()):
            if booking.hold_ends is not None and booking.hold_ends <= self.now:
                self.order_of(booking).bookings.remove(booking.id)
                del self.bookings[booking.id]
            if booking.edit is not None and booking.edit.expires <= self.now:
                booking.edit = None
            if self.is_missed(booking):
                booking.status = "expired"
                self.restate(self.order_of(booking))

    def is_missed(self, booking: Booking) -> bool:
        return (
            booking.status == STANDS
            and booking.room == ELBE
            and booking.service is not None
            and booking.came is None
            and booking.start + EXPIRY <= self.now
        )

    # What becomes of a booking

    def can_be_canceled(self, booking: Booking) -> bool:
        if booking.service is None or booking.status not in {WAITS, STANDS}:
            return False
        in_time = self.now < booking.start and self.now <= booking.start - booking.service.until
        return booking.master or (booking.came is None and in_time)

    def reach(self, booking: Booking) -> list[Booking]:
        """The bookings that a cancellation ends; none when it is refused."""
        if not self.can_be_canceled(booking):
            return []
        series = [each for each in self.bookings.values() if each.series == booking.series]
        if not booking.master and not booking.sold_together:
            others = [each for each in series if each is not booking and not each.master]
            is_last = booking.series is not None and not any(each.status in {WAITS, STANDS} for each in others)
            return [each for each in series if each.master and is_last and self.can_be_canceled(each)] + [booking]
        dates = [each for each in series if not each.master and self.can_be_canceled(each)]
        master = [each for each in series if each.master and self.can_be_canceled(each)]
        return master + sorted(dates, key=lambda each: each.start) if dates else []

    def tier(self, booking: Booking) -> tuple[Tier, Tier | None]:
        """(minutes, per cent or None) of the tier that holds now, and the next one."""
        if not booking.offer.tiers:
            return (0, None if booking.offer.fee else 0), None
        ahead = booking.start - self.now
        left = [tier for tier in TIERS if timedelta(minutes=tier[0]) <= ahead]
        return left[0], left[1] if len(left) > 1 else None

    def fee(self, booking: Booking) -> int:
        if booking.master:
            return 0
        if booking.offer.tiers:
            per_cent = self.tier(booking)[0][1] or 0
            return (booking.total * per_cent + 50) // 100  # half a cent is a whole one
        return min(booking.offer.fee, booking.total)

    def against_editing(self, booking: Booking) -> Answer | None:
        if (
            booking.status != STANDS
            or booking.master
            or booking.came is not None
            or self.now >= booking.start
            or self.now > booking.start - booking.offer.editable
        ):
            return no("booking_not_editable")
        return None


def at(day: datetime, hour: int) -> datetime:
    """On the hour, on the day of a moment and by its clock."""
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)
