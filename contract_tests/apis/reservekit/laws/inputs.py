"""Input: what is refused because of its form, and what is let through."""

import json
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from contract_tests.apis.reservekit.laws.standing import Standing
from contract_tests.apis.reservekit.scene import IDS, ReserveKitScene, Slot, slot_body
from contract_tests.laws.bodies import Variant, edges, flaws, hardly_json
from contract_tests.laws.law import Laws
from contract_tests.laws.probes import Probe, parameters_of_query, probes, takes_a_body
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.differences import shown
from contract_tests.scenes.exchanges import SUCCESSES

__all__ = ["LAWS"]

LAWS = Laws("inputs")

Json = dict[str, Any]

_NO_IDS = ("0", "-1", "2147483648", "99999999999999999999", "1.5", "abc")
_OFFSETS = ("Z", "+14:00", "-12:00", "+05:30", "-09:30", "+12:45")
_BAD_REQUEST = 400
_NO_OBJECTS = (b"", b"[]", b"null", b'"text"', b"7", b"{} {}")


@LAWS.law("RK-V01")
def an_id_in_the_path_is_a_decimal_integer_of_31_bits(scene: ReserveKitScene) -> None:
    for text in _NO_IDS:
        for probe in probes(scene.contract, {**dict.fromkeys(IDS, text), "service_id": IDS["service_id"]}):
            if "{" in probe.operation.path:
                probe.send(scene, title=f"{probe.operation.id} of {text}").refused("RK-V01", 400)
    for probe in scene.probes():
        if "{" in probe.operation.path:
            answer = probe.send(scene, title=f"{probe.operation.id} of the greatest id there may be")
            answer.refused("RK-V01", 404)


@LAWS.law("RK-V01", "RK-P04")
def a_parameter_that_is_missing_or_has_another_form_is_refused(scene: ReserveKitScene) -> None:
    stand = Standing.made(scene)
    for probe in stand.probes():
        for parameter in parameters_of_query(scene.contract, probe.operation):
            name, schema = parameter["name"], scene.contract.resolved(parameter["schema"])
            rule = "RK-P04" if name in ("page", "page_size") else "RK-V01"
            rest = {each: value for each, value in probe.query.items() if each != name}
            for text in _other_texts(schema):
                title = f"{probe.operation.id} with {name}={text}"
                replace(probe, query={**rest, name: text}).send(scene, title=title).refused(rule, 400)
            if parameter.get("required"):
                title = f"{probe.operation.id} without {name}"
                replace(probe, query=rest).send(scene, title=title).refused("RK-V01", 400)
    stand.stays("RK-V01")


def _other_texts(schema: Json) -> tuple[object, ...]:
    """What a parameter may not be."""
    if schema["type"] == "integer":
        return schema["minimum"] - 1, schema["maximum"] + 1, "1.5", "abc", "null"
    return (
        ("maybe", "null")
        if schema["type"] == "boolean"
        else ("2030-02-30", "tomorrow", "2030-2-3", "0000-01-01", "null")
    )


def _refused_bookings(scene: ReserveKitScene, rule: str, slot: Slot, field: str, values: tuple[Any, ...]) -> None:
    """Bookings with such a *field* are refused with its name, and none is made."""
    for value in values:
        answer = scene.book(slot, **{field: value}, title=f"book with {field} {shown(value)}")
        scene.refused_input(rule, answer).names(rule, field)
    found = scene.bookings_of(slot.service_id, rule)
    scene.same(rule, found, [], "the bookings of the service")


@LAWS.law("RK-V02", "RK-V10", "RK-V11")
def nothing_is_made_of_a_body_that_its_schema_does_not_let_through(scene: ReserveKitScene) -> None:
    for flaw, answer in _sent_with_flaws(scene, "RK-V02", makes=True):
        if flaw.kind == "bound":
            answer.refused("RK-V11", 400).names("RK-V11", flaw.member)
        else:
            scene.refused_input("RK-V02", answer).names("RK-V02", flaw.member)


@LAWS.law("RK-V03")
def nothing_is_changed_by_a_body_that_its_schema_does_not_let_through(scene: ReserveKitScene) -> None:
    for _, answer in _sent_with_flaws(scene, "RK-V03", makes=False):
        answer.refused("RK-V03", 400)


def _sent_with_flaws(scene: ReserveKitScene, rule: str, *, makes: bool) -> Iterator[tuple[Variant, Answer]]:
    """What comes of each flaw in the bodies of what makes something, or of what changes it: by *rule* nothing."""
    stand = Standing.made(scene)
    for probe in stand.probes(only=takes_a_body):
        if (probe.operation.method == "POST") is makes:
            for good in _whole_bodies(stand, probe):
                for flaw in flaws(scene.contract, probe.operation, good):
                    sent = replace(probe, content=json.dumps(flaw.body).encode())
                    yield flaw, sent.send(scene, title=f"{probe.operation.id} {flaw.how}")
            stand.stays(rule)


def _whole_bodies(stand: Standing, probe: Probe) -> list[Json]:
    """What an operation may be sent, with all that it may have; of slots, one that is new, and one that there is."""
    good = json.loads(probe.content)
    person = {"name": "Jane Doe", "email": stand.scene.email(), "phone": "+12025550185"}
    match probe.operation.id:
        case "createBooking":
            return [{**good, "message": "first", **{f"customer_{name}": value for name, value in person.items()}}]
        case "updateBooking":
            return [{**good, "cancel_reason": "ill"}]
        case "updateBookingCustomer":
            return [person]
        case "updateTimeSlots":
            return [good, {**good, "time_slots": [*good["time_slots"], {"id": stand.slot.id, "max_bookings": 3}]}]
        case _:
            return [good]


@LAWS.law("RK-V03")
def what_just_keeps_to_its_bounds_is_let_through(scene: ReserveKitScene) -> None:
    stand = Standing.made(scene)
    for probe in stand.probes(only=takes_a_body):
        for good in _whole_bodies(stand, probe):
            for edge in edges(scene.contract, probe.operation, good):
                sent = replace(probe, content=json.dumps(edge.body).encode())
                answer = sent.send(scene, title=f"{probe.operation.id} {edge.how}")
                scene.same("RK-V03", answer.status == _BAD_REQUEST, False, "whether it is refused as wrong", answer)
                if answer.status in SUCCESSES and isinstance(edge.value, str):
                    came = edge.value in answer.exchange.content.decode()
                    scene.same("RK-V03", came, True, "whether it comes back whole", answer)
                if probe.operation.id == "createBooking" and answer.status in SUCCESSES:
                    scene.delete(answer.json["data"])  # nobody books the same twice


@LAWS.law("RK-V03")
def a_body_is_one_json_object(scene: ReserveKitScene) -> None:
    json_body = {"Content-Type": "application/json"}
    stand = Standing.made(scene)
    for probe in stand.probes(only=takes_a_body):
        good = probe.content
        for content in (*_NO_OBJECTS, good[:-1], good + b" more", good + good, b"[" + good + b"]", *hardly_json(good)):
            title = f"{probe.operation.id} with {shown(content, 25) if content else 'nothing'}"
            replace(probe, content=content).send(scene, headers=json_body, title=title).refused("RK-V03", 400)
    stand.stays("RK-V03")
    for probe in scene.probes(only=takes_a_body):
        probe.broken().send(scene, title=f"{probe.operation.id} of nothing with broken JSON").refused("RK-V03", 400)


@LAWS.law("RK-V04")
def a_field_that_is_not_known_is_ignored(scene: ReserveKitScene) -> None:
    # Ids that nothing has: nothing foreign may be hit where they are taken seriously, and none is given by chance.
    nowhere = scene.nowhere()
    strange: dict[str, Any] = {
        "id": nowhere,
        "status": "confirmed",
        "created_at": "2001-01-01T00:00:00Z",
        "colour": "red",
    }
    slot, beside = scene.service(8, 8)

    answer = scene.book(slot, **strange, customer={"name": "Nobody"}, customer_email=scene.email())
    booking = answer.ok("RK-V04").json["data"]
    plain = scene.booked(slot)
    scene.same("RK-V04", booking.keys(), plain.keys(), "the members of the booking", answer)
    scene.same("RK-V04", booking["status"], "pending", "the status", answer)
    scene.expect("RK-V04", booking["id"] != nowhere, "an id of its own", booking["id"], answer)
    scene.expect("RK-V04", booking["created_at"] != strange["created_at"], "the moment of now", booking["created_at"])

    others = {"id": nowhere, "time_slot_id": beside.id, "colour": "red", "customer": {"name": "Nobody"}}
    after = scene.changed("RK-V04", booking, **others)
    scene.same("RK-V04", after, booking, "the booking after a change of what is not known")
    answer = scene.change_customer(booking, id=nowhere, colour="red", customer_name="Nobody").ok("RK-V04", 200)
    scene.same("RK-V04", answer.json["data"], booking["customer"], "the customer after a change of what is not known")
    service = scene.offered("RK-V04", provider="somebody", created_at="2001-01-01T00:00:00Z")
    plain_service = scene.seen_service("RK-V04", slot.service_id)
    scene.same("RK-V04", service.keys(), plain_service.keys(), "the members of the service")
    after = scene.change_service(service["id"], provider="somebody", version=7).ok("RK-V04", 200).json["data"]
    scene.same("RK-V04", after, service, "the service after a change of what is not known")
    (added,) = scene.changed_slots(
        "RK-V04", service["id"], {**slot_body(), "colour": "red", "service_id": slot.service_id}
    )
    scene.same("RK-V04", added["service_id"], service["id"], "the service of the slot")
    scene.same("RK-V04", "colour" in added, False, "whether the slot has a colour")


@LAWS.law("RK-V05", "RK-V10")
def an_email_reads_something_at_something_dot_something(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    wrong = (
        "jane",
        "jane.example.com",
        "jane@example",
        "@example.com",
        "jane@.",
        "jane @example.com",
        "jane@exam ple.com",
    )
    _refused_bookings(
        scene, "RK-V05", slot, "customer_email", (*wrong, "jane@doe@example.com", " jane@example.com", "")
    )
    for email in ("j@e.c", "jane+doe@mail.example.com"):
        booking = scene.book(slot, customer_email=email).ok("RK-V05").json["data"]
        scene.same("RK-V05", booking["customer"]["email"], email, "the e-mail in the answer")


@LAWS.law("RK-V06", "RK-V10")
def a_phone_has_a_plus_and_two_to_fifteen_digits(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    wrong = (
        "12025550185",
        "+",
        "+1",
        "+0202555018",
        "+1234567890123456",
        "+1 202 555 0185",
        "+1202555x185",
        "0012025550185",
    )
    _refused_bookings(scene, "RK-V06", slot, "customer_phone", wrong)
    for phone in ("+12", "+123456789012345"):
        booking = scene.book(slot, customer_phone=phone).ok("RK-V06").json["data"]
        scene.same("RK-V06", booking["customer"]["phone"], phone, "the phone in the answer")


@LAWS.law("RK-V07", "RK-V10")
def a_date_is_in_the_calendar(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    too_late = [f"2030-{month:02}-{monthrange(2030, month)[1] + 1}" for month in range(1, 13)]
    no_leap_days = [f"{year}-02-29" for year in (1900, 2100, 2200, 2300)]
    no_months = ("2030-13-01", "2030-00-10", "2030-01-00", "0000-01-01")
    no_form = ("2030-2-3", "03/03/2031", "2030-02-28 ", "")
    moments = ("2030-02-30T10:00:00Z", "2100-02-29T10:00:00+01:00")
    _refused_bookings(scene, "RK-V07", slot, "date", (*too_late, *no_leap_days, *no_months, *no_form, *moments))
    for day in ("2028-02-29", "2000-02-29", "2400-02-29", "2030-02-28", "2030-04-30", "2030-12-31"):
        booking = scene.book(slot, day).ok("RK-V07").json["data"]
        scene.same("RK-V07", booking["date"], day, "the date in the answer")
    for day in (*no_leap_days, *moments):
        scene.refused_input("RK-V07", scene.change(booking, date=day)).names("RK-V07", "date")
    scene.stays("RK-V07", booking)


@LAWS.law("RK-V08")
def a_moment_books_the_date_it_begins_with_whatever_its_offset(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=1)
    for number, offset in enumerate(_OFFSETS):
        # Both ends of a day, of a month and of a year: somewhere else it is another one at that moment.
        first, last = f"{2032 + number}-01-01", f"{2032 + number}-12-31"
        early, late = f"{first}T00:15:00{offset}", f"{last}T23:45:30.250{offset}"
        for moment, day, then, other_day in ((early, first, late, last), (late, last, early, first)):
            booking = scene.book(slot, moment, title=f"book {moment}").ok("RK-V08").json["data"]
            scene.same("RK-V08", booking["date"], day, "the date in the answer")
            booking = scene.changed("RK-V08", booking, date=then)
            scene.same("RK-V08", booking["date"], other_day, "the date after a move")
            scene.stays("RK-V08", booking)
            scene.delete(booking).ok("RK-D01", 200)
        booking = scene.booked(slot, early)
        scene.same("RK-V08", scene.places_left(slot, first), 0, f"the number of places left on {first}")


@LAWS.law("RK-V09")
def null_means_the_same_as_leaving_the_field_out(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    fields = ("customer_name", "customer_email", "customer_phone", "message")
    nulls: dict[str, Any] = dict.fromkeys(fields)
    nothing = scene.call(
        "createBooking", {"date": scene.day(), "time_slot_id": slot.id}, title="book with nothing more"
    )
    without = _bare(nothing.ok("RK-V09").json["data"])
    answer = scene.book(slot, **nulls, title="book with nulls")
    scene.same("RK-V09", _bare(answer.ok("RK-V09").json["data"]), without, "the booking with nulls", answer)
    full: dict[str, Any] = {
        "customer_name": "Jane Doe",
        "customer_email": scene.email(),
        "customer_phone": scene.phone(),
        "message": "by the window",
    }
    for number, field in enumerate(fields, start=1):
        rest = {name: value for name, value in full.items() if name != field}
        with_null = {**full, field: None}
        left_out = scene.book(slot, scene.day(number), **rest, title=f"book without {field}").ok("RK-V09")
        as_null = scene.book(slot, scene.day(-number), **with_null, title=f"book with {field} null")
        got = _bare(as_null.ok("RK-V09").json["data"])
        scene.same("RK-V09", got, _bare(left_out.json["data"]), f"the booking with {field} null", left_out, as_null)


def _bare(booking: dict[str, Any]) -> dict[str, Any]:
    """What two bookings that were asked for alike have in common; what was not told may be null or missing."""
    kept = {name: booking.get(name) for name in ("service_id", "time_slot_id", "status", "message")}
    return kept | {name: booking["customer"].get(name) for name in ("name", "email", "phone")}
