"""Starting the server: the socket, the workers, and the word that it is ready."""

import asyncio
import contextlib
import gc
import json
import logging
import math
import os
import secrets
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from inspect import signature
from multiprocessing import parent_process

import uvicorn
from starlette.types import ASGIApp
from uvicorn.supervisors import Multiprocess

from mockserver.apis.bundle import Api
from mockserver.app import build_app
from mockserver.connections import BoundedProtocol, Limits
from mockserver.hosts import is_loopback
from mockserver.lifeline import end_with
from mockserver.settings import Settings

__all__ = ["bind", "guarded", "serve"]

_GC_THRESHOLDS = (20_000, 50, 100)
_GRACE_SECONDS = 2
"""How long a request under way may take after Ctrl-C."""


def bind(host: str, port: int) -> socket.socket:
    """The socket to listen on; port 0 is any free one. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    listener.set_inheritable(True)
    return listener


def guarded(settings: Settings, listener: socket.socket) -> Settings:
    """Settings of a server that listens: with a control token where strangers can reach it, the given one or a new one."""
    address, port = listener.getsockname()[:2]
    settings = replace(settings, port=port)
    if settings.control_token is None and not is_loopback(address):
        return replace(settings, control_token=secrets.token_urlsafe(24))
    return settings


def serve(settings: Settings, listener: socket.socket, *, ready: Callable[[Sequence[Api]], None]) -> None:
    """Serve until interrupted.

    Args:
        ready: Called once, with the APIs, when the server has answered a request.

    Raises:
        ValueError: What `build_app` raises.
    """
    _log(settings)
    with _shared_figures(settings):
        _serve(settings, listener, ready)


@contextlib.contextmanager
def _shared_figures(settings: Settings) -> Iterator[None]:
    """A folder in which workers count together, for as long as they serve; its library wants it in the environment."""
    if not settings.metrics or settings.workers == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="doublebook-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield


def _serve(settings: Settings, listener: socket.socket, ready: Callable[[Sequence[Api]], None]) -> None:
    # Built here and not by uvicorn, so that what is wrong is said as a sentence, and once.
    with _settling():
        app = build_app(settings, at_once=bool(settings.defects))
    if settings.workers == 1:
        server = _Server(_config(app.asgi, settings), partial(ready, app.apis))
        with contextlib.suppress(KeyboardInterrupt):
            # uvicorn sends itself once more what has ended it, and the one that many workers have ends well.
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            server.run(sockets=[listener])
        return
    app.store.close()
    config = _config(partial(_build, settings), settings, factory=True)
    threading.Thread(target=_say_when_answered, args=(listener, partial(ready, app.apis)), daemon=True).start()
    # Up to 0.51 uvicorn wanted to be told what a worker does.
    told = {"target": uvicorn.Server(config).run} if "target" in signature(Multiprocess).parameters else {}
    Multiprocess(config, sockets=[listener], **told).run()


def _say_when_answered(listener: socket.socket, ready: Callable[[], None]) -> None:
    asyncio.run(_answered(listener))
    ready()


def _build(settings: Settings) -> ASGIApp:
    """In a worker, which is a new process: it ends with its parent, however that ends, and else would keep the port."""
    if parent := parent_process():
        end_with(parent.pid or 0)
    _log(settings)
    with _settling():
        return build_app(settings, at_once=False).asgi


def _log(settings: Settings) -> None:
    # It warns of connections that were ended, which are replaced; what is not mended is said by whom it concerns.
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    if settings.log == "json":
        from mockserver.instruments.logs import log_as_json  # noqa: PLC0415 - most want none

        log_as_json()
    elif settings.log:
        logging.basicConfig(level=logging.INFO, format="%(message)s")
    if settings.log:
        logging.getLogger("httpx").setLevel(logging.WARNING)


@contextlib.contextmanager
def _settling() -> Iterator[None]:
    """What is built here stays for good: the collector never looks at it, and less often at what a request leaves.

    Hardly any of it is garbage: 2,000 of 110,000 objects, and the search for them takes a tenth of the start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)


def _config(app: object, settings: Settings, *, factory: bool = False) -> uvicorn.Config:
    limits = Limits(
        head_bytes=settings.max_head_bytes,
        head_seconds=settings.head_seconds,
        idle_seconds=settings.connection_idle_seconds,
    )
    return uvicorn.Config(
        app,  # type: ignore[arg-type]  # an ASGI application, typed by Starlette
        factory=factory,
        http=partial(BoundedProtocol, limits=limits),  # type: ignore[arg-type]  # what makes one
        timeout_keep_alive=math.ceil(limits.idle_seconds),
        workers=settings.workers,
        log_config=None
        if settings.log == "json"
        else uvicorn.config.LOGGING_CONFIG,  # None: it goes the way of all else
        log_level="error",  # uvicorn warns of each request that is not HTTP; contract tests send some
        access_log=False,
        lifespan="on",
        ws="none",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            self._asking = asyncio.create_task(self._ask(sockets[0]))

    async def _ask(self, listener: socket.socket) -> None:
        await _answered(listener)
        self._ready()


async def _answered(listener: socket.socket) -> None:
    """Come back when the port answers a request as ours does."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - what was bound is asked from here
    while True:
        with contextlib.suppress(OSError, ValueError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(b"GET /_sandbox/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
            writer.close()
            if b" 200 " in head[:20] and "status" in json.loads(body):
                return
        await asyncio.sleep(0.02)
