"""The clock of a sandbox: it runs beside the real one at some distance, or it stands still.

It only ever goes forward. What has expired stays expired; whoever wants to live a moment again resets the sandbox.
"""

from datetime import UTC, datetime, timedelta

import msgspec

from mockserver.booking.errors import RuleBroken

__all__ = ["ClockState", "RealTime", "monday_of", "system_time"]

LATEST = datetime(9000, 1, 1, tzinfo=UTC)
"""Far from the end of what a datetime can hold, so that a deadline computed from it still exists."""


class ClockState(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Where a clock stands, whatever the real time is.

    Attributes:
        ahead: How far it runs ahead of the real time; negative is behind. Ignored while it stands still.
        frozen_at: The moment it stands still at, or None when it runs.
    """

    ahead: timedelta = timedelta()
    frozen_at: datetime | None = None

    @classmethod
    def showing(cls, moment: datetime, *, real: datetime, frozen: bool) -> "ClockState":
        return cls(frozen_at=moment) if frozen else cls(ahead=moment - real)

    def read(self, real: datetime) -> datetime:
        return real + self.ahead if self.frozen_at is None else self.frozen_at

    def real_time_of(self, moment: datetime) -> datetime | None:
        """When it will show *moment*; None while it stands still, for nobody knows."""
        return moment - self.ahead if self.frozen_at is None else None

    def freeze(self, real: datetime) -> "ClockState":
        return ClockState(frozen_at=self.read(real))

    def resume(self, real: datetime) -> "ClockState":
        return ClockState(ahead=self.read(real) - real)

    def move_to(self, moment: datetime, real: datetime) -> "ClockState":
        """Raises RuleBroken `clock_backwards` or `clock_too_far`."""
        now = self.read(real)
        if moment < now:
            raise RuleBroken(
                "clock_backwards",
                f"the clock only goes forward: it shows {now.isoformat()}, which is after {moment.isoformat()}",
            )
        if moment > LATEST:
            raise RuleBroken("clock_too_far", f"the clock goes no further than {LATEST.isoformat()}")
        return ClockState.showing(moment, real=real, frozen=self.frozen_at is not None)


class RealTime:
    """The machine's own time, the only place that reads it."""

    def now(self) -> datetime:
        return datetime.now(UTC)


system_time = RealTime()


def monday_of(moment: datetime) -> datetime:
    """Midnight UTC of the Monday of that week: the default epoch of a world."""
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())
