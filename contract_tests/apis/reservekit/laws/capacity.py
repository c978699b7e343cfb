"""Places: when they are taken, when they run out, when they come back."""

from contract_tests.apis.reservekit.scene import ReserveKitScene
from contract_tests.laws.law import Laws

__all__ = ["LAWS"]

LAWS = Laws("capacity")

_FULL = (400, "time slot is full")
_RACERS = 8


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
    scene.book(slot, scene.day(7), title="book another date").ok("RK-B04", 201)
    scene.book(slot, scene.day(7), title="book that date again").refused("RK-B03", *_FULL)


@LAWS.law("RK-B05")
def a_full_slot_keeps_nobody_out_of_another_slot_of_its_service(scene: ReserveKitScene) -> None:
    full, other = scene.service(1, 1)
    scene.booked(full)
    scene.book(other, title="book the other slot").ok("RK-B05", 201)


@LAWS.law("RK-B13", "RK-B14")
def a_place_that_was_given_back_can_be_booked_again(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=1)
    first = scene.booked(slot)
    scene.changed("RK-L02", first, status="cancelled", cancel_reason="ill")
    second = scene.book(slot, title="book after the cancel").ok("RK-B13", 201).json["data"]
    scene.book(slot, title="book once more").refused("RK-B03", *_FULL)
    scene.delete(second).ok("RK-D01")
    scene.book(slot, title="book after the delete").ok("RK-B14", 201)


@LAWS.law("RK-B16")
def a_confirmed_booking_takes_a_place(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=1)
    scene.confirmed(slot)
    scene.book(slot, title="book beside the confirmed one").refused("RK-B16", *_FULL)


@LAWS.burst("RK-B21")
def of_several_who_race_for_the_last_place_one_gets_it(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=2)
    scene.booked(slot)
    emails = [scene.email() for _ in range(_RACERS)]
    answers = scene.together(
        *(lambda email=email: scene.book(slot, customer_email=email, title="book the last place") for email in emails)
    )
    winners = [answer for answer in answers if answer.status == 201]
    scene.expect("RK-B21", len(winners) == 1, "one 201", f"{len(winners)} of {_RACERS}", *winners[:2])
    for answer in answers:
        if answer not in winners:
            answer.refused("RK-B21", *_FULL)
    scene.same("RK-B21", len(scene.bookings_of(slot.service_id)), 2, "the number of bookings", *winners[:2])
