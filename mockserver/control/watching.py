"""What happens in a sandbox, told as it happens: server-sent events of a kind and a reference, without what happened.

Of a sandbox that others may serve too, the store is looked at each second: who is asked here is told what was done there.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import msgspec

from mockserver.apis.exchange import NO_BODY, Call, Reply
from mockserver.booking.errors import StoreDown
from mockserver.control.desk import Desk
from mockserver.sandbox.news import KINDS_OF_STATE, News, Word
from mockserver.sandbox.patience import patiently
from mockserver.sandbox.sandbox import Sandbox
from mockserver.sandbox.sandboxes import Sandboxes

__all__ = ["watch_sandbox"]

_RETRY = b"retry: 2000\n\n"
"""Milliseconds after which a browser comes back."""
_NOTHING = b": nothing\n\n"
_HEADERS = ((b"cache-control", b"no-store"), (b"x-accel-buffering", b"no"))
_LOOK_SECONDS = 1.0


def watch_sandbox(desk: Desk, call: Call) -> Reply:
    sandbox = desk.sandbox(call.path["name"])
    sandbox.latest_entry()
    seen = call.head["Last-Event-ID"]
    after = call.query["after"] if seen is None else seen
    return Reply(200, NO_BODY, _HEADERS, stream=_events(desk.sandboxes, sandbox, after))


async def _events(sandboxes: Sandboxes, sandbox: Sandbox, after: int | None) -> AsyncGenerator[bytes, None]:
    async with _followed(sandboxes, sandbox):
        with sandbox.watched(after) as watcher:
            yield _RETRY
            async for word in watcher.words():
                yield _NOTHING if word is None else _event(word)


def _event(word: Word) -> bytes:
    shown: dict[str, Any] = {"id": word.id, "kind": word.kind.value, "ref": word.ref}
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (word.id, word.kind.encode(), msgspec.json.encode(shown))


# Others


class _Seen(NamedTuple):
    entry: int
    version: int
    reset_at: datetime | None


@asynccontextmanager
async def _followed(sandboxes: Sandboxes, sandbox: Sandbox) -> AsyncIterator[None]:
    """Inside the block its news have what other processes do."""
    if sandboxes.shared_journals is None:
        yield
        return
    over = asyncio.Event()
    following = asyncio.create_task(_follow(sandboxes, sandbox, over))
    try:
        yield
    finally:
        over.set()  # and no end in the middle of a transaction
        await following


async def _follow(sandboxes: Sandboxes, sandbox: Sandbox, over: asyncio.Event) -> None:
    known: _Seen | None = None
    while not over.is_set():
        with suppress(StoreDown):
            seen = await patiently(sandboxes, partial(_look, sandboxes, sandbox))
            if seen is None:
                return  # it is gone
            if sandbox.news is not None:
                _tell(sandbox.news, seen, known or seen)
            known = seen
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), _LOOK_SECONDS)


def _tell(news: News, seen: _Seen, known: _Seen) -> None:
    if seen.reset_at != known.reset_at:
        news.tell_of_reset()
    if seen.entry != known.entry:
        news.tell_of_entry(seen.entry)
    if seen.version != known.version:
        for kind in KINDS_OF_STATE:
            news.tell(kind)


def _look(sandboxes: Sandboxes, sandbox: Sandbox) -> _Seen | None:
    """None where it is not there any more."""
    if sandboxes.find(sandbox.name) is not sandbox:
        return None
    return _Seen(sandbox.latest_entry(), sandboxes.version(sandbox.name), sandbox.record.reset_at)
