from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from anny_world import account, add_on, resource, service
from doubles import ManualClock
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from doublebook_data import fixtures_dir, read_yaml
from mockserver.apis.anny.book import TIMERS
from mockserver.apis.anny.desk.till import Till
from mockserver.apis.anny.desk.timetable import expiry_of, next_event
from mockserver.apis.anny.numbering import booking_number, uuid_of
from mockserver.apis.anny.offers import ADD_ONS, FORMS, POLICIES, RESOURCES, SERVICES, FieldType, PaymentFlow
from mockserver.apis.anny.records import (
    ACCOUNTS,
    BOOKINGS,
    CLAIMS,
    CUSTOMERS,
    INVOICES,
    INVOICES_OF_ORDER,
    ORDERS,
    InvoiceStatus,
    OrderStatus,
    Participation,
    SeriesType,
    Status,
)
from mockserver.apis.anny.seed import draw_world, read_scenario
from mockserver.apis.anny.terms import busy_span, openings_of, price_of
from mockserver.apis.scenarios import ScenarioFiles
from mockserver.booking.ports import ALL
from mockserver.booking.schedule import lies_open
from mockserver.booking.spans import peak
from mockserver.sandbox.domains import Domain
from mockserver.sandbox.merging import Seed
from mockserver.sandbox.records import Setup
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.stores.memory import MemoryStore

EPOCH = datetime(2026, 3, 2, tzinfo=UTC)

CLOCKS_CHANGE = [datetime(2026, 3, 23, tzinfo=UTC), datetime(2026, 10, 19, tzinfo=UTC)]
"""In the week after one of these Mondays."""

KINDS = (
    ACCOUNTS,
    CUSTOMERS,
    RESOURCES,
    SERVICES,
    ADD_ONS,
    POLICIES,
    FORMS,
    BOOKINGS,
    ORDERS,
    INVOICES,
    CLAIMS.kind,
    TIMERS,
)
JANE, MAX, LENA = (account(number) for number in (1, 2, 3))
WRITTEN = {
    **ScenarioFiles("anny", read_scenario),
    **{
        path.stem: read_scenario(path.stem, read_yaml(path))
        for path in sorted((fixtures_dir() / "anny" / "samples").glob("*.yaml"))
    },
}

seeds = st.integers(0, 2**63)
mondays = st.one_of(
    st.sampled_from([EPOCH, *CLOCKS_CHANGE]), st.integers(-300, 500).map(lambda weeks: EPOCH + timedelta(weeks=weeks))
)
some = examples(15)


def held(world):
    """The records of a world by kind and id; `held(world).booking[1001]`."""
    found: dict[str, dict[Any, Any]] = {kind.name: {} for kind in KINDS}
    for kind, record in world.records:
        assert record.id not in found[kind.name]
        found[kind.name][record.id] = record
    return SimpleNamespace(**{name.removeprefix("anny."): records for name, records in found.items()})


def invoices_of(here, order):
    return [each for each in here.invoice.values() if each.order_id == order.id]


def check_places(here):
    """What takes places has them, nothing else has, and no resource is fuller than it can be."""
    taking = {
        number: booking
        for number, booking in here.booking.items()
        if booking.status in {Status.RESERVED, Status.REQUESTED, Status.ACCEPTED} and not booking.is_master
    }
    spans = defaultdict(list)
    assert here.claim.keys() == taking.keys()
    for number, booking in taking.items():
        busy = busy_span(booking, here.service.get(booking.service_id))
        (seat,) = here.claim[number].seats
        assert (seat.pool, seat.places, seat.span) == (booking.resource_id, booking.weight, busy)
        spans[booking.resource_id].append((busy, booking.weight))
    for resource_id, taken in spans.items():
        for span, _ in taken:
            assert peak(span, taken) <= here.resource[resource_id].quantity


def check_bookings(here):
    """A booking is what its service and its customer make it, in an order that names it."""
    for booking in here.booking.values():
        assert booking.created_at <= booking.updated_at
        if booking.is_blocker:
            assert (booking.order_id, booking.account_id, booking.customer_id) == (None, None, None)
            assert booking.weight == here.resource[booking.resource_id].quantity
            continue
        offered = here.service[booking.service_id]
        price = price_of(offered, booking.span, add_ons=booking.add_ons)
        expected = (0, 0) if booking.is_master else (price.subtotal, price.total)
        assert (booking.subtotal, booking.total) == expected
        assert booking.resource_id in offered.resource_ids
        assert {choice.add_on_id for choice in booking.add_ons} <= set(offered.add_on_ids)
        assert offered.allow_participants or not booking.participants
        assert here.customer_account[booking.account_id].customer_id == booking.customer_id
        assert booking.id in here.order[booking.order_id].booking_ids
        assert (booking.canceled_at is not None) == (booking.status is Status.CANCELED)


def check_money(here):
    """Orders are charged what their bookings cost; their invoices add up to it; who was canceled early has it all back."""
    for order in here.order.values():
        bookings = [here.booking[number] for number in order.booking_ids]
        lives = [each for each in bookings if each.status not in {Status.CANCELED, Status.REJECTED}]
        account, issued = order.account, invoices_of(here, order)
        assert {(each.order_id, each.account_id) for each in bookings} == {(order.id, order.account_id)}
        if order.is_draft:
            assert (order.lines, issued) == ((), [])
            continue
        assert account.charged() == sum(each.total for each in lives) == sum(each.amount for each in issued)
        assert account.kept() in {0, account.charged()}
        is_open = [each.status for each in issued if each.status is InvoiceStatus.OPEN]
        assert bool(is_open) == (account.due() > 0)
        assert all(line.at <= order.updated_at for line in order.lines)


def check_timers(here, now):
    """What happens next to each booking has its timer, and nothing else has one."""
    for timer in here.timer.values():
        booking = here.booking[timer.subject]
        assert booking.timer == timer.id
        if timer.action == "hold":
            assert (booking.status, booking.hold_ends_at) == (Status.RESERVED, None)
            assert timer.due_at <= now, "it is due when the world begins, whatever its clock shows"
        else:
            expires_after = expiry_of(here.resource[booking.resource_id])
            assert next_event(booking, expires_after, now) == (timer.due_at, timer.action)
            assert timer.due_at > now
    timed = {timer.subject for timer in here.timer.values()}
    for booking in here.booking.values():
        ahead = booking.status is Status.ACCEPTED and booking.ends_at > now
        if booking.status is Status.RESERVED or (ahead and not booking.is_blocker and not booking.is_master):
            assert booking.id in timed


def check(world, now):
    here = held(world)
    check_places(here)
    check_bookings(here)
    check_money(here)
    check_timers(here, now)
    for records, end in ((here.booking, "updated_at"), (here.order, "updated_at"), (here.invoice, "issued_at")):
        assert all(getattr(each, end) <= now for each in records.values())


# Every world


@given(seeds, mondays)
@some
def test_a_drawn_world_holds_together(seed, epoch):
    check(draw_world(seed, epoch), epoch)


@pytest.mark.parametrize("name", WRITTEN)
def test_a_written_world_holds_together(name):
    check(WRITTEN[name].world, WRITTEN[name].clock)


@given(seeds, mondays)
@some
def test_a_world_moves_with_its_epoch_by_the_clock_on_the_wall(seed, epoch):
    by = epoch - EPOCH
    here, there = held(draw_world(seed, EPOCH)), held(draw_world(seed, epoch))

    def local(booking, field):
        zone = here.resource[booking.resource_id].timezone
        return getattr(booking, field).astimezone(ZoneInfo(zone)).replace(tzinfo=None)

    assert list(here.booking) == list(there.booking)
    for one, other in zip(here.booking.values(), there.booking.values(), strict=True):
        assert (one.service_id, one.resource_id, one.code) == (other.service_id, other.resource_id, other.code)
        assert local(other, "starts_at") - local(one, "starts_at") == by
        assert local(other, "ends_at") - local(one, "ends_at") == by


@given(seeds, mondays)
@some
def test_everything_is_booked_within_opening_hours_and_as_its_service_permits(seed, epoch):
    here = held(draw_world(seed, epoch))

    for booking in here.booking.values():
        if booking.is_master:
            continue
        place = here.resource[booking.resource_id]
        assert lies_open(booking.span, openings_of(place, booking.starts_at))
        if not booking.is_blocker:
            offered = here.service[booking.service_id]
            minutes = (booking.ends_at - booking.starts_at) // timedelta(minutes=1)
            assert offered.min_duration <= minutes <= offered.max_duration
            assert booking.starts_at.minute % offered.booking_interval == 0


@given(seeds, mondays)
@some
def test_the_next_ids_follow_the_seeded_ones(seed, epoch):
    world = draw_world(seed, epoch)
    here = held(world)
    seeded = Seed(world.records, dict(world.last_ids))

    for kind, records in (
        (BOOKINGS, here.booking),
        (ORDERS, here.order),
        (INVOICES, here.invoice),
        (TIMERS, here.timer),
    ):
        assert seeded.last_id(kind.name) == max(records)
    assert seeded.last_id("anny.subscription") == 40
    assert seeded.size(BOOKINGS.name, ALL) == len(here.booking)
    choices = [choice.id for booking in here.booking.values() for choice in booking.add_ons]
    people = [each.id for booking in here.booking.values() for each in booking.participants]
    for name, used in (("booking_add_on", choices), ("booking_participant", people), ("customer", here.customer)):
        assert set(used) == {uuid_of(name, number + 1) for number in range(len(used))}
        assert seeded.last_id(f"anny.{name}") == len(used)


@given(seeds)
@some
def test_numbers_and_codes_and_tokens_are_nobody_else_s(seed):
    here = held(draw_world(seed, EPOCH))

    for values in (
        [each.number for each in here.booking.values()],
        [each.code for each in here.booking.values()],
        [each.access_token for each in here.order.values()],
    ):
        assert len(set(values)) == len(values)
    assert all(len(each.code) == 16 and each.code.isalnum() for each in here.booking.values())
    assert all(len(each.access_token) == 30 for each in here.order.values())
    assert all(each.number == booking_number(each.id) for each in here.booking.values())
    assert here.booking[1001].number == "BB20261001"


# What is well known


def test_there_is_a_booking_in_every_status():
    here = held(draw_world(0, EPOCH))

    known = {status: [each.id for each in here.booking.values() if each.status is status] for status in Status}
    assert [known[status] for status in Status if status is not Status.ACCEPTED] == [
        [1005],
        [1002],
        [1006],
        [1007],
        [1008],
    ]
    assert len(known[Status.ACCEPTED]) == len(here.booking) - 5
    invited = {each.email for each in here.booking[1003].participants if each.status is Participation.INVITED}
    assert invited == {"jane@example.com"}


def test_the_orders_of_the_well_known_bookings_are_what_became_of_them():
    here = held(draw_world(0, EPOCH))

    assert {number: here.order[number].status for number in (2001, 2002, 2005, 2006, 2007, 2008, 2015)} == {
        2001: OrderStatus.COMPLETED,
        2002: OrderStatus.PENDING,
        2005: OrderStatus.DRAFT,
        2006: OrderStatus.CANCELED,
        2007: OrderStatus.CANCELED,
        2008: OrderStatus.COMPLETED,
        2015: OrderStatus.COMPLETED,
    }
    sums = {
        number: (each.account.charged(), each.account.paid(), each.account.refunded())
        for number, each in here.order.items()
    }
    assert sums[2001] == (24_900, 24_900, 0)
    assert sums[2006] == (0, 8_000, 8_000)
    assert sums[2007] == (0, 19_900, 19_900)
    assert sums[2009] == (13_000, 0, 0)
    assert sums[2015] == (48_000, 48_000, 0)
    assert sums[2023] == (19_900, 0, 0)
    assert here.order[2001].flow is PaymentFlow.PAY_NOW
    assert here.order[2009].flow is PaymentFlow.PAY_OFFLINE
    assert here.invoice[3001].order_id == 2001
    assert here.invoice[3023].status is InvoiceStatus.OPEN


@pytest.mark.parametrize("number", [2001, 2002, 2003, 2006, 2007, 2009, 2015, 2023])
def test_the_till_would_have_made_the_same_of_an_order(number):
    here = held(draw_world(0, EPOCH))
    order, issued = here.order[number], invoices_of(here, here.order[number])
    bookings = [here.booking[each] for each in order.booking_ids]
    domain = Domain(name="anny", kinds=(), seed=draw_world, seed_version="1")
    sandboxes = Sandboxes(MemoryStore(), (domain,), clock=ManualClock(EPOCH))
    sandbox = sandboxes.create("a", Setup(clock=order.created_at, epoch=EPOCH, frozen=True))

    def order_and_pay(work):
        for each in issued:
            work.records(INVOICES).delete(each.id)
        till, draft = Till(work), replace(order, status=OrderStatus.DRAFT, lines=(), updated_at=None)
        alive = {Status.CANCELED: Status.ACCEPTED, Status.REJECTED: Status.REQUESTED}
        before = [replace(each, status=alive.get(each.status, each.status)) for each in bookings]
        for each in before:
            work.records(BOOKINGS).put(each)
        made = till.open(draft, before)
        return till.pay(made)[0] if order.account.paid() else made

    def end(work):
        till, made = Till(work), work.records(ORDERS).get(number)
        for each in bookings:
            work.records(BOOKINGS).put(each)
            if each.status is Status.CANCELED:
                made = till.cancel(made, {each.id: 0})
            elif each.status is Status.REJECTED:
                made = till.reject(made, each)
        found = work.records(INVOICES).page(INVOICES_OF_ORDER, number)
        return made, [replace(each, id=0) for each in found]

    sandbox.run(domain, order_and_pay, writes=True)
    sandboxes.get("a").set_clock(lambda clock, real: clock.move_to(order.updated_at, real))

    assert sandbox.run(domain, end, writes=True) == (order, [replace(each, id=0) for each in issued])


def test_a_series_is_a_master_and_its_dates_a_week_apart():
    here = held(draw_world(0, EPOCH))

    for master_id, kind, place in ((1010, SeriesType.RECURRING, 11), (1015, SeriesType.SERIES, 20)):
        master = here.booking[master_id]
        dates = [here.booking[master_id + number] for number in (1, 2, 3, 4)]
        assert master.is_master
        assert (master.starts_at, master.ends_at) == (dates[0].starts_at, dates[-1].ends_at)
        assert {(each.series_id, each.series_type, each.resource_id) for each in (master, *dates)} == {
            (master_id, kind, resource(place))
        }
        assert not any(each.is_master for each in dates)
        weeks = [(one.starts_at.astimezone(ZoneInfo("Europe/Berlin")).replace(tzinfo=None)) for one in dates]
        assert {later - earlier for earlier, later in pairwise(weeks)} == {timedelta(weeks=1)}
        assert here.order[master.order_id].booking_ids == (master_id, *(each.id for each in dates))


@given(seeds, mondays)
@some
def test_well_known_bookings_are_ahead_all_week(seed, epoch):
    here = held(draw_world(seed, epoch))

    for number in {*range(1001, 1024)} & here.booking.keys() - {1008}:
        assert here.booking[number].starts_at > epoch + timedelta(days=8)


@given(seeds, mondays)
@some
def test_what_is_drawn_is_more_than_a_page_and_lies_at_two_desks(seed, epoch):
    here = held(draw_world(seed, epoch))
    drawn = [each for number, each in here.booking.items() if number > 1_100]

    assert len(drawn) == 24
    assert {each.account_id for each in drawn} == {MAX}
    assert {each.resource_id for each in drawn} <= {resource(12), resource(13)}
    assert {each.service_id for each in drawn} <= {service(1), service(6)}


def test_the_people_are_those_of_the_tokens():
    here = held(draw_world(0, EPOCH))

    assert {each.id: each.email for each in here.customer_account.values()} == {
        JANE: "jane@example.com",
        MAX: "max@example.com",
        LENA: "lena@example.com",
    }
    for each in here.customer_account.values():
        customer = here.customer[each.customer_id]
        assert (customer.account_id, customer.email, customer.name) == (
            each.id,
            each.email,
            f"{each.given_name} {each.family_name}",
        )


def test_there_is_something_offered_for_every_rule():
    here = held(draw_world(0, EPOCH))
    offered = here.service.values()

    for has in ("can_instant_book", "auto_accept", "allow_participants", "allow_recurring", "is_series"):
        assert {getattr(each, has) for each in offered} == {True, False}
    assert {each.payment_flow for each in offered} == set(PaymentFlow)
    assert any(each.padding_before and each.padding_after for each in offered)
    assert any(each.calculation_interval for each in offered)
    assert any(not each.editing.service_options for each in offered)
    assert any(not each.editing.resource for each in offered)
    assert any(each.cancellation.length == timedelta(hours=2) for each in offered)
    assert any(each.editing.deadline.length == timedelta(hours=24) for each in offered)
    assert all(each.policy_id is None or each.policy_id in here.cancellation_policy for each in offered)
    assert all(each.form_id is None or each.form_id in here.custom_form for each in offered)
    assert here.add_on[add_on(1)].price == 2_000
    (form,) = here.custom_form.values()
    assert [each.type for each in form.fields] == [FieldType.SELECT, FieldType.SELECT, FieldType.EMAIL]
    fees = [[tier.fee_value for tier in each.tiers] for each in here.cancellation_policy.values()]
    assert fees == [[0, 50, 100], [1_500]]


def test_desks_lie_in_their_area_and_one_room_asks_people_to_check_in():
    here = held(draw_world(0, EPOCH))

    assert {each.id for each in here.resource.values() if each.parent_id == resource(10)} == {
        resource(number) for number in (11, 12, 13)
    }
    assert [each.id for each in here.resource.values() if expiry_of(each) is not None] == [resource(1)]
    assert here.resource[resource(1)].check_in.by_terminal
