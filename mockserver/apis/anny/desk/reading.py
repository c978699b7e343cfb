"""Lists: whose bookings, orders and invoices there are. A list that nobody limits costs what its page costs."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import TypeVar

import msgspec

from mockserver.apis.anny.desk.paging import page_of
from mockserver.apis.anny.records import (
    BOOKINGS,
    BOOKINGS_BY_CREATION,
    BOOKINGS_BY_START,
    CUSTOMERS,
    CUSTOMERS_BY_AGE,
    INVOICES,
    INVOICES_BY_AGE,
    ORDERS,
    ORDERS_BY_AGE,
    Booking,
    Customer,
    Invoice,
    Order,
    account_group,
    address_group,
)
from mockserver.apis.anny.register import Register
from mockserver.apis.anny.viewers import Viewer
from mockserver.booking.paging import PageRequest
from mockserver.booking.ports import ALL, Index, Kind
from mockserver.sandbox.work import Work

__all__ = ["BookingFilter", "Reading"]

R = TypeVar("R", Order, Invoice, Customer)


class BookingFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What a list of bookings is limited to; all of it holds together, and what is None or empty limits nothing.

    Attributes:
        starts_before: With `ends_after`, what overlaps the time between the two.
        text: A part of the number, of the description or of the customer's note, in lower case.
        address: Of the customer, in lower case.
    """

    resource_ids: frozenset[str] = frozenset()
    text: str = ""
    is_upcoming: bool = False
    ends_after: datetime | None = None
    starts_before: datetime | None = None
    statuses: frozenset[str] = frozenset()
    hides_blockers: bool = False
    address: str | None = None

    @property
    def limits_nothing(self) -> bool:
        return self == _EVERYTHING


_EVERYTHING = BookingFilter()


class Reading:
    __slots__ = ("_viewer", "_work")

    def __init__(self, work: Work, viewer: Viewer) -> None:
        self._work = work
        self._viewer = viewer

    def bookings(self, wanted: BookingFilter, sort: str, page: PageRequest) -> tuple[Sequence[Booking], int]:
        """A page of the viewer's bookings, and how many there are.

        Args:
            sort: `start_date` or `created_at`, with a hyphen in front for the latest first. What is equal is in the order
                of ids, or in that turned round.
        """
        name, latest_first = sort.removeprefix("-"), sort.startswith("-")
        index, key = _ORDERS[name]
        strands = [_Strand(self._work, index, group, latest_first=latest_first) for group in self._groups()]
        if wanted.limits_nothing:
            return _page(strands, key, page)
        whole = merge(*(strand.cut(0, strand.length) for strand in strands), key=key, reverse=latest_first)
        passed = [booking for booking in whole if self._passes(booking, wanted)]
        return passed[page.offset : page.offset + page.size], len(passed)

    def orders(self, text: str, sort: str, page: PageRequest) -> tuple[Sequence[Order], int]:
        """A page of the viewer's, with a text in lower case in their number; see `_by_age`, as for the others."""
        return self._by_age(ORDERS, ORDERS_BY_AGE, sort, page, text, lambda order: (order.number,))

    def invoices(self, text: str, sort: str, page: PageRequest) -> tuple[Sequence[Invoice], int]:
        return self._by_age(INVOICES, INVOICES_BY_AGE, sort, page, text, lambda invoice: (invoice.formatted_number,))

    def customers(self, text: str, sort: str, page: PageRequest) -> tuple[Sequence[Customer], int]:
        return self._by_age(CUSTOMERS, CUSTOMERS_BY_AGE, sort, page, text, lambda each: (each.name, each.email))

    def _by_age(
        self,
        kind: Kind[R],
        index: Index[R],
        sort: str,
        page: PageRequest,
        text: str,
        texts: Callable[[R], Sequence[str]],
    ) -> tuple[Sequence[R], int]:
        """A page of what is the viewer's, and how much there is; of one second, in the order of ids.

        Args:
            sort: `created_at`, with a hyphen in front for the latest first.
        """
        account = self._viewer.account
        group = ALL if account is None else account_group(account.id)
        return page_of(
            self._work.records(kind),
            index,
            group,
            page,
            backwards=sort.startswith("-"),
            passes=(lambda record: any(text in each.lower() for each in texts(record))) if text else None,
        )

    def _groups(self) -> tuple[str, ...]:
        """Of one's own bookings and of those in which one takes part; no booking is in both."""
        account = self._viewer.account
        return (ALL,) if account is None else (account_group(account.id), address_group(account.email.lower()))

    def _passes(self, booking: Booking, wanted: BookingFilter) -> bool:
        return (
            (not wanted.resource_ids or booking.resource_id in wanted.resource_ids)
            and any(wanted.text in (each or "").lower() for each in _texts(booking))
            and (not wanted.is_upcoming or booking.ends_at > self._work.now)
            and (wanted.ends_after is None or booking.ends_at > wanted.ends_after)
            and (wanted.starts_before is None or booking.starts_at < wanted.starts_before)
            and (not wanted.statuses or self._viewer.part_in(booking).status_of(booking) in wanted.statuses)
            and not (wanted.hides_blockers and booking.is_blocker)
            and (wanted.address is None or self._address_of(booking) == wanted.address)
        )

    def _address_of(self, booking: Booking) -> str | None:
        customer = Register(self._work).customer_of(booking)
        return None if customer is None else customer.email.lower()


def _texts(booking: Booking) -> tuple[str | None, ...]:
    return booking.number, booking.description, booking.customer_note


_Key = Callable[[Booking], tuple[datetime, int]]

_ORDERS: dict[str, tuple[Index[Booking], _Key]] = {
    "start_date": (BOOKINGS_BY_START, lambda booking: (booking.starts_at, booking.id)),
    "created_at": (BOOKINGS_BY_CREATION, lambda booking: (booking.created_at, booking.id)),
}


class _Strand:
    """A group of bookings in order, of which any part can be cut without the rest being read."""

    __slots__ = ("_bookings", "_group", "_index", "latest_first", "length")

    def __init__(self, work: Work, index: Index[Booking], group: str, *, latest_first: bool) -> None:
        self._bookings = work.records(BOOKINGS)
        self._index = index
        self._group = group
        self.latest_first = latest_first
        self.length = self._bookings.count(index, group)

    def cut(self, start: int, size: int) -> Sequence[Booking]:
        """At most so many, from *start* on."""
        stop = min(start + size, self.length)
        if start >= stop:
            return ()
        offset = self.length - stop if self.latest_first else start
        found = self._bookings.page(self._index, self._group, offset=offset, limit=stop - start)
        return found[::-1] if self.latest_first else found

    def __getitem__(self, position: int) -> Booking:
        return self.cut(position, 1)[0]


def _page(strands: Sequence[_Strand], key: _Key, page: PageRequest) -> tuple[Sequence[Booking], int]:
    """One page of what one strand, or two, have in order."""
    total = sum(strand.length for strand in strands)
    if len(strands) == 1:
        return strands[0].cut(page.offset, page.size), total
    one, other = strands
    mine = _share(one, other, key, page.offset)
    pieces = one.cut(mine, page.size), other.cut(page.offset - mine, page.size)
    return list(islice(merge(*pieces, key=key, reverse=one.latest_first), page.size)), total


def _share(one: _Strand, other: _Strand, key: _Key, size: int) -> int:
    """How many of the first *size* bookings of two strands are of the first one."""

    def has_enough(mine: int) -> bool:
        """Whether the next of *one* comes after the last that *other* gives: no more of *one* are wanted."""
        last, following = key(other[size - mine - 1]), key(one[mine])
        return (last < following) != one.latest_first

    fewest, most = max(0, size - other.length), min(size, one.length)
    return fewest + bisect_left(range(fewest, most), True, key=has_enough)
