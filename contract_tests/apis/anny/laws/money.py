"""Prices, orders and invoices: what something costs, what was paid and given back, and the papers about it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from contract_tests.apis.anny.looking import costly_moment, series
from contract_tests.apis.anny.scene import NOBODY, AnnyScene, Json, bookings_in, cents, included, moment, order_id
from contract_tests.laws.law import Laws
from contract_tests.profiles import NotApplicable
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import MAIN

__all__ = ["LAWS"]

LAWS = Laws("money")

_TERM = timedelta(days=14)
_AT_ONCE = "pay-now"


def _subtotal(service: Json, minutes: int, weight: int = 1) -> int:
    """In cents."""
    charged = max(minutes - service["uncharged_duration"], 0)
    interval = service["calculation_interval"]
    units = -(-charged // interval) if interval else 1
    net = weight * (cents(service["starting_fee"]) + cents(service["price"]) * units)
    if not service["is_net_price"]:
        return net
    rate = cents(service["tax_rate"])
    return net + (2 * net * rate + 10_000) // 20_000


@LAWS.law("AN-Y01", "AN-Y03")
def a_booking_costs_what_its_service_says(scene: AnnyScene) -> None:
    for kind, where, minutes in (
        ("instant", "room", 90),
        ("paid", "room", 60),
        ("paid", "room", 120),
        ("strict", "other_room", 60),
        ("strict", "other_room", 90),
        ("strict", "other_room", 120),
    ):
        service = scene.service(kind)
        slot = scene.slot(kind, where, minutes=minutes)
        order = scene.held(slot)
        booking = scene.seen("AN-Y01", bookings_in(order)[-1])["attributes"]
        charged = max(minutes - service["uncharged_duration"], 0)
        scene.same("AN-Y03", booking["charged_duration"], charged, "the minutes that are charged")
        scene.same("AN-Y01", cents(booking["subtotal"]), _subtotal(service, minutes), f"the price of {minutes} minutes")
        for name in ("starting_fee", "tax_rate", "currency"):
            scene.same("AN-Y01", booking[name], service[name], f"{name} of the booking")
        scene.empty().ok("AN-C17", 200)
    course, places = scene.service("course"), 3
    slot = scene.slot("course", "course_room")
    order = scene.held(slot, service_id={slot.service_id: places})
    booking = scene.seen("AN-Y01", bookings_in(order)[-1])["attributes"]
    got = (booking["weight"], cents(booking["subtotal"]))
    scene.same("AN-Y01", got, (places, _subtotal(course, slot.minutes, places)), "weight, and subtotal in cents")


@LAWS.law("AN-Y01", "AN-Y02", "AN-Y03")
def an_edited_booking_costs_what_its_service_says(scene: AnnyScene) -> None:
    for kind, where, places in (("course", "course_room", 3), ("strict", "other_room", 1), ("paid", "room", 1)):
        service = scene.service(kind)
        slot = scene.slot(kind, where)
        choices = scene.choice(1, 1) if kind == "paid" else []
        order = scene.submitted(slot, service_id={slot.service_id: places}, booking_add_ons=choices)
        (number,) = bookings_in(order)
        first = scene.seen("AN-Y01", number)
        add_ons = cents(first["attributes"]["total"]) - cents(first["attributes"]["subtotal"])
        for target in (slot.later(minutes=60), slot.lasting(120), slot.later(minutes=60).lasting(90), slot):
            charged = max(target.minutes - service["uncharged_duration"], 0)
            wanted = (places, _subtotal(service, target.minutes, places))
            for shown in (scene.moved("AN-R01", number, **target.span), scene.seen("AN-Y01", number)):
                booking = shown["attributes"]
                scene.same("AN-Y03", booking["charged_duration"], charged, "the minutes that are charged")
                got = (booking["weight"], cents(booking["subtotal"]))
                scene.same("AN-Y01", got, wanted, f"weight, and the price of {target.minutes} minutes in cents")
                scene.same("AN-Y02", cents(booking["total"]), wanted[1] + add_ons, "the total in cents")
        scene.moved("AN-R01", number, **slot.lasting(120).span)
        scene.revert(number).ok("AN-E01", 200)
        now = scene.seen("AN-Y01", number)["attributes"]
        for name in ("weight", "subtotal", "total"):
            scene.same("AN-Y01", now[name], first["attributes"][name], f"{name} when it is put back")


@LAWS.law("AN-Y02")
def add_ons_come_to_the_price(scene: AnnyScene) -> None:
    for quantities in ((1, 1), (2, 3), (0, 1)):
        order = scene.held(scene.slot("paid"), booking_add_ons=scene.choice(*quantities))
        answer = scene.read(bookings_in(order)[-1], include="booking_add_ons").ok("AN-Y02", 200)
        choices = [each["attributes"] for each in included(answer, "booking-add-ons")]
        scene.same(
            "AN-Y02", len(choices), sum(quantity > 0 for quantity in quantities), "the number of add-ons", answer
        )
        sums = [cents(each["single_price"]) * each["quantity"] for each in choices]
        scene.same("AN-Y02", [cents(each["total"]) for each in choices], sums, "the totals of the add-ons", answer)
        booking = answer.json["data"]["attributes"]
        wanted = cents(booking["subtotal"]) + sum(sums)
        scene.same("AN-Y02", cents(booking["total"]), wanted, "the total in cents", answer)
        for name in ("subtotal", "total"):
            scene.same("AN-Y02", booking[f"charged_{name}"], booking[name], f"charged_{name}", answer)
        prices = sum(
            cents(each["attributes"]["price"]) * number
            for each, number in zip(scene.add_ons(), quantities, strict=False)
        )
        scene.same("AN-Y02", sum(sums), prices, "what the add-ons cost in cents", answer)
        scene.empty().ok("AN-C17", 200)


def _amounts(value: Any, name: str = "") -> Iterator[tuple[str, float]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _amounts(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from _amounts(each, name)
    elif name.endswith(("total", "amount", "price", "fee")) and isinstance(value, int | float):
        yield name, value


def _tax(total: int, rate: float) -> int:
    """What is in a total in cents, halves rounded up; below zero as its positive twin."""
    percent = cents(rate)
    share = (2 * abs(total) * percent + 10_000 + percent) // (2 * (10_000 + percent))
    return share if total >= 0 else -share


@LAWS.law("AN-Y04", "AN-Q05", "AN-Q08")
def amounts_are_whole_cents_and_add_up(scene: AnnyScene) -> None:
    booking = scene.paid(scene.slot("paid"), booking_add_ons=scene.choice(1, 1))
    for quantities in ((3, 1), (2, 1), (0, 1), (0, 0), (1, 2)):  # invoices of many amounts, above zero and below
        scene.choose(booking, *scene.choice(*quantities)).ok("AN-O01", 200)
    scene.revert(booking).ok("AN-E01", 200)
    scene.cancel(booking).ok("AN-X01", 200)
    open_one = scene.ordered(scene.slot("strict", "other_room", minutes=90))
    for each in (booking, open_one):
        answers = [scene.read(each), scene.read_order(each)]
        answers += [
            scene.call("getInvoice", invoiceId=invoice["id"], title="read the invoice")
            for invoice in scene.invoices("AN-Q06", each)
        ]
        for answer in answers:
            for name, amount in _amounts(answer.ok("AN-Y04", 200).json):
                scene.expect("AN-Y04", round(amount, 2) == amount, f"{name} with at most two decimals", amount, answer)
        order = answers[1].json["data"]["attributes"]
        whole = cents(order["net_amount"]) + cents(order["tax_amount"])
        scene.same("AN-Q05", whole, cents(order["total"]), "net and tax of the order together, in cents", answers[1])
        for answer in answers[2:]:
            _adds_up(scene, answer.json["data"]["attributes"])


def _adds_up(scene: AnnyScene, invoice: Json) -> None:
    lines, issued_at = invoice["vat_breakdown"], moment(invoice["issued_at"])
    told = (invoice["formatted_number"], moment(invoice["due_date"]))
    wanted = (f"RE-{issued_at.year}-{invoice['number']}", issued_at + _TERM)
    scene.same("AN-Q08", told, wanted, "formatted_number and due_date of the invoice")
    for name, of_line in (("net_amount", "net_amount"), ("tax_amount", "tax_amount"), ("total", "gross_amount")):
        whole = sum(cents(line[of_line]) for line in lines)
        scene.same("AN-Q08", whole, cents(invoice[name]), f"the sum of {of_line} in cents")
    whole = cents(invoice["net_amount"]) + cents(invoice["tax_amount"])
    scene.same("AN-Q08", whole, cents(invoice["total"]), "net and tax of the invoice together, in cents")
    for line in lines:
        tax = _tax(cents(line["gross_amount"]), line["tax_rate"])
        scene.same("AN-Y04", cents(line["tax_amount"]), tax, "the tax in cents, halves rounded up")


@LAWS.law("AN-Q01", "AN-Q10", "AN-C11", "AN-C22")
def an_order_is_read_and_paid_with_its_access_token(scene: AnnyScene) -> None:
    order = scene.held(scene.slot("paid"), by=NOBODY)
    oat = scene.keys_of(order)["oat"]
    for _ in range(2):
        answer = scene.read_order(order, by=NOBODY, oat=oat).ok("AN-Q01", 200)
        scene.same("AN-Q01", answer.json["data"]["id"], order["id"], "the order", answer)
        scene.read_order(order, by=NOBODY).refused("AN-Q10", 401, "unauthenticated")
        scene.read_order(order, by=NOBODY, oat=f"{oat[:-1]}0a").refused("AN-C11", 403, "unauthorized")
        if answer.json["data"]["attributes"]["status"] == "draft":
            scene.submit(by=NOBODY, order=order).ok("AN-C06", 200)
    scene.pay(order, by=NOBODY).refused("AN-Q10", 401, "unauthenticated")
    scene.pay(order, by=NOBODY, oat=f"{oat}x").refused("AN-C11", 403, "unauthorized")
    paid = scene.pay(order, by=NOBODY, oat=oat).ok("AN-Q10", 200).json["data"]
    scene.same("AN-C22", cents(paid["meta"]["amount_due"]), 0, "what is due, in cents")


def _coherent(scene: AnnyScene, order: Json, ordered: int | None = None, *, is_canceled: bool = False) -> None:
    """
    What holds of every order at every moment.

    Args:
        ordered: What it came to at first, in cents.
        is_canceled: Whether the last that became of it was a cancellation.
    """
    attributes, meta = order["attributes"], order["meta"]
    total = cents(attributes["total"])
    if ordered is not None:
        got = total - cents(attributes["modification_total"])
        scene.same("AN-Q02", got, ordered, "total less modification_total, in cents")
    kept = cents(meta["paid_amount"]) - cents(meta["refunded_amount"])
    scene.same("AN-Q03", cents(meta["amount_due"]), max(0, total - kept), "what is due, in cents")
    is_payable = cents(meta["amount_due"]) > 0 and attributes["status"] != "draft"
    scene.same("AN-Q03", meta["payment_url"] is not None, is_payable, "whether there is a payment_url")
    now = meta["amount_due"] if meta["payment_flow"] == _AT_ONCE else 0
    scene.same("AN-Q03", cents(meta["pay_now_amount"]), cents(now), "pay_now_amount, in cents")
    refunds = sum(cents(each["amount"]) for each in meta["refunds"])
    scene.same("AN-Q04", cents(meta["refunded_amount"]), refunds, "what was refunded, in cents")
    scene.expect("AN-Q04", refunds <= cents(meta["paid_amount"]), "refunds of at most what was paid", refunds)
    invoices = [] if attributes["status"] == "draft" else scene.invoices("AN-Q06", order)
    shown = [each["attributes"] for each in invoices]
    whole = sum(cents(each["total"]) for each in shown)
    scene.same("AN-Q06", whole, total if invoices else 0, "what all invoices come to, in cents")
    asked = [cents(each["total"]) for each in shown if each["status"] == "open"]
    scene.same("AN-Q06", bool(asked), is_payable, "whether an invoice is open")
    if asked:
        due, others = cents(meta["amount_due"]), asked[1:] if is_canceled else asked[:-1]
        scene.expect("AN-Q06", sum(others) < due <= sum(asked), f"no more open than asks for {due} cents", asked)


@LAWS.law("AN-Q02", "AN-Q03", "AN-Q04", "AN-Q06")
def an_order_adds_up_whatever_becomes_of_it(scene: AnnyScene) -> None:
    draft = scene.held(scene.slot("paid"), booking_add_ons=scene.choice(1, 1))
    _coherent(scene, scene.order("AN-Q03", draft), cents(draft["attributes"]["total"]))
    order = scene.submit(order=draft).ok("AN-C06", 200).json["data"]
    (booking,) = bookings_in(order)
    ordered = cents(order["attributes"]["total"])

    def look() -> None:
        _coherent(scene, scene.order("AN-Q02", order), ordered)

    look()
    scene.choose(booking, *scene.choice(2, 1)).ok("AN-O01", 200)
    look()
    scene.pay(order).ok("AN-C22", 200)
    look()
    scene.choose(booking, *scene.choice(1, 0)).ok("AN-O01", 200)
    look()
    scene.choose(booking, *scene.choice(0, 2)).ok("AN-O01", 200)
    look()
    scene.choose(booking).ok("AN-O01", 200)
    look()
    scene.cancel(booking).ok("AN-X01", 200)
    look()


@LAWS.law("AN-Q02", "AN-Q03", "AN-Q04", "AN-Q06")
def an_order_adds_up_when_a_fee_is_kept_and_when_it_is_rejected(scene: AnnyScene) -> None:
    booking = scene.paid(scene.slot("strict", "other_room"), kind="strict")
    ordered = cents(booking["attributes"]["total"])
    scene.cancel(booking).ok("AN-X01", 200)
    order = scene.order("AN-Q02", booking)
    _coherent(scene, order, ordered)
    scene.expect("AN-Q02", cents(order["attributes"]["total"]) > 0, "a fee that is kept", order["attributes"]["total"])
    requested = scene.requested()
    ordered = cents(requested["attributes"]["total"])
    scene.pay(order_id(requested)).ok("AN-C22", 200)
    scene.decide(requested, "rejected").ok("AN-S12", 200)
    _coherent(scene, scene.order("AN-Q02", requested), ordered)


@LAWS.law("AN-Q03")
def an_order_is_paid_at_once_where_one_of_its_services_is(scene: AnnyScene) -> None:
    flows = {kind: scene.service(kind)["public_settings"]["payment"]["flow"] for kind in ("paid", "strict", "instant")}
    for kind in ("paid", "strict"):
        emptied = scene.empty(order=scene.held(scene.slot(kind))).ok("AN-C29", 200).json["data"]
        scene.same("AN-Q03", emptied["meta"]["payment_flow"], flows[kind], "payment_flow of an emptied cart")
    for kinds in (("strict",), ("paid",), ("strict", "paid"), ("paid", "instant")):
        for number, kind in enumerate(kinds):
            order = scene.held(scene.slot(kind, ("room", "other_room")[number]))
        is_at_once = any(flows[kind] == _AT_ONCE for kind in kinds)
        for each in (order, scene.submit(order=order).ok("AN-C06", 200).json["data"]):
            got = each["meta"]["payment_flow"] == _AT_ONCE
            scene.same("AN-Q03", got, is_at_once, f"whether an order of {kinds} is paid at once")
            _coherent(scene, scene.order("AN-Q03", each))


@LAWS.law("AN-Q06")
def no_more_is_open_than_it_takes(scene: AnnyScene) -> None:
    slot = scene.slot("strict", "other_room")
    booking = scene.ordered(slot, kind="strict")
    for minutes in (120, 180, 120, None, 120, 180):
        answer = scene.move(booking, **slot.lasting(minutes).span) if minutes else scene.revert(booking)
        answer.ok("AN-Q06", 200)
        _coherent(scene, scene.order("AN-Q06", booking))
    scene.cancel(booking).ok("AN-X01", 200)
    _coherent(scene, scene.order("AN-Q06", booking), is_canceled=True)


@LAWS.law("AN-Q05", "AN-Q08")
def the_items_of_an_order_are_what_is_in_it(scene: AnnyScene) -> None:
    slot, alone, choices = scene.slot("course", "course_room"), scene.slot("paid").later(minutes=60), scene.choice(2, 3)
    draft = scene.held(slot, service_id={slot.service_id: 3})
    scene.add(alone, order=draft, booking_add_ons=choices).ok("AN-C01", 201)
    lasts = (min(slot.starts_at, alone.starts_at), max(slot.ends_at, alone.ends_at))
    course, paid = scene.service("course"), scene.service("paid")
    wanted = [(course["name"], 3, _net(_subtotal(course, slot.minutes), course["tax_rate"]))]
    wanted.append((paid["name"], 1, _net(_subtotal(paid, 60), paid["tax_rate"])))
    for each, choice in zip(scene.add_ons(), choices, strict=True):
        shown = each["attributes"]
        net = _net(cents(shown["price"]), shown["tax_rate"])
        wanted.append((shown["name"], choice["quantity"], net))
    for order in (scene.order("AN-Q05", draft), scene.submit(order=draft).ok("AN-C06", 200).json["data"]):
        items = [(each["title"], each["quantity"], cents(each["single_net_amount"])) for each in order["meta"]["items"]]
        scene.same("AN-Q05", items, wanted, "title, quantity and single_net_amount of the items, in cents")
        told = tuple(moment(order["attributes"][name]) for name in ("start_date", "end_date"))
        scene.same("AN-Q05", told, lasts, "start_date and end_date of the order")
    invoice = scene.only("AN-Q06", scene.invoices("AN-Q06", draft), "an invoice")
    (line,) = invoice["attributes"]["vat_breakdown"]
    scene.same("AN-Q08", line["item_count"], sum(net > 0 for *_, net in wanted), "item_count of the invoice")


@LAWS.law("AN-Q08")
def an_invoice_of_fees_counts_them(scene: AnnyScene) -> None:
    master, dates = series(scene, "series_master")
    if not scene.world.is_own:
        raise NotApplicable("a series can be canceled once only, and others need it")
    scene.go_to(costly_moment(scene, dates[0]))
    fee = cents(scene.previewed("AN-P14", master)["fee_amount"])  # of the first date: the others are far away
    scene.cancel(master).ok("AN-X08", 200)
    (line,) = scene.invoices("AN-X07", master)[-1]["attributes"]["vat_breakdown"]
    scene.same("AN-Q08", (cents(line["gross_amount"]), line["item_count"]), (fee, 1), "gross_amount and item_count")


def _net(price: int, rate: float) -> int:
    return price - _tax(price, rate)


@LAWS.law("AN-Q06", "AN-Q07")
def invoices_ask_for_what_is_ordered_and_take_back_what_is_not(scene: AnnyScene) -> None:
    for kind, where, choices in (("paid", "room", scene.choice(1, 1)), ("strict", "other_room", [])):
        booking = scene.paid(scene.slot(kind, where, minutes=120), kind=kind, booking_add_ons=choices)
        total = cents(scene.order("AN-Q06", booking)["attributes"]["total"])
        invoice = scene.only("AN-Q06", scene.invoices("AN-Q06", booking), "an invoice")
        scene.same("AN-Q06", cents(invoice["attributes"]["total"]), total, "the total of the invoice, in cents")
        read = scene.call("getInvoice", invoiceId=invoice["id"], by=MAIN).ok("AN-Q06", 200).json["data"]
        scene.same("AN-Q06", read["attributes"], invoice["attributes"], "the invoice read by its id")
        known = {invoice["id"]}

        if kind == "paid":
            cheaper = scene.choose(booking).ok("AN-O01", 200).json["data"]
        else:
            ends_at = moment(booking["attributes"]["end_date"]) - timedelta(hours=1)
            cheaper = scene.moved("AN-R06", booking, end_date=ends_at.isoformat())
        fall = cents(booking["attributes"]["total"]) - cents(cheaper["attributes"]["total"])
        new = [each for each in scene.invoices("AN-Q07", booking) if each["id"] not in known]
        credit = scene.only("AN-Q07", new, "a credit invoice")
        got = (credit["attributes"]["is_credit"], cents(credit["attributes"]["total"]))
        scene.same("AN-Q07", got, (True, -fall), "is_credit, and the total in cents")
        known.add(credit["id"])

        scene.cancel(booking).ok("AN-X01", 200)
        later = [each["attributes"] for each in scene.invoices("AN-Q07", booking) if each["id"] not in known]
        taken_back = [cents(each["total"]) for each in later if each["is_cancellation"]]
        wanted = [-cents(cheaper["attributes"]["total"])]
        scene.same("AN-Q07", taken_back, wanted, "the totals of cancellation invoices, in cents")
    free = scene.booked(scene.slot("instant", "desk"))
    scene.same("AN-Q06", scene.invoices("AN-Q06", free), [], "the invoices of what costs nothing")


@LAWS.law("AN-Q06", "AN-Q07")
def whatever_changes_a_price_adds_an_invoice_of_its_kind(scene: AnnyScene) -> None:
    first, second = scene.ordered(scene.slot("paid"), booking_add_ons=scene.choice(1, 1)), scene.requested()
    demand, credit, cancellation = (False, False), (True, False), (False, True)
    steps: tuple[tuple[Json, tuple[bool, bool], Callable[[], Answer]], ...] = (
        (first, demand, lambda: scene.choose(first, *scene.choice(3, 1))),
        (first, cancellation, lambda: scene.revert(first)),
        (first, credit, lambda: scene.choose(first, *scene.choice(1, 0))),
        (first, cancellation, lambda: scene.revert(first)),
        (first, cancellation, lambda: scene.cancel(first)),
        (second, cancellation, lambda: scene.decide(second, "rejected")),
    )
    for booking, kind, step in steps:
        before, known = scene.order("AN-Q07", booking), len(scene.invoices("AN-Q07", booking))
        answer = step().ok("AN-Q07", 200)
        after, invoices = scene.order("AN-Q07", booking), scene.invoices("AN-Q07", booking)
        _coherent(scene, after)
        change = cents(after["attributes"]["total"]) - cents(before["attributes"]["total"])
        new = [each["attributes"] for each in invoices[known:]]
        got = [((each["is_credit"], each["is_cancellation"]), cents(each["total"])) for each in new]
        what = "is_credit and is_cancellation of what is new, and its total in cents"
        scene.same("AN-Q07", got, [(kind, change)], what, answer)
        demands = {each["attributes"]["status"] for each in invoices if cents(each["attributes"]["total"]) > 0}
        scene.expect("AN-Q06", "paid" not in demands, "nothing that is paid", sorted(demands))
