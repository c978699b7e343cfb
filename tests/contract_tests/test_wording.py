from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from contract_tests.wording import clock_change, duration


@pytest.mark.parametrize(
    ("day", "zone", "said"),
    [
        (
            date(2026, 10, 25),
            "Europe/Berlin",
            "the clock goes back from 03:00 to 02:00 on 25 October 2026 in Europe/Berlin",
        ),
        (
            date(2026, 3, 8),
            "America/New_York",
            "the clock goes forward from 02:00 to 03:00 on 8 March 2026 in America/New_York",
        ),
        (
            date(2026, 4, 5),
            "Australia/Lord_Howe",
            "the clock goes back from 02:00 to 01:30 on 5 April 2026 in Australia/Lord_Howe",
        ),
        (date(2026, 10, 24), "Europe/Berlin", ""),
        (date(2026, 10, 25), "Africa/Lagos", ""),
    ],
)
def test_what_clocks_do_is_told_in_words(day, zone, said):
    assert clock_change(day, ZoneInfo(zone)) == said


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(days=1, seconds=1), "1 day 1 second"),
        (timedelta(hours=23, minutes=59), "23 hours 59 minutes"),
        (timedelta(0), "no time"),
    ],
)
def test_a_length_of_time_is_told_in_words(length, said):
    assert duration(length) == said
