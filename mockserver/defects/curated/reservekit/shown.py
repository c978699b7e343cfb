"""The mistakes that booking servers make again and again, for those who want to know whether their own tests look."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec

from mockserver.apis.identities import Identity
from mockserver.apis.reservekit import desk as desks
from mockserver.apis.reservekit import webhooks
from mockserver.apis.reservekit.auth import ALPHA, identify
from mockserver.apis.reservekit.desk import Desk
from mockserver.apis.reservekit.records import (
    BOOKINGS,
    BOOKINGS_OF_SERVICE,
    CLAIMS,
    LIFECYCLE,
    SERVICES,
    TIME_SLOTS,
    Booking,
    Customer,
    Status,
    TimeSlot,
)
from mockserver.apis.reservekit.requests import BookingChange, CustomerChange, NewBooking
from mockserver.booking.errors import AlreadyBooked, NotFound
from mockserver.booking.ledger import Ledger, Pool, Seat
from mockserver.booking.lifecycle import Lifecycle
from mockserver.booking.paging import PageRequest
from mockserver.booking.ports import ALL
from mockserver.defects.bug import Bugs
from mockserver.defects.curated.reservekit.parts import dated, kept, leak, on_date_in_utc
from mockserver.defects.planting import Planter, silenced
from mockserver.sandbox.merging import MergedRecords
from mockserver.sandbox.outbox import Event
from mockserver.sandbox.subscriptions import Subscription

__all__ = ["BUGS"]

BUGS = Bugs()

Books = Callable[..., Booking]


def _with_places_more(places: Callable[[], int]) -> Callable[..., None]:
    """Places are taken as if each pool had so many more."""

    def act(take: Callable[..., None], ledger: Ledger, holder: int, wanted: Sequence[tuple[Pool, Seat]]) -> None:
        roomy = [(msgspec.structs.replace(pool, capacity=pool.capacity + places()), seat) for pool, seat in wanted]
        take(ledger, holder, roomy)

    return act


def _without_its_place(desk: Desk, booking_id: int) -> None:
    claims = desk._work.records(CLAIMS.kind)
    claim = claims.find(booking_id)
    if claim is not None:
        seats = [msgspec.structs.replace(seat, places=0) for seat in claim.seats]
        claims.put(msgspec.structs.replace(claim, seats=tuple(seats)))


@BUGS.around(identify, "RK-A04", "A revoked key still works.")
def _(right: Callable[..., Identity], headers: Mapping[bytes, bytes]) -> Identity:
    identity = right(headers)
    return Identity(ALPHA, identity.sandbox) if str(identity.refused) == "API key revoked" else identity


@BUGS.around(Desk.change_customer, "RK-A07", "Whoever knows the id of a booking changes its customer.")
def _(change: Callable[..., Customer], desk: Desk, booking_id: int, wanted: CustomerChange) -> Customer:
    booking = desk._work.records(BOOKINGS).find(booking_id)
    return change(desk if booking is None else Desk(desk._work, booking.tenant), booking_id, wanted)


@BUGS.around(Desk.book, "RK-A08", "Whoever knows the id of a slot books it.")
def _(book: Books, desk: Desk, wanted: NewBooking, *, service_id: int | None) -> Booking:
    slot = desk._work.records(TIME_SLOTS).find(wanted.time_slot_id)
    owner = desk if slot is None else Desk(desk._work, desk._work.records(SERVICES).get(slot.service_id).tenant)
    return kept(desk, book(owner, wanted, service_id=service_id), tenant=desk._tenant)


@BUGS.bug("RK-B03", "A slot takes one booking more than it has places.")
def _(plant: Planter) -> None:
    plant.within("createBooking", Ledger.take, _with_places_more(lambda: 1))


@BUGS.around(desks._pool, "RK-B04", "Places are counted over all dates together.")
def _(pool: Callable[..., Pool], slot: TimeSlot, day: str) -> Pool:
    return Pool(f"{slot.id}", slot.max_bookings)


@BUGS.around(desks._pool, "RK-B05", "Places are counted over all slots of a service together.")
def _(pool: Callable[..., Pool], slot: TimeSlot, day: str) -> Pool:
    return Pool(f"of {slot.service_id}/{day}", slot.max_bookings)


@BUGS.around(Desk.book, "RK-B11", "A customer books a service once on a date.")
def _(book: Books, desk: Desk, wanted: NewBooking, *, service_id: int | None) -> Booking:
    made = book(desk, wanted, service_id=service_id)
    for each in desk._work.records(BOOKINGS).page(BOOKINGS_OF_SERVICE, made.service_id):
        alike = (each.date, each.customer.party) == (made.date, made.customer.party)
        if alike and made.customer.party and each.id != made.id and each.status is not Status.CANCELLED:
            raise AlreadyBooked("a service on a date", made.customer.party)
    return made


@BUGS.around(Desk.change_booking, "RK-B16", "A booking that is confirmed gives its place back.")
def _(change: Books, desk: Desk, booking_id: int, wanted: BookingChange) -> Booking:
    booking = change(desk, booking_id, wanted)
    if booking.status is Status.CONFIRMED:
        _without_its_place(desk, booking_id)
    return booking


@BUGS.bug("RK-B21", "Creates at the same moment do not see each other's place.")
def _(plant: Planter) -> None:
    flight = plant.flight("createBooking")
    plant.within("createBooking", Ledger.take, _with_places_more(lambda: int(flight.now > 1)))


@BUGS.around(Desk.withdraw, "RK-D06", "Deleting a service frees the places of the next one.")
def _(withdraw: Callable[..., None], desk: Desk, service_id: int) -> None:
    withdraw(desk, service_id)
    for booking in desk._work.records(BOOKINGS).page(BOOKINGS_OF_SERVICE, service_id + 1):
        if desk._ledger.holds(booking.id):
            desk._ledger.give_back(booking.id)


@BUGS.around(Desk.delete_slots_of_day, "RK-D08", "A day without slots is not found.")
def _(delete: Callable[..., None], desk: Desk, service_id: int, day_of_week: int) -> None:
    if all(slot.day_of_week != day_of_week for slot in desk.slots_of(service_id)):
        raise NotFound("time_slot", day_of_week)
    delete(desk, service_id, day_of_week)


@BUGS.around(Desk.change_booking, "RK-L12", "An empty change counts as one.")
def _(change: Books, desk: Desk, booking_id: int, wanted: BookingChange) -> Booking:
    booking = change(desk, booking_id, wanted)
    return kept(desk, booking, updated_at=desk._now) if wanted == BookingChange() else booking


@BUGS.around(Desk.places_left, "RK-T02", "Cancelled bookings are taken off the places left.")
def _(places_left: Callable[..., int], desk: Desk, slot: TimeSlot, day: str) -> int:
    bookings = desk._work.records(BOOKINGS).page(BOOKINGS_OF_SERVICE, slot.service_id)
    return max(slot.max_bookings - sum((each.time_slot_id, each.date) == (slot.id, day) for each in bookings), 0)


@BUGS.around(Customer.party, "RK-B08", "Upper and lower case of an e-mail make two customers.")
def _(party: Callable[..., str | None], customer: Customer) -> str | None:
    return f"email:{customer.email}" if customer.email else party(customer)


@BUGS.around(Desk.book, "RK-B15", "A customer who cancelled cannot come back.")
def _(book: Books, desk: Desk, wanted: NewBooking, *, service_id: int | None) -> Booking:
    booking = book(desk, wanted, service_id=service_id)
    party = booking.customer.party
    for other in desk._work.records(BOOKINGS).page(BOOKINGS_OF_SERVICE, booking.service_id):
        same = (other.time_slot_id, other.date, other.customer.party) == (booking.time_slot_id, booking.date, party)
        if same and party and other.status is Status.CANCELLED:
            raise AlreadyBooked(str(booking.time_slot_id), party)
    return booking


@BUGS.around(Desk.change_customer, "RK-C10", "Later creates are compared with the customer as it was.")
def _(change: Callable[..., Customer], desk: Desk, booking_id: int, wanted: CustomerChange) -> Customer:
    with silenced(Ledger.rename):
        return change(desk, booking_id, wanted)


@BUGS.around(Desk.change_booking, "RK-B13", "A cancel keeps the place.")
def _(change: Books, desk: Desk, booking_id: int, wanted: BookingChange) -> Booking:
    with silenced(Ledger.give_back):
        return change(desk, booking_id, wanted)


@BUGS.around(Customer.party, "RK-B25", "Another name makes another customer.")
def _(party: Callable[..., str | None], customer: Customer) -> str | None:
    return f"{party(customer)} {customer.name}" if customer.email else party(customer)


@BUGS.around(MergedRecords.next_id, "RK-D04", "The next id is the greatest there is, and one.")
def _(next_id: Callable[..., int], records: MergedRecords[Any], tenant: int = 0) -> int:
    if records._kind is not BOOKINGS:
        return next_id(records, tenant)
    bookings = records.count(BOOKINGS.listed, ALL)
    return int(records.page(BOOKINGS.listed, ALL, offset=bookings - 1)[0].id) + 1


@BUGS.around(Lifecycle.after, "RK-L07", "A cancelled booking can be confirmed.")
def _(after: Callable[..., str], lifecycle: Lifecycle[Any], state: str, event: str) -> str:
    if lifecycle is LIFECYCLE and (state, event) == (Status.CANCELLED, Status.CONFIRMED):
        return Status.CONFIRMED
    return after(lifecycle, state, event)


@BUGS.around(Desk.change_booking, "RK-L09", "A repeated cancel replaces the reason.")
def _(change: Books, desk: Desk, booking_id: int, wanted: BookingChange) -> Booking:
    before, after = desk.booking(booking_id), change(desk, booking_id, wanted)
    is_repeat = wanted.status is before.status is Status.CANCELLED
    return kept(desk, after, cancel_reason=wanted.cancel_reason) if is_repeat else after


@BUGS.around(Desk.change_booking, "RK-L11", "A booking does not tell when it was confirmed.")
def _(change: Books, desk: Desk, booking_id: int, wanted: BookingChange) -> Booking:
    before, after = desk.booking(booking_id), change(desk, booking_id, wanted)
    is_confirmation = after.status is Status.CONFIRMED is not before.status
    return kept(desk, after, updated_at=before.updated_at) if is_confirmation else after


@BUGS.around(Desk.change_booking, "RK-M02", "A moved booking keeps its place on the old date as well.")
def _(change: Books, desk: Desk, booking_id: int, wanted: BookingChange) -> Booking:
    before, after = desk.booking(booking_id), change(desk, booking_id, wanted)
    if after.date != before.date:
        leak(desk._work, before)
    return after


@BUGS.around(PageRequest.offset, "RK-P01", "Between two pages one item is left out.")
def _(offset: Callable[..., int], page: PageRequest) -> int:
    return offset(page) + (page.number > 1)


@BUGS.request("RK-V07", "The thirtieth of February is the second of March.", "createBooking")
@dated
def _(sent: str) -> str:
    found = re.match(r"(\d{4})-(\d\d)-(\d\d)", sent)
    year, month, day = map(int, found.groups()) if found else (0, 0, 0)
    if not (year and 1 <= month <= 12 and 1 <= day <= 31):
        return sent
    return f"{date(year, month, 1) + timedelta(days=day - 1)}{sent[10:]}"


@BUGS.request("RK-V08", "The date of a moment is that in UTC.", "createBooking")
@dated
def _(sent: str) -> str:
    return on_date_in_utc(sent) if "T" in sent else sent


def _announced(change: Callable[[dict[str, Any]], object]) -> Callable[..., bytes]:
    """What is announced is changed on its way out."""

    def act(body: Callable[..., bytes], event: Event, subscription_id: int) -> bytes:
        said = json.loads(body(event, subscription_id))
        change(said)
        return json.dumps(said).encode()

    return act


BUGS.around(webhooks._body, "RK-E03", "A booking is announced without its customer.")(
    _announced(lambda said: said["bookings"][0].pop("customer"))
)
BUGS.around(webhooks._body, "RK-E04", "Each announcement has the moment at which its booking was made.")(
    _announced(lambda said: said.update(timestamp=said["bookings"][0]["created_at"]))
)


@BUGS.around(Subscription.wants, "RK-E07", "Whoever subscribed for one service is told of all of them.")
def _(wants: Callable[..., bool], subscription: Subscription, event: str, about: Mapping[str, Any]) -> bool:
    return wants(msgspec.structs.replace(subscription, filter={}), event, about)
