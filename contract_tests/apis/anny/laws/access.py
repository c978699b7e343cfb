"""Tokens and rights: who is let in, and who sees and does what."""

from dataclasses import replace
from functools import partial
from typing import Any

from contract_tests.apis.anny.looking import is_free, linked
from contract_tests.apis.anny.scene import (
    ADMIN,
    BODIES,
    IDS,
    NOBODY,
    PARTICIPANT,
    UNKNOWN,
    AnnyScene,
    Json,
    bookings_in,
    order_id,
)
from contract_tests.contracts import Operation
from contract_tests.laws.authentication import knows_the_scheme_in_any_case, refuses_a_credential, refuses_nobody
from contract_tests.laws.law import Laws
from contract_tests.laws.probes import Probe, is_secured, probes
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import MAIN, OTHER

__all__ = ["LAWS"]

LAWS = Laws("access")

_UNAUTHENTICATED = (401, "unauthenticated")
_UNAUTHORIZED = (403, "unauthorized")
_NO_ORGANIZATION = "nobody knows the organisation"
_LISTS = ("listBookings", "listOrders", "listInvoices")
_NOT_FOUND = (404, "not_found")
_NEVER_ISSUED = "Bearer contract-test-token-that-nobody-issued"
_FOR_THE_ORGANISATION = frozenset(
    operation
    for operation in (
        "listWebhookSubscriptions",
        "createWebhookSubscription",
        "getWebhookSubscription",
        "updateWebhookSubscription",
        "deleteWebhookSubscription",
    )
)


def _secured(scene: AnnyScene) -> list[Probe]:
    return scene.probes(only=is_secured, bodies=BODIES)


@LAWS.law("AN-A01")
def nobody_is_let_in_without_a_token(scene: AnnyScene) -> None:
    scene.nowhere()
    refuses_nobody(scene, "AN-A01", _secured(scene), *_UNAUTHENTICATED)
    scene.call("getCustomerAccount", title="read the account with a token").ok("AN-A01", 200)


@LAWS.law("AN-A02")
def a_header_that_is_no_known_token_is_refused(scene: AnnyScene) -> None:
    refuses_a_credential(scene, "AN-A02", _secured(scene), _NEVER_ISSUED, *_UNAUTHENTICATED)
    token = str(scene.profile.find("identities.main", "contract-test"))
    account = scene.probes(only=lambda operation: operation.id == "getCustomerAccount")
    for sent in ("Bearer", f"Basic {token}", f"Token {token}", token, f"Bearer {token} {token}", f"Bearer {token}x-"):
        refuses_a_credential(scene, "AN-A02", account, sent, *_UNAUTHENTICATED)


def _bodies_for(booking: Json, slot: Json) -> dict[str, Any]:
    """Such as would change that booking, or book that slot."""
    decision = {"data": {"type": "bookings", "id": booking["id"], "attributes": {"status": "rejected"}}}
    return {
        **BODIES,
        "bookInstantly": slot,
        "updateBooking": decision,
        "editParticipants": {"participants": [{"email": "somebody@example.com"}]},
        "editBookingBaseData": {name: slot[name] for name in ("start_date", "end_date")},
    }


@LAWS.law("AN-A03")
def without_a_token_nothing_is_read_or_written_whatever_is_sent(scene: AnnyScene) -> None:
    slot = scene.slot()
    booking = scene.booked(slot)
    free = slot.later(minutes=120)
    ids = {**IDS, "bookingId": booking["id"], "orderId": order_id(booking)}
    for probe in probes(scene.contract, ids, bodies=_bodies_for(booking, free.body)):
        for headers in ({}, {"Authorization": _NEVER_ISSUED}):
            probe.send(scene, by=NOBODY, headers=headers).refused("AN-A03", *_UNAUTHENTICATED)
    for place in ("nothing!", "0"):
        for probe in probes(scene.contract, dict.fromkeys(IDS, place)):
            probe.send(scene, by=NOBODY, title=f"{probe.operation.id} of {place!r}").refused("AN-A03", 401)
    for probe in scene.probes(only=lambda operation: is_secured(operation) and bool(operation.media_type)):
        probe.broken().send(scene, by=NOBODY, title=f"{probe.operation.id} with no JSON").refused("AN-A03", 401)
    scene.stays("AN-A03", booking)
    is_free(scene, "AN-A03", free)
    (account,) = scene.probes(only=lambda operation: operation.id == "getCustomerAccount")
    knows_the_scheme_in_any_case(scene, "AN-A03", account)


def _names_a_thing(operation: Operation) -> bool:
    return "{" in operation.path


@LAWS.law("AN-A04")
def an_id_of_nothing_is_not_found(scene: AnnyScene) -> None:
    for probe in scene.probes(only=_names_a_thing, bodies=BODIES):
        by = ADMIN if probe.operation.id in _FOR_THE_ORGANISATION | {"updateBooking"} else MAIN
        probe.send(scene, by=by, title=f"{probe.operation.id} of nothing").refused("AN-A04", *_NOT_FOUND)


def _touch(scene: AnnyScene, booking: Json, by: str) -> list[Answer]:
    """Everything that only who has to do with a booking may do."""
    return [
        scene.read(booking, by=by),
        scene.preview(booking, by=by),
        scene.cancel(booking, by=by),
        scene.accept(booking, by=by),
        scene.reject(booking, by=by),
        scene.call("personalizeBooking", {}, bookingId=booking["id"], by=by),
        scene.invite(booking, {"email": "somebody@example.com"}, by=by),
        scene.choose(booking, by=by),
        scene.move(booking, start_date=booking["attributes"]["start_date"], by=by),
        scene.revert(booking, by=by),
    ]


@LAWS.law("AN-A05", "AN-A15")
def what_is_somebody_elses_is_kept_from_strangers(scene: AnnyScene) -> None:
    booking = scene.ordered()
    before = scene.order("AN-Q03", booking)
    invoice = scene.only("AN-Q06", scene.invoices("AN-Q06", booking), "an invoice")
    for answer in _touch(scene, booking, OTHER):
        answer.refused("AN-A05", *_UNAUTHORIZED)
    refusals = [
        scene.read_order(booking, by=OTHER),
        scene.pay(order_id(booking), by=OTHER),
        scene.call("getInvoice", invoiceId=invoice["id"], by=OTHER),
    ]
    draft = scene.held(scene.slot(where="other_room"))
    without_token: Json = {"oid": draft["id"]}
    refusals += [
        scene.read_order(draft, by=OTHER),
        scene.call("emptyCart", by=OTHER, title="empty a cart of somebody else", **without_token),
        scene.call("submitOrder", {"accept_terms": True}, by=OTHER, title="submit it", **without_token),
    ]
    for answer in refusals:
        answer.refused("AN-A15", *_UNAUTHORIZED)
    scene.stays("AN-A05", booking)
    scene.same("AN-A15", scene.order("AN-A15", booking), before, "the order read afterwards")
    scene.same("AN-A15", scene.order("AN-A15", draft)["attributes"]["status"], "draft", "the status of the cart")


@LAWS.law("AN-A06")
def a_participant_reads_a_booking_and_may_not_cancel_it(scene: AnnyScene) -> None:
    booking = scene.joined(can_edit=True)
    before = scene.seen("AN-A06", booking)
    scene.read(booking, by=PARTICIPANT).ok("AN-A06", 200)
    scene.preview(booking, by=PARTICIPANT).ok("AN-A06", 200)
    scene.cancel(booking, by=PARTICIPANT).refused("AN-A06", *_UNAUTHORIZED)
    scene.stays("AN-A06", before)


@LAWS.law("AN-A07")
def what_is_offered_is_shown_to_everybody(scene: AnnyScene) -> None:
    slot = scene.slot()
    answers = [
        scene.call("listResources", by=NOBODY),
        scene.call("getResource", resourceId=slot.resource_id, by=NOBODY),
        scene.call("listResourceChildren", resourceId=slot.resource_id, by=NOBODY),
        scene.call("listServices", by=NOBODY),
        scene.call("getService", serviceId=slot.service_id, by=NOBODY),
        scene.starts(scene.local_day(slot), slot.service_id),
        scene.ends(slot),
    ]
    for answer in answers:
        answer.ok("AN-A07", 200)


@LAWS.law("AN-A08")
def nobody_acts_for_an_organisation_of_others(scene: AnnyScene) -> None:
    organization = str(scene.profile.want("inventory.organization", _NO_ORGANIZATION, "identities.admin"))
    booking = scene.ordered(scene.slot("paid"))
    invoice = scene.only("AN-Q06", scene.invoices("AN-Q06", booking), "an invoice")
    new = scene.call("createWebhookSubscription", BODIES["createWebhookSubscription"], by=ADMIN).ok("AN-W01", 201)
    hook = new.json["data"]
    ids = {
        "bookingId": booking["id"],
        "orderId": order_id(booking),
        "invoiceId": invoice["id"],
        "subscriptionId": hook["id"],
        "customerId": booking["relationships"]["customer"]["data"]["id"],
        "resourceId": scene.resource_id("room"),
        "serviceId": scene.service_id("paid"),
        "type": "bookings",
        "id": booking["id"],
        "relationship": "resource",
    }
    bodies = _bodies_for(booking, scene.slot().body)
    for probe in probes(scene.contract, ids, only=_is_for_an_organisation, bodies=bodies):
        for by, wrong in ((MAIN, organization), (MAIN, UNKNOWN), (ADMIN, UNKNOWN)):
            asked = replace(probe, query={**probe.query, "o": wrong})
            answer = asked.send(scene, by=by, title=f"{probe.operation.id} for {wrong}")
            answer.refused("AN-A08", *_UNAUTHORIZED)
            asked.send(scene, by=NOBODY, title="the same without a token").refused("AN-A08", *_UNAUTHENTICATED)
        if probe.operation.reads_only:
            plain, own = (replace(probe, query={**probe.query, **o}) for o in ({}, {"o": organization}))
            title = f"{probe.operation.id} for one's own organisation"
            without, answer = plain.send(scene, by=ADMIN), own.send(scene, by=ADMIN, title=title)
            scene.same("AN-A08", answer.status, without.status, "the status, as without o", answer, without)
    draft = scene.held(scene.slot(where="other_room"), by=NOBODY)
    for operation_id in ("getOrder", "payOrder"):
        keys = {"orderId": draft["id"], "oat": scene.keys_of(draft)["oat"], "o": organization}
        scene.call(operation_id, by=NOBODY, **keys).refused("AN-A08", *_UNAUTHENTICATED)
    scene.stays("AN-A08", booking)
    after = scene.call("getWebhookSubscription", subscriptionId=hook["id"], o=organization, by=ADMIN).ok("AN-A08", 200)
    found = after.json["data"]
    if not scene.world.is_own:  # what others book is told in vain, which may end it
        found = {**found, "attributes": {**found["attributes"], **_told_in_vain(hook)}}
    scene.same("AN-A08", found, hook, "the subscription afterwards", after)


def _told_in_vain(hook: Json) -> Json:
    """What of a subscription changes although nobody changes it."""
    return {name: hook["attributes"][name] for name in ("is_active", "updated_at")}


def _is_for_an_organisation(operation: Operation) -> bool:
    return any(refusal.rule == "AN-A08" for refusal in operation.refusals)


def _listed(scene: AnnyScene, rule: str, by: str) -> dict[str, set[str]]:
    """What is in somebody's lists."""
    return {each: {thing["id"] for thing in scene.every(rule, each, by=by)} for each in _LISTS}


@LAWS.law("AN-A09", "AN-Q09")
def an_administrator_reads_everything(scene: AnnyScene) -> None:
    organization = str(
        scene.profile.want("inventory.organization", _NO_ORGANIZATION, "identities.admin", "identities.other")
    )
    before = _listed(scene, "AN-A09", ADMIN) if scene.world.is_own else {}
    mine = scene.ordered(scene.slot("paid"))
    theirs = scene.booked(scene.slot(where="other_room"), by=OTHER)
    invoice = scene.only("AN-Q06", scene.invoices("AN-Q06", mine), "an invoice")
    for o in (None, organization):
        for booking in (mine, theirs):
            scene.read(booking, by=ADMIN, o=o).ok("AN-A09", 200)
            answer = scene.call("getOrder", orderId=order_id(booking), by=ADMIN, o=o).ok("AN-A09", 200)
            scene.same("AN-Q09", answer.json["data"]["attributes"]["access_token"], None, "the access_token", answer)
        scene.call("getInvoice", invoiceId=invoice["id"], by=ADMIN, o=o).ok("AN-A09", 200)
        listed = {
            "listBookings": {mine["id"], theirs["id"]},
            "listOrders": {order_id(mine), order_id(theirs)},
            "listInvoices": {invoice["id"]},
        }
        for operation, wanted in listed.items():
            found = {each["id"] for each in scene.every("AN-A09", operation, by=ADMIN, o=o, until=wanted)}
            # A cart may have been there. Where others are in the world too, what is new may be theirs.
            new = found - (before[operation] - wanted) if before else found & wanted
            scene.same("AN-A09", new, wanted, f"what is new in {operation}")


@LAWS.law("AN-A10")
def what_only_the_organisation_may_do_is_refused_to_customers(scene: AnnyScene) -> None:
    requested = scene.requested()
    new = BODIES["createWebhookSubscription"]
    made = scene.call("createWebhookSubscription", new, by=ADMIN).ok("AN-W01", 201).json["data"]
    number = made["id"]
    patch = {"data": {"type": "webhook-subscriptions", "id": number, "attributes": {"name": "changed"}}}
    refusals = [
        scene.decide(requested, "accepted", by=MAIN),
        scene.check_in(requested, by=MAIN),
        scene.check_out(requested, by=MAIN),
        scene.call("listWebhookSubscriptions"),
        scene.call("createWebhookSubscription", new),
        scene.call("getWebhookSubscription", subscriptionId=number),
        scene.call("updateWebhookSubscription", patch, subscriptionId=number),
        scene.call("deleteWebhookSubscription", subscriptionId=number),
    ]
    for answer in refusals:
        answer.refused("AN-A10", *_UNAUTHORIZED)
    scene.stays("AN-A10", requested)
    after = scene.call("getWebhookSubscription", subscriptionId=number, by=ADMIN).ok("AN-A10", 200).json["data"]
    scene.same("AN-A10", after["attributes"]["name"], made["attributes"]["name"], "the name of the subscription")


@LAWS.law("AN-A11")
def a_stranger_is_told_what_exists_from_what_does_not(scene: AnnyScene) -> None:
    booking = scene.booked()
    scene.nowhere()
    for answer in _touch(scene, booking, OTHER):
        answer.refused("AN-A11", *_UNAUTHORIZED)
    nothing = {**booking, "id": IDS["bookingId"]}
    for answer in _touch(scene, nothing, OTHER):
        answer.refused("AN-A11", *_NOT_FOUND)


@LAWS.law("AN-V13")
def of_two_refusals_the_first_is_given(scene: AnnyScene) -> None:
    slot = scene.slot()
    over, booking, order = scene.canceled(slot), scene.booked(slot), scene.submitted(scene.slot(where="other_room"))
    nothing: Json = {"resource_id": IDS["resource_id"]}
    backwards: Json = {"start_date": slot.span["end_date"], "end_date": slot.span["start_date"]}
    twice = [{"email": "somebody@example.com"}] * 2
    add_on = {"add_on_id": IDS["service_id"], "quantity": 1}
    not_editable, not_allowed = (422, "booking_not_editable"), (422, "personalization_not_allowed")
    whose_it_is = [*_touch(scene, over, OTHER), scene.decide(over, "accepted", by=MAIN), scene.check_in(over, by=MAIN)]
    states = [
        scene.move(over, **nothing),
        scene.move(over, **backwards),
        scene.invite(over, *twice),
        scene.choose(over, add_on),
    ]
    names = [
        each(**nothing, **backwards)
        for each in (partial(scene.book, slot), partial(scene.add, slot), partial(scene.move, booking))
    ]
    for answers, refusal in (
        ([*whose_it_is, scene.book(slot, by=ADMIN, **nothing)], _UNAUTHORIZED),
        (states, not_editable),
        ([scene.call("personalizeBooking", {"nothing": "?"}, bookingId=over["id"])], not_allowed),
        ([scene.add(slot, order=order, **nothing)], (422, "order_not_open")),
        (names, _NOT_FOUND),
    ):
        for answer in answers:
            answer.refused("AN-V13", *refusal)
    scene.stays("AN-V13", booking)


@LAWS.law("AN-A12")
def lists_hold_what_is_ones_own(scene: AnnyScene) -> None:
    before = {by: _listed(scene, "AN-A12", by) for by in (MAIN, OTHER)} if scene.world.is_own else {}
    mine = scene.ordered(scene.slot("paid"))
    theirs = scene.ordered(scene.slot("paid", "other_room"), by=OTHER)
    invoices = {by: scene.invoices("AN-Q06", each, by=by)[0]["id"] for by, each in ((MAIN, mine), (OTHER, theirs))}
    both = {
        "listBookings": {MAIN: mine["id"], OTHER: theirs["id"]},
        "listOrders": {MAIN: order_id(mine), OTHER: order_id(theirs)},
        "listInvoices": invoices,
    }
    for operation, ids in both.items():
        for by in (MAIN, OTHER):
            found = {each["id"] for each in scene.every("AN-A12", operation, by=by, until=[ids[by]])}
            new = found - (before[by][operation] - {ids[by]}) if before else found & {*ids.values()}
            scene.same("AN-A12", new, {ids[by]}, f"what is new for {by} in {operation}")


@LAWS.law("AN-A12")
def no_filter_brings_up_what_is_somebody_elses(scene: AnnyScene) -> None:
    note, about = scene.word(), scene.word()
    slots = scene.slot(), scene.slot(where="other_room")
    mine, theirs = (
        scene.seen("AN-C06", bookings_in(scene.submitted(slot, by=by, customer_note=note, description=about))[0], by=by)
        for slot, by in zip(slots, (MAIN, OTHER), strict=True)
    )
    both = {mine["id"], theirs["id"]}
    shown = theirs["attributes"]
    filters: tuple[Json, ...] = (
        {"search": note},
        {"search": about},
        {"search": note[2:].upper()},
        {"search": shown["number"]},
        {"search": shown["code"]},
        {"search": ""},
        {"search": note, "sort": "-created_at"},
        {"search": note, "resources": [each.resource_id for each in slots]},
        {"resources": [slots[1].resource_id]},
        {"start_date": shown["start_date"], "end_date": shown["end_date"]},
        {"status": "accepted"},
        {"upcoming_only": "true"},
        {"hide_blocker": "true"},
        {"email": scene.address(OTHER)},
        *({"sort": sort} for sort in ("-start_date", "created_at", "-created_at")),
    )
    for wanted in filters:
        found = both & {each["id"] for each in scene.listed("AN-A12", **wanted)}
        scene.expect("AN-A12", found <= {mine["id"]}, f"nothing of somebody else with {wanted}", found)


@LAWS.law("AN-A13")
def the_account_is_that_of_the_token(scene: AnnyScene) -> None:
    ids = [scene.call("getCustomerAccount", by=by).ok("AN-A13", 200).json["data"]["id"] for by in (MAIN, OTHER, MAIN)]
    scene.expect("AN-A13", ids[0] == ids[2] != ids[1], "one id for each token", ids)


@LAWS.law("AN-A14")
def an_administrator_is_no_customer(scene: AnnyScene) -> None:
    scene.call("getCustomerAccount", by=ADMIN, title="read the account").refused("AN-A14", *_UNAUTHORIZED)
    order = scene.held()
    for named in (None, order):
        for answer in (
            scene.add(scene.slot(where="other_room"), by=ADMIN, order=named),
            scene.empty(by=ADMIN, order=named),
            scene.submit(by=ADMIN, order=named),
        ):
            answer.refused("AN-A14", *_UNAUTHORIZED)
    scene.same("AN-A14", scene.order("AN-A14", order), order, "the cart of a customer afterwards")


@LAWS.law("AN-A18")
def the_user_is_who_has_the_token(scene: AnnyScene) -> None:
    organization = scene.profile.want("inventory.organization", _NO_ORGANIZATION, "identities.admin")
    for by, wanted in ((ADMIN, [str(organization)]), (MAIN, []), (OTHER, [])):
        for accept in ("application/json", "application/vnd.api+json"):
            answer = scene.call("getUser", by=by, headers={"Accept": accept}, title=f"who is {by}").ok("AN-A18", 200)
            user = answer.json["data"]
            scene.same("AN-A18", linked(user, "active_organization"), wanted, "the active organisation", answer)
            if by != ADMIN:
                scene.same("AN-A18", user["attributes"]["email"], scene.address(by), "the address", answer)


@LAWS.law("AN-A16")
def customers_are_for_who_books_for_them(scene: AnnyScene) -> None:
    mine, theirs = scene.booked(), scene.booked(scene.slot(where="other_room"), by=OTHER)
    ids = {by: linked(each, "customer")[0] for by, each in ((MAIN, mine), (OTHER, theirs))}
    for by, wanted in ((MAIN, {ids[MAIN]}), (OTHER, {ids[OTHER]}), (ADMIN, {*ids.values()})):
        found = {each["id"]: each for each in scene.every("AN-A16", "listCustomers", by=by)}
        scene.same("AN-A16", {*found} & {*ids.values()}, wanted, f"the customers that {by} sees")
        for number in wanted:
            answer = scene.call("getCustomer", customerId=number, by=by).ok("AN-A16", 200)
            scene.same("AN-A16", answer.json["data"], found[number], "the customer read by its id", answer)
            shown = answer.json["data"]["attributes"]
            scene.same("AN-A16", bool(shown["uuid"] and shown["full_name"]), True, "uuid and full_name", answer)
    scene.call("getCustomer", customerId=ids[OTHER]).refused("AN-A05", *_UNAUTHORIZED)


@LAWS.law("AN-A17")
def linkage_is_as_open_as_what_it_is_of(scene: AnnyScene) -> None:
    booking = scene.ordered()

    def linkage(kind: str, number: str, name: str, by: str) -> Answer:
        return scene.call("getRelationship", type=kind, id=number, relationship=name, by=by, title=f"{name} of {kind}")

    for kind, number, name in (
        ("bookings", booking["id"], "order"),
        ("orders", order_id(booking), "bookings"),
        ("customers", linked(booking, "customer")[0], "address"),
    ):
        linkage(kind, number, name, NOBODY).refused("AN-A17", *_UNAUTHENTICATED)
        linkage(kind, number, name, OTHER).refused("AN-A05", *_UNAUTHORIZED)
        linkage(kind, number, name, MAIN).ok("AN-A17", 200)
        linkage(kind, number, "nothing", MAIN).refused("AN-A17", *_NOT_FOUND)
    for kind, number, name in (
        ("resources", scene.resource_id("room"), "services"),
        ("services", scene.service_id("paid"), "resources"),
    ):
        linkage(kind, number, name, NOBODY).ok("AN-A17", 200)
