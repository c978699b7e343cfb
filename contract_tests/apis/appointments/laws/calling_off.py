"""A merchant cancels: until when, what is kept of it, and who else may not."""

from collections.abc import Callable
from datetime import datetime, timedelta

from contract_tests.apis.appointments.refusals import CANCELLED, NOT_THEIRS, TAKEN
from contract_tests.apis.appointments.scene import (
    AWKWARD,
    CUSTOMER,
    MINUTES,
    ROOMMATE,
    SECOND,
    AppointmentsScene,
    moment_of,
)
from contract_tests.laws.law import Laws
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import OTHER

__all__ = ["LAWS"]

LAWS = Laws("calling_off")

_TICK = timedelta(seconds=1)
_HOUR = timedelta(hours=1)
_TWO_DAYS = timedelta(days=2)


@LAWS.law("AP-D01", "AP-S03", "AP-K12")
def a_merchant_s_cancel_frees_the_time(scene: AppointmentsScene) -> None:
    start = scene.spot()
    made = (
        (start, scene.entered(start, scene.record(CUSTOMER))),
        (start + _HOUR, scene.booked(start + _HOUR)),
        (start + 2 * _HOUR, scene.group(start + 2 * _HOUR, *scene.people(1))),
    )
    # The last one takes what the location and the employee of the first had.
    takers: tuple[Callable[[datetime], Answer], ...] = (
        lambda begin: scene.book(begin, by=SECOND, title="book its time"),
        lambda begin: scene.enter(begin, by=ROOMMATE, title="book its time for a colleague"),
        lambda begin: scene.enter(begin, title="book its time for oneself"),
    )
    for begin, booking in made:
        answer = scene.call_off(booking, "ill").ok("AP-D01", 200)
        scene.same("AP-D01", answer.exchange.content, b"", "the body", answer)
        scene.same("AP-K12", scene.rows(booking, start), [], "its rows in the calendar")
        for rule, take in zip(("AP-S03", "AP-D01", "AP-D01"), takers, strict=True):
            scene.call_off(scene.made(take(begin).ok(rule, 201))).ok("AP-D01", 200)


@LAWS.law("AP-D02", "AP-D03")
def moment_and_reason_of_a_cancel_are_kept(scene: AppointmentsScene) -> None:
    start = scene.spot()
    first, second, third = scene.entered(start), scene.booked(start + _HOUR), scene.booked(start + 2 * _HOUR)
    answer = scene.call("cancelMerchantBooking", {}, id=first, title="cancel without a reason")
    answer.refused("AP-D02", 400).names("AP-D02", "cancellation_reason")
    scene.expect("AP-D02", bool(scene.rows(first, start)), "the booking stays", "it is gone", answer)
    for booking, reason in ((first, ""), (second, AWKWARD), (third, None)):
        before = scene.row("AP-D03", booking, start)
        scene.left(booking) if reason is None else scene.call_off(booking, reason).ok("AP-D02", 200)
        row = scene.row("AP-D03", booking, start, cancelled=True)
        told = ["is_cancelled", "cancellation_reason", "cancelled_by_merchant_on"]
        named = {name: row[name] for name in (*told, *(["current_participants"] if reason is None else []))}
        scene.same("AP-D03", row, {**before, **named}, "all of its row but what tells of the cancel")
        scene.same("AP-D03", row["cancellation_reason"], reason, "cancellation_reason")
        if reason is None:
            scene.same("AP-D03", row["cancelled_by_merchant_on"], None, "the moment of the merchant's cancel")
            continue
        scene.expect("AP-D03", bool(row["cancelled_by_merchant_on"]), "a moment of the cancel", row)
        moment = moment_of(row["cancelled_by_merchant_on"])
        # Without its clock no more is known of the target's time than on which day customers can book first.
        away = scene.now() - moment if scene.world.clock else scene.local(scene.window[0], moment.time()) - moment
        is_now = abs(away) < (MINUTES if scene.world.clock else _TWO_DAYS)
        scene.expect("AP-D03", is_now, "the moment of the cancel", row["cancelled_by_merchant_on"])


@LAWS.law("AP-D04")
def another_merchant_s_employee_cancels_nothing(scene: AppointmentsScene) -> None:
    start = scene.spot()
    own, customers = scene.entered(start), scene.booked(start + _HOUR)
    for booking in (own, customers):
        scene.call_off(booking, "gone", by=OTHER).refused("AP-D04", *NOT_THEIRS)
        row = scene.row("AP-D04", booking, start)
        scene.same("AP-D04", (row["is_cancelled"], row["cancellation_reason"]), (False, None), "the booking")
    scene.book(start, title="book its time").refused("AP-D04", *TAKEN)


@LAWS.law("AP-D05", "AP-D08")
def what_is_cancelled_is_not_cancelled_again(scene: AppointmentsScene) -> None:
    start = scene.spot()
    own, customers = scene.entered(start), scene.booked(start + _HOUR)
    scene.call_off(own, "first").ok("AP-D01", 200)
    scene.left(customers)
    kept = [scene.row("AP-D08", booking, start, cancelled=True) for booking in (own, customers)]
    if scene.world.is_own and scene.world.clock:
        scene.pass_time(_HOUR)
    for booking, before in zip((own, customers), kept, strict=True):
        scene.call_off(booking, "second").refused("AP-D05", *CANCELLED)
        after = scene.row("AP-D08", booking, start, cancelled=True)
        scene.same("AP-D08", after, before, "its row in the calendar")


@LAWS.law("AP-D06", "AP-D07")
def a_merchant_cancels_whatever_the_deadline_and_also_what_has_begun(scene: AppointmentsScene) -> None:
    start = scene.spot()
    first, second = scene.booked(start), scene.booked(start + _HOUR)
    group = scene.group(start + 2 * _HOUR, scene.record(SECOND))
    scene.pass_time(start - _TICK - scene.now())
    scene.call_off(first, "ill").ok("AP-D07", 200)
    scene.same("AP-D07", scene.seen("AP-D07", first)["is_cancelled"], True, "is_cancelled")
    scene.pass_time(_HOUR + _TICK)
    scene.call_off(second, "ill").ok("AP-D06", 200)
    scene.same("AP-D06", scene.seen("AP-D06", second)["is_cancelled"], True, "is_cancelled")
    scene.enter(start + _HOUR, title="book its time").ok("AP-S03", 201)
    scene.pass_time(_HOUR)
    scene.call_off(group, "ill").ok("AP-D06", 200)
    scene.same("AP-D06", scene.seen("AP-D06", group, by=SECOND)["is_cancelled"], True, "is_cancelled of the group")


@LAWS.law("AP-D06")
def what_is_over_is_cancelled_like_anything_else(scene: AppointmentsScene) -> None:
    start = scene.past_day()
    booking, group = scene.entered(start, scene.record(CUSTOMER)), scene.group(start + _HOUR, scene.record(CUSTOMER))
    for each in (booking, group):
        scene.call_off(each, "ill").ok("AP-D06", 200)
        scene.same("AP-D06", scene.seen("AP-D06", each)["is_cancelled"], True, "is_cancelled")
        scene.call_off(each, "once more").refused("AP-D05", *CANCELLED)
