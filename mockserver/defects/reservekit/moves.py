"""Bugs about the life of a booking."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import UNSET

from mockserver.apis.exchange import Call, Reply
from mockserver.apis.reservekit import desk
from mockserver.apis.reservekit.auth import ALPHA
from mockserver.apis.reservekit.desk import Desk
from mockserver.apis.reservekit.records import BOOKINGS, LIFECYCLE, Booking, Status, TimeSlot
from mockserver.apis.reservekit.requests import BookingChange
from mockserver.booking.errors import MoveRefused, NoPlacesLeft, NotFound
from mockserver.booking.ledger import Seat
from mockserver.booking.lifecycle import Lifecycle, Move
from mockserver.defects.common import done_though_refused
from mockserver.defects.planting import Defects, Planter
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_MORE_THAN_ANY_BOOKING = 1_000_000


def _with(move: Move[Status]) -> Lifecycle[Status]:
    """The table with one move more."""
    return _of((*LIFECYCLE.moves, move))


def _of(moves: tuple[Move[Status], ...]) -> Lifecycle[Status]:
    return Lifecycle(name=LIFECYCLE.name, states=LIFECYCLE.states, initial=LIFECYCLE.initial, moves=moves)


def _kept(desk: Desk, booking: Booking, **fields: Any) -> Booking:
    """The booking, kept with other fields."""
    booking = msgspec.structs.replace(booking, **fields)
    desk._work.records(BOOKINGS).put(booking)
    return booking


def _changing(plant: Planter, act: Callable[[Desk, Booking, Booking, BookingChange], Booking]) -> None:
    """Let `act(desk, before, after, change)` have the last word on a change."""

    def make(change_booking: Callable[..., Booking]) -> Any:
        def change_as_planted(self: Desk, booking_id: int, change: BookingChange) -> Booking:
            before = self.booking(booking_id)
            return act(self, before, change_booking(self, booking_id, change), change)

        return change_as_planted

    plant.replace(Desk, "change_booking", make)


def _mending(plant: Planter, mend: Callable[[Booking, BookingChange], BookingChange]) -> None:
    """Let `mend(before, change)` say what is really changed."""

    def make(change_booking: Callable[..., Booking]) -> Any:
        def change_as_planted(self: Desk, booking_id: int, change: BookingChange) -> Booking:
            return change_booking(self, booking_id, mend(self.booking(booking_id), change))

        return change_as_planted

    plant.replace(Desk, "change_booking", make)


# Status


@DEFECTS.defect("RK-L01", "A confirmation is answered and not kept.")
def _(plant: Planter) -> None:
    def forget(desk: Desk, before: Booking, after: Booking, _: BookingChange) -> Booking:
        if after.status is Status.CONFIRMED and before.status is Status.PENDING:
            _kept(desk, after, status=Status.PENDING)
        return after

    _changing(plant, forget)


@DEFECTS.defect("RK-L02", "The reason of a cancel takes the place of the message.")
def _(plant: Planter) -> None:
    def replace(desk: Desk, before: Booking, after: Booking, _: BookingChange) -> Booking:
        is_cancel = after.status is Status.CANCELLED is not before.status
        return _kept(desk, after, message=after.cancel_reason) if is_cancel else after

    _changing(plant, replace)


@DEFECTS.defect("RK-L03", "A confirmed booking cannot be cancelled.")
def _(plant: Planter) -> None:
    moves = tuple(
        move for move in LIFECYCLE.moves if (move.source, move.target) != (Status.CONFIRMED, Status.CANCELLED)
    )
    plant.replace(desk, "LIFECYCLE", lambda _: _of(moves))


@DEFECTS.defect("RK-L04", "A cancel without a reason is given one.")
def _(plant: Planter) -> None:
    def mend(_: Booking, change: BookingChange) -> BookingChange:
        if change.status is Status.CANCELLED and change.cancel_reason is UNSET:
            return msgspec.structs.replace(change, cancel_reason="none given")
        return change

    _mending(plant, mend)


@DEFECTS.defect("RK-L04.again", "A repeated cancel needs no reason.")
def _(plant: Planter) -> None:
    def mend(before: Booking, change: BookingChange) -> BookingChange:
        if change.status is before.status is Status.CANCELLED and change.cancel_reason is UNSET:
            return msgspec.structs.replace(change, cancel_reason=before.cancel_reason or "")
        return change

    _mending(plant, mend)


@DEFECTS.defect("RK-L05", "The list of bookings has no reasons.")
def _(plant: Planter) -> None:
    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        reply = inside(call, work)
        for booking in reply.body["data"]["bookings"]:
            booking.pop("cancel_reason", None)
        return reply

    plant.operation("listBookings", around)


@DEFECTS.defect("RK-L06", "A confirmed booking can become pending again.")
def _(plant: Planter) -> None:
    plant.replace(desk, "LIFECYCLE", lambda _: _with(Move(Status.CONFIRMED, "pending", Status.PENDING)))


@DEFECTS.defect("RK-L07", "A cancelled booking can be confirmed.")
def _(plant: Planter) -> None:
    plant.replace(desk, "LIFECYCLE", lambda _: _with(Move(Status.CANCELLED, "confirmed", Status.CONFIRMED)))


@DEFECTS.defect("RK-L08", "Confirming what is confirmed counts as a change.")
def _(plant: Planter) -> None:
    def touched(desk: Desk, before: Booking, after: Booking, change: BookingChange) -> Booking:
        is_repeat = change.status is before.status is Status.CONFIRMED
        return _kept(desk, after, updated_at=desk._now) if is_repeat else after

    _changing(plant, touched)


@DEFECTS.defect("RK-L09", "A repeated cancel replaces the reason.")
def _(plant: Planter) -> None:
    def replace(desk: Desk, before: Booking, after: Booking, change: BookingChange) -> Booking:
        is_repeat = change.status is before.status is Status.CANCELLED
        return _kept(desk, after, cancel_reason=change.cancel_reason) if is_repeat else after

    _changing(plant, replace)


# Fields


@DEFECTS.defect("RK-L10", "The message is replaced although the status is refused.")
def _(plant: Planter) -> None:
    def replace(call: Call, work: Work) -> None:
        if "message" in call.body:
            at = Desk(work, (call.identity.caller or ALPHA).tenant)
            _kept(at, at.booking(call.path["bookingID"]), message=call.body["message"])

    done_though_refused(plant, "updateBooking", MoveRefused, replace)


@DEFECTS.defect("RK-L10.place", "A message is replaced although there is no place on the date.")
def _(plant: Planter) -> None:
    def replace(call: Call, work: Work) -> None:
        if "message" in call.body:
            at = Desk(work, (call.identity.caller or ALPHA).tenant)
            _kept(at, at.booking(call.path["bookingID"]), message=call.body["message"])

    done_though_refused(plant, "updateBooking", NoPlacesLeft, replace)


@DEFECTS.defect("RK-L11", "A booking does not tell when it was confirmed.")
def _(plant: Planter) -> None:
    def timeless(desk: Desk, before: Booking, after: Booking, _: BookingChange) -> Booking:
        is_confirmation = after.status is Status.CONFIRMED is not before.status
        return _kept(desk, after, updated_at=before.updated_at) if is_confirmation else after

    _changing(plant, timeless)


@DEFECTS.defect("RK-L12", "An empty change counts as one.")
def _(plant: Planter) -> None:
    def touched(desk: Desk, _: Booking, after: Booking, change: BookingChange) -> Booking:
        return _kept(desk, after, updated_at=desk._now) if change == BookingChange() else after

    _changing(plant, touched)


@DEFECTS.defect("RK-L13", "The message of a cancelled booking stays, whatever is sent.")
def _(plant: Planter) -> None:
    def mend(before: Booking, change: BookingChange) -> BookingChange:
        is_final = before.status is Status.CANCELLED
        return msgspec.structs.replace(change, message=UNSET) if is_final else change

    _mending(plant, mend)


@DEFECTS.defect("RK-L13.null", "A message cannot be emptied.")
def _(plant: Planter) -> None:
    def mend(_: Booking, change: BookingChange) -> BookingChange:
        return msgspec.structs.replace(change, message=UNSET) if change.message is None else change

    _mending(plant, mend)


@DEFECTS.defect("RK-L14", "A cancelled booking can be given another reason.")
def _(plant: Planter) -> None:
    def replace(desk: Desk, before: Booking, after: Booking, change: BookingChange) -> Booking:
        if before.status is Status.CANCELLED and change.status is None and change.cancel_reason is not UNSET:
            return _kept(desk, after, cancel_reason=change.cancel_reason)
        return after

    _changing(plant, replace)


@DEFECTS.defect("RK-L14.cancels", "A reason alone is kept, and shown.")
def _(plant: Planter) -> None:
    def replace(desk: Desk, _: Booking, after: Booking, change: BookingChange) -> Booking:
        if after.status is Status.CONFIRMED and change.cancel_reason is not UNSET:
            return _kept(desk, after, cancel_reason=change.cancel_reason)
        return after

    _changing(plant, replace)


# Dates


@DEFECTS.defect("RK-M01", "A confirmed booking that is moved is pending again.")
def _(plant: Planter) -> None:
    def reset(desk: Desk, before: Booking, after: Booking, _: BookingChange) -> Booking:
        return _kept(desk, after, status=Status.PENDING) if after.date != before.date else after

    _changing(plant, reset)


@DEFECTS.defect("RK-M02", "A moved booking keeps its place on the old date as well.")
def _(plant: Planter) -> None:
    def keep(at: Desk, before: Booking, after: Booking, _: BookingChange) -> Booking:
        if after.date != before.date:
            pool = desk._pool(at._slot(before.time_slot_id), before.date)
            at._ledger.take(_MORE_THAN_ANY_BOOKING + after.id, [(pool, Seat(pool.id))])
        return after

    _changing(plant, keep)


@DEFECTS.defect("RK-M02.new", "A booking that was confirmed before it moves takes no place on the new date.")
def _(plant: Planter) -> None:
    def lose(at: Desk, before: Booking, after: Booking, _: BookingChange) -> Booking:
        if after.date != before.date and after.status is Status.CONFIRMED:
            at._ledger.give_back(after.id)
        return after

    _changing(plant, lose)


def _moving(plant: Planter, slot_for: Callable[[TimeSlot], TimeSlot], *, with_party: bool = True) -> None:
    """Take the place of a booking that moves in another way than that of a new one."""

    def make(take: Callable[..., None]) -> Any:
        def take_place(self: Desk, booking: Booking, slot: TimeSlot) -> None:
            if self._ledger.holds(booking.id) is None:
                take(self, booking, slot)
                return
            customer = booking.customer
            nobody = msgspec.structs.replace(customer, name=None, email=None, phone=None)
            named = booking if with_party else msgspec.structs.replace(booking, customer=nobody)
            take(self, named, slot_for(slot))
            self._ledger.rename(booking.id, customer.party)

        return take_place

    plant.replace(Desk, "_take_place", make)


@DEFECTS.defect("RK-M03", "A booking moves to a date that is full.")
def _(plant: Planter) -> None:
    _moving(plant, lambda slot: msgspec.structs.replace(slot, max_bookings=slot.max_bookings + 1))


@DEFECTS.defect("RK-M04", "A booking moves to where its customer is already.")
def _(plant: Planter) -> None:
    _moving(plant, lambda slot: slot, with_party=False)


@DEFECTS.defect("RK-M05", "A booking stands in its own way.")
def _(plant: Planter) -> None:
    def strict(at: Desk, before: Booking, after: Booking, change: BookingChange) -> Booking:
        if change.day == before.date and before.status is not Status.CANCELLED:
            pool = desk._pool(at._slot(before.time_slot_id), before.date)
            if not at._ledger.places_left(pool):
                raise NoPlacesLeft(pool.id, asked=1, left=0)
        return after

    _changing(plant, strict)


@DEFECTS.defect("RK-M06", "A cancelled booking can be given another date.")
def _(plant: Planter) -> None:
    def make(change_booking: Callable[..., Booking]) -> Any:
        def change_as_planted(self: Desk, booking_id: int, change: BookingChange) -> Booking:
            before = self.booking(booking_id)
            if before.status is Status.CANCELLED and change.day is not None:
                _kept(self, before, date=change.day)
            return change_booking(self, booking_id, change)

        return change_as_planted

    plant.replace(Desk, "change_booking", make)


@DEFECTS.defect("RK-M07", "A booking whose slot was deleted can be moved anywhere.")
def _(plant: Planter) -> None:
    def make(change_booking: Callable[..., Booking]) -> Any:
        def change_as_planted(self: Desk, booking_id: int, change: BookingChange) -> Booking:
            try:
                return change_booking(self, booking_id, change)
            except NotFound as refusal:
                if refusal.kind != "time_slot":
                    raise
                return _kept(self, self.booking(booking_id), date=change.day)

        return change_as_planted

    plant.replace(Desk, "change_booking", make)
