"""What an API is made of, seen from above: data and tables, nothing that runs before it is asked."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from doublebook_data import resolved
from mockserver.apis.exchange import NO_BODY, Call, Header, Reply
from mockserver.apis.identities import Identity
from mockserver.apis.refusals import BadSandboxName, NoRoom
from mockserver.booking.errors import Refusal, RuleBroken, in_json
from mockserver.booking.lifecycle import Lifecycle
from mockserver.sandbox.deliveries import Retries
from mockserver.sandbox.domains import Domain
from mockserver.sandbox.outbox import Event
from mockserver.sandbox.subscriptions import Subscription
from mockserver.sandbox.work import Work

if TYPE_CHECKING:
    from mockserver.apis.calendars import Calendar
    from mockserver.apis.histories import History

__all__ = [
    "Api",
    "Idempotency",
    "NoThrottle",
    "Persona",
    "RequestIds",
    "Respell",
    "Sample",
    "Throttle",
    "Tolerates",
    "Webhooks",
]

_FIRST_ERROR = 400
_IN_JSON = {bool: "boolean", int: "integer", str: "string"}

_ANSWERS_TO_ANY: Sequence[tuple[str, Refusal]] = (
    (
        "The sandbox has a malformed name, or the request gives it two.",
        BadSandboxName('"My_Test" is no name for a sandbox: lower-case letters, digits and hyphens, at most 63'),
    ),
    (
        "There is no room for another sandbox, a quota of this one is used up, or the store of all of them cannot do its work.",
        NoRoom("there is room for 50000 sandboxes, and all of them were used lately"),
    ),
)
"""What a sandbox may answer whatever the operation, and when."""

Operation = Callable[..., Reply]
"""`(call, work)` in an API with a domain; `(call)` in one without, which may also be a coroutine."""

Respell = Callable[[Mapping[str, list[str]], Mapping[str, str]], Mapping[str, list[str]]]
"""What a query says, in the names of a document, given what it was sent as and the kind of each parameter."""

Tolerates = Callable[[Call], frozenset[str]]
"""Media types in which the sandbox of a call takes bodies, beside those of the document."""


@dataclass(frozen=True, slots=True)
class Persona:
    """A credential that always works, and whom it stands for."""

    credential: str
    who: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A request that works in every new sandbox, for people to try first.

    Attributes:
        is_silent: Its answer has no body, so there is nothing to see but its headers.
    """

    method: str
    path: str
    body: Any
    is_silent: bool = False


class Throttle(Protocol):
    """Rate limits, which may be off and still be spoken of in headers. What is left of them is a record of the sandbox, so
    that they hold whichever process is asked.
    """

    def holds(self, call: Call) -> bool:
        """Whether the settings of its sandbox, of which it has some, limit a call."""
        ...

    def count(self, call: Call, work: Work) -> tuple[Header, ...]:
        """Count a call; answers the headers of its reply. Raises RateLimited, with `call.reply_headers` set."""
        ...

    def left(self, call: Call, work: Work) -> tuple[Header, ...]:
        """The headers of a reply to a call that was not counted."""
        ...

    def headers(self, now: datetime) -> tuple[Header, ...]:
        """Where no limit holds."""
        ...


class NoThrottle:
    def holds(self, call: Call) -> bool:  # noqa: ARG002 - the protocol's
        return False

    def count(self, call: Call, work: Work) -> tuple[Header, ...]:  # noqa: ARG002 - the protocol's
        return ()

    left = count

    def headers(self, now: datetime) -> tuple[Header, ...]:  # noqa: ARG002 - the protocol's
        return ()


@dataclass(frozen=True, slots=True)
class RequestIds:
    """How an API names the requests it is asked.

    Attributes:
        header: Of every reply, in lower case.
        may_be_given: Whether a client that sends that header has named its request itself.
        form: An id as the API writes them, given a text that no other request has; None takes the text itself.
        sign: Given the body of an error and the id, the body with the id in it; None where errors have none. Whoever
            makes the body of an error leaves the id out.
    """

    header: bytes = b"x-request-id"
    may_be_given: bool = True
    form: Callable[[str], str] | None = None
    sign: Callable[[Any, str], Any] | None = None


@dataclass(frozen=True, slots=True)
class Idempotency:
    """How an API does once what is asked of it twice: in the operations whose document has the header, and no other.

    Keys belong to a tenant. Successes are remembered, and of what was refused what is named here; after anything else
    the key is still free.

    Attributes:
        window: How long, on the sandbox's clock, an answer is given again.
        header: The parameter that carries the key, as the document spells it.
        counted: Further header parameters that belong to what is asked: with another value it is another request.
        replayed: The header of an answer that is given again.
        statuses: Of refusals that are remembered.
        codes: Of refusals that are remembered, whatever their status; ours, as in `Refusal.code`.
    """

    window: timedelta
    header: str = "Idempotency-Key"
    counted: tuple[str, ...] = ()
    replayed: Header = (b"x-idempotent-replayed", b"true")
    statuses: frozenset[int] = frozenset()
    codes: frozenset[str] = frozenset()

    def remembers(self, status: int, refusal: str | None = None) -> bool:
        return status < _FIRST_ERROR or status in self.statuses or refusal in self.codes


@dataclass(frozen=True, slots=True)
class Webhooks:
    """What an API sends to those who subscribed.

    Attributes:
        events: Their names.
        filters: The fields a subscription may be limited by, and the type of their values.
        body: Of a delivery of an event to the subscription of that id, as JSON; the same bytes at each attempt.
        headers: Given the body and the real time of the attempt, what is sent along beside the subscription's own.
        secret: The form of a subscription's secret, as a pattern and in words; None where nothing is signed.
    """

    events: tuple[str, ...]
    body: Callable[[Event, int], bytes]
    headers: Callable[[Subscription, Event, bytes, datetime], tuple[Header, ...]]
    filters: Mapping[str, type] = field(default_factory=dict)
    retries: Retries = field(default_factory=Retries)
    secret: tuple[re.Pattern[str], str] | None = None

    def check(self, events: Iterable[str], limits: Mapping[str, Any], secret: str | None) -> None:
        """Raises RuleBroken: `unknown_event`, `unknown_filter`, `bad_secret`."""
        for event in events:
            if event not in self.events:
                known = ", ".join(self.events)
                raise RuleBroken(
                    "unknown_event", f"there is no event {in_json(event)}; there is {known}", field="events"
                )
        for name, value in limits.items():
            if name not in self.filters:
                known = ", ".join(self.filters) or "none"
                raise RuleBroken(
                    "unknown_filter", f"there is no filter {in_json(name)}; there is {known}", field="filter"
                )
            if type(value) is not self.filters[name]:
                wanted = _IN_JSON[self.filters[name]]
                raise RuleBroken(
                    "unknown_filter", f"{name} is of type {wanted}, and {in_json(value)} is not", field="filter"
                )
        if secret is not None and not (self.secret and self.secret[0].fullmatch(secret)):
            form = self.secret[1] if self.secret else "left out: nothing is signed"
            raise RuleBroken("bad_secret", f"a secret is {form}", field="secret")


@dataclass(frozen=True)
class Api:
    """One API.

    Attributes:
        prefix: Where it is served when several are; "" when it is the only one.
        spec: The OpenAPI document, as a dictionary.
        operations: By operationId; every one of the document, no other.
        identify: Reads the credential from the request's headers.
        render: A refusal in the API's own words. Total: every class of the tree has a row.
        broken: The API's envelope around a 500.
        at_the_door: The rule by which a request is refused before a desk is asked, by the code of the refusal; of a value that
            breaks the contract by `code/place`.
        media_type: That of its error answers, and of the sample's body.
        respell: Says what a query says in the document's names, given the kind of each parameter by name (see
            `ParameterReader.kind`), or refuses it; None where what the document does not name is ignored.
        tolerates: Asked when a body has a media type that is not the document's; None where no sandbox may take others.
        domain: None for an API whose operations do not happen in a sandbox.
        sample: Given today's date.
        lifecycles: Of what it keeps, that of its bookings first.
        calendar: None for an API without one; `history` likewise.
        webhooks: None for an API that sends no events.
        idempotency: None for an API that knows no keys.
        origins: Of an API without a domain, the web pages that may ask it.
    """

    name: str
    title: str
    prefix: str
    spec: dict[str, Any]
    operations: Mapping[str, Operation]
    identify: Callable[[Mapping[bytes, bytes]], Identity]
    render: Callable[[Refusal], Reply]
    broken: Callable[[str], Reply]
    at_the_door: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"
    respell: Respell | None = None
    tolerates: Tolerates | None = None
    domain: Domain | None = None
    personas: Sequence[Persona] = ()
    sample: Callable[[date], Sample] | None = None
    throttle: Throttle = field(default_factory=NoThrottle)
    lifecycles: Sequence[Lifecycle[Any]] = ()
    calendar: "Calendar | None" = None
    history: "History | None" = None
    webhooks: Webhooks | None = None
    request_ids: RequestIds = field(default_factory=RequestIds)
    idempotency: Idempotency | None = None
    origins: frozenset[str] = frozenset()

    def signed(self, reply: Reply, request_id: str) -> Reply:
        """*reply*, with the id in its body when it is an error and the API's errors have one."""
        sign = self.request_ids.sign
        if sign is None or reply.status < _FIRST_ERROR or reply.body is NO_BODY:
            return reply
        return msgspec.structs.replace(reply, body=sign(reply.body, request_id))

    def throttled(self, operation: str) -> bool:
        """Whether the replies of an operation speak of rate limits: those that need a caller do."""
        return operation not in self._open

    @cached_property
    def contract(self) -> dict[str, Any]:
        """The document as it is shown: each operation with what a sandbox may answer to any, in the words of the API.

        No vendor has sandboxes, so the document itself has none of it.
        """
        if self.domain is None:
            return self.spec
        paths = {
            path: {method: self._with_answers_to_any(each) for method, each in item.items()}
            for path, item in self.spec["paths"].items()
        }
        return {**self.spec, "paths": paths}

    def _with_answers_to_any(self, definition: Any) -> Any:
        if not isinstance(definition, dict) or "responses" not in definition:
            return definition
        # All errors of an API have one shape, and each path refuses some method.
        shape = resolved(self.spec, definition["responses"]["405"])["content"][self.media_type]["schema"]
        form = self.request_ids.form
        added = {}
        for description, refusal in _ANSWERS_TO_ANY:
            reply = self.signed(self.render(refusal), form("default-1") if form else "default-1")
            content = {self.media_type: {"schema": shape, "example": reply.body}}
            added[str(reply.status)] = {"description": description, "x-source": "inferred", "content": content}
        return {**definition, "responses": {**added, **definition["responses"]}}

    @cached_property
    def _open(self) -> frozenset[str]:
        return frozenset(
            definition["operationId"]
            for item in self.spec["paths"].values()
            for definition in item.values()
            if isinstance(definition, dict) and definition.get("security") == []
        )

    @cached_property
    def answer_headers(self) -> bytes:
        """Those that an answer may have, with commas."""
        named = {self.request_ids.header.decode(), "preference-applied", "x-sandbox-why"}
        operations = (each for item in self.spec["paths"].values() for each in item.values() if "responses" in each)
        shared = self.spec.get("components", {}).get("responses", {})
        for response in [*shared.values(), *(each for one in operations for each in one["responses"].values())]:
            named |= {name.lower() for name in response.get("headers", ())}
        return ", ".join(sorted(named)).encode()

    @cached_property
    def base_paths(self) -> tuple[str, ...]:
        """The API's own paths, one for each server of its document: what follows the prefix, "" where nothing does."""
        return tuple(str(server["url"]).rstrip("/") for server in self.spec["servers"])

    @property
    def base_path(self) -> str:
        """The first of `base_paths`: the one that is shown."""
        return self.base_paths[0]
