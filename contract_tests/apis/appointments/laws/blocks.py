"""Blocked times: whose they are, what they block, who may change them."""

from datetime import time, timedelta
from typing import Any

from contract_tests.apis.appointments.refusals import BLOCKED, NO_BLOCK, NO_BLOCK_TYPE, REVERSED
from contract_tests.apis.appointments.scene import (
    AWKWARD,
    COLLEAGUE,
    MINUTES,
    NOWHERE,
    ROOMMATE,
    AppointmentsScene,
    made_id,
    stamp,
)
from contract_tests.laws.law import Laws
from contract_tests.profiles import NotApplicable
from contract_tests.scenes.scene import MAIN, OTHER

__all__ = ["LAWS"]

LAWS = Laws("blocks")

_TICK = timedelta(seconds=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_NOT_THEIRS = (403, "not authorized to access this blocked time")
_TOO_LONG = (400, "a blocked time lasts at most 366 days")
_MEMBERS = ("name", "from_date", "to_date", "all_day", "blocked_type_id")


def _types(scene: AppointmentsScene, by: str = MAIN) -> list[dict[str, Any]]:
    answer = scene.call("listBlockedTimeTypes", by=by, title="list the types of blocked times")
    found: list[dict[str, Any]] = answer.ok("AP-B13", 200).json
    # In a world of one's own the calendar that is drawn has blocked times of several types.
    scene.expect("AP-B13", bool(found) or not scene.world.is_own, "types of blocked times", found, answer)
    if not found:
        raise NotApplicable("the merchant has no types of blocked times")
    return found


@LAWS.law("AP-B01", "AP-B06", "AP-H11")
def a_blocked_time_is_the_caller_s_own_with_the_fields_of_the_request(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    kind = next((each for each in _types(scene) if each["icon"]), None)
    tries: tuple[tuple[str, str, dict[str, Any]], ...] = (
        (MAIN, "employee", {"name": AWKWARD, "blocked_type_id": kind and kind["id"]}),
        (COLLEAGUE, "colleague", {"name": "x" * 50, "all_day": True}),
        (ROOMMATE, "roommate", {"blocked_type_id": None}),
    )
    for number, (who, member, fields) in enumerate(tries):
        begin = start + number * _HOUR
        end = begin + 45 * MINUTES
        answer = scene.block(begin, end, by=who, **fields).ok("AP-B01", 201)
        path, block = answer.headers.get("location", ""), scene.made(answer)
        named = path.endswith(f"/merchant/blocked-times/{block}")
        scene.says("AP-H11", named, "Location names it", path, answer)
        found = scene.found_block(block, begin) or {}
        body = scene.block_body(begin, end, **fields)
        scene.same(
            "AP-B01", [found.get(each) for each in _MEMBERS], [body.get(each) for each in _MEMBERS], "its fields"
        )
        scene.same("AP-B01", found["employee_id"], scene.employee(member), "employee_id")
        icon = kind["icon"] if kind and body.get("blocked_type_id") else None
        scene.same("AP-B06", found["icon"], icon, "icon")


@LAWS.law("AP-B02", "AP-B03")
def a_blocked_time_ends_after_it_begins_and_within_366_days(scene: AppointmentsScene) -> None:
    start = scene.year()
    kept = scene.blocked(start, start + _HOUR)
    before = scene.found_block(kept, start)
    for end in (start, start - _TICK, start - _DAY):
        scene.block(start, end, title="block what ends before it begins").refused("AP-B02", *REVERSED)
        scene.change_block(kept, start, end, name="changed").refused("AP-B02", *REVERSED)
    longest = start + 366 * _DAY
    scene.block(start, longest + _TICK, title="block a second too long").refused("AP-B03", *_TOO_LONG)
    scene.change_block(kept, start, longest + _TICK, name="changed").refused("AP-B03", *_TOO_LONG)
    for rule in ("AP-B02", "AP-B03"):
        found = scene.blocks(start - _DAY, start + 380 * _DAY)
        scene.same(rule, found, [before], "the blocked times")
    scene.block(start, longest, title="block 366 days").ok("AP-B03", 201)


@LAWS.law("AP-B04")
def a_type_that_is_not_the_merchant_s_is_not_found(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    kept = scene.blocked(start, start + _HOUR)
    for kind in (NOWHERE, _types(scene, by=OTHER)[0]["id"]):
        answer = scene.block(start, start + _HOUR, blocked_type_id=kind, title="block with another's type")
        answer.refused("AP-B04", *NO_BLOCK_TYPE)
        scene.change_block(kept, start, start + _HOUR, blocked_type_id=kind).refused("AP-B04", *NO_BLOCK_TYPE)
    found = [(each["id"], each["blocked_type_id"]) for each in scene.blocks(start, start + _HOUR)]
    scene.same("AP-B04", found, [(kept, None)], "the blocked times")


@LAWS.law("AP-B05")
def a_blocked_time_over_a_booking_leaves_it_as_it_is(scene: AppointmentsScene) -> None:
    start = scene.spot()
    own, customers = scene.entered(start), scene.booked(start + _HOUR)
    before = [scene.rows(booking, start) for booking in (own, customers)]
    scene.block(start, start + 3 * _HOUR, title="block time over bookings").ok("AP-B05", 201)
    scene.block(start, start + 3 * _HOUR, all_day=True, title="block the day over bookings").ok("AP-B05", 201)
    after = [scene.rows(booking, start) for booking in (own, customers)]
    scene.same("AP-B05", after, before, "the bookings")
    scene.same("AP-B05", scene.seen("AP-B05", customers)["is_cancelled"], False, "is_cancelled")


@LAWS.law("AP-B07", "AP-B11")
def a_change_replaces_everything_but_whose_it_is(scene: AppointmentsScene) -> None:
    start = scene.spot()
    kind = _types(scene)[0]
    block = scene.blocked(start, start + _HOUR, blocked_type_id=kind["id"])
    to = start + 2 * _HOUR
    for who, rule, fields in (
        (MAIN, "AP-B07", {"name": "Moved", "blocked_type_id": kind["id"], "all_day": True}),
        (MAIN, "AP-B07", {"name": "Moved without a type"}),
        (COLLEAGUE, "AP-B11", {"name": "Moved again"}),
    ):
        answer = scene.change_block(block, to, to + 30 * MINUTES, by=who, **fields).ok(rule, 200)
        scene.same("AP-B07", answer.exchange.content, b"", "the body", answer)
        found = scene.found_block(block, to) or {}
        body = scene.block_body(to, to + 30 * MINUTES, **fields)
        scene.same(rule, [found.get(each) for each in _MEMBERS], [body.get(each) for each in _MEMBERS], "its fields")
        scene.same(rule, found["employee_id"], scene.employee(), "employee_id")
    scene.book(to, title="book where it is now").refused("AP-B07", *BLOCKED)
    scene.book(start, title="book where it was").ok("AP-B07", 201)
    scene.unblock(block, by=COLLEAGUE).ok("AP-B11", 200)
    scene.same("AP-B11", scene.found_block(block, to), None, "the blocked time in the calendar")


@LAWS.law("AP-B07", "AP-B12")
def each_employee_changes_and_deletes_a_blocked_time_of_their_own(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    to = start + 2 * _HOUR
    for who in filter(scene.has, (MAIN, COLLEAGUE, ROOMMATE)):
        block = scene.blocked(start, start + _HOUR, by=who)
        scene.change_block(block, to, to + _HOUR, by=who, name="Moved").ok("AP-B07", 200)
        found = scene.found_block(block, to) or {}
        scene.same("AP-B07", (found.get("name"), found.get("from_date")), ("Moved", stamp(to)), "name and from_date")
        scene.unblock(block, by=who).ok("AP-B12", 200)
        scene.same("AP-B12", scene.found_block(block, to), None, "the blocked time in the calendar")


@LAWS.law("AP-B07")
def what_a_changed_blocked_time_takes_is_what_it_has_now(scene: AppointmentsScene) -> None:
    day = scene.year().astimezone(scene.shop.zone).date()
    morning, evening, later = ((day, 9), (day, 19), (day + 2 * _DAY, 9))
    probed = (morning, evening, later, (later[0], 19))
    block = 0
    for (on, hour), all_day in (
        (morning, False), (morning, True), (evening, False), (later, True), (morning, True), (morning, False),
    ):  # fmt: skip
        begin = scene.local(on, time(hour))
        if block:
            scene.change_block(block, begin, begin + _HOUR, all_day=all_day).ok("AP-B07", 200)
        else:
            block = scene.blocked(begin, begin + _HOUR, all_day=all_day)
        for probe in probed:
            is_taken = probe[0] == on and (all_day or probe[1] == hour)
            answer = scene.enter(scene.local(probe[0], time(probe[1])), title=f"book at {probe[1]} on {probe[0]}")
            if is_taken:
                answer.refused("AP-B07", *BLOCKED)
            else:
                scene.call_off(scene.made(answer.ok("AP-B07", 201))).ok("AP-D01", 200)


@LAWS.law("AP-B08")
def an_id_in_the_body_agrees_with_the_path(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    first, second = scene.blocked(start, start + _HOUR), scene.blocked(start + _HOUR, start + 2 * _HOUR)
    before = scene.blocks(start, start + 2 * _HOUR)
    scene.ours("id", NOWHERE)
    for wrong in (second, NOWHERE):
        answer = scene.change_block(first, start + 3 * _HOUR, start + 4 * _HOUR, name="changed", id=wrong)
        answer.refused("AP-B08", 400, "id does not match the path")
    scene.same("AP-B08", scene.blocks(start, start + 5 * _HOUR), before, "the blocked times")


@LAWS.law("AP-B09", "AP-B12")
def what_was_deleted_is_gone_and_blocks_nothing(scene: AppointmentsScene) -> None:
    start = scene.spot()
    scene.ours("id", NOWHERE)
    scene.change_block(NOWHERE, start, start + _HOUR).refused("AP-B09", *NO_BLOCK)
    scene.unblock(NOWHERE).refused("AP-B09", *NO_BLOCK)
    block = scene.blocked(start, start + _HOUR)
    scene.book(start, title="book blocked time").refused("AP-S06", *BLOCKED)
    answer = scene.unblock(block).ok("AP-B12", 200)
    scene.same("AP-B12", answer.exchange.content, b"", "the body", answer)
    scene.same("AP-B12", scene.found_block(block, start), None, "the blocked time in the calendar")
    scene.unblock(block).refused("AP-B09", *NO_BLOCK)
    scene.book(start, title="book what was blocked").ok("AP-B12", 201)


@LAWS.law("AP-B10")
def another_merchant_s_blocked_time_is_not_to_be_touched(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    block = scene.blocked(start, start + _HOUR)
    before = scene.found_block(block, start)
    scene.change_block(block, start, start + 2 * _HOUR, by=OTHER, name="taken").refused("AP-B10", *_NOT_THEIRS)
    scene.unblock(block, by=OTHER).refused("AP-B10", *_NOT_THEIRS)
    scene.same("AP-B10", scene.found_block(block, start), before, "the blocked time")


@LAWS.law("AP-B13", "AP-T22")
def each_type_can_be_given_to_a_blocked_time(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    numbers = [kind["id"] for kind in _types(scene)]
    scene.same("AP-T22", numbers, sorted(set(numbers)), "the ids of the types")
    today = scene.local(scene.window[0], time(0))
    used = {each["blocked_type_id"] for each in scene.blocks(today - 30 * _DAY, today + 60 * _DAY)} - {None}
    scene.expect("AP-B13", used <= set(numbers), f"the types of the calendar, {sorted(used)}", numbers)
    kept = scene.blocked(start, start + _HOUR)
    for kind in _types(scene):
        end, given = start + kind["duration"] * MINUTES, {"blocked_type_id": kind["id"]}
        for asked in (scene.block(start, end, **given), scene.change_block(kept, start, end, **given)):
            found = scene.found_block(made_id(asked.ok("AP-B13")) or kept, start) or {}
            got = (found.get("blocked_type_id"), found.get("icon"))
            scene.same("AP-B13", got, (kind["id"], kind["icon"]), "type and icon", asked)
