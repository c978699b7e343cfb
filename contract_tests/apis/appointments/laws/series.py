"""Recurring bookings: which occurrences a rule has, and that a series is made whole or not at all."""

import calendar
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from contract_tests.apis.appointments.refusals import BLOCKED, TAKEN
from contract_tests.apis.appointments.scene import (
    AWKWARD,
    CUSTOMER,
    LEFT_OUT,
    MINUTES,
    SECOND,
    AppointmentsScene,
    made_id,
    moment_of,
    stamp,
)
from contract_tests.laws.law import Laws
from contract_tests.profiles import NotApplicable
from contract_tests.scenes.answers import Answer

__all__ = ["LAWS"]

LAWS = Laws("series")

_TICK = timedelta(seconds=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_PRINTED = datetime(2026, 3, 15, 18, tzinfo=UTC)
_NONE_AT_ALL = (400, "the recurrence has no occurrence")
_MOST = 366
_EACH_MONTH = 28
"""The last day that every month has."""
_PERIODS: tuple[tuple[str, int, tuple[int, ...]], ...] = (
    ("DAILY", 2, ()), ("DAILY", 3, (1, 5)), ("DAILY", 7, (0,)), ("DAILY", 7, ()), ("WEEKLY", 2, (6, 0, 3)),
    ("WEEKLY", 3, ()), ("WEEKLY", 7, (1,)), ("MONTHLY", 2, (2, 5)), ("YEARLY", 2, (0,)),
    ("MONTHLY", 5, (0, 3)),
)  # fmt: skip
"""Frequency, interval and weekdays, counted from that of the start."""
_WORDS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def _rule(frequency: str, until: datetime | None = None, **fields: Any) -> dict[str, Any]:
    return {"frequency": frequency, **({} if until is None else {"until": stamp(until)}), **fields}


def _starts(rows: list[dict[str, Any]]) -> list[str]:
    return [row["from_date"] for row in rows]


def _wall(scene: AppointmentsScene, start: datetime) -> tuple[date, time]:
    """What the merchant's clock shows."""
    local = start.astimezone(scene.shop.zone)
    return local.date(), local.time()


@LAWS.law("AP-R01", "AP-R16")
def three_weekdays_for_three_months_are_forty_bookings(scene: AppointmentsScene) -> None:
    start = _PRINTED
    if not scene.world.is_own or scene.now() > start:
        start = scene.year()  # the same weeks later
        start += (-start.isoweekday() % 7) * _DAY
    day, wall = _wall(scene, start)
    until = scene.local(day + 92 * _DAY, wall)
    recurrence = _rule("WEEKLY", until, interval=1, weekdays=["MO", "WE", "FR"])
    group = scene.group_service_id
    rows = scene.made_series("AP-R01", start, *scene.stand_in, recurrence=recurrence, service_id=group, days=100)
    days = [day + number * _DAY for number in range(93)]
    wanted = [stamp(scene.local(each, wall)) for each in days if each.isoweekday() in (1, 3, 5)]
    scene.same("AP-R01", len(wanted), 40, "what was counted")
    scene.same("AP-R01", len(rows), 40, "the number of bookings")
    scene.same("AP-R01", _starts(rows), wanted, "when they begin")
    scene.same("AP-R16", rows[0]["id"], min(row["id"] for row in rows), "the id of the earliest booking")


@LAWS.law("AP-R02", "AP-R16", "AP-R18")
def each_occurrence_is_a_booking_of_its_own_with_the_same_people(scene: AppointmentsScene) -> None:
    start = scene.year()
    day, wall = _wall(scene, start)
    starts = [scene.local(day + number * _DAY, wall) for number in range(4)]
    people = [scene.record(CUSTOMER), scene.record(SECOND)]
    answer = scene.series(
        start,
        *people,
        rule=_rule("DAILY", starts[-1]),
        service_id=scene.group_service_id,
        merchant_note=AWKWARD,
    )
    came = answer.ok("AP-R02", 201).headers.get("location", "none")
    scene.says("AP-R16", made_id(answer) > 0, "a Location that names a booking", came, answer)
    first = scene.made(answer)
    rows = scene.bookings_in(start - _DAY, start + 6 * _DAY)
    by_booking = {row["id"]: [each for each in rows if each["id"] == row["id"]] for row in rows}
    scene.keep_series(by_booking)
    scene.same("AP-R02", len(by_booking), len(starts), "the number of bookings", answer)
    scene.same("AP-R18", len({row["series_id"] for row in rows}), 1, "the number of different series_ids")
    scene.expect("AP-R18", rows[0]["series_id"] is not None, "a series_id", rows[0]["series_id"])
    names = sorted(scene.customer(each)["first_name"] for each in people)
    for its in by_booking.values():
        scene.same(
            "AP-R02", sorted((row["first_name"] for row in its), key=str), names, "the customers of an occurrence"
        )
        for row in its:
            lasts = moment_of(row["to_date"]) - moment_of(row["from_date"])
            scene.same("AP-R02", lasts, scene.group_service.length, "the length of an occurrence")
            scene.same("AP-R18", row["merchant_note"], AWKWARD, "the note of an occurrence")
    earliest = min(rows, key=lambda row: str(row["from_date"]))["id"]
    scene.same("AP-R16", first, earliest, "what Location names", answer)


@LAWS.law("AP-R03")
def the_start_is_an_occurrence_where_the_rule_matches_it(scene: AppointmentsScene) -> None:
    start = scene.year()
    day, wall = _wall(scene, start)
    own, next_one = _WORDS[day.weekday()], _WORDS[(day.weekday() + 1) % 7]
    following = [scene.local(day + days * _DAY, wall) for days in (1, 8)]
    rows = scene.made_series("AP-R03", start, recurrence=_rule("WEEKLY", following[1] + _HOUR, weekdays=[next_one]))
    scene.same("AP-R03", _starts(rows), [stamp(each) for each in following], "the occurrences beside the start")
    matching = [scene.local(day + days * _DAY, wall) for days in (0, 7)]
    rows = scene.made_series("AP-R03", start, recurrence=_rule("WEEKLY", matching[1] + _HOUR, weekdays=[own]))
    scene.same("AP-R03", _starts(rows), [stamp(each) for each in matching], "the occurrences from the start on")
    month = day.replace(month=3, day=1)
    firsts = [scene.local(month.replace(month=number), wall) for number in (3, 4, 5)]
    rows = scene.made_series("AP-R03", firsts[0], recurrence=_rule("MONTHLY", firsts[-1]), days=70)
    scene.same("AP-R03", _starts(rows), [stamp(each) for each in firsts], "the occurrences on the first of each month")


@LAWS.law("AP-R04")
def an_occurrence_exactly_at_until_belongs_to_the_series(scene: AppointmentsScene) -> None:
    start = scene.year()
    day, wall = _wall(scene, start)
    last = scene.local(day + 2 * _DAY, wall)
    rows = scene.made_series("AP-R04", start, recurrence=_rule("DAILY", last))
    scene.same("AP-R04", _starts(rows)[-1], stamp(last), "the last occurrence")
    scene.same("AP-R04", len(rows), 3, "the number of occurrences")
    later = start + 2 * _HOUR
    rows = scene.made_series("AP-R04", later, recurrence=_rule("DAILY", last + 2 * _HOUR - _TICK))
    scene.same("AP-R04", len(rows), 2, "the number of occurrences when until is a second earlier")


@LAWS.law("AP-R05")
def without_until_a_series_lasts_three_calendar_months(scene: AppointmentsScene) -> None:
    start = scene.year() + 60 * _DAY  # so that three months are not ninety days
    end = scene.months_after(start, 3)
    days = (_wall(scene, end)[0] - _wall(scene, start)[0]).days
    rows = scene.made_series("AP-R05", start, recurrence=_rule("DAILY", interval=days))
    scene.same("AP-R05", _starts(rows), [stamp(start), stamp(end)], "the occurrences")
    recurrence = {**_rule("DAILY", interval=days + 1), "until": None}
    rows = scene.made_series("AP-R05", start + 2 * _HOUR, recurrence=recurrence)
    scene.same("AP-R05", _starts(rows), [stamp(start + 2 * _HOUR)], "the occurrences when the next one is a day later")


@LAWS.law("AP-R05", "AP-R08")
def a_series_that_began_before_now_has_what_comes_from_now_on(scene: AppointmentsScene) -> None:
    scene.lean_on("AP-R05")  # which may count the months from the start, and then leave none
    now = scene.now().replace(microsecond=0)
    if scene.world.is_own:
        today, wall = _wall(scene, now)  # what is exactly now is not before now
        every = 5
        wanted = [days for days in range(0, 100, every) if _at(scene, today, days, wall) <= scene.months_after(now, 3)]
    else:
        every, today = 30, scene.window[0]  # few, for others may be there
        last = (scene.months_after(scene.local(today, time(12)), 3).date() - today).days
        # Neither today nor when the three months end: at which time of the day it is now is not known.
        first = next(days for days in (2, 3, 4) if (last - days) % every)
        wanted = list(range(first, last, every))
    recurrence = _rule("DAILY", interval=every)

    def ask(wall: time) -> Answer:
        return scene.series(_at(scene, today, wanted[0] - 3 * every, wall), rule=recurrence)

    wall, answer = scene.first_free([wall] if scene.world.is_own else scene.nights(), ask)
    start = _at(scene, today, wanted[0] - 3 * every, wall)
    rows = scene.made_series("AP-R08", start, answer=answer)
    starts = [stamp(_at(scene, today, days, wall)) for days in wanted]
    scene.same("AP-R08", _starts(rows)[0], starts[0], "the first occurrence")
    scene.same("AP-R05", _starts(rows)[-1], starts[-1], "the last occurrence")
    scene.same("AP-R08", _starts(rows), starts, "the occurrences")


@LAWS.law("AP-R08")
def of_a_series_that_began_before_now_each_day_to_come_counts(scene: AppointmentsScene) -> None:
    today = scene.window[0]
    tomorrow = stamp(scene.local(today + _DAY, time(0)))  # whether today's has begun is not known
    for frequency, ago in (("DAILY", 15), ("WEEKLY", 15), ("MONTHLY", 75), ("YEARLY", 500)):

        def ask(wall: time, frequency: str = frequency, ago: int = ago) -> Answer:
            recurrence = _rule(frequency, _at(scene, today, 6, wall), weekdays=list(_WORDS))
            return scene.series(_at(scene, today, -ago, wall), rule=recurrence)

        wall, answer = scene.first_free(scene.nights(), ask)
        wanted = [_at(scene, today, days, wall) for days in range(1, 7)]
        start = _at(scene, today, -ago, wall)
        rows = scene.made_series("AP-R08", start, days=ago + 10, answer=answer)
        starts = [start for start in _starts(rows) if start > tomorrow]
        scene.same("AP-R08", starts, [stamp(each) for each in wanted], f"the occurrences of {frequency} to come")
        for row in rows:
            scene.call_off(row["id"]).ok("AP-D01", 200)


@LAWS.law("AP-R08")
def of_a_series_that_began_before_now_the_same_weeks_months_and_years_are_in_turn(scene: AppointmentsScene) -> None:
    monday = scene.window[0] + 2 * _DAY
    monday += -monday.weekday() % 7 * _DAY
    while monday.day > _EACH_MONTH:
        monday += _WEEK
    for frequency, interval, begun, to_come in (
        ("WEEKLY", 3, monday - 6 * _WEEK, (monday, monday + 3 * _WEEK)),
        ("MONTHLY", 2, _months_on(monday, -1), (_months_on(monday, 1), _months_on(monday, 3))),
        ("YEARLY", 2, _months_on(monday, -12), (_months_on(monday, 12),)),
    ):

        def ask(
            wall: time,
            frequency: str = frequency,
            interval: int = interval,
            begun: date = begun,
            last: date = to_come[-1],
        ) -> Answer:
            return scene.series(
                scene.local(begun, wall), rule=_rule(frequency, scene.local(last, wall), interval=interval)
            )

        wall, answer = scene.first_free(scene.nights(), ask)
        days = (to_come[-1] - begun).days + 10
        rows = scene.made_series("AP-R08", scene.local(begun, wall), days=days, answer=answer)
        wanted = [stamp(scene.local(day, wall)) for day in to_come]
        scene.same("AP-R08", _starts(rows), wanted, f"the occurrences of {frequency} to come")


def _months_on(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return day.replace(year=day.year + years, month=month + 1)


def _at(scene: AppointmentsScene, day: date, days: int, wall: time) -> datetime:
    return scene.local(day + days * _DAY, wall)


@LAWS.law("AP-R06")
def a_series_has_at_most_366_occurrences(scene: AppointmentsScene) -> None:
    start = scene.year()
    day, wall = _wall(scene, start)
    many = _rule("DAILY", scene.local(day + _MOST * _DAY, wall))
    refused = scene.series(start, rule=many).refused("AP-R06", 400, "a series has at most 366 occurrences")
    scene.same("AP-R06", scene.bookings_in(start, start + 380 * _DAY), [], "what the calendar has", refused)
    if scene.world.is_own:
        rows = scene.made_series("AP-R06", start, recurrence=_rule("DAILY", scene.local(day + 365 * _DAY, wall)))
        scene.same("AP-R06", len(rows), _MOST, "the number of bookings")


@LAWS.law("AP-R07")
def a_rule_that_leaves_nothing_is_refused(scene: AppointmentsScene) -> None:
    start, past = scene.year(), scene.past_day()
    another = _WORDS[(_wall(scene, start)[0].weekday() + 1) % 7]
    for begin, recurrence in (
        (start, _rule("DAILY", start - _TICK)),
        (past, _rule("DAILY", past + 3 * _DAY)),
        (start, _rule("DAILY", start + 30 * _DAY, interval=7, weekdays=[another])),
        (start, _rule("WEEKLY", start + 2 * _HOUR, weekdays=[another])),
    ):
        scene.series(begin, rule=recurrence).refused("AP-R07", *_NONE_AT_ALL)
        scene.same("AP-R07", scene.bookings_in(begin, begin + 2 * _DAY), [], "what the calendar has")


@LAWS.law("AP-R09")
def a_series_keeps_its_wall_clock_when_the_clocks_change(scene: AppointmentsScene) -> None:
    start = scene.year()
    first, wall = _wall(scene, start)
    offsets = [scene.local(first + days * _DAY, wall).astimezone(scene.shop.zone).utcoffset() for days in range(366)]
    changes = [days for days in range(1, 366) if offsets[days] != offsets[days - 1]]
    if not changes:
        raise NotApplicable("the merchant's clocks never change")
    for change in changes:
        day = first + (change - 7) * _DAY
        scene.says_change(first + change * _DAY)
        starts = [scene.local(day + number * _WEEK, wall) for number in range(3)]
        rows = scene.made_series("AP-R09", starts[0], recurrence=_rule("WEEKLY", starts[-1] + 2 * _HOUR), days=30)
        scene.same("AP-R09", _starts(rows), [stamp(each) for each in starts], "the occurrences around a change")


@LAWS.law("AP-R20")
def a_day_whose_clock_leaves_out_the_time_has_no_occurrence(scene: AppointmentsScene) -> None:
    days = scene.clock_changes(scene.year().astimezone(scene.shop.zone).date())
    quarters = [time(*divmod(minute, 60)) for minute in range(0, 24 * 60, 15)]
    gaps = [(day, wall) for day in days for wall in quarters if _wall(scene, scene.local(day, wall)) != (day, wall)]
    if not gaps:
        raise NotApplicable("the merchant's clocks never leave out anything")
    for frequency, apart in (("DAILY", _DAY), ("WEEKLY", _WEEK)):
        day, wall = gaps[-1]
        scene.says_change(day)
        before, after = (scene.local(day + each, wall) for each in (-apart, apart))
        rows = scene.made_series("AP-R20", before, recurrence=_rule(frequency, after), days=30)
        scene.same("AP-R20", _starts(rows), [stamp(before), stamp(after)], f"the occurrences of {frequency}")
        for row in rows:
            scene.call_off(row["id"]).ok("AP-D01", 200)


@LAWS.law("AP-R10")
def a_series_is_made_whole_or_not_at_all(scene: AppointmentsScene) -> None:
    start = scene.year()
    day, wall = _wall(scene, start)
    third = scene.local(day + 2 * _DAY, wall)
    in_the_way = scene.entered(third + 10 * MINUTES)
    recurrence = _rule("DAILY", scene.local(day + 4 * _DAY, wall))
    answer = scene.series(start, scene.record(CUSTOMER), rule=recurrence).refused("AP-R10", *TAKEN)
    left = [row["id"] for row in scene.bookings_in(start - _DAY, start + 6 * _DAY)]
    scene.same("AP-R10", left, [in_the_way], "what the calendar has", answer)
    for days in (0, 1, 3, 4):
        answer = scene.enter(scene.local(day + days * _DAY, wall), title="book a time that the series would have had")
        scene.call_off(scene.made(answer.ok("AP-R10", 201))).ok("AP-D01", 200)
    scene.call_off(in_the_way).ok("AP-D01", 200)
    scene.blocked(third, third + 30 * MINUTES)
    answer = scene.series(start, rule=recurrence).refused("AP-R10", *BLOCKED)
    found = scene.calendar(start - _DAY, start + 6 * _DAY)["bookings"]
    scene.same("AP-R10", found, [], "what the calendar has", answer)


@LAWS.law("AP-R11")
def a_series_needs_a_rule_with_a_frequency_that_there_is(scene: AppointmentsScene) -> None:
    start = scene.year()
    until = stamp(start + _DAY)
    for wrong in (
        LEFT_OUT,
        None,
        {"until": until},
        *({"frequency": each, "until": until} for each in ("HOURLY", "", None, 5)),
    ):
        answer = scene.enter(start, is_recurring=True, recurrence_rule=wrong, title="make a series without a rule")
        answer.refused("AP-R11", 400).names("AP-R11", "recurrence_rule")
    scene.same("AP-R11", scene.bookings_in(start, start + 2 * _DAY), [], "what the calendar has")


@LAWS.law("AP-R22")
def a_frequency_may_be_in_small_letters(scene: AppointmentsScene) -> None:
    start = scene.year()
    for number, (word, wanted) in enumerate((("daily", 9), ("weekly", 2))):
        begin = start + number * _HOUR
        rule = {"frequency": word, "until": stamp(begin + 8 * _DAY + 2 * _HOUR)}
        rows = scene.made_series("AP-R22", begin, recurrence=rule, days=10)
        scene.same("AP-R22", len(rows), wanted, f"the number of bookings of a {word} series")


@LAWS.law("AP-R12")
def a_rule_counts_for_nothing_when_nothing_recurs(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    answer = scene.enter(start, recurrence_rule=_rule("DAILY", start + 5 * _DAY), title="book once, with a rule")
    row = scene.row("AP-R12", scene.made(answer.ok("AP-R12", 201)), start)
    scene.same("AP-R12", row["series_id"], None, "series_id", answer)
    found = scene.bookings_in(start - _HOUR, start + 20 * _HOUR)
    scene.same("AP-R12", len(found), 1, "the number of bookings", answer)


@LAWS.law("AP-R21")
def what_is_no_rule_counts_for_nothing_when_nothing_recurs(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    rules: tuple[Any, ...] = ({"frequency": "HOURLY", "interval": -3, "until": "tomorrow"}, 5, None)
    for number, rule in enumerate(rules):
        begin = start + number * 2 * _HOUR
        answer = scene.enter(begin, recurrence_rule=rule, title=f"book once, with {rule} for a rule").ok("AP-R21", 201)
        row = scene.row("AP-R21", scene.made(answer), begin)
        scene.same("AP-R21", row["series_id"], None, "series_id", answer)
    found = scene.bookings_in(start - _HOUR, start + 20 * _HOUR)
    scene.same("AP-R21", len(found), len(rules), "the number of bookings")


@LAWS.law("AP-R13", "AP-R19", "AP-V09")
def no_interval_is_an_interval_of_one(scene: AppointmentsScene) -> None:
    start = scene.year()
    tries: tuple[tuple[str, dict[str, Any]], ...] = (
        ("AP-R13", {}),
        ("AP-R19", {"interval": 0}),
        ("AP-V09", {"interval": None}),
        ("AP-R13", {"interval": 1}),
    )
    for number, (rule, fields) in enumerate(tries):
        begin = start + number * 2 * _HOUR
        day, wall = _wall(scene, begin)
        starts = [scene.local(day + days * _DAY, wall) for days in range(3)]
        rows = scene.made_series(rule, begin, recurrence=_rule("DAILY", starts[-1], **fields), days=10)
        scene.same(rule, _starts(rows), [stamp(each) for each in starts], f"the occurrences with {fields}")


@LAWS.law("AP-R13")
def of_every_so_many_periods_the_weekdays_count(scene: AppointmentsScene) -> None:
    day, wall = _wall(scene, scene.year())
    monday = day - day.weekday() * _DAY
    in_turn: dict[str, Callable[[date, int], bool]] = {
        "DAILY": lambda each, interval: (each - day).days % interval == 0,
        "WEEKLY": lambda each, interval: (each - monday).days // 7 % interval == 0,
        "MONTHLY": lambda each, interval: (each.month - day.month) % interval == 0,
        "YEARLY": lambda each, interval: (each.year - day.year) % interval == 0,
    }
    own, days = day.weekday(), [day + number * _DAY for number in range(92)]
    for number, (frequency, interval, weekdays) in enumerate(_PERIODS):
        clock = (datetime.combine(day, wall) + number * 75 * MINUTES).time()
        sent = [_WORDS[(own + each) % 7] for each in weekdays]
        recurrence = _rule(frequency, scene.local(days[-1], clock), interval=interval, weekdays=sent)
        rows = scene.made_series("AP-R13", scene.local(day, clock), recurrence=recurrence, days=100)
        counting = weekdays or (range(7) if frequency == "DAILY" else (0,))
        kept = [each for each in days if in_turn[frequency](each, interval) and (each.weekday() - own) % 7 in counting]
        wanted = [stamp(scene.local(each, clock)) for each in kept]
        scene.same("AP-R13", _starts(rows), wanted, f"{frequency} every {interval} on {sent or 'any day'}")


@LAWS.law("AP-R14")
def days_that_a_month_or_a_year_lacks_are_skipped(scene: AppointmentsScene) -> None:
    year = scene.year().year
    wall = time(10)
    _on_each_31st(scene, year, wall)
    years = [leap for leap in range(2052, 2180, 4) if all(calendar.isleap(leap + more) for more in (0, 4, 8))]
    start = scene.quiet(
        "leap", len(years), lambda number: scene.local(date(years[number], 2, 29), wall), 8 * 366 * _DAY
    )
    leap = start.year
    until = scene.local(date(leap + 8, 3, 2), wall)
    rows = scene.made_series("AP-R14", start, recurrence=_rule("YEARLY", until), days=9 * 366)
    wanted = [scene.local(date(leap + more, 2, 29), wall) for more in (0, 4, 8)]
    scene.same("AP-R14", _starts(rows), [stamp(each) for each in wanted], "the occurrences of a 29 February")


def _on_each_31st(scene: AppointmentsScene, year: int, wall: time) -> None:
    start = scene.local(date(year, 1, 31), wall)
    rows = scene.made_series("AP-R14", start, recurrence=_rule("MONTHLY", scene.local(date(year, 7, 1), wall)))
    wanted = [scene.local(date(year, month, 31), wall) for month in (1, 3, 5)]
    scene.same("AP-R14", _starts(rows), [stamp(each) for each in wanted], "the occurrences of a 31st")


@LAWS.law("AP-R14")
def a_series_may_begin_in_a_month_before_the_present_one_years_later(scene: AppointmentsScene) -> None:
    year = scene.year().year
    scene.pass_time(60 * _DAY)
    _on_each_31st(scene, year, time(10))


@LAWS.law("AP-R15", "AP-V09")
def a_week_without_weekdays_repeats_that_of_the_merchant_s_clock(scene: AppointmentsScene) -> None:
    day, _ = _wall(scene, scene.year())
    offset = scene.local(day, time(12)).astimezone(scene.shop.zone).utcoffset() or timedelta(0)
    wall = time(22) if offset < timedelta(0) else time(0, 15)  # when it is another day in UTC
    starts = [scene.local(day + number * _WEEK, wall) for number in range(3)]
    tries: tuple[tuple[str, dict[str, Any]], ...] = (
        ("AP-R15", {}),
        ("AP-R15", {"weekdays": []}),
        ("AP-V09", {"weekdays": None}),
    )
    for rule, fields in tries:
        rows = scene.made_series(rule, starts[0], recurrence=_rule("WEEKLY", starts[-1], **fields), days=30)
        scene.same(rule, _starts(rows), [stamp(each) for each in starts], "the occurrences")
        for row in rows:
            scene.call_off(row["id"]).ok("AP-D01", 200)


@LAWS.law("AP-R17")
def what_is_done_to_one_occurrence_leaves_the_others(scene: AppointmentsScene) -> None:
    start = scene.year()
    day, wall = _wall(scene, start)
    recurrence = _rule("DAILY", scene.local(day + 3 * _DAY, wall))
    rows = scene.made_series("AP-R17", start, scene.record(CUSTOMER), recurrence=recurrence, merchant_note="all")
    scene.same("AP-R17", len(rows), 4, "the number of bookings")
    first, second, *others = rows
    scene.call_off(first["id"], "ill").ok("AP-D01", 200)
    to = moment_of(second["from_date"]) + 3 * _HOUR
    scene.move(second["id"], to, merchant_note="this one").ok("AP-R17", 200)
    found = {row["id"]: row for row in scene.bookings_in(start - _DAY, start + 5 * _DAY)}
    for other in others:
        scene.same("AP-R17", found.get(other["id"]), other, "another occurrence")
    changed = [
        (row["from_date"], row["is_cancelled"])
        for row in map(found.get, (first["id"], second["id"]))
        if row is not None
    ]
    scene.same("AP-R17", changed, [(first["from_date"], True), (stamp(to), False)], "the two that were changed")
