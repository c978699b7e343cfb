from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.booking.cancellation import (
    FREE_UNTIL_START,
    AmountFee,
    PercentFee,
    Policy,
    Tier,
    deadline_at,
    ensure_before_deadline,
    quote,
)
from mockserver.booking.errors import TooLate
from mockserver.booking.money import Money

BERLIN_SUMMER = timezone(timedelta(hours=2))
STARTS_AT = datetime(2026, 4, 15, 9, tzinfo=BERLIN_SUMMER).astimezone(UTC)
A_MOMENT = timedelta(microseconds=1)


def april(day, hour):
    return datetime(2026, 4, day, hour, tzinfo=BERLIN_SUMMER).astimezone(UTC)


def eur(minor):
    return Money(minor, "EUR")


def minutes(n):
    return timedelta(minutes=n)


FREE = Tier(minutes(2880), PercentFee(0))
HALF = Tier(minutes(1440), PercentFee(50))
FULL = Tier(minutes(0), PercentFee(100))
STAIRS = Policy((FREE, HALF, FULL))

percent_fees = st.integers(0, 100).map(PercentFee)
amount_fees = st.integers(0, 10**6).map(eur).map(AmountFee)
policies = st.builds(
    lambda befores, fees: Policy(tuple(map(Tier, [*map(minutes, sorted(befores, reverse=True)), minutes(0)], fees))),
    st.lists(st.integers(1, 10**4), unique=True, max_size=4),
    st.lists(percent_fees | amount_fees, min_size=5, max_size=5),
)
prices = st.integers(0, 10**6).map(eur)
leads = st.integers(0, 2 * 10**4).map(minutes)


@pytest.mark.parametrize(
    ("now", "fee", "refund", "deadline", "tier", "next_tier"),
    [
        (april(12, 10), 0, 24900, april(13, 9), FREE, HALF),
        (april(13, 9), 0, 24900, april(13, 9), FREE, HALF),
        (april(13, 9) + A_MOMENT, 12450, 12450, april(14, 9), HALF, FULL),
        (april(13, 12), 12450, 12450, april(14, 9), HALF, FULL),
        (april(14, 9), 12450, 12450, april(14, 9), HALF, FULL),
        (april(14, 12), 24900, 0, april(15, 9), FULL, None),
        (STARTS_AT, 24900, 0, april(15, 9), FULL, None),
    ],
)
def test_each_tier_holds_up_to_its_deadline_included(now, fee, refund, deadline, tier, next_tier):
    answer = quote(STAIRS, price=eur(24900), paid=eur(24900), starts_at=STARTS_AT, now=now)

    assert (answer.fee, answer.refund, answer.due) == (eur(fee), eur(refund), eur(0))
    assert (answer.deadline_at, answer.tier, answer.next_tier) == (deadline, tier, next_tier)


def test_without_a_policy_cancelling_is_free_until_the_start():
    answer = quote(FREE_UNTIL_START, price=eur(24900), paid=eur(24900), starts_at=STARTS_AT, now=STARTS_AT)

    assert (answer.fee, answer.refund, answer.due) == (eur(0), eur(24900), eur(0))
    assert (answer.deadline_at, answer.next_tier) == (STARTS_AT, None)


@pytest.mark.parametrize("policy", [STAIRS, FREE_UNTIL_START])
def test_after_the_start_it_is_too_late(policy):
    with pytest.raises(TooLate) as refused:
        quote(policy, price=eur(24900), paid=eur(24900), starts_at=STARTS_AT, now=STARTS_AT + A_MOMENT)

    assert (refused.value.what, refused.value.deadline_at) == ("cancelling", STARTS_AT)


def test_an_unpaid_booking_owes_the_fee_and_gets_nothing_back():
    answer = quote(STAIRS, price=eur(24900), paid=eur(0), starts_at=STARTS_AT, now=april(14, 8))

    assert (answer.fee, answer.refund, answer.due) == (eur(12450), eur(0), eur(12450))


def test_a_deposit_is_set_off_against_the_fee():
    answer = quote(STAIRS, price=eur(24900), paid=eur(10000), starts_at=STARTS_AT, now=april(14, 8))

    assert (answer.fee, answer.refund, answer.due) == (eur(12450), eur(0), eur(2450))


@pytest.mark.parametrize(("price", "fee"), [(5000, 2000), (1500, 1500)])
def test_a_fixed_fee_is_never_more_than_the_price(price, fee):
    policy = Policy((Tier(minutes(0), AmountFee(eur(2000))),))

    assert quote(policy, price=eur(price), paid=eur(price), starts_at=STARTS_AT, now=april(1, 9)).fee == eur(fee)


@given(policies, prices, leads)
def test_fee_and_refund_add_up_to_what_was_paid_in_full(policy, price, lead):
    answer = quote(policy, price=price, paid=price, starts_at=STARTS_AT, now=STARTS_AT - lead)

    assert answer.fee + answer.refund == price
    assert answer.due == eur(0)


@given(policies, prices, prices, leads)
def test_no_cent_appears_or_disappears(policy, price, paid, lead):
    answer = quote(policy, price=price, paid=paid, starts_at=STARTS_AT, now=STARTS_AT - lead)

    assert answer.fee + answer.refund == paid + answer.due
    assert eur(0) <= answer.fee <= price
    assert eur(0) in {answer.refund, answer.due}


@given(policies, prices, leads)
def test_a_quote_holds_until_its_deadline_and_then_the_next_tier_begins(policy, price, lead):
    def at(now):
        return quote(policy, price=price, paid=price, starts_at=STARTS_AT, now=now)

    answer = at(STARTS_AT - lead)

    assert answer == at(answer.deadline_at)
    if answer.next_tier is None:
        assert answer.deadline_at == STARTS_AT
    else:
        assert at(answer.deadline_at + A_MOMENT).tier == answer.next_tier


@pytest.mark.parametrize("tiers", [(), (FREE, HALF)])
def test_a_policy_needs_a_tier_that_lasts_until_the_start(tiers):
    with pytest.raises(ValueError, match="until the start"):
        Policy(tiers)


@pytest.mark.parametrize("tiers", [(HALF, Tier(HALF.before, PercentFee(20)), FULL), (HALF, FREE, FULL)])
def test_the_tiers_of_a_policy_end_one_after_the_other(tiers):
    with pytest.raises(ValueError, match="one after the other"):
        Policy(tiers)


def test_a_tier_refuses_to_end_after_the_start():
    with pytest.raises(ValueError, match="0:10:00 after it"):
        Tier(minutes(-10), PercentFee(0))


@pytest.mark.parametrize("percent", [-1, 101])
def test_a_fee_takes_no_less_than_nothing_and_no_more_than_all(percent):
    with pytest.raises(ValueError, match="0 to 100"):
        PercentFee(percent)


def test_a_fixed_fee_is_not_negative():
    with pytest.raises(ValueError, match="negative"):
        AmountFee(eur(-1))


@pytest.mark.parametrize("before", [timedelta(0), timedelta(hours=24)])
def test_exactly_at_the_deadline_is_in_time_and_a_moment_later_is_not(before):
    until_at = deadline_at(STARTS_AT, before)

    ensure_before_deadline("leaving", until_at=until_at, now=until_at)
    with pytest.raises(TooLate) as refused:
        ensure_before_deadline("leaving", until_at=until_at, now=until_at + A_MOMENT)

    assert STARTS_AT - until_at == before
    assert (refused.value.what, refused.value.deadline_at) == ("leaving", until_at)
