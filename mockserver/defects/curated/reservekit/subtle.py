"""Bugs that show in a corner only: after a certain other request, at an edge, for one tenant, in one kind of text."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import UNSET

from mockserver.apis.exchange import Call, Reply
from mockserver.apis.reservekit.auth import TENANTS
from mockserver.apis.reservekit.desk import Desk
from mockserver.apis.reservekit.records import (
    BOOKINGS,
    BOOKINGS_OF_SERVICE,
    CLAIMS,
    TIME_SLOTS,
    Booking,
    Customer,
    Status,
    TimeSlot,
)
from mockserver.apis.reservekit.requests import BookingChange, CustomerChange, NewBooking, SlotChange
from mockserver.booking.errors import AlreadyBooked
from mockserver.booking.ledger import Ledger, Pool, Seat
from mockserver.booking.paging import PageInfo, PageRequest
from mockserver.defects.bug import Bugs
from mockserver.defects.crowds import start_from_before
from mockserver.defects.curated.reservekit.parts import dated, kept, leak, on_date_in_utc
from mockserver.defects.curated.ways import done_though_refused, recall, remember
from mockserver.defects.meddling import Response
from mockserver.defects.planting import Planter, silenced
from mockserver.sandbox.work import Work

__all__ = ["BUGS"]

BUGS = Bugs()

Books = Callable[..., Booking]
Customers = Callable[..., Customer]


@BUGS.around(Desk.change_booking, "RK-B13.moved", "A booking that was moved keeps its place when it is cancelled.")
def _(change: Books, desk: Desk, booking_id: int, wanted: BookingChange) -> Booking:
    before, after = desk.booking(booking_id), change(desk, booking_id, wanted)
    if after.date != before.date:
        remember(desk._work, f"moved/{booking_id}")
    is_cancel = after.status is Status.CANCELLED is not before.status
    if is_cancel and recall(desk._work, f"moved/{booking_id}") is not None:
        leak(desk._work, after)
    return after


@BUGS.bug("RK-B07.place", "A duplicate of a confirmed booking is refused and takes a place.")
def _(plant: Planter) -> None:
    def take(call: Call, work: Work) -> None:
        wanted = msgspec.convert(call.body, NewBooking)
        slot = work.records(TIME_SLOTS).get(wanted.time_slot_id)
        for booking in work.records(BOOKINGS).page(BOOKINGS_OF_SERVICE, slot.service_id):
            is_there = (booking.time_slot_id, booking.date) == (slot.id, wanted.day)
            if is_there and booking.status is Status.CONFIRMED and booking.customer.email:
                leak(work, booking)

    done_though_refused(plant, "createBooking", AlreadyBooked, take)


@BUGS.around(
    Desk.delete_booking,
    "RK-B03.twice",
    "A cancelled booking that is deleted gives its place back once more.",
)
def _(delete: Callable[..., None], desk: Desk, booking_id: int) -> None:
    booking, claims = desk.booking(booking_id), desk._work.records(CLAIMS.kind)
    delete(desk, booking_id)
    is_taken = claims.total(CLAIMS.by_pool, f"{booking.time_slot_id}/{booking.date}") > 0
    if booking.status is Status.CANCELLED and is_taken:
        leak(desk._work, booking, places=-1)


@BUGS.around(
    Desk.change_booking,
    "RK-M02.confirms",
    "A booking that is confirmed and moved at once stays on its date, and says otherwise.",
)
def _(change: Books, desk: Desk, booking_id: int, wanted: BookingChange) -> Booking:
    before, after = desk.booking(booking_id), change(desk, booking_id, wanted)
    if after.date != before.date and wanted.status is Status.CONFIRMED is not before.status:
        desk._take_place(before, desk._slot(before.time_slot_id))
        kept(desk, after, date=before.date)
    return after


@BUGS.operation(
    "listTimeSlots",
    "RK-T02.later",
    "From the second page of slots on cancelled bookings are taken off the places left.",
)
def _(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
    reply, day = inside(call, work), call.query["date"]
    if day is not None and (call.query["page"] or 1) > 1 and not call.query["no_pagination"]:
        bookings = work.records(BOOKINGS).page(BOOKINGS_OF_SERVICE, call.query["service_id"])
        gone = [each.time_slot_id for each in bookings if each.date == day and each.status is Status.CANCELLED]
        for slot in reply.body["data"]["time_slots"]:
            slot["available"] = max(slot["available"] - gone.count(slot["id"]), 0)
    return reply


@BUGS.around(Desk.publish, "RK-T14.twice", "Of two entries for one slot the later starts from the slot as it was.")
def _(publish: Callable[..., list[TimeSlot]], desk: Desk, service_id: int, changes: Sequence[SlotChange]) -> object:
    was: dict[object, Any] = {slot.id: msgspec.structs.asdict(slot) for slot in desk.slots_of(service_id)}
    stale: list[SlotChange] = []
    for change in changes:
        before = was.get(change.id, {}) if any(each.id == change.id for each in stale) else {}
        stale.append(msgspec.convert({**before, **msgspec.to_builtins(change)}, SlotChange))
    return publish(desk, service_id, stale)


@BUGS.bug("RK-P01.deleted", "After a delete the second page begins with the last of the first.")
def _(plant: Planter) -> None:
    def noting(delete: Callable[..., None], desk: Desk, booking_id: int) -> None:
        remember(desk._work, f"deleted/{desk.booking(booking_id).service_id}")
        delete(desk, booking_id)

    def early(bookings_of: Callable[..., Any], desk: Desk, service_id: int, page: PageRequest) -> tuple[Any, PageInfo]:
        found, info = bookings_of(desk, service_id, page)
        if page.number > 1 and found and recall(desk._work, f"deleted/{service_id}") is not None:
            bookings = desk._work.records(BOOKINGS)
            found = bookings.page(BOOKINGS_OF_SERVICE, service_id, offset=page.offset - 1, limit=page.size)
        return found, info

    plant.around(Desk.delete_booking, noting)
    plant.around(Desk.bookings_of, early)


@BUGS.around(Customer.party, "RK-B08.letters", "Upper and lower case differ outside of A to Z.")
def _(party: Callable[..., str | None], customer: Customer) -> str | None:
    if not customer.email:
        return party(customer)
    return "email:" + "".join(each.lower() if each.isascii() else each for each in customer.email)


@BUGS.around(
    Desk._take_place,
    "RK-B08.tenant",
    "For all tenants but the first, upper and lower case of an e-mail make two customers.",
)
def _(take: Callable[..., None], desk: Desk, booking: Booking, slot: TimeSlot) -> None:
    if booking.tenant == TENANTS[0] or not booking.customer.email:
        take(desk, booking, slot)
    else:
        pool = Pool(f"{slot.id}/{booking.date}", slot.max_bookings)
        desk._ledger.take(booking.id, [(pool, Seat(pool.id, party=f"email:{booking.customer.email}"))])


@BUGS.around(
    Desk.change_customer,
    "RK-C10.phone",
    "Later creates are compared with the phone that a customer had at first.",
)
def _(change: Customers, desk: Desk, booking_id: int, wanted: CustomerChange) -> Customer:
    if desk.booking(booking_id).customer.email or wanted.email is not UNSET:
        return change(desk, booking_id, wanted)
    with silenced(Ledger.rename):
        return change(desk, booking_id, wanted)


@BUGS.bug(
    "RK-C04.back",
    "A customer who was changed twice is again as after the first time once the booking moves on.",
)
def _(plant: Planter) -> None:
    def noting(change: Customers, desk: Desk, booking_id: int, wanted: CustomerChange) -> Customer:
        after = change(desk, booking_id, wanted)
        if recall(desk._work, f"customer/{booking_id}") is None:
            remember(desk._work, f"customer/{booking_id}", msgspec.json.encode(after).decode())
        return after

    def going_back(change: Books, desk: Desk, booking_id: int, wanted: BookingChange) -> Booking:
        before, after = desk.booking(booking_id), change(desk, booking_id, wanted)
        old = recall(desk._work, f"customer/{booking_id}")
        if old is None or after.status is before.status:
            return after
        return kept(desk, after, customer=msgspec.json.decode(old, type=Customer))

    plant.around(Desk.change_customer, noting)
    plant.around(Desk.change_booking, going_back)


@BUGS.bug("RK-C05.race", "Of two changes of a customer at the same moment the first is lost.")
def _(plant: Planter) -> None:
    start_from_before(plant, "updateBookingCustomer")


@BUGS.around(Desk.change_booking, "RK-L13.back", "A message that was emptied is back when the booking is confirmed.")
def _(change: Books, desk: Desk, booking_id: int, wanted: BookingChange) -> Booking:
    before, after = desk.booking(booking_id), change(desk, booking_id, wanted)
    if wanted.message is None and before.message is not None:
        remember(desk._work, f"message/{booking_id}", before.message)
    old = recall(desk._work, f"message/{booking_id}")
    is_confirmation = after.status is Status.CONFIRMED is not before.status
    return kept(desk, after, message=old) if old and is_confirmation and after.message is None else after


@BUGS.request(
    "RK-V07.century",
    "The years 1900 and 2100 are leap years, their 29 February the first of March.",
    "createBooking",
    "updateBooking",
)
@dated
def _(sent: str) -> str:
    return f"{sent[:4]}-03-01" if sent in {"1900-02-29", "2100-02-29"} else sent


@BUGS.request(
    "RK-V08.minutes",
    "A moment whose offset has minutes books the date that it is in UTC.",
    "createBooking",
)
@dated
def _(sent: str) -> str:
    return on_date_in_utc(sent) if re.fullmatch(r".+[+-]\d\d:(?!00)\d\d", sent, re.ASCII) else sent


@BUGS.response("RK-R04.minute", "Whoever has to wait for more than a second is told a second too little.")
def _(response: Response) -> None:
    if "retry-after" in response.headers:
        response.headers["retry-after"] = str(max(int(response.headers["retry-after"]) - 1, 1))
