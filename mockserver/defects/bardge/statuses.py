"""Bugs about how a booking stands."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from mockserver.apis.bardge.desk import due, timetable
from mockserver.apis.bardge.desk.bookings import Bookings, Destination
from mockserver.apis.bardge.operations.calls import ok, reseller_of
from mockserver.apis.bardge.records import BOOKINGS, Booking, Status
from mockserver.apis.bardge.wire import show_booking_status
from mockserver.apis.exchange import Call, Reply
from mockserver.defects.common import afterwards
from mockserver.defects.planting import Answer, Defects, Planter
from mockserver.sandbox.timers import Timer
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()

NextEvent = Callable[[Booking, timedelta, datetime], tuple[datetime, str] | None]


@DEFECTS.defect("BG-L10", "What was moved is said to be cancelled.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 200 and answer.json["status"] == "rescheduled":
            answer.json = {**answer.json, "status": "cancelled"}

    plant.answer(change, "getBookingStatus")


def _timed(plant: Planter, make: Callable[[NextEvent], NextEvent]) -> None:
    plant.replace(timetable, "next_event", make)


@DEFECTS.defect("BG-L11", "A class is completed an hour after it begins.")
def _(plant: Planter) -> None:
    def late(next_event: NextEvent) -> NextEvent:
        def next_of(booking: Booking, acceptance: timedelta, now: datetime) -> tuple[datetime, str] | None:
            event = next_event(booking, acceptance, now)
            if event is not None and event[1] == "complete" and booking.instance_id is not None:
                return event[0] + timedelta(hours=1), event[1]
            return event

        return next_of

    _timed(plant, late)


@DEFECTS.defect("BG-L11.pending", "What its venue has not accepted when it begins is completed too.")
def _(plant: Planter) -> None:
    def impatient(next_event: NextEvent) -> NextEvent:
        def next_of(booking: Booking, acceptance: timedelta, now: datetime) -> tuple[datetime, str] | None:
            event = next_event(booking, acceptance, now)
            if booking.status is Status.PENDING and event is not None and event[0] > booking.starts_at:
                return booking.starts_at, "accept"
            return event

        return next_of

    _timed(plant, impatient)


@DEFECTS.defect("BG-L12", "updated of a booking that was confirmed is still when it was made.")
def _(plant: Planter) -> None:
    def keeping(accept: Callable[[Work, Timer], None]) -> Any:
        def accept_quietly(work: Work, timer: Timer) -> None:
            before = work.records(BOOKINGS).get(timer.subject)
            accept(work, timer)
            accepted = work.records(BOOKINGS).get(timer.subject)
            work.records(BOOKINGS).put(msgspec.structs.replace(accepted, updated_at=before.updated_at))

        return accept_quietly

    plant.replace(due.ACTIONS, "accept", keeping)


@DEFECTS.defect("BG-L12.moved", "updated of a booking that was moved is still when it was accepted.")
def _(plant: Planter) -> None:
    def forget(self: Bookings, moved: Booking, booking_id: str, _: Destination) -> Booking:
        bookings = self._work.records(BOOKINGS)
        old = bookings.get(booking_id)
        bookings.put(msgspec.structs.replace(old, updated_at=old.created_at))
        return moved

    afterwards(plant, Bookings, "reschedule", forget)


@DEFECTS.defect("BG-L13", "Whoever has the client sees the bookings that others made.")
def _(plant: Planter) -> None:
    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        booking = work.records(BOOKINGS).find(call.path["bookingId"])
        if booking is None or not booking.client.startswith(f"{reseller_of(call)}/"):
            return inside(call, work)
        return ok(show_booking_status(booking, message="Booking status retrieved successfully"))

    plant.operation("getBookingStatus", around)
