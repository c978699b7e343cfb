"""Sandboxes that nobody uses any more go, whichever process they were last used in.

A durable sandbox says in its record when it was last used, to a tenth of the time after which it goes: to write that for each request
would make a write of each read. So it may go that much before its time where the process that served it was killed.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from itertools import takewhile

import msgspec

from mockserver.booking.errors import NotFound, StoreDown
from mockserver.sandbox.patience import patiently
from mockserver.sandbox.records import SandboxRecord
from mockserver.sandbox.sandbox import DEFAULT
from mockserver.sandbox.sandboxes import Sandboxes

__all__ = ["Expiry"]

_LOG = logging.getLogger("mockserver")
_PART = 10
_PAGE = 1_000


class Expiry:
    """Looks around from `start` to `stop`, beside the requests.

    Args:
        after: Unused for longer, of the real time, a sandbox is deleted; the default one stays.
    """

    def __init__(self, sandboxes: Sandboxes, after: timedelta) -> None:
        self._sandboxes = sandboxes
        self._after = after
        self._every = after / _PART
        self._looked_at = time.monotonic()
        self._looking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._looking = asyncio.create_task(self._look())

    async def stop(self) -> None:
        """What was used since it last looked is noted, if the store answers."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait([self._looking])
            await self._try(self.note_use)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(self._every.total_seconds())
            await self._try(self.note_use)
            await self._try(self.expire)

    async def _try(self, work: Callable[[], None]) -> None:
        try:
            await patiently(self._sandboxes, work)
        except StoreDown as problem:
            _LOG.warning("sandboxes expire later: %s", problem)

    def note_use(self) -> None:
        """Of those that were used in this process since it last looked. Raises StoreDown."""
        since, now = self._looked_at, self._sandboxes.real_now()
        looked_at = time.monotonic()
        for sandbox in list(takewhile(lambda each: each.used_at >= since, self._sandboxes.latest_used())):
            with suppress(NotFound):
                sandbox.arm(lambda record: msgspec.structs.replace(record, used_at=now))
        self._looked_at = looked_at

    def expire(self) -> None:
        """Raises StoreDown."""
        before = self._sandboxes.real_now() - self._after

        def is_unused(record: SandboxRecord) -> bool:
            return max(record.made_at, record.used_at or record.made_at) < before

        after, page = "", None
        while page is None or len(page) == _PAGE:
            _, page = self._sandboxes.named("", after=after, limit=_PAGE)
            for record in page:
                after = record.name
                if record.name != DEFAULT and is_unused(record):
                    with suppress(NotFound):
                        self._sandboxes.delete(record.name, only_if=is_unused)
                        _LOG.info("sandbox %s has expired: nobody used it for %s", record.name, self._after)
