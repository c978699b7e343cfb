"""The one place where capacity is taken and given back, so the one place where a double booking can be prevented.

A *pool* is what can run out: a slot on a date, a class instance, an employee, a desk. A *holder* (a booking, a cart,
a blocked time) has one *claim*, made of *seats*: so many places of a pool, for a party, over a span or for as long as
the pool lasts.

- Seats without a span are summed: taking one costs the same with ten bookings as with a million.
- Seats with a span count at the busiest moment of the span asked for; touching spans do not overlap.
- The seats of one pool all have a span, or none has.

A claim that may run out (`expires_at`) counts like any other until it is released; whoever places a hold sets a timer
to release it. So what is taken is always exactly what the claims say.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain

import msgspec

from mockserver.booking.errors import AlreadyBooked, NoPlacesLeft
from mockserver.booking.ports import Entry, Id, Index, Kind, Records
from mockserver.booking.spans import Span, peak

__all__ = ["Claim", "ClaimKind", "Ledger", "Pool", "Seat"]

_START = datetime(1970, 1, 1, tzinfo=UTC)


class Seat(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Places of one pool. `party` is who may not be there twice; None is anybody."""

    pool: str
    places: int = 1
    party: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    @property
    def span(self) -> Span | None:
        return None if self.starts_at is None or self.ends_at is None else Span(self.starts_at, self.ends_at)


class Claim(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one holder has taken; `id` is the holder's."""

    id: Id
    seats: tuple[Seat, ...]
    expires_at: datetime | None = None


class Pool(msgspec.Struct, frozen=True, gc=False):
    """Something with *capacity* places, at any one moment.

    Attributes:
        longest: No seat with a span is longer; how far back a search has to look.
    """

    id: str
    capacity: int
    longest: timedelta = timedelta(days=31)


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

    def places_left(self, pool: Pool, span: Span | None = None) -> int:
        """0 when the pool is full or, after its capacity was lowered, overfull."""
        return max(pool.capacity - self._taken(pool, span), 0)

    def holds(self, holder: Id) -> Claim | None:
        return self._claims.find(holder)

    def take(self, holder: Id, wanted: Sequence[tuple[Pool, Seat]], *, expires_at: datetime | None = None) -> None:
        """Take all seats, or none. A holder that has a claim moves it: its own places do not stand in its way.

        Raises:
            NoPlacesLeft: A pool has too few; looked at before parties, for all pools.
            AlreadyBooked: A seat's party holds a place in the same pool, at an overlapping time if it has a span, or
                has another of the wanted seats there.
            ValueError: A seat is longer than its pool's longest.
        """
        before = self._claims.find(holder)
        seats = tuple(seat for _, seat in wanted)
        for number, (pool, seat) in enumerate(wanted):
            if seat.span is not None and seat.span.ends_at - seat.span.starts_at > pool.longest:
                raise ValueError(f"{pool.id} has seats of at most {pool.longest}, not {seat.span}")
            left = pool.capacity - self._taken(pool, seat.span, without=before, besides=_others(seats, number))
            if seat.places > left:
                raise NoPlacesLeft(pool.id, asked=seat.places, left=max(left, 0))
        for number, (pool, seat) in enumerate(wanted):
            if seat.party is not None and (
                self._is_there(pool, seat, holder) or _is_among(seat, _others(seats, number))
            ):
                raise AlreadyBooked(pool.id, seat.party)
        self._claims.put(Claim(holder, seats, expires_at))

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

    def _taken(
        self, pool: Pool, span: Span | None, *, without: Claim | None = None, besides: Sequence[Seat] = ()
    ) -> int:
        """What all claims have taken, one left out, and seats that nobody has claimed yet."""
        if span is None:
            taken = self._claims.total(self._index.by_pool, pool.id)
            if without is not None:
                taken -= _places(without.seats, pool)
            return taken + _places(besides, pool) if besides else taken
        claimed = (seat for claim in self._around(pool, span) if claim != without for seat in claim.seats)
        return peak(span, _timed(chain(claimed, besides), pool))

    def _around(self, pool: Pool, span: Span) -> Iterable[Claim]:
        """The claims that may overlap a span, each once: a claim stands in the index once for each start it has."""
        low, high = _microseconds(span.starts_at - pool.longest), _microseconds(span.ends_at)
        return {claim.id: claim for claim in self._claims.between(self._index.by_pool, pool.id, low, high)}.values()

    def _is_there(self, pool: Pool, seat: Seat, holder: Id) -> bool:
        group = _party_group(pool.id, seat.party)
        if not self._claims.count(self._index.by_party, group):
            return False
        return any(
            claim.id != holder and _is_among(seat, claim.seats)
            for claim in self._claims.page(self._index.by_party, group)
        )


def _others(seats: tuple[Seat, ...], number: int) -> tuple[Seat, ...]:
    """All seats but that at *number*: two may be equal."""
    if len(seats) == 1:
        return ()
    return seats[:number] + seats[number + 1 :]


def _is_among(seat: Seat, others: Iterable[Seat]) -> bool:
    return any(other.party == seat.party and _compete(other, seat) for other in others)


def _places(seats: Iterable[Seat], pool: Pool) -> int:
    return sum([seat.places for seat in seats if seat.pool == pool.id])


def _timed(seats: Iterable[Seat], pool: Pool) -> Iterator[tuple[Span, int]]:
    return ((span, seat.places) for seat in seats if seat.pool == pool.id and (span := seat.span) is not None)


def _compete(one: Seat, other: Seat) -> bool:
    """Whether two seats want places of the same pool at the same time."""
    if one.pool != other.pool:
        return False
    span, other_span = one.span, other.span
    return span is None or other_span is None or span.overlaps(other_span)


def _pools(claim: Claim) -> Iterable[Entry]:
    """One entry per pool and start: seats that share both are added up."""
    if len(claim.seats) == 1:
        seat = claim.seats[0]
        return ((seat.pool, _start(seat), seat.places),)
    places: dict[tuple[str, int], int] = {}
    for seat in claim.seats:
        address = (seat.pool, _start(seat))
        places[address] = places.get(address, 0) + seat.places
    return [(pool, start, number) for (pool, start), number in places.items()]


def _parties(claim: Claim) -> Iterable[Entry]:
    if len(claim.seats) == 1:
        seat = claim.seats[0]
        return () if seat.party is None else ((_party_group(seat.pool, seat.party), _start(seat), 1),)
    return {(_party_group(seat.pool, seat.party), _start(seat), 1) for seat in claim.seats if seat.party is not None}


def _party_group(pool: str, party: str | None) -> str:
    return f"{pool}\x1f{party}"


def _start(seat: Seat) -> int:
    return 0 if seat.starts_at is None else _microseconds(seat.starts_at)


def _microseconds(moment: datetime) -> int:
    return (moment - _START) // timedelta(microseconds=1)  # exactly; a float is off by one here and there
