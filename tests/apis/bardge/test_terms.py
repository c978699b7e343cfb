"""The hours of spas, and what time does to a booking, without a world."""

from datetime import date, time, timedelta

import msgspec
import pytest
from bardge_world import moment

from mockserver.apis.bardge.desk.timetable import next_event
from mockserver.apis.bardge.records import Booking, BookingType, SpaService, Status, Taken
from mockserver.apis.bardge.terms import SLOTS, appointment, ensure_ahead, is_offered, moment_of
from mockserver.apis.refusals import BadInput
from mockserver.booking.spans import Span

HOUR = timedelta(hours=1)


def utc(number, clock):
    return moment_of(date(2026, 3, 2) + timedelta(days=number), time.fromisoformat(clock))


def service(minutes):
    return SpaService(id="svc", name="Service", description=None, minutes=minutes, price=1, tier="STANDARD", credits=1)


def test_an_appointment_may_begin_at_each_hour_from_nine_to_five():
    assert (SLOTS[0], SLOTS[-1], len(SLOTS)) == (time(9), time(17), 9)


def test_local_time_is_an_hour_ahead_of_utc():
    assert utc(2, "14:00") == moment(2, "14:00")
    assert utc(2, "14:00").isoformat() == "2026-03-04T13:00:00+00:00"


@pytest.mark.parametrize(
    ("minutes", "hours"), [((), 1), ((1,), 1), ((60,), 1), ((61,), 2), ((60, 45), 2), ((90, 30), 2), ((90, 31), 3)]
)
def test_an_appointment_takes_whole_hours(minutes, hours):
    start = utc(2, "14:00")

    assert appointment(start, [service(each) for each in minutes]) == Span(start, start + hours * HOUR)


@pytest.mark.parametrize(
    ("number", "clock", "hours", "is_there"),
    [
        (2, "09:00", 1, True),
        (2, "09:00", 9, True),
        (2, "09:00", 10, False),
        (2, "17:00", 1, True),
        (2, "17:00", 2, False),
        (2, "18:00", 1, False),
        (2, "08:00", 1, False),
        (2, "09:30", 1, False),
        (0, "10:00", 1, False),
        (0, "11:00", 1, True),
        (90, "17:00", 1, True),
        (91, "09:00", 1, False),
    ],
)
def test_what_is_offered_at_ten_on_monday(number, clock, hours, is_there):
    start = utc(number, clock)

    assert is_offered(Span(start, start + hours * HOUR), utc(0, "10:00")) is is_there


def test_what_begins_now_has_begun():
    now = utc(0, "10:00")

    ensure_ahead(now + timedelta.resolution, now, "body", "time")
    with pytest.raises(BadInput, match="time: is past"):
        ensure_ahead(now, now, "body", "time")


def booking(status):
    return Booking(
        id="booking_x",
        serial=1,
        reseller_id="reseller_alpha",
        client="reseller_alpha/client_ada",
        pass_id="brgpass_ada_gym",
        type=BookingType.SPA,
        status=status,
        branch_id="branch_serenity_vi",
        starts_at=utc(2, "10:00"),
        ends_at=utc(2, "11:00"),
        took=Taken(),
        created_at=utc(0, "10:00"),
        updated_at=utc(0, "10:00"),
    )


def test_a_pending_booking_is_accepted_so_long_after_it_was_made():
    pending = booking(Status.PENDING)

    assert next_event(pending, timedelta(0), utc(0, "10:00")) == (utc(0, "10:00"), "accept")
    assert next_event(pending, timedelta(days=3), utc(0, "12:00")) == (utc(3, "10:00"), "accept")


def test_a_confirmed_booking_is_completed_at_its_beginning_or_at_once():
    confirmed = booking(Status.CONFIRMED)

    assert next_event(confirmed, timedelta(0), utc(0, "12:00")) == (utc(2, "10:00"), "complete")
    assert next_event(confirmed, timedelta(0), utc(3, "12:00")) == (utc(3, "12:00"), "complete")


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.COMPLETED, Status.RESCHEDULED])
def test_nothing_happens_to_what_is_over(status):
    over = msgspec.structs.replace(booking(Status.PENDING), status=status)

    assert next_event(over, timedelta(0), utc(0, "12:00")) is None
