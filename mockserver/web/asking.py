"""An API asked from within this process, as a caller asks who was let in: the same checks, operation and reply."""

from typing import Any

from starlette.types import Receive

from mockserver.apis.exchange import Call
from mockserver.apis.identities import Caller, Identity
from mockserver.web.operations import Sent
from mockserver.web.stack import Stack

__all__ = ["ask_within"]

_WITHIN = Identity(Caller(tenant="console"))


async def ask_within(stack: Stack, method: str, path: str, query: str = "", body: bytes = b"") -> Sent:
    """The reply to a request for *path*, percent-encoded, below the API's base path.

    Whoever asks has seen to it that somebody may.
    """
    headers = {b"content-type": b"application/json", b"content-length": b"%d" % len(body)}
    call = Call(method, headers, _WITHIN, naming=lambda _: "console")
    return await stack.answer(call, path.encode(), query.encode(), _sending(body))


def _sending(body: bytes) -> Receive:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
