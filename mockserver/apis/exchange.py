"""A call, as an operation sees it, and the reply it gives. Parsed once, at the door: no request object goes further."""

from collections.abc import AsyncGenerator, Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from mockserver.apis.identities import Identity
from mockserver.apis.negotiation import preferred
from mockserver.booking.errors import Refusal, StoreDown
from mockserver.sandbox.journal import Entry
from mockserver.sandbox.records import SandboxRecord
from mockserver.sandbox.sandbox import DEFAULT, Sandbox

__all__ = ["NO_BODY", "Call", "Header", "Reply"]

Header = tuple[bytes, bytes]


class Reply(msgspec.Struct, frozen=True, gc=False):
    """Status and JSON body; `NO_BODY` for an empty one.

    Attributes:
        media_type: One that the document lists for the status. None for the first of them; of an error, for that of the
            API's error answers wherever it is listed.
        stream: What is sent instead of a body, piece by piece, as the only media type that the document lists.
    """

    status: int
    body: Any
    headers: tuple[Header, ...] = ()
    media_type: str | None = None
    stream: AsyncGenerator[bytes, None] | None = None


NO_BODY = msgspec.UNSET


def _named_nowhere(_: "Call") -> str:
    raise LookupError("this call did not come through the gate, and has no id")


class Call(msgspec.Struct):
    """One request on its way.

    Attributes:
        headers: Names in lower case; the values of a repeated header, joined with commas.
        path: Parameters by name, validated and of their declared type; `query` likewise, and `head` those of the headers,
            by their names in the document.
        raw: The body as it was sent; None as long as it was not asked for.
        body: The decoded JSON body; None where the operation takes none.
        sandbox: None for an API that lives outside sandboxes, and as long as nobody who is known has asked for one.
        sandbox_name: Which sandbox it is for.
        record: What was known of the sandbox when the call came in.
        base_path: What stood in front of the operation's path, `/~NAME` included: an address that begins with it works
            for whoever called.
        origin: Scheme and host as the caller used them; `origin` and `base_path` begin an absolute address.
        now: What the sandbox's clock showed when the call came in.
        dry: The reply is wanted and no change is to be kept.
        reply_headers: Sent with the reply, whatever it turns out to be.
        is_rival: It is made up, and nobody's limits speak of it.
        naming: Makes `request_id`.
    """

    method: str
    headers: Mapping[bytes, bytes]
    identity: Identity
    sandbox: Sandbox | None = None
    sandbox_name: str = DEFAULT
    record: SandboxRecord | None = None
    base_path: str = ""
    origin: str = ""
    now: datetime | None = None
    entry: Entry | None = None
    operation: str | None = None
    refused: Refusal | StoreDown | None = None
    dry: bool = False
    is_rival: bool = False
    path: dict[str, Any] = {}
    query: dict[str, Any] = {}
    head: dict[str, Any] = {}
    raw: bytes | None = None
    body: Any = None
    reply_headers: tuple[Header, ...] = ()
    naming: "Callable[[Call], str]" = _named_nowhere
    _request_id: str | None = None

    @property
    def request_id(self) -> str:
        """The id that the reply has, unlike that of any other call.

        Made when it is first asked for, on the event loop: by then it is known in which sandbox the call happens.
        """
        if self._request_id is None:
            self._request_id = self.naming(self)
        return self._request_id

    @property
    def address(self) -> str:
        """What absolute addresses of the API begin with, for whoever called."""
        return self.origin + self.base_path

    def accepts(self, *media_types: str) -> str:
        """The one of *media_types* that the client would rather have; the first when it does not say or likes none.

        Nothing is refused for its Accept header, as RFC 9110 allows.
        """
        accept = self.headers.get(b"accept")
        if accept is None or accept == b"*/*":
            return media_types[0]
        return preferred(accept.decode("latin-1"), media_types)

    def enter(self, sandbox: Sandbox, now: datetime) -> None:
        """From here on the call happens in *sandbox*, whose clock shows *now*."""
        self.sandbox = sandbox
        self.record = sandbox.record
        self.now = now
