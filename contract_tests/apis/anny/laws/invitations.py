"""Invitations: accepting, rejecting, and who is seen as what."""

from functools import partial

from contract_tests.apis.anny.looking import slot_of
from contract_tests.apis.anny.scene import PARTICIPANT, AnnyScene, Json, order_id, people_in
from contract_tests.laws.law import Laws
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import MAIN, OTHER

__all__ = ["LAWS"]

LAWS = Laws("invitations")

_UNAUTHORIZED = (403, "unauthorized")
_NOT_PENDING = (422, "invitation_not_pending")


def _entries(scene: AnnyScene, rule: str, booking: Json) -> dict[str, str]:
    """The status of each participant, by address."""
    return {each["attributes"]["email"]: each["attributes"]["status"] for each in scene.people(rule, booking)}


def _two_invited(scene: AnnyScene, booking: Json | None = None) -> tuple[Json, str, str]:
    """A booking with two that are invited, and their addresses."""
    booking = booking or scene.booked()
    mine, theirs = scene.address(PARTICIPANT), scene.address(OTHER)
    scene.invite(booking, {"email": mine}, {"email": theirs, "can_edit": True}).ok("AN-G01", 200)
    return booking, mine, theirs


@LAWS.law("AN-I01", "AN-I02")
def who_accepts_takes_part(scene: AnnyScene) -> None:
    booking, mine, theirs = _two_invited(scene)
    scene.same("AN-I02", scene.status("AN-I02", booking, by=PARTICIPANT), "invited", "the status before")
    answer = scene.accept(booking).ok("AN-I01", 200)
    scene.same("AN-I02", answer.json["data"]["attributes"]["status"], "accepted", "the status in the answer", answer)
    scene.same("AN-I01", _entries(scene, "AN-I01", booking), {mine: "accepted", theirs: "invited"}, "the participants")
    scene.same("AN-I02", scene.status("AN-I02", booking, by=PARTICIPANT), "accepted", "the status they read")
    scene.same("AN-I02", scene.status("AN-I02", booking, by=OTHER), "invited", "the status that the other reads")


@LAWS.law("AN-I03")
def who_is_not_invited_does_not_answer(scene: AnnyScene) -> None:
    booking, _, _ = _two_invited(scene)
    scene.invite(booking, {"email": scene.address(PARTICIPANT)}).ok("AN-G01", 200)
    before = _entries(scene, "AN-I03", booking)
    for by in (MAIN, OTHER):
        scene.accept(booking, by=by).refused("AN-I03", *_UNAUTHORIZED)
        scene.reject(booking, by=by).refused("AN-I03", *_UNAUTHORIZED)
    scene.same("AN-I03", _entries(scene, "AN-I03", booking), before, "the participants afterwards")


@LAWS.law("AN-I04")
def an_invitation_is_answered_once(scene: AnnyScene) -> None:
    joined = scene.joined()
    canceled = scene.invited(scene.booked(scene.slot(where="other_room")))
    scene.cancel(canceled).ok("AN-X01", 200)
    for booking, status in ((joined, "accepted"), (canceled, "invited")):
        for answer in (scene.accept(booking), scene.reject(booking)):
            answer.refused("AN-I04", *_NOT_PENDING)
        found = [*_entries(scene, "AN-I04", booking).values()]
        scene.same("AN-I04", found, [status], "the participants afterwards")


@LAWS.law("AN-I04")
def who_did_not_come_answers_no_invitation(scene: AnnyScene) -> None:
    slot = scene.slot()
    booking = scene.invited(scene.booked(slot))
    scene.go_to(slot.starts_at + scene.expires_after())
    scene.same("AN-S02", scene.status("AN-S02", booking), "expired", "the status of who did not come")
    for answer in (scene.accept(booking), scene.reject(booking)):
        answer.refused("AN-I04", *_NOT_PENDING)
    found = [*_entries(scene, "AN-I04", booking).values()]
    scene.same("AN-I04", found, ["invited"], "the participants afterwards")


@LAWS.law("AN-I05")
def what_somebody_takes_part_in_is_in_their_list(scene: AnnyScene) -> None:
    booking = scene.joined()
    several: tuple[Json, ...] = ({}, {"status": "accepted"}, {"sort": "-start_date"})
    for filters in several:
        listed = [each["id"] for each in scene.listed("AN-I05", by=PARTICIPANT, until=[booking["id"]], **filters)]
        scene.same("AN-I05", listed.count(booking["id"]), 1, f"how often it is listed with {filters}")


def _answered(scene: AnnyScene, operation: str, where: str, body: Json | None) -> Answer:
    booking = scene.invited(scene.booked(scene.slot(where=where)))
    if body is None:
        return scene.call(operation, bookingId=booking["id"], by=PARTICIPANT, title="answer without a body")
    return scene.call(operation, body, bookingId=booking["id"], by=PARTICIPANT, title=f"answer with {body}")


@LAWS.law("AN-I06")
def no_body_is_as_good_as_an_empty_one(scene: AnnyScene) -> None:
    for operation, left in (("acceptInvite", ["accepted"]), ("rejectInvite", [])):
        for where, body in (("room", None), ("other_room", {})):
            answer = _answered(scene, operation, where, body).ok("AN-I06", 200)
            found = [*_entries(scene, "AN-I06", answer.json["data"]).values()]
            scene.same("AN-I06", found, left, "the participants afterwards", answer)
            scene.cancel(answer.json["data"]["id"]).ok("AN-X01", 200)


@LAWS.law("AN-I07")
def addresses_are_the_same_in_capital_letters(scene: AnnyScene) -> None:
    first, second = scene.booked(), scene.booked(scene.slot(where="other_room"))
    address = scene.address(PARTICIPANT)
    for booking, written in ((first, address.upper()), (second, address.title())):
        scene.invite(booking, {"email": written}).ok("AN-G01", 200)
        scene.same("AN-I07", scene.status("AN-I07", booking, by=PARTICIPANT), "invited", "the status they read")
    both = {first["id"], second["id"]}
    listed = {each["id"] for each in scene.listed("AN-I07", by=PARTICIPANT, until=both)}
    scene.expect("AN-I07", both <= listed, "both in their list", sorted(listed))
    scene.accept(first).ok("AN-I07", 200)
    scene.reject(second).ok("AN-I07", 200)
    scene.same("AN-I07", [*_entries(scene, "AN-I07", first).values()], ["accepted"], "the participants")
    scene.same("AN-I07", _entries(scene, "AN-I07", second), {}, "the participants of the other")


@LAWS.burst("AN-I01", "AN-I08")
def what_several_answer_at_the_same_moment_counts_of_each(scene: AnnyScene) -> None:
    slots = scene.day()[::4]
    for slot, (mine_is, theirs_is) in zip(slots, ((True, True), (True, False), (False, True)), strict=False):
        booking = scene.booked(slot)
        mine, theirs = scene.address(PARTICIPANT), scene.address(OTHER)
        scene.invite(booking, {"email": mine}, {"email": theirs}).ok("AN-G01", 200)
        answers = scene.together(
            *(
                partial(scene.accept if accepts else scene.reject, booking, by=by)
                for by, accepts in ((PARTICIPANT, mine_is), (OTHER, theirs_is))
            )
        )
        for answer, accepts in zip(answers, (mine_is, theirs_is), strict=True):
            answer.ok("AN-I01" if accepts else "AN-I08", 200)
        wanted = {address: "accepted" for address, accepts in ((mine, mine_is), (theirs, theirs_is)) if accepts}
        rule = "AN-I01" if mine_is and theirs_is else "AN-I08"
        scene.same(rule, _entries(scene, rule, booking), wanted, "the participants afterwards", *answers)


@LAWS.law("AN-I02", "AN-I09", "AN-E10", "AN-B11")
def what_was_answered_stands_when_an_edit_is_put_back(scene: AnnyScene) -> None:
    booking, mine, theirs = _two_invited(scene, scene.paid())
    scene.choose(booking, *scene.choice(1, 0)).ok("AN-O01", 200)
    scene.pay(order_id(booking)).ok("AN-C22", 200)  # with which the edits so far are over
    before, slot = _entries(scene, "AN-E10", booking), slot_of(booking)
    scene.same("AN-E10", sorted(before), sorted((mine, theirs)), "the participants before the edit")
    for minutes in (60, 120):
        scene.moved("AN-R01", booking, **slot.later(minutes=minutes).span)
    scene.accept(booking, by=OTHER).ok("AN-I01", 200)
    reverted = scene.revert(booking).ok("AN-E01", 200)
    shown = scene.seen("AN-B11", booking)
    scene.same("AN-B11", reverted.json["data"], shown, "the booking with those who take part in it", reverted)
    after = _entries(scene, "AN-E10", booking)
    scene.same("AN-E10", after, {mine: "invited", theirs: "accepted"}, "the participants afterwards")
    scene.same("AN-I02", scene.status("AN-I02", booking, by=OTHER), "accepted", "the status that the other reads")

    scene.moved("AN-R01", booking, **slot.later(minutes=60).span)
    scene.reject(booking).ok("AN-I08", 200)
    scene.revert(booking).ok("AN-E01", 200)
    scene.read(booking, by=PARTICIPANT).refused("AN-I09", *_UNAUTHORIZED)
    listed = [each["id"] for each in scene.listed("AN-I09", by=PARTICIPANT)]
    scene.same("AN-I09", listed.count(booking["id"]), 0, "how often they have it in their list")
    scene.same("AN-E10", _entries(scene, "AN-E10", booking), {theirs: "accepted"}, "who is left of them")


@LAWS.law("AN-I08", "AN-I09", "AN-I10")
def who_rejects_is_out(scene: AnnyScene) -> None:
    booking, _, theirs = _two_invited(scene)
    before = scene.seen("AN-I10", booking)
    (own, other) = scene.people("AN-I10", booking)
    answer = scene.reject(booking).ok("AN-I08", 200)
    left = answer.json["data"]["relationships"]["booking_participants"]["data"]
    named = [each["id"] for each in left]
    scene.expect("AN-I08", own["id"] not in named, "that they are not among the participants", named, answer)
    scene.same("AN-I10", named, [other["id"]], "the participants of the answer", answer)
    scene.read(booking, by=PARTICIPANT).refused("AN-I09", *_UNAUTHORIZED)
    listed = [each["id"] for each in scene.listed("AN-I09", by=PARTICIPANT)]
    scene.same("AN-I09", listed.count(booking["id"]), 0, "how often they have it in their list")
    after = scene.read(booking, include="booking_participants").ok("AN-I10", 200)
    scene.same("AN-I10", people_in(after), [other], "the other participants", after)
    kept = {name: value for name, value in before["attributes"].items() if name != "updated_at"}
    now = {name: value for name, value in after.json["data"]["attributes"].items() if name != "updated_at"}
    scene.same("AN-I10", now, kept, "the booking afterwards", after)
    scene.same("AN-I10", scene.status("AN-I10", booking, by=OTHER), "invited", f"the status that {theirs} reads")
