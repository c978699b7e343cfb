"""Bugs that show in a corner only: after a certain other request, at an edge, for one tenant, in one kind of text."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import UNSET

from mockserver.apis.exchange import Call, Reply
from mockserver.apis.refusals import RateLimited
from mockserver.apis.reservekit import desk, limits
from mockserver.apis.reservekit.auth import ALPHA, TENANTS
from mockserver.apis.reservekit.desk import Desk
from mockserver.apis.reservekit.records import (
    BOOKINGS,
    BOOKINGS_OF_SERVICE,
    CLAIMS,
    Booking,
    Customer,
    Status,
    TimeSlot,
)
from mockserver.apis.reservekit.requests import BookingChange, CustomerChange, NewBooking, SlotChange
from mockserver.booking.errors import AlreadyBooked
from mockserver.booking.ledger import Claim, Ledger, Seat
from mockserver.booking.paging import PageInfo, PageRequest
from mockserver.defects.common import done_though_refused, mended, recall, remember
from mockserver.defects.planting import Answer, Defects, Planter, Request, silenced
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_MORE_THAN_ANY_BOOKING = 1_000_000
_OFFSET_WITH_MINUTES = re.compile(r".+[+-]\d\d:(?!00)\d\d", re.ASCII)


def _changing(plant: Planter, act: Callable[[Desk, Booking, Booking, BookingChange], Booking]) -> None:
    """Let `act(desk, before, after, change)` have the last word on a change."""

    def make(change_booking: Callable[..., Booking]) -> Any:
        def change_as_planted(self: Desk, booking_id: int, change: BookingChange) -> Booking:
            before = self.booking(booking_id)
            return act(self, before, change_booking(self, booking_id, change), change)

        return change_as_planted

    plant.replace(Desk, "change_booking", make)


def _kept(at: Desk, booking: Booking, **fields: Any) -> Booking:
    """The booking, kept with other fields."""
    booking = msgspec.structs.replace(booking, **fields)
    at._work.records(BOOKINGS).put(booking)
    return booking


def _leak(work: Work, booking: Booking, places: int = 1) -> None:
    """So many places more of a booking's slot on its date are taken, by nobody."""
    seat = Seat(f"{booking.time_slot_id}/{booking.date}", places=places)
    work.records(CLAIMS.kind).put(Claim(_MORE_THAN_ANY_BOOKING + booking.id, (seat,)))


def _of_service(work: Work, booking: Booking) -> Sequence[Booking]:
    return work.records(BOOKINGS).page(BOOKINGS_OF_SERVICE, booking.service_id)


# Places


@DEFECTS.defect("RK-B13.moved", "A booking that was moved keeps its place when it is cancelled.", subtle=True)
def _(plant: Planter) -> None:
    def keeping(at: Desk, before: Booking, after: Booking, _: BookingChange) -> Booking:
        if after.date != before.date:
            remember(at._work, f"moved/{after.id}")
        if after.status is Status.CANCELLED is not before.status and recall(at._work, f"moved/{after.id}") is not None:
            _leak(at._work, after)
        return after

    _changing(plant, keeping)


@DEFECTS.defect("RK-B07.place", "A duplicate of a confirmed booking is refused and takes a place.", subtle=True)
def _(plant: Planter) -> None:
    def take(call: Call, work: Work) -> None:
        wanted = msgspec.convert(call.body, NewBooking)
        for booking in work.records(BOOKINGS).page(BOOKINGS_OF_SERVICE, _service_of(call, work, wanted)):
            if (booking.time_slot_id, booking.date) == (wanted.time_slot_id, wanted.day) and (
                booking.status is Status.CONFIRMED and booking.customer.email
            ):
                _leak(work, booking)

    def _service_of(call: Call, work: Work, wanted: NewBooking) -> int:
        return Desk(work, (call.identity.caller or ALPHA).tenant)._slot(wanted.time_slot_id).service_id

    done_though_refused(plant, "createBooking", AlreadyBooked, take)


@DEFECTS.defect("RK-B03.twice", "A cancelled booking that is deleted gives its place back once more.", subtle=True)
def _(plant: Planter) -> None:
    def twice(delete_booking: Callable[..., None]) -> Any:
        def delete(self: Desk, booking_id: int) -> None:
            booking = self.booking(booking_id)
            delete_booking(self, booking_id)
            if booking.status is Status.CANCELLED and any(
                (each.time_slot_id, each.date) == (booking.time_slot_id, booking.date)
                and each.status is not Status.CANCELLED
                for each in _of_service(self._work, booking)
            ):
                _leak(self._work, booking, places=-1)

        return delete

    plant.replace(Desk, "delete_booking", twice)


@DEFECTS.defect(
    "RK-M02.confirms",
    "A booking that is confirmed and moved at once stays on its date, and says otherwise.",
    subtle=True,
)
def _(plant: Planter) -> None:
    def forget(at: Desk, before: Booking, after: Booking, change: BookingChange) -> Booking:
        if after.date != before.date and change.status is Status.CONFIRMED is not before.status:
            at._take_place(before, at._slot(before.time_slot_id))
            _kept(at, after, date=before.date)
        return after

    _changing(plant, forget)


@DEFECTS.defect(
    "RK-T02.later", "From the second page of slots on cancelled bookings are taken off the places left.", subtle=True
)
def _(plant: Planter) -> None:
    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        reply = inside(call, work)
        day = call.query["date"]
        if day is None or (call.query["page"] or 1) == 1 or call.query["no_pagination"]:
            return reply
        bookings = work.records(BOOKINGS).page(BOOKINGS_OF_SERVICE, call.query["service_id"])
        gone = Counter(each.time_slot_id for each in bookings if each.date == day and each.status is Status.CANCELLED)
        for slot in reply.body["data"]["time_slots"]:
            slot["available"] = max(slot["available"] - gone[slot["id"]], 0)
        return reply

    plant.operation("listTimeSlots", around)


@DEFECTS.defect("RK-T05.twice", "Of two entries for one slot the later starts from the slot as it was.", subtle=True)
def _(plant: Planter) -> None:
    def from_stale(publish: Callable[..., list[TimeSlot]]) -> Any:
        def run(self: Desk, service_id: int, changes: Sequence[SlotChange]) -> list[TimeSlot]:
            before = {slot.id: slot for slot in self.slots_of(service_id)}
            seen: set[int] = set()
            mended = []
            for change in changes:
                slot = before.get(change.id) if change.id in seen else None
                if change.id is not UNSET:
                    seen.add(change.id)
                sent = msgspec.structs.asdict(change)
                mended.append(
                    change
                    if slot is None
                    else SlotChange(
                        **{name: getattr(slot, name) if sent[name] is UNSET else sent[name] for name in sent}
                    )
                )
            return publish(self, service_id, mended)

        return run

    plant.replace(Desk, "publish", from_stale)


# Lists


@DEFECTS.defect("RK-P01.deleted", "After a delete the second page begins with the last of the first.", subtle=True)
def _(plant: Planter) -> None:
    def noting(delete_booking: Callable[..., None]) -> Any:
        def delete(self: Desk, booking_id: int) -> None:
            remember(self._work, f"deleted/{self.booking(booking_id).service_id}")
            delete_booking(self, booking_id)

        return delete

    def early(bookings_of: Callable[..., Any]) -> Any:
        def page_of(self: Desk, service_id: int, page: PageRequest) -> tuple[Sequence[Booking], PageInfo]:
            found, info = bookings_of(self, service_id, page)
            if page.number == 1 or not found or recall(self._work, f"deleted/{service_id}") is None:
                return found, info
            records = self._work.records(BOOKINGS)
            return records.page(BOOKINGS_OF_SERVICE, service_id, offset=page.offset - 1, limit=page.size), info

        return page_of

    plant.replace(Desk, "delete_booking", noting)
    plant.replace(Desk, "bookings_of", early)


# Customers


@DEFECTS.defect("RK-B08.letters", "Upper and lower case differ outside of A to Z.", subtle=True)
def _(plant: Planter) -> None:
    def party(customer: Customer) -> str | None:
        if customer.email:
            return "email:" + "".join(each.lower() if each.isascii() else each for each in customer.email)
        return f"phone:{customer.phone}" if customer.phone else None

    plant.replace(Customer, "party", lambda _: property(party))


@DEFECTS.defect(
    "RK-B08.tenant", "For all tenants but the first, upper and lower case of an e-mail make two customers.", subtle=True
)
def _(plant: Planter) -> None:
    def strict(take: Callable[..., None]) -> Any:
        def take_place(self: Desk, booking: Booking, slot: TimeSlot) -> None:
            if self._tenant == TENANTS[0] or not booking.customer.email:
                take(self, booking, slot)
                return
            pool = desk._pool(slot, booking.date)
            self._ledger.take(booking.id, [(pool, Seat(pool.id, party=f"email:{booking.customer.email}"))])

        return take_place

    plant.replace(Desk, "_take_place", strict)


@DEFECTS.defect("RK-C10.phone", "Later creates are compared with the phone that a customer had at first.", subtle=True)
def _(plant: Planter) -> None:
    def forgetful(change_customer: Callable[..., Customer]) -> Any:
        def run(self: Desk, booking_id: int, change: CustomerChange) -> Customer:
            if self.booking(booking_id).customer.email or change.email is not UNSET:
                return change_customer(self, booking_id, change)
            with silenced(Ledger, "rename"):
                return change_customer(self, booking_id, change)

        return run

    plant.replace(Desk, "change_customer", forgetful)


@DEFECTS.defect(
    "RK-C04.back",
    "A customer who was changed twice is again as after the first time once the booking moves on.",
    subtle=True,
)
def _(plant: Planter) -> None:
    def noting(change_customer: Callable[..., Customer]) -> Any:
        def run(self: Desk, booking_id: int, change: CustomerChange) -> Customer:
            after = change_customer(self, booking_id, change)
            if recall(self._work, f"customer/{booking_id}") is None:
                remember(self._work, f"customer/{booking_id}", msgspec.json.encode(after).decode())
            return after

        return run

    def going_back(at: Desk, before: Booking, after: Booking, _: BookingChange) -> Booking:
        old = recall(at._work, f"customer/{after.id}")
        if old is None or after.status is before.status:
            return after
        return _kept(at, after, customer=msgspec.json.decode(old, type=Customer))

    plant.replace(Desk, "change_customer", noting)
    _changing(plant, going_back)


@DEFECTS.defect("RK-C05.race", "Of two changes of a customer at the same moment the first is lost.", subtle=True)
def _(plant: Planter) -> None:
    plant.flight("updateBookingCustomer")
    waiting: Counter[str] = Counter()
    stale: dict[str, Booking] = {}

    def arrive(request: Request) -> None:
        waiting[request.parameters["bookingID"]] += 1

    def leave(answer: Answer) -> None:
        booking_id = answer.request.parameters["bookingID"]
        waiting[booking_id] -= 1
        if not waiting[booking_id]:
            stale.pop(booking_id, None)

    def from_stale(change_customer: Callable[..., Customer]) -> Any:
        def run(self: Desk, booking_id: int, change: CustomerChange) -> Customer:
            booking = self.booking(booking_id)
            if str(booking_id) in stale:
                _kept(self, booking, customer=stale[str(booking_id)].customer)
            elif waiting[str(booking_id)] > 1:
                stale[str(booking_id)] = booking
            return change_customer(self, booking_id, change)

        return run

    plant.request(arrive, "updateBookingCustomer")
    plant.answer(leave, "updateBookingCustomer")
    plant.replace(Desk, "change_customer", from_stale)


# Fields


@DEFECTS.defect("RK-L13.back", "A message that was emptied is back when the booking is confirmed.", subtle=True)
def _(plant: Planter) -> None:
    def going_back(at: Desk, before: Booking, after: Booking, change: BookingChange) -> Booking:
        if change.message is None and before.message is not None:
            remember(at._work, f"message/{after.id}", before.message)
        old = recall(at._work, f"message/{after.id}")
        if old is None or after.message is not None or after.status is before.status:
            return after
        return _kept(at, after, message=old)

    _changing(plant, going_back)


@DEFECTS.defect(
    "RK-V07.century", "The years 1900 and 2100 are leap years, their 29 February the first of March.", subtle=True
)
def _(plant: Planter) -> None:
    def mend(body: dict[str, Any]) -> None:
        if body.get("date") in ["1900-02-29", "2100-02-29"]:
            body["date"] = f"{body['date'][:4]}-03-01"

    mended(plant, mend, "createBooking", "updateBooking")


@DEFECTS.defect("RK-V08.minutes", "A moment whose offset has minutes books the date that it is in UTC.", subtle=True)
def _(plant: Planter) -> None:
    def mend(body: dict[str, Any]) -> None:
        sent = body.get("date")
        if isinstance(sent, str) and _OFFSET_WITH_MINUTES.fullmatch(sent):
            with suppress(ValueError):
                body["date"] = datetime.fromisoformat(sent).astimezone(UTC).date().isoformat()

    mended(plant, mend, "createBooking")


# Limits


@DEFECTS.defect("RK-R04.minute", "Whoever has to wait for more than a second is told a second too little.", subtle=True)
def _(plant: Planter) -> None:
    plant.replace(limits, "RateLimited", lambda _: lambda seconds: RateLimited(max(seconds - 1, 1)))
