"""A merchant moves a booking, lengthens it, writes another note."""

import itertools
from datetime import datetime, timedelta

from contract_tests.apis.appointments.refusals import BLOCKED, CANCELLED, NOT_THEIRS, REVERSED, TAKEN
from contract_tests.apis.appointments.scene import (
    AWKWARD,
    COLLEAGUE,
    CUSTOMER,
    LEFT_OUT,
    MINUTES,
    SECOND,
    AppointmentsScene,
    stamp,
)
from contract_tests.laws.law import Laws
from contract_tests.scenes.scene import OTHER

__all__ = ["LAWS"]

LAWS = Laws("changes")

_TICK = timedelta(seconds=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_FORBIDDEN = 403


def _is_at(
    scene: AppointmentsScene, rule: str, booking: int, start: datetime, end: datetime, note: str | None = None
) -> None:
    """The calendar has it at these times, with that note; how it shows that there is none has a rule of its own."""
    row = scene.row(rule, booking, start)
    scene.same(rule, (row["from_date"], row["to_date"]), (stamp(start), stamp(end)), "its times in the calendar")
    scene.same(rule, row.get("merchant_note") or None, note, "its note in the calendar")


@LAWS.law("AP-U01", "AP-U13")
def a_move_changes_times_and_note_and_frees_the_old_time(scene: AppointmentsScene) -> None:
    start = scene.spot()
    length = scene.service.length
    booking = scene.booked(start, customer_note="a wish")
    to = start + 2 * _HOUR
    before, read = scene.row("AP-U01", booking, start), scene.seen("AP-U01", booking)
    times = {"from_date": stamp(to), "to_date": stamp(to + length)}
    for title in ("change the booking", "change it so again"):
        answer = scene.move(booking, to, merchant_note=AWKWARD, title=title).ok("AP-U01", 200)
        scene.same("AP-U01", answer.exchange.content, b"", "the body", answer)
        rows = scene.rows(booking, to)
        scene.same("AP-U01", rows, [{**before, **times, "merchant_note": AWKWARD}], "its rows in the calendar")
        scene.same("AP-U01", scene.seen("AP-U01", booking), {**read, **times}, "what the customer reads")
    scene.book(to, by=SECOND, title="book the new time").refused("AP-U13", *TAKEN)
    scene.book(to + length - MINUTES, by=SECOND, title="book its last minute").refused("AP-U13", *TAKEN)
    scene.book(start, by=SECOND, title="book the old time").ok("AP-U13", 201)


@LAWS.law("AP-U13")
def wherever_a_booking_moves_it_has_that_time_and_no_other(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    places = [start + number * 2 * _HOUR for number in range(3)]
    first, second, third = places
    length = scene.service.length
    for booking, walk in (
        (scene.entered(first), (second, first, third, second, third, third)),
        (scene.group(first + 6 * _HOUR), (first, second, first)),
    ):
        for to in walk:
            scene.move(booking, to, to + length).ok("AP-U13", 200)
            for place in places:
                answer = scene.enter(place, title="book where it is" if place == to else "book where it is not")
                if place == to:
                    answer.refused("AP-U13", *TAKEN)
                else:
                    scene.call_off(scene.made(answer.ok("AP-U13", 201))).ok("AP-D01", 200)
        scene.call_off(booking).ok("AP-D01", 200)


@LAWS.law("AP-U02", "AP-U04")
def a_move_keeps_clear_of_other_bookings_and_not_of_its_own_time(scene: AppointmentsScene) -> None:
    start = scene.spot()
    length = scene.service.length
    booking = scene.entered(start, merchant_note="mine")
    scene.booked(start + 2 * _HOUR)
    for to in (start + 2 * _HOUR, start + 2 * _HOUR - length + MINUTES, start + 2 * _HOUR + length - MINUTES):
        answer = scene.move(booking, to, merchant_note="moved", title="move onto another booking")
        answer.refused("AP-U02", *TAKEN)
        _is_at(scene, "AP-U02", booking, start, start + length, "mine")
    longer = scene.move(booking, start, start + 2 * _HOUR + MINUTES, title="lengthen into another booking")
    longer.refused("AP-U02", *TAKEN)
    _is_at(scene, "AP-U02", booking, start, start + length, "mine")
    for to in (start + 20 * MINUTES, start + 10 * MINUTES):
        scene.move(booking, to, merchant_note="", title="move by some minutes").ok("AP-U04", 200)
        _is_at(scene, "AP-U04", booking, to, to + length)


@LAWS.law("AP-U03")
def a_move_keeps_clear_of_blocked_times_of_the_booking_s_employee(scene: AppointmentsScene) -> None:
    start = scene.spot()
    length = scene.service.length
    booking, customers = scene.entered(start, merchant_note="mine"), scene.booked(start + _HOUR)
    to = start + 3 * _HOUR
    block = scene.blocked(to, to + 30 * MINUTES)
    for begin in (to, to - length + MINUTES, to + 29 * MINUTES):
        scene.move(booking, begin, title="move onto a blocked time").refused("AP-U03", *BLOCKED)
        _is_at(scene, "AP-U03", booking, start, start + length, "mine")
    scene.move(customers, to, title="move a customer's booking there").refused("AP-U03", *BLOCKED)
    scene.unblock(block).ok("AP-B12", 200)
    scene.blocked(to, to + 30 * MINUTES, by=COLLEAGUE)
    answer = scene.move(customers, to, title="move a customer's booking onto a blocked time of anybody")
    answer.refused("AP-U03", *BLOCKED)
    _is_at(scene, "AP-U03", customers, start + _HOUR, start + _HOUR + length)
    scene.move(booking, to, title="move onto a blocked time of a colleague").ok("AP-U03", 200)


@LAWS.law("AP-U05")
def a_cancelled_booking_is_not_changed(scene: AppointmentsScene) -> None:
    start = scene.spot()
    length = scene.service.length
    off, own = scene.entered(start, merchant_note="mine"), scene.booked(start + _HOUR)
    scene.call_off(off, "ill").ok("AP-D01", 200)
    scene.left(own)
    for booking, begin, note in ((off, start, "mine"), (own, start + _HOUR, None)):
        for to in (begin, start + 3 * _HOUR):
            scene.move(booking, to, merchant_note="moved").refused("AP-U05", *CANCELLED)
        row = scene.row("AP-U05", booking, begin, cancelled=True)
        got = (row["from_date"], row["to_date"], row["merchant_note"])
        scene.same("AP-U05", got, (stamp(begin), stamp(begin + length), note), "its times and note")


@LAWS.law("AP-U06", "AP-U07")
def a_booking_ends_after_it_begins_and_within_a_month(scene: AppointmentsScene) -> None:
    start = scene.year()
    length = scene.service.length
    booking = scene.entered(start, merchant_note="mine")
    for end in (start + 2 * _HOUR, start + 2 * _HOUR - _TICK, start - _DAY):
        answer = scene.move(booking, start + 2 * _HOUR, end, merchant_note="moved", title="end before it begins")
        answer.refused("AP-U06", *REVERSED)
        _is_at(scene, "AP-U06", booking, start, start + length, "mine")
    longest = start + 31 * _DAY
    answer = scene.move(booking, start, longest + _TICK, merchant_note="moved", title="last a second too long")
    answer.refused("AP-U07", 400, "a booking lasts at most 31 days")
    _is_at(scene, "AP-U07", booking, start, start + length, "mine")
    scene.move(booking, start, longest, title="last 31 days").ok("AP-U07", 200)


@LAWS.law("AP-U08")
def another_merchant_s_employee_changes_nothing(scene: AppointmentsScene) -> None:
    start = scene.spot()
    length = scene.service.length
    for begin, booking, note in (
        (start, scene.entered(start, merchant_note="mine"), "mine"),
        (start + _HOUR, scene.booked(start + _HOUR), None),
    ):
        answer = scene.move(booking, start + 2 * _HOUR, by=OTHER, merchant_note="moved", title="move another's booking")
        answer.refused("AP-U08", *NOT_THEIRS)
        scene.move(booking, begin, by=OTHER, title="change another's note").refused("AP-U08", *NOT_THEIRS)
        _is_at(scene, "AP-U08", booking, begin, begin + length, note)


@LAWS.law("AP-U09", "AP-U10", "AP-U16")
def note_and_both_times_are_always_sent_and_an_empty_note_clears(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    end = start + scene.service.length
    booking = scene.entered(start, merchant_note="mine")
    for name in ("merchant_note", "from_date", "to_date"):
        fields = {"merchant_note": "moved", name: LEFT_OUT}
        answer = scene.move(booking, start + _HOUR, title=f"change without {name}", **fields)
        answer.refused("AP-U09", 400).names("AP-U09", name)
        _is_at(scene, "AP-U09", booking, start, end, "mine")
    scene.move(booking, start, end, merchant_note="").ok("AP-U10", 200)
    _is_at(scene, "AP-U10", booking, start, end)
    scene.same("AP-U16", scene.row("AP-U16", booking, start)["merchant_note"], "", "its note in the calendar")


@LAWS.law("AP-U11")
def the_note_of_a_booking_under_a_blocked_time_can_be_changed(scene: AppointmentsScene) -> None:
    start = scene.spot()
    end = start + scene.service.length
    for booking, begin in ((scene.entered(start), start), (scene.booked(start + _HOUR), start + _HOUR)):
        length = end - start
        scene.blocked(begin, begin + length)
        answer = scene.move(booking, begin, begin + length, merchant_note="under it", title="change the note alone")
        answer.ok("AP-U11", 200)
        _is_at(scene, "AP-U11", booking, begin, begin + length, "under it")
        answer = scene.move(booking, begin + MINUTES, begin + length + MINUTES, title="move under it")
        answer.refused("AP-U03", *BLOCKED)


@LAWS.law("AP-U12", "AP-U17")
def a_booking_takes_another_length_and_all_of_it(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    booking = scene.entered(start)
    for minutes in (150, 20, 151):
        end = start + minutes * MINUTES
        scene.move(booking, start, end, title=f"make it last {minutes} minutes").ok("AP-U12", 200)
        _is_at(scene, "AP-U12", booking, start, end)
        scene.enter(end - MINUTES, title="book its last minute").refused("AP-U12", *TAKEN)
        row = scene.row("AP-U12", booking, start)
        scene.same("AP-U12", row["service_duration"], scene.service.minutes, "service_duration")
    begins = start + 4 * _HOUR
    waits = scene.entered(begins, service_id=scene.waiting.id)
    lengths = itertools.accumulate(minutes for minutes, _ in scene.waiting.phases)
    for minutes in (*lengths, scene.waiting.minutes + 60):
        end = begins + minutes * MINUTES
        scene.move(waits, begins, end, title=f"make what waits last {minutes} minutes").ok("AP-U12", 200)
        _is_at(scene, "AP-U12", waits, begins, end)
    scene.enter(end - MINUTES, title="book its last minute").refused("AP-U17", *TAKEN)
    (first, _), (wait, _), _ = scene.waiting.phases
    if scene.brief.minutes <= wait:
        inside = begins + first * MINUTES
        scene.enter(inside, service_id=scene.brief.id, title="book while it waits").ok("AP-U17", 201)
        late = inside + (wait - scene.brief.minutes + 1) * MINUTES
        scene.enter(late, service_id=scene.brief.id, title="book beyond its wait").refused("AP-U17", *TAKEN)


@LAWS.law("AP-U14")
def a_group_moves_for_everybody_who_takes_part(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    length = scene.group_service.length
    group = scene.group(start, *scene.people(scene.places - 2))
    to, gone = start, set()
    # Full; then with one who has left; then without a single one of those who came by themselves.
    for goes in ("", CUSTOMER, SECOND):
        if goes:
            scene.left(group, by=goes)
            gone.add(goes)
        else:
            for who in (CUSTOMER, SECOND):
                scene.joined(group, by=who, customer_note=f"of {who}")
        before = scene.rows(group, to)
        to += 2 * _HOUR
        scene.move(group, to, to + length, title="move the group").ok("AP-U14", 200)
        rows = scene.rows(group, to)
        notes, wanted = ([row["customer_note"] for row in its] for its in (rows, before))
        scene.same("AP-U14", notes, wanted, "the notes of all who take part")
        times = {"from_date": stamp(to), "to_date": stamp(to + length), "merchant_note": None}
        told = [{**row, "merchant_note": row.get("merchant_note") or None} for row in rows]
        scene.same("AP-U14", told, [{**row, **times} for row in before], "the rows of all who take part")
        for who in (CUSTOMER, SECOND):
            read = scene.read(group, by=who)
            if who in gone and read.status == _FORBIDDEN:
                continue  # whether who left may still read it has a law of its own
            seen = read.ok("AP-U14", 200).json
            scene.same("AP-U14", seen["from_date"], stamp(to), f"the start for {who}")
            scene.same("AP-U14", seen["is_cancelled"], who in gone, f"is_cancelled for {who}")


@LAWS.law("AP-U15")
def neither_past_nor_hours_bind_a_move(scene: AppointmentsScene) -> None:
    start = scene.spot()
    length = scene.service.length
    own, customers = scene.entered(start), scene.booked(start + _HOUR)
    past = scene.past_day()
    _, closes = scene.opening_of(start)
    for booking, to in ((own, past), (customers, past + 2 * _HOUR)):
        scene.move(booking, to, merchant_note="moved", title="move into the past").ok("AP-U15", 200)
        _is_at(scene, "AP-U15", booking, to, to + length, "moved")
    later = closes + 30 * MINUTES
    scene.move(own, later, title="move outside business hours").ok("AP-U15", 200)
    _is_at(scene, "AP-U15", own, later, later + length)
