from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from harbour import HALL, HOURLY, ROOM, blocker, booked, local, span
from hypothesis import given
from hypothesis import strategies as st

from mockserver.apis.anny import terms
from mockserver.apis.anny.offers import Editing, FeeTier, FeeType, Period, PolicyRecord
from mockserver.apis.anny.records import LIFECYCLE, Choice, Status
from mockserver.apis.anny.refusals import Unavailability
from mockserver.booking.cancellation import FREE_UNTIL_START, quote
from mockserver.booking.errors import RuleBroken
from mockserver.booking.money import Money

BEFORE = local("2026-03-02 10:00")
"""Twenty-four hours before ten o'clock of the day that tests mean."""
SECOND = timedelta(seconds=1)


def service(**fields: Any) -> Any:
    return msgspec.structs.replace(HOURLY, **fields)


def editing(**fields: Any) -> Any:
    return service(editing=msgspec.structs.replace(HOURLY.editing, **fields))


# Price


@pytest.mark.parametrize(
    ("fields", "end", "subtotal"),
    [
        ({"price": 5000, "calculation_interval": 60}, "11:00", 5000),
        ({"price": 5000, "calculation_interval": 60}, "11:30", 10000),
        ({"price": 5000, "calculation_interval": 60, "starting_fee": 700}, "11:30", 10700),
        ({"price": 5000, "calculation_interval": 60, "uncharged_duration": 30}, "11:30", 5000),
        ({"price": 5000, "calculation_interval": 60, "uncharged_duration": 31}, "11:30", 5000),
        ({"price": 5000, "calculation_interval": 60, "uncharged_duration": 500}, "11:30", 0),
        ({"price": 19900, "calculation_interval": None}, "14:00", 19900),
        ({"price": 19900, "calculation_interval": None, "starting_fee": 100}, "14:00", 20000),
    ],
)
def test_the_price_is_the_starting_fee_and_that_of_every_unit_that_has_begun(
    fields: dict[str, Any], end: str, subtotal: int
) -> None:
    assert terms.price_of(service(**fields), span("10:00", end)) == terms.Price(subtotal, subtotal)


def test_the_tax_comes_to_a_net_price_and_halves_of_a_cent_are_rounded_up() -> None:
    # 19 per cent of 50 cents are 9.5.
    assert terms.price_of(service(price=50, is_net_price=True), span("10:00", "11:00")).subtotal == 60


def test_every_place_costs_the_whole_price_and_the_add_ons_cost_theirs_once() -> None:
    priced = service(price=5000, starting_fee=700)
    add_ons = [
        Choice(id="a", add_on_id="flip-chart", quantity=1, single_price=2000),
        Choice(id="b", add_on_id="coffee", quantity=3, single_price=1000),
    ]

    price = terms.price_of(priced, span("10:00", "12:00"), weight=2, add_ons=add_ons)

    assert price == terms.Price(subtotal=2 * 10700, total=2 * 10700 + 5000)


def test_charged_minutes_are_those_of_the_booking_without_the_uncharged_ones_and_never_below_none() -> None:
    assert terms.charged_minutes(HOURLY, span("10:00", "11:30")) == 90
    assert terms.charged_minutes(service(uncharged_duration=30), span("10:00", "11:30")) == 60
    assert terms.charged_minutes(service(uncharged_duration=300), span("10:00", "11:30")) == 0
    assert terms.charged_minutes(HOURLY, span("10:00", "11:00:01")) == 61


@pytest.mark.parametrize(
    ("amount", "rate", "split"),
    [(24900, 19, (20924, 3976)), (0, 19, (0, 0)), (-24900, 19, (-20924, -3976)), (500, 0, (500, 0)), (3, 100, (1, 2))],
)
def test_tax_is_in_the_amount_and_its_half_minor_units_are_rounded_up(
    amount: int, rate: int, split: tuple[int, int]
) -> None:
    assert terms.tax(amount, rate) == split


@given(st.integers(-(10**9), 10**9), st.integers(0, 100))
def test_net_and_tax_add_up_to_the_amount_and_tax_is_its_rate_of_the_net(amount: int, rate: int) -> None:
    net, tax = terms.tax(amount, rate)

    assert net + tax == amount
    assert abs(100 * tax - rate * net) <= (100 + rate) / 2


# Time


def test_a_booking_is_busy_over_the_padding_of_its_service_and_a_blocker_over_itself() -> None:
    padded = service(padding_before=15, padding_after=30)

    assert terms.busy_span(booked(1, "10:00", "11:00"), padded) == span("09:45", "11:30")
    assert terms.busy_span(blocker(2, "10:00", "11:00"), None) == span("10:00", "11:00")


RESOURCE, CLOSED, OUTSIDE = (
    Unavailability.RESOURCE_UNAVAILABLE,
    Unavailability.CLOSED,
    Unavailability.OUTSIDE_OPENING_HOURS,
)
SOON, FAR, SHORT, LONG, OFF = (
    Unavailability.LEAD_TIME_CONFLICT,
    Unavailability.AFTER_LEAD_TIME,
    Unavailability.UNDER_MIN_DURATION,
    Unavailability.OVER_MAX_DURATION,
    Unavailability.STAGGERED_CONFLICT,
)


@pytest.mark.parametrize(
    ("start", "end", "fields", "reason"),
    [
        ("10:00", "11:00", {}, None),
        ("08:00", "09:00", {}, None),
        ("19:00", "20:00", {}, None),
        ("10:00", "11:00", {"resource_ids": ("hall",)}, RESOURCE),
        ("2026-03-08 10:00", "2026-03-08 11:00", {}, CLOSED),
        ("07:30", "08:30", {}, OUTSIDE),
        ("19:30", "20:30", {}, OUTSIDE),
        ("20:00", "21:00", {}, OUTSIDE),
        ("10:00", "2026-03-04 11:00", {}, OUTSIDE),
        ("10:00", "11:00", {"lead_time": 24 * 60}, None),
        ("10:00", "11:00", {"lead_time": 24 * 60 + 1}, SOON),
        ("2026-03-02 10:00", "2026-03-02 11:00", {}, None),
        ("2026-03-02 09:30", "2026-03-02 10:30", {}, SOON),
        ("10:00", "11:00", {"advance_booking_period": 25 * 60}, None),
        ("10:00", "11:00", {"advance_booking_period": 25 * 60 - 1}, FAR),
        ("10:00", "10:59", {}, SHORT),
        ("10:00", "14:00", {}, None),
        ("10:00", "14:01", {}, LONG),
        ("10:00", "18:00", {"max_duration": None}, None),
        ("10:00", "10:01", {"min_duration": None}, None),
        ("10:15", "11:15", {}, OFF),
        ("10:00:01", "11:00:01", {}, OFF),
        ("10:17", "11:17", {"booking_interval": None}, None),
    ],
)
def test_a_rule_says_what_cannot_be_booked(
    start: str, end: str, fields: dict[str, Any], reason: Unavailability | None
) -> None:
    assert terms.rule_against(service(**fields), ROOM, span(start, end), BEFORE) is reason


def test_of_several_rules_the_first_one_speaks() -> None:
    now = local("2026-03-08 12:00")
    strict = service(resource_ids=("hall",), lead_time=60, max_duration=60, advance_booking_period=0)
    reasons = []

    def ask(start: str, end: str, **fields: Any) -> None:
        nonlocal strict
        strict = msgspec.structs.replace(strict, **fields)
        reasons.append(terms.rule_against(strict, ROOM, span(start, end), now))

    ask("2026-03-08 10:15", "2026-03-08 12:00")
    ask("2026-03-08 10:15", "2026-03-08 12:00", resource_ids=("room",))
    ask("07:15", "09:00")
    ask("10:15", "12:00")
    ask("2026-03-09 10:15", "2026-03-09 12:00")
    ask("2026-03-09 10:15", "2026-03-09 12:00", advance_booking_period=None)
    ask("2026-03-09 10:15", "2026-03-09 12:00", max_duration=None)

    assert reasons == [RESOURCE, CLOSED, OUTSIDE, SOON, FAR, LONG, OFF]


def test_an_archived_resource_offers_nothing() -> None:
    gone = msgspec.structs.replace(ROOM, is_archived=True)

    assert terms.rule_against(HOURLY, gone, span("10:00", "11:00"), BEFORE) is RESOURCE


def test_the_grid_is_counted_on_the_clock_of_the_resource() -> None:
    calcutta = msgspec.structs.replace(ROOM, timezone="Asia/Kolkata")  # five and a half hours ahead
    hourly = service(booking_interval=60)

    assert terms.is_on_grid(hourly, ROOM, datetime(2026, 3, 3, 9, tzinfo=UTC))
    assert not terms.is_on_grid(hourly, calcutta, datetime(2026, 3, 3, 9, tzinfo=UTC))
    assert terms.is_on_grid(hourly, calcutta, datetime(2026, 3, 3, 9, 30, tzinfo=UTC))


@pytest.mark.parametrize(("of_service", "of_resource"), [(True, True), (True, False), (False, True), (False, False)])
def test_a_booking_is_accepted_at_once_where_service_and_resource_do_so(of_service: bool, of_resource: bool) -> None:
    resource = msgspec.structs.replace(HALL, auto_accept=of_resource)

    assert terms.auto_accepts(service(auto_accept=of_service), resource) is (of_service and of_resource)


# Canceling


def test_a_policy_is_made_of_the_tiers_of_its_record() -> None:
    record = PolicyRecord(
        id="p",
        name="Two days",
        tiers=(
            FeeTier(2880, FeeType.PERCENTAGE, 0),
            FeeTier(1440, FeeType.PERCENTAGE, 50),
            FeeTier(0, FeeType.AMOUNT, 1500),
        ),
    )
    price = Money(24900, "EUR")

    def fee(now: datetime) -> int:
        asked = quote(terms.policy_of(record, "EUR"), price=price, paid=price, starts_at=local("10:00"), now=now)
        return asked.fee.minor

    assert fee(local("2026-03-01 10:00")) == 0
    assert fee(local("2026-03-01 10:00") + SECOND) == 12450
    assert fee(BEFORE) == 12450
    assert fee(BEFORE + SECOND) == 1500


def test_without_a_policy_canceling_is_free() -> None:
    assert terms.policy_of(None, "EUR") is FREE_UNTIL_START


def test_a_booking_can_be_canceled_until_its_service_wants_to_know_and_ever_where_it_does_not_care() -> None:
    booking = booked(1, "10:00", "11:00")
    picky = service(cancellation=Period("hours", 2))

    assert terms.cancelable_until(booking, picky) == local("08:00")
    assert terms.cancelable_until(booking, HOURLY) is None
    assert terms.cancelable_until(blocker(2, "10:00", "11:00"), None) is None


def refusal(ensure: Any, *arguments: Any) -> str | None:
    """The code of the refusal, and None where it is none."""
    try:
        ensure(*arguments)
    except RuleBroken as broken:
        return broken.code
    return None


@pytest.mark.parametrize("status", Status)
def test_what_the_lifecycle_lets_be_canceled_and_edited_can_be(status: Status) -> None:
    booking = booked(1, "10:00", "11:00", status=status)

    assert (refusal(terms.ensure_cancelable, booking, HOURLY, BEFORE) is None) is LIFECYCLE.allows(status, "cancel")
    assert (refusal(terms.ensure_editable, booking, HOURLY, BEFORE) is None) is LIFECYCLE.allows(status, "edit")
    assert terms.is_editable(booking, HOURLY, BEFORE) is LIFECYCLE.allows(status, "edit")


@pytest.mark.parametrize(
    ("period", "last"),
    [(Period(), local("10:00") - SECOND), (Period("hours", 2), local("08:00")), (Period("days", 1), BEFORE)],
)
def test_canceling_and_editing_end_after_their_deadline_and_at_the_start(period: Period, last: datetime) -> None:
    booking = booked(1, "10:00", "11:00")
    canceled, edited = service(cancellation=period), editing(deadline=period)

    assert refusal(terms.ensure_cancelable, booking, canceled, last) is None
    assert refusal(terms.ensure_cancelable, booking, canceled, last + SECOND) == "booking_not_cancelable"
    assert refusal(terms.ensure_editable, booking, edited, last) is None
    assert refusal(terms.ensure_editable, booking, edited, last + SECOND) == "booking_not_editable"


def test_what_has_started_can_be_edited_where_not_only_future_bookings_are() -> None:
    booking = booked(1, "10:00", "11:00")

    assert terms.is_editable(booking, editing(future_only=False), local("10:30"))


def test_of_a_master_the_status_decides_about_canceling_and_editing_it_is_impossible() -> None:
    master = booked(1, "10:00", "11:00", is_master=True, series_id=1)

    assert refusal(terms.ensure_cancelable, master, HOURLY, local("12:00")) is None
    canceled = msgspec.structs.replace(master, status=Status.CANCELED)
    assert refusal(terms.ensure_cancelable, canceled, HOURLY, BEFORE) == "booking_not_cancelable"
    assert refusal(terms.ensure_editable, master, HOURLY, BEFORE) == "booking_not_editable"


def test_a_blocker_is_neither_canceled_nor_edited() -> None:
    assert refusal(terms.ensure_cancelable, blocker(1, "10:00", "11:00"), None, BEFORE) == "booking_not_cancelable"
    assert refusal(terms.ensure_editable, blocker(1, "10:00", "11:00"), None, BEFORE) == "booking_not_editable"


def test_a_booking_that_was_left_before_it_began_is_over() -> None:
    left = booked(1, "10:00", "11:00", checked_in_at=local("09:45"), checked_out_at=local("09:50"))

    assert refusal(terms.ensure_editable, left, HOURLY, local("09:55")) == "booking_not_editable"


def test_editing_is_not_about_what_may_be_edited() -> None:
    nothing = Editing(base_data=False, resource=False, service_options=False, future_only=True, deadline=Period())

    assert terms.is_editable(booked(1, "10:00", "11:00"), service(editing=nothing), BEFORE)
