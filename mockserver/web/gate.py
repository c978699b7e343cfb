"""The first and the last to see a request: names its API, its caller, its sandbox; keeps its journal entry.

Everything the gate itself refuses is said by the API the request was meant for. Only what belongs to no API at all is
answered here, with a list of the addresses that do exist.
"""

import contextlib
import logging
import time
from collections.abc import Mapping, Sequence
from functools import partial
from importlib import import_module
from typing import Any, Protocol

import msgspec
from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.apis.bundle import Api
from mockserver.apis.exchange import Call, Header
from mockserver.apis.identities import SANDBOX_NAME
from mockserver.apis.refusals import BadHead, BadSandboxName
from mockserver.booking.errors import Refusal, RuleBroken, StoreBusy, StoreDown, in_json
from mockserver.sandbox.journal import Entry, pack_headers
from mockserver.sandbox.patience import patiently, run_patiently
from mockserver.sandbox.sandbox import DEFAULT, Overtaken
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.web.addresses import Address, Addresses, Mount
from mockserver.web.operations import Sent
from mockserver.web.request_ids import RequestNames
from mockserver.web.security import refusal_of
from mockserver.web.stack import Stack

__all__ = ["UNREADABLE", "Background", "Gate"]

UNREADABLE = "unreadable"
"""In a scope: of its request no more can be read than the method and the path."""

_LOG = logging.getLogger("mockserver.requests")
_NO_CONTENT = 204
_MOST_OVERTAKEN = 5
_ANY_ORIGIN: Header = (b"access-control-allow-origin", b"*")
_WITH_CREDENTIALS: Header = (b"access-control-allow-credentials", b"true")
_BY_ORIGIN: Header = (b"vary", b"origin")
_AS_IT_IS_CALLED: Header = (b"x-content-type-options", b"nosniff")
"""No browser is to take what a caller has put into an answer for a page."""


class Background(Protocol):
    """What runs beside the requests, from the start of the process to its end."""

    async def start(self) -> None: ...

    async def stop(self) -> None:
        """In bounded time."""
        ...


class Gate:
    """The outermost ASGI application.

    Args:
        pages: Serves what is not an API: documentation.
        beside: Started in this order, and stopped in the other.
    """

    def __init__(
        self, mounts: Sequence[Mount], pages: ASGIApp, sandboxes: Sandboxes, beside: Sequence[Background] = ()
    ) -> None:
        self._addresses = Addresses(mounts)
        self._mounts = mounts
        self._pages = pages
        self._sandboxes = sandboxes
        self._beside = beside
        self._names = {
            mount.api.name: RequestNames(mount.api, durable=sandboxes.durable, is_first=mount is mounts[0])
            for mount in mounts
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await _beside_requests(scope, receive, send, self._beside)
            return
        address = self._addresses.find(scope["raw_path"])
        headers = _by_name(scope["headers"])
        host, bad_head = headers.get(b"host"), None
        if UNREADABLE in scope:
            bad_head = BadHead("what follows the path is no HTTP")
        elif (not host or b"," in host) and scope["http_version"] == "1.1":
            bad_head = BadHead("a request needs one Host")
        if address.mount is None:
            await self._page_or_nowhere(scope, receive, send, address, bad_head)
            return
        began_at = time.perf_counter_ns()
        api = address.mount.api
        if b"access-control-request-method" in headers and scope["method"] == "OPTIONS" and _lets_in(api, headers):
            await _preflight(headers, send)
            return

        call = Call(
            scope["method"],
            headers,
            api.identify(headers),
            base_path=address.base_path,
            origin=_origin(scope, host),
            naming=self._names[api.name],
        )
        if call.method == "HEAD":
            call.method, call.dry = "GET", True
        entry = call.entry = Entry(scope["method"], scope["path"], scope["query_string"])
        if api.domain is not None:
            if self._sandboxes.waits:
                await patiently(self._sandboxes, partial(self._find_sandbox, call, address.sandbox))
            else:
                self._find_sandbox(call, address.sandbox)
        sent = await self._answer(call, address, address.mount.stack, scope["query_string"], receive, bad_head)
        if sent is None:
            await self._go_through_rules(call, entry, address, scope, receive, send, began_at)
            return
        entry.status, entry.response_body = sent.status, sent.body
        entry.response_headers = self._headers(api, call, sent)
        await _answer(scope, receive, send, sent, entry.response_headers)
        self._keep(call, entry, api, scope, began_at)

    async def _go_through_rules(
        self, call: Call, entry: Entry, address: Address, scope: Scope, receive: Receive, send: Send, began_at: int
    ) -> None:
        """As above, with all that is done to a request before and after. Raises ConnectionResetError where it came by none."""
        mount, enter = address.mount, partial(self._find_sandbox, in_path=address.sandbox)
        call.record = None  # rules are met in a transaction of their own, by what the sandbox is then
        assert mount is not None  # noqa: S101 - a call is for one
        arming: Any = import_module("mockserver.web.arming")
        entered = arming.Entered(mount.api, mount.stack, self._sandboxes, call, scope, address.path, enter)
        plan = await arming.plan_for(entered, receive)
        try:
            sent = await plan.answer()
            if not call.reply_headers and call.sandbox is not None and call.sandbox.record.settings:
                await self._say_limits(mount.api, call)
            headers = [*self._headers(mount.api, call, sent), *plan.headers(sent)]
            entry.status, entry.response_body, entry.response_headers = sent.status, sent.body, headers
            await plan.send(send, sent, headers, b"" if scope["method"] == "HEAD" else sent.body)
        finally:
            self._keep(call, entry, mount.api, scope, began_at)

    async def _answer(
        self, call: Call, address: Address, stack: Stack, query: bytes, receive: Receive, bad_head: BadHead | None
    ) -> Sent | None:
        """None where rules stand in the way."""
        if bad_head is not None:
            return stack.refused(call, bad_head)
        for _ in range(_MOST_OVERTAKEN):
            if call.sandbox is not None and (call.sandbox.record.rules or b"prefer" in call.headers):
                return None
            try:
                sent = await stack.answer(call, address.path, query, receive)
            except Overtaken:
                # What was done is undone, so it is as if the call came now.
                call.sandbox, call.reply_headers = None, ()
                await patiently(self._sandboxes, partial(self._find_sandbox, call, address.sandbox))
                continue
            if not call.reply_headers and call.sandbox is not None and call.sandbox.record.settings:
                await self._say_limits(stack.api, call)
            return sent
        return stack.refused(call, StoreBusy())

    async def _say_limits(self, api: Api, call: Call) -> None:
        """To whom was refused before the call was counted."""
        if call.sandbox is None or api.domain is None or not api.throttle.holds(call):
            return
        with contextlib.suppress(Refusal, StoreDown):
            act = partial(api.throttle.left, call)
            call.reply_headers = await run_patiently(call.sandbox, api.domain, act, writes=False)

    def _headers(self, api: Api, call: Call, sent: Sent) -> list[Header]:
        """Those of the reply, and those that every reply has."""
        headers = _own_headers(sent)
        if call.operation is None or call.reply_headers or api.throttled(call.operation):
            # A stranger who asked for a sandbox that is not there is told the limits by the real time.
            headers += call.reply_headers or api.throttle.headers(call.now or self._sandboxes.real_now())
        headers.append((api.request_ids.header, call.request_id.encode("latin-1")))
        if b"origin" in call.headers and _lets_in(api, call.headers):
            # Where credentials go along, a browser takes no asterisk.
            exposed = (b"access-control-expose-headers", api.answer_headers)
            headers += (_allowed(call.headers), _WITH_CREDENTIALS, _BY_ORIGIN, exposed)
        return headers

    def _keep(self, call: Call, entry: Entry, api: Api, scope: Scope, began_at: int) -> None:
        sandbox = call.sandbox
        if sandbox is None:
            return
        caller = call.identity.caller
        entry.at, entry.api, entry.operation = entry.at or call.now, api.name, call.operation
        entry.began_ns, entry.microseconds = began_at, (time.perf_counter_ns() - began_at) // 1_000
        entry.caller = None if caller is None else (caller.tenant, caller.role, caller.id)
        entry.headers = pack_headers(scope["headers"])
        self._sandboxes.keep_entry(sandbox, entry)
        if _LOG.isEnabledFor(logging.INFO):
            outcome = f"{entry.status} {entry.refusal}" if entry.refusal else str(entry.status)
            _LOG.info(
                "%s %s %s -> %s (%.1f ms)", sandbox.name, entry.method, entry.path, outcome, entry.microseconds / 1e3
            )

    def _find_sandbox(self, call: Call, in_path: str | None) -> None:
        name = DEFAULT if call.identity.sandbox is None else call.identity.sandbox
        header = call.headers.get(b"x-sandbox")
        if header is not None or in_path is not None:
            names = {call.identity.sandbox, in_path, None if header is None else header.decode("latin-1")} - {None}
            if len(names) > 1:
                listed = " and ".join(sorted(map(in_json, names)))
                call.refused = BadSandboxName(f"one request names the sandboxes {listed}")
                return
            name = str(names.pop())
        if not SANDBOX_NAME.fullmatch(name):
            call.refused = BadSandboxName(
                f"{in_json(name)} is no name for a sandbox: lower-case letters, digits and hyphens, at most 63"
            )
            return
        call.sandbox_name = name
        try:
            # A stranger sees what exists, in the journal of its sandbox; only somebody we know makes a new one.
            known = call.identity.caller is not None
            sandbox = self._sandboxes.open(name) if known else self._sandboxes.find(name)
        except RuleBroken as problem:
            call.refused = refusal_of(problem)
        except StoreDown as problem:
            call.refused = problem
        else:
            if sandbox is not None:
                call.enter(sandbox, sandbox.now())

    async def _page_or_nowhere(
        self, scope: Scope, receive: Receive, send: Send, address: Address, bad_head: BadHead | None
    ) -> None:
        path = address.path
        if bad_head is not None:
            await _say(send, 400, {"error": str(bad_head)})
            return
        if self._addresses.is_page(path):
            # Behind `/~NAME` the addresses that a page shows lead into that sandbox.
            named = address.sandbox is not None and SANDBOX_NAME.fullmatch(address.sandbox)
            root = f"/~{address.sandbox}" if named else ""
            scope.update(path=path.decode("latin-1"), raw_path=path, root_path=root)
            await self._pages(scope, receive, send)
            return
        bases = {mount.api.name: mount.api.prefix + mount.api.base_path for mount in self._mounts}
        body = {"error": f"nothing is served at {path.decode('ascii', 'replace')}", "base_urls": bases, "docs": "/docs"}
        await _say(send, 404, body)


def _by_name(raw: Sequence[Header]) -> Mapping[bytes, bytes]:
    """By name; what came more than once is joined with a comma, as HTTP says."""
    headers = dict(raw)
    if len(headers) != len(raw):
        headers = {}
        for name, value in raw:
            headers[name] = b"%b, %b" % (headers[name], value) if name in headers else value
    return headers


def _lets_in(api: Api, headers: Mapping[bytes, bytes]) -> bool:
    """Whether web pages of that origin may ask: of the control plane, only those that are named."""
    return api.domain is not None or headers.get(b"origin", b"").decode("latin-1") in api.origins


def _allowed(headers: Mapping[bytes, bytes]) -> Header:
    return b"access-control-allow-origin", headers.get(b"origin", b"*")


def _origin(scope: Scope, host: bytes | None) -> str:
    """Scheme and host as the caller wrote them; of who names no host, which HTTP/1.0 allows, where the server listens."""
    if host is None:
        name, port = scope.get("server") or ("localhost", None)
        host = (name if port is None else f"{name}:{port}").encode()
    return f"{scope.get('scheme', 'http')}://{host.decode('latin-1')}"


async def _preflight(headers: Mapping[bytes, bytes], send: Send) -> None:
    """What a browser asks before it lets a page call us: yes. No API reads a cookie, so any origin may."""
    allowed = [
        _allowed(headers),
        _WITH_CREDENTIALS,
        (b"access-control-allow-methods", headers[b"access-control-request-method"]),
        (b"access-control-allow-headers", headers.get(b"access-control-request-headers", b"*")),
        (b"access-control-max-age", b"600"),
        (b"vary", b"origin, access-control-request-headers"),
    ]
    await _send(send, 204, allowed, b"")


async def _answer(scope: Scope, receive: Receive, send: Send, sent: Sent, headers: Sequence[Header]) -> None:
    if sent.stream is not None:
        from mockserver.web.streaming import stream  # noqa: PLC0415 - most are never asked for one

        await stream(scope, receive, send, sent.status, headers, sent.stream)
        return
    await send({"type": "http.response.start", "status": sent.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else sent.body})


async def _send(send: Send, status: int, headers: Sequence[Header], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _say(send: Send, status: int, body: Mapping[str, Any]) -> None:
    sent = Sent(status, msgspec.json.encode(body), b"application/json", (_ANY_ORIGIN,))
    await _send(send, status, _own_headers(sent), sent.body)


def _own_headers(sent: Sent) -> list[Header]:
    headers = [_AS_IT_IS_CALLED, *sent.headers]
    if sent.status != _NO_CONTENT and sent.stream is None:
        headers.append((b"content-length", b"%d" % len(sent.body)))
    if sent.media_type:
        headers.append((b"content-type", sent.media_type))
    return headers


async def _beside_requests(scope: Scope, receive: Receive, send: Send, beside: Sequence[Background]) -> None:
    while scope["type"] == "lifespan":
        message: Any = await receive()
        ends = message["type"] == "lifespan.shutdown"
        for background in reversed(beside) if ends else beside:
            await (background.stop() if ends else background.start())
        await send({"type": f"{message['type']}.complete"})
        if ends:
            return
