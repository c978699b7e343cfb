"""Bugs that show in a corner only: at an edge, for the second of them, in another place, after a certain other request."""

import dataclasses
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from mockserver.apis.anny import documents, terms, views
from mockserver.apis.anny.desk import canceling, diary, due, edits, invitations, making, reading, till
from mockserver.apis.anny.desk.canceling import Canceling, Reckoning
from mockserver.apis.anny.desk.cart import CartDesk
from mockserver.apis.anny.desk.diary import Diary
from mockserver.apis.anny.desk.edits import EditDesk
from mockserver.apis.anny.desk.making import Maker
from mockserver.apis.anny.desk.organisation import Organisation
from mockserver.apis.anny.desk.reading import BookingFilter, Reading, _Strand
from mockserver.apis.anny.desk.till import Till
from mockserver.apis.anny.desk.timetable import set_timer
from mockserver.apis.anny.offers import Resource, Service
from mockserver.apis.anny.operations import bookings as booking_operations
from mockserver.apis.anny.records import (
    BOOKINGS,
    CLAIMS,
    INVOICES,
    INVOICES_OF_ORDER,
    LIFECYCLE,
    Booking,
    Edit,
    Invoice,
    InvoiceStatus,
    Order,
    OrderStatus,
    Participant,
    Participation,
    SeriesType,
    Status,
)
from mockserver.apis.anny.refusals import Unavailable
from mockserver.apis.anny.register import Register
from mockserver.apis.anny.requests import Wish
from mockserver.apis.anny.types import Context, amount
from mockserver.apis.anny.types import orders as order_types
from mockserver.apis.anny.viewers import ORGANISATION, Part, Viewer
from mockserver.apis.anny.views import Type
from mockserver.apis.exchange import Call
from mockserver.booking.accounts import LineKind
from mockserver.booking.cancellation import Policy, Quote
from mockserver.booking.errors import RuleBroken
from mockserver.booking.ledger import Claim, Pool
from mockserver.booking.paging import PageRequest
from mockserver.booking.spans import Span
from mockserver.defects.anny.ways import drawn_otherwise
from mockserver.defects.common import afterwards
from mockserver.defects.planting import Answer, Defects, Planter, Request
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_MINUTE = timedelta(minutes=1)
_EVERYTHING = PageRequest(1, 1_000_000)


class _Crowd:
    """Requests about the same thing that are under way at the same moment.

    Attributes:
        waiting: How many there are, by what they are about and their operation.
        seen: What one of them has kept for the others, by what they are about, until all of them are over.
    """

    def __init__(self, plant: Planter, about: Callable[[Request], Hashable], *operations: str) -> None:
        plant.flight(*operations)
        plant.request(self._arrive, *operations)
        plant.answer(self._leave, *operations)
        self._about = about
        self._operations = operations
        self.waiting: Counter[Hashable] = Counter()
        self.seen: dict[Hashable, Any] = {}

    def size(self, about: Hashable) -> int:
        return sum(self.waiting[about, each] for each in self._operations)

    def _arrive(self, request: Request) -> None:
        self.waiting[self._about(request), request.operation] += 1

    def _leave(self, answer: Answer) -> None:
        about = self._about(answer.request)
        self.waiting[about, answer.request.operation] -= 1
        if not self.size(about):
            self.seen.pop(about, None)


# Boundaries


@DEFECTS.defect("AN-P03.second", "Exactly at its deadline a tier is over, if it is not the first.", subtle=True)
def _(plant: Planter) -> None:
    def stricter(quote: Callable[..., Quote]) -> Any:
        def run(policy: Policy, *, starts_at: datetime, now: datetime, **amounts: Any) -> Quote:
            is_last_moment = any(starts_at - now == tier.before for tier in policy.tiers[1:-1])
            return quote(policy, starts_at=starts_at, now=now + is_last_moment * timedelta.resolution, **amounts)

        return run

    plant.replace(canceling, "quote", stricter)


@DEFECTS.defect("AN-K01.first", "At the very moment at which check-in begins nobody is checked in.", subtle=True)
def _(plant: Planter) -> None:
    def later(self: Organisation, _: None, booking: Booking, resource: Resource) -> None:
        if self._work.now == booking.starts_at - resource.check_in.allowed_before * _MINUTE:
            raise RuleBroken("check_in_not_possible", "check-in has not begun")

    afterwards(plant, Organisation, "_ensure_expected", later)


@DEFECTS.defect("AN-T11.summer", "In summer, too, the opening hours are those of the winter's clock.", subtle=True)
def _(plant: Planter) -> None:
    def in_winter(openings_on: Callable[..., list[Span]]) -> Any:
        def run(day: date, hours: Any, zone: ZoneInfo) -> list[Span]:
            offset = datetime(day.year, 1, 1, tzinfo=zone).utcoffset() or timedelta()
            return openings_on(day, hours, timezone(offset))

        return run

    plant.replace(terms, "openings_on", in_winter)


@DEFECTS.defect("AN-V09.filter", "The offset of filter[end_date] is not looked at.", subtle=True)
def _(plant: Planter) -> None:
    def as_written(read: Callable[[Call], BookingFilter]) -> Any:
        def run(call: Call) -> BookingFilter:
            wanted = read(call)
            if wanted.starts_before is None:
                return wanted
            offset = datetime.fromisoformat(call.query["filter[end_date]"]).utcoffset() or timedelta()
            return msgspec.structs.replace(wanted, starts_before=wanted.starts_before + offset)

        return run

    plant.replace(booking_operations, "_filter", as_written)


# Series


@DEFECTS.defect("AN-P14.tiers", "Every date of a series costs the share that its first date costs.", subtle=True)
def _(plant: Planter) -> None:
    def as_the_first(self: Canceling, reckoning: Reckoning, booking: Booking) -> Reckoning:
        account = self._register.ordered_as(booking).account
        same_start = (msgspec.structs.replace(each, starts_at=reckoning.first.starts_at) for each in reckoning.dates)
        quotes = {each.id: self._quote(each, reckoning.policy, account) for each in same_start}
        return dataclasses.replace(reckoning, quotes=quotes)

    afterwards(plant, Canceling, "_reckon", as_the_first)


@DEFECTS.defect("AN-X09.last", "The latest date takes the master with it, whichever others are left.", subtle=True)
def _(plant: Planter) -> None:
    def with_the_latest(self: Canceling, master: Booking | None, booking: Booking) -> Booking | None:
        dates = self._register.dates_of(booking)
        if master is not None or booking.series_type is not SeriesType.RECURRING or dates[-1].id != booking.id:
            return master
        found = self._work.records(BOOKINGS).get(booking.series_id or 0)
        return found if LIFECYCLE.allows(found.status, "cancel") else None

    afterwards(plant, Canceling, "_master", with_the_latest)


@DEFECTS.defect("AN-W08.series", "Of a series that is canceled as a whole only the master is announced.", subtle=True)
def _(plant: Planter) -> None:
    def of_masters(tell: Callable[..., None]) -> Any:
        def run(work: Work, event: str, booking: Booking) -> None:
            if booking.series_id is not None and not booking.is_master:
                master = work.records(BOOKINGS).get(booking.series_id)
                if master.canceled_at == booking.canceled_at:
                    return
            tell(work, event, booking)

        return run

    plant.replace(canceling, "tell", of_masters)


@DEFECTS.defect(
    "AN-L05.dates", "By number, include=series_bookings shows everything of the other dates to everybody.", subtle=True
)
def _(plant: Planter) -> None:
    def noting(document: Callable[..., Any]) -> Any:
        def run(self: Any, records: Sequence[Any]) -> Any:
            self.asked_for = {id(record) for record in records}
            return document(self, records)

        return run

    def whole(drawing: Any, shown: dict[str, Any], of: Type[Any, Context], record: Any) -> dict[str, Any]:
        asked_for = getattr(drawing, "asked_for", None)
        if of.name != "bookings" or asked_for is None or id(record) in asked_for:
            return shown
        if drawing._context.part_in(record) is not Part.STRANGER:
            return shown
        wanted = drawing._view.fields.get(of.name)
        secrets = {"code": record.code, "customer_note": record.customer_note, "note": None, "custom_entry_map": {}}
        return {**shown, **{name: value for name, value in secrets.items() if wanted is None or name in wanted}}

    plant.replace(documents._Drawing, "document", noting)
    afterwards(plant, documents._Drawing, "_attributes", whole)


# Carts and orders


@DEFECTS.defect("AN-C03.second", "What is put into a cart prolongs the hold of what is there already.", subtle=True)
def _(plant: Planter) -> None:
    def prolonged(self: CartDesk, cart: Order, _: Wish) -> Order:
        *others, new = self._register.bookings_of(cart)
        for each in others:
            longer = msgspec.structs.replace(each, hold_ends_at=new.hold_ends_at)
            self._work.records(BOOKINGS).put(set_timer(self._work, longer))
        return cart

    afterwards(plant, CartDesk, "add", prolonged)


@DEFECTS.defect(
    "AN-C13.add_ons", "The total of a cart leaves out the add-ons of all bookings but the first.", subtle=True
)
def _(plant: Planter) -> None:
    def without_add_ons(total: Callable[..., int]) -> Any:
        def run(order: Order, context: Context) -> int:
            later = context.bookings_of(order)[1:] if order.is_draft else ()
            return total(order, context) - sum(each.total - each.subtotal for each in later)

        return run

    plant.replace(order_types, "_total", without_add_ons)


@DEFECTS.defect("AN-X13.mixed", "An order is completed when one booking was rejected, the other canceled.", subtle=True)
def _(plant: Planter) -> None:
    def alike(status_among: Callable[..., OrderStatus]) -> Any:
        def run(bookings: Iterable[Booking]) -> OrderStatus:
            known = list(bookings)
            mixed = {booking.status for booking in known} == {Status.CANCELED, Status.REJECTED}
            return OrderStatus.COMPLETED if mixed else status_among(known)

        return run

    plant.replace(till, "status_among", alike)


@DEFECTS.defect("AN-W09.second", "Of an order of several bookings only the first is said to be created.", subtle=True)
def _(plant: Planter) -> None:
    def of_the_first(tell: Callable[..., None]) -> Any:
        def run(work: Work, event: str, booking: Booking) -> None:
            if Register(work).ordered_as(booking).booking_ids[0] == booking.id:
                tell(work, event, booking)

        return run

    plant.replace(making, "tell", of_the_first)


@DEFECTS.defect("AN-C22.second", "Of several open invoices a payment closes the first alone.", subtle=True)
def _(plant: Planter) -> None:
    def only_one(close: Callable[..., None]) -> Any:
        def run(self: Till, order: Order, status: InvoiceStatus, **named: Any) -> None:
            if status is not InvoiceStatus.PAID:
                close(self, order, status, **named)
                return
            invoices = self._work.records(INVOICES)
            issued = invoices.page(INVOICES_OF_ORDER, order.id)
            first = next(each for each in issued if each.status is InvoiceStatus.OPEN)
            invoices.put(msgspec.structs.replace(first, status=status))

        return run

    plant.replace(Till, "_close", only_one)


@DEFECTS.defect(
    "AN-Q08.negative", "The tax in the breakdown of what is below zero is rounded away from zero.", subtle=True
)
def _(plant: Planter) -> None:
    def downwards(invoice: Invoice, shown: dict[str, Any], _: Context) -> None:
        if invoice.amount < 0 and "vat_breakdown" in shown:
            tax = invoice.amount * invoice.tax_rate // (100 + invoice.tax_rate)
            amounts = {"net_amount": amount(invoice.amount - tax), "tax_amount": amount(tax)}
            shown["vat_breakdown"] = [{**each, **amounts} for each in shown["vat_breakdown"]]

    drawn_otherwise(plant, "invoices", downwards)


# Edits, and putting back


@DEFECTS.defect("AN-Y01.moved", "Several places cost as much as one, once they have been moved.", subtle=True)
def _(plant: Planter) -> None:
    def priced(right: Callable[..., Booking]) -> Any:
        def run(booking: Booking, service: Service, **named: Any) -> Booking:
            one = right(msgspec.structs.replace(booking, weight=1), service, **named)
            return msgspec.structs.replace(one, weight=booking.weight)

        return run

    plant.replace(edits, "_priced", priced)


@DEFECTS.defect("AN-E08.several", "A revert of several edits takes off the order what the last one cost.", subtle=True)
def _(plant: Planter) -> None:
    def from_the_last(_: EditDesk, edit: Edit | None, before: Booking, __: Booking, order: Order) -> Edit | None:
        if edit is None or before.edit is None:
            return edit
        return msgspec.structs.replace(edit, first_line=len(order.lines))

    afterwards(plant, EditDesk, "_edit", from_the_last)


@DEFECTS.defect("AN-E07.resource", "What comes back from another resource stays taken there.", subtle=True)
def _(plant: Planter) -> None:
    def keeping(revert: Callable[..., Booking]) -> Any:
        def run(self: EditDesk, booking_id: str) -> Booking:
            moved = self._booking(booking_id)
            after = revert(self, booking_id)
            if moved.resource_id != after.resource_id:
                alone = msgspec.structs.replace(moved, edit=None)
                seats = self._diary._seats(alone, self._register.service_of(alone))
                self._work.records(CLAIMS.kind).put(Claim(-moved.id, tuple(seat for _, seat in seats)))
            return after

        return run

    plant.replace(EditDesk, "revert", keeping)


@DEFECTS.defect("AN-S02.reverted", "What was moved and put back expires by the start it had moved to.", subtle=True)
def _(plant: Planter) -> None:
    def when_moved(right: Callable[..., Booking]) -> Any:
        def run(work: Work, booking: Booking, *, is_new: bool = False) -> Booking:
            return right(work, booking, is_new=True) if is_new else booking

        return run

    plant.replace(edits, "set_timer", when_moved)


@DEFECTS.defect(
    "AN-S07.edited",
    "What is canceled shortly after an edit takes its place again when that could not be reverted any more.",
    subtle=True,
)
def _(plant: Planter) -> None:
    def but_for_the_edit(drop_timers: Callable[..., Booking]) -> Any:
        def run(work: Work, booking: Booking) -> Booking:
            if booking.edit is not None:
                work.timers.schedule(booking.edit.expires_at, "close_edit", booking.id)
            return drop_timers(work, booking)

        return run

    def whatever_it_is(close_edit: Callable[..., Booking]) -> Any:
        def run(work: Work, booking: Booking) -> Booking:
            if booking.status is Status.CANCELED:
                with suppress(Unavailable):
                    Diary(work).take(booking, Register(work).service_of(booking))
            return close_edit(work, booking)

        return run

    plant.replace(canceling, "drop_timers", but_for_the_edit)
    plant.replace(due, "close_edit", whatever_it_is)


@DEFECTS.defect("AN-I09.reverted", "Who has rejected is invited again when an edit is reverted.", subtle=True)
def _(plant: Planter) -> None:
    def of_now(change: Callable[..., Booking]) -> Any:
        def run(booking: Booking, *change_of: Any) -> Booking:
            after = change(booking, *change_of)
            if len(after.participants) == len(booking.participants):
                return after
            return msgspec.structs.replace(after, edit=booking.edit)

        return run

    plant.replace(invitations, "change_participant", of_now)


# Lists


@DEFECTS.defect(
    "AN-D06.mixed", "The latest first, pages do not fit where own bookings and those of others mix.", subtle=True
)
def _(plant: Planter) -> None:
    def as_if_the_earliest_first(_: Any) -> Any:
        def share(one: _Strand, other: _Strand, key: Callable[[Booking], Any], size: int) -> int:
            def has_enough(mine: int) -> bool:
                return bool(key(other[size - mine - 1]) < key(one[mine]))

            fewest, most = max(0, size - other.length), min(size, one.length)
            return fewest + bisect_left(range(fewest, most), x=True, key=has_enough)

        return share

    plant.replace(reading, "_share", as_if_the_earliest_first)


@DEFECTS.defect("AN-D09.resources", "Of several resources asked for, links name the first alone.", subtle=True)
def _(plant: Planter) -> None:
    def singly(text: Callable[..., str]) -> Any:
        def run(query: dict[str, Any]) -> str:
            return text({name: value[:1] if isinstance(value, list) else value for name, value in query.items()})

        return run

    plant.replace(views, "_query_text", singly)


@DEFECTS.defect("AN-A12.note", "A search finds what others wrote to their bookings, too.", subtle=True)
def _(plant: Planter) -> None:
    def or_by_note(find: Callable[..., tuple[Sequence[Booking], int]]) -> Any:
        def run(self: Reading, wanted: BookingFilter, sort: str, page: PageRequest) -> tuple[Sequence[Booking], int]:
            if not wanted.text or wanted.status is not None or self._viewer == ORGANISATION:
                return find(self, wanted, sort, page)
            everybodys, _ = find(Reading(self._work, ORGANISATION), wanted, sort, _EVERYTHING)
            found = [
                each
                for each in everybodys
                if self._viewer.part_in(each).may_read or wanted.text in (each.customer_note or "").lower()
            ]
            return found[page.offset : page.offset + page.size], len(found)

        return run

    plant.replace(Reading, "bookings", or_by_note)


# At the same moment


@DEFECTS.defect("AN-N13.cart", "Who books at once and who uses a cart get the same last place.", subtle=True)
def _(plant: Planter) -> None:
    crowd = _Crowd(plant, lambda _: None, "bookInstantly", "addToCart")
    making_one: list[str] = []

    def noting(make: Callable[..., Booking]) -> Any:
        def run(self: Maker, wish: Wish, offer: Any, order: Order, status: Status, **named: Any) -> Booking:
            mine = "addToCart" if status is Status.RESERVED else "bookInstantly"
            making_one.append(mine)
            try:
                booking = make(self, wish, offer, order, status, **named)
            finally:
                making_one.pop()
            if all(crowd.waiting[None, each] for each in ("bookInstantly", "addToCart")):
                crowd.seen.setdefault(None, []).append((mine, booking.resource_id, booking.weight))
            return booking

        return run

    def unseeing(pool: Callable[[Resource], Pool]) -> Any:
        def run(resource: Resource) -> Pool:
            right = pool(resource)
            unseen = sum(
                places
                for way, taken, places in crowd.seen.get(None, ())
                if making_one and way != making_one[-1] and taken == resource.id
            )
            return msgspec.structs.replace(right, capacity=right.capacity + unseen)

        return run

    plant.replace(Maker, "make", noting)
    plant.replace(diary, "_pool", unseeing)


def _about(parameter: str) -> Callable[[Request], Hashable]:
    return lambda request: request.parameters.get(parameter)


@DEFECTS.defect("AN-C23.race", "Two who pay at the same moment pay both.", subtle=True)
def _(plant: Planter) -> None:
    crowd = _Crowd(plant, _about("orderId"), "payOrder")

    def from_stale(pay: Callable[..., tuple[Order, list[int]]]) -> Any:
        def run(self: Till, order: Order) -> tuple[Order, list[int]]:
            about = str(order.id)
            owing: dict[int, int] | None = crowd.seen.get(about)
            account = order.account
            if owing is None:
                if crowd.size(about) > 1 and not order.is_draft:
                    crowd.seen[about] = {each: account.due(each) for each in account.subjects() if account.due(each)}
                return pay(self, order)
            for each, open_amount in owing.items():
                account = account._with(LineKind.PAYMENT, each, open_amount, "payment", self._now)
            return self._keep(order, account, closed_as=InvoiceStatus.PAID), list(owing)

        return run

    plant.replace(Till, "pay", from_stale)


@DEFECTS.defect("AN-I01.race", "Of two who accept at the same moment the first is invited again.", subtle=True)
def _(plant: Planter) -> None:
    crowd = _Crowd(plant, _about("bookingId"), "acceptInvite")

    def from_stale(respond: Callable[..., Booking]) -> Any:
        def run(work: Work, viewer: Viewer, booking_id: str, event: str) -> Booking:
            after = respond(work, viewer, booking_id, event)
            mine = after.participant(viewer.address or "")
            about = str(after.id)
            if mine is None:
                return after
            stale: tuple[Participant, ...] | None = crowd.seen.get(about)
            if stale is None:
                if crowd.size(about) > 1:
                    before = msgspec.structs.replace(mine, status=Participation.INVITED, responded_at=None)
                    crowd.seen[about] = _with(after.participants, before)
                return after
            after = msgspec.structs.replace(after, participants=_with(stale, mine))
            work.records(BOOKINGS).put(after)
            return after

        return run

    plant.replace(invitations, "_respond", from_stale)


def _with(participants: Iterable[Participant], entry: Participant) -> tuple[Participant, ...]:
    return tuple(entry if each.id == entry.id else each for each in participants)
