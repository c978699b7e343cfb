"""Straight code over something that waits: the code is written once, and the event loop never stands still.

What asks a store is plain code: it begins a transaction, works in it, ends it. Over a store in the process nothing of it
waits. Over one behind a network the same code runs beside the stack of its task, and hands over to the event loop what has
to be waited for (`cross`). Where no loop is at hand, as in a thread, it waits for the loop that the store lives on.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from greenlet import getcurrent, greenlet

__all__ = ["Home", "cross"]

T = TypeVar("T")


class _Straight(greenlet):
    """The stack of work that may wait."""


async def cross(work: Callable[[], T]) -> T:
    """Run *work*; other tasks go on where it waits for a `Home`."""
    straight = _Straight(work)
    said = straight.switch()
    while not straight.dead:
        try:
            answer = await said
        except BaseException as error:  # noqa: BLE001 - it is for the work to say what becomes of it
            said = straight.throw(error)
        else:
            said = straight.switch(answer)
    done: T = said
    return done


class Home:
    """The event loop that connections live on: a server's, or one in a thread where nobody has a loop that stays."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def settle(self) -> None:
        """It is the loop that runs now, until the process ends. Nothing has been waited for so far."""
        self._loop = asyncio.get_running_loop()

    def wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """What *coroutine* answers, run at home."""
        loop = self._loop or self._settle_apart()
        here = asyncio._get_running_loop()  # noqa: SLF001 - as `get_running_loop`, without an exception where there is none
        straight = getcurrent()
        if here is loop:
            if not isinstance(straight, _Straight):
                coroutine.close()
                raise RuntimeError("the event loop would stand still: this has to be crossed to")
            answer: T = straight.parent.switch(coroutine)  # type: ignore[union-attr,unused-ignore]
            return answer
        future = asyncio.run_coroutine_threadsafe(coroutine, loop)
        if here is not None and isinstance(straight, _Straight):
            found: T = straight.parent.switch(asyncio.wrap_future(future))  # type: ignore[union-attr,unused-ignore]
            return found
        return future.result()

    def close(self) -> None:
        """Of a loop in a thread; whoever has settled here otherwise closes their own."""
        if self._thread is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
            self._loop = self._thread = None

    def _settle_apart(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=loop.run_forever, name="store", daemon=True)
                self._thread.start()
                self._loop = loop
            return self._loop
