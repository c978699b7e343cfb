from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from mockserver.apis.reservekit.auth import TENANTS
from mockserver.apis.reservekit.records import BOOKINGS, CLAIMS, CUSTOMERS, SERVICES, TIME_SLOTS, Status
from mockserver.apis.reservekit.seed import draw_world, read_scenario
from mockserver.apis.scenarios import ScenarioFiles
from mockserver.booking.ports import ALL
from mockserver.sandbox.merging import Seed

EPOCH = datetime(2026, 3, 2, tzinfo=UTC)
SCENARIOS = ScenarioFiles("reservekit", read_scenario)

seeds = st.integers(0, 2**63)


def by_kind(world):
    found: dict[str, dict[Any, Any]] = {kind.name: {} for kind in (SERVICES, TIME_SLOTS, BOOKINGS, CLAIMS.kind)}
    for kind, record in world.records:
        assert record.id not in found[kind.name]
        found[kind.name][record.id] = record
    return found


def held(world):
    found = by_kind(world)
    return tuple(found[kind.name] for kind in (SERVICES, TIME_SLOTS, BOOKINGS, CLAIMS.kind))


def check_places(world):
    """No slot of a date is oversold, and the claims are exactly those of the bookings that live."""
    _, slots, bookings, claims = held(world)
    live = {booking.id: booking for booking in bookings.values() if booking.status is not Status.CANCELLED}
    taken = Counter((booking.time_slot_id, booking.date) for booking in live.values())

    assert all(places <= slots[slot].max_bookings for (slot, _), places in taken.items())
    assert claims.keys() == live.keys()
    for booking in live.values():
        (seat,) = claims[booking.id].seats
        assert (seat.pool, seat.places) == (f"{booking.time_slot_id}/{booking.date}", 1)
        assert seat.party == booking.customer.party
    parties = Counter((seat.pool, seat.party) for claim in claims.values() for seat in claim.seats if seat.party)
    assert all(times == 1 for times in parties.values())


def check_references(world):
    services, slots, bookings, _ = held(world)
    assert all(slot.service_id in services for slot in slots.values())
    for booking in bookings.values():
        assert slots[booking.time_slot_id].service_id == booking.service_id
        assert booking.tenant == services[booking.service_id].tenant
    customers = [booking.customer.id for booking in bookings.values()]
    assert len(customers) == len(set(customers))
    assert max(customers, default=0) <= world.last_ids[CUSTOMERS]


@given(seeds, st.integers(-500, 500))
@examples(15)
def test_a_world_moves_with_its_epoch_and_is_otherwise_the_same(seed, weeks):
    by = timedelta(weeks=weeks)
    here, there = held(draw_world(seed, EPOCH)), held(draw_world(seed, EPOCH + by))

    assert [list(records) for records in here] == [list(records) for records in there]
    for one, other in zip(here[2].values(), there[2].values(), strict=True):
        assert datetime.fromisoformat(other.date) - datetime.fromisoformat(one.date) == by
        assert other.created_at - one.created_at == by
        assert (one.customer.name, one.customer.email, one.status) == (
            other.customer.name,
            other.customer.email,
            other.status,
        )


@given(seeds)
@examples(25)
def test_well_known_records_are_in_every_world(seed):
    services, slots, bookings, _ = held(draw_world(seed, EPOCH))

    assert (services[123].name, services[123].tenant) == ("Consultation", TENANTS[0])
    assert [(slot.id, slot.max_bookings) for slot in slots.values() if slot.service_id == 123] == [(456, 8), (457, 1)]
    assert (bookings[789].status, bookings[789].time_slot_id, bookings[789].date) == ("pending", 456, "2026-03-03")
    assert (bookings[790].status, bookings[790].time_slot_id, bookings[790].date) == ("confirmed", 457, "2026-03-04")
    assert (bookings[789].customer.id, bookings[790].customer.id) == (321, 322)


@given(seeds)
@examples(25)
def test_no_seeded_slot_is_oversold_and_claims_agree_with_bookings(seed):
    world = draw_world(seed, EPOCH)

    check_places(world)
    check_references(world)


@given(seeds)
@examples(15)
def test_each_tenant_has_services_of_its_own(seed):
    services, _, _, _ = held(draw_world(seed, EPOCH))

    of = {tenant: {key for key, service in services.items() if service.tenant == tenant} for tenant in TENANTS}
    assert {tenant: len(found) for tenant, found in of.items()} == {"alpha": 5, "beta": 2}
    assert sum(map(len, of.values())) == len(services)
    assert 123 in of["alpha"]


@given(seeds)
@examples(15)
def test_a_booking_lies_on_the_weekday_of_its_slot_unless_it_is_written_by_hand(seed):
    _, slots, bookings, _ = held(draw_world(seed, EPOCH))

    for booking in bookings.values():
        if booking.id not in (789, 790):
            weekday = datetime.fromisoformat(booking.date).isoweekday()
            assert weekday == slots[booking.time_slot_id].day_of_week
            assert booking.created_at < EPOCH


@given(seeds)
@examples(15)
def test_a_seeded_person_can_be_nobody_real(seed):
    _, _, bookings, _ = held(draw_world(seed, EPOCH))

    for booking in bookings.values():
        assert booking.customer.email is None or booking.customer.email.endswith("@example.com")
        assert booking.customer.phone.startswith("+12025550")


@given(seeds)
@examples(15)
def test_the_next_ids_follow_the_seeded_ones(seed):
    world = draw_world(seed, EPOCH)
    seeded = Seed(world.records, dict(world.last_ids))

    services, slots, bookings, _ = held(world)
    for kind, records in ((SERVICES, services), (TIME_SLOTS, slots), (BOOKINGS, bookings)):
        assert seeded.last_id(kind.name) == max(records)
        assert seeded.size(kind.name, ALL) == len(records)


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenarios_hold_together_as_seeds_do(name):
    world = SCENARIOS[name].world

    check_places(world)
    check_references(world)
