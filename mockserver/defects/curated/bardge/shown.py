"""The classical mistakes of a booking server, for who tests their own tests."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from mockserver.apis.bardge.desk.access import AccessDesk
from mockserver.apis.bardge.desk.bookings import Bookings
from mockserver.apis.bardge.desk.coverage import give_back_visit, take_visit
from mockserver.apis.bardge.desk.diary import Diary, places_of
from mockserver.apis.bardge.desk.lookups import Lookups
from mockserver.apis.bardge.desk.making import make_booking
from mockserver.apis.bardge.desk.register import Register, duration_end
from mockserver.apis.bardge.desk.till import Till
from mockserver.apis.bardge.desk.visitors import Visitor
from mockserver.apis.bardge.operations.calls import reseller_of
from mockserver.apis.bardge.records import (
    BOOKINGS,
    ISSUED_PASSES,
    Booking,
    Branch,
    ClassInstance,
    Client,
    Duration,
    Lookup,
    Mode,
    Status,
    Taken,
)
from mockserver.apis.bardge.terms import is_late
from mockserver.apis.exchange import Call
from mockserver.apis.refusals import Forbidden
from mockserver.booking.errors import MoveRefused, RuleBroken
from mockserver.booking.ledger import Pool
from mockserver.booking.spans import Span
from mockserver.defects.bug import Bugs
from mockserver.defects.curated.ways import done_though_refused
from mockserver.defects.meddling import Request, Response
from mockserver.defects.planting import Planter, silenced
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


# Moving


@BUGS.around(Diary.ensure_free, "BG-M14", "The hours of an appointment are in its own way.")
def _(ensure: Does, diary: Diary, branch_id: str, span: Span, *, without: str | None = None) -> None:
    ensure(diary, branch_id, span)


@BUGS.around(make_booking, "BG-M11", "Moving a booking brings a refund back.")
def _(make: Books, work: Work, **named: Any) -> Booking:
    return make(work, **{**named, "was_late": False})


# Passes, money, visits and credits


@BUGS.bug("BG-N33", "A pass that was cancelled comes back when its end is set, though that is refused.")
def _(plant: Planter) -> None:
    def revive(call: Call, work: Work) -> None:
        passes = work.records(ISSUED_PASSES)
        passes.put(msgspec.structs.replace(passes.get(call.path["id"]), is_cancelled=False))

    done_though_refused(plant, "updateIssuedPassExpiry", RuleBroken, revive)


@BUGS.around(Till.debit, "BG-N16", "A pass is paid for twice.")
def _(debit: Does, till: Till, reseller_id: str, amount: int, *, reason: str, about: str) -> None:
    debit(till, reseller_id, amount * (2 if reason == "issued pass" else 1), reason=reason, about=about)


@BUGS.around(AccessDesk._is_open_to, "BG-C04", "A code takes a visit of the pass.")
def _(is_open: Callable[..., bool], desk: AccessDesk, visitor: Visitor, branch: Branch) -> bool:
    take_visit(desk._work, visitor.issued, branch.category)
    return is_open(desk, visitor, branch)


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


# Keys


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


@BUGS.response("BG-U03", "Who begins a lookup has its token at once.", "initiateLookup")
def _(response: Response) -> None:
    if response.status == _CREATED:
        response.json = {**response.json, "lookup_token": "lut_0123456789abcdef"}
