import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.booking.errors import KeyReused
from mockserver.booking.idempotency import FRESH, Remembered, Replay, fingerprint, recall

SAVED_AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
WINDOW = timedelta(seconds=90)
A_MOMENT = timedelta(microseconds=1)
FIRST = Remembered("key-1", "print-1", SAVED_AT, answer="booking 7")

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


def test_a_new_key_is_fresh():
    assert recall(None, "print-1", window=WINDOW, now=SAVED_AT) is FRESH


@pytest.mark.parametrize("age", [timedelta(0), WINDOW - A_MOMENT])
def test_the_same_request_within_the_window_is_replayed(age):
    assert recall(FIRST, "print-1", window=WINDOW, now=SAVED_AT + age) == Replay("booking 7")


def test_another_request_with_the_same_key_is_refused():
    with pytest.raises(KeyReused) as refused:
        recall(FIRST, "print-2", window=WINDOW, now=SAVED_AT + WINDOW - A_MOMENT)

    assert refused.value.key == "key-1"


@pytest.mark.parametrize("print_", ["print-1", "print-2"])
def test_after_the_window_the_key_is_free_again(print_):
    assert recall(FIRST, print_, window=WINDOW, now=SAVED_AT + WINDOW) is FRESH


@given(jsons)
def test_key_order_and_blanks_do_not_change_the_fingerprint(value):
    sent = json.dumps(value).encode()
    again = json.dumps(turned_around(value), indent=2, ensure_ascii=False).encode()

    assert fingerprint("POST", "/bookings", sent) == fingerprint("POST", "/bookings", again)


@given(jsons, jsons)
def test_other_json_has_another_fingerprint(one, other):
    same_text = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    prints = {fingerprint("POST", "/bookings", json.dumps(value).encode()) for value in (one, other)}

    assert len(prints) == (1 if same_text else 2)


def test_the_order_of_a_list_counts():
    assert fingerprint("POST", "/bookings", b"[1,2]") != fingerprint("POST", "/bookings", b"[2,1]")


def test_method_and_path_count():
    prints = {
        fingerprint("POST", "/bookings", b"{}"),
        fingerprint("PUT", "/bookings", b"{}"),
        fingerprint("POST", "/credits", b"{}"),
    }

    assert len(prints) == 3


def test_path_and_body_do_not_run_into_each_other():
    assert fingerprint("POST", "/a", b"b") != fingerprint("POST", "/ab", b"")


@pytest.mark.parametrize(
    "body",
    [b"", b"spa=1&at=2", b'{"a":', b"\xff", b'"\xff"', b"1e999", b"9" * 5000, b"[" * 100_000],
    ids=["empty", "form", "cut off", "binary", "not UTF-8", "huge float", "huge integer", "deep"],
)
def test_a_body_that_is_not_json_counts_as_it_is(body):
    assert fingerprint("POST", "/bookings", body) == fingerprint("POST", "/bookings", body)
    assert fingerprint("POST", "/bookings", body) != fingerprint("POST", "/bookings", body + b" ")


def test_a_path_with_undecodable_bytes_has_a_fingerprint():
    path = b"/bookings/\xff".decode(errors="surrogateescape")

    assert fingerprint("POST", path, b"") != fingerprint("POST", "/bookings/", b"")
