"""Paying what an order has come to."""

from mockserver.apis.anny.desk.edits import close_edit
from mockserver.apis.anny.desk.till import Till
from mockserver.apis.anny.records import BOOKINGS, Order
from mockserver.apis.anny.register import Register
from mockserver.apis.anny.viewers import Role, Viewer
from mockserver.apis.refusals import Unauthenticated
from mockserver.sandbox.work import Work

__all__ = ["pay"]


def pay(work: Work, order_id: str, viewer: Viewer, *, oat: str | None = None) -> Order:
    """Pay all that is open of an order. An edit that made something open is over with.

    Raises, in this order:
        Unauthenticated: With neither a token nor an access token.
        NotFound, Forbidden
        RuleBroken: `order_not_open`.
    """
    if viewer.role is Role.STRANGER and oat is None:
        raise Unauthenticated("a token, or oat, is needed")
    order, paid_for = Till(work).pay(Register(work).order(order_id, viewer, access_token=oat))
    bookings = work.records(BOOKINGS)
    for booking_id in paid_for:
        booking = bookings.get(booking_id)
        if booking.edit is not None:
            bookings.put(close_edit(work, booking))
    return order
