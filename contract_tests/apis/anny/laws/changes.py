"""What changes bookings and orders: each change is answered with what is read afterwards, which says when it was."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from contract_tests.apis.anny.laws.forms import form_answers, form_fields, personalize
from contract_tests.apis.anny.looking import slot_of, takes_place
from contract_tests.apis.anny.scene import (
    ADMIN,
    BODIES,
    NOBODY,
    PARTICIPANT,
    AnnyScene,
    Json,
    bookings_in,
    cents,
    included,
    moment,
    people_in,
)
from contract_tests.laws.law import Laws
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import MAIN

__all__ = ["LAWS"]

LAWS = Laws("changes")

_MINUTE = timedelta(minutes=1)
_RACERS = 4

_Changes = Iterator[tuple[str, Answer]]
"""Who made a change, and what was answered."""


def _described(scene: AnnyScene, kind: str, where: str = "room", **fields: Any) -> Json:
    """A booking of which there is much to say, paid."""
    texts = {"customer_note": "by the window", "description": "a talk"}
    return scene.paid(scene.slot(kind, where), **texts, **fields)


def _made_and_edited(scene: AnnyScene) -> _Changes:
    slot = scene.slot("instant", "other_room")
    answer = scene.book(slot)
    yield MAIN, answer
    booking = answer.ok("AN-N01", 201).json["data"]
    yield MAIN, scene.move(booking, **slot.later(minutes=60).span)
    people: list[Json] = [
        {"email": scene.address(PARTICIPANT), "can_edit": True},
        {"email": f"{scene.word()}@example.com"},
    ]
    yield MAIN, scene.invite(booking, *people)
    yield PARTICIPANT, scene.accept(booking)
    yield PARTICIPANT, scene.invite(booking, {"email": people[0]["email"], "name": "Somebody"}, by=PARTICIPANT)
    yield MAIN, scene.revert(booking)
    yield MAIN, scene.move(booking, **slot.later(minutes=30).span)
    yield MAIN, scene.cancel(booking)


def _chosen_and_canceled(scene: AnnyScene) -> _Changes:
    booking = _described(scene, "paid", "other_room", booking_add_ons=scene.choice(1, 1))
    yield MAIN, scene.choose(booking, *scene.choice(3, 1))
    yield MAIN, scene.choose(booking, *scene.choice(0, 2))
    yield MAIN, scene.cancel(booking)


def _personalized(scene: AnnyScene) -> _Changes:
    booking = scene.ordered(kind="form")
    yield MAIN, personalize(scene, booking, form_answers(form_fields(scene)))


def _decided(scene: AnnyScene) -> _Changes:
    for status in ("accepted", "rejected"):
        yield ADMIN, scene.decide(_described(scene, "approval"), status, status_reason="closed that day")


def _come_and_gone(scene: AnnyScene) -> _Changes:
    booking, early = _described(scene, "paid"), scene.resource("room")["settings"]["checkIn"]["allowedAdvancePeriod"]
    slot = slot_of(booking)
    scene.go_to(slot.starts_at - early * _MINUTE)
    if early:  # from the start on nothing is edited
        yield MAIN, scene.move(booking, **slot.lasting(90).span)
    yield ADMIN, scene.check_in(booking)
    scene.pass_time(_MINUTE)
    yield ADMIN, scene.check_out(booking)


def _made_without_an_account(scene: AnnyScene) -> _Changes:
    """The organisation alone can change it."""
    slot = scene.slot("paid")
    order = scene.submit(by=NOBODY, order=scene.held(slot, by=NOBODY)).ok("AN-C06", 200).json["data"]
    (booking,) = bookings_in(order)
    yield ADMIN, scene.move(booking, by=ADMIN, **slot.later(minutes=60).span)
    yield ADMIN, scene.invite(booking, {"email": f"{scene.word()}@example.com"}, by=ADMIN)
    yield ADMIN, scene.choose(booking, *scene.choice(1, 1), by=ADMIN)
    yield ADMIN, scene.revert(booking, by=ADMIN)
    yield ADMIN, scene.cancel(booking, by=ADMIN)


_LIVES = (_made_and_edited, _chosen_and_canceled, _personalized, _decided, _made_without_an_account)


@LAWS.law("AN-B11")
def a_change_is_answered_with_the_booking_as_it_is_read(scene: AnnyScene) -> None:
    for life in _LIVES:
        _is_read(scene, life(scene))


@LAWS.law("AN-B11")
def a_check_in_is_answered_with_the_booking_as_it_is_read(scene: AnnyScene) -> None:
    _is_read(scene, _come_and_gone(scene))


def _is_read(scene: AnnyScene, changes: _Changes) -> None:
    for by, answer in changes:
        answer.ok("AN-B11")
        shown = answer.json["data"]
        scene.same("AN-B11", scene.seen("AN-B11", shown, by=by), shown, "the booking read after the change", answer)


@LAWS.law("AN-S07")
def what_stands_keeps_its_place_whatever_is_changed(scene: AnnyScene) -> None:
    instant = scene.service_id("instant")
    for life in (*_LIVES, _come_and_gone):
        for _, answer in life(scene):
            booking = answer.ok("AN-S07").json["data"]
            shown = booking["attributes"]
            if shown["status"] in ("requested", "accepted") and shown["check_out_date"] is None:
                takes_place(scene, "AN-S07", slot_of(booking).of(instant))


@LAWS.law("AN-B11")
def who_leaves_a_booking_sees_it_once_more(scene: AnnyScene) -> None:
    booking = scene.invited(_described(scene, "paid"))
    scene.go_to(moment(booking["attributes"]["start_date"]))
    scene.check_in(booking).ok("AN-K01", 200)
    scene.check_out(booking).ok("AN-K06", 200)
    before = scene.seen("AN-B11", booking, by=PARTICIPANT)
    answer = scene.reject(booking).ok("AN-B11", 200)
    after = scene.seen("AN-B11", booking)["relationships"]
    people = {name: after[name] for name in ("booking_participants", "attendees")}
    wanted = {
        **before,
        "attributes": {**before["attributes"], "status": "accepted"},
        "meta": {**before["meta"], "participation_status": None},
        "relationships": {**before["relationships"], **people},
    }
    scene.same("AN-B11", answer.json["data"], wanted, "the booking, without who leaves it", answer)


def _ordered(scene: AnnyScene, by: str) -> _Changes:
    slot = scene.slot("paid")
    steps: tuple[Callable[[Json | None], Answer], ...] = (
        lambda order: scene.add(slot, by=by, order=order),
        lambda order: scene.add(slot.later(minutes=120), by=by, order=order, booking_add_ons=scene.choice(1, 2)),
        lambda order: scene.empty(by=by, order=order),
        lambda order: scene.add(slot, by=by, order=order),
        lambda order: scene.submit(by=by, order=order),
        lambda order: scene.pay(order or "", by=by, oat=scene.keys_of(order).get("oat")),
    )
    order: Json | None = None
    for step in steps:
        answer = step(order)
        yield by, answer
        order = answer.json["data"]


@LAWS.law("AN-B11")
def a_change_is_answered_with_the_order_as_it_is_read(scene: AnnyScene) -> None:
    for by, answer in _ordered(scene, MAIN):
        shown = answer.ok("AN-B11").json["data"]
        scene.same("AN-B11", scene.order("AN-B11", shown, by=by), shown, "the order read after the change", answer)
        for booking in included(answer, "bookings"):
            scene.same("AN-B11", scene.seen("AN-B11", booking, by=by), booking, "a booking of it", answer)


@LAWS.law("AN-B17")
def an_order_says_when_it_was_made_and_changed(scene: AnnyScene) -> None:
    made_at, submitted_at = scene.now().replace(microsecond=0), None
    for by, answer in _ordered(scene, NOBODY):
        now = scene.now().replace(microsecond=0)
        scene.pass_time(_MINUTE)
        oat = scene.keys_of(answer.ok("AN-B17").json["data"])["oat"]
        read = scene.read_order(answer.json["data"], by=by, oat=oat, include="customer").ok("AN-B17", 200)
        got = [moment(read.json["data"]["attributes"][name]) for name in ("created_at", "updated_at")]
        scene.same("AN-B17", got, [made_at, now], "created_at and updated_at of the order", answer, read)
        customers = [moment(each["attributes"]["created_at"]) for each in included(read, "customers")]
        submitted_at = now if customers and submitted_at is None else submitted_at
        scene.same("AN-B17", customers, [submitted_at] * len(customers), "created_at of the customer", answer, read)


@LAWS.law("AN-B17")
def a_booking_says_when_it_was_made_changed_and_canceled(scene: AnnyScene) -> None:
    for life in (*_LIVES, _come_and_gone):
        _has_its_moments(scene, life(scene))


def _has_its_moments(scene: AnnyScene, changes: _Changes) -> None:
    made: dict[str, str] = {}
    for by, answer in changes:
        number = answer.ok("AN-B17").json["data"]["id"]
        now = scene.now().replace(microsecond=0)
        scene.pass_time(_MINUTE)
        shown = scene.seen("AN-B17", number, by=by)["attributes"]
        is_canceled = shown["status"] == "canceled"
        got = [shown[name] and moment(shown[name]) for name in ("updated_at", "canceled_at")]
        scene.same("AN-B17", got, [now, now if is_canceled else None], "updated_at and canceled_at", answer)
        created_at = made.setdefault(number, shown["created_at"])
        scene.same("AN-B17", shown["created_at"], created_at, "created_at after a change", answer)


@LAWS.law("AN-B17")
def a_subscription_says_when_it_was_made_and_changed(scene: AnnyScene) -> None:
    new = scene.call("createWebhookSubscription", BODIES["createWebhookSubscription"], by=ADMIN).ok("AN-W01", 201)
    number, made_at = new.json["data"]["id"], scene.now().replace(microsecond=0)
    data = {"type": "webhook-subscriptions", "id": number, "attributes": {"name": "another"}}
    now = made_at
    for change in (None, {"data": data}, {"data": data}, {"data": {**data, "attributes": {}}}):
        if change:
            scene.call("updateWebhookSubscription", change, subscriptionId=number, by=ADMIN).ok("AN-W04", 200)
            now = scene.now().replace(microsecond=0) if now == made_at else now  # the later ones change nothing
        scene.pass_time(_MINUTE)
        answer = scene.call("getWebhookSubscription", subscriptionId=number, by=ADMIN).ok("AN-B17", 200)
        got = [moment(answer.json["data"]["attributes"][name]) for name in ("created_at", "updated_at")]
        scene.same("AN-B17", got, [made_at, now], "created_at and updated_at of the subscription", answer)


@LAWS.law("AN-B17")
def nothing_was_changed_before_it_was_made(scene: AnnyScene) -> None:
    """Nor was what is there from the beginning."""
    scene.cancel(scene.paid()).ok("AN-X01", 200)
    for operation in ("listBookings", "listOrders", "listWebhookSubscriptions"):
        for each in scene.every("AN-B17", operation, by=ADMIN, until=()):
            said = {name: each["attributes"].get(name) for name in ("created_at", "canceled_at", "updated_at")}
            moments = [moment(text) for text in said.values() if text]
            scene.expect("AN-B17", moments == sorted(moments), f"the moments of {each['id']} in order", said)


# At the same moment


def _once(scene: AnnyScene, rule: str, call: Callable[[], Answer], *refusal: Any) -> None:
    """Of several requests that are alike one does it, and the others are refused."""
    scene.one_wins(rule, scene.together(*[call] * _RACERS), *refusal)


@LAWS.burst("AN-G03", "AN-X02", "AN-S13", "AN-E07", "AN-I04", "AN-F05")
def what_can_be_done_once_is_done_once_at_the_same_moment(scene: AnnyScene) -> None:
    booking = scene.booked()
    invite = partial(scene.invite, booking, {"email": scene.address(PARTICIPANT)})
    answers = [answer.ok("AN-G03", 200) for answer in scene.together(*[invite] * _RACERS)]
    entries = [people_in(answer) for answer in answers]
    scene.same("AN-G03", entries, entries[:1] * _RACERS, "the participants in each answer", *answers)
    _once(scene, "AN-I04", partial(scene.accept, booking), 422, "invitation_not_pending")
    _once(scene, "AN-E07", partial(scene.revert, booking), 422, "no_edit_in_progress")
    _once(scene, "AN-X02", partial(scene.cancel, booking), 422, "booking_not_cancelable")
    asked, form = scene.requested(), scene.ordered(scene.slot("form", "room"), kind="form")
    _once(scene, "AN-S13", partial(scene.decide, asked, "accepted"), 422, "booking_not_pending")
    given = form_answers(form_fields(scene))
    if not scene.service("form")["allow_subsequent_personalizations"]:
        _once(scene, "AN-F05", partial(personalize, scene, form, given), 422, "personalization_not_allowed")


@LAWS.burst("AN-I09")
def who_leaves_several_times_at_the_same_moment_leaves_once(scene: AnnyScene) -> None:
    _once(scene, "AN-I09", partial(scene.reject, scene.invited()), 403, "unauthorized")


@LAWS.burst("AN-K02", "AN-K07")
def who_comes_at_several_doors_at_the_same_moment_comes_once(scene: AnnyScene) -> None:
    booking = scene.booked()
    scene.go_to(moment(booking["attributes"]["start_date"]))
    _once(scene, "AN-K02", partial(scene.check_in, booking), 422, "check_in_not_possible")
    _once(scene, "AN-K07", partial(scene.check_out, booking), 422, "check_in_not_possible")


@LAWS.burst("AN-O07", "AN-R06")
def an_order_keeps_what_is_edited_at_the_same_moment(scene: AnnyScene) -> None:
    slot = scene.slot("strict", "other_room")
    wishes = (("AN-O07", scene.slot("paid"), 120), ("AN-R06", slot, 180))
    for rule, first, minutes in wishes:
        draft = scene.held(first)
        scene.add(first.later(minutes=minutes), order=draft).ok("AN-C01", 201)
        order = scene.submit(order=draft).ok("AN-C06", 200).json["data"]
        one, two = bookings_in(order)
        edits: list[Callable[[], Answer]] = []
        for number, start in ((one, first), (two, first.later(minutes=minutes))):
            for times in (1, 2):
                longer = start.lasting(first.minutes + 30 * times).span["end_date"]
                choices = scene.choice(times, times)
                choose = partial(scene.choose, number, *choices)
                edits.append(choose if rule == "AN-O07" else partial(scene.move, number, end_date=longer))
        for answer in scene.together(*edits):
            answer.ok(rule, 200)
        whole = sum(cents(scene.seen(rule, number)["attributes"]["total"]) for number in (one, two))
        got = cents(scene.order(rule, order)["attributes"]["total"])
        scene.same(rule, got, whole, "the total of the order, in cents")


@LAWS.burst("AN-W04")
def what_is_said_of_a_subscription_at_the_same_moment_is_all_kept(scene: AnnyScene) -> None:
    new = scene.call("createWebhookSubscription", BODIES["createWebhookSubscription"], by=ADMIN).ok("AN-W01", 201)
    number = new.json["data"]["id"]
    said: Json = {
        "name": "another",
        "events": ["bookings.updated"],
        "custom_headers": {"X-Test": "a"},
        "is_active": False,
    }

    def change(name: str) -> Answer:
        data = {"type": "webhook-subscriptions", "id": number, "attributes": {name: said[name]}}
        return scene.call("updateWebhookSubscription", {"data": data}, subscriptionId=number, by=ADMIN)

    for answer in scene.together(*(partial(change, name) for name in said)):
        answer.ok("AN-W04", 200)
    after = scene.call("getWebhookSubscription", subscriptionId=number, by=ADMIN).ok("AN-W04", 200)
    got = {name: after.json["data"]["attributes"][name] for name in said}
    scene.same("AN-W04", got, said, "the subscription afterwards", after)
