"""The one way in which a new booking comes to be, at once or in a cart: what it is of, its price, its place.

A service that is sold as a series, or repeated, is booked like any other, one date at a time. Series are there from the
beginning of a sandbox only: the pages do not say how a customer makes one.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from mockserver.apis.anny.desk.diary import Diary
from mockserver.apis.anny.desk.people import enrol
from mockserver.apis.anny.desk.till import Till
from mockserver.apis.anny.desk.timetable import set_timer
from mockserver.apis.anny.notices import tell
from mockserver.apis.anny.numbering import access_token, booking_number, code_of, order_number
from mockserver.apis.anny.offers import AddOn, Resource, Service
from mockserver.apis.anny.records import BOOKINGS, ORDERS, Booking, Choice, CustomerAccount, Order, OrderStatus, Status
from mockserver.apis.anny.refusals import Unavailable, named_at
from mockserver.apis.anny.register import Register
from mockserver.apis.anny.requests import Selection, Wish
from mockserver.apis.anny.terms import price_of
from mockserver.apis.refusals import BadInput
from mockserver.sandbox.work import Work

__all__ = ["Maker", "Offer", "choose_add_ons", "settle"]


class Offer(msgspec.Struct, frozen=True, gc=False):
    """What a wish is about: a service, and the resources of which the first that is free is wanted."""

    service: Service
    resources: tuple[Resource, ...]


class Maker:
    """Makes bookings. What it refuses is undone with all that the request did."""

    __slots__ = ("_diary", "_register", "_work")

    def __init__(self, work: Work) -> None:
        self._work = work
        self._register = Register(work)
        self._diary = Diary(work)

    def offer(self, wish: Wish) -> Offer:
        """What the ids of a wish name. Raises BadInput when that of the service is none, NamesNothing."""
        with named_at(pointer="/service_id"):
            service = self._register.service(wish.service_id)
        return Offer(service, tuple(self._resource(text, pointer) for text, pointer in wish.resources))

    def order(self, account: CustomerAccount | None, currency: str) -> Order:
        """A new order, a draft without bookings. The caller keeps it."""
        order_id = self._work.records(ORDERS).next_id()
        now = self._work.this_second
        return Order(
            id=order_id,
            number=order_number(order_id),
            access_token=access_token(self._work.seed, order_id),
            status=OrderStatus.DRAFT,
            account_id=None if account is None else account.id,
            customer_id=None if account is None else enrol(self._work, account).id,
            booking_ids=(),
            currency=currency,
            created_at=now,
            updated_at=now,
        )

    def make(
        self, wish: Wish, offer: Offer, order: Order, status: Status, *, hold_ends_at: datetime | None = None
    ) -> Booking:
        """A booking of the order's customer, in its place; the caller puts it into the order.

        Raises, in this order:
            BadInput: It ends before it starts; an add-on.
            Unavailable: For the reason of the first resource where none is free.
        """
        service, span = offer.service, wish.span
        add_ons = choose_add_ons(self._register, service, *wish.add_ons)
        resource = self._free(offer, wish)
        price = price_of(service, span, weight=wish.weight, add_ons=add_ons)
        bookings = self._work.records(BOOKINGS)
        booking_id = bookings.next_id()
        now = self._work.this_second
        booking = Booking(
            id=booking_id,
            number=booking_number(booking_id),
            code=code_of(self._work.seed, booking_id),
            status=status,
            order_id=order.id,
            account_id=order.account_id,
            customer_id=order.customer_id,
            service_id=service.id,
            resource_id=resource.id,
            starts_at=span.starts_at,
            ends_at=span.ends_at,
            created_at=now,
            updated_at=now,
            weight=wish.weight,
            add_ons=add_ons,
            currency=service.currency,
            subtotal=price.subtotal,
            total=price.total,
            description=wish.description,
            customer_note=wish.customer_note,
            hold_ends_at=hold_ends_at,
        )
        self._diary.take(booking, service, expires_at=hold_ends_at)
        booking = set_timer(self._work, booking, is_new=True)
        bookings.put(booking)
        return booking

    def _resource(self, text: str, pointer: str) -> Resource:
        with named_at(pointer=pointer):
            return self._register.resource(text)

    def _free(self, offer: Offer, wish: Wish) -> Resource:
        """The first resource on which a wish can be booked. Assumed: where there is none, the first one says why."""
        obstacles = []
        for resource in offer.resources:
            obstacle = self._diary.obstacle(offer.service, resource, wish.span, weight=wish.weight)
            if obstacle is None:
                return resource
            obstacles.append(obstacle)
        raise Unavailable(obstacles[0])


def settle(work: Work, order: Order, bookings: Sequence[Booking]) -> Order:
    """Turn a draft into an order of its bookings, which are requested or accepted by now, and let it be known."""
    opened = Till(work).open(order, bookings)
    for booking in bookings:
        tell(work, "bookings.created", booking)
    return opened


def choose_add_ons(
    register: Register,
    service: Service,
    given: Sequence[Selection],
    steps: Sequence[str],
    previous: Iterable[Choice] = (),
) -> tuple[Choice, ...]:
    """The add-ons of a selection, without those of which it wants none.

    Args:
        steps: The way to the selection in the body, which a refusal names.
        previous: What had been chosen: what stays chosen keeps its id and its price.

    Raises:
        BadInput: The first selection that names no add-on of the service, names one a second time, or wants too few or
            too many of it.
    """
    known = {choice.add_on_id: choice for choice in previous}
    chosen: dict[str, Choice | None] = {}
    for number, selection in enumerate(given):
        here = (*steps, str(number))
        add_on_id = selection.add_on_id.lower()
        add_on = register.add_on(add_on_id) if add_on_id in service.add_on_ids else None
        if add_on is None:
            raise _misfit((*here, "add_on_id"), "must be an add-on of the service").under("AN-O03", "AN-C12")
        if add_on_id in chosen:
            raise _misfit((*here, "add_on_id"), "must not name an add-on a second time").under("AN-O06")
        if not _can_have(add_on, selection.quantity):
            raise _misfit((*here, "quantity"), _bounds(add_on)).under("AN-O04", "AN-C12")
        if not selection.quantity:
            chosen[add_on_id] = None
        elif (before := known.get(add_on_id)) is not None:
            chosen[add_on_id] = msgspec.structs.replace(before, quantity=selection.quantity)
        else:
            chosen[add_on_id] = Choice(
                id=register.new_uuid("booking_add_on"),
                add_on_id=add_on_id,
                quantity=selection.quantity,
                single_price=add_on.price,
            )
    return tuple(choice for choice in chosen.values() if choice is not None)


def _most(add_on: AddOn) -> int | None:
    return min((each for each in (add_on.max_quantity, add_on.stock) if each is not None), default=None)


def _can_have(add_on: AddOn, quantity: int) -> bool:
    """None of it is always possible."""
    most = _most(add_on)
    return quantity == 0 or (quantity >= add_on.min_quantity and (most is None or quantity <= most))


def _bounds(add_on: AddOn) -> str:
    most = _most(add_on)
    upper = "" if most is None else f"at most {most}"
    if add_on.min_quantity <= 1:
        return f"must be {upper}"
    return f"must be 0, or at least {add_on.min_quantity}" + (upper and f" and {upper}")


def _misfit(steps: tuple[str, ...], reason: str) -> BadInput:
    return BadInput("body", ".".join(steps), reason, steps)
