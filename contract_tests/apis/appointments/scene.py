"""Appointments' steps: find free time, book, join, cancel, move, look into the calendar.

Customers book in the merchant's window and opening hours, so their free time is looked for in the availability; what
the merchant does alone happens years ahead, where nobody else is. Each test has time of its own.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Annotated, Any, ClassVar, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from dateutil.relativedelta import relativedelta

from contract_tests.profiles import ID, TOKEN, WHOLE, YES_OR_NO, Key, Kind, Lacking, NotApplicable
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import MAIN, OTHER, Made, Scene
from doublebook_data.views import View

__all__ = [
    "AWKWARD",
    "COLLEAGUE",
    "CUSTOMER",
    "LEFT_OUT",
    "MINUTES",
    "NEWCOMER",
    "NOBODY",
    "NOWHERE",
    "ROOMMATE",
    "SECOND",
    "THIRD",
    "AppointmentsScene",
    "Service",
    "Shop",
    "is_named",
    "lasting",
    "made_id",
    "made_text",
    "moment_of",
    "stamp",
    "starts_in",
]

Json = dict[str, Any]
T = TypeVar("T")

ROOMMATE = "roommate"
COLLEAGUE = "colleague"
CUSTOMER = "customer"
SECOND = "second"
THIRD = "third"
NEWCOMER = "newcomer"

NOWHERE = 2147483647
"""The greatest id there can be: nothing has it."""
NOBODY = "ffffffff-ffff-4fff-bfff-fffffffffff0"
"""A UUID that was never minted."""

LEFT_OUT: Any = object()
"""For a field that is not to be sent."""

AWKWARD = '  Zo\u0308pfe, Zöpfe\t"1" \\ <b>&amp; 👩\u200d🔬\u202eא\u00a0\r\n 0 '
"""
A text in which nothing is to be tidied: not its blanks, its accents, its joiners, its ends of lines. It fits into the
shortest of the fields that take free text, 50 characters.
"""

MINUTES = timedelta(minutes=1)
_DAY = timedelta(days=1)
_QUARTER = timedelta(minutes=15)
_SPOT = timedelta(hours=4)
_FIRST_WEEKS = timedelta(days=21)
_LAST_DAYS = timedelta(days=4)
_FAR = datetime(2040, 1, 2, 15, tzinfo=UTC)
_APART = timedelta(days=4)
_FAR_DAYS = 900
"""Until the first of the years that tests have for themselves."""
_PAST_DAYS = 600
"""Until the middle of 2025."""
_AROUND_SERIES = timedelta(days=800)
"""Further than any series that a test makes reaches, before its start and after it."""
_NIGHT = time(3)  # clocks have changed by then
_NIGHTS = 36
_STEP = timedelta(minutes=5)
_TRIES = 3
_FEW = 30
"""In a world of one's own: more than any test takes."""
_PAST = datetime(2019, 1, 7, 15, tzinfo=UTC)
_FIRST_YEAR = 2050
_LAST_YEAR = 2190
_FORBIDDEN = 403
_CONFLICT = 409


@dataclass(frozen=True, slots=True)
class Service:
    """
    Args:
        phases: Minutes, and whether it is a wait, in their order.
    """

    id: int
    name: str
    minutes: int
    price: int
    price_type: str
    phases: tuple[tuple[int, bool], ...]

    @property
    def length(self) -> timedelta:
        return self.minutes * MINUTES

    @property
    def is_active(self) -> bool:
        return not any(is_wait for _, is_wait in self.phases)


@dataclass(frozen=True, slots=True)
class Shop:
    """A merchant, as its page says. Hours by weekday, 0 being Sunday, as wall-clock pairs in order."""

    slug: str
    name: str
    zone: ZoneInfo
    locations: tuple[int, ...]
    services: tuple[int, ...]
    hours: Mapping[int, Sequence[tuple[time, time]]]


def made_text(answer: Answer) -> str:
    """The last part of Location."""
    return answer.headers.get("location", "").rpartition("/")[2]


def made_id(answer: Answer) -> int:
    """0 where Location names nothing."""
    text = made_text(answer)
    return int(text) if text.isdecimal() else 0


def _made_as(*names: str) -> Made:
    """What Location names; nothing where it names nothing."""

    def made(answer: Answer) -> list[tuple[str, object]]:
        text = made_text(answer)
        return [(name, int(text) if text.isdecimal() else text) for name in names if text]

    return made


_booking_made = _made_as("id", "booking_id", "booking")


class _Sent(msgspec.Struct):
    customers: list[Json]


def _guests_made(answer: Answer) -> list[tuple[str, object]]:
    """Whoever is named without an id becomes a customer; nobody does in a body that should have been refused."""
    try:
        customers = msgspec.json.decode(answer.exchange.request_body, type=_Sent).customers
    except msgspec.DecodeError:
        return []
    return [
        ("customer", _name_in(each, f"{answer.exchange.number}.{place}"))
        for place, each in enumerate(customers)
        if not each.get("id")
    ]


def _name_in(guest: Json, otherwise: str) -> str:
    """No answer tells the id of who is a customer from then on."""
    names = (guest.get(name) for name in ("first_name", "last_name"))
    return " ".join(str(name) for name in names if name) or otherwise


_Hours = Annotated[int, msgspec.Meta(ge=0)]
_HOURS = Kind(_Hours, "a whole number of hours")
_ById = Annotated[str, msgspec.Meta(pattern="^[0-9]+$")]
_HOURS_BY_ID = Kind(dict[_ById, _Hours], "a table of hours by id of a service")
_MINUTES_BY_ID = Kind(dict[_ById, _Hours], "a table of minutes by id of a service")
_WINDOWS_BY_ID = Kind(dict[_ById, tuple[_Hours, _Hours]], "a table of minutes and months by id of a service")


class AppointmentsScene(Scene):
    KEYS = (
        Key(
            "identities.roommate", "An employee of the same merchant at main's location.", '"${ROOMMATE_TOKEN}"', TOKEN
        ),
        Key("identities.colleague", "An employee of it at another location.", '"${COLLEAGUE_TOKEN}"', TOKEN),
        Key("identities.other", "An employee of another merchant.", '"${OTHER_TOKEN}"', TOKEN),
        Key("identities.customer", "A customer whom the merchant knows.", '"${CUSTOMER_TOKEN}"', TOKEN),
        Key("identities.second", "Another customer whom the merchant knows.", '"${SECOND_TOKEN}"', TOKEN),
        Key("identities.third", "One more person without employment.", '"${THIRD_TOKEN}"', TOKEN),
        Key(
            "identities.newcomer",
            "Somebody who never booked at the merchant: another one, of another name, for each run.",
            '"${NEWCOMER_TOKEN}"',
            TOKEN,
        ),
        Key("inventory.merchant", "The slug of the merchant that main works for.", '"spa-retreat"'),
        Key("inventory.other_merchant", "The slug of the merchant that other works for.", '"zopf-und-schere"'),
        Key(
            "inventory.pausing_merchant",
            "The slug of a merchant that closes in the middle of some days, where neither of the two does.",
            '"hana-clinic"',
        ),
        Key("inventory.employee", "The employee id of main.", "789", WHOLE, "team"),
        Key("inventory.roommate", "The employee id of roommate.", "791", WHOLE, "team"),
        Key("inventory.colleague", "The employee id of colleague.", "790", WHOLE, "team"),
        Key("inventory.location", "Where main works, if the team does not say it.", "1", WHOLE),
        Key("inventory.other_location", "Where colleague works, if the team does not say it.", "2", WHOLE),
        Key(
            "inventory.other_merchant_location",
            "A location of other_merchant, if its page does not say it.",
            "3",
            WHOLE,
        ),
        Key(
            "inventory.service",
            "A service for one customer, all of it active, per person, of an hour at most, without a buffer, in the usual "
            "booking window.",
            "123",
            WHOLE,
        ),
        Key(
            "inventory.group_service",
            "A group service for two to eight, per person, with a minimum of two or more and without a buffer.",
            "456",
            WHOLE,
        ),
        Key("inventory.customer", "The merchant's id of the identity customer.", '"550e8400-..."', ID),
        Key("inventory.second", "The merchant's id of the identity second.", '"660e8400-..."', ID),
        Key(
            "readings.walk_ins",
            "Whether merchants may book for nobody. Where that is not said, it is tested alone, and customer stands in for "
            "nobody anywhere else.",
            "false",
            YES_OR_NO,
        ),
        Key("terms.window_months", "How many months ahead customers may book at the merchant.", "5", WHOLE),
        Key("terms.deadline_hours", "The merchant's own cancel deadline, in hours.", "24", _HOURS),
        Key(
            "terms.deadlines",
            "The cancel deadline, in hours, that services of the merchant have, by id; one of them other than the "
            "merchant's, one of them 0, one of a service that has none of its own.",
            "{ 123 = 24, 125 = 0 }",
            _HOURS_BY_ID,
        ),
        Key(
            "terms.buffers",
            "The minutes that services of the merchant for one customer keep free around them, their own or the merchant's, "
            "by id.",
            "{ 127 = 15 }",
            _MINUTES_BY_ID,
        ),
        Key(
            "terms.windows",
            "Of services of the merchant for one customer that have a booking window of their own, by id, how many minutes "
            "from now it begins and how many months from now it ends.",
            "{ 128 = [120, 2] }",
            _WINDOWS_BY_ID,
        ),
    )
    MADE: ClassVar[Mapping[str, Made]] = {
        "createCustomerBooking": _booking_made,
        "createMerchantBooking": lambda answer: [*_booking_made(answer), *_guests_made(answer)],
        "createCustomer": _made_as("id", "customer"),
        "createBlockedTime": _made_as("id", "blocked_time"),
    }
    UNDO: ClassVar[Mapping[str, Callable[[Any, Any, str], Answer | None]]] = {
        "booking": lambda scene, value, _: scene.take_back(value),
        "blocked_time": lambda scene, value, by: scene.call("deleteBlockedTime", id=value, by=by),
        "blacklisted": lambda scene, value, by: scene.call("unblacklistCustomer", id=value, by=by),
    }
    LEAVES = frozenset({"createBlockedTime", "createCustomerBooking", "createMerchantBooking"})
    STAYS: ClassVar[Mapping[str, str]] = {"booking": "cancelled bookings", "customer": "customers"}
    GUARDED = frozenset({"booking_id"})
    LEANS: ClassVar[Mapping[str, Sequence[str]]] = {
        "cancelCustomerBooking": ("AP-J10", "AP-K15"),
    }

    # What is there

    @cached_property
    def slug(self) -> str:
        return str(self.profile.want("inventory.merchant", "no merchant is known"))

    @cached_property
    def other_slug(self) -> str:
        return str(self.profile.want("inventory.other_merchant", "no second merchant is known"))

    @cached_property
    def service_id(self) -> int:
        return int(self.profile.want("inventory.service", "no service for one customer is known"))

    @cached_property
    def group_service_id(self) -> int:
        return int(self.profile.want("inventory.group_service", "no group service is known"))

    @cached_property
    def service(self) -> Service:
        """As the profile promises it."""
        found = self.service_of(self.service_id)
        self.expect("AP-T06", found.is_active, "the usual service is active in all its phases", found.phases)
        return found

    @cached_property
    def group_service(self) -> Service:
        return self.service_of(self.group_service_id)

    @cached_property
    def shop(self) -> Shop:
        return self.shop_of(self.slug)

    @cached_property
    def other_shop(self) -> Shop:
        return self.shop_of(self.other_slug)

    @cached_property
    def team(self) -> list[Json]:
        found: list[Json] = self.call("listTeam", title="list the team").ok("AP-T15", 200).json
        return found

    def employee(self, who: str = "employee") -> int:
        return int(self.profile.want(f"inventory.{who}", f"the employee id of {who} is not known"))

    def record(self, who: str) -> str:
        """The merchant's id of a customer."""
        return str(self.profile.want(f"inventory.{who}", f"the merchant's id of {who} is not known"))

    @cached_property
    def location(self) -> int:
        """Where main works."""
        return self.location_of("employee", "inventory.location")

    @cached_property
    def other_location(self) -> int:
        """Where the colleague works."""
        return self.location_of("colleague", "inventory.other_location")

    @cached_property
    def workplaces(self) -> list[tuple[int, str]]:
        """Locations of the merchant at which somebody works whom the profile names, and who."""
        found = {self.location: MAIN}
        if self.has(COLLEAGUE) and self.profile.find("inventory.colleague"):
            found.setdefault(self.other_location, COLLEAGUE)
        return list(found.items())

    def persons(self, most: int) -> list[str]:
        """Who may take part in a group: whoever works somewhere is a customer like any other."""
        return [who for who in (CUSTOMER, SECOND, THIRD, MAIN, COLLEAGUE, ROOMMATE, OTHER) if self.has(who)][:most]

    def location_of(self, who: str, key: str) -> int:
        """Where an employee works; no page promises that the team says it, so the profile may."""
        member = self.employee(who)
        found = [each for each in self.team if each["id"] == member]
        self.expect("AP-T15", len(found) == 1, f"employee {member} in the team, once", self.team)
        if "location_id" in found[0]:
            return int(found[0]["location_id"])
        return int(self.profile.want(key, f"the team does not say where employee {member} works"))

    def page_of(self, slug: str, rule: str = "AP-A06") -> Json:
        found: Json = self.call("getMerchant", merchantName=slug, by="", title="read the merchant").ok(rule, 200).json
        return found

    def shop_of(self, slug: str) -> Shop:
        page = self.page_of(slug)
        locations = self._locations_of(slug, page)
        self.expect("AP-T01", bool(locations and page["services"]), "locations and services", page)
        return Shop(
            slug=slug,
            name=page["merchant_name"],
            zone=ZoneInfo(page["timezone"]),
            locations=tuple(locations),
            services=tuple(service["id"] for category in page["services"] for service in category["services"]),
            hours={
                int(day): [(_wall_clock(each["start_time"]), _wall_clock(each["end_time"])) for each in openings]
                for day, openings in page["business_hours"].items()
            },
        )

    def _locations_of(self, slug: str, page: Json) -> list[int]:
        """No page promises that a merchant's shows them; then those are known at which its people work."""
        if "locations" in page:
            return [each["id"] for each in page["locations"]]
        if slug == self.slug:
            return [location for location, _ in self.workplaces]
        why = f"the page of {slug} does not say where it is"
        if slug != self.profile.find("inventory.other_merchant"):
            raise Lacking(why)
        return [int(self.profile.want("inventory.other_merchant_location", why))]

    def service_of(self, service_id: int, *, shop: Shop | None = None) -> Service:
        shop = shop or self.shop
        found = self.look("getMerchantService", shop.slug, shop.locations[0], service_id).ok("AP-T01", 200).json
        return Service(
            id=found["id"],
            name=found["name"],
            minutes=found["total_duration"],
            price=found["price"]["amount"],
            price_type=found["price_type"],
            phases=tuple((each["duration"], each["phase_type"] == "wait") for each in found["phases"]),
        )

    def calendar_services(self, rule: str = "AP-T17", by: str = MAIN) -> list[Json]:
        answer = self.call("listCalendarServices", by=by, title="list the services").ok(rule, 200)
        return [service for category in answer.json for service in category["services"]]

    def listed_service(self, service: int) -> Json:
        listed = self.calendar_services()
        found = [each for each in listed if each["id"] == service]
        self.expect("AP-T17", len(found) == 1, f"service {service} in the calendar's, once", listed)
        return found[0]

    def one_for_one(self, wanted: Callable[[Service], bool], what: str) -> Service:
        """The first service for one customer that is such. Raises NotApplicable."""
        for each in self.calendar_services():
            if each["booking_type"] == "appointment":
                found = self.service_of(each["id"])
                if wanted(found):
                    return found
        raise NotApplicable(f"the merchant has no service for one customer {what}")

    @cached_property
    def waiting(self) -> Service:
        """A service that begins and ends with an active phase and waits in between."""
        return self.one_for_one(
            lambda each: [is_wait for _, is_wait in each.phases] == [False, True, False], "with a wait in its middle"
        )

    @cached_property
    def brief(self) -> Service:
        """The shortest service for one customer, all of it active."""
        return min((each for each in [*self.singles, self.service] if each.is_active), key=lambda each: each.minutes)

    @cached_property
    def singles(self) -> list[Service]:
        """The services for one customer."""
        listed = self.calendar_services()
        return [self.service_of(each["id"]) for each in listed if each["booking_type"] == "appointment"]

    @cached_property
    def places(self) -> int:
        """How many the group service takes."""
        return int(self.listed_service(self.group_service_id)["max_participants"])

    # Free time

    def spot(self, *locations: int) -> datetime:
        """When four hours begin in which customers can book, at main's location or at all of *locations*."""
        days = self._bookable
        per_day = max(min(self._hours_open(day) // _SPOT for day in days), 1) if days else 1
        for number in self.numbers("spot", per_day * len(days)):
            day = days[number // per_day]
            opens, _ = max(self.shop.hours[day.isoweekday() % 7], key=lambda each: lasting(day, *each))
            begin = datetime.combine(day, opens) + number % per_day * _SPOT
            found = self.local(day, begin.time())
            events = self.calendar(found, found + _SPOT, cancelled=True)
            # Last, so that nobody else comes between a look and a booking.
            if all(self._are_free(begin, location) for location in locations or (self.location,)):
                self._was_there(events)
                return found
        # Nobody else is in a world of one's own, so that it is the listing that lacks it.
        self.expect("AP-T07", not self.world.is_own, "four hours of free starts in the booking window", "none")
        raise Lacking("there is no free time left in the booking window")

    def far_day(self) -> datetime:
        """A moment, years ahead, from two days before which until two days after it the merchant has nothing."""
        return self.quiet("far day", _FAR_DAYS, lambda number: _FAR + number * _APART)

    def open_day(self) -> datetime:
        """A far day on which the merchant opens. Raises Lacking."""
        days = (self.far_day() for _ in range(_FEW))
        found = next(
            (day for day in days if self.shop.hours.get(day.astimezone(self.shop.zone).isoweekday() % 7)), None
        )
        if found is None:
            raise Lacking("the merchant never opens")
        return found

    def past_day(self) -> datetime:
        """The same, years ago."""
        return self.quiet("past day", _PAST_DAYS, lambda number: _PAST + number * _APART)

    def year(self) -> datetime:
        """When a year begins that nobody else uses, two years ahead at least, at 18:00 UTC of its second day."""
        years = _LAST_YEAR - _FIRST_YEAR
        return self.quiet(
            "year", years, lambda number: datetime(_FIRST_YEAR + number, 1, 2, 18, tzinfo=UTC), 400 * _DAY
        )

    def quiet(self, what: str, of: int, begin: Callable[[int], datetime], lasting: timedelta = 2 * _DAY) -> datetime:
        """
        The first of so many moments from two days before which the merchant has nothing until *lasting* after it.

        Args:
            what: Those of one name are taken in turn.
            begin: Each moment, by its number.
        """
        for number in itertools.islice(self.numbers(what, of), _FEW if self.world.is_own else of):
            found = begin(number)
            events = self.calendar(found - 2 * _DAY, found + lasting, cancelled=True)
            # No page promises the member: what does not say that it is cancelled is there.
            are_over = all("is_cancelled" in row and row["is_cancelled"] for row in events["bookings"])
            if are_over and not events["blocked_times"]:
                self._was_there(events)
                return found
        self.expect("AP-K02", not self.world.is_own, f"a {what} where nobody has booked", "none")
        raise Lacking(f"the merchant's calendar has no {what} without anything")

    def nights(self) -> Iterator[time]:
        """Times of the night, when few others book."""
        begin = datetime.combine(self.window[0], _NIGHT)
        return ((begin + number * _STEP).time() for number in self.numbers("night", _NIGHTS))

    def is_beaten(self, answer: Answer) -> bool:
        """Whether somebody else may have the time that was asked for: in a shared world, which is no finding."""
        return answer.status == _CONFLICT and not self.world.is_own

    def first_free(self, times: Iterable[T], ask: Callable[[T], Answer]) -> tuple[T, Answer]:
        """The first time at which nobody else was, and what is answered there. Raises Lacking."""
        for each in times:
            answer = ask(each)
            if not self.is_beaten(answer):
                return each, answer
        raise Lacking("others have all the times that were tried")

    def somebody(self, start: datetime) -> tuple[str, str]:
        """
        Whom a test may blacklist, and count the bookings of: an identity and the merchant's id of it.

        In a shared world a newcomer, who is the run's alone, and books at *start* and cancels to be known.
        """
        for _ in range(_TRIES if not self.world.is_own and self.has(NEWCOMER) else 0):
            before = {each["id"]: each for each in self.customers()}
            booking = self.booked(start, by=NEWCOMER)
            row = self.row("AP-C10", booking, start)
            self.left(booking, by=NEWCOMER)
            found = [each["id"] for each in self.customers() if is_named(each, row) and before.get(each["id"]) != each]
            if len(found) == 1:
                return NEWCOMER, str(found[0])
        return CUSTOMER, self.record(CUSTOMER)

    def _was_there(self, events: Json) -> None:
        """What was there before is none of this test's."""
        self._known.update(row["id"] for row in events["bookings"])

    @cached_property
    def _known(self) -> set[int]:
        return set()

    @cached_property
    def _before_series(self) -> set[int]:
        return set()

    @cached_property
    def _groups(self) -> dict[int, datetime]:
        """When those begin that the test has made."""
        return {}

    @cached_property
    def window(self) -> tuple[date, date]:
        """The first and the last day on which a customer may book the usual service."""
        found = self.look("getDisabledDays").ok("AP-A06", 200).json
        return date.fromisoformat(found["min_date"]), date.fromisoformat(found["max_date"])

    @cached_property
    def windows(self) -> dict[int, tuple[int, int]]:
        """Of services whose booking window is known: how many minutes from now it begins, how many months it lasts."""
        months = self.profile.want("terms.window_months", "nobody says how far ahead customers may book")
        own = {int(service): tuple(each) for service, each in self.profile.find("terms.windows", {}).items()}
        return {self.service_id: (0, months), **own}

    @cached_property
    def _bookable(self) -> list[date]:
        """From three weeks ahead, which leaves room for every deadline, with some days after each."""
        first, last = self.window
        first, last = first + _FIRST_WEEKS, last - _LAST_DAYS
        days = [first + number * _DAY for number in range((last - first).days)]
        return [day for day in days if self._hours_open(day) >= _SPOT]

    def _hours_open(self, day: date) -> timedelta:
        openings = self.shop.hours.get(day.isoweekday() % 7, ())
        return max((lasting(day, *opening) for opening in openings), default=timedelta(0))

    def _are_free(self, begin: datetime, location: int) -> bool:
        """Whether all starts of four hours are listed, on the merchant's clock."""
        starts = range((_SPOT - self.service.length) // _QUARTER + 1)
        wanted = {f"{begin + number * _QUARTER:%H:%M}" for number in starts}
        return wanted <= {*self.starts_on(begin.date(), location=location)}

    def local(self, day: date, wall: time) -> datetime:
        """When the merchant's clocks show that, in UTC."""
        return datetime.combine(day, wall, self.shop.zone).astimezone(UTC)

    def clock_changes(self, first: date, days: int = 366) -> list[date]:
        """The days, of so many from *first* on, that are longer or shorter than 24 hours on the merchant's clock."""
        each = [first + number * _DAY for number in range(days)]
        return [day for day in each if self.local(day + _DAY, time(0)) - self.local(day, time(0)) != _DAY]

    def says_change(self, day: date) -> None:
        """A finding tells what the merchant's clocks do on that day."""
        self.remark_change(day, self.shop.zone)

    def deadline_of(self, booking: int) -> timedelta:
        """So long before its start a booking can be cancelled last; a finding tells it."""
        seen = self.seen("AP-X06", booking)
        deadline = timedelta(hours=seen["cancel_deadline"])
        self.remark_deadline(f"{seen['service_name']} can be cancelled", deadline)
        return deadline

    def opening_of(self, moment: datetime) -> tuple[datetime, datetime]:
        """The last opening of the local day of a moment. Raises NotApplicable."""
        day = moment.astimezone(self.shop.zone).date()
        openings = self.shop.hours.get(day.isoweekday() % 7)
        if not openings:
            raise NotApplicable(f"the merchant is closed on {day}")
        opens, closes = openings[-1]
        return self.local(day, opens), self.local(day, closes)

    def months_after(self, moment: datetime, months: int) -> datetime:
        """The same wall clock time of the same day of a later month, or of the last day of a shorter one."""
        local = moment.astimezone(self.shop.zone)
        return self.local(local.date() + relativedelta(months=months), local.time())

    def look(
        self,
        operation: str,
        slug: str = "",
        location: int = 0,
        service: int = 0,
        *,
        start: datetime | str = "2031-01-01T00:00:00Z",
        end: datetime | str = "2031-01-02T00:00:00Z",
    ) -> Answer:
        """Ask what anybody may of a service at a location; *start* and *end* are for the operation that takes them."""
        return self.call(
            operation,
            merchantName=slug or self.slug,
            locationId=location or self.location,
            serviceId=service or self.service_id,
            by="",
            query={"start": stamp(start), "end": stamp(end)} if operation == "listAvailability" else {},
        )

    def available(
        self, start: datetime, end: datetime, rule: str = "AP-A06", slug: str = "", location: int = 0, service: int = 0
    ) -> list[Json]:
        answer = self.look("listAvailability", slug, location, service, start=start, end=end)
        found: list[Json] = answer.ok(rule, 200).json
        return found

    def starts_on(self, day: date, rule: str = "AP-A06", *, service: int = 0, location: int = 0) -> list[str]:
        """The wall-clock starts that are free on a local day."""
        noon = self.local(day, time(12))
        days = self.available(noon, noon, rule, service=service, location=location)
        return starts_in(*(each for each in days if each["date"] == day.isoformat()))

    def made(self, answer: Answer) -> int:
        """The id of what was made, which Location has to name; no page says so, and else the calendar has it."""
        made = made_id(answer)
        came = answer.headers.get("location", "none")
        self.says("AP-H11", made > 0, "a Location that ends in an id", came, answer)
        return made or self._found_again(answer)

    def _found_again(self, answer: Answer) -> int:
        """What the calendar has since the request. Raises Lacking."""
        sent = msgspec.json.decode(answer.exchange.request_body)
        is_block, by = "name" in sent, answer.exchange.by
        start = moment_of(sent.get("timeStamp") or sent.get("timestamp") or sent["from_date"]).replace(microsecond=0)
        staff = dict(self.workplaces).get(sent["location_id"], MAIN) if "location_id" in sent else by
        further = _AROUND_SERIES if "recurrence_rule" in sent else 2 * _DAY
        rows = self.calendar(start - _DAY, start + further, by=staff)["blocked_times" if is_block else "bookings"]
        others = {*self._known, *self._before_series, *self.made_as("blocked_time" if is_block else "booking")}
        begins = {row["id"]: moment_of(row["from_date"]).replace(microsecond=0) for row in rows}
        new = {which: begin for which, begin in begins.items() if begin >= start and which not in others}
        first = (
            min(new.values(), default=start) if "recurrence_rule" in sent else start
        )  # its rule may leave out the start
        found = {which for which, begin in new.items() if begin == first}
        if not found:
            raise self.lost(answer, "the answer has no Location, and the calendar does not show what was made")
        if len(found) > 1:
            raise Lacking(f"the answer has no Location, and the calendar has {len(found)} that may have been made")
        made = int(found.pop())
        for name in ("id", "blocked_time") if is_block else ("id", "booking_id", "booking"):
            self.note_made(name, made, by, answer.exchange.label)
        return made

    # What customers do

    def book(self, start: datetime | str, *, by: str = CUSTOMER, title: str = "book", **fields: Any) -> Answer:
        """Ask for an appointment of the usual service; *fields* replace what is sent, LEFT_OUT leaves one out."""
        return self.call("createCustomerBooking", _sent({**self.booking_body(start), **fields}), by=by, title=title)

    def booking_body(self, start: datetime | str) -> Json:
        return {
            "merchant_name": self.slug,
            "service_id": self.service_id,
            "location_id": self.location,
            "timeStamp": stamp(start),
        }

    def booked(self, start: datetime, *, by: str = CUSTOMER, **fields: Any) -> int:
        """The id of an appointment that was made; the time has to be free."""
        return self.made(self.book(start, by=by, **fields).ok("AP-C01", 201))

    def join(self, group: int, *, by: str = CUSTOMER, title: str = "join the group", **fields: Any) -> Answer:
        body = {"service_id": self.group_service_id, "booking_id": group, **fields}
        start = body.pop("timeStamp", self._groups.get(group, "2030-01-01T00:00:00Z"))
        return self.book(start, by=by, title=title, **body)

    def joined(self, group: int, *, by: str = CUSTOMER, **fields: Any) -> None:
        self.join(group, by=by, **fields).ok("AP-J01", 201)

    def read(self, booking: int, *, by: str = CUSTOMER) -> Answer:
        return self.call("getCustomerBooking", id=booking, by=by, title="read the booking")

    def seen(self, rule: str, booking: int, *, by: str = CUSTOMER) -> Json:
        found: Json = self.read(booking, by=by).ok(rule, 200).json
        return found

    def leave(self, booking: int, *, by: str = CUSTOMER, title: str = "", **fields: Any) -> Answer:
        """Cancel an appointment, or leave a group."""
        body = {"booking_id": booking, "merchant_name": self.slug, **fields}
        return self.call("cancelCustomerBooking", _sent(body), id=booking, by=by, title=title or "cancel")

    def left(self, booking: int, *, by: str = CUSTOMER) -> None:
        self.leave(booking, by=by).ok("AP-X09" if booking in self._groups else "AP-X01", 200)

    # What merchants do

    def enter(
        self, start: datetime | str, *customers: Any, by: str = MAIN, title: str = "book for customers", **fields: Any
    ) -> Answer:
        """
        Ask for a booking of the usual service; a customer is an id or what a new one is called.

        No page says that an appointment may be for nobody, so it is for whoever stands in then.
        """
        is_group = "service_id" in fields and fields["service_id"] == self.profile.find("inventory.group_service")
        if not customers and by != OTHER and not is_group:
            customers = self.stand_in
        body = {
            "service_id": self.service_id,
            "timestamp": stamp(start),
            "customers": [{"id": each} if isinstance(each, str) else each for each in customers],
            "is_recurring": False,
            **fields,
        }
        return self.call("createMerchantBooking", _sent(body), by=by, title=title)

    @cached_property
    def stand_in(self) -> tuple[str, ...]:
        """Who is booked for where it does not matter for whom: the profile's customer, or nobody where that is known to work."""
        is_known = self.profile.find("readings.walk_ins", not self.contract.rule("AP-M02").is_reading)
        known = self.profile.find(f"inventory.{CUSTOMER}")
        return () if is_known or not known else (str(known),)

    def walks_in(self, start: datetime, title: str = "book for nobody", **fields: Any) -> Answer:
        """Ask for a booking for nobody. Raises NotApplicable where the target has no such bookings."""
        if not self.profile.find("readings.walk_ins", True):
            raise NotApplicable("merchants book for nobody here")
        return self.enter(start, title=title, customers=[], **fields)

    def entered(self, start: datetime, *customers: Any, by: str = MAIN, **fields: Any) -> int:
        return self.made(self.enter(start, *customers, by=by, **fields).ok("AP-M01", 201))

    def group(self, start: datetime, *customers: Any, by: str = MAIN, **fields: Any) -> int:
        """A new group, which may begin with nobody in it."""
        fields = {"service_id": self.group_service_id, **({} if customers else {"customers": []}), **fields}
        made = self.made(self.enter(start, *customers, by=by, title="make a group", **fields).ok("AP-M12", 201))
        self._groups[made] = start
        return made

    def people(self, number: int) -> list[Json]:
        """So many new customers."""
        return [{"first_name": self.word().capitalize()} for _ in range(number)]

    def series(self, start: datetime, *customers: Any, rule: Json, by: str = MAIN, **fields: Any) -> Answer:
        if self.contract.view is View.AGREED:  # whose rows need not say to which series they belong
            rows = self.calendar(start - _AROUND_SERIES, start + _AROUND_SERIES)["bookings"]
            self._before_series = {row["id"] for row in rows}
        return self.enter(
            start, *customers, by=by, title="make a series", is_recurring=True, recurrence_rule=rule, **fields
        )

    def made_series(
        self,
        rule: str,
        start: datetime,
        *customers: Any,
        recurrence: Json | None = None,
        days: int = 400,
        answer: Answer | None = None,
        **fields: Any,
    ) -> list[Json]:
        """
        A series that was made: the first row of each booking, in the order of time, of so many days around *start*.

        Args:
            answer: Where it was asked for already.
        """
        first = self.made((answer or self.series(start, *customers, rule=recurrence or {}, **fields)).ok(rule, 201))
        rows = self.calendar(start - days * _DAY, start + days * _DAY)["bookings"]
        begun: Json = next((row for row in rows if row["id"] == first), {})
        self.expect(rule, bool(begun), f"the calendar has booking {first}", "it has not")
        belongs = self._same_series(begun)
        found = {row["id"]: row for row in reversed(rows) if belongs(row)}
        self.keep_series(found)
        return sorted(found.values(), key=lambda row: str(row["from_date"]))

    def _same_series(self, begun: Json) -> Callable[[Json], bool]:
        """Whether a row belongs to the series of *begun*; no page promises that rows say so, and else what is new does."""
        if begun.get("series_id") is not None:
            return lambda row: row["series_id"] == begun["series_id"]
        told = ("service_name", "first_name", "last_name")
        others = {*self._before_series, *self._known, *(self.made_as("booking") - {begun["id"]})}
        return lambda row: row["id"] not in others and all(row.get(name) == begun.get(name) for name in told)

    def move(
        self,
        booking: int,
        start: datetime,
        end: datetime | None = None,
        *,
        by: str = MAIN,
        title: str = "change the booking",
        **fields: Any,
    ) -> Answer:
        """Ask for other times; the end follows from the usual service."""
        body = {
            "merchant_note": "",
            "from_date": stamp(start),
            "to_date": stamp(end or start + self.service.length),
            **fields,
        }
        return self.call("updateMerchantBooking", _sent(body), id=booking, by=by, title=title)

    def call_off(self, booking: int, reason: str = "", *, by: str = MAIN) -> Answer:
        """The merchant's cancel."""
        return self.call(
            "cancelMerchantBooking",
            {"cancellation_reason": reason},
            id=booking,
            by=by,
            title="cancel for the merchant",
        )

    def calendar(self, start: datetime, end: datetime, *, by: str = MAIN, cancelled: bool = False) -> Json:
        answer = self.ask_calendar(start, end, by=by, include_cancelled="true" if cancelled else None)
        found: Json = answer.ok("AP-K01", 200).json
        return found

    def ask_calendar(self, start: datetime | str, end: datetime | str, *, by: str = MAIN, **query: Any) -> Answer:
        return self.call(
            "listCalendarEvents", start=stamp(start), end=stamp(end), by=by, title="read the calendar", **query
        )

    def rows(self, booking: int, start: datetime, *, cancelled: bool = False) -> list[Json]:
        """The rows of a booking that begins within a day of *start*."""
        found = self.calendar(start - _DAY, start + 2 * _DAY, cancelled=cancelled)
        return [row for row in found["bookings"] if row["id"] == booking]

    def row(self, rule: str, booking: int, start: datetime, *, cancelled: bool = False) -> Json:
        """The first row of a booking, which has to be there."""
        found = self.rows(booking, start, cancelled=cancelled)
        self.expect(rule, bool(found), f"the calendar has booking {booking}", "it has not")
        return found[0]

    def looks_new(self, rule: str, row: Json, service: Service, start: datetime, **fields: Any) -> None:
        """A row has what its booking's service says, *fields*, and nothing of a cancel."""
        listed = self.listed_service(service.id)
        told: Json = {
            "from_date": stamp(start),
            "to_date": stamp(start + service.length),
            "service_name": service.name,
            "service_color": listed["color"],
            "service_duration": service.minutes,
            **fields,
        }
        limits = {name: listed[name] for name in ("min_participants", "max_participants")}
        unheard = dict.fromkeys(("cancelled_by_merchant_on", "cancellation_reason", "series_id"))
        for judged, wanted in ((rule, told), ("AP-K10", limits), ("AP-K11", {"is_cancelled": False, **unheard})):
            self.same(judged, {name: row[name] for name in wanted}, wanted, "its row in the calendar")

    def present(self, rule: str, group: int, start: datetime) -> int:
        """How many take part in a group."""
        return int(self.row(rule, group, start)["current_participants"])

    def bookings_in(self, start: datetime, end: datetime, *, cancelled: bool = True) -> list[Json]:
        """Rows of what was made since the test took its time, cancelled ones as well."""
        rows: list[Json] = self.calendar(start, end, cancelled=cancelled)["bookings"]
        return [row for row in rows if row["id"] not in self._known]

    def customers(self, *, by: str = MAIN) -> list[Json]:
        found: list[Json] = self.call("listCustomers", by=by, title="list the customers").ok("AP-N01", 200).json
        return found

    def customer(self, customer: str, *, by: str = MAIN) -> Json:
        found: Json = self.call("getCustomer", id=customer, by=by, title="read the customer").ok("AP-N01", 200).json
        return found

    def new_customer(self, *, by: str = MAIN, **fields: Any) -> str:
        body = {"first_name": self.word().capitalize(), "last_name": "Contract", **fields}
        answer = self.call("createCustomer", body, by=by, title="make a customer").ok("AP-N03", 201)
        return self.made_customer(answer)

    def made_customer(self, answer: Answer) -> str:
        """The same of a customer, whose name nobody else has: the book has them. Raises Lacking."""
        self.says("AP-H11", bool(made_text(answer)), "a Location that names the customer", "none", answer)
        if made_text(answer):
            return made_text(answer)
        sent, by = msgspec.json.decode(answer.exchange.request_body), answer.exchange.by
        found = {each["id"] for each in self.customers(by=by) if is_named(each, sent)} - self.made_as("customer")
        if not found:
            raise self.lost(answer, "the answer has no Location, and the book does not show who was made")
        if len(found) > 1:
            raise Lacking(f"the answer has no Location, and the book has {len(found)} who may have been made")
        made = str(found.pop())
        for name in ("id", "customer"):
            self.note_made(name, made, by, answer.exchange.label)
        return made

    def blacklist(self, customer: str, reason: str | None = None, *, by: str = MAIN, **fields: Any) -> Answer:
        """Lifted again in the end."""
        self.ours("id", customer)
        body = {"id": customer, "blacklist_reason": reason, **fields}
        answer = self.call("blacklistCustomer", body, id=customer, by=by, title="blacklist the customer")
        if answer.is_success:
            for name in ("id", "blacklisted"):
                self.note_made(name, customer, by, answer.exchange.label)
        return answer

    def unblacklist(self, customer: str, *, by: str = MAIN) -> Answer:
        return self.call("unblacklistCustomer", id=customer, by=by, title="lift the blacklisting")

    def block(
        self,
        start: datetime | str,
        end: datetime | str,
        *,
        by: str = MAIN,
        title: str = "block time",
        **fields: Any,
    ) -> Answer:
        body = self.block_body(start, end, **fields)
        return self.call("createBlockedTime", body, by=by, title=title)

    def block_body(self, start: datetime | str, end: datetime | str, **fields: Any) -> Json:
        body = {
            "name": "Contract test",
            "from_date": stamp(start),
            "to_date": stamp(end),
            "all_day": False,
            **fields,
        }
        return _sent(body)

    def blocked(self, start: datetime, end: datetime, *, by: str = MAIN, **fields: Any) -> int:
        return self.made(self.block(start, end, by=by, **fields).ok("AP-B01", 201))

    def change_block(
        self, block: int, start: datetime | str, end: datetime | str, *, by: str = MAIN, **fields: Any
    ) -> Answer:
        body = {"id": block, **self.block_body(start, end, **fields)}
        return self.call("updateBlockedTime", body, id=block, by=by, title="change the blocked time")

    def unblock(self, block: int, *, by: str = MAIN) -> Answer:
        return self.call("deleteBlockedTime", id=block, by=by, title="delete the blocked time")

    def blocks(self, start: datetime, end: datetime) -> list[Json]:
        found: list[Json] = self.calendar(start, end)["blocked_times"]
        return found

    def found_block(self, block: int, start: datetime) -> Json | None:
        """A blocked time that begins within a day of *start*; None when it is not there."""
        found = self.blocks(start - _DAY, start + 2 * _DAY)
        return next((each for each in found if each["id"] == block), None)

    def email(self) -> str:
        return f"{self.word()}@example.com"

    def keep_series(self, bookings: Iterable[int], *, by: str = MAIN) -> None:
        """These bookings, of a series that the test made, are its own."""
        made_by = self.contract.operation("createMerchantBooking").label
        for booking in bookings:
            for name in ("id", "booking_id", "booking"):
                self.note_made(name, booking, by, made_by)

    def take_back(self, booking: int) -> Answer | None:
        """Cancel a booking for its merchant, whichever of the two it is; None when it is cancelled."""
        answer = self.call_off(booking, _END)
        if answer.status == _FORBIDDEN and self.has(OTHER):
            answer = self.call_off(booking, _END, by=OTHER)
        return None if answer.status == _CONFLICT else answer

    def body_for(self, shop: Shop, start: datetime) -> Json:
        """What a customer sends to book the first service of a merchant."""
        return {
            "merchant_name": shop.slug,
            "service_id": shop.services[0],
            "location_id": shop.locations[0],
            "timeStamp": stamp(start),
        }


_END = "end of a contract test"


def stamp(moment: datetime | str) -> str:
    """As the API writes moments; a text stays what it is."""
    return moment if isinstance(moment, str) else f"{moment.astimezone(UTC).isoformat()[:19]}Z"


def moment_of(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _wall_clock(text: str) -> time:
    """24:00:00 is the last moment of the day, near enough."""
    return time.fromisoformat(text) if text != "24:00:00" else time.max


def is_named(customer: Json, row: Json) -> bool:
    """Whether somebody in the book has the names of a row of the calendar."""
    return all(customer[name] == row[name] for name in ("first_name", "last_name"))


def starts_in(*days: Json) -> list[str]:
    """All starts of days of the availability."""
    return [start for day in days for start in (*day["morning"], *day["afternoon"])]


def _sent(body: Json) -> Json:
    return {name: value for name, value in body.items() if value is not LEFT_OUT}


def lasting(day: date, opens: time, closes: time) -> timedelta:
    return datetime.combine(day, closes) - datetime.combine(day, opens)
