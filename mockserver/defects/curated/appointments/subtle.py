"""Bugs that show in a corner only: at an edge, for the third of them, in another place, after a certain other request."""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from mockserver.apis.appointments.claims import group_pool, time_holder, time_seats
from mockserver.apis.appointments.desk.catalogue import Catalogue, Offer
from mockserver.apis.appointments.desk.customers import CustomerDesk
from mockserver.apis.appointments.desk.diary import Diary
from mockserver.apis.appointments.desk.merchants import CustomerCount, MerchantDesk
from mockserver.apis.appointments.desk.register import Register
from mockserver.apis.appointments.records import (
    BLOCKED_TIMES,
    BOOKINGS,
    BOOKINGS_OF_CUSTOMER,
    CLAIMS,
    LOCATIONS,
    LOCATIONS_OF_MERCHANT,
    Booking,
    Customer,
    Merchant,
    Participant,
    Service,
    Status,
    customer_group,
)
from mockserver.apis.appointments.requests import BookingChange, CustomerBooking, MerchantBooking, NewBlockedTime
from mockserver.apis.appointments.terms import booking_window, deadline_of
from mockserver.apis.appointments.wire import show_booking
from mockserver.apis.exchange import Call, Reply
from mockserver.apis.moments import read_moment
from mockserver.booking.cancellation import deadline_at
from mockserver.booking.errors import NoPlacesLeft, RuleBroken
from mockserver.booking.ledger import Claim, Ledger, Pool, Seat
from mockserver.booking.ports import ALL
from mockserver.booking.recurrence import Rule, occurrences
from mockserver.booking.schedule import Phase, lies_open, local_moment, whole_days
from mockserver.booking.spans import Span
from mockserver.defects.bug import Bugs
from mockserver.defects.crowds import start_from_before
from mockserver.defects.curated.ways import done_though_refused, recall, remember
from mockserver.defects.meddling import Response
from mockserver.defects.planting import Planter, silenced
from mockserver.sandbox.work import Work

__all__ = ["BUGS"]

BUGS = Bugs()

Does = Callable[..., None]
Books = Callable[..., Booking]

_LONGER = "/api/v1"
_DAY = timedelta(days=1)
_MINUS_WITH_MINUTES = re.compile(r".+-\d\d:(\d\d)", re.ASCII)


def _leak(work: Work, whose: str, seats: Iterable[Seat]) -> None:
    """These seats are taken, by nobody."""
    work.records(CLAIMS.kind).put(Claim(f"leak/{whose}", tuple(seats)))


def _with_shares(work: Work, booking: Booking, participants: Iterable[Participant]) -> Booking:
    """The booking, kept with these participants."""
    booking = msgspec.structs.replace(booking, participants=tuple(participants))
    work.records(BOOKINGS).put(booking)
    return booking


@BUGS.around(
    occurrences,
    "AP-R09.change",
    "On the day on which the clocks change an occurrence keeps the clock of that midnight.",
)
def _(
    expand: Callable[..., list[datetime]], rule: Rule, starts_at: datetime, zone: ZoneInfo, **bounds: Any
) -> list[datetime]:
    def ahead(local: datetime) -> timedelta:
        return local.replace(tzinfo=UTC) - local

    found = [each.astimezone(zone) for each in expand(rule, starts_at, zone, **bounds)]
    midnights = [each.replace(hour=0, minute=0, second=0, fold=0) for each in found]
    return [
        each.astimezone(UTC) + ahead(each) - ahead(midnight) for each, midnight in zip(found, midnights, strict=True)
    ]


@BUGS.around(Diary.take_time, "AP-S10.series", "Blocked times keep out the first booking of a series alone.")
def _(take: Does, diary: Diary, booking: Booking, *, buffer: timedelta) -> None:
    bookings = diary._work.records(BOOKINGS)
    try:
        take(diary, booking, buffer=buffer)
    except RuleBroken:
        previous = bookings.find(booking.id - 1)
        is_later = booking.series_id and previous is not None and previous.series_id == booking.series_id
        if not is_later or bookings.find(booking.id) is not None:
            raise
        diary._ledger.take(time_holder(booking.id), time_seats(booking), margin=buffer)


@BUGS.bug("AP-R10.first", "A series that is refused because a later time is taken keeps the time of its first.")
def _(plant: Planter) -> None:
    first: list[Seat] = []

    def anew(create: Callable[..., Reply], call: Call, work: Work) -> Reply:
        first.clear()
        return create(call, work)

    def noting(take: Does, ledger: Ledger, holder: str, wanted: Sequence[tuple[Pool, Seat]], **more: Any) -> None:
        take(ledger, holder, wanted, **more)
        first[:] = first or [seat for _, seat in wanted]

    plant.within("createMerchantBooking", Ledger.take, noting)
    plant.operation("createMerchantBooking", anew)
    done_though_refused(
        plant, "createMerchantBooking", NoPlacesLeft, lambda _, work: _leak(work, f"series/{first}", first)
    )


@BUGS.around(
    MerchantDesk.book,
    "AP-R02.last",
    "Of several customers of a series the first alone is in its last booking.",
)
def _(book: Books, desk: MerchantDesk, wanted: MerchantBooking) -> Booking:
    booking, bookings = book(desk, wanted), desk._work.records(BOOKINGS)
    last = bookings.page(BOOKINGS.listed, ALL, offset=bookings.count(BOOKINGS.listed, ALL) - 1)[0]
    if booking.series_id is not None and last.id != booking.id:
        for participant in last.participants[1:]:
            desk._diary.free_place(last, participant.customer_id)
        _with_shares(desk._work, last, last.participants[:1])
    return booking


@BUGS.around(MerchantDesk.cancel, "AP-D01.employee", "A merchant's cancel frees the location, and not the employee.")
def _(cancel: Does, desk: MerchantDesk, booking_id: int, reason: str) -> None:
    cancel(desk, booking_id, reason)
    seats = [seat for _, seat in time_seats(desk._work.records(BOOKINGS).get(booking_id))]
    _leak(desk._work, f"employee/{booking_id}", [seat for seat in seats if seat.pool.startswith("employee")])


@BUGS.around(
    Diary.take_time,
    "AP-S04.second",
    "In a merchant's second location the time in which a booking waits is taken.",
)
def _(take: Does, diary: Diary, booking: Booking, *, buffer: timedelta) -> None:
    first = diary._work.records(LOCATIONS).page(LOCATIONS_OF_MERCHANT, booking.merchant_id, limit=1)[0]
    if booking.location_id != first.id:
        booking = msgspec.structs.replace(booking, phases=(Phase(booking.ends_at - booking.starts_at),))
    take(diary, booking, buffer=buffer)


@BUGS.around(Diary.take_time, "AP-U02.longer", "A booking that only gets longer is not compared with the next one.")
def _(take: Does, diary: Diary, booking: Booking, *, buffer: timedelta) -> None:
    old = diary._work.records(BOOKINGS).find(booking.id)
    if old is None or old.starts_at != booking.starts_at or old.ends_at > booking.ends_at:
        take(diary, booking, buffer=buffer)
        return
    with silenced(Ledger.take):
        take(diary, booking, buffer=buffer)
    claim = Claim(time_holder(booking.id), tuple(seat for _, seat in time_seats(booking)))
    diary._work.records(CLAIMS.kind).put(claim)


@BUGS.around(
    MerchantDesk.change,
    "AP-U13.back",
    "A booking that moves back to where it was keeps the time in between.",
)
def _(change: Does, desk: MerchantDesk, booking_id: int, wanted: BookingChange) -> None:
    old = desk._work.records(BOOKINGS).find(booking_id)
    change(desk, booking_id, wanted)
    new = desk._work.records(BOOKINGS).get(booking_id)
    if old is not None and new.span != old.span:
        if recall(desk._work, f"was/{booking_id}") == str(new.span):
            _leak(desk._work, f"moved/{booking_id}", [seat for _, seat in time_seats(old)])
        remember(desk._work, f"was/{booking_id}", str(old.span))


@BUGS.around(lies_open, "AP-S07.lunch", "An appointment may reach over the pause between two openings of a day.")
def _(lies: Callable[..., bool], span: Span, openings: Sequence[Span]) -> bool:
    return bool(openings) and Span(openings[0].starts_at, openings[-1].ends_at).contains(span)


@BUGS.around(whole_days, "AP-S08.change", "An all-day blocked time takes 24 hours, also when the clocks change.")
def _(widen: Callable[..., Span], span: Span, zone: ZoneInfo) -> Span:
    right = widen(span, zone)
    return Span(right.starts_at, right.starts_at + round((right.ends_at - right.starts_at) / _DAY) * _DAY)


@BUGS.around(
    MerchantDesk.change_block,
    "AP-B07.days",
    "A blocked time that is no longer one of whole days takes whole days as before.",
)
def _(change: Does, desk: MerchantDesk, block_id: int, wanted: NewBlockedTime) -> None:
    blocks = desk._work.records(BLOCKED_TIMES)
    old = blocks.find(block_id)
    change(desk, block_id, wanted)
    new = blocks.get(block_id)
    if old is not None and old.all_day and not new.all_day:
        busy = whole_days(new.busy, desk.merchant().zone)
        blocks.put(msgspec.structs.replace(new, busy_from=busy.starts_at, busy_to=busy.ends_at))


@BUGS.bug("AP-X06.change", "Hours of a deadline are counted on the wall, where the clocks change.")
def _(plant: Planter) -> None:
    zones: list[ZoneInfo] = []

    def noting(deadline: Callable[..., timedelta], service: Service, merchant: Merchant) -> timedelta:
        zones[:] = [merchant.zone]
        return deadline(service, merchant)

    def on_the_wall(_: object, starts_at: datetime, ahead: timedelta) -> datetime:
        return (starts_at.astimezone(zones[0]) - ahead).astimezone(UTC)

    plant.around(deadline_of, noting)
    plant.within("cancelCustomerBooking", deadline_at, on_the_wall)


@BUGS.around(
    booking_window,
    "AP-C15.overflow",
    "Five months from the last of a month reach into the next where it has more days.",
)
def _(
    window: Callable[..., tuple[datetime, datetime]], service: Service, merchant: Merchant, now: datetime
) -> tuple[datetime, datetime]:
    earliest, latest = window(service, merchant, now)
    last = latest.astimezone(merchant.zone)
    over = now.astimezone(merchant.zone).day - monthrange(last.year, last.month)[1]
    return earliest, latest + max(over, 0) * _DAY


@BUGS.around(CustomerDesk.book, "AP-J15.again", "Who comes back to a group has the note of the first time.")
def _(book: Books, desk: CustomerDesk, wanted: CustomerBooking) -> Booking:
    group = desk._work.records(BOOKINGS).find(wanted.booking_id or 0)
    joined, mine = desk.booking(book(desk, wanted).id)
    earlier = None if group is None else group.participant(mine.customer_id)
    if earlier is None or earlier.note is None:
        return joined
    old = msgspec.structs.replace(mine, note=earlier.note)
    return _with_shares(desk._work, joined, (old if each == mine else each for each in joined.participants))


@BUGS.bug("AP-J01.race", "Of two who join at the same moment the first is lost.")
def _(plant: Planter) -> None:
    start_from_before(plant, "createCustomerBooking")


@BUGS.around(CustomerDesk.cancel, "AP-X09.twice", "Who leaves a group for the second time leaves the place taken.")
def _(cancel: Does, desk: CustomerDesk, booking_id: int, merchant_name: str) -> None:
    cancel(desk, booking_id, merchant_name)
    booking, mine = desk.booking(booking_id)
    share = f"{booking_id}/{mine.customer_id}"
    if booking.is_group and recall(desk._work, f"left/{share}") is not None:
        _leak(desk._work, share, [Seat(group_pool(booking).id)])
    remember(desk._work, f"left/{share}")


@BUGS.around(MerchantDesk.change, "AP-U14.left", "Who had left a group takes part again when it moves.")
def _(change: Does, desk: MerchantDesk, booking_id: int, wanted: BookingChange) -> None:
    old = desk._work.records(BOOKINGS).find(booking_id)
    change(desk, booking_id, wanted)
    new = desk._work.records(BOOKINGS).get(booking_id)
    if old is not None and new.is_group and new.span != old.span and len(new.participants) <= new.max_participants:
        everybody = (msgspec.structs.replace(each, status=Status.BOOKED) for each in new.participants)
        _with_shares(desk._work, new, everybody)


@BUGS.around(show_booking, "AP-G07.third", "The third participant does not read that the merchant has cancelled.")
def _(show: Callable[..., dict[str, Any]], booking: Booking, mine: Participant, *of: Any) -> dict[str, Any]:
    is_late = mine in booking.participants[2:] and mine.is_active
    return {**show(booking, mine, *of), **({"is_cancelled": False} if is_late else {})}


@BUGS.around(Service.cost_for, "AP-P02.third", "From the third participant on the cost of a booking stays.")
def _(cost: Callable[..., int], service: Service, participants: int) -> int:
    return cost(service, min(participants, 2))


@BUGS.around(Catalogue._groups_on, "AP-T09.midnight", "A group that begins at midnight is listed on the day before.")
def _(groups_on: Callable[..., list[Booking]], catalogue: Catalogue, offer: Offer, day: date) -> list[Booking]:
    found = groups_on(catalogue, offer, day) + groups_on(catalogue, offer, day + _DAY)
    first, last = (local_moment(each, time.min, offer.merchant.zone) for each in (day, day + _DAY))
    return [each for each in found if first < each.starts_at <= last]


@BUGS.around(
    MerchantDesk._count,
    "AP-N02.second",
    "A group that the merchant cancels counts as cancelled for its first customer alone.",
)
def _(right: Callable[..., CustomerCount], desk: MerchantDesk, customer: Customer) -> CustomerCount:
    count, group = right(desk, customer), customer_group(customer.id, Status.CANCELLED)
    ended = [each for each in desk._work.records(BOOKINGS).page(BOOKINGS_OF_CUSTOMER, group) if each.is_cancelled]
    missed = [each for each in ended if each.participants[0].customer_id != customer.id]
    return msgspec.structs.replace(count, cancelled=count.cancelled - len(missed))


@BUGS.bug("AP-C09.again", "Who is blacklisted once more after it was lifted can book all the same.")
def _(plant: Planter) -> None:
    def noting(unblacklist: Does, desk: MerchantDesk, customer_id: str) -> None:
        unblacklist(desk, customer_id)
        remember(desk._work, f"forgiven/{customer_id.lower()}")

    def forgiving(find: Callable[..., Customer | None], register: Register, *whose: str) -> Customer | None:
        found = find(register, *whose)
        if found is None or recall(register._work, f"forgiven/{found.id}") is None:
            return found
        return msgspec.structs.replace(found, is_blacklisted=False)

    plant.around(MerchantDesk.unblacklist, noting)
    plant.around(Register.customer_of, forgiving)


@BUGS.around(CustomerDesk.book, "AP-C11.composed", "A letter and its accent in a customer's note become one letter.")
def _(book: Books, desk: CustomerDesk, wanted: CustomerBooking) -> Booking:
    note = wanted.customer_note and unicodedata.normalize("NFC", wanted.customer_note)
    return book(desk, msgspec.structs.replace(wanted, customer_note=note))


@BUGS.around(read_moment, "AP-V08.minutes", "The minutes of an offset count as plus where its hours are minus.")
def _(read: Callable[..., datetime], text: str) -> datetime:
    found = _MINUS_WITH_MINUTES.fullmatch(text)
    return read(text) - 2 * timedelta(minutes=int(found[1]) if found else 0)


@BUGS.response(
    "AP-H08.blocks",
    "Under /api/v1 Location of a blocked time is under the shorter base path.",
    "createBlockedTime",
)
def _(response: Response) -> None:
    if response.status == 201 and response.request.before.endswith(_LONGER):
        response.headers["location"] = response.headers["location"].replace(_LONGER, "", 1)


@BUGS.response("AP-H09.longer", "Under /api/v1 Allow does not name POST.")
def _(response: Response) -> None:
    if "allow" in response.headers and response.request.before.endswith(_LONGER):
        names = response.headers["allow"].split(", ")
        response.headers["allow"] = ", ".join(name for name in names if name != "POST")
