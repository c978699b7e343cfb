"""A sandbox in this process, on a port of its own, that can be given bugs and loses them again."""

import asyncio
import ctypes
import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from benchmarks.client import Life
from contract_tests.contracts import load_contract
from contract_tests.deployments import Typed, find_deployment
from contract_tests.runs import Deployment
from mockserver.app import build_app
from mockserver.serving import bind
from mockserver.settings import Settings

__all__ = ["SandboxServer", "Stuck", "deployment", "settle"]

_contract = cache(load_contract)
_PATIENCE_SECONDS = 5
"""So long one thing may keep the loop from everything else. A bug may make it go round for ever."""
_MOST_BITES = 3
"""What has been stuck so often answers nothing any more: thousands of requests would wait for as many interruptions."""


def settle() -> None:
    """For a process that serves bugs: it may use any core, and says nothing of what goes wrong in the server."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, range(os.cpu_count() or 1))
    logging.disable()


class Stuck(Exception):  # noqa: N818 - what the loop is
    """Raised inside of whatever the server has been doing for too long, which is answered as any bug is."""


class _Watchdog:
    """Interrupts a loop that does not come round. It asks the loop for a sign of life, and has no clock of its own."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._thread = threading.get_ident()
        self._over = threading.Event()
        self.bites = 0
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while not self._over.wait(_PATIENCE_SECONDS):
            alive = threading.Event()
            self._loop.call_soon_threadsafe(alive.set)
            if not alive.wait(_PATIENCE_SECONDS) and not self._over.is_set():
                self.bites += 1
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread), ctypes.py_object(Stuck))

    def stop(self) -> None:
        self._over.set()


class SandboxServer:
    """Serves one API at a time: the one that was asked for last."""

    def __init__(self) -> None:
        self._asgi: ASGIApp | None = None
        self._life: Life | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watchdog: _Watchdog | None = None
        self._listener = bind("127.0.0.1", 0)
        self._listener.listen()
        config = uvicorn.Config(self, log_level="error", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._listener]}, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asgi = self._asgi
        assert asgi is not None, "nothing is served"
        if self._watchdog is None:
            self._loop = asyncio.get_running_loop()
            self._watchdog = _Watchdog(self._loop)
        if self._life is None:
            self._life = Life(asgi)
            self._watchdog.bites = 0
        if self._watchdog.bites >= _MOST_BITES:
            raise Stuck
        await self._life.begun()
        await asgi(scope, receive, send)

    @contextmanager
    def serving(
        self, api: str, *defects: str, seen_by: Callable[[ASGIApp], ASGIApp] | None = None, store: str = "memory"
    ) -> Iterator[str]:
        """Where *api* is served, with these bugs in it.

        Args:
            seen_by: Somebody who sees the requests, around the whole program.
            store: As in `Settings`.
        """
        app = build_app(Settings(apis=(api,), defects=defects, store=store))
        self._asgi = app.asgi if seen_by is None else seen_by(app.asgi)
        try:
            yield self.url
        finally:
            if self._life is not None and self._loop is not None:
                asyncio.run_coroutine_threadsafe(self._life.end(), self._loop).result(10)
                self._life = None
            app.uproot()
            app.store.close()

    def stop(self) -> None:
        if self._watchdog is not None:
            self._watchdog.stop()
        self._server.should_exit = True
        self._thread.join(10)
        self._listener.close()


@contextmanager
def deployment(api: str, url: str, **typed: Any) -> Iterator[Deployment]:
    """What the command line would make of that."""
    found = find_deployment(_contract(api), Typed(base_url=url, **typed))
    try:
        yield found
    finally:
        found.worlds.close()
