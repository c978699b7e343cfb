import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.booking.errors import KeyReused
from mockserver.booking.idempotency import fingerprint, is_past, recall

SAVED_AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
WINDOW = timedelta(seconds=90)
A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Reply:
    fingerprint: str
    saved_at: datetime


FIRST = Reply("print-1", SAVED_AT)

jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def turned_around(value):
    """The same JSON value with the keys of every object in the opposite order."""
    if isinstance(value, dict):
        return {key: turned_around(value[key]) for key in reversed(value)}
    if isinstance(value, list):
        return [turned_around(item) for item in value]
    return value


def judge(remembered, fingerprint, *, age=timedelta(0)):
    return recall("key-1", remembered, fingerprint, window=WINDOW, now=SAVED_AT + age)


def test_what_has_a_new_key_is_to_be_done():
    assert judge(None, "print-1") is None


@pytest.mark.parametrize("age", [timedelta(0), WINDOW - A_MOMENT])
def test_the_same_request_within_the_window_is_answered_again(age):
    assert judge(FIRST, "print-1", age=age) is FIRST
    assert not is_past(FIRST, window=WINDOW, now=SAVED_AT + age)


def test_another_request_with_the_same_key_is_refused():
    with pytest.raises(KeyReused) as refused:
        judge(FIRST, "print-2", age=WINDOW - A_MOMENT)

    assert refused.value.key == "key-1"


@pytest.mark.parametrize("print_", ["print-1", "print-2"])
def test_after_the_window_the_key_is_free_again(print_):
    assert judge(FIRST, print_, age=WINDOW) is None
    assert is_past(FIRST, window=WINDOW, now=SAVED_AT + WINDOW)


@given(jsons)
def test_the_order_of_members_does_not_change_the_fingerprint(value):
    assert fingerprint("book", value) == fingerprint("book", turned_around(value))


@given(jsons, jsons)
def test_other_json_has_another_fingerprint(one, other):
    same_text = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)

    assert (fingerprint("book", one) == fingerprint("book", other)) == same_text


def test_the_order_of_a_list_counts():
    assert fingerprint("book", [1, 2]) != fingerprint("book", [2, 1])


def test_every_part_counts_for_itself():
    prints = {fingerprint(*parts) for parts in [("ab", "c"), ("a", "bc"), ("abc",), ("abc", None), ("ab", ["c"])]}

    assert len(prints) == 5


def test_a_number_too_big_for_a_machine_has_a_fingerprint():
    assert fingerprint("book", 10**40) != fingerprint("book", 10**40 + 1)
