"""Carts: what is put into one is held for a while, and booked when it is submitted.

A customer's account has one cart. Who has no token knows a cart by its id and its access token, `oid` and `oat`; so may
anybody else to whom they are told. What is not submitted in time is gone, booking by booking; the cart stays.
"""

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from mockserver.apis.anny.desk.diary import Diary
from mockserver.apis.anny.desk.making import Maker, settle
from mockserver.apis.anny.desk.people import enrol, new_customer
from mockserver.apis.anny.desk.till import Till
from mockserver.apis.anny.desk.timetable import drop_timers, set_timer
from mockserver.apis.anny.records import (
    BOOKINGS,
    CARTS_OF_ACCOUNT,
    LIFECYCLE,
    ORDERS,
    Booking,
    Customer,
    CustomerAccount,
    Order,
    Status,
)
from mockserver.apis.anny.refusals import named_at
from mockserver.apis.anny.register import Register
from mockserver.apis.anny.requests import Checkout, Wish
from mockserver.apis.anny.terms import auto_accepts
from mockserver.apis.anny.viewers import Role, Viewer
from mockserver.apis.refusals import BadInput, Forbidden, Unauthenticated
from mockserver.booking.errors import NotFound, RuleBroken
from mockserver.sandbox.work import Work

__all__ = ["CartDesk", "let_go"]


class CartDesk:
    """The cart of one viewer, or the one that they name.

    Every method raises, in this order: Forbidden for the organisation, which has no cart; NamesNothing for an `oid` that
    names nothing; Forbidden for a cart of somebody else without its access token; RuleBroken `order_not_open`.
    """

    __slots__ = ("_access_token", "_account", "_order_id", "_register", "_viewer", "_work")

    def __init__(self, work: Work, viewer: Viewer, *, oid: str | None = None, oat: str | None = None) -> None:
        if viewer.role is Role.ORGANISATION:
            raise Forbidden("the organisation has no cart")
        self._work = work
        self._viewer = viewer
        self._account = viewer.account
        self._order_id = oid
        self._access_token = oat
        self._register = Register(work)

    def add(self, wish: Wish) -> Order:
        """Hold what is wanted, in a new cart where there is none.

        Raises:
            BadInput, NamesNothing, Unavailable: See `Maker`.
        """
        cart = self._find()
        maker = Maker(self._work)
        offer = maker.offer(wish)
        if cart is None:
            cart = maker.order(self._account, offer.service.currency)
        hold_ends_at = self._work.this_second + timedelta(minutes=self._work.settings().hold_minutes)
        booking = maker.make(wish, offer, cart, Status.RESERVED, hold_ends_at=hold_ends_at)
        return _put(self._work, cart, [*self._register.bookings_of(cart), booking])

    def empty(self) -> Order:
        """Let go of everything. Raises Unauthenticated, NotFound, see `_existing`."""
        cart = self._existing()
        for booking in self._register.bookings_of(cart):
            _release(self._work, booking)
        return _put(self._work, cart, [])

    def submit(self, checkout: Checkout) -> Order:
        """Book what is in the cart, for whom *checkout* says or whose token it is.

        Raises:
            Unauthenticated, NotFound: See `_existing`.
            RuleBroken: `order_not_open` also when nothing is held any more.
            BadInput: Nobody says who books.
        """
        cart = self._existing()
        if not cart.booking_ids:
            raise RuleBroken("order_not_open", "nothing is held in this cart any more")
        cart = self._claimed(cart)
        order = msgspec.structs.replace(cart, customer_id=self._customer(cart, checkout).id)
        bookings = [self._complete(booking, order) for booking in self._register.bookings_of(cart)]
        return settle(self._work, order, bookings)

    def _find(self) -> Order | None:
        """The cart that is named, or the account's; None when it has none yet."""
        if self._order_id is None:
            return None if self._account is None else self._own(self._account)
        with named_at(parameter="oid"):
            order = self._register.order(self._order_id, self._viewer, access_token=self._access_token)
        if not order.is_draft:
            raise RuleBroken("order_not_open", f"the order is {order.status.value}, not a draft")
        return order

    def _own(self, account: CustomerAccount) -> Order | None:
        found = self._work.records(ORDERS).page(CARTS_OF_ACCOUNT, account.id, limit=1)
        return found[0] if found else None

    def _existing(self) -> Order:
        """Raises Unauthenticated without a token, `oid` and `oat`; NotFound for an account without a cart."""
        if self._account is None and (self._order_id is None or self._access_token is None):
            raise Unauthenticated("a token, or oid and oat, is needed")
        cart = self._find()
        if cart is None:
            raise NotFound("cart", "of this account")
        return cart

    def _claimed(self, cart: Order) -> Order:
        """A cart that belongs to no account belongs from now on to that of who submits it, if they have one."""
        if cart.account_id is not None or self._account is None:
            return cart
        customer = enrol(self._work, self._account)
        return msgspec.structs.replace(cart, account_id=self._account.id, customer_id=customer.id)

    def _customer(self, cart: Order, checkout: Checkout) -> Customer:
        """Whom a cart is booked for: that of its account, or another one when *checkout* says something else of them."""
        known = self._register.customer_of(cart)
        given = checkout.customer
        if given is None:
            if known is None or self._account is None:
                raise BadInput("body", "customer", "is required without a token")
            return known
        if known is not None and given.is_like(known):
            return known
        return new_customer(
            self._work,
            email=given.email,
            given_name=given.given_name,
            family_name=given.family_name,
            account_id=cart.account_id,
        )

    def _complete(self, booking: Booking, order: Order) -> Booking:
        service = self._register.service_of(booking)
        assert service is not None  # noqa: S101 - blockers are in no cart
        event = "complete" if auto_accepts(service, self._register.resource_of(booking)) else "request"
        completed = msgspec.structs.replace(
            booking,
            status=LIFECYCLE.after(booking.status, event),
            account_id=order.account_id,
            customer_id=order.customer_id,
            hold_ends_at=None,
            updated_at=self._work.this_second,
        )
        Diary(self._work).keep(booking.id)
        completed = set_timer(self._work, completed, is_new=True)
        self._work.records(BOOKINGS).put(completed)
        return completed


def let_go(work: Work, booking: Booking) -> None:
    """End a hold: the booking is gone and its interval free. The cart stays, with what else is in it."""
    register = Register(work)
    cart = register.order_of(booking)
    assert cart is not None  # noqa: S101 - what is held is in a cart
    others = [each for each in register.bookings_of(cart) if each.id != booking.id]
    _release(work, booking)
    _put(work, cart, others)


def _release(work: Work, booking: Booking) -> None:
    LIFECYCLE.after(booking.status, "release")
    Diary(work).free(booking.id)
    drop_timers(work, booking)
    work.records(BOOKINGS).delete(booking.id)


def _put(work: Work, cart: Order, bookings: Sequence[Booking]) -> Order:
    """Keep a cart with what is in it now. An empty one is paid as it was to be."""
    kept = msgspec.structs.replace(
        cart,
        booking_ids=tuple(booking.id for booking in bookings),
        flow=Till(work).flow_of(bookings) if bookings else cart.flow,
        updated_at=work.this_second,
    )
    work.records(ORDERS).put(kept)
    return kept
