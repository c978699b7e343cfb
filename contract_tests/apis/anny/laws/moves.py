"""Edits of dates and resource: where a booking can go, what that costs, and when it is too late."""

from datetime import timedelta
from typing import Any

from contract_tests.apis.anny.looking import linked, points_at, series, slot_of, standing_series, unavailable
from contract_tests.apis.anny.scene import ADMIN, IDS, PARTICIPANT, AnnyScene, Json, cents, moment, order_id
from contract_tests.laws.law import Laws
from contract_tests.profiles import NotApplicable
from contract_tests.scenes.scene import MAIN, OTHER

__all__ = ["LAWS"]

LAWS = Laws("moves")

_UNAVAILABLE = (422, "unavailable_interval")
_NOT_EDITABLE = (422, "booking_not_editable")
_NOT_CANCELABLE = (422, "booking_not_cancelable")
_INVALID = (422, "validation_error")
_SECOND = timedelta(seconds=1)
_UNITS = {"minutes": 1, "hours": 60, "days": 1440, "weeks": 10080}


def _place(booking: Json) -> tuple[Any, ...]:
    attributes = booking["attributes"]
    resource = booking["relationships"]["resource"]["data"]["id"]
    return moment(attributes["start_date"]), moment(attributes["end_date"]), resource


@LAWS.law("AN-R01", "AN-R04")
def a_booking_goes_to_a_free_interval(scene: AnnyScene) -> None:
    slot = scene.slot()
    desk = scene.resource_id("desk")
    booking = scene.booked(slot)
    target = slot.later(minutes=120).lasting(90)

    after = scene.moved("AN-R01", booking, **target.span, resource_id=desk)
    for shown in (after, scene.seen("AN-R01", booking)):
        scene.same("AN-R01", _place(shown), (target.starts_at, target.ends_at, desk), "start, end and resource")
        scene.same("AN-R01", shown["attributes"]["status"], "accepted", "the status")

    start = target.later(minutes=30).starts_at
    after = scene.moved("AN-R04", booking, start_date=start.isoformat())
    wanted = (start, start + timedelta(minutes=90), desk)
    scene.same("AN-R04", _place(after), wanted, "start, end and resource with a new start")
    end = start + timedelta(minutes=120)
    after = scene.moved("AN-R04", booking, end_date=end.isoformat())
    scene.same("AN-R04", _place(after), (start, end, desk), "start, end and resource with a new end")
    after = scene.moved("AN-R04", booking, resource_id=slot.resource_id)
    scene.same("AN-R04", _place(after), (start, end, slot.resource_id), "start, end and resource with a new resource")


@LAWS.law("AN-R02")
def a_booking_does_not_go_to_what_is_taken(scene: AnnyScene) -> None:
    slot = scene.slot()
    taken = slot.later(minutes=120)
    scene.booked(taken, by=OTHER)
    booking = scene.booked(slot)
    for target in (taken, taken.later(minutes=30), taken.later(minutes=-30), slot.lasting(150)):
        unavailable(scene, "AN-R02", scene.move(booking, **target.span), "booked_out")
    scene.stays("AN-R02", booking)
    scene.moved("AN-R02", booking, **slot.lasting(120).span)  # up to the other


@LAWS.law("AN-R03")
def a_booking_does_not_stand_in_its_own_way(scene: AnnyScene) -> None:
    slot = scene.slot()
    booking = scene.booked(slot)
    for target in (slot.later(minutes=30), slot, slot.lasting(90), slot.later(minutes=-30)):
        after = scene.moved("AN-R03", booking, **target.span)
        scene.same("AN-R03", _place(after)[:2], (target.starts_at, target.ends_at), "start and end")


@LAWS.law("AN-R05", "AN-R07")
def a_resource_offers_the_service_and_exists(scene: AnnyScene) -> None:
    booking = scene.booked()
    other = scene.resource_id("course_room")
    unavailable(scene, "AN-R05", scene.move(booking, resource_id=other), "resource_unavailable")
    answer = scene.move(booking, resource_id=IDS["resource_id"])
    answer.refused("AN-R07", 404, "not_found")
    points_at(scene, "AN-R07", answer, pointer="/resource_id")
    scene.stays("AN-R05", booking)


@LAWS.law("AN-R06", "AN-R11", "AN-R12", "AN-R16")
def a_new_interval_has_its_own_price(scene: AnnyScene) -> None:
    slot = scene.slot("strict", "other_room")
    booking = scene.paid(slot, kind="strict")
    price = cents(booking["attributes"]["total"])
    first = scene.order("AN-R06", booking)

    answer = scene.move(booking, end_date=slot.lasting(120).ends_at.isoformat()).ok("AN-R06", 200)
    dearer = scene.order("AN-R06", booking)
    rise = cents(answer.json["data"]["attributes"]["total"]) - price
    scene.expect("AN-R06", rise > 0, "a higher price of the longer booking", rise, answer)
    _changed(scene, first, dearer, rise)
    meta = answer.json.get("meta", {})
    scene.same("AN-R11", cents(meta.get("amount_due", 0)), rise, "amount_due in meta of the answer, in cents", answer)
    scene.expect("AN-R11", bool(meta.get("payment_url")), "a payment_url in meta of the answer", meta, answer)
    scene.same("AN-R11", cents(dearer["meta"]["amount_due"]), rise, "amount_due of the order, in cents")
    scene.same("AN-R11", dearer["meta"]["payment_url"], meta.get("payment_url"), "the payment_url of the order")
    scene.pay(order_id(booking)).ok("AN-R11", 200)

    known = {each["id"] for each in scene.invoices("AN-R12", booking)}
    answer = scene.move(booking, end_date=slot.ends_at.isoformat()).ok("AN-R12", 200)
    cheaper = scene.order("AN-R12", booking)
    _changed(scene, dearer, cheaper, -rise)
    scene.same("AN-R12", cents(cheaper["meta"]["refunded_amount"]), rise, "what was refunded, in cents")
    scene.same("AN-R12", cents(cheaper["meta"]["amount_due"]), 0, "what is due")
    new = [each["attributes"] for each in scene.invoices("AN-R12", booking) if each["id"] not in known]
    got = [(each["is_credit"], cents(each["total"])) for each in new]
    scene.same("AN-R12", got, [(True, -rise)], "is_credit and total of the new invoice, in cents")


def _changed(scene: AnnyScene, before: Json, after: Json, by: int) -> None:
    for rule, name in (("AN-R06", "total"), ("AN-R16", "modification_total")):
        got = cents(after["attributes"][name]) - cents(before["attributes"][name])
        scene.same(rule, got, by, f"the change of {name} of the order, in cents")


def _not_edited(scene: AnnyScene, rule: str, booking: Json | str, *, by: str = MAIN) -> None:
    """Each edit is refused, and nothing changes."""
    before = scene.seen(rule, booking, by=by)
    scene.same("AN-B13", before["attributes"]["is_editable"], False, "is_editable")
    for answer in (
        scene.move(before, end_date=before["attributes"]["end_date"], by=by),
        scene.invite(before, {"email": f"{scene.word()}@example.com"}, by=by),
        scene.choose(before, by=by),
    ):
        answer.refused(rule, *_NOT_EDITABLE)
    scene.same(rule, scene.seen(rule, booking, by=by), before, "the booking read afterwards")


@LAWS.law("AN-R17", "AN-P01", "AN-X15")
def a_blocker_is_neither_edited_nor_canceled(scene: AnnyScene) -> None:
    blocker = scene.given("blocker")
    _not_edited(scene, "AN-R17", blocker, by=ADMIN)
    scene.preview(blocker, by=ADMIN).refused("AN-P01", *_NOT_CANCELABLE)
    scene.cancel(blocker, by=ADMIN).refused("AN-X15", *_NOT_CANCELABLE)
    scene.same("AN-X15", scene.status("AN-X15", blocker, by=ADMIN), "accepted", "its status afterwards")


@LAWS.law("AN-R08")
def what_is_not_accepted_is_not_edited(scene: AnnyScene) -> None:
    slot = scene.slot()
    requested = scene.requested(scene.slot("approval", "other_room"))
    rejected = scene.rejected(scene.slot("approval"))
    canceled = scene.canceled(slot)
    (held,) = (each["id"] for each in scene.held(slot)["relationships"]["bookings"]["data"][-1:])
    for number in (requested["id"], rejected["id"], canceled["id"], held):
        _not_edited(scene, "AN-R08", number)


@LAWS.law("AN-R17")
def what_has_started_or_was_checked_in_is_not_edited(scene: AnnyScene) -> None:
    slot = scene.slot("instant", "other_room")
    checked_in, started = scene.booked(scene.slot()), scene.booked(slot)
    advance = scene.resource("room")["settings"]["checkIn"]["allowedAdvancePeriod"]
    begins_at = moment(checked_in["attributes"]["start_date"])
    scene.go_to(begins_at - timedelta(minutes=min(advance, 5)))
    scene.check_in(checked_in).ok("AN-K01", 200)
    _not_edited(scene, "AN-R17", checked_in)
    if begins_at != slot.starts_at:
        return
    scene.go_to(slot.starts_at - _SECOND)
    scene.moved("AN-R17", started, end_date=slot.lasting(120).ends_at.isoformat())
    scene.pass_time(_SECOND)
    _not_edited(scene, "AN-R17", started)


@LAWS.law("AN-R17")
def a_service_wants_to_know_of_edits_in_time(scene: AnnyScene) -> None:
    deadline = scene.service("strict")["public_settings"]["editing"]["deadline"]
    notice = timedelta(minutes=deadline["offset"] * _UNITS[deadline["period"]])
    slot = scene.slot("strict", "other_room")
    booking = scene.ordered(slot, kind="strict")
    scene.go_to(slot.starts_at - notice)
    longer = scene.moved("AN-R17", booking, end_date=slot.lasting(90).ends_at.isoformat())
    scene.pass_time(_SECOND)
    _not_edited(scene, "AN-R17", booking)
    scene.same("AN-R17", _place(scene.seen("AN-R17", booking)), _place(longer), "start, end and resource afterwards")


@LAWS.law("AN-R09")
def an_edit_is_about_something(scene: AnnyScene) -> None:
    booking = scene.booked()
    for fields in ({}, {"colour": "red"}):
        scene.move(booking, **fields).refused("AN-R09", *_INVALID)
    scene.stays("AN-R09", booking)


@LAWS.law("AN-R10")
def an_edit_costs_no_fee(scene: AnnyScene) -> None:
    slot = scene.slot("paid", "other_room")
    booking = scene.paid(slot)
    last_hour = timedelta(hours=1)
    scene.go_to(slot.starts_at - last_hour)  # canceling now would cost the most
    before = scene.order("AN-R10", booking)
    after = scene.moved("AN-R10", booking, **slot.later(minutes=60).span)
    scene.same("AN-R10", after["attributes"]["total"], booking["attributes"]["total"], "the price of the booking")
    order = scene.order("AN-R10", booking)
    for name in ("total", "modification_total"):
        scene.same("AN-R10", order["attributes"][name], before["attributes"][name], f"{name} of the order")
    for name in ("amount_due", "paid_amount", "refunded_amount"):
        scene.same("AN-R10", order["meta"][name], before["meta"][name], f"{name} of the order")


@LAWS.law("AN-R13")
def the_master_of_a_series_is_not_edited_but_its_dates_are(scene: AnnyScene) -> None:
    _, dates = standing_series(scene, "recurring_master")
    for name in ("recurring_master", "series_master"):
        _not_edited(scene, "AN-R13", series(scene, name)[0])
    editable = [each for each in dates if each["attributes"]["is_editable"]]
    scene.expect("AN-B13", bool(editable), "a date that is_editable", dates)
    one, *others = editable
    starts_at, ends_at, resource = _place(one)
    shorter = ends_at - timedelta(minutes=60)
    after = scene.moved("AN-R13", one, end_date=shorter.isoformat())
    scene.same("AN-R13", _place(after), (starts_at, shorter, resource), "start, end and resource of the date")
    for other in others:
        scene.same("AN-R13", _place(scene.seen("AN-R13", other)), _place(other), "those of another date")
    scene.revert(one).ok("AN-E01", 200)


@LAWS.law("AN-B18")
def the_dates_of_a_series_are_by_start_wherever_they_go(scene: AnnyScene) -> None:
    master, dates = series(scene, "recurring_master")
    if not scene.world.is_own:
        raise NotApplicable("others need the series as it is")
    service = scene.call("getService", serviceId=slot_of(dates[0]).service_id, title="read the service").ok(
        "AN-A07", 200
    )
    first, second, *_, last = map(slot_of, dates)
    within = second.later(minutes=60).lasting(60)  # so that another can begin before it and end after it
    around = [second.at(each) for each in linked(service.json["data"], "resources") if each != second.resource_id]
    free = [each for each in around if scene.interval("AN-T01", each)["available"]]
    targets = [(1, within), *((0, each) for each in free[:1]), (0, last.later(minutes=last.minutes)), (0, first)]
    for number, target in targets:
        scene.moved("AN-R13", dates[number], **target.span, resource_id=target.resource_id)
        now = [scene.seen("AN-B18", each) for each in dates]
        in_order = [name for _, name in sorted((each["attributes"]["start_date"], each["id"]) for each in now)]
        for each in (master, *dates):
            found = linked(scene.seen("AN-B18", each), "series_bookings")
            wanted = [name for name in in_order if name != each["id"]]
            scene.same("AN-B18", found, wanted, f"series_bookings of {each['id']}")


@LAWS.law("AN-R14")
def a_service_may_keep_bookings_at_their_resource(scene: AnnyScene) -> None:
    slot = scene.slot("strict", "other_room")
    booking = scene.ordered(slot, kind="strict")
    for fields in ({}, slot.later(minutes=120).span):
        answer = scene.move(booking, resource_id=scene.resource_id("room"), **fields)
        answer.refused("AN-R14", *_NOT_EDITABLE)
    scene.stays("AN-R14", booking)
    scene.moved("AN-R14", booking, resource_id=slot.resource_id)  # where it is


@LAWS.burst("AN-R15")
def of_two_that_move_to_the_last_place_one_gets_it(scene: AnnyScene) -> None:
    slot = scene.slot()
    target = slot.later(minutes=240)
    movers = [
        (scene.booked(slot), "main"),
        (scene.booked(slot.later(minutes=60), by=OTHER), OTHER),
        (scene.booked(slot.later(minutes=120), by=PARTICIPANT), PARTICIPANT),
    ]
    answers = scene.together(
        *(lambda booking=booking, by=by: scene.move(booking, by=by, **target.span) for booking, by in movers)
    )
    scene.one_wins("AN-R15", answers, *_UNAVAILABLE, status=200)
