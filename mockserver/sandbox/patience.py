"""Doing work in a sandbox from the event loop, which must not stand still for long."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from mockserver.booking.errors import StoreBusy, StoreDown
from mockserver.sandbox.domains import Domain
from mockserver.sandbox.journal import Entry
from mockserver.sandbox.records import SandboxRecord
from mockserver.sandbox.rules import Rule
from mockserver.sandbox.sandbox import Sandbox
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.sandbox.shared_journals import SharedJournals
from mockserver.sandbox.work import Work

__all__ = ["JournalWriter", "meet_patiently", "patiently", "run_patiently"]

T = TypeVar("T")

_LOG = logging.getLogger("mockserver")

_INLINE_PATIENCE_SECONDS = 0.05
"""How long the event loop may stand still for a store that another process is writing to."""


async def run_patiently(
    sandbox: Sandbox,
    domain: Domain,
    act: Callable[[Work], T],
    *,
    writes: bool,
    keep: bool = True,
    entry: Entry | None = None,
    known: SandboxRecord | None = None,
) -> T:
    """`Sandbox.run` on the event loop, which goes on with others where the store waits for a network; in a thread when the
    store is held by another process.
    """
    if sandbox.waits:
        return await _cross(partial(sandbox.run, domain, act, writes=writes, keep=keep, entry=entry, known=known))
    try:
        return sandbox.run(
            domain, act, writes=writes, keep=keep, entry=entry, patience_seconds=_INLINE_PATIENCE_SECONDS, known=known
        )
    except StoreBusy:
        return await asyncio.to_thread(sandbox.run, domain, act, writes=writes, keep=keep, entry=entry, known=known)


async def meet_patiently(
    sandbox: Sandbox, met: frozenset[int], ends: Callable[[Rule], bool]
) -> tuple[tuple[Rule, bool], ...]:
    """`Sandbox.meet`, likewise."""
    if sandbox.waits:
        return await _cross(partial(sandbox.meet, met, ends))
    try:
        return sandbox.meet(met, ends, patience_seconds=_INLINE_PATIENCE_SECONDS)
    except StoreBusy:
        return await asyncio.to_thread(sandbox.meet, met, ends)


async def patiently(sandboxes: Sandboxes, work: Callable[[], T]) -> T:
    """Any other work that asks the store, on the event loop."""
    return await _cross(work) if sandboxes.waits else work()


async def _cross(work: Callable[[], T]) -> T:
    from mockserver.bridge import cross  # noqa: PLC0415 - with the library of a store that waits

    return await cross(work)


class JournalWriter:
    """Tells the store what sandboxes were asked, beside the requests: one per process, on its event loop."""

    def __init__(self, sandboxes: Sandboxes) -> None:
        self._sandboxes = sandboxes
        self._writing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        journals = self._sandboxes.shared_journals
        if journals is not None:
            self._writing = asyncio.create_task(self._write(journals))

    async def stop(self) -> None:
        """What was asked until now is written, if the store answers."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.wait([self._writing])
            await self._flush(self._sandboxes.shared_journals)

    async def _write(self, journals: SharedJournals) -> None:
        while True:
            await journals.due()
            await self._flush(journals)

    async def _flush(self, journals: SharedJournals | None) -> None:
        assert journals is not None  # noqa: S101 - see `start`
        try:
            await patiently(self._sandboxes, journals.flush)
        except StoreDown as problem:
            _LOG.warning("journals wait: %s", problem)
