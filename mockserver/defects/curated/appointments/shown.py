"""The mistakes that booking servers make again and again, for those who want to know whether their own tests look."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from mockserver.apis.appointments import wire
from mockserver.apis.appointments.claims import group_pool, time_seats
from mockserver.apis.appointments.desk.customers import CustomerDesk
from mockserver.apis.appointments.desk.diary import Diary
from mockserver.apis.appointments.desk.merchants import CalendarBlock, CalendarRow, MerchantDesk
from mockserver.apis.appointments.desk.register import Register
from mockserver.apis.appointments.records import (
    BOOKINGS,
    CUSTOMERS,
    MERCHANTS,
    PARTICIPATION,
    SERVICES,
    Booking,
    Merchant,
    Participant,
    PriceType,
    Service,
    Status,
)
from mockserver.apis.appointments.requests import CustomerBooking, MerchantBooking
from mockserver.apis.appointments.terms import deadline_of
from mockserver.apis.identities import Caller
from mockserver.apis.moments import read_moment
from mockserver.booking.errors import RuleBroken
from mockserver.booking.ledger import Claim, Ledger, Pool, Seat
from mockserver.booking.ports import Kind
from mockserver.booking.recurrence import Frequency, Rule, months_after, occurrences
from mockserver.booking.schedule import local_moment, total_length, whole_days
from mockserver.booking.spans import Span
from mockserver.defects.bug import Bugs
from mockserver.defects.planting import Planter, silenced

__all__ = ["BUGS"]

BUGS = Bugs()

Does = Callable[..., None]
Pools = Callable[..., Pool]
Expands = Callable[..., list[datetime]]
Edge = datetime | date
Shown = tuple[list[CalendarRow], list[CalendarBlock]]
Wanted = Sequence[tuple[Pool, Seat]]

_WHOLE = len("2031-01-01T00:00:00")


def _anybody_s(kind: Kind[Any]) -> Callable[..., Any]:
    """What is looked for among a merchant's records is found whoever has it."""

    def find(found: Callable[..., Any], register: Register, merchant: Merchant, key: Any) -> Any:
        return register._work.records(kind).find(key) or found(register, merchant, key)

    return find


@BUGS.bug("AP-C14", "An appointment can be made for a service of another merchant.")
def _(plant: Planter) -> None:
    plant.within("createCustomerBooking", Register.service, _anybody_s(SERVICES))


@BUGS.around(CustomerDesk._join, "AP-J10", "Who left a group cannot come back.")
def _(join: Callable[..., Booking], desk: CustomerDesk, booking: Booking, merchant: Merchant, *wanted: Any) -> Booking:
    customer = desk._register.customer_of(merchant.id, desk._user)
    if customer is not None and booking.is_group and booking.participant(customer.id) is not None:
        PARTICIPATION.after(Status.BOOKED, "join")
    return join(desk, booking, merchant, *wanted)


@BUGS.around(MerchantDesk._rows, "AP-K15", "Who left a group still has a row in the calendar.")
def _(rows: Callable[..., Iterator[CalendarRow]], desk: MerchantDesk, *of: Any) -> Iterator[CalendarRow]:
    shown = [*rows(desk, *of)]
    yield from shown
    for row in {row.booking.id: row for row in shown if not row.booking.is_cancelled}.values():
        for each in row.booking.participants:
            if not each.is_active:
                yield CalendarRow(row.booking, row.service, each, desk._work.records(CUSTOMERS).get(each.customer_id))


@BUGS.bug("AP-N05", "The customers of another merchant can be read.")
def _(plant: Planter) -> None:
    plant.within("getCustomer", Register.customer, _anybody_s(CUSTOMERS))


@BUGS.around(MerchantDesk.cancel, "AP-D04", "Employees of another merchant may cancel a booking.")
def _(cancel: Does, desk: MerchantDesk, booking_id: int, reason: str) -> None:
    booking = desk._work.records(BOOKINGS).find(booking_id)
    if booking is not None and desk._caller.tenant:
        owner = desk._work.records(MERCHANTS).get(booking.merchant_id)
        desk = MerchantDesk(desk._work, Caller(tenant=owner.slug, role=desk._caller.role))
    cancel(desk, booking_id, reason)


@BUGS.around(group_pool, "AP-J02", "A group takes one participant more than it has places.")
def _(pool: Pools, booking: Booking) -> Pool:
    return msgspec.structs.replace(pool(booking), capacity=booking.max_participants + 1)


@BUGS.bug("AP-J11", "Customers who join at the same moment do not see each other.")
def _(plant: Planter) -> None:
    flight = plant.flight("createCustomerBooking")

    def blind(pool: Pools, booking: Booking) -> Pool:
        return msgspec.structs.replace(pool(booking), capacity=booking.max_participants + (flight.now > 1))

    plant.around(group_pool, blind)


@BUGS.bug("AP-S09", "Customers who book at the same moment do not see each other.")
def _(plant: Planter) -> None:
    flight = plant.flight("createCustomerBooking")
    plant.around(time_seats, lambda seats, booking: [] if flight.now > 1 else seats(booking))


@BUGS.around(Diary.take_time, "AP-S02", "Bookings that touch each other are taken for overlapping.")
def _(take: Does, diary: Diary, booking: Booking, *, buffer: timedelta) -> None:
    take(diary, booking, buffer=buffer + timedelta(seconds=1))


@BUGS.around(Diary.taken_at, "AP-T07", "The starts that are listed overlap what has been booked.")
def _(taken_at: Callable[..., Sequence[Span]], diary: Diary, location_id: int, span: Span) -> Sequence[Span]:
    return ()


@BUGS.around(CustomerDesk.book, "AP-C06", "An appointment may begin up to five minutes ago.")
def _(book: Callable[..., Booking], desk: CustomerDesk, wanted: CustomerBooking) -> Booking:
    if desk._now - timedelta(minutes=5) <= wanted.starts_at < desk._now:
        desk._now = wanted.starts_at
    return book(desk, wanted)


@BUGS.around(CustomerDesk.cancel, "AP-X01", "A customer's cancel keeps the time.")
def _(cancel: Does, desk: CustomerDesk, booking_id: int, merchant_name: str) -> None:
    with silenced(Diary.free_time):
        cancel(desk, booking_id, merchant_name)


@BUGS.around(deadline_of, "AP-X07", "Exactly at the deadline is too late.")
def _(deadline: Callable[..., timedelta], service: Service, merchant: Merchant) -> timedelta:
    return deadline(service, merchant) + timedelta(seconds=1)


@BUGS.around(CustomerDesk.cancel, "AP-X09", "Who leaves a group leaves the place taken.")
def _(cancel: Does, desk: CustomerDesk, booking_id: int, merchant_name: str) -> None:
    with silenced(Diary.free_place):
        cancel(desk, booking_id, merchant_name)


@BUGS.around(MerchantDesk.cancel, "AP-D06", "A merchant cannot cancel what has begun.")
def _(cancel: Does, desk: MerchantDesk, booking_id: int, reason: str) -> None:
    booking = desk._work.records(BOOKINGS).find(booking_id)
    if booking is not None and booking.starts_at <= desk._work.now:
        raise RuleBroken("already_started", "a booking that has begun is not cancelled")
    cancel(desk, booking_id, reason)


@BUGS.around(MerchantDesk.calendar, "AP-K02", "A booking across an edge of the range is not in the calendar.")
def _(right: Callable[..., Shown], desk: MerchantDesk, start: Edge, end: Edge, **which: Any) -> Shown:
    rows, blocks = right(desk, start, end, **which)
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        return rows, blocks
    return [row for row in rows if start <= row.booking.starts_at and row.booking.ends_at <= end], blocks


@BUGS.around(wire.show_booking, "AP-G07", "A customer does not read that the merchant has cancelled.")
def _(show: Callable[..., dict[str, Any]], booking: Booking, mine: Participant, *of: Any) -> dict[str, Any]:
    return {**show(booking, mine, *of), "is_cancelled": not mine.is_active}


@BUGS.bug("AP-U02", "A booking can be moved onto another one.")
def _(plant: Planter) -> None:
    def roomy(take: Does, ledger: Ledger, holder: str, wanted: Wanted, **more: Any) -> None:
        take(ledger, holder, [(msgspec.structs.replace(pool, capacity=99), seat) for pool, seat in wanted], **more)

    plant.within("updateMerchantBooking", Ledger.take, roomy)


@BUGS.bug("AP-U13", "A booking that moves keeps its old time as well.")
def _(plant: Planter) -> None:
    def both(take: Does, ledger: Ledger, holder: str, wanted: Wanted, **more: Any) -> None:
        before = ledger.holds(holder)
        take(ledger, holder, wanted, **more)
        if before is not None:
            ledger._claims.put(Claim(f"{holder}/old", before.seats))

    plant.within("updateMerchantBooking", Ledger.take, both)


@BUGS.around(wire._money, "AP-P01", "An amount is in whole units of the currency.")
def _(money: Callable[..., dict[str, Any]], minor: int, merchant: Merchant) -> dict[str, Any]:
    return {**money(minor, merchant), "amount": minor // 100}


@BUGS.around(Service.price_for, "AP-P03", "The price of a per_booking group is counted for each participant.")
def _(price: Callable[..., int], service: Service, participants: int) -> int:
    is_per_booking = service.price_type is PriceType.PER_BOOKING
    return service.price_minor * max(1, participants) if is_per_booking else price(service, participants)


@BUGS.around(occurrences, "AP-R09", "A series keeps its time of day in UTC.")
def _(expand: Expands, rule: Rule, starts_at: datetime, zone: ZoneInfo, **bounds: Any) -> list[datetime]:
    return expand(rule, starts_at, ZoneInfo("UTC"), **bounds)


@BUGS.around(MerchantDesk._starts, "AP-R10", "Occurrences whose time is taken are left out of the series.")
def _(right: Expands, desk: MerchantDesk, merchant: Merchant, wanted: MerchantBooking) -> list[datetime]:
    starts = right(desk, merchant, wanted)
    if wanted.recurrence_rule is None:
        return starts
    length = total_length(desk._register.service(merchant, wanted.service_id).timing)
    place = desk._employee().location_id
    return [each for each in starts if not desk._diary.taken_at(place, Span(each, each + length))]


@BUGS.around(occurrences, "AP-R14", "A month that lacks the day has its occurrence on its last one.")
def _(expand: Expands, rule: Rule, starts_at: datetime, zone: ZoneInfo, **bounds: Any) -> list[datetime]:
    if rule.frequency is not Frequency.MONTHLY or rule.weekdays or rule.until is None:
        return expand(rule, starts_at, zone, **bounds)
    found = [months_after(starts_at, number * rule.interval, zone) for number in range(bounds["most"])]
    return [each for each in found if bounds["not_before"] <= each <= rule.until]


@BUGS.around(occurrences, "AP-R20", "What has a time that the clock leaves out begins when that is over.")
def _(expand: Expands, rule: Rule, starts_at: datetime, zone: ZoneInfo, **bounds: Any) -> list[datetime]:
    found = expand(rule, starts_at, zone, **bounds)
    wall_clock = starts_at.astimezone(zone).time()
    if rule.frequency is Frequency.DAILY and rule.interval == 1 and not rule.weekdays:
        days = range((found[-1].astimezone(zone).date() - found[0].astimezone(zone).date()).days)
        every = [found[0].astimezone(zone).date() + timedelta(days=each) for each in days]
        return [*(local_moment(day, wall_clock, zone) for day in every), found[-1]]
    return found


@BUGS.around(whole_days, "AP-S08", "An all-day blocked time takes days of UTC.")
def _(widen: Callable[..., Span], span: Span, zone: ZoneInfo) -> Span:
    return widen(span, ZoneInfo("UTC"))


@BUGS.around(read_moment, "AP-V08", "The offset of a moment is not looked at.")
def _(read: Callable[..., datetime], text: str) -> datetime:
    return read(f"{text[:_WHOLE]}Z")
