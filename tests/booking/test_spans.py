from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.booking.spans import Span, peak

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def minutes(n):
    return timedelta(minutes=n)


def span(start, end):
    """Minutes after noon, so that tests read as a ruler."""
    return Span(NOON + minutes(start), NOON + minutes(end))


# A short ruler, so that spans often touch, nest and coincide.
spans = st.tuples(st.integers(0, 12), st.integers(1, 6)).map(lambda pair: span(pair[0], pair[0] + pair[1]))
takings = st.lists(st.tuples(spans, st.integers(0, 5)), max_size=8)


@pytest.mark.parametrize(
    "zone",
    [None, timezone(timedelta(hours=2)), ZoneInfo("Europe/London")],
    ids=["naive", "fixed offset", "local zone that is at UTC in winter"],
)
def test_a_span_refuses_moments_that_are_not_utc(zone):
    with pytest.raises(ValueError, match="UTC"):
        Span(NOON.replace(tzinfo=zone), NOON + minutes(1))
    with pytest.raises(ValueError, match="UTC"):
        Span(NOON - timedelta(days=1), NOON.replace(tzinfo=zone))


@pytest.mark.parametrize("end", [0, -1])
def test_a_span_refuses_to_end_before_or_when_it_starts(end):
    with pytest.raises(ValueError, match="ends after it starts"):
        span(0, end)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (span(-10, 0), False),
        (span(-10, 1), True),
        (span(3, 4), True),
        (span(-10, 40), True),
        (span(29, 40), True),
        (span(30, 40), False),
    ],
)
def test_touching_is_not_overlapping(other, expected):
    assert span(0, 30).overlaps(other) is expected


@given(spans, spans)
def test_overlapping_is_mutual_and_means_a_shared_minute(one, other):
    shared = any(one.contains(NOON + minutes(n)) and other.contains(NOON + minutes(n)) for n in range(20))

    assert one.overlaps(other) is other.overlaps(one) is shared


def test_a_span_contains_its_start_and_not_its_end():
    assert span(0, 30).contains(NOON)
    assert not span(0, 30).contains(NOON + minutes(30))


def test_a_span_contains_itself_and_what_lies_inside_but_nothing_that_sticks_out():
    assert span(0, 30).contains(span(0, 30))
    assert span(0, 30).contains(span(10, 20))
    assert not span(0, 30).contains(span(-1, 20))
    assert not span(0, 30).contains(span(10, 31))


def test_shifting_moves_both_ends():
    assert span(0, 30).shift(minutes(-5)) == span(-5, 25)


def test_widening_adds_a_buffer_on_each_side():
    assert span(0, 30).widen(minutes(15), minutes(5)) == span(-15, 35)


def test_nothing_taken_has_no_peak():
    assert peak(span(0, 30), []) == 0


def test_back_to_back_bookings_share_a_place():
    assert peak(span(0, 30), [(span(0, 10), 1), (span(10, 20), 1), (span(20, 30), 1)]) == 1


def test_a_crowd_outside_the_window_does_not_count():
    assert peak(span(10, 20), [(span(0, 10), 5), (span(20, 30), 5), (span(0, 30), 1)]) == 1


def test_a_crowd_that_thins_out_before_the_window_counts_only_who_stays():
    assert peak(span(10, 20), [(span(0, 9), 5), (span(0, 11), 2), (span(15, 30), 1)]) == 2


@given(spans, takings)
def test_the_peak_equals_counting_every_minute(window, taken):
    every_minute = [
        sum(places for taking, places in taken if taking.contains(NOON + minutes(n)))
        for n in range(20)
        if window.contains(NOON + minutes(n))
    ]

    assert peak(window, taken) == max(every_minute)
