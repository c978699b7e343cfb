"""The time of resources: the one way in which a booking takes it, moves and gives it back.

What can be asked for and what can be taken is the same: `obstacle` says no for every reason for which `take` would.
"""

import contextlib
from collections.abc import Iterator
from datetime import datetime

import msgspec

from mockserver.apis.anny.offers import RESOURCES, Resource, Service
from mockserver.apis.anny.records import BLOCKERS_ON_DAY, BOOKINGS, CLAIMS, Booking
from mockserver.apis.anny.refusals import Unavailability, Unavailable
from mockserver.apis.anny.terms import busy_around, busy_span, rule_against
from mockserver.booking.errors import NoPlacesLeft, NotFound
from mockserver.booking.ledger import Ledger, Pool, Seat
from mockserver.booking.spans import Span, utc_days
from mockserver.sandbox.work import Work

__all__ = ["Diary"]


class Diary:
    """Spans asked about are those of bookings: the padding of the service comes to them here."""

    __slots__ = ("_ledger", "_work")

    def __init__(self, work: Work) -> None:
        self._work = work
        self._ledger = Ledger(CLAIMS, work.records(CLAIMS.kind))

    def obstacle(
        self, service: Service, resource: Resource, span: Span, *, weight: int = 1, moving: Booking | None = None
    ) -> Unavailability | None:
        """Why a span cannot be booked now, the first reason in the order of `Unavailability`; None when it can.

        Args:
            moving: A booking that does not stand in its own way, nor what it still holds of where it came from.
        """
        against = rule_against(service, resource, span, self._work.now)
        if against is not None:
            return against
        if self._is_blocked(resource.id, busy_around(service, span)):
            return Unavailability.BLOCKED
        if self.places_left(service, resource, span, moving=moving) < weight:
            return Unavailability.BOOKED_OUT
        return None

    def ensure_bookable(
        self, service: Service, resource: Resource, span: Span, *, weight: int = 1, moving: Booking | None = None
    ) -> None:
        """Raises Unavailable; see `obstacle`."""
        against = self.obstacle(service, resource, span, weight=weight, moving=moving)
        if against is not None:
            raise Unavailable(against)

    def places_left(self, service: Service, resource: Resource, span: Span, *, moving: Booking | None = None) -> int:
        """The places free all through a span and the padding around it; blockers take all of them."""
        holder = None if moving is None else moving.id
        return self._ledger.places_left(_pool(resource), busy_around(service, span), without=holder)

    def take(self, booking: Booking, service: Service | None, *, expires_at: datetime | None = None) -> None:
        """Take the time of a booking in place of what it has; a master takes none.

        While an edit can be reverted, what it left is taken on. So taking again, once it cannot be, lets go of that.

        Args:
            service: None of a blocker.

        Raises:
            Unavailable: `booked_out`. Blockers were asked about before, and there are no new ones.
        """
        if booking.is_master:
            return
        try:
            self._ledger.take(booking.id, list(self._seats(booking, service)), expires_at=expires_at)
        except NoPlacesLeft:
            raise Unavailable(Unavailability.BOOKED_OUT) from None

    def keep(self, booking_id: int) -> None:
        """Turn a hold into something that does not run out; who holds nothing, such as a master, keeps nothing."""
        with contextlib.suppress(NotFound):
            self._ledger.keep(booking_id)

    def free(self, booking_id: int) -> None:
        """Give back all that a booking has taken, if anything."""
        with contextlib.suppress(NotFound):
            self._ledger.give_back(booking_id)

    def cut(self, booking: Booking, service: Service | None, at: datetime) -> None:
        """Give back what a booking has taken from a moment on, the padding after it too."""
        if self._ledger.holds(booking.id) is None:
            return
        kept = [
            (pool, msgspec.structs.replace(seat, ends_at=min(span.ends_at, at)))
            for pool, seat in self._seats(booking, service)
            if (span := seat.span) is not None and span.starts_at < at
        ]
        if kept:
            self._ledger.take(booking.id, kept)
        else:
            self.free(booking.id)

    def _seats(self, booking: Booking, service: Service | None) -> Iterator[tuple[Pool, Seat]]:
        """What a booking takes, and what it has left but can still go back to: each moment of a resource once."""
        busy = busy_span(booking, service)
        yield self._seat(booking.resource_id, busy, booking.weight)
        edit = booking.edit
        if edit is None:
            return
        left = busy_around(service, edit.span)
        for piece in _besides(left, busy) if edit.resource_id == booking.resource_id else (left,):
            yield self._seat(edit.resource_id, piece, booking.weight)

    def _seat(self, resource_id: str, span: Span, places: int) -> tuple[Pool, Seat]:
        pool = _pool(self._work.records(RESOURCES).get(resource_id))
        return pool, Seat(pool.id, places, starts_at=span.starts_at, ends_at=span.ends_at)

    def _is_blocked(self, resource_id: str, busy: Span) -> bool:
        blockers = self._work.records(BOOKINGS)
        return any(
            not blocker.is_final and blocker.span.overlaps(busy)
            for day in utc_days(busy)
            for blocker in blockers.page(BLOCKERS_ON_DAY, f"{resource_id}/{day}")
        )


def _pool(resource: Resource) -> Pool:
    return Pool(resource.id, resource.quantity)


def _besides(span: Span, other: Span) -> Iterator[Span]:
    """The pieces of a span that another does not cover."""
    if not span.overlaps(other):
        yield span
        return
    if span.starts_at < other.starts_at:
        yield Span(span.starts_at, other.starts_at)
    if other.ends_at < span.ends_at:
        yield Span(other.ends_at, span.ends_at)
