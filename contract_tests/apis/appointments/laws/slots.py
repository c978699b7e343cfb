"""Time: who takes it, what stands in its way, and what does not."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

from contract_tests.apis.appointments.refusals import BLOCKED, CLOSED, TAKEN
from contract_tests.apis.appointments.scene import (
    COLLEAGUE,
    CUSTOMER,
    MINUTES,
    ROOMMATE,
    SECOND,
    AppointmentsScene,
    Service,
    Shop,
    stamp,
    starts_in,
)
from contract_tests.laws.law import Laws
from contract_tests.profiles import Lacking, NotApplicable
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import MAIN

__all__ = ["LAWS"]

LAWS = Laws("slots")

_TICK = timedelta(seconds=1)
_DAY = timedelta(days=1)
_RACERS = 6


@LAWS.law("AP-S01")
def no_two_bookings_overlap_at_a_location_whoever_makes_them(scene: AppointmentsScene) -> None:
    length = scene.service.length
    for location, employee in scene.workplaces:
        start = scene.spot(location)
        taken = start + 60 * MINUTES
        at: dict[str, Any] = {"location_id": location}
        scene.booked(taken, **at)
        for begin in (taken, taken - length + MINUTES, taken + length - MINUTES):
            scene.book(begin, by=SECOND, title="book beside another customer", **at).refused("AP-S01", *TAKEN)
            scene.book(begin, title="book once more", **at).refused("AP-S01", *TAKEN)
            scene.enter(begin, by=employee, title="book beside a customer").refused("AP-S01", *TAKEN)
        entered = taken + length
        scene.entered(entered, by=employee)
        for begin in (entered, entered + length - MINUTES):
            scene.enter(begin, by=employee, title="book again").refused("AP-S01", *TAKEN)
            scene.book(begin, title="book beside the merchant", **at).refused("AP-S01", *TAKEN)
            if employee == MAIN:
                scene.enter(begin, by=ROOMMATE, title="book beside a colleague").refused("AP-S01", *TAKEN)
        found = {row["id"] for row in scene.bookings_in(start, start + 240 * MINUTES)}
        scene.same("AP-S01", len(found), 2, "the number of bookings")


@LAWS.law("AP-S02")
def bookings_that_touch_do_not_overlap(scene: AppointmentsScene) -> None:
    middle = scene.spot() + 60 * MINUTES
    length = scene.service.length
    scene.booked(middle)
    scene.book(middle + length, by=SECOND, title="book from when it ends").ok("AP-S02", 201)
    scene.enter(middle - length, title="book until it begins").ok("AP-S02", 201)
    scene.enter(middle + 2 * length, by=ROOMMATE, title="book from when the next one ends").ok("AP-S02", 201)


@LAWS.law("AP-S02", "AP-S06", "AP-T08")
def what_fits_exactly_between_two_others_is_listed_and_can_be_booked(scene: AppointmentsScene) -> None:
    length, quarter = scene.service.length, 15 * MINUTES
    start = scene.spot() + 60 * MINUTES
    scene.booked(start - length, by=SECOND)
    scene.entered(start + length)
    _fits(scene, "AP-S02", start)
    start = scene.spot() + 60 * MINUTES
    for begin in (start - quarter, start + length):
        scene.blocked(begin, begin + quarter)
    _fits(scene, "AP-S06", start)


def _fits(scene: AppointmentsScene, rule: str, start: datetime) -> None:
    local = start.astimezone(scene.shop.zone)
    listed = scene.starts_on(local.date(), "AP-T08")
    # No page says what is listed beside something that is booked.
    scene.says("AP-T08", f"{local:%H:%M}" in listed, f"{local:%H:%M} among the starts", ", ".join(listed))
    scene.book(start, title="book between the two").ok(rule, 201)


@LAWS.law("AP-S02", "AP-T07")
def what_has_a_buffer_keeps_it_on_both_sides(scene: AppointmentsScene) -> None:
    own = scene.profile.want("terms.buffers", "the buffers of services are not known")
    for name, minutes in own.items():
        if int(name) not in scene.shop.services:
            # In a shared world nobody could take it back: the employees of that merchant are not known.
            if scene.world.is_own:
                _keeps_the_buffer_of_its_merchant(scene, int(name), minutes * MINUTES)
            continue
        service, start, far = scene.service_of(int(name)), scene.spot(), scene.far_day()
        buffer, middle = minutes * MINUTES, start + service.length + minutes * MINUTES
        until = middle + scene.service.length
        scene.booked(middle)
        later = scene.entered(far, service_id=service.id)
        listed = scene.starts_on(start.astimezone(scene.shop.zone).date(), "AP-T07", service=service.id)
        for begin, away in ((start, -MINUTES), (until + buffer, MINUTES)):
            for near, is_free in ((begin, True), (begin - 15 * away, False)):
                if (near - start) % (15 * MINUTES) == timedelta(0):
                    wall = f"{near.astimezone(scene.shop.zone):%H:%M}"
                    scene.same("AP-T07", wall in listed, is_free, f"whether {wall} is listed")
            too_near = begin - away
            at: dict[str, Any] = {"service_id": service.id, "title": "book too near"}
            scene.book(too_near, **at).refused("AP-S02", *TAKEN)
            scene.enter(too_near, **at).refused("AP-S02", *TAKEN)
            scene.move(later, too_near, too_near + service.length).refused("AP-S02", *TAKEN)
            scene.call_off(scene.made(scene.book(begin, service_id=service.id).ok("AP-S02", 201))).ok("AP-D01", 200)
            scene.move(later, begin, begin + service.length, title="move as near as it may").ok("AP-S02", 200)
        there = scene.spot() + 60 * MINUTES
        scene.booked(there, service_id=service.id)
        for begin in (there - scene.service.length, there + service.length):
            answer = scene.book(begin, by=SECOND, title="book without a buffer beside what has one")
            # No page says whether what is there already keeps its own.
            scene.says("AP-S02", answer.is_success, f"{answer.exchange.title}: 201", answer.exchange.came(), answer)


def _keeps_the_buffer_of_its_merchant(scene: AppointmentsScene, which: int, buffer: timedelta) -> None:
    shop = scene.shop_of(str(scene.profile.want("inventory.pausing_merchant", f"who has service {which} is not known")))
    service = scene.service_of(which, shop=shop)
    start = _spot_elsewhere(scene, shop, service, 2 * (service.length + buffer))
    middle = start + service.length + buffer
    until = middle + service.length
    at: dict[str, Any] = {"merchant_name": shop.slug, "location_id": shop.locations[0], "service_id": service.id}
    scene.booked(middle, **at)
    for begin, away in ((start, -MINUTES), (until + buffer, MINUTES)):
        scene.book(begin - away, title="book too near", **at).refused("AP-S02", *TAKEN)
        scene.book(begin, title="book as near as it may", **at).ok("AP-S02", 201)


def _spot_elsewhere(scene: AppointmentsScene, shop: Shop, service: Service, lasting: timedelta) -> datetime:
    """From when every start is listed for so long. Raises NotApplicable."""
    first = datetime.combine(scene.window[0] + 21 * _DAY, time(12), shop.zone)
    days = scene.available(first, first + 20 * _DAY, "AP-T12", shop.slug, shop.locations[0], service.id)
    starts = [
        datetime.combine(date.fromisoformat(day["date"]), time.fromisoformat(start), shop.zone)
        for day in days
        for start in starts_in(day)
    ]
    for start in starts:
        if all(start + number * 15 * MINUTES in starts for number in range(-(-lasting // (15 * MINUTES)) + 1)):
            return start
    raise NotApplicable(f"{shop.name} is never free for long enough")


@LAWS.law("AP-S01")
def nobody_fits_in_where_a_service_does_not_wait(scene: AppointmentsScene) -> None:
    brief = scene.brief
    several = [each for each in scene.singles if len(each.phases) > 1]
    if not several:
        raise NotApplicable("no service for one customer has several phases")
    for service in several:
        start = scene.spot()
        scene.book(start, by=SECOND, service_id=service.id, title=f"book {service.name}").ok("AP-C01", 201)
        begin = start
        for minutes, is_wait in service.phases:
            if not is_wait:
                scene.enter(begin, service_id=brief.id, title="book across it").refused("AP-S01", *TAKEN)
            begin += minutes * MINUTES


@LAWS.law("AP-S01")
def what_goes_on_over_midnight_is_in_the_way_after_it_too(scene: AppointmentsScene) -> None:
    """By whichever clock days are counted: the merchant's, or UTC."""
    year, length = scene.year(), scene.service.length
    for midnight in (datetime.combine(year.date() + _DAY, time(0), UTC), scene.local(year.date() + 2 * _DAY, time(0))):
        scene.entered(midnight - MINUTES)
        for begin in (midnight, midnight - length):
            scene.enter(begin, title="book on one side of midnight").refused("AP-S01", *TAKEN)


@LAWS.law("AP-S04", "AP-T08")
def another_booking_fits_in_while_one_waits(scene: AppointmentsScene) -> None:
    waiting, brief = scene.waiting, scene.brief
    (first, _), (wait, _), _ = waiting.phases
    if brief.minutes > wait:
        raise NotApplicable("no service fits into the wait of another one")
    for location, employee in scene.workplaces:
        start = scene.spot(location)
        at: dict[str, Any] = {"location_id": location}
        by_both: tuple[Callable[..., Answer], ...] = (
            lambda begin, service, at=at: scene.book(begin, by=SECOND, service_id=service.id, title="book", **at),
            lambda begin, service, employee=employee: scene.enter(begin, by=employee, service_id=service.id),
        )
        for number, (book, other) in enumerate((by_both, by_both[::-1])):
            begin = start + number * 120 * MINUTES
            inside = begin + first * MINUTES
            book(begin, waiting).ok("AP-S04", 201)
            for across in (inside - MINUTES, inside + (wait - brief.minutes + 1) * MINUTES):
                other(across, brief).refused("AP-S01", *TAKEN)
            other(inside, brief).ok("AP-S04", 201)
        start = scene.spot(location)
        for number, (book, other) in enumerate((by_both, by_both[::-1])):
            begin = start + number * 120 * MINUTES
            other(begin + first * MINUTES, brief).ok("AP-C01", 201)
            local = begin.astimezone(scene.shop.zone)
            listed = scene.starts_on(local.date(), "AP-T08", service=waiting.id, location=location)
            # No page says what is listed beside something that is booked.
            scene.says("AP-T08", f"{local:%H:%M}" in listed, f"{local:%H:%M} among the starts", ", ".join(listed))
            book(begin, waiting).ok("AP-S04", 201)


@LAWS.law("AP-S05")
def the_same_time_at_another_location_is_free(scene: AppointmentsScene) -> None:
    here, there = scene.location, scene.other_location
    scene.expect("AP-S05", here != there, "two locations", f"both employees work at {here}")
    start = scene.spot(here, there)
    scene.booked(start)
    scene.book(start, location_id=there, title="book at the other location").ok("AP-S05", 201)
    later = start + 60 * MINUTES
    scene.entered(later)
    scene.enter(later, by=COLLEAGUE, title="book there by the colleague").ok("AP-S05", 201)
    latest = start + 120 * MINUTES
    scene.entered(latest)
    scene.book(latest, location_id=there, title="book there by a customer").ok("AP-S05", 201)


@LAWS.law("AP-S06")
def no_blocked_time_of_any_employee_lies_in_a_customer_s_appointment(scene: AppointmentsScene) -> None:
    start = scene.spot()
    length = scene.service.length
    blocked_from, blocked_to = start + 60 * MINUTES, start + 90 * MINUTES
    for who in ("main", COLLEAGUE):
        block = scene.blocked(blocked_from, blocked_to, by=who)
        for begin in (blocked_from, blocked_from - length + MINUTES, blocked_to - MINUTES):
            scene.book(begin, title=f"book across a blocked time of {who}").refused("AP-S06", *BLOCKED)
        scene.left(scene.booked(blocked_from - length))
        scene.left(scene.booked(blocked_to))
        scene.unblock(block, by=who).ok("AP-B12", 200)
    (first, _), (wait, _), _ = scene.waiting.phases
    scene.blocked(start + first * MINUTES, start + (first + wait) * MINUTES)
    scene.book(start, service_id=scene.waiting.id, title="book with a blocked time in the wait").ok("AP-S06", 201)


@LAWS.law("AP-S06", "AP-S10", "AP-T07", "AP-U03")
def each_of_several_blocked_times_of_a_day_stands_in_the_way(scene: AppointmentsScene) -> None:
    start, booking = scene.spot(), scene.entered(scene.far_day())
    begins = [start + hours * 60 * MINUTES for hours in range(3)]
    for begin in begins:
        scene.blocked(begin, begin + 15 * MINUTES)
    listed = scene.starts_on(start.astimezone(scene.shop.zone).date(), "AP-T07")
    for begin in begins:
        scene.book(begin, title="book across a blocked time").refused("AP-S06", *BLOCKED)
        scene.enter(begin, title="book across one's own blocked time").refused("AP-S10", *BLOCKED)
        scene.move(booking, begin, title="move onto a blocked time").refused("AP-U03", *BLOCKED)
        wall = f"{begin.astimezone(scene.shop.zone):%H:%M}"
        scene.expect("AP-T07", wall not in listed, f"{wall}, which cannot be booked, is not listed", listed)


@LAWS.law("AP-S07")
def an_appointment_lies_wholly_inside_one_opening(scene: AppointmentsScene) -> None:
    day = scene.spot().astimezone(scene.shop.zone).date()
    _book_around_the_openings(scene, scene.shop, day)
    length = scene.service.length
    free = scene.starts_on(day, "AP-T08")
    for opening in scene.shop.hours[day.isoweekday() % 7]:
        opens, closes = (scene.local(day, wall) for wall in opening)
        for begin in (opens, closes - length):
            if begin.astimezone(scene.shop.zone).strftime("%H:%M") in free:
                scene.book(begin, title="book at the edge of an opening").ok("AP-S07", 201)


@LAWS.law("AP-S07")
def nothing_is_booked_in_the_pause_between_two_openings(scene: AppointmentsScene) -> None:
    key = "inventory.pausing_merchant"
    slugs = (scene.slug, scene.other_slug, *filter(None, [scene.profile.find(key)]))
    for shop in map(scene.shop_of, slugs):
        weekdays = [weekday for weekday, openings in shop.hours.items() if len(openings) > 1]
        if weekdays:
            _book_around_the_openings(scene, shop, _next(scene, weekdays[0]))
            return
    raise Lacking("no merchant is known that closes in the middle of a day", key=key)


def _book_around_the_openings(scene: AppointmentsScene, shop: Shop, day: date) -> None:
    """Across both edges of each opening of a day, and wherever it is closed beside them, nothing is booked."""
    length = scene.service_of(shop.services[0], shop=shop).length
    for opening in shop.hours[day.isoweekday() % 7]:
        opens, closes = (datetime.combine(day, wall, shop.zone) for wall in opening)
        for begin in (opens - length, opens - MINUTES, closes - length + MINUTES, closes - MINUTES, closes):
            body = scene.body_for(shop, begin)
            answer = scene.call("createCustomerBooking", body, by=CUSTOMER, title="book outside business hours")
            answer.refused("AP-S07", *CLOSED)


def _next(scene: AppointmentsScene, weekday: int) -> date:
    """Such a weekday in three weeks or later."""
    day = scene.window[0] + 21 * _DAY
    return day + ((weekday - day.isoweekday()) % 7) * _DAY


@LAWS.law("AP-S07")
def nothing_is_booked_on_a_weekday_that_has_no_opening(scene: AppointmentsScene) -> None:
    for shop in (scene.shop, scene.other_shop):
        closed = sorted({0, 1, 2, 3, 4, 5, 6} - set(shop.hours))
        if closed:
            _book_on_weekday(scene, shop, closed[0])


def _book_on_weekday(scene: AppointmentsScene, shop: Shop, weekday: int) -> None:
    begin = datetime.combine(_next(scene, weekday), time(12), shop.zone)
    body = scene.body_for(shop, begin)
    answer = scene.call("createCustomerBooking", body, by=CUSTOMER, title="book on a closed day")
    answer.refused("AP-S07", *CLOSED)


@LAWS.law("AP-S08")
def an_all_day_blocked_time_takes_each_local_day_that_it_touches(scene: AppointmentsScene) -> None:
    zone = scene.shop.zone
    day = scene.spot().astimezone(zone).date()
    scene.blocked(scene.local(day, time(12)), scene.local(day + _DAY, time(0, 30)), all_day=True, by=COLLEAGUE)
    length = scene.service.length
    for blocked in (day, day + _DAY):
        for opens, closes in scene.shop.hours.get(blocked.isoweekday() % 7, ()):
            for begin in (scene.local(blocked, opens), scene.local(blocked, closes) - length):
                scene.book(begin, title="book on a blocked day").refused("AP-S08", *BLOCKED)
    for free in (day - _DAY, day + 2 * _DAY):
        starts = scene.starts_on(free, "AP-T08")
        for start in (starts[:1] + starts[-1:]) if starts else ():
            begin = scene.local(free, time.fromisoformat(start))
            scene.book(begin, title="book on a day beside it").ok("AP-S08", 201)


@LAWS.law("AP-S08")
def an_all_day_blocked_time_that_ends_with_its_day_leaves_the_next_one(scene: AppointmentsScene) -> None:
    day, length = scene.year().astimezone(scene.shop.zone).date(), scene.service.length
    begins, ends = scene.local(day, time(0)), scene.local(day + _DAY, time(0))
    scene.blocked(begins, ends - _TICK, all_day=True)
    scene.enter(ends - length, title="book on the blocked day").refused("AP-S08", *BLOCKED)
    for begin in (begins - length, ends):
        scene.enter(begin, title="book on a day beside it").ok("AP-S08", 201)


@LAWS.law("AP-S08")
def an_all_day_blocked_time_takes_the_whole_day_on_which_the_clocks_change(scene: AppointmentsScene) -> None:
    length = scene.service.length
    days = scene.clock_changes(scene.year().astimezone(scene.shop.zone).date())
    if not days:
        raise NotApplicable("the merchant's clocks never change")
    for day in days:
        scene.says_change(day)
        begins, ends = scene.local(day, time(0)), scene.local(day + _DAY, time(0))
        noon = scene.local(day, time(12))
        scene.blocked(noon, noon + 30 * MINUTES, all_day=True)
        for begin in (begins, begins - MINUTES, ends - length, ends - MINUTES):
            scene.enter(begin, title="book on a blocked day").refused("AP-S08", *BLOCKED)
        scene.enter(begins - length, title="book until it begins").ok("AP-S08", 201)
        scene.enter(ends, title="book from when it ends").ok("AP-S08", 201)


@LAWS.law("AP-S10")
def a_merchant_s_booking_keeps_clear_of_its_own_employee_s_blocked_times_alone(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    length = scene.service.length
    scene.blocked(start, start + 30 * MINUTES)
    for begin in (start, start - length + MINUTES, start + 29 * MINUTES):
        scene.enter(begin, title="book across one's own blocked time").refused("AP-S10", *BLOCKED)
    scene.enter(start + 30 * MINUTES, title="book after it").ok("AP-S10", 201)
    scene.enter(start - length, title="book before it").ok("AP-S10", 201)
    later = start + 180 * MINUTES
    scene.blocked(later, later + 60 * MINUTES, by=COLLEAGUE)
    scene.blocked(later, later + 60 * MINUTES, by=ROOMMATE)
    scene.enter(later, title="book across colleagues' blocked times").ok("AP-S10", 201)


@LAWS.law("AP-S10")
def each_booking_of_a_series_keeps_clear_of_its_own_employee_s_blocked_times(scene: AppointmentsScene) -> None:
    start = scene.year()
    local = start.astimezone(scene.shop.zone)
    starts = [scene.local(local.date() + days * _DAY, local.time()) for days in range(4)]
    daily = {"frequency": "DAILY", "until": stamp(starts[-1])}
    for begin in starts:
        for who in (COLLEAGUE, ROOMMATE):
            scene.blocked(begin, begin + 30 * MINUTES, by=who)
        block = scene.blocked(begin, begin + 30 * MINUTES)
        answer = scene.series(start, rule=daily)
        answer.refused("AP-S10", *BLOCKED)
        scene.unblock(block).ok("AP-B12", 200)
    rows = scene.made_series("AP-S10", start, recurrence=daily, days=10)
    scene.same("AP-S10", len(rows), len(starts), "the number of bookings across colleagues' blocked times")


@LAWS.law("AP-S11")
def a_group_takes_its_time_like_any_other_booking(scene: AppointmentsScene) -> None:
    start = scene.spot()
    group = scene.group(start + 30 * MINUTES)
    scene.book(start, title="book an appointment beside a group").refused("AP-S11", *TAKEN)
    scene.enter(start, by=ROOMMATE, title="book beside a group").refused("AP-S11", *TAKEN)
    answer = scene.enter(start + 60 * MINUTES, service_id=scene.group_service_id, title="make a group beside a group")
    answer.refused("AP-S11", *TAKEN)
    scene.same(
        "AP-S11", {row["id"] for row in scene.bookings_in(start, start + 240 * MINUTES)}, {group}, "the bookings"
    )


@LAWS.burst("AP-U02")
def of_several_who_move_to_a_slot_one_gets_it(scene: AppointmentsScene) -> None:
    start = scene.spot()
    bookings = [scene.entered(scene.far_day()) for _ in range(_RACERS // 2)]
    answers = scene.together(*(partial(scene.move, each, start, title="move to the same slot") for each in bookings))
    winner = scene.one_wins("AP-U02", answers, *TAKEN, status=200)
    scene.same("AP-U02", len(scene.bookings_in(start, start + 60 * MINUTES)), 1, "the bookings there", winner)


@LAWS.burst("AP-S09")
def of_several_who_race_for_a_slot_one_gets_it(scene: AppointmentsScene) -> None:
    for racers in ([CUSTOMER, SECOND], [MAIN, ROOMMATE], [CUSTOMER, MAIN]):
        start = scene.spot()
        ways = [scene.enter if who in (MAIN, ROOMMATE) else scene.book for who in racers]
        booking = [
            partial(way, start, by=who, title="book the same slot") for way, who in zip(ways, racers, strict=True)
        ]
        answers = scene.together(*booking * (_RACERS // 2))
        winner = scene.one_wins("AP-S09", answers, *TAKEN, status=201)
        found = scene.bookings_in(start, start + 60 * MINUTES)
        scene.same("AP-S09", len(found), 1, "the number of bookings", winner)
