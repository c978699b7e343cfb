"""What HTTP is about: paths, methods, bodies, envelopes, the two base paths."""

import itertools
import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote, urlsplit

from contract_tests.apis.appointments.laws.errands import WRITES, Errands, run_errands
from contract_tests.apis.appointments.refusals import TAKEN
from contract_tests.apis.appointments.scene import CUSTOMER, NOBODY, NOWHERE, SECOND, AppointmentsScene, made_id
from contract_tests.contracts import Operation
from contract_tests.laws import transport
from contract_tests.laws.law import Laws
from contract_tests.laws.probes import Probe, probes, takes_a_body
from contract_tests.profiles import NotApplicable
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import MAIN

__all__ = ["LAWS"]

LAWS = Laws("transport")

_HOUR = timedelta(hours=1)
_LONGER = "/api/v1"


def _is_enveloped(scene: AppointmentsScene, answer: Answer, rule: str = "AP-H05") -> None:
    """It is JSON of the one form that refusals have."""
    said = answer.json
    holds = (
        isinstance(said, dict)
        and isinstance(said.get("error"), dict)
        and isinstance(said["error"].get("message"), str)
        and bool(said["error"]["message"].strip())
        and answer.headers.get("content-type", "").partition(";")[0] == "application/json"
    )
    if rule != "AP-H05":  # which says nothing of what stands beside it
        holds = holds and said.keys() == {"error"} and said["error"].keys() == {"message"}
    scene.expect(rule, holds, '{"error": {"message": "..."}} as application/json', answer.exchange.came(), answer)


@LAWS.law("AP-H01")
def a_path_outside_the_document_is_not_found(scene: AppointmentsScene) -> None:
    paths = [
        "/contract-test-nothing-here",
        "/bookings",
        "/bookings/customers",
        "/bookings/customer/1/more",
        f"/merchants/{quote(scene.slug)}/nothing",
        "/merchant/team/1/nothing",
        "/bookings/customer/",
        "/merchant/customers/",
    ]
    paths = [base + path for base in _bases(scene) for path in paths]
    transport.refuses_paths(
        scene, "AP-H01", paths, 404, "not found", look=lambda answer: _is_enveloped(scene, answer, "AP-H01")
    )
    for path in paths:
        scene.send("GET", path, title=f"read {path} without a token").refused("AP-H01", 404, "not found")


@LAWS.law("AP-H02", "AP-H09")
def a_method_that_a_path_lacks_is_refused_with_those_it_has(scene: AppointmentsScene) -> None:
    ids = {"id": NOWHERE, "merchantName": scene.slug, "locationId": scene.location, "serviceId": scene.service_id}
    refused = (405, "method not allowed")
    transport.refuses_other_methods(scene, "AP-H02", ids, *refused, bases=_bases(scene), allow_rule="AP-H09")
    for path in transport.methods_of(scene):
        filled = path.format_map(ids)
        scene.send("PATCH" if path != "/bookings/merchant/{id}" else "GET", filled).refused("AP-H09", *refused)


@LAWS.law("AP-H03", "AP-H04", "AP-C13")
def only_json_of_at_most_a_mebibyte_is_read(scene: AppointmentsScene) -> None:
    errands = run_errands(scene)
    before = errands.state()
    asked = errands.of(takes_a_body)
    wrong = ("text/plain", "application/x-www-form-urlencoded", "application/jsonp", "multipart/form-data")
    refused = (415, "Content-Type must be application/json")
    by = {name: errands.by(name) for name in errands.probes}
    bases = itertools.cycle(_bases(scene))
    for probe in asked:
        for media_type in wrong:
            title = f"{probe.operation.id} as {media_type}"
            answer = _under(next(bases), probe).send(
                scene, by=by[probe.operation.id], headers={"Content-Type": media_type}, title=title
            )
            answer.refused("AP-H03", *refused)
    worse = [each.broken() for each in errands.elsewhere("x") if takes_a_body(each.operation)]
    for probe in worse:
        answer = probe.send(scene, by=CUSTOMER, headers={"Content-Type": "text/plain"}, title="be wrong altogether")
        answer.refused("AP-C13", *refused)
    scene.same("AP-H03", errands.state(), before, "calendar and customers")
    for probe in (*asked, *worse):
        name = probe.operation.id
        large = probe.padded(transport.MEBIBYTE + 1).send(scene, by=by[name], title=f"{name} with a byte too many")
        large.refused("AP-H04", 413, "request body is too large")
    scene.same("AP-H04", errands.state(), before, "calendar and customers")
    for name in filter(lambda each: takes_a_body(errands.probes[each].operation), WRITES):
        probe = errands.probes[name].padded(transport.MEBIBYTE)
        probe.send(scene, by=by[name], headers={"Content-Type": "application/json; charset=utf-8"}).ok("AP-H04")


@LAWS.law("AP-H05", "AP-H10")
def every_refusal_has_the_one_form(scene: AppointmentsScene) -> None:
    errands = run_errands(scene)
    for probe in errands.probes.values():
        if probe.operation.secured:
            _is_enveloped(scene, probe.send(scene, by="").refused("AP-H05", 401))
        if takes_a_body(probe.operation):
            by = errands.by(probe.operation.id)
            _is_enveloped(scene, replace(probe, content=b"{").send(scene, by=by).refused("AP-H05", 400))
            answer = probe.send(scene, by=by, headers={"Content-Type": "text/plain"}).refused("AP-H10", 415)
            _is_enveloped(scene, answer, "AP-H10")
    for ids in ({"id": NOWHERE}, {"id": NOBODY}, {"id": "abc"}):
        for probe in probes(scene.contract, ids, only=lambda operation: "id" in operation.places):
            answer = replace(probe, content=_content(errands, probe.operation)).send(scene)
            scene.expect("AP-H05", not answer.is_success, "a refusal", answer.exchange.came(), answer)
            _is_enveloped(scene, answer)
    scene.ours("id", NOWHERE)
    _is_enveloped(scene, scene.send("GET", "/contract-test-nothing-here").refused("AP-H10", 404), "AP-H10")
    _is_enveloped(scene, scene.send("PUT", "/merchant/team").refused("AP-H10", 405), "AP-H10")
    _is_enveloped(scene, scene.call("listTeam", by=CUSTOMER).refused("AP-H05", 403))
    _is_enveloped(scene, scene.book(errands.start, by=SECOND).refused("AP-H05", *TAKEN))
    large = errands.probes["createCustomer"].padded(transport.MEBIBYTE + 1)
    _is_enveloped(scene, large.send(scene).refused("AP-H10", 413), "AP-H10")


def _content(errands: Errands, operation: Operation) -> bytes:
    """A body that names nothing that exists."""
    if not operation.media_type:
        return b""
    body = dict(errands.bodies[operation.id])
    body |= {name: NOWHERE for name in ("booking_id",) if name in body}
    body |= {"id": NOBODY if operation.id == "blacklistCustomer" else NOWHERE} if "id" in body else {}
    return json.dumps(body).encode()


@LAWS.law("AP-H06")
def a_write_that_succeeds_has_an_empty_body(scene: AppointmentsScene) -> None:
    errands = run_errands(scene)
    for name in WRITES:
        answer = errands.probes[name].send(scene, by=errands.by(name)).ok("AP-H06")
        scene.same("AP-H06", answer.exchange.content, b"", f"the body of {name}", answer)
    answer = scene.enter(errands.start).ok("AP-H06", 201)
    scene.same("AP-H06", answer.exchange.content, b"", "the body of createMerchantBooking", answer)
    group = scene.group(scene.far_day())
    answer = scene.join(group).ok("AP-H06", 201)
    scene.same("AP-H06", answer.exchange.content, b"", "the body of a join", answer)


def _under(base: str, probe: Probe) -> Probe:
    """The same with *base* before its path."""
    return replace(probe, path=base + probe.path)


def _bases(scene: AppointmentsScene) -> tuple[str, ...]:
    """What may stand before each path, as far as it is known."""
    return ("",) if scene.world.base_url.endswith(_LONGER) else ("", _LONGER)


def _needs_the_shorter(scene: AppointmentsScene) -> None:
    if scene.world.base_url.endswith(_LONGER):
        raise NotApplicable("the target is addressed under the longer base path, so the other one is not known")


@LAWS.law("AP-H07")
def both_base_paths_lead_to_the_same(scene: AppointmentsScene) -> None:
    _needs_the_shorter(scene)
    errands = run_errands(scene)
    for name, probe in errands.probes.items():
        by = errands.by(name)
        if probe.operation.reads_only:
            here = probe.send(scene, by=by, title=name).ok("AP-H07", 200)
            there = _under(_LONGER, probe).send(scene, by=by, title=f"{name} under {_LONGER}").ok("AP-H07", 200)
        else:
            # As a stranger who sends nothing, so that nothing is written.
            bare = replace(probe, content=b"[]" if probe.content else b"")
            here = bare.send(scene, by="" if not probe.content else by, title=name)
            there = _under(_LONGER, bare).send(
                scene, by="" if not probe.content else by, title=f"{name} under {_LONGER}"
            )
        scene.same("AP-H07", (there.status, there.json), (here.status, here.json), f"what {name} says", here, there)
    made = _under(_LONGER, errands.probes["createCustomerBooking"]).send(scene, by=CUSTOMER).ok("AP-H07", 201)
    booking = made_id(made)
    scene.ours("id", booking)
    scene.ours("booking_id", booking)
    scene.read(booking).ok("AP-H07", 200)
    scene.left(booking)
    again = scene.send("GET", f"{_LONGER}/bookings/customer/{booking}", by=CUSTOMER, title="read it there")
    scene.same("AP-H07", again.ok("AP-H07", 200).json["is_cancelled"], True, "is_cancelled under the other", again)


@LAWS.law("AP-H08")
def location_can_be_requested_as_it_stands(scene: AppointmentsScene) -> None:
    _needs_the_shorter(scene)
    errands = run_errands(scene)
    root = urlsplit(scene.world.base_url).path
    creates = ("createCustomerBooking", "createMerchantBooking", "createCustomer", "createBlockedTime")
    for base in ("", _LONGER):
        for name in creates:
            probe = _under(base, errands.probes[name])
            by = errands.by(name)
            answer = probe.send(scene, by=by, title=f"{name} under {base or '/'}").ok("AP-H08", 201)
            location = answer.headers.get("location", "")
            path = probe.operation.path
            wanted = f"{root}{base}{path}/"
            scene.expect("AP-H08", location.startswith(wanted), f"a Location under {wanted}", location, answer)
            _visit(scene, name, location.removeprefix(root), by)


def _visit(scene: AppointmentsScene, created: str, path: str, by: str) -> None:
    """Request what Location said; and take it back, where it takes time."""
    if created in ("createCustomerBooking", "createCustomer"):
        scene.send("GET", path, by=by, title="read what Location names").ok("AP-H08", 200)
    if created == "createCustomerBooking":
        booking = int(path.rpartition("/")[2])
        scene.ours("id", booking)
        scene.ours("booking_id", booking)
        scene.left(booking)
    elif created != "createCustomer":
        operation = "cancelMerchantBooking" if created == "createMerchantBooking" else "deleteBlockedTime"
        content = b'{"cancellation_reason": ""}' if created == "createMerchantBooking" else None
        headers = {"Content-Type": "application/json"} if content else None
        answer = scene.send(
            "DELETE",
            path,
            content,
            by=MAIN,
            headers=headers,
            meant_for=operation,
            title="take back what Location names",
        )
        answer.ok("AP-H08", 200)
