"""A target far away: whatever a server answers arrives so much later, and not one byte of it is another."""

import asyncio
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

__all__ = ["far_away"]


@contextmanager
def far_away(url: str, seconds: float) -> Iterator[str]:
    """The address at which the server at *url* answers *seconds* later."""
    at = urlsplit(url)
    loop, opened = asyncio.new_event_loop(), set[asyncio.StreamWriter]()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            theirs, ours = await asyncio.open_connection(at.hostname, at.port)
            opened.update((writer, ours))
            await asyncio.gather(_pass_on(reader, ours, 0.0), _pass_on(theirs, writer, seconds))

    server = loop.run_until_complete(asyncio.start_server(connected, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    port = server.sockets[0].getsockname()[1]
    try:
        yield at._replace(netloc=f"127.0.0.1:{port}").geturl()
    finally:
        asyncio.run_coroutine_threadsafe(_close(server, opened), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _close(server: asyncio.Server, opened: Collection[asyncio.StreamWriter]) -> None:
    server.close()
    for writer in opened:
        writer.close()
    await asyncio.gather(*(writer.wait_closed() for writer in opened), return_exceptions=True)
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for each in others:
        each.cancel()
    await asyncio.gather(*others, return_exceptions=True)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    """Each piece by itself, however many are on their way."""
    loop = asyncio.get_running_loop()
    while piece := await reader.read(1 << 16):
        loop.call_later(seconds, writer.write, piece)
    loop.call_later(seconds, writer.close)
