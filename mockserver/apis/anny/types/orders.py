"""Orders and invoices: what has to be paid, by whom, and what has been."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from mockserver.apis.anny import terms
from mockserver.apis.anny.offers import PaymentFlow
from mockserver.apis.anny.records import ORDERS, Booking, Invoice, InvoiceKind, InvoiceStatus, Order
from mockserver.apis.anny.types.bookings import BOOKING_PATHS
from mockserver.apis.anny.types.context import Context
from mockserver.apis.anny.types.formats import amount, moment, moment_or_null
from mockserver.apis.anny.views import Relation, Type
from mockserver.booking.accounts import LineKind

__all__ = ["ORDER_TYPES", "payment_of"]

_TERM = timedelta(days=14)
"""Within which an invoice is to be paid. Assumed."""


def payment_of(booking: Booking, context: Context) -> dict[str, Any] | None:
    """What a write has left to pay of a booking's order; None when nothing is, or for whom that is no matter."""
    order = context.register.order_of(booking)
    if order is None or not context.viewer.sees_order(order):
        return None
    url = _payment_url(order, context)
    if url is None:
        return None
    return {"amount_due": amount(order.account.due()), "currency": order.currency, "payment_url": url}


def _amount_due(order: Order, context: Context) -> int:
    """What is open; of a cart all of it."""
    return _total(order, context) if order.is_draft else order.account.due()


def _payment_url(order: Order, context: Context) -> str | None:
    """Where what is open can be paid; None when nothing is, and of a cart."""
    if order.is_draft or not order.account.due():
        return None
    viewer = context.viewer
    # Who has nothing but the token needs it there too.
    token = f"?oat={order.access_token}" if viewer.sees_token(order) and not viewer.owns(order) else ""
    return f"{context.base_path}/orders/{order.id}/pay{token}"


def _bookings(order: Order, context: Context) -> Sequence[Booking]:
    return context.bookings_of(order)


def _seen_bookings(order: Order, context: Context) -> Sequence[Booking]:
    """Who knows the code of one booking sees nothing of the others."""
    return [booking for booking in _bookings(order, context) if context.part_in(booking).may_read]


def _total(order: Order, context: Context) -> int:
    """What has to be paid; of a cart the prices of what is in it."""
    if order.is_draft:
        return sum(booking.total for booking in _bookings(order, context))
    return order.account.charged()


def _ordered(order: Order) -> int:
    return sum(line.amount for line in order.lines if line.kind is LineKind.CHARGE and line.reason == "ordered")


def _attributes(order: Order, context: Context) -> dict[str, Any]:
    bookings = _bookings(order, context)
    total = _total(order, context)
    net, tax = terms.tax(total, _tax_rate(bookings, context))
    holds = [booking.hold_ends_at for booking in bookings if booking.hold_ends_at is not None]
    return {
        "number": order.number,
        "status": order.status,
        "currency": order.currency,
        "total": amount(total),
        "modification_total": amount(0 if order.is_draft else total - _ordered(order)),
        "net_amount": amount(net),
        "tax_amount": amount(tax),
        "discount_amount": 0,
        "system_fee": 0,
        "access_token": order.access_token if context.viewer.sees_token(order) else None,
        "expires_at": moment_or_null(min(holds, default=None)),
        "start_date": moment_or_null(min((each.starts_at for each in bookings), default=None)),
        "end_date": moment_or_null(max((each.ends_at for each in bookings), default=None)),
        "has_payment": order.account.paid() > 0,
        "created_at": moment(order.created_at),
        "updated_at": moment(order.updated_at),
    }


def _tax_rate(bookings: Sequence[Booking], context: Context) -> int:
    """The organisation has one rate."""
    services = (context.register.service_of(booking) for booking in bookings)
    return next((service.tax_rate for service in services if service is not None), 0)


def _meta(order: Order, context: Context) -> dict[str, Any]:
    account = order.account
    due = _amount_due(order, context)
    return {
        "download_url": None,
        "voucher_code": None,
        "is_base_order": True,
        "payment_flow": order.flow,
        "pay_now_amount": amount(due if order.flow is PaymentFlow.PAY_NOW else 0),
        "items": [item for booking in _bookings(order, context) for item in _items(booking, context)],
        "paid_amount": amount(account.paid()),
        "refunded_amount": amount(account.refunded()),
        "amount_due": amount(due),
        "payment_url": _payment_url(order, context),
        "refunds": [
            {
                "booking_id": str(line.about),
                "amount": amount(line.amount),
                "reason": line.reason,
                "created_at": moment(line.at),
            }
            for line in account.standing(LineKind.REFUND)
        ],
    }


def _items(booking: Booking, context: Context) -> list[dict[str, Any]]:
    """What a booking consists of; the master of a series costs nothing and stands for its dates."""
    service = context.register.service_of(booking)
    if service is None or booking.is_master:
        return []
    titles = [(service.name, booking.weight, booking.subtotal // booking.weight, service.tax_rate)]
    for choice in booking.add_ons:
        add_on = context.register.add_on(choice.add_on_id)
        if add_on is not None:
            titles.append((add_on.name, choice.quantity, choice.single_price, add_on.tax_rate))
    return [
        {"title": title, "quantity": quantity, "single_net_amount": amount(terms.tax(price, rate)[0])}
        for title, quantity, price, rate in titles
    ]


def _invoices(order: Order, context: Context) -> Sequence[Invoice]:
    return context.invoices_of(order) if context.viewer.sees_order(order) else ()


def _invoice(order: Order, context: Context) -> Invoice | None:
    """The one of what was ordered."""
    return next(iter(_invoices(order, context)), None)


def _invoice_attributes(invoice: Invoice, _: Context) -> dict[str, Any]:
    net, tax = terms.tax(invoice.amount, invoice.tax_rate)
    return {
        "number": str(invoice.id),
        "formatted_number": invoice.formatted_number,
        "currency": invoice.currency,
        "is_cancellation": invoice.kind is InvoiceKind.CANCELLATION,
        "is_credit": invoice.kind is InvoiceKind.CREDIT,
        "has_payment": invoice.status is InvoiceStatus.PAID,
        "total": amount(invoice.amount),
        "net_amount": amount(net),
        "tax_amount": amount(tax),
        "status": invoice.status,
        "is_quote": False,
        "locked": True,
        "issued_at": moment(invoice.issued_at),
        "due_date": moment(invoice.issued_at + _TERM),
        "created_at": moment(invoice.issued_at),
        "vat_breakdown": [
            {
                "tax_rate": invoice.tax_rate,
                "item_count": invoice.items,
                "net_amount": amount(net),
                "tax_amount": amount(tax),
                "gross_amount": amount(invoice.amount),
            }
        ],
    }


def _invoice_meta(_: Invoice, __: Context) -> dict[str, Any]:
    return {"download_url": None, "xml_download_url": None, "reference_type": "orders"}


ORDER_TYPES: tuple[Type[Any, Context], ...] = (
    Type(
        name="orders",
        attributes=_attributes,
        meta=_meta,
        relationships={
            "bookings": Relation.to_many("bookings", _seen_bookings),
            "customer": Relation.to_one("customers", lambda order, context: context.register.customer_of(order)),
            "invoice": Relation.to_one("invoices", _invoice),
            "invoices": Relation.to_many("invoices", _invoices),
            "voucher": Relation.to_nothing(),
            "sub_orders": Relation.to_nothing(is_list=True),
            "last_payment": Relation.to_nothing(),
        },
        includes=(
            *(f"bookings.{path}" for path in BOOKING_PATHS if path != "order"),
            "customer.address",
            "invoice.items",
            "invoices.items",
            "voucher",
            "sub_orders.bookings",
            "sub_orders.organization.legal_documents",
            "last_payment.method",
        ),
    ),
    Type(
        name="invoices",
        attributes=_invoice_attributes,
        meta=_invoice_meta,
        relationships={
            "order": Relation.to_one(
                "orders", lambda invoice, context: context.work.records(ORDERS).get(invoice.order_id)
            ),
            "items": Relation.to_nothing(is_list=True),
        },
        includes=("order.bookings", "items"),
    ),
)
