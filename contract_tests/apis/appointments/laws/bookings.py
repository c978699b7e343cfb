"""A customer books an appointment: what comes of it, and what keeps it from coming."""

from datetime import datetime, timedelta
from typing import Any

from contract_tests.apis.appointments.refusals import (
    BLACKLISTED,
    FULL,
    NO_LOCATION,
    NO_MERCHANT,
    NO_SERVICE,
    NOT_A_WINDOW,
    PAST,
    TAKEN,
)
from contract_tests.apis.appointments.scene import (
    AWKWARD,
    MINUTES,
    NEWCOMER,
    NOWHERE,
    AppointmentsScene,
    is_named,
    stamp,
)
from contract_tests.laws.law import Laws
from contract_tests.profiles import Lacking, NotApplicable

__all__ = ["LAWS"]

LAWS = Laws("bookings")

_NEEDS_A_GROUP = (400, "this service is booked as a group: booking_id is needed")
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
_MOST_DAYS = 800
"""Within two years there is such a day, if there is one at all."""


@LAWS.law("AP-C10")
def the_first_booking_adds_a_customer_and_the_next_ones_add_none(scene: AppointmentsScene) -> None:
    """The first law, for afterwards the newcomer is none."""
    start = scene.spot()
    before = {each["id"]: each for each in scene.customers()}
    row = scene.row("AP-C10", scene.booked(start, by=NEWCOMER), start)
    after = {each["id"]: each for each in scene.customers()}
    # Whoever has another name comes to a shared world by others.
    is_it = {each: scene.world.is_own or is_named(after[each], row) for each in after}
    new = [each for which, each in after.items() if which not in before and is_it[which]]
    if not new and any(before.get(each) != after[each] for each in after if is_it[each]) and not scene.world.is_own:
        raise Lacking("the newcomer has booked before", key="identities.newcomer")
    if len(new) > 1 and not scene.world.is_own:
        raise Lacking("somebody of the newcomer's name came at the same moment", key="identities.newcomer")
    got = [[each[name] for name in ("is_dummy", "is_blacklisted", "times_booked", "times_cancelled")] for each in new]
    scene.same("AP-C10", got, [[False, False, 1, 0]], "the customers that were added: dummy, blacklisted, both counts")
    kept = {which: _lasting(scene, each) for which, each in after.items() if which in before}
    scene.same("AP-C10", kept, {which: _lasting(scene, each) for which, each in before.items()}, "the other customers")
    group = scene.group(start + 120 * MINUTES)
    scene.booked(start + 60 * MINUTES, by=NEWCOMER)
    scene.joined(group, by=NEWCOMER)
    last = [each["id"] for each in scene.customers() if scene.world.is_own or is_named(each, row)]
    scene.same("AP-C10", len(last), sum(is_it.values()), "the number of customers after two more")


@LAWS.law("AP-M16")
def who_asks_for_what_others_have_is_no_customer_afterwards(scene: AppointmentsScene) -> None:
    if not scene.world.is_own:
        raise NotApplicable("others may come at the same moment, and the newcomer is one no more")
    taken = scene.spot()
    scene.booked(taken)
    full = scene.group(scene.far_day(), *scene.people(scene.places))
    before = scene.customers()
    scene.book(taken, by=NEWCOMER, title="book what is taken").refused("AP-S01", *TAKEN)
    scene.join(full, by=NEWCOMER, title="join the full group").refused("AP-J02", *FULL)
    scene.same("AP-M16", scene.customers(), before, "the customers after two refusals")


def _lasting(scene: AppointmentsScene, customer: dict[str, Any]) -> dict[str, Any]:
    """What of a customer nobody else changes meanwhile."""
    others = () if scene.world.is_own else ("times_booked", "times_cancelled", "is_blacklisted", "blacklist_reason")
    return {name: value for name, value in customer.items() if name not in others}


@LAWS.law("AP-C01", "AP-C02", "AP-H11")
def an_appointment_begins_when_it_was_asked_for_and_lasts_as_long_as_all_phases(scene: AppointmentsScene) -> None:
    start = scene.spot()
    for service, begin in ((scene.service, start), (scene.waiting, start + 97 * MINUTES)):
        answer = scene.book(begin, service_id=service.id, title=f"book {service.name}").ok("AP-C01", 201)
        path = answer.headers.get("location", "")
        scene.says("AP-H11", path.rpartition("/")[0].endswith("/bookings/customer"), "Location names it", path, answer)
        booking = scene.seen("AP-C01", scene.made(answer))
        scene.same("AP-C01", booking["from_date"], stamp(begin), "the start")
        scene.same("AP-C01", booking["is_cancelled"], False, "is_cancelled")
        scene.same("AP-C02", booking["to_date"], stamp(begin + service.length), "the end")
        phases = sum(minutes for minutes, _ in service.phases)
        scene.same("AP-C02", service.minutes, phases, f"total_duration of {service.name}")


@LAWS.law("AP-C03", "AP-C04", "AP-C05", "AP-C14")
def what_an_appointment_names_has_to_exist_at_that_merchant(scene: AppointmentsScene) -> None:
    start = scene.spot()
    foreign = scene.other_shop
    for slug in (f"nobody-{scene.word()}", scene.slug.upper(), scene.shop.name):
        scene.book(start, merchant_name=slug, title="book at nobody's").refused("AP-C03", *NO_MERCHANT)
    for rule, location in (("AP-C04", NOWHERE), ("AP-C14", foreign.locations[0])):
        scene.book(start, location_id=location, title="book elsewhere").refused(rule, *NO_LOCATION)
    for rule, service in (("AP-C05", NOWHERE), ("AP-C14", foreign.services[0])):
        scene.book(start, service_id=service, title="book something else").refused(rule, *NO_SERVICE)


@LAWS.law("AP-C06")
def an_appointment_before_today_is_refused(scene: AppointmentsScene) -> None:
    today, _ = scene.window
    wall = scene.spot().astimezone(scene.shop.zone).time()
    for days in (2, 400):
        scene.book(scene.local(today - days * _DAY, wall)).refused("AP-C06", *PAST)


@LAWS.law("AP-C06", "AP-T08")
def an_appointment_may_begin_now_and_not_a_second_earlier(scene: AppointmentsScene) -> None:
    start = scene.spot()
    scene.pass_time(start - scene.now())
    scene.book(start - _SECOND, title="book a second ago").refused("AP-C06", *PAST)
    local = start.astimezone(scene.shop.zone)
    scene.same("AP-T08", scene.starts_on(local.date())[:1], [f"{local:%H:%M}"], "the first start of today")
    scene.book(start, title="book now").ok("AP-C06", 201)


@LAWS.law("AP-C07")
def an_appointment_after_the_booking_window_is_refused(scene: AppointmentsScene) -> None:
    _, last = scene.window
    wall = scene.spot().astimezone(scene.shop.zone).time()
    for days in (2, 40, 400):
        scene.book(scene.local(last + days * _DAY, wall)).refused("AP-C07", *NOT_A_WINDOW)


@LAWS.law("AP-C07", "AP-C15", "AP-T08")
def the_booking_window_ends_so_many_calendar_months_from_now(scene: AppointmentsScene) -> None:
    start = scene.spot()
    _, most = scene.windows[scene.service_id]
    for now in (start, *_on_a_day_that_a_later_month_lacks(scene, start, most)):
        rule = "AP-C07" if now == start else "AP-C15"
        scene.pass_time(now - scene.now())
        for service, (minutes, months) in scene.windows.items() if now == start else [(scene.service_id, (0, most))]:
            at: dict[str, Any] = {"service_id": service, "title": "book at an edge of the window"}
            last = scene.months_after(now, months)
            opens = [now + minutes * MINUTES] if minutes else []  # what begins now could not be taken back
            for outside in (last + _SECOND, last + _DAY, *(each - _SECOND for each in opens)):
                scene.book(outside, **at).refused(rule, *NOT_A_WINDOW)
            for inside in (last, *opens):
                answer = scene.book(inside, **at)  # somebody may be there, or the merchant may be closed
                scene.expect(rule, answer.status in (201, 409), "201 or 409", answer.exchange.came(), answer)
                if answer.is_success:
                    scene.call_off(scene.made(answer)).ok("AP-D01", 200)
        last = scene.months_after(now, most)
        local = last.astimezone(scene.shop.zone)
        scene.same("AP-T08", scene.starts_on(local.date())[-1:], [f"{local:%H:%M}"], "the last start of the window")
        scene.book(last, title="book the last moment").ok(rule, 201)


def _on_a_day_that_a_later_month_lacks(scene: AppointmentsScene, after: datetime, months: int) -> list[datetime]:
    """The same time of the first such day, so that the window ends on the last of a month while the merchant is open."""
    local = after.astimezone(scene.shop.zone)
    for days in range(1, _MOST_DAYS):
        now = scene.local(local.date() + days * _DAY, local.time())
        last = scene.months_after(now, months).astimezone(scene.shop.zone)
        begin = last.replace(tzinfo=None)
        is_open = any(
            datetime.combine(begin, opens) <= begin <= datetime.combine(begin, closes) - scene.service.length
            for opens, closes in scene.shop.hours.get(last.isoweekday() % 7, ())
        )
        if last.day < now.astimezone(scene.shop.zone).day and is_open:
            return [now]
    return []


@LAWS.law("AP-C08")
def a_group_service_is_not_booked_without_a_group(scene: AppointmentsScene) -> None:
    start = scene.spot()
    scene.ours("booking_id", None)
    tries: tuple[dict[str, Any], ...] = ({}, {"booking_id": None})
    for fields in tries:
        scene.book(start, service_id=scene.group_service_id, **fields).refused("AP-C08", *_NEEDS_A_GROUP)
    scene.same("AP-C08", scene.bookings_in(start, start + 240 * MINUTES), [], "what the calendar has")


@LAWS.law("AP-C09")
def a_blacklisted_customer_neither_books_nor_joins_until_it_is_lifted(scene: AppointmentsScene) -> None:
    start = scene.spot()
    who, known = scene.somebody(start)
    group = scene.group(start + 120 * MINUTES)
    for begin, reason in ((start, "never came"), (start + 60 * MINUTES, None)):
        scene.blacklist(known, reason).ok("AP-N07", 200)
        scene.book(begin, by=who, title="book while blacklisted").refused("AP-C09", *BLACKLISTED)
        scene.join(group, by=who, title="join while blacklisted").refused("AP-C09", *BLACKLISTED)
        scene.same("AP-C09", scene.present("AP-C09", group, start), 0, "the number of participants")
        scene.unblacklist(known).ok("AP-N07", 200)
        scene.book(begin, by=who, title="book afterwards").ok("AP-C09", 201)
        scene.join(group, by=who, title="join afterwards").ok("AP-C09", 201)
        scene.left(group, by=who)


@LAWS.law("AP-C11", "AP-C16")
def the_customer_s_note_stands_in_the_calendar_as_it_was_sent(scene: AppointmentsScene) -> None:
    start = scene.spot()
    for number, note in enumerate((AWKWARD, "", None, "null")):
        begin = start + number * 60 * MINUTES
        fields = {} if note is None else {"customer_note": note}
        booking = scene.booked(begin, **fields)
        row = scene.row("AP-C11", booking, begin)
        rule = "AP-C16" if note is None else "AP-C11"
        scene.looks_new(rule, row, scene.service, begin, customer_note=note, merchant_note=None)
