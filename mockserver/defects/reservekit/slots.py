"""Bugs about time slots."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import UNSET

from mockserver.apis.exchange import Call, Reply
from mockserver.apis.reservekit import desk, operations
from mockserver.apis.reservekit.auth import ALPHA
from mockserver.apis.reservekit.desk import Desk
from mockserver.apis.reservekit.records import (
    BOOKINGS,
    BOOKINGS_OF_SERVICE,
    CLAIMS,
    SERVICES,
    SERVICES_OF_TENANT,
    TIME_SLOTS,
    Booking,
    Service,
    Status,
    TimeSlot,
)
from mockserver.apis.reservekit.requests import BookingChange, SlotChange
from mockserver.apis.reservekit.wire import show_slot
from mockserver.booking.errors import NotFound, RuleBroken
from mockserver.defects.common import afterwards, done_though_refused, mended
from mockserver.defects.planting import Defects, Planter
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_A_FEW = 10
_SUNDAY = 7
_PRINTED_DAY = "2023-01-01"


def _kept(at: Desk, slot: TimeSlot, **fields: Any) -> TimeSlot:
    """The slot, kept with other fields."""
    slot = msgspec.structs.replace(slot, **fields)
    at._work.records(TIME_SLOTS).put(slot)
    return slot


def _bookings_of(at: Desk, slot: TimeSlot) -> list[Booking]:
    found = at._work.records(BOOKINGS).page(BOOKINGS_OF_SERVICE, slot.service_id)
    return [booking for booking in found if booking.time_slot_id == slot.id]


def _entries(plant: Planter, mend: Callable[[dict[str, Any]], object]) -> None:
    """Entries of a batch go through *mend* before anybody sees them."""

    def each(body: dict[str, Any]) -> None:
        for entry in body.get("time_slots", ()):
            mend(entry)

    mended(plant, each, "updateTimeSlots")


# Listed


@DEFECTS.defect("RK-T01", "The bare list of slots ends with the tenth.")
def _(plant: Planter) -> None:
    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        reply = inside(call, work)
        return Reply(reply.status, {"data": reply.body["data"][:_A_FEW]})

    plant.operation("listServiceTimeSlots", around)


@DEFECTS.defect("RK-T01.order", "The bare list of slots goes by their times.")
def _(plant: Planter) -> None:
    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        reply = inside(call, work)
        return Reply(reply.status, {"data": sorted(reply.body["data"], key=lambda slot: str(slot["start_time"]))})

    plant.operation("listServiceTimeSlots", around)


@DEFECTS.defect("RK-T02", "Cancelled bookings are taken off the places left.")
def _(plant: Planter) -> None:
    def of_all(self: Desk, _: int, slot: TimeSlot, day: str) -> int:
        return max(slot.max_bookings - sum(booking.date == day for booking in _bookings_of(self, slot)), 0)

    afterwards(plant, Desk, "places_left", of_all)


@DEFECTS.defect("RK-T02.confirmed", "The list with pages takes confirmed bookings alone off the places left.")
def _(plant: Planter) -> None:
    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        reply = inside(call, work)
        at = Desk(work, (call.identity.caller or ALPHA).tenant)
        for shown in reply.body["data"]["time_slots"]:
            if "available" in shown:
                bookings = _bookings_of(at, at._slot(shown["id"]))
                there = [each for each in bookings if each.date == call.query["date"]]
                confirmed = sum(each.status is Status.CONFIRMED for each in there)
                shown["available"] = max(shown["max_bookings"] - confirmed, 0)
        return reply

    plant.operation("listTimeSlots", around)


@DEFECTS.defect("RK-T03", "Where too many are booked, how many too many are told as places left.")
def _(plant: Planter) -> None:
    def without_sign(self: Desk, _: int, slot: TimeSlot, day: str) -> int:
        pool = desk._pool(slot, day)
        return abs(pool.capacity - self._work.records(CLAIMS.kind).total(CLAIMS.by_pool, pool.id))

    afterwards(plant, Desk, "places_left", without_sign)


@DEFECTS.defect("RK-T04", "Without a date the places of a slot are told as places left.")
def _(plant: Planter) -> None:
    def told(_: object) -> Any:
        return lambda at, slot, day: show_slot(slot, slot.max_bookings if day is None else at.places_left(slot, day))

    plant.replace(operations, "_show_slot", told)


# Changed


def _changing(plant: Planter, act: Callable[[Desk, TimeSlot, TimeSlot, SlotChange], TimeSlot]) -> None:
    """Let `act(desk, before, after, change)` have the last word on the change of a slot."""

    def make(change_slot: Callable[..., TimeSlot]) -> Any:
        def change_as_planted(self: Desk, service: Service, change: SlotChange) -> TimeSlot:
            before = self._work.records(TIME_SLOTS).find(change.id or 0)
            after = change_slot(self, service, change)
            return after if before is None else act(self, before, after, change)

        return change_as_planted

    plant.replace(Desk, "_change_slot", make)


@DEFECTS.defect("RK-T05", "A slot with other times starts anew: it was created now.")
def _(plant: Planter) -> None:
    def anew(at: Desk, before: TimeSlot, after: TimeSlot, _: SlotChange) -> TimeSlot:
        return _kept(at, after, created_at=at._now) if after.start_time != before.start_time else after

    _changing(plant, anew)


@DEFECTS.defect("RK-T05.moment", "A slot does not tell when its places were changed.")
def _(plant: Planter) -> None:
    def timeless(at: Desk, before: TimeSlot, after: TimeSlot, _: SlotChange) -> TimeSlot:
        return _kept(at, after, updated_at=before.updated_at) if after.end_time == before.end_time else after

    _changing(plant, timeless)


@DEFECTS.defect("RK-T06", "A slot at a time that is taken replaces the one that is there.")
def _(plant: Planter) -> None:
    def replacing(add: Callable[..., TimeSlot]) -> Any:
        def add_or_replace(self: Desk, service: Service, wanted: SlotChange) -> TimeSlot:
            for slot in self.slots_of(service.id):
                if (slot.day_of_week, slot.start_time) == (wanted.day_of_week, wanted.start_time):
                    return _kept(self, slot, max_bookings=wanted.max_bookings, end_time=wanted.end_time)
            return add(self, service, wanted)

        return add_or_replace

    plant.replace(Desk, "_add_slot", replacing)


@DEFECTS.defect("RK-T07", "The slots of a batch are answered in the order of their ids.")
def _(plant: Planter) -> None:
    def by_id(_: Desk, slots: list[TimeSlot], *__: object) -> list[TimeSlot]:
        return sorted(slots, key=lambda slot: slot.id)

    afterwards(plant, Desk, "publish", by_id)


@DEFECTS.defect("RK-T08", "Of a batch that is refused for an id the rest is done.")
def _(plant: Planter) -> None:
    def the_rest(call: Call, work: Work) -> None:
        at = Desk(work, (call.identity.caller or ALPHA).tenant)
        ids = {slot.id for slot in at.slots_of(call.body["service_id"])}
        changes = [msgspec.convert(entry, SlotChange) for entry in call.body["time_slots"]]
        at.publish(call.body["service_id"], [each for each in changes if each.id is UNSET or each.id in ids])

    done_though_refused(plant, "updateTimeSlots", NotFound, the_rest)


@DEFECTS.defect("RK-T08.foreign", "A batch changes slots of other services of the tenant.")
def _(plant: Planter) -> None:
    def lenient(change_slot: Callable[..., TimeSlot]) -> Any:
        def change(self: Desk, service: Service, change: SlotChange) -> TimeSlot:
            return change_slot(self, self.service(self._slot(change.id or 0).service_id), change)

        return change

    plant.replace(Desk, "_change_slot", lenient)


@DEFECTS.defect("RK-T09", "An end alone is not compared with the start that a slot has.")
def _(plant: Planter) -> None:
    def lenient(change_slot: Callable[..., TimeSlot]) -> Any:
        def change(self: Desk, service: Service, change: SlotChange) -> TimeSlot:
            try:
                return change_slot(self, service, change)
            except RuleBroken:
                if change.start_time is not UNSET:
                    raise
                return _kept(self, self._slot(change.id or 0), end_time=change.end_time, updated_at=self._now)

        return change

    plant.replace(Desk, "_change_slot", lenient)


@DEFECTS.defect("RK-T09.date", "A slot has to end on the date on which it starts.")
def _(plant: Planter) -> None:
    def strict(put: Callable[..., TimeSlot]) -> Any:
        def put_slot(self: Desk, slot: TimeSlot) -> TimeSlot:
            if slot.end_time[11:] <= slot.start_time[11:]:
                raise RuleBroken("slot_ends_early", "the times of day", field="end_time")
            return put(self, slot)

        return put_slot

    plant.replace(Desk, "_put_slot", strict)


@DEFECTS.defect("RK-T10", "A slot cannot have fewer places than bookings.")
def _(plant: Planter) -> None:
    def strict(at: Desk, _: TimeSlot, after: TimeSlot, __: SlotChange) -> TimeSlot:
        dates = [booking.date for booking in _bookings_of(at, after) if booking.status is not Status.CANCELLED]
        if any(dates.count(date) > after.max_bookings for date in dates):
            raise RuleBroken("too_few", "time_slots.0.max_bookings: is fewer than are booked", field="max_bookings")
        return after

    _changing(plant, strict)


@DEFECTS.defect("RK-T10.cancels", "With fewer places the bookings too many are cancelled.")
def _(plant: Planter) -> None:
    def cancel(at: Desk, _: TimeSlot, after: TimeSlot, __: SlotChange) -> TimeSlot:
        for booking in _bookings_of(at, after)[after.max_bookings :]:
            if booking.status is not Status.CANCELLED:
                at.change_booking(booking.id, BookingChange(status=Status.CANCELLED, cancel_reason="no place"))
        return after

    _changing(plant, cancel)


@DEFECTS.defect("RK-T11", "More places count on dates on which nobody has booked yet.")
def _(plant: Planter) -> None:
    first: dict[tuple[str, object], int] = {}

    def as_first_booked(take: Callable[..., None]) -> Any:
        def take_place(self: Desk, booking: Booking, slot: TimeSlot) -> None:
            places = first.setdefault((booking.date, slot.id), slot.max_bookings)
            take(self, booking, msgspec.structs.replace(slot, max_bookings=min(places, slot.max_bookings)))

        return take_place

    plant.replace(Desk, "_take_place", as_first_booked)


@DEFECTS.defect("RK-T12", "Slots come back with the date that the vendor prints.")
def _(plant: Planter) -> None:
    def printed(slot: TimeSlot, available: int | None = None) -> dict[str, Any]:
        shown = show_slot(slot, available)
        return shown | {name: _PRINTED_DAY + shown[name][10:] for name in ("start_time", "end_time")}

    plant.replace(operations, "show_slot", lambda _: printed)


@DEFECTS.defect("RK-T13", "Day 7 is Sunday, and so is day 0.")
def _(plant: Planter) -> None:
    def mend(entry: dict[str, Any]) -> None:
        if entry.get("day_of_week") == _SUNDAY:
            entry["day_of_week"] = 0

    _entries(plant, mend)


@DEFECTS.defect("RK-T13.places", "A slot without places has one.")
def _(plant: Planter) -> None:
    def mend(entry: dict[str, Any]) -> None:
        if entry.get("max_bookings") == 0:
            entry["max_bookings"] = 1

    _entries(plant, mend)


# Deleted


@DEFECTS.defect("RK-D07", "The slots of a day go in all services of the tenant.")
def _(plant: Planter) -> None:
    def everywhere(delete: Callable[..., None]) -> Any:
        def delete_all(self: Desk, service_id: int, day_of_week: int) -> None:
            self.service(service_id)
            services: Sequence[Service] = self._work.records(SERVICES).page(SERVICES_OF_TENANT, self._tenant)
            for service in services:
                delete(self, service.id, day_of_week)

        return delete_all

    plant.replace(Desk, "delete_slots_of_day", everywhere)


@DEFECTS.defect("RK-D07.first", "Of the slots of a day the first goes.")
def _(plant: Planter) -> None:
    def first_only(self: Desk, service_id: int, day_of_week: int) -> None:
        for slot in self.slots_of(service_id):
            if slot.day_of_week == day_of_week:
                self._work.records(TIME_SLOTS).delete(slot.id)
                return

    plant.replace(Desk, "delete_slots_of_day", lambda _: first_only)


@DEFECTS.defect("RK-D08", "A day without slots is not found.")
def _(plant: Planter) -> None:
    def strict(delete: Callable[..., None]) -> Any:
        def delete_some(self: Desk, service_id: int, day_of_week: int) -> None:
            if all(slot.day_of_week != day_of_week for slot in self.slots_of(service_id)):
                raise NotFound("time_slot", day_of_week)
            delete(self, service_id, day_of_week)

        return delete_some

    plant.replace(Desk, "delete_slots_of_day", strict)


@DEFECTS.defect("RK-D09", "The slot after the deleted one goes with it.")
def _(plant: Planter) -> None:
    def too_much(self: Desk, _: None, slot_id: int) -> None:
        if self._work.records(TIME_SLOTS).find(slot_id + 1):
            self._work.records(TIME_SLOTS).delete(slot_id + 1)

    afterwards(plant, Desk, "delete_slot", too_much)


@DEFECTS.defect("RK-D09.booked", "A deleted slot can be booked by whoever remembers it.")
def _(plant: Planter) -> None:
    gone: dict[int, TimeSlot] = {}

    def remember(delete: Callable[..., None]) -> Any:
        def delete_slot(self: Desk, slot_id: int) -> None:
            slot = self._slot(slot_id)
            delete(self, slot_id)
            gone[slot_id] = slot

        return delete_slot

    def book_all(book: Callable[..., Booking]) -> Any:
        def book_any(self: Desk, wanted: Any, *, service_id: int | None) -> Booking:
            records = self._work.records(TIME_SLOTS)
            slot = gone.get(wanted.time_slot_id)
            if slot is None or records.find(slot.id) is not None:
                return book(self, wanted, service_id=service_id)
            records.put(slot)
            booking = book(self, wanted, service_id=service_id)
            records.delete(slot.id)
            return booking

        return book_any

    plant.replace(Desk, "delete_slot", remember)
    plant.replace(Desk, "book", book_all)


@DEFECTS.defect("RK-D10", "Deleting a slot again is fine.")
def _(plant: Planter) -> None:
    gone: set[int] = set()

    def lenient(delete: Callable[..., None]) -> Any:
        def again(self: Desk, slot_id: int) -> None:
            try:
                delete(self, slot_id)
            except NotFound:
                if slot_id not in gone:
                    raise
            gone.add(slot_id)

        return again

    plant.replace(Desk, "delete_slot", lenient)


@DEFECTS.defect("RK-D11", "A booking whose slot was deleted cannot be confirmed.")
def _(plant: Planter) -> None:
    def strict(self: Desk, booking: Booking, _: int, change: BookingChange) -> Booking:
        if change.status is Status.CONFIRMED:
            self._slot(booking.time_slot_id)
        return booking

    afterwards(plant, Desk, "change_booking", strict)


@DEFECTS.defect("RK-D11.gone", "The cancelled bookings of a deleted slot go with it.")
def _(plant: Planter) -> None:
    def with_bookings(delete: Callable[..., None]) -> Any:
        def delete_slot(self: Desk, slot_id: int) -> None:
            cancelled = [each for each in _bookings_of(self, self._slot(slot_id)) if each.status is Status.CANCELLED]
            delete(self, slot_id)
            for booking in cancelled:
                self._work.records(BOOKINGS).delete(booking.id)

        return delete_slot

    plant.replace(Desk, "delete_slot", with_bookings)
