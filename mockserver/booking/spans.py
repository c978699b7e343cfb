"""Stretches of time, and how many places are taken in them at once.

House rules:
- A span is half-open, `[starts_at, ends_at)`: back-to-back bookings touch and do not overlap.
- Its moments are UTC, not merely aware: Python compares two moments of one local zone by their wall clocks, which
  is wrong in the hour when the clocks go back. Local time ends where a schedule or a wire format is read.
- A span is never empty. What has no length takes no place and needs no span.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate

__all__ = ["DAY_MICROSECONDS", "Span", "microseconds", "moment_of", "peak", "utc_days"]

DAY_MICROSECONDS = 24 * 60 * 60 * 1_000_000

_START = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """The moments from *starts_at*, included, to *ends_at*, excluded.

    Raises:
        ValueError: A moment is not in UTC, or the end is not after the start.
    """

    starts_at: datetime
    ends_at: datetime

    def __post_init__(self) -> None:
        if self.starts_at.tzinfo != UTC or self.ends_at.tzinfo != UTC:
            raise ValueError(f"a span needs moments in UTC, not {self.starts_at!r} and {self.ends_at!r}")
        if self.ends_at <= self.starts_at:
            raise ValueError(f"a span ends after it starts: {self.starts_at} to {self.ends_at}")

    def overlaps(self, other: "Span") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def contains(self, other: "Span | datetime") -> bool:
        """Say whether the whole of *other*, a span or a moment, lies inside."""
        if isinstance(other, Span):
            return self.starts_at <= other.starts_at and other.ends_at <= self.ends_at
        return self.starts_at <= other < self.ends_at

    def shift(self, by: timedelta) -> "Span":
        """Move both ends; negative is earlier."""
        return Span(self.starts_at + by, self.ends_at + by)

    def widen(self, before: timedelta, after: timedelta) -> "Span":
        """Add a buffer on each side, such as the minutes to prepare a room and to clear it."""
        return Span(self.starts_at - before, self.ends_at + after)


def microseconds(moment: datetime) -> int:
    """A moment as a whole number to sort and to compare by."""
    return (moment - _START) // timedelta(microseconds=1)  # exactly; a float is off by one here and there


def moment_of(number: int) -> datetime:
    """The moment of which that are the `microseconds`."""
    return _START + timedelta(microseconds=number)


def utc_days(span: Span) -> range:
    """The UTC days a span touches, counted from 1970; one that ends at midnight does not touch the next."""
    first, after_last = microseconds(span.starts_at), microseconds(span.ends_at)
    return range(first // DAY_MICROSECONDS, (after_last - 1) // DAY_MICROSECONDS + 1)


def peak(window: Span, taken: Iterable[tuple[Span, int]]) -> int:
    """Count the places taken at the busiest moment of *window*.

    Several bookings may fit into one place one after the other, so adding up all that overlap would refuse too much.

    Args:
        window: Only its moments count; a crowd before or after it does not.
        taken: Spans with the places each of them takes, 0 or more, in any order.
    """
    changes: list[tuple[datetime, int]] = []
    for span, places in taken:
        # All that overlap from the left are still there when the window opens, and after it closes they only leave:
        # the highest count is one of the window's own, without cutting any span to fit.
        if span.overlaps(window):
            changes += [(span.starts_at, places), (span.ends_at, -places)]
    # At one moment the leaving (negative) sort before the arriving, which is what half-open means.
    return max(accumulate((change for _, change in sorted(changes)), initial=0))
