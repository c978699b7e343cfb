"""Bugs about the people in a merchant's book."""

from typing import Any

import msgspec

from mockserver.apis.appointments.desk.merchants import CustomerCount, MerchantDesk
from mockserver.apis.appointments.desk.register import Register
from mockserver.apis.appointments.records import (
    BOOKINGS,
    BOOKINGS_OF_CUSTOMER,
    CUSTOMERS,
    Customer,
    Merchant,
    Status,
    customer_group,
)
from mockserver.apis.appointments.requests import Blacklisting, NewCustomer
from mockserver.booking.errors import NotFound
from mockserver.defects.appointments.parts import before, during, whoever_has_it
from mockserver.defects.common import afterwards
from mockserver.defects.planting import Answer, Defects, Planter, Request

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_OK = 200
_DIGITS = 32


@DEFECTS.defect("AP-N01", "getCustomer does not give the reason of a blacklisting.")
def _(plant: Planter) -> None:
    def discreet(answer: Answer) -> None:
        if answer.status == _OK:
            answer.json = {**answer.json, "blacklist_reason": None}

    plant.answer(discreet, "getCustomer")


@DEFECTS.defect("AP-N02", "What was cancelled no longer counts as booked.")
def _(plant: Planter) -> None:
    def fewer(_: MerchantDesk, count: CustomerCount, __: Customer) -> CustomerCount:
        return msgspec.structs.replace(count, booked=count.booked - count.cancelled)

    afterwards(plant, MerchantDesk, "_count", fewer)


@DEFECTS.defect("AP-N03", "A new customer's birthday is lost.")
def _(plant: Planter) -> None:
    def ageless(_: MerchantDesk, wanted: NewCustomer) -> tuple[NewCustomer]:
        return (msgspec.structs.replace(wanted, birthday=None),)

    before(plant, MerchantDesk, "add_customer", ageless)


@DEFECTS.defect("AP-N03.note", "Blanks around a new customer's note are taken away.")
def _(plant: Planter) -> None:
    def tidy(_: MerchantDesk, wanted: NewCustomer) -> tuple[NewCustomer]:
        return (msgspec.structs.replace(wanted, note=wanted.note and wanted.note.strip()),)

    before(plant, MerchantDesk, "add_customer", tidy)


@DEFECTS.defect("AP-N04", "A customer without any booking cannot be booked by id.")
def _(plant: Planter) -> None:
    def known(customer: Any) -> Any:
        def run(self: Register, merchant: Merchant, customer_id: str) -> Customer:
            found: Customer = customer(self, merchant, customer_id)
            bookings = self._work.records(BOOKINGS)
            groups = [customer_group(found.id, status) for status in Status]
            if found.user is None and not any(bookings.count(BOOKINGS_OF_CUSTOMER, group) for group in groups):
                raise NotFound("customer", customer_id)
            return found

        return run

    during(plant, MerchantDesk, "book", Register, "customer", known)


@DEFECTS.defect("AP-N05", "The customers of another merchant can be read.")
def _(plant: Planter) -> None:
    during(plant, MerchantDesk, "customer", Register, "customer", whoever_has_it(CUSTOMERS, "customer", str.lower))


@DEFECTS.defect("AP-N06", "An id of a customer in capitals names nobody.")
def _(plant: Planter) -> None:
    def exact(_: Register, merchant: Merchant, customer_id: str) -> tuple[Merchant, str]:
        if customer_id != customer_id.lower():
            raise NotFound("customer", customer_id)
        return merchant, customer_id

    before(plant, Register, "customer", exact)


@DEFECTS.defect("AP-N06.hyphens", "An id of a customer may lack its hyphens.")
def _(plant: Planter) -> None:
    def mended(request: Request) -> None:
        text = request.parameters["id"]
        if len(text) == _DIGITS and text.isalnum():
            request.parameters["id"] = "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))

    plant.request(mended, "getCustomer")


@DEFECTS.defect("AP-N07", "The reason of a blacklisting stays when it is lifted.")
def _(plant: Planter) -> None:
    def lifted(self: MerchantDesk, customer_id: str) -> None:
        customer = self._register.customer(self.merchant(), customer_id)
        self._mark(customer, is_blacklisted=False, blacklist_reason=customer.blacklist_reason)

    plant.replace(MerchantDesk, "unblacklist", lambda _: lifted)


@DEFECTS.defect("AP-N08", "Whom the body names is blacklisted, whatever the path says.")
def _(plant: Planter) -> None:
    def body_wins(_: MerchantDesk, __: str, wanted: Blacklisting) -> tuple[str, Blacklisting]:
        return wanted.id, wanted

    before(plant, MerchantDesk, "blacklist", body_wins)
