"""What happens in a sandbox, told as it happens: server-sent events of a kind and a reference, without what happened."""

from collections.abc import AsyncGenerator
from typing import Any

import msgspec

from mockserver.apis.exchange import NO_BODY, Call, Reply
from mockserver.control.desk import Desk
from mockserver.sandbox.news import Word
from mockserver.sandbox.sandbox import Sandbox

__all__ = ["watch_sandbox"]

_RETRY = b"retry: 2000\n\n"
"""Milliseconds after which a browser comes back."""
_NOTHING = b": nothing\n\n"
_HEADERS = ((b"cache-control", b"no-store"), (b"x-accel-buffering", b"no"))


def watch_sandbox(desk: Desk, call: Call) -> Reply:
    sandbox = desk.sandbox(call.path["name"])
    seen = call.head["Last-Event-ID"]
    after = call.query["after"] if seen is None else seen
    return Reply(200, NO_BODY, _HEADERS, stream=_events(sandbox, after))


async def _events(sandbox: Sandbox, after: int | None) -> AsyncGenerator[bytes, None]:
    with sandbox.watched(after) as watcher:
        yield _RETRY
        async for word in watcher.words():
            yield _NOTHING if word is None else _event(word)


def _event(word: Word) -> bytes:
    shown: dict[str, Any] = {"id": word.id, "kind": word.kind.value, "ref": word.ref}
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (word.id, word.kind.encode(), msgspec.json.encode(shown))
