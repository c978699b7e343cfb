"""Bugs about customers: who is the same, and the record that a booking has of one."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from msgspec import UNSET

from mockserver.apis.exchange import Call, Reply
from mockserver.apis.reservekit.desk import Desk
from mockserver.apis.reservekit.records import (
    BOOKINGS,
    BOOKINGS_OF_SERVICE,
    Booking,
    Customer,
    Status,
    TimeSlot,
)
from mockserver.apis.reservekit.requests import CustomerChange, NewBooking
from mockserver.booking.errors import AlreadyBooked
from mockserver.booking.ledger import Ledger
from mockserver.defects.common import afterwards, schema_says
from mockserver.defects.planting import Defects, Planter, silenced
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()


def _told_apart(plant: Planter, party: Callable[[Customer], str | None]) -> None:
    plant.replace(Customer, "party", lambda _: property(party))


def _others(desk: Desk, booking: Booking) -> Iterable[Booking]:
    found = desk._work.records(BOOKINGS).page(BOOKINGS_OF_SERVICE, booking.service_id)
    return [each for each in found if each.id != booking.id]


def _refused_as_duplicate(plant: Planter, is_one: Callable[[Booking, Booking], bool]) -> None:
    """A booking is a duplicate, too, when there is an earlier one such that `is_one(earlier, new)`."""

    def strict(self: Desk, booking: Booking, *_: object, **__: object) -> Booking:
        party = booking.customer.party
        for other in _others(self, booking):
            if party and other.customer.party == party and is_one(other, booking):
                raise AlreadyBooked(str(booking.time_slot_id), party)
        return booking

    afterwards(plant, Desk, "book", strict)


@DEFECTS.defect("RK-B07", "Under another name it is another customer.")
def _(plant: Planter) -> None:
    def party(customer: Customer) -> str | None:
        return f"{customer.email.casefold()}/{customer.name}" if customer.email else customer.phone

    _told_apart(plant, party)


@DEFECTS.defect("RK-B08", "Upper and lower case of an e-mail make two customers.")
def _(plant: Planter) -> None:
    _told_apart(plant, lambda customer: customer.email or customer.phone)


@DEFECTS.defect("RK-B08.domain", "Upper and lower case of an e-mail's domain make two customers.")
def _(plant: Planter) -> None:
    def party(customer: Customer) -> str | None:
        name, _, domain = (customer.email or "").partition("@")
        return f"{name.casefold()}@{domain}" if customer.email else customer.phone

    _told_apart(plant, party)


@DEFECTS.defect("RK-B09", "The phone tells customers apart before the e-mail does.")
def _(plant: Planter) -> None:
    _told_apart(plant, lambda customer: customer.phone or (customer.email and customer.email.casefold()))


@DEFECTS.defect("RK-B09.alone", "Without an e-mail nobody is the same customer.")
def _(plant: Planter) -> None:
    _told_apart(plant, lambda customer: customer.email and customer.email.casefold())


@DEFECTS.defect("RK-B10", "Without e-mail and phone the name tells customers apart.")
def _(plant: Planter) -> None:
    def party(customer: Customer) -> str | None:
        return (customer.email and customer.email.casefold()) or customer.phone or customer.name

    _told_apart(plant, party)


@DEFECTS.defect("RK-B11", "A customer books a service once on a date.")
def _(plant: Planter) -> None:
    _refused_as_duplicate(plant, lambda other, new: other.date == new.date and other.status is not Status.CANCELLED)


@DEFECTS.defect("RK-B11.date", "A customer books a slot once for all dates.")
def _(plant: Planter) -> None:
    def is_one(other: Booking, new: Booking) -> bool:
        return other.time_slot_id == new.time_slot_id and other.status is not Status.CANCELLED

    _refused_as_duplicate(plant, is_one)


@DEFECTS.defect("RK-B12", "Whether the customer is there already is looked at before the places are.")
def _(plant: Planter) -> None:
    def people_first(take: Callable[..., None]) -> Any:
        def take_place(self: Desk, booking: Booking, slot: TimeSlot) -> None:
            roomy = msgspec.structs.replace(slot, max_bookings=slot.max_bookings + 1)
            take(self, booking, roomy)
            take(self, booking, slot)

        return take_place

    plant.replace(Desk, "_take_place", people_first)


@DEFECTS.defect("RK-B15", "A customer who cancelled cannot come back.")
def _(plant: Planter) -> None:
    def is_one(other: Booking, new: Booking) -> bool:
        return other.status is Status.CANCELLED and (other.time_slot_id, other.date) == (new.time_slot_id, new.date)

    _refused_as_duplicate(plant, is_one)


@DEFECTS.defect("RK-C01", "The customer alone has no phone.")
def _(plant: Planter) -> None:
    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        reply = inside(call, work)
        reply.body["data"]["phone"] = None
        return reply

    plant.operation("getBookingCustomer", around)


@DEFECTS.defect("RK-C02", "Who says nothing of a customer gets one called Guest.")
def _(plant: Planter) -> None:
    def named(book: Callable[..., Booking]) -> Any:
        def with_a_name(self: Desk, wanted: NewBooking, *, service_id: int | None) -> Booking:
            if not (wanted.customer_name or wanted.customer_email or wanted.customer_phone):
                wanted = msgspec.structs.replace(wanted, customer_name="Guest")
            return book(self, wanted, service_id=service_id)

        return with_a_name

    plant.replace(Desk, "book", named)


@DEFECTS.defect("RK-C03", "A change of a customer changes all of the service with that e-mail.")
def _(plant: Planter) -> None:
    def all_of_them(change_customer: Callable[..., Customer]) -> Any:
        def change(self: Desk, booking_id: int, change: CustomerChange) -> Customer:
            booking = self.booking(booking_id)
            same = [each.id for each in _others(self, booking) if each.customer.email == booking.customer.email]
            for other in same:
                change_customer(self, other, change)
            return change_customer(self, booking_id, change)

        return change

    plant.replace(Desk, "change_customer", all_of_them)


@DEFECTS.defect("RK-C04", "A change of the booking is a change of its customer.")
def _(plant: Planter) -> None:
    def touched(self: Desk, booking: Booking, *_: object) -> Booking:
        customer = msgspec.structs.replace(booking.customer, updated_at=booking.updated_at)
        return _kept(self, booking, customer=customer)

    afterwards(plant, Desk, "change_booking", touched)


@DEFECTS.defect("RK-C05", "A customer's phone is lost when another e-mail is given.")
def _(plant: Planter) -> None:
    def forgetful(change_customer: Callable[..., Customer]) -> Any:
        def change(self: Desk, booking_id: int, change: CustomerChange) -> Customer:
            customer = change_customer(self, booking_id, change)
            if change.email is not UNSET and change.phone is UNSET:
                customer = msgspec.structs.replace(customer, phone=None)
                _kept(self, self.booking(booking_id), customer=customer)
            return customer

        return change

    plant.replace(Desk, "change_customer", forgetful)


@DEFECTS.defect("RK-C05.moment", "A customer does not tell when it was changed.")
def _(plant: Planter) -> None:
    def timeless(self: Desk, customer: Customer, booking_id: int, _: CustomerChange) -> Customer:
        customer = msgspec.structs.replace(customer, updated_at=customer.created_at)
        _kept(self, self.booking(booking_id), customer=customer)
        return customer

    afterwards(plant, Desk, "change_customer", timeless)


@DEFECTS.defect("RK-C06", "A change of the customer is a change of the booking.")
def _(plant: Planter) -> None:
    def touched(self: Desk, customer: Customer, booking_id: int, _: CustomerChange) -> Customer:
        _kept(self, self.booking(booking_id), updated_at=customer.updated_at)
        return customer

    afterwards(plant, Desk, "change_customer", touched)


@DEFECTS.defect("RK-C07", "An empty change of a customer counts as one.")
def _(plant: Planter) -> None:
    def touched(self: Desk, customer: Customer, booking_id: int, change: CustomerChange) -> Customer:
        if change == CustomerChange():
            customer = msgspec.structs.replace(customer, updated_at=self._now)
            _kept(self, self.booking(booking_id), customer=customer)
        return customer

    afterwards(plant, Desk, "change_customer", touched)


@DEFECTS.defect("RK-C08", "A customer may be given an e-mail without a dot.")
def _(plant: Planter) -> None:
    schema_says(plant, "Email", {"pattern": r"^[^\s@]+@[^\s@]+$"})


@DEFECTS.defect("RK-C09", "Two customers of one slot cannot be given one e-mail.")
def _(plant: Planter) -> None:
    def strict(self: Desk, customer: Customer, booking_id: int, _: CustomerChange) -> Customer:
        booking = self.booking(booking_id)
        for other in _others(self, booking):
            same = (other.time_slot_id, other.date) == (booking.time_slot_id, booking.date)
            if same and customer.party and other.customer.party == customer.party:
                raise AlreadyBooked(str(booking.time_slot_id), customer.party)
        return customer

    afterwards(plant, Desk, "change_customer", strict)


@DEFECTS.defect("RK-C10", "Later creates are compared with the customer as it was.")
def _(plant: Planter) -> None:
    def as_it_was(change_customer: Callable[..., Customer]) -> Any:
        def change(self: Desk, booking_id: int, change: CustomerChange) -> Customer:
            with silenced(Ledger, "rename"):
                return change_customer(self, booking_id, change)

        return change

    plant.replace(Desk, "change_customer", as_it_was)


def _kept(desk: Desk, booking: Booking, **fields: Any) -> Booking:
    """The booking, kept with other fields."""
    booking = msgspec.structs.replace(booking, **fields)
    desk._work.records(BOOKINGS).put(booking)
    return booking
