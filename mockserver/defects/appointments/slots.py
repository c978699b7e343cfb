"""Bugs about time: who takes it, and what stands in its way."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from mockserver.apis.appointments import claims
from mockserver.apis.appointments.desk import customers, diary, merchants
from mockserver.apis.appointments.desk.diary import Diary
from mockserver.apis.appointments.desk.merchants import MerchantDesk
from mockserver.apis.appointments.records import (
    BOOKINGS,
    EMPLOYEES,
    EMPLOYEES_OF_MERCHANT,
    BlockedTime,
    Booking,
    Merchant,
)
from mockserver.booking.errors import RuleBroken
from mockserver.booking.ledger import Pool, Seat
from mockserver.booking.schedule import Phase, openings_on
from mockserver.booking.spans import Span
from mockserver.defects.planting import Defects, Planter, silenced

__all__ = ["DEFECTS"]

DEFECTS = Defects()

Seats = Callable[[Booking], list[tuple[Pool, Seat]]]


def _seats(plant: Planter, change: Callable[[Seats, Booking], list[tuple[Pool, Seat]]]) -> None:
    """What of a location and an employee a new or moved booking takes."""
    plant.replace(diary, "time_seats", lambda seats: lambda booking: change(seats, booking))


@DEFECTS.defect("AP-S01", "A booking with an employee takes the employee's time and not the location's.")
def _(plant: Planter) -> None:
    def employees_alone(seats: Seats, booking: Booking) -> list[tuple[Pool, Seat]]:
        return [
            (pool, seat)
            for pool, seat in seats(booking)
            if booking.employee_id is None or pool.id.startswith("employee")
        ]

    _seats(plant, employees_alone)


@DEFECTS.defect("AP-S01.tail", "The last minute of a booking is not taken.")
def _(plant: Planter) -> None:
    def shorter(seats: Seats, booking: Booking) -> list[tuple[Pool, Seat]]:
        return [
            (pool, msgspec.structs.replace(seat, ends_at=seat.ends_at and seat.ends_at - timedelta(minutes=1)))
            for pool, seat in seats(booking)
        ]

    _seats(plant, shorter)


@DEFECTS.defect("AP-S02", "Bookings that touch each other are taken for overlapping.")
def _(plant: Planter) -> None:
    def wider(take: Callable[..., None]) -> Any:
        def take_time(self: Diary, booking: Booking, *, buffer: timedelta) -> None:
            take(self, booking, buffer=buffer + timedelta(seconds=1))

        return take_time

    plant.replace(Diary, "take_time", wider)


@DEFECTS.defect("AP-S03", "When the merchant cancels what a customer booked, the time stays taken.")
def _(plant: Planter) -> None:
    def keeping(cancel: Callable[..., None]) -> Any:
        def run(self: MerchantDesk, booking_id: int, reason: str) -> None:
            booking = self._work.records(BOOKINGS).find(booking_id)
            if booking is None or booking.employee_id is not None:
                cancel(self, booking_id, reason)
                return
            with silenced(Diary, "free_time"):
                cancel(self, booking_id, reason)

        return run

    plant.replace(MerchantDesk, "cancel", keeping)


@DEFECTS.defect("AP-S04", "The time in which a booking waits is taken.")
def _(plant: Planter) -> None:
    def whole(seats: Seats, booking: Booking) -> list[tuple[Pool, Seat]]:
        return seats(msgspec.structs.replace(booking, phases=(Phase(booking.ends_at - booking.starts_at),)))

    _seats(plant, whole)


@DEFECTS.defect("AP-S05", "The locations of a merchant share their time.")
def _(plant: Planter) -> None:
    # The first two digits of a location's id are the merchant's.
    plant.replace(claims, "location_pool", lambda _: lambda location_id: Pool(f"location/{location_id // 10}", 1))


def _blocks(
    plant: Planter, change: Callable[[Diary, Iterable[BlockedTime], str, int | None], Iterable[BlockedTime]]
) -> None:
    def around(blocks: Callable[..., Iterable[BlockedTime]]) -> Any:
        def run(self: Diary, merchant_id: str, span: Span, *, employee_id: int | None = None) -> Iterable[BlockedTime]:
            return change(self, blocks(self, merchant_id, span), merchant_id, employee_id)

        return run

    plant.replace(Diary, "blocks", around)


@DEFECTS.defect("AP-S06", "Customers are kept out by blocked times of the merchant's first employee alone.")
def _(plant: Planter) -> None:
    def of_the_first(
        self: Diary, found: Iterable[BlockedTime], merchant_id: str, employee_id: int | None
    ) -> Iterable[BlockedTime]:
        first = self._work.records(EMPLOYEES).page(EMPLOYEES_OF_MERCHANT, merchant_id, limit=1)[0].id
        return [block for block in found if block.employee_id == (employee_id or first)]

    _blocks(plant, of_the_first)


@DEFECTS.defect("AP-S06.wait", "A blocked time in a wait stands in the way of the booking.")
def _(plant: Planter) -> None:
    def strict(take: Callable[..., None]) -> Any:
        def take_time(self: Diary, booking: Booking, *, buffer: timedelta) -> None:
            blocks = self.blocks(booking.merchant_id, booking.span, employee_id=booking.employee_id)
            if any(block.busy.overlaps(booking.span) for block in blocks):
                raise RuleBroken("blocked", "a blocked time lies in this slot")
            take(self, booking, buffer=buffer)

        return take_time

    plant.replace(Diary, "take_time", strict)


@DEFECTS.defect("AP-S07", "An appointment has to begin in an opening, but need not end in it.")
def _(plant: Planter) -> None:
    def lies_open(span: Span, openings: Iterable[Span]) -> bool:
        return any(opening.starts_at <= span.starts_at < opening.ends_at for opening in openings)

    plant.replace(customers, "lies_open", lambda _: lies_open)


@DEFECTS.defect("AP-S07.clock", "Opening hours are read on a clock that shows UTC.")
def _(plant: Planter) -> None:
    def openings(merchant: Merchant, moment: datetime) -> Sequence[Span]:
        return openings_on(moment.date(), merchant.hours, ZoneInfo("UTC"))

    plant.replace(customers, "openings_of", lambda _: openings)


@DEFECTS.defect("AP-S08", "An all-day blocked time takes days of UTC.")
def _(plant: Planter) -> None:
    plant.replace(merchants, "whole_days", lambda whole_days: lambda span, _: whole_days(span, ZoneInfo("UTC")))


@DEFECTS.defect("AP-S08.last", "An all-day blocked time takes the first of its days alone.")
def _(plant: Planter) -> None:
    def first_day(whole_days: Callable[..., Span]) -> Any:
        return lambda span, zone: whole_days(Span(span.starts_at, span.starts_at + timedelta(seconds=1)), zone)

    plant.replace(merchants, "whole_days", first_day)


@DEFECTS.defect("AP-S09", "Customers who book at the same moment do not see each other.")
def _(plant: Planter) -> None:
    flight = plant.flight("createCustomerBooking")
    _seats(plant, lambda seats, booking: [] if flight.now > 1 else seats(booking))


@DEFECTS.defect("AP-S10", "A merchant's booking is kept out by blocked times of colleagues.")
def _(plant: Planter) -> None:
    _blocks(plant, lambda _, found, __, ___: found)


@DEFECTS.defect("AP-S10.own", "A merchant's booking is not kept out by blocked times of its employee.")
def _(plant: Planter) -> None:
    _blocks(plant, lambda _, found, __, employee_id: found if employee_id is None else ())


@DEFECTS.defect("AP-S11", "Groups take no time of their location.")
def _(plant: Planter) -> None:
    def no_groups(seats: Seats, booking: Booking) -> list[tuple[Pool, Seat]]:
        return [(pool, seat) for pool, seat in seats(booking) if not (booking.is_group and pool.id.startswith("loc"))]

    _seats(plant, no_groups)
