"""Bugs that show in a corner only: at an edge, for the third of them, in another place, after a certain other request."""

import re
import unicodedata
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from mockserver.apis.appointments import operations, requests
from mockserver.apis.appointments.claims import employee_pool, group_pool, location_pool, time_seats
from mockserver.apis.appointments.desk import customers, diary, merchants
from mockserver.apis.appointments.desk.catalogue import Catalogue, Offer
from mockserver.apis.appointments.desk.customers import CustomerDesk
from mockserver.apis.appointments.desk.diary import Diary
from mockserver.apis.appointments.desk.merchants import CustomerCount, MerchantDesk
from mockserver.apis.appointments.records import (
    BLOCKED_TIMES,
    BOOKINGS,
    BOOKINGS_OF_CUSTOMER,
    CLAIMS,
    LOCATIONS,
    LOCATIONS_OF_MERCHANT,
    MERCHANTS,
    Booking,
    Customer,
    Merchant,
    Participant,
    Service,
    Status,
    customer_group,
)
from mockserver.apis.appointments.requests import BookingChange, CustomerBooking, MerchantBooking, NewBlockedTime
from mockserver.apis.appointments.wire import parse_merchant_booking
from mockserver.apis.exchange import Call
from mockserver.apis.identities import Caller
from mockserver.booking.errors import NoPlacesLeft, RuleBroken
from mockserver.booking.ledger import Claim, Ledger, Pool, Seat
from mockserver.booking.recurrence import Rule
from mockserver.booking.schedule import Phase, total_length, whole_days
from mockserver.booking.spans import Span
from mockserver.defects.appointments.parts import before
from mockserver.defects.common import afterwards, done_though_refused, recall, remember
from mockserver.defects.planting import Answer, Defects, Planter, Request, swapped
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_LONGER = "/api/v1"
_CREATED = 201
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_TWO = 2
_MINUS_WITH_MINUTES = re.compile(r".+-\d\d:(\d\d)", re.ASCII)


def _leak(work: Work, whose: str, seats: Iterable[Seat]) -> None:
    """These seats are taken, by nobody."""
    work.records(CLAIMS.kind).put(Claim(f"leak/{whose}", tuple(seats)))


# Series


@DEFECTS.defect(
    "AP-R09.change",
    "On the day on which the clocks change an occurrence keeps the clock of that midnight.",
    subtle=True,
)
def _(plant: Planter) -> None:
    def around(occurrences: Callable[..., list[datetime]]) -> Any:
        def run(rule: Rule, starts_at: datetime, zone: ZoneInfo, **bounds: Any) -> list[datetime]:
            return [_by_midnight(each, zone) for each in occurrences(rule, starts_at, zone, **bounds)]

        return run

    def _by_midnight(moment: datetime, zone: ZoneInfo) -> datetime:
        local = moment.astimezone(zone)
        midnight = local.replace(hour=0, minute=0, second=0, fold=0)
        return moment + ((local.utcoffset() or timedelta()) - (midnight.utcoffset() or timedelta()))

    plant.replace(merchants, "occurrences", around)


@DEFECTS.defect("AP-S10.series", "Blocked times keep out the first booking of a series alone.", subtle=True)
def _(plant: Planter) -> None:
    def lenient(take: Callable[..., None]) -> Any:
        def take_time(self: Diary, booking: Booking, *, buffer: timedelta) -> None:
            bookings = self._work.records(BOOKINGS)
            previous = bookings.find(booking.id - 1)
            is_later = booking.series_id and previous is not None and previous.series_id == booking.series_id
            if not is_later or bookings.find(booking.id) is not None:
                take(self, booking, buffer=buffer)
                return
            with swapped(Diary, "blocks", lambda *_, **__: ()):
                take(self, booking, buffer=buffer)

        return take_time

    plant.replace(Diary, "take_time", lenient)


@DEFECTS.defect(
    "AP-R10.first", "A series that is refused because a later time is taken keeps the time of its first.", subtle=True
)
def _(plant: Planter) -> None:
    def keep_first(call: Call, work: Work) -> None:
        wanted = parse_merchant_booking(call.body)
        if wanted.recurrence_rule is None:
            return
        desk = MerchantDesk(work, call.identity.caller or Caller(tenant=""))
        merchant, employee = desk.merchant(), desk._employee()
        starts_at = desk._starts(merchant, wanted)[0]
        length = total_length(desk._register.service(merchant, wanted.service_id).timing)
        span = Span(starts_at, starts_at + length)
        pools = [location_pool(employee.location_id), employee_pool(employee.id)]
        if not any(desk._diary._ledger.taken(pool, span) for pool in pools):
            _leak(work, f"series/{starts_at}", _whole(pools, span))

    done_though_refused(plant, "createMerchantBooking", NoPlacesLeft, keep_first)


def _whole(pools: Iterable[Pool], span: Span) -> list[Seat]:
    return [Seat(pool.id, starts_at=span.starts_at, ends_at=span.ends_at) for pool in pools]


@DEFECTS.defect("AP-R02.last", "Of several customers of a series the first alone is in its last booking.", subtle=True)
def _(plant: Planter) -> None:
    def thinned(self: MerchantDesk, booking: Booking, _: MerchantBooking) -> Booking:
        bookings = self._work.records(BOOKINGS)
        last, number = booking, booking.id + 1
        while booking.series_id and (found := bookings.find(number)) and found.series_id == booking.series_id:
            last, number = found, number + 1
        if last.id != booking.id:
            for participant in last.participants[1:]:
                self._diary.free_place(last, participant.customer_id)
            bookings.put(msgspec.structs.replace(last, participants=last.participants[:1]))
        return booking

    afterwards(plant, MerchantDesk, "book", thinned)


# Time


@DEFECTS.defect("AP-D01.employee", "A merchant's cancel frees the location, and not the employee.", subtle=True)
def _(plant: Planter) -> None:
    def keeping(cancel: Callable[..., None]) -> Any:
        def run(self: MerchantDesk, booking_id: int, reason: str) -> None:
            booking = self._work.records(BOOKINGS).find(booking_id)
            cancel(self, booking_id, reason)
            if booking is not None and booking.employee_id is not None:
                pool = employee_pool(booking.employee_id).id
                seats = (seat for _, seat in time_seats(booking))
                _leak(self._work, f"employee/{booking.id}", [seat for seat in seats if seat.pool == pool])

        return run

    plant.replace(MerchantDesk, "cancel", keeping)


@DEFECTS.defect(
    "AP-S04.second", "In a merchant's second location the time in which a booking waits is taken.", subtle=True
)
def _(plant: Planter) -> None:
    def whole(booking: Booking) -> list[tuple[Pool, Seat]]:
        return time_seats(msgspec.structs.replace(booking, phases=(Phase(booking.ends_at - booking.starts_at),)))

    def elsewhere(take: Callable[..., None]) -> Any:
        def take_time(self: Diary, booking: Booking, *, buffer: timedelta) -> None:
            locations = self._work.records(LOCATIONS).page(LOCATIONS_OF_MERCHANT, booking.merchant_id, limit=1)
            if booking.location_id == locations[0].id:
                take(self, booking, buffer=buffer)
                return
            with swapped(diary, "time_seats", whole):
                take(self, booking, buffer=buffer)

        return take_time

    plant.replace(Diary, "take_time", elsewhere)


@DEFECTS.defect("AP-U02.longer", "A booking that only gets longer is not compared with the next one.", subtle=True)
def _(plant: Planter) -> None:
    def unasked(self: Ledger, holder: str, wanted: Sequence[tuple[Pool, Seat]], **_: Any) -> None:
        self._claims.put(Claim(holder, tuple(seat for _, seat in wanted)))

    def lenient(take: Callable[..., None]) -> Any:
        def take_time(self: Diary, booking: Booking, *, buffer: timedelta) -> None:
            old = self._work.records(BOOKINGS).find(booking.id)
            if old is None or old.starts_at != booking.starts_at or old.ends_at > booking.ends_at:
                take(self, booking, buffer=buffer)
                return
            with swapped(Ledger, "take", unasked):
                take(self, booking, buffer=buffer)

        return take_time

    plant.replace(Diary, "take_time", lenient)


def _moving(plant: Planter, act: Callable[[MerchantDesk, Booking, Booking], None]) -> None:
    """What happens after a booking has been moved: given the desk, the booking as it was and as it is."""

    def around(change: Callable[..., None]) -> Any:
        def run(self: MerchantDesk, booking_id: int, wanted: BookingChange) -> None:
            old = self._work.records(BOOKINGS).find(booking_id)
            change(self, booking_id, wanted)
            new = self._work.records(BOOKINGS).get(booking_id)
            if old is not None and new.span != old.span:
                act(self, old, new)

        return run

    plant.replace(MerchantDesk, "change", around)


@DEFECTS.defect("AP-U13.back", "A booking that moves back to where it was keeps the time in between.", subtle=True)
def _(plant: Planter) -> None:
    def keeping(self: MerchantDesk, old: Booking, new: Booking) -> None:
        if recall(self._work, f"was/{new.id}") == str(new.span):
            _leak(self._work, f"moved/{new.id}", [seat for _, seat in time_seats(old)])
        remember(self._work, f"was/{new.id}", str(old.span))

    _moving(plant, keeping)


@DEFECTS.defect("AP-S07.lunch", "An appointment may reach over the pause between two openings of a day.", subtle=True)
def _(plant: Planter) -> None:
    def lies_open(span: Span, openings: Sequence[Span]) -> bool:
        return bool(openings) and Span(openings[0].starts_at, openings[-1].ends_at).contains(span)

    plant.replace(customers, "lies_open", lambda _: lies_open)


@DEFECTS.defect("AP-S08.change", "An all-day blocked time takes 24 hours, also when the clocks change.", subtle=True)
def _(plant: Planter) -> None:
    def even(whole: Callable[..., Span]) -> Any:
        def run(span: Span, zone: ZoneInfo) -> Span:
            right = whole(span, zone)
            days = round((right.ends_at - right.starts_at) / _DAY)
            return Span(right.starts_at, right.starts_at + days * _DAY)

        return run

    plant.replace(merchants, "whole_days", even)


@DEFECTS.defect(
    "AP-B07.days", "A blocked time that is no longer one of whole days takes whole days as before.", subtle=True
)
def _(plant: Planter) -> None:
    def keeping(change_block: Callable[..., None]) -> Any:
        def run(self: MerchantDesk, block_id: int, change: NewBlockedTime) -> None:
            blocks = self._work.records(BLOCKED_TIMES)
            old = blocks.find(block_id)
            change_block(self, block_id, change)
            new = blocks.get(block_id)
            if old is not None and old.all_day and not new.all_day:
                busy = whole_days(new.busy, self.merchant().zone)
                blocks.put(msgspec.structs.replace(new, busy_from=busy.starts_at, busy_to=busy.ends_at))

        return run

    plant.replace(MerchantDesk, "change_block", keeping)


# Deadlines and windows


@DEFECTS.defect("AP-X06.change", "Hours of a deadline are counted on the wall, where the clocks change.", subtle=True)
def _(plant: Planter) -> None:
    def on_the_wall(cancel: Callable[..., None]) -> Any:
        def run(self: CustomerDesk, booking_id: int, merchant_name: str) -> None:
            booking = self._work.records(BOOKINGS).find(booking_id)
            if booking is None:
                cancel(self, booking_id, merchant_name)
                return
            zone = self._work.records(MERCHANTS).get(booking.merchant_id).zone
            with swapped(
                customers,
                "deadline_at",
                lambda starts_at, ahead: (starts_at.astimezone(zone) - ahead).astimezone(UTC),
            ):
                cancel(self, booking_id, merchant_name)

        return run

    plant.replace(CustomerDesk, "cancel", on_the_wall)


@DEFECTS.defect(
    "AP-C07.overflow", "Five months from the last of a month reach into the next where it has more days.", subtle=True
)
def _(plant: Planter) -> None:
    def wider(window: Callable[..., tuple[datetime, datetime]]) -> Any:
        def run(service: Service, merchant: Merchant, now: datetime) -> tuple[datetime, datetime]:
            earliest, latest = window(service, merchant, now)
            last = latest.astimezone(merchant.zone)
            over = now.astimezone(merchant.zone).day - monthrange(last.year, last.month)[1]
            return earliest, latest + max(over, 0) * _DAY

        return run

    plant.replace(customers, "booking_window", wider)


# Groups


def _joining(plant: Planter, act: Callable[[CustomerDesk, Booking, Booking, Participant], Booking]) -> None:
    """What a join makes of a group: given the desk, the group before and after it, and who joined."""

    def around(join: Callable[..., Booking]) -> Any:
        def run(self: CustomerDesk, booking: Booking, *args: Any) -> Booking:
            joined = join(self, booking, *args)
            customer = self._register.customer_of(booking.merchant_id, self._user)
            mine = None if customer is None else joined.participant(customer.id)
            if mine is None:
                return joined
            changed = act(self, booking, joined, mine)
            self._work.records(BOOKINGS).put(changed)
            return changed

        return run

    plant.replace(CustomerDesk, "_join", around)


@DEFECTS.defect("AP-J14.again", "Who comes back to a group has the note of the first time.", subtle=True)
def _(plant: Planter) -> None:
    def old_note(_: CustomerDesk, old: Booking, new: Booking, mine: Participant) -> Booking:
        earlier = old.participant(mine.customer_id)
        if earlier is None or earlier.note is None:
            return new
        return _with_shares(
            new,
            (msgspec.structs.replace(each, note=earlier.note) if each is mine else each for each in new.participants),
        )

    _joining(plant, old_note)


def _with_shares(booking: Booking, participants: Iterable[Participant]) -> Booking:
    return msgspec.structs.replace(booking, participants=tuple(participants))


@DEFECTS.defect("AP-J01.race", "Of two who join at the same moment the first is lost, with place and all.", subtle=True)
def _(plant: Planter) -> None:
    plant.flight("createCustomerBooking")
    waiting: Counter[object] = Counter()
    stale: dict[object, tuple[Participant, ...]] = {}

    def group_of(request: Request) -> object:
        body = request.json
        return str(body.get("booking_id")) if isinstance(body, dict) else ""

    def arrive(request: Request) -> None:
        waiting[group_of(request)] += 1

    def leave(answer: Answer) -> None:
        group = group_of(answer.request)
        waiting[group] -= 1
        if not waiting[group]:
            stale.pop(group, None)

    def from_stale(_: CustomerDesk, old: Booking, new: Booking, mine: Participant) -> Booking:
        group = str(old.id)
        if group in stale:
            return _with_shares(new, (*(each for each in stale[group] if each.customer_id != mine.customer_id), mine))
        if waiting[group] > 1:
            stale[group] = old.participants
        return new

    plant.request(arrive, "createCustomerBooking")
    plant.answer(leave, "createCustomerBooking")
    _joining(plant, from_stale)


@DEFECTS.defect("AP-X09.twice", "Who leaves a group for the second time leaves the place taken.", subtle=True)
def _(plant: Planter) -> None:
    def keeping(cancel: Callable[..., None]) -> Any:
        def run(self: CustomerDesk, booking_id: int, merchant_name: str) -> None:
            cancel(self, booking_id, merchant_name)
            booking = self._work.records(BOOKINGS).get(booking_id)
            share = f"{booking_id}/{self._user}"
            if booking.is_group and recall(self._work, f"left/{share}") is not None:
                _leak(self._work, share, [Seat(group_pool(booking).id)])
            remember(self._work, f"left/{share}")

        return run

    plant.replace(CustomerDesk, "cancel", keeping)


@DEFECTS.defect("AP-U14.left", "Who had left a group takes part again when it moves.", subtle=True)
def _(plant: Planter) -> None:
    def back_again(self: MerchantDesk, _: Booking, new: Booking) -> None:
        if new.is_group and len(new.participants) <= new.max_participants:
            everybody = (msgspec.structs.replace(each, status=Status.BOOKED) for each in new.participants)
            self._work.records(BOOKINGS).put(_with_shares(new, everybody))

    _moving(plant, back_again)


@DEFECTS.defect("AP-G07.third", "The third participant does not read that the merchant has cancelled.", subtle=True)
def _(plant: Planter) -> None:
    def for_two(show: Callable[..., dict[str, Any]]) -> Any:
        def run(booking: Booking, participant: Participant, *of: Any) -> dict[str, Any]:
            shown = show(booking, participant, *of)
            is_late = participant in booking.participants[_TWO:] and participant.is_active
            return {**shown, "is_cancelled": False} if is_late else shown

        return run

    plant.replace(operations, "show_booking", for_two)


@DEFECTS.defect("AP-P02.third", "From the third participant on the cost of a booking stays.", subtle=True)
def _(plant: Planter) -> None:
    plant.replace(
        Service, "cost_for", lambda cost_for: lambda self, participants: cost_for(self, min(participants, _TWO))
    )


@DEFECTS.defect("AP-T09.midnight", "A group that begins at midnight is listed on the day before.", subtle=True)
def _(plant: Planter) -> None:
    def late(self: Catalogue, offer: Offer, start: datetime, end: datetime) -> tuple[Offer, datetime, datetime]:
        return offer, start + _SECOND, end + _SECOND

    def around(groups_on: Callable[..., Sequence[Booking]]) -> Any:
        def run(self: Catalogue, *args: Any) -> Sequence[Booking]:
            right = vars(Catalogue)["_groups"]
            with swapped(Catalogue, "_groups", lambda self, *args: right(self, *late(self, *args))):
                return groups_on(self, *args)

        return run

    plant.replace(Catalogue, "_groups_on", around)


# Customers


@DEFECTS.defect(
    "AP-N02.second", "A group that the merchant cancels counts as cancelled for its first customer alone.", subtle=True
)
def _(plant: Planter) -> None:
    def fewer(self: MerchantDesk, count: CustomerCount, customer: Customer) -> CustomerCount:
        ended = self._work.records(BOOKINGS).page(BOOKINGS_OF_CUSTOMER, customer_group(customer.id, Status.CANCELLED))
        missed = [each for each in ended if each.is_cancelled and each.participants[0].customer_id != customer.id]
        return msgspec.structs.replace(count, cancelled=count.cancelled - len(missed))

    afterwards(plant, MerchantDesk, "_count", fewer)


@DEFECTS.defect("AP-C09.again", "Who is blacklisted once more after it was lifted can book all the same.", subtle=True)
def _(plant: Planter) -> None:
    def noting(unblacklist: Callable[..., None]) -> Any:
        def run(self: MerchantDesk, customer_id: str) -> None:
            unblacklist(self, customer_id)
            remember(self._work, f"forgiven/{customer_id.lower()}")

        return run

    def forgiving(customer_at: Callable[..., Customer]) -> Any:
        def run(self: CustomerDesk, merchant: Merchant) -> Customer:
            try:
                return customer_at(self, merchant)
            except RuleBroken:
                customer = self._register.customer_of(merchant.id, self._user)
                if customer is None or recall(self._work, f"forgiven/{customer.id}") is None:
                    raise
                return customer

        return run

    plant.replace(MerchantDesk, "unblacklist", noting)
    plant.replace(CustomerDesk, "_customer_at", forgiving)


# Text, moments and paths


@DEFECTS.defect("AP-C11.composed", "A letter and its accent in a customer's note become one letter.", subtle=True)
def _(plant: Planter) -> None:
    def composed(_: CustomerDesk, wanted: CustomerBooking) -> tuple[CustomerBooking]:
        note = wanted.customer_note
        return (msgspec.structs.replace(wanted, customer_note=note and unicodedata.normalize("NFC", note)),)

    before(plant, CustomerDesk, "book", composed)


@DEFECTS.defect("AP-V08.minutes", "The minutes of an offset count as plus where its hours are minus.", subtle=True)
def _(plant: Planter) -> None:
    def reading(read: Callable[[str], datetime]) -> Any:
        def run(text: str) -> datetime:
            found = _MINUS_WITH_MINUTES.fullmatch(text)
            return read(text) - 2 * timedelta(minutes=int(found[1]) if found else 0)

        return run

    plant.replace(requests, "read_moment", reading)


@DEFECTS.defect(
    "AP-H08.blocks", "Under /api/v1 Location of a blocked time is under the shorter base path.", subtle=True
)
def _(plant: Planter) -> None:
    def shorter(answer: Answer) -> None:
        if answer.status == _CREATED and answer.request.before.endswith(_LONGER):
            answer.headers["location"] = answer.headers["location"].replace(_LONGER, "", 1)

    plant.answer(shorter, "createBlockedTime")


@DEFECTS.defect("AP-H02.longer", "Under /api/v1 Allow does not name POST.", subtle=True)
def _(plant: Planter) -> None:
    def shorter(answer: Answer) -> None:
        if "allow" in answer.headers and answer.request.before.endswith(_LONGER):
            names = answer.headers["allow"].split(", ")
            answer.headers["allow"] = ", ".join(name for name in names if name != "POST")

    plant.answer(shorter)
