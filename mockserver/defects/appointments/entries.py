"""Bugs about what merchants book for customers."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from mockserver.apis.appointments.desk import merchants
from mockserver.apis.appointments.desk.merchants import MerchantDesk
from mockserver.apis.appointments.desk.register import Register
from mockserver.apis.appointments.records import (
    BOOKINGS,
    CUSTOMERS,
    SERVICES,
    Booking,
    BookingType,
    Customer,
    Merchant,
    Participant,
    Service,
)
from mockserver.apis.appointments.requests import MerchantBooking, Person
from mockserver.apis.appointments.terms import openings_of
from mockserver.apis.exchange import Call, Reply
from mockserver.booking.errors import NoPlacesLeft, RuleBroken
from mockserver.booking.schedule import lies_open
from mockserver.booking.spans import Span
from mockserver.defects.appointments.parts import before, during, whoever_has_it
from mockserver.defects.common import afterwards, done_though_refused, mended
from mockserver.defects.planting import Defects, Planter
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()


def _whom(plant: Planter, change: Callable[[Sequence[Person], Service], Sequence[Person]]) -> None:
    """Other customers than those of the request, given these and the service."""

    def changed(self: MerchantDesk, wanted: MerchantBooking) -> tuple[MerchantBooking]:
        service = self._register.service(self.merchant(), wanted.service_id)
        return (msgspec.structs.replace(wanted, customers=tuple(change(wanted.customers, service))),)

    before(plant, MerchantDesk, "book", changed)


def _unless(plant: Planter, is_refused: Callable[[MerchantDesk, MerchantBooking, Service], bool]) -> None:
    """Some bookings are refused as nobody said."""

    def strict(self: MerchantDesk, wanted: MerchantBooking) -> tuple[MerchantBooking]:
        if is_refused(self, wanted, self._register.service(self.merchant(), wanted.service_id)):
            raise RuleBroken("closed", "a rule for customers")
        return (wanted,)

    before(plant, MerchantDesk, "book", strict)


def _stored(plant: Planter, change: Callable[[Booking, MerchantBooking], Booking]) -> None:
    """The (first) booking is stored once more as *change* makes it."""

    def book(self: MerchantDesk, booking: Booking, wanted: MerchantBooking) -> Booking:
        self._work.records(BOOKINGS).put(change(booking, wanted))
        return booking

    afterwards(plant, MerchantDesk, "book", book)


@DEFECTS.defect("AP-M01", "The merchant's note of a group is lost.")
def _(plant: Planter) -> None:
    _stored(
        plant,
        lambda booking, _: msgspec.structs.replace(
            booking, merchant_note=None if booking.is_group else booking.merchant_note
        ),
    )


@DEFECTS.defect("AP-M02", "For nobody is for a new customer called Walk-in.")
def _(plant: Planter) -> None:
    _whom(plant, lambda people, _: people or (Person(first_name="Walk-in"),))


@DEFECTS.defect("AP-M03", "Of several customers of an appointment the first one counts.")
def _(plant: Planter) -> None:
    _whom(plant, lambda people, service: people if service.is_group else people[:1])


@DEFECTS.defect("AP-M04", "Of too many customers the first ones get the places.")
def _(plant: Planter) -> None:
    _whom(plant, lambda people, service: people[: service.max_participants] if service.is_group else people)


@DEFECTS.defect("AP-M04.customers", "Of a group for too many the new customers are kept.")
def _(plant: Planter) -> None:
    def keep(call: Call, work: Work) -> None:
        caller, register = call.identity.caller, Register(work)
        merchant = register.merchant(caller.tenant if caller else "")
        for each in call.body["customers"]:
            if each.get("id") is None:
                register.new_customer(merchant, first_name=each["first_name"], last_name=None)

    done_though_refused(plant, "createMerchantBooking", NoPlacesLeft, keep)


@DEFECTS.defect("AP-M05", "A customer who is named twice takes part twice.")
def _(plant: Planter) -> None:
    def doubled(booking: Booking, wanted: MerchantBooking) -> Booking:
        ids = [person.id.lower() for person in wanted.customers if person.id]
        twice = [Participant(each) for each in dict.fromkeys(ids) if ids.count(each) > 1]
        return msgspec.structs.replace(booking, participants=(*booking.participants, *twice))

    _stored(plant, doubled)


@DEFECTS.defect("AP-M06", "A merchant can book for the customers of another one.")
def _(plant: Planter) -> None:
    during(plant, MerchantDesk, "book", Register, "customer", whoever_has_it(CUSTOMERS, "customer", str.lower))


@DEFECTS.defect("AP-M07", "A merchant can book a service of another one.")
def _(plant: Planter) -> None:
    during(plant, MerchantDesk, "book", Register, "service", whoever_has_it(SERVICES, "service"))


@DEFECTS.defect("AP-M08", "A new customer without a last name is left out.")
def _(plant: Planter) -> None:
    _whom(plant, lambda people, _: [each for each in people if each.id or each.last_name])


@DEFECTS.defect("AP-M08.account", "A new customer is taken for somebody with an account.")
def _(plant: Planter) -> None:
    def with_account(self: MerchantDesk, customer: Customer, _: Merchant, person: Person) -> Customer:
        if person.id is None:
            self._work.records(CUSTOMERS).put(msgspec.structs.replace(customer, user=f"user_{customer.id}"))
        return customer

    afterwards(plant, MerchantDesk, "_customer", with_account)


@DEFECTS.defect("AP-M09", "What stands beside an id becomes the customer's.")
def _(plant: Planter) -> None:
    def updating(create: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        reply = create(call, work)
        customers = work.records(CUSTOMERS)
        for each in call.body["customers"]:
            known = customers.find(str(each.get("id")).lower())
            if known is not None and isinstance(each.get("first_name"), str):
                customers.put(msgspec.structs.replace(known, first_name=each["first_name"]))
        return reply

    plant.operation("createMerchantBooking", updating)


@DEFECTS.defect("AP-M10", "A merchant cannot book in the past.")
def _(plant: Planter) -> None:
    _unless(plant, lambda self, wanted, _: wanted.starts_at < self._now)


@DEFECTS.defect("AP-M10.hours", "A merchant cannot book outside business hours.")
def _(plant: Planter) -> None:
    def closed(self: MerchantDesk, wanted: MerchantBooking, service: Service) -> bool:
        start = wanted.starts_at
        ends_at = start + sum((phase.length for phase in service.timing[1:]), start=service.timing[0].length)
        return not lies_open(Span(start, ends_at), openings_of(self.merchant(), start))

    _unless(plant, closed)


@DEFECTS.defect("AP-M11", "A blacklisted customer cannot be booked by the merchant either.")
def _(plant: Planter) -> None:
    def anybody_blacklisted(self: MerchantDesk, wanted: MerchantBooking, _: Service) -> bool:
        found = [self._work.records(CUSTOMERS).find(person.id.lower()) for person in wanted.customers if person.id]
        return any(customer is not None and customer.is_blacklisted for customer in found)

    _unless(plant, anybody_blacklisted)


@DEFECTS.defect("AP-M12", "A group is not made for some, if they are fewer than its minimum.")
def _(plant: Planter) -> None:
    _unless(
        plant,
        lambda _, wanted, service: service.is_group and 0 < len(wanted.customers) < service.min_participants,
    )


@DEFECTS.defect("AP-M13", "Whoever has neither id nor first_name is left out.")
def _(plant: Planter) -> None:
    def mend(body: dict[str, Any]) -> None:
        if isinstance(body.get("customers", []), list):
            people = [each for each in body.get("customers", []) if isinstance(each, dict)]
            body["customers"] = [each for each in people if each.get("id") or each.get("first_name")]

    mended(plant, mend, "createMerchantBooking")


@DEFECTS.defect("AP-M14", "A recurring group is an event each time.")
def _(plant: Planter) -> None:
    def once(service: Service, *, is_recurring: bool) -> BookingType:
        return BookingType.EVENT if service.is_group else BookingType.APPOINTMENT

    plant.replace(merchants, "_type_of", lambda _: once)
