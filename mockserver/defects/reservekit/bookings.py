"""Bugs about making, reading and deleting bookings."""

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec

from mockserver.apis.reservekit.desk import Desk
from mockserver.apis.reservekit.records import BOOKINGS, Booking, Status
from mockserver.apis.reservekit.requests import BookingChange, NewBooking
from mockserver.booking.errors import NotFound, RuleBroken
from mockserver.booking.ports import ALL
from mockserver.defects.common import afterwards, error_changed
from mockserver.defects.planting import Defects, Planter
from mockserver.sandbox.merging import MergedRecords

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_CONFIRM = BookingChange(status=Status.CONFIRMED)


@DEFECTS.defect("RK-B01", "The message of a booking is answered and not kept.")
def _(plant: Planter) -> None:
    def forget(self: Desk, booking: Booking, *_: object, **__: object) -> Booking:
        self._work.records(BOOKINGS).put(msgspec.structs.replace(booking, message=None))
        return booking

    afterwards(plant, Desk, "book", forget)


@DEFECTS.defect("RK-B17", "Instead of a slot that is not there the first of the service is booked.")
def _(plant: Planter) -> None:
    def helpful(book: Callable[..., Booking]) -> Any:
        def instead(self: Desk, wanted: NewBooking, *, service_id: int | None) -> Booking:
            try:
                return book(self, wanted, service_id=service_id)
            except NotFound as refusal:
                if refusal.kind != "time_slot" or service_id is None:
                    raise
                first = self.slots_of(service_id)[0]
                return book(self, msgspec.structs.replace(wanted, time_slot_id=first.id), service_id=service_id)

        return instead

    plant.replace(Desk, "book", helpful)


@DEFECTS.defect("RK-B18", "A service that is named beside the slot need not be there.")
def _(plant: Planter) -> None:
    def lenient(book: Callable[..., Booking]) -> Any:
        def whatever(self: Desk, wanted: NewBooking, *, service_id: int | None) -> Booking:
            try:
                return book(self, wanted, service_id=service_id)
            except NotFound as refusal:
                if refusal.kind != "service":
                    raise
                return book(self, wanted, service_id=None)

        return whatever

    plant.replace(Desk, "book", lenient)


@DEFECTS.defect("RK-B19", "A service that is named beside the slot need not be the slot's.")
def _(plant: Planter) -> None:
    def lenient(book: Callable[..., Booking]) -> Any:
        def whatever(self: Desk, wanted: NewBooking, *, service_id: int | None) -> Booking:
            try:
                return book(self, wanted, service_id=service_id)
            except RuleBroken:
                return book(self, wanted, service_id=None)

        return whatever

    plant.replace(Desk, "book", lenient)


@DEFECTS.defect("RK-B20", "A booking that names its service is confirmed at once.")
def _(plant: Planter) -> None:
    def confirm(self: Desk, booking: Booking, *_: object, service_id: int | None) -> Booking:
        return booking if service_id is None else self.change_booking(booking.id, _CONFIRM)

    afterwards(plant, Desk, "book", confirm)


@DEFECTS.defect("RK-B22", "What lies in the past cannot be booked.")
def _(plant: Planter) -> None:
    def strict(book: Callable[..., Booking]) -> Any:
        def ahead(self: Desk, wanted: NewBooking, *, service_id: int | None) -> Booking:
            if date.fromisoformat(wanted.day) < self._now.date():
                raise RuleBroken("past", "date: must not lie in the past", field="date")
            return book(self, wanted, service_id=service_id)

        return ahead

    plant.replace(Desk, "book", strict)


@DEFECTS.defect("RK-B22.weekday", "A slot can be booked on its own weekday only, counted from Sunday.")
def _(plant: Planter) -> None:
    def strict(book: Callable[..., Booking]) -> Any:
        def on_its_day(self: Desk, wanted: NewBooking, *, service_id: int | None) -> Booking:
            slot = self._slot(wanted.time_slot_id)
            if date.fromisoformat(wanted.day).isoweekday() % 7 != slot.day_of_week:
                raise RuleBroken("weekday", "date: must be on the weekday of the slot", field="date")
            return book(self, wanted, service_id=service_id)

        return on_its_day

    plant.replace(Desk, "book", strict)


@DEFECTS.defect("RK-B23", "The customer of a booking that is not there is said not to be there.")
def _(plant: Planter) -> None:
    error_changed(plant, 404, lambda body: {**body, "error": "customer not found"}, "updateBookingCustomer")


@DEFECTS.defect("RK-D01", "A delete is a cancel.")
def _(plant: Planter) -> None:
    def cancel(self: Desk, booking_id: int) -> None:
        booking = self.booking(booking_id)
        if booking.status is not Status.CANCELLED:
            self.change_booking(booking_id, BookingChange(status=Status.CANCELLED, cancel_reason="deleted"))

    plant.replace(Desk, "delete_booking", lambda _: cancel)


@DEFECTS.defect("RK-D02", "Deleting a booking again is fine.")
def _(plant: Planter) -> None:
    gone: set[int] = set()

    def lenient(delete: Callable[..., None]) -> Any:
        def again(self: Desk, booking_id: int) -> None:
            try:
                delete(self, booking_id)
            except NotFound:
                if booking_id not in gone:
                    raise
            gone.add(booking_id)

        return again

    plant.replace(Desk, "delete_booking", lenient)


@DEFECTS.defect("RK-D03", "A cancelled booking cannot be deleted.")
def _(plant: Planter) -> None:
    def strict(delete: Callable[..., None]) -> Any:
        def unless_cancelled(self: Desk, booking_id: int) -> None:
            if self.booking(booking_id).status is Status.CANCELLED:
                raise NotFound("booking", booking_id)
            delete(self, booking_id)

        return unless_cancelled

    plant.replace(Desk, "delete_booking", strict)


@DEFECTS.defect("RK-D04", "The next id is the greatest there is, and one.")
def _(plant: Planter) -> None:
    def from_the_last(next_id: Callable[..., int]) -> Any:
        def after_the_last(self: MergedRecords[Any]) -> int:
            if self._kind is not BOOKINGS:
                return next_id(self)
            count = self.count(BOOKINGS.listed, ALL)
            return int(self.page(BOOKINGS.listed, ALL, offset=count - 1, limit=1)[0].id) + 1

        return after_the_last

    plant.replace(MergedRecords, "next_id", from_the_last)
