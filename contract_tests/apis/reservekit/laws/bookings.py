"""Making, reading and deleting a booking."""

from datetime import timedelta
from typing import Any

from contract_tests.apis.reservekit.scene import ReserveKitScene
from contract_tests.laws.law import Laws
from contract_tests.scenes.differences import shown

__all__ = ["LAWS"]

LAWS = Laws("bookings")

_NO_BOOKING = (404, "booking not found")
_NO_SERVICE = (404, "service not found")
_NO_SLOT = (404, "time slot not found")
_FOREIGN_SLOT = (400, "time slot does not belong to this service")


@LAWS.law("RK-B01", "RK-B24")
def a_booking_repeats_what_was_asked_for_and_is_read_as_it_was_answered(scene: ReserveKitScene) -> None:
    _, slot = scene.service(4, 4)
    known: dict[str, Any] = {"name": "Zoë O'Hara", "email": scene.email(), "phone": scene.phone()}
    since = scene.at()
    answer = scene.book(
        slot,
        scene.day(4),
        **{f"customer_{name}": value for name, value in known.items()},
        message="First visit, 2 people: window / aisle?",
    )
    booking = answer.ok("RK-B01").ok("RK-B24", 201).json["data"]
    wanted = {
        "service_id": slot.service_id,
        "date": scene.day(4),
        "time_slot_id": slot.id,
        "status": "pending",
        "message": "First visit, 2 people: window / aisle?",
    }
    for found, said in ((booking, wanted), (booking["customer"], known)):
        scene.same("RK-B01", {name: found[name] for name in said}, said, "what was asked for", answer)
        for name in ("created_at", "updated_at"):
            scene.is_now("RK-B01", found[name], since, name)
    scene.stays("RK-B01", booking)


@LAWS.law("RK-B17")
def a_slot_that_does_not_exist_cannot_be_booked(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    nowhere = scene.nowhere()
    scene.book(slot, time_slot_id=nowhere).refused("RK-B17", *_NO_SLOT)
    scene.book(slot, time_slot_id=nowhere, service_id=slot.service_id).refused("RK-B17", *_NO_SLOT)
    scene.same("RK-B17", scene.bookings_of(slot.service_id), [], "the bookings of the service")


@LAWS.law("RK-B18")
def a_create_that_names_a_service_which_does_not_exist_is_refused(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    scene.book(slot, service_id=scene.nowhere()).refused("RK-B18", *_NO_SERVICE)
    scene.same("RK-B18", scene.bookings_of(slot.service_id), [], "the bookings of the service")


@LAWS.law("RK-B19")
def a_create_that_names_another_service_than_the_slots_is_refused(scene: ReserveKitScene) -> None:
    slot, other = scene.slot(places=2), scene.slot(places=2)
    scene.book(slot, service_id=other.service_id).refused("RK-B19", *_FOREIGN_SLOT)
    scene.same("RK-B19", scene.places_left(slot), 2, "the number of places left")
    scene.same("RK-B19", scene.places_left(other), 2, "the number of places left in the other service")
    listed = [*scene.bookings_of(slot.service_id), *scene.bookings_of(other.service_id)]
    scene.same("RK-B19", listed, [], "the bookings of both services")


@LAWS.law("RK-B12")
def of_several_reasons_to_refuse_a_create_the_first_is_told(scene: ReserveKitScene) -> None:
    full, other = scene.slot(places=1), scene.slot(places=2)
    nowhere, email = scene.nowhere(), scene.email()
    booked = scene.booked(full, customer_email=email)
    elsewhere = other.service_id
    cases: tuple[tuple[int | None, dict[str, Any], tuple[Any, ...]], ...] = (
        (nowhere, {"message": 7, "time_slot_id": nowhere}, (400,)),
        (nowhere, {"time_slot_id": nowhere}, _NO_SERVICE),
        (nowhere, {}, _NO_SERVICE),
        (elsewhere, {"time_slot_id": nowhere}, _NO_SLOT),
        (elsewhere, {}, _FOREIGN_SLOT),
        (full.service_id, {}, (400, "time slot is full")),
    )
    for service_id, fields, refusal in cases:
        answer = scene.book(full, service_id=service_id, **{"customer_email": email, **fields})
        answer.refused("RK-B12", *refusal)
    scene.same("RK-B12", scene.bookings_of(full.service_id), [booked], "the bookings of the service")


@LAWS.law("RK-B20")
def naming_the_slots_own_service_makes_no_difference(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=2)
    made = []
    for service_id in (None, slot.service_id):
        email = scene.email()
        booking = scene.book(slot, service_id=service_id, customer_email=email).ok("RK-B20").json["data"]
        made.append({**booking, "id": 0, "created_at": "", "updated_at": "", "customer": booking["customer"].keys()})
    scene.same("RK-B20", made[1], made[0], "the booking with the slot's own service")
    for service_id in (None, slot.service_id):
        scene.book(slot, service_id=service_id).refused("RK-B20", 400, "time slot is full")


@LAWS.law("RK-B22")
def any_date_can_be_booked(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    for number in range(7):
        booking = scene.book(slot, scene.day(number)).ok("RK-B22").json["data"]
        scene.same("RK-B22", booking["date"], scene.day(number), "the date")
    for ago in (1, 366, 9_000):
        day = (scene.now() - timedelta(days=ago)).date().isoformat()
        booking = scene.book(slot, day, title=f"book {ago} days ago").ok("RK-B22").json["data"]
        scene.same("RK-B22", booking["date"], day, "the date")


@LAWS.law("RK-B23")
def a_booking_that_does_not_exist_is_not_found(scene: ReserveKitScene) -> None:
    nothing = {"id": scene.nowhere()}
    for answer in (
        scene.read(nothing),
        scene.change(nothing, message="changed"),
        scene.change(nothing),
        scene.delete(nothing),
        scene.customer(nothing),
        scene.change_customer(nothing, name="Jane Doe"),
    ):
        answer.refused("RK-B23", *_NO_BOOKING)


@LAWS.law("RK-D01", "RK-D02")
def a_deleted_booking_is_gone_with_its_customer(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    booking, other = scene.booked(slot), scene.booked(slot)
    answer = scene.delete(booking).ok("RK-D01", 200)
    scene.same("RK-D01", answer.json, {"data": "ok"}, "the answer", answer)
    scene.read(booking).refused("RK-D01", *_NO_BOOKING)
    scene.customer(booking).refused("RK-D01", *_NO_BOOKING)
    scene.change(booking, message="changed").refused("RK-D01", *_NO_BOOKING)
    scene.change_customer(booking, name="Jane Doe").refused("RK-D01", *_NO_BOOKING)
    scene.same("RK-D01", scene.bookings_of(slot.service_id, "RK-D01"), [other], "the bookings of the service")
    scene.delete(booking).refused("RK-D02", *_NO_BOOKING)
    scene.delete(booking).refused("RK-D02", *_NO_BOOKING)


@LAWS.law("RK-D03")
def a_booking_can_be_deleted_in_every_status(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    for booking in (scene.booked(slot), scene.confirmed(slot), scene.cancelled(slot)):
        scene.delete(booking).ok("RK-D03", 200)
        scene.read(booking).refused("RK-D03", *_NO_BOOKING)
    scene.same("RK-D03", scene.bookings_of(slot.service_id), [], "the bookings of the service")


@LAWS.law("RK-D04")
def the_id_of_a_deleted_booking_is_never_given_again(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    first, last = scene.booked(slot), scene.booked(slot)
    for booking in (last, first):
        scene.delete(booking).ok("RK-D01")
    used = {first["id"], last["id"]}
    for _ in range(3):
        booking = scene.booked(slot)
        scene.expect("RK-D04", booking["id"] not in used, f"an id other than {shown(used)}", booking["id"])
        used.add(booking["id"])
        scene.delete(booking).ok("RK-D01")
