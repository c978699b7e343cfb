"""Requests at the same moment: what one does no other undoes, and what only one may do one does."""

from collections.abc import Callable
from functools import partial
from typing import Any

from contract_tests.apis.reservekit.scene import ReserveKitScene, Slot
from contract_tests.laws.law import Laws
from contract_tests.scenes.answers import Answer

__all__ = ["LAWS"]

LAWS = Laws("races")

Json = dict[str, Any]

_FULL = (400, "time slot is full")
_DUPLICATE = (400, "duplicate booking")
_NO_BOOKING = (404, "booking not found")
_ROUNDS = 2
_RACERS = 8
_FEW = 4


@LAWS.burst("RK-B21")
def of_several_who_race_for_the_last_place_one_gets_it(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=2)
    scene.booked(slot)
    emails = [scene.email() for _ in range(_RACERS)]
    answers = scene.together(
        *(partial(scene.book, slot, customer_email=email, title="book the last place") for email in emails)
    )
    scene.one_wins("RK-B21", answers, *_FULL)
    scene.same("RK-B21", len(scene.bookings_of(slot.service_id)), 2, "the number of bookings", *answers[:2])


@LAWS.burst("RK-B07")
def of_several_bookings_of_one_customer_one_is_made(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    email = scene.email()
    answers = scene.together(*[partial(scene.book, slot, customer_email=email)] * _FEW)
    scene.one_wins("RK-B07", answers, *_DUPLICATE)
    left = scene.places_left(slot, rule="RK-B07")
    scene.same("RK-B07", left, slot.places - 1, "the number of places left", *answers[:2])


@LAWS.burst("RK-M03")
def of_several_who_move_to_the_last_place_one_gets_it(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=1)
    bookings = [scene.booked(slot, scene.day(number)) for number in range(1, _FEW + 1)]
    answers = scene.together(*(partial(scene.change, booking, date=scene.day()) for booking in bookings))
    scene.one_wins("RK-M03", answers, *_FULL, status=200)
    for booking, answer in zip(bookings, answers, strict=True):
        left = scene.places_left(slot, booking["date"], "RK-M03")
        scene.same("RK-M03", left, int(answer.is_success), f"the number of places left on {booking['date']}", answer)


@LAWS.burst("RK-D02", "RK-B14")
def of_several_who_delete_a_booking_one_does(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=3)
    booking, _ = scene.booked(slot), scene.booked(slot)
    answers = scene.together(*[partial(scene.delete, booking)] * _FEW)
    scene.one_wins("RK-D02", answers, *_NO_BOOKING, status=200)
    scene.same("RK-B14", scene.places_left(slot, rule="RK-B14"), 2, "the number of places left", *answers[:2])


@LAWS.burst("RK-L13", "RK-M01")
def changes_of_a_booking_at_the_same_moment_are_all_kept(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    for _ in range(_ROUNDS):
        booking = scene.booked(slot, message="before")
        change, look = partial(scene.change, booking), partial(scene.seen, "RK-M01", booking)
        _all_are_kept(scene, "RK-L13", change, look, message="changed", status="confirmed")
        _all_are_kept(scene, "RK-M01", change, look, date=scene.day(1), message="once more")


@LAWS.burst("RK-C05")
def changes_of_a_customer_at_the_same_moment_are_all_kept(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    for _ in range(_ROUNDS):
        booking = scene.booked(slot, customer_name="Jane Doe", customer_email=scene.email())
        change, look = partial(scene.change_customer, booking), partial(_customer, scene, booking)
        _all_are_kept(scene, "RK-C05", change, look, name="Jo Roe", email=scene.email(), phone=scene.phone())


@LAWS.burst("RK-S05")
def changes_of_a_service_at_the_same_moment_are_all_kept(scene: ReserveKitScene) -> None:
    for _ in range(_ROUNDS):
        service_id = scene.offered()["id"]
        change = partial(scene.change_service, service_id)
        look = partial(scene.seen_service, "RK-S05", service_id)
        name = f"Contract test {scene.word()}"
        _all_are_kept(scene, "RK-S05", change, look, name=name, description="changed", timezone="Asia/Tokyo")


@LAWS.burst("RK-T05")
def changes_of_a_slot_at_the_same_moment_are_all_kept(scene: ReserveKitScene) -> None:
    for _ in range(_ROUNDS):
        slot = scene.slot()
        change, look = partial(_change_slot, scene, slot), partial(_slot, scene, slot)
        _all_are_kept(scene, "RK-T05", change, look, max_bookings=9, day_of_week=5, end_time="2031-01-01 20:00:00")


def _all_are_kept(
    scene: ReserveKitScene, rule: str, change: Callable[..., Answer], look: Callable[[], Json], **fields: Any
) -> None:
    """Each field is changed by a request of its own."""
    answers = scene.together(*(partial(change, **{name: value}) for name, value in fields.items()))
    for answer in answers:
        answer.ok(rule, 200)
    found = look()
    scene.same(rule, {name: found[name] for name in fields}, fields, "what is read afterwards", *answers)


def _customer(scene: ReserveKitScene, booking: Json) -> Json:
    customer: Json = scene.seen("RK-C05", booking)["customer"]
    return customer


def _change_slot(scene: ReserveKitScene, slot: Slot, **fields: Any) -> Answer:
    return scene.change_slots(slot.service_id, {"id": slot.id, **fields})


def _slot(scene: ReserveKitScene, slot: Slot) -> Json:
    (found,) = scene.slots_of(slot.service_id, "RK-T05")
    return found
