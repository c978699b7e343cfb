"""A request asked of the whole application in this process, as a client would, and how two answers differ."""

import difflib
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec
from starlette.types import ASGIApp

__all__ = ["Answer", "Pair", "exchange", "pretty", "unlike"]

_SAFE = "/~:@!$&'()*+,;=-._"

Pair = list[str]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: list[Pair]
    body: bytes


async def exchange(
    app: ASGIApp, method: str, path: str, query: str, headers: Sequence[Pair], body: bytes
) -> Answer | None:
    """None where the connection broke."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": quote(path, safe=_SAFE).encode(),
        "query_string": query.encode("latin-1"),
        "root_path": "",
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 0),
    }
    pieces = _once(body)
    said: list[Any] = []

    async def receive() -> Any:
        return await anext(pieces)

    async def send(message: Any) -> None:
        said.append(message)

    try:
        await app(scope, receive, send)
    except ConnectionResetError:
        return None
    start, *rest = said
    told = [[name.decode("latin-1"), value.decode("latin-1")] for name, value in start["headers"]]
    return Answer(start["status"], told, b"".join(each.get("body", b"") for each in rest))


async def _once(body: bytes) -> AsyncIterator[Any]:
    yield {"type": "http.request", "body": body, "more_body": False}
    yield {"type": "http.disconnect"}


def unlike(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """Lines that differ, with one around them: behind `-` what was, behind `+` what is."""
    return (line for line in difflib.unified_diff(before, after, n=1, lineterm="") if line[:3] not in {"---", "+++"})


def pretty(body: bytes) -> list[str]:
    with suppress(msgspec.DecodeError, UnicodeDecodeError):
        return msgspec.json.format(body, indent=2).decode().splitlines()
    return [repr(body)]
