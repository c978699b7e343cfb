"""An answer that goes on: sent piece by piece until its source ends, whoever asked has gone, or the server stops."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

from starlette.types import Receive, Scope, Send

from mockserver.apis.exchange import Header
from mockserver.web.wire import CONNECTION, Connection

__all__ = ["stream"]


async def stream(
    scope: Scope,
    receive: Receive,
    send: Send,
    status: int,
    headers: Sequence[Header],
    pieces: AsyncGenerator[bytes, None],
) -> None:
    """To a HEAD the head alone."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    ended = asyncio.Event()
    connection: Connection | None = scope.get(CONNECTION)
    if connection is not None:
        connection.let_go = ended.set
    try:
        async with aclosing(pieces):
            if scope["method"] != "HEAD":
                await _say_all(pieces, receive, send, ended)
    finally:
        if connection is not None:
            connection.let_go = None
    await send({"type": "http.response.body", "body": b""})


async def _say_all(pieces: AsyncGenerator[bytes, None], receive: Receive, send: Send, ended: asyncio.Event) -> None:
    ends = {asyncio.create_task(ended.wait()), asyncio.create_task(_gone(receive))}
    following: asyncio.Task[Any] | None = None
    try:
        while True:
            following = asyncio.create_task(anext(pieces, None))
            done, _ = await asyncio.wait({following, *ends}, return_when=asyncio.FIRST_COMPLETED)
            if following not in done or (piece := following.result()) is None:
                return
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    finally:
        tasks = [*ends, *([] if following is None else [following])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    """Come back when whoever asked has gone. What else they send is not heard."""
    while (await receive())["type"] != "http.disconnect":
        pass
