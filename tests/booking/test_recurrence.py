import time
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil import rrule
from hypothesis import assume, given
from hypothesis import strategies as st

from mockserver.booking.errors import RuleBroken
from mockserver.booking.recurrence import Frequency, Rule, Weekday, months_after, occurrences
from mockserver.booking.schedule import local_moment

ZULU = ZoneInfo("UTC")
BUDAPEST = ZoneInfo("Europe/Budapest")
LOS_ANGELES = ZoneInfo("America/Los_Angeles")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
APIA = ZoneInfo("Pacific/Apia")
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def rule(frequency, interval=1, weekdays="", until="2033-01-01"):
    return Rule(
        Frequency(frequency), interval, tuple(map(Weekday, weekdays.split())), None if until is None else utc(until)
    )


def list_of(a_rule, start, zone=ZULU, *, not_before=LONG_AGO, most=366):
    return occurrences(a_rule, utc(start), zone, not_before=not_before, most=most)


def days(moments):
    return " ".join(moment.strftime("%m-%d") for moment in moments)


def refusal_of(a_rule, start, zone=ZULU, **options):
    with pytest.raises(RuleBroken) as refused:
        list_of(a_rule, start, zone, **options)
    return refused.value.code


# What a rule comes to


@pytest.mark.parametrize("zone", [ZULU, LOS_ANGELES, BUDAPEST])
def test_a_start_that_does_not_match_is_no_occurrence_and_until_is_one(zone):
    """2026-03-15 is a Sunday."""
    found = list_of(rule("WEEKLY", 1, "MO WE FR", "2026-06-15T18:00"), "2026-03-15T18:00", zone)

    assert len(found) == 40
    assert (found[0].date(), found[-1].date()) == (date(2026, 3, 16), date(2026, 6, 15))
    assert {moment.astimezone(zone).weekday() for moment in found} == {0, 2, 4}


@pytest.mark.parametrize(
    ("a_rule", "start", "expected"),
    [
        (rule("WEEKLY", 2, "TU", "2026-05-01"), "2026-03-16T10:00", "03-17 03-31 04-14 04-28"),
        (rule("DAILY", 1, "MO WE", "2026-04-01"), "2026-03-16T10:00", "03-16 03-18 03-23 03-25 03-30"),
        (rule("MONTHLY", until="2026-07-01"), "2026-01-31T10:00", "01-31 03-31 05-31"),
        (
            rule("MONTHLY", 1, "MO", "2026-05-01"),
            "2026-03-16T10:00",
            "03-16 03-23 03-30 04-06 04-13 04-20 04-27",
        ),
        (rule("WEEKLY", until="2026-03-30T10:00"), "2026-03-16T10:00", "03-16 03-23 03-30"),
        (rule("WEEKLY", until="2026-03-30T09:59:59"), "2026-03-16T10:00", "03-16 03-23"),
        (rule("DAILY", 3, until="2026-03-27"), "2026-03-16T10:00", "03-16 03-19 03-22 03-25"),
        # A week begins on Monday: the Wednesday before this Thursday is over, the next week is left out.
        (rule("WEEKLY", 2, "WE TH", "2026-04-10"), "2026-03-19T10:00", "03-19 04-01 04-02"),
        (rule("YEARLY", 1, "TH", "2026-01-20"), "2026-01-07T10:00", "01-08 01-15"),
        (rule("MONTHLY", 12, until="2029-01-01"), "2026-01-31T10:00", "01-31 01-31 01-31"),
        (rule("WEEKLY", 1, "TH MO TH", "2026-03-24"), "2026-03-16T10:00", "03-16 03-19 03-23"),
    ],
)
def test_a_rule_comes_to_the_days_of_a_standard_library(a_rule, start, expected):
    assert days(list_of(a_rule, start)) == expected


def test_a_year_without_the_day_is_left_out():
    found = list_of(rule("YEARLY", until="2033-04-01"), "2024-02-29T10:00")

    assert [moment.date() for moment in found] == [date(year, 2, 29) for year in (2024, 2028, 2032)]


def test_a_weekday_is_that_of_the_zone():
    """Monday evening in California is Tuesday in UTC."""
    found = list_of(rule("WEEKLY", 1, "MO", "2026-04-01"), "2026-03-17T02:00", LOS_ANGELES)

    assert days(found) == "03-17 03-24 03-31"


# When the clocks change


def test_an_occurrence_keeps_its_wall_clock_time():
    found = list_of(rule("WEEKLY", until="2026-04-06"), "2026-03-15T00:00", BUDAPEST)

    assert found == [utc(f"{each}:00") for each in ["2026-03-15T00", "2026-03-22T00", "2026-03-29T00", "2026-04-04T23"]]


def test_until_is_compared_in_utc():
    """In summer the same time of day is an hour earlier in UTC, and so in time."""
    found = list_of(rule("WEEKLY", until="2026-04-04T23:00"), "2026-03-15T00:00", BUDAPEST)

    assert len(found) == 4


def test_a_day_whose_clock_leaves_out_the_time_has_no_occurrence():
    """RFC 5545, 3.3.10."""
    found = list_of(rule("DAILY", until="2026-03-31"), "2026-03-28T01:30", BUDAPEST)

    assert found == [utc("2026-03-28T01:30"), utc("2026-03-30T00:30")]


def test_a_change_of_half_an_hour_leaves_out_half_an_hour():
    """From two o'clock to half past: ten past is not there, and half past is."""
    for minutes, left in (
        (40, ["2026-10-02T15:40", "2026-10-04T15:10"]),
        (60, ["2026-10-02T16:00", "2026-10-03T15:30", "2026-10-04T15:30"]),
    ):
        start = utc("2026-10-02T15:00") + timedelta(minutes=minutes)
        found = occurrences(rule("DAILY", until="2026-10-05"), start, LORD_HOWE, not_before=LONG_AGO, most=366)

        assert found == [utc(each) for each in left]


def test_a_time_that_comes_twice_is_the_first():
    found = list_of(rule("DAILY", until="2026-10-26T12:00"), "2026-10-24T00:30", BUDAPEST)

    assert found == [utc("2026-10-24T00:30"), utc("2026-10-25T00:30"), utc("2026-10-26T01:30")]


def test_a_start_at_the_second_of_two_equal_times_stays_where_it_is():
    found = list_of(rule("DAILY", until="2026-10-26T12:00"), "2026-10-25T01:30", BUDAPEST)

    assert found == [utc("2026-10-25T01:30"), utc("2026-10-26T01:30")]


def test_a_day_that_is_left_out_is_no_occurrence():
    """Samoa went from Thursday 29 to Saturday 31 December 2011."""
    found = list_of(rule("DAILY", until="2012-01-01"), "2011-12-28T20:00", APIA)

    assert found == [utc("2011-12-28T20:00"), utc("2011-12-29T20:00"), utc("2011-12-30T20:00"), utc("2011-12-31T20:00")]


def test_an_occurrence_of_a_day_that_is_left_out_does_not_move_to_the_next():
    """Friday was the day left out in Samoa: its ten o'clock, with the former offset, would be that of Saturday."""
    a_rule = rule("DAILY", 1, "FR", until="2012-01-07")

    found = list_of(a_rule, "2011-12-22T20:00", APIA, not_before=utc("2011-12-30T10:30"))

    assert found == [utc("2012-01-05T20:00")]


# Bounds


def test_what_is_over_is_skipped_and_does_not_count():
    a_rule = rule("DAILY", 3, until="2026-03-10")

    found = list_of(a_rule, "2020-01-01T10:00", not_before=utc("2026-03-01T10:00"), most=3)

    assert found == list_of(a_rule, "2020-01-01T10:00", most=9999)[-3:]
    assert found[0] >= utc("2026-03-01T10:00")


def test_an_occurrence_at_the_moment_that_is_asked_from_is_in_time():
    assert days(list_of(rule("DAILY", until="2026-03-17"), "2026-03-01T10:00", not_before=utc("2026-03-16T10:00"))) == (
        "03-16"
    )


def test_more_than_enough_is_refused_and_just_enough_is_not():
    assert len(list_of(rule("DAILY", until="2026-12-31T12:00"), "2026-01-01T10:00", most=365)) == 365
    assert refusal_of(rule("DAILY", until="2027-01-01T12:00"), "2026-01-01T10:00", most=365) == "too_many_occurrences"
    assert refusal_of(rule("DAILY", until=None), "2026-01-01T10:00") == "too_many_occurrences"


@pytest.mark.parametrize(
    ("a_rule", "start"),
    [
        (rule("DAILY", until="2026-03-15"), "2026-03-16T10:00"),
        (rule("WEEKLY", 1, "MO", "2026-03-20"), "2026-03-17T10:00"),
        (rule("DAILY", 7, "MO", "2199-01-01"), "2026-03-17T10:00"),
        (rule("DAILY", 14, "MO WE", None), "2026-03-17T10:00"),
        (rule("YEARLY", 1000, until="2199-01-01"), "2000-02-28T10:00"),
    ],
)
def test_a_rule_without_an_occurrence_is_refused(a_rule, start):
    assert refusal_of(a_rule, start, not_before=utc("2026-01-01")) == "no_occurrence"


@pytest.mark.parametrize("start", ["2000-01-01T10:00", "2000-02-29T10:00", "2026-01-31T10:00", "2096-02-29T10:00"])
@pytest.mark.parametrize("interval", [1, 7, 12, 49, 100, 365, 999, 1000])
@pytest.mark.parametrize("frequency", Frequency)
def test_no_rule_takes_long(frequency, interval, start):
    """The dearest takes 5 ms; without skipping what is over, and what never matches, it is seconds."""
    began = time.process_time()
    for weekdays in ("", "MO"):
        for not_before in (LONG_AGO, utc("2199-01-01")):
            with suppress(RuleBroken):
                list_of(rule(frequency, interval, weekdays, "2199-12-31"), start, BUDAPEST, not_before=not_before)

    assert time.process_time() - began < 1


@pytest.mark.parametrize("interval", [0, -1])
def test_a_rule_repeats_every_one_or_more(interval):
    with pytest.raises(ValueError, match="every 1 or more"):
        Rule(Frequency.DAILY, interval)


# Later months


@pytest.mark.parametrize(
    ("moment", "months", "zone", "expected"),
    [
        ("2026-03-10T09:00", 3, ZULU, "2026-06-10T09:00"),
        ("2026-01-31T09:00", 1, ZULU, "2026-02-28T09:00"),
        ("2026-11-30T09:00", 3, ZULU, "2027-02-28T09:00"),
        ("2026-03-10T09:00", 3, BUDAPEST, "2026-06-10T08:00"),
        ("2026-03-31T23:30", 1, BUDAPEST, "2026-04-30T23:30"),
        ("2026-02-28T23:30", 1, BUDAPEST, "2026-03-31T22:30"),
        ("2026-02-28T01:30", 13, BUDAPEST, "2027-03-28T01:30"),  # 02:30 is left out on that day
        ("2026-10-25T01:30", 0, BUDAPEST, "2026-10-25T01:30"),
    ],
)
def test_later_months_keep_day_and_wall_clock_time_where_they_can(moment, months, zone, expected):
    assert months_after(utc(moment), months, zone) == utc(expected)


# Whatever the rule

zones = st.sampled_from([ZULU, BUDAPEST, LOS_ANGELES, LORD_HOWE, ZoneInfo("America/Santiago")])
weekday_sets = st.lists(st.sampled_from(list(Weekday)), max_size=3).map(tuple)
starts = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(  # noqa: DTZ001 - Hypothesis wants them so
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)


@st.composite
def series(draw, frequencies=tuple(Frequency)):
    """A rule with its start and the moment from which it is asked about."""
    start = draw(starts)
    not_before = start + draw(st.timedeltas(timedelta(days=-30), timedelta(days=900)))
    until = max(start, not_before) + draw(st.timedeltas(timedelta(0), timedelta(days=500)))
    interval = draw(st.integers(1, 15))
    return Rule(draw(st.sampled_from(frequencies)), interval, draw(weekday_sets), until), start, not_before


def found_of(a_series, zone):
    a_rule, start, not_before = a_series
    try:
        return occurrences(a_rule, start, zone, not_before=not_before, most=10_000)
    except RuleBroken:
        return []


@given(series(), zones)
def test_occurrences_are_in_order_and_in_bounds(a_series, zone):
    a_rule, start, not_before = a_series

    found = found_of(a_series, zone)

    assert all(one < other for one, other in pairwise(found))
    assert all(max(start, not_before) <= moment <= a_rule.until for moment in found)


@given(series(), zones)
def test_the_wall_clock_always_shows_the_same_time(a_series, zone):
    _, start, _ = a_series

    shown = {moment.astimezone(zone).time() for moment in found_of(a_series, zone)}

    assert shown <= {start.astimezone(zone).time()}


@given(series((Frequency.DAILY, Frequency.WEEKLY)), zones)
def test_days_and_weeks_are_those_that_counting_finds(a_series, zone):
    a_rule, start, not_before = a_series
    local = start.astimezone(zone)
    first = local.date()
    weekdays = {list(Weekday).index(each) for each in a_rule.weekdays}
    expected = []
    day = first
    while day <= a_rule.until.date() + timedelta(days=1):
        if a_rule.frequency is Frequency.DAILY:
            in_turn = (day - first).days % a_rule.interval == 0
            matches = not weekdays or day.weekday() in weekdays
        else:
            monday, first_monday = (each - timedelta(days=each.weekday()) for each in (day, first))
            in_turn = (monday - first_monday).days // 7 % a_rule.interval == 0
            matches = day.weekday() in (weekdays or {first.weekday()})
        moment = start if day == first else local_moment(day, local.time(), zone)
        is_shown = moment.astimezone(zone).time() == local.time()
        if in_turn and matches and is_shown and not_before <= moment <= a_rule.until:
            expected.append(moment)
        day += timedelta(days=1)

    assert found_of(a_series, zone) == expected


@given(series(), st.integers(0, 6))
def test_a_list_that_begins_late_is_the_end_of_the_whole_list(a_series, years):
    """The library, asked from the start on, is slow and right; an interval of 7 days may never match, and is too slow."""
    a_rule, start, not_before = a_series
    assume(a_rule.frequency is not Frequency.DAILY or a_rule.interval % 7)
    start = start.replace(year=start.year - years) if (start.month, start.day) != (2, 29) else start
    numbers = [list(Weekday).index(each) for each in a_rule.weekdays]
    whole = rrule.rrule(
        getattr(rrule, a_rule.frequency),
        start,
        interval=a_rule.interval,
        byweekday=numbers or None,
        until=a_rule.until,
    )

    assert found_of((a_rule, start, not_before), ZULU) == [moment for moment in whole if moment >= not_before]
