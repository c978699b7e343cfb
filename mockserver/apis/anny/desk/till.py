"""What orders cost, and the invoices that say so.

House rules:
- Each change of what is charged issues one invoice of that amount: the totals of an order's invoices add up to its total.
- What lowers the total is settled as soon as it is issued. What raises it is open until it is paid, or until so little
  is due that other invoices ask for all of it: then it is canceled. Of what is ordered, and of edits, the oldest stay
  open; of what is canceled, the newest, which are those of fees. So the open invoices of an order always ask for what is
  due, or more, and none is open when nothing is due.
- Of an order and its invoices word is sent when the order has been kept, with what has become of both.
- An order is pending while one of its bookings waits for a decision, and canceled when none of them is left.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from mockserver.apis.anny.notices import tell
from mockserver.apis.anny.offers import PaymentFlow
from mockserver.apis.anny.records import (
    BOOKINGS,
    INVOICES,
    INVOICES_OF_ORDER,
    ORDERS,
    Booking,
    Invoice,
    InvoiceKind,
    InvoiceStatus,
    Order,
    OrderStatus,
    Status,
)
from mockserver.apis.anny.register import Register
from mockserver.booking.accounts import Account
from mockserver.booking.errors import RuleBroken
from mockserver.sandbox.work import Work

__all__ = ["Till", "items_among", "status_among"]

_OVER = {Status.CANCELED, Status.REJECTED}


class Till:
    """Each method keeps the order and its invoices, and answers the order. Bookings have been put by the caller."""

    __slots__ = ("_issued", "_now", "_register", "_work")

    def __init__(self, work: Work) -> None:
        self._work = work
        self._issued: list[Invoice] = []
        self._register = Register(work)
        self._now = work.this_second

    def open(self, order: Order, bookings: Sequence[Booking]) -> Order:
        """Charge what has been ordered, all of it with one invoice; from now on it is no draft."""
        account = order.account
        for booking in bookings:
            account = account.charge(booking.id, booking.total, "ordered", self._now)
        order = msgspec.structs.replace(order, flow=self.flow_of(bookings))
        totals = {each.id: each.total for each in bookings}
        self._issue(order, account, InvoiceKind.DEMAND, totals, items=items_among(bookings))
        return self._keep(order, account)

    def edited(self, order: Order, before: Booking, after: Booking) -> Order:
        """Charge what an edit has changed of the price; what has been paid too much goes back."""
        change = after.total - before.total
        account = order.account.charge(after.id, change, "edit", self._now).settle(after.id, "edit", self._now)
        kind = InvoiceKind.DEMAND if change > 0 else InvoiceKind.CREDIT
        self._issue(order, account, kind, {after.id: change})
        return self._keep(order, account)

    def revert(self, order: Order, booking: Booking) -> Order:
        """Undo what the edits in progress have changed; without any there is nothing to undo."""
        account = order.account
        if booking.edit is not None:
            account = account.undo(booking.id, since=booking.edit.first_line, reason="revert", at=self._now)
        change = account.charged(booking.id) - order.account.charged(booking.id)
        self._issue(order, account, InvoiceKind.CANCELLATION, {booking.id: change})
        return self._keep(order, account)

    def cancel(self, order: Order, fees: Mapping[int, int]) -> Order:
        """Charge fees, by the ids of the bookings, in place of prices; what has been paid beyond them goes back."""
        account = order.account
        for booking_id, fee in fees.items():
            account = account.charge(booking_id, -account.charged(booking_id), "cancellation", self._now)
            account = account.charge(booking_id, fee, "fee", self._now).settle(booking_id, "cancellation", self._now)
        self._take_back(order, account, list(fees))
        self._issue(order, account, InvoiceKind.DEMAND, fees, items=sum(fee > 0 for fee in fees.values()))
        return self._keep(order, account, newest_first=True)

    def reject(self, order: Order, booking: Booking) -> Order:
        """Give back everything."""
        charged = order.account.charged(booking.id)
        account = order.account.charge(booking.id, -charged, "rejection", self._now)
        account = account.settle(booking.id, "rejection", self._now)
        self._take_back(order, account, [booking.id])
        return self._keep(order, account, newest_first=True)

    def pay(self, order: Order) -> tuple[Order, list[int]]:
        """Pay everything that is due; the ids of the bookings it was due for.

        Raises:
            RuleBroken: `order_not_open`: it is a draft, or nothing is due.
        """
        account = order.account
        owing = [booking_id for booking_id in account.subjects() if account.due(booking_id)]
        if order.is_draft or not owing:
            raise RuleBroken("order_not_open", "nothing of this order can be paid")
        for booking_id in owing:
            account = account.pay(booking_id, "payment", self._now)
        return self._keep(order, account, closed_as=InvoiceStatus.PAID), owing

    def restate(self, order: Order) -> Order:
        """Say what the order has become, now that bookings of it have another status."""
        return self._keep(order, order.account)

    def flow_of(self, bookings: Iterable[Booking]) -> PaymentFlow:
        """How an order of bookings is paid: at once if one of its services is."""
        services = [self._register.service_of(booking) for booking in bookings]
        at_once = any(each is not None and each.payment_flow is PaymentFlow.PAY_NOW for each in services)
        return PaymentFlow.PAY_NOW if at_once else PaymentFlow.PAY_OFFLINE

    def _keep(
        self,
        order: Order,
        account: Account,
        *,
        closed_as: InvoiceStatus = InvoiceStatus.CANCELED,
        newest_first: bool = False,
    ) -> Order:
        status = status_among(self._register.bookings_of(order))
        kept = msgspec.structs.replace(order, lines=account.lines, status=status, updated_at=self._now)
        self._work.records(ORDERS).put(kept)
        closed = self._close(kept, closed_as, newest_first=newest_first)
        if (kept.lines, kept.status) != (order.lines, order.status):
            tell(self._work, "orders.created" if order.is_draft else "orders.updated", kept)
        self._tell_of_invoices(closed)
        return kept

    def _tell_of_invoices(self, closed: Iterable[Invoice]) -> None:
        invoices = self._work.records(INVOICES)
        issued = {invoice.id for invoice in self._issued}
        self._issued.clear()
        for number in sorted(issued):
            invoice = invoices.get(number)
            tell(self._work, "invoices.created", invoice)
            tell(self._work, "invoices.finalized", invoice)  # none can be changed once it is there
        for invoice in closed:
            if invoice.id not in issued:
                tell(self._work, "invoices.updated", invoice)

    def _close(self, order: Order, status: InvoiceStatus, *, newest_first: bool) -> list[Invoice]:
        """Close the open invoices that are not needed for what is due; those that come first stay open."""
        closed = []
        due = order.account.due()
        invoices = self._work.records(INVOICES)
        issued = invoices.page(INVOICES_OF_ORDER, order.id)
        for invoice in reversed(issued) if newest_first else issued:
            if invoice.status is not InvoiceStatus.OPEN:
                continue
            if due <= 0:
                closed.append(msgspec.structs.replace(invoice, status=status))
                invoices.put(closed[-1])
            due -= invoice.amount
        return closed

    def _take_back(self, order: Order, account: Account, booking_ids: Iterable[int]) -> None:
        """An invoice of what had been charged for bookings, below zero."""
        bookings = [self._work.records(BOOKINGS).get(booking_id) for booking_id in booking_ids]
        amounts = {each.id: -order.account.charged(each.id) for each in bookings}
        self._issue(order, account, InvoiceKind.CANCELLATION, amounts, items=items_among(bookings))

    def _issue(
        self, order: Order, account: Account, kind: InvoiceKind, amounts: Mapping[int, int], *, items: int = 1
    ) -> None:
        """An invoice of amounts by the ids of bookings, where they come to anything.

        Args:
            account: As it is with them.
        """
        total = sum(amounts.values())
        if not total:
            return
        is_open = total > 0 and any(account.due(booking_id) for booking_id in amounts)
        invoices = self._work.records(INVOICES)
        invoice = Invoice(
            id=invoices.next_id(),
            order_id=order.id,
            account_id=order.account_id,
            kind=kind,
            status=InvoiceStatus.OPEN if is_open else InvoiceStatus.PAID,
            amount=total,
            currency=order.currency,
            tax_rate=self._tax_rate(amounts),
            items=items,
            issued_at=self._now,
        )
        invoices.put(invoice)
        self._issued.append(invoice)

    def _tax_rate(self, booking_ids: Iterable[int]) -> int:
        """That of the first booking's service: nothing in an organisation is taxed otherwise than the rest. Assumed."""
        service = self._register.service_of(self._work.records(BOOKINGS).get(next(iter(booking_ids))))
        return 0 if service is None else service.tax_rate


def status_among(bookings: Iterable[Booking]) -> OrderStatus:
    """What an order that has been submitted is, by what its bookings are."""
    statuses = {booking.status for booking in bookings}
    if Status.REQUESTED in statuses:
        return OrderStatus.PENDING
    return OrderStatus.CANCELED if statuses <= _OVER else OrderStatus.COMPLETED


def items_among(bookings: Iterable[Booking]) -> int:
    """How many lines an invoice of bookings has: each that costs something, and its add-ons."""
    return sum(1 + len(booking.add_ons) for booking in bookings if booking.total)
