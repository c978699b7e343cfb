"""Participants: who is named, what they keep, who may edit."""

from datetime import timedelta

from contract_tests.apis.anny.looking import refused_at
from contract_tests.apis.anny.scene import PARTICIPANT, AnnyScene, Json, bookings_in, people_in
from contract_tests.laws.law import Laws
from contract_tests.scenes.scene import MAIN, OTHER

__all__ = ["LAWS"]

LAWS = Laws("participants")

_INVALID = (422, "validation_error")
_NOT_EDITABLE = (422, "booking_not_editable")
_UNAUTHORIZED = (403, "unauthorized")
_LONGEST = 200


def _shown(person: Json) -> Json:
    return {name: person["attributes"][name] for name in ("email", "name", "can_edit", "attending_virtually")}


@LAWS.law("AN-G01", "AN-G02", "AN-G09")
def the_participants_are_those_of_the_body(scene: AnnyScene) -> None:
    booking = scene.booked()
    people: list[Json] = [
        {"email": f"{scene.word()}@example.com", "name": "One", "can_edit": True, "attending_virtually": True},
        {"email": f"{scene.word()}@example.com", "name": "Two", "can_edit": False, "attending_virtually": True},
        {"email": f"{scene.word()}@example.com", "name": "Three", "can_edit": True, "attending_virtually": False},
    ]
    answer = scene.invite(booking, *people).ok("AN-G01", 200)
    for shown in (people_in(answer), scene.people("AN-G01", booking)):
        found = {each["attributes"]["email"]: _shown(each) for each in shown}
        scene.same("AN-G01", found, {each["email"]: each for each in people}, "the participants", answer)
        scene.same("AN-G02", {each["attributes"]["status"] for each in shown}, {"invited"}, "their statuses", answer)
    bare = f"{scene.word()}@example.com"
    answer = scene.invite(booking, {"email": bare}).ok("AN-G09", 200)
    wanted = {"email": bare, "name": None, "can_edit": False, "attending_virtually": False}
    scene.same("AN-G09", [_shown(each) for each in people_in(answer)], [wanted], "the participants", answer)


@LAWS.law("AN-G03")
def who_is_named_again_keeps_what_they_answered(scene: AnnyScene) -> None:
    booking = scene.joined(can_edit=False)
    (before,) = scene.people("AN-G03", booking)
    if scene.world.clock is not None and scene.world.is_own:
        scene.pass_time(timedelta(minutes=1))
    address = before["attributes"]["email"].upper()
    answer = scene.invite(booking, {"email": address, "name": "Again", "can_edit": True}).ok("AN-G03", 200)
    (after,) = people_in(answer)
    for name in ("status", "invited_at", "responded_at", "has_personalization"):
        scene.same("AN-G03", after["attributes"][name], before["attributes"][name], name, answer)
    scene.same("AN-G03", after["id"], before["id"], "the id of the entry", answer)
    scene.same("AN-G03", after["attributes"]["name"], "Again", "the name", answer)
    scene.same("AN-G03", scene.status("AN-G03", booking, by=PARTICIPANT), "accepted", "what they read")


@LAWS.law("AN-G04", "AN-G12")
def who_is_not_named_is_removed(scene: AnnyScene) -> None:
    booking = scene.joined()
    others = [{"email": f"{scene.word()}@example.com"} for _ in range(2)]
    answer = scene.invite(booking, *others).ok("AN-G04", 200)
    found = {each["attributes"]["email"] for each in people_in(answer)}
    scene.same("AN-G04", found, {each["email"] for each in others}, "the participants", answer)
    scene.read(booking, by=PARTICIPANT).refused("AN-G04", *_UNAUTHORIZED)
    answer = scene.invite(booking).ok("AN-G12", 200)
    scene.same("AN-G12", people_in(answer), [], "the participants after an empty list", answer)
    scene.same("AN-G12", scene.people("AN-G12", booking), [], "the participants read afterwards")


@LAWS.law("AN-G05", "AN-G10")
def an_address_stands_once_and_is_not_the_customers(scene: AnnyScene) -> None:
    booking = scene.invited()
    before = scene.people("AN-G05", booking)
    one, two, mine = f"{scene.word()}@example.com", f"{scene.word()}@example.com", scene.address()
    for twice in (one, one.upper()):
        answer = scene.invite(booking, {"email": one}, {"email": two}, {"email": twice})
        refused_at(scene, "AN-G05", answer, pointer="/participants/2/email")
        scene.same("AN-G05", scene.people("AN-G05", booking), before, "the participants afterwards")
    for own in (mine, mine.upper()):
        answer = scene.invite(booking, {"email": one}, {"email": own})
        refused_at(scene, "AN-G10", answer, pointer="/participants/1/email")
        scene.same("AN-G10", scene.people("AN-G10", booking), before, "the participants afterwards")


@LAWS.law("AN-G10")
def who_booked_for_somebody_else_is_no_participant_either(scene: AnnyScene) -> None:
    person, draft = scene.person(), scene.held()
    order = scene.submit(order=draft, customer=person).ok("AN-C26", 200).json["data"]
    (booking,) = bookings_in(order)
    for own in (person["email"], scene.address()):
        answer = scene.invite(booking, {"email": f"{scene.word()}@example.com"}, {"email": own})
        refused_at(scene, "AN-G10", answer, pointer="/participants/1/email")
        scene.same("AN-G10", scene.people("AN-G10", booking), [], "the participants afterwards")


@LAWS.law("AN-G06")
def there_are_as_many_participants_as_the_service_says(scene: AnnyScene) -> None:
    settings = scene.service("instant")["participant_settings"]["participants"]
    least, most = settings["minParticipants"], settings["maxParticipants"]
    booking = scene.booked()
    wrong = [*([least - 1] if least else []), *([most + 1] if most is not None else [])]
    for number in wrong:
        answer = scene.invite(booking, *_people(scene, number), title=f"name {number} participants")
        refused_at(scene, "AN-G06", answer, pointer="/participants")
        detail, bounds = answer.json["errors"][0]["detail"], [each for each in (least, most) if each is not None]
        scene.expect("AN-G06", all(str(each) in detail for each in bounds), f"{bounds} in detail", detail, answer)
        scene.same("AN-G06", scene.people("AN-G06", booking), [], "the participants afterwards")
    for number in {least, least if most is None else most}:
        scene.invite(booking, *_people(scene, number), title=f"name {number} participants").ok("AN-G06", 200)


def _people(scene: AnnyScene, number: int) -> list[Json]:
    return [{"email": f"{scene.word()}@example.com"} for _ in range(number)]


@LAWS.law("AN-G07")
def a_service_without_participants_has_none(scene: AnnyScene) -> None:
    booking = scene.ordered(scene.slot("strict", "other_room"))
    for people in ([{"email": f"{scene.word()}@example.com"}], []):
        scene.invite(booking, *people).refused("AN-G07", *_NOT_EDITABLE)
    scene.stays("AN-G07", booking)


@LAWS.law("AN-G08")
def an_address_has_at_most_two_hundred_characters(scene: AnnyScene) -> None:
    booking = scene.booked()
    domain = "@example.com"
    longest = scene.word(_LONGEST - len(domain)) + domain
    answer = scene.invite(booking, {"email": f"x{longest}"}, title="invite an address of 201 characters")
    answer.refused("AN-G08", *_INVALID)
    answer = scene.invite(booking, {"email": longest}, title="invite an address of 200 characters").ok("AN-G08", 200)
    scene.same("AN-G08", people_in(answer)[0]["attributes"]["email"], longest, "the address", answer)


@LAWS.law("AN-G13")
def addresses_are_for_the_customer(scene: AnnyScene) -> None:
    own, theirs = scene.address(PARTICIPANT), scene.address(OTHER)
    for can_edit, where in ((False, "room"), (True, "other_room")):
        booking = scene.booked(scene.slot(where=where))
        scene.invite(booking, {"email": own, "can_edit": can_edit}, {"email": theirs}).ok("AN-G01", 200)
        scene.accept(booking).ok("AN-I01", 200)
        sees = {PARTICIPANT: [own, None], OTHER: [None, theirs], MAIN: [own, theirs]}
        for by, wanted in sees.items():
            shown = [each["attributes"]["email"] for each in scene.people("AN-G13", booking, by=by)]
            scene.same("AN-G13", shown, wanted, f"the addresses that {by} reads")


@LAWS.law("AN-G11")
def a_participant_edits_their_own_data_who_may_and_has_accepted(scene: AnnyScene) -> None:
    own, theirs = scene.address(PARTICIPANT), scene.address(OTHER)
    me: Json = {"email": own, "name": "Myself", "attending_virtually": True}
    slot = scene.slot()
    booking = scene.booked(slot)
    scene.invite(booking, {"email": own, "can_edit": True}, {"email": theirs, "name": "Other"}).ok("AN-G01", 200)
    scene.invite(booking, me, by=PARTICIPANT).refused("AN-G11", *_UNAUTHORIZED)
    scene.accept(booking).ok("AN-I01", 200)
    before = scene.people("AN-G11", booking)
    scene.invite(booking, me, by=PARTICIPANT).ok("AN-G11", 200)
    after = [_shown(each) for each in scene.people("AN-G11", booking)]
    wanted = [{**_shown(each), **(me if each["attributes"]["email"] == own else {})} for each in before]
    scene.same("AN-G11", after, wanted, "the participants afterwards")

    plain = scene.joined(scene.booked(scene.slot(where="other_room")), can_edit=False)
    for each in (booking, plain):
        was, people = scene.seen("AN-G11", each), scene.people("AN-G11", each)
        refusals = [
            scene.move(each, by=PARTICIPANT, start_date=was["attributes"]["start_date"]),
            scene.choose(each, by=PARTICIPANT),
            scene.revert(each, by=PARTICIPANT),
            scene.invite(each, by=PARTICIPANT),
            scene.invite(each, {"email": theirs}, by=PARTICIPANT),
            scene.invite(each, me, {"email": theirs}, by=PARTICIPANT),
            *([] if each is booking else [scene.invite(each, me, by=PARTICIPANT)]),
        ]
        for answer in refusals:
            answer.refused("AN-G11", *_UNAUTHORIZED)
        scene.stays("AN-G11", was)
        scene.same("AN-G11", scene.people("AN-G11", each), people, "the participants afterwards")
