"""Input: what is refused because of its form, and what is let through."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from contract_tests.apis.anny.looking import is_free, parameters, points_at, refused_at
from contract_tests.apis.anny.scene import ADMIN, BODIES, IDS, JSON_API, AnnyScene, Json, Slot, moment, order_id
from contract_tests.laws.bodies import Variant, edges, flaws, hardly_json, in_other_centuries
from contract_tests.laws.law import Laws
from contract_tests.laws.probes import probes, takes_a_body
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.differences import shown
from contract_tests.scenes.scene import MAIN, operation_path

__all__ = ["LAWS"]

LAWS = Laws("inputs")

_INVALID = (422, "validation_error")
_BAD_REQUEST = (400, "bad_request")
_NO_OBJECTS: tuple[Any, ...] = ([], [{}], "text", 7, None, True)
_FOR_THE_ORGANISATION = frozenset({"updateBooking", "createWebhookSubscription", "updateWebhookSubscription"})


def _asks(operation_id: str) -> str:
    return ADMIN if operation_id in _FOR_THE_ORGANISATION else MAIN


def _places(scene: AnnyScene, operation_id: str, booking: Json) -> Json:
    """What stands in the operation's path: that booking."""
    ids = {**IDS, "bookingId": booking["id"]}
    operation = scene.contract.operation(operation_id)
    scene.ours("subscriptionId", IDS["subscriptionId"])
    return {name: ids[name] for name, place in operation.places.items() if place == "path"}


@LAWS.law("AN-V01")
def a_body_that_is_no_json_is_refused(scene: AnnyScene) -> None:
    slot = scene.slot()
    booking = scene.booked(slot)
    free = slot.later(minutes=120)
    ids = {**IDS, "bookingId": booking["id"]}
    for probe in probes(scene.contract, ids, only=takes_a_body, bodies={**BODIES, "bookInstantly": free.body}):
        good = probe.content
        for content in (b"{", b"{]", b"{'a': 1}", good[:-1], good + b" more", b"\xff\xfe", *hardly_json(good)):
            if not content:
                continue
            answer = scene.send(
                probe.operation.method,
                probe.path,
                content,
                by=_asks(probe.operation.id),
                headers={"Content-Type": JSON_API},
                title=f"{probe.operation.id} with no JSON",
                meant_for=probe.operation.id,
            )
            answer.refused("AN-V01", *_BAD_REQUEST)
    scene.stays("AN-V01", booking)
    is_free(scene, "AN-V01", free)


def _good(free: Slot, booking: Json) -> Iterator[tuple[str, Json]]:
    """Operations, and what each may be sent, with all that it may have."""
    slot = {**free.body, "customer_note": "by the window"}
    selection = {"add_on_id": IDS["service_id"], "quantity": 1}
    person = {"given_name": "Contract", "family_name": "Test", "email": "somebody@example.com"}
    guest = {"email": "somebody@example.com", "name": "Some Body", "can_edit": True}
    decision = {"type": "bookings", "id": booking["id"], "attributes": {"status": "accepted"}}
    yield "bookInstantly", slot
    yield "addToCart", {**slot, "booking_add_ons": [selection]}
    yield "submitOrder", {"accept_terms": True, "customer": person}
    yield "editParticipants", {"participants": [guest]}
    yield "editServiceOptions", {"addons": [selection]}
    yield "editBookingBaseData", free.body
    yield "personalizeBooking", {"email": "somebody@example.com"}
    yield "updateBooking", {"data": decision}
    yield from ((name, BODIES[name]) for name in ("createWebhookSubscription", "updateWebhookSubscription"))


def _flaws(scene: AnnyScene, free: Slot, booking: Json) -> Iterator[tuple[str, Variant]]:
    for operation_id, good in _good(free, booking):
        for flaw in flaws(scene.contract, scene.contract.operation(operation_id), good):
            yield operation_id, flaw


@LAWS.law("AN-V02")
def a_body_that_breaks_its_schema_is_refused_where_it_does(scene: AnnyScene) -> None:
    slot = scene.slot()
    booking = scene.booked(slot)
    free = slot.later(minutes=120)
    for operation_id, flaw in _flaws(scene, free, booking):
        title = f"{operation_id} {flaw.how}"
        places = _places(scene, operation_id, booking)
        answer = scene.call(operation_id, flaw.body, by=_asks(operation_id), title=title, **places)
        refused_at(scene, "AN-V02", answer, pointer=_pointer(flaw))
    scene.stays("AN-V02", booking)
    is_free(scene, "AN-V02", free)


@LAWS.law("AN-V02")
def what_just_keeps_to_its_bounds_is_not_refused_for_them(scene: AnnyScene) -> None:
    scene.nowhere()
    nothing = {"id": IDS["bookingId"]}
    for operation_id, good in _good(scene.slot(), nothing):
        for edge in edges(scene.contract, scene.contract.operation(operation_id), good):
            places = _places(scene, operation_id, nothing)
            title = f"{operation_id} of nothing, {edge.how}"
            answer = scene.call(operation_id, edge.body, by=_asks(operation_id), title=title, **places)
            errors = answer.json["errors"] if answer.code == _INVALID[1] else []
            pointers = [each["source"]["pointer"] for each in errors]
            scene.same("AN-V02", _pointer(edge) in pointers, False, "whether it is refused as wrong", answer)


def _pointer(variant: Variant) -> str:
    return "/" + "/".join(map(str, variant.way))


def _wrong(schema: Json) -> list[str]:
    """What a parameter may not be."""
    kind = schema.get("type")
    if kind == "integer":
        return ["1.5", str(schema["minimum"] - 1), str(schema["maximum"] + 1), ""]
    if kind == "boolean":
        return ["yes", ""]
    if "enum" in schema or "format" in schema:
        others = [] if "enum" in schema else in_other_centuries(_right(schema)[0])
        return ["nothing", "", *(text for text in others if not re.match(schema.get("pattern", ""), text))]
    return ["b" * (schema["maxLength"] + 1)] if "maxLength" in schema else ["room one"]


_PAIRS = (
    ("1", "2"), ("UTC", "GMT"), ("2031-03-03", "2031-03-04"), ("2031-03-03T10:00:00Z", "2031-03-04T10:00:00Z"),
)  # fmt: skip


def _right(schema: Json) -> list[str]:
    """Two values that a parameter may have."""
    if "enum" in schema or schema.get("type") == "boolean":
        return list(schema.get("enum", ("true", "false")))[:2]
    return next([*pair] for pair in _PAIRS if re.match(schema.get("pattern", ""), pair[0]))


@LAWS.law("AN-V03")
def a_query_parameter_just_as_long_as_it_may_be_is_not_refused(scene: AnnyScene) -> None:
    met: set[str] = set()
    for probe in scene.probes(only=bool, bodies=BODIES):
        for name, parameter in parameters(scene, probe.operation).items():
            longest = parameter["schema"].get("maxLength")
            if longest is None or name in met:
                continue
            met.add(name)
            whole = replace(probe, query={**probe.query, name: "b" * longest})
            title = f"{probe.operation.id} with {longest} characters of {name}"
            answer = whole.send(scene, by=_asks(probe.operation.id), title=title)
            errors = answer.json["errors"] if answer.code == _INVALID[1] else []
            refused = [each["source"].get("parameter") for each in errors]
            scene.same("AN-V03", name in refused, False, "whether it is refused as too long", answer)


@LAWS.law("AN-V03")
def a_query_parameter_that_breaks_its_schema_is_refused(scene: AnnyScene) -> None:
    """Each of every operation; `fields`, which many take, where they are met first."""
    met: set[str] = set()
    for probe in scene.probes(only=bool, bodies=BODIES):
        for name, parameter in parameters(scene, probe.operation).items():
            schema = parameter["schema"]
            is_list = "items" in schema
            values: list[Any] = _wrong(schema["items"])[:1] if is_list else [_right(schema), *_wrong(schema)]
            if name == "sort" or (name in met and name.startswith("fields[")):
                continue
            for value in values:
                wrong = replace(probe, query={**probe.query, name: value})
                title = f"{probe.operation.id} with {name}={value}"[:200]
                refused_at(
                    scene, "AN-V03", wrong.send(scene, by=_asks(probe.operation.id), title=title), parameter=name
                )
            met.add(name)
    room = scene.resource_id("room")
    listed = scene.call("listBookings", query={"filter[resources]": [room, room]}, title="name a resource twice")
    listed.ok("AN-V03", 200)


_LOCAL = re.compile(r"[0-9-]{10}T[0-9:]{8}")
"""A time without an offset, which a list takes."""


def _refuse_moments(scene: AnnyScene, rule: str, texts: tuple[str, ...]) -> None:
    slot = scene.slot()
    booking = scene.booked(slot)
    free = slot.later(minutes=120)
    for text in texts:
        for name in ("start_date", "end_date"):
            refusals = [
                scene.call("bookInstantly", {**free.body, name: text}, title=f"book with {name} {text}"),
                scene.call("addToCart", {**free.body, name: text}, title=f"put into the cart with {name} {text}"),
                scene.move(booking, **{name: text}),
            ]
            for answer in refusals:
                refused_at(scene, rule, answer, pointer=f"/{name}")
        query = {"filter[start_date]": text}
        if not _LOCAL.fullmatch(text):
            scene.call("listBookings", query=query, title=f"list from {text}").refused(rule, *_INVALID)
        asked: Json = {"date_time": text, "service_id": free.service_id}
        scene.call("listAvailabilityEnds", title=f"list the ends of {text}", **asked).refused(rule, *_INVALID)
    scene.stays(rule, booking)
    is_free(scene, rule, free)


@LAWS.law("AN-V04")
def a_moment_has_a_date_a_time_with_seconds_and_an_offset(scene: AnnyScene) -> None:
    day = scene.now().date() + timedelta(days=30)
    texts = (
        f"{day}T09:00+02:00", f"{day}T09:00:00", f"{day}", f"{day} 09:00:00+02:00", f"{day}T09+02:00", f"{day}T09:00:00+0200",
        f"{day}T09:00:00+02", "",
    )  # fmt: skip
    _refuse_moments(scene, "AN-V04", texts)


@LAWS.law("AN-V05")
def a_moment_exists(scene: AnnyScene) -> None:
    texts = (
        "2026-02-30T09:00:00+01:00", "2026-02-29T09:00:00Z", "2027-04-31T09:00:00Z", "2026-13-01T09:00:00Z",
        "2026-06-10T24:00:00Z", "2026-06-10T09:60:00Z", "2026-06-10T09:00:00+24:00",
    )  # fmt: skip
    _refuse_moments(scene, "AN-V05", texts)


@LAWS.law("AN-V06")
def a_member_that_is_not_known_is_ignored(scene: AnnyScene) -> None:
    slot = scene.slot()
    strange: Json = {"status": "canceled", "total": 7, "colour": "red", "id": "7"}
    booking = scene.book(slot, **strange).ok("AN-V06", 201).json["data"]
    for name, value in {"status": "accepted", "total": 0}.items():
        scene.same("AN-V06", booking["attributes"][name], value, f"{name} of the booking")
    scene.expect("AN-V06", booking["id"] != "7", "an id of its own", booking["id"])
    after = (
        scene.move(booking, start_date=booking["attributes"]["start_date"], **strange).ok("AN-V06", 200).json["data"]
    )
    scene.same("AN-V06", after["attributes"]["status"], "accepted", "the status after an edit")
    person = {"email": f"{scene.word()}@example.com", "status": "accepted", "colour": "red"}
    entry = scene.invite(booking, person)
    entry.ok("AN-V06", 200)
    (seen,) = scene.people("AN-V06", booking)
    scene.same("AN-V06", seen["attributes"]["status"], "invited", "the status of a participant", entry)
    free = slot.later(minutes=120)
    draft = scene.add(free, **strange).ok("AN-V06", 201).json["data"]
    order = scene.submit(order=draft, **strange, colour_of_walls="red").ok("AN-V06", 200).json["data"]
    scene.same("AN-V06", order["attributes"]["status"], "completed", "the status of the order")


@LAWS.law("AN-V07")
def a_body_that_breaks_its_schema_is_refused_before_the_id_is_looked_up(scene: AnnyScene) -> None:
    scene.nowhere()
    nothing = {"id": IDS["bookingId"]}
    for operation_id, flaw in _flaws(scene, scene.slot(), nothing):
        if places := _places(scene, operation_id, nothing):
            title = f"{operation_id} of nothing, {flaw.how}"
            answer = scene.call(operation_id, flaw.body, by=_asks(operation_id), title=title, **places)
            answer.refused("AN-V07", *_INVALID)


@LAWS.law("AN-V08")
def an_id_in_the_path_is_well_formed(scene: AnnyScene) -> None:
    for text in ("x1", "1.5", "booking 1", "-" * 37):
        for probe in scene.probes(only=lambda operation: "{" in operation.path, bodies=BODIES):
            places = [name for name, place in probe.operation.places.items() if place == "path"]
            for name in places:
                if name == "resourceId" and text in ("x1", "-" * 37):  # which may be a slug
                    continue
                given = {each: text if each == name else IDS[each] for each in places}
                wrong = replace(probe, path=operation_path(probe.operation, **given))
                answer = wrong.send(scene, by=_asks(probe.operation.id), title=f"{probe.operation.id} of {shown(text)}")
                refused_at(scene, "AN-V08", answer, parameter=name)


def _moments_in(value: Any, name: str = "") -> list[str]:
    if isinstance(value, dict):
        return [text for key, each in value.items() for text in _moments_in(each, key)]
    if isinstance(value, list):
        return [text for each in value for text in _moments_in(each)]
    is_moment = name.endswith(("_date", "_at", "_until", "deadline")) and isinstance(value, str)
    return [value] if is_moment else []


@LAWS.law("AN-V09", "AN-V14")
def a_moment_may_come_with_any_offset_and_is_given_in_utc(scene: AnnyScene) -> None:
    day = scene.day("paid")
    for number, hours in enumerate((0, 2, -7, 14, 5.5)):
        slot = day[number * 2]
        zone = timezone(timedelta(hours=hours))
        sent: Json = {name: moment(text).astimezone(zone).isoformat() for name, text in slot.span.items()}
        order = scene.add(slot, **sent, title=f"book with the offset of {hours} hours").ok("AN-V09", 201).json["data"]
        scene.submit(order=order).ok("AN-V09", 200)
        (booking_id,) = (each["id"] for each in order["relationships"]["bookings"]["data"])
        answer = scene.read(booking_id).ok("AN-V09", 200)
        attributes = answer.json["data"]["attributes"]
        found = [moment(attributes["start_date"]), moment(attributes["end_date"])]
        scene.same("AN-V09", found, [slot.starts_at, slot.ends_at], "the interval of the booking", answer)
        answers = [
            answer,
            scene.preview(booking_id),
            scene.read_order(order_id(order)),
            scene.read_order(order_id(order), include="invoices"),
            scene.starts(scene.local_day(slot), slot.service_id, slot.resource_id),
        ]
        for each in answers:
            _are_in_utc(scene, each)


_OFFSETS = (2, -7, 14, 5.5)


def _written(at: datetime) -> list[str]:
    """One moment with several offsets."""
    return [at.astimezone(timezone(timedelta(hours=hours))).isoformat() for hours in _OFFSETS]


def _ids(answer: Answer) -> list[str]:
    return [each["id"] for each in answer.ok("AN-V09", 200).json["data"]]


def _questions(scene: AnnyScene, slot: Slot) -> Iterator[tuple[str, Callable[[str], Any], datetime]]:
    """What is asked about a moment, such that a moment some hours off would have another answer."""

    def listed(name: str) -> Callable[[str], Any]:
        # The newest first: a list with a past does not fit on one page.
        query = {"sort": "-created_at", "page[size]": 250}
        return lambda text: scene.made_here(_ids(scene.call("listBookings", query={name: text, **query})))

    yield "what ends after it", listed("filter[start_date]"), slot.ends_at
    yield "what begins before it", listed("filter[end_date]"), slot.later(minutes=180).starts_at

    def ends(text: str) -> Any:
        asked: Json = {"service_id": slot.service_id, "resource_id": slot.resource_id}
        return scene.call("listAvailabilityEnds", date_time=text, **asked).ok("AN-V09", 200).json

    yield "its ends", ends, slot.later(minutes=60).starts_at

    area = scene.profile.find("inventory.resources.area")
    free = slot.later(minutes=60)
    for name in ("filter[available_from]", "filter[available_to]") if area else ():

        def children(text: str, name: str = name) -> list[str]:
            query = {
                "filter[available_from]": free.starts_at.isoformat(),
                "filter[available_to]": free.ends_at.isoformat(),
                "filter[availability_service_id]": free.service_id,
                name: text,
            }
            return _ids(scene.call("listResourceChildren", resourceId=area, query=query))

        yield f"what is free by {name}", children, free.ends_at if name.endswith("to]") else free.starts_at


@LAWS.law("AN-V09")
def a_moment_is_the_same_with_any_offset_wherever_it_is_given(scene: AnnyScene) -> None:
    slot = scene.slot(where="desk")
    target = slot.later(minutes=60)
    booking = scene.booked(slot)
    scene.booked(slot.later(minutes=180))
    for what, ask, at in _questions(scene, slot):
        wanted = ask(at.isoformat())
        for text in _written(at):
            scene.same("AN-V09", ask(text), wanted, f"{what}, {text}")
    scene.cancel(booking).ok("AN-X01", 200)
    for start, end, later in zip(*map(_written, (slot.starts_at, slot.ends_at, target.ends_at)), strict=True):
        booking = scene.book(slot, start_date=start, end_date=end).ok("AN-V09", 201).json["data"]
        _is_at(scene, booking, slot)
        _is_at(scene, scene.moved("AN-V09", booking, start_date=end, end_date=later), target)
        scene.cancel(booking).ok("AN-X01", 200)


def _is_at(scene: AnnyScene, booking: Json, slot: Slot) -> None:
    found = [moment(booking["attributes"][name]) for name in ("start_date", "end_date")]
    scene.same("AN-V09", found, [slot.starts_at, slot.ends_at], "the interval of the booking")


def _are_in_utc(scene: AnnyScene, answer: Answer) -> None:
    for text in _moments_in(answer.ok("AN-V14", 200).json):
        scene.expect("AN-V14", text.endswith("+00:00"), "every moment with the offset +00:00", text, answer)


_UNKNOWN_QUERIES = ("filter[colour]", "colour", "filter[colour][]", "filter", "page")


@LAWS.law("AN-V10")
def a_query_parameter_that_is_not_known_is_refused(scene: AnnyScene) -> None:
    slot = scene.slot()
    booking, free = scene.booked(slot), slot.later(minutes=120)
    ids = {**IDS, "bookingId": booking["id"]}
    bodies = {**BODIES, "bookInstantly": free.body, "addToCart": free.body}
    for number, probe in enumerate(probes(scene.contract, ids, only=bool, bodies=bodies)):
        known = probe.operation.places
        foreign = [name for name in ("include", "sort", "filter[status]") if name not in known]
        for name in (_UNKNOWN_QUERIES[number % len(_UNKNOWN_QUERIES)], *foreign):
            asked = replace(probe, query={**probe.query, name: "red"})
            answer = asked.send(scene, by=_asks(probe.operation.id), title=f"{probe.operation.id} with {name}")
            points_at(scene, "AN-V10", answer.refused("AN-V10", *_BAD_REQUEST), parameter=name)
    for text in ("=%FF", "=1"):
        scene.send("GET", f"/bookings?{text}", title="no name", meant_for="listBookings").refused(
            "AN-V10", *_BAD_REQUEST
        )
    scene.stays("AN-V10", booking)
    is_free(scene, "AN-V10", free)


@LAWS.law("AN-V11")
def a_body_is_an_object(scene: AnnyScene) -> None:
    booking = scene.booked()
    for probe in scene.probes(only=takes_a_body):
        for value in _NO_OBJECTS:
            answer = scene.call(
                probe.operation.id,
                value,
                by=_asks(probe.operation.id),
                title=f"{probe.operation.id} with {shown(value)}",
                **_places(scene, probe.operation.id, booking),
            )
            answer.refused("AN-V11", *_INVALID)
    scene.stays("AN-V11", booking)


@LAWS.law("AN-V12")
def an_end_is_after_the_start_of_the_same_body(scene: AnnyScene) -> None:
    slot = scene.slot()
    booking = scene.booked(slot)
    free = slot.later(minutes=120)
    for ends_at in (free.starts_at, free.starts_at - timedelta(hours=1)):
        body = {**free.body, "end_date": ends_at.isoformat()}
        refusals = [
            scene.call("bookInstantly", body, title="book backwards"),
            scene.call("addToCart", body, title="put into the cart backwards"),
            scene.move(booking, start_date=body["start_date"], end_date=body["end_date"]),
        ]
        for answer in refusals:
            refused_at(scene, "AN-V12", answer, pointer="/end_date")
    scene.stays("AN-V12", booking)
