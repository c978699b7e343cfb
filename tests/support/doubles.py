"""What many tests stand on: a clock that a test moves, and a client that needs no network."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import httpx

from mockserver.app import App

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


class ManualClock:
    """`booking.ports.Clock`, standing still until a test says otherwise."""

    def __init__(self, moment: datetime = MONDAY) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def advance(self, by: timedelta) -> None:
        self.moment += by


class Client:
    """Talks HTTP to an app in this process, or to what has an `asgi` as an app does."""

    def __init__(self, app: App | SimpleNamespace, *, base: str = "", headers: Mapping[str, str] | None = None) -> None:
        self.app = app
        self.base = base
        self.headers = dict(headers or {})

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {**self.headers, **options.pop("headers", {})}
        headers = {name: value for name, value in headers.items() if value is not None}
        return asyncio.run(self._request(method, self.base + path, headers, options))

    async def _request(
        self, method: str, path: str, headers: dict[str, str], options: dict[str, Any]
    ) -> httpx.Response:
        transport = httpx.ASGITransport(self.app.asgi, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
            return await client.request(method, path, headers=headers, **options)

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
