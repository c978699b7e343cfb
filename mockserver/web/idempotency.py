"""What comes with a key is done once and answered each time, as the API's `Idempotency` says.

    the key is new      the operation runs in a part of the transaction that its refusal undoes; what is answered is
                        remembered in the transaction itself, if it is to be
    the same request    the answer that is remembered, with a header that says so; nothing is done
    another request     KeyReused

All of it is one transaction, and those of a sandbox come one after the other, in whichever process. So of twins that come
at the same time the second finds the answer of the first, and one that was answered was also done.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import msgspec

from mockserver.apis.bundle import Api, Idempotency, Operation
from mockserver.apis.exchange import NO_BODY, Call, Reply
from mockserver.booking.errors import Refusal
from mockserver.booking.idempotency import fingerprint
from mockserver.sandbox.replies import RememberedReply
from mockserver.sandbox.work import Work

__all__ = ["Once", "takes_keys"]

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def takes_keys(api: Api, headers: Iterable[str]) -> bool:
    """Whether an operation whose document has these headers does things once."""
    return api.idempotency is not None and api.idempotency.header in headers


class Once:
    """One operation of an API that has `idempotency`.

    Args:
        check: Raises when a reply is none that the document allows: what is a 500 is undone and not remembered.
    """

    __slots__ = ("_api", "_check", "_operation", "_rules")

    def __init__(self, api: Api, operation: Operation, check: Callable[[Reply], object]) -> None:
        assert api.idempotency is not None  # noqa: S101 - see `takes_keys`
        self._rules: Idempotency = api.idempotency
        self._api = api
        self._operation = operation
        self._check = check

    def bind(self, call: Call) -> Callable[[Work], Reply]:
        """What is to be done for *call*, given the work."""
        key = call.head[self._rules.header]
        if key is None:
            return partial(self._operation, call)
        # Named here: the transaction may run in a thread, and ids are given on the event loop.
        counted = [call.head.get(header) for header in self._rules.counted]
        asked = fingerprint(call.operation, call.path, call.query, counted, call.body)
        return partial(self._answer, call, key, asked, call.request_id)

    def _answer(self, call: Call, key: str, asked: str, request_id: str, work: Work) -> Reply:
        """Raises KeyReused, and a Refusal that is not remembered."""
        caller = call.identity.caller
        tenant = "" if caller is None else caller.tenant
        known = work.replies.recall(tenant, key, asked, window=self._rules.window)
        if known is not None:
            return self._again(call, known)
        refused = None
        try:
            reply = work.attempt(partial(self._operation, call))
        except Refusal as refusal:
            reply, refused = self._api.render(refusal), refusal.code
            if not self._rules.remembers(reply.status, refused):
                raise
            _note(call, refused)
        self._check(self._api.signed(reply, request_id))
        if self._rules.remembers(reply.status, refused):
            work.replies.remember(
                tenant,
                key,
                asked,
                window=self._rules.window,
                status=reply.status,
                body=b"" if reply.body is NO_BODY else _encode(reply.body),
                headers=reply.headers,
                media_type=reply.media_type,
                refusal=refused,
            )
        return reply

    def _again(self, call: Call, known: RememberedReply) -> Reply:
        _note(call, known.refusal)
        body: Any = _decode(known.body) if known.body else NO_BODY
        return Reply(known.status, body, (*known.headers, self._rules.replayed), known.media_type)


def _note(call: Call, refusal: str | None) -> None:
    if call.entry is not None:
        call.entry.refusal = refusal
