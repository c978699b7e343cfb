"""A small house of the anny API: records to begin with, and a unit of work that stands on them.

It is open from 8 to 20 o'clock in Berlin, on Sundays never. What a test does not say is as simple as it can be.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from doubles import MONDAY

from mockserver.apis.anny import offers, records
from mockserver.apis.anny.offers import CheckIn, Editing, PaymentFlow, Period, Resource, Service
from mockserver.apis.anny.records import CLAIMS, Booking, Status
from mockserver.booking.ports import Kind
from mockserver.booking.spans import Span
from mockserver.sandbox.clocks import ClockState
from mockserver.sandbox.domains import Domain, SeedWorld
from mockserver.sandbox.merging import Level, Seed
from mockserver.sandbox.records import SandboxRecord
from mockserver.sandbox.work import Work
from mockserver.stores.memory import MemoryStore

BERLIN = ZoneInfo("Europe/Berlin")
HOURS: dict[int, tuple[tuple[Any, Any], ...]] = {day: ((time(8), time(20)),) for day in range(1, 7)}

KINDS: dict[type, Kind[Any]] = {
    kind.record: kind for kind in (vars(offers) | vars(records)).values() if isinstance(kind, Kind)
}

ROOM = Resource(
    id="room",
    slug="room",
    name="Room",
    timezone="Europe/Berlin",
    quantity=1,
    parent_id=None,
    check_in=CheckIn(
        is_enabled=False,
        auto_expiry=False,
        expires_after=15,
        allowed_before=15,
        allowed_after=30,
        allow_multiple=False,
        release_on_checkout=True,
        by_terminal=False,
        out_by_terminal=False,
    ),
    hours=HOURS,
)
HALL = msgspec.structs.replace(ROOM, id="hall", slug="hall", name="Hall", quantity=3)

HOURLY = Service(
    id="hourly",
    name="By the hour",
    currency="EUR",
    tax_rate=19,
    resource_ids=("room", "hall"),
    price=5000,
    starting_fee=0,
    calculation_interval=60,
    uncharged_duration=0,
    is_net_price=False,
    min_duration=60,
    max_duration=240,
    booking_interval=30,
    lead_time=0,
    padding_before=0,
    padding_after=0,
    advance_booking_period=None,
    auto_accept=True,
    can_instant_book=True,
    allow_participants=True,
    min_participants=0,
    max_participants=None,
    allow_recurring=False,
    is_series=False,
    add_on_ids=(),
    form_id=None,
    allow_personalization=False,
    allow_subsequent_personalizations=False,
    policy_id=None,
    cancellation=Period(),
    payment_flow=PaymentFlow.PAY_OFFLINE,
    editing=Editing(base_data=True, resource=True, service_options=True, future_only=True, deadline=Period()),
)


def local(text: str) -> datetime:
    """A moment on the clock of the house: `"10:00"`, on Tuesday, 3 March 2026, or `"2026-03-29 10:00"`."""
    day = text if " " in text else f"2026-03-03 {text}"
    return datetime.fromisoformat(day).replace(tzinfo=BERLIN).astimezone(UTC)


def span(start: str, end: str) -> Span:
    return Span(local(start), local(end))


def booked(number: int, start: str, end: str, **fields: Any) -> Booking:
    """An accepted booking of the room by the hour."""
    when = span(start, end)
    named: dict[str, Any] = {
        "id": number,
        "number": f"BB{number:08d}",
        "code": f"{number:016d}",
        "status": Status.ACCEPTED,
        "order_id": 2000,
        "account_id": None,
        "customer_id": None,
        "service_id": "hourly",
        "resource_id": "room",
        "starts_at": when.starts_at,
        "ends_at": when.ends_at,
        "created_at": MONDAY - timedelta(days=1),
        "updated_at": MONDAY - timedelta(days=1),
    }
    return Booking(**{**named, **fields})


def blocker(number: int, start: str, end: str, **fields: Any) -> Booking:
    return booked(number, start, end, **{"order_id": None, "service_id": None, **fields})


@contextmanager
def working(*things: Any, now: datetime = MONDAY) -> Iterator[Work]:
    """A unit of work on a world of records; what is done in it is gone afterwards."""
    world = [(KINDS[type(thing)], thing) for thing in things]
    domain = Domain("anny", (*KINDS.values(), CLAIMS.kind), lambda _seed, _epoch: SeedWorld(()), "1")
    with MemoryStore().writing() as session:
        own = session.new_layer()
        clock = ClockState.showing(now, real=now, frozen=True)
        record = SandboxRecord("test", seed=7, epoch=MONDAY, clock=clock, own=own, made_at=MONDAY)
        yield Work(domain, session, Level(Seed(world, {}), session.changes(own)), record, now)
