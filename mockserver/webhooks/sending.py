"""One attempt: a POST, and what came of it. httpx is imported with the first; a start does not wait for it."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mockserver.apis.exchange import Header
from mockserver.booking.errors import RuleBroken
from mockserver.sandbox.deliveries import Attempt
from mockserver.sandbox.receivers import Receivers

if TYPE_CHECKING:
    import httpx

__all__ = ["Sender"]

SECONDS_TO_ANSWER = 5.0
"""For connecting and answering together: what ReserveKit's webhooks page asks of a receiver (read 2025-02-27)."""
_MOST_READ = 65_536
_MOST_KEPT = 2_048
"""Bytes of an answer that are kept."""
_SECONDS_TO_FINISH = 1.0


class Sender:
    """Args: transport: What sends, where it is not the network."""

    def __init__(self, receivers: Receivers, transport: "httpx.AsyncBaseTransport | None" = None) -> None:
        self._receivers = receivers
        self._transport = transport
        self._client: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()

    async def post(self, url: str, headers: Sequence[Header], body: bytes, *, at: datetime) -> Attempt:
        """Never raises, whatever goes wrong. *at* is by the sandbox's clock."""
        try:
            self._receivers.check(url)
        except RuleBroken as refusal:
            return Attempt(at, None, str(refusal), 0)
        client = await self._opened()
        from httpx import TimeoutException  # noqa: PLC0415 - see the module

        started_at = time.perf_counter()
        status, said, answer = None, None, b""
        try:
            status, answer = await _post(client, self._receivers, url, headers, body)
        except (TimeoutError, TimeoutException):
            said = f"no answer within {SECONDS_TO_ANSWER:g} seconds"
        except RuleBroken as refusal:
            said = str(refusal)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next delivery is not to wait for it
            said = f"{type(error).__name__}: {error}"
        took = round((time.perf_counter() - started_at) * 1_000)
        return Attempt(at, status, said, took, answer=answer[:_MOST_KEPT].decode(errors="replace"))

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def _opened(self) -> "httpx.AsyncClient":
        async with self._opening:
            client = self._client
            if client is None:
                client = self._client = await asyncio.to_thread(_open, self._transport)
        return client


def _open(transport: "httpx.AsyncBaseTransport | None") -> "httpx.AsyncClient":
    """A tenth of a second for the import, and some for the certificates: not on the event loop."""
    import httpx  # noqa: PLC0415 - see the module

    # No proxy of the environment: a receiver is on this machine. No connection is kept: one that the receiver closes
    # just then would count as a failure.
    limits = httpx.Limits(max_keepalive_connections=0)
    return httpx.AsyncClient(transport=transport, timeout=SECONDS_TO_ANSWER, limits=limits, trust_env=False)


async def _post(
    client: "httpx.AsyncClient", receivers: Receivers, url: str, headers: Sequence[Header], body: bytes
) -> tuple[int, bytes]:
    """The status, and the beginning of the body. Redirects are not followed: a 3xx is an answer, and not a good one. Raises RuleBroken."""

    async def look_where_it_led(event: str, told: dict[str, Any]) -> None:
        """Before a word is said: what a name stood for when somebody asked may not be what it stands for now."""
        if event.endswith("connect_tcp.complete"):
            connection = told["return_value"]
            try:
                receivers.check_reached(url, _reached(connection))
            except BaseException:
                await connection.aclose()  # else nobody would
                raise

    async with AsyncExitStack() as stack:
        async with asyncio.timeout(SECONDS_TO_ANSWER):
            extensions = {"trace": look_where_it_led}
            stream = client.stream("POST", url, headers=list(headers), content=body, extensions=extensions)
            response = await stack.enter_async_context(stream)
        return response.status_code, await _hear_out(response)


def _reached(connection: Any) -> str:
    """The address at its other end. Raises ConnectionError."""
    address = None
    with suppress(AttributeError):  # of a socket that is gone already
        address = connection.get_extra_info("server_addr")
    if address is None:
        raise ConnectionResetError("it hung up before anything was said")
    host: str = address[0]
    return host


async def _hear_out(response: "httpx.Response") -> bytes:
    """Let the receiver finish its sentence, within limits: the status was there, and the rest is only shown."""
    from httpx import HTTPError, StreamError  # noqa: PLC0415 - see the module

    read, kept = 0, b""
    with suppress(TimeoutError, HTTPError, StreamError):
        async with asyncio.timeout(_SECONDS_TO_FINISH):
            async for chunk in response.aiter_raw():
                read += len(chunk)
                kept += chunk[: _MOST_KEPT - len(kept)]
                if read >= _MOST_READ:
                    break
    return kept
