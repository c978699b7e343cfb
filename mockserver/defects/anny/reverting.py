"""Bugs of putting back what was edited."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import msgspec

from mockserver.apis.anny.desk import edits, organisation, paying
from mockserver.apis.anny.desk.canceling import Canceling
from mockserver.apis.anny.desk.diary import Diary
from mockserver.apis.anny.desk.edits import EditDesk
from mockserver.apis.anny.desk.till import Till
from mockserver.apis.anny.desk.timetable import drop_edit
from mockserver.apis.anny.records import BOOKINGS, Booking, Edit, Order, Status
from mockserver.booking.accounts import Account, LineKind
from mockserver.booking.errors import RuleBroken
from mockserver.booking.lifecycle import Move
from mockserver.defects.anny.ways import moves_too, said_otherwise
from mockserver.defects.planting import Defects, Planter

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_LONG = timedelta(days=1)

_Revert = Callable[[EditDesk, str], Booking]


def _reverting(plant: Planter, around: Callable[[_Revert, EditDesk, str], Booking]) -> None:
    plant.replace(EditDesk, "revert", lambda revert: lambda self, booking_id: around(revert, self, booking_id))


@DEFECTS.defect("AN-E01", "A revert leaves the participants as they are.")
def _(plant: Planter) -> None:
    def without_people(revert: _Revert, self: EditDesk, booking_id: str) -> Booking:
        people = self._booking(booking_id).participants
        after = msgspec.structs.replace(revert(self, booking_id), participants=people)
        self._work.records(BOOKINGS).put(after)
        return after

    _reverting(plant, without_people)


@DEFECTS.defect("AN-E01.totals", "A revert puts add-ons back, and not what they cost.")
def _(plant: Planter) -> None:
    def without_totals(revert: _Revert, self: EditDesk, booking_id: str) -> Booking:
        total = self._booking(booking_id).total
        after = msgspec.structs.replace(revert(self, booking_id), total=total)
        self._work.records(BOOKINGS).put(after)
        return after

    _reverting(plant, without_totals)


@DEFECTS.defect("AN-E02", "Where nothing was edited, a revert reverts nothing.")
def _(plant: Planter) -> None:
    def lenient(revert: _Revert, self: EditDesk, booking_id: str) -> Booking:
        try:
            return revert(self, booking_id)
        except RuleBroken:
            return self._booking(booking_id)

    _reverting(plant, lenient)


@DEFECTS.defect("AN-E03", "A revert puts back what was there before the last edit.")
def _(plant: Planter) -> None:
    def make(edit: Callable[..., Edit | None]) -> Any:
        def of_the_last(self: EditDesk, before: Booking, after: Booking, order: Order) -> Edit | None:
            return edit(self, drop_edit(self._work, before), after, order)

        return of_the_last

    plant.replace(EditDesk, "_edit", make)


@DEFECTS.defect("AN-E04", "An edit can be reverted for a minute more.")
def _(plant: Planter) -> None:
    plant.replace(edits, "timedelta", lambda _: lambda minutes: timedelta(minutes=minutes + 1))


@DEFECTS.defect("AN-E04.less", "An edit can be reverted for five minutes less.")
def _(plant: Planter) -> None:
    plant.replace(edits, "timedelta", lambda _: lambda minutes: timedelta(minutes=minutes - 5))


@DEFECTS.defect("AN-E05", "Until when an edit can be reverted is not told.")
def _(plant: Planter) -> None:
    said_otherwise(plant, "bookings", lambda _, shown, __: shown["meta"].update(edit_expires_at=None))


@DEFECTS.defect("AN-E05.after", "A booking that was edited says so for good.")
def _(plant: Planter) -> None:
    def change(booking: Booking, shown: dict[str, Any], _: Any) -> None:
        if booking.updated_at > booking.created_at:
            shown["meta"]["edit_in_progress"] = True

    said_otherwise(plant, "bookings", change)


@DEFECTS.defect("AN-E06", "What a booking has moved away from is free at once.")
def _(plant: Planter) -> None:
    def make(seats: Callable[..., Iterator[Any]]) -> Any:
        return lambda self, booking, service: [next(seats(self, booking, service))]

    plant.replace(Diary, "_seats", make)


@DEFECTS.defect("AN-E07", "What a booking has come back from stays taken.")
def _(plant: Planter) -> None:
    def keep_both(revert: _Revert, self: EditDesk, booking_id: str) -> Booking:
        before = self._booking(booking_id)
        after = revert(self, booking_id)
        if before.edit is not None:
            left = msgspec.structs.replace(
                before.edit, starts_at=before.starts_at, ends_at=before.ends_at, resource_id=before.resource_id
            )
            held = msgspec.structs.replace(after, edit=left)
            self._diary.take(held, self._register.service_of(after))
        return after

    _reverting(plant, keep_both)


@DEFECTS.defect("AN-E07.again", "What was reverted can be reverted once more.")
def _(plant: Planter) -> None:
    reverted: set[str] = set()

    def lenient(revert: _Revert, self: EditDesk, booking_id: str) -> Booking:
        booking = self._booking(booking_id)
        try:
            after = revert(self, booking_id)
        except RuleBroken:
            if booking.code not in reverted:
                raise
            return booking
        reverted.add(booking.code)
        return after

    _reverting(plant, lenient)


@DEFECTS.defect("AN-E08", "A revert leaves the order as dear as the edit made it.")
def _(plant: Planter) -> None:
    plant.replace(Till, "revert", lambda _: lambda self, order, booking: self._keep(order, order.account))


@DEFECTS.defect("AN-E08.refund", "What an edit gave back, a revert does not take back.")
def _(plant: Planter) -> None:
    def make(undo: Callable[..., Account]) -> Any:
        def charges_only(self: Account, about: int, **named: Any) -> Account:
            after = undo(self, about, **named)
            new = after.lines[len(self.lines) :]
            return Account((*self.lines, *(line for line in new if line.kind is not LineKind.REFUND)))

        return charges_only

    plant.replace(Account, "undo", make)


@DEFECTS.defect("AN-E09", "What was paid for an edit does not end it.")
def _(plant: Planter) -> None:
    plant.replace(paying, "close_edit", lambda _: lambda _, booking: booking)


@DEFECTS.defect("AN-E09.check_in", "Who has been checked in can still revert.")
def _(plant: Planter) -> None:
    plant.replace(organisation, "close_edit", lambda _: lambda _, booking: booking)


@DEFECTS.defect("AN-E09.start", "What was edited shortly before the start can be reverted after it.")
def _(plant: Planter) -> None:
    def make(edit: Callable[..., Edit | None]) -> Any:
        def beyond(self: EditDesk, before: Booking, after: Booking, order: Order) -> Edit | None:
            later = (msgspec.structs.replace(each, starts_at=each.starts_at + _LONG) for each in (before, after))
            kept = edit(self, *later, order)
            starts_at = before.starts_at if before.edit is None else before.edit.starts_at
            return None if kept is None else msgspec.structs.replace(kept, starts_at=starts_at)

        return beyond

    plant.replace(EditDesk, "_edit", make)


@DEFECTS.defect("AN-E09.canceled", "What was edited and canceled comes back by a revert.")
def _(plant: Planter) -> None:
    def make(cancel: Callable[..., Booking]) -> Any:
        def with_edit(self: Canceling, booking: Booking) -> Booking:
            after = cancel(self, booking)
            if booking.edit is None:
                return after
            after = msgspec.structs.replace(after, edit=booking.edit)
            self._work.records(BOOKINGS).put(after)
            return after

        return with_edit

    plant.replace(Canceling, "_end", make)
    moves_too(plant, edits, Move(Status.CANCELED, "revert", Status.ACCEPTED))
