"""What published clients send, and do not get."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from mockserver.apis.anny import documents, queries
from mockserver.apis.anny.desk import forms
from mockserver.apis.anny.desk.availability import Availability
from mockserver.apis.anny.desk.catalogue import Catalogue
from mockserver.apis.anny.desk.due import ACTIONS
from mockserver.apis.anny.desk.reading import BookingFilter, Reading
from mockserver.apis.anny.desk.subscriptions import SubscriptionDesk
from mockserver.apis.anny.desk.till import Till
from mockserver.apis.anny.desk.timetable import expiry_of
from mockserver.apis.anny.notices import tell
from mockserver.apis.anny.offers import Resource
from mockserver.apis.anny.operations import availability as availability_operations
from mockserver.apis.anny.operations import bookings as booking_operations
from mockserver.apis.anny.operations.calls import user_of
from mockserver.apis.anny.queries import UnknownParameter
from mockserver.apis.anny.records import BOOKINGS
from mockserver.apis.anny.register import Register
from mockserver.apis.anny.types import User
from mockserver.apis.anny.viewers import ORGANISATION, Viewer
from mockserver.apis.exchange import Call, Reply
from mockserver.booking.errors import NotFound
from mockserver.booking.paging import PageRequest
from mockserver.defects.bug import Bugs
from mockserver.defects.planting import Planter
from mockserver.sandbox.timers import Timer
from mockserver.sandbox.work import Work

__all__ = ["BUGS"]

BUGS = Bugs()

Does = Callable[..., None]
Found = tuple[Sequence[Any], int]
Finds = Callable[..., Found]


# Queries


@BUGS.around(queries._known_as, "AN-B19", "Whoever numbers the values of a list is told that there is no such list.")
def _(known_as: Callable[..., str], name: str, kinds: Mapping[str, str]) -> str:
    if name.endswith("[0]"):
        raise UnknownParameter(name)
    return known_as(name, kinds)


@BUGS.around(queries._known_as, "AN-V10", "A filter that nobody knows limits nothing, and is not refused.")
def _(known_as: Callable[..., str], name: str, kinds: Mapping[str, str]) -> str:
    try:
        return known_as(name, kinds)
    except UnknownParameter:
        if not name.startswith("filter["):
            raise
        return name


@BUGS.around(documents._Drawing._follow, "AN-D02", "In a list, what the first one leads to is sent along, and no more.")
def _(
    follow: Does, drawing: Any, type_: Any, records: Iterable[Any], tree: Mapping[str, Any], found: dict[Any, Any]
) -> None:
    follow(drawing, type_, [*records][:1], tree, found)


@BUGS.around(booking_operations._moment, "AN-B20", "A time without an offset is that of UTC.")
def _(read: Callable[..., datetime | None], call: Call, name: str) -> datetime | None:
    text = call.query[name]
    if text is None or datetime.fromisoformat(text).tzinfo is not None:
        return read(call, name)
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@BUGS.around(booking_operations._filter, "AN-B06", "A search finds numbers alone.")
def _(read: Callable[..., BookingFilter], call: Call) -> BookingFilter:
    wanted = read(call)
    return msgspec.structs.replace(wanted, text=wanted.text if wanted.text[:2] in {"", "bb"} else "nothing of the kind")


@BUGS.around(Reading.invoices, "AN-Q11", "A search for invoices finds all of them.")
def _(find: Finds, desk: Reading, _text: str, sort: str, page: PageRequest) -> Found:
    return find(desk, "", sort, page)


@BUGS.around(Reading.orders, "AN-D19", "The newest order comes first, whatever was asked for.")
def _(find: Finds, desk: Reading, text: str, _sort: str, page: PageRequest) -> Found:
    return find(desk, text, "-created_at", page)


@BUGS.around(Catalogue.resources, "AN-U12", "What is part of others is listed unasked.")
def _(find: Finds, desk: Catalogue, text: str, sort: str, page: PageRequest, *, with_children: bool = False) -> Found:
    return find(desk, text, sort, page, with_children=not with_children)


@BUGS.around(Catalogue.services, "AN-U11", "A search finds every service.")
def _(find: Finds, desk: Catalogue, _text: str, sort: str, page: PageRequest) -> Found:
    return find(desk, "", sort, page)


@BUGS.around(availability_operations._for_so_many, "AN-T16", "However many places are asked for, one is enough.")
def _(read: Callable[..., tuple[Availability, str]], call: Call, work: Work) -> tuple[Availability, str]:
    return Availability(work), read(call, work)[1]


@BUGS.operation("listIntervalStarts", "AN-T17", "Under its other name a day has no last start.")
def _(inside: Callable[..., Reply], call: Call, work: Work) -> Reply:
    reply = inside(call, work)
    return msgspec.structs.replace(reply, body=reply.body[:-1])


# Links


@BUGS.around(documents._page_links, "AN-D18", "Links to pages are paths without a host.")
def _(links: Callable[..., dict[str, str]], here: str, *page: int) -> dict[str, str]:
    return links("/" + here.split("/", 3)[3], *page)


@BUGS.operation("getRelationship", "AN-A17", "What is no relationship leads to nothing, and is not refused.")
def _(inside: Callable[..., Reply], call: Call, work: Work) -> Reply:
    try:
        return inside(call, work)
    except NotFound as missing:
        if missing.kind != "relationship":
            raise
        return Reply(200, {"links": {"self": call.address}, "data": None})


# People


@BUGS.around(user_of, "AN-A18", "An administrator acts for no organisation.")
def _(read: Callable[[Viewer], User], viewer: Viewer) -> User:
    return msgspec.structs.replace(read(viewer), organization=None)


@BUGS.around(Reading.customers, "AN-A16", "Everybody sees every customer.")
def _(find: Finds, desk: Reading, text: str, sort: str, page: PageRequest) -> Found:
    return find(Reading(desk._work, ORGANISATION), text, sort, page)


@BUGS.around(forms._ensure_answers, "AN-F12", "Whoever takes part answers the form, asked or not.")
def _(_ensure: Does, _part: Any) -> None:
    pass


# Events


@BUGS.around(SubscriptionDesk.add, "AN-W15", "The query of an address is lost.")
def _(add: Callable[..., Any], desk: SubscriptionDesk, fields: dict[str, Any]) -> Any:
    return add(desk, {**fields, "url": fields["url"].partition("?")[0]})


@BUGS.around(tell, "AN-W16", "Nobody is told of an invoice that has been paid.")
def _(announce: Does, work: Work, event: str, record: Any) -> None:
    if event != "invoices.updated":
        announce(work, event, record)


# Expiry


@BUGS.around(expiry_of, "AN-S08", "A booking expires where check-in is off as well.")
def _(_right: Callable[[Resource], int | None], resource: Resource) -> int | None:
    return max(resource.check_in.expires_after, resource.check_in.allowed_after)


@BUGS.bug("AN-S04", "Who does not come is given back what they have paid.")
def _(plant: Planter) -> None:
    def refunding(expire: Does) -> Does:
        def expiring(work: Work, timer: Timer) -> None:
            expire(work, timer)
            booking = work.records(BOOKINGS).get(timer.subject)
            Till(work).cancel(Register(work).ordered_as(booking), {booking.id: 0})

        return expiring

    plant.entry(ACTIONS, "expire", refunding)  # type: ignore[arg-type]  # a table that nobody else may change
