"""Input: what is refused because of its form, and what is let through."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from contract_tests.apis.anny.looking import is_free, parameters, reads, refused_at
from contract_tests.apis.anny.scene import ADMIN, BODIES, IDS, JSON_API, AnnyScene, Json, Slot, moment, order_id
from contract_tests.laws.law import Laws
from contract_tests.laws.probes import probes, takes_a_body
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.differences import shown
from contract_tests.scenes.scene import MAIN, operation_path

__all__ = ["LAWS"]

LAWS = Laws("inputs")

_INVALID = (422, "validation_error")
_BAD_REQUEST = (400, "bad_request")
_MISSING: Any = object()
_NO_OBJECTS: tuple[Any, ...] = ([], [{}], "text", 7, None, True)
_FOR_THE_ORGANISATION = frozenset({"updateBooking", "createWebhookSubscription", "updateWebhookSubscription"})


def _changed(body: Any, way: tuple[str | int, ...], value: Any) -> Any:
    """*body* with something else at *way*, or without it."""
    copy = json.loads(json.dumps(body))
    here = copy
    for step in way[:-1]:
        here = here[step]
    if value is _MISSING:
        del here[way[-1]]
    else:
        here[way[-1]] = value
    return copy


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
        for content in (b"{", b"{]", b"{'a': 1}", probe.content[:-1], probe.content + b" more", b"\xff\xfe"):
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


def _flaws(free: Slot, booking: Json) -> list[tuple[str, Json, tuple[str | int, ...], tuple[Any, ...]]]:
    """Operation, a good body, the way to a member, and values that it may not have."""
    cart = {**free.body, "customer_note": "by the window", "booking_add_ons": []}
    selection = {"add_on_id": IDS["service_id"], "quantity": 1}
    people = {"participants": [{"email": "somebody@example.com", "name": "Some Body"}]}
    decision = {"data": {"type": "bookings", "id": booking["id"], "attributes": {"status": "accepted"}}}
    person = {"given_name": "Contract", "family_name": "Test", "email": "somebody@example.com"}
    checkout = {"accept_terms": True, "customer": person}
    subscription = BODIES["createWebhookSubscription"]
    attributes = ("data", "attributes")
    no_text = (7, None, ["text"])
    return [
        *(("bookInstantly", free.body, (name,), (_MISSING, *no_text)) for name in ("start_date", "end_date")),
        ("bookInstantly", free.body, ("resource_id",), (_MISSING, 7, None)),
        ("bookInstantly", free.body, ("service_id",), (_MISSING, 7, None)),
        *(("addToCart", cart, (name,), (_MISSING, *no_text)) for name in ("start_date", "end_date")),
        ("addToCart", cart, ("resource_id",), (_MISSING, 7, [])),
        ("addToCart", cart, ("service_id",), (_MISSING, 7)),
        ("addToCart", cart, ("customer_note",), (7, ["text"])),
        ("addToCart", cart, ("booking_add_ons",), ("none", {})),
        ("addToCart", {**cart, "booking_add_ons": [selection]}, ("booking_add_ons", 0, "quantity"), (_MISSING, "1", 1.5)),
        ("submitOrder", checkout, ("accept_terms",), (_MISSING, "yes", 1, None)),
        *(("submitOrder", checkout, ("customer", name), (_MISSING, 7)) for name in ("given_name", "family_name", "email")),
        ("editParticipants", people, ("participants",), (_MISSING, "nobody", {}, None)),
        ("editParticipants", people, ("participants", 0, "email"), (_MISSING, 7, None)),
        ("editParticipants", {"participants": [{**people["participants"][0], "can_edit": True}]}, ("participants", 0, "can_edit"), ("yes", 1)),
        ("editServiceOptions", {"addons": [selection]}, ("addons",), (_MISSING, "none", None)),
        ("editServiceOptions", {"addons": [selection]}, ("addons", 0, "add_on_id"), (_MISSING, 7)),
        ("editServiceOptions", {"addons": [selection]}, ("addons", 0, "quantity"), (_MISSING, "1", 1.5, None)),
        *(("editBookingBaseData", free.body, (name,), no_text) for name in ("start_date", "end_date", "resource_id")),
        ("personalizeBooking", {"email": "somebody@example.com"}, ("email",), (7, ["text"])),
        ("updateBooking", decision, ("data",), (_MISSING, "accepted", None)),
        ("updateBooking", decision, ("data", "id"), (_MISSING, 7)),
        ("updateBooking", decision, (*attributes, "status"), (_MISSING, 7, "canceled")),
        *(("createWebhookSubscription", subscription, (*attributes, name), (_MISSING, 7)) for name in ("name", "url", "events")),
        ("createWebhookSubscription", subscription, (*attributes, "events"), ([],)),
        ("updateWebhookSubscription", BODIES["updateWebhookSubscription"], ("data", "id"), (_MISSING, 7)),
    ]  # fmt: skip


@LAWS.law("AN-V02")
def a_body_without_a_required_member_or_with_one_of_another_type_is_refused(scene: AnnyScene) -> None:
    slot = scene.slot()
    booking = scene.booked(slot)
    free = slot.later(minutes=120)
    for operation_id, body, way, values in _flaws(free, booking):
        name = way[-1]
        for value in values:
            title = (
                f"{operation_id} without {name}" if value is _MISSING else f"{operation_id} with {name} {shown(value)}"
            )
            answer = scene.call(
                operation_id,
                _changed(body, way, value),
                by=_asks(operation_id),
                title=title,
                **_places(scene, operation_id, booking),
            )
            refused_at(scene, "AN-V02", answer, pointer="/" + "/".join(map(str, way)))
    scene.stays("AN-V02", booking)
    is_free(scene, "AN-V02", free)


def _wrong(schema: Json) -> list[str]:
    """What a parameter may not be."""
    kind = schema.get("type")
    if kind == "integer":
        return ["1.5", str(schema["minimum"] - 1), str(schema["maximum"] + 1), ""]
    if kind == "boolean":
        return ["yes", ""]
    if "enum" in schema or "format" in schema:
        return ["nothing", ""]
    return ["b" * (schema["maxLength"] + 1)] if "maxLength" in schema else ["room one"]


_PAIRS = (
    ("1", "2"), ("UTC", "GMT"), ("2031-03-03", "2031-03-04"), ("2031-03-03T10:00:00Z", "2031-03-04T10:00:00Z"),
)  # fmt: skip


def _right(schema: Json) -> list[str]:
    """Two values that a parameter may have."""
    if "enum" in schema or schema["type"] == "boolean":
        return list(schema.get("enum", ("true", "false")))[:2]
    return next([*pair] for pair in _PAIRS if re.match(schema.get("pattern", ""), pair[0]))


@LAWS.law("AN-V03")
def a_query_parameter_that_breaks_its_schema_is_refused(scene: AnnyScene) -> None:
    """Each of every operation; `fields`, which many take, where they are met first."""
    met: set[str] = set()
    for probe in scene.probes(only=bool, bodies=BODIES):
        for name, parameter in parameters(scene, probe.operation).items():
            schema = parameter["schema"]
            values: list[Any] = _wrong(schema["items"]) if "items" in schema else [_right(schema), *_wrong(schema)]
            for value in values if name not in met or not name.startswith("fields[") else ():
                wrong = replace(probe, query={**probe.query, name: value})
                title = f"{probe.operation.id} with {name}={value}"[:200]
                refused_at(
                    scene, "AN-V03", wrong.send(scene, by=_asks(probe.operation.id), title=title), parameter=name
                )
            met.add(name)
    room = scene.resource_id("room")
    listed = scene.call("listBookings", query={"filter[resources][]": [room, room]}, title="name a resource twice")
    listed.ok("AN-V03", 200)


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
    for operation_id, body, way, (value, *_) in _flaws(scene.slot(), nothing):
        if places := _places(scene, operation_id, nothing):
            title = f"{operation_id} of nothing, with {way[-1]} {shown(value)}"
            answer = scene.call(operation_id, _changed(body, way, value), by=_asks(operation_id), title=title, **places)
            answer.refused("AN-V07", *_INVALID)


@LAWS.law("AN-V08")
def an_id_in_the_path_is_well_formed(scene: AnnyScene) -> None:
    for text in ("x1", "1.5", "booking 1", "-" * 37):
        for probe in scene.probes(only=lambda operation: "{" in operation.path, bodies=BODIES):
            (name,) = [name for name, place in probe.operation.places.items() if place == "path"]
            if name == "resourceId" and text in ("x1", "-" * 37):  # which may be a slug
                continue
            wrong = replace(probe, path=operation_path(probe.operation, **{name: text}))
            answer = wrong.send(scene, by=_asks(probe.operation.id), title=f"{probe.operation.id} of {shown(text)}")
            refused_at(scene, "AN-V08", answer, parameter=name)


def _moments_in(value: Any, name: str = "") -> list[str]:
    if isinstance(value, dict):
        return [text for key, each in value.items() for text in _moments_in(each, key)]
    if isinstance(value, list):
        return [text for each in value for text in _moments_in(each)]
    is_moment = name.endswith(("_date", "_at", "_until", "deadline")) and isinstance(value, str)
    return [value] if is_moment else []


@LAWS.law("AN-V09")
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
        return lambda text: _ids(scene.call("listBookings", query={name: text, "page[size]": 250}))

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
    for text in _moments_in(answer.ok("AN-V09", 200).json):
        scene.expect("AN-V09", text.endswith("+00:00"), "every moment with the offset +00:00", text, answer)


@LAWS.law("AN-V10")
def a_query_parameter_that_is_not_known_is_ignored(scene: AnnyScene) -> None:
    for operation_id, asked in reads(scene, scene.paid()).items():
        without = scene.call(operation_id, **asked).ok("AN-V10", 200)
        answer = scene.call(operation_id, **asked, query={"colour": "red", "debug": "1", "filter[colour]": "red"})
        shown = [{**each.json, "links": None} for each in (answer.ok("AN-V10", 200), without)]  # which may keep it
        scene.same("AN-V10", shown[0], shown[1], "the answer", without, answer)


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
