"""Booking at once."""

from collections.abc import Callable
from functools import partial

from contract_tests.apis.anny.looking import (
    can_be_booked,
    is_free,
    linked,
    points_at,
    refused_at,
    sent,
    slot_of,
    unavailable,
)
from contract_tests.apis.anny.scene import ADMIN, IDS, NOBODY, AnnyScene, Slot
from contract_tests.laws.law import Laws
from contract_tests.profiles import NotApplicable
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import MAIN, OTHER

__all__ = ["LAWS"]

LAWS = Laws("instant")

_UNAVAILABLE = (422, "unavailable_interval")
_NOT_SUPPORTED = (422, "instant_booking_not_supported")


@LAWS.law("AN-N01")
def a_free_interval_is_booked_for_the_caller(scene: AnnyScene) -> None:
    for by, slot in ((MAIN, scene.slot()), (OTHER, scene.slot(where="other_room"))):
        is_free(scene, "AN-N01", slot)
        booking = scene.book(slot, by=by).ok("AN-N01", 201).json["data"]
        shown = booking["attributes"]
        scene.same("AN-N01", shown["status"], "accepted", "the status")
        scene.same("AN-N01", slot_of(booking), slot, "what was booked")
        answer = scene.read(booking, by=by, include="customer").ok("AN-N01", 200)
        (customer,) = sent(answer, "customers").values()
        scene.same("AN-N01", customer["attributes"]["email"], scene.address(by), "the customer's address", answer)
        scene.stays("AN-N01", booking, by=by)
        is_free(scene, "AN-N01", slot, wanted=False)


def _listed_at(scene: AnnyScene, slot: Slot) -> set[str]:
    """What is in the caller's list; in a world with others what is of the interval."""
    listed = scene.every("AN-N02", "listBookings", until=())
    return {each["id"] for each in listed if scene.world.is_own or slot_of(each) == slot}


@LAWS.law("AN-N02")
def what_cannot_be_booked_at_once_is_not(scene: AnnyScene) -> None:
    slot = scene.slot("paid")
    before = _listed_at(scene, slot)
    scene.book(slot).refused("AN-N02", *_NOT_SUPPORTED)
    is_free(scene, "AN-N02", slot)
    scene.same("AN-N02", _listed_at(scene, slot) - before, set(), "the bookings that are new")
    can_be_booked(scene, "AN-N02", slot.of(scene.service_id("instant")))


@LAWS.law("AN-N03")
def what_cannot_be_booked_says_why(scene: AnnyScene) -> None:
    slot = scene.slot()
    scene.booked(slot, by=OTHER)
    shortest = scene.service("instant")["min_duration"]
    free = slot.later(minutes=120)
    wrong = {
        "booked_out": slot,
        "resource_unavailable": free.at(scene.resource_id("course_room")),
    }
    if shortest and shortest > 1:
        wrong["under_min_duration"] = free.lasting(shortest - 1)
    for reason, each in wrong.items():
        unavailable(scene, "AN-N03", scene.book(each, title=f"book what is {reason}"), reason, said_by="AN-N14")
    is_free(scene, "AN-N03", free)


@LAWS.law("AN-C02", "AN-N03")
def who_is_refused_becomes_no_customer(scene: AnnyScene) -> None:
    if not scene.world.is_own:
        raise NotApplicable("others may become customers meanwhile")
    slot = scene.slot()
    scene.booked(slot)
    for rule, ask in (("AN-N03", scene.book), ("AN-C02", scene.add)):
        before = [each["id"] for each in scene.every(rule, "listCustomers", by=ADMIN)]
        answer = ask(slot, by=OTHER, title="ask for what is booked").refused(rule, *_UNAVAILABLE)
        after = [each["id"] for each in scene.every(rule, "listCustomers", by=ADMIN)]
        scene.same(rule, after, before, "the customers of the organisation", answer)


@LAWS.law("AN-N04")
def an_id_of_nothing_is_pointed_at(scene: AnnyScene) -> None:
    slot = scene.slot()
    scene.nowhere()
    for member in ("service_id", "resource_id"):
        answer = scene.call(
            "bookInstantly", {**slot.body, member: IDS[member]}, title=f"book with a {member} of nothing"
        )
        points_at(scene, "AN-N04", answer.refused("AN-N04", 404, "not_found"), pointer=f"/{member}")
    is_free(scene, "AN-N04", slot)


@LAWS.law("AN-N05")
def what_somebody_decides_about_is_requested(scene: AnnyScene) -> None:
    slot = scene.slot("approval")
    booking = scene.book(slot).ok("AN-N05", 201).json["data"]
    scene.same("AN-N05", booking["attributes"]["status"], "requested", "the status in the answer")
    scene.same("AN-N05", scene.status("AN-N05", booking), "requested", "the status read afterwards")
    order = scene.order("AN-N05", booking)
    scene.same("AN-N05", order["attributes"]["status"], "pending", "the status of the order")


@LAWS.law("AN-N06")
def nobody_books_without_a_token(scene: AnnyScene) -> None:
    slot = scene.slot()
    scene.book(slot, by=NOBODY).refused("AN-N06", 401, "unauthenticated")
    is_free(scene, "AN-N06", slot)
    scene.booked(slot, "AN-N06")


@LAWS.law("AN-N07")
def the_order_is_completed(scene: AnnyScene) -> None:
    booking = scene.booked()
    order = scene.order("AN-N07", booking)
    scene.same("AN-N07", order["attributes"]["status"], "completed", "the status of the order")
    scene.same("AN-N07", linked(order, "bookings"), [booking["id"]], "the bookings of the order")


@LAWS.law("AN-N08")
def as_many_places_are_booked_as_are_named(scene: AnnyScene) -> None:
    slot = scene.slot()
    places = scene.resource("room")["quantity"]
    too_many = scene.book(slot, service_id={slot.service_id: places + 1}, title="book a place too many")
    too_many.refused("AN-N08", *_UNAVAILABLE)
    booking = scene.book(slot, service_id={slot.service_id: places}).ok("AN-N08", 201).json["data"]
    scene.same("AN-N08", booking["attributes"]["weight"], places, "how many places it takes")
    is_free(scene, "AN-N08", slot, wanted=False)


@LAWS.law("AN-N09")
def two_names_say_whether_a_service_is_booked_at_once(scene: AnnyScene) -> None:
    services = scene.every("AN-N09", "listServices", by=NOBODY)
    instant = scene.service_id("instant")
    said = {
        each["id"]: (each["meta"]["can_instant_book"], each["meta"]["supports_instant_booking"]) for each in services
    }
    scene.same("AN-N09", said.get(instant), (True, True), "what the service says that is booked at once")
    differing = [number for number, (can, supports) in said.items() if can != supports]
    scene.same("AN-N09", differing, [], "the services that say two things")


@LAWS.law("AN-N10")
def an_administrator_is_no_customer(scene: AnnyScene) -> None:
    slot = scene.slot()
    scene.book(slot, by=ADMIN).refused("AN-N10", 403, "unauthorized")
    is_free(scene, "AN-N10", slot)


@LAWS.law("AN-N11")
def a_member_that_is_no_id_is_refused(scene: AnnyScene) -> None:
    slot = scene.slot()
    for member in ("nothing!", "", f"{slot.service_id}0", "x" * 8):
        for ask in (scene.book, scene.add):
            answer = ask(slot, service_id={member: 1}, title=f"{ask.__name__} {member!r}")
            refused_at(scene, "AN-N11", answer, pointer="/service_id")
    is_free(scene, "AN-N11", slot)


@LAWS.law("AN-N12")
def location_leads_to_the_booking(scene: AnnyScene) -> None:
    answer = scene.book(scene.slot()).ok("AN-N12", 201)
    location = answer.headers.get("location", "")
    scene.expect("AN-N12", bool(location), "a Location", location, answer)
    path = location.partition(scene.contract.base_path)[2]
    found = scene.send("GET", path, title="follow Location", meant_for="getBooking").ok("AN-N12", 200)
    scene.same("AN-N12", found.json["data"], answer.json["data"], "what is there", found)


@LAWS.burst("AN-N13", "AN-C24")
def the_last_place_goes_to_one_whatever_way_they_take_it(scene: AnnyScene) -> None:
    slot = scene.slot()
    elsewhere = scene.booked(scene.slot(where="other_room"))

    def book(target: Slot) -> list[Callable[[], Answer]]:
        return [partial(scene.book, target, by=by) for by in (MAIN, OTHER)]

    def hold(target: Slot) -> list[Callable[[], Answer]]:
        return [partial(scene.add, target, by=by) for by in (OTHER, NOBODY)]

    def move(target: Slot) -> list[Callable[[], Answer]]:
        return [partial(scene.move, elsewhere, **target.span, resource_id=target.resource_id)]

    for number, ways in enumerate(((book, hold), (hold, book), (book, move), (hold, move))):
        target = slot.later(minutes=60 * number)
        answers = scene.together(*(call for way in ways for call in way(target)))
        winners = [answer for answer in answers if answer.is_success]
        for rule in ("AN-N13", "AN-C24"):
            scene.same(rule, len(winners), 1, f"how many of {len(answers)} get it", *winners)
        for answer in answers:
            if answer not in winners:
                answer.refused("AN-N13", *_UNAVAILABLE)
        is_free(scene, "AN-N13", target, wanted=False)


@LAWS.burst("AN-N13")
def the_last_place_is_booked_once(scene: AnnyScene) -> None:
    slot = scene.slot()
    answers = scene.together(*[lambda by=by: scene.book(slot, by=by) for by in (MAIN, OTHER) * 4])
    scene.one_wins("AN-N13", answers, *_UNAVAILABLE, status=201)
    is_free(scene, "AN-N13", slot, wanted=False)
