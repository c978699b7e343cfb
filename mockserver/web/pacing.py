"""How often a sandbox, and the sandboxes of a key together, may be asked in a second of the real time: so that nobody takes it all.

Each process counts what it admits. Those that share a store tell it so, four times a second and beside the requests, and hear what
others have admitted: a request costs no trip, and over any longer time no more are admitted than one process would.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

from mockserver.booking.errors import OverQuota, StoreDown, in_json
from mockserver.booking.ports import Paces
from mockserver.sandbox.owners import NOBODY, Owners
from mockserver.sandbox.patience import patiently
from mockserver.sandbox.sandboxes import Sandboxes

__all__ = ["Pace", "PaceKeeper"]

_LOG = logging.getLogger("mockserver")
_EVERY_SECONDS = 0.25


class _Bucket(NamedTuple):
    name: str
    per_second: float
    said: str


class Pace:
    """A bucket for each sandbox, and for each key, that holds the requests of one second, and fills evenly.

    Args:
        per_second: To each sandbox; 0 is any number. At least one fits in a bucket, also where it is less.
        owners: How often those of each key may be asked together.
        tells: Somebody asks what was `spent`.
        clock: In seconds; never back.
    """

    def __init__(
        self,
        per_second: float,
        owners: Owners = NOBODY,
        *,
        tells: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_second = per_second
        self._owners = owners
        self._tells = tells
        self._clock = clock
        self._full_at: OrderedDict[str, float] = OrderedDict()  # when the bucket of each is full again
        self._spent: dict[str, float] = {}

    def refused(self, sandbox: str) -> OverQuota | None:
        """None where a request is admitted, which is counted then."""
        now = self._clock()
        while self._full_at and self._full_at[first := next(iter(self._full_at))] <= now:
            del self._full_at[first]
        filled = []
        for name, per_second, said in self._buckets(sandbox):
            apart = 1 / per_second
            full_at = max(self._full_at.get(name, now), now) + apart
            # Less than a thousandth of a request is a matter of rounding.
            if full_at > now + max(1.0, apart) + apart / 1_000:
                return OverQuota(
                    f"{said}, and more often it is not: ask again in a second, or start the server with more"
                )
            filled.append((name, full_at, apart))
        for name, full_at, apart in filled:
            self._full_at[name] = full_at
            self._full_at.move_to_end(name)
            if self._tells:
                self._spent[name] = self._spent.get(name, 0.0) + apart
        return None

    def _buckets(self, sandbox: str) -> Iterable[_Bucket]:
        if rate := self._per_second:
            said = f"sandbox {in_json(sandbox)} is answered {rate:g} times a second (quota_requests)"
            yield _Bucket(sandbox, rate, said)
        owner = self._owners.owner_of(sandbox)
        if owner is not None and (rate := owner.requests):
            said = f"the sandboxes of key {in_json(owner.name)} are answered {rate:g} times a second together (its quota_requests)"
            yield _Bucket(f"/{owner.name}", rate, said)

    def spent(self) -> dict[str, float]:
        """By bucket, how many seconds it takes longer to be full since this was last asked."""
        spent, self._spent = self._spent, {}
        return spent

    def learn(self, left: Iterable[tuple[str, float]]) -> None:
        """In how many seconds buckets are full again, by all that was told so far."""
        now = self._clock()
        for name, seconds in left:
            self._full_at[name] = now + seconds + self._spent.get(name, 0.0)


class PaceKeeper:
    """Tells the store what a process has admitted, and hears of the others: `web.gate.Background`."""

    def __init__(self, pace: Pace, paces: Paces, sandboxes: Sandboxes) -> None:
        self._pace = pace
        self._paces = paces
        self._sandboxes = sandboxes
        self._telling: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._telling = asyncio.create_task(self._tell())

    async def stop(self) -> None:
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.wait([self._telling])

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            await self.tell()

    async def tell(self) -> None:
        """What the store does not hear is not told again: by then it is past."""
        spent = self._pace.spent()
        if not spent:
            return
        try:
            self._pace.learn(await patiently(self._sandboxes, partial(self._paces.spend, sorted(spent.items()))))
        except StoreDown as problem:
            _LOG.warning("each process counts requests for itself meanwhile: %s", problem)
