"""Cancelling: for good, with what the booking took where it is early enough."""

from datetime import datetime, timedelta
from functools import partial

from contract_tests.apis.bardge.laws.sessions import asked_for_package, asked_for_visits
from contract_tests.apis.bardge.laws.spa import mixed_spa, without_visits
from contract_tests.apis.bardge.payments import LAGOS, Json
from contract_tests.apis.bardge.scene import BardgeScene
from contract_tests.laws.law import Laws
from contract_tests.scenes.answers import Answer

__all__ = ["LAWS"]

LAWS = Laws("cancelling")

_SECOND = timedelta(seconds=1)
_A_DAY = timedelta(hours=24)

Made = tuple[Json, Json]
"""A pass and what was booked with it."""


@LAWS.law("BG-L20", "BG-L24", "BG-L32", "BG-L34")
def what_a_booking_took_comes_back(scene: BardgeScene) -> None:
    for make in (_for_a_visit, _for_credits, _appointment, _appointment_for_credits):
        issued, booking = make(scene)
        client_id = issued["client_id"]
        held, (_, used) = scene.balance(client_id), scene.visits(issued)
        took = _took(scene, issued, booking)
        answer = scene.cancel(booking).ok("BG-L34", 200)
        scene.same("BG-L20", scene.status(booking), "cancelled", "the status that is read afterwards")
        scene.shows("BG-L34", answer, {"status": "cancelled"})
        _refunded(scene, "BG-L24", answer, visits=took[0], credits_=took[1])
        scene.same("BG-L24", scene.visits(issued)[1], used - took[0], "the number of visits used")
        scene.same("BG-L32", scene.balance(client_id), held + took[1], "the balance")
        if scene.world.clock is not None and scene.world.is_own:
            scene.pass_time(timedelta(hours=1))
            scene.same("BG-L20", scene.status(booking), "cancelled", "the status an hour later")


@LAWS.law("BG-L24", "BG-L25")
def nothing_comes_back_later_than_a_day_before(scene: BardgeScene) -> None:
    instance = scene.instance()
    spa, day = scene.spa(), scene.spa_day()
    of_credits = scene.instance(credits=True)
    made = []
    for too_late, time in ((timedelta(0), "12:00"), (_SECOND, "13:00")):
        for_visit, for_spa = scene.issued(), scene.spa_pass()
        for_credits = scene.with_credits(of_credits.credits or 0)
        made += [
            (scene.booked(for_visit, instance), for_visit, too_late),
            (scene.booked(for_credits, of_credits), for_credits, too_late),
            (scene.appointed(for_spa, spa, day, time), for_spa, too_late),
        ]
    for booking, issued, too_late in sorted(made, key=lambda each: (each[0]["scheduled_for"], each[2])):
        if too_late:
            scene.wait_until(_begins_at(booking) - _A_DAY + too_late)
        else:
            scene.wait_before(_begins_at(booking) - _A_DAY, included=True)
        before = (scene.visits(issued)[1], scene.balance(issued["client_id"]))
        took = _took(scene, issued, booking)
        answer = scene.cancel(booking).ok("BG-L25" if too_late else "BG-L24", 200)
        after = (scene.visits(issued)[1], scene.balance(issued["client_id"]))
        if not too_late:
            _refunded(scene, "BG-L24", answer, visits=took[0], credits_=took[1])
            continue
        _not_refunded(scene, "BG-L25", answer)
        scene.same("BG-L25", scene.status(booking), "cancelled", "the status that is read afterwards")
        scene.same("BG-L25", after, before, "visits used and balance")
    scene.same("BG-L25", scene.places_left(instance), instance.spots_left, "the number of places left")


@LAWS.law("BG-L21", "BG-L22", "BG-L35")
def a_booking_is_cancelled_once(scene: BardgeScene) -> None:
    for make in (_for_a_visit, _for_credits, _appointment, _appointment_with_copay):
        issued, booking = make(scene)
        scene.cancel(booking).ok("BG-L34", 200)
        before, left = scene.trace(issued), _places(scene, booking)
        answer = scene.cancel(booking)
        answer.refused("BG-L21", 403, "permission_denied")
        scene.error("BG-L35", answer, 403, "permission_error", "permission_denied")
        scene.left_alone("BG-L22", issued, before, answer)
        scene.same("BG-L22", _places(scene, booking), left, "what is free where it was", answer)


@LAWS.burst("BG-L21", "BG-L22")
def of_cancellations_at_the_same_moment_one_is_done(scene: BardgeScene) -> None:
    for make in (_for_a_visit, _for_credits, _appointment, _appointment_with_copay):
        issued, booking = make(scene)
        took, before = _took(scene, issued, booking), scene.trace(issued)
        answers = scene.together(*[partial(scene.cancel, booking)] * 4)
        scene.one_wins("BG-L21", answers, 403, "permission_denied")
        came_back = scene.balance(issued["client_id"]) - before["credits"]["balance"]
        scene.same("BG-L22", came_back, took[1], "credits that came back", *answers)
        if before["spent"] is not None:
            charged = booking.get("amount_charged", 0)
            scene.same("BG-L22", before["spent"] - scene.spent(), charged, "kobo that came back", *answers)


@LAWS.law("BG-L23")
def the_place_is_free_at_once(scene: BardgeScene) -> None:
    instance = scene.one_class_nearly_full()[0]
    mine, others = scene.issued(), scene.issued()
    booking = scene.booked(mine, instance)
    scene.book(others, instance).refused("BG-B13", 409, "class_full")
    scene.cancel(booking).ok("BG-L34", 200)
    scene.same("BG-L23", scene.places_left(instance), 1, "the number of places left")
    scene.booked(others, instance, "BG-L23")


@LAWS.law("BG-L26")
def what_was_charged_for_a_booking_comes_back(scene: BardgeScene) -> None:
    product, spa, covered, others = mixed_spa(scene)
    issued, day, spent = scene.lasting(product), scene.spa_day(spa), scene.spent()
    for moves in ((), ("14:00",), ("14:00", "10:00")):
        booking = scene.appointed(issued, spa, day, "12:00", services=[covered, others[0]])
        charged = booking["amount_charged"]
        scene.expect("BG-L26", charged > 0, "something was charged", booking)
        for time in moves:
            booking = scene.move(booking, date=day.isoformat(), time=time).ok("BG-M13", 201).json
        answer = scene.cancel(booking).ok("BG-L34", 200)
        refund = scene.refund(answer)
        scene.same("BG-L26", refund.get("amount_refunded"), charged, "amount_refunded", answer)
        scene.same("BG-L26", scene.spent(), spent, f"what was debited so far, after {len(moves)} moves", answer)


@LAWS.law("BG-L26", "BG-L29")
def what_was_bought_for_a_booking_stays_bought(scene: BardgeScene) -> None:
    issued, instance, session = asked_for_visits(scene)
    booking = scene.confirm(session, number_of_visits=2, duration="MONTHLY").ok("BG-F07", 201).json
    (allowed, used), spent = scene.visits(issued), scene.spent()
    _refunded(scene, "BG-L26", scene.cancel(booking).ok("BG-L34", 200), visits=1)
    scene.same("BG-L29", scene.visits(issued), (allowed, used - 1), "visits allowed and used")
    scene.same("BG-L26", scene.spent(), spent, "what was debited so far")

    issued, instance, session = asked_for_package(scene)
    package = session["copay_options"][0]["id"]
    booking = scene.confirm(session, copay_package_id=package).ok("BG-F07", 201).json
    spent = scene.spent()
    _refunded(scene, "BG-L26", scene.cancel(booking).ok("BG-L34", 200), visits=1)
    scene.same("BG-L26", scene.spent(), spent, "what was debited so far")
    scene.booked(issued, instance, "BG-L26")


@LAWS.law("BG-L27")
def the_hours_are_available_at_once(scene: BardgeScene) -> None:
    spa, day = scene.spa(), scene.spa_day()
    free = scene.free_hours(spa, day)
    booking = scene.appointed(scene.spa_pass(), spa, day)
    scene.same("BG-S31", "10:00" in scene.free_hours(spa, day), False, "whether the hour is available")
    scene.cancel(booking).ok("BG-L34", 200)
    scene.same("BG-L27", scene.free_hours(spa, day), free, "what is available")
    scene.begin(scene.spa_pass(), spa, day).ok("BG-L27", 201)


@LAWS.law("BG-L30")
def a_pending_booking_can_be_cancelled(scene: BardgeScene) -> None:
    scene.accept_after(60)
    for make in (_for_a_visit, _appointment):
        issued, booking = make(scene)
        scene.same("BG-L30", scene.status(booking), "pending", "the status before")
        _refunded(scene, "BG-L30", scene.cancel(booking).ok("BG-L30", 200), visits=1)
        scene.same("BG-L30", scene.visits(issued)[1], 0, "the number of visits used")
        scene.pass_time(timedelta(hours=2))
        scene.same("BG-L30", scene.status(booking), "cancelled", "the status when the venue would have accepted")


@LAWS.law("BG-L31", "BG-N43")
def who_cancelled_can_book_again(scene: BardgeScene) -> None:
    issued, instance = scene.issued(), scene.instance()
    for _ in range(2):
        scene.cancel(scene.booked(issued, instance, "BG-L31")).ok("BG-L34", 200)
    again = scene.booked(issued, instance, "BG-L31")
    open_ = {"pending", "confirmed"}
    scene.expect("BG-L31", scene.status(again) in open_, "the new booking stands", again)
    scene.same("BG-N43", scene.visits(issued)[1], 1, "the number of visits used")


# What there is to cancel


def _for_a_visit(scene: BardgeScene) -> Made:
    issued = scene.issued()
    return issued, scene.booked(issued, scene.instance())


def _for_credits(scene: BardgeScene) -> Made:
    instance = scene.instance(credits=True)
    issued = scene.with_credits(instance.credits or 0)
    return issued, scene.booked(issued, instance)


def _appointment(scene: BardgeScene) -> Made:
    issued = scene.spa_pass()
    return issued, scene.appointed(issued, scene.spa(), scene.spa_day(), "09:00")


def _appointment_for_credits(scene: BardgeScene) -> Made:
    spa, day = scene.spa(), scene.spa_day()
    issued = without_visits(scene, spa, day)
    scene.with_credits(spa["services"][0]["credits_required"], issued)
    return issued, scene.appointed(issued, spa, day, "11:00")


def _appointment_with_copay(scene: BardgeScene) -> Made:
    product, spa, covered, others = mixed_spa(scene)
    issued = scene.lasting(product)
    return issued, scene.appointed(issued, spa, scene.spa_day(spa), "12:00", services=[covered, others[0]])


# What came of it


def _took(scene: BardgeScene, issued: Json, booking: Json) -> tuple[int, int]:
    """Visits and credits, as the list of the client's bookings has it."""
    booking_id = booking.get("booking_id") or booking["id"]
    found = [each for each in scene.bookings_of(issued["client_id"]) if each["id"] == booking_id]
    listed = scene.first("BG-L01", found, "the booking in the list")
    return listed["visits_deducted"], listed["credits_deducted"]


def _refunded(scene: BardgeScene, rule: str, answer: Answer, *, visits: int, credits_: int = 0) -> None:
    wanted = {"refunded": True, "visits_restored": visits, "credits_refunded": credits_}
    scene.shows(rule, scene.refund(answer), wanted, "what the refund says")


def _not_refunded(scene: BardgeScene, rule: str, answer: Answer) -> None:
    wanted = {"refunded": False, "visits_restored": 0, "credits_refunded": 0, "amount_refunded": 0}
    scene.shows(rule, scene.refund(answer), wanted, "what the refund says")


def _begins_at(booking: Json) -> datetime:
    return datetime.fromtimestamp(booking["scheduled_for"], LAGOS)


def _places(scene: BardgeScene, booking: Json) -> object:
    """What is free where a booking was: the places of a class, the hours of a spa."""
    if booking.get("type") == "spa":
        answer = scene.call("getProviderAvailability", id=booking["provider_branch_id"], date=booking["date"])
        return answer.ok("BG-S31", 200).json["slots"]
    days = {"from": booking["date"], "to": booking["date"]}
    return {
        each.id: each.spots_left
        for gym_class in scene.classes()
        if gym_class["name"] == booking["class_name"]
        for each in scene.instances_of(gym_class["id"], **days)
    }
