"""Worlds while they are written: what was booked in the organisation of `blueprint`.

What stands in a world is what the desks would have made: bookings have the price of their service, orders the lines and
invoices of what was ordered, paid and given back, intervals that are taken are claimed, and time goes on with what a
timer is set for.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from mockserver.apis.anny.blueprint import Blueprint, number_of
from mockserver.apis.anny.desk.till import items_among, status_among
from mockserver.apis.anny.desk.timetable import expiry_of, next_event
from mockserver.apis.anny.numbering import access_token, booking_number, code_of, order_number, uuid_of
from mockserver.apis.anny.offers import PaymentFlow, Resource
from mockserver.apis.anny.records import (
    BOOKINGS,
    CLAIMS,
    INVOICES,
    ORDERS,
    Booking,
    Choice,
    Invoice,
    InvoiceKind,
    InvoiceStatus,
    Order,
    OrderStatus,
    Participant,
    Participation,
    Status,
)
from mockserver.apis.anny.terms import busy_span, price_of
from mockserver.booking.accounts import Account
from mockserver.booking.ledger import Claim, Seat
from mockserver.booking.spans import Span
from mockserver.sandbox.domains import SeedWorld
from mockserver.sandbox.timers import Timer, TimerKind

__all__ = ["TIMERS", "Book"]

TIMERS = TimerKind("anny").kind

_LATER = timedelta(hours=1)
"""From the booking to what became of it: an answer to an invitation, a decision, a cancellation."""

_GIVEN_BACK = {Status.CANCELED: "cancellation", Status.REJECTED: "rejection"}
"""Why, in the words of an order's account. What a world begins with was canceled long before its start, and free."""

_BEFORE_ANY_WORLD = datetime(2000, 1, 1, tzinfo=UTC)
"""What is due then is done when a world begins, whatever its clock shows."""

_TAKES_PLACES = {Status.RESERVED, Status.REQUESTED, Status.ACCEPTED}


class Book:
    """A world while it is written.

    Args:
        now: When the world is true: what time would have done by then is done already.
        next_ids: Of bookings, orders, invoices and subscriptions, for what clients make.
    """

    def __init__(self, blueprint: Blueprint, seed: int, now: datetime, next_ids: Mapping[str, int]) -> None:
        self.blueprint = blueprint
        self.now = now
        self._seed = seed
        self._records = list(blueprint.records)
        self._next_ids = dict(next_ids)
        self._counted = {"customer": len(blueprint.accounts), "booking_add_on": 0, "booking_participant": 0}
        self._timers = 0

    def world(self) -> SeedWorld:
        last_ids = {**{kind: number - 1 for kind, number in self._next_ids.items()}, **self._counted}
        return SeedWorld(self._records, {f"anny.{kind}": number for kind, number in last_ids.items()})

    def next_id(self, kind: str) -> int:
        number = self._next_ids[kind]
        self._next_ids[kind] = number + 1
        return number

    def booking(
        self, document: Mapping[str, Any], span: Span, *, order_id: int, made_at: datetime, **fields: Any
    ) -> Booking:
        """A booking from a document: `{id, status, account, service, resource}` and, where they are not what
        they usually are, `number, code, status_reason, add_ons: [{add_on, quantity}], participants`. It is kept with its
        order.
        """
        number = int(document["id"])
        account = self.blueprint.accounts[number_of(document["account"])]
        service = self.blueprint.services[number_of(document["service"])]
        resource = self.blueprint.resources[number_of(document["resource"])]
        status = Status(document["status"])
        add_ons = tuple(self._choice(each) for each in document.get("add_ons", ()))
        participants = tuple(self._participant(each, made_at) for each in document.get("participants", ()))
        price = price_of(service, span, add_ons=add_ons)
        booking = Booking(
            id=number,
            number=document.get("number") or booking_number(number),
            code=document.get("code") or code_of(self._seed, number),
            status=status,
            order_id=order_id,
            account_id=account.id,
            customer_id=account.customer_id,
            service_id=service.id,
            resource_id=resource.id,
            starts_at=span.starts_at,
            ends_at=span.ends_at,
            created_at=made_at,
            updated_at=made_at,
            add_ons=add_ons,
            participants=participants,
            currency=service.currency,
            subtotal=price.subtotal,
            total=price.total,
            status_reason=document.get("status_reason"),
        )
        return msgspec.structs.replace(_came_to_be(booking, resource), **fields)

    def blocker(self, document: Mapping[str, Any], span: Span, *, made_at: datetime) -> None:
        """Keep `{id, resource, description}`: time in which nobody can book the resource."""
        number = int(document["id"])
        resource = self.blueprint.resources[number_of(document["resource"])]
        self._keep(
            Booking(
                id=number,
                number=booking_number(number),
                code=code_of(self._seed, number),
                status=Status.ACCEPTED,
                order_id=None,
                account_id=None,
                customer_id=None,
                service_id=None,
                resource_id=resource.id,
                starts_at=span.starts_at,
                ends_at=span.ends_at,
                created_at=made_at,
                updated_at=made_at,
                weight=resource.quantity,
                description=document["description"],
            )
        )

    def order(self, bookings: Sequence[Booking], *, paid: bool, number: str | None = None, invoice_id: int = 0) -> None:
        """Keep bookings with the order that they all name, and the order with its invoices.

        Args:
            paid: All of it, right after it was ordered.
            invoice_id: Of the first invoice; 0 is the next one that is free.
        """
        first = bookings[0]
        assert first.order_id is not None  # noqa: S101 - only blockers have none
        is_draft = first.status is Status.RESERVED
        account = Account() if is_draft else _account_of(bookings, paid=paid)
        order = Order(
            id=first.order_id,
            number=number or order_number(first.order_id),
            access_token=access_token(self._seed, first.order_id),
            status=OrderStatus.DRAFT if is_draft else status_among(bookings),
            account_id=first.account_id,
            customer_id=first.customer_id,
            booking_ids=tuple(booking.id for booking in bookings),
            currency=first.currency,
            created_at=first.created_at,
            updated_at=max([first.created_at, *(line.at for line in account.lines)]),
            lines=account.lines,
            flow=self._flow_of(bookings),
        )
        self._records.append((ORDERS, order))
        for booking in bookings:
            self._keep(booking)
        for invoice in self._invoices(order, bookings):
            self._records.append((INVOICES, msgspec.structs.replace(invoice, id=invoice_id or self.next_id("invoice"))))
            invoice_id = 0

    def _keep(self, booking: Booking) -> None:
        """Keep a booking with its claim and its timer."""
        resource = self.blueprint.resources[number_of(booking.resource_id)]
        service = None if booking.service_id is None else self.blueprint.services[number_of(booking.service_id)]
        if booking.status in _TAKES_PLACES and not booking.is_master:
            busy = busy_span(booking, service)
            seat = Seat(resource.id, booking.weight, starts_at=busy.starts_at, ends_at=busy.ends_at)
            self._records.append((CLAIMS.kind, Claim(booking.id, (seat,))))
        if booking.status is Status.RESERVED:
            event: tuple[datetime, str] | None = (_BEFORE_ANY_WORLD, "hold")
        else:
            event = next_event(booking, expiry_of(resource), self.now)
        if event is not None:
            self._timers += 1
            self._records.append((TIMERS, Timer(self._timers, *event, booking.id)))
            booking = msgspec.structs.replace(booking, timer=self._timers)
        self._records.append((BOOKINGS, booking))

    def _invoices(self, order: Order, bookings: Sequence[Booking]) -> list[Invoice]:
        """What was demanded, and what was taken back of it; none is of nothing."""
        demanded = [booking for booking in bookings if not order.is_draft and booking.total]
        taken_back = [booking for booking in demanded if booking.status in _GIVEN_BACK]
        found = []
        if demanded:
            found.append(self._invoice(order, demanded, InvoiceKind.DEMAND, order.created_at))
        if taken_back:
            found.append(self._invoice(order, taken_back, InvoiceKind.CANCELLATION, order.updated_at))
        return found

    def _invoice(self, order: Order, bookings: Sequence[Booking], kind: InvoiceKind, at: datetime) -> Invoice:
        amount = sum(booking.total for booking in bookings)
        is_open = kind is InvoiceKind.DEMAND and order.account.due() > 0
        return Invoice(
            id=0,
            order_id=order.id,
            account_id=order.account_id,
            kind=kind,
            status=InvoiceStatus.OPEN if is_open else InvoiceStatus.PAID,
            amount=amount if kind is InvoiceKind.DEMAND else -amount,
            currency=order.currency,
            tax_rate=self.blueprint.document["organization"]["tax_rate"],
            items=items_among(bookings),
            issued_at=at,
        )

    def _flow_of(self, bookings: Iterable[Booking]) -> PaymentFlow:
        flows = {self.blueprint.services[number_of(booking.service_id or "")].payment_flow for booking in bookings}
        return PaymentFlow.PAY_NOW if PaymentFlow.PAY_NOW in flows else PaymentFlow.PAY_OFFLINE

    def _choice(self, document: Mapping[str, Any]) -> Choice:
        add_on = self.blueprint.add_ons[number_of(document["add_on"])]
        return Choice(
            id=self._new_uuid("booking_add_on"),
            add_on_id=add_on.id,
            quantity=document["quantity"],
            single_price=add_on.price,
        )

    def _participant(self, document: Mapping[str, Any], invited_at: datetime) -> Participant:
        responded_at = invited_at + _LATER if document["status"] == Participation.ACCEPTED else None
        said = {**document, "invited_at": invited_at, "responded_at": responded_at}
        return msgspec.convert({"id": self._new_uuid("booking_participant"), **said}, Participant)

    def _new_uuid(self, kind: str) -> str:
        self._counted[kind] += 1
        return uuid_of(kind, self._counted[kind])


def _account_of(bookings: Sequence[Booking], *, paid: bool) -> Account:
    account = Account()
    for booking in bookings:
        account = account.charge(booking.id, booking.total, "ordered", booking.created_at)
    if paid:
        for booking in bookings:
            account = account.pay(booking.id, "payment", booking.created_at)
    for booking in bookings:
        reason = _GIVEN_BACK.get(booking.status)
        if reason is not None:
            account = account.charge(booking.id, -booking.total, reason, booking.updated_at)
            account = account.settle(booking.id, reason, booking.updated_at)
    return account


def _came_to_be(booking: Booking, resource: Resource) -> Booking:
    """A booking that was changed when its status says that it was."""
    if booking.status is Status.EXPIRED:
        expired_at = booking.starts_at + timedelta(minutes=expiry_of(resource) or 0)
        return msgspec.structs.replace(booking, updated_at=expired_at)
    changed_at = booking.created_at + _LATER
    if booking.status is Status.CANCELED:
        return msgspec.structs.replace(booking, updated_at=changed_at, canceled_at=changed_at)
    answered = any(each.has_joined for each in booking.participants)
    if booking.status is Status.REJECTED or answered:
        return msgspec.structs.replace(booking, updated_at=changed_at)
    return booking
