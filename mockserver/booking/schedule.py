"""From opening hours on a wall clock to the moments at which something can begin.

House rules:
- Local time ends here. What goes in is days, wall-clock times and a zone; what comes out is UTC.
- A wall-clock time that comes twice, when the clocks go back, is the first of the two. One that is left out, when they
  go forward, is read with the offset before the change (RFC 5545, 3.3.5): 02:30 becomes 03:30.
- A business is open from the first moment at which its clock shows the opening time or a later one, to the first at
  which it shows the closing time or a later one. So an opening is never inside the hour that is left out, and one that
  would be all in it does not take place.

The theory of free starts: a phase that begins `offset` after the start and lasts `length` is in the way of somebody from
`a` to `b` exactly when the start lies between `a - offset - length` and `b - offset`, both excluded. So each taken span
rules out one stretch of starts per phase. These are merged once, and a candidate is looked up among them.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

import msgspec

from mockserver.booking.spans import Span

__all__ = [
    "Hours",
    "Phase",
    "fit",
    "free_starts",
    "lies_open",
    "local_moment",
    "occupied",
    "openings_on",
    "total_length",
    "whole_days",
]

Hours = Mapping[int, Sequence[tuple[time, time]]]
"""Wall-clock pairs by weekday, 0 being Sunday and 6 Saturday. An end of 00:00 is the end of the day."""

_NO_TIME = timedelta(0)
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_QUARTER = timedelta(minutes=15)
_MIDNIGHT = time(0)


class Phase(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A part of a service. One that does not occupy is a wait, in which somebody else may be served."""

    length: timedelta
    occupies: bool = True

    def __post_init__(self) -> None:
        if self.length <= _NO_TIME:
            raise ValueError(f"a phase has a length, not {self.length}")


def total_length(phases: Iterable[Phase]) -> timedelta:
    return sum((phase.length for phase in phases), start=_NO_TIME)


def occupied(phases: Iterable[Phase], starts_at: datetime) -> tuple[Span, ...]:
    """List the spans that are taken when *phases* begin at a moment, in order; neighbours touch and stay apart."""
    return tuple(Span(starts_at + offset, starts_at + offset + length) for offset, length in _occupying(phases))


def fit(phases: Sequence[Phase], length: timedelta) -> tuple[Phase, ...]:
    """Give phases another total length: they keep their own from the start on, and the last that remains gives way.

    Raises:
        ValueError: There is no phase, or *length* is not positive.
    """
    if not phases or length <= _NO_TIME:
        raise ValueError(f"{len(phases)} phases cannot take {length}")
    kept: list[Phase] = []
    left = length
    for phase in phases:
        if left <= _NO_TIME:
            break
        kept.append(phase)
        left -= phase.length
    # What is left is positive when all phases are too short, negative when the last one reaches too far.
    kept[-1] = msgspec.structs.replace(kept[-1], length=kept[-1].length + left)
    return tuple(kept)


def local_moment(day: date, wall_clock: time, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, at which clocks in *zone* show a time of a day."""
    return datetime.combine(day, wall_clock.replace(fold=0), zone).astimezone(UTC)


def openings_on(day: date, hours: Hours, zone: ZoneInfo) -> list[Span]:
    """List when a business is open on a local day, in order. Openings that touch stay apart.

    Raises:
        ValueError: Hours end before or when they start. Those that run past midnight belong to two days.
    """
    openings = []
    for start, end in sorted(hours.get(day.isoweekday() % 7, ())):
        if end <= start and end != _MIDNIGHT:
            raise ValueError(f"hours from {start} to {end} do not end on the day on which they start")
        opens_at = _first_showing(day, start, zone)
        closes_at = _first_showing(day + _DAY if end == _MIDNIGHT else day, end, zone)
        if opens_at < closes_at:
            openings.append(Span(opens_at, closes_at))
    return openings


def whole_days(span: Span, zone: ZoneInfo) -> Span:
    """Widen a span to the whole local days that it touches; one that ends at midnight does not touch the next day."""
    first = span.starts_at.astimezone(zone).date()
    last = (span.ends_at - timedelta.resolution).astimezone(zone).date()
    return Span(_first_showing(first, _MIDNIGHT, zone), _first_showing(last + _DAY, _MIDNIGHT, zone))


def lies_open(span: Span, openings: Iterable[Span]) -> bool:
    """Say whether the whole of *span* lies inside one opening; two that touch are not one."""
    return any(opening.contains(span) for opening in openings)


def free_starts(
    openings: Iterable[Span],
    phases: Sequence[Phase],
    *,
    taken: Iterable[Span],
    blocked: Iterable[Span],
    margin: timedelta,
    earliest: datetime,
    latest: datetime,
    step: timedelta = _QUARTER,
) -> list[datetime]:
    """List the moments at which *phases* can begin, in order, each once.

    Args:
        openings: The whole service fits into one of them. Candidates are counted from when each begins, every *step*.
        taken: Not to be overlapped by a phase that occupies, nor nearer to it than *margin*; in any order.
        blocked: Not to be overlapped by a phase that occupies.
        earliest: The first moment that is allowed; *latest* the last.
    """
    widened = chain((span.widen(margin, margin) for span in taken), blocked)
    lows, highs = _ruled_out(widened, list(_occupying(phases)))
    length = total_length(phases)
    free = set()
    for opening in openings:
        last = min(opening.ends_at - length, latest)
        skipped = max(-((opening.starts_at - earliest) // step), 0)  # rounded up: the first candidate not before it
        for number in range(skipped, (last - opening.starts_at) // step + 1):
            start = opening.starts_at + number * step
            before = bisect_left(lows, start)
            if before == 0 or highs[before - 1] <= start:
                free.add(start)
    return sorted(free)


def _occupying(phases: Iterable[Phase]) -> Iterator[tuple[timedelta, timedelta]]:
    """When phases that occupy begin, counted from the start of all, and how long they last."""
    offset = _NO_TIME
    for phase in phases:
        if phase.occupies:
            yield offset, phase.length
        offset += phase.length


def _ruled_out(
    spans: Iterable[Span], occupying: Sequence[tuple[timedelta, timedelta]]
) -> tuple[list[datetime], list[datetime]]:
    """The stretches in which nothing can begin, without their ends: where each begins, and where it ends."""
    lows: list[datetime] = []
    highs: list[datetime] = []
    stretches = (
        (span.starts_at - offset - length, span.ends_at - offset) for span in spans for offset, length in occupying
    )
    for low, high in sorted(stretches):
        if highs and low < highs[-1]:
            highs[-1] = max(highs[-1], high)
        else:  # where two only touch, there is a moment between them
            lows.append(low)
            highs.append(high)
    return lows, highs


def _first_showing(day: date, wall_clock: time, zone: ZoneInfo) -> datetime:
    """The first moment at which clocks in *zone* show a time of a day or, where it is left out, a later one."""
    local = datetime.combine(day, wall_clock)
    moment = local.replace(tzinfo=zone).astimezone(UTC)
    other = local.replace(tzinfo=zone, fold=1).astimezone(UTC)  # with the offset after a change, if there is one
    if moment <= other:
        return moment
    # The time is left out: the change lies between the two moments.
    shown = bisect_left(
        range((moment - other) // _SECOND),
        x=True,
        key=lambda seconds: (other + seconds * _SECOND).astimezone(zone).replace(tzinfo=None) >= local,
    )
    return other + shown * _SECOND
