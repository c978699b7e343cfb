"""The gate of a server that is watched or held back: each request that an API answered is shown to whoever watches, and who
asks more often than a quota admits is refused.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec
from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.apis.bundle import Api
from mockserver.apis.exchange import Call
from mockserver.apis.refusals import BadHead
from mockserver.sandbox.journal import Entry
from mockserver.web.addresses import Address
from mockserver.web.gate import Gate
from mockserver.web.operations import Sent
from mockserver.web.pacing import Pace
from mockserver.web.stack import Stack

__all__ = ["Seen", "WatchedGate", "Watcher"]


class Seen(msgspec.Struct, frozen=True):
    """A request, when it has been answered.

    Attributes:
        operation: "" where the address or the method has none.
        sandbox: "" outside of sandboxes, and where none was opened.
        status: 0 where the connection was broken before there was one.
        refusal: The code of what was refused; "" where nothing was.
        headers: Of the request; some are secret.
        began_ns: POSIX time by the machine's clock.
        took_ns: From its head to the end of its answer.
    """

    api: str
    operation: str
    sandbox: str
    method: str
    status: int
    refusal: str
    request_id: str
    headers: Mapping[bytes, bytes]
    began_ns: int
    took_ns: int


class Watcher(Protocol):
    def see(self, seen: Seen) -> None:
        """Once for each request, on the event loop."""
        ...


class WatchedGate(Gate):
    """
    Args:
        watchers: Shown each request.
        beside_pages: What else is served, by its path.
        pace: How often sandboxes may be asked; None is any number of times.
    """

    def __init__(
        self,
        *arguments: Any,
        watchers: Sequence[Watcher],
        beside_pages: Mapping[str, ASGIApp],
        pace: Pace | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        self._watchers = watchers
        self._beside_pages = beside_pages
        self._pace = pace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        own = self._beside_pages.get(scope["path"]) if scope["type"] == "http" else None
        await (own or super().__call__)(scope, receive, send)

    async def _answer(
        self, call: Call, address: Address, stack: Stack, query: bytes, receive: Receive, bad_head: BadHead | None
    ) -> Sent | None:
        refused = None
        if self._pace is not None and stack.api.domain is not None:
            refused = self._pace.refused(call.sandbox_name)
        if refused is None:
            return await super()._answer(call, address, stack, query, receive, bad_head)
        call.operation = stack.operation_at(call.method, address.path)
        return stack.refused(call, refused)

    def _keep(self, call: Call, entry: Entry, api: Api, scope: Scope, began_at: int) -> None:
        super()._keep(call, entry, api, scope, began_at)
        took = time.perf_counter_ns() - began_at
        seen = Seen(
            api=api.name,
            operation=call.operation or "",
            sandbox="" if call.sandbox is None else call.sandbox.name,
            method=entry.method,
            status=entry.status,
            refusal=entry.refusal or "",
            request_id=call.request_id,
            headers=call.headers,
            began_ns=time.time_ns() - took,
            took_ns=took,
        )
        for watcher in self._watchers:
            watcher.see(seen)
