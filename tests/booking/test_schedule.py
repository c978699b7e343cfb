from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.booking.schedule import (
    Phase,
    fit,
    free_starts,
    lies_open,
    local_moment,
    occupied,
    openings_on,
    total_length,
    whole_days,
)
from mockserver.booking.spans import Span

BUDAPEST = ZoneInfo("Europe/Budapest")
ADELAIDE = ZoneInfo("Australia/Adelaide")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
SANTIAGO = ZoneInfo("America/Santiago")
APIA = ZoneInfo("Pacific/Apia")
TUESDAY = date(2025, 7, 1)
SUNDAY = 0
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
NEVER = datetime(2100, 1, 1, tzinfo=UTC)


def minutes(n):
    return timedelta(minutes=n)


def wall(text):
    return time.fromisoformat(text)


def hours(text):
    """`09:30-11:30 13:00-16:15`, the same every day."""
    pairs = tuple(tuple(map(wall, each.split("-"))) for each in text.split())
    return dict.fromkeys(range(7), pairs)


def phases(text):
    """`A15 W30`: active for a quarter, then waiting for half an hour."""
    return [Phase(minutes(int(each[1:])), each[0] == "A") for each in text.split()]


def budapest(text):
    return local_moment(TUESDAY, wall(text), BUDAPEST)


def spans(text):
    return [Span(*map(budapest, each.split("-"))) for each in text.split()]


def clock(moments, zone=BUDAPEST):
    return " ".join(moment.astimezone(zone).strftime("%H:%M") for moment in moments)


def starts_in(openings, service, *, taken=(), blocked=(), margin=0, earliest=LONG_AGO, latest=NEVER):
    return free_starts(
        openings,
        phases(service),
        taken=taken,
        blocked=blocked,
        margin=minutes(margin),
        earliest=earliest,
        latest=latest,
    )


# Phases


def test_waiting_occupies_nothing():
    start = budapest("09:00")

    assert occupied(phases("A15 W30 A45"), start) == tuple(spans("09:00-09:15 09:45-10:30"))
    assert occupied(phases("W30 A15 W5"), start) == tuple(spans("09:30-09:45"))
    assert occupied(phases("W30"), start) == ()


def test_phases_that_touch_stay_apart():
    assert occupied(phases("A15 A45"), budapest("09:00")) == tuple(spans("09:00-09:15 09:15-10:00"))


def test_phases_last_as_long_as_all_of_them():
    assert total_length(phases("A15 W30 A45")) == minutes(90)
    assert total_length([]) == minutes(0)


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (105, "A30 W45 A30"),
        (120, "A30 W45 A45"),
        (76, "A30 W45 A1"),
        (75, "A30 W45"),
        (40, "A30 W10"),
        (30, "A30"),
        (1, "A1"),
    ],
)
def test_the_last_phase_that_remains_gives_way(length, expected):
    assert fit(phases("A30 W45 A30"), minutes(length)) == tuple(phases(expected))


def test_fitting_loses_no_second():
    assert total_length(fit(phases("A30 W45 A30"), timedelta(minutes=81, seconds=7, microseconds=3))) == timedelta(
        minutes=81, seconds=7, microseconds=3
    )


@given(st.lists(st.builds(Phase, st.timedeltas(minutes(1), minutes(90)), st.booleans()), min_size=1), st.data())
def test_fitted_phases_have_the_length_asked_for_and_keep_their_own_but_for_the_last(given_phases, data):
    length = data.draw(st.timedeltas(timedelta.resolution, minutes(1000)))

    fitted = fit(given_phases, length)

    assert total_length(fitted) == length
    assert list(fitted[:-1]) == given_phases[: len(fitted) - 1]
    assert fitted[-1].occupies == given_phases[len(fitted) - 1].occupies


@pytest.mark.parametrize(("service", "length"), [("A30", 0), ("A30", -1), ("", 30)])
def test_nothing_can_be_fitted_to_no_length_and_no_phase_to_any(service, length):
    with pytest.raises(ValueError, match="cannot take"):
        fit(phases(service), minutes(length))


@pytest.mark.parametrize("length", [0, -1])
def test_a_phase_has_a_length(length):
    with pytest.raises(ValueError, match="has a length"):
        Phase(minutes(length))


def test_a_phase_can_be_kept_in_a_record():
    phase = Phase(timedelta(minutes=3, microseconds=1), occupies=False)

    assert msgspec.msgpack.decode(msgspec.msgpack.encode(phase), type=Phase) == phase


# Wall clocks


@pytest.mark.parametrize(
    ("zone", "local", "utc"),
    [
        (BUDAPEST, "2025-07-01T09:00", "2025-07-01T07:00"),
        # 02:00 becomes 03:00.
        (BUDAPEST, "2025-03-30T01:59", "2025-03-30T00:59"),
        (BUDAPEST, "2025-03-30T02:00", "2025-03-30T01:00"),
        (BUDAPEST, "2025-03-30T02:30", "2025-03-30T01:30"),
        (BUDAPEST, "2025-03-30T03:00", "2025-03-30T01:00"),
        # 03:00 becomes 02:00.
        (BUDAPEST, "2025-10-26T02:30", "2025-10-26T00:30"),
        (BUDAPEST, "2025-10-26T03:00", "2025-10-26T02:00"),
        (ADELAIDE, "2025-07-01T09:00", "2025-06-30T23:30"),
        # 02:00 becomes 02:30, and 02:00 becomes 01:30.
        (LORD_HOWE, "2025-10-05T02:15", "2025-10-04T15:45"),
        (LORD_HOWE, "2025-04-06T01:45", "2025-04-05T14:45"),
    ],
)
def test_a_time_that_comes_twice_is_the_first_and_one_left_out_has_the_former_offset(zone, local, utc):
    when = datetime.fromisoformat(local)

    assert local_moment(when.date(), when.time(), zone) == datetime.fromisoformat(f"{utc}Z")
    assert local_moment(when.date(), when.time().replace(fold=1), zone) == datetime.fromisoformat(f"{utc}Z")
    assert local_moment(when.date(), when.time(), zone).tzinfo is UTC


def test_hours_are_found_by_weekday_with_sunday_first():
    by_day = {day: ((time(day + 1), time(day + 2)),) for day in range(7)}

    for number in range(7):
        (opening,) = openings_on(date(2025, 6, 29 - 28 + number), by_day, ZoneInfo("UTC"))  # 1 June is a Sunday
        assert opening.starts_at.hour == number + 1


def test_a_day_without_hours_has_no_openings():
    assert openings_on(TUESDAY, {SUNDAY: ((time(9), time(12)),)}, BUDAPEST) == []


def test_openings_are_in_order():
    assert openings_on(TUESDAY, hours("13:00-16:15 09:30-11:30"), BUDAPEST) == spans("09:30-11:30 13:00-16:15")


@pytest.mark.parametrize("text", ["09:00-09:00", "22:00-02:00"])
def test_hours_do_not_run_past_midnight(text):
    with pytest.raises(ValueError, match="do not end on the day"):
        openings_on(TUESDAY, hours(text), BUDAPEST)


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        (BUDAPEST, date(2025, 7, 1), 24 * 60),
        (BUDAPEST, date(2025, 3, 30), 23 * 60),
        (BUDAPEST, date(2025, 10, 26), 25 * 60),
        (ADELAIDE, date(2025, 10, 5), 23 * 60),
        (ADELAIDE, date(2025, 4, 6), 25 * 60),
        (LORD_HOWE, date(2025, 10, 5), 23 * 60 + 30),
        (LORD_HOWE, date(2025, 4, 6), 24 * 60 + 30),
        (SANTIAGO, date(2025, 9, 7), 23 * 60),  # begins at 01:00
        (SANTIAGO, date(2025, 4, 5), 25 * 60),  # ends with 23:00 to 24:00 twice
    ],
)
def test_open_all_day_is_as_long_as_the_day_and_midnight_is_its_end(zone, day, length):
    (opening,) = openings_on(day, hours("00:00-00:00"), zone)
    (next_one,) = openings_on(day + timedelta(days=1), hours("00:00-00:00"), zone)

    assert opening.ends_at - opening.starts_at == minutes(length)
    assert opening.ends_at == next_one.starts_at
    assert whole_days(opening, zone) == opening


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("02:00-03:00", ""),
        ("02:15-02:45", ""),
        ("01:00-02:30", "01:00 01:15 01:30 01:45"),
        ("02:30-03:30", "03:00 03:15"),
        ("01:45-03:15", "01:45 03:00"),
    ],
)
def test_an_opening_is_never_in_the_hour_that_is_left_out(text, expected):
    openings = openings_on(date(2025, 3, 30), hours(text), BUDAPEST)

    assert clock(starts_in(openings, "A15")) == expected


def test_an_opening_over_the_hour_that_comes_twice_is_an_hour_longer():
    (opening,) = openings_on(date(2025, 10, 26), hours("01:00-04:00"), BUDAPEST)

    assert opening.ends_at - opening.starts_at == minutes(240)


def test_a_day_that_is_left_out_has_no_openings():
    """Samoa went from Thursday 29 to Saturday 31 December 2011."""
    thursday, saturday = openings_on(date(2011, 12, 29), hours("00:00-00:00"), APIA) + openings_on(
        date(2011, 12, 31), hours("00:00-00:00"), APIA
    )

    assert openings_on(date(2011, 12, 30), hours("00:00-00:00"), APIA) == []
    assert openings_on(date(2011, 12, 30), hours("09:00-17:00"), APIA) == []
    assert thursday.ends_at == saturday.starts_at
    assert whole_days(Span(thursday.starts_at, saturday.ends_at), APIA) == Span(thursday.starts_at, saturday.ends_at)


CHANGES = [
    (BUDAPEST, date(2025, 3, 30)),
    (ADELAIDE, date(2025, 10, 5)),
    (LORD_HOWE, date(2025, 10, 5)),
    (SANTIAGO, date(2025, 9, 7)),
    (BUDAPEST, TUESDAY),
]


@given(st.sampled_from(CHANGES), st.tuples(st.integers(0, 287), st.integers(1, 287)).filter(lambda p: p[0] < p[1]))
def test_a_business_is_open_when_its_clock_shows_that_it_is(change, pair):
    """Where no time comes twice."""
    zone, day = change
    opens, closes = (time(n // 12, n % 12 * 5) for n in pair)

    openings = openings_on(day, {day.isoweekday() % 7: ((opens, closes),)}, zone)

    moment = datetime.combine(day, time(0), UTC) - timedelta(hours=15)
    while moment.date() <= day + timedelta(days=1):
        shown = moment.astimezone(zone)
        by_clock = shown.date() == day and opens <= shown.time() < closes
        assert any(opening.contains(moment) for opening in openings) == by_clock
        moment += minutes(5)


# Whole days and whole services


@pytest.mark.parametrize(
    ("zone", "start", "end", "expected"),
    [
        (BUDAPEST, "2025-07-01T08:00", "2025-07-01T09:00", ("2025-06-30T22:00", "2025-07-01T22:00")),
        (BUDAPEST, "2025-06-30T22:00", "2025-07-01T22:00", ("2025-06-30T22:00", "2025-07-01T22:00")),
        (BUDAPEST, "2025-06-30T21:59", "2025-07-01T22:01", ("2025-06-29T22:00", "2025-07-02T22:00")),
        (BUDAPEST, "2025-03-29T12:00", "2025-03-30T12:00", ("2025-03-28T23:00", "2025-03-30T22:00")),
        (ADELAIDE, "2025-07-01T00:00", "2025-07-01T01:00", ("2025-06-30T14:30", "2025-07-01T14:30")),
        (SANTIAGO, "2025-09-07T12:00", "2025-09-07T13:00", ("2025-09-07T04:00", "2025-09-08T03:00")),
    ],
)
def test_whole_days_are_the_local_days_that_are_touched(zone, start, end, expected):
    def span(pair):
        return Span(*(datetime.fromisoformat(f"{each}Z").astimezone(UTC) for each in pair))

    assert whole_days(span((start, end)), zone) == span(expected)


@given(
    st.sampled_from([BUDAPEST, ADELAIDE, LORD_HOWE, SANTIAGO]),
    st.datetimes(datetime(2024, 1, 1), datetime(2026, 1, 1)),  # noqa: DTZ001 - Hypothesis wants them so
    st.timedeltas(minutes(1), timedelta(days=4)),
)
def test_whole_days_contain_the_span_begin_and_end_at_a_change_of_date_and_stay_what_they_are(zone, start, length):
    span = Span(start.replace(tzinfo=UTC), start.replace(tzinfo=UTC) + length)

    days = whole_days(span, zone)

    assert days.contains(span)
    assert whole_days(days, zone) == days
    for edge in (days.starts_at, days.ends_at):
        assert (edge - timedelta.resolution).astimezone(zone).date() < edge.astimezone(zone).date()
    assert days.starts_at.astimezone(zone).date() == span.starts_at.astimezone(zone).date()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("09:30-11:30", True),
        ("10:00-10:30", True),
        ("09:29-10:00", False),
        ("11:00-11:31", False),
        ("11:00-13:30", False),
    ],
)
def test_a_span_lies_open_when_one_opening_contains_all_of_it(text, expected):
    openings = openings_on(TUESDAY, hours("09:30-11:30 13:00-16:15"), BUDAPEST)

    assert lies_open(spans(text)[0], openings) is expected


def test_a_span_over_two_openings_that_touch_does_not_lie_open():
    assert not lies_open(spans("10:00-14:00")[0], spans("09:00-12:00 12:00-16:00"))


# Free starts


def quarters(first, last):
    moment, shown = budapest(first), []
    while moment <= budapest(last):
        shown.append(moment)
        moment += minutes(15)
    return clock(shown)


@pytest.mark.parametrize(
    ("hours_text", "service", "taken", "extra", "expected"),
    [
        ("09:30-11:30 13:00-16:15", "A30", "", {}, f"{quarters('09:30', '11:00')} {quarters('13:00', '15:45')}"),
        (
            "09:00-16:00",
            "A60",
            "10:00-10:30 11:00-11:45 13:00-14:00",
            {},
            "09:00 11:45 12:00 14:00 14:15 14:30 14:45 15:00",
        ),
        (
            "09:30-11:30 13:00-16:15",
            "W30 A15",
            "10:00-10:30 11:15-11:30 13:00-15:00",
            {},
            "10:00 10:15 10:30 14:30 14:45 15:00 15:15 15:30",
        ),
        (
            "09:00-16:00",
            "A15 W30 A45",
            "10:00-10:30 11:15-11:45 13:00-14:00",
            {},
            "09:45 11:00 14:00 14:15 14:30",
        ),
        (
            "09:00-16:00",
            "A15 W30 A45",
            "10:00-10:30 11:00-11:45 13:00-14:00",
            {"earliest": budapest("14:20")},
            "14:30",
        ),
        ("09:00-12:00", "A30", "10:00-10:30", {"margin": 15}, "09:00 09:15 10:45 11:00 11:15 11:30"),
        (
            "08:00-12:00",
            "A30",
            "",
            {"blocked": [Span(budapest("10:00") - timedelta(days=1), budapest("11:00"))]},
            "11:00 11:15 11:30",
        ),
        ("09:00-12:00", "A30 W30 A15", "", {"blocked": spans("09:30-10:00")}, "09:00 10:00 10:15 10:30 10:45"),
        ("08:00-20:00", "A30", "", {"blocked": [whole_days(spans("11:00-11:30")[0], BUDAPEST)]}, ""),
    ],
)
def test_free_starts_are_those_that_a_diary_shows(hours_text, service, taken, extra, expected):
    openings = openings_on(TUESDAY, hours(hours_text), BUDAPEST)

    assert clock(starts_in(openings, service, taken=spans(taken), **extra)) == expected


def test_blocked_time_has_no_margin():
    openings = spans("09:00-10:30")

    assert clock(starts_in(openings, "A15", blocked=spans("09:15-10:00"), margin=10)) == "09:00 10:00 10:15"
    assert clock(starts_in(openings, "A15", taken=spans("09:15-10:00"), margin=10)) == "10:15"


def test_a_start_between_two_that_only_leave_a_moment_is_free():
    assert clock(starts_in(spans("09:00-11:00"), "A30", taken=spans("09:00-09:30 10:00-11:00"))) == "09:30"


def test_a_short_one_inside_a_long_one_makes_it_no_shorter():
    taken = spans("09:00-11:00 09:30-10:00 10:30-10:45")

    assert clock(starts_in(spans("09:00-12:00"), "A30", taken=taken)) == "11:00 11:15 11:30"


def test_the_earliest_and_the_latest_moment_are_allowed():
    found = starts_in(spans("09:00-12:00"), "A30", earliest=budapest("09:45"), latest=budapest("10:15"))

    assert clock(found) == "09:45 10:00 10:15"
    assert starts_in(spans("09:00-12:00"), "A30", latest=budapest("08:59")) == []
    assert starts_in(spans("09:00-12:00"), "A30", earliest=budapest("11:31")) == []


def test_a_service_longer_than_the_opening_is_never_free():
    assert starts_in(spans("09:00-10:00"), "A30 W31") == []


def test_candidates_are_counted_from_each_opening_and_listed_once():
    assert clock(starts_in(spans("13:10-13:40 09:05-09:40"), "A15")) == "09:05 09:20 13:10 13:25"
    assert clock(starts_in(spans("09:00-09:30 09:15-10:00"), "A15")) == "09:00 09:15 09:30 09:45"


def test_a_service_that_only_waits_is_in_nobodys_way():
    assert clock(starts_in(spans("09:00-10:00"), "W30", taken=spans("09:00-10:00"))) == "09:00 09:15 09:30"


@pytest.mark.parametrize(
    ("zone", "day", "count"),
    [
        (BUDAPEST, date(2025, 3, 30), 23 * 4),
        (BUDAPEST, date(2025, 10, 26), 25 * 4),
        (LORD_HOWE, date(2025, 10, 5), 94),
        (LORD_HOWE, date(2025, 4, 6), 98),
        (ADELAIDE, date(2025, 7, 1), 96),
    ],
)
def test_a_day_has_as_many_quarters_as_pass(zone, day, count):
    found = starts_in(openings_on(day, hours("00:00-00:00"), zone), "A15")

    assert len(found) == count
    assert {moment.astimezone(zone).date() for moment in found} == {day}


def fives(start, length):
    return Span(budapest("09:00") + minutes(5 * start), budapest("09:00") + minutes(5 * (start + length)))


ruler = st.builds(fives, st.integers(-5, 60), st.integers(1, 12))
many = st.lists(ruler, max_size=6)
services = st.lists(
    st.builds(Phase, st.integers(1, 9).map(lambda n: minutes(5 * n)), st.booleans()), min_size=1, max_size=4
)


@given(
    st.lists(st.builds(fives, st.integers(0, 30), st.integers(1, 30)), max_size=3),
    services,
    many,
    many,
    st.sampled_from([0, 5, 10, 15]).map(minutes),
    st.integers(-3, 30),
    st.integers(0, 90),
    st.sampled_from([5, 15, 20]).map(minutes),
)
def test_every_start_is_free_and_no_free_candidate_is_left_out(
    openings, service, taken, blocked, margin, earliest, latest, step
):
    earliest = budapest("09:00") + minutes(5 * earliest)
    latest = budapest("09:00") + minutes(5 * latest)
    expected = set()
    for opening in openings:
        start = opening.starts_at
        while start < opening.ends_at:
            busy = occupied(service, start)
            clear = not any(each.overlaps(span.widen(margin, margin)) for each in busy for span in taken)
            clear = clear and not any(each.overlaps(span) for each in busy for span in blocked)
            if (
                clear
                and earliest <= start <= latest
                and lies_open(Span(start, start + total_length(service)), [opening])
            ):
                expected.add(start)
            start += step

    found = free_starts(
        openings, service, taken=taken, blocked=blocked, margin=margin, earliest=earliest, latest=latest, step=step
    )

    assert found == sorted(expected)
