"""Requests that are changed before anybody has seen them, and responses when nobody will see them any more."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockserver.apis.bundle import Api
from mockserver.web.bodies import MAX_BYTES

__all__ = ["Changes", "Flight", "Meddler", "Request", "Response", "drops_the_rest", "giving", "whole_body"]

_CONTROL = "/_sandbox"
_DAWDLE_SECONDS = 0.02


@dataclass(slots=True)
class Request:
    """A request to the API, before anybody has seen it. All of it may be changed.

    Attributes:
        operation: The operationId that its method and path belong to; "" for none.
        parameters: What stands in the path, as text; changed values go into the path.
        query: In the order sent.
        headers: Names in lower case.
    """

    method: str
    operation: str
    template: str
    before: str
    path: str
    parameters: dict[str, str]
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes

    @property
    def is_too_large(self) -> bool:
        """Whether its body is refused unread."""
        return len(self.body) > MAX_BYTES

    @property
    def json(self) -> Any:
        """The body; None where it is no JSON, or nobody will read it."""
        return None if self.is_too_large else _json(self.body)

    @json.setter
    def json(self, value: Any) -> None:
        self.body = json.dumps(value).encode()


@dataclass(slots=True)
class Response:
    """A response of the API, when nobody will look at it any more. All of it may be changed.

    Attributes:
        headers: Names in lower case; of several with one name, the last.
    """

    request: Request
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body; None where it is no JSON. What is changed inside has to be assigned again."""
        return _json(self.body)

    @json.setter
    def json(self, value: Any) -> None:
        self.body = json.dumps(value).encode()


@dataclass(slots=True)
class Flight:
    """How many requests of some operations are under way at this moment, the one that asks included."""

    operations: frozenset[str]
    now: int = 0


@dataclass(slots=True)
class Changes:
    """What is to be changed: each with the operations that it is about, or none for all."""

    requests: list[tuple[frozenset[str], Callable[[Request], object]]] = field(default_factory=list)
    responses: list[tuple[frozenset[str], Callable[[Response], object]]] = field(default_factory=list)
    flights: list[Flight] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.requests or self.responses or self.flights)


def drops_the_rest(request: Request) -> None:
    """Leave of a body the first value in it."""
    if request.is_too_large:
        return
    try:
        request.json, _ = json.JSONDecoder().raw_decode(request.body.decode())
    except ValueError:
        return


class Meddler:
    """An ASGI application that changes what goes in and what comes out."""

    def __init__(self, app: ASGIApp, api: Api, changes: Changes) -> None:
        self._app = app
        self._changes = changes
        self._bases = sorted((api.prefix + base for base in api.base_paths), key=len, reverse=True)
        self._prefix = api.prefix
        self._operations = [
            (template.split("/"), method.upper(), template, str(definition["operationId"]))
            for template, item in api.spec["paths"].items()
            for method, definition in item.items()
            if isinstance(definition, dict) and "operationId" in definition
        ]
        # As routing does it: what is spelled out wins over what may be anything.
        self._operations.sort(key=lambda each: [part.startswith("{") for part in each[0]])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._find(scope) if scope["type"] == "http" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        found.body = await whole_body(receive)
        for operations, change in self._changes.requests:
            if not operations or found.operation in operations:
                change(found)
        response = Response(found, 0, {}, b"")
        flights = [flight for flight in self._changes.flights if found.operation in flight.operations]
        for flight in flights:
            flight.now += 1
            await asyncio.sleep(_DAWDLE_SECONDS)
        try:
            await self._app(_changed(scope, found), giving(found.body), _taking(response))
        finally:
            for flight in flights:
                flight.now -= 1
        if scope["method"] != "HEAD":
            for operations, alter in self._changes.responses:
                if not operations or found.operation in operations:
                    alter(response)
            response.headers["content-length"] = str(len(response.body))
        await send(
            {
                "type": "http.response.start",
                "status": response.status,
                "headers": [
                    (name.encode("latin-1"), text.encode("latin-1")) for name, text in response.headers.items()
                ],
            }
        )
        await send({"type": "http.response.body", "body": response.body})

    def _find(self, scope: Scope) -> Request | None:
        """The request as a value; None when it is not for this API."""
        raw = scope["raw_path"].decode("latin-1")
        sandbox = ""
        if raw.startswith("/~"):
            sandbox, _, rest = raw[1:].partition("/")
            sandbox, raw = f"/{sandbox}", f"/{rest}"
        if raw.startswith(_CONTROL) or not raw.startswith(self._prefix or "/"):
            return None
        base = next((each for each in self._bases if raw == each or raw.startswith(f"{each}/")), None)
        if base is None:
            return None
        path = raw[len(base) :]
        operation, template, parameters = self._operation(scope["method"], path)
        return Request(
            method=scope["method"],
            operation=operation,
            template=template,
            before=sandbox + base,
            path=path,
            parameters=parameters,
            query=parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True),
            headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
            body=b"",
        )

    def _operation(self, method: str, path: str) -> tuple[str, str, dict[str, str]]:
        parts = path.split("/")
        for template, its_method, text, operation in self._operations:
            if its_method == method and len(template) == len(parts):
                pairs = list(zip(template, parts, strict=True))
                if all(name == given or (name.startswith("{") and given) for name, given in pairs):
                    return operation, text, {name[1:-1]: given for name, given in pairs if name.startswith("{")}
        return "", "", {}


def _changed(scope: Scope, request: Request) -> Scope:
    path = request.path
    if request.template:
        path = request.template
        for name, value in request.parameters.items():
            path = path.replace(f"{{{name}}}", value)
    raw = request.before + path
    headers = {**request.headers}
    if request.body or "content-length" in headers:
        headers["content-length"] = str(len(request.body))
    changed: dict[str, Any] = {
        "method": request.method,
        "raw_path": raw.encode("latin-1"),
        "path": raw,
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
    }
    before = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    if before != request.query:
        changed["query_string"] = urlencode(request.query).encode()
    return {**scope, **changed}


async def whole_body(receive: Receive) -> bytes:
    """All of a request's body, however many pieces it comes in."""
    body: bytes = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


def giving(body: bytes) -> Receive:
    """What gives a program that body, in one piece."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _taking(response: Response) -> Send:
    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            response.status = message["status"]
            headers: Mapping[bytes, bytes] = dict(message["headers"])
            response.headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers.items()}
        else:
            response.body += message.get("body", b"")

    return send


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
