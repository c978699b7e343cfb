"""Bugs about keys and tenants."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from mockserver.apis.identities import Identity
from mockserver.apis.refusals import Forbidden
from mockserver.apis.reservekit import auth
from mockserver.apis.reservekit.desk import Desk
from mockserver.apis.reservekit.records import BOOKINGS, TIME_SLOTS, Booking, TimeSlot
from mockserver.apis.reservekit.requests import CustomerChange
from mockserver.booking.errors import NotFound
from mockserver.defects.common import does_it_though_it_refuses, lets_in
from mockserver.defects.planting import Defects, Planter, Request

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_ALPHA = "Bearer sk_rsv_demo_alpha"


@DEFECTS.defect("RK-A01", "The slots of a day are deleted without a key.")
def _(plant: Planter) -> None:
    lets_in(plant, _ALPHA, "deleteTimeSlotsOfDay")


def _is_of_another_scheme(sent: str | None) -> bool:
    return bool(sent) and not str(sent).lower().startswith("bearer")


@DEFECTS.defect("RK-A02", "A list of slots takes any scheme for Bearer.")
def _(plant: Planter) -> None:
    lets_in(plant, _ALPHA, "listTimeSlots", if_=_is_of_another_scheme)


@DEFECTS.defect("RK-A02.words", "Of a header with several words the second is taken for the key.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        sent = request.headers.get("authorization", "").split()
        if len(sent) > 2:
            request.headers["authorization"] = " ".join(sent[:2])

    plant.request(change)


@DEFECTS.defect("RK-A03", "Any word is a key of the first tenant.")
def _(plant: Planter) -> None:
    _let_in_instead(plant, "API key is invalid or revoked")


@DEFECTS.defect("RK-A04", "A revoked key still works.")
def _(plant: Planter) -> None:
    _let_in_instead(plant, "API key revoked")


def _let_in_instead(plant: Planter, refusal: str) -> None:
    def lenient(identify: Callable[[Mapping[bytes, bytes]], Identity]) -> Any:
        def make(headers: Mapping[bytes, bytes]) -> Identity:
            identity = identify(headers)
            return Identity(auth.ALPHA, identity.sandbox) if str(identity.refused) == refusal else identity

        return make

    plant.field("identify", lenient)


@DEFECTS.defect("RK-A05", "Any origin that ends like the domain of the key will do.")
def _(plant: Planter) -> None:
    def by_its_end(_: object) -> Any:
        def wrong_origin(key: str, headers: Mapping[bytes, bytes]) -> Forbidden | None:
            domain = auth._DOMAIN_OF_KEY.get(key)
            origin = headers.get(b"origin")
            if domain is None or origin is None or (urlsplit(origin.decode()).hostname or "").endswith(domain):
                return None
            return Forbidden("Origin does not match API key domain")

        return wrong_origin

    plant.replace(auth, "_wrong_origin", by_its_end)


@DEFECTS.defect("RK-A06", "A customer is changed before anybody asks for the key.")
def _(plant: Planter) -> None:
    does_it_though_it_refuses(
        plant,
        lambda request: "authorization" not in request.headers,
        lambda request: request.headers.update(authorization=_ALPHA),
        401,
        {"data": None, "error": "Authorization header is missing"},
        "updateBookingCustomer",
    )


@DEFECTS.defect("RK-A06.order", "Input is looked at before the key.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        if "authorization" not in request.headers and not request.parameters["bookingID"].isdigit():
            request.headers["authorization"] = _ALPHA

    plant.request(change, "getBooking")


@DEFECTS.defect("RK-A07", "Whoever knows the id of a booking changes its customer.")
def _(plant: Planter) -> None:
    def trusting(change_customer: Callable[..., Any]) -> Any:
        def change(self: Desk, booking_id: int, change: CustomerChange) -> Any:
            booking: Booking | None = self._work.records(BOOKINGS).find(booking_id)
            if booking is not None:
                self._tenant = booking.tenant
            return change_customer(self, booking_id, change)

        return change

    plant.replace(Desk, "change_customer", trusting)


@DEFECTS.defect("RK-A08", "Whoever knows the id of a slot books it.")
def _(plant: Planter) -> None:
    def trusting(_: object) -> Any:
        def slot(self: Desk, slot_id: int) -> TimeSlot:
            found = self._work.records(TIME_SLOTS).find(slot_id)
            if found is None:
                raise NotFound("time_slot", slot_id)
            return found

        return slot

    plant.replace(Desk, "_slot", trusting)


@DEFECTS.defect("RK-A08.batch", "A batch changes the slots of whichever service they belong to.")
def _(plant: Planter) -> None:
    def trusting(change_slot: Callable[..., TimeSlot]) -> Any:
        def change(self: Desk, service: Any, change: Any) -> TimeSlot:
            slot = self._work.records(TIME_SLOTS).find(change.id)
            owner = service if slot is None else msgspec.structs.replace(service, id=slot.service_id)
            return change_slot(self, owner, change)

        return change

    plant.replace(Desk, "_change_slot", trusting)


@DEFECTS.defect("RK-A09", "Everybody is shown the services of the first tenant.")
def _(plant: Planter) -> None:
    def of_the_first(services: Callable[..., Any]) -> Any:
        return lambda self, page: services(Desk(self._work, auth.TENANTS[0]), page)

    plant.replace(Desk, "services", of_the_first)
