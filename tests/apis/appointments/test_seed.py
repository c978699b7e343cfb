from collections import Counter, defaultdict
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from mockserver.apis.appointments.auth import SLUGS, identify, name_of
from mockserver.apis.appointments.claims import claims_of
from mockserver.apis.appointments.records import (
    BLOCKED_TIMES,
    BLOCKED_TYPES,
    BOOKINGS,
    CLAIMS,
    CUSTOMERS,
    EMPLOYEES,
    LOCATIONS,
    MERCHANTS,
    SERIES,
    SERVICES,
    BookingType,
    PriceType,
    Role,
    Status,
)
from mockserver.apis.appointments.seed import draw_world, read_scenario, world_of
from mockserver.apis.appointments.terms import buffer_of
from mockserver.apis.scenarios import ScenarioFiles
from mockserver.booking.ports import ALL
from mockserver.booking.schedule import lies_open, local_moment, occupied, openings_on
from mockserver.booking.spans import Span
from mockserver.sandbox.merging import Seed

EPOCH = datetime(2026, 3, 2, tzinfo=UTC)
SCENARIOS = ScenarioFiles("appointments", read_scenario)

CLOCKS_CHANGE = [
    datetime(2026, 3, 9, tzinfo=UTC),
    datetime(2026, 3, 23, tzinfo=UTC),
    datetime(2026, 10, 19, tzinfo=UTC),
]
"""In the week before or after one of these Mondays, in one merchant's zone or another."""

JANE = "550e8400-e29b-41d4-a716-446655440000"
MARIA = "660e8400-e29b-41d4-a716-446655440001"
WELL_KNOWN = {123, 124, 125, 126}

KINDS = (MERCHANTS, LOCATIONS, EMPLOYEES, SERVICES, CUSTOMERS, BOOKINGS, BLOCKED_TYPES, BLOCKED_TIMES, CLAIMS.kind)

seeds = st.integers(0, 2**63)
mondays = st.one_of(
    st.sampled_from([EPOCH, *CLOCKS_CHANGE]), st.integers(-500, 500).map(lambda weeks: EPOCH + timedelta(weeks=weeks))
)
some = examples(15)


def held(world):
    """The records of a world by kind and id; `held(world).booking[123]`."""
    found: dict[str, dict[Any, Any]] = {kind.name: {} for kind in KINDS}
    for kind, record in world.records:
        assert record.id not in found[kind.name]
        found[kind.name][record.id] = record
    return SimpleNamespace(**{name.removeprefix("appointments."): records for name, records in found.items()})


def spans_of(booking):
    return occupied(booking.phases, booking.starts_at)


def check_calendar(world):
    """Nobody is in two places at once, nothing is booked over a block, and the claims are those of what lives."""
    here = held(world)
    live = [booking for booking in here.booking.values() if not booking.is_cancelled]
    taken = defaultdict(list)
    for booking in live:
        for span in spans_of(booking):
            taken["location", booking.location_id].append(span)
            if booking.employee_id is not None:
                taken["employee", booking.employee_id].append(span)

    for spans in taken.values():
        for one, next_one in pairwise(sorted(spans, key=lambda span: span.starts_at)):
            assert one.ends_at <= next_one.starts_at
    for booking in live:
        for block in here.blocked_time.values():
            concerns = block.merchant_id == booking.merchant_id and booking.employee_id in {None, block.employee_id}
            assert not concerns or not any(block.busy.overlaps(span) for span in spans_of(booking))
    assert list(here.claim.values()) == [claim for booking in live for claim in claims_of(booking)]
    places = Counter(seat.pool for claim in here.claim.values() for seat in claim.seats if seat.party)
    for booking in live:
        assert places[f"group/{booking.id}"] == (booking.current_participants if booking.is_group else 0)


def check_bookings(world):
    """Bookings name what their merchant has, and are what their service makes them."""
    here = held(world)
    for booking in here.booking.values():
        service = here.service[booking.service_id]
        participants = [each.customer_id for each in booking.participants]
        assert service.merchant_id == booking.merchant_id == here.location[booking.location_id].merchant_id
        assert all(here.customer[each].merchant_id == booking.merchant_id for each in participants)
        assert len(participants) == len(set(participants))
        assert len(booking.active) <= booking.max_participants == service.max_participants
        assert booking.is_group == service.is_group
        assert booking.ends_at == booking.starts_at + sum((each.length for each in booking.phases), timedelta())
        if booking.employee_id is not None:
            employee = here.employee[booking.employee_id]
            assert (employee.merchant_id, employee.location_id) == (booking.merchant_id, booking.location_id)
    for block in here.blocked_time.values():
        assert here.employee[block.employee_id].merchant_id == block.merchant_id
        assert block.type_id is None or here.blocked_type[block.type_id].merchant_id == block.merchant_id


# Every world


@given(seeds, mondays)
@some
def test_a_world_moves_with_its_epoch_by_the_clock_on_the_wall(seed, epoch):
    by = epoch - EPOCH
    here, there = held(draw_world(seed, EPOCH)), held(draw_world(seed, epoch))

    def local(record, field):
        zone = here.merchant[record.merchant_id].zone
        return getattr(record, field).astimezone(zone).replace(tzinfo=None)

    for kind in ("booking", "blocked_time"):
        ours, theirs = getattr(here, kind), getattr(there, kind)
        assert list(ours) == list(theirs)
        for one, other in zip(ours.values(), theirs.values(), strict=True):
            assert local(other, "starts_at") - local(one, "starts_at") == by
            assert local(other, "ends_at") - local(one, "ends_at") == by
    assert [each.participants for each in here.booking.values()] == [
        each.participants for each in there.booking.values()
    ]
    assert here.customer == there.customer


@given(seeds, mondays)
@some
def test_nothing_is_booked_twice_and_claims_agree_with_bookings(seed, epoch):
    world = draw_world(seed, epoch)

    check_calendar(world)
    check_bookings(world)


@given(seeds, mondays)
@some
def test_what_is_drawn_lies_in_business_hours_and_keeps_its_buffer(seed, epoch):
    here = held(draw_world(seed, epoch))
    live = [booking for booking in here.booking.values() if not booking.is_cancelled]

    for booking in here.booking.values():
        merchant = here.merchant[booking.merchant_id]
        day = booking.starts_at.astimezone(merchant.zone).date()
        assert lies_open(booking.span, openings_on(day, merchant.hours, merchant.zone))
    for booking in live:
        buffer = buffer_of(here.service[booking.service_id], here.merchant[booking.merchant_id])
        around = [span.widen(buffer, buffer) for span in spans_of(booking)]
        others = [other for other in live if other.location_id == booking.location_id and other.id != booking.id]
        assert not any(near.overlaps(span) for near in around for other in others for span in spans_of(other))


@given(seeds, mondays)
@some
def test_what_is_drawn_is_a_week_and_the_rest_of_its_series(seed, epoch):
    here = held(draw_world(seed, epoch))

    for booking in here.booking.values():
        day = booking.starts_at.astimezone(here.merchant[booking.merchant_id].zone).date()
        weeks = 1 if booking.series_id is None else 3
        assert booking.id in WELL_KNOWN or 0 <= (day - epoch.date()).days < 7 * weeks
        assert booking.cancelled_by_merchant_at is None or booking.cancelled_by_merchant_at < epoch


@given(seeds, mondays)
@some
def test_a_week_has_something_of_everything(seed, epoch):
    here = held(draw_world(seed, epoch))

    for merchant_id in here.merchant:
        of_merchant = [each for each in here.booking.values() if each.merchant_id == merchant_id]
        drawn = [each for each in of_merchant if each.id not in WELL_KNOWN]
        assert len(drawn) >= 8
        assert any(each.is_group and len(each.active) == each.max_participants for each in drawn)
        series = {each.series_id for each in drawn} - {None}
        assert series
        for number in series:
            occurrences = [each for each in drawn if each.series_id == number]
            assert len({each.service_id for each in occurrences}) == 1
            assert {each.type for each in occurrences} == {BookingType.CLASS}
            assert len(occurrences) > 1
        assert {each.all_day for each in here.blocked_time.values() if each.merchant_id == merchant_id} == {True, False}
    drawn = here.booking.values()
    assert {each.employee_id is None for each in drawn} == {True, False}
    assert {each.is_cancelled for each in drawn} == {True, False}
    assert any(each.type is BookingType.EVENT and len(each.active) < each.min_participants for each in drawn)


@given(seeds)
@some
def test_who_books_as_a_customer_has_an_account_that_their_token_reaches(seed):
    here = held(draw_world(seed, EPOCH))

    for booking in here.booking.values():
        if booking.employee_id is None:
            (guest,) = booking.participants
            customer = here.customer[guest.customer_id]
            caller = identify({b"authorization": f"Bearer customer_{customer.user}".encode()}).caller
            assert caller is not None
            assert caller.id == customer.user
            assert name_of(customer.user) == (customer.first_name, customer.last_name)
    users = [(each.merchant_id, each.user) for each in here.customer.values() if each.user is not None]
    assert len(users) == len(set(users))


@given(seeds)
@some
def test_a_seeded_person_can_be_nobody_real(seed):
    here = held(draw_world(seed, EPOCH))

    for person in (*here.customer.values(), *here.employee.values()):
        assert person.email is None or person.email.endswith("@example.com")
        # The pages print Jane's number.
        assert person.phone_number is None or person.id == JANE or person.phone_number.startswith("+120255501")


@given(seeds, mondays)
@some
def test_the_next_ids_follow_the_seeded_ones(seed, epoch):
    world = draw_world(seed, epoch)
    seeded = Seed(world.records, dict(world.last_ids))

    here = held(world)
    assert seeded.last_id(BOOKINGS.name) == max(here.booking) > 1001
    assert seeded.last_id(BLOCKED_TIMES.name) == max(here.blocked_time) > 1001
    assert seeded.last_id(SERIES) == max(each.series_id or 0 for each in here.booking.values())
    assert seeded.size(BOOKINGS.name, ALL) == len(here.booking)
    assert not set(range(127, 1001)) & set(here.booking)


# What is well known


@given(seeds, mondays)
@some
def test_well_known_records_are_in_every_world(seed, epoch):
    here = held(draw_world(seed, epoch))
    booking = here.booking[123]
    zone = here.merchant[booking.merchant_id].zone

    assert (booking.service_id, booking.location_id, booking.employee_id) == (123, 456, 789)
    assert [each.customer_id for each in booking.active] == [JANE]
    assert booking.starts_at == local_moment((epoch + timedelta(days=11)).date(), time(16), zone)
    assert (here.blocked_time[456].employee_id, here.blocked_time[456].type_id) == (789, 1)
    assert booking.starts_at - here.blocked_time[456].ends_at == timedelta(hours=1)
    groups = {number: [each.customer_id for each in here.booking[number].active] for number in (124, 125, 126)}
    assert {here.booking[number].service_id for number in groups} == {456}
    assert JANE in groups[126]
    assert JANE not in groups[124] + groups[125]
    assert MARIA not in groups[124] + groups[125] + groups[126]
    assert (len(groups[124]), len(groups[125])) == (2, 4)


@given(seeds, mondays)
@some
def test_well_known_bookings_can_be_cancelled_all_week(seed, epoch):
    here = held(draw_world(seed, epoch))

    for number in WELL_KNOWN:
        assert here.booking[number].starts_at > epoch + timedelta(days=8)


@given(seeds, mondays)
@some
def test_next_week_the_first_location_is_free_from_eight_to_two(seed, epoch):
    """So that a request of which only the date is reckoned works in every world."""
    here = held(draw_world(seed, epoch))
    zone = here.merchant[here.booking[123].merchant_id].zone

    for number in range(7, 14):
        day = (epoch + timedelta(days=number)).date()
        free = Span(local_moment(day, time(8), zone), local_moment(day, time(14), zone))
        assert not any(each.span.overlaps(free) for each in here.booking.values() if each.location_id == 456)
        assert not any(each.busy.overlaps(free) for each in here.blocked_time.values() if each.employee_id == 789)


def test_the_tokens_know_the_seeded_merchants():
    here = held(world_of({}))

    assert tuple(merchant.slug for merchant in here.merchant.values()) == SLUGS
    assert all("-" in slug and len(slug) <= 30 for slug in SLUGS)


def test_each_merchant_has_one_employee_of_each_role():
    here = held(world_of({}))

    for merchant_id in here.merchant:
        active = [each for each in here.employee.values() if each.merchant_id == merchant_id and each.is_active]
        assert Counter(each.role for each in active) == {Role.OWNER: 1, Role.ADMIN: 1, Role.STAFF: 1}
    assert (here.employee[789].role, here.employee[789].location_id) == (Role.OWNER, 456)
    assert (here.employee[790].role, here.employee[790].location_id) == (Role.STAFF, 457)


def test_well_known_customers_are_called_what_their_accounts_are_called():
    here = held(world_of({}))

    known = [each for each in here.customer.values() if each.user is not None]
    assert {each.id for each in known} >= {JANE, MARIA}
    for customer in known:
        assert name_of(customer.user) == (customer.first_name, customer.last_name)


def test_there_is_a_service_for_every_rule():
    here = held(world_of({}))
    services = here.service.values()

    assert {each.price_type for each in services} == set(PriceType)
    assert all((each.price_minor == 0) == (each.price_type is PriceType.FREE) for each in services)
    assert any(phase.waits for each in services for phase in each.phases)
    for value, field in ((48, "cancel_deadline_hours"), (0, "cancel_deadline_hours"), (15, "buffer_minutes")):
        assert any(getattr(each, field) == value for each in services)
    assert any(each.window_min_minutes == 120 for each in services)
    for merchant_id in here.merchant:
        assert {each.is_group for each in services if each.merchant_id == merchant_id} == {True, False}
    phases = [phase.id for each in services for phase in each.phases]
    categories = [each.id for merchant in here.merchant.values() for each in merchant.categories]
    assert len(phases) == len(set(phases))
    assert len(categories) == len(set(categories))


def test_the_seed_keeps_to_the_lengths_that_the_vendor_stores():
    here = held(world_of({}))

    names = [each.name for each in (*here.merchant.values(), *here.service.values())]
    assert [name for name in names if len(name) > 30] == []
    assert [each.name for each in here.blocked_type.values() if len(each.name) > 50 or len(each.icon or "") > 10] == []


# Worlds written by hand

WRITTEN: dict[str, Any] = {
    "title": "Two bookings and a break",
    "world": {
        "clock": "2026-03-10T09:00:00Z",
        "bookings": [
            {
                "id": 123,
                "merchant": "spa-retreat",
                "service_id": 123,
                "location_id": 456,
                "employee_id": 789,
                "from_date": "2026-03-15T14:00:00Z",
                "to_date": "2026-03-15T15:00:00Z",
                "merchant_note": "Prefers quiet environment",
                "customers": [{"id": JANE, "note": "First time client"}],
            },
            {
                "id": 124,
                "merchant": "spa-retreat",
                "service_id": 124,
                "location_id": 456,
                "employee_id": None,
                "from_date": "2026-03-15T07:00:00-07:00",
                "to_date": "2026-03-15T08:30:00-07:00",
                "merchant_note": None,
                "status": "cancelled",
                "customers": [{"id": MARIA, "note": None}],
            },
        ],
        "blocked_times": [
            {
                "id": 456,
                "merchant": "spa-retreat",
                "employee_id": 789,
                "name": "Day off",
                "from_date": "2026-03-16T12:00:00Z",
                "to_date": "2026-03-16T13:00:00Z",
                "all_day": True,
                "blocked_type_id": 1,
            }
        ],
        "next_ids": {"booking": 200},
    },
}


def test_a_world_written_by_hand_holds_what_is_written():
    scenario = read_scenario("mine", WRITTEN)
    here = held(scenario.world)
    first, second = here.booking.values()

    assert (scenario.title, scenario.clock) == ("Two bookings and a break", datetime(2026, 3, 10, 9, tzinfo=UTC))
    assert (first.type, first.status, first.current_participants) == (BookingType.APPOINTMENT, Status.BOOKED, 1)
    assert [(each.customer_id, each.note) for each in first.participants] == [(JANE, "First time client")]
    assert [claim.id for claim in here.claim.values()] == ["booking/123"]
    assert (second.is_cancelled, second.starts_at) == (True, datetime(2026, 3, 15, 14, tzinfo=UTC))
    check_calendar(scenario.world)
    check_bookings(scenario.world)


def test_a_block_of_a_whole_day_takes_the_merchant_s_day():
    block = held(world_of(WRITTEN["world"])).blocked_time[456]

    assert block.busy == Span(datetime(2026, 3, 16, 7, tzinfo=UTC), datetime(2026, 3, 17, 7, tzinfo=UTC))
    assert (block.starts_at.hour, block.ends_at.hour) == (12, 13)


def test_a_world_written_by_hand_may_say_which_ids_come_next():
    world = world_of(WRITTEN["world"])
    seeded = Seed(world.records, dict(world.last_ids))

    assert seeded.last_id(BOOKINGS.name) == 199
    assert seeded.last_id(BLOCKED_TIMES.name) == 456


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenarios_hold_together_as_seeds_do(name):
    world = SCENARIOS[name].world

    check_calendar(world)
    check_bookings(world)
