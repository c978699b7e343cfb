"""Booking: into a cart and from there into an order, or at once."""

from mockserver.apis.anny.desk.cart import CartDesk
from mockserver.apis.anny.desk.instant import book_instantly
from mockserver.apis.anny.desk.paying import pay
from mockserver.apis.anny.operations.calls import (
    booking_reply,
    booking_view,
    customer_of,
    order_reply,
    order_view,
    viewer_of,
)
from mockserver.apis.anny.requests import read_cart_booking, read_checkout, read_instant_booking
from mockserver.apis.bundle import Operation
from mockserver.apis.exchange import Call, Reply
from mockserver.sandbox.work import Work

__all__ = ["OPERATIONS"]


def add_to_cart(call: Call, work: Work) -> Reply:
    view = order_view(call, include="bookings")
    cart = _cart(call, work).add(read_cart_booking(call.body))
    return order_reply(call, work, viewer_of(call, work), cart, view, status=201)


def empty_cart(call: Call, work: Work) -> Reply:
    return order_reply(call, work, viewer_of(call, work), _cart(call, work).empty(), order_view(call))


def submit_order(call: Call, work: Work) -> Reply:
    view = order_view(call, include="bookings")
    order = _cart(call, work).submit(read_checkout(call.body))
    return order_reply(call, work, viewer_of(call, work), order, view)


def pay_order(call: Call, work: Work) -> Reply:
    viewer = viewer_of(call, work)
    order = pay(work, call.path["orderId"], viewer, oat=call.query.get("oat"))
    return order_reply(call, work, viewer, order, order_view(call))


def book(call: Call, work: Work) -> Reply:
    booking_view(call)
    booking = book_instantly(work, customer_of(call, work), read_instant_booking(call.body))
    return booking_reply(call, work, viewer_of(call, work), booking, status=201)


OPERATIONS: dict[str, Operation] = {
    "addToCart": add_to_cart,
    "emptyCart": empty_cart,
    "submitOrder": submit_order,
    "payOrder": pay_order,
    "bookInstantly": book,
}


def _cart(call: Call, work: Work) -> CartDesk:
    return CartDesk(work, viewer_of(call, work), oid=call.query.get("oid"), oat=call.query.get("oat"))
