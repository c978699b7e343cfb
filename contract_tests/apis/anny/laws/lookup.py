"""Looking a booking up: by its number, which shows little, or by what proves more."""

from typing import Any

from contract_tests.apis.anny.scene import NOBODY, AnnyScene, Json, bookings_in, included, people_in
from contract_tests.laws.law import Laws
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import MAIN, OTHER

__all__ = ["LAWS"]

LAWS = Laws("lookup")

_INVALID = (422, "validation_error")
_UNAUTHORIZED = (403, "unauthorized")
_NOT_FOUND = (404, "not_found")
_SECRETS = ("code", "customer_note", "custom_entry_map")
_NOTE = "by the window"
_PATHS = (
    "resource.parent", "service.custom_forms.custom_fields", "service.add_ons", "order", "customer",
    "booking_add_ons.add_on", "booking_participants", "series_bookings", "cancellation_policy",
)  # fmt: skip


def _booking(scene: AnnyScene) -> Json:
    """With a note, and with somebody invited."""
    order = scene.submitted(scene.slot(), customer_note=_NOTE)
    (number,) = bookings_in(order)
    scene.invite(number, {"email": f"{scene.word()}@example.com", "name": "Some Body"}).ok("AN-G01", 200)
    return scene.seen("AN-B11", number)


def _whole(scene: AnnyScene, rule: str, answer: Answer, booking: Json) -> None:
    """Everything has to be there that the customer reads."""
    shown = answer.ok(rule, 200).json["data"]
    got = {name: shown["attributes"].get(name, "missing") for name in _SECRETS}
    scene.same(rule, got, {name: booking["attributes"][name] for name in _SECRETS}, "what only some see", answer)
    customer = shown["relationships"]["customer"]["data"]
    scene.same(rule, customer, booking["relationships"]["customer"]["data"], "the customer", answer)
    addresses = [each["attributes"]["email"] for each in people_in(answer)]
    scene.expect(rule, bool(addresses) and all(addresses), "the participants' addresses", addresses, answer)


def _bare(scene: AnnyScene, rule: str, answer: Answer) -> None:
    """Nothing may be there that a number does not prove."""
    shown = answer.ok(rule, 200).json["data"]
    told = [name for name in _SECRETS if shown["attributes"].get(name)]
    scene.same(rule, told, [], "the secrets that are told", answer)
    present = [name for name in _SECRETS if name in shown["attributes"]]
    scene.same(rule, present, [], "the members that are there", answer)
    scene.same(rule, shown["relationships"]["customer"]["data"], None, "the customer", answer)
    addresses = [each["attributes"]["email"] for each in people_in(answer)]
    scene.expect(rule, bool(addresses) and not any(addresses), "participants without an address", addresses, answer)


@LAWS.law("AN-L01", "AN-L04")
def a_number_and_a_code_find_the_booking(scene: AnnyScene) -> None:
    booking = _booking(scene)
    scene.booked(scene.slot(where="other_room"))
    by_what: tuple[tuple[str, Json], ...] = (
        ("AN-L01", {"number": booking["attributes"]["number"]}),
        ("AN-L04", {"code": booking["attributes"]["code"]}),
    )
    for rule, known in by_what:
        for by in (NOBODY, MAIN, OTHER):
            answer = scene.by_number(by=by, **known).ok(rule, 200)
            scene.same(rule, answer.json["data"]["id"], booking["id"], "the booking that is found", answer)
            number = answer.json["data"]["attributes"]["number"]
            scene.same(rule, number, booking["attributes"]["number"], "its number", answer)


@LAWS.law("AN-L02", "AN-L03")
def a_number_of_nothing_finds_nothing(scene: AnnyScene) -> None:
    attributes = _booking(scene)["attributes"]
    unknown: tuple[Json, ...] = (
        {"number": "BB99999999"},
        {"number": attributes["number"][:-1]},
        {"number": attributes["code"]},
        {"code": "A" * 16},
        {"code": attributes["number"]},
    )
    for known in unknown:
        for by in (NOBODY, MAIN):
            scene.by_number(by=by, **known).refused("AN-L02", *_NOT_FOUND)
    for wrong in ({}, {"number": attributes["number"], "code": attributes["code"]}):
        scene.by_number(**wrong).refused("AN-L03", *_INVALID)


@LAWS.law("AN-L05", "AN-L08")
def a_number_alone_shows_little(scene: AnnyScene) -> None:
    booking = _booking(scene)
    known = {"number": booking["attributes"]["number"], "include": "booking_participants"}
    alone = scene.by_number(**known)
    _bare(scene, "AN-L05", alone)
    stranger = scene.by_number(by=OTHER, **known)
    _bare(scene, "AN-L08", stranger)
    scene.same("AN-L08", stranger.json, alone.json, "what a stranger's token shows", alone, stranger)


@LAWS.law("AN-L05", "AN-L08")
def what_is_sent_along_shows_as_little(scene: AnnyScene) -> None:
    plain, master = _booking(scene), scene.given("recurring_master")
    known = scene.read(master, include="series_bookings").ok("AN-B11", 200)
    dates = included(known, "bookings")
    secrets = [_NOTE, scene.address(), *(each["attributes"]["code"] for each in (plain, known.json["data"], *dates))]
    everything = ",".join(_PATHS)
    for booking in (plain, known.json["data"], dates[0]):
        for rule, by, paths in (("AN-L05", NOBODY, (everything, *_PATHS)), ("AN-L08", OTHER, (everything,))):
            for path in paths if booking is dates[0] else paths[:1]:
                answer = scene.by_number(by=by, number=booking["attributes"]["number"], include=path).ok(rule, 200)
                text = answer.exchange.content.decode()
                told = [secret for secret in secrets if secret in text]
                scene.same(rule, told, [], f"the secrets that are told with include={path}", answer)
                shown = [answer.json["data"], *included(answer, "bookings")]
                present = sorted({name for each in shown for name in _SECRETS if name in each["attributes"]})
                scene.same(rule, present, [], f"the members that are there with include={path}", answer)
                customers = [each["relationships"]["customer"]["data"] for each in shown]
                scene.same(rule, customers, [None] * len(shown), "the customers", answer)


@LAWS.law("AN-L06")
def a_code_a_terminal_and_the_customer_see_everything(scene: AnnyScene) -> None:
    booking = _booking(scene)
    number, code = booking["attributes"]["number"], booking["attributes"]["code"]
    people: Any = {"include": "booking_participants"}
    _whole(scene, "AN-L06", scene.by_number(code=code, **people), booking)
    _whole(scene, "AN-L06", scene.by_number(by=OTHER, code=code, **people), booking)
    _whole(scene, "AN-L06", scene.by_number(by=MAIN, number=number, **people), booking)
    terminal = scene.profile.want("inventory.terminal", "nobody knows the hash of a terminal")
    _whole(scene, "AN-L06", scene.by_number(number=number, hash=terminal, **people), booking)


@LAWS.law("AN-L07")
def a_hash_that_is_no_terminals_is_refused(scene: AnnyScene) -> None:
    attributes = _booking(scene)["attributes"]
    wrong = f"contract-test-{scene.word()}"
    for by in (NOBODY, MAIN):
        scene.by_number(by=by, number=attributes["number"], hash=wrong).refused("AN-L07", *_UNAUTHORIZED)
        scene.by_number(by=by, code=attributes["code"], hash=wrong).refused("AN-L07", *_UNAUTHORIZED)


@LAWS.law("AN-L09")
def who_has_no_rights_may_ask_for_more_and_gets_nothing(scene: AnnyScene) -> None:
    number = _booking(scene)["attributes"]["number"]
    for path in ("customer", "order", "customer,order"):
        for by in (NOBODY, OTHER):
            answer = scene.by_number(by=by, number=number, include=path).ok("AN-L09", 200)
            sent = [*included(answer, "customers"), *included(answer, "orders")]
            scene.same("AN-L09", sent, [], "what is sent along", answer)
