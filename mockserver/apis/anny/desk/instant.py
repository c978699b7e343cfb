"""Booking in one request, where the service permits it."""

import msgspec

from mockserver.apis.anny.desk.making import Maker, settle
from mockserver.apis.anny.records import Booking, CustomerAccount, Status
from mockserver.apis.anny.requests import Wish
from mockserver.apis.anny.terms import auto_accepts
from mockserver.booking.errors import RuleBroken
from mockserver.sandbox.work import Work

__all__ = ["book_instantly"]


def book_instantly(work: Work, account: CustomerAccount, wish: Wish) -> Booking:
    """A booking of an order of its own, requested where somebody has to decide about it.

    Raises, in this order:
        NamesNothing: The service, the resource.
        RuleBroken: `instant_booking_not_supported`.
        BadInput, Unavailable: See `Maker.make`.
    """
    maker = Maker(work)
    offer = maker.offer(wish)
    if not offer.service.can_instant_book:
        raise RuleBroken("instant_booking_not_supported", "the service cannot be booked in one request")
    order = maker.order(account, offer.service.currency)
    status = Status.ACCEPTED if auto_accepts(offer.service, offer.resources[0]) else Status.REQUESTED
    booking = maker.make(wish, offer, order, status)
    settle(work, msgspec.structs.replace(order, booking_ids=(booking.id,)), [booking])
    return booking
