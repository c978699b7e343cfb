"""A small API that takes keys and names its requests in its own way: it issues vouchers, and says no when it is asked to."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from hashlib import blake2b
from typing import Any

import msgspec
from starlette.types import Receive, Scope, Send
from toys import api_of

from mockserver.apis.bundle import Api, Idempotency, RequestIds
from mockserver.apis.exchange import Call, Header, Reply
from mockserver.apis.identities import Caller, Identity, bearer
from mockserver.apis.refusals import Unauthenticated
from mockserver.apis.wording import renderer, transport_rows
from mockserver.booking.errors import KeyReused, NotFound, RuleBroken
from mockserver.booking.ports import ALL, Kind
from mockserver.sandbox.domains import Domain, SeedWorld
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.sandbox.work import Work
from mockserver.web.addresses import Mount
from mockserver.web.gate import Gate
from mockserver.web.stack import Stack

__all__ = ["DOMAIN", "VOUCHERS", "WINDOW", "Voucher", "gate_of", "vouchers"]

WINDOW = timedelta(seconds=90)


class Voucher(msgspec.Struct, frozen=True):
    id: int
    word: str


VOUCHERS = Kind("toy.voucher", Voucher)
DOMAIN = Domain("toy", (VOUCHERS,), lambda seed, epoch: SeedWorld(()), "1", actions={"issue": lambda work, timer: None})

_KEY = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"}}
_GRANT = {"name": "Toy-Grant", "in": "header", "schema": {"type": "string"}}
_CITY = {"name": "city", "in": "path", "required": True, "schema": {"type": "string"}}
_TIMES = {"name": "times", "in": "query", "schema": {"type": "integer", "default": 1}}
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": "object", "required": ["code", "message", "request_id"]}},
}
_REFUSED = {"description": "Refused", "content": {"application/json": {"schema": _ERROR}}}
_ANSWERS = {
    "201": {"description": "Issued", "content": {"application/json": {"schema": {"required": ["id"]}}}},
    **dict.fromkeys(("400", "401", "403", "404", "409", "415"), _REFUSED),
}
_ASKED = {
    "type": "object",
    "required": ["word"],
    "properties": {"word": {"type": "string"}, "then": {"type": "string"}},
}
_LIST = {
    "operationId": "list",
    "x-effect": "read",
    "responses": {"200": {"description": "All", "content": {"application/json": {"schema": {}}}}},
}


def _paths() -> dict[str, Any]:
    """New each time: Connexion writes into it."""

    def issuing(operation: str, *parameters: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "operationId": operation,
            "x-effect": "write",
            "parameters": list(parameters),
            "requestBody": {"required": True, "content": {"application/json": {"schema": _ASKED}}},
            "responses": _ANSWERS,
        }

    return {
        "/{city}/vouchers": {"parameters": [_CITY], "post": issuing("issue", _KEY, _GRANT, _TIMES)},
        "/gifts": {"post": issuing("give", _KEY)},
        "/drafts": {"post": issuing("draft")},
        "/vouchers": {"get": _LIST},
    }


_RULES = {"spent": 409, "forbidden": 403, "unpaid": 400, "unclear": 400, "undocumented": 418}


def _issue(call: Call, work: Work) -> Reply:
    """Issues a voucher first, and does what it is asked to *then* when there is something to undo."""
    records = work.records(VOUCHERS)
    voucher = Voucher(records.next_id(), call.body["word"])
    records.put(voucher)
    work.timers.schedule(work.now + WINDOW, "issue", voucher.id)
    then = call.body.get("then")
    if then in _RULES:
        raise RuleBroken(then, f"it is {then}")
    if then == "missing":
        raise NotFound("voucher", 0)
    if then == "crash":
        raise ZeroDivisionError
    if then == "lie":
        return Reply(201, {})
    return Reply(201, msgspec.to_builtins(voucher), ((b"location", b"/vouchers/%d" % voucher.id),))


def _list(_: Call, work: Work) -> Reply:
    return Reply(200, [each.word for each in work.records(VOUCHERS).page(VOUCHERS.listed, ALL)])


def _say(status: int, code: str, message: str, *headers: Header) -> Reply:
    return Reply(status, {"error": {"code": code, "message": message}}, headers)


_render = renderer(
    {
        **transport_rows(lambda status, text, *headers: _say(status, "refused", text, *headers)),
        KeyReused: lambda refusal: _say(409, "key_reused", str(refusal)),
        NotFound: lambda refusal: _say(404, "missing", str(refusal)),
        RuleBroken: lambda refusal: _say(_RULES[refusal.code], refusal.code, str(refusal)),
    }
)


def _identify(headers: Mapping[bytes, bytes]) -> Identity:
    """Every token stands for a tenant of that name."""
    token = bearer(headers)
    return Identity(Caller(token)) if token else Identity(refused=Unauthenticated("who are you?"))


def vouchers(**changes: Any) -> Api:
    operations = {"issue": _issue, "give": _issue, "draft": _issue, "list": _list}
    api = api_of(
        _paths(),
        operations,
        identify=_identify,
        render=_render,
        broken=lambda reason: _say(500, "broken", reason),
        domain=DOMAIN,
        request_ids=RequestIds(
            header=b"toy-request-id",
            may_be_given=False,
            form=lambda text: "req_" + blake2b(text.encode(), digest_size=16).hexdigest(),
            sign=lambda body, request_id: {"error": {**body["error"], "request_id": request_id}},
        ),
        idempotency=Idempotency(
            WINDOW, counted=("Toy-Grant",), statuses=frozenset({403, 404, 409, 418}), codes=frozenset({"unpaid"})
        ),
    )
    api.spec["security"] = [{"Key": []}]
    api.spec["components"] = {"securitySchemes": {"Key": {"type": "http", "scheme": "bearer"}}}
    return replace(api, **changes)


def gate_of(api: Api, sandboxes: Sandboxes) -> Gate:
    """Serves *api* alone."""
    return Gate([Mount(api, Stack(api, sandboxes).build())], _nothing, sandboxes)


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError(f"{scope['path']} is not the API's")
