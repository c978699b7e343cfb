"""A customer cancels, or leaves a group: until when, what comes free, and what stays."""

from datetime import datetime, time, timedelta

from contract_tests.apis.appointments.refusals import (
    CANCELLED,
    FULL,
    NO_BOOKING,
    NO_MERCHANT,
    TAKEN,
    TOO_LATE,
)
from contract_tests.apis.appointments.scene import (
    CUSTOMER,
    MINUTES,
    NOWHERE,
    SECOND,
    AppointmentsScene,
    moment_of,
)
from contract_tests.laws.law import Laws
from contract_tests.profiles import Lacking, NotApplicable
from contract_tests.scenes.scene import MAIN

__all__ = ["LAWS"]

LAWS = Laws("cancels")

_TICK = timedelta(seconds=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_TRIES = 3


@LAWS.law("AP-X01", "AP-S03", "AP-K12")
def a_cancel_ends_the_booking_and_frees_its_time(scene: AppointmentsScene) -> None:
    start = scene.spot()
    booking = scene.booked(start)
    answer = scene.leave(booking).ok("AP-X01", 200)
    scene.same("AP-X01", answer.exchange.content, b"", "the body", answer)
    scene.same("AP-X01", scene.seen("AP-X01", booking)["is_cancelled"], True, "is_cancelled")
    scene.same("AP-K12", scene.rows(booking, start), [], "its rows in the calendar")
    again = scene.made(scene.book(start, by=SECOND, title="book the slot again").ok("AP-S03", 201))
    scene.book(start, title="book beside it").refused("AP-S01", *TAKEN)
    scene.left(again, by=SECOND)
    scene.enter(start, title="book it for customers").ok("AP-S03", 201)


@LAWS.law("AP-X02", "AP-X03", "AP-X04")
def a_cancel_names_the_booking_and_its_merchant(scene: AppointmentsScene) -> None:
    start = scene.spot()
    booking, another = scene.booked(start), scene.booked(start + _HOUR)
    scene.ours("booking_id", NOWHERE)
    scene.ours("id", NOWHERE)
    for wrong in (another, NOWHERE):
        answer = scene.leave(booking, booking_id=wrong, title="cancel with another booking_id")
        answer.refused("AP-X02", 400, "booking_id does not match the path")
    for slug in (f"nobody-{scene.word()}", scene.slug.upper()):
        scene.leave(booking, merchant_name=slug).refused("AP-X03", *NO_MERCHANT)
    scene.leave(booking, merchant_name=scene.other_slug).refused("AP-X04", *NO_BOOKING)
    scene.leave(NOWHERE, merchant_name=scene.other_slug).refused("AP-X04", *NO_BOOKING)
    scene.leave(booking, by=SECOND, merchant_name=scene.other_slug).refused("AP-X04", *NO_BOOKING)
    for rule in ("AP-X02", "AP-X03", "AP-X04"):
        for kept in (booking, another):
            _stays(scene, rule, kept)


@LAWS.law("AP-X06", "AP-X07")
def a_cancel_comes_until_exactly_so_many_hours_before_the_start(scene: AppointmentsScene) -> None:
    start = scene.spot()
    first, second = scene.booked(start), scene.booked(start + _HOUR)
    group = scene.group(start + 2 * _HOUR)
    scene.joined(group)
    deadline = scene.deadline_of(first)
    if not deadline:
        raise Lacking("the usual service has no cancel deadline", key="inventory.service")
    scene.pass_time(start - deadline - scene.now())
    scene.leave(first, title="cancel at the deadline").ok("AP-X07", 200)
    scene.same("AP-X07", scene.seen("AP-X07", first)["is_cancelled"], True, "is_cancelled")
    scene.pass_time(_HOUR + _TICK)
    scene.leave(second, title="cancel a second later").refused("AP-X06", *TOO_LATE)
    _stays(scene, "AP-X06", second)
    scene.book(start + _HOUR, by=SECOND, title="book beside it").refused("AP-X06", *TAKEN)
    last = scene.deadline_of(group)
    if last > _HOUR:
        scene.pass_time(max(start + 2 * _HOUR - last + _TICK - scene.now(), timedelta(0)))
        scene.leave(group, title="leave after the deadline").refused("AP-X06", *TOO_LATE)
        _stays(scene, "AP-X06", group)


@LAWS.law("AP-X06", "AP-X09", "AP-X12", "AP-D07")
def just_outside_a_deadline_a_cancel_comes_and_just_inside_it_does_not(scene: AppointmentsScene) -> None:
    """What is moved to where the deadline is now tells of it although nobody moves the clock."""
    people = [scene.record(CUSTOMER), scene.record(SECOND)]
    for _, by in scene.workplaces:
        group = scene.group(scene.far_day(), *people, by=by)
        single = scene.entered(scene.far_day(), people[0], by=by)
        of_group, of_single = (scene.deadline_of(each) for each in (group, single))
        if not of_group or not of_single:
            raise NotApplicable("the usual service or the group has no cancel deadline")
        for _ in range(_TRIES):
            start = _moved_near(scene, group, of_group + scene.margin, by)
            if start is None:
                break
            left = scene.leave(group, title="leave just outside the deadline")
            if not left.is_success and scene.now() + scene.slack >= start - of_group:
                continue  # it came too late
            left.ok("AP-X09", 200)
            if _moved_near(scene, group, of_group - scene.margin, by) is None:
                break
            scene.leave(group, title="leave again, just inside the deadline").refused("AP-X12", *CANCELLED)
            scene.leave(group, by=SECOND, title="leave just inside the deadline").refused("AP-X06", *TOO_LATE)
            _stays(scene, "AP-X06", group, by=SECOND)
            scene.call_off(group, "ill").ok("AP-D07", 200)
            if _moved_near(scene, single, of_single - scene.margin, by) is None:
                break
            scene.leave(single, title="cancel just inside the deadline").refused("AP-X06", *TOO_LATE)
            _stays(scene, "AP-X06", single)
            scene.call_off(single, "ill").ok("AP-D07", 200)
            scene.same("AP-D07", scene.seen("AP-D07", single)["is_cancelled"], True, "is_cancelled")
            return
    raise Lacking("somebody has booked around the deadlines")


def _moved_near(scene: AppointmentsScene, booking: int, ahead: timedelta, by: str) -> datetime | None:
    """When a booking begins that was moved to so long from now, shortened; None where somebody else is."""
    start = (scene.now() + ahead).replace(microsecond=0)
    answer = scene.move(booking, start, start + MINUTES, by=by, title="move it near its deadline")
    if scene.is_beaten(answer):
        return None
    answer.ok("AP-U15", 200)
    return start


@LAWS.law("AP-X06", "AP-X07")
def hours_of_a_deadline_are_hours_where_the_clocks_change_meanwhile(scene: AppointmentsScene) -> None:
    probe = scene.entered(scene.far_day(), scene.record(CUSTOMER))
    deadline = scene.deadline_of(probe)
    changes = scene.clock_changes(scene.now().astimezone(scene.shop.zone).date() + deadline + _DAY)
    if not deadline or not changes:
        raise NotApplicable("the clocks never change, or there is no deadline")
    for day in changes:
        scene.says_change(day)
        # Its clocks have changed by noon, and deadline hours before it they have not.
        start = _quiet_hour(scene, scene.local(day, time(12)), scene.local(day, time(0)) + deadline)
        first, second = (scene.entered(start + each, scene.record(CUSTOMER)) for each in (timedelta(0), _HOUR))
        scene.pass_time(start - deadline - scene.now())
        scene.leave(first, title="cancel at the deadline").ok("AP-X07", 200)
        scene.pass_time(_HOUR + _TICK)
        scene.leave(second, title="cancel a second later").refused("AP-X06", *TOO_LATE)
        _stays(scene, "AP-X06", second)


def _quiet_hour(scene: AppointmentsScene, earliest: datetime, latest: datetime) -> datetime:
    """The first whole hour of these after which the merchant has nothing for two services' time. Raises Lacking."""
    found = scene.calendar(earliest - 12 * _HOUR, latest + 12 * _HOUR)
    taken = [(moment_of(each["from_date"]), moment_of(each["to_date"])) for each in found["bookings"]]
    taken += [(moment_of(each["from_date"]), moment_of(each["to_date"])) for each in found["blocked_times"]]
    begin = earliest
    while begin <= latest and any(starts < begin + 3 * _HOUR and begin < ends for starts, ends in taken):
        begin += _HOUR
    if begin > latest:
        raise Lacking("there is no free time within a deadline from when the clocks change")
    return begin


@LAWS.law("AP-X06")
def a_booking_that_begins_within_the_deadline_is_not_cancelled(scene: AppointmentsScene) -> None:
    booking = scene.entered(scene.past_day(), scene.record(CUSTOMER))
    scene.leave(booking, title="cancel what is over").refused("AP-X06", *TOO_LATE)
    _stays(scene, "AP-X06", booking)


@LAWS.law("AP-X08")
def what_is_cancelled_or_left_is_not_cancelled_again(scene: AppointmentsScene) -> None:
    start = scene.spot()
    own, called_off = scene.booked(start), scene.booked(start + _HOUR)
    group = scene.group(start + 2 * _HOUR)
    scene.joined(group)
    scene.joined(group, by=SECOND)
    scene.left(own)
    scene.left(group)
    scene.call_off(called_off).ok("AP-D01", 200)
    for booking in (own, called_off, group):
        scene.leave(booking, title="cancel again").refused("AP-X08", *CANCELLED)
    scene.same("AP-X08", scene.present("AP-X08", group, start), 1, "the number of participants")
    scene.call_off(group).ok("AP-D01", 200)
    scene.leave(group, by=SECOND, title="leave a cancelled group").refused("AP-X08", *CANCELLED)


@LAWS.law("AP-X09")
def leaving_a_group_gives_back_one_place_and_no_more(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    group = scene.group(start, *scene.people(scene.places - 2))
    scene.joined(group)
    scene.joined(group, by=MAIN)
    # Round and round, for a place may come back the first time and not the second.
    scene.lean_on("AP-J10")  # who left comes back
    for goes, comes in ((CUSTOMER, SECOND), (SECOND, CUSTOMER)) * 2:
        scene.leave(group, by=goes, title="leave").ok("AP-X09", 200)
        scene.same("AP-X09", scene.present("AP-X09", group, start), scene.places - 1, "the number of participants")
        _stays(scene, "AP-X09", group, by=MAIN)
        scene.join(group, by=comes, title="take the place").ok("AP-X09", 201)
        scene.join(group, by=goes, title="come back to a full group").refused("AP-X09", *FULL)
        _stays(scene, "AP-X09", group, by=comes)


@LAWS.law("AP-X10")
def a_group_goes_on_below_its_minimum_and_without_anybody(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    group = scene.group(start)
    for who in (CUSTOMER, SECOND):
        scene.joined(group, by=who)
    least = scene.row("AP-X10", group, start)["min_participants"]
    scene.expect("AP-X10", least > 1, "a group service with a minimum of two or more", least)
    scene.leave(group, title="leave below the minimum").ok("AP-X10", 200)
    _stays(scene, "AP-X10", group, by=SECOND)
    scene.leave(group, by=SECOND, title="leave as the last one").ok("AP-X10", 200)
    row = scene.row("AP-X10", group, start)
    scene.same("AP-X10", (row["is_cancelled"], row["current_participants"]), (False, 0), "the group without anybody")
    scene.join(group, by=MAIN, title="join the empty group").ok("AP-X10", 201)


@LAWS.law("AP-X11")
def without_a_deadline_a_cancel_comes_until_the_start(scene: AppointmentsScene) -> None:
    start = scene.spot()
    service = _without_deadline(scene)
    first = scene.entered(start, scene.record(CUSTOMER), service_id=service)
    length = scene.service_of(service).length
    second = scene.entered(start + length, scene.record(CUSTOMER), service_id=service)
    scene.same("AP-X11", scene.seen("AP-X11", first)["cancel_deadline"], 0, "cancel_deadline")
    scene.pass_time(start - _TICK - scene.now())
    scene.leave(first, title="cancel a second before the start").ok("AP-X11", 200)
    scene.pass_time(length + _TICK)
    scene.leave(second, title="cancel at the start").refused("AP-X11", *TOO_LATE)
    _stays(scene, "AP-X11", second)
    scene.pass_time(_TICK)
    scene.leave(second, title="cancel a second after the start").refused("AP-X11", *TOO_LATE)


@LAWS.law("AP-X12")
def a_second_cancel_after_the_deadline_is_told_of_the_first(scene: AppointmentsScene) -> None:
    start: datetime = scene.spot()
    booking, group = scene.booked(start), scene.group(start + _HOUR)
    scene.joined(group)
    scene.left(booking)
    scene.left(group)
    scene.pass_time(start + 5 * _HOUR - scene.now())
    for each in (booking, group):
        scene.leave(each, title="cancel again, too late").refused("AP-X12", *CANCELLED)


def _without_deadline(scene: AppointmentsScene) -> int:
    own = scene.profile.want("terms.deadlines", "the cancel deadlines of services are not known")
    found = [int(service) for service, hours in own.items() if hours == 0]
    if not found:
        raise Lacking("no service without a deadline is known", key="terms.deadlines")
    return found[0]


def _stays(scene: AppointmentsScene, rule: str, booking: int, *, by: str = CUSTOMER) -> None:
    scene.same(rule, scene.seen(rule, booking, by=by)["is_cancelled"], False, "is_cancelled afterwards")
