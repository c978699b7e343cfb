"""Cancellations: what can be canceled, how far it reaches, what it costs and leaves behind."""

from datetime import timedelta

from contract_tests.apis.anny.looking import (
    accepted,
    can_be_booked,
    costly_moment,
    is_free,
    money,
    slot_of,
    standing_series,
    takes_place,
)
from contract_tests.apis.anny.scene import ADMIN, PARTICIPANT, AnnyScene, Json, bookings_in, cents, moment
from contract_tests.laws.law import Laws
from contract_tests.scenes.scene import MAIN

__all__ = ["LAWS"]

LAWS = Laws("canceling")

_NOT_CANCELABLE = (422, "booking_not_cancelable")
_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)


def _is_canceled(scene: AnnyScene, rule: str, booking: Json | str) -> None:
    found = scene.seen(rule, booking)["attributes"]
    scene.same(rule, found["status"], "canceled", "the status read afterwards")
    scene.expect(rule, found["canceled_at"] is not None, "canceled_at", found["canceled_at"])


# What can be canceled


@LAWS.law("AN-X01")
def what_is_accepted_or_waits_can_be_canceled(scene: AnnyScene) -> None:
    for booking in (scene.booked(), scene.requested(scene.slot("approval", "other_room"))):
        scene.same("AN-X01", booking["attributes"]["canceled_at"], None, "canceled_at before")
        answer = scene.cancel(booking).ok("AN-X01", 200)
        shown = answer.json["data"]["attributes"]
        scene.same("AN-X01", shown["status"], "canceled", "the status in the answer", answer)
        scene.expect("AN-X01", shown["canceled_at"] is not None, "canceled_at", shown["canceled_at"], answer)
        _is_canceled(scene, "AN-X01", booking)


@LAWS.law("AN-X02")
def what_is_over_cannot_be_canceled(scene: AnnyScene) -> None:
    held = scene.held(scene.slot(where="other_room"))
    (reserved,) = bookings_in(held)
    for booking in (scene.rejected()["id"], scene.canceled(scene.slot(where="desk"))["id"], reserved):
        before = scene.seen("AN-X02", booking)
        scene.cancel(booking).refused("AN-X02", *_NOT_CANCELABLE)
        scene.stays("AN-X02", before)


@LAWS.law("AN-X02", "AN-X15")
def who_has_come_or_stayed_away_cannot_cancel(scene: AnnyScene) -> None:
    check_in = scene.resource("room")["settings"]["checkIn"]
    slot = scene.slot()
    came, missed = scene.booked(slot), scene.booked(slot.later(minutes=60))
    scene.go_to(slot.starts_at - _MINUTE * check_in["allowedAdvancePeriod"])
    scene.check_in(came).ok("AN-K01", 200)
    before = scene.seen("AN-X15", came)
    scene.cancel(came).refused("AN-X15", *_NOT_CANCELABLE)
    scene.stays("AN-X15", before)
    scene.go_to(slot.starts_at + timedelta(hours=1) + scene.expires_after())
    scene.same("AN-X02", scene.status("AN-S02", missed), "expired", "the status of the other one")
    scene.cancel(missed).refused("AN-X02", *_NOT_CANCELABLE)
    scene.same("AN-X02", scene.status("AN-X02", missed), "expired", "its status afterwards")


@LAWS.law("AN-X11")
def from_the_start_on_it_is_too_late(scene: AnnyScene) -> None:
    slot = scene.slot(where="other_room")
    first, second = scene.booked(slot), scene.booked(slot.at(scene.resource_id("desk")))
    scene.go_to(slot.starts_at - _SECOND)
    scene.cancel(first).ok("AN-X11", 200)
    scene.pass_time(_SECOND)
    scene.cancel(second).refused("AN-X11", *_NOT_CANCELABLE)
    scene.same("AN-X11", scene.status("AN-X11", second), "accepted", "the status afterwards")


# What it costs


@LAWS.law("AN-X03", "AN-X06")
def a_cancellation_is_what_its_preview_says(scene: AnnyScene) -> None:
    booking = scene.paid(booking_add_ons=scene.choice(1, 2))
    if scene.world.is_own:
        scene.go_to(costly_moment(scene, booking))
    preview = scene.previewed("AN-X03", booking)
    fee, refund = cents(preview["fee_amount"]), cents(preview["refund_amount"])
    price = cents(booking["attributes"]["charged_total"])
    if scene.world.is_own:
        scene.expect("AN-X03", 0 < fee < price, "a fee of a part of the price", preview)
    before = money(scene, "AN-X03", booking)
    scene.cancel(booking).ok("AN-X01", 200)
    after = money(scene, "AN-X03", booking)
    scene.same("AN-X03", after.refunded - before.refunded, refund, "what goes back")
    scene.same("AN-X03", after.due, 0, "what is left to pay")
    fall = price - fee
    scene.same("AN-X06", before.total - after.total, fall, "how far total falls")
    scene.same("AN-X06", before.modification - after.modification, fall, "how far modification_total falls")


@LAWS.law("AN-X03")
def the_last_second_of_a_tier_costs_what_it_says(scene: AnnyScene) -> None:
    first, second = scene.tiers()[:2]
    free = scene.paid()
    dear = scene.paid(slot_of(free).at(scene.resource_id("other_room")))
    for booking, passed in ((free, -_SECOND), (dear, _SECOND)):
        until = moment(booking["attributes"]["start_date"]) - _MINUTE * first["before_start_minutes"]
        scene.go_to(until + passed)
        preview = scene.previewed("AN-X03", booking)
        share = (second if booking is dear else first)["fee_value"]
        price = cents(booking["attributes"]["charged_total"])
        fee = price * round(share * 100) // 10_000
        scene.same("AN-X03", cents(preview["fee_amount"]), fee, "the fee of the preview")
        scene.cancel(booking).ok("AN-X01", 200)
        scene.same("AN-X03", money(scene, "AN-X03", booking).refunded, price - fee, "what goes back")


@LAWS.law("AN-X05")
def nothing_is_refunded_twice(scene: AnnyScene) -> None:
    booking = scene.paid()
    scene.cancel(booking).ok("AN-X01", 200)
    before, order = scene.seen("AN-X05", booking), scene.order("AN-X05", booking)
    for by in (MAIN, ADMIN):
        if scene.has(by):
            scene.cancel(booking, by=by).refused("AN-X05", *_NOT_CANCELABLE)
    scene.stays("AN-X05", before)
    scene.same("AN-X05", scene.order("AN-X05", booking), order, "the order afterwards")


@LAWS.law("AN-X07")
def a_cancellation_has_its_invoices(scene: AnnyScene) -> None:
    free = scene.paid()
    dear = scene.paid(slot_of(free).at(scene.resource_id("other_room")))
    for booking in (free, dear):
        if booking is dear and scene.world.is_own:
            scene.go_to(costly_moment(scene, dear))
        fee = cents(scene.previewed("AN-P01", booking)["fee_amount"])
        known = {each["id"] for each in scene.invoices("AN-X07", booking)}
        price = cents(booking["attributes"]["charged_total"])
        scene.cancel(booking).ok("AN-X01", 200)
        new = [each["attributes"] for each in scene.invoices("AN-X07", booking) if each["id"] not in known]
        found = [(each["is_cancellation"], cents(each["total"])) for each in new]
        wanted = [(True, -price), (False, fee)] if fee else [(True, -price)]
        scene.same("AN-X07", found, wanted, f"the invoices of a cancellation that costs {fee}")


@LAWS.law("AN-X12")
def an_administrator_cancels_for_the_same(scene: AnnyScene) -> None:
    mine = scene.paid()
    theirs = scene.paid(slot_of(mine).at(scene.resource_id("other_room")))
    if scene.world.is_own:
        scene.go_to(costly_moment(scene, mine))
    left = []
    for booking, by in ((mine, MAIN), (theirs, ADMIN)):
        answer = scene.cancel(booking, by=by).ok("AN-X12", 200)
        shown = answer.json["data"]["attributes"]
        scene.same("AN-X12", shown["status"], "canceled", "the status in the answer", answer)
        _is_canceled(scene, "AN-X12", booking)
        left.append(money(scene, "AN-X12", booking))
    scene.same("AN-X12", left[1], left[0], "what the order has come to")


@LAWS.law("AN-X13")
def an_order_ends_with_its_last_booking(scene: AnnyScene) -> None:
    order = scene.held(scene.slot("paid"))
    scene.add(scene.slot("paid", "other_room"), order=order).ok("AN-C04", 201)
    order = scene.submit(order=order).ok("AN-C06", 200).json["data"]
    scene.pay(order).ok("AN-C22", 200)
    first, second = bookings_in(order)
    scene.cancel(first).ok("AN-X01", 200)
    scene.same("AN-X13", _order_status(scene, order), "completed", "the status with a booking left")
    scene.cancel(second).ok("AN-X01", 200)
    scene.same("AN-X13", _order_status(scene, order), "canceled", "the status with none left")
    scene.same("AN-X13", money(scene, "AN-X13", order).due, 0, "what is left to pay")


@LAWS.law("AN-X13")
def an_order_ends_however_its_bookings_end(scene: AnnyScene) -> None:
    day = scene.day("approval")
    slots = day[0], next(each for each in day if each.starts_at >= day[0].ends_at)

    def cancel(booking: str) -> None:
        scene.cancel(booking).ok("AN-X01", 200)

    def reject(booking: str) -> None:
        scene.decide(booking, "rejected").ok("AN-S12", 200)

    def accept_and_cancel(booking: str) -> None:
        scene.decide(booking, "accepted").ok("AN-S11", 200)
        cancel(booking)

    pairs = [(cancel, cancel), (cancel, reject), (reject, cancel), (reject, reject), (accept_and_cancel, reject)]
    for pair in pairs:
        draft = scene.held(slots[0])
        scene.add(slots[1], order=draft).ok("AN-C01", 201)
        order = scene.submit(order=draft).ok("AN-C07", 200).json["data"]
        how = " and ".join(end.__name__ for end in pair)
        for end, booking in zip(pair, bookings_in(order), strict=True):
            is_open = _order_status(scene, order) != "canceled"
            scene.expect("AN-X13", is_open, "an order that is not canceled while a booking is left", how)
            end(booking)
        scene.same("AN-X13", _order_status(scene, order), "canceled", f"the status after: {how}")


def _order_status(scene: AnnyScene, order: Json) -> object:
    return scene.order("AN-X13", order)["attributes"]["status"]


# Places and people


@LAWS.law("AN-X04")
def a_canceled_booking_takes_no_place(scene: AnnyScene) -> None:
    slot = scene.slot()
    booking = scene.booked(slot)
    takes_place(scene, "AN-X04", slot)
    scene.cancel(booking).ok("AN-X01", 200)
    is_free(scene, "AN-X04", slot)
    can_be_booked(scene, "AN-X04", slot)


@LAWS.law("AN-X14")
def participants_read_that_it_is_canceled(scene: AnnyScene) -> None:
    invited, joined = scene.invited(), scene.joined(scene.booked(scene.slot(where="other_room")))
    for booking in (invited, joined):
        scene.cancel(booking).ok("AN-X01", 200)
        status = scene.status("AN-X14", booking, by=PARTICIPANT)
        scene.same("AN-X14", status, "canceled", "the status that a participant reads")


# Series


@LAWS.law("AN-X09")
def one_date_that_was_repeated_is_canceled_alone(scene: AnnyScene) -> None:
    master, dates = standing_series(scene, "recurring_master")
    first, *between, latest = accepted(dates)
    left = [latest, first, *between]  # neither of the two is the one that takes the master with it
    while len(left) > 1:
        each = left.pop(0)
        scene.cancel(each).ok("AN-X09", 200)
        _is_canceled(scene, "AN-X09", each)
        for other in (master, *left):
            scene.stays("AN-X09", other)
        if not scene.world.is_own:
            return
    scene.cancel(left[0]).ok("AN-X09", 200)
    _is_canceled(scene, "AN-X09", master)


@LAWS.law("AN-X04", "AN-X08", "AN-X16")
def a_master_takes_what_has_not_begun_with_it(scene: AnnyScene) -> None:
    master, dates = standing_series(scene, "recurring_master")
    begun: list[Json] = []
    if scene.world.is_own:
        first, second, *_ = dates
        scene.cancel(second).ok("AN-X09", 200)
        scene.go_to(moment(first["attributes"]["start_date"]))
        begun = [first]
    before = {each["id"]: scene.seen("AN-X08", each) for each in dates}
    scene.cancel(master).ok("AN-X08", 200)
    for each in dates:
        was = before[each["id"]]
        if each in begun or was["attributes"]["status"] != "accepted":
            now = scene.seen("AN-X16", each)["attributes"]
            scene.same("AN-X16", now["status"], was["attributes"]["status"], "the status of a date that was over")
            scene.same("AN-X16", now["canceled_at"], was["attributes"]["canceled_at"], "when it was canceled")
        else:
            _is_canceled(scene, "AN-X08", each)
    _is_canceled(scene, "AN-X08", master)
    free = slot_of(dates[-1])
    can_be_booked(scene, "AN-X04", free.of(scene.service_id("instant")))


@LAWS.law("AN-X10")
def what_is_sold_together_is_canceled_together(scene: AnnyScene) -> None:
    master, dates = standing_series(scene, "series_master")
    scene.same("AN-X10", {each["attributes"]["series_type"] for each in dates}, {"series"}, "the type of the series")
    begun: list[Json] = []
    if scene.world.is_own:
        scene.go_to(moment(dates[0]["attributes"]["start_date"]))
        begun = dates[:1]
    scene.cancel(dates[2]).ok("AN-X10", 200)
    for each in dates:
        if each in begun:
            scene.same("AN-X10", scene.status("AN-X10", each), "accepted", "the status of a date that has begun")
        else:
            _is_canceled(scene, "AN-X10", each)
    _is_canceled(scene, "AN-X10", master)
