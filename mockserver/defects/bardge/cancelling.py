"""Bugs about cancelling."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec

from mockserver.apis.bardge.desk import bookings
from mockserver.apis.bardge.desk.bookings import Bookings
from mockserver.apis.bardge.desk.coverage import give_back_visit
from mockserver.apis.bardge.desk.diary import Diary
from mockserver.apis.bardge.desk.register import Register
from mockserver.apis.bardge.desk.till import Till
from mockserver.apis.bardge.desk.timetable import plan
from mockserver.apis.bardge.operations.calls import reseller_of
from mockserver.apis.bardge.records import (
    BOOKINGS,
    COPAYS,
    ISSUED_PASSES,
    LIFECYCLE,
    Booking,
    Category,
    ClassInstance,
    Client,
    Status,
    Taken,
)
from mockserver.apis.exchange import Call
from mockserver.booking.errors import AlreadyBooked, MoveRefused
from mockserver.booking.lifecycle import Lifecycle, Move
from mockserver.booking.ports import ALL
from mockserver.defects.common import afterwards, done_though_refused
from mockserver.defects.planting import Answer, Defects, Planter, silenced
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()

Cancelled = tuple[Booking, Taken | None]
Cancel = Callable[[Bookings, str], Cancelled]


def _cancelling(plant: Planter, make: Callable[[Cancel], Cancel]) -> None:
    plant.replace(Bookings, "cancel", make)


def _with(*moves: Move[Status]) -> Lifecycle[Status]:
    """The table with some moves more."""
    return Lifecycle(
        name=LIFECYCLE.name, states=LIFECYCLE.states, initial=LIFECYCLE.initial, moves=(*LIFECYCLE.moves, *moves)
    )


@DEFECTS.defect("BG-L20", "The cancellation of an appointment is answered and not kept.")
def _(plant: Planter) -> None:
    def forgetful(cancel: Cancel) -> Cancel:
        def cancel_and_forget(self: Bookings, booking_id: str) -> Cancelled:
            before = self._register.booking(self._reseller_id, booking_id)
            cancelled = cancel(self, booking_id)
            if before.instance_id is None:
                self._work.records(BOOKINGS).put(plan(self._work, before))
            return cancelled

        return cancel_and_forget

    _cancelling(plant, forgetful)


@DEFECTS.defect("BG-L21", "What is completed can be cancelled.")
def _(plant: Planter) -> None:
    plant.replace(bookings, "LIFECYCLE", lambda _: _with(Move(Status.COMPLETED, "cancel", Status.CANCELLED)))


@DEFECTS.defect("BG-L21.moved", "What was moved can be cancelled.")
def _(plant: Planter) -> None:
    plant.replace(bookings, "LIFECYCLE", lambda _: _with(Move(Status.RESCHEDULED, "cancel", Status.CANCELLED)))


@DEFECTS.defect("BG-L22", "A second cancellation is refused and refunded.")
def _(plant: Planter) -> None:
    def refund(call: Call, work: Work) -> None:
        reseller_id = reseller_of(call)
        booking = Register(work).booking(reseller_id, call.path["bookingId"])
        if booking.status is Status.CANCELLED:
            Bookings(work, reseller_id)._refund(booking)

    done_though_refused(plant, "cancelBooking", MoveRefused, refund)


def _keeps_its_place(plant: Planter, does: Callable[[Booking], bool]) -> None:
    def keeping(cancel: Cancel) -> Cancel:
        def cancel_and_keep(self: Bookings, booking_id: str) -> Cancelled:
            if not does(self._register.booking(self._reseller_id, booking_id)):
                return cancel(self, booking_id)
            with silenced(Diary, "free"):
                return cancel(self, booking_id)

        return cancel_and_keep

    _cancelling(plant, keeping)


@DEFECTS.defect("BG-L23", "The place of a class that was cancelled stays taken.")
def _(plant: Planter) -> None:
    _keeps_its_place(plant, lambda booking: booking.instance_id is not None)


@DEFECTS.defect("BG-L27", "The hours of an appointment that was cancelled stay taken.")
def _(plant: Planter) -> None:
    _keeps_its_place(plant, lambda booking: booking.instance_id is None)


@DEFECTS.defect("BG-L24", "A day before is too late.")
def _(plant: Planter) -> None:
    _late(plant, timedelta(hours=24, microseconds=1))


@DEFECTS.defect("BG-L25", "23 hours before is early enough.")
def _(plant: Planter) -> None:
    _late(plant, timedelta(hours=23))


def _late(plant: Planter, until: timedelta) -> None:
    plant.replace(
        bookings, "is_late", lambda _: lambda booking, now: booking.was_late or now > booking.starts_at - until
    )


@DEFECTS.defect("BG-L24.visit", "A visit is said to be given back and is not.")
def _(plant: Planter) -> None:
    plant.replace(bookings, "give_back_visit", lambda _: lambda *_: None)


@DEFECTS.defect("BG-L25.visit", "A late cancellation gives the visit back without saying so.")
def _(plant: Planter) -> None:
    def give_back(self: Bookings, cancelled: Cancelled, _: str) -> Cancelled:
        booking, took = cancelled
        if took is None:
            give_back_visit(self._work, booking.pass_id, booking.took)
        return cancelled

    afterwards(plant, Bookings, "cancel", give_back)


@DEFECTS.defect("BG-L26", "What was charged is said to be refunded and is not.")
def _(plant: Planter) -> None:
    plant.replace(Till, "give_back", lambda _: lambda *_, **__: None)


@DEFECTS.defect("BG-L26.package", "A cancellation gives back what the package of a gym cost.")
def _(plant: Planter) -> None:
    def give_back(self: Bookings, cancelled: Cancelled, _: str) -> Cancelled:
        booking, took = cancelled
        for copay_id in () if took is None else took.copay_ids:
            amount = self._work.records(COPAYS).get(copay_id).amount
            self._till.give_back(booking.reseller_id, amount, reason="refund", about=copay_id)
        return cancelled

    afterwards(plant, Bookings, "cancel", give_back)


@DEFECTS.defect("BG-L28", "A second cancellation with the same key is answered as the first.")
def _(plant: Planter) -> None:
    answered: dict[tuple[str, str], Any] = {}

    def replay(answer: Answer) -> None:
        key = answer.request.headers.get("idempotency-key")
        if key is None:
            return
        which = (answer.request.path, key)
        if answer.status == 200:
            answered[which] = answer.json
        elif answer.status == 403 and which in answered:
            answer.status, answer.json = 200, answered[which]

    plant.answer(replay, "cancelBooking")


@DEFECTS.defect("BG-L29", "A visit that was bought is lost with the booking.")
def _(plant: Planter) -> None:
    def lose(self: Bookings, cancelled: Cancelled, _: str) -> Cancelled:
        passes = self._work.records(ISSUED_PASSES)
        issued = passes.get(cancelled[0].pass_id)
        bought = issued.visits_bought.get(Category.GYM, 0)
        if bought and cancelled[0].took.category is Category.GYM:
            passes.put(msgspec.structs.replace(issued, visits_bought={Category.GYM: bought - 1}))
        return cancelled

    afterwards(plant, Bookings, "cancel", lose)


@DEFECTS.defect("BG-L30", "What its venue has not accepted cannot be cancelled.")
def _(plant: Planter) -> None:
    moves = tuple(move for move in LIFECYCLE.moves if (move.source, move.event) != (Status.PENDING, "cancel"))
    plant.replace(
        bookings,
        "LIFECYCLE",
        lambda _: Lifecycle(name="booking", states=LIFECYCLE.states, initial=LIFECYCLE.initial, moves=moves),
    )


@DEFECTS.defect("BG-L31", "Who cancelled a class is taken to be there still.")
def _(plant: Planter) -> None:
    def make(ensure_place: Callable[[Diary, ClassInstance, str], None]) -> Any:
        def ensure(self: Diary, instance: ClassInstance, client: str) -> None:
            ensure_place(self, instance, client)
            made = self._work.records(BOOKINGS).page(BOOKINGS.listed, ALL)
            if any(
                each.instance_id == instance.id and each.client == client and each.status is Status.CANCELLED
                for each in made
            ):
                raise AlreadyBooked(instance.id, client)

        return ensure

    plant.replace(Diary, "ensure_place", make)


@DEFECTS.defect("BG-L32", "Credits are said to be refunded and are not.")
def _(plant: Planter) -> None:
    def make(earn: Callable[[Till, Client, int, str], None]) -> Any:
        def earn_all_but(self: Till, client: Client, amount: int, description: str) -> None:
            if not description.startswith("Refund"):
                earn(self, client, amount, description)

        return earn_all_but

    plant.replace(Till, "earn", make)
