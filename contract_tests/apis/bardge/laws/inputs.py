"""What is asked for has to be well-formed: bodies, paths, queries, headers."""

import json
from dataclasses import replace
from typing import Any

from contract_tests.apis.bardge.laws.whole import Whole
from contract_tests.apis.bardge.scene import BODIES, NOTHING, BardgeScene
from contract_tests.contracts import Operation
from contract_tests.laws.bodies import body_schema, edges, flaws, hardly_json
from contract_tests.laws.law import Laws
from contract_tests.laws.probes import Probe, takes_a_body
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.differences import shown
from contract_tests.scenes.sending import NO_BODY

__all__ = ["LAWS"]

LAWS = Laws("inputs")

Json = dict[str, Any]

_BAD = (400, "invalid_request_error", "validation_error")
_JSON = {"Content-Type": "application/json"}
_AFTERWARDS = "the client, the passes and the bookings read afterwards"

_MORE: Json = {
    "first_name": "Contract",
    "last_name": "Test",
    "email": "contract@example.com",
    "phone": "+2348012345678",
    "start_date": 1_800_000_000_000,
    "number_of_visits": 2,
    "duration": "MONTHLY",
}
"""What a body may have beside what it has to have, wherever it may."""

_BAD_VALUES: dict[str, tuple[Any, ...]] = {
    "email": ("nobody", "no body@example.com", "a@b"),
    "phone": ("08012345678", "+0123456789", "+12345", "+1234567890123456", "phone"),
    "service_ids": ([""], ["a b"]),
    "date": ("2199-13-01", "2199-01-32", "01.02.2199", "2199-1-1", "1999-01-01", "tomorrow", ""),
    "time": ("24:00", "10:60", "9:00", "10", "10:00:00", "noon", ""),
    "access_code": ("12345", "1234567", "abcdef", ""),
}
"""What looks like what is meant, beside what the schemas say."""

_EDGES: dict[str, tuple[Any, ...]] = {
    "email": ("a@b.c",),
    "phone": ("+1234567", "+123456789012345"),
    "date": ("2000-01-01", "2199-12-31"),
    "time": ("00:00", "23:59"),
    "access_code": ("000000", "999999"),
}

_ALL_BAD = json.dumps(
    {"expires_at": "x", "access_code": 1, "service_ids": 1, "number_of_visits": 0, "date": 1}
).encode()

_BAD_QUERIES: dict[str, tuple[str, ...]] = {
    "limit": ("0", "101", "ten"),
    "starting_after": ("has a blank",),
    "ending_before": ("", "x" * 65),
    "lat": ("90.1", "-90.1", "91", "-91", "north", "", "NaN"),
    "lon": ("180.1", "-180.1", "181", "-181", "east", ""),
    "provider_branch_id": ("", "has a blank", "x" * 65),
    "date": ("2026-13-01", "2026-02-32", "01.02.2026", "tomorrow", "", "1999-01-01"),
    "from": ("2026-13-01", "01.02.2026", "today", ""),
    "to": ("2026-13-01", "01.02.2026", "today", ""),
    "service_ids": ("", "has a blank", "a,,b", "x" * 65, ",".join(f"s{number}" for number in range(11))),
    "status": ("open", "pending ", "pendingconfirmed", ""),
    "type": ("gym", "SPA", ""),
    "category": ("POOL", "spa", ""),
}

_BESIDE: dict[str, Json] = {"lat": {"lon": 3.4}, "lon": {"lat": 6.5}}
"""What has to come along, or it would be missed first."""


@LAWS.law("BG-V01", "BG-V08")
def a_body_is_json_and_an_object(scene: BardgeScene) -> None:
    whole = Whole(scene)
    before = whole.seen()
    for content in (b"", b'{"client_id": "x",}', b"{'client_id': 'x'}"):
        for answer in _bodies(scene, whole, content):
            scene.error("BG-V01", answer, *_BAD)
    for content in (b"[]", b'"text"', b"null"):
        for answer in _bodies(scene, whole, content):
            scene.error("BG-V08", answer, *_BAD)
    for probe in _with_a_body(scene, whole):
        for how, content in (
            ("with the end of its body missing", probe.content[:-1]),
            ("with text after its body", probe.content + b"x"),
            ("with its body twice", probe.content * 2),
        ):
            answer = replace(probe, content=content).send(scene, title=f"{probe.operation.id} {how}")
            scene.error("BG-V01", answer, *_BAD)
        in_a_list = replace(probe, content=b"[" + probe.content + b"]")
        answer = in_a_list.send(scene, title=f"{probe.operation.id} with its body in a list")
        scene.error("BG-V08", answer, *_BAD)
    scene.same("BG-V01", whole.seen(), before, _AFTERWARDS)
    for probe in _with_a_body(scene, whole):
        for content in hardly_json(probe.content):
            answer = replace(probe, content=content).send(
                scene, title=f"{probe.operation.id} with {shown(content, 25)}"
            )
            # No page says how strictly JSON is read.
            scene.says(
                "BG-V01", answer.status == _BAD[0], f"{answer.exchange.title}: 400", answer.exchange.came(), answer
            )


def _with_a_body(scene: BardgeScene, whole: Whole) -> list[Probe]:
    """What would be done, and of the other operations that take a body what names nothing."""
    done = list(whole.probes(takes_a_body))
    known = {probe.operation.id for probe in done}
    return [*done, *(probe for probe in scene.probes(takes_a_body) if probe.operation.id not in known)]


def _bodies(scene: BardgeScene, whole: Whole, content: bytes) -> list[Answer]:
    """Each operation with that as its body."""
    sent = [replace(probe, content=content) for probe in _with_a_body(scene, whole)]
    title = f"with the body {shown(content, 20)}"
    return [each.send(scene, headers=_JSON, title=f"{each.operation.id} {title}") for each in sent]


@LAWS.law("BG-V02", "BG-V10")
def a_member_that_is_missing_or_bad_is_named(scene: BardgeScene) -> None:
    whole = Whole(scene)
    before = whole.seen()
    for operation_id, parameters, good in _requests(scene, whole):
        operation = scene.contract.operation(operation_id)
        bad = [(flaw.member, flaw.how, flaw.body) for flaw in flaws(scene.contract, operation, good)]
        bad += [
            (member, f"with {shown(value)} as {member}", {**good, member: value})
            for member in good
            for value in _BAD_VALUES.get(member, ())
        ]
        for member, how, body in bad:
            answer = _ask(scene, operation_id, body, f"{operation_id} {how}", parameters)
            scene.error("BG-V02", answer, *_BAD).names("BG-V10", member)
    scene.same("BG-V02", whole.seen(), before, _AFTERWARDS)


@LAWS.law("BG-V10")
def a_value_that_is_just_good_is_not_bad(scene: BardgeScene) -> None:
    for probe in scene.probes(takes_a_body):
        name, good = probe.operation.id, _with_more(scene, probe.operation, BODIES[probe.operation.id])
        places = {each: NOTHING for each, place in probe.operation.places.items() if place == "path"}
        for each in places:
            scene.ours(each, NOTHING)
        just = [(edge.how, edge.body) for edge in edges(scene.contract, probe.operation, good)]
        just += [
            (f"with {value} as {member}", {**good, member: value})
            for member in good
            for value in _EDGES.get(member, ())
        ]
        refused = [probe.send(scene, title=f"{name} of nothing") for _ in just[:1]]
        for how, body in just:
            answer = _ask(scene, name, body, f"{name} of nothing, {how}", places)
            wanted = [(each.status, each.code) for each in refused]
            scene.same("BG-V10", [(answer.status, answer.code)], wanted, "what is refused", *refused, answer)
    ten = ",".join(f"s{number}" for number in range(10))
    answer = scene.call("getProviderAvailability", id=NOTHING, date="2199-12-31", service_ids=ten)
    answer.refused("BG-V10", 404, "resource_not_found")


@LAWS.law("BG-V06")
def a_bad_body_comes_before_an_id_that_names_nothing(scene: BardgeScene) -> None:
    for probe in scene.probes(takes_a_body):
        if "path" not in probe.operation.places.values():
            continue
        for content in (b"", b"{", b"[]", _ALL_BAD):
            title = f"{probe.operation.id} of nothing with a bad body"
            answer = replace(probe, content=content).send(scene, headers=_JSON, title=title)
            scene.error("BG-V06", answer, *_BAD)
        good = _with_more(scene, probe.operation, BODIES[probe.operation.id])
        for flaw in flaws(scene.contract, probe.operation, good):
            sent = replace(probe, content=json.dumps(flaw.body).encode())
            answer = sent.send(scene, headers=_JSON, title=f"{probe.operation.id} of nothing {flaw.how}")
            scene.error("BG-V06", answer, *_BAD)


@LAWS.law("BG-V03")
def a_bad_parameter_is_named(scene: BardgeScene) -> None:
    whole = Whole(scene)
    for operation in scene.contract.operations:
        body = whole.bodies.get(operation.id) or NO_BODY
        good = whole.places(operation)
        for name, value in good.items():
            scene.ours(name, value)
        for name, place in operation.places.items():
            for bad in _bad_values(operation, name):
                scene.ours(name, bad)
                others = {each: value for each, value in {**good, **_BESIDE.get(name, {})}.items() if each != name}
                # As it stands in the query: also twice.
                here = {"query": {name: bad}} if place == "query" else {name: bad}
                answer = scene.call(operation.id, body, title=f"{operation.id} with a bad {name}", **others, **here)
                scene.error("BG-V03", answer, *_BAD).names("BG-V03", name)


def _bad_values(operation: Operation, name: str) -> tuple[Any, ...]:
    place = operation.places[name]
    if place == "path":
        return ("has a blank",)
    if place == "header":
        blank = () if name == "Idempotency-Key" else ("has a blank",)
        return (*blank, "x" * 256)
    if operation.id == "listClasses" and name == "category":  # an id, not one of two words
        return ("", "has a blank", ["one", "one"])
    twice = {"limit": ["10", "10"], "lat": ["6", "6"], "lon": ["3", "3"], "status": ["pending", "pending"]}
    # A list may be as long as it likes, so it is not tried twice.
    more = () if name == "service_ids" else (twice.get(name, ["one", "one"]),)
    return (*_BAD_QUERIES[name], *more)


@LAWS.law("BG-V04")
def a_member_that_nobody_knows_is_ignored(scene: BardgeScene) -> None:
    whole = Whole(scene)
    for operation_id, (parameters, body) in whole.requests.items():
        if body and operation_id != "rescheduleBooking":
            more = {**body, "contract_test": {"nobody": ["knows", 1, None]}, "Limit": 0}
            scene.call(operation_id, more, title=f"{operation_id} with more members", **parameters).ok("BG-V04")


@LAWS.law("BG-V05")
def a_query_parameter_that_nobody_knows_is_ignored(scene: BardgeScene) -> None:
    whole = Whole(scene)
    more = {"contract_test": "nobody knows this", "Limit": "0", "page": ["x", "y"]}
    for operation in scene.contract.operations:
        if operation.reads_only:
            good = whole.places(operation)
            plain = scene.call(operation.id, **good).ok("BG-V05", 200)
            answer = scene.call(operation.id, query=more, title=f"{operation.id} with more in its query", **good)
            scene.same("BG-V05", answer.ok("BG-V05", 200).json, plain.json, "the answer", plain, answer)
    for operation_id in ("createPasscode", "purchaseCredits"):
        parameters, body = whole.requests[operation_id]
        title = f"{operation_id} with something in its query"
        scene.call(operation_id, body, query=more, title=title, **parameters).ok("BG-V05", 201)


@LAWS.law("BG-V07")
def a_day_that_no_calendar_has_is_refused(scene: BardgeScene) -> None:
    whole = Whole(scene)
    year = scene.now().year
    days = (f"{year}-02-30", f"{year + 1}-04-31", "2027-02-29", "2100-02-29")
    for day in days:
        answers = [
            scene.call("initiateSpaBooking", {**whole.requests["initiateSpaBooking"][1], "date": day}),
            scene.call("getProviderAvailability", id=whole.spa["id"], date=day),
            scene.call("listClasses", date=day),
            scene.call("getClass", classId=whole.instance.class_id, query={"from": day}),
            scene.call("getClass", classId=whole.instance.class_id, query={"to": day}),
            scene.move(whole.booking, date=day, time="10:00"),
        ]
        for answer in answers:
            scene.error("BG-V07", answer, *_BAD)
    for day in ("2028-02-29", "2096-02-29"):
        scene.call("listClasses", date=day, title="the 29th of February").ok("BG-V07", 200)


@LAWS.law("BG-V09")
def a_place_has_two_coordinates(scene: BardgeScene) -> None:
    product = scene.product()["id"]
    for operation_id, parameters in (
        ("listProviders", {}),
        ("listProvidersForPass", {"id": product}),
        ("listClasses", {}),
    ):
        for given, missing in (("lat", "lon"), ("lon", "lat")):
            title = f"{operation_id} with {given} alone"
            answer = scene.call(operation_id, query={given: "3.4"}, title=title, **parameters)
            scene.error("BG-V09", answer, *_BAD).names("BG-V09", missing)
        scene.call(operation_id, lat=6.5, lon=3.4, **parameters).ok("BG-V09", 200)
        for lat, lon in ((0, 0), (90, 180), (-90, -180)):
            scene.call(operation_id, lat=lat, lon=lon, title=f"at {lat}, {lon}", **parameters).ok("BG-V09", 200)


def _requests(scene: BardgeScene, whole: Whole) -> list[tuple[str, Json, Json]]:
    """One for each operation that takes a body: what would be done, or else what names nothing."""
    found = [(name, parameters, body) for name, (parameters, body) in whole.requests.items() if body]
    for probe in scene.probes(takes_a_body):
        if probe.operation.id not in whole.requests:
            places = {name: NOTHING for name, place in probe.operation.places.items() if place == "path"}
            for name in places:
                scene.ours(name, NOTHING)
            found.append((probe.operation.id, places, whole.bodies[probe.operation.id]))
    return [
        (name, parameters, _with_more(scene, scene.contract.operation(name), body)) for name, parameters, body in found
    ]


def _with_more(scene: BardgeScene, operation: Operation, body: Json) -> Json:
    members = scene.contract.resolved(body_schema(scene.contract, operation))["properties"]
    return {**{name: value for name, value in _MORE.items() if name in members}, **body}


def _ask(scene: BardgeScene, operation_id: str, body: Json, title: str, parameters: Json) -> Answer:
    """With whatever ids: what is bad names nobody."""
    for member in ("client_id", "user_pass_id"):
        if member in body:
            scene.ours(member, body[member])
    return scene.call(operation_id, body, title=title, **parameters)
