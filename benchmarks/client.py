"""Asking a server: over one kept connection, or in process, straight into the ASGI application."""

import asyncio
import http.client
import json
from collections.abc import Iterable, Sequence
from typing import Any

__all__ = ["JSON", "KEY", "Client", "Headers", "InProcess", "Life", "is_up"]

Headers = Sequence[tuple[bytes, bytes]]

KEY = "sk_rsv_demo_alpha"
JSON = "application/json"
_OK = 200


class Client:
    """One connection that is kept open."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, method: str, path: str, body: object = None, *, key: str = KEY) -> tuple[int, Any]:
        """The status, and the body where it is JSON."""
        headers = {"Authorization": f"Bearer {key}"}
        raw = None
        if body is not None:
            headers["Content-Type"] = JSON
            raw = json.dumps(body)
        self._connection.request(method, path, raw, headers)
        response = self._connection.getresponse()
        text = response.read()
        try:
            return response.status, json.loads(text)
        except ValueError:
            return response.status, None

    def close(self) -> None:
        self._connection.close()


def is_up(port: int, path: str) -> bool:
    """Whether *path* answers 200."""
    client = Client(port)
    try:
        return client.ask("GET", path)[0] == _OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        client.close()


class InProcess:
    """Asks an ASGI application without a network: what is left is what the application itself takes.

    Attributes:
        headers: Of the last answer.
    """

    def __init__(self, asgi: Any) -> None:
        self._asgi = asgi
        self.headers: Iterable[tuple[bytes, bytes]] = ()

    async def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        key: str = KEY,
        media_type: str = JSON,
        headers: Headers = (),
    ) -> tuple[int, bytes]:
        where, _, query = path.partition("?")
        sent = [(b"host", b"localhost"), (b"authorization", b"Bearer " + key.encode()), *headers]
        if body:
            sent += [(b"content-type", media_type.encode()), (b"content-length", b"%d" % len(body))]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": where,
            "raw_path": where.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": sent,
            "client": ("127.0.0.1", 50_000),
            "server": ("127.0.0.1", 80),
        }
        status = 0
        parts: list[bytes] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self.headers = message.get("headers", ())
            else:
                parts.append(message.get("body", b""))

        await self._asgi(scope, receive, send)
        return status, b"".join(parts)


class Life:
    """What an app does beside requests, such as sending webhooks: from its startup to its shutdown."""

    def __init__(self, asgi: Any) -> None:
        self._told: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self._told.put_nowait({"type": "lifespan.startup"})
        self._begun = asyncio.Event()
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
        self._task = asyncio.ensure_future(asgi(scope, self._told.get, self._say))

    async def _say(self, _: Any) -> None:
        self._begun.set()

    async def begun(self) -> None:
        await self._begun.wait()

    async def end(self) -> None:
        self._told.put_nowait({"type": "lifespan.shutdown"})
        await self._task
