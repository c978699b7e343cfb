"""How often each sandbox may be asked in a second of the real time, in one process: so that nobody takes it all."""

import time
from collections import OrderedDict
from collections.abc import Callable

__all__ = ["Pace"]


class Pace:
    """A bucket for each sandbox that holds the requests of one second, and fills evenly.

    Args:
        per_second: At least one fits in a bucket, also where it is less.
        clock: In seconds; never back.
    """

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_second = per_second
        self._clock = clock
        self._apart = 1 / per_second
        self._room = max(1.0, self._apart)
        self._full_at: OrderedDict[str, float] = OrderedDict()  # when the bucket of each is full again

    def admits(self, name: str) -> bool:
        """Counts a request that it admits."""
        now = self._clock()
        while self._full_at and self._full_at[first := next(iter(self._full_at))] <= now:
            del self._full_at[first]
        full_at = max(self._full_at.get(name, now), now) + self._apart
        if (
            full_at > now + self._room + self._apart / 1_000
        ):  # less than a thousandth of a request is a matter of rounding
            return False
        self._full_at[name] = full_at
        self._full_at.move_to_end(name)
        return True
