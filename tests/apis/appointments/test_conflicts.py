"""Two bookings at the same time, and bookings in blocked time: which stand in each other's way."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

MADE, DONE = (201, ""), (200, "")
TAKEN = (409, "time slot already booked")
BLOCKED = (409, "blocked time in this slot")
COLOR, TALK, SAUNA, WORKSHOP = 124, 125, 127, 456
"""Half an hour, a wait of 45 minutes, half an hour; half an hour; an hour with 15 minutes of buffer; a group."""


# Bookings


def test_two_customers_do_not_get_the_same_time(quiet):
    quiet.jane.book("09:00")

    assert quiet.maria.book("09:00").said == TAKEN
    assert quiet.maria.book("09:59").said == TAKEN
    assert quiet.maria.book("08:01").said == TAKEN
    assert len(quiet.owner.rows()) == 1


def test_a_merchant_does_not_get_a_customer_s_time_nor_the_other_way_round(quiet):
    quiet.jane.book("09:00")
    quiet.owner.plan("11:00")

    assert quiet.owner.plan("09:30").said == TAKEN
    assert quiet.jane.book("11:30").said == TAKEN


def test_two_employees_do_not_get_the_same_room(quiet):
    salon = [quiet.enter(f"{role}_zopf-und-schere") for role in ("owner", "staff")]

    said = [employee.plan("2026-03-17T10:00:00+01:00", 521).said for employee in salon]

    assert said == [MADE, TAKEN]


def test_another_location_is_another_room(quiet):
    quiet.owner.plan("09:00")

    assert quiet.staff.plan("09:00").said == MADE
    assert quiet.jane.book("11:00").said == quiet.maria.book("11:00", location_id=457).said == MADE


def test_another_merchant_s_bookings_do_not_count(quiet):
    quiet.owner.plan("2026-03-17T10:00:00+01:00")

    assert quiet.stranger.plan("2026-03-17T10:00:00+01:00", 521).said == MADE


def test_bookings_may_touch(quiet):
    quiet.jane.book("09:00")

    assert quiet.maria.book("08:00").said == quiet.maria.book("10:00").said == MADE


def test_a_group_takes_its_time_like_any_other_booking(quiet):
    quiet.owner.plan("09:00", WORKSHOP)

    assert quiet.owner.plan("10:00", WORKSHOP).said == TAKEN
    assert quiet.jane.book("10:00").said == TAKEN
    assert quiet.jane.book("10:30").said == MADE


def test_one_customer_may_be_in_two_places_at_once(quiet):
    assert quiet.jane.book("09:00").said == quiet.jane.book("09:00", location_id=457).said == MADE


def test_a_cancelled_booking_does_not_count(quiet):
    quiet.owner.call_off(quiet.jane.book("09:00").id)
    quiet.jane.cancel(quiet.jane.book("09:00").id)

    assert quiet.maria.book("09:00").said == MADE


def test_the_same_time_goes_to_one_of_many(quiet):
    rivals = [quiet.enter(f"customer_rival_{number}") for number in range(8)]

    with ThreadPoolExecutor(8) as pool:
        said = sorted(answer.said for answer in pool.map(lambda rival: rival.book("09:00"), rivals))

    assert said == [MADE] + [TAKEN] * 7


# Phases that wait


@pytest.mark.parametrize(
    ("start", "service", "said"),
    [
        ("09:00", TALK, TAKEN),
        ("09:15", TALK, TAKEN),
        ("09:30", TALK, MADE),
        ("09:45", TALK, MADE),
        ("10:00", TALK, TAKEN),
        ("10:15", TALK, TAKEN),
        ("10:45", TALK, MADE),
        ("09:30", 123, TAKEN),  # longer than the wait
        ("09:30", COLOR, MADE),  # both wait, each while the other is served
        ("10:00", COLOR, TAKEN),
        ("07:15", COLOR, MADE),  # its last phase touches the first one
        ("07:45", COLOR, TAKEN),
        ("08:30", COLOR, MADE),
    ],
)
def test_only_phases_in_which_somebody_is_served_stand_in_the_way(quiet, start, service, said):
    """A colour from nine: served until half past, and from a quarter past ten to a quarter to eleven."""
    quiet.owner.plan("09:00", COLOR)

    assert quiet.jane.book(start, service).said == said


# Buffers


@pytest.mark.parametrize(
    ("start", "said"), [("10:00", TAKEN), ("10:14", TAKEN), ("10:15", MADE), ("07:46", TAKEN), ("07:45", MADE)]
)
def test_a_new_booking_keeps_the_buffer_of_its_service(quiet, start, said):
    quiet.owner.plan("09:00")

    assert quiet.jane.book(start, SAUNA).said == said


def test_the_buffer_of_a_booking_already_made_does_not_count(quiet):
    quiet.jane.book("09:00", SAUNA)

    assert quiet.maria.book("10:00").said == MADE


@pytest.mark.parametrize(("start", "said"), [("09:30", TAKEN), ("09:34", TAKEN), ("09:35", MADE)])
def test_without_one_of_its_own_a_service_has_the_buffer_of_its_merchant(quiet, start, said):
    clinic = quiet.enter("owner_hana-clinic")
    clinic.plan("2026-03-17T09:00:00+09:00", 621)

    assert clinic.plan(f"2026-03-17T{start}:00+09:00", 621).said == said


def test_a_move_keeps_the_buffer_as_well(quiet):
    quiet.owner.plan("09:00")
    sauna = quiet.owner.plan("12:00", SAUNA).id

    assert quiet.owner.move(sauna, "10:00", "11:00").said == TAKEN
    assert quiet.owner.move(sauna, "10:15", "11:15").said == DONE


def test_a_buffer_is_not_kept_from_blocked_time(quiet):
    quiet.owner.block("09:00", "10:00")

    assert quiet.jane.book("10:00", SAUNA).said == MADE


# Blocked time


@pytest.mark.parametrize(
    ("start", "said"), [("11:00", MADE), ("11:01", BLOCKED), ("12:00", BLOCKED), ("12:59", BLOCKED), ("13:00", MADE)]
)
def test_an_employee_books_around_their_blocked_time(quiet, start, said):
    quiet.owner.block("12:00", "13:00")

    assert quiet.owner.plan(start).said == said


def test_blocked_time_of_a_colleague_does_not_stand_in_the_way_of_an_employee(quiet):
    quiet.owner.block("12:00", "13:00")

    assert quiet.staff.plan("12:00").said == MADE


@pytest.mark.parametrize("location", [456, 457])
def test_blocked_time_of_any_employee_stands_in_the_way_of_a_customer(quiet, location):
    quiet.owner.block("12:00", "13:00")

    assert quiet.jane.book("12:30", location_id=location).said == BLOCKED
    assert quiet.jane.book("13:00", location_id=location).said == MADE


def test_blocked_time_of_another_merchant_stands_in_nobody_s_way(quiet):
    quiet.stranger.block("12:00", "13:00")

    assert quiet.jane.book("12:00").said == MADE


def test_a_service_may_wait_in_blocked_time(quiet):
    quiet.owner.block("12:00", "12:45")

    assert quiet.jane.book("11:45", COLOR).said == BLOCKED
    assert quiet.jane.book("11:30", COLOR).said == MADE


def test_blocked_is_said_before_taken(quiet):
    quiet.owner.plan("12:00")
    quiet.owner.block("12:00", "13:00")

    assert quiet.jane.book("12:00").said == BLOCKED


def test_a_block_over_a_booking_moves_nothing(quiet):
    booking = quiet.jane.book("12:00").id
    before = quiet.owner.rows(booking)

    assert quiet.owner.block("11:00", "14:00").said == MADE

    assert quiet.owner.rows(booking) == before


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("2026-03-15T23:00:00-07:00", MADE),
        ("2026-03-15T23:01:00-07:00", BLOCKED),
        ("2026-03-16T00:00:00-07:00", BLOCKED),
        ("2026-03-17T23:59:00-07:00", BLOCKED),
        ("2026-03-18T00:00:00-07:00", MADE),
    ],
)
def test_an_all_day_block_takes_the_whole_of_each_local_day_it_touches(quiet, start, said):
    quiet.owner.block("12:00", "2026-03-17T00:30:00-07:00", all_day=True)

    assert quiet.owner.plan(start).said == said


def test_an_all_day_block_that_ends_at_midnight_leaves_the_next_day_alone(quiet):
    quiet.owner.block("00:00", "2026-03-17T00:00:00-07:00", all_day=True)

    assert quiet.owner.plan("2026-03-17T00:00:00-07:00").said == MADE


def test_an_all_day_block_takes_the_day_of_another_zone_than_utc(quiet):
    clinic = quiet.enter("owner_hana-clinic")
    clinic.block("2026-03-17T12:00:00+09:00", "2026-03-17T12:30:00+09:00", all_day=True)

    assert clinic.plan("2026-03-17T00:00:00+09:00", 621).said == BLOCKED
    assert clinic.plan("2026-03-18T00:00:00+09:00", 621).said == MADE


def test_time_that_is_no_longer_blocked_can_be_booked(quiet):
    block = quiet.owner.block("12:00", "13:00").id
    quiet.owner.ask("DELETE", f"/merchant/blocked-times/{block}")

    assert quiet.jane.book("12:00").said == MADE


# Moves


def test_a_booking_does_not_stand_in_its_own_way(quiet):
    booking = quiet.owner.plan("09:00").id

    assert quiet.owner.move(booking, "09:30", "10:30").said == DONE
    assert quiet.owner.move(booking, "09:00", "11:00").said == DONE


def test_a_move_onto_another_booking_leaves_times_and_note_alone(quiet):
    booking = quiet.owner.plan("09:00", merchant_note="Before").id
    quiet.jane.book("11:00")
    before = quiet.owner.calendar()

    assert quiet.owner.move(booking, "10:30", "11:30", "After").said == TAKEN
    assert quiet.owner.calendar() == before


def test_a_move_takes_the_time_there_and_frees_the_time_here(quiet):
    quiet.owner.move(quiet.jane.book("09:00").id, "11:00", "12:00")

    assert quiet.maria.book("11:00").said == TAKEN
    assert quiet.maria.book("09:00").said == MADE


def test_an_employee_s_booking_is_moved_around_their_blocked_time_alone(quiet):
    booking = quiet.owner.plan("09:00").id
    quiet.owner.block("12:00", "13:00")
    quiet.staff.block("15:00", "16:00")

    assert quiet.owner.move(booking, "12:30", "13:30").said == BLOCKED
    assert quiet.owner.move(booking, "15:00", "16:00").said == DONE


def test_a_colleague_moves_a_booking_around_the_blocked_time_of_the_employee_it_is_of(quiet):
    booking = quiet.owner.plan("09:00").id
    quiet.owner.block("12:00", "13:00")
    quiet.staff.block("15:00", "16:00")

    assert quiet.staff.move(booking, "12:30", "13:30").said == BLOCKED
    assert quiet.staff.move(booking, "15:00", "16:00").said == DONE


def test_a_booking_without_an_employee_is_moved_around_everybody_s_blocked_time(quiet):
    booking = quiet.jane.book("09:00").id
    quiet.staff.block("15:00", "16:00")

    assert quiet.owner.move(booking, "15:30", "16:30").said == BLOCKED
    assert quiet.owner.move(booking, "16:00", "17:00").said == DONE


def test_a_note_is_written_even_where_a_block_was_put_over_the_booking(quiet):
    booking = quiet.jane.book("12:00").id
    quiet.owner.block("11:00", "14:00")

    assert quiet.owner.move(booking, "12:00", "13:00", "Stays").said == DONE
    assert quiet.owner.rows(booking)[0]["merchant_note"] == "Stays"
    assert quiet.owner.move(booking, "12:00", "13:01", "Longer").said == BLOCKED


# What the availability offers

OFFERS = [
    ("spa-retreat", 456, 123),
    ("spa-retreat", 457, COLOR),
    ("spa-retreat", 456, SAUNA),
    ("spa-retreat", 457, 128),
    ("zopf-und-schere", 510, 522),
    ("zopf-und-schere", 510, 524),
    ("hana-clinic", 610, 622),
    ("hana-clinic", 610, 624),
    ("glenelg-yoga", 810, 824),
]


def on_the_clock(day, zone):
    """Every quarter of an hour of a local day, as times of day and as moments."""
    for number in range(24 * 4):
        local = datetime.combine(day, time(), zone) + number * timedelta(minutes=15)
        yield f"{local:%H:%M}", local.isoformat()


@pytest.mark.parametrize(("merchant", "location", "service"), OFFERS)
def test_what_is_offered_can_be_booked_and_nothing_else(busy, wait, merchant, location, service):
    """Monday is half over by now; the days after it are as full as they were drawn."""
    wait(hours=20)
    jane, owner = busy.jane, busy.enter(f"owner_{merchant}")
    zone = ZoneInfo(busy.nobody.read(f"/merchants/{merchant}")["timezone"])

    for day in ("2026-03-02", "2026-03-04", "2026-03-07"):
        found = busy.nobody.starts(day, service, merchant, location) or {"morning": [], "afternoon": []}
        booked = []
        for clock, start in on_the_clock(datetime.fromisoformat(day).date(), zone):
            answer = jane.book(start, service, merchant_name=merchant, location_id=location)
            if answer.said == MADE:
                booked.append(clock)
                assert owner.call_off(answer.id).said == DONE
        assert booked == found["morning"] + found["afternoon"]


def test_a_start_is_not_offered_once_it_is_booked(quiet):
    assert "09:00" in quiet.nobody.starts("2026-03-16", 123)["morning"]

    quiet.jane.book("09:00")

    assert quiet.nobody.starts("2026-03-16", 123)["morning"][:3] == ["07:00", "07:15", "07:30"]
    assert "10:00" in quiet.nobody.starts("2026-03-16", 123)["morning"]
    assert {"08:15", "09:00", "09:45"}.isdisjoint(quiet.nobody.starts("2026-03-16", 123)["morning"])
