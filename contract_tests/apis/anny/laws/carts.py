"""The cart: what is held, for how long, for whom, and what becomes of it."""

from datetime import timedelta

from contract_tests.apis.anny.looking import is_free, linked, points_at, refused_at
from contract_tests.apis.anny.scene import (
    ADMIN,
    IDS,
    NOBODY,
    AnnyScene,
    Json,
    Slot,
    bookings_in,
    cents,
    included,
    moment,
    order_id,
)
from contract_tests.laws.law import Laws
from contract_tests.scenes.scene import MAIN, OTHER

__all__ = ["LAWS"]

LAWS = Laws("carts")

_UNAVAILABLE = (422, "unavailable_interval")
_INVALID = (422, "validation_error")
_NOT_OPEN = (422, "order_not_open")
_UNAUTHORIZED = (403, "unauthorized")
_UNAUTHENTICATED = (401, "unauthenticated")
_NOT_FOUND = (404, "not_found")
_HOLD = timedelta(minutes=15)
_SECOND = timedelta(seconds=1)
_TOKEN_LENGTH = 30
_RACERS = 6


def _day_of(scene: AnnyScene, rule: str, slot: Slot) -> list[Json]:
    """What is said of all starts of the day."""
    starts: list[Json] = scene.starts(scene.local_day(slot), slot.service_id, slot.resource_id).ok(rule, 200).json
    return starts


@LAWS.law("AN-C01")
def what_is_put_into_a_cart_is_reserved(scene: AnnyScene) -> None:
    slot = scene.slot()
    answer = scene.add(slot, customer_note="by the window").ok("AN-C01", 201)
    scene.same("AN-C01", answer.json["data"]["attributes"]["status"], "draft", "the status of the order", answer)
    (booking,) = included(answer, "bookings")
    scene.same("AN-C01", [booking["id"]], bookings_in(answer.json["data"]), "the booking of the draft", answer)
    shown = booking["attributes"]
    got = (shown["status"], moment(shown["start_date"]), moment(shown["end_date"]))
    scene.same("AN-C01", got, ("reserved", slot.starts_at, slot.ends_at), "status, start and end", answer)
    scene.same("AN-C01", scene.status("AN-C01", booking), "reserved", "the status read afterwards")


@LAWS.law("AN-C02")
def what_cannot_be_booked_is_not_held(scene: AnnyScene) -> None:
    slot = scene.slot()
    scene.booked(slot)
    before = _day_of(scene, "AN-C02", slot)
    refusals = [
        scene.add(slot, by=OTHER, title="hold what is booked"),
        scene.add(slot.later(minutes=-30), by=OTHER, title="hold what begins before"),
        scene.add(slot.later(minutes=30), by=OTHER, title="hold what ends after"),
        scene.add(slot.later(minutes=15), by=OTHER, title="hold what lies off the grid"),
        scene.add(slot.later(minutes=120).lasting(15), by=OTHER, title="hold too short an interval"),
    ]
    for answer in refusals:
        answer.refused("AN-C02", *_UNAVAILABLE)
    scene.same("AN-C02", _day_of(scene, "AN-C02", slot), before, "what is said of the day afterwards")


@LAWS.law("AN-C04")
def what_is_held_is_taken_for_everybody_else(scene: AnnyScene) -> None:
    _held_for_everybody_else(scene)


def _held_for_everybody_else(scene: AnnyScene) -> tuple[Slot, str]:
    slot = scene.slot()
    (booking,) = bookings_in(scene.held(slot))
    for by in (OTHER, NOBODY):
        scene.add(slot, by=by, title="hold what somebody holds").refused("AN-C04", *_UNAVAILABLE)
    scene.book(slot, by=OTHER, title="book what somebody holds").refused("AN-C04", *_UNAVAILABLE)
    return slot, booking


@LAWS.law("AN-C03", "AN-C04")
def what_is_held_is_taken_for_a_quarter_of_an_hour_and_then_gone(scene: AnnyScene) -> None:
    slot, booking = _held_for_everybody_else(scene)
    scene.pass_time(_HOLD - _SECOND)
    scene.read(booking).ok("AN-C03", 200)
    scene.book(slot, by=OTHER, title="book what is still held").refused("AN-C04", *_UNAVAILABLE)
    scene.pass_time(_SECOND)
    scene.read(booking).refused("AN-C03", *_NOT_FOUND)
    scene.book(slot, by=OTHER, title="book when the hold is over").ok("AN-C03", 201)


@LAWS.law("AN-C03")
def each_hold_has_a_quarter_of_an_hour_of_its_own(scene: AnnyScene) -> None:
    slot, began_at = scene.slot(), scene.now()
    later = {minutes: slot.later(minutes=12 * minutes) for minutes in (0, 5, 10)}
    held = {}
    for minutes, each in later.items():
        scene.go_to(began_at + timedelta(minutes=minutes))
        held[minutes] = bookings_in(scene.held(each))[-1]
    for minutes, each in later.items():
        scene.go_to(began_at + timedelta(minutes=minutes) + _HOLD - _SECOND)
        scene.read(held[minutes]).ok("AN-C03", 200)
        scene.pass_time(_SECOND)
        scene.read(held[minutes]).refused("AN-C03", *_NOT_FOUND)
        scene.book(each, by=OTHER, title="book when the hold is over").ok("AN-C03", 201)


@LAWS.law("AN-C05", "AN-B17")
def a_draft_expires_with_the_first_of_its_holds(scene: AnnyScene) -> None:
    if scene.world.is_own and scene.has(ADMIN):
        _lie_there_since_they_were_filled(scene)
    slot = scene.slot()
    answer = scene.add(slot).ok("AN-C05", 201)
    order = answer.json["data"]
    first = moment(order["attributes"]["expires_at"])
    held_at = min(moment(booking["attributes"]["created_at"]) for booking in included(answer, "bookings"))
    wanted = held_at + _HOLD
    scene.same("AN-C05", first, wanted, "expires_at of the draft")
    scene.pass_time(timedelta(minutes=5))
    after = scene.held(slot.later(minutes=120))
    scene.same("AN-C05", moment(after["attributes"]["expires_at"]), first, "expires_at with a second booking")
    second = scene.now().replace(microsecond=0) + _HOLD
    for at, expires_at in ((first - _SECOND, first), (first, second), (second, None)):
        scene.go_to(at)
        shown = scene.order("AN-C05", after)["attributes"]["expires_at"]
        scene.same("AN-C05", shown and moment(shown), expires_at, f"expires_at at {at}")


def _lie_there_since_they_were_filled(scene: AnnyScene) -> None:
    """The carts with which a world begins, out of which nobody has taken anything."""
    for order in scene.every("AN-B17", "listOrders", by=ADMIN):
        shown = order["attributes"]
        if shown["status"] == "draft" and shown["expires_at"]:
            answer = scene.read_order(order, by=ADMIN, include="bookings").ok("AN-B17", 200)
            filled_at = min(moment(each["attributes"]["created_at"]) for each in included(answer, "bookings"))
            scene.same("AN-B17", moment(shown["created_at"]), filled_at, "created_at of a cart", answer)
            scene.same("AN-C05", moment(shown["expires_at"]), filled_at + _HOLD, "expires_at of a cart", answer)


@LAWS.law("AN-C05", "AN-C06", "AN-C07", "AN-C27")
def what_is_submitted_is_accepted_or_waits_for_a_decision(scene: AnnyScene) -> None:
    for rule, kind, status, of_order in (
        ("AN-C06", "instant", "accepted", "completed"),
        ("AN-C07", "approval", "requested", "pending"),
    ):
        slot = scene.slot(kind, "room")
        order = scene.submitted(slot, rule)
        (booking,) = bookings_in(order)
        scene.same(rule, scene.status(rule, booking), status, "the status of the booking")
        is_free(scene, rule, slot, wanted=False)
        both = [each["attributes"] for each in (order, scene.order(rule, order))]
        shown = [each["status"] for each in both]
        scene.same("AN-C27", shown, [of_order] * 2, "the status of the order, and read afterwards", leaned_on=False)
        ends = [each["expires_at"] for each in both]
        scene.same("AN-C05", ends, [None] * 2, "expires_at when nothing is held", leaned_on=False)


@LAWS.law("AN-C08")
def what_is_no_draft_or_empty_is_not_submitted(scene: AnnyScene) -> None:
    slot = scene.slot()
    order = scene.submitted(slot)
    before = scene.order("AN-C08", order)
    for answer in (
        scene.submit(order=order, title="submit it again"),
        scene.add(slot.later(minutes=60), order=order, title="put something into it"),
        scene.empty(order=order),
    ):
        answer.refused("AN-C08", *_NOT_OPEN)
    is_free(scene, "AN-C08", slot.later(minutes=60))
    scene.same("AN-C08", scene.order("AN-C08", order), before, "the order afterwards")
    emptied = scene.held(slot.later(minutes=120))
    scene.empty(order=emptied).ok("AN-C17", 200)
    scene.submit(order=emptied, title="submit an empty cart").refused("AN-C08", *_NOT_OPEN)


@LAWS.law("AN-C08")
def what_is_not_held_any_more_is_not_submitted(scene: AnnyScene) -> None:
    order = scene.held()
    scene.pass_time(_HOLD)
    scene.submit(order=order, title="submit when the hold is over").refused("AN-C08", *_NOT_OPEN)


@LAWS.law("AN-C09", "AN-C10")
def a_cart_is_submitted_by_somebody_who_accepts_the_terms(scene: AnnyScene) -> None:
    order = scene.held(by=NOBODY)
    keys = scene.keys_of(order)
    answer = scene.call("submitOrder", {"accept_terms": True}, by=NOBODY, title="submit without a customer", **keys)
    refused_at(scene, "AN-C09", answer, pointer="/customer")
    for terms in ({"accept_terms": False}, {"accept_terms": "true"}, {"accept_terms": None}, {}):
        body = {"customer": scene.person(), **terms}
        answer = scene.call("submitOrder", body, by=NOBODY, title=f"submit with {terms}", **keys)
        refused_at(scene, "AN-C10", answer, pointer="/accept_terms")
    draft = scene.read_order(order, by=NOBODY, oat=keys["oat"]).ok("AN-C10", 200).json["data"]
    scene.same("AN-C10", draft["attributes"]["status"], "draft", "the status of the cart afterwards")
    after = scene.submit(by=NOBODY, order=order, customer=scene.person()).ok("AN-C09", 200).json["data"]
    scene.same("AN-C10", after["attributes"]["status"], "completed", "the status when the terms are accepted")


@LAWS.law("AN-C11")
def a_cart_is_for_who_has_its_access_token(scene: AnnyScene) -> None:
    slot = scene.slot()
    order = scene.held(slot)
    free = slot.later(minutes=120).body
    for by in (OTHER, NOBODY):
        for oat in (None, "A" * _TOKEN_LENGTH, f"{scene.keys_of(order)['oat']}x"):
            keys = {"oid": order["id"], "oat": oat}
            scene.call("addToCart", free, by=by, **keys).refused("AN-C11", *_UNAUTHORIZED)
            if by or oat:
                scene.call("emptyCart", by=by, **keys).refused("AN-C11", *_UNAUTHORIZED)
                body = {"accept_terms": True, "customer": scene.person()}
                scene.call("submitOrder", body, by=by, **keys).refused("AN-C11", *_UNAUTHORIZED)
    scene.same("AN-C11", bookings_in(scene.order("AN-C11", order)), bookings_in(order), "what is in the cart")
    scene.call("addToCart", free, by=MAIN, oid=order["id"], title="add to one's own cart").ok("AN-C11", 201)
    later = slot.later(minutes=240)
    scene.add(later, by=NOBODY, order=order, title="add with the access token").ok("AN-C11", 201)


@LAWS.law("AN-C12")
def add_ons_are_those_of_the_service_and_not_too_many(scene: AnnyScene) -> None:
    slot, other = scene.slot("paid"), scene.slot("instant", "other_room")
    (add_on, *_) = scene.add_ons()
    most = add_on["attributes"]["max_quantity"]
    one = {"add_on_id": add_on["id"], "quantity": 1}
    unknown = {"add_on_id": IDS["service_id"], "quantity": 1}
    before = _day_of(scene, "AN-C12", slot)
    mine, theirs = f"/add_ons_by_service/{slot.service_id}", f"/add_ons_by_service/{other.service_id}"
    wrong: list[tuple[Slot, Json, str]] = [
        (slot, {"booking_add_ons": [one, unknown]}, "/booking_add_ons/1/add_on_id"),
        (slot, {"add_ons_by_service": {slot.service_id: [[unknown]]}}, f"{mine}/0/0/add_on_id"),
        (other, {"booking_add_ons": [one]}, "/booking_add_ons/0/add_on_id"),
        (slot, {"add_ons_by_service": {other.service_id: [[one]]}}, theirs),
    ]
    if most is not None:
        too_many = [{**one, "quantity": most + 1}]
        wrong.append((slot, {"booking_add_ons": too_many}, "/booking_add_ons/0/quantity"))
        wrong.append((slot, {"add_ons_by_service": {slot.service_id: [too_many]}}, f"{mine}/0/0/quantity"))
    for each, fields, pointer in wrong:
        refused_at(scene, "AN-C12", scene.add(each, title=f"hold with {fields}", **fields), pointer=pointer)
    scene.same("AN-C12", _day_of(scene, "AN-C12", slot), before, "what is said of the day afterwards")
    if most is not None:
        scene.add(slot, booking_add_ons=[{**one, "quantity": most}], title="hold with as many as may be").ok(
            "AN-C12", 201
        )


@LAWS.law("AN-C25")
def the_first_selection_of_the_service_is_booked(scene: AnnyScene) -> None:
    some, others = scene.choice(1, 2), scene.choice(2, 3)
    none: list[Json] = []
    slot = scene.slot("paid")
    for each, first in ((slot, some), (slot.later(minutes=120), none)):
        lists = {each.service_id: [first, others]}
        order = scene.held(each, add_ons_by_service=lists, booking_add_ons=others)
        answer = scene.read(bookings_in(order)[-1], include="booking_add_ons.add_on").ok("AN-C25", 200)
        got = [
            {"add_on_id": linked(choice, "add_on")[0], "quantity": choice["attributes"]["quantity"]}
            for choice in included(answer, "booking-add-ons")
        ]
        scene.same("AN-C25", got, first, "the add-ons of the booking", answer)


@LAWS.law("AN-C26")
def who_the_body_names_is_the_customer(scene: AnnyScene) -> None:
    slots, person = scene.day()[::2], scene.person()
    for slot, by, given in zip(slots, (MAIN, MAIN, NOBODY), (None, person, person), strict=False):
        order = scene.held(slot, by=by)
        fields: Json = {"customer": given} if given else {}
        scene.submit(by=by, order=order, **fields).ok("AN-C26", 200)
        oat = None if by else scene.keys_of(order)["oat"]
        answer = scene.read_order(order, by=by, oat=oat, include="customer,bookings").ok("AN-C26", 200)
        customer = scene.only("AN-C26", included(answer, "customers"), "a customer")
        if given:
            shown = {name: customer["attributes"][name] for name in person}
            scene.same("AN-C26", shown, person, "the customer of the order", answer)
        else:
            scene.same("AN-C26", customer["attributes"]["email"], scene.address(), "the customer's address", answer)
        of_bookings = [linked(each, "customer") for each in included(answer, "bookings")]
        scene.same("AN-C26", of_bookings, [[customer["id"]]], "the customer of the booking", answer)


@LAWS.law("AN-C26")
def a_cart_without_an_account_becomes_that_of_who_submits_it(scene: AnnyScene) -> None:
    order = scene.held(by=NOBODY)
    scene.submit(order=order).ok("AN-C26", 200)
    answer = scene.read_order(order, include="customer").ok("AN-C26", 200)
    (customer,) = included(answer, "customers")
    scene.same("AN-C26", customer["attributes"]["email"], scene.address(), "the customer's address", answer)
    account = scene.call("getCustomerAccount", title="read the account").ok("AN-A01", 200).json["data"]["attributes"]
    for name in ("given_name", "family_name"):
        scene.same("AN-C26", customer["attributes"][name], account[name], f"{name} of the customer", answer)
    for operation, number in (("listOrders", order["id"]), ("listBookings", bookings_in(order)[0])):
        listed = scene.every("AN-C26", operation, until=[number])
        found = [each["id"] for each in listed if each["id"] == number]
        scene.same("AN-C26", found, [number], f"what of it is in {operation}")
    known = {order["id"]}
    for slot in scene.day(where="other_room")[:5:2]:
        cart = scene.held(slot)
        scene.expect("AN-C01", cart["id"] not in known, "a cart that was not submitted", cart["id"])
        scene.submit(order=cart).ok("AN-C06", 200)
        known.add(cart["id"])


@LAWS.law("AN-C13")
def an_account_has_one_cart(scene: AnnyScene) -> None:
    added: list[str] = []
    prices: dict[str, int] = {}
    one, other = scene.choice(1, 2), scene.choice(2, 0)
    slot = scene.slot("paid")
    wishes: list[tuple[Slot, list[Json]]] = [(slot, one), (slot.later(minutes=120), other)]
    wishes.append((scene.slot("strict", "other_room"), []))
    cart = ""
    for each, choices in wishes:
        answer = scene.add(each, booking_add_ons=choices).ok("AN-C13", 201)
        order = answer.json["data"]
        scene.same("AN-C13", order["id"], cart or order["id"], "the cart of another booking", answer)
        cart = order["id"]
        prices |= {booking["id"]: cents(booking["attributes"]["total"]) for booking in included(answer, "bookings")}
        added.append(bookings_in(order)[-1])
        scene.expect("AN-C13", set(added) <= set(bookings_in(order)), "all bookings in it", bookings_in(order), answer)
        wanted = sum(prices[number] for number in bookings_in(order))
        for shown in (order, scene.order("AN-C13", order)):
            scene.same("AN-C13", cents(shown["attributes"]["total"]), wanted, "the total in cents", answer)
    submitted = scene.submit(order=order).ok("AN-C06", 200).json["data"]
    scene.same("AN-C13", cents(submitted["attributes"]["total"]), wanted, "the total when it is submitted, in cents")


@LAWS.law("AN-C14", "AN-C28")
def who_has_no_token_gets_a_cart_of_their_own(scene: AnnyScene) -> None:
    slot = scene.slot()
    one = scene.add(slot, by=NOBODY).ok("AN-C14", 201).json["data"]
    two = scene.add(slot.later(minutes=120), by=NOBODY).ok("AN-C14", 201).json["data"]
    scene.expect("AN-C14", one["id"] != two["id"], "two carts", one["id"])
    for order in (one, two):
        token = order["attributes"]["access_token"] or ""
        scene.expect("AN-C14", bool(token), "an access_token", token)
        scene.same("AN-C28", len(token), _TOKEN_LENGTH, "the length of the access token")
        scene.same("AN-C14", len(bookings_in(order)), 1, "the number of bookings")


@LAWS.law("AN-C15")
def of_several_resources_the_first_that_is_free_is_booked(scene: AnnyScene) -> None:
    slot = scene.slot()
    resources = [slot.resource_id, scene.resource_id("desk")]
    for wanted in resources:
        answer = scene.add(slot, resource_id=resources, title="hold one of two").ok("AN-C15", 201)
        (booking,) = (
            each for each in included(answer, "bookings") if each["id"] == bookings_in(answer.json["data"])[-1]
        )
        got = booking["relationships"]["resource"]["data"]["id"]
        scene.same("AN-C15", got, wanted, "the resource that is held", answer)
    scene.add(slot, resource_id=resources, title="hold one of two that are taken").refused("AN-C15", *_UNAVAILABLE)


@LAWS.law("AN-C16")
def a_cart_takes_nothing_that_does_not_exist(scene: AnnyScene) -> None:
    slot = scene.slot()
    scene.nowhere()
    wrong: list[tuple[Json, Json, Json]] = [
        ({"service_id": IDS["service_id"]}, {}, {"pointer": "/service_id"}),
        ({"service_id": {str(IDS["service_id"]): 1}}, {}, {"pointer": "/service_id"}),
        ({"resource_id": IDS["resource_id"]}, {}, {"pointer": "/resource_id"}),
        ({"resource_id": [slot.resource_id, IDS["resource_id"]]}, {}, {"pointer": "/resource_id/1"}),
        ({}, {"oid": IDS["oid"], "oat": "A" * _TOKEN_LENGTH}, {"parameter": "oid"}),
    ]
    for fields, keys, source in wrong:
        answer = scene.call("addToCart", {**slot.body, **fields}, title=f"hold with {fields or keys}", **keys)
        points_at(scene, "AN-C16", answer.refused("AN-C16", *_NOT_FOUND), **source)
    is_free(scene, "AN-C16", slot)


@LAWS.law("AN-C17", "AN-C29")
def an_emptied_cart_gives_everything_back(scene: AnnyScene) -> None:
    slot = scene.slot()
    later = slot.later(minutes=120)
    scene.held(slot)
    order = scene.held(later)
    bookings = bookings_in(order)
    for _ in range(2):  # an empty one too
        after = scene.empty().ok("AN-C29", 200).json["data"]
        got = (after["id"], after["attributes"]["status"], bookings_in(after), cents(after["attributes"]["total"]))
        scene.same("AN-C29", got, (order["id"], "draft", [], 0), "the cart and its total", leaned_on=False)
    for booking in bookings:
        scene.read(booking).refused("AN-C17", *_NOT_FOUND)
    for each in (slot, later):
        scene.book(each, by=OTHER, title="book what was held").ok("AN-C17", 201)


@LAWS.law("AN-C18", "AN-C19")
def there_is_nothing_to_empty_without_a_cart(scene: AnnyScene) -> None:
    scene.nowhere()
    nothing: Json = {"oid": IDS["oid"], "oat": "A" * _TOKEN_LENGTH}
    for by in (MAIN, NOBODY):
        scene.call("emptyCart", by=by, title="empty no cart", **nothing).refused("AN-C18", *_NOT_FOUND)
        body = {"accept_terms": True, "customer": scene.person()}
        scene.call("submitOrder", body, by=by, title="submit no cart", **nothing).refused("AN-C18", *_NOT_FOUND)
    if scene.world.is_own:  # in another, they may have one
        for answer in (scene.empty(by=OTHER), scene.submit(by=OTHER)):
            answer.refused("AN-C18", *_NOT_FOUND)
    order = scene.held(by=NOBODY)
    keys = scene.keys_of(order)
    body = {"accept_terms": True, "customer": scene.person()}
    for named in ({}, {"oid": keys["oid"]}, {"oat": keys["oat"]}):
        scene.call("emptyCart", by=NOBODY, title="empty a cart", **named).refused("AN-C19", *_UNAUTHENTICATED)
        answer = scene.call("submitOrder", body, by=NOBODY, title="submit a cart", **named)
        answer.refused("AN-C19", *_UNAUTHENTICATED)
    draft = scene.read_order(order, by=NOBODY, oat=keys["oat"]).ok("AN-C19", 200).json["data"]
    scene.same("AN-C19", bookings_in(draft), bookings_in(order), "what is in the cart")


@LAWS.law("AN-C20")
def who_books_without_a_token_is_anonymous(scene: AnnyScene) -> None:
    answer = scene.add(scene.slot(), by=NOBODY).ok("AN-C01", 201)
    (booking,) = included(answer, "bookings")
    scene.submit(by=NOBODY, order=answer.json["data"]).ok("AN-C20", 200)
    found = scene.by_number(number=booking["attributes"]["number"]).ok("AN-C20", 200)
    scene.same("AN-C20", found.json["data"]["id"], booking["id"], "the booking that is found", found)
    scene.same("AN-C20", found.json["data"]["meta"]["is_anonymous"], True, "is_anonymous", found)
    known = scene.by_number(number=scene.booked(scene.slot(where="other_room"))["attributes"]["number"])
    scene.same(
        "AN-C20", known.ok("AN-L01", 200).json["data"]["meta"]["is_anonymous"], False, "that of an account", known
    )


def _has_payment(scene: AnnyScene, order: Json, wanted: list[bool]) -> None:
    answer = scene.read_order(order, include="bookings,invoices").ok("AN-Y05", 200)
    things = [answer.json["data"], *included(answer, "bookings"), *included(answer, "invoices")]
    got = [each["attributes"]["has_payment"] for each in things]
    scene.same("AN-Y05", got, wanted, "has_payment of order, booking and invoices", answer)


@LAWS.law("AN-C21", "AN-C22", "AN-C23", "AN-Y05")
def what_is_paid_at_once_is_paid_once(scene: AnnyScene) -> None:
    draft = scene.held(scene.slot("paid"))
    scene.pay(draft).refused("AN-C23", *_NOT_OPEN)
    order = scene.submit(order=draft).ok("AN-C21", 200).json["data"]
    meta, total = order["meta"], order["attributes"]["total"]
    scene.expect("AN-C21", cents(total) > 0, "a price", total)
    scene.same(
        "AN-C21", (cents(meta["amount_due"]), meta["paid_amount"]), (cents(total), 0), "what is due and was paid"
    )
    scene.expect("AN-C21", isinstance(meta["payment_url"], str), "a payment_url", meta["payment_url"])
    (booking,) = bookings_in(order)
    scene.same("AN-C21", scene.status("AN-C21", booking), "accepted", "the status of the booking")
    _has_payment(scene, order, [False, False, False])

    paid = scene.pay(order).ok("AN-C22", 200).json["data"]
    for each in (paid, scene.order("AN-C22", order)):
        got = (cents(each["meta"]["amount_due"]), cents(each["meta"]["paid_amount"]))
        scene.same("AN-C22", got, (0, cents(total)), "what is due and was paid, in cents")
    invoice = scene.only("AN-C22", scene.invoices("AN-C22", order), "an invoice")
    scene.same("AN-C22", invoice["attributes"]["status"], "paid", "the status of the invoice")

    before = scene.order("AN-C23", order)
    scene.pay(order).refused("AN-C23", *_NOT_OPEN)
    scene.same("AN-C23", scene.order("AN-C23", order), before, "the order after a second payment")
    scene.choose(booking, *scene.choice(1, 0)).ok("AN-O01", 200)
    _has_payment(scene, order, [True, True, True, False])
    free = scene.booked(scene.slot("instant", "other_room"))
    scene.pay(order_id(free)).refused("AN-C23", *_NOT_OPEN)


@LAWS.law("AN-C22")
def a_payment_is_for_everything_that_is_open(scene: AnnyScene) -> None:
    draft = scene.held(scene.slot("paid"))
    scene.add(scene.slot("paid", "other_room"), order=draft).ok("AN-C01", 201)
    order = scene.submit(order=draft).ok("AN-C21", 200).json["data"]
    first, second = bookings_in(order)
    for quantity in (1, 3):  # at first the order itself is open too, then it is paid and only edits are
        for booking in (first, second):
            scene.choose(booking, *scene.choice(quantity, 0)).ok("AN-O01", 200)
            scene.choose(booking, *scene.choice(quantity, 1)).ok("AN-O01", 200)
        before = scene.order("AN-C22", order)["meta"]
        opened = {each["id"] for each in scene.invoices("AN-C22", order) if each["attributes"]["status"] == "open"}
        scene.expect("AN-C22", len(opened) > 1, "several invoices that are open", sorted(opened))
        after = scene.pay(order).ok("AN-C22", 200).json["data"]["meta"]
        paid = cents(before["paid_amount"]) + cents(before["amount_due"])
        got = (cents(after["amount_due"]), cents(after["paid_amount"]))
        scene.same("AN-C22", got, (0, paid), "what is due and was paid, in cents")
        statuses = {each["id"]: each["attributes"]["status"] for each in scene.invoices("AN-C22", order)}
        left = {each: statuses[each] for each in opened if statuses[each] != "paid"}
        scene.same("AN-C22", left, {}, "what was open and is not paid")
        scene.expect("AN-C22", "open" not in statuses.values(), "no invoice that is open", statuses)


@LAWS.burst("AN-C23")
def of_several_who_pay_at_the_same_moment_one_does(scene: AnnyScene) -> None:
    for order in (scene.submitted(scene.slot("paid")), scene.submitted(scene.slot("strict", "other_room"))):
        total = cents(order["attributes"]["total"])
        answers = scene.together(*[lambda order=order: scene.pay(order)] * _RACERS)
        came = sorted(answer.status for answer in answers)
        scene.same("AN-C23", came, [200] + [422] * (_RACERS - 1), "how the requests were answered", *answers)
        meta = scene.order("AN-C23", order)["meta"]
        scene.same("AN-C23", cents(meta["paid_amount"]), total, "what was paid, in cents")


@LAWS.burst("AN-C24")
def of_several_who_race_for_the_last_place_one_gets_it(scene: AnnyScene) -> None:
    slot = scene.slot()
    racers = [OTHER, MAIN, *[NOBODY] * (_RACERS - 2)]
    answers = scene.together(*(lambda by=by: scene.add(slot, by=by, title="hold the last place") for by in racers))
    scene.one_wins("AN-C24", answers, *_UNAVAILABLE, status=201)
