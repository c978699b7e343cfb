"""Bugs of booking at once."""

import contextlib
from collections.abc import Callable
from typing import Any

import msgspec

from mockserver.apis.anny import requests
from mockserver.apis.anny.desk import instant, making
from mockserver.apis.anny.desk.diary import Diary
from mockserver.apis.anny.desk.making import Maker
from mockserver.apis.anny.numbering import uuid_of
from mockserver.apis.anny.operations import checkout
from mockserver.apis.anny.operations.calls import customer_of
from mockserver.apis.anny.records import BOOKINGS, ORDERS, Booking, OrderStatus, Status
from mockserver.apis.anny.refusals import Unavailability, Unavailable
from mockserver.apis.anny.requests import Wish, read_instant_booking
from mockserver.apis.exchange import Call
from mockserver.booking.errors import RuleBroken
from mockserver.defects.anny.ways import error, said_otherwise
from mockserver.defects.common import afterwards, does_it_though_it_refuses, done_though_refused
from mockserver.defects.planting import Answer, Defects, Planter, Request
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_CUSTOMER = "Bearer anny_customer_jane"
_ADMINISTRATOR = "Bearer anny_admin"


@DEFECTS.defect("AN-N01", "What is booked at once is booked for the first customer there is.")
def _(plant: Planter) -> None:
    def make(book: Callable[..., Booking]) -> Any:
        def for_another(work: Work, *args: Any) -> Booking:
            booking = msgspec.structs.replace(book(work, *args), customer_id=uuid_of("customer", 2))
            work.records(BOOKINGS).put(booking)
            return booking

        return for_another

    plant.replace(checkout, "book_instantly", make)


@DEFECTS.defect("AN-N02", "Every service can be booked at once.")
def _(plant: Planter) -> None:
    def act(_: Any, offer: making.Offer, __: Wish) -> making.Offer:
        return making.Offer(msgspec.structs.replace(offer.service, can_instant_book=True), offer.resources)

    afterwards(plant, Maker, "offer", act)


@DEFECTS.defect("AN-N02.kept", "What cannot be booked at once is refused, and takes its place.")
def _(plant: Planter) -> None:
    def act(call: Call, work: Work) -> None:
        maker, wish = Maker(work), read_instant_booking(call.body)
        offer = maker.offer(wish)
        order = maker.order(customer_of(call, work), offer.service.currency)
        with contextlib.suppress(Unavailable):
            booking = maker.make(wish, offer, order, Status.ACCEPTED)
            work.records(ORDERS).put(msgspec.structs.replace(order, booking_ids=(booking.id,)))

    done_though_refused(plant, "bookInstantly", RuleBroken, act)


@DEFECTS.defect("AN-N03", "Whatever is in the way of an interval, it is said to be closed then.")
def _(plant: Planter) -> None:
    plant.replace(Unavailable, "__init__", lambda init: lambda self, _: init(self, Unavailability.CLOSED))


@DEFECTS.defect("AN-N04", "Which of two ids names nothing is not told: it is the service.")
def _(plant: Planter) -> None:
    plant.replace(making, "named_at", lambda named_at: lambda **_: named_at(pointer="/service_id"))


@DEFECTS.defect("AN-N05", "What somebody has to decide about is accepted at once.")
def _(plant: Planter) -> None:
    plant.replace(instant, "auto_accepts", lambda _: lambda *_: True)


@DEFECTS.defect("AN-N05.order", "The order of a booking that waits is completed.")
def _(plant: Planter) -> None:
    _order_becomes(plant, OrderStatus.PENDING, OrderStatus.COMPLETED)


@DEFECTS.defect("AN-N06", "Who books without a token is refused, and books for Jane.")
def _(plant: Planter) -> None:
    does_it_though_it_refuses(
        plant,
        lambda request: "authorization" not in request.headers,
        lambda request: request.headers.update(authorization=_CUSTOMER),
        401,
        error(401, "unauthenticated"),
        "bookInstantly",
    )


@DEFECTS.defect("AN-N07", "The order of what is booked at once waits for something.")
def _(plant: Planter) -> None:
    _order_becomes(plant, OrderStatus.COMPLETED, OrderStatus.PENDING)


def _order_becomes(plant: Planter, before: OrderStatus, after: OrderStatus) -> None:
    def make(settle: Callable[..., Any]) -> Any:
        def otherwise(work: Work, *args: Any) -> Any:
            order = settle(work, *args)
            if order.status is before:
                order = msgspec.structs.replace(order, status=after)
                work.records(ORDERS).put(order)
            return order

        return otherwise

    plant.replace(instant, "settle", make)


@DEFECTS.defect("AN-N08", "However many places are wanted, one is booked.")
def _(plant: Planter) -> None:
    plant.replace(requests.Wish, "weight", lambda _: property(lambda _: 1))


@DEFECTS.defect("AN-N09", "supports_instant_booking is false, whatever the service can.")
def _(plant: Planter) -> None:
    said_otherwise(plant, "services", lambda _, shown, __: shown["meta"].update(supports_instant_booking=False))


@DEFECTS.defect("AN-N10", "An administrator books, as if Jane did.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        if request.headers.get("authorization", "").startswith(_ADMINISTRATOR):
            request.headers["authorization"] = _CUSTOMER

    plant.request(change, "bookInstantly")


@DEFECTS.defect("AN-N11", "What is no id at all is the id of nothing.")
def _(plant: Planter) -> None:
    def found(wish: Wish) -> str:
        return wish.service if isinstance(wish.service, str) else next(iter(wish.service))

    plant.replace(requests.Wish, "service_id", lambda _: property(found))


@DEFECTS.defect("AN-N12", "Location leads to all bookings.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if "location" in answer.headers:
            answer.headers["location"] = answer.headers["location"].rpartition("/")[0]

    plant.answer(change, "bookInstantly")


@DEFECTS.defect("AN-N13", "Of requests at the same moment all get the last place.")
def _(plant: Planter) -> None:
    flight = plant.flight("bookInstantly")

    def obstacle(_: Diary, against: Unavailability | None, *__: Any, **___: Any) -> Unavailability | None:
        return None if flight.now > 1 and against is Unavailability.BOOKED_OUT else against

    def make(take: Callable[..., None]) -> Any:
        def take_all(self: Diary, *args: Any, **named: Any) -> None:
            try:
                take(self, *args, **named)
            except Unavailable:
                if flight.now <= 1:
                    raise

        return take_all

    afterwards(plant, Diary, "obstacle", obstacle)
    plant.replace(Diary, "take", make)
