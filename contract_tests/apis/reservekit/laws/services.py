"""Services: made, changed, deleted with all they have."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any

from contract_tests.apis.reservekit.scene import ReserveKitScene, slot_body
from contract_tests.laws.law import Laws
from contract_tests.scenes.answers import Answer

__all__ = ["LAWS"]

LAWS = Laws("services")

_NO_SERVICE = (404, "service not found")
_NO_SLOT = (404, "time slot not found")
_NO_BOOKING = (404, "booking not found")
_NO_ZONE = (422, "unknown timezone")
_NO_ORDER = (400, "end_time must be after start_time")
_MINUTE = timedelta(minutes=1)


@LAWS.law("RK-S01")
def a_service_repeats_what_was_asked_for_and_is_listed(scene: ReserveKitScene) -> None:
    name, made = f"Contract test {scene.word()}", list[int]()
    nothing: dict[str, Any] = {}  # twice: whoever asks again is given another
    for sent in ({"description": "A first meeting, of one hour"}, {"description": None}, nothing, nothing):
        body = {"name": name, "timezone": "America/New_York", "time_slots": [slot_body()], **sent}
        since = scene.at()
        answer = scene.offer(**body)
        service = answer.ok("RK-S01", 201).json["data"]
        for moment in ("created_at", "updated_at"):
            scene.is_now("RK-S01", service[moment], since, moment)
        wanted = {"name": name, "timezone": "America/New_York", "description": sent.get("description")}
        scene.same("RK-S01", {each: service[each] for each in wanted}, wanted, "the service", answer)
        scene.same("RK-S01", "time_slots" in service, False, "whether there are slots in it", answer)
        read = scene.seen_service("RK-S01", service["id"])
        scene.same("RK-S01", read, service, "the service read afterwards", answer)
        made.append(service["id"])
        listed = {each["id"]: each for each in scene.services("RK-S01") if each["name"] == name}
        scene.same("RK-S01", sorted(listed), sorted(made), "the services of that name", answer)
        scene.same("RK-S01", listed[service["id"]], service, "what the list has of it", answer)


@LAWS.law("RK-S02", "RK-S09")
def the_slots_sent_along_are_the_services_in_their_order(scene: ReserveKitScene) -> None:
    sent = [slot_body(3, 15, 6), slot_body(1, 9, 0), slot_body(8, 9, 0), slot_body(2, 12, 3)]
    since = scene.at()
    service = scene.offered(time_slots=sent)
    slots = scene.slots_of(service["id"])
    for slot, moment in product(slots, ("created_at", "updated_at")):
        scene.is_now("RK-S02", slot[moment], since, moment)
    got = [{name: slot[name] for name in sent[0]} for slot in slots]
    scene.same("RK-S02", sorted(got, key=str), sorted(sent, key=str), "the slots")
    scene.same("RK-S09", got, sent, "the slots, in order")
    scene.same("RK-S02", {slot["service_id"] for slot in slots}, {service["id"]}, "the service they name")
    scene.same("RK-S02", scene.slots_of(scene.offered()["id"]), [], "the slots of a service made without any")


@LAWS.law("RK-S03")
def a_service_needs_a_time_zone_that_exists(scene: ReserveKitScene) -> None:
    name = f"Contract test {scene.word()}"
    for zone in ("Europe/Nowhere", "Nowhere", "../etc/passwd", "Europe", "GMT+25"):
        scene.offer(name=name, timezone=zone, time_slots=[slot_body()]).refused("RK-S03", *_NO_ZONE)
    made = [each["id"] for each in scene.services("RK-S03") if each["name"] == name]
    scene.same("RK-S03", made, [], "the services made")
    for zone in ("Europe/Berlin", "Pacific/Apia", "UTC"):
        scene.same("RK-S03", scene.offered("RK-S03", timezone=zone)["timezone"], zone, "the time zone")


@LAWS.law("RK-S04")
def a_service_with_one_slot_that_ends_too_early_is_not_made(scene: ReserveKitScene) -> None:
    name = f"Contract test {scene.word()}"
    good = slot_body()
    for end in (good["start_time"], "2031-01-01 08:59:59", "2030-12-31 23:00:00"):
        bad = {**good, "end_time": end}
        for slots in ([bad], [good, bad], [bad, good]):
            scene.offer(name=name, timezone="Europe/Berlin", time_slots=slots).refused("RK-S04", *_NO_ORDER)
    made = [each["id"] for each in scene.services("RK-S04") if each["name"] == name]
    scene.same("RK-S04", made, [], "the services made")
    scene.offered("RK-S04", time_slots=[{**good, "end_time": "2031-01-01 09:00:01"}])


@LAWS.law("RK-S05")
def a_change_of_a_service_replaces_what_is_sent(scene: ReserveKitScene) -> None:
    before = scene.offered(description="before", time_slots=[slot_body()])
    for fields in (
        {"name": f"Contract test {scene.word()}"},
        {"description": "after"},
        {"timezone": "Asia/Tokyo"},
        {"description": None},
        {"name": f"Contract test {scene.word()}", "description": "again", "timezone": "Europe/Lisbon"},
    ):
        scene.pass_time(_MINUTE)
        since = scene.at()
        answer = scene.change_service(before["id"], **fields)
        after = answer.ok("RK-S05", 200).json["data"]
        scene.same("RK-S05", after, {**before, **fields, "updated_at": after["updated_at"]}, "the service", answer)
        scene.is_now("RK-S05", after["updated_at"], since, "updated_at")
        scene.same("RK-S05", scene.seen_service("RK-S05", before["id"]), after, "the service read afterwards", answer)
        before = after


@LAWS.law("RK-S06")
def a_service_is_not_given_a_time_zone_that_does_not_exist(scene: ReserveKitScene) -> None:
    service = scene.offered(description="before")
    for zone in ("Europe/Nowhere", "Nowhere"):
        for more in ({}, {"name": "Changed", "description": "after"}):
            scene.change_service(service["id"], timezone=zone, **more).refused("RK-S06", *_NO_ZONE)
            scene.same("RK-S06", scene.seen_service("RK-S06", service["id"]), service, "the service read afterwards")


@LAWS.law("RK-S07")
def an_empty_change_of_a_service_changes_nothing(scene: ReserveKitScene) -> None:
    service = scene.offered(description="before")
    scene.pass_time(_MINUTE)
    answer = scene.change_service(service["id"])
    scene.same("RK-S07", answer.ok("RK-S07", 200).json["data"], service, "the service", answer)
    scene.same("RK-S07", scene.seen_service("RK-S07", service["id"]), service, "the service read afterwards")


@LAWS.law("RK-S08")
def a_service_that_does_not_exist_is_not_found(scene: ReserveKitScene) -> None:
    for answer in _named(scene, scene.nowhere()):
        answer.refused("RK-S08", *_NO_SERVICE)


def _named(scene: ReserveKitScene, service_id: int) -> Iterator[Answer]:
    """What each operation answers that names the service."""
    yield scene.read_service(service_id)
    yield scene.change_service(service_id, name="Changed")
    yield scene.change_service(service_id, timezone="Nowhere")
    yield scene.change_service(service_id)
    yield scene.delete_service(service_id)
    yield scene.call("listServiceTimeSlots", serviceID=service_id)
    yield scene.call("listServiceTimeSlots", serviceID=service_id, date=scene.day())
    yield scene.slot_page(service_id)
    yield scene.slot_page(service_id, no_pagination="true")
    yield scene.call("listBookings", service_id=service_id, page=1, page_size=10)
    yield scene.change_slots(service_id, slot_body())
    yield scene.change_slots(service_id, {"id": scene.nowhere(), "max_bookings": 1})
    yield scene.delete_slots_of_day(service_id, 1)


@LAWS.law("RK-D05", "RK-D06")
def a_deleted_service_takes_its_slots_and_bookings_along_and_no_others(scene: ReserveKitScene) -> None:
    one, two = scene.service(8, 8)
    service_id = one.service_id
    neighbour = scene.slot()
    kept = [scene.booked(neighbour), scene.confirmed(neighbour), scene.cancelled(neighbour)]
    kept_service = scene.seen_service("RK-S01", neighbour.service_id)
    kept_slots = scene.slots_of(neighbour.service_id)
    kept_places = scene.slots_of(neighbour.service_id, day=scene.day())
    bookings = [scene.booked(one), scene.confirmed(two), scene.cancelled(one), scene.booked(one, scene.day(3))]

    answer = scene.delete_service(service_id).ok("RK-D05", 200)
    scene.same("RK-D05", answer.json, {"data": "ok"}, "the answer", answer)

    for booking in bookings:
        scene.read(booking).refused("RK-D05", *_NO_BOOKING)
        scene.customer(booking).refused("RK-D05", *_NO_BOOKING)
    for slot in (one, two):
        scene.delete_slot(slot.id).refused("RK-D05", *_NO_SLOT)
        scene.book(slot, scene.day(20)).refused("RK-D05", *_NO_SLOT)
    for answer in _named(scene, service_id):
        answer.refused("RK-D05", *_NO_SERVICE)
    listed = {service["id"] for service in scene.services("RK-D05")}
    scene.same("RK-D05", service_id in listed, False, "whether the list of services has it")

    scene.same("RK-D06", scene.seen_service("RK-D06", neighbour.service_id), kept_service, "the other service")
    scene.same("RK-D06", scene.slots_of(neighbour.service_id, "RK-D06"), kept_slots, "the slots of the other service")
    for booking in kept:
        scene.stays("RK-D06", booking)
    places = scene.call("listServiceTimeSlots", serviceID=neighbour.service_id, date=scene.day(), title="list slots")
    left = places.ok("RK-D06", 200).json["data"]
    scene.same("RK-D06", left, kept_places, "the other service's slots with the places left", answer, places)
