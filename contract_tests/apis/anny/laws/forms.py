"""Custom forms: what they ask, and what is taken for an answer."""

from typing import Any

from contract_tests.apis.anny.looking import refused_at, sent
from contract_tests.apis.anny.scene import ADMIN, NOBODY, PARTICIPANT, AnnyScene, Json, bookings_in, moment, number_of
from contract_tests.laws.law import Laws
from contract_tests.profiles import NotApplicable
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import MAIN

__all__ = ["LAWS", "form_answers", "form_fields", "personalize"]

LAWS = Laws("forms")

_NOT_ALLOWED = (422, "personalization_not_allowed")
_LONGEST_ADDRESS = 200
_CHOICES = ("select", "radio", "multiselect")
_ANSWERS: dict[str, Any] = {
    "text": "by the window",
    "textarea": "by the window",
    "number": 3,
    "email": "somebody@example.com",
    "phone": "+49 40 123456",
    "date": "2031-03-03",
    "checkbox": True,
}


def form_fields(scene: AnnyScene) -> list[Json]:
    """The fields of the form: `{id, attributes...}`, in order."""
    answer = scene.call(
        "getService",
        serviceId=scene.service_id("form"),
        include="custom_forms.custom_fields",
        by=NOBODY,
        title="read the form",
    )
    found = sent(answer.ok("AN-U06", 200), "custom-fields").values()
    fields = sorted(
        ({"id": each["id"], **each["attributes"]} for each in found), key=lambda each: int(each["position"])
    )
    scene.expect(
        "AN-U06", any(field["required"] for field in fields), "a field that has to be answered", fields, answer
    )
    return fields


def _answer(field: Json, number: int = 0) -> Any:
    """What may be answered; another one for another number, where there is a choice."""
    if field["type"] not in _CHOICES:
        return _ANSWERS[field["type"]]
    option = field["options"][number % len(field["options"])]
    return [option] if field["type"] == "multiselect" else option


def form_answers(fields: list[Json], number: int = 0) -> Json:
    return {field["id"]: _answer(field, number) for field in fields}


def personalize(scene: AnnyScene, booking: Json | str, given: Json, *, by: str = MAIN) -> Answer:
    return scene.call("personalizeBooking", given, bookingId=number_of(booking), by=by, title="answer the form")


def _kept(scene: AnnyScene, rule: str, booking: Json, *, by: str = MAIN) -> Json:
    """What somebody has answered, by field."""
    entries = scene.seen(rule, booking, by=by)["attributes"]["custom_entry_map"]
    return {name: entry["value"] for name, entry in entries.items()}


def _name_of(scene: AnnyScene, by: str) -> str:
    account = scene.call("getCustomerAccount", by=by).ok("AN-A01", 200).json["data"]["attributes"]
    return " ".join(part for part in (account["given_name"], account["family_name"]) if part)


@LAWS.law("AN-F01", "AN-F08", "AN-U06")
def what_is_answered_is_kept(scene: AnnyScene) -> None:
    fields = form_fields(scene)
    booking = scene.ordered(kind="form")
    before = booking["meta"]["has_personalization"]
    scene.same("AN-F08", before, False, "has_personalization before", leaned_on=False)
    given = form_answers([field for field in fields if field["required"]])
    answer = personalize(scene, booking, given).ok("AN-U06", 200).ok("AN-F01", 200)
    entries = answer.json["data"]["attributes"]["custom_entry_map"]
    found = {name: entry["value"] for name, entry in entries.items()}
    scene.same("AN-F01", found, given, "the answers in the answer", answer)
    for by in (MAIN, ADMIN) if scene.has(ADMIN) else (MAIN,):
        scene.same("AN-F01", _kept(scene, "AN-F01", booking, by=by), given, f"the answers read by {by} afterwards")
    labels = {name: (entry["label"], entry["type"]) for name, entry in entries.items()}
    wanted = {field["id"]: (field["label"], field["type"]) for field in fields if field["id"] in given}
    scene.same("AN-F01", labels, wanted, "labels and types of what was answered", answer)
    meta = scene.seen("AN-F08", booking)["meta"]
    scene.same("AN-F08", meta["has_personalization"], True, "has_personalization")
    scene.same("AN-F08", meta["personalization_name"], _name_of(scene, MAIN), "personalization_name")


@LAWS.law("AN-F02", "AN-F10")
def a_mandatory_field_has_to_be_answered(scene: AnnyScene) -> None:
    fields = form_fields(scene)
    booking = scene.ordered(kind="form")
    full = form_answers(fields)
    for field in fields:
        if not field["required"]:
            continue
        without = {name: value for name, value in full.items() if name != field["id"]}
        lacks = [without, {**full, field["id"]: None}]
        if field["type"] != "email":  # which it would answer
            lacks.append({**without, "email": _ANSWERS["email"]})
        for lacking in lacks:
            refused_at(scene, "AN-F02", personalize(scene, booking, lacking), pointer=f"/{field['id']}")
            _nothing_is_kept(scene, "AN-F10", booking)
    personalize(scene, booking, full).ok("AN-F02", 200)


def _nothing_is_kept(scene: AnnyScene, rule: str, booking: Json) -> None:
    after = scene.seen(rule, booking)
    scene.same(rule, after["attributes"]["custom_entry_map"], {}, "the answers afterwards")
    scene.same(rule, after["meta"]["has_personalization"], False, "has_personalization afterwards")


@LAWS.law("AN-F03", "AN-F10")
def what_is_not_asked_is_refused(scene: AnnyScene) -> None:
    fields = form_fields(scene)
    booking = scene.ordered(kind="form")
    for name in ("nothing", "Email", "3f0cffff-ffff-4fff-bfff-ffffffffffff"):
        answer = personalize(scene, booking, {**form_answers(fields), name: "something"})
        refused_at(scene, "AN-F03", answer, pointer=f"/{name}")
        _nothing_is_kept(scene, "AN-F10", booking)


def _wrong(field: Json) -> list[Any]:
    """What is no answer to a field."""
    if field["type"] in ("text", "textarea"):
        return [7, True]
    if field["type"] in _CHOICES:
        option = field["options"][0]
        return [
            "none of them",
            f"{option} ",
            option.swapcase(),
            7,
            True,
            [["none"], [option, "none"]][field["type"] == "multiselect"],
        ]
    return ["nothing of the kind", ["something"], 7 if field["type"] != "number" else "7"]


@LAWS.law("AN-F04", "AN-F10")
def an_answer_is_of_the_type_of_its_field(scene: AnnyScene) -> None:
    fields = form_fields(scene)
    booking = scene.ordered(kind="form")
    for field in fields:
        for value in _wrong(field):
            answer = personalize(scene, booking, {**form_answers(fields), field["id"]: value})
            refused_at(scene, "AN-F04", answer, pointer=f"/{field['id']}")
            _nothing_is_kept(scene, "AN-F10", booking)


@LAWS.law("AN-U10")
def every_option_can_be_chosen(scene: AnnyScene) -> None:
    fields = form_fields(scene)
    most = max(len(field["options"]) for field in fields)
    days = scene.day("form", "room")
    for number in range(most):
        order = scene.submitted(days[2 * number + 1])
        (booking,) = bookings_in(order)
        personalize(scene, booking, form_answers(fields, number)).ok("AN-U10", 200)


@LAWS.law("AN-F05")
def a_form_is_answered_once(scene: AnnyScene) -> None:
    if scene.service("form")["allow_subsequent_personalizations"]:
        raise NotApplicable("the form may be answered again")
    fields = form_fields(scene)
    booking = scene.ordered(kind="form")
    personalize(scene, booking, form_answers(fields)).ok("AN-F01", 200)
    before = scene.seen("AN-F05", booking)
    for given in (form_answers(fields, 1), {}):
        personalize(scene, booking, given).refused("AN-F05", *_NOT_ALLOWED)
    scene.stays("AN-F05", before)


@LAWS.law("AN-F06")
def a_form_is_answered_while_the_booking_stands(scene: AnnyScene) -> None:
    given = form_answers(form_fields(scene))
    without = scene.booked(scene.slot(where="other_room"))
    rejected = scene.rejected(scene.slot("approval", "other_room").later(minutes=120))
    for booking in (without, rejected):
        personalize(scene, booking, {}).refused("AN-F06", *_NOT_ALLOWED)
    slots = scene.day("form", "room")
    (reserved,) = bookings_in(scene.held(slots[1]))
    personalize(scene, reserved, given).refused("AN-F06", *_NOT_ALLOWED)
    order = scene.submit().ok("AN-C06", 200)
    personalize(scene, reserved, given).ok("AN-F01", 200)
    canceled = scene.ordered(slots[4])
    scene.cancel(canceled).ok("AN-X01", 200)
    personalize(scene, canceled, given).refused("AN-F06", *_NOT_ALLOWED)
    kept = scene.seen("AN-F06", canceled)["attributes"]["custom_entry_map"]
    scene.same("AN-F06", kept, {}, "the answers afterwards", order)


@LAWS.law("AN-F06")
def a_blocker_has_no_form(scene: AnnyScene) -> None:
    personalize(scene, scene.given("blocker"), {}, by=ADMIN).refused("AN-F06", *_NOT_ALLOWED)


@LAWS.law("AN-F06")
def who_did_not_come_answers_no_form(scene: AnnyScene) -> None:
    booking, given = scene.ordered(kind="form"), form_answers(form_fields(scene))
    scene.go_to(moment(booking["attributes"]["start_date"]) + scene.expires_after())
    scene.same("AN-S02", scene.status("AN-S02", booking), "expired", "the status of who did not come")
    personalize(scene, booking, given).refused("AN-F06", *_NOT_ALLOWED)
    scene.same("AN-F06", _kept(scene, "AN-F06", booking), {}, "the answers afterwards")


@LAWS.law("AN-F07", "AN-F10")
def an_email_is_an_address(scene: AnnyScene) -> None:
    fields = form_fields(scene)
    booking = scene.ordered(kind="form")
    longest = "a" * (_LONGEST_ADDRESS - len("@example.com")) + "@example.com"
    for address in ("nobody", "nobody@example", "no body@example.com", "", f"a{longest}"):
        answer = personalize(scene, booking, {**form_answers(fields), "email": address})
        refused_at(scene, "AN-F07", answer, pointer="/email")
        _nothing_is_kept(scene, "AN-F10", booking)
    personalize(scene, booking, {**form_answers(fields), "email": longest}).ok("AN-F07", 200)


@LAWS.law("AN-F08", "AN-F09")
def a_participant_answers_for_themselves(scene: AnnyScene) -> None:
    fields = form_fields(scene)
    booking = scene.joined(scene.ordered(kind="form"), can_edit=True)
    mine, theirs = form_answers(fields), form_answers(fields, 1)
    personalize(scene, booking, theirs, by=PARTICIPANT).ok("AN-F09", 200)
    name = scene.seen("AN-F08", booking, by=PARTICIPANT)["meta"]["personalization_name"]
    scene.same("AN-F08", name, _name_of(scene, PARTICIPANT), "personalization_name of whom nobody has named")
    scene.same("AN-F09", _kept(scene, "AN-F09", booking), {}, "the customer's answers")
    scene.same("AN-F09", _kept(scene, "AN-F09", booking, by=PARTICIPANT), theirs, "the participant's answers")
    personalize(scene, booking, mine).ok("AN-F09", 200)
    scene.same("AN-F09", _kept(scene, "AN-F09", booking), mine, "the customer's answers afterwards")
    scene.same("AN-F09", _kept(scene, "AN-F09", booking, by=PARTICIPANT), theirs, "the participant's afterwards")


@LAWS.law("AN-F12")
def a_participant_answers_who_may_and_has_accepted(scene: AnnyScene) -> None:
    given = form_answers(form_fields(scene))
    slots = scene.day("form", "room")
    booking = scene.invited(scene.ordered(slots[1], kind="form"), can_edit=True)
    plain = scene.joined(scene.ordered(slots[4], kind="form"), can_edit=False)
    for each in (booking, plain):
        before = scene.seen("AN-F12", each, by=PARTICIPANT)
        personalize(scene, each, given, by=PARTICIPANT).refused("AN-F12", 403, "unauthorized")
        scene.stays("AN-F12", before, by=PARTICIPANT)
    scene.accept(booking).ok("AN-I01", 200)
    personalize(scene, booking, given, by=PARTICIPANT).ok("AN-F12", 200)


@LAWS.law("AN-F11")
def email_answers_what_asks_for_an_address(scene: AnnyScene) -> None:
    fields = form_fields(scene)
    asking = [field["id"] for field in fields if field["required"] and field["type"] == "email"]
    if not asking:
        raise NotApplicable("the form does not have to be answered with an address")
    slots = scene.day("form", "room")
    mandatory = form_answers([field for field in fields if field["required"]])
    given = {name: value for name, value in mandatory.items() if name not in asking}
    address = "else@example.com"
    (booking,) = bookings_in(scene.submitted(slots[1]))
    personalize(scene, booking, {**given, "email": address}).ok("AN-F11", 200)
    kept = scene.seen("AN-F11", booking)["attributes"]["custom_entry_map"]
    scene.same("AN-F11", {kept[name]["value"] for name in asking}, {address}, "what answers the address")
    scene.same("AN-F11", {*kept}, {*mandatory}, "the fields that are answered")
    (another,) = bookings_in(scene.submitted(slots[4]))
    personalize(scene, another, {**form_answers(fields), "email": address}).ok("AN-F11", 200)
    kept = scene.seen("AN-F11", another)["attributes"]["custom_entry_map"]
    own = {_ANSWERS["email"]}
    scene.same("AN-F11", {kept[name]["value"] for name in asking}, own, "what answers it beside an answer of its own")
