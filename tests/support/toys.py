"""A small API for tests of the pipeline: no domain, no credential, the control plane's envelope."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from starlette.types import Receive, Scope, Send

from mockserver.apis.bundle import Api, Operation
from mockserver.apis.exchange import NO_BODY, Call, Reply
from mockserver.apis.identities import ANONYMOUS
from mockserver.app import App
from mockserver.console import pages_on_demand
from mockserver.control.api import build as build_control
from mockserver.control.auth import Door
from mockserver.control.errors import broken, render
from mockserver.web.addresses import Mount
from mockserver.web.asking import Within
from mockserver.web.gate import Gate
from mockserver.web.stack import Stack

__all__ = ["api_of", "serve", "toy"]

_NUMBER = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
_DONE = {"description": "Done"}
_REFUSED = {"description": "Refused", "content": {"application/json": {"schema": {"type": "object"}}}}
_REFUSALS = {"400": _REFUSED, "415": _REFUSED}
_DATED = {"type": "object", "required": ["timeStamp"], "properties": {"timeStamp": {"type": "string"}}}


def _takes(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


_CREATE = {
    "operationId": "create",
    "x-effect": "write",
    "requestBody": _takes(_DATED),
    "responses": {"201": _DONE, **_REFUSALS},
}
_CANCEL = {
    "operationId": "cancel",
    "x-effect": "write",
    "requestBody": _takes({"type": "object", "required": ["reason"], "properties": {"reason": {"type": "string"}}}),
    "responses": {"200": _DONE, **_REFUSALS},
}
_READ = {
    "operationId": "read",
    "x-effect": "read",
    "responses": {"200": {**_DONE, "content": {"application/json": {"schema": {"type": "object"}}}}, **_REFUSALS},
}


def _create(call: Call) -> Reply:
    return Reply(201, NO_BODY, ((b"location", f"{call.base_path}/bookings/7".encode()),))


def _read(call: Call) -> Reply:
    return Reply(200, {"id": call.path["id"], "base_path": call.base_path})


def _cancel(call: Call) -> Reply:
    assert call.body["reason"]
    return Reply(200, NO_BODY)


def toy(*servers: str, prefix: str = "") -> Api:
    """Bookings: made, read, and cancelled with a body that gives the reason."""
    with_id = {"parameters": [_NUMBER], "get": _READ, "delete": _CANCEL}
    paths = {"/bookings": {"post": _CREATE}, "/bookings/{id}": with_id}
    operations = {"create": _create, "read": _read, "cancel": _cancel}
    return api_of(paths, operations, servers=servers, prefix=prefix)


def api_of(
    paths: Mapping[str, Any], operations: Mapping[str, Operation], *, servers: Sequence[str] = ("/",), **further: Any
) -> Api:
    """An API with these paths and what does them; *further* facts of it by keyword."""
    facts: dict[str, Any] = {
        "prefix": "",
        "identify": lambda _: ANONYMOUS,
        "render": render,
        "broken": broken,
        **further,
    }
    return Api(
        name="toy",
        title="Toy",
        spec={
            "openapi": "3.0.3",
            "info": {"title": "Toy", "version": "1"},
            "servers": [{"url": server} for server in servers],
            "paths": paths,
        },
        operations=operations,
        **facts,
    )


def serve(app: App, *apis: Api) -> App:
    """*app* with other APIs in the place of its own."""
    door = Door(hosts=frozenset({"sandbox"}))

    async def whole(scope: Scope, receive: Receive, send: Send) -> None:
        await gate(scope, receive, send)

    control = build_control(apis, app.sandboxes, door, whole)
    mounts: Sequence[Mount] = [Mount(api, Stack(api, app.sandboxes).build()) for api in (*apis, control)]
    pages = pages_on_demand([*apis, control], lambda _: date(2026, 3, 2), Within(mounts[-1].stack), door)
    gate = Gate(mounts, pages, app.sandboxes)
    return replace(app, asgi=gate, apis=apis)
