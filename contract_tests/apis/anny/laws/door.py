"""Checking in and out."""

from datetime import datetime, timedelta
from functools import partial

from contract_tests.apis.anny.looking import can_be_booked, is_free, takes_place
from contract_tests.apis.anny.scene import ADMIN, NOBODY, AnnyScene, Json, Slot, bookings_in, moment
from contract_tests.laws.law import Laws
from contract_tests.profiles import Lacking, NotApplicable

__all__ = ["LAWS"]

LAWS = Laws("door")

_NOT_POSSIBLE = (422, "check_in_not_possible")
_UNAUTHORIZED = (403, "unauthorized")
_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)


def _rules(scene: AnnyScene, name: str = "room") -> Json:
    found: Json = scene.resource(name)["settings"]["checkIn"]
    return found


def _opens_at(scene: AnnyScene, slot: Slot) -> datetime:
    return slot.starts_at - timedelta(minutes=_rules(scene)["allowedAdvancePeriod"])


def _came_at(scene: AnnyScene, rule: str, booking: Json, name: str = "check_in_date") -> datetime | None:
    found = scene.seen(rule, booking)["attributes"][name]
    return moment(found) if found else None


_left_at = partial(_came_at, name="check_out_date")


@LAWS.law("AN-K01")
def who_comes_in_time_is_checked_in(scene: AnnyScene) -> None:
    slot = scene.slot()
    early, late = scene.booked(slot), scene.booked(slot.later(minutes=120))
    second_at = slot.starts_at + timedelta(hours=2) + _MINUTE * _rules(scene)["allowedDelayPeriod"] - _SECOND
    for booking, when in ((early, _opens_at(scene, slot)), (late, second_at)):
        scene.go_to(when)
        answer = scene.check_in(booking).ok("AN-K01", 200)
        shown = answer.json["data"]["attributes"]
        scene.same("AN-K01", moment(shown["check_in_date"]), when, "check_in_date", answer)
        scene.same("AN-K01", shown["status"], "accepted", "the status", answer)
        scene.same("AN-K01", _came_at(scene, "AN-K01", booking), when, "check_in_date read afterwards")


def _is_not_let_in(scene: AnnyScene, booking: Json) -> None:
    before = scene.seen("AN-K02", booking)
    scene.check_in(booking).refused("AN-K02", *_NOT_POSSIBLE)
    scene.stays("AN-K02", before)


@LAWS.law("AN-K02", "AN-K03")
def who_comes_too_early_or_too_late_is_not(scene: AnnyScene) -> None:
    rules = _rules(scene)
    slot = scene.slot()
    booking = scene.booked(slot)
    _is_not_let_in(scene, booking)
    scene.go_to(_opens_at(scene, slot) - _SECOND)
    _is_not_let_in(scene, booking)
    scene.pass_time(_SECOND)
    scene.check_in(booking).ok("AN-K01", 200)
    if not rules["allowMultiple"]:
        _is_not_let_in(scene, booking)
    if rules["autoExpiry"]:
        scene.go_to(slot.starts_at + scene.expires_after())
        scene.same("AN-K03", scene.status("AN-K03", booking), "accepted", "the status of who came")
        scene.go_to(slot.ends_at)
        scene.same("AN-K03", scene.status("AN-K03", booking), "accepted", "the status at the end")


@LAWS.law("AN-K02")
def who_is_not_expected_is_not_let_in(scene: AnnyScene) -> None:
    slot = scene.slot()
    elsewhere = scene.booked(slot.at(scene.resource_id("other_room")))
    missed, requested = scene.booked(slot), scene.requested(slot.of(scene.service_id("approval")).later(minutes=60))
    last = slot.later(minutes=120)
    canceled = scene.canceled(last)
    rejected = scene.rejected(last.of(scene.service_id("approval")))
    if _rules(scene, "other_room")["isEnabled"]:
        raise Lacking("one can be checked in at the other room", key="inventory.resources.other_room")
    scene.go_to(slot.starts_at)
    _is_not_let_in(scene, elsewhere)
    scene.go_to(slot.starts_at + timedelta(hours=1))
    for booking in (missed, requested):
        _is_not_let_in(scene, booking)
    scene.go_to(last.starts_at)
    for booking in (canceled, rejected):
        _is_not_let_in(scene, booking)
    if not scene.service("instant")["lead_time"]:
        (held,) = bookings_in(scene.held(last))
        _is_not_let_in(scene, scene.seen("AN-C01", held))


@LAWS.law("AN-K02")
def who_comes_after_the_delay_is_not_let_in(scene: AnnyScene) -> None:
    rules = _rules(scene)
    slot = scene.slot(minutes=120)
    booking = scene.booked(slot)
    for minutes in sorted({rules["allowedDelayPeriod"], rules["allowedDelayPeriod"] + 1}):
        scene.go_to(slot.starts_at + _MINUTE * minutes)
        _is_not_let_in(scene, booking)


@LAWS.law("AN-K04", "AN-L07")
def a_terminal_checks_in_where_it_may(scene: AnnyScene) -> None:
    terminal = scene.given("terminal")
    slot = scene.slot()
    here, elsewhere = scene.booked(slot), scene.booked(slot.at(scene.resource_id("other_room")))
    scene.go_to(_opens_at(scene, slot))
    scene.check_in(elsewhere, by=NOBODY, hash=terminal).refused("AN-K04", *_UNAUTHORIZED)
    scene.check_in(here, by=NOBODY, hash=f"{terminal}x").refused("AN-L07", *_UNAUTHORIZED)
    for booking in (here, elsewhere):
        scene.same("AN-K04", _came_at(scene, "AN-K04", booking), None, "check_in_date after the refusal")
    scene.check_in(here, by=NOBODY, hash=terminal).ok("AN-K04", 200)
    scene.same("AN-K04", _came_at(scene, "AN-K04", here), _opens_at(scene, slot), "check_in_date")
    scene.check_out(elsewhere, by=NOBODY, hash=terminal).refused("AN-K04", *_UNAUTHORIZED)
    scene.check_out(here, by=NOBODY, hash=f"{terminal}x").refused("AN-L07", *_UNAUTHORIZED)
    answer = scene.check_out(here, by=NOBODY, hash=terminal)
    if not scene.resource("room")["settings"]["selfCheckIn"]["checkOutEnabled"]:
        answer.refused("AN-K04", *_UNAUTHORIZED)
        return
    answer.ok("AN-K04", 200)
    scene.same("AN-K04", _left_at(scene, "AN-K04", here), _opens_at(scene, slot), "check_out_date")


@LAWS.law("AN-K05")
def nobody_gets_in_or_out_without_saying_who(scene: AnnyScene) -> None:
    slot = scene.slot()
    booking = scene.booked(slot)
    if scene.world.is_own:
        scene.go_to(slot.starts_at)
    scene.check_in(booking, by=NOBODY).refused("AN-K05", 401, "unauthenticated")
    scene.same("AN-K05", _came_at(scene, "AN-K05", booking), None, "check_in_date")
    if scene.world.is_own:
        scene.check_in(booking).ok("AN-K01", 200)
    scene.check_out(booking, by=NOBODY).refused("AN-K05", 401, "unauthenticated")
    scene.same("AN-K05", _left_at(scene, "AN-K05", booking), None, "check_out_date")


@LAWS.law("AN-K06", "AN-K07", "AN-K08")
def who_leaves_is_checked_out(scene: AnnyScene) -> None:
    rules = _rules(scene)
    slot = scene.slot(minutes=180)
    rest = slot.later(minutes=60).lasting(60)
    booking = scene.booked(slot)
    scene.go_to(slot.starts_at)
    scene.check_out(booking).refused("AN-K07", *_NOT_POSSIBLE)
    scene.same("AN-K07", _left_at(scene, "AN-K07", booking), None, "check_out_date before", leaned_on=False)
    scene.check_in(booking).ok("AN-K01", 200)
    when = slot.starts_at + timedelta(minutes=40)
    scene.go_to(when)
    takes_place(scene, "AN-K08", rest)
    answer = scene.check_out(booking).ok("AN-K06", 200)
    shown = answer.json["data"]["attributes"]
    scene.same("AN-K06", moment(shown["check_out_date"]), when, "check_out_date", answer)
    scene.same("AN-K06", _left_at(scene, "AN-K06", booking), when, "check_out_date read afterwards")
    scene.same("AN-K06", _came_at(scene, "AN-K06", booking), slot.starts_at, "check_in_date")
    scene.pass_time(_MINUTE)
    scene.check_out(booking, by=ADMIN).refused("AN-K07", *_NOT_POSSIBLE)
    scene.same("AN-K07", _left_at(scene, "AN-K07", booking), when, "check_out_date after a second one")
    if rules["releaseOnCheckout"]:
        is_free(scene, "AN-K08", rest)
        can_be_booked(scene, "AN-K08", rest)


@LAWS.law("AN-K08")
def who_leaves_before_the_start_leaves_everything(scene: AnnyScene) -> None:
    rules = _rules(scene)
    if not (rules["releaseOnCheckout"] and rules["allowedAdvancePeriod"]):
        raise NotApplicable("nobody comes early to the room, or it is not released")
    slot = scene.slot()
    booking = scene.booked(slot)
    scene.go_to(slot.starts_at - _MINUTE)
    scene.check_in(booking).ok("AN-K01", 200)
    scene.check_out(booking).ok("AN-K06", 200)
    can_be_booked(scene, "AN-K08", slot)
