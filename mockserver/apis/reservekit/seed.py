"""The world a ReserveKit sandbox starts with: drawn from a seed as `fixtures/reservekit/seed.yaml` says, or written
by hand as a scenario.

Everything drawn is placed relative to the epoch, never to today, and every generator has its purpose: adding a draw
in one place moves nothing elsewhere.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Any

import msgspec

from doublebook_data import fixtures_dir, read_yaml
from mockserver.apis.people import People
from mockserver.apis.reservekit.auth import TENANTS
from mockserver.apis.reservekit.records import (
    BOOKINGS,
    CLAIMS,
    CUSTOMERS,
    SERVICES,
    TIME_SLOTS,
    Booking,
    Customer,
    Service,
    Status,
    TimeSlot,
)
from mockserver.booking.ledger import Claim, Seat
from mockserver.booking.ports import Kind
from mockserver.sandbox.domains import Scenario, SeedWorld
from mockserver.sandbox.randomness import draw

__all__ = ["SEED_VERSION", "draw_world", "read_scenario", "world_of"]

SEED_VERSION = "1"
"""Counts the changes of what a seed draws; a durable sandbox remembers the one it was made with."""

_SLOT_DAY = "2023-01-01"
"""The date part of a slot's times is a placeholder; this is the one the vendor prints."""


def draw_world(seed: int, epoch: datetime) -> SeedWorld:
    """The world of *seed*: the well-known records, then each tenant's services, slots and bookings."""
    return _world(_Drawing(_document(), seed, epoch))


def read_scenario(name: str, document: Mapping[str, Any]) -> Scenario:
    """A scenario, or the world of a golden sample: `{title, world: {clock, state, next_ids}}`."""
    world = document["world"]
    clock = datetime.fromisoformat(world["clock"])
    return Scenario(name, document["title"], clock, world_of(world["state"], world.get("next_ids", {})))


def world_of(state: Mapping[str, Any], next_ids: Mapping[str, int]) -> SeedWorld:
    """A world from documents as the API shows them; a service without a `tenant` belongs to the first."""
    services = [_record({"tenant": TENANTS[0], "description": None, **each}, Service) for each in state["services"]]
    tenants = {service.id: service.tenant for service in services}
    records: list[tuple[Kind[Any], Any]] = [(SERVICES, service) for service in services]
    records += [(TIME_SLOTS, _record(each, TimeSlot)) for each in state["time_slots"]]
    for each in state["bookings"]:
        tenant = tenants[each["service_id"]]
        booking = _record({"tenant": tenant, "cancel_reason": None, "message": None, **each}, Booking)
        records += _with_claim(booking)
    customers = [each["customer"]["id"] for each in state["bookings"]]
    last_ids = {CUSTOMERS: max(customers, default=0)}
    last_ids.update({f"reservekit.{kind}": number - 1 for kind, number in next_ids.items()})
    return SeedWorld(records, last_ids)


def _record(document: Mapping[str, Any], kind: type[msgspec.Struct]) -> Any:
    return msgspec.convert(document, kind)


def _with_claim(booking: Booking) -> list[tuple[Kind[Any], Any]]:
    records: list[tuple[Kind[Any], Any]] = [(BOOKINGS, booking)]
    if booking.status is not Status.CANCELLED:
        seat = Seat(f"{booking.time_slot_id}/{booking.date}", party=booking.customer.party)
        records.append((CLAIMS.kind, Claim(booking.id, (seat,))))
    return records


class _Drawing:
    """One world being drawn: the document, the chance, the next ids."""

    def __init__(self, document: Mapping[str, Any], seed: int, epoch: datetime) -> None:
        self.document = document
        self.epoch = epoch
        self.made_at = epoch - timedelta(days=30)
        self.layout = draw(seed, "reservekit", "layout")
        self.bookings = draw(seed, "reservekit", "bookings")
        self.people = People(seed, "reservekit", "people")
        self.next_ids: dict[str, int] = dict(document["first_ids"])

    def next_id(self, kind: str) -> int:
        number = self.next_ids[kind]
        self.next_ids[kind] = number + 1
        return number

    def day(self, offset: int) -> str:
        return (self.epoch + timedelta(days=offset)).date().isoformat()


def _world(drawing: _Drawing) -> SeedWorld:
    records = [*_well_known(drawing)]
    trades = list(drawing.document["trades"])
    drawing.layout.shuffle(trades)
    number = 0
    for tenant, wanted in drawing.document["tenants"].items():
        for _ in range(wanted["services"]):
            records += _service(drawing, tenant, trades[number % len(trades)])
            number += 1
    return SeedWorld(records, {f"reservekit.{kind}": number - 1 for kind, number in drawing.next_ids.items()})


def _well_known(drawing: _Drawing) -> Iterator[tuple[Kind[Any], Any]]:
    fixed = drawing.document["well_known"]
    made: dict[str, Any] = {"created_at": drawing.made_at, "updated_at": drawing.made_at}
    service = fixed["service"]
    yield SERVICES, Service(tenant=TENANTS[0], **service, **made)
    for slot in fixed["time_slots"]:
        times = {name: f"{_SLOT_DAY} {slot[name]}" for name in ("start_time", "end_time")}
        yield TIME_SLOTS, TimeSlot(service_id=service["id"], **{**slot, **times}, **made)
    for each in fixed["bookings"]:
        customer = Customer(id=each["customer_id"], name=each["name"], email=each["email"], phone=each["phone"], **made)
        yield from _with_claim(
            Booking(
                id=each["id"],
                tenant=TENANTS[0],
                service_id=service["id"],
                date=drawing.day(each["day"]),
                time_slot_id=each["time_slot"],
                status=Status(each["status"]),
                cancel_reason=None,
                message=each["message"],
                customer=customer,
                **made,
            )
        )


def _service(drawing: _Drawing, tenant: str, trade: Mapping[str, Any]) -> Iterator[tuple[Kind[Any], Any]]:
    chance = drawing.layout
    service = Service(
        id=drawing.next_id("service"),
        tenant=tenant,
        name=f"{trade['name']} with {drawing.people.first_name()}",
        description=f"{trade['name']}, {trade['minutes']} minutes",
        timezone=chance.choice(drawing.document["timezones"]),
        created_at=drawing.made_at,
        updated_at=drawing.made_at,
    )
    yield SERVICES, service
    low, high = trade["places"]
    places = chance.randint(low, high)
    for day in trade["days"]:
        for start, end in _hours(trade):
            slot = TimeSlot(
                id=drawing.next_id("time_slot"),
                service_id=service.id,
                day_of_week=day,
                start_time=f"{_SLOT_DAY} {start}",
                end_time=f"{_SLOT_DAY} {end}",
                max_bookings=places,
                created_at=drawing.made_at,
                updated_at=drawing.made_at,
            )
            yield TIME_SLOTS, slot
            for _ in range(slot.max_bookings):
                if drawing.bookings.random() < trade["busy"]:
                    yield from _with_claim(_booking(drawing, service, slot))


def _hours(trade: Mapping[str, Any]) -> Iterator[tuple[time, time]]:
    length = timedelta(minutes=trade["minutes"])
    day = datetime(2023, 1, 1, tzinfo=UTC)
    start, closes = day + timedelta(hours=trade["opens"]), day + timedelta(hours=trade["closes"])
    while start + length <= closes:
        yield start.time(), (start + length).time()
        start += length


def _booking(drawing: _Drawing, service: Service, slot: TimeSlot) -> Booking:
    chance = drawing.bookings
    document = drawing.document
    made_at = drawing.made_at + timedelta(minutes=chance.randrange(29 * 24 * 60))
    share = chance.random()
    cancelled = share < document["share_cancelled"]
    confirmed = not cancelled and share < document["share_cancelled"] + document["share_confirmed"]
    status = Status.CANCELLED if cancelled else Status.CONFIRMED if confirmed else Status.PENDING
    return Booking(
        id=drawing.next_id("booking"),
        tenant=service.tenant,
        service_id=service.id,
        date=drawing.day(slot.day_of_week - 1),
        time_slot_id=slot.id,
        status=status,
        cancel_reason="The customer could not come" if cancelled else None,
        message=None,
        created_at=made_at,
        updated_at=made_at,
        customer=_customer(drawing, chance, made_at),
    )


def _customer(drawing: _Drawing, chance: Random, made_at: datetime) -> Customer:
    number = drawing.next_id("customer")
    first, last = drawing.people.first_name(), drawing.people.last_name()
    has_email = chance.random() >= drawing.document["share_without_email"]
    # The number makes the address unique, and the phone among the customers of a slot, who are drawn one after the
    # other: who has no address is known by it. 555-01xx numbers belong to nobody.
    return Customer(
        id=number,
        name=f"{first} {last}",
        email=f"{first}.{last}.{number}@example.com".lower() if has_email else None,
        phone=f"+120255501{number % 100:02}",
        created_at=made_at,
        updated_at=made_at,
    )


@cache
def _document() -> Mapping[str, Any]:
    document: Mapping[str, Any] = read_yaml(fixtures_dir() / "reservekit" / "seed.yaml")
    return document
