"""A sandbox in this process, on a port of its own, that can be given bugs and loses them again."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import uvicorn
from documents import documents_read_once

from contract_tests.contracts import load_contract
from contract_tests.deployments import Typed, find_deployment
from contract_tests.runs import Deployment
from mockserver.app import build_app
from mockserver.serving import bind
from mockserver.settings import Settings

__all__ = ["SandboxServer", "deployment"]


_contract = cache(load_contract)


class _Life:
    """What an app does beside requests, such as sending webhooks: from its startup to its shutdown."""

    def __init__(self, asgi):
        self._told = asyncio.Queue()
        self._told.put_nowait({"type": "lifespan.startup"})
        self._begun = asyncio.Event()
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
        self._task = asyncio.create_task(asgi(scope, self._told.get, self._say))

    async def _say(self, _):
        self._begun.set()

    async def begun(self):
        await self._begun.wait()

    async def end(self):
        self._told.put_nowait({"type": "lifespan.shutdown"})
        await self._task


class SandboxServer:
    """Serves one API at a time: the one that was asked for last."""

    def __init__(self) -> None:
        self._asgi = None
        self._life = None
        self._loop = None
        self._listener = bind("127.0.0.1", 0)
        self._listener.listen()
        config = uvicorn.Config(self, log_level="error", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._listener]}, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    async def __call__(self, scope, receive, send):
        if self._life is None:
            self._life = _Life(self._asgi)
            self._loop = asyncio.get_running_loop()
        await self._life.begun()
        await self._asgi(scope, receive, send)

    @contextmanager
    def serving(self, api: str, *defects: str) -> Iterator[str]:
        """Where *api* is served, with these bugs in it."""
        with documents_read_once():
            app = build_app(Settings(apis=(api,), defects=defects))
        self._asgi = app.asgi
        try:
            yield self.url
        finally:
            if self._life is not None:
                asyncio.run_coroutine_threadsafe(self._life.end(), self._loop).result(10)
                self._life = None
            app.uproot()
            app.store.close()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._listener.close()


@contextmanager
def deployment(api: str, url: str, **typed: str) -> Iterator[Deployment]:
    """What the command line would make of that."""
    found = find_deployment(_contract(api), Typed(base_url=url, **typed))
    try:
        yield found
    finally:
        found.worlds.close()
