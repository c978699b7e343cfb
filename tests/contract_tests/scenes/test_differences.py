import json
from datetime import UTC, date, datetime

import pytest

from contract_tests.scenes.differences import not_as_wanted, shown

LONG = {"object": "pass", "name": "Monthly Spa Pass", "description": "Four appointments a month at any spa" * 9}


@pytest.mark.parametrize(
    ("got", "wanted", "said"),
    [
        ({"livemode": True}, {"livemode": False}, "livemode is true, not false"),
        ({"price": {"amount": 3}}, {"price": {"amount": 4}}, "price.amount is 3, not 4"),
        ({"tiers": [{"id": 1}, {"id": 2}]}, {"tiers": [{"id": 1}, {"id": 3}]}, "tiers[1].id is 2, not 3"),
        ({"tiers": [1]}, {"tiers": [1, 2]}, "tiers is [1], not [1, 2]"),
        ({}, {"livemode": False}, "livemode is nothing, not false"),
        ({"livemode": None}, {}, "livemode is null, not nothing"),
        ({"a": 1, "b": 2}, {"a": 0, "b": 0}, "a is 1, not 0; b is 2, not 0"),
        (dict.fromkeys("abcde", 1), dict.fromkeys("abcde", 2), "a is 1, not 2; b is 1, not 2; c is 1, not 2; 2 more places"),
    ],
)  # fmt: skip
def test_of_two_long_values_the_places_are_named_where_they_differ(got, wanted, said):
    assert not_as_wanted(LONG | got, LONG | wanted).startswith(f'{said}; in {{"object": "pass"')


@pytest.mark.parametrize(
    ("got", "wanted"),
    [({"a": 1}, {"a": 2}), ([1, 2], [2, 1]), ("confirmed", "pending"), (["x" * 90], ["x" * 90, "y"]), ("x" * 90, LONG)],
    ids=["short", "list", "text", "other length", "other kind"],
)
def test_what_is_compared_at_a_glance_or_not_at_all_is_shown_as_it_is(got, wanted):
    assert not_as_wanted(got, wanted) == json.dumps(got)


def test_what_is_very_long_is_cut_and_its_differences_are_named():
    got = not_as_wanted([LONG | {"last": "no"}], [LONG | {"last": "yes"}])

    assert got.startswith('[0].last is "no", not "yes"; in [{"object"')
    assert got.endswith("...")
    assert len(got) < 400


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "null"),
        ((True, "é"), '[true, "é"]'),
        ({"b", "a"}, '["a", "b"]'),
        (b'{"\xff', '"{\\"\\\\xff"'),
        (datetime(2026, 11, 22, 9, tzinfo=UTC), '"2026-11-22T09:00:00+00:00"'),
        ({1: date(2026, 11, 22)}, '{"1": "2026-11-22"}'),
    ],
)
def test_a_value_is_told_as_json_writes_it(value, said):
    assert shown(value) == said


def test_letters_that_look_alike_are_told_by_their_numbers():
    assert shown("é", escaped=True) == r'"\u00e9"'
