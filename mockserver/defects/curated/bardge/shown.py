"""The classical mistakes of a booking server, for who tests their own tests."""

import dataclasses
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from mockserver.apis.bardge.desk.bookings import Bookings, Destination
from mockserver.apis.bardge.desk.copays import CopayDesk
from mockserver.apis.bardge.desk.coverage import give_back_visit, take_visit
from mockserver.apis.bardge.desk.diary import Diary, places_of
from mockserver.apis.bardge.desk.due import ACTIONS
from mockserver.apis.bardge.desk.lookups import Lookups
from mockserver.apis.bardge.desk.making import make_booking
from mockserver.apis.bardge.desk.register import Register, duration_end
from mockserver.apis.bardge.desk.sessions import use_session
from mockserver.apis.bardge.desk.till import Till
from mockserver.apis.bardge.operations.calls import reseller_of
from mockserver.apis.bardge.records import (
    BOOKINGS,
    QUOTES,
    Booking,
    Category,
    ClassInstance,
    Client,
    Copay,
    Duration,
    IssuedPass,
    Lookup,
    Mode,
    Session,
    Status,
    Taken,
)
from mockserver.apis.bardge.terms import appointment, is_late
from mockserver.apis.exchange import Call
from mockserver.apis.refusals import Forbidden
from mockserver.booking.errors import MoveRefused
from mockserver.booking.idempotency import fingerprint
from mockserver.booking.ledger import Ledger, Pool, Seat
from mockserver.booking.paging import CursorRequest, Slice, cut
from mockserver.booking.spans import Span
from mockserver.defects.bug import Bugs
from mockserver.defects.curated.ways import done_though_refused
from mockserver.defects.meddling import Request, Response
from mockserver.defects.planting import Planter, silenced
from mockserver.sandbox.replies import RememberedReplies
from mockserver.sandbox.timers import Timer
from mockserver.sandbox.work import Work

__all__ = ["BUGS"]

BUGS = Bugs()

Does = Callable[..., None]
Books = Callable[..., Booking]
Ended = tuple[Booking, Taken | None]

_CREATED = 201
_HOUR = timedelta(hours=1)


# Places


@BUGS.around(Bookings.cancel, "BG-K13", "The place of a cancelled booking stays taken.")
def _(cancel: Callable[..., Ended], desk: Bookings, booking_id: str) -> Ended:
    with silenced(Diary.free):
        return cancel(desk, booking_id)


@BUGS.around(ACTIONS["expire"], "BG-S05", "The hours of a session that runs out stay taken.")
def _(expire: Does, work: Work, timer: Timer) -> None:
    with silenced(Diary.free):
        expire(work, timer)


@BUGS.around(appointment, "BG-S07", "Services of more than an hour take one.")
def _(_: Callable[..., Span], starts_at: datetime, __: Any) -> Span:
    return Span(starts_at, starts_at + _HOUR)


@BUGS.around(Ledger.take, "BG-B12", "A client who is in a class already gets a second place.")
def _(take: Does, ledger: Ledger, holder: str, wanted: Sequence[tuple[Pool, Seat]], **more: Any) -> None:
    take(ledger, holder, [(pool, msgspec.structs.replace(seat, party=None)) for pool, seat in wanted], **more)


@BUGS.bug("BG-B08", "Who books at the same moment as others does not see their places.")
def _(plant: Planter) -> None:
    flight = plant.flight("initiateClassBooking")

    def unseeing(right: Callable[..., Pool], instance: ClassInstance, *mode: Mode) -> Pool:
        pool = right(instance, *mode)
        return Pool(pool.id, pool.capacity + (flight.now > 1))

    plant.around(places_of, unseeing)


# Canceling


@BUGS.bug("BG-L22", "A second cancellation is refused and refunded.")
def _(plant: Planter) -> None:
    def refund(call: Call, work: Work) -> None:
        booking = Register(work).booking(reseller_of(call), call.path["bookingId"])
        if booking.status is Status.CANCELLED:
            Bookings(work, booking.reseller_id)._refund(booking)

    done_though_refused(plant, "cancelBooking", MoveRefused, refund)


@BUGS.around(is_late, "BG-L25", "23 hours before is early enough.")
def _(late: Callable[..., bool], booking: Booking, now: datetime) -> bool:
    return late(booking, now - _HOUR)


@BUGS.around(give_back_visit, "BG-N43", "A cancellation says that the visit is back, and it is not.")
def _(give_back: Does, work: Work, pass_id: str, took: Taken) -> None:
    give_back(work, pass_id, msgspec.structs.replace(took, visits=0))


@BUGS.around(Bookings.cancel, "BG-L32", "Credits are said to be refunded and are not.")
def _(cancel: Callable[..., Ended], desk: Bookings, booking_id: str) -> Ended:
    with silenced(Till.earn):
        return cancel(desk, booking_id)


# Moving


@BUGS.around(Bookings.reschedule, "BG-M09", "The old place in a class stays taken.")
def _(reschedule: Books, desk: Bookings, booking_id: str, destination: Destination) -> Booking:
    if destination.instance_id is None:
        return reschedule(desk, booking_id, destination)
    with silenced(Diary.free):
        return reschedule(desk, booking_id, destination)


@BUGS.around(Diary.ensure_free, "BG-M14", "The hours of an appointment are in its own way.")
def _(ensure: Does, diary: Diary, branch_id: str, span: Span, *, without: str | None = None) -> None:
    ensure(diary, branch_id, span)


@BUGS.bug("BG-M07", "A class takes one more than it has places for, if they are moved there.")
def _(plant: Planter) -> None:
    def one_more(right: Callable[..., Pool], instance: ClassInstance, *mode: Mode) -> Pool:
        pool = right(instance, *mode)
        return Pool(pool.id, pool.capacity + 1)

    plant.within("rescheduleBooking", places_of, one_more)


@BUGS.around(make_booking, "BG-M11", "Moving a booking brings a refund back.")
def _(make: Books, work: Work, **named: Any) -> Booking:
    return make(work, **{**named, "was_late": False})


# Money, visits and credits


@BUGS.around(Till.debit, "BG-D03", "Credits are given for nothing.")
def _(debit: Does, till: Till, reseller_id: str, amount: int, *, reason: str, about: str) -> None:
    debit(till, reseller_id, 0 if reason == "credits" else amount, reason=reason, about=about)


@BUGS.around(Till.debit, "BG-N16", "A pass is paid for twice.")
def _(debit: Does, till: Till, reseller_id: str, amount: int, *, reason: str, about: str) -> None:
    debit(till, reseller_id, amount * (2 if reason == "issued pass" else 1), reason=reason, about=about)


@BUGS.bug("BG-B01", "A class that is booked at once takes no visit of the pass.")
def _(plant: Planter) -> None:
    def nothing(_: Callable[..., Taken], __: Work, ___: IssuedPass, category: Category) -> Taken:
        return Taken(category=category, visits=1)

    plant.within("initiateClassBooking", take_visit, nothing)


@BUGS.around(CopayDesk.buy_quoted, "BG-O22", "A quote can be bought again and again.")
def _(buy: Callable[..., Copay], desk: CopayDesk, branch_id: str, wish: Any, quote_id: str) -> Copay:
    quotes = desk._work.records(QUOTES)
    if (quote := quotes.find(quote_id)) is not None:
        quotes.put(msgspec.structs.replace(quote, is_used=False))
    return buy(desk, branch_id, wish, quote_id)


@BUGS.bug("BG-F01", "The session of a class stays open after its confirmation.")
def _(plant: Planter) -> None:
    def as_it_is(_: Callable[..., Session], __: Work, session: Session) -> Session:
        return session

    plant.within("confirmClassBooking", use_session, as_it_is)


# Days and months


@BUGS.bug("BG-N11", "A month of a pass has thirty days.")
def _(plant: Planter) -> None:
    def thirty(end_of: Callable[..., datetime], starts_at: datetime, duration: Duration) -> datetime:
        return starts_at + timedelta(days=30) if duration is Duration.MONTHLY else end_of(starts_at, duration)

    plant.within("issuePass", duration_end, thirty)


@BUGS.response("BG-S06", "scheduled_for of a session takes the time in Lagos for UTC.", "initiateSpaBooking")
def _(response: Response) -> None:
    if response.status == _CREATED:
        shown = response.json
        response.json = {**shown, "scheduled_for": shown["scheduled_for"] + _HOUR.seconds}


@BUGS.request("BG-V07", "The 30th of February is the 2nd of March.", "listClasses")
def _(request: Request) -> None:
    request.query = [(name, text.replace("-02-30", "-03-02")) for name, text in request.query]


# Lists


@BUGS.around(cut, "BG-P07", "A page that ends with the last item says that there is more.")
def _(right: Callable[..., Slice], request: CursorRequest, **known: Any) -> Slice:
    part = right(request, **known)
    return dataclasses.replace(part, has_more=part.limit == request.limit)


@BUGS.around(cut, "BG-P08", "Each page but the first begins one item too late.")
def _(right: Callable[..., Slice], request: CursorRequest, **known: Any) -> Slice:
    part = right(request, **known)
    if request.after is None or not part.limit:
        return part
    return Slice(part.offset + 1, part.limit - 1, part.has_more)


# Keys


@BUGS.around(fingerprint, "BG-I03", "Another body with the same key has the first answer.")
def _(digest: Callable[..., str], *parts: Any) -> str:
    return digest(*parts[:-1])


@BUGS.bug("BG-I06", "A key is everybody's.")
def _(plant: Planter) -> None:
    def of_nobody(act: Callable[..., Any], replies: RememberedReplies, _: str, *asked: Any, **more: Any) -> Any:
        return act(replies, "", *asked, **more)

    plant.around(RememberedReplies.recall, of_nobody)
    plant.around(RememberedReplies.remember, of_nobody)


@BUGS.bug("BG-I07", "Of two purchases at the same moment with one key both are done.")
def _(plant: Planter) -> None:
    flight = plant.flight("purchaseCredits")

    def forget(request: Request) -> None:
        if flight.now:
            request.headers.pop("idempotency-key", None)

    plant.request(forget, "purchaseCredits")


# Whose it is


@BUGS.bug("BG-A08", "The credits of another reseller's client are shown to everybody.")
def _(plant: Planter) -> None:
    def of_anybody(
        find: Callable[..., Client], register: Register, reseller_id: str, client_id: str, token: str | None = None
    ) -> Client:
        try:
            return find(register, reseller_id, client_id, token)
        except Forbidden:
            return register._clients_called(reseller_id, client_id)[0]

    plant.within("getClientCredits", Register.client_of, of_anybody)


@BUGS.around(places_of, "BG-A17", "Who tries in test mode takes a real place.")
def _(right: Callable[..., Pool], instance: ClassInstance, *_mode: Mode) -> Pool:
    return right(instance)


@BUGS.around(Register.client_of, "BG-N25", "Who is called by an address is not found.")
def _(
    find: Callable[..., Client], register: Register, reseller_id: str, client_id: str, token: str | None = None
) -> Client:
    return find(register, reseller_id, client_id.partition("@")[0], token)


@BUGS.around(Register.booking, "BG-L13", "A booking is found by everybody who knows its id.")
def _(find: Books, register: Register, reseller_id: str, text: str) -> Booking:
    found = register._work.records(BOOKINGS).find(text)
    return find(register, reseller_id if found is None else found.reseller_id, text)


@BUGS.around(Lookups.give_code, "BG-U10", "The last digit of a code does not matter.")
def _(give: Callable[..., Lookup], desk: Lookups, reseller_id: str, lookup_id: str, code: str) -> Lookup:
    right = desk._register.lookup(reseller_id, lookup_id).access_code
    return give(desk, reseller_id, lookup_id, right if code[:-1] == right[:-1] else code)
