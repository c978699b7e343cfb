"""Time slots: listed, changed in batches, deleted; and what they tell of places."""

from datetime import timedelta
from itertools import combinations
from typing import Any

from contract_tests.apis.reservekit.scene import ReserveKitScene, Slot, slot_body
from contract_tests.laws.law import Laws
from contract_tests.scenes.differences import shown

__all__ = ["LAWS"]

LAWS = Laws("slots")

_NO_SLOT = (404, "time slot not found")
_NO_ORDER = (400, "end_time must be after start_time")
_FULL = (400, "time slot is full")
_MINUTE = timedelta(minutes=1)
_BOTH = ("listServiceTimeSlots", "listTimeSlots")


def _listed(
    scene: ReserveKitScene, rule: str, operation_id: str, service_id: int, **query: Any
) -> list[dict[str, Any]]:
    """The slots as one or the other list has them."""
    if operation_id == "listTimeSlots":
        data = scene.slot_page(service_id, page_size=100, **query).ok(rule, 200).json["data"]["time_slots"]
    else:
        data = scene.call(operation_id, serviceID=service_id, **query).ok(rule, 200).json["data"]
    return list(data)


def _stay(scene: ReserveKitScene, rule: str, service_id: int, slots: list[dict[str, Any]]) -> None:
    wanted = sorted(slots, key=lambda slot: slot["id"])  # nobody says that a later one has a greater id
    scene.same(rule, scene.slots_of(service_id, rule), wanted, "the slots read afterwards")


# Listed


@LAWS.law("RK-T01", "RK-P01", "RK-P10")
def the_slots_of_a_service_come_all_at_once_in_ascending_order(scene: ReserveKitScene) -> None:
    slots = scene.service(*[1] * 12)
    scene.service(1, 1)
    (later,) = scene.changed_slots("RK-T06", slots[0].service_id, slot_body(4, 1))
    scene.changed_slots("RK-T05", slots[0].service_id, {"id": slots[3].id, "start_time": "2031-01-01 00:00:01"})
    answer = scene.call("listServiceTimeSlots", serviceID=slots[0].service_id)
    data = answer.ok("RK-T01", 200).json["data"]
    scene.expect("RK-T01", isinstance(data, list), "a bare array", answer.exchange.came(), answer)
    wanted = sorted([*(slot.id for slot in slots), later["id"]])
    ids = [slot["id"] for slot in data]
    scene.same("RK-T01", sorted(ids), wanted, "the ids of the slots", answer)
    scene.same("RK-T01", {slot["service_id"] for slot in data}, {slots[0].service_id}, "their service", answer)
    scene.same("RK-P10", ids, wanted, "the ids of the slots, in order", answer)
    paged = _listed(scene, "RK-P01", "listTimeSlots", slots[0].service_id)
    scene.same("RK-P01", paged, data, "the slots of the list with pages")


@LAWS.law("RK-T02")
def with_a_date_each_slot_tells_the_places_left(scene: ReserveKitScene) -> None:
    one, two, three, again = scene.service(3, 5, 1, 1)
    scene.booked(one)
    scene.confirmed(one)
    scene.cancelled(one)
    scene.booked(one, scene.day(1))
    scene.delete(scene.booked(two)).ok("RK-D01")
    scene.booked(three)
    scene.cancelled(three, scene.day(1))
    scene.changed("RK-M01", scene.booked(three, scene.day(3)), date=scene.day(2))
    # What is given back can be booked: where it cannot, that is what is wrong, and not what the lists say of it.
    scene.cancelled(again)
    scene.booked(again, rule="RK-B13")
    for day, wanted in ((scene.day(), [1, 5, 0, 0]), (scene.day(1), [2, 5, 1, 1]), (scene.day(2), [3, 5, 0, 1])):
        slots = _listed(scene, "RK-T02", "listServiceTimeSlots", one.service_id, date=day)
        scene.same("RK-T02", [slot.get("available") for slot in slots], wanted, f"available on {day}")
        for size in (1, 2):
            pages = scene.pages("RK-T02", "listTimeSlots", "time_slots", service_id=one.service_id, date=day, size=size)
            got = [slot.get("available") for page in pages for slot in page.answer.json["data"]["time_slots"]]
            scene.same("RK-T02", got, wanted, f"available on {day}, on pages of {size}")
    answer = scene.slot_page(one.service_id, no_pagination="true", date=scene.day())
    got = [slot.get("available") for slot in answer.ok("RK-T02", 200).json["data"]["time_slots"]]
    scene.same("RK-T02", got, [1, 5, 0, 0], "available, without pages", answer)


@LAWS.law("RK-T03", "RK-T10")
def fewer_places_than_bookings_leave_none_and_keep_the_bookings(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=3)
    bookings = [scene.booked(slot) for _ in range(3)]
    scene.changed_slots("RK-T10", slot.service_id, {"id": slot.id, "max_bookings": 1})
    for operation_id in _BOTH:
        (listed,) = _listed(scene, "RK-T03", operation_id, slot.service_id, date=scene.day())
        scene.same("RK-T03", listed.get("available"), 0, "available")
        scene.same("RK-T10", listed["max_bookings"], 1, "max_bookings")
    for booking in bookings:
        scene.stays("RK-T10", booking)
    for gone, booking in enumerate(bookings):
        scene.book(slot, title=f"book when {gone} of three are gone").refused("RK-T10", *_FULL)
        scene.same("RK-T03", scene.places_left(slot, rule="RK-T03"), 0, "available")
        scene.delete(booking).ok("RK-D01")
    scene.book(slot, title="book when all are gone").ok("RK-T10")


@LAWS.law("RK-T04")
def without_a_date_no_slot_tells_the_places_left(scene: ReserveKitScene) -> None:
    slots = scene.service(1, 2)
    scene.booked(slots[0])
    for operation_id in _BOTH:
        for slot in _listed(scene, "RK-T04", operation_id, slots[0].service_id):
            scene.same("RK-T04", "available" in slot, False, "whether there is available")
    touched = scene.changed_slots("RK-T04", slots[0].service_id, {"id": slots[0].id, "max_bookings": 3}, slot_body())
    scene.same("RK-T04", ["available" in slot for slot in touched], [False, False], "whether there is available")


# Changed


@LAWS.law("RK-T05", "RK-T15")
def an_entry_with_an_id_changes_the_fields_sent(scene: ReserveKitScene) -> None:
    slot, _ = scene.service(3, 3)
    before, untouched = scene.slots_of(slot.service_id)
    for fields in (
        {"max_bookings": 5},
        {"day_of_week": 6},
        {"start_time": "2031-01-01 07:30:00"},
        {"end_time": "2031-01-01 11:15:30"},
        slot_body(7, 20, 0),
    ):
        scene.pass_time(_MINUTE)
        since = scene.at()
        (after,) = scene.changed_slots("RK-T05", slot.service_id, {"id": slot.id, **fields})
        scene.same("RK-T05", after, {**before, **fields, "updated_at": after["updated_at"]}, "the slot")
        scene.is_now("RK-T05", after["updated_at"], since, "updated_at")
        read = {each["id"]: each for each in scene.slots_of(slot.service_id, "RK-T05")}
        scene.same("RK-T05", read.pop(slot.id, None), after, "the slot read afterwards")
        scene.same("RK-T15", read, {untouched["id"]: untouched}, "the slots that were not named")
        before = after


@LAWS.law("RK-T14")
def entries_for_one_slot_follow_one_another(scene: ReserveKitScene) -> None:
    slot, beside = scene.service(3, 3)
    before, untouched = scene.slots_of(slot.service_id)
    fields: tuple[dict[str, Any], ...] = (
        {"max_bookings": 5},
        {"day_of_week": 6},
        {"start_time": "2031-01-01 07:30:00"},
        {"end_time": "2031-01-01 11:15:30", "max_bookings": 7},
    )
    for one, two in combinations(fields, 2):
        entries = ({"id": slot.id, **one}, {"id": beside.id, "max_bookings": 3}, {"id": slot.id, **two})
        scene.changed_slots("RK-T14", slot.service_id, *entries)
        after = {each["id"]: each for each in scene.slots_of(slot.service_id, "RK-T14")}
        wanted = {**before, **one, **two, "updated_at": after[slot.id]["updated_at"]}
        scene.same("RK-T14", after, {slot.id: wanted, beside.id: untouched}, "the slots read afterwards")
        before = wanted


@LAWS.law("RK-T06", "RK-T15")
def an_entry_without_an_id_adds_a_slot(scene: ReserveKitScene) -> None:
    service_id = scene.service(3, 4)[0].service_id
    before = scene.slots_of(service_id)
    entry = slot_body(6, 17, 4)
    since = scene.at()
    (added,) = scene.changed_slots("RK-T06", service_id, entry)
    for moment in ("created_at", "updated_at"):
        scene.is_now("RK-T06", added[moment], since, moment)
    scene.same("RK-T06", {name: added[name] for name in entry}, entry, "the slot")
    scene.expect("RK-T06", added["id"] not in {slot["id"] for slot in before}, "a new id", added["id"])
    read = {each["id"]: each for each in scene.slots_of(service_id, "RK-T06")}
    scene.same("RK-T06", read.pop(added["id"], None), added, "the slot read afterwards")
    scene.same("RK-T15", read, {each["id"]: each for each in before}, "the slots that were not named")
    # The same once more is another slot.
    (again,) = scene.changed_slots("RK-T06", service_id, entry)
    _stay(scene, "RK-T15", service_id, [*before, added, again])
    slot = Slot(added["id"], service_id, added["max_bookings"])
    scene.book(slot, title="book the new slot").ok("RK-T06")


@LAWS.law("RK-T07")
def a_batch_answers_the_changed_slots_and_then_the_added(scene: ReserveKitScene) -> None:
    one, two, three = scene.service(1, 2, 3)
    touched = scene.changed_slots(
        "RK-T07",
        one.service_id,
        slot_body(11, 20),
        {"id": three.id, "max_bookings": 13},
        slot_body(12, 10),
        {"id": one.id, "max_bookings": 14},
    )
    got = [slot["max_bookings"] for slot in touched]
    scene.same("RK-T07", got, [13, 14, 11, 12], "max_bookings of the slots in the answer")
    scene.same("RK-T07", [slot["id"] for slot in touched[:2]], [three.id, one.id], "the ids of the changed slots")
    listed = {slot["id"]: slot["max_bookings"] for slot in scene.slots_of(one.service_id)}
    wanted = {one.id: 14, two.id: two.places, three.id: 13, touched[2]["id"]: 11, touched[3]["id"]: 12}
    scene.same("RK-T07", listed, wanted, "max_bookings of the slots listed")


@LAWS.law("RK-T08")
def a_batch_with_an_id_that_is_no_slot_of_the_service_is_not_done(scene: ReserveKitScene) -> None:
    slot, gone = scene.service(3, 3)
    scene.delete_slot(gone.id).ok("RK-D09")
    elsewhere = scene.slot()
    before, there = scene.slots_of(slot.service_id), scene.slots_of(elsewhere.service_id)
    fine = ({"id": slot.id, "max_bookings": 9}, slot_body())
    early = [{"id": slot.id, "end_time": "2030-12-31 10:00:00"}, {**slot_body(), "end_time": "2030-12-31 10:00:00"}]
    for other in (scene.nowhere(), gone.id, elsewhere.id):
        wrong = {"id": other, "max_bookings": 9}
        for entries in ((wrong,), (*fine, wrong), (wrong, *fine), (*early, wrong)):
            scene.change_slots(slot.service_id, *entries).refused("RK-T08", *_NO_SLOT)
            _stay(scene, "RK-T08", slot.service_id, before)
    _stay(scene, "RK-T08", elsewhere.service_id, there)


@LAWS.law("RK-T09")
def a_batch_that_leaves_a_slot_ending_too_early_is_not_done(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    before = scene.slots_of(slot.service_id)
    start, end = before[0]["start_time"], before[0]["end_time"]
    fine = slot_body()
    for wrong in (
        {"id": slot.id, "start_time": end},
        {"id": slot.id, "start_time": "2031-01-02 00:00:00"},
        {"id": slot.id, "end_time": start},
        {"id": slot.id, "end_time": "2030-12-31 23:59:59"},
        {"id": slot.id, "start_time": end, "end_time": start},
        {**fine, "end_time": fine["start_time"]},
        {**fine, "end_time": "2030-12-31 10:00:00"},
    ):
        for entries in ((wrong,), (fine, wrong), (wrong, fine)):
            scene.change_slots(slot.service_id, *entries).refused("RK-T09", *_NO_ORDER)
            _stay(scene, "RK-T09", slot.service_id, before)
    # Past midnight the date, as written, makes it later.
    night = {"start_time": "2031-01-01 23:00:00", "end_time": "2031-01-02 01:00:00"}
    (after,) = scene.changed_slots("RK-T09", slot.service_id, {"id": slot.id, **night})
    scene.same("RK-T09", {name: after[name] for name in night}, night, "a slot over midnight")


@LAWS.law("RK-T11")
def more_places_open_a_full_date_at_once(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=1)
    scene.booked(slot)
    scene.book(slot, title="book the full slot").refused("RK-B03", *_FULL)
    scene.changed_slots("RK-T11", slot.service_id, {"id": slot.id, "max_bookings": 2})
    scene.same("RK-T11", scene.places_left(slot, rule="RK-T11"), 1, "the number of places left")
    scene.book(slot, title="book the place that was added").ok("RK-T11")
    scene.book(slot, title="book once more").refused("RK-T11", *_FULL)


@LAWS.law("RK-T12")
def times_come_back_as_they_were_sent(scene: ReserveKitScene) -> None:
    texts = (("1999-12-31 00:00:00", "1999-12-31 23:59:59"), ("2024-02-29 02:30:00", "2024-03-01 02:30:01"))
    for zone in ("Pacific/Apia", "America/New_York", "UTC"):
        sent = [{**slot_body(), "start_time": start, "end_time": end} for start, end in texts]
        service = scene.offered(timezone=zone, time_slots=sent)
        (added,) = scene.changed_slots("RK-T12", service["id"], sent[0])
        scene.change_service(service["id"], timezone="Asia/Kathmandu").ok("RK-S05", 200)
        for operation_id in _BOTH:
            slots = _listed(scene, "RK-T12", operation_id, service["id"])
            got = sorted((slot["start_time"], slot["end_time"]) for slot in slots)
            scene.same("RK-T12", got, [texts[0], *texts], "the times listed")
        scene.same("RK-T12", (added["start_time"], added["end_time"]), texts[0], "the times answered")


@LAWS.law("RK-T13")
def a_batch_with_a_value_out_of_bounds_is_not_done(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    before = scene.slots_of(slot.service_id)
    wrong: tuple[tuple[str, Any], ...] = (
        ("day_of_week", -1),
        ("day_of_week", 7),
        ("max_bookings", 0),
        ("max_bookings", -1),
        ("start_time", "09:00:00"),
        ("start_time", "2031-01-01T09:00:00"),
        ("start_time", "2031-01-01 24:00:00"),
        ("start_time", "2031-01-01 9:00:00"),
        ("start_time", "2031-13-01 09:00:00"),
        ("end_time", "2031-01-01 09:60:00"),
        ("end_time", "2031-01-01 10:00"),
        ("end_time", ""),
    )
    for field, value in wrong:
        for entry in ({"id": slot.id, field: value}, {**slot_body(), field: value}):
            answer = scene.change_slots(
                slot.service_id, slot_body(), entry, title=f"change slots, {field} {shown(value)}"
            )
            answer.refused("RK-T13", 400).names("RK-T13", field)
    _stay(scene, "RK-T13", slot.service_id, before)
    for field, value in (("day_of_week", 0), ("day_of_week", 6), ("max_bookings", 1)):
        (after,) = scene.changed_slots("RK-T13", slot.service_id, {"id": slot.id, field: value})
        scene.same("RK-T13", after[field], value, field)


# Deleted


@LAWS.law("RK-D07", "RK-D08")
def the_slots_of_a_day_go_and_those_of_other_days_and_services_stay(scene: ReserveKitScene) -> None:
    days = [slot_body(1, 8 + number, day) for number, day in enumerate((2, 3, 2, 0, 2))]
    service_id, other_id = scene.offered(time_slots=days)["id"], scene.offered(time_slots=days)["id"]
    before, there = scene.slots_of(service_id), scene.slots_of(other_id)
    answer = scene.delete_slots_of_day(service_id, 2).ok("RK-D07", 200)
    scene.same("RK-D07", answer.json, {"data": "ok"}, "the answer", answer)
    _stay(scene, "RK-D07", service_id, [before[1], before[3]])
    _stay(scene, "RK-D07", other_id, there)
    for day in (2, 5):
        answer = scene.delete_slots_of_day(service_id, day).ok("RK-D08", 200)
        scene.same("RK-D08", answer.json, {"data": "ok"}, "the answer", answer)
    _stay(scene, "RK-D08", service_id, [before[1], before[3]])


@LAWS.law("RK-D09", "RK-D10")
def a_deleted_slot_is_gone_and_its_neighbours_stay(scene: ReserveKitScene) -> None:
    slot, other = scene.service(3, 3)
    service_id = slot.service_id
    _, kept = scene.slots_of(service_id)
    answer = scene.delete_slot(slot.id).ok("RK-D09", 200)
    scene.same("RK-D09", answer.json, {"data": "ok"}, "the answer", answer)
    for operation_id in _BOTH:
        scene.same("RK-D09", _listed(scene, "RK-D09", operation_id, service_id), [kept], "the slots listed")
    scene.book(slot, title="book the deleted slot").refused("RK-D09", *_NO_SLOT)
    scene.book(slot, service_id=service_id, title="book the deleted slot").refused("RK-D09", *_NO_SLOT)
    scene.book(other, title="book the other slot").ok("RK-D09")
    scene.delete_slot(slot.id).refused("RK-D10", *_NO_SLOT)
    scene.delete_slot(scene.nowhere()).refused("RK-D10", *_NO_SLOT)


@LAWS.law("RK-D11")
def the_bookings_of_a_deleted_slot_stay_and_can_change(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    bookings = [scene.booked(slot), scene.confirmed(slot), scene.cancelled(slot), scene.booked(slot)]
    scene.delete_slot(slot.id).ok("RK-D09", 200)
    for booking in bookings:
        scene.stays("RK-D11", booking)
        customer = scene.customer(booking).ok("RK-D11", 200).json["data"]
        scene.same("RK-D11", customer, booking["customer"], "the customer")
    listed = [booking["id"] for booking in scene.bookings_of(slot.service_id)]
    scene.same("RK-D11", listed, sorted(booking["id"] for booking in bookings), "the bookings of the service")
    after = scene.changed("RK-D11", bookings[0], status="confirmed")
    scene.same("RK-D11", after["status"], "confirmed", "the status")
    after = scene.changed("RK-D11", bookings[1], status="cancelled", cancel_reason="the slot is gone")
    scene.same("RK-D11", after["status"], "cancelled", "the status")
    scene.delete(bookings[3]).ok("RK-D11", 200)
