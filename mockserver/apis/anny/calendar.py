"""The tree of resources: what has parts, or several places, also shows how many of them are taken when."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from mockserver.apis.anny.offers import RESOURCES, SERVICES, Resource
from mockserver.apis.anny.records import BOOKINGS, BOOKINGS_BY_START, CLAIMS, CUSTOMERS, Booking, Status
from mockserver.apis.calendars import (
    Calendar,
    Item,
    ItemKind,
    Places,
    Row,
    RowGroup,
    begun_in,
    free_through,
    seats_in,
)
from mockserver.booking.ledger import Ledger
from mockserver.booking.ports import ALL
from mockserver.booking.spans import Span
from mockserver.sandbox.work import Work

__all__ = ["CALENDAR", "said_of"]

_HOUSE = RowGroup("organisation", "The organisation")


def _rows(work: Work) -> list[Row]:
    parts = _parts(work)
    return [
        row
        for parent in parts[None]
        for row in (_row(parent, parts), *(_row(part, parts) for part in parts[parent.id]))
    ]


def _parts(work: Work) -> Mapping[str | None, list[Resource]]:
    """Resources by name, by the id of what they are a part of."""
    every = work.records(RESOURCES).page(RESOURCES.listed, ALL)
    known = {each.id for each in every}
    parts: defaultdict[str | None, list[Resource]] = defaultdict(list)
    for each in sorted(every, key=lambda each: each.name):
        parts[each.parent_id if each.parent_id in known else None].append(each)
    return parts


def _row(resource: Resource, parts: Mapping[str | None, list[Resource]]) -> Row:
    children = parts[resource.id]
    return Row(
        id=resource.id,
        name=resource.name,
        group=_HOUSE,
        zone=resource.timezone,
        parent=resource.parent_id,
        note=f"{len(children)} parts" if children else None,
        capacity=sum(each.quantity for each in children) or resource.quantity,
        hours=resource.hours,
    )


def _items(work: Work, rows: Sequence[Row], span: Span) -> Iterator[Item]:
    bookings = work.records(BOOKINGS)
    ledger = Ledger(CLAIMS, work.records(CLAIMS.kind))
    parts = _parts(work)
    begun: defaultdict[str, dict[int, Booking]] = defaultdict(dict)
    for each in begun_in(bookings, BOOKINGS_BY_START, ALL, span):
        begun[each.resource_id][each.id] = each
    for row in rows:
        here = begun[row.id]
        # What takes a place is there too where it has begun long before, or has left and can still come back.
        others = (bookings.get(claim.id) for claim in ledger.claims(row.id, span) if claim.id not in here)
        for booking in chain(here.values(), others):
            if not booking.is_master:
                yield from (item for item in _show(work, booking) if item.row == row.id and item.span.overlaps(span))
        if row.capacity is not None and row.capacity > 1:
            yield from _places(ledger, row, frozenset({row.id, *(each.id for each in parts[row.id])}), span)


def _show(work: Work, booking: Booking) -> Iterator[Item]:
    kind = ItemKind.BLOCK if booking.is_blocker else ItemKind.BOOKING
    label, note = said_of(work, booking)
    yield Item(
        row=booking.resource_id,
        id=str(booking.id),
        kind=ItemKind.HOLD if booking.status is Status.RESERVED else kind,
        status=None if booking.is_blocker else booking.status,
        span=booking.span,
        until=booking.hold_ends_at,
        label=label,
        note=note,
    )
    edit = booking.edit
    if edit is not None and (edit.span, edit.resource_id) != (booking.span, booking.resource_id):
        yield Item(
            row=edit.resource_id,
            id=str(booking.id),
            kind=ItemKind.HOLD,
            status=booking.status,
            span=edit.span,
            until=edit.expires_at,
            label=label,
            note="before its edit, which can be reverted",
        )


def said_of(work: Work, booking: Booking) -> tuple[str, str | None]:
    """Whose it is, and for what."""
    if booking.service_id is None:
        return booking.description or "Blocked", booking.note
    customer = None if booking.customer_id is None else work.records(CUSTOMERS).find(booking.customer_id)
    return "Somebody" if customer is None else customer.name, work.records(SERVICES).get(booking.service_id).name


def _places(ledger: Ledger, row: Row, pools: frozenset[str], span: Span) -> Iterator[Item]:
    for opening in row.openings(span):
        taken = seats_in((claim for pool in pools for claim in ledger.claims(pool, opening)), pools)
        for piece, places in free_through(opening, taken, row.capacity or 1):
            yield Item(
                row=row.id,
                id=f"{row.id}/{piece.starts_at.isoformat()}",
                kind=ItemKind.SLOT,
                span=piece,
                label=row.name,
                places=Places(places.taken, places.of),
            )


CALENDAR = Calendar(_rows, _items)
