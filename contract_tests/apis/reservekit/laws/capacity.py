"""Places: when they are taken, when they run out, when they come back."""

from collections.abc import Callable
from typing import Any

from contract_tests.apis.reservekit.laws.pasts import pasts
from contract_tests.apis.reservekit.scene import ReserveKitScene, Slot
from contract_tests.laws.law import Laws
from contract_tests.scenes.answers import Answer

__all__ = ["LAWS"]

LAWS = Laws("capacity")

_FULL = (400, "time slot is full")


@LAWS.law("RK-B02", "RK-B03", "RK-B06")
def a_slot_takes_as_many_as_it_has_places_and_no_more(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=3)
    booked = [scene.booked(slot)["id"] for _ in range(3)]
    scene.book(slot, title="book once more").refused("RK-B03", *_FULL)
    found = [booking["id"] for booking in scene.bookings_of(slot.service_id)]
    scene.same("RK-B06", found, sorted(booked), "the list of bookings after a refusal")


@LAWS.law("RK-B04")
def a_slot_that_is_full_on_one_date_takes_bookings_on_another(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=1)
    scene.booked(slot, scene.day(0))
    scene.book(slot, scene.day(7), title="book another date").ok("RK-B04")
    scene.book(slot, scene.day(7), title="book that date again").refused("RK-B03", *_FULL)


@LAWS.law("RK-B05")
def a_full_slot_keeps_nobody_out_of_another_slot_of_its_service(scene: ReserveKitScene) -> None:
    full, other = scene.service(1, 1)
    scene.booked(full)
    scene.book(other, title="book the other slot").ok("RK-B05")


@LAWS.law("RK-B03")
def a_full_slot_stays_full_whatever_becomes_of_those_who_have_no_place_in_it(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=2)
    cancelled, moved, confirmed = scene.cancelled(slot), scene.booked(slot), scene.confirmed(slot, rule="RK-B13")
    away = scene.changed("RK-M01", moved, date=scene.day(1))
    scene.delete(scene.booked(slot, rule="RK-M02")).ok("RK-D01", 200)
    pending = scene.booked(slot, rule="RK-B14")
    acts: tuple[Callable[[], Answer], ...] = (
        lambda: scene.change(cancelled, status="cancelled", cancel_reason="once more"),
        lambda: scene.change(cancelled, status="confirmed"),
        lambda: scene.change(cancelled, message="changed"),
        lambda: scene.change_customer(cancelled, email=scene.email()),
        lambda: scene.delete(cancelled),
        lambda: scene.delete(cancelled),
        lambda: scene.change(away, date=scene.day()),
        lambda: scene.change(away, status="confirmed", date=scene.day(2)),
        lambda: scene.change(away, status="cancelled", cancel_reason="ill"),
        lambda: scene.delete(away),
        lambda: scene.change(pending, status="confirmed", message=None),
        lambda: scene.change(pending, date=scene.day(), status="confirmed"),
        lambda: scene.change(confirmed, status="pending"),
        lambda: scene.change(confirmed, status="cancelled"),
        lambda: scene.change_customer(confirmed, email=scene.email()),
    )
    for act in acts:
        act()  # accepted or refused: other rules say which
        scene.book(slot, title="book the full slot").refused("RK-B03", *_FULL)
    scene.same("RK-B03", scene.places_left(slot, rule="RK-B03"), 0, "the number of places left")


@LAWS.law("RK-B13", "RK-B14")
def a_place_that_was_given_back_can_be_booked_again(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=1)
    first = scene.booked(slot)
    scene.changed("RK-L02", first, status="cancelled", cancel_reason="ill")
    second = scene.book(slot, title="book after the cancel").ok("RK-B13").json["data"]
    scene.book(slot, title="book once more").refused("RK-B03", *_FULL)
    scene.delete(second).ok("RK-D01")
    scene.book(slot, title="book after the delete").ok("RK-B14")


@LAWS.law("RK-B13")
def a_cancel_gives_the_place_back_whatever_was_before(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=1)
    for booking, elsewhere in pasts(scene, slot):
        scene.changed("RK-B13", booking, status="cancelled", cancel_reason="ill")
        _is_one_place(scene, "RK-B13", slot, booking, elsewhere)


@LAWS.law("RK-B14")
def a_delete_gives_the_place_back_whatever_was_before(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=1)
    for booking, elsewhere in pasts(scene, slot):
        scene.delete(booking).ok("RK-B14", 200)
        _is_one_place(scene, "RK-B14", slot, booking, elsewhere)


def _is_one_place(scene: ReserveKitScene, rule: str, slot: Slot, booking: dict[str, Any], elsewhere: str) -> None:
    """Where the booking was last, and where it was before."""
    scene.same(rule, scene.places_left(slot, elsewhere, rule), 1, "the number of places left on another date")
    scene.book(slot, booking["date"], title="book the place that is free").ok(rule)
    scene.book(slot, booking["date"], title="book once more").refused(rule, *_FULL)


@LAWS.law("RK-B16")
def a_confirmed_booking_takes_a_place(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=1)
    scene.confirmed(slot)
    scene.book(slot, title="book beside the confirmed one").refused("RK-B16", *_FULL)
