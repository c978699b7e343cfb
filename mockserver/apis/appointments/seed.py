"""The world an appointments sandbox starts with: the merchants of `fixtures/appointments/seed.yaml`, and calendars that
are drawn from a seed as that file says, or written by hand as a scenario.

Everything drawn is placed relative to the day of the epoch, never to today, and by the clock on the merchant's wall, so
that a week in which the clocks change is as full as any. Every merchant has generators of their own for each purpose:
adding a draw in one place moves nothing elsewhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

import msgspec

from mockserver.apis.appointments.blueprint import Blueprint, Records, Shop, read_blueprint
from mockserver.apis.appointments.book import (
    make_block,
    make_booking,
    with_claims,
    written_block,
    written_booking,
)
from mockserver.apis.appointments.records import (
    BLOCKED_TIMES,
    CUSTOMERS,
    BlockedTime,
    Booking,
    Customer,
    Participant,
    Service,
    Status,
)
from mockserver.apis.appointments.terms import buffer_of
from mockserver.apis.people import People
from mockserver.booking.ports import Kind
from mockserver.booking.schedule import occupied, openings_on, total_length
from mockserver.booking.spans import Span
from mockserver.sandbox.domains import Scenario, SeedWorld
from mockserver.sandbox.randomness import draw, uuid7

__all__ = ["SEED_VERSION", "draw_world", "read_scenario", "world_of"]

SEED_VERSION = "1"
"""Counts the changes of what a seed draws; a durable sandbox remembers the one it was made with."""

_WEEK = 7
_DAY = timedelta(days=1)
_STEP = timedelta(minutes=15)
"""Bookings begin on the grid on which the vendor offers free times."""

_MINTED_AT = datetime(2024, 8, 8, 0, 20, 59, 24000, UTC)
"""The moment in the ids of drawn customers: long before any epoch, and the same for all of them."""


def draw_world(seed: int, epoch: datetime) -> SeedWorld:
    """The world of *seed*: the merchants, the well-known records, then each merchant's week."""
    blueprint = read_blueprint()
    drawing = _Drawing(blueprint, seed, epoch.astimezone(UTC).date())
    records = [*blueprint.records, *drawing.well_known()]
    for shop in blueprint.shops.values():
        records += drawing.week_of(shop)
    return SeedWorld(records, {f"appointments.{kind}": number - 1 for kind, number in drawing.next_ids.items()})


def read_scenario(name: str, document: Mapping[str, Any]) -> Scenario:
    """A scenario, or the world of a golden sample: `{title, world: {clock, bookings, blocked_times, next_ids}}`."""
    world = document["world"]
    return Scenario(name, document["title"], datetime.fromisoformat(world["clock"]), world_of(world))


def world_of(document: Mapping[str, Any]) -> SeedWorld:
    """The merchants with a calendar written by hand; a merchant is named by their slug."""
    blueprint = read_blueprint()
    records = list(blueprint.records)
    for each in document.get("bookings", ()):
        records += with_claims(written_booking(blueprint.shops[each["merchant"]], each))
    for each in document.get("blocked_times", ()):
        records.append((BLOCKED_TIMES, written_block(blueprint.shops[each["merchant"]], each)))
    next_ids: Mapping[str, int] = document.get("next_ids", {})
    return SeedWorld(records, {f"appointments.{kind}": number - 1 for kind, number in next_ids.items()})


class _Drawing:
    """One world being drawn: the blueprint, the chance, the days, the next ids."""

    def __init__(self, blueprint: Blueprint, seed: int, first_day: date) -> None:
        self.shops = blueprint.shops
        self.document = blueprint.document
        self.seed = seed
        self.first_day = first_day
        self.next_ids: dict[str, int] = dict(self.document["first_ids"])

    def next_id(self, kind: str) -> int:
        number = self.next_ids[kind]
        self.next_ids[kind] = number + 1
        return number

    def chance(self, purpose: str, shop: Shop) -> Random:
        return draw(self.seed, "appointments", purpose, shop.merchant.slug)

    def days(self, weeks: int = 1) -> Iterator[date]:
        return (self.first_day + number * _DAY for number in range(_WEEK * weeks))

    def well_known(self) -> Iterator[tuple[Kind[Any], Any]]:
        fixed = self.document["well_known"]
        for each in fixed["bookings"]:
            shop = self.shops[each["merchant"]]
            length = total_length(shop.services[each["service_id"]].timing)
            yield from with_claims(written_booking(shop, self._dated(shop, each, length)))
        for each in fixed["blocked_times"]:
            shop = self.shops[each["merchant"]]
            length = timedelta(minutes=each["minutes"])
            yield BLOCKED_TIMES, written_block(shop, self._dated(shop, each, length))

    def week_of(self, shop: Shop) -> Records:
        customers = list(self._customers(shop))
        blocks = list(self._blocks(shop))
        week = _Week(self, shop, customers, blocks)
        records: Records = [(CUSTOMERS, customer) for customer in customers]
        records += [(BLOCKED_TIMES, block) for block in blocks]
        for booking in week.bookings():
            records += with_claims(booking)
        return records

    def _dated(self, shop: Shop, document: Mapping[str, Any], length: timedelta) -> Mapping[str, Any]:
        """A document with a day and a time of day, as one with moments."""
        starts_at = shop.at(self.first_day + document["day"] * _DAY, document["at"])
        return {**document, "from_date": starts_at.isoformat(), "to_date": (starts_at + length).isoformat()}

    def _customers(self, shop: Shop) -> Iterator[Customer]:
        """The first of them have accounts: the token `customer_FIRST_LAST` is theirs."""
        chance = self.chance("customers", shop)
        people = People(self.seed, "appointments", "people", shop.merchant.slug)
        users: set[str] = set()
        for number in range(shop.drawn["customers"]):
            first, last = people.first_name(), people.last_name()
            user = f"{first}_{last}".lower()
            has_account = number < shop.drawn["accounts"] and user not in users
            users.add(user)
            has_email = chance.random() >= self.document["share_without_email"]
            yield Customer(
                id=uuid7(_MINTED_AT, chance),
                merchant_id=shop.merchant.id,
                user=user if has_account else None,
                first_name=first,
                last_name=last,
                email=f"{first}.{last}.{number}@example.com".lower() if has_email else None,
                phone_number=f"+120255501{number:02}",  # 555-01xx numbers belong to nobody
            )

    def _blocks(self, shop: Shop) -> Iterator[BlockedTime]:
        breaks, off = shop.drawn["breaks"], shop.drawn["day_off"]
        weekday_off = self.chance("day off", shop).choice(off["days"])
        for day in self.days():
            if _weekday(day) == weekday_off:
                span = Span(shop.at(day, "00:00"), shop.at(day + _DAY, "00:00"))
                yield self._named_block(shop, span, off["employee"], off["type"], all_day=True)
            if _weekday(day) in breaks["days"]:
                starts_at = shop.at(day, breaks["at"])
                span = Span(starts_at, starts_at + timedelta(minutes=breaks["minutes"]))
                for employee_id in breaks["employees"]:
                    if (employee_id, _weekday(day)) != (off["employee"], weekday_off):
                        yield self._named_block(shop, span, employee_id, breaks["type"], all_day=False)

    def _named_block(self, shop: Shop, span: Span, employee_id: int, type_id: int, *, all_day: bool) -> BlockedTime:
        """A block called what its type is called."""
        return make_block(
            shop,
            span,
            id=self.next_id("blocked_time"),
            employee_id=employee_id,
            name=shop.blocked_types[type_id].name,
            type_id=type_id,
            all_day=all_day,
        )


class _Week:
    """One merchant's bookings being drawn, around the time that is taken already."""

    def __init__(
        self, drawing: _Drawing, shop: Shop, customers: Sequence[Customer], blocks: Sequence[BlockedTime]
    ) -> None:
        self.drawing = drawing
        self.document = drawing.document
        self.shop = shop
        self.chance = drawing.chance("bookings", shop)
        self.customers = customers
        self.blocks = [(block.employee_id, block.busy) for block in blocks]
        self.taken: dict[tuple[int, date], list[tuple[Span, timedelta]]] = {}
        """By location and local day: spans, and what is kept free around each."""

    def bookings(self) -> Iterator[Booking]:
        chance = self.drawing.chance("groups", self.shop)
        for group in self.shop.drawn["groups"]:
            yield from self._groups(group, chance)
        for location in self.shop.locations:
            for day in self.drawing.days():
                for opening in openings_on(day, self.shop.merchant.hours, self.shop.merchant.zone):
                    yield from self._appointments(location.id, day, opening)

    def _groups(self, group: Mapping[str, Any], chance: Random) -> Iterator[Booking]:
        service = self.shop.services[group["service"]]
        (employee,) = (each for each in self.shop.employees if each.id == group["employee"])
        series_id = self.drawing.next_id("series") if group["series"] else None
        crowd = chance.sample(self.customers, len(self.customers))
        for day in self.drawing.days(group["weeks"]):
            if _weekday(day) not in group["days"]:
                continue
            starts_at = self.shop.at(day, group["at"])
            span = Span(starts_at, starts_at + total_length(service.timing))
            filled = chance.randint(*group["filled"])
            participants = [Participant(each.id, self._note(chance, "customer_notes")) for each in crowd[:filled]]
            if chance.random() < self.document["share_left"]:
                participants.append(Participant(crowd[filled].id, None, Status.CANCELLED))
            self._take(service, employee.location_id, day, span.starts_at)
            yield make_booking(
                service,
                span,
                participants,
                id=self.drawing.next_id("booking"),
                location_id=employee.location_id,
                employee_id=employee.id,
                merchant_note=self._note(chance, "merchant_notes"),
                status=Status.BOOKED,
                series_id=series_id,
            )

    def _appointments(self, location_id: int, day: date, opening: Span) -> Iterator[Booking]:
        """Fill one opening, from its first minute to its last."""
        chance = self.chance
        services = [self.shop.services[number] for number in self.shop.drawn["appointments"]]
        employees = [each.id for each in self.shop.employees if each.location_id == location_id and each.is_active]
        starts_at = opening.starts_at + self._quiet()
        while starts_at < opening.ends_at:
            service = chance.choice(services)
            by_customer = chance.random() < self.document["share_by_customers"]
            employee_id = None if by_customer else chance.choice(employees)
            span = Span(starts_at, starts_at + total_length(service.timing))
            if span.ends_at > opening.ends_at or not self._is_free(service, location_id, day, starts_at, employee_id):
                starts_at += _STEP
                continue
            booking = self._appointment(service, span, location_id, employee_id)
            yield booking
            if booking.is_cancelled:
                starts_at += _STEP
                continue
            self._take(service, location_id, day, starts_at)
            wait = _first_wait(service)
            if wait is not None and chance.random() < self.document["share_within_waits"]:
                starts_at += wait
            else:
                starts_at = span.ends_at + self._quiet()

    def _appointment(self, service: Service, span: Span, location_id: int, employee_id: int | None) -> Booking:
        chance, document = self.chance, self.document
        fields: dict[str, Any] = {"status": Status.BOOKED, "merchant_note": None}
        customers = [each for each in self.customers if each.user is not None or employee_id is not None]
        guests = [Participant(chance.choice(customers).id, self._note(chance, "customer_notes"))]
        if employee_id is not None:
            fields["merchant_note"] = self._note(chance, "merchant_notes")
            if chance.random() < document["share_walk_in"]:
                guests = []
        if chance.random() < document["share_cancelled"]:
            fields["status"] = Status.CANCELLED
            if employee_id is None:
                guests = [msgspec.structs.replace(guests[0], status=Status.CANCELLED)]
            else:
                fields["cancelled_by_merchant_at"] = self._before_the_week()
                fields["cancellation_reason"] = chance.choice(document["reasons"])
        return make_booking(
            service,
            span,
            guests,
            id=self.drawing.next_id("booking"),
            location_id=location_id,
            employee_id=employee_id,
            **fields,
        )

    def _is_free(
        self, service: Service, location_id: int, day: date, starts_at: datetime, employee_id: int | None
    ) -> bool:
        """Whether nothing is nearer than either side's buffer, and no block of the employee, or of anybody, is there."""
        buffer = buffer_of(service, self.shop.merchant)
        taken = self.taken.get((location_id, day), ())
        for span in occupied(service.timing, starts_at):
            if any(other.widen(gap := max(buffer, theirs), gap).overlaps(span) for other, theirs in taken):
                return False
            if any(block.overlaps(span) for whose, block in self.blocks if employee_id in {None, whose}):
                return False
        return True

    def _take(self, service: Service, location_id: int, day: date, starts_at: datetime) -> None:
        buffer = buffer_of(service, self.shop.merchant)
        spans = [(span, buffer) for span in occupied(service.timing, starts_at)]
        self.taken.setdefault((location_id, day), []).extend(spans)

    def _quiet(self) -> timedelta:
        return timedelta(minutes=self.chance.choice(self.document["quiet"]))

    def _note(self, chance: Random, notes: str) -> str | None:
        return chance.choice(self.document[notes]) if chance.random() < self.document["share_with_note"] else None

    def _before_the_week(self) -> datetime:
        midnight = datetime.combine(self.drawing.first_day, time.min, UTC)
        return midnight - timedelta(minutes=self.chance.randrange(24 * 60, 14 * 24 * 60))


def _first_wait(service: Service) -> timedelta | None:
    """How long after the start of a service somebody else may come."""
    length = timedelta(0)
    for phase in service.timing:
        if not phase.occupies:
            return length
        length += phase.length
    return None


def _weekday(day: date) -> int:
    return day.isoweekday() % _WEEK
