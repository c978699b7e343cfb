"""The one place where capacity is taken and given back, so the one place where a double booking can be prevented.

A *pool* is what can run out: a slot on a date, a class instance, an employee, a desk. A *holder* (a booking, a cart,
a blocked time) has one *claim*, made of *seats*: so many places of a pool, for a party, over a span or for as long as
the pool lasts.

- Seats without a span are summed: taking one costs the same with ten bookings as with a million.
- Seats with a span count at the busiest moment of the span asked for; touching spans do not overlap. They are indexed by
  the UTC days they touch, so a question reads the days it is about, however much is booked before and after.
- The seats of one pool all have a span, or none has.
- A margin is asked for, not kept: it is the time that must be free around new seats, and what is stored is the seats.

A claim that may run out (`expires_at`) counts like any other until it is released; whoever places a hold sets a timer
to release it. So what is taken is always exactly what the claims say.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import msgspec

from mockserver.booking.errors import AlreadyBooked, NoPlacesLeft
from mockserver.booking.ports import UNWEIGHED, Entry, Id, Index, Kind, Records
from mockserver.booking.spans import DAY_MICROSECONDS, Span, microseconds, peak, utc_days

__all__ = ["Claim", "ClaimKind", "Ledger", "Pool", "Seat"]

_NO_TIME = timedelta(0)
_LONGEST = timedelta(days=366)
"""A year of any length. A seat stands in the indexes once for each day it touches, so it has to end somewhere."""

_ALWAYS = (("", 0),)
_ONCE = (0, UNWEIGHED)
"""Where the one entry of a party stands in its group."""


class Seat(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Places of one pool. `party` is who may not be there twice, of a pool whose seats have no span; None is anybody."""

    pool: str
    places: int = 1
    party: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    @property
    def span(self) -> Span | None:
        if self.starts_at is None:
            return None
        assert self.ends_at is not None, "a seat has both ends of its span, or neither"  # noqa: S101
        return Span(self.starts_at, self.ends_at)


class Claim(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one holder has taken; `id` is the holder's. The ids of one kind of claims are all numbers or all text."""

    id: Id
    seats: tuple[Seat, ...]
    expires_at: datetime | None = None


class Pool(msgspec.Struct, frozen=True, gc=False):
    """Something with *capacity* places, at any one moment."""

    id: str
    capacity: int


class ClaimKind:
    """The claims of one API, with the two indexes a ledger needs."""

    __slots__ = ("by_party", "by_pool", "kind")

    def __init__(self, name: str) -> None:
        self.by_pool: Index[Claim] = Index(f"{name}.by_pool", _pools)
        self.by_party: Index[Claim] = Index(f"{name}.by_party", _parties)
        self.kind: Kind[Claim] = Kind(name, Claim, (self.by_pool, self.by_party), inner=True)


class Ledger:
    """Takes places for holders and gives them back. What it refuses has changed nothing."""

    __slots__ = ("_claims", "_index")

    def __init__(self, index: ClaimKind, claims: Records[Claim]) -> None:
        self._index = index
        self._claims = claims

    def places_left(self, pool: Pool, span: Span | None = None, *, without: Id | None = None) -> int:
        """0 when the pool is full or, after its capacity was lowered, overfull.

        Args:
            without: A holder whose own seats are left out, if they have a span.
        """
        taken = self.taken_of(pool.id) if span is None else self._busiest(pool, span, without=without)
        return max(pool.capacity - taken, 0)

    def taken(self, pool: Pool, span: Span, *, without: Id | None = None) -> list[Span]:
        """List when seats of a pool are taken, as far as they overlap *span*: whole, in order, one span for each seat.

        Args:
            without: A holder whose own seats are left out.
        """
        return sorted(
            (each for each, _ in self._around(pool, span, without)), key=lambda each: (each.starts_at, each.ends_at)
        )

    def is_there(self, pool: Pool, party: str) -> bool:
        """Whether a party holds a place of a pool whose seats have no span."""
        return self._claims.count(self._index.by_party, _party_group(pool.id, party)) > 0

    def claims(self, pool_id: str, span: Span | None = None) -> list[Claim]:
        """The claims on a pool, in order of their ids: all, of one whose seats have no span, else those of a span's days."""
        groups = [pool_id] if span is None else [pool_id + _on(day) for day in utc_days(span)]
        found = {claim.id: claim for group in groups for claim in self._claims.page(self._index.by_pool, group)}
        return sorted(found.values(), key=lambda claim: claim.id)

    def taken_of(self, pool_id: str) -> int:
        """The places taken of a pool whose seats have no span."""
        return self._claims.total(self._index.by_pool, pool_id)

    def holds(self, holder: Id) -> Claim | None:
        return self._claims.find(holder)

    def take(
        self,
        holder: Id,
        wanted: Sequence[tuple[Pool, Seat]],
        *,
        expires_at: datetime | None = None,
        margin: timedelta = _NO_TIME,
    ) -> None:
        """Take all seats, or none. A holder that has a claim moves it: its own places do not stand in its way.

        Args:
            margin: So long before and after each seat with a span its places must be free of other holders' seats;
                the wanted seats may touch each other.

        Raises:
            NoPlacesLeft: A pool has too few; looked at before parties, for all pools.
            AlreadyBooked: A seat's party holds a place in the same pool by another holder.
            ValueError: A seat is longer than 366 days, or the margin is negative.
        """
        before = self._claims.find(holder)
        seats = tuple(seat for _, seat in wanted)
        for number, (pool, seat) in enumerate(wanted):
            span, besides = seat.span, _others(seats, number)
            if span is None:
                taken = self._summed(pool, without=before, besides=besides)
            else:
                _ensure_bounded(pool, span, margin)
                taken = self._busiest(pool, span, without=holder, besides=besides, margin=margin)
            left = pool.capacity - taken
            if seat.places > left:
                raise NoPlacesLeft(pool.id, asked=seat.places, left=max(left, 0), span=span)
        claim = Claim(holder, seats, expires_at)
        for there in _whose(claim):
            if any(other.id != holder for other in self._claims.page(self._index.by_party, _party_group(*there))):
                raise AlreadyBooked(*there)
        self._claims.put(claim)

    def keep(self, holder: Id) -> None:
        """Turn a hold into a claim that does not run out. Raises NotFound when it already has."""
        self._claims.put(msgspec.structs.replace(self._claims.get(holder), expires_at=None))

    def rename(self, holder: Id, party: str | None) -> None:
        """Put another party in all seats of a holder, without asking whether it is there already."""
        claim = self._claims.get(holder)
        seats = tuple(msgspec.structs.replace(seat, party=party) for seat in claim.seats)
        self._claims.put(msgspec.structs.replace(claim, seats=seats))

    def give_back(self, holder: Id) -> None:
        """Free all that a holder took. Raises NotFound when it has nothing."""
        self._claims.delete(holder)

    def _summed(self, pool: Pool, *, without: Claim | None, besides: Sequence[Seat]) -> int:
        """The places taken as long as the pool lasts: of all claims but one, and of seats that nobody has claimed yet."""
        taken = self.taken_of(pool.id)
        if without is not None:
            taken -= _places(without.seats, pool)
        return taken + _places(besides, pool)

    def _busiest(
        self,
        pool: Pool,
        span: Span,
        *,
        without: Id | None = None,
        besides: Sequence[Seat] = (),
        margin: timedelta = _NO_TIME,
    ) -> int:
        """The places taken at the busiest moment of a span; what others have taken counts a margin further."""
        claimed = self._around(pool, span.widen(margin, margin), without)
        own = _timed(besides, pool)
        # The seats besides are the holder's own and have no margin to this one. Where their number does not change,
        # others' have to keep clear of all of them at once.
        return max(
            peak(piece.widen(margin, margin), claimed) + peak(piece, own)
            for piece in _pieces(span, [each for each, _ in own])
        )

    def _around(self, pool: Pool, span: Span, without: Id | None) -> list[tuple[Span, int]]:
        """The seats of a pool that overlap a span, with their places."""
        high = microseconds(span.ends_at)
        claims = {
            claim.id: claim  # it stands there for each day it touches and each seat it has
            for day in utc_days(span)
            for claim in self._claims.between(self._index.by_pool, pool.id + _on(day), day * DAY_MICROSECONDS, high)
        }
        begins, ends = span.starts_at, span.ends_at
        seats = [
            seat
            for claim in claims.values()
            if claim.id != without
            for seat in claim.seats
            # As `Span.overlaps`, before a span is made of each seat of a full day.
            if seat.starts_at is not None
            and seat.starts_at < ends
            and seat.ends_at is not None
            and begins < seat.ends_at
        ]
        return _timed(seats, pool)


def _ensure_bounded(pool: Pool, span: Span, margin: timedelta) -> None:
    if span.ends_at - span.starts_at > _LONGEST:
        raise ValueError(f"{pool.id} has seats of at most {_LONGEST.days} days, not {span}")
    if margin < _NO_TIME:
        raise ValueError(f"a margin is not negative: {margin}")


def _others(seats: tuple[Seat, ...], number: int) -> tuple[Seat, ...]:
    """All seats but that at *number*: two may be equal."""
    return seats[:number] + seats[number + 1 :]


def _places(seats: Iterable[Seat], pool: Pool) -> int:
    return sum([seat.places for seat in seats if seat.pool == pool.id])


def _timed(seats: Iterable[Seat], pool: Pool) -> list[tuple[Span, int]]:
    return [(span, seat.places) for seat in seats if seat.pool == pool.id and (span := seat.span) is not None]


def _pieces(span: Span, others: Iterable[Span]) -> Iterator[Span]:
    """A span, cut wherever another one begins or ends."""
    edges = {moment for other in others for moment in (other.starts_at, other.ends_at)}
    inside = {moment for moment in edges if span.starts_at < moment < span.ends_at}
    return (Span(*ends) for ends in pairwise(sorted({span.starts_at, span.ends_at} | inside)))


def _pools(claim: Claim) -> Iterable[Entry]:
    """Seats without a span: one entry per pool, all places added up. With a span: one per day it touches."""
    places: dict[tuple[str, int], int] = {}
    for seat in claim.seats:
        for day, start in _stands(seat):
            address = (seat.pool + day, start)
            places[address] = places.get(address, 0) + seat.places
    return [(group, start, number) for (group, start), number in places.items()]


def _parties(claim: Claim) -> Iterable[Entry]:
    return {(_party_group(*there), *_ONCE) for there in _whose(claim)}


def _whose(claim: Claim) -> list[tuple[str, str]]:
    """Pool and party of each seat that is somebody's."""
    return [(seat.pool, seat.party) for seat in claim.seats if seat.party is not None]


def _party_group(pool: str, party: str) -> str:
    return f"{pool}\x1f{party}"


def _stands(seat: Seat) -> Iterable[tuple[str, int]]:
    """The days a seat touches, as groups name them, with the moment from which it is there on each.

    A seat without a span is there once, always.
    """
    span = seat.span
    if span is None:
        return _ALWAYS
    start = microseconds(span.starts_at)
    return [(_on(day), max(start, day * DAY_MICROSECONDS)) for day in utc_days(span)]


def _on(day: int) -> str:
    return f"\x1f{day}"
