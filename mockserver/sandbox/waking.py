"""Looking into sandboxes although nobody asks, so that time passes in them: due timers fire, due deliveries are found.

A sandbox is looked into when a commit left something there, when its clock was moved, and at the moment at which the
earliest thing falls due in it, as long as its clock runs. Nothing is looked for: whoever leaves something says so, of
what a seed has left whoever uses the sandbox first does, and a process in which nothing waits sleeps.
"""

import asyncio
import contextlib
import heapq
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from mockserver.booking.errors import NotFound, RuleBroken, StoreDown
from mockserver.booking.ports import Due, Dues
from mockserver.sandbox.deliveries import LEASE
from mockserver.sandbox.domains import Domain
from mockserver.sandbox.patience import patiently, run_patiently
from mockserver.sandbox.sandbox import Sandbox
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.sandbox.work import Work

__all__ = ["SharedWaker", "Waker", "waker_of"]

Ready = Callable[[Sandbox, Domain, Sequence[int]], None]
"""Told of the subscriptions that have a delivery to be sent now."""

_LOG = logging.getLogger("mockserver")
_LATER = timedelta(seconds=1)
_LONGEST_REST_SECONDS = 3_600.0
_LOOK_SECONDS = 1.0
"""How often a host looks for what others have left."""
_MOST_TAKEN = 16


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What waits in one API of a sandbox: what is ready now, and the real time at which to look again."""

    ready: Sequence[int]
    look_at: datetime | None


_NOTHING = _Waiting((), None)


class Waker:
    """One per process, on its event loop."""

    def __init__(self, sandboxes: Sandboxes, ready: Ready) -> None:
        self._sandboxes = sandboxes
        self._ready = ready
        self._lock = threading.Lock()
        self._next: dict[tuple[str, str], datetime] = {}
        self._queue: list[tuple[datetime, tuple[str, str]]] = []  # may hold what `_next` has replaced
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stirred = asyncio.Event()

    def expect(self, name: str, api: str, at: datetime) -> None:
        """Look into a sandbox at *at*, of the real time, or before. Callable from any thread."""
        key = (name, api)
        with self._lock:
            known = self._next.get(key)
            if known is not None and known <= at:
                return
            self._next[key] = at
            heapq.heappush(self._queue, (at, key))
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stirred.set)

    async def run(self) -> None:
        """Until cancelled. Begins with what was left when the last process ended."""
        self._loop = asyncio.get_running_loop()
        self._sandboxes.on_waiting = self.expect
        try:
            for name, api in await self._left():
                self.expect(name, api, self._sandboxes.real_now())
            while True:
                self._stirred.clear()
                for name, api in self._take_due():
                    look_at = (await self._look(name, api)).look_at
                    if look_at is not None:
                        self.expect(name, api, look_at)
                await self._rest()
        finally:
            self._sandboxes.on_waiting = None
            self._loop = None

    async def _left(self) -> list[tuple[str, str]]:
        """In a thread where it may be much: a store in memory knows no threads, and is empty at first."""
        awaited = self._sandboxes.awaited
        return await asyncio.to_thread(awaited) if self._sandboxes.durable else awaited()

    def _take_due(self) -> list[tuple[str, str]]:
        now = self._sandboxes.real_now()
        due = []
        with self._lock:
            while self._queue and self._queue[0][0] <= now:
                at, key = heapq.heappop(self._queue)
                if self._next.get(key) == at:
                    del self._next[key]
                    due.append(key)
        return due

    async def _rest(self) -> None:
        with self._lock:
            first = self._queue[0][0] if self._queue else None
        seconds = _LONGEST_REST_SECONDS
        if first is not None:
            seconds = min(seconds, (first - self._sandboxes.real_now()).total_seconds())
        try:
            async with asyncio.timeout(max(seconds, 0)):
                await self._stirred.wait()
        except TimeoutError:
            pass

    async def _look(self, name: str, api: str) -> _Waiting:
        try:
            sandbox = await patiently(self._sandboxes, partial(self._sandboxes.find, name))
            if sandbox is None:
                return _NOTHING
            domain = self._sandboxes.domain(api)
            act = partial(_waiting, sandbox, domain, real=self._sandboxes.real_now())
            waiting = await run_patiently(sandbox, domain, act, writes=False)
        except StoreDown:
            return _Waiting((), self._sandboxes.real_now() + _LATER)
        except (NotFound, RuleBroken):
            pass  # deleted meanwhile; of another seed; or a timer cannot do its work, which the next request is told
        except Exception:  # noqa: BLE001 - the outermost seam of what nobody asked for
            _LOG.exception("looking into %s of sandbox %s", api, name)
        else:
            if waiting.ready:
                self._ready(sandbox, domain, waiting.ready)
            return waiting
        return _NOTHING


class SharedWaker(Waker):
    """As `Waker`, over a store that hosts share: what is due stands there, and whichever host is first takes it. What a host has taken
    and not settled, for it ended, is due again.
    """

    def __init__(self, sandboxes: Sandboxes, ready: Ready, dues: Dues) -> None:
        super().__init__(sandboxes, ready)
        self._dues = dues

    async def run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._sandboxes.on_waiting = self.expect
        try:
            while True:
                self._stirred.clear()
                if not await self._take():
                    await self._rest()
        finally:
            self._sandboxes.on_waiting = None
            self._loop = None

    async def _take(self) -> bool:
        """Whether anything was due."""
        try:
            for (name, api), at in self._told().items():
                await patiently(self._sandboxes, partial(self._dues.expect, name, api, at))
            taken = await patiently(self._sandboxes, partial(self._dues.claim, _MOST_TAKEN, LEASE.total_seconds()))
            await asyncio.gather(*map(self._settle, taken))
        except StoreDown as problem:
            _LOG.warning("what is due waits: %s", problem)
            return False
        return bool(taken)

    async def _settle(self, due: Due) -> None:
        waiting = await self._look(due.sandbox, due.api)
        # Who is ready has its lane here; should this process end, another one looks when a lease would be over.
        moments = [waiting.look_at, self._sandboxes.real_now() + LEASE if waiting.ready else None]
        at = min((each for each in moments if each is not None), default=None)
        await patiently(self._sandboxes, partial(self._dues.settle, due, at))

    def _told(self) -> dict[tuple[str, str], datetime]:
        """What the store has to be told: what is due by now it knows, for that was left in a transaction."""
        now = self._sandboxes.real_now()
        with self._lock:
            told, self._next = self._next, {}
            self._queue.clear()
        return {key: at for key, at in told.items() if at > now}

    async def _rest(self) -> None:
        """Other hosts leave something too, of which nobody tells."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_SECONDS):
                await self._stirred.wait()


def waker_of(sandboxes: Sandboxes, ready: Ready) -> Waker:
    dues = sandboxes.dues
    return Waker(sandboxes, ready) if dues is None else SharedWaker(sandboxes, ready, dues)


def _waiting(sandbox: Sandbox, domain: Domain, work: Work, *, real: datetime) -> _Waiting:
    """What is due by now has fired already: whoever runs work sees to that."""
    clock = sandbox.record.clock
    ready: list[int] = []
    moments: list[datetime | None] = []
    if domain.actions:
        timer = work.timers.next_due()
        moments.append(None if timer is None else clock.real_time_of(timer.due_at))
    for subscription in work.subscriptions.active():
        leased_until = work.deliveries.leased_until(subscription.id, real)
        first = work.deliveries.next_due(subscription.id)
        if leased_until is not None:
            moments.append(leased_until)
        elif first is not None and first.due_at is not None:
            if first.due_at <= work.now:
                ready.append(subscription.id)
            else:
                moments.append(clock.real_time_of(first.due_at))
    return _Waiting(ready, min((each for each in moments if each is not None), default=None))
