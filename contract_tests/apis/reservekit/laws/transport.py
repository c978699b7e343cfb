"""What HTTP is about: paths, methods, media types, sizes, the envelope of refusals."""

from functools import partial
from typing import Any

from contract_tests.apis.reservekit.laws.standing import Standing
from contract_tests.apis.reservekit.scene import IDS, ReserveKitScene
from contract_tests.laws.law import Laws
from contract_tests.laws.probes import probes, takes_a_body
from contract_tests.laws.transport import (
    MEBIBYTE,
    methods_of,
    refuses_media_types,
    refuses_other_methods,
    refuses_paths,
)
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import MAIN

__all__ = ["LAWS"]

LAWS = Laws("transport")

_WRONG_TYPE = (415, "Content-Type must be application/json")
_NO_METHOD = (405, "method not allowed")
_TOO_LARGE = (413, "request body is too large")
_PAGE = {"page": 1, "page_size": 10}


def _enveloped(scene: ReserveKitScene, rule: str, answer: Answer) -> None:
    body = answer.json
    holds = isinstance(body, dict) and body.keys() == {"data", "error"} and body["data"] is None
    holds = holds and isinstance(body["error"], str) and bool(body["error"])
    wanted = '{"data": null, "error": "..."} and nothing else'
    scene.expect(rule, holds, wanted, answer.exchange.came(), answer)


@LAWS.law("RK-H01")
def a_path_outside_the_document_is_not_found(scene: ReserveKitScene) -> None:
    service_id = scene.slot().service_id
    paths = (
        "/nowhere",
        "/services/",
        "/Services",
        f"/services/{service_id}/nowhere",
        f"/services/{service_id}/bookings",
    )
    refuses_paths(scene, "RK-H01", paths, 404, "not found", look=lambda answer: _enveloped(scene, "RK-H01", answer))
    for path in paths:
        scene.send("GET", path, by="", title=f"read {path} without a key").refused("RK-H01", 404, "not found")


@LAWS.law("RK-H02")
def a_method_that_a_path_does_not_have_is_refused_with_those_it_has(scene: ReserveKitScene) -> None:
    refuses_other_methods(scene, "RK-H02", IDS, *_NO_METHOD)
    for path in methods_of(scene):
        scene.send("PUT", path, by="", title=f"PUT {path} without a key").refused("RK-H02", *_NO_METHOD)


@LAWS.law("RK-H03")
def a_body_of_another_media_type_is_refused_and_not_read(scene: ReserveKitScene) -> None:
    stand = Standing.made(scene)
    wrong = ("text/plain", "application/x-www-form-urlencoded", "application/vnd.api+json", "text/json")
    refuses_media_types(scene, "RK-H03", stand.probes(only=takes_a_body), wrong, *_WRONG_TYPE)
    all_wrong = [probe.broken() for probe in probes(scene.contract, dict.fromkeys(IDS, "nothing"), only=takes_a_body)]
    refuses_media_types(scene, "RK-H03", all_wrong, wrong[:1], *_WRONG_TYPE)
    stand.stays("RK-H03")
    with_charset = {"Content-Type": "application/json; charset=utf-8"}
    for probe in stand.probes(only=takes_a_body):
        probe.send(scene, headers=with_charset, title=f"{probe.operation.id} as JSON in UTF-8").ok("RK-H03")


@LAWS.law("RK-H04")
def a_body_of_more_than_a_mebibyte_is_refused_and_not_read(scene: ReserveKitScene) -> None:
    stand = Standing.made(scene)
    for probe in stand.probes(only=takes_a_body):
        for each in (probe, probe.broken()):
            title = f"{probe.operation.id} with {MEBIBYTE + 1} bytes"
            each.padded(MEBIBYTE + 1).send(scene, title=title).refused("RK-H04", *_TOO_LARGE)
    stand.stays("RK-H04")
    for probe in stand.probes(only=takes_a_body):
        probe.padded(MEBIBYTE).send(scene, title=f"{probe.operation.id} with {MEBIBYTE} bytes").ok("RK-H04")


@LAWS.law("RK-H05")
def every_refusal_has_the_same_two_members(scene: ReserveKitScene) -> None:
    slot, other = scene.service(1, 1)
    cancelled = scene.cancelled(other)
    booked = scene.booked(slot)
    (no_type,) = scene.probes(only=lambda operation: operation.id == "createBooking")
    refusals = [
        *(probe.send(scene, by="", title=f"{probe.operation.id} without a key") for probe in scene.probes()),
        *(probe.send(scene) for probe in scene.probes() if probe.operation.id != "listServices"),
        scene.send("GET", "/nowhere", by=MAIN),
        scene.send("PUT", "/bookings", by=MAIN),
        no_type.broken().send(scene, title="book with broken JSON"),
        no_type.send(scene, headers={"Content-Type": "text/plain"}, title="book as text"),
        no_type.padded(MEBIBYTE + 1).send(scene, title="book with a large body"),
        scene.book(slot, title="book a full slot"),
        scene.change(cancelled, status="pending"),
        scene.change(booked, status="cancelled"),
        scene.change_service(slot.service_id, timezone="Nowhere/Nothing"),
    ]
    for answer in refusals:
        scene.expect("RK-H05", not answer.is_success, "a refusal", answer.exchange.came(), answer)
        _enveloped(scene, "RK-H05", answer)
        kind = answer.headers.get("content-type", "").partition(";")[0]
        scene.expect("RK-H05", kind == "application/json", "a refusal in application/json", kind, answer)


@LAWS.law("RK-H06")
def a_read_with_a_content_type_and_no_body_is_answered_as_without(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    booking = scene.booked(slot)
    reads: tuple[tuple[str, dict[str, Any]], ...] = (
        ("listBookings", {"service_id": slot.service_id, **_PAGE}),
        ("getBooking", {"bookingID": booking["id"]}),
        ("getBookingCustomer", {"bookingID": booking["id"]}),
        ("getService", {"serviceID": slot.service_id}),
        ("listServiceTimeSlots", {"serviceID": slot.service_id}),
        ("listTimeSlots", {"service_id": slot.service_id}),
        ("listServices", _PAGE),
        ("getHealth", {}),
    )
    for operation_id, parameters in reads:
        ask = partial(scene.call, operation_id, **parameters)
        with_type = {"headers": {"Content-Type": "application/json"}, "title": f"{operation_id} with a content type"}
        without, answer = scene.steady(ask, partial(ask, **with_type))
        got = (answer.status, answer.json)
        scene.same("RK-H06", got, (without.status, without.json), "the answer", without, answer)
        answer.ok("RK-H06", 200)


@LAWS.law("RK-H07")
def anybody_may_ask_for_its_health(scene: ReserveKitScene) -> None:
    header, _ = scene.contract.credential
    credentials = (None, "Bearer contract-test-key-that-nobody-issued", "no scheme at all, and commas")
    answers = [
        scene.call("getHealth", by="", headers={header: sent} if sent else {}, title=f"health with {sent or 'no key'}")
        for sent in credentials
    ]
    answers.append(scene.call("getHealth", title="health with a good key"))
    if scene.has("revoked"):
        answers.append(scene.call("getHealth", by="revoked", title="health with a revoked key"))
    for answer in answers:
        body = answer.ok("RK-H07", 200).json
        holds = isinstance(body, dict) and {"status", "env", "version"} <= body.keys()
        scene.expect("RK-H07", holds, "status, env and version", answer.exchange.came(), answer)
