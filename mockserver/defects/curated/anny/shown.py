"""The classical mistakes of a booking server, for who tests their own tests."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from mockserver.apis.anny.desk import diary
from mockserver.apis.anny.desk.canceling import Canceling
from mockserver.apis.anny.desk.diary import Diary
from mockserver.apis.anny.desk.due import ACTIONS
from mockserver.apis.anny.desk.forms import fill
from mockserver.apis.anny.desk.invitations import accept_invite
from mockserver.apis.anny.desk.organisation import Organisation
from mockserver.apis.anny.desk.reading import Reading
from mockserver.apis.anny.desk.till import Till, status_among
from mockserver.apis.anny.offers import Form, Resource, Service
from mockserver.apis.anny.records import (
    BOOKINGS,
    Booking,
    Invoice,
    Order,
    OrderStatus,
    Status,
)
from mockserver.apis.anny.register import Register
from mockserver.apis.anny.terms import Price, charged_minutes, ensure_cancelable, price_of, tax
from mockserver.apis.anny.types import Context
from mockserver.apis.anny.types import bookings as booking_types
from mockserver.apis.anny.viewers import ORGANISATION, Part, Viewer
from mockserver.apis.anny.webhooks import WEBHOOKS
from mockserver.apis.moments import read_moment
from mockserver.booking.cancellation import Policy, Quote, quote
from mockserver.booking.ledger import Ledger, Pool, Seat
from mockserver.booking.paging import PageRequest
from mockserver.booking.spans import Span
from mockserver.defects.bug import Bugs
from mockserver.defects.planting import Planter, silenced
from mockserver.sandbox.timers import Timer, Timers
from mockserver.sandbox.work import Work

__all__ = ["BUGS"]

BUGS = Bugs()

Does = Callable[..., None]
Books = Callable[..., Booking]
Orders = Callable[..., Order]
Number = Callable[..., int]

_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)


# Places


@BUGS.around(Diary.places_left, "AN-T04", "What touches a booking is taken.")
def _(left: Number, desk: Diary, service: Service, resource: Resource, span: Span, **moving: Any) -> int:
    return left(desk, service, resource, span.widen(_SECOND, _SECOND), **moving)


@BUGS.around(Ledger.take, "AN-T08", "Whoever books several places takes one.")
def _(take: Does, ledger: Ledger, holder: int, wanted: Sequence[tuple[Pool, Seat]], **more: Any) -> None:
    take(ledger, holder, [(pool, msgspec.structs.replace(seat, places=1)) for pool, seat in wanted], **more)


@BUGS.around(Timers.schedule, "AN-C03", "A hold lasts a minute longer than it says.")
def _(schedule: Number, timers: Timers, due_at: datetime, action: str, subject: int) -> int:
    return schedule(timers, due_at + (action == "release") * _MINUTE, action, subject)


@BUGS.around(ACTIONS["expire"], "AN-S03", "What has expired takes its place on.")
def _(expire: Does, work: Work, timer: Timer) -> None:
    with silenced(Diary.free):
        expire(work, timer)


@BUGS.around(ACTIONS["expire"], "AN-S04", "Who does not come is given back what they have paid.")
def _(expire: Does, work: Work, timer: Timer) -> None:
    expire(work, timer)
    booking = work.records(BOOKINGS).get(timer.subject)
    Till(work).cancel(Register(work).ordered_as(booking), {booking.id: 0})


@BUGS.around(booking_types._attributes, "AN-S06", "What still waits when it starts is expired.")
def _(show: Callable[..., dict[str, Any]], booking: Booking, context: Context) -> dict[str, Any]:
    is_late = booking.status is Status.REQUESTED and context.now >= booking.starts_at
    return show(booking, context) | ({"status": Status.EXPIRED} if is_late else {})


@BUGS.around(booking_types._attributes, "AN-B21", "A blocker costs a fee.")
def _(show: Callable[..., dict[str, Any]], booking: Booking, context: Context) -> dict[str, Any]:
    return show(booking, context) | ({"starting_fee": 100} if booking.is_blocker else {})


@BUGS.around(Organisation.check_out, "AN-K08", "Who has left takes the room on.")
def _(check_out: Books, desk: Organisation, text: str) -> Booking:
    with silenced(Diary.cut):
        return check_out(desk, text)


# Requests at the same moment


def _blind(plant: Planter, operation: str) -> None:
    """Let requests of an operation not see what is taken at the same moment."""
    flight = plant.flight(operation)

    def unseeing(pool_of: Callable[..., Pool], resource: Resource) -> Pool:
        pool = pool_of(resource)
        return Pool(pool.id, pool.capacity + (flight.now > 1))

    plant.around(diary._pool, unseeing)


@BUGS.bug("AN-N13", "Of requests at the same moment two get the last place.")
def _(plant: Planter) -> None:
    _blind(plant, "bookInstantly")


@BUGS.bug("AN-R15", "Who moves at the same moment does not see the others.")
def _(plant: Planter) -> None:
    _blind(plant, "editBookingBaseData")


# Canceling


@BUGS.around(Canceling.cancel, "AN-X04", "A canceled booking takes its place on.")
def _(cancel: Books, desk: Canceling, text: str, viewer: Viewer) -> Booking:
    with silenced(Diary.free):
        return cancel(desk, text, viewer)


@BUGS.around(Till.cancel, "AN-X03", "A cancellation costs nothing, whatever its preview says.")
def _(cancel: Orders, till: Till, order: Order, fees: Mapping[int, int]) -> Order:
    return cancel(till, order, dict.fromkeys(fees, 0))


@BUGS.around(ensure_cancelable, "AN-X11", "At the very start a booking can still be canceled.")
def _(ensure: Does, booking: Booking, service: Service | None, now: datetime) -> None:
    ensure(booking, service, now - (now == booking.starts_at) * _SECOND)


@BUGS.around(status_among, "AN-X13", "An order of canceled bookings stays completed.")
def _(right: Callable[..., OrderStatus], bookings: Sequence[Booking]) -> OrderStatus:
    status = right(bookings)
    return OrderStatus.COMPLETED if status is OrderStatus.CANCELED else status


@BUGS.around(quote, "AN-P03", "Exactly at its deadline a tier is over.")
def _(right: Callable[..., Quote], policy: Policy, *, starts_at: datetime, now: datetime, **amounts: Any) -> Quote:
    return right(policy, starts_at=starts_at, now=min(now + timedelta.resolution, starts_at), **amounts)


# Moving, and putting back


@BUGS.around(Diary.ensure_bookable, "AN-R03", "A booking stands in its own way.")
def _(ensure: Does, desk: Diary, *wanted: Any, weight: int, moving: Booking) -> None:
    ensure(desk, *wanted, weight=weight)


@BUGS.around(Diary.take, "AN-E06", "What a booking has moved away from is free at once.")
def _(take: Does, desk: Diary, booking: Booking, *more: Any, **expires: Any) -> None:
    take(desk, msgspec.structs.replace(booking, edit=None), *more, **expires)


@BUGS.around(Timers.schedule, "AN-E04", "An edit can be reverted for a minute more.")
def _(schedule: Number, timers: Timers, due_at: datetime, action: str, subject: int) -> int:
    return schedule(timers, due_at + (action == "close_edit") * _MINUTE, action, subject)


@BUGS.around(Till.revert, "AN-E08", "A revert leaves the order as dear as the edit made it.")
def _(_: Orders, till: Till, order: Order, __: Booking) -> Order:
    return till.restate(order)


# Money


@BUGS.around(price_of, "AN-Y01", "An hour that has begun is not paid for.")
def _(price: Callable[..., Price], service: Service, span: Span, **named: Any) -> Price:
    begun = charged_minutes(service, span) % (service.calculation_interval or 1)
    free = service.uncharged_duration + begun
    return price(msgspec.structs.replace(service, uncharged_duration=free), span, **named)


@BUGS.around(tax, "AN-Y04", "Of a tax what is less than a cent is left out.")
def _(_: Callable[..., tuple[int, int]], whole: int, rate: int) -> tuple[int, int]:
    share = abs(whole) * rate // (100 + rate) * (1 if whole >= 0 else -1)
    return whole - share, share


# Moments


@BUGS.around(read_moment, "AN-V09", "Half hours of an offset are forgotten.")
def _(read: Callable[..., datetime], text: str) -> datetime:
    return read(re.sub(r"([+-]\d\d):\d\d$", r"\1:00", text))


# Lists


# Who may


@BUGS.around(Part.may_cancel, "AN-A06", "A participant who may edit may cancel, too.")
def _(right: Callable[..., bool], part: Part) -> bool:
    return part is Part.EDITOR or right(part)


@BUGS.around(Reading.invoices, "AN-A12", "The list of invoices holds those of everybody.")
def _(
    find: Callable[..., tuple[Sequence[Invoice], int]], desk: Reading, text: str, sort: str, page: PageRequest
) -> object:
    return find(Reading(desk._work, ORGANISATION), text, sort, page)


# Invitations and forms


@BUGS.around(accept_invite, "AN-I01", "Who accepts is told so, and stays invited.")
def _(accept: Books, work: Work, viewer: Viewer, booking_id: str) -> Booking:
    before, _ = Register(work).booking(booking_id, viewer)
    after = accept(work, viewer, booking_id)
    work.records(BOOKINGS).put(before)
    return after


@BUGS.around(fill, "AN-F02", "Of the mandatory fields only the first has to be answered.")
def _(answers: Callable[..., dict[str, Any]], form: Form, given: Mapping[str, Any]) -> dict[str, Any]:
    first, *others = form.fields
    lenient = (first, *(msgspec.structs.replace(each, required=False) for each in others))
    return answers(msgspec.structs.replace(form, fields=lenient), given)


# Webhooks


@BUGS.bug("AN-W10", "What fails is sent once more, and then never again.")
def _(plant: Planter) -> None:
    plant.attribute(WEBHOOKS.retries, "after", lambda after: after[:1])
