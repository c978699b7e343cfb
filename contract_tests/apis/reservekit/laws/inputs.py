"""Input: what is refused because of its form, and what is let through."""

from calendar import monthrange
from typing import Any

from contract_tests.apis.reservekit.scene import IDS, ReserveKitScene, Slot, slot_body
from contract_tests.laws.law import Laws
from contract_tests.laws.probes import probes, takes_a_body
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.differences import shown

__all__ = ["LAWS"]

LAWS = Laws("inputs")

_NO_IDS = ("0", "-1", "2147483648", "99999999999999999999", "1.5", "1e3", "abc", "0x10")
_OFFSETS = ("Z", "+14:00", "-12:00", "+05:30", "-09:30", "+12:45")
_NO_OBJECTS = (b"", b"{", b'{"date"', b"[]", b"[{}]", b"null", b'"text"', b"7", b"{} {}", b"{} more")


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


def _refused_bookings(scene: ReserveKitScene, rule: str, slot: Slot, field: str, values: tuple[Any, ...]) -> None:
    """Bookings with such a *field* are refused with its name, and none is made."""
    scene.ours("time_slot_id", *(value for value in values if field == "time_slot_id"))
    for value in values:
        answer = scene.book(slot, **{field: value}, title=f"book with {field} {shown(value)}")
        answer.refused(rule, 400).names(rule, field)
    found = scene.bookings_of(slot.service_id, rule)
    scene.same(rule, found, [], "the bookings of the service")


def _book_without(scene: ReserveKitScene, slot: Slot, field: str) -> Answer:
    body = {"date": scene.day(), "time_slot_id": slot.id, "customer_email": scene.email()}
    del body[field]
    return scene.call("createBooking", body, title=f"book without {field}")


@LAWS.law("RK-V02")
def a_booking_without_a_required_field_or_with_one_of_another_type_is_not_made(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    for field in ("date", "time_slot_id"):
        _book_without(scene, slot, field).refused("RK-V02", 400).names("RK-V02", field)
    _refused_bookings(scene, "RK-V02", slot, "date", (20310303, None, True, ["2031-03-03"]))
    _refused_bookings(scene, "RK-V02", slot, "time_slot_id", (str(slot.id), None, 1.5, [slot.id], True))
    for field in ("customer_name", "customer_email", "customer_phone", "message"):
        _refused_bookings(scene, "RK-V02", slot, field, (7, ["text"], {"text": "text"}, True))
    scene.same("RK-V02", scene.places_left(slot), slot.places, "the number of places left")


@LAWS.law("RK-V02")
def a_service_without_a_required_field_or_with_one_of_another_type_is_not_made(scene: ReserveKitScene) -> None:
    mark = f"Contract test {scene.word()}"
    good = {"name": mark, "description": mark, "timezone": "Europe/Berlin", "time_slots": [slot_body()]}
    bad: list[tuple[str, Any]] = [
        *((field, {**good, field: value}) for field in ("name", "timezone") for value in (7, None, ["text"])),
        ("description", {**good, "description": 7}),
        ("time_slots", {**good, "time_slots": "none"}),
    ]
    bad += [(field, {name: value for name, value in good.items() if name != field}) for field in ("name", "timezone")]
    for field, value in (("day_of_week", "1"), ("start_time", 9), ("end_time", None), ("max_bookings", "8")):
        lacking = {name: each for name, each in slot_body().items() if name != field}
        bad += [(field, {**good, "time_slots": [slot_body(), entry]}) for entry in (lacking, {**lacking, field: value})]
    for field, body in bad:
        answer = scene.offer(**body, title=f"make a service with a wrong {field}")
        answer.refused("RK-V02", 400).names("RK-V02", field)
    made = [each["id"] for each in scene.services("RK-V02") if mark in (each["name"], each["description"])]
    scene.same("RK-V02", made, [], "the services made")


@LAWS.law("RK-V03")
def a_body_is_one_json_object(scene: ReserveKitScene) -> None:
    json_body = {"Content-Type": "application/json"}
    for probe in scene.probes(only=takes_a_body):
        for content in _NO_OBJECTS:
            answer = scene.send(
                probe.operation.method,
                probe.path,
                content,
                headers=json_body,
                title=f"{probe.operation.id} with {content.decode() or 'nothing'}",
                meant_for=probe.operation.id,
            )
            answer.refused("RK-V03", 400)
    slot = scene.slot()
    booking = b'{"date": "%b", "time_slot_id": %d}' % (scene.day().encode(), slot.id)
    for content in (booking + b" more", booking + booking, booking[:-1], b"[" + booking + b"]"):
        answer = scene.send("POST", "/bookings", content, headers=json_body, meant_for="createBooking")
        answer.refused("RK-V03", 400)
    scene.same("RK-V03", scene.bookings_of(slot.service_id), [], "the bookings of the service")


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
    booking = answer.ok("RK-V04", 201).json["data"]
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


@LAWS.law("RK-V05")
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
        booking = scene.book(slot, customer_email=email).ok("RK-V05", 201).json["data"]
        scene.same("RK-V05", booking["customer"]["email"], email, "the e-mail in the answer")


@LAWS.law("RK-V06")
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
        booking = scene.book(slot, customer_phone=phone).ok("RK-V06", 201).json["data"]
        scene.same("RK-V06", booking["customer"]["phone"], phone, "the phone in the answer")


@LAWS.law("RK-V07")
def a_date_is_in_the_calendar(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    too_late = [f"2030-{month:02}-{monthrange(2030, month)[1] + 1}" for month in range(1, 13)]
    no_leap_days = [f"{year}-02-29" for year in (1900, 2100, 2200, 2300)]
    no_months = ("2030-13-01", "2030-00-10", "2030-01-00", "0000-01-01")
    no_form = ("2030-2-3", "03/03/2031", "2030-02-28 ", "")
    moments = ("2030-02-30T10:00:00Z", "2100-02-29T10:00:00+01:00")
    _refused_bookings(scene, "RK-V07", slot, "date", (*too_late, *no_leap_days, *no_months, *no_form, *moments))
    for day in ("2028-02-29", "2000-02-29", "2400-02-29", "2030-02-28", "2030-04-30", "2030-12-31"):
        booking = scene.book(slot, day).ok("RK-V07", 201).json["data"]
        scene.same("RK-V07", booking["date"], day, "the date in the answer")
    for day in (*no_leap_days, *moments):
        scene.change(booking, date=day).refused("RK-V07", 400).names("RK-V07", "date")
    scene.stays("RK-V07", booking)


@LAWS.law("RK-V08")
def a_moment_books_the_date_it_begins_with_whatever_its_offset(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=1)
    for number, offset in enumerate(_OFFSETS):
        # Both ends of a day, of a month and of a year: somewhere else it is another one at that moment.
        first, last = f"{2032 + number}-01-01", f"{2032 + number}-12-31"
        early, late = f"{first}T00:15:00{offset}", f"{last}T23:45:30.250{offset}"
        for moment, day, then, other_day in ((early, first, late, last), (late, last, early, first)):
            booking = scene.book(slot, moment, title=f"book {moment}").ok("RK-V08", 201).json["data"]
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
    without = _bare(nothing.ok("RK-V09", 201).json["data"])
    answer = scene.book(slot, **nulls, title="book with nulls")
    scene.same("RK-V09", _bare(answer.ok("RK-V09", 201).json["data"]), without, "the booking with nulls", answer)
    full: dict[str, Any] = {
        "customer_name": "Jane Doe",
        "customer_email": scene.email(),
        "customer_phone": scene.phone(),
        "message": "by the window",
    }
    for number, field in enumerate(fields, start=1):
        rest = {name: value for name, value in full.items() if name != field}
        with_null = {**full, field: None}
        left_out = scene.book(slot, scene.day(number), **rest, title=f"book without {field}").ok("RK-V09", 201)
        as_null = scene.book(slot, scene.day(-number), **with_null, title=f"book with {field} null")
        got = _bare(as_null.ok("RK-V09", 201).json["data"])
        scene.same("RK-V09", got, _bare(left_out.json["data"]), f"the booking with {field} null", left_out, as_null)


def _bare(booking: dict[str, Any]) -> dict[str, Any]:
    """What two bookings that were asked for alike have in common."""
    kept = {name: booking[name] for name in ("service_id", "time_slot_id", "status", "message")}
    return kept | {name: booking["customer"][name] for name in ("name", "email", "phone")}
