"""Many people at once, for as long as Hypothesis likes, beside a bookkeeper who does everything the slow way.

The bookkeeper knows the rules and nothing of how they are kept: no ledger, no index, lists searched from end to end. They
say beforehand what each call will answer, and after each what the calendars hold.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import combinations, count
from typing import Any
from zoneinfo import ZoneInfo

from examples import examples
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mockserver.apis.appointments.auth import MERCHANT_NUMBERS

MONDAY_NOON = datetime(2026, 3, 16, 12, tzinfo=UTC)
MADE, DONE = (201, ""), (200, "")
TAKEN, BLOCKED = (409, "time slot already booked"), (409, "blocked time in this slot")
CANCELLED, STARTED = (409, "booking is already cancelled"), (409, "booking has already started")
NOT_MINE = (403, "not authorized to access this booking")


def minutes(number):
    return timedelta(minutes=number)


@dataclass(frozen=True)
class Shop:
    slug: str
    zone: ZoneInfo
    hours: dict[int, tuple[int, int]]
    """By weekday, Monday being 1: from when to when."""
    ahead: timedelta
    locations: tuple[int, ...]
    employees: dict[str, int]
    """Where those with a token work."""
    customers: tuple[str, ...]


@dataclass(frozen=True)
class Service:
    id: int
    name: str
    shop: Shop
    phases: tuple[int, ...]
    """Minutes; negative are waits."""
    deadline: int
    buffer: int = 0
    places: int = 0


SPA = Shop(
    "spa-retreat",
    ZoneInfo("America/Los_Angeles"),
    dict.fromkeys(range(1, 8), (7, 21)),
    minutes(0),
    (456, 457),
    {"owner_spa-retreat": 456, "staff_spa-retreat": 457},
    ("jane", "maria", "ruth", "samuel", "priya"),
)
SALON = Shop(
    "zopf-und-schere",
    ZoneInfo("Europe/Berlin"),
    {**dict.fromkeys(range(2, 6), (9, 18)), 6: (9, 14)},
    minutes(60),
    (510,),
    {"owner_zopf-und-schere": 510, "staff_zopf-und-schere": 510},
    (),
)
SHOPS = (SPA, SALON)
SERVICES = (
    Service(123, "Deep Tissue Massage", SPA, (60,), 24),
    Service(124, "Hair Color", SPA, (30, -45, 30), 24),
    Service(125, "First Consultation", SPA, (30,), 0),
    Service(127, "Private Sauna", SPA, (60,), 24, buffer=15),
    Service(456, "Couples Aromatherapy Workshop", SPA, (90,), 24, places=4),
    Service(522, "Farbe und Schnitt", SALON, (30, -30, 45), 48),
    Service(524, "Brautfrisur", SALON, (120,), 12, buffer=15),
    Service(525, "Flechtkurs", SALON, (90,), 12, places=6),
)
EMPLOYEES = {token: shop for shop in SHOPS for token in shop.employees}


@dataclass
class Booking:
    id: int
    service: Service
    location: int
    employee: str | None
    start: datetime
    end: datetime
    note: str | None
    people: dict[str, bool]
    """Whether they still take part, by name."""
    series: int | None = None
    cancelled: bool = False
    called_off: tuple[datetime | None, str | None] = (None, None)

    @property
    def served(self):
        """When somebody is served: phases in order, the last one that begins in time lasting to the end."""
        begins, found = self.start, []
        for number, length in enumerate(self.service.phases, start=1):
            ends = begins + minutes(abs(length))
            if ends >= self.end or number == len(self.service.phases):
                ends = self.end
            if length > 0:
                found.append((begins, ends))
            if ends == self.end:
                break
            begins = ends
        return found

    @property
    def active(self):
        return [name for name, takes_part in self.people.items() if takes_part]


@dataclass
class Block:
    id: int
    employee: str
    start: datetime
    end: datetime


@dataclass
class Book:
    """What the bookkeeper has written down."""

    now: datetime = MONDAY_NOON
    bookings: list[Booking] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    people: dict[str, set[str]] = field(default_factory=lambda: {SPA.slug: set(), SALON.slug: set()})
    """Whom a merchant has got to know."""

    def refusal(self, wanted):
        """What stands in the way of a booking: (409, ...), or nothing."""
        shop, gap = wanted.service.shop, minutes(wanted.service.buffer)
        for block in self.blocks:
            counts = EMPLOYEES[block.employee] is shop and wanted.employee in {None, block.employee}
            if counts and any(block.start < ends and begins < block.end for begins, ends in wanted.served):
                return BLOCKED
        for other in self.bookings:
            colleague = other.employee is not None and other.employee == wanted.employee
            counts = not other.cancelled and other.id != wanted.id and (colleague or other.location == wanted.location)
            for begins, ends in wanted.served:
                if counts and any(begins - gap < late and early < ends + gap for early, late in other.served):
                    return TAKEN
        return None

    def rows(self, shop):
        return [
            {
                "id": booking.id,
                "from_date": written(booking.start),
                "to_date": written(booking.end),
                "service_name": booking.service.name,
                "merchant_note": booking.note,
                "first_name": name and name.capitalize(),
                "current_participants": len(booking.active) if booking.people or booking.service.places else 1,
                "is_cancelled": booking.cancelled,
                "cancelled_by_merchant_on": booking.called_off[0] and written(booking.called_off[0]),
                "cancellation_reason": booking.called_off[1],
                "series_id": booking.series,
            }
            for booking in sorted(self.bookings, key=lambda each: each.id)
            if booking.service.shop is shop
            for name in (list(booking.people) if booking.cancelled else booking.active) or [None]
        ]


def written(moment):
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def read(text):
    return datetime.fromisoformat(text)


def local(shop, day, quarter):
    """So many quarters of an hour after nine in the morning, at a merchant."""
    return datetime(2026, 3, day, 9, tzinfo=shop.zone).astimezone(UTC) + minutes(15 * quarter)


class Days:
    """Two merchants, two employees of each, four customers; two days that are soon full."""

    def __init__(self, open_world, wait):
        self.world = open_world(clock=MONDAY_NOON)
        self.wait = wait
        self.book = Book()
        self.known = {shop.slug: len(self.customers_of(shop)) for shop in SHOPS}
        self.newcomers = count(1)
        self.series = {slug: count(number * 100_000_000 + 1) for slug, number in MERCHANT_NUMBERS.items()}
        self.begin()

    def begin(self):
        """With two groups and an appointment."""
        self.plan("owner_spa-retreat", 4, 17, 0, ["jane", "ruth"], newcomer=True)
        self.plan("staff_zopf-und-schere", 2, 17, 4, [], newcomer=False)
        self.book_an_appointment("maria", SERVICES[1], 0, 18, 0)

    # Who calls

    def customers_of(self, shop):
        return self.world.enter(f"owner_{shop.slug}").read("/merchant/customers")

    def customer(self, name):
        return self.world.enter(f"customer_{name}")

    def meet(self, shop, name):
        """A merchant gets to know those who book there."""
        if name not in shop.customers:
            self.book.people[shop.slug].add(name)

    # What is made

    def book_an_appointment(self, name, service, where, day, quarter):
        shop = service.shop
        start = local(shop, day, quarter)
        end = start + minutes(sum(map(abs, service.phases)))
        location = shop.locations[where % len(shop.locations)]
        wanted = Booking(0, service, location, None, start, end, None, {name: True})
        opens, closes = shop.hours[day - 15]
        if start < self.book.now:
            expected = (400, "timeStamp is in the past")
        elif start < self.book.now + shop.ahead:
            expected = (400, "timeStamp is outside the booking window")
        elif not local(shop, day, 4 * (opens - 9)) <= start <= end <= local(shop, day, 4 * (closes - 9)):
            expected = (409, "outside business hours")
        else:
            expected = self.book.refusal(wanted) or MADE

        answer = self.customer(name).book(written(start), service.id, merchant_name=shop.slug, location_id=location)

        assert answer.said == expected
        if expected == MADE:
            wanted.id = answer.id
            self.book.bookings.append(wanted)
            self.meet(shop, name)

    def plan(self, token, what, day, quarter, people, newcomer):
        self.plan_all(token, what, [local(EMPLOYEES[token], day, quarter)], people, newcomer=newcomer)

    def repeat(self, token, what, day, quarter, people, newcomer, times):
        start = local(EMPLOYEES[token], day, quarter)
        starts = [start + timedelta(days=number) for number in range(times)]
        daily = {"frequency": "DAILY", "until": written(starts[-1])}
        self.plan_all(token, what, starts, people, newcomer=newcomer, is_recurring=True, recurrence_rule=daily)

    def plan_all(self, token, what, starts, people, *, newcomer, **fields):
        shop = EMPLOYEES[token]
        offered = [service for service in SERVICES if service.shop is shop]
        service = offered[what % len(offered)]
        people = [name for name in people if name in shop.customers]
        vera = f"vera {next(self.newcomers)}"
        whom = [*people, vera] if newcomer else people
        wanted = [
            Booking(
                0,
                service,
                shop.employees[token],
                token,
                start,
                start + minutes(sum(map(abs, service.phases))),
                "planned",
                dict.fromkeys(whom, True),
            )
            for start in starts
            if not fields or start >= self.book.now
        ]
        if len(whom) > 1 and not service.places:
            expected = (400, "an appointment takes at most one customer")
        elif not wanted:
            expected = (400, "the recurrence has no occurrence")
        elif service.places and len(whom) > service.places:
            expected = (409, "group is full")
        else:
            expected = next((no for each in wanted if (no := self.book.refusal(each))), MADE)

        sent = [*people, {"first_name": vera.capitalize()}] if newcomer else people
        answer = self.world.enter(token).plan(written(starts[0]), service.id, *sent, merchant_note="planned", **fields)

        assert answer.said == expected
        if expected == MADE:
            series = next(self.series[shop.slug]) if fields else None
            for number, each in enumerate(wanted):
                each.id, each.series = answer.id + number, series
            self.book.bookings += wanted
            if newcomer:
                self.meet(shop, vera)

    def block(self, token, day, quarter, length, all_day):
        shop = EMPLOYEES[token]
        start = local(shop, day, quarter)
        end = start + minutes(length)

        answer = self.world.enter(token).block(written(start), written(end), all_day=all_day)

        if all_day:
            start, end = local(shop, day, -36), local(shop, day, 60)
        self.book.blocks.append(Block(answer.id, token, start, end))

    # What becomes of it

    def pick(self, number, among=lambda _: True):
        """Any booking; rather one of a kind."""
        found = [each for each in self.book.bookings if among(each)] or self.book.bookings
        return found[number % len(found)]

    def employee_for(self, booking, number):
        """Mostly one of the merchant's."""
        own = list(booking.service.shop.employees)
        return [*own, *own, *own, *EMPLOYEES][number % 10]

    def join(self, name, number):
        booking = self.pick(number, among=lambda each: each.service.places)
        service = booking.service
        if booking.cancelled:
            expected = CANCELLED
        elif self.book.now >= booking.start:
            expected = STARTED
        elif name in booking.active:
            expected = (409, "customer already takes part")
        elif len(booking.active) == service.places:
            expected = (409, "group is full")
        else:
            expected = MADE

        answer = self.customer(name).join(
            booking.id, service.id, merchant_name=service.shop.slug, location_id=booking.location
        )

        assert answer.said == expected
        if expected == MADE:
            assert answer.id == booking.id
            booking.people[name] = True
            self.meet(service.shop, name)

    def cancel_or_leave(self, name, number, stranger):
        booking = self.pick(number, among=lambda each: stranger or name in each.people)
        if name not in booking.people:
            expected = NOT_MINE
        elif booking.cancelled or name not in booking.active:
            expected = CANCELLED
        elif (
            self.book.now > booking.start - timedelta(hours=booking.service.deadline) or self.book.now >= booking.start
        ):
            expected = (409, "cancellation deadline has passed")
        else:
            expected = DONE

        assert self.customer(name).cancel(booking.id, merchant_name=booking.service.shop.slug).said == expected

        if expected == DONE:
            booking.people[name] = False
            booking.cancelled = not booking.service.places

    def move(self, who, number, day, quarter, length):
        booking = self.pick(number)
        start = local(booking.service.shop, day, quarter)
        self.change(self.employee_for(booking, who), booking, start, start + minutes(length))

    def write_a_note(self, who, number):
        booking = self.pick(number)
        self.change(self.employee_for(booking, who), booking, booking.start, booking.end)

    def change(self, token, booking, start, end):
        moved = Booking(**{**vars(booking), "start": start, "end": end, "note": f"for {start:%H:%M}"})
        expected = DONE
        if EMPLOYEES[token] is not booking.service.shop:
            expected = NOT_MINE
        elif booking.cancelled:
            expected = CANCELLED
        elif (start, end) != (booking.start, booking.end):
            expected = self.book.refusal(moved) or DONE

        answer = self.world.enter(token).move(booking.id, written(start), written(end), moved.note)

        assert answer.said == expected
        if expected == DONE:
            vars(booking).update(vars(moved))

    def call_off(self, who, number):
        booking = self.pick(number)
        token = self.employee_for(booking, who)
        if EMPLOYEES[token] is not booking.service.shop:
            expected = NOT_MINE
        elif booking.cancelled:
            expected = CANCELLED
        else:
            expected = DONE

        assert self.world.enter(token).call_off(booking.id, f"says {token}").said == expected

        if expected == DONE:
            booking.cancelled, booking.called_off = True, (self.book.now, f"says {token}")

    def unblock(self, token, number):
        if not self.book.blocks:
            return
        block = self.book.blocks[number % len(self.book.blocks)]
        expected = DONE
        if EMPLOYEES[token] is not EMPLOYEES[block.employee]:
            expected = (403, "not authorized to access this blocked time")

        assert self.world.enter(token).ask("DELETE", f"/merchant/blocked-times/{block.id}").said == expected

        if expected == DONE:
            self.book.blocks.remove(block)

    def time_passes(self, quarters):
        self.wait(minutes=15 * quarters)
        self.book.now += minutes(15 * quarters)

    # What always holds

    def check(self):
        """That calendars and customers are what was acknowledged, and that nothing else has changed."""
        for shop in SHOPS:
            found = self.world.enter(f"owner_{shop.slug}").calendar(include_cancelled=True)
            expected = self.book.rows(shop)
            assert len(found["bookings"]) == len(expected)
            for row, written_down in zip(found["bookings"], expected, strict=True):
                assert {name: row[name] for name in written_down} == written_down
            assert [block["id"] for block in found["blocked_times"]] == [
                block.id for block in self.book.blocks if EMPLOYEES[block.employee] is shop
            ]
            assert len(self.customers_of(shop)) == self.known[shop.slug] + len(self.book.people[shop.slug])
            self.check_places([row for row in found["bookings"] if not row["is_cancelled"]])

    def check_places(self, rows):
        """That nobody and no room is in two places at once, and no group larger than it may be: by the rows alone."""
        made = {booking.id: booking for booking in self.book.bookings}
        served = []
        for number in {row["id"] for row in rows}:
            here = [row for row in rows if row["id"] == number]
            coming = len([row for row in here if row["first_name"] is not None])
            assert len(here) <= here[0]["max_participants"]
            assert here[0]["current_participants"] == (coming or (0 if made[number].service.places else 1))
            span = {"start": read(here[0]["from_date"]), "end": read(here[0]["to_date"])}
            served += [(*each, number) for each in Booking(**{**vars(made[number]), **span}).served]
        for (begins, ends, one), (early, late, other) in combinations(served, 2):
            if one != other and begins < late and early < ends:
                assert made[one].location != made[other].location
                assert made[one].employee is None or made[one].employee != made[other].employee


days = st.integers(17, 18)
quarters = st.integers(0, 18)
numbers = st.integers(0, 999)
customers = st.sampled_from(["jane", "maria", "ben", "ana"])
employees = st.sampled_from(sorted(EMPLOYEES))
appointments = st.sampled_from([service for service in SERVICES if not service.places])
lengths = st.sampled_from([15, 30, 60, 105, 120])
guests = st.lists(st.sampled_from(SPA.customers), max_size=5, unique=True)
seldom = st.integers(0, 4).map(lambda number: number == 4)

STEPS: dict[str, tuple[int, dict[str, Any]]] = {
    "book_an_appointment": (
        4,
        {"name": customers, "service": appointments, "where": numbers, "day": days, "quarter": quarters},
    ),
    "plan": (
        4,
        {
            "token": employees,
            "what": numbers,
            "day": days,
            "quarter": quarters,
            "people": guests,
            "newcomer": seldom,
        },
    ),
    "repeat": (
        2,
        {
            "token": employees,
            "what": numbers,
            "day": days,
            "quarter": quarters,
            "people": guests,
            "newcomer": seldom,
            "times": st.integers(1, 3),
        },
    ),
    "join": (5, {"name": customers, "number": numbers}),
    "cancel_or_leave": (5, {"name": customers, "number": numbers, "stranger": seldom}),
    "move": (3, {"who": numbers, "number": numbers, "day": days, "quarter": quarters, "length": lengths}),
    "write_a_note": (1, {"who": numbers, "number": numbers}),
    "call_off": (2, {"who": numbers, "number": numbers}),
    "block": (2, {"token": employees, "day": days, "quarter": quarters, "length": lengths, "all_day": seldom}),
    "unblock": (2, {"token": employees, "number": numbers}),
    "time_passes": (3, {"quarters": st.integers(1, 60)}),
}
"""What happens, how often beside the rest, and what it takes."""

what_happens = st.sampled_from([name for name, (weight, _) in STEPS.items() for _ in range(weight)]).flatmap(
    lambda name: st.tuples(st.just(name), st.fixed_dictionaries(STEPS[name][1]))
)


def test_whatever_many_people_do_the_book_is_kept(open_world, wait):
    # A run that goes wrong is shown as it is: making it shorter takes minutes.
    @settings(
        examples(60),
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate),
    )
    @given(st.lists(what_happens, min_size=40, max_size=40))
    def live(steps):
        days = Days(open_world, wait)
        for name, details in steps:
            getattr(days, name)(**details)
            days.check()

    live()
