import operator
from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.booking.money import Money

minors = st.integers(-(10**30), 10**30)
percents = st.integers(0, 100) | st.decimals(0, 100, places=3)


def eur(minor):
    return Money(minor, "EUR")


@given(minors, minors)
def test_adding_and_subtracting_undo_each_other(one, other):
    assert eur(one) + eur(other) == eur(one + other)
    assert eur(one) + eur(other) - eur(other) == eur(one)
    assert eur(one) + -eur(one) == Money.zero("EUR")


@given(minors, minors)
def test_amounts_order_as_their_minor_units_do(one, other):
    assert (eur(one) < eur(other)) is (one < other)
    assert (eur(one) <= eur(other)) is (one <= other)
    assert (eur(one) > eur(other)) is (one > other)
    assert (eur(one) >= eur(other)) is (one >= other)
    assert max(eur(one), eur(other)) == eur(max(one, other))


@pytest.mark.parametrize("mix", [operator.add, operator.sub, operator.lt, operator.le, operator.gt, operator.ge])
def test_two_currencies_do_not_mix(mix):
    with pytest.raises(ValueError, match=r"do not mix"):
        mix(eur(1), Money(1, "USD"))


def test_the_same_number_in_another_currency_is_another_amount():
    assert eur(1) != Money(1, "USD")


@given(minors, st.integers(0, 20))
def test_times_is_adding_so_often(minor, n):
    assert eur(minor).times(n) == sum([eur(minor)] * n, Money.zero("EUR"))


@pytest.mark.parametrize(
    ("minor", "percent", "expected"),
    [
        (24900, 50, 12450),
        (1, 50, 1),
        (1, 49, 0),
        (-1, 50, -1),
        (3, 50, 2),
        (1000, Decimal("12.345"), 123),
        (1000, Decimal("12.35"), 124),
        (7, 0, 0),
        (7, 100, 7),
        (100, 250, 250),
    ],
)
def test_a_share_rounds_half_up_to_the_minor_unit(minor, percent, expected):
    assert eur(minor).share(percent) == eur(expected)


@given(minors, percents)
def test_a_share_equals_long_decimal_arithmetic(minor, percent):
    with localcontext(prec=60):
        expected = (Decimal(minor) * percent / 100).quantize(Decimal(1), ROUND_HALF_UP)

    assert eur(minor).share(percent) == eur(int(expected))
