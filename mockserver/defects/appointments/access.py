"""Bugs about who may do what."""

from collections.abc import Callable, Sequence
from typing import Any

from mockserver.apis.appointments.auth import SLUGS
from mockserver.apis.appointments.desk.customers import CustomerDesk
from mockserver.apis.appointments.desk.merchants import CustomerCount, MerchantDesk
from mockserver.apis.appointments.desk.register import Register
from mockserver.apis.appointments.records import Booking, Participant
from mockserver.apis.exchange import Call, Reply
from mockserver.apis.refusals import Forbidden
from mockserver.defects.appointments.parts import during
from mockserver.defects.common import afterwards, does_it_though_it_refuses, lets_in
from mockserver.defects.planting import Answer, Defects, Planter, Request, swapped
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_OWNER = "Bearer owner_spa-retreat"
_UNAUTHORIZED = 401
_BAD_REQUEST = 400


@DEFECTS.defect("AP-A01", "The customers of a merchant can be listed without a token.")
def _(plant: Planter) -> None:
    lets_in(plant, _OWNER, "listCustomers")


@DEFECTS.defect("AP-A02", "A customer can be made with a token under another word than Bearer.")
def _(plant: Planter) -> None:
    lets_in(plant, _OWNER, "createCustomer", if_=lambda sent: sent is not None and sent.startswith("Basic "))


@DEFECTS.defect("AP-A02.case", "The word Bearer has to begin with a capital.")
def _(plant: Planter) -> None:
    def strict(request: Request) -> None:
        sent = request.headers.get("authorization", "")
        if sent.startswith("bearer "):
            request.headers["authorization"] = sent.replace("bearer", "Basic")

    plant.request(strict)


@DEFECTS.defect("AP-A03", "Whatever begins with a good token is a good token.")
def _(plant: Planter) -> None:
    lets_in(plant, _OWNER, if_=lambda sent: sent is not None and sent.startswith(_OWNER))


@DEFECTS.defect("AP-A03.blocks", "Time can be blocked with a token that nobody holds.")
def _(plant: Planter) -> None:
    lets_in(plant, _OWNER, "createBlockedTime", if_=lambda sent: sent is not None and "nobody" in sent)


@DEFECTS.defect("AP-A04", "Who has no token is refused after the customer was made.")
def _(plant: Planter) -> None:
    does_it_though_it_refuses(
        plant,
        lambda request: "authorization" not in request.headers,
        lambda request: request.headers.update(authorization=_OWNER),
        _UNAUTHORIZED,
        {"error": {"message": "Authorization header is missing"}},
        "createCustomer",
    )


@DEFECTS.defect("AP-A04.ids", "A wrong id is told of before a missing token.")
def _(plant: Planter) -> None:
    def told(answer: Answer) -> None:
        if answer.status == _UNAUTHORIZED and not answer.request.parameters["id"].isdecimal():
            answer.status = _BAD_REQUEST
            answer.json = {"error": {"message": "id: is not an integer"}}

    plant.answer(told, "getCustomerBooking")


@DEFECTS.defect("AP-A05", "Customers may list the types of blocked times.")
def _(plant: Planter) -> None:
    lets_in(
        plant, _OWNER, "listBlockedTimeTypes", if_=lambda sent: sent is not None and sent.startswith("Bearer customer_")
    )


@DEFECTS.defect("AP-A05.found", "Who is no employee is refused before the booking is looked for.")
def _(plant: Planter) -> None:
    def first(cancel: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        if call.identity.caller is not None and not call.identity.caller.tenant:
            raise Forbidden("this operation needs a merchant's token")
        return cancel(call, work)

    plant.operation("cancelMerchantBooking", first)


@DEFECTS.defect("AP-A06", "The next start is not told without a token.")
def _(plant: Planter) -> None:
    def closed(answer: Answer) -> None:
        if "authorization" not in answer.request.headers:
            answer.status = _UNAUTHORIZED
            answer.json = {"error": {"message": "Authorization header is missing"}}

    plant.answer(closed, "getNextAvailability")


@DEFECTS.defect("AP-A07", "Employees may cancel as customers what others have booked at their merchant.")
def _(plant: Planter) -> None:
    def for_others(participant: Callable[..., Participant]) -> Any:
        def run(self: CustomerDesk, booking: Booking) -> Participant:
            return booking.active[0] if booking.active else participant(self, booking)

        return run

    def cancel(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        caller = call.identity.caller
        booking = Register(work).booking(call.path["id"])
        is_theirs = caller is not None and bool(caller.tenant)
        if not is_theirs or Register(work).merchant(caller.tenant if caller else "").id != booking.merchant_id:
            return inside(call, work)
        with swapped(CustomerDesk, "_participant", for_others(vars(CustomerDesk)["_participant"])):
            return inside(call, work)

    plant.operation("cancelCustomerBooking", cancel)


@DEFECTS.defect("AP-A09", "The book of every merchant has the customers of the first one as well.")
def _(plant: Planter) -> None:
    def all_of_them(self: MerchantDesk, found: Sequence[CustomerCount]) -> Sequence[CustomerCount]:
        if self._caller.tenant == SLUGS[0]:
            return found
        with swapped(MerchantDesk, "merchant", lambda self: self._register.merchant(SLUGS[0])):
            return [*found, *right(self)]

    right = vars(MerchantDesk)["customers"]
    afterwards(plant, MerchantDesk, "customers", all_of_them)


@DEFECTS.defect("AP-A09.calendar", "Every merchant sees the calendar of the first one.")
def _(plant: Planter) -> None:
    first = lambda _: lambda self: self._register.merchant(SLUGS[0])  # noqa: E731
    during(plant, MerchantDesk, "calendar", MerchantDesk, "merchant", first)
