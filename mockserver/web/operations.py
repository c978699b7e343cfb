"""The operations of an API, compiled at start: parameter readers, one validator for the body, one for each reply.

    receive the body                        BodyTooLarge, WrongMediaType in the API's own envelope, like all that follow
    read the parameters, decode the body    BadInput, BadBody
    act in the sandbox                      one transaction; a Refusal undoes it; what comes with a key is done once
    check the reply against the document    a mock that breaks its own contract is worthless: 500, and a bug

A request runs on the event loop, start to end: there is nothing to wait for. It moves to a thread when the store is
held by another process.
"""

import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import msgspec
from connexion.operations import AbstractOperation
from starlette.types import Receive

from mockserver.apis.bundle import Api, Tolerates
from mockserver.apis.exchange import NO_BODY, Call, Header, Reply
from mockserver.apis.refusals import BadInput, EncodedBody
from mockserver.booking.errors import OverQuota, Refusal, in_json
from mockserver.sandbox.patience import patiently, run_patiently
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.web.bodies import check_media_type, decode_json, read_body
from mockserver.web.flaws import find_flaw
from mockserver.web.idempotency import Once, takes_keys
from mockserver.web.parameters import parse_query, readers_of
from mockserver.web.schemas import Validator, compile_schema, whole_numbers

__all__ = ["CompiledOperation", "ContractBrokenError", "Sent", "forget_frames"]

_LOG = logging.getLogger("mockserver")
_FIRST_ERROR = 400

_encode = msgspec.json.Encoder().encode


class ContractBrokenError(Exception):
    """An operation answered something its own document does not allow: a bug of ours."""


class _Body:
    """How one operation reads its body."""

    __slots__ = ("_media_type", "_required", "_to_int", "_tolerates", "_validator")

    def __init__(self, definition: Mapping[str, Any], tolerates: Tolerates | None) -> None:
        ((media_type, content),) = definition["content"].items()
        self._media_type = str(media_type).encode()
        self._tolerates = tolerates
        self._required = bool(definition.get("required"))
        self._validator = compile_schema(content["schema"])
        self._to_int = whole_numbers(content["schema"])

    async def receive(self, call: Call, receive: Receive) -> bytes:
        """Raises BodyTooLarge, EncodedBody, WrongMediaType."""
        if call.raw is None:
            call.raw = await read_body(receive, call.headers)
        raw = call.raw
        if call.entry is not None:
            call.entry.request_body = raw
        encoding = call.headers.get(b"content-encoding")
        if raw and encoding is not None and encoding.lower() != b"identity":
            raise EncodedBody(in_json(encoding.decode("latin-1")))
        # Of nothing, the type need not be told.
        if raw or (self._required and b"content-type" in call.headers):
            check_media_type(call, self._media_type, self._tolerates)
        return raw

    def decode(self, raw: bytes) -> Any:
        """Raises BadBody, BadInput."""
        if not raw and not self._required:
            return None
        body = decode_json(raw)
        if not self._validator.is_valid(body):
            flaw = find_flaw(self._validator, body)
            raise BadInput("body", flaw.field, flaw.reason, flaw.steps)
        return body if self._to_int is None else self._to_int(body)


class _Form(NamedTuple):
    """What a body with one status and one media type looks like."""

    media_type: bytes
    validator: Validator


class _Replies:
    """The replies one operation may give: by status, and by media type where the operation names one."""

    __slots__ = ("_named", "_operation", "_usual")

    def __init__(self, operation: str, responses: Mapping[str, Mapping[str, Any]], *, of_errors: str) -> None:
        self._operation = operation
        self._usual: dict[int, _Form | None] = {}
        self._named: dict[tuple[int, str], _Form] = {}
        for text, response in responses.items():
            status = int(text)
            forms = {
                str(media_type): _Form(str(media_type).encode(), compile_schema(definition["schema"]))
                for media_type, definition in response.get("content", {}).items()
            }
            first = next(iter(forms.values()), None)
            self._usual[status] = forms.get(of_errors, first) if status >= _FIRST_ERROR else first
            self._named.update({(status, media_type): form for media_type, form in forms.items()})

    def encode(self, reply: Reply) -> tuple[bytes, bytes]:
        """The checked body and its media type. Raises ContractBrokenError."""
        try:
            form = (
                self._usual[reply.status] if reply.media_type is None else self._named[reply.status, reply.media_type]
            )
        except KeyError:
            named = f" as {reply.media_type}" if reply.media_type else ""
            raise ContractBrokenError(
                f"{self._operation} answers {reply.status}{named}, which its document does not list"
            ) from None
        if form is None or reply.stream is not None:
            if reply.body is not NO_BODY:
                raise ContractBrokenError(
                    f"{self._operation} answers {reply.status} with a body, its document has none"
                )
            return b"", b"" if form is None else form.media_type
        media_type, validator = form
        if not validator.is_valid(reply.body):
            flaw = find_flaw(validator, reply.body)
            raise ContractBrokenError(
                f"{self._operation} answers {reply.status} with {flaw.field or 'a body'}: {flaw.reason}"
            )
        return _encode(reply.body), media_type


def forget_frames(error: Exception) -> None:
    """Of what has become an answer: one that a call keeps would keep the frames that know the call, and so itself, for good."""
    error.__traceback__ = None


class Sent(NamedTuple):
    """A reply as it is sent.

    Attributes:
        media_type: Empty when there is no body.
        stream: What is sent in place of the body, piece by piece.
    """

    status: int
    body: bytes
    media_type: bytes
    headers: tuple[Header, ...] = ()
    stream: AsyncGenerator[bytes, None] | None = None


class CompiledOperation:
    """What Connexion read of one operation, compiled."""

    __slots__ = (
        "_api",
        "_body",
        "_function",
        "_head",
        "_kinds",
        "_once",
        "_path",
        "_query",
        "_replies",
        "_sandboxes",
        "_writes",
    )

    def __init__(
        self, api: Api, operation: AbstractOperation, definition: Mapping[str, Any], sandboxes: Sandboxes
    ) -> None:
        self._api = api
        self._sandboxes = sandboxes
        self._function: Callable[..., Any] = operation.function
        self._path = readers_of(operation.parameters, "path")
        self._query = readers_of(operation.parameters, "query")
        self._kinds = {reader.name: reader.kind for reader in self._query}
        self._head = [(each.name.lower().encode(), each) for each in readers_of(operation.parameters, "header")]
        self._body = _Body(operation.request_body, api.tolerates) if operation.request_body else None
        self._replies = _Replies(str(operation.operation_id), operation.responses, of_errors=api.media_type)
        self._writes = definition["x-effect"] == "write"
        self._once: Once | None = None
        if takes_keys(api, self.headers):
            if not self._writes or api.domain is None:
                raise ValueError(f"{operation.operation_id} takes keys, and changes nothing that could be done twice")
            self._once = Once(api, self._function, self._replies.encode)

    @property
    def headers(self) -> frozenset[str]:
        """As the document spells them."""
        return frozenset(reader.name for _, reader in self._head)

    async def answer(self, call: Call, query: bytes, receive: Receive) -> Sent:
        """Raises ContractBrokenError, StoreBusy, and whatever the operation was not made for."""
        try:
            raw = b"" if self._body is None else await self._body.receive(call, receive)
            self._read_parameters(call, query)
            if self._body is not None:
                call.body = self._body.decode(raw)
            reply = await self._act(call)
        except OverQuota:
            raise  # no document of a vendor lists it
        except Refusal as refusal:
            forget_frames(refusal)
            if call.entry is not None:
                call.entry.refusal, call.entry.facts = refusal.code, refusal.__dict__
            reply = self._api.render(refusal)
        if reply.status >= _FIRST_ERROR:
            reply = self._api.signed(reply, call.request_id)
        body, media_type = self._replies.encode(reply)
        return Sent(reply.status, body, media_type, reply.headers, reply.stream)

    def _read_parameters(self, call: Call, query: bytes) -> None:
        for reader in self._path:
            call.path[reader.name] = reader.read([call.path[reader.name]])
        if self._query or self._api.respell is not None:
            texts: Mapping[str, list[str]] = parse_query(query) if query else {}
            if self._api.respell is not None:
                texts = self._api.respell(texts, self._kinds)
            for reader in self._query:
                call.query[reader.name] = reader.read_from(texts)
        for header, reader in self._head:
            value = call.headers.get(header)
            call.head[reader.name] = reader.read(None if value is None else [value.decode("latin-1")])

    async def _act(self, call: Call) -> Reply:
        sandbox = call.sandbox
        domain = self._api.domain
        if domain is None or sandbox is None:
            answered = await patiently(self._sandboxes, partial(self._function, call))
            return answered if isinstance(answered, Reply) else await answered
        once = self._once
        act = partial(self._function, call) if once is None else once.bind(call)
        return await run_patiently(
            sandbox, domain, act, writes=self._writes, keep=not call.dry, entry=call.entry, known=call.record
        )
