"""The clock of a sandbox: it runs beside the real one at some distance, or it stands still.

It only ever goes forward, whatever is done to the machine's clock meanwhile. What has expired stays expired; whoever wants to
live a moment again resets the sandbox.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import msgspec

from mockserver.booking.errors import RuleBroken

__all__ = ["ClockState", "RealTime", "monday_of", "system_time"]

LATEST = datetime(9000, 1, 1, tzinfo=UTC)
"""Far from the end of what a datetime can hold, so that a deadline computed from it still exists."""


_machine_time = partial(datetime.now, UTC)


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

    def going_on_from(self, shown: datetime, real: datetime) -> "ClockState":
        """So that it shows nothing before what it has *shown*."""
        return self if shown <= self.read(real) else ClockState(ahead=shown - real)

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
    """The machine's own time, the only place that reads it, and never back: where the machine's clock is set back, this one
    goes on at half speed until the machine has caught up.

    Args:
        read: The machine's clock, aware UTC.
        ticks: Seconds that nobody sets.
    """

    __slots__ = ("_latest", "_read", "_set_back", "_ticks")

    def __init__(
        self,
        read: Callable[[], datetime] = _machine_time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._ticks = ticks
        self._latest = datetime.min.replace(tzinfo=UTC)
        self._set_back: tuple[datetime, float] | None = None  # what it showed when that was noticed, and the ticks

    def now(self) -> datetime:
        moment = self._read()
        if moment < self._latest:
            moment = self._catching_up()
        else:
            self._set_back = None
        self._latest = moment
        return moment

    def _catching_up(self) -> datetime:
        ticks = self._ticks()
        if self._set_back is None:
            self._set_back = self._latest, ticks
        shown, began = self._set_back
        return max(shown + timedelta(seconds=(ticks - began) / 2), self._latest)


system_time = RealTime()


def monday_of(moment: datetime) -> datetime:
    """Midnight UTC of the Monday of that week: the default epoch of a world."""
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())
