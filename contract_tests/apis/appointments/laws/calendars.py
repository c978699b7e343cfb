"""What the merchant's calendar lists, and how."""

from datetime import time, timedelta
from typing import Any

from contract_tests.apis.appointments.refusals import RANGE_REVERSED
from contract_tests.apis.appointments.scene import COLLEAGUE, CUSTOMER, MINUTES, SECOND, AppointmentsScene, stamp
from contract_tests.laws.law import Laws

__all__ = ["LAWS"]

LAWS = Laws("calendars")

_TICK = timedelta(seconds=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


@LAWS.law("AP-K01")
def the_calendar_has_two_lists_even_where_there_is_nothing(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    found = scene.calendar(start, start + _HOUR)
    scene.same("AP-K01", (found["bookings"], found["blocked_times"]), ([], []), "an hour with nothing in it")
    scene.entered(start)
    found = scene.calendar(start, start + 2 * _HOUR)
    scene.same("AP-K01", (len(found["bookings"]), found["blocked_times"]), (1, []), "an hour with a booking")


@LAWS.law("AP-K02", "AP-K13")
def a_booking_is_listed_when_any_part_of_it_lies_in_the_range(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    end = start + scene.service.length
    booking = scene.entered(start)
    for rule, begin, close, is_listed in (
        ("AP-K02", start, end, True),
        ("AP-K02", start - _HOUR, end + _HOUR, True),
        ("AP-K02", end - _TICK, end + _HOUR, True),
        ("AP-K02", start - _HOUR, start + _TICK, True),
        ("AP-K02", start + 10 * MINUTES, end - 10 * MINUTES, True),
        ("AP-K02", end + _TICK, end + _HOUR, False),
        ("AP-K02", start - _HOUR, start - _TICK, False),
        ("AP-K13", end, end + _HOUR, False),
        ("AP-K13", start - _HOUR, start, False),
    ):
        listed = [row["id"] for row in scene.calendar(begin, close)["bookings"]]
        wanted = [booking] if is_listed else []
        scene.same(rule, listed, wanted, f"what is listed from {stamp(begin)} to {stamp(close)}")


@LAWS.law("AP-K02")
def a_booking_of_days_is_listed_on_each_of_them(scene: AppointmentsScene) -> None:
    start = scene.year()
    booking = scene.entered(start)
    scene.move(booking, start, start + 31 * _DAY, title="make it last 31 days").ok("AP-U12", 200)
    for days in (0, 15, 30):
        listed = [row["id"] for row in scene.calendar(start + days * _DAY, start + (days + 1) * _DAY)["bookings"]]
        scene.same("AP-K02", listed, [booking], f"what is listed on its day {days + 1}")


@LAWS.law("AP-K16", "AP-K17")
def a_range_in_dates_is_one_of_whole_local_days(scene: AppointmentsScene) -> None:
    day = scene.far_day().astimezone(scene.shop.zone).date()
    begins, ends = scene.local(day, time(0)), scene.local(day + _DAY, time(0))
    length = scene.service.length
    first, last = scene.entered(begins), scene.entered(ends - length)
    around = [scene.entered(begins - length), scene.entered(ends)]
    own = {first, last, *around}
    for start, end, wanted in (
        (day.isoformat(), day.isoformat(), {first, last}),
        (day.isoformat(), ends - length, {first}),
        (ends - length, day.isoformat(), {last}),
        ((day - _DAY).isoformat(), (day + _DAY).isoformat(), own),
    ):
        listed = {row["id"] for row in scene.ask_calendar(start, end).ok("AP-K16", 200).json["bookings"]}
        scene.same("AP-K17", listed & own, wanted, f"what is listed from {start} to {end}")


@LAWS.law("AP-K03", "AP-K18")
def a_blocked_time_is_listed_when_any_of_it_touches_the_range(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    end = start + 30 * MINUTES
    own, colleague_s = scene.blocked(start, end), scene.blocked(start, end, by=COLLEAGUE)
    for rule, begin, close, is_listed in (
        ("AP-K03", start + 10 * MINUTES, end - 10 * MINUTES, True),
        ("AP-K18", start - _HOUR, start, True),
        ("AP-K18", end, end + _HOUR, True),
        ("AP-K03", start - _HOUR, start - _TICK, False),
        ("AP-K03", end + _TICK, end + _HOUR, False),
    ):
        listed = {each["id"] for each in scene.blocks(begin, close)}
        wanted = {own, colleague_s} if is_listed else set()
        scene.same(rule, listed, wanted, f"what is listed from {stamp(begin)} to {stamp(close)}")
    year = scene.year()
    longest = scene.made(scene.block(year, year + 366 * _DAY, title="block 366 days").ok("AP-B03", 201))
    for begin in (year, year + 183 * _DAY, year + 366 * _DAY - _HOUR):
        found = [each["id"] for each in scene.blocks(begin, begin + _HOUR)]
        scene.same("AP-K03", found, [longest], f"what is listed in the hour from {stamp(begin)}")


@LAWS.law("AP-K14")
def an_all_day_blocked_time_is_listed_for_all_of_its_local_days(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    day = start.astimezone(scene.shop.zone).date()
    block = scene.blocked(scene.local(day, time(10)), scene.local(day, time(11)), all_day=True)
    begins, ends = scene.local(day, time(0)), scene.local(day + _DAY, time(0))
    for begin, close, is_listed in (
        (begins + MINUTES, begins + _HOUR, True),
        (ends - _HOUR, ends - MINUTES, True),
        (begins - _HOUR, begins - _TICK, False),
        (ends + _TICK, ends + _HOUR, False),
    ):
        listed = [each["id"] for each in scene.blocks(begin, close) if each["id"] == block]
        wanted = [block] if is_listed else []
        scene.same("AP-K14", listed, wanted, f"what is listed from {stamp(begin)} to {stamp(close)}")


@LAWS.law("AP-K04")
def both_lists_ascend_by_id(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    bookings = [scene.entered(start + hours * _HOUR) for hours in (4, 2, 3, 0)]
    blocks = [scene.blocked(start + hours * _HOUR, start + (hours + 1) * _HOUR) for hours in (8, 6, 7)]
    found = scene.calendar(start, start + 10 * _HOUR)
    scene.same("AP-K04", [row["id"] for row in found["bookings"]], sorted(bookings), "the bookings")
    scene.same("AP-K04", [row["id"] for row in found["blocked_times"]], sorted(blocks), "the blocked times")


@LAWS.law("AP-K05", "AP-K10", "AP-K15", "AP-J14")
def a_group_has_a_row_for_each_who_takes_part(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    (guest,) = scene.people(1)
    group = scene.group(start, guest, merchant_note="bring oil")
    service = scene.listed_service(scene.group_service_id)
    known = {who: scene.customer(scene.record(who)) for who in (CUSTOMER, SECOND)}
    wanted: dict[str, str | None] = {guest["first_name"]: None}
    for number, who in enumerate(known, start=2):
        scene.joined(group, by=who, customer_note=f"of {who}")
        wanted[known[who]["first_name"]] = f"of {who}"
        rows = scene.rows(group, start)
        notes = {row["first_name"]: row["customer_note"] for row in rows}
        scene.same("AP-K05", set(notes), set(wanted), "the names of all rows")
        scene.same("AP-J14", notes, wanted, "the notes of all rows, by name")
        scene.same("AP-K05", len(rows), number, "the number of rows")
        for member in ("from_date", "to_date", "price", "cost", "merchant_note", "current_participants"):
            scene.same("AP-K05", [row[member] for row in rows], [rows[0][member]] * number, f"{member} of all rows")
        got = [rows[0][name] for name in ("current_participants", "min_participants", "max_participants")]
        limits = [service["min_participants"], service["max_participants"]]
        scene.same("AP-K10", got, [number, *limits], "participants, minimum and maximum")
    scene.left(group)
    del wanted[known[CUSTOMER]["first_name"]]
    rows = scene.rows(group, start)
    scene.same("AP-K15", {row["first_name"]: row["customer_note"] for row in rows}, wanted, "names and notes")
    scene.same("AP-K10", {row["current_participants"] for row in rows}, {2}, "the number of participants")


@LAWS.law("AP-K06")
def what_nobody_takes_part_in_has_one_row_without_names(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    never, left = scene.group(start), scene.group(start + 2 * _HOUR)
    scene.joined(left, customer_note="a wish")
    scene.left(left)
    for group in (never, left):
        rows = scene.rows(group, start)
        names = ("first_name", "last_name", "phone_number", "customer_note")
        got = [[row[name] for name in names] for row in rows]
        scene.same("AP-K06", got, [[None] * 4], "names, phone number and note")


@LAWS.law("AP-K07", "AP-K10", "AP-K12")
def cancelled_bookings_are_listed_only_when_asked_for(scene: AppointmentsScene) -> None:
    start = scene.spot()
    own, off = scene.booked(start), scene.entered(start + _HOUR, scene.record(CUSTOMER))
    group = scene.group(start + 2 * _HOUR, scene.record(SECOND), *scene.people(1))
    scene.joined(group)
    scene.left(group)
    scene.left(own)
    for booking in (off, group):
        scene.call_off(booking, "ill").ok("AP-D01", 200)
    end = start + 4 * _HOUR
    scene.same("AP-K12", scene.bookings_in(start, end, cancelled=False), [], "what is listed unasked")
    without = scene.ask_calendar(start, end, include_cancelled="false").ok("AP-K07", 200).json["bookings"]
    scene.same("AP-K07", without, [], "what is listed with include_cancelled=false")
    rows = scene.bookings_in(start, end)
    ids = sorted(row["id"] for row in rows)
    scene.same("AP-K07", ids, sorted([own, off, group, group, group]), "what is listed when asked for")
    present = {row["id"]: row["current_participants"] for row in rows if row["id"] != own}
    scene.same("AP-K10", present, {off: 1, group: 2}, "how many had not left before")
    scene.same("AP-K07", {row["is_cancelled"] for row in rows}, {True}, "is_cancelled")
    kept = scene.entered(start)
    rows = scene.bookings_in(start, end)
    states = {row["id"]: row["is_cancelled"] for row in rows}
    scene.same("AP-K07", states, {own: True, off: True, group: True, kept: False}, "is_cancelled of all")


@LAWS.law("AP-K08", "AP-K09")
def a_range_has_a_start_and_an_end_that_is_not_before_it(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    ways: tuple[tuple[str, dict[str, Any]], ...] = (
        ("start", {"end": stamp(start)}),
        ("end", {"start": stamp(start)}),
        ("start", {}),
    )
    for name, given in ways:
        answer = scene.call("listCalendarEvents", title=f"read the calendar without {name}", **given)
        answer.refused("AP-K09", 400).names("AP-K09", name)
    scene.ask_calendar(start, start - _TICK).refused("AP-K08", *RANGE_REVERSED)
    block = scene.blocked(start - MINUTES, start + MINUTES)
    found = scene.ask_calendar(start, start).ok("AP-K08", 200).json
    scene.same("AP-K08", [each["id"] for each in found["blocked_times"]], [block], "what lies at that moment")
