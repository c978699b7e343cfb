"""The states of bookings: what time does to them, what is final, who takes a place, what is decided."""

from collections.abc import Sequence
from datetime import timedelta

from contract_tests.apis.anny.laws.forms import personalize
from contract_tests.apis.anny.looking import (
    Money,
    can_be_booked,
    costly_moment,
    is_free,
    money,
    refused_at,
    slot_of,
    takes_place,
)
from contract_tests.apis.anny.scene import ADMIN, UNKNOWN, AnnyScene, Json, Slot, bookings_in, cents, moment
from contract_tests.laws.law import Laws
from contract_tests.scenes.scene import OTHER

__all__ = ["LAWS"]

LAWS = Laws("statuses")

_NOT_PENDING = (422, "booking_not_pending")
_UNAVAILABLE = (422, "unavailable_interval")
_SECOND = timedelta(seconds=1)
_HOUR = timedelta(hours=1)


# What time does


@LAWS.law("AN-S02", "AN-S03")
def nobody_who_does_not_come_keeps_the_room(scene: AnnyScene) -> None:
    slot = scene.slot(minutes=180)
    after = scene.expires_after()
    booking = scene.booked(slot)
    rest = slot.later(minutes=60).lasting(60)
    scene.go_to(slot.starts_at + after - _SECOND)
    scene.same("AN-S02", scene.status("AN-S02", booking), "accepted", "the status a second before")
    takes_place(scene, "AN-S03", rest)
    scene.pass_time(_SECOND)
    scene.same("AN-S02", scene.status("AN-S02", booking), "expired", "the status from then on")
    is_free(scene, "AN-S03", rest)
    can_be_booked(scene, "AN-S03", rest)


@LAWS.law("AN-S16")
def who_has_not_come_when_the_window_is_over_comes_no_more(scene: AnnyScene) -> None:
    slot, after = scene.slot(minutes=180), scene.expires_after()
    booking = scene.booked(slot)
    window = timedelta(minutes=scene.resource("room")["settings"]["checkIn"]["allowedDelayPeriod"])
    scene.go_to(slot.starts_at + max(after, window) + _SECOND)
    scene.same("AN-S16", scene.status("AN-S16", booking), "expired", "the status when the window is over")


_HERE, _LATER, _ELSEWHERE = "here", "later", "elsewhere"
_HISTORIES: tuple[tuple[tuple[str, ...], bool], ...] = (
    ((_LATER, _HERE), False),
    ((_HERE, _LATER), True),
    ((_HERE, _LATER, _HERE), False),
    ((_ELSEWHERE, _HERE), False),
    ((_HERE, _ELSEWHERE), True),
    ((_HERE, _LATER, _ELSEWHERE), True),
)
"""Where a booking is made and moved to, and whether that is put back: each is here in the end."""


def _made_by_history(scene: AnnyScene, hours: Sequence[Slot]) -> list[tuple[Slot, Slot, Json]]:
    """For each history where the booking is, another place where it was, and the booking."""
    made = []
    for here, later, (way, comes_back) in zip(hours, hours[len(hours) // 2 :], _HISTORIES, strict=False):
        places = {_HERE: here, _LATER: later, _ELSEWHERE: later.at(scene.resource_id("other_room"))}
        booking = scene.booked(places[way[0]])
        for each in way[1:]:
            scene.moved("AN-R01", booking, **places[each].span, resource_id=places[each].resource_id)
        if comes_back:
            scene.revert(booking).ok("AN-E01", 200)
        made.append((here, places[_ELSEWHERE if _ELSEWHERE in way else _LATER], booking))
    return made


@LAWS.law("AN-S02")
def what_was_moved_or_put_back_expires_by_the_start_it_has(scene: AnnyScene) -> None:
    after = scene.expires_after()
    for here, _, booking in _made_by_history(scene, scene.day()[::2]):
        scene.go_to(here.starts_at + after - _SECOND)
        scene.same("AN-S02", scene.status("AN-S02", booking), "accepted", "the status a second before")
        scene.pass_time(_SECOND)
        scene.same("AN-S02", scene.status("AN-S02", booking), "expired", "the status from then on")


@LAWS.law("AN-S04")
def expiry_refunds_nothing(scene: AnnyScene) -> None:
    slot = scene.slot("paid")
    after = scene.expires_after()
    booking = scene.paid(slot)
    before = money(scene, "AN-S04", booking)
    scene.expect("AN-S04", before.paid > 0, "a booking that was paid", before)
    scene.go_to(slot.starts_at + after)
    scene.same("AN-S02", scene.status("AN-S02", booking), "expired", "its status")
    scene.same("AN-S04", money(scene, "AN-S04", booking), before, "what its order has come to")


@LAWS.law("AN-S05")
def what_is_over_stays_over(scene: AnnyScene) -> None:
    rejected, canceled = scene.rejected(), scene.canceled(scene.slot(where="desk"))
    for status, booking in (("rejected", rejected), ("canceled", canceled)):
        _stays_over(scene, booking, status)  # before anything has started, which is refused for that
    if scene.world.is_own:
        slot = scene.slot(where="room")
        missed = scene.booked(slot)
        scene.go_to(slot.starts_at + scene.expires_after())
        _stays_over(scene, missed, "expired")


def _stays_over(scene: AnnyScene, booking: Json, status: str) -> None:
    scene.same("AN-S05", scene.status("AN-S05", booking), status, "the status")
    for answer in (
        scene.decide(booking, "accepted"),
        scene.decide(booking, "rejected"),
        scene.cancel(booking),
        scene.cancel(booking, by=ADMIN),
        scene.move(booking, start_date=slot_of(booking).later(minutes=60).starts_at.isoformat()),
        scene.invite(booking, {"email": "somebody@example.com"}),
        scene.choose(booking),
        personalize(scene, booking, {}),
        scene.revert(booking),
        scene.check_in(booking),
        scene.check_out(booking),
    ):
        scene.expect("AN-S05", answer.status == 422, "a refusal with 422", answer.exchange.came(), answer)
    scene.same("AN-S05", scene.status("AN-S05", booking), status, "the status afterwards")


@LAWS.law("AN-S06")
def who_waits_past_the_start_goes_on_waiting(scene: AnnyScene) -> None:
    slot = scene.slot("approval")
    booking = scene.requested(slot)
    for when in (slot.starts_at, slot.starts_at + scene.expires_after(), slot.ends_at + _HOUR):
        scene.go_to(when)
        scene.same("AN-S06", scene.status("AN-S06", booking), "requested", f"the status at {when}")
    scene.decide(booking, "accepted").ok("AN-S11", 200)


@LAWS.law("AN-S08")
def nobody_has_to_check_in_where_nothing_expires(scene: AnnyScene) -> None:
    check_in = scene.resource("other_room")["settings"]["checkIn"]
    scene.expect("AN-S08", not (check_in["isEnabled"] and check_in["autoExpiry"]), "no expiry there", check_in)
    slot = scene.slot(where="other_room")
    booking = scene.booked(slot)
    for when in (slot.starts_at + timedelta(minutes=check_in["autoExpiresAfter"]), slot.ends_at, slot.ends_at + _HOUR):
        scene.go_to(when)
        scene.same("AN-S08", scene.status("AN-S08", booking), "accepted", f"the status at {when}")


# Places


@LAWS.law("AN-S07", "AN-S18")
def what_may_still_happen_takes_its_place(scene: AnnyScene) -> None:
    slot = scene.slot("approval")
    instant = slot.of(scene.service_id("instant"))
    held = scene.held(instant)
    takes_place(scene, "AN-S07", instant)
    scene.empty(order=held).ok("AN-C17", 200)
    requested = scene.requested(slot)
    takes_place(scene, "AN-S07", instant)
    scene.decide(requested, "rejected").ok("AN-S12", 200)
    accepted = scene.booked(instant, "AN-S18")
    takes_place(scene, "AN-S07", instant)
    scene.cancel(accepted).ok("AN-X01", 200)
    can_be_booked(scene, "AN-S18", instant)


@LAWS.law("AN-S18")
def what_is_over_takes_no_place_however_long_it_is_over(scene: AnnyScene) -> None:
    hours = scene.day()[::2]
    made = _made_by_history(scene, hours)
    waits = hours[-1].of(scene.service_id("approval"))
    rejected = scene.requested(waits)
    scene.decide(rejected, "rejected").ok("AN-S12", 200)
    for _, _, booking in made:
        scene.cancel(booking).ok("AN-X01", 200)
    places = [waits, *(place for here, there, _ in made for place in (here, there))]
    for passed in (timedelta(), timedelta(minutes=5), timedelta(minutes=15), timedelta(days=1)):
        scene.pass_time(passed)
        for resource_id in {each.resource_id for each in places}:
            like = hours[0].at(resource_id)
            answer = scene.starts(scene.local_day(like), like.service_id, resource_id, like.minutes).ok("AN-S18", 200)
            free = {moment(each["start_date"]) for each in answer.json if each["available"]}
            taken = [each.starts_at for each in places if each.resource_id == resource_id]
            taken = [each for each in taken if each not in free]
            scene.same("AN-S18", taken, [], f"what is taken {passed} later", answer)


@LAWS.law("AN-S07")
def blockers_take_places(scene: AnnyScene) -> None:
    blocker = scene.seen("AN-S07", scene.given("blocker"), by=ADMIN)
    scene.same("AN-S07", blocker["attributes"]["is_blocker"], True, "whether it is a blocker")
    starts_at = moment(blocker["attributes"]["start_date"])
    (resource_id,) = (blocker["relationships"]["resource"]["data"]["id"],)
    service_id = scene.service_id("instant")
    slot = Slot(service_id, resource_id, starts_at, starts_at + _HOUR)
    takes_place(scene, "AN-S07", slot)
    is_free(scene, "AN-S07", slot, wanted=False)


# Decisions


@LAWS.law("AN-S11")
def a_request_can_be_accepted(scene: AnnyScene) -> None:
    booking = scene.requested()
    after = scene.decide(booking, "accepted").ok("AN-S11", 200).json["data"]
    scene.same("AN-S11", after["attributes"]["status"], "accepted", "the status in the answer")
    scene.same("AN-S11", scene.status("AN-S11", booking), "accepted", "the status read afterwards")
    order = scene.order("AN-S11", booking)
    scene.same("AN-S11", order["attributes"]["status"], "completed", "the status of the order")


@LAWS.law("AN-S12", "AN-S17")
def a_rejection_gives_everything_back(scene: AnnyScene) -> None:
    order = scene.submitted(scene.slot("approval"), "AN-C07")
    scene.pay(order).ok("AN-C22", 200)
    (booking_id,) = (each["id"] for each in order["relationships"]["bookings"]["data"])
    booking = scene.seen("AN-C07", booking_id)
    if scene.world.is_own:
        scene.go_to(costly_moment(scene, booking))
        fee = cents(scene.previewed("AN-P01", booking)["fee_amount"])
        scene.expect("AN-S12", fee > 0, "that a cancellation would cost something", fee)
    price = cents(booking["attributes"]["charged_total"])
    before = money(scene, "AN-S12", order)
    scene.same("AN-S12", before, Money(price, 0, price, 0, 0), "what the order has come to")
    reason = f"closed for {scene.word()}"
    after = scene.decide(booking, "rejected", status_reason=reason).ok("AN-S12", 200).json["data"]
    for shown in (after["attributes"], scene.seen("AN-S12", booking)["attributes"]):
        scene.same("AN-S12", shown["status"], "rejected", "the status")
        scene.same("AN-S17", shown["status_reason"], reason, "status_reason")
    now = money(scene, "AN-S12", order)
    scene.same("AN-S12", (now.paid, now.refunded, now.due), (price, price, 0), "what was paid, goes back and is due")
    wanted = Money(before.total - price, -price, price, price, 0)
    scene.same("AN-S17", now, wanted, "what the order has come to afterwards")


@LAWS.law("AN-S13")
def what_does_not_wait_is_not_decided_about(scene: AnnyScene) -> None:
    accepted = scene.seen("AN-N01", scene.booked())
    decided = scene.requested(scene.slot("approval", "other_room"))
    scene.decide(decided, "accepted").ok("AN-S11", 200)
    canceled = scene.canceled(scene.slot(where="desk"))
    (held,) = bookings_in(scene.held(scene.slot("approval")))
    for booking in (accepted, decided, canceled, scene.seen("AN-C01", held)):
        before = scene.seen("AN-S13", booking)
        order = scene.order("AN-S13", booking)
        for status in ("accepted", "rejected"):
            scene.decide(booking, status).refused("AN-S13", *_NOT_PENDING)
        scene.stays("AN-S13", before)
        scene.same("AN-S13", scene.order("AN-S13", booking), order, "its order")
    takes_place(scene, "AN-S13", slot_of(accepted))


@LAWS.law("AN-S14")
def a_decision_is_about_the_booking_of_the_path(scene: AnnyScene) -> None:
    booking = scene.requested()
    another = scene.requested(scene.slot("approval", "other_room"))
    for number in (another["id"], UNKNOWN):
        body = {"data": {"type": "bookings", "id": number, "attributes": {"status": "accepted"}}}
        answer = scene.call("updateBooking", body, bookingId=booking["id"], by=ADMIN, title="decide about another")
        refused_at(scene, "AN-S14", answer, pointer="/data/id")
    for each in (booking, another):
        scene.same("AN-S14", scene.status("AN-S14", each), "requested", "the status afterwards")


@LAWS.law("AN-S15")
def a_rejected_booking_takes_no_place(scene: AnnyScene) -> None:
    slot = scene.slot("approval")
    booking = scene.requested(slot)
    instant = slot.of(scene.service_id("instant"))
    scene.book(instant, by=OTHER, title="book what waits").refused("AN-S07", *_UNAVAILABLE)
    scene.decide(booking, "rejected").ok("AN-S12", 200)
    is_free(scene, "AN-S15", instant)
    can_be_booked(scene, "AN-S15", instant)
