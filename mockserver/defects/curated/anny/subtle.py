"""Bugs that show in a corner only: at an edge, for the second of them, in another place, after a certain other request."""

import dataclasses
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from mockserver.apis.anny.desk import reading
from mockserver.apis.anny.desk.canceling import Canceling, Reckoning
from mockserver.apis.anny.desk.cart import CartDesk
from mockserver.apis.anny.desk.diary import Diary
from mockserver.apis.anny.desk.due import ACTIONS
from mockserver.apis.anny.desk.edits import EditDesk
from mockserver.apis.anny.desk.invitations import change_participant
from mockserver.apis.anny.desk.making import Maker
from mockserver.apis.anny.desk.organisation import Organisation
from mockserver.apis.anny.desk.reading import BookingFilter, Reading
from mockserver.apis.anny.desk.till import Till, status_among
from mockserver.apis.anny.desk.timetable import drop_timers, set_timer
from mockserver.apis.anny.notices import tell
from mockserver.apis.anny.operations import bookings as booking_operations
from mockserver.apis.anny.records import (
    BOOKINGS,
    CLAIMS,
    INVOICES,
    INVOICES_OF_ORDER,
    LIFECYCLE,
    Booking,
    Invoice,
    InvoiceStatus,
    Order,
    OrderStatus,
    SeriesType,
    Status,
)
from mockserver.apis.anny.refusals import Unavailable
from mockserver.apis.anny.register import Register
from mockserver.apis.anny.requests import Wish
from mockserver.apis.anny.terms import price_of
from mockserver.apis.anny.types import TYPES, Context, amount
from mockserver.apis.anny.types import bookings as booking_types
from mockserver.apis.anny.types import orders as order_types
from mockserver.apis.anny.viewers import ORGANISATION
from mockserver.apis.anny.views import Types, View
from mockserver.apis.exchange import Call
from mockserver.booking.cancellation import Policy, Quote, quote
from mockserver.booking.errors import RuleBroken
from mockserver.booking.ledger import Claim
from mockserver.booking.paging import PageRequest
from mockserver.booking.schedule import openings_on
from mockserver.booking.spans import Span
from mockserver.defects.bug import Bugs
from mockserver.defects.crowds import Crowd, start_from_before, unseen
from mockserver.defects.planting import Planter
from mockserver.sandbox.timers import Timer
from mockserver.sandbox.work import Work

__all__ = ["BUGS"]

BUGS = Bugs()

Does = Callable[..., None]
Books = Callable[..., Booking]
Orders = Callable[..., Order]
Found = tuple[Sequence[Booking], int]

_EVERYTHING = PageRequest(1, 1_000_000)


@BUGS.around(quote, "AN-P03.second", "Exactly at its deadline a tier is over, if it is not the first.")
def _(right: Callable[..., Quote], policy: Policy, *, starts_at: datetime, now: datetime, **amounts: Any) -> Quote:
    is_last_moment = any(starts_at - now == tier.before for tier in policy.tiers[1:-1])
    return right(policy, starts_at=starts_at, now=now + is_last_moment * timedelta.resolution, **amounts)


@BUGS.around(
    Organisation.check_in,
    "AN-K01.first",
    "At the very moment at which check-in begins nobody is checked in.",
)
def _(check_in: Books, desk: Organisation, text: str) -> Booking:
    came = check_in(desk, text)
    rules = desk._register.resource_of(came).check_in
    if desk._work.now == came.starts_at - timedelta(minutes=rules.allowed_before):
        raise RuleBroken("check_in_not_possible", "check-in has not begun")
    return came


@BUGS.around(openings_on, "AN-T11.summer", "In summer, too, the opening hours are those of the winter's clock.")
def _(right: Callable[..., list[Span]], day: date, hours: Any, zone: ZoneInfo) -> list[Span]:
    return right(day, hours, timezone(datetime(day.year, 1, 1, tzinfo=zone).utcoffset() or timedelta()))


@BUGS.around(booking_operations._filter, "AN-V09.filter", "The offset of filter[end_date] is not looked at.")
def _(read: Callable[..., BookingFilter], call: Call) -> BookingFilter:
    wanted = read(call)
    if wanted.starts_before is None:
        return wanted
    offset = datetime.fromisoformat(call.query["filter[end_date]"]).utcoffset() or timedelta()
    return msgspec.structs.replace(wanted, starts_before=wanted.starts_before + offset)


@BUGS.around(Canceling._reckon, "AN-P14.tiers", "Every date of a series costs the share that its first date costs.")
def _(reckon: Callable[..., Reckoning], desk: Canceling, booking: Booking) -> Reckoning:
    right, account = reckon(desk, booking), desk._register.ordered_as(booking).account
    same_start = (msgspec.structs.replace(each, starts_at=right.first.starts_at) for each in right.dates)
    return dataclasses.replace(right, quotes={each.id: desk._quote(each, right.policy, account) for each in same_start})


@BUGS.around(
    Canceling._master,
    "AN-X09.last",
    "The latest date takes the master with it, whichever others are left.",
)
def _(master_of: Callable[..., Booking | None], desk: Canceling, booking: Booking) -> Booking | None:
    master, dates = master_of(desk, booking), desk._register.dates_of(booking)
    if master is not None or booking.series_type is not SeriesType.RECURRING or dates[-1].id != booking.id:
        return master
    found = desk._work.records(BOOKINGS).get(booking.series_id or 0)
    return found if LIFECYCLE.allows(found.status, "cancel") else None


@BUGS.around(tell, "AN-W08.series", "Of a series that is canceled as a whole only the master is announced.")
def _(announce: Does, work: Work, event: str, booking: Any) -> None:
    is_date = (
        isinstance(booking, Booking)
        and booking.series_id is not None
        and not booking.is_master
        and booking.canceled_at is not None
    )
    if not is_date or work.records(BOOKINGS).get(booking.series_id or 0).canceled_at != booking.canceled_at:
        announce(work, event, booking)


@BUGS.around(
    booking_types._series, "AN-D14.dates", "Who looks a date of a series up by its number is told of the others."
)
def _(_see: Callable[[Booking, Context], Any], booking: Booking, context: Context) -> Any:
    return [date for date in context.register.dates_of(booking) if date.id != booking.id]


@BUGS.around(booking_types._customer, "AN-L05.customer", "Who looks a booking up by its number is told whose it is.")
def _(_see: Callable[[Booking, Context], Any], booking: Booking, context: Context) -> Any:
    return context.register.customer_of(booking)


@BUGS.around(CartDesk.add, "AN-C03.second", "What is put into a cart prolongs the hold of what is there already.")
def _(add: Orders, desk: CartDesk, wish: Wish) -> Order:
    cart = add(desk, wish)
    *others, new = desk._register.bookings_of(cart)
    for each in others:
        longer = msgspec.structs.replace(each, hold_ends_at=new.hold_ends_at)
        desk._work.records(BOOKINGS).put(set_timer(desk._work, longer))
    return cart


@BUGS.around(
    order_types._total,
    "AN-C13.add_ons",
    "The total of a cart leaves out the add-ons of all bookings but the first.",
)
def _(total: Callable[..., int], order: Order, context: Context) -> int:
    later = context.bookings_of(order)[1:] if order.is_draft else ()
    return total(order, context) - sum(each.total - each.subtotal for each in later)


@BUGS.around(
    status_among,
    "AN-X13.mixed",
    "An order is completed when one booking was rejected, the other canceled.",
)
def _(right: Callable[..., OrderStatus], bookings: Iterable[Booking]) -> OrderStatus:
    known = list(bookings)
    is_mixed = {booking.status for booking in known} == {Status.CANCELED, Status.REJECTED}
    return OrderStatus.COMPLETED if is_mixed else right(known)


@BUGS.around(tell, "AN-W09.second", "Of an order of several bookings only the first is said to be created.")
def _(announce: Does, work: Work, event: str, booking: Booking) -> None:
    if event != "bookings.created" or Register(work).ordered_as(booking).booking_ids[0] == booking.id:
        announce(work, event, booking)


@BUGS.around(Till.pay, "AN-C22.second", "Of several open invoices a payment closes the first alone.")
def _(pay: Callable[..., tuple[Order, list[int]]], till: Till, order: Order) -> tuple[Order, list[int]]:
    invoices = till._work.records(INVOICES)
    was_open = [each for each in invoices.page(INVOICES_OF_ORDER, order.id) if each.status is InvoiceStatus.OPEN]
    paid = pay(till, order)
    for each in was_open[1:]:
        invoices.put(each)
    return paid


@BUGS.around(
    TYPES["invoices"].attributes,
    "AN-Q08.negative",
    "The tax in the breakdown of what is below zero is rounded away from zero.",
)
def _(attributes: Callable[..., dict[str, Any]], invoice: Invoice, context: Context) -> dict[str, Any]:
    shown = attributes(invoice, context)
    if invoice.amount < 0:
        tax = invoice.amount * invoice.tax_rate // (100 + invoice.tax_rate)
        shown["vat_breakdown"][0].update(net_amount=amount(invoice.amount - tax), tax_amount=amount(tax))
    return shown


@BUGS.bug("AN-Y01.moved", "Several places cost as much as one, once they have been moved.")
def _(plant: Planter) -> None:
    def of_one(price: Callable[..., Any], *terms: Any, **named: Any) -> Any:
        return price(*terms, **{**named, "weight": 1})

    plant.within("editBookingBaseData", price_of, of_one)


@BUGS.around(
    Till.edited,
    "AN-E08.several",
    "A revert of several edits takes off the order what the last one cost.",
)
def _(edited: Orders, till: Till, order: Order, before: Booking, after: Booking) -> Order:
    if before.edit is not None and after.edit is not None:
        edit = msgspec.structs.replace(after.edit, first_line=len(order.lines))
        till._work.records(BOOKINGS).put(msgspec.structs.replace(after, edit=edit))
    return edited(till, order, before, after)


@BUGS.around(EditDesk.revert, "AN-E07.resource", "What comes back from another resource stays taken there.")
def _(revert: Books, desk: EditDesk, booking_id: str) -> Booking:
    moved, claims = desk._booking(booking_id), desk._work.records(CLAIMS.kind)
    held = claims.find(moved.id)
    after = revert(desk, booking_id)
    if held is not None and moved.resource_id != after.resource_id:
        claims.put(Claim(-moved.id, tuple(seat for seat in held.seats if seat.pool == moved.resource_id)))
    return after


@BUGS.bug("AN-S02.reverted", "What was moved and put back expires by the start it had moved to.")
def _(plant: Planter) -> None:
    def as_it_was(_: Books, __: Work, booking: Booking) -> Booking:
        return booking

    plant.within("cancelEditBooking", set_timer, as_it_was)


@BUGS.bug(
    "AN-S18.edited",
    "What is canceled shortly after an edit takes its place again when that could not be reverted any more.",
)
def _(plant: Planter) -> None:
    def but_for_the_edit(drop: Books, work: Work, booking: Booking) -> Booking:
        if booking.edit is not None:
            work.timers.schedule(booking.edit.expires_at, "close_edit", booking.id)
        return drop(work, booking)

    def whatever_it_is(close_edit: Does, work: Work, timer: Timer) -> None:
        booking = work.records(BOOKINGS).get(timer.subject)
        if booking.status is Status.CANCELED:
            with suppress(Unavailable):
                Diary(work).take(booking, Register(work).service_of(booking))
        close_edit(work, timer)

    plant.within("cancelBooking", drop_timers, but_for_the_edit)
    plant.around(ACTIONS["close_edit"], whatever_it_is)


@BUGS.around(change_participant, "AN-I09.reverted", "Who has rejected is invited again when an edit is reverted.")
def _(change: Books, booking: Booking, *change_of: Any) -> Booking:
    after = change(booking, *change_of)
    is_alike = len(after.participants) == len(booking.participants)
    return after if is_alike else msgspec.structs.replace(after, edit=booking.edit)


@BUGS.around(
    reading._share,
    "AN-D06.mixed",
    "The latest first, pages do not fit where own bookings and those of others mix.",
)
def _(
    _: Callable[..., int], one: reading._Strand, other: reading._Strand, key: Callable[[Booking], Any], size: int
) -> int:
    def has_enough(mine: int) -> bool:
        return bool(key(other[size - mine - 1]) < key(one[mine]))

    fewest, most = max(0, size - other.length), min(size, one.length)
    return fewest + bisect_left(range(fewest, most), x=True, key=has_enough)


@BUGS.around(Types.view, "AN-D09.resources", "Of several resources asked for, links name the first alone.")
def _(
    view: Callable[..., View[Context]],
    types: Types[Context],
    name: str,
    query: Mapping[str, Any] | None = None,
    **more: Any,
) -> View[Context]:
    singly = {key: value[:1] if isinstance(value, list) else value for key, value in (query or {}).items()}
    return dataclasses.replace(view(types, name, query, **more), here=view(types, name, singly, **more).here)


@BUGS.around(Reading.bookings, "AN-A12.note", "A search finds what others wrote to their bookings, too.")
def _(find: Callable[..., Found], desk: Reading, wanted: BookingFilter, sort: str, page: PageRequest) -> Found:
    if not wanted.text or wanted.statuses or desk._viewer == ORGANISATION:
        return find(desk, wanted, sort, page)
    everybodys, _ = find(Reading(desk._work, ORGANISATION), wanted, sort, _EVERYTHING)
    found = [
        each
        for each in everybodys
        if desk._viewer.part_in(each).may_read or wanted.text in (each.customer_note or "").lower()
    ]
    return found[page.offset : page.offset + page.size], len(found)


@BUGS.bug("AN-N13.cart", "Who books at once and who uses a cart get the same last place.")
def _(plant: Planter) -> None:
    crowd = Crowd(plant, "bookInstantly", "addToCart")

    def unseeing(
        make: Books, maker: Maker, wish: Wish, offer: Any, order: Order, status: Status, **held: Any
    ) -> Booking:
        memory, is_held = crowd.memory, status is Status.RESERVED
        if memory is None:
            return make(maker, wish, offer, order, status, **held)
        with unseen(maker._work.records(CLAIMS.kind), memory.get(not is_held, ())):
            booking = make(maker, wish, offer, order, status, **held)
        memory.setdefault(is_held, []).append(booking.id)
        return booking

    plant.around(Maker.make, unseeing)


@BUGS.bug("AN-C23.race", "Two who pay at the same moment pay both.")
def _(plant: Planter) -> None:
    start_from_before(plant, "payOrder")


@BUGS.bug("AN-I01.race", "Of two who accept at the same moment the first is invited again.")
def _(plant: Planter) -> None:
    start_from_before(plant, "acceptInvite")
