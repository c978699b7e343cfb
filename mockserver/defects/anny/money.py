"""Bugs about prices, orders and invoices."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from mockserver.apis.anny import terms
from mockserver.apis.anny.desk import making
from mockserver.apis.anny.desk.till import Till
from mockserver.apis.anny.offers import PaymentFlow, Service
from mockserver.apis.anny.records import ORDERS, Choice, InvoiceKind, Order
from mockserver.apis.anny.terms import Price
from mockserver.apis.anny.types import orders as order_types
from mockserver.apis.exchange import Call, Reply
from mockserver.booking.accounts import Account, LineKind
from mockserver.booking.spans import Span
from mockserver.defects.planting import Answer, Defects, Planter
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()


@DEFECTS.defect("AN-Y01", "An hour that has begun is not paid for.")
def _(plant: Planter) -> None:
    def make(price_of: Callable[..., Price]) -> Any:
        def price(service: Service, span: Span, **named: Any) -> Price:
            interval = service.calculation_interval
            begun = terms.charged_minutes(service, span) % interval if interval else 0
            right = price_of(service, span, **named)
            less = service.price * named.get("weight", 1) if begun else 0
            return msgspec.structs.replace(right, subtotal=right.subtotal - less, total=right.total - less)

        return price

    plant.replace(making, "price_of", make)


@DEFECTS.defect("AN-Y01.weight", "Several places cost as much as one.")
def _(plant: Planter) -> None:
    def make(price_of: Callable[..., Price]) -> Any:
        return lambda service, span, **named: price_of(service, span, **{**named, "weight": 1})

    plant.replace(making, "price_of", make)


@DEFECTS.defect("AN-Y02", "Of an add-on the first one is paid for.")
def _(plant: Planter) -> None:
    plant.replace(Choice, "total", lambda _: property(lambda choice: choice.single_price))


@DEFECTS.defect("AN-Y03", "The padding is charged, too.")
def _(plant: Planter) -> None:
    def make(charged: Callable[..., int]) -> Any:
        return lambda service, span: charged(service, terms.busy_around(service, span))

    plant.replace(terms, "charged_minutes", make)


@DEFECTS.defect("AN-Y04", "Of a tax what is less than a cent is left out.")
def _(plant: Planter) -> None:
    def rounded_down(amount: int, rate: int) -> tuple[int, int]:
        share = abs(amount) * rate // (100 + rate)
        share = share if amount >= 0 else -share
        return amount - share, share

    plant.replace(terms, "tax", lambda _: rounded_down)


@DEFECTS.defect("AN-Y04.decimals", "The tax of an order is not rounded.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        body = answer.json
        attributes = body.get("data", {}).get("attributes", {})
        if "tax_amount" in attributes:
            attributes["tax_amount"] = attributes["total"] * 19 / 119
            answer.json = body

    plant.answer(change, "getOrder")


@DEFECTS.defect("AN-Q01", "Who knows the number of an order reads it without a token.")
def _(plant: Planter) -> None:
    def with_its_own(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        if call.identity.caller is None and call.query["oat"] is None:
            order = work.records(ORDERS).find(int(call.path["orderId"]))
            call.query["oat"] = None if order is None else order.access_token
        return inside(call, work)

    plant.operation("getOrder", with_its_own)


@DEFECTS.defect("AN-Q02", "A fee counts as ordered.")
def _(plant: Planter) -> None:
    def with_fees(order: Order) -> int:
        asked = (line for line in order.lines if line.kind is LineKind.CHARGE)
        return sum(line.amount for line in asked if line.reason in {"ordered", "fee"})

    plant.replace(order_types, "_ordered", lambda _: with_fees)


@DEFECTS.defect("AN-Q03", "Where to pay is told of an order of which nothing is open.")
def _(plant: Planter) -> None:
    def make(url: Callable[..., str | None]) -> Any:
        def told(order: Order, context: Any) -> str | None:
            if order.is_draft or not order.account.charged():
                return url(order, context)
            return url(order, context) or f"{context.base_path}/orders/{order.id}/pay"

        return told

    plant.replace(order_types, "_payment_url", make)


@DEFECTS.defect("AN-Q03.due", "What an edit has left open is due only when nothing was refunded before.")
def _(plant: Planter) -> None:
    def make(due: Callable[..., int]) -> Any:
        def told(order: Order, context: Any) -> int:
            found = due(order, context)
            return max(0, found - order.account.refunded()) if not order.is_draft else found

        return told

    plant.replace(order_types, "_amount_due", make)


@DEFECTS.defect("AN-Q04", "Of several refunds the last one is told.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        body = answer.json
        meta = body.get("data", {}).get("meta", {})
        if len(meta.get("refunds", ())) > 1:
            meta["refunds"] = meta["refunds"][-1:]
            answer.json = body

    plant.answer(change, "getOrder")


@DEFECTS.defect("AN-Q05", "The tax of an order is taken of its whole total.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        body = answer.json
        attributes = body.get("data", {}).get("attributes", {})
        if "tax_amount" in attributes:
            attributes["tax_amount"] = round(attributes["total"] * 0.19, 2)
            answer.json = body

    plant.answer(change, "getOrder")


def _issued(
    plant: Planter, change: Callable[[Order, Account, InvoiceKind, Mapping[int, int]], Mapping[int, int]]
) -> None:
    """Invoices are of the amounts that *change* makes of the right ones."""

    def make(issue: Callable[..., None]) -> Any:
        def issued(
            self: Till, order: Order, account: Account, kind: InvoiceKind, amounts: Mapping[int, int], **named: Any
        ) -> None:
            changed = change(order, account, kind, amounts)
            if changed:
                issue(self, order, account, kind, changed, **named)

        return issued

    plant.replace(Till, "_issue", make)


@DEFECTS.defect("AN-Q06", "What is paid at the place has no invoice.")
def _(plant: Planter) -> None:
    def only_online(order: Order, _: Account, kind: InvoiceKind, amounts: Mapping[int, int]) -> Mapping[int, int]:
        at_the_place = order.flow is PaymentFlow.PAY_OFFLINE and kind is InvoiceKind.DEMAND and order.is_draft
        return {} if at_the_place else amounts

    _issued(plant, only_online)


@DEFECTS.defect("AN-Q07", "A cancellation invoice takes back what is refunded, not what was asked for.")
def _(plant: Planter) -> None:
    def less_the_fee(_: Order, account: Account, kind: InvoiceKind, amounts: Mapping[int, int]) -> Mapping[int, int]:
        if kind is not InvoiceKind.CANCELLATION:
            return amounts
        return {number: amount + account.charged(number) for number, amount in amounts.items()}

    _issued(plant, less_the_fee)


@DEFECTS.defect("AN-Q07.credit", "A credit invoice is of the price that is left.")
def _(plant: Planter) -> None:
    def what_is_left(_: Order, account: Account, kind: InvoiceKind, amounts: Mapping[int, int]) -> Mapping[int, int]:
        return {number: -account.charged(number) for number in amounts} if kind is InvoiceKind.CREDIT else amounts

    _issued(plant, what_is_left)


@DEFECTS.defect("AN-Q08", "What was taken back stands in the breakdown as if it were asked for.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        body = answer.json
        invoice = body.get("data", {}).get("attributes", {})
        for line in _lines(invoice):
            line.update({name: abs(line[name]) for name in ("net_amount", "tax_amount", "gross_amount")})
        answer.json = body

    plant.answer(change, "getInvoice")


def _lines(invoice: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    lines: list[dict[str, Any]] = invoice.get("vat_breakdown", [])
    return lines
