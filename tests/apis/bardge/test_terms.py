"""The hours of spas, and what time does to a booking, without a world."""

from datetime import date, time, timedelta

import pytest

from mockserver.apis.bardge.records import SpaService
from mockserver.apis.bardge.terms import appointment, moment_of
from mockserver.booking.spans import Span

HOUR = timedelta(hours=1)


def utc(number, clock):
    return moment_of(date(2026, 3, 2) + timedelta(days=number), time.fromisoformat(clock))


def service(minutes):
    return SpaService(id="svc", name="Service", description=None, minutes=minutes, price=1, tier="STANDARD", credits=1)


@pytest.mark.parametrize(
    ("minutes", "hours"), [((), 1), ((1,), 1), ((60,), 1), ((61,), 2), ((60, 45), 2), ((90, 30), 2), ((90, 31), 3)]
)
def test_an_appointment_takes_whole_hours(minutes, hours):
    start = utc(2, "14:00")

    assert appointment(start, [service(each) for each in minutes]) == Span(start, start + hours * HOUR)
