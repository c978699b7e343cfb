from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from harbour import HALL, HOURLY, ROOM, local, span
from hypothesis import given
from hypothesis import strategies as st

from mockserver.apis.anny import terms
from mockserver.apis.anny.records import Choice
from mockserver.apis.anny.refusals import Unavailability

BEFORE = local("2026-03-02 10:00")
"""Twenty-four hours before ten o'clock of the day that tests mean."""


def service(**fields: Any) -> Any:
    return msgspec.structs.replace(HOURLY, **fields)


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


RESOURCE, CLOSED, OUTSIDE = (
    Unavailability.RESOURCE_UNAVAILABLE,
    Unavailability.CLOSED,
    Unavailability.OUTSIDE_OPENING_HOURS,
)
SOON, FAR, LONG, OFF = (
    Unavailability.LEAD_TIME_CONFLICT,
    Unavailability.AFTER_LEAD_TIME,
    Unavailability.OVER_MAX_DURATION,
    Unavailability.STAGGERED_CONFLICT,
)


@pytest.mark.parametrize(
    ("start", "end", "fields", "reason"),
    [
        ("10:00", "2026-03-04 11:00", {}, OUTSIDE),
        ("10:00", "11:00", {"lead_time": 24 * 60}, None),
        ("10:00", "11:00", {"lead_time": 24 * 60 + 1}, SOON),
        ("10:00", "18:00", {"max_duration": None}, None),
        ("10:00", "10:01", {"min_duration": None}, None),
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
