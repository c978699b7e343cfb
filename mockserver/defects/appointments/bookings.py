"""Bugs about appointments that customers make."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from mockserver.apis.appointments.desk import customers
from mockserver.apis.appointments.desk.customers import CustomerDesk
from mockserver.apis.appointments.desk.register import Register
from mockserver.apis.appointments.records import (
    BOOKINGS,
    LOCATIONS,
    SERVICES,
    Booking,
    BookingType,
    Customer,
    Merchant,
    Service,
    Status,
)
from mockserver.apis.appointments.requests import CustomerBooking
from mockserver.apis.exchange import Call
from mockserver.booking.errors import NoPlacesLeft, NotFound
from mockserver.booking.schedule import Phase
from mockserver.defects.appointments.parts import before, during, whoever_has_it
from mockserver.defects.common import done_though_refused
from mockserver.defects.planting import Defects, Planter
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_QUARTER = 15 * 60


def _wanted(plant: Planter, change: Callable[[CustomerBooking], CustomerBooking]) -> None:
    """Whatever a customer asks for, it is changed first."""
    before(plant, CustomerDesk, "book", lambda _, wanted: (change(wanted),))


@DEFECTS.defect("AP-C01", "An appointment begins at the quarter of an hour before the moment asked for.")
def _(plant: Planter) -> None:
    def rounded(wanted: CustomerBooking) -> CustomerBooking:
        start = wanted.starts_at
        return msgspec.structs.replace(
            wanted, sent_start=(start - timedelta(seconds=start.timestamp() % _QUARTER)).isoformat()
        )

    _wanted(plant, rounded)


@DEFECTS.defect("AP-C02", "The end of an appointment leaves out the phases that wait.")
def _(plant: Planter) -> None:
    def short(_: Any) -> Callable[[tuple[Phase, ...]], timedelta]:
        return lambda phases: sum((each.length for each in phases if each.occupies), start=timedelta())

    plant.replace(customers, "total_length", short)


@DEFECTS.defect("AP-C03", "A merchant is found by its slug in capitals as well.")
def _(plant: Planter) -> None:
    _wanted(plant, lambda wanted: msgspec.structs.replace(wanted, merchant_name=wanted.merchant_name.lower()))


@DEFECTS.defect("AP-C04", "An appointment can be made at the location of another merchant.")
def _(plant: Planter) -> None:
    during(plant, CustomerDesk, "book", Register, "location", whoever_has_it(LOCATIONS, "location"))


@DEFECTS.defect("AP-C05", "An appointment can be made for a service of another merchant.")
def _(plant: Planter) -> None:
    during(plant, CustomerDesk, "book", Register, "service", whoever_has_it(SERVICES, "service"))


def _at_another_time(plant: Planter, by: timedelta) -> None:
    """Past and window are judged as if it were earlier or later."""

    def around(make: Callable[..., Booking]) -> Any:
        def run(self: CustomerDesk, *args: Any) -> Booking:
            self._now += by
            try:
                return make(self, *args)
            finally:
                self._now -= by

        return run

    plant.replace(CustomerDesk, "_make", around)


@DEFECTS.defect("AP-C06", "An appointment may begin up to five minutes ago.")
def _(plant: Planter) -> None:
    _at_another_time(plant, timedelta(minutes=-5))


@DEFECTS.defect("AP-C06.now", "What begins now counts as past.")
def _(plant: Planter) -> None:
    _at_another_time(plant, timedelta(seconds=1))


@DEFECTS.defect("AP-C07", "The months of the booking window have thirty days.")
def _(plant: Planter) -> None:
    def shorter(_: Any) -> Any:
        def window(service: Service, merchant: Merchant, now: datetime) -> tuple[datetime, datetime]:
            months = service.window_max_months or merchant.window_max_months
            return now, now + timedelta(days=30 * months)

        return window

    plant.replace(customers, "booking_window", shorter)


@DEFECTS.defect("AP-C07.open", "The booking window has no end.")
def _(plant: Planter) -> None:
    def endless(window: Callable[..., tuple[datetime, datetime]]) -> Any:
        return lambda *args: (window(*args)[0], args[2] + timedelta(days=36_500))

    plant.replace(customers, "booking_window", endless)


@DEFECTS.defect("AP-C08", "A group service without booking_id is booked as an appointment.")
def _(plant: Planter) -> None:
    def alone(_: CustomerDesk, merchant: Merchant, service: Service, *rest: Any) -> tuple[Any, ...]:
        return merchant, msgspec.structs.replace(service, is_group=False), *rest

    before(plant, CustomerDesk, "_make", alone)


@DEFECTS.defect("AP-C09", "A blacklisted customer can still join groups.")
def _(plant: Planter) -> None:
    def forgiving(_: Any) -> Any:
        def customer_at(self: CustomerDesk, merchant: Merchant) -> Customer | None:
            return self._register.customer_of(merchant.id, self._user)

        return customer_at

    during(plant, CustomerDesk, "_join", CustomerDesk, "_customer_at", forgiving)


@DEFECTS.defect("AP-C10", "Each appointment puts its customer into the merchant's book once more.")
def _(plant: Planter) -> None:
    def nobody(_: Any) -> Any:
        return lambda *_: None

    during(plant, CustomerDesk, "_make", Register, "customer_of", nobody)


@DEFECTS.defect("AP-C11", "Blanks around a customer's note are taken away, and an empty note is none.")
def _(plant: Planter) -> None:
    def tidy(wanted: CustomerBooking) -> CustomerBooking:
        return msgspec.structs.replace(wanted, customer_note=(wanted.customer_note or "").strip() or None)

    _wanted(plant, tidy)


@DEFECTS.defect("AP-C12", "A create that is refused because the time is taken leaves a cancelled booking behind.")
def _(plant: Planter) -> None:
    def leave(call: Call, work: Work) -> None:
        bookings = work.records(BOOKINGS)
        merchant = Register(work).merchant(call.body["merchant_name"])
        service = Register(work).service(merchant, call.body["service_id"])
        start = msgspec.convert(call.body, CustomerBooking).starts_at
        bookings.put(
            Booking(
                id=bookings.next_id(),
                merchant_id=merchant.id,
                service_id=service.id,
                location_id=call.body["location_id"],
                employee_id=None,
                type=BookingType.APPOINTMENT,
                status=Status.CANCELLED,
                starts_at=start,
                ends_at=start + timedelta(minutes=service.minutes),
                phases=service.timing,
                participants=(),
                min_participants=1,
                max_participants=1,
                merchant_note=None,
            )
        )

    done_though_refused(plant, "createCustomerBooking", NoPlacesLeft, leave)


@DEFECTS.defect("AP-C13", "Of several unknown things the location is named first.")
def _(plant: Planter) -> None:
    def location_first(self: CustomerDesk, wanted: CustomerBooking) -> tuple[CustomerBooking]:
        if self._work.records(LOCATIONS).find(wanted.location_id) is None:
            raise NotFound("location", wanted.location_id)
        return (wanted,)

    before(plant, CustomerDesk, "book", location_first)
