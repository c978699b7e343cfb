"""Bugs that show in a corner only: at an edge, after a move, for the second of them, in one list, between two requests."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from math import cos, radians
from typing import Any

import msgspec

from mockserver.apis.bardge.desk import access
from mockserver.apis.bardge.desk.bookings import Bookings
from mockserver.apis.bardge.desk.buying import ask_to_buy, buy_visits
from mockserver.apis.bardge.desk.catalogue import Place
from mockserver.apis.bardge.desk.copays import CopayDesk
from mockserver.apis.bardge.desk.coverage import give_back_visit, gym_copay
from mockserver.apis.bardge.desk.diary import hours_of, places_of
from mockserver.apis.bardge.desk.due import ACTIONS
from mockserver.apis.bardge.desk.pages import Page, page_among
from mockserver.apis.bardge.desk.passes import Passes
from mockserver.apis.bardge.desk.register import Register, duration_end, usable_pass
from mockserver.apis.bardge.desk.schedule import instance_of
from mockserver.apis.bardge.desk.till import Till
from mockserver.apis.bardge.operations.calls import reseller_of, token_of
from mockserver.apis.bardge.records import (
    BOOKINGS,
    BOOKINGS_OF_CLIENT,
    CLAIMS,
    COPAYS,
    COPAYS_OF_CLIENT,
    LAGOS,
    QUOTES,
    RESELLERS,
    RESELLERS_NEWEST,
    SESSIONS,
    Booking,
    BookingType,
    Branch,
    Client,
    Copay,
    Duration,
    IssuedPass,
    Lookup,
    Session,
    SessionKind,
    Status,
    Taken,
    mode_of,
)
from mockserver.apis.bardge.terms import is_late, moment_of
from mockserver.apis.exchange import Call, Reply
from mockserver.booking.errors import Refusal
from mockserver.booking.idempotency import fingerprint
from mockserver.booking.ledger import Claim, Seat
from mockserver.booking.paging import CursorRequest, Slice, cut
from mockserver.booking.spans import Span
from mockserver.defects.bug import Bugs
from mockserver.defects.crowds import Crowd, unseen
from mockserver.defects.planting import Planter, silenced
from mockserver.sandbox.replies import RememberedReplies, RememberedReply
from mockserver.sandbox.timers import Timer
from mockserver.sandbox.work import Work

__all__ = ["BUGS"]

BUGS = Bugs()

Does = Callable[..., None]
Answers = Callable[[Call, Work], Reply]
Books = Callable[..., Booking]
Ended = tuple[Booking, Taken | None]

_HOUR = timedelta(hours=1)
_SECOND = timedelta(seconds=1)
_MILLISECOND = timedelta(milliseconds=1)
_HALF_ROUND = 180
_TRANSACTIONS = 50


def _leak(work: Work, whose: str, seat: Seat) -> None:
    """This seat is taken, by nobody."""
    work.records(CLAIMS.kind).put(Claim(f"leak/{whose}", (seat,)))


def _earlier(work: Work, booking: Booking) -> Iterator[Booking]:
    """Those in whose stead a booking is, the last one first."""
    while booking.rescheduled_from is not None:
        booking = work.records(BOOKINGS).get(booking.rescheduled_from)
        yield booking


def _first_beginning(work: Work, booking: Booking) -> datetime:
    """Of the booking, before it was moved for the first time."""
    return [booking, *_earlier(work, booking)][-1].starts_at


# Time that runs out


@BUGS.around(
    ACTIONS["expire"],
    "BG-F02.edge",
    "The session of a class can still be confirmed when its 15 minutes are over.",
)
def _(expire: Does, work: Work, timer: Timer) -> None:
    session = work.records(SESSIONS).get(timer.subject)
    if session.kind is not SessionKind.CLASS or work.now > session.ends_at:
        expire(work, timer)
        return
    number = work.timers.schedule(session.ends_at + _SECOND, timer.action, session.id)
    work.records(SESSIONS).put(msgspec.structs.replace(session, timer=number))


@BUGS.around(ACTIONS["expire"], "BG-S05.second", "When a session expires, of its hours the first one alone is free.")
def _(expire: Does, work: Work, timer: Timer) -> None:
    held = work.records(CLAIMS.kind).find(timer.subject)
    expire(work, timer)
    for seat in () if held is None else held.seats:
        if (span := seat.span) is not None and span.ends_at - span.starts_at > _HOUR:
            _leak(work, str(timer.subject), msgspec.structs.replace(seat, starts_at=span.starts_at + _HOUR))


@BUGS.around(CopayDesk.buy_quoted, "BG-O22.edge", "A quote can still be bought when its 15 minutes are over.")
def _(buy: Callable[..., Copay], desk: CopayDesk, branch_id: str, wish: Any, quote_id: str) -> Copay:
    quotes = desk._work.records(QUOTES)
    quote = quotes.find(quote_id)
    if quote is not None and quote.ends_at <= desk._work.now < quote.ends_at + _MILLISECOND:
        quotes.put(msgspec.structs.replace(quote, ends_at=quote.ends_at + _MILLISECOND))
    return buy(desk, branch_id, wish, quote_id)


@BUGS.around(
    access._end_of_day,
    "BG-C02.hour",
    "In the first hour of a day in Lagos a code is good for the day before.",
)
def _(_: Callable[..., datetime], now: datetime) -> datetime:
    return moment_of(now.date() + timedelta(days=1), time(0)) - _MILLISECOND


@BUGS.bug("BG-N11.utc", "Months of a pass are counted by the calendar of UTC.")
def _(plant: Planter) -> None:
    def by_utc(end_of: Callable[..., datetime], starts_at: datetime, duration: Duration) -> datetime:
        # A wall clock that shows UTC, read as if it were that of Lagos, and back again.
        shift = starts_at.astimezone(LAGOS).utcoffset() or timedelta()
        return end_of(starts_at - shift, duration) + shift

    plant.within("issuePass", duration_end, by_utc)


@BUGS.around(Passes.prolong, "BG-N30.milli", "An expires_at loses its milliseconds, which the answer still has.")
def _(prolong: Callable[..., IssuedPass], desk: Passes, *named: Any) -> IssuedPass:
    issued = prolong(desk, *named)
    desk._keep(msgspec.structs.replace(issued, ends_at=issued.ends_at.replace(microsecond=0)))
    return issued


@BUGS.bug("BG-N50.day", "A booking can be moved to later on the day on which its pass is over.")
def _(plant: Planter) -> None:
    def day_of(moment: datetime) -> date:
        return moment.astimezone(LAGOS).date()

    def by_day(usable: Callable[..., IssuedPass], issued: IssuedPass, moment: datetime) -> IssuedPass:
        is_last = day_of(moment) == day_of(issued.ends_at)
        return usable(issued, min(moment, issued.ends_at - _MILLISECOND) if is_last else moment)

    plant.within("rescheduleBooking", usable_pass, by_day)


@BUGS.bug("BG-U21.list", "A lookup token that is over still opens the bookings of its client.")
def _(plant: Planter) -> None:
    def lenient(
        refusal_of: Callable[..., Refusal | None], register: Register, lookup: Lookup, client: Client
    ) -> Refusal | None:
        return refusal_of(register, msgspec.structs.replace(lookup, ends_at=register._work.now + _SECOND), client)

    plant.within("listClientBookings", Register._refusal_of, lenient)


@BUGS.around(ask_to_buy, "BG-K15.open", "A session takes a place of its class, and keeps it.")
def _(ask: Callable[..., Session], work: Work, *asked: Any) -> Session:
    session = ask(work, *asked)
    if session.instance_id is not None:
        _leak(work, session.id, Seat(places_of(instance_of(work, session.instance_id)).id))
    return session


# Keys


@BUGS.around(RememberedReplies.recall, "BG-I05.replay", "With each replay the 90 seconds of a key begin anew.")
def _(
    recall: Callable[..., RememberedReply | None], replies: RememberedReplies, *asked: Any, **window: Any
) -> RememberedReply | None:
    known = recall(replies, *asked, **window)
    if known is not None:
        replies._records.put(msgspec.structs.replace(known, saved_at=replies._now))
    return known


@BUGS.around(
    fingerprint,
    "BG-I04.session",
    "A key that comes with another id in the path is taken for a repetition.",
)
def _(digest: Callable[..., str], operation: str, _: Any, *others: Any) -> str:
    return digest(operation, *others)


@BUGS.around(fingerprint, "BG-I16.other", "A key that comes with another lookup token is taken for a repetition.")
def _(digest: Callable[..., str], operation: str, path: Any, query: Any, counted: list[Any], body: Any) -> str:
    return digest(operation, path, query, [sent is not None for sent in counted], body)


# Moves and cancellations


@BUGS.around(
    ACTIONS["accept"],
    "BG-L11.moved",
    "A booking that was moved is completed when it would have begun before.",
)
def _(accept: Does, work: Work, timer: Timer) -> None:
    accept(work, timer)
    booking = work.records(BOOKINGS).get(timer.subject)
    if booking.timer is not None and booking.rescheduled_from is not None:
        work.timers.cancel(booking.timer)
        number = work.timers.schedule(max(_first_beginning(work, booking), work.now), "complete", booking.id)
        work.records(BOOKINGS).put(msgspec.structs.replace(booking, timer=number))


@BUGS.around(
    Bookings.cancel,
    "BG-L25.moved",
    "The 24 hours of a booking that was moved are counted from where it was at first.",
)
def _(cancel: Callable[..., Ended], desk: Bookings, booking_id: str) -> Ended:
    booking, bookings = desk._register.booking(desk._reseller_id, booking_id), desk._work.records(BOOKINGS)
    bookings.put(msgspec.structs.replace(booking, starts_at=_first_beginning(desk._work, booking)))
    cancelled, took = cancel(desk, booking_id)
    cancelled = msgspec.structs.replace(cancelled, starts_at=booking.starts_at)
    bookings.put(cancelled)
    return cancelled, took


@BUGS.around(
    Bookings.reschedule,
    "BG-M03.late",
    "A booking that was cancelled too late for a refund can still be moved.",
)
def _(reschedule: Books, desk: Bookings, booking_id: str, destination: Any) -> Booking:
    booking = desk._register.booking(desk._reseller_id, booking_id)
    if booking.status is Status.CANCELLED and is_late(booking, booking.updated_at):
        desk._work.records(BOOKINGS).put(msgspec.structs.replace(booking, status=Status.CONFIRMED))
    return reschedule(desk, booking_id, destination)


@BUGS.around(
    Bookings.reschedule,
    "BG-M09.overlap",
    "An appointment that is moved by less than its length keeps the hours it leaves.",
)
def _(reschedule: Books, desk: Bookings, booking_id: str, destination: Any) -> Booking:
    moved = reschedule(desk, booking_id, destination)
    old = desk._work.records(BOOKINGS).get(booking_id)
    if moved.type is BookingType.SPA and old.span.overlaps(moved.span):
        hours = Span(min(old.starts_at, moved.starts_at), max(old.ends_at, moved.ends_at))
        desk._work.records(CLAIMS.kind).put(Claim(moved.id, (hours_of(moved.branch_id, hours)[1],)))
    return moved


@BUGS.around(
    Bookings.cancel,
    "BG-K13.moved",
    "The cancellation of a booking that was moved does not free its place.",
)
def _(cancel: Callable[..., Ended], desk: Bookings, booking_id: str) -> Ended:
    cancelled, took = cancel(desk, booking_id)
    if cancelled.instance_id is not None and cancelled.rescheduled_from is not None:
        instance = instance_of(desk._work, cancelled.instance_id)
        _leak(desk._work, booking_id, Seat(places_of(instance).id))
    return cancelled, took


@BUGS.around(Bookings.cancel, "BG-M10.again", "A booking that was moved twice gives back two visits.")
def _(cancel: Callable[..., Ended], desk: Bookings, booking_id: str) -> Ended:
    cancelled, took = cancel(desk, booking_id)
    if took is not None:
        for _ in list(_earlier(desk._work, cancelled))[1:]:
            give_back_visit(desk._work, cancelled.pass_id, took)
    return cancelled, took


@BUGS.around(
    Bookings.cancel,
    "BG-L26.moved",
    "What an appointment that was moved had charged is given back in the answer alone.",
)
def _(cancel: Callable[..., Ended], desk: Bookings, booking_id: str) -> Ended:
    booking = desk._work.records(BOOKINGS).find(booking_id)
    if booking is None or booking.rescheduled_from is None:
        return cancel(desk, booking_id)
    with silenced(Till.give_back):
        return cancel(desk, booking_id)


# The second of them


@BUGS.bug("BG-F04.again", "Visits that are bought with a class replace those that were bought before.")
def _(plant: Planter) -> None:
    def instead(
        buy: Callable[..., IssuedPass], work: Work, session: Session, issued: IssuedPass, number: int
    ) -> IssuedPass:
        return buy(work, session, msgspec.structs.replace(issued, visits_bought={}), number)

    plant.within("confirmClassBooking", buy_visits, instead)


@BUGS.bug("BG-O10.second", "While a package of the gym that is used up is not over, a second one opens no class.")
def _(plant: Planter) -> None:
    def the_first(
        find: Callable[..., Copay | None], work: Work, reseller_id: str, client: Client, branch_id: str, at: datetime
    ) -> Copay | None:
        bought = work.records(COPAYS).page(COPAYS_OF_CLIENT, client.id)
        known = [each for each in bought if each.branch_id == branch_id and each.option_id and at < each.ends_at]
        is_used_up = any(each.visits_used >= each.visits_allowed for each in known)
        return None if is_used_up else find(work, reseller_id, client, branch_id, at)

    plant.within("initiateClassBooking", gym_copay, the_first)


# At the same moment


@BUGS.bug("BG-D01.race", "Of two purchases of credits at the same moment the second is lost.")
def _(plant: Planter) -> None:
    crowd = Crowd(plant, "purchaseCredits")

    def around(inside: Answers, call: Call, work: Work) -> Reply:
        memory = crowd.memory
        if memory is None or memory.setdefault(call.body["client_id"], call) is call:
            return inside(call, work)
        with silenced(Till.earn):
            return inside(call, work)

    plant.operation("purchaseCredits", around)


@BUGS.bug("BG-B08.confirm", "A booking and a confirmation at the same moment both get the last place.")
def _(plant: Planter) -> None:
    crowd = Crowd(plant, "initiateClassBooking", "confirmClassBooking")

    def around(inside: Answers, call: Call, work: Work) -> Reply:
        memory = crowd.memory
        if memory is None:
            return inside(call, work)
        others = [made for made, operation in memory.items() if operation != call.operation]
        with unseen(work.records(CLAIMS.kind), others):
            reply = inside(call, work)
        made = reply.body.get("booking_id", reply.body.get("id"))
        if made is not None:
            memory[made] = call.operation
        return reply

    plant.operation("initiateClassBooking", around)
    plant.operation("confirmClassBooking", around)


# Lists and reads


@BUGS.around(
    cut,
    "BG-P04.short",
    "A page before an item that has less than a page before it is filled up from there on.",
)
def _(right: Callable[..., Slice], request: CursorRequest, *, position: int | None, total: int) -> Slice:
    part = right(request, position=position, total=total)
    if request.before is None:
        return part
    return Slice(part.offset, min(request.limit, total - part.offset), part.has_more)


@BUGS.around(
    Bookings.of_client,
    "BG-L05.filter",
    "With a filter, bookings of a client that another reseller made are listed.",
)
def _(
    of_client: Callable[..., Page[Booking]],
    desk: Bookings,
    client_id: str,
    token: str | None,
    request: CursorRequest,
    *,
    status: Status | None = None,
    kind: BookingType | None = None,
) -> Page[Booking]:
    if status is None and kind is None:
        return of_client(desk, client_id, token, request)
    client = desk._register.client_of(desk._reseller_id, client_id, token)
    found = [
        each
        for reseller in desk._work.records(RESELLERS).page(RESELLERS_NEWEST, mode_of(desk._reseller_id))
        for each in desk._work.records(BOOKINGS).page(BOOKINGS_OF_CLIENT, f"{reseller.id}/{client.id}")
        if status in {None, each.status} and kind in {None, each.type}
    ]
    found.sort(key=lambda each: -each.serial)
    return page_among(found, request, id_of=lambda each: each.id)


@BUGS.bug(
    "BG-R01.wrap",
    "From beyond the line at which the days change the order of venues is that of a flat map.",
)
def _(plant: Planter) -> None:
    def flat(order: Callable[..., Callable[[Branch], float]], place: Place) -> Callable[[Branch], float]:
        haversine = order(place)

        def key(branch: Branch) -> float:
            east = branch.longitude - place.longitude
            if abs(east) <= _HALF_ROUND:
                return haversine(branch)
            return radians(branch.latitude - place.latitude) ** 2 + (cos(radians(place.latitude)) * radians(east)) ** 2

        return key

    def as_it_is(distance_km: Callable[..., float], place: Place, branch: Branch) -> float:
        turns = round((branch.longitude - place.longitude) / (2 * _HALF_ROUND))
        return distance_km(Place(place.latitude, place.longitude + turns * 2 * _HALF_ROUND), branch)

    plant.around(Place.order, flat)
    plant.around(Place.distance_km, as_it_is)


@BUGS.operation("getClient", "BG-T02.fifty", "credit_balance is the sum of the last fifty changes.")
def _(inside: Answers, call: Call, work: Work) -> Reply:
    reply = inside(call, work)
    client = Register(work).client_of(reseller_of(call), call.path["clientId"], token_of(call))
    balance = sum(each.amount for each in Till(work).entries(client, limit=_TRANSACTIONS))
    return Reply(reply.status, {**reply.body, "credit_balance": max(balance, 0)})
