"""Time: who takes it, what stands in its way, and what does not."""

from datetime import datetime, time, timedelta

from contract_tests.apis.appointments.refusals import BLOCKED, CLOSED, TAKEN
from contract_tests.apis.appointments.scene import (
    COLLEAGUE,
    CUSTOMER,
    MINUTES,
    ROOMMATE,
    SECOND,
    AppointmentsScene,
    Shop,
)
from contract_tests.laws.law import Laws
from contract_tests.profiles import NotApplicable

__all__ = ["LAWS"]

LAWS = Laws("slots")

_DAY = timedelta(days=1)
_RACERS = 6


@LAWS.law("AP-S01")
def no_two_bookings_overlap_at_a_location_whoever_makes_them(scene: AppointmentsScene) -> None:
    start = scene.spot()
    taken = start + 60 * MINUTES
    length = scene.service.length
    scene.booked(taken)
    for begin in (taken, taken - length + MINUTES, taken + length - MINUTES):
        scene.book(begin, by=SECOND, title="book beside another customer").refused("AP-S01", *TAKEN)
        scene.book(begin, title="book once more").refused("AP-S01", *TAKEN)
        scene.enter(begin, title="book beside a customer").refused("AP-S01", *TAKEN)
    entered = taken + length
    scene.entered(entered)
    for begin in (entered, entered + length - MINUTES):
        scene.enter(begin, title="book again").refused("AP-S01", *TAKEN)
        scene.enter(begin, by=ROOMMATE, title="book beside a colleague").refused("AP-S01", *TAKEN)
        scene.book(begin, title="book beside the merchant").refused("AP-S01", *TAKEN)
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


@LAWS.law("AP-S03")
def the_time_of_a_cancelled_booking_is_free_at_once(scene: AppointmentsScene) -> None:
    start = scene.spot()
    scene.left(scene.booked(start))
    again = scene.book(start, by=SECOND, title="book after the customer's cancel").ok("AP-S03", 201)
    scene.book(start, title="book beside it").refused("AP-S01", *TAKEN)
    scene.call_off(scene.entered(start + 60 * MINUTES)).ok("AP-D01", 200)
    scene.book(start + 60 * MINUTES, title="book after the merchant's cancel").ok("AP-S03", 201)
    scene.call_off(int(again.headers["location"].rpartition("/")[2])).ok("AP-D01", 200)
    scene.enter(start, title="book after the merchant cancelled for a customer").ok("AP-S03", 201)


@LAWS.law("AP-S04")
def another_booking_fits_in_while_one_waits(scene: AppointmentsScene) -> None:
    start = scene.spot()
    waiting, brief = scene.waiting, scene.brief
    (first, _), (wait, _), _ = waiting.phases
    if brief.minutes > wait:
        raise NotApplicable("no service fits into the wait of another one")
    scene.booked(start, service_id=waiting.id)
    inside = start + first * MINUTES
    early, late = inside - MINUTES, inside + (wait - brief.minutes + 1) * MINUTES
    for begin in (early, late):
        answer = scene.book(begin, by=SECOND, service_id=brief.id, title="book across the end of the wait")
        answer.refused("AP-S01", *TAKEN)
    scene.book(inside, by=SECOND, service_id=brief.id, title="book in the wait").ok("AP-S04", 201)
    around = start + 120 * MINUTES
    scene.entered(around + first * MINUTES, service_id=brief.id)
    scene.book(around, service_id=waiting.id, title="book around another one").ok("AP-S04", 201)


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


@LAWS.law("AP-S07")
def an_appointment_lies_wholly_inside_one_opening(scene: AppointmentsScene) -> None:
    day = scene.spot().astimezone(scene.shop.zone).date()
    openings = scene.shop.hours[day.isoweekday() % 7]
    opens, closes = scene.local(day, openings[0][0]), scene.local(day, openings[-1][1])
    length = scene.service.length
    for begin in (opens - MINUTES, opens - length, closes - length + MINUTES, closes):
        scene.book(begin, title="book outside business hours").refused("AP-S07", *CLOSED)
    free = scene.starts_on(day, "AP-T08")
    for begin in (opens, closes - length):
        if begin.astimezone(scene.shop.zone).strftime("%H:%M") in free:
            scene.book(begin, title="book at the edge of an opening").ok("AP-S07", 201)


@LAWS.law("AP-S07")
def nothing_is_booked_on_a_weekday_that_has_no_opening(scene: AppointmentsScene) -> None:
    for shop in (scene.shop, scene.other_shop):
        closed = sorted({0, 1, 2, 3, 4, 5, 6} - set(shop.hours))
        if closed:
            _book_on_weekday(scene, shop, closed[0])


def _book_on_weekday(scene: AppointmentsScene, shop: Shop, weekday: int) -> None:
    day = scene.window[0] + 21 * _DAY
    day += ((weekday - day.isoweekday()) % 7) * _DAY
    begin = datetime.combine(day, time(12), shop.zone)
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


@LAWS.burst("AP-S09")
def of_several_who_race_for_a_slot_one_gets_it(scene: AppointmentsScene) -> None:
    start = scene.spot()
    answers = scene.together(
        *(
            lambda by=by: scene.book(start, by=by, title="book the same slot")
            for by in [CUSTOMER, SECOND] * (_RACERS // 2)
        )
    )
    winners = [answer for answer in answers if answer.status == 201]
    scene.expect("AP-S09", len(winners) == 1, "one 201", f"{len(winners)} of {_RACERS}", *winners)
    for answer in answers:
        if answer not in winners:
            answer.refused("AP-S09", *TAKEN)
    scene.same("AP-S09", len(scene.bookings_in(start, start + 60 * MINUTES)), 1, "the number of bookings", *winners)
