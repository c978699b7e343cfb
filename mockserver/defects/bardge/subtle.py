"""Bugs that show in a corner only: at an edge, after a move, for the second of them, in one list, between two requests."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from math import asin, cos, radians, sqrt
from typing import Any

import msgspec

from mockserver.apis.bardge.desk import access, bookings, classes, diary, due, pages, passes
from mockserver.apis.bardge.desk.bookings import Bookings
from mockserver.apis.bardge.desk.catalogue import Place
from mockserver.apis.bardge.desk.copays import CopayDesk
from mockserver.apis.bardge.desk.coverage import give_back_visit
from mockserver.apis.bardge.desk.diary import hours_of, places_of
from mockserver.apis.bardge.desk.pages import Page, page_among
from mockserver.apis.bardge.desk.passes import Passes
from mockserver.apis.bardge.desk.register import Register
from mockserver.apis.bardge.desk.till import Till
from mockserver.apis.bardge.operations.calls import reseller_of, token_of
from mockserver.apis.bardge.records import (
    BOOKINGS,
    BOOKINGS_OF_CLIENT,
    BRANCHES,
    CLAIMS,
    COPAYS,
    COPAYS_OF_CLIENT,
    INSTANCES,
    LAGOS,
    QUOTES,
    RESELLERS,
    RESELLERS_NEWEST,
    SESSIONS,
    Booking,
    BookingType,
    Branch,
    ClassInstance,
    Client,
    Copay,
    Duration,
    IssuedPass,
    Lookup,
    Session,
    SessionKind,
    Status,
    Taken,
)
from mockserver.apis.bardge.terms import appointment, is_late, moment_of
from mockserver.apis.exchange import Call, Reply
from mockserver.booking.errors import Refusal
from mockserver.booking.ledger import Claim, Pool, Seat
from mockserver.booking.paging import CursorRequest, Slice
from mockserver.booking.ports import ALL
from mockserver.booking.spans import Span
from mockserver.defects.common import afterwards
from mockserver.defects.planting import Answer, Defects, Planter, Request, silenced
from mockserver.sandbox.replies import RememberedReplies
from mockserver.sandbox.timers import Timer
from mockserver.sandbox.work import Work
from mockserver.web import idempotency

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_HOUR = timedelta(hours=1)
_SECOND = timedelta(seconds=1)
_MILLISECOND = timedelta(milliseconds=1)
_TRANSACTIONS = 50
_HALF_ROUND = 180
_EARTH_KM = 6_371.0


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


class _Crowds:
    """Requests that are under way at the same moment, by who sent them.

    Args:
        operations: Which requests.
    """

    def __init__(self, plant: Planter, *operations: str) -> None:
        self._waiting: Counter[str] = Counter()
        self._memories: dict[str, dict[str, Any]] = {}
        plant.flight(*operations)
        plant.request(self._arrive, *operations)
        plant.answer(self._leave, *operations)

    def memory(self, call: Call) -> dict[str, Any] | None:
        """What those that came together with a call know of each other; None for who is alone."""
        return self._memories.get(f"{call.base_path} {call.headers.get(b'authorization', b'').decode('latin-1')}")

    def _arrive(self, request: Request) -> None:
        who = _sender(request)
        self._waiting[who] += 1
        if self._waiting[who] > 1:
            self._memories.setdefault(who, {})

    def _leave(self, answer: Answer) -> None:
        who = _sender(answer.request)
        self._waiting[who] -= 1
        if not self._waiting[who]:
            self._memories.pop(who, None)


def _sender(request: Request) -> str:
    return f"{request.before} {request.headers.get('authorization', '')}"


# Time that runs out


@DEFECTS.defect(
    "BG-F02.edge", "The session of a class can still be confirmed when its 15 minutes are over.", subtle=True
)
def _(plant: Planter) -> None:
    def a_second_later(expire: Callable[[Work, Timer], None]) -> Any:
        def run(work: Work, timer: Timer) -> None:
            session = work.records(SESSIONS).get(timer.subject)
            if session.kind is not SessionKind.CLASS or work.now > session.ends_at:
                expire(work, timer)
                return
            number = work.timers.schedule(session.ends_at + _SECOND, timer.action, session.id)
            work.records(SESSIONS).put(msgspec.structs.replace(session, timer=number))

        return run

    plant.replace(due.ACTIONS, "expire", a_second_later)


@DEFECTS.defect("BG-S05.second", "When a session expires, of its hours the first one alone is free.", subtle=True)
def _(plant: Planter) -> None:
    def keeping(expire: Callable[[Work, Timer], None]) -> Any:
        def run(work: Work, timer: Timer) -> None:
            expire(work, timer)
            session = work.records(SESSIONS).get(timer.subject)
            span = _span_of(work, session)
            if span is not None and span.ends_at - span.starts_at > _HOUR:
                rest = Span(span.starts_at + _HOUR, span.ends_at)
                _leak(work, session.id, hours_of(session.branch_id, rest)[1])

        return run

    plant.replace(due.ACTIONS, "expire", keeping)


def _span_of(work: Work, session: Session) -> Span | None:
    """The hours of an appointment."""
    if session.starts_at is None:
        return None
    branch = work.records(BRANCHES).get(session.branch_id)
    return appointment(session.starts_at, [each for each in branch.services if each.id in session.service_ids])


@DEFECTS.defect("BG-O22.edge", "A quote can still be bought when its 15 minutes are over.", subtle=True)
def _(plant: Planter) -> None:
    def at_the_end(buy_quoted: Callable[..., Copay]) -> Any:
        def run(self: CopayDesk, branch_id: str, wish: Any, quote_id: str) -> Copay:
            quotes = self._work.records(QUOTES)
            quote = quotes.find(quote_id)
            if quote is not None and quote.ends_at <= self._work.now < quote.ends_at + _MILLISECOND:
                quotes.put(msgspec.structs.replace(quote, ends_at=quote.ends_at + _MILLISECOND))
            return buy_quoted(self, branch_id, wish, quote_id)

        return run

    plant.replace(CopayDesk, "buy_quoted", at_the_end)


@DEFECTS.defect("BG-C02.hour", "In the first hour of a day in Lagos a code is good for the day before.", subtle=True)
def _(plant: Planter) -> None:
    def end_of_day(now: datetime) -> datetime:
        return moment_of(now.date() + timedelta(days=1), time(0)) - _MILLISECOND

    plant.replace(access, "_end_of_day", lambda _: end_of_day)


@DEFECTS.defect("BG-N11.utc", "Months of a pass are counted by the calendar of UTC.", subtle=True)
def _(plant: Planter) -> None:
    def by_utc(duration_end: Callable[[datetime, Duration], datetime]) -> Any:
        def run(starts_at: datetime, duration: Duration) -> datetime:
            # A wall clock that shows UTC, read as if it were that of Lagos, and back again.
            shift = starts_at.astimezone(LAGOS).utcoffset() or timedelta()
            return duration_end(starts_at - shift, duration) + shift

        return run

    plant.replace(passes, "duration_end", by_utc)


@DEFECTS.defect("BG-N30.milli", "An expires_at loses its milliseconds, which the answer still has.", subtle=True)
def _(plant: Planter) -> None:
    def in_seconds(self: Passes, issued: IssuedPass, *_: object) -> IssuedPass:
        self._keep(msgspec.structs.replace(issued, ends_at=issued.ends_at.replace(microsecond=0)))
        return issued

    afterwards(plant, Passes, "prolong", in_seconds)


@DEFECTS.defect("BG-N50.day", "A booking can be moved to later on the day on which its pass is over.", subtle=True)
def _(plant: Planter) -> None:
    def by_day(usable_pass: Callable[[IssuedPass, datetime], IssuedPass]) -> Any:
        def run(issued: IssuedPass, moment: datetime) -> IssuedPass:
            is_last = _day(moment) == _day(issued.ends_at)
            return usable_pass(issued, min(moment, issued.ends_at - _MILLISECOND) if is_last else moment)

        return run

    plant.replace(bookings, "usable_pass", by_day)


def _day(moment: datetime) -> date:
    return moment.astimezone(LAGOS).date()


@DEFECTS.defect("BG-U21.list", "A lookup token that is over still opens the bookings of its client.", subtle=True)
def _(plant: Planter) -> None:
    listing: list[Call] = []

    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        listing.append(call)
        try:
            return inside(call, work)
        finally:
            listing.pop()

    def lenient(refusal_of: Callable[..., Refusal | None]) -> Any:
        def run(self: Register, lookup: Lookup, client: Client) -> Refusal | None:
            if listing:
                lookup = msgspec.structs.replace(lookup, ends_at=self._work.now + _SECOND)
            return refusal_of(self, lookup, client)

        return run

    plant.operation("listClientBookings", around)
    plant.replace(Register, "_refusal_of", lenient)


# Keys


@DEFECTS.defect("BG-I05.replay", "With each replay the 90 seconds of a key begin anew.", subtle=True)
def _(plant: Planter) -> None:
    def renewed(self: RememberedReplies, known: Any, *_: object, **__: object) -> Any:
        if known is not None:
            self._records.put(msgspec.structs.replace(known, saved_at=self._now))
        return known

    afterwards(plant, RememberedReplies, "recall", renewed)


def _asked(plant: Planter, change: Callable[[Any, Any, Any, Any, Any], Sequence[Any]]) -> None:
    """Let *change* say which of operation, path, query, counted headers and body make a request another one."""
    plant.replace(idempotency, "fingerprint", lambda fingerprint: lambda *parts: fingerprint(*change(*parts)))


@DEFECTS.defect(
    "BG-I04.session", "A key that comes with another id in the path is taken for a repetition.", subtle=True
)
def _(plant: Planter) -> None:
    _asked(plant, lambda operation, _, query, counted, body: (operation, query, counted, body))


@DEFECTS.defect("BG-I16.other", "A key that comes with another lookup token is taken for a repetition.", subtle=True)
def _(plant: Planter) -> None:
    _asked(
        plant,
        lambda operation, path, query, counted, body: (
            operation,
            path,
            query,
            [sent is not None for sent in counted],
            body,
        ),
    )


# Moves and cancellations


@DEFECTS.defect("BG-L11.moved", "A booking that was moved is completed when it would have begun before.", subtle=True)
def _(plant: Planter) -> None:
    def old_timer(accept: Callable[[Work, Timer], None]) -> Any:
        def run(work: Work, timer: Timer) -> None:
            accept(work, timer)
            booking = work.records(BOOKINGS).get(timer.subject)
            if booking.timer is None or booking.rescheduled_from is None:
                return
            work.timers.cancel(booking.timer)
            number = work.timers.schedule(max(_first_beginning(work, booking), work.now), "complete", booking.id)
            work.records(BOOKINGS).put(msgspec.structs.replace(booking, timer=number))

        return run

    plant.replace(due.ACTIONS, "accept", old_timer)


@DEFECTS.defect(
    "BG-L25.moved", "The 24 hours of a booking that was moved are counted from where it was at first.", subtle=True
)
def _(plant: Planter) -> None:
    beginnings: dict[str, datetime] = {}

    def noting(cancel: Callable[..., Any]) -> Any:
        def run(self: Bookings, booking_id: str) -> Any:
            booking = self._work.records(BOOKINGS).find(booking_id)
            if booking is not None:
                beginnings[booking_id] = _first_beginning(self._work, booking)
            try:
                return cancel(self, booking_id)
            finally:
                beginnings.pop(booking_id, None)

        return run

    def by_first(is_late: Callable[[Booking, datetime], bool]) -> Any:
        def run(booking: Booking, now: datetime) -> bool:
            starts_at = beginnings.get(booking.id, booking.starts_at)
            return is_late(msgspec.structs.replace(booking, starts_at=starts_at), now)

        return run

    plant.replace(Bookings, "cancel", noting)
    plant.replace(bookings, "is_late", by_first)


@DEFECTS.defect("BG-M03.late", "A booking that was cancelled too late for a refund can still be moved.", subtle=True)
def _(plant: Planter) -> None:
    def lenient(reschedule: Callable[..., Booking]) -> Any:
        def run(self: Bookings, booking_id: str, target: Any) -> Booking:
            booking = self._register.booking(self._reseller_id, booking_id)
            if booking.status is Status.CANCELLED and is_late(booking, booking.updated_at):
                self._work.records(BOOKINGS).put(msgspec.structs.replace(booking, status=Status.CONFIRMED))
            return reschedule(self, booking_id, target)

        return run

    plant.replace(Bookings, "reschedule", lenient)


@DEFECTS.defect(
    "BG-M09.overlap", "An appointment that is moved by less than its length keeps the hours it leaves.", subtle=True
)
def _(plant: Planter) -> None:
    def both(self: Bookings, moved: Booking, booking_id: str, *_: object) -> Booking:
        old = self._work.records(BOOKINGS).get(booking_id)
        if moved.type is BookingType.SPA and old.span.overlaps(moved.span):
            hours = Span(min(old.starts_at, moved.starts_at), max(old.ends_at, moved.ends_at))
            self._work.records(CLAIMS.kind).put(Claim(moved.id, (hours_of(moved.branch_id, hours)[1],)))
        return moved

    afterwards(plant, Bookings, "reschedule", both)


@DEFECTS.defect("BG-K13.moved", "The cancellation of a booking that was moved does not free its place.", subtle=True)
def _(plant: Planter) -> None:
    def keeping(self: Bookings, ended: tuple[Booking, Taken | None], *_: object) -> tuple[Booking, Taken | None]:
        booking = ended[0]
        if booking.instance_id is not None and booking.rescheduled_from is not None:
            pool = places_of(self._work.records(INSTANCES).get(booking.instance_id))
            _leak(self._work, booking.id, Seat(pool.id))
        return ended

    afterwards(plant, Bookings, "cancel", keeping)


@DEFECTS.defect("BG-M10.again", "A booking that was moved twice gives back two visits.", subtle=True)
def _(plant: Planter) -> None:
    def for_each_move(self: Bookings, nothing: None, booking: Booking) -> None:
        for _ in list(_earlier(self._work, booking))[1:]:
            give_back_visit(self._work, booking.pass_id, booking.took)
        return nothing

    afterwards(plant, Bookings, "_refund", for_each_move)


@DEFECTS.defect(
    "BG-L26.moved", "What an appointment that was moved had charged is given back in the answer alone.", subtle=True
)
def _(plant: Planter) -> None:
    def in_the_answer(refund: Callable[..., None]) -> Any:
        def run(self: Bookings, booking: Booking) -> None:
            if booking.rescheduled_from is None:
                refund(self, booking)
                return
            with silenced(Till, "give_back"):
                refund(self, booking)

        return run

    plant.replace(Bookings, "_refund", in_the_answer)


# The second of them


@DEFECTS.defect(
    "BG-F04.again", "Visits that are bought with a class replace those that were bought before.", subtle=True
)
def _(plant: Planter) -> None:
    def instead(buy_visits: Callable[..., IssuedPass]) -> Any:
        def run(work: Work, session: Session, issued: IssuedPass, number: int) -> IssuedPass:
            return buy_visits(work, session, msgspec.structs.replace(issued, visits_bought={}), number)

        return run

    plant.replace(classes, "buy_visits", instead)


@DEFECTS.defect(
    "BG-O10.second", "While a package of the gym that is used up is not over, a second one opens no class.", subtle=True
)
def _(plant: Planter) -> None:
    def the_first(gym_copay: Callable[..., Copay | None]) -> Any:
        def run(work: Work, client: Client, branch_id: str, at: datetime) -> Copay | None:
            if any(
                each.branch_id == branch_id and each.option_id and at < each.ends_at and _is_used_up(each)
                for each in work.records(COPAYS).page(COPAYS_OF_CLIENT, client.id)
            ):
                return None
            return gym_copay(work, client, branch_id, at)

        return run

    plant.replace(classes, "gym_copay", the_first)


def _is_used_up(copay: Copay) -> bool:
    return copay.visits_used >= copay.visits_allowed


# At the same moment


@DEFECTS.defect("BG-D01.race", "Of two purchases of credits at the same moment the first is lost.", subtle=True)
def _(plant: Planter) -> None:
    crowds = _Crowds(plant, "purchaseCredits")

    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        memory, client_id = crowds.memory(call), call.body["client_id"]
        if memory is None:
            return inside(call, work)
        if client_id not in memory:
            reply = inside(call, work)
            memory[client_id] = reply.body["balance"] - reply.body["credits"]
            return reply
        # Both read the balance before either wrote it: of two alike, one is there afterwards.
        with silenced(Till, "earn"):
            reply = inside(call, work)
        return Reply(reply.status, {**reply.body, "balance": memory[client_id] + reply.body["credits"]})

    plant.operation("purchaseCredits", around)


@DEFECTS.defect(
    "BG-B08.confirm", "A booking and a confirmation at the same moment both get the last place.", subtle=True
)
def _(plant: Planter) -> None:
    crowds = _Crowds(plant, "initiateClassBooking", "confirmClassBooking")
    unseen: list[int] = []

    def instance_of(call: Call, work: Work) -> str:
        if "sessionId" not in call.path:
            return str(call.body["class_instance_id"])
        session = work.records(SESSIONS).find(call.path["sessionId"])
        return "" if session is None else session.instance_id or ""

    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        memory, instance_id = crowds.memory(call), instance_of(call, work)
        if memory is None:
            return inside(call, work)
        sold: dict[str | None, int] = memory.setdefault(instance_id, {})
        unseen.append(sum(places for operation, places in sold.items() if operation != call.operation))
        try:
            reply = inside(call, work)
        finally:
            unseen.pop()
        if "session_id" not in reply.body:
            sold[call.operation] = sold.get(call.operation, 0) + 1
        return reply

    def blind(places_of: Callable[[ClassInstance], Pool]) -> Any:
        def run(instance: ClassInstance) -> Pool:
            pool = places_of(instance)
            return Pool(pool.id, pool.capacity + sum(unseen))

        return run

    plant.operation("initiateClassBooking", around)
    plant.operation("confirmClassBooking", around)
    plant.replace(diary, "places_of", blind)


# Lists and reads


@DEFECTS.defect(
    "BG-P04.short", "A page before an item that has less than a page before it is filled up from there on.", subtle=True
)
def _(plant: Planter) -> None:
    def filled(cut: Callable[..., Slice]) -> Any:
        def run(request: CursorRequest, *, position: int | None, total: int) -> Slice:
            part = cut(request, position=position, total=total)
            if request.before is None:
                return part
            return Slice(part.offset, min(request.limit, total - part.offset), part.has_more)

        return run

    plant.replace(pages, "cut", filled)


@DEFECTS.defect(
    "BG-L05.filter", "With a filter, bookings of a client that another reseller made are listed.", subtle=True
)
def _(plant: Planter) -> None:
    def of_anybody(of_client: Callable[..., Page[Booking]]) -> Any:
        def run(
            self: Bookings,
            client_id: str,
            token: str | None,
            request: CursorRequest,
            *,
            status: Status | None = None,
            kind: BookingType | None = None,
        ) -> Page[Booking]:
            if status is None and kind is None:
                return of_client(self, client_id, token, request)
            client = self._register.client_of(self._reseller_id, client_id, token)
            found = [
                each
                for reseller in self._work.records(RESELLERS).page(RESELLERS_NEWEST, ALL)
                for each in self._work.records(BOOKINGS).page(BOOKINGS_OF_CLIENT, f"{reseller.id}/{client.id}")
                if status in {None, each.status} and kind in {None, each.type}
            ]
            found.sort(key=lambda each: -each.serial)
            return page_among(found, request, id_of=lambda each: each.id)

        return run

    plant.replace(Bookings, "of_client", of_anybody)


@DEFECTS.defect(
    "BG-R01.wrap",
    "From beyond the line at which the days change the order of venues is that of a flat map.",
    subtle=True,
)
def _(plant: Planter) -> None:
    right = Place.order

    def flat(_: object) -> Any:
        def order(self: Place) -> Callable[[Branch], float]:
            haversine = right(self)

            def key(branch: Branch) -> float:
                east = branch.longitude - self.longitude
                if abs(east) <= _HALF_ROUND:
                    return haversine(branch)
                return (
                    radians(branch.latitude - self.latitude) ** 2 + (cos(radians(self.latitude)) * radians(east)) ** 2
                )

            return key

        return order

    def distance_km(self: Place, branch: Branch) -> float:
        return 2 * _EARTH_KM * asin(sqrt(min(right(self)(branch), 1.0)))

    plant.replace(Place, "order", flat)
    plant.replace(Place, "distance_km", lambda _: distance_km)


@DEFECTS.defect("BG-T02.fifty", "credit_balance is the sum of the last fifty changes.", subtle=True)
def _(plant: Planter) -> None:
    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        reply = inside(call, work)
        client = Register(work).client_of(reseller_of(call), call.path["clientId"], token_of(call))
        balance = sum(each.amount for each in Till(work).entries(client, limit=_TRANSACTIONS))
        return Reply(reply.status, {**reply.body, "credit_balance": max(balance, 0)})

    plant.operation("getClient", around)
