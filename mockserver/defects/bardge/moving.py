"""Bugs about moving bookings."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from mockserver.apis.bardge.desk import bookings, diary
from mockserver.apis.bardge.desk.bookings import Bookings, Destination
from mockserver.apis.bardge.desk.coverage import take_visit
from mockserver.apis.bardge.desk.diary import Diary
from mockserver.apis.bardge.records import (
    BOOKINGS,
    COPAYS,
    ISSUED_PASSES,
    LAGOS,
    LIFECYCLE,
    Booking,
    ClassInstance,
    Status,
    Taken,
)
from mockserver.apis.exchange import Call
from mockserver.booking.errors import NoPlacesLeft
from mockserver.booking.ledger import Ledger, Pool
from mockserver.booking.lifecycle import Lifecycle, Move
from mockserver.booking.spans import Span
from mockserver.defects.common import afterwards, done_though_refused
from mockserver.defects.planting import Defects, Planter, silenced
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()

Reschedule = Callable[[Bookings, str, Destination], Booking]


def _moving(plant: Planter, make: Callable[[Reschedule], Reschedule]) -> None:
    plant.replace(Bookings, "reschedule", make)


def _kept(self: Bookings, booking: Booking, **fields: Any) -> Booking:
    """The booking, kept with other fields."""
    booking = msgspec.structs.replace(booking, **fields)
    self._work.records(BOOKINGS).put(booking)
    return booking


# What it does


@DEFECTS.defect("BG-M01", "What was moved is cancelled.")
def _(plant: Planter) -> None:
    def cancel(self: Bookings, moved: Booking, booking_id: str, _: Destination) -> Booking:
        _kept(self, self._work.records(BOOKINGS).get(booking_id), status=Status.CANCELLED)
        return moved

    afterwards(plant, Bookings, "reschedule", cancel)


@DEFECTS.defect("BG-M01.link", "An appointment that was moved does not say where it is now.")
def _(plant: Planter) -> None:
    def forget(self: Bookings, moved: Booking, booking_id: str, _: Destination) -> Booking:
        if moved.instance_id is None:
            _kept(self, self._work.records(BOOKINGS).get(booking_id), rescheduled_to=None)
        return moved

    afterwards(plant, Bookings, "reschedule", forget)


@DEFECTS.defect("BG-M02", "Moving a class takes another visit.")
def _(plant: Planter) -> None:
    def take(self: Bookings, moved: Booking, *_: object) -> Booking:
        if moved.instance_id is not None and moved.took.category is not None:
            take_visit(self._work, self._work.records(ISSUED_PASSES).get(moved.pass_id), moved.took.category)
        return moved

    afterwards(plant, Bookings, "reschedule", take)


@DEFECTS.defect("BG-M10", "A class that was moved has nothing to give back any more.")
def _(plant: Planter) -> None:
    def forget(self: Bookings, moved: Booking, *_: object) -> Booking:
        if moved.instance_id is not None:
            _kept(self, moved, took=Taken())
        return moved

    afterwards(plant, Bookings, "reschedule", forget)


@DEFECTS.defect("BG-M09", "The old place stays taken.")
def _(plant: Planter) -> None:
    def keeping(reschedule: Reschedule) -> Reschedule:
        def move_and_keep(self: Bookings, booking_id: str, destination: Destination) -> Booking:
            if destination.instance_id is None:
                return reschedule(self, booking_id, destination)
            with silenced(Diary, "free"):
                return reschedule(self, booking_id, destination)

        return move_and_keep

    _moving(plant, keeping)


@DEFECTS.defect("BG-M11", "Moving a booking brings a refund back.")
def _(plant: Planter) -> None:
    afterwards(plant, Bookings, "reschedule", lambda self, moved, *_: _kept(self, moved, was_late=False))


@DEFECTS.defect("BG-M11.further", "Moving a booking a second time brings a refund back.")
def _(plant: Planter) -> None:
    def forget(self: Bookings, moved: Booking, booking_id: str, _: Destination) -> Booking:
        return _kept(self, moved, was_late=moved.was_late and not self._work.records(BOOKINGS).get(booking_id).was_late)

    afterwards(plant, Bookings, "reschedule", forget)


# What is refused


def _allowing(plant: Planter, status: Status) -> None:
    more = Move(status, "reschedule", Status.RESCHEDULED)
    table = Lifecycle(
        name="booking", states=LIFECYCLE.states, initial=LIFECYCLE.initial, moves=(*LIFECYCLE.moves, more)
    )
    plant.replace(bookings, "LIFECYCLE", lambda _: table)


@DEFECTS.defect("BG-M03", "What was cancelled can be moved.")
def _(plant: Planter) -> None:
    _allowing(plant, Status.CANCELLED)


@DEFECTS.defect("BG-M03.completed", "What is completed can be moved.")
def _(plant: Planter) -> None:
    _allowing(plant, Status.COMPLETED)


@DEFECTS.defect("BG-M04", "date and time are ignored where a class is moved.")
def _(plant: Planter) -> None:
    def lenient(of_class: Callable[..., Span]) -> Any:
        def span_of(self: Bookings, booking: Booking, destination: Destination, instance: ClassInstance | None) -> Span:
            return of_class(self, booking, Destination(instance_id=destination.instance_id), instance)

        return span_of

    plant.replace(Bookings, "_class", lenient)


@DEFECTS.defect("BG-M04.time", "An appointment that is moved to another day keeps its time.")
def _(plant: Planter) -> None:
    def lenient(of_spa: Callable[[Booking, Destination], Span]) -> Any:
        def span_of(booking: Booking, destination: Destination) -> Span:
            if destination.clock is None and destination.day is not None:
                destination = msgspec.structs.replace(destination, clock=booking.starts_at.astimezone(LAGOS).time())
            return of_spa(booking, destination)

        return span_of

    plant.replace(bookings, "_appointment", lenient)


@DEFECTS.defect("BG-M05", "A booking can be moved to another class.")
def _(plant: Planter) -> None:
    def lenient(of_class: Callable[..., Span]) -> Any:
        def span_of(self: Bookings, booking: Booking, destination: Destination, instance: ClassInstance | None) -> Span:
            if instance is not None:
                booking = msgspec.structs.replace(booking, instance_id=instance.id)
            return of_class(self, booking, destination, instance)

        return span_of

    plant.replace(Bookings, "_class", lenient)


@DEFECTS.defect("BG-M05.past", "A booking can be moved to a class that begins at this moment.")
def _(plant: Planter) -> None:
    def late(ensure_ahead: Callable[..., None]) -> Any:
        def ensure(starts_at: datetime, now: datetime, place: str, field: str) -> None:
            if starts_at != now:
                ensure_ahead(starts_at, now, place, field)

        return ensure

    plant.replace(bookings, "ensure_ahead", late)


@DEFECTS.defect("BG-M06", "A booking can be moved to where it is.")
def _(plant: Planter) -> None:
    def make(reschedule: Reschedule) -> Reschedule:
        def move(self: Bookings, booking_id: str, destination: Destination) -> Booking:
            booking = self._register.booking(self._reseller_id, booking_id)
            if booking.instance_id is not None and booking.instance_id == destination.instance_id:
                self._diary.free(booking.id)
            return reschedule(self, booking_id, destination)

        return move

    _moving(plant, make)


@DEFECTS.defect("BG-M06.other", "Who is moved gets a second place in the class.")
def _(plant: Planter) -> None:
    def make(reschedule: Reschedule) -> Reschedule:
        def move(self: Bookings, booking_id: str, destination: Destination) -> Booking:
            booking = self._register.booking(self._reseller_id, booking_id)
            if booking.instance_id == destination.instance_id:
                return reschedule(self, booking_id, destination)
            with silenced(Ledger, "is_there"), silenced(Ledger, "_is_there"):
                return reschedule(self, booking_id, destination)

        return move

    _moving(plant, make)


@DEFECTS.defect("BG-M07", "A class takes one more than it has places for, if they are moved there.")
def _(plant: Planter) -> None:
    moving: list[bool] = []

    def make(reschedule: Reschedule) -> Reschedule:
        def move(self: Bookings, booking_id: str, destination: Destination) -> Booking:
            moving.append(True)
            try:
                return reschedule(self, booking_id, destination)
            finally:
                moving.pop()

        return move

    def roomy(places_of: Callable[[ClassInstance], Pool]) -> Any:
        def places(instance: ClassInstance) -> Pool:
            pool = places_of(instance)
            return msgspec.structs.replace(pool, capacity=pool.capacity + len(moving))

        return places

    _moving(plant, make)
    plant.replace(diary, "places_of", roomy)


@DEFECTS.defect("BG-M07.place", "Who cannot be moved to a full class loses the old place.")
def _(plant: Planter) -> None:
    _loses_what_it_had(plant, lambda call: "class_instance_id" in call.body)


@DEFECTS.defect("BG-M08.hours", "An appointment that cannot be moved loses its hours.")
def _(plant: Planter) -> None:
    _loses_what_it_had(plant, lambda call: "date" in call.body)


def _loses_what_it_had(plant: Planter, does: Callable[[Call], bool]) -> None:
    def free(call: Call, work: Work) -> None:
        if does(call):
            Diary(work).free(call.path["bookingId"])

    done_though_refused(plant, "rescheduleBooking", NoPlacesLeft, free)


@DEFECTS.defect("BG-M08", "The hours of an appointment are in its own way.")
def _(plant: Planter) -> None:
    def make(ensure_free: Callable[[Diary, str, Span], None]) -> Any:
        return lambda self, branch_id, span, **_: ensure_free(self, branch_id, span)

    plant.replace(Diary, "ensure_free", make)


@DEFECTS.defect("BG-M12", "A class can be moved beyond the end of its package.")
def _(plant: Planter) -> None:
    _lasts(plant, lambda work, took, _: any(work.records(COPAYS).get(each).option_id for each in took.copay_ids))


@DEFECTS.defect("BG-M12.moment", "A co-pay is good at the moment at which it is over.")
def _(plant: Planter) -> None:
    _lasts(plant, lambda work, took, at: any(work.records(COPAYS).get(each).ends_at == at for each in took.copay_ids))


def _lasts(plant: Planter, does: Callable[[Work, Taken, datetime], bool]) -> None:
    def make(ensure: Callable[[Work, Taken, datetime], None]) -> Any:
        def ensure_some(work: Work, took: Taken, at: datetime) -> None:
            if not does(work, took, at):
                ensure(work, took, at)

        return ensure_some

    plant.replace(bookings, "ensure_copays_last", make)
