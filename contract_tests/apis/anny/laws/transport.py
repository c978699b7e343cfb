"""What HTTP is about: paths, methods, media types, sizes, the envelope of refusals."""

from typing import Any

from contract_tests.apis.anny.looking import is_free, reads
from contract_tests.apis.anny.scene import BODIES, IDS, JSON_API, NOBODY, AnnyScene, Json, Slot, bookings_in, order_id
from contract_tests.laws.law import Laws
from contract_tests.laws.probes import Probe, probes, takes_a_body
from contract_tests.laws.transport import (
    MEBIBYTE,
    refuses_large_bodies,
    refuses_media_types,
    refuses_other_methods,
    refuses_paths,
)
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import MAIN, OTHER
from contract_tests.scenes.sending import NO_BODY

__all__ = ["LAWS"]

LAWS = Laws("transport")

_WRONG_TYPE = (415, "unsupported_media_type")
_TOO_LARGE = (413, "payload_too_large")
_MEMBERS = {"status", "code", "title", "detail"}
_OPTIONAL = {"source", "meta"}
_PLAIN = {"Accept": "application/json"}


def _tells(scene: AnnyScene, answer: Answer) -> None:
    """The refusal says of each error all that is said of one, whatever stands beside it."""
    body = answer.json
    errors = body.get("errors") or [{}] if isinstance(body, dict) else [{}]
    holds = all(
        error.get("status") == str(answer.status)
        and all(isinstance(error.get(name), str) and error[name] for name in _MEMBERS)
        for error in errors
    )
    wanted = f"errors with status {str(answer.status)!r}, code, title and detail"
    scene.expect("AN-H05", holds, wanted, answer.exchange.came(), answer)


def _enveloped(scene: AnnyScene, rule: str, answer: Answer) -> None:
    body = answer.json
    holds = isinstance(body, dict) and body.keys() == {"errors"} and len(body["errors"]) == 1
    error = body["errors"][0] if holds else {}
    holds = holds and _MEMBERS <= error.keys() <= _MEMBERS | _OPTIONAL and error["status"] == str(answer.status)
    holds = holds and all(isinstance(error[name], str) and error[name] for name in _MEMBERS)
    wanted = f"one error with status {str(answer.status)!r}, code, title and detail, and nothing else"
    scene.expect(rule, holds, wanted, answer.exchange.came(), answer)


def _kind(answer: Answer) -> str:
    return answer.headers.get("content-type", "").partition(";")[0]


def _with_bodies(scene: AnnyScene) -> list[Probe]:
    return scene.probes(only=takes_a_body, bodies=BODIES)


def _booking(scene: AnnyScene, body: Any) -> Probe:
    bodies = {"bookInstantly": body}
    (probe,) = probes(scene.contract, IDS, only=lambda operation: operation.id == "bookInstantly", bodies=bodies)
    return probe


def _refusals(scene: AnnyScene) -> list[Probe]:
    """Each is refused for another reason, whoever sends it."""
    return [
        *scene.probes(only=lambda operation: "{" in operation.path, bodies=BODIES),
        *(
            probe
            for probe in _with_bodies(scene)
            if probe.operation.id in ("bookInstantly", "createWebhookSubscription")
        ),
        *(probe.broken() for probe in _with_bodies(scene)),
        *scene.probes(only=lambda operation: operation.id in ("getBookingByNumber", "listAvailabilityStarts")),
    ]


@LAWS.law("AN-H01")
def a_path_outside_the_document_is_not_found(scene: AnnyScene) -> None:
    paths = ("/nowhere", "/bookings/", "/Bookings", f"/bookings/{IDS['bookingId']}/nowhere", "/order/bookings/all", "/")
    refuses_paths(scene, "AN-H01", paths, 404, "not_found", look=lambda answer: _enveloped(scene, "AN-H01", answer))


@LAWS.law("AN-H02")
def a_method_that_a_path_does_not_have_is_refused_with_those_it_has(scene: AnnyScene) -> None:
    refuses_other_methods(scene, "AN-H02", IDS, 405, "method_not_allowed")


@LAWS.law("AN-H03")
def a_body_of_another_media_type_is_refused_and_not_read(scene: AnnyScene) -> None:
    slot = scene.slot()
    wrong = ("application/json", "text/plain", "application/x-www-form-urlencoded")
    refuses_media_types(scene, "AN-H03", _with_bodies(scene), wrong, *_WRONG_TYPE)
    booking = _booking(scene, slot.body)
    for media_type in (*wrong, "text/json", "application/vnd.api"):
        answer = booking.send(scene, headers={"Content-Type": media_type}, title=f"book as {media_type}")
        answer.refused("AN-H03", *_WRONG_TYPE)
    is_free(scene, "AN-H03", slot)
    booking.send(scene, title=f"book as {JSON_API}").ok("AN-H03", 201)


@LAWS.law("AN-H04")
def a_body_of_more_than_a_mebibyte_is_refused_and_not_read(scene: AnnyScene) -> None:
    slot = scene.slot()
    refuses_large_bodies(scene, "AN-H04", _with_bodies(scene), MEBIBYTE, *_TOO_LARGE)
    booking = _booking(scene, slot.body)
    booking.padded(MEBIBYTE + 1).send(scene, title="book with a large body").refused("AN-H04", *_TOO_LARGE)
    is_free(scene, "AN-H04", slot)
    booking.padded(MEBIBYTE).send(scene, title="book with a body of one mebibyte").ok("AN-H04", 201)


@LAWS.law("AN-H05", "AN-H06", "AN-H10")
def every_refusal_has_the_same_form_whatever_is_accepted(scene: AnnyScene) -> None:
    slot = scene.slot()
    canceled = scene.canceled(slot)
    booked = scene.booked(slot)
    accepts: tuple[dict[str, str], ...] = ({}, {"Accept": JSON_API}, _PLAIN, {"Accept": "text/html"}, {"Accept": "*/*"})
    for number, headers in enumerate(accepts):
        probes_of_all = [*scene.probes(bodies=BODIES)], _refusals(scene)
        nobodys, mine = (each if headers in ({}, _PLAIN) else each[::7] for each in probes_of_all)
        refusals = [
            *(probe.send(scene, by=NOBODY, headers=headers) for probe in nobodys),
            *(probe.send(scene, headers=headers) for probe in mine),
            scene.send("GET", "/nowhere", by=MAIN, headers=headers),
            scene.send("PUT", "/bookings", by=MAIN, headers=headers),
            _booking(scene, slot.body).send(scene, headers={**headers, "Content-Type": "text/plain"}),
            _booking(scene, slot.body).send(scene, by=OTHER, headers=headers),
            scene.call("getBooking", bookingId=booked["id"], by=OTHER, headers=headers),
            scene.call("cancelBooking", bookingId=canceled["id"], headers=headers),
            scene.call("listBookings", query={"include": "nothing"}, headers=headers),
        ]
        if not number:
            refusals.append(_booking(scene, slot.body).padded(MEBIBYTE + 1).send(scene))
        for answer in refusals:
            scene.expect("AN-H05", not answer.is_success, "a refusal", answer.exchange.came(), answer)
            scene.same("AN-H06", _kind(answer), JSON_API, "the content type", answer)
            _tells(scene, answer)
            _enveloped(scene, "AN-H10", answer)


@LAWS.law("AN-H07")
def a_head_changes_nothing(scene: AnnyScene) -> None:
    slot = scene.slot("paid")
    booking = scene.ordered(slot)
    scene.moved("AN-R01", booking, **slot.later(minutes=120).span)
    edited = scene.seen("AN-H07", booking)
    order = scene.order("AN-H07", booking)
    cart = scene.held(scene.slot(where="other_room"))
    for path in (
        f"/bookings/{booking['id']}/cancel-edit-booking",
        f"/bookings/{booking['id']}/cancel",
        "/order/bookings/delete-all",
    ):
        scene.send("HEAD", path, by=MAIN, title=f"HEAD of {path}")
    scene.stays("AN-H07", edited)
    scene.same("AN-H07", scene.order("AN-H07", booking), order, "the order read afterwards")
    scene.same("AN-H07", bookings_in(scene.order("AN-H07", cart)), bookings_in(cart), "what is in the cart")
    scene.revert(booking).ok("AN-H07", 200)


@LAWS.law("AN-H08")
def a_refusal_has_one_code_in_all_languages(scene: AnnyScene) -> None:
    for probe in _refusals(scene):
        codes = {
            (answer.status, answer.code)
            for language in ("en", "de-DE,de;q=0.9")
            for answer in [probe.send(scene, headers={"Accept-Language": language})]
        }
        (known,) = sorted(codes, key=str)[:1]
        scene.same("AN-H08", codes, {known}, f"what {probe.operation.id} answers in two languages")


@LAWS.law("AN-H09")
def answers_are_json_api_unless_something_else_is_asked_for(scene: AnnyScene) -> None:
    booking, free = scene.paid(), scene.slot(where="other_room")
    asked = {**reads(scene, booking), "getCancellationPreview": {"bookingId": booking["id"]}}
    for accept in (None, JSON_API, f"{JSON_API}, application/json;q=0.5"):
        headers = {"Accept": accept} if accept else {}
        for operation, parameters in asked.items():
            answer = scene.call(operation, headers=headers, title=f"{operation}, accepting {accept}", **parameters)
            scene.same("AN-H09", _kind(answer.ok("AN-H09", 200)), JSON_API, "the content type", answer)
    for number, accept in enumerate((None, JSON_API, "application/json")):
        headers = {"Accept": accept} if accept else {}
        _write(scene, headers, booking, free.later(minutes=120 * number), scene.choice(number + 1, 0))


def _write(scene: AnnyScene, headers: Json, booking: Json, free: Slot, choices: list[Json]) -> None:
    """Whatever a write accepts, its answer is a document."""

    def post(operation: str, body: Any = NO_BODY, **places: Any) -> None:
        answer = scene.call(operation, body, headers=headers, title=f"{operation} with {headers}", **places)
        got = (_kind(answer.ok("AN-H09")), isinstance(answer.json["data"].get("attributes"), dict))
        scene.same("AN-H09", got, (JSON_API, True), "the content type, and whether there are attributes", answer)

    number = {"bookingId": booking["id"]}
    post("editParticipants", {"participants": []}, **number)
    post("editServiceOptions", {"addons": choices}, **number)
    scene.lean_on("AN-R03")  # it stays where it stands
    post("editBookingBaseData", {"end_date": booking["attributes"]["end_date"]}, **number)
    post("payOrder", orderId=order_id(booking))
    post("bookInstantly", free.body)
    post("addToCart", free.later(minutes=60).body)
    post("submitOrder", {"accept_terms": True})
