"""What HTTP is about: paths, methods, media types, sizes, the id of a request, the envelope of refusals."""

import re
from collections.abc import Iterator
from functools import partial

from contract_tests.apis.bardge.laws.whole import Whole
from contract_tests.apis.bardge.scene import DISABLED, IDS, NOTHING, BardgeScene
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
from contract_tests.scenes.sending import NO_BODY

__all__ = ["LAWS"]

LAWS = Laws("transport")

_WRONG_TYPE = (415, "unsupported_media_type")
_TOO_LARGE = (413, "payload_too_large")
_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "invalid_request_error",
}
_REQUEST_ID = re.compile(r"req_[0-9a-f]{32}")
_JSON = "application/json"
_NOT_FOUND = 404
_NOT_ACCEPTABLE = 406
_LAST = ("confirmSpaBooking", "rescheduleBooking", "cancelBooking", "updateLookupEnabled")
_KINDS = {
    "listPasses": "pass", "listProvidersForPass": "provider", "listProviders": "provider", "listClasses": "class",
    "listProviderClasses": "class", "listClassCategories": "class_category", "listClientBookings": "booking",
    "listGymCopayOptions": "copay_option", "listCreditPackages": "credit_package", "listIssuers": "issuer",
}  # fmt: skip
"""Of what is in a list."""

_OBJECTS = {
    "issuePass": "issued_pass", "updateIssuedPass": "issued_pass", "getIssuedPass": "issued_pass",
    "updateIssuedPassExpiry": "issued_pass", "listProviderServices": "provider",
    "getProviderAvailability": "availability", "generateAccessCode": "access_code", "confirmAccessCode": "access_code",
    "getClass": "class", "initiateClassBooking": "class_booking_initiation",
    "initiateSpaBooking": "spa_booking_initiation", "confirmSpaBooking": "booking", "getBookingStatus": "booking_status",
    "cancelBooking": "booking", "rescheduleBooking": "booking", "quoteSpaCopay": "spa_copay_quote",
    "purchaseGymCopay": "gym_copay_purchase", "purchaseSpaCopay": "spa_copay_purchase",
    "purchaseCopay": "copay_purchase", "purchaseCredits": "credit_purchase", "initiateLookup": "lookup",
    "updateLookupEnabled": "lookup_enabled", "getClient": "client", "createPasscode": "passcode",
} | dict.fromkeys(_KINDS, "list")  # fmt: skip


@LAWS.law("BG-H01")
def a_path_outside_the_document_is_not_found(scene: BardgeScene) -> None:
    paths = ("/nowhere", "/passes/", "/Passes", "/bookings", f"/providers/{NOTHING}", "/access_codes", "/issued-passes")
    refuses_paths(
        scene, "BG-H01", paths, 404, "resource_not_found", look=lambda answer: _enveloped(scene, "BG-H01", answer)
    )


@LAWS.law("BG-H02", "BG-H13")
def a_method_that_a_path_does_not_have_is_refused_with_those_it_has(scene: BardgeScene) -> None:
    refuses_other_methods(
        scene,
        "BG-H02",
        IDS,
        405,
        "method_not_allowed",
        look=lambda answer: scene.error("BG-H13", answer, 405, "invalid_request_error", "method_not_allowed"),
    )


@LAWS.law("BG-H03", "BG-H13")
def a_body_of_another_media_type_is_refused_and_not_read(scene: BardgeScene) -> None:
    whole = Whole(scene)
    before = whole.seen()
    wrong = ("application/x-www-form-urlencoded", "text/json")
    refuses_media_types(scene, "BG-H03", whole.probes(takes_a_body), wrong, *_WRONG_TYPE)
    for probe in _all_wrong(scene):
        answer = probe.send(scene, headers={"Content-Type": "text/plain"}, title=f"{probe.operation.id} as text")
        scene.error("BG-H13", answer, 415, "invalid_request_error", "unsupported_media_type")
        answer = probe.send(scene, headers={"Content-Type": "application/json; charset=utf-8"})
        scene.expect("BG-H03", answer.status != _WRONG_TYPE[0], "JSON with a charset is JSON", answer.status, answer)
    scene.same("BG-H03", whole.seen(), before, "the client, the passes and the bookings read afterwards")
    (renew,) = whole.probes(lambda operation: operation.id == "createPasscode")
    for media_type in ("application/json; charset=utf-8", "Application/JSON"):
        answer = renew.send(scene, headers={"Content-Type": media_type}, title=f"a body as {media_type}")
        answer.ok("BG-H03", 201)


@LAWS.law("BG-H04", "BG-H13")
def a_body_of_more_than_a_mebibyte_is_refused_and_not_read(scene: BardgeScene) -> None:
    whole = Whole(scene)
    before = whole.seen()
    refuses_large_bodies(scene, "BG-H04", _all_wrong(scene), MEBIBYTE, *_TOO_LARGE)
    for probe in whole.probes(takes_a_body):
        answer = probe.padded(MEBIBYTE + 1).send(scene, title=f"{probe.operation.id} with a large body")
        scene.error("BG-H13", answer, 413, "invalid_request_error", "payload_too_large")
    scene.same("BG-H04", whole.seen(), before, "the client, the passes and the bookings read afterwards")


def _all_wrong(scene: BardgeScene) -> list[Probe]:
    """Those with a body: neither that nor what stands in the path is good, but type and size come first."""
    wrong = probes(scene.contract, dict.fromkeys(IDS, "no id!"), only=takes_a_body)
    return [probe.broken() for probe in wrong]


@LAWS.law("BG-H05", "BG-H06", "BG-H07", "BG-H08", "BG-H09", "BG-H10", "BG-H13")
def every_answer_has_an_id_of_its_own_and_every_refusal_one_envelope(scene: BardgeScene) -> None:
    seen: set[str] = set()
    statuses = set()
    for answer in (*_successes(scene), *_refusals(scene)):
        request_id = answer.headers.get("bardge-request-id", "")
        scene.expect("BG-H05", bool(request_id), "a header Bardge-Request-Id", "none", answer)
        matches = bool(_REQUEST_ID.fullmatch(request_id))
        scene.expect("BG-H06", matches, "req_ and 32 hexadecimal digits", request_id, answer, leaned_on=False)
        is_new = request_id not in seen
        scene.expect("BG-H06", is_new, "an id that was not given before", request_id, answer, leaned_on=False)
        seen.add(request_id)
        _is_json(scene, answer)
        if answer.is_success:
            continue
        error = _enveloped(scene, "BG-H07", answer)
        scene.same("BG-H08", error["request_id"], request_id, "request_id of the error", answer, leaned_on=False)
        reused = error["code"] == "idempotency_key_reused"
        statuses.add((answer.status, reused))
        types = {**_TYPES, 409: "idempotency_error" if reused else "resource_conflict_error"}
        if answer.status in types:
            rule = "BG-H13" if answer.status == _NOT_FOUND else "BG-H09"
            scene.same(rule, error["type"], types[answer.status], f"the type of {error['code']}", answer)
    wanted_statuses = {(400, False), (401, False), (403, False), (404, False), (409, False), (409, True)}
    scene.expect("BG-H09", wanted_statuses <= statuses, "refusals with every status", sorted(statuses))


@LAWS.law("BG-H14")
def whatever_is_accepted_a_refusal_is_json(scene: BardgeScene) -> None:
    for probe in scene.probes():
        answer = probe.send(scene, headers={"Accept": "text/html"}, title=f"{probe.operation.id} as HTML")
        _is_json(scene, answer, "BG-H14")
        scene.expect("BG-H14", answer.status != _NOT_ACCEPTABLE, "an answer as without Accept", answer.status, answer)


def _is_json(scene: BardgeScene, answer: Answer, rule: str = "BG-H10") -> None:
    came = answer.headers.get("content-type", "").partition(";")[0].strip()
    scene.same(rule, came, _JSON, "the content type", answer)


@LAWS.law("BG-H11", "BG-H14")
def what_is_answered_names_its_kind(scene: BardgeScene) -> None:
    seen = set()
    for answer in _successes(scene, "application/xml"):
        _is_json(scene, answer, "BG-H14")
        assert answer.exchange.operation is not None  # noqa: S101 - those that are are asked for by name
        name = answer.exchange.operation.id
        if not answer.is_success or name == "getClientCredits":
            continue
        seen.add(name)
        scene.same("BG-H11", answer.json.get("object"), _OBJECTS[name], f"object of {name}", answer)
        if name in _KINDS:
            kinds = {each.get("object") for each in answer.json["data"]}
            scene.expect("BG-H11", kinds <= {_KINDS[name]}, f"{_KINDS[name]} in the list", kinds, answer)
        for member, kind in (
            ("instances", "class_instance"),
            ("services", "service"),
            ("copay_options", "copay_option"),
        ):
            if name in ("listProviderServices", "getClass", "generateAccessCode") and member in answer.json:
                kinds = {each.get("object") for each in answer.json[member]}
                scene.expect("BG-H11", kinds <= {kind}, f"{kind} in {member}", kinds, answer)
    scene.same("BG-H11", sorted(set(_OBJECTS) - seen), [], "operations that were not accepted")


@LAWS.law("BG-H12")
def a_refusal_has_its_code_in_every_language(scene: BardgeScene) -> None:
    for probe in scene.probes():
        codes = {
            language: probe.send(
                scene, headers={"Accept-Language": language}, title=f"{probe.operation.id} in {language}"
            ).code
            for language in ("fr-FR", "xx;q=0.1, *")
        }
        plain = probe.send(scene).code
        scene.same("BG-H12", codes, dict.fromkeys(codes, plain), f"the code of {probe.operation.id} by language")


def _enveloped(scene: BardgeScene, rule: str, answer: Answer) -> dict[str, str]:
    body = answer.json
    holds = isinstance(body, dict) and body.keys() == {"error"} and isinstance(body["error"], dict)
    holds = holds and body["error"].keys() == {"type", "code", "message", "request_id"}
    holds = holds and all(isinstance(said, str) and said for said in body["error"].values())
    wanted = "error with type, code, message and request_id, and nothing else"
    scene.expect(rule, holds, wanted, answer.exchange.came(), answer)
    error: dict[str, str] = body["error"]
    return error


def _refusals(scene: BardgeScene) -> Iterator[Answer]:
    """One with each status, and of each operation."""
    for probe in scene.probes():
        yield probe.send(scene, by="", title=f"{probe.operation.id} without a key")
        if "path" in probe.operation.places.values():
            yield probe.send(scene, title=f"{probe.operation.id} of nothing")
        if probe.operation.media_type:
            yield probe.broken().send(scene, title=f"{probe.operation.id} with broken JSON")
            yield probe.send(scene, headers={"Content-Type": "text/plain"}, title=f"{probe.operation.id} as text")
            yield probe.padded(MEBIBYTE + 1).send(scene, title=f"{probe.operation.id} with a large body")
    yield scene.send("GET", "/nowhere")
    yield scene.send("PUT", "/bookings/class")
    yield scene.call("listPasses", query={"limit": "0"}, title="pages of none")
    if scene.has(DISABLED):
        yield scene.call("listPasses", by=DISABLED, title="list as a disabled account")
    first, second = scene.one_class_nearly_full()[:2]
    issued, other = scene.issued(), scene.issued()
    key = scene.word(16)
    scene.book(issued, first, key=key).ok("BG-B01", 201)
    yield scene.book(issued, second, key=key, title="another class with the same key")
    yield scene.book(issued, first, title="the same class again")
    yield scene.book(other, first, title="a class that is full")
    booking = scene.booked(other, second)
    scene.cancel(booking).ok("BG-L34", 200)
    yield scene.cancel(booking)


def _successes(scene: BardgeScene, accept: str = "*/*") -> Iterator[Answer]:
    """Of every operation that needs no code."""
    whole, ask = Whole(scene), partial(scene.call, headers={"Accept": accept})
    session = scene.begun(whole.spa_pass, whole.spa, whole.day, "14:00")["session_id"]
    for operation in scene.contract.operations:
        parameters, body = whole.requests.get(operation.id, (whole.places(operation), {}))
        if operation.id not in _LAST and (operation.reads_only or operation.id in whole.requests):
            yield ask(operation.id, body or NO_BODY, **parameters)
    confirmed = ask("confirmSpaBooking", sessionId=session)
    yield confirmed
    when = {"date": whole.day.isoformat(), "time": "16:00"}
    moved = ask("rescheduleBooking", when, bookingId=confirmed.ok("BG-S20", 201).json["id"])
    yield moved
    yield ask("cancelBooking", bookingId=moved.ok("BG-M13", 201).json["id"])
    yield ask("updateLookupEnabled", {"enabled": False})
