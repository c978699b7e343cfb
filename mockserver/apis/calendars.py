"""What an API's calendar is made of: rows, such as rooms or people, and what stands in them over a span of time.

House rules:
- An item is found by its time, or by the pool and the day of what it has taken: however much is booked before and after,
  a question reads what it is about.
- What takes a place is always found. What takes none any more, such as what was cancelled, is found where it begins in the
  span or at most a day before it.
- Statuses are in the API's own words.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from mockserver.booking.ledger import Claim
from mockserver.booking.ports import Group, Index, Record, Records
from mockserver.booking.schedule import Hours, openings_on
from mockserver.booking.spans import Span, microseconds
from mockserver.sandbox.work import Work

__all__ = [
    "Calendar",
    "Item",
    "ItemKind",
    "Places",
    "Row",
    "RowGroup",
    "beginning_of",
    "begun_in",
    "days_of",
    "free_through",
    "seats_in",
]

_A_DAY = timedelta(days=1)
_A_MOMENT = timedelta.resolution


class ItemKind(StrEnum):
    BOOKING = "booking"
    HOLD = "hold"
    """Taken for a while: a cart, an open session, what an edit can still go back to."""
    BLOCK = "block"
    """Taken by nobody who booked."""
    SLOT = "slot"
    """Something to book, with the places that are taken of it."""


class RowGroup(msgspec.Struct, frozen=True, gc=False):
    """What rows belong to: a tenant, a merchant, a house."""

    id: str
    name: str


class Row(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """
    Attributes:
        zone: An IANA time zone, in which the row's days begin.
        parent: The id of the row that it is a part of, which comes before it.
        note: What else tells it from others.
        capacity: How many are served at once; None where each slot has a number of its own.
        hours: None where nobody says when it is open.
    """

    id: str
    name: str
    group: RowGroup
    zone: str
    parent: str | None = None
    note: str | None = None
    capacity: int | None = None
    hours: Hours | None = None

    def openings(self, span: Span) -> list[Span]:
        """When it is open in a span; all through it where nobody says when."""
        if self.hours is None:
            return [span]
        zone = ZoneInfo(self.zone)
        return [
            Span(max(each.starts_at, span.starts_at), min(each.ends_at, span.ends_at))
            for day in days_of(span, zone)
            for each in openings_on(day, self.hours, zone)
            if each.overlaps(span)
        ]


class Places(msgspec.Struct, frozen=True, gc=False):
    """`taken` may be more than `of` where a capacity was lowered."""

    taken: int
    of: int


class Item(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """
    Attributes:
        row: Of which row, by its id.
        id: Of the document; of a slot, with the day.
        status: None of what has none.
        until: When a hold runs out.
        note: What else is said of it.
        phases: When it occupies its row, where it lets go of it in between.
    """

    row: str
    id: str
    kind: ItemKind
    span: Span
    label: str
    status: str | None = None
    until: datetime | None = None
    note: str | None = None
    places: Places | None = None
    phases: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Calendar:
    """
    Attributes:
        rows: All of them, as they stand one below the other.
        items: Of some rows, what reaches into a span; row by row in their order, so that whoever has enough stops between two.
    """

    rows: Callable[[Work], Sequence[Row]]
    items: Callable[[Work, Sequence[Row], Span], Iterable[Item]]


class _Spanning(Record, Protocol):
    @property
    def span(self) -> Span: ...


R = TypeVar("R", bound=_Spanning)


def begun_in(records: Records[R], index: Index[R], group: Group, span: Span) -> Iterator[R]:
    """What reaches into a span and begins in it, or at most a day before it.

    Args:
        index: Sorted by the moment of the beginning, in microseconds.
    """
    low, high = microseconds(span.starts_at - _A_DAY), microseconds(span.ends_at)
    return (each for each in records.between(index, group, low, high) if each.span.overlaps(span))


def days_of(span: Span, zone: ZoneInfo) -> list[date]:
    """The local days that a span touches."""
    first = span.starts_at.astimezone(zone).date()
    last = (span.ends_at - _A_MOMENT).astimezone(zone).date()
    return [first + number * _A_DAY for number in range((last - first).days + 1)]


def beginning_of(span: Span) -> Span:
    """The first moment of a span: whatever is there has begun before it, or at it."""
    return Span(span.starts_at, span.starts_at + _A_MOMENT)


def seats_in(claims: Iterable[Claim], pools: frozenset[str]) -> list[tuple[Span, int]]:
    """When places of these pools are taken, and how many."""
    return [
        (span, seat.places)
        for claim in claims
        for seat in claim.seats
        if seat.pool in pools and (span := seat.span) is not None
    ]


def free_through(window: Span, taken: Iterable[tuple[Span, int]], capacity: int) -> Iterator[tuple[Span, Places]]:
    """Cut a window wherever the number of places that are taken changes."""
    changes: defaultdict[datetime, int] = defaultdict(int)
    for span, places in taken:
        if span.overlaps(window):
            changes[max(span.starts_at, window.starts_at)] += places
            changes[min(span.ends_at, window.ends_at)] -= places
    begun, number = window.starts_at, changes.pop(window.starts_at, 0)
    for moment in sorted(moment for moment, change in changes.items() if change and moment < window.ends_at):
        yield Span(begun, moment), Places(number, capacity)
        begun, number = moment, number + changes[moment]
    yield Span(begun, window.ends_at), Places(number, capacity)
