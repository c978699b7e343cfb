"""Putting back what was edited."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from contract_tests.apis.anny.looking import can_be_booked, is_free, money, slot_of, takes_place
from contract_tests.apis.anny.scene import AnnyScene, Json, Slot, moment, order_id
from contract_tests.laws.law import Laws
from contract_tests.profiles import NotApplicable
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import OTHER

__all__ = ["LAWS"]

LAWS = Laws("reverting")

_NOTHING = (422, "no_edit_in_progress")
_SECOND = timedelta(seconds=1)
_WHILE = timedelta(minutes=15)
_PASSING = {"updated_at"}
_PEOPLE = ("ada@example.com", "bo@example.com")


def _known(booking: Json) -> Json:
    """All of a booking but when it was changed."""
    shown = {name: value for name, value in booking["attributes"].items() if name not in _PASSING}
    return {**booking, "attributes": shown}


def _is_as_before(scene: AnnyScene, rule: str, before: Json, answer: Answer) -> None:
    now = scene.seen(rule, before)
    scene.same(rule, _known(answer.json["data"]), _known(before), "the booking in the answer", answer)
    scene.same(rule, _known(now), _known(before), "the booking read afterwards")
    scene.same(rule, scene.people(rule, before), [], "the participants afterwards")


def _edit_all(scene: AnnyScene, booking: Json, slot: Slot) -> None:
    """Move it to another time, with other people and add-ons."""
    later = slot.later(minutes=120)
    scene.moved("AN-R01", booking, **later.span, resource_id=scene.resource_id("other_room"))
    scene.invite(booking, *({"email": each} for each in _PEOPLE)).ok("AN-G01", 200)
    scene.choose(booking, *scene.choice(0, 4)).ok("AN-O01", 200)


@LAWS.law("AN-E03")
def a_revert_puts_everything_back(scene: AnnyScene) -> None:
    slot = scene.slot("paid")
    booking = scene.paid(slot, booking_add_ons=scene.choice(2, 1))
    _edit_all(scene, booking, slot)
    answer = scene.revert(booking).ok("AN-E03", 200)
    _is_as_before(scene, "AN-E03", booking, answer)


@LAWS.law("AN-E01")
def each_edit_alone_is_put_back(scene: AnnyScene) -> None:
    slot = scene.slot("paid")
    booking = scene.ordered(slot, booking_add_ons=scene.choice(1, 1))
    edits: list[Callable[[], Answer]] = [
        lambda: scene.move(booking, **slot.later(minutes=60).span),
        lambda: scene.move(booking, resource_id=scene.resource_id("other_room")),
        lambda: scene.choose(booking, *scene.choice(3, 0)),
        lambda: scene.invite(booking, {"email": _PEOPLE[0]}),
    ]
    for edit in edits:
        answer = edit().ok("AN-R01", 200)
        scene.expect("AN-E01", _known(answer.json["data"]) != _known(booking), "an edited booking", "the same", answer)
        _is_as_before(scene, "AN-E01", booking, scene.revert(booking).ok("AN-E01", 200))


@LAWS.law("AN-E02")
def without_an_edit_there_is_nothing_to_put_back(scene: AnnyScene) -> None:
    fresh = scene.booked()
    canceled = scene.canceled(scene.slot(where="desk"))
    for booking in (fresh, canceled):
        before = scene.seen("AN-E02", booking)
        scene.revert(booking).refused("AN-E02", *_NOTHING)
        scene.stays("AN-E02", before)


@LAWS.law("AN-E04", "AN-E05", "AN-E06")
def an_edit_can_be_put_back_for_a_quarter_of_an_hour(scene: AnnyScene) -> None:
    slot = scene.slot()
    kept, put_back = scene.booked(slot), scene.booked(slot.at(scene.resource_id("other_room")))
    began_at = scene.now()
    for booking in (kept, put_back):
        scene.moved("AN-R01", booking, **slot.later(minutes=60).span)
    scene.go_to(began_at + timedelta(minutes=10))
    for booking in (kept, put_back):
        scene.moved("AN-R01", booking, **slot.later(minutes=90).span)
    scene.go_to(began_at + _WHILE - _SECOND)
    scene.revert(put_back).ok("AN-E04", 200)
    scene.same("AN-E04", _times(scene, put_back), (slot.starts_at, slot.ends_at), "its interval")
    scene.moved("AN-R01", put_back, **slot.later(minutes=60).span)
    scene.pass_time(_SECOND)
    scene.revert(kept).refused("AN-E04", *_NOTHING)
    later = slot.later(minutes=90)
    scene.same("AN-E04", _times(scene, kept), (later.starts_at, later.ends_at), "the interval of the other")
    _is_over(scene, "AN-E05", kept)
    can_be_booked(scene, "AN-E06", slot)
    scene.pass_time(_WHILE - 2 * _SECOND)
    scene.revert(put_back).ok("AN-E04", 200)  # after an edit that had a quarter of an hour of its own
    scene.moved("AN-R01", put_back, **slot.later(minutes=60).span)
    scene.pass_time(_WHILE)
    scene.revert(put_back).refused("AN-E04", *_NOTHING)


def _times(scene: AnnyScene, booking: Json) -> tuple[Any, Any]:
    shown = scene.seen("AN-E04", booking)["attributes"]
    return moment(shown["start_date"]), moment(shown["end_date"])


def _is_over(scene: AnnyScene, rule: str, booking: Json) -> None:
    meta = scene.seen(rule, booking)["meta"]
    found = (meta["edit_in_progress"], meta["edit_expires_at"])
    scene.same(rule, found, (False, None), "edit_in_progress and edit_expires_at")


@LAWS.law("AN-E05")
def an_edit_says_that_it_can_be_put_back(scene: AnnyScene) -> None:
    slot = scene.slot()
    booking = scene.booked(slot)
    _is_over(scene, "AN-E05", booking)
    answer = scene.move(booking, **slot.later(minutes=60).span).ok("AN-R01", 200)
    for meta in (answer.json["data"]["meta"], scene.seen("AN-E05", booking)["meta"]):
        scene.same("AN-E05", meta["edit_in_progress"], True, "edit_in_progress", answer)
        scene.expect("AN-E05", meta["edit_expires_at"] is not None, "edit_expires_at", meta, answer)
    if scene.world.is_own:
        _tells_until_when(scene, booking, slot)
    scene.revert(booking).ok("AN-E01", 200)
    _is_over(scene, "AN-E05", booking)


def _tells_until_when(scene: AnnyScene, booking: Json, slot: Slot) -> None:
    """A second edit does not change it."""
    until = scene.now().replace(microsecond=0) + _WHILE
    for minutes in (0, 10):
        scene.pass_time(timedelta(minutes=minutes))
        scene.moved("AN-R01", booking, **slot.later(minutes=60 + 3 * minutes).span)
        said = scene.seen("AN-E05", booking)["meta"]["edit_expires_at"]
        scene.same("AN-E05", moment(said) if said else None, until, f"edit_expires_at {minutes} minutes later")


@LAWS.law("AN-E06", "AN-E07")
def the_old_interval_is_kept_until_then(scene: AnnyScene) -> None:
    slot = scene.slot()
    for moved in (slot.later(minutes=120), slot.at(scene.resource_id("other_room"))):
        booking = scene.booked(slot)
        scene.moved("AN-R01", booking, **moved.span, resource_id=moved.resource_id)
        for each in (slot, moved):
            takes_place(scene, "AN-E06", each)
            is_free(scene, "AN-E06", each, wanted=False)
        scene.revert(booking).ok("AN-E01", 200)
        scene.revert(booking).refused("AN-E07", *_NOTHING)
        takes_place(scene, "AN-E07", slot)
        theirs = can_be_booked(scene, "AN-E07", moved)
        scene.cancel(theirs, by=OTHER).ok("AN-X01", 200)
        scene.cancel(booking).ok("AN-X01", 200)


@LAWS.law("AN-E08")
def the_order_is_what_it_was(scene: AnnyScene) -> None:
    booking = scene.paid(booking_add_ons=scene.choice(2, 2))
    before = money(scene, "AN-E08", booking)
    for choices in (scene.choice(4, 3), scene.choice(1, 0), []):
        scene.choose(booking, *choices).ok("AN-O01", 200)
        between = money(scene, "AN-E08", booking)
        scene.expect("AN-E08", between != before, "another order after the edit", between)
        scene.revert(booking).ok("AN-E01", 200)
        scene.same("AN-E08", money(scene, "AN-E08", booking), before, "what the order has come to")


@LAWS.law("AN-E08")
def the_order_is_what_it_was_before_the_first_of_several_edits(scene: AnnyScene) -> None:
    slot = scene.slot("paid")
    booking = scene.paid(slot, booking_add_ons=scene.choice(2, 2))
    before = money(scene, "AN-E08", booking)
    for several in (((3, 2), (4, 3)), ((4, 3), (1, 0)), ((1, 0), (0, 0), (5, 5)), ((0, 1), (2, 2))):
        for number, quantities in enumerate(several):
            scene.choose(booking, *scene.choice(*quantities)).ok("AN-O01", 200)
            scene.moved("AN-R01", booking, **slot.later(minutes=60 + 30 * number).span)
        scene.revert(booking).ok("AN-E01", 200)
        scene.same("AN-E08", money(scene, "AN-E08", booking), before, f"what the order has come to after {several}")


@LAWS.law("AN-E09", "AN-S07")
def what_was_paid_for_is_not_put_back(scene: AnnyScene) -> None:
    slot = scene.slot("paid")
    booking = scene.paid(slot)
    scene.choose(booking, *scene.choice(1, 1)).ok("AN-O01", 200)
    scene.moved("AN-R01", booking, **slot.later(minutes=60).span)
    scene.pay(order_id(booking)).ok("AN-C22", 200)
    _stays_edited(scene, booking)
    can_be_booked(scene, "AN-E09", slot.of(scene.service_id("instant")))


def _stays_edited(scene: AnnyScene, booking: Json) -> None:
    before = scene.seen("AN-E09", booking)
    _is_over(scene, "AN-E09", booking)
    scene.revert(booking).refused("AN-E09", *_NOTHING)
    scene.stays("AN-E09", before)
    if before["attributes"]["status"] == "accepted":
        takes_place(scene, "AN-S07", slot_of(before).of(scene.service_id("instant")))


@LAWS.law("AN-E09", "AN-S07")
def what_has_begun_or_was_canceled_is_not_put_back(scene: AnnyScene) -> None:
    slot = scene.slot()
    other_room, desk = scene.resource_id("other_room"), scene.resource_id("desk")
    begun, came, canceled = scene.booked(slot.at(other_room)), scene.booked(slot), scene.booked(slot.at(desk))
    scene.go_to(slot.starts_at - timedelta(minutes=5))
    for booking in (begun, came, canceled):
        scene.invite(booking, {"email": _PEOPLE[0]}).ok("AN-G01", 200)
    scene.cancel(canceled).ok("AN-X01", 200)
    scene.check_in(came).ok("AN-K01", 200)
    for booking in (canceled, came):
        _stays_edited(scene, booking)
    until = scene.seen("AN-E09", begun)["meta"]["edit_expires_at"]
    scene.same("AN-E09", moment(until), slot.starts_at, "until when an edit before the start can be put back")
    scene.go_to(slot.starts_at)
    _stays_edited(scene, begun)


@LAWS.law("AN-E05", "AN-E06", "AN-E09", "AN-S07")
def an_edit_that_brings_the_start_nearer_ends_with_it(scene: AnnyScene) -> None:
    slot = scene.slot(where="other_room")
    first = slot.later(minutes=120)
    booking = scene.booked(first)
    scene.go_to(slot.starts_at - timedelta(minutes=10))
    scene.invite(booking, {"email": _PEOPLE[0]}).ok("AN-G01", 200)
    until = scene.moved("AN-R01", booking, **slot.span)["meta"]["edit_expires_at"]
    scene.same("AN-E05", moment(until), slot.starts_at, "until when the edits can be put back")
    scene.go_to(slot.starts_at - _SECOND)
    takes_place(scene, "AN-E06", first)
    scene.pass_time(_SECOND)
    _stays_edited(scene, booking)
    can_be_booked(scene, "AN-E06", first)


@LAWS.law("AN-E05", "AN-E09", "AN-S07")
def an_edit_to_what_begins_now_is_over_at_once(scene: AnnyScene) -> None:
    if scene.service("instant")["lead_time"]:
        raise NotApplicable("nothing can begin now")
    slot = scene.slot(where="other_room")
    first = slot.later(minutes=120)
    booking = scene.booked(first)
    scene.go_to(slot.starts_at)
    meta = scene.moved("AN-R01", booking, **slot.span)["meta"]
    found = (meta["edit_in_progress"], meta["edit_expires_at"])
    scene.same("AN-E05", found, (False, None), "edit_in_progress and edit_expires_at in the answer")
    _stays_edited(scene, booking)
    can_be_booked(scene, "AN-E09", first)
