"""What many tests stand on: a clock that a test moves, and a client that needs no network."""

import asyncio
import atexit
import threading
from collections.abc import Coroutine, Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import httpx

from mockserver.app import App

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)

_LOOP = asyncio.Runner()
atexit.register(_LOOP.close)


class ManualClock:
    """`booking.ports.Clock`, standing still until a test says otherwise."""

    def __init__(self, moment: datetime = MONDAY) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def advance(self, by: timedelta) -> None:
        self.moment += by


class Client:
    """Talks HTTP to an app in this process, or to what has an `asgi` as an app does.

    Not by httpx's own client: that takes longer than most answers.
    """

    def __init__(self, app: App | SimpleNamespace, *, base: str = "", headers: Mapping[str, str] | None = None) -> None:
        self.app = app
        self.base = base
        self.headers = dict(headers or {})

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {**self.headers, **options.pop("headers", {})}
        headers = {name: value for name, value in headers.items() if value is not None}
        return _run(self._request(method, self.base + path, headers, options))

    async def _request(
        self, method: str, path: str, headers: dict[str, str], options: dict[str, Any]
    ) -> httpx.Response:
        request = httpx.Request(method, f"http://sandbox{path}", headers=headers, **options)
        request.headers.setdefault("accept", "*/*")
        assert isinstance(request.stream, httpx.AsyncByteStream)
        pieces = aiter(request.stream)
        said: list[Any] = []
        is_whole = False

        async def receive() -> dict[str, Any]:
            nonlocal is_whole
            if is_whole:
                return {"type": "http.disconnect"}
            piece = await anext(pieces, None)
            is_whole = piece is None
            return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

        async def send(message: Any) -> None:
            said.append(message)

        try:
            await self.app.asgi(_scope(request), receive, send)
        except Exception:
            if not said:
                raise
        start, *rest = said
        body = b"" if method == "HEAD" else b"".join(each.get("body", b"") for each in rest)
        return httpx.Response(start["status"], headers=start["headers"], content=body, request=request)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        return self.request("POST", path, json=json, **options)

    def patch(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        return self.request("PATCH", path, json=json, **options)

    def delete(self, path: str, **options: Any) -> httpx.Response:
        return self.request("DELETE", path, **options)

    def as_(self, token: str) -> "Client":
        return Client(self.app, base=self.base, headers={**self.headers, "Authorization": f"Bearer {token}"})


def _scope(request: httpx.Request) -> dict[str, Any]:
    path, _, query = request.url.raw_path.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.url.path,
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "server": ("sandbox", None),
        "client": ("127.0.0.1", 123),
    }


def _run(work: Coroutine[Any, Any, httpx.Response]) -> httpx.Response:
    """Opening a loop takes longer than answering, so one is kept; a thread of a test has its own."""
    if threading.current_thread() is threading.main_thread():
        return _LOOP.run(work)
    return asyncio.run(work)
