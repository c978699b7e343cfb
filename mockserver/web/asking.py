"""An API asked from within this process, as a caller asks who was let in: the same checks, operation and reply."""

from typing import Any

from starlette.types import Receive, Scope, Send

from mockserver.apis.exchange import Call
from mockserver.apis.identities import Caller, Identity
from mockserver.web.operations import Sent
from mockserver.web.stack import Stack
from mockserver.web.streaming import stream

__all__ = ["Within"]

_KNOWN = Identity(Caller(tenant="console"))
_KEPT = {b"last-event-id"}
"""What an answer that goes on is asked for with, of the headers of whoever is told."""


class Within:
    """Asks the API of *stack*. Whoever asks has seen to it that somebody may.

    Paths are percent-encoded and stand below the API's base path.
    """

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    async def ask(self, method: str, path: str, query: str = "", body: bytes = b"") -> Sent:
        headers = {b"content-type": b"application/json", b"content-length": b"%d" % len(body)}
        return await self._answer(method, headers, path, query, body)

    async def pass_on(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Send an answer that goes on to the client of *scope*; a refusal likewise, which does not."""
        headers = {name: value for name, value in scope["headers"] if name in _KEPT}
        sent = await self._answer("GET", headers, path, scope["query_string"].decode("latin-1"), b"")
        own = [*sent.headers, (b"content-type", sent.media_type), (b"x-content-type-options", b"nosniff")]
        if sent.stream is not None:
            await stream(scope, receive, send, sent.status, own, sent.stream)
            return
        await send({"type": "http.response.start", "status": sent.status, "headers": own})
        await send({"type": "http.response.body", "body": sent.body})

    async def _answer(self, method: str, headers: dict[bytes, bytes], path: str, query: str, body: bytes) -> Sent:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        call = Call(method, headers, _KNOWN, naming=lambda _: "console")
        return await self._stack.answer(call, path.encode(), query.encode("latin-1"), receive)
