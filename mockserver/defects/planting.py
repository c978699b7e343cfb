"""The ways in which a bug can be put on a program that has none.

replace      a function, method or table of a module is replaced by what is made of it
operation    something happens around one operation, inside its transaction
field        a part of the API's bundle is replaced: who callers are, what refusals say
request      a request is changed before anybody has seen it
answer       an answer is changed when nobody will see it any more
flight       requests dawdle, so that those at the same moment are seen to be together
"""

import asyncio
import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockserver.apis.bundle import Api
from mockserver.apis.exchange import Call, Reply
from mockserver.sandbox.work import Work
from mockserver.web.bodies import MAX_BYTES

__all__ = ["Answer", "Defect", "Defects", "Flight", "Planter", "Request", "silenced", "swapped"]

Around = Callable[[Callable[[Call, Work], Reply], Call, Work], Reply]
"""Given the operation as it is, the call and the work: what it does from now on."""

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
class Answer:
    """An answer of the API, when nobody will look at it any more. All of it may be changed.

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


@dataclass(frozen=True, slots=True)
class Defect:
    """
    Attributes:
        name: The id of the rule it breaks; with a dot and a word after it where there are several.
        says: What it does wrong, in one sentence.
        subtle: It breaks its rule in a corner only, thought out by somebody who had read no test of the kit.
    """

    name: str
    says: str
    plant: "Callable[[Planter], None]"
    subtle: bool = False

    @property
    def rule(self) -> str:
        return self.name.partition(".")[0]


class Defects:
    """The bugs of one module, in the order in which they are written."""

    def __init__(self) -> None:
        self._defects: list[Defect] = []

    def __iter__(self) -> Iterator[Defect]:
        return iter(self._defects)

    def defect(
        self, name: str, says: str, *, subtle: bool = False
    ) -> "Callable[[Callable[[Planter], None]], Callable[[Planter], None]]":
        """Take the function as what plants the bug *name*."""

        def take(plant: Callable[[Planter], None]) -> Callable[[Planter], None]:
            self._defects.append(Defect(name, says, plant, subtle))
            return plant

        return take


@dataclass
class Planter:
    """Puts bugs on one API of this process, and takes them off again.

    Attributes:
        api: As it is with what was planted so far.
    """

    api: Api
    _undo: list[Callable[[], None]] = field(default_factory=list)
    _requests: list[tuple[frozenset[str], Callable[[Request], object]]] = field(default_factory=list)
    _answers: list[tuple[frozenset[str], Callable[[Answer], object]]] = field(default_factory=list)
    _flights: list[Flight] = field(default_factory=list)

    def replace(self, owner: Any, name: str, make: Callable[[Any], Any]) -> None:
        """Replace *name* of a module, a class or a dictionary by what *make* makes of it. Raises LookupError."""
        if isinstance(owner, MutableMapping):
            before = owner[name]
            owner[name] = make(before)
            self._undo.append(lambda: owner.__setitem__(name, before))
            return
        if name not in vars(owner):
            raise LookupError(f"{owner!r} has no {name} of its own")
        raw = vars(owner)[name]
        inner = raw.__func__ if isinstance(raw, staticmethod | classmethod) else raw
        made = make(inner)
        setattr(owner, name, type(raw)(made) if inner is not raw else made)
        self._undo.append(lambda: setattr(owner, name, raw))

    def operation(self, operation_id: str, around: Around) -> None:
        """Let *around* do what the operation did; it may call it, once or more, or not at all."""
        inside = self.api.operations[operation_id]
        operations = {**self.api.operations, operation_id: lambda call, work: around(inside, call, work)}
        self.api = dataclasses.replace(self.api, operations=operations)

    def field(self, name: str, make: Callable[[Any], Any]) -> None:
        """Replace a field of the bundle by what *make* makes of it."""
        self.api = dataclasses.replace(self.api, **{name: make(getattr(self.api, name))})

    def request(self, change: Callable[[Request], object], *operations: str) -> None:
        """Change each request of these operations, or of all, a request of no operation included."""
        self._requests.append((frozenset(operations), change))

    def answer(self, change: Callable[[Answer], object], *operations: str) -> None:
        """Change each answer of these operations, or of all, an answer to a request of no operation included."""
        self._answers.append((frozenset(operations), change))

    def flight(self, *operations: str) -> Flight:
        """Let requests of these operations wait a moment before anything is done, and count them: for races."""
        flight = Flight(frozenset(operations))
        self._flights.append(flight)
        return flight

    def wrap(self, app: ASGIApp) -> ASGIApp:
        """*app*, with the requests and answers that were to be changed."""
        if not (self._requests or self._answers or self._flights):
            return app
        return _Meddler(app, self)

    def uproot(self) -> None:
        """Take off what was put on functions and tables of this process."""
        while self._undo:
            self._undo.pop()()


@contextmanager
def swapped(owner: Any, name: str, value: Any) -> Iterator[None]:
    """For this moment *name* of a class or module is *value*. Requests run one after another, so nobody else sees it."""
    kept = vars(owner)[name]
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, kept)


def silenced(owner: type, name: str) -> AbstractContextManager[None]:
    """For this moment the method *name* of *owner* does nothing."""
    return swapped(owner, name, lambda *_, **__: None)


class _Meddler:
    """An ASGI application that changes what goes in and what comes out."""

    def __init__(self, app: ASGIApp, planter: Planter) -> None:
        api = planter.api
        self._app = app
        self._requests = planter._requests
        self._answers = planter._answers
        self._flights = planter._flights
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
        found.body = await _whole_body(receive)
        for operations, change in self._requests:
            if not operations or found.operation in operations:
                change(found)
        answer = Answer(found, 0, {}, b"")
        flights = [flight for flight in self._flights if found.operation in flight.operations]
        for flight in flights:
            flight.now += 1
            await asyncio.sleep(_DAWDLE_SECONDS)
        try:
            await self._app(_changed(scope, found), _giving(found.body), _taking(answer))
        finally:
            for flight in flights:
                flight.now -= 1
        if scope["method"] != "HEAD":
            for operations, alter in self._answers:
                if not operations or found.operation in operations:
                    alter(answer)
            answer.headers["content-length"] = str(len(answer.body))
        await send(
            {
                "type": "http.response.start",
                "status": answer.status,
                "headers": [(name.encode("latin-1"), text.encode("latin-1")) for name, text in answer.headers.items()],
            }
        )
        await send({"type": "http.response.body", "body": answer.body})

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


async def _whole_body(receive: Receive) -> bytes:
    body: bytes = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


def _giving(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _taking(answer: Answer) -> Send:
    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            headers: Mapping[bytes, bytes] = dict(message["headers"])
            answer.headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers.items()}
        else:
            answer.body += message.get("body", b"")

    return send


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
