"""Bugs about what is held, and what becomes of it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from mockserver.apis.anny.desk import cart as cart_module
from mockserver.apis.anny.desk import diary, making, till
from mockserver.apis.anny.desk.cart import CartDesk
from mockserver.apis.anny.desk.diary import Diary
from mockserver.apis.anny.desk.making import Maker
from mockserver.apis.anny.desk.till import Till
from mockserver.apis.anny.offers import Resource, Service
from mockserver.apis.anny.operations.calls import order_reply, viewer_of
from mockserver.apis.anny.records import (
    ORDERS,
    ORDERS_NEWEST,
    Booking,
    InvoiceStatus,
    Order,
    OrderStatus,
    Status,
)
from mockserver.apis.anny.refusals import NamesNothing, Unavailability, Unavailable
from mockserver.apis.anny.register import Register
from mockserver.apis.anny.requests import Wish, read_cart_booking
from mockserver.apis.anny.types import orders as order_types
from mockserver.apis.anny.viewers import Viewer
from mockserver.apis.exchange import Call, Reply
from mockserver.booking.errors import NotFound, RuleBroken
from mockserver.booking.ledger import Pool
from mockserver.booking.ports import ALL
from mockserver.defects.anny.words import error, without_token
from mockserver.defects.common import afterwards, done_though_refused, mended
from mockserver.defects.planting import Answer, Defects, Planter, Request, silenced
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_TWO_HOURS = timedelta(hours=2)
_HOLD = timedelta(minutes=15)


@DEFECTS.defect("AN-C01", "What is put into a cart with a note is requested at once.")
def _(plant: Planter) -> None:
    def at_once(make: Callable[..., Booking]) -> Any:
        def made(self: Maker, wish: Wish, offer: Any, order: Order, status: Status, **named: Any) -> Booking:
            if wish.customer_note and status is Status.RESERVED:
                status = Status.REQUESTED
            return make(self, wish, offer, order, status, **named)

        return made

    plant.replace(Maker, "make", at_once)


@DEFECTS.defect("AN-C02", "Who finds an interval taken has the one two hours later held, without being told.")
def _(plant: Planter) -> None:
    def hold_later(call: Call, work: Work) -> None:
        body = dict(call.body)
        for name in ("start_date", "end_date"):
            body[name] = (datetime.fromisoformat(body[name]) + _TWO_HOURS).isoformat()
        wish = read_cart_booking(body)
        if Diary(work).obstacle(*_first(Maker(work), wish), wish.span) is None:
            CartDesk(work, viewer_of(call, work)).add(wish)

    done_though_refused(plant, "addToCart", Unavailable, hold_later)


def _first(maker: Maker, wish: Wish) -> tuple[Service, Resource]:
    offer = maker.offer(wish)
    return offer.service, offer.resources[0]


@DEFECTS.defect("AN-C03", "A hold lasts a minute longer than it says.")
def _(plant: Planter) -> None:
    def longer(make: Callable[..., Booking]) -> Any:
        def made(self: Maker, *args: Any, hold_ends_at: datetime | None = None) -> Booking:
            later = None if hold_ends_at is None else hold_ends_at + timedelta(minutes=1)
            return make(self, *args, hold_ends_at=later)

        return made

    plant.replace(Maker, "make", longer)


@DEFECTS.defect("AN-C03.early", "A hold ends a minute before it should.")
def _(plant: Planter) -> None:
    def shorter(make: Callable[..., Booking]) -> Any:
        def made(self: Maker, *args: Any, hold_ends_at: datetime | None = None) -> Booking:
            earlier = None if hold_ends_at is None else hold_ends_at - timedelta(minutes=1)
            return make(self, *args, hold_ends_at=earlier)

        return made

    plant.replace(Maker, "make", shorter)


@DEFECTS.defect("AN-C04", "What is held can be held by others.")
def _(plant: Planter) -> None:
    def unless_held(take: Callable[..., None]) -> Any:
        def taken(self: Diary, booking: Booking, *args: Any, **named: Any) -> None:
            if booking.status is not Status.RESERVED:
                take(self, booking, *args, **named)

        return taken

    plant.replace(Diary, "take", unless_held)


@DEFECTS.defect("AN-C05", "A draft expires a quarter of an hour after it was last changed.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        body = answer.json
        attributes = body.get("data", {}).get("attributes", {})
        if attributes.get("expires_at"):
            changed_at = datetime.fromisoformat(attributes["updated_at"])
            attributes["expires_at"] = (changed_at + _HOLD).isoformat()
            answer.json = body

    plant.answer(change, "addToCart", "getOrder")


@DEFECTS.defect("AN-C06", "An order that costs nothing stays pending.")
def _(plant: Planter) -> None:
    def free_is_pending(among: Callable[..., OrderStatus]) -> Any:
        def status(bookings: Sequence[Booking]) -> OrderStatus:
            found = among(bookings)
            is_free = not any(booking.total for booking in bookings)
            return OrderStatus.PENDING if is_free and found is OrderStatus.COMPLETED else found

        return status

    plant.replace(till, "status_among", free_is_pending)


@DEFECTS.defect("AN-C07", "What needs approval is accepted when it comes by a cart.")
def _(plant: Planter) -> None:
    plant.replace(cart_module, "auto_accepts", lambda _: lambda *__: True)


@DEFECTS.defect("AN-C08", "An order that was submitted can be submitted once more.")
def _(plant: Planter) -> None:
    def again(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        try:
            return work.attempt(lambda work: inside(call, work))
        except RuleBroken:
            viewer = viewer_of(call, work)
            order = Register(work).order(call.query["oid"], viewer, access_token=call.query["oat"])
            if order.is_draft:
                raise
            return order_reply(call, work, viewer, order)

    plant.operation("submitOrder", again)


@DEFECTS.defect("AN-C08.empty", "A cart without bookings becomes an order.")
def _(plant: Planter) -> None:
    def empty_too(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        try:
            return work.attempt(lambda work: inside(call, work))
        except RuleBroken:
            viewer = viewer_of(call, work)
            order = Register(work).order(call.query["oid"], viewer, access_token=call.query["oat"])
            if not order.is_draft:
                raise
            submitted = msgspec.structs.replace(order, status=OrderStatus.COMPLETED)
            work.records(ORDERS).put(submitted)
            return order_reply(call, work, viewer, submitted)

    plant.operation("submitOrder", empty_too)


@DEFECTS.defect("AN-C09", "Who submits without a token and a name books as a guest.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        body = request.json
        if without_token(request) and isinstance(body, dict) and "customer" not in body:
            guest = {"given_name": "Dear", "family_name": "Guest", "email": "guest@example.com"}
            request.json = {**body, "customer": guest}

    plant.request(change, "submitOrder")


@DEFECTS.defect("AN-C10", "Terms that are not accepted are accepted.")
def _(plant: Planter) -> None:
    def mend(body: dict[str, Any]) -> None:
        if body.get("accept_terms") is False:
            body["accept_terms"] = True

    mended(plant, mend, "submitOrder")


@DEFECTS.defect("AN-C11", "Any access token opens a cart.")
def _(plant: Planter) -> None:
    def any_token(find: Callable[..., Order]) -> Any:
        def order(self: Register, text: str, viewer: Viewer, *, access_token: str | None = None) -> Order:
            if access_token is None:
                return find(self, text, viewer)
            found = self._numbered(ORDERS, "order", text)
            return found if found.is_draft else find(self, text, viewer, access_token=access_token)

        return order

    plant.replace(Register, "order", any_token)


@DEFECTS.defect("AN-C12", "An add-on can be had more often than there is of it.")
def _(plant: Planter) -> None:
    plant.replace(making, "_can_have", lambda _: lambda *__: True)


@DEFECTS.defect("AN-C12.service", "Add-ons for another service are left out without a word.")
def _(plant: Planter) -> None:
    def mend(body: dict[str, Any]) -> None:
        chosen = body.get("add_ons_by_service")
        if isinstance(chosen, dict) and body.get("service_id") not in chosen:
            body["add_ons_by_service"] = {}

    mended(plant, mend, "addToCart")


@DEFECTS.defect("AN-C13", "Each booking of an account goes into a cart of its own.")
def _(plant: Planter) -> None:
    def always_new(add: Callable[..., Order]) -> Any:
        def added(self: CartDesk, wish: Wish) -> Order:
            with _forgotten(self):
                return add(self, wish)

        return added

    plant.replace(CartDesk, "add", always_new)


def _forgotten(desk: CartDesk) -> Any:
    """For this moment the account of *desk* has no cart."""
    return silenced(CartDesk, "_own") if desk._order_id is None else silenced(_Nothing, "happens")


class _Nothing:
    def happens(self) -> None:
        """Not what anybody waits for."""


@DEFECTS.defect("AN-C14", "All who have no token share a cart.")
def _(plant: Planter) -> None:
    def shared(find: Callable[..., Order | None]) -> Any:
        def found(self: CartDesk) -> Order | None:
            cart = find(self)
            if cart is not None or self._account is not None:
                return cart
            newest = self._work.records(ORDERS).page(ORDERS_NEWEST, ALL, limit=1)
            return newest[0] if newest and newest[0].is_draft and newest[0].account_id is None else None

        return found

    plant.replace(CartDesk, "_find", shared)


@DEFECTS.defect("AN-C15", "Of several resources only the first is looked at.")
def _(plant: Planter) -> None:
    plant.replace(Wish, "resources", lambda all_of_them: property(lambda wish: all_of_them.fget(wish)[:1]))


@DEFECTS.defect("AN-C16", "A resource that does not exist is one that is not available.")
def _(plant: Planter) -> None:
    def unavailable(resource: Callable[..., Resource]) -> Any:
        def found(self: Maker, text: str, pointer: str) -> Resource:
            try:
                return resource(self, text, pointer)
            except NamesNothing:
                raise Unavailable(Unavailability.RESOURCE_UNAVAILABLE) from None

        return found

    plant.replace(Maker, "_resource", unavailable)


@DEFECTS.defect("AN-C17", "An emptied cart keeps the intervals until their holds are over.")
def _(plant: Planter) -> None:
    def keeping(empty: Callable[..., Order]) -> Any:
        def emptied(self: CartDesk) -> Order:
            with silenced(Diary, "free"):
                return empty(self)

        return emptied

    plant.replace(CartDesk, "empty", keeping)


@DEFECTS.defect("AN-C18", "An account without a cart gets one when it is emptied.")
def _(plant: Planter) -> None:
    def opened(existing: Callable[..., Order]) -> Any:
        def found(self: CartDesk) -> Order:
            try:
                return existing(self)
            except NotFound:
                if self._account is None or self._order_id is not None:
                    raise
                return Maker(self._work).order(self._account, "EUR")

        return found

    plant.replace(CartDesk, "_existing", opened)


@DEFECTS.defect("AN-C18.oid", "An order that never was is said to be empty.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 404 and any(name == "oid" for name, _ in answer.request.query):
            answer.status, answer.json = 422, error(422, "order_not_open", "Nothing is held in this cart.")

    plant.answer(change, "emptyCart")


@DEFECTS.defect("AN-C19", "Who names a cart without its token is told that it is of somebody else.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 401 and any(name == "oid" for name, _ in answer.request.query):
            answer.status, answer.json = 403, error(403, "unauthorized", "This order is somebody else's.")

    plant.answer(change, "emptyCart")


@DEFECTS.defect("AN-C20", "What was booked without a token is found by nobody.")
def _(plant: Planter) -> None:
    def with_account(_: Register, booking: Booking, **known: str | None) -> Booking:
        if booking.account_id is None and not booking.is_blocker:
            raise NotFound("booking", known.get("number"))
        return booking

    afterwards(plant, Register, "booking_known_by", with_account)


@DEFECTS.defect("AN-C21", "Where to pay is not told before a first payment.")
def _(plant: Planter) -> None:
    def told_later(url: Callable[..., str | None]) -> Any:
        return lambda order, context: url(order, context) if order.account.paid() else None

    plant.replace(order_types, "_payment_url", told_later)


@DEFECTS.defect("AN-C22", "The invoice of what was paid is canceled.")
def _(plant: Planter) -> None:
    def canceled(keep: Callable[..., Order]) -> Any:
        def kept(self: Till, order: Order, account: Any, **named: Any) -> Order:
            named.pop("closed_as", None)
            return keep(self, order, account, closed_as=InvoiceStatus.CANCELED, **named)

        return kept

    plant.replace(Till, "_keep", canceled)


@DEFECTS.defect("AN-C23", "An order of which nothing is open can be paid, which changes nothing.")
def _(plant: Planter) -> None:
    def nothing_to_pay(pay: Callable[..., tuple[Order, list[int]]]) -> Any:
        def paid(self: Till, order: Order) -> tuple[Order, list[int]]:
            if not order.is_draft and not order.account.due():
                return order, []
            return pay(self, order)

        return paid

    plant.replace(Till, "pay", nothing_to_pay)


@DEFECTS.defect("AN-C24", "Who puts something into a cart at the same moment does not see the others.")
def _(plant: Planter) -> None:
    flight = plant.flight("addToCart")

    def blind(pool: Callable[[Resource], Pool]) -> Any:
        def make(resource: Resource) -> Pool:
            right = pool(resource)
            return msgspec.structs.replace(right, capacity=right.capacity + (flight.now > 1))

        return make

    plant.replace(diary, "_pool", blind)
