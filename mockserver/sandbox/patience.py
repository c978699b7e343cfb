"""Doing work in a sandbox from the event loop, which must not stand still for long."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from mockserver.booking.errors import StoreBusy
from mockserver.sandbox.domains import Domain
from mockserver.sandbox.journal import Entry
from mockserver.sandbox.rules import Rule
from mockserver.sandbox.sandbox import Sandbox
from mockserver.sandbox.work import Work

__all__ = ["meet_patiently", "run_patiently"]

T = TypeVar("T")

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
) -> T:
    """`Sandbox.run` on the event loop; in a thread when the store is held by another process."""
    try:
        return sandbox.run(
            domain, act, writes=writes, keep=keep, entry=entry, patience_seconds=_INLINE_PATIENCE_SECONDS
        )
    except StoreBusy:
        return await asyncio.to_thread(sandbox.run, domain, act, writes=writes, keep=keep, entry=entry)


async def meet_patiently(sandbox: Sandbox, met: frozenset[int], ends: Callable[[Rule], bool]) -> tuple[Rule, ...]:
    """`Sandbox.meet`, likewise."""
    try:
        return sandbox.meet(met, ends, patience_seconds=_INLINE_PATIENCE_SECONDS)
    except StoreBusy:
        return await asyncio.to_thread(sandbox.meet, met, ends)
