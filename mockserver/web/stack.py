"""One stack per API, so that each keeps its own envelope: from a method and a path to a reply.

Connexion drives the start: it reads the document and resolves security and functions of each operation, and what a
request will need is made of that once. A request meets `Stack.answer` alone.
"""

import logging
from collections.abc import Mapping
from functools import partial, reduce
from operator import getitem
from typing import Any, Self

import msgspec
from connexion.middleware.abstract import AbstractRoutingAPI
from connexion.operations import AbstractOperation
from connexion.resolver import Resolver
from connexion.spec import OpenAPISpecification
from starlette.types import Receive

from mockserver.apis.bundle import Api, Operation
from mockserver.apis.exchange import Call, Reply
from mockserver.apis.refusals import NoStore, UnknownPath, WrongMethod
from mockserver.booking.errors import Refusal, StoreDown
from mockserver.sandbox.patience import patiently
from mockserver.sandbox.sandbox import Overtaken
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.web.operations import CompiledOperation, ContractBrokenError, Sent, forget_frames
from mockserver.web.routing import PathTable
from mockserver.web.security import Guard

__all__ = ["Stack"]

_LOG = logging.getLogger("mockserver")


class _Table(Resolver):  # type: ignore[misc]  # Connexion has no types
    """Looks an operationId up in the API's table: no import strings, no names guessed."""

    def __init__(self, api: Api) -> None:
        super().__init__()
        self._api = api

    def resolve_function_from_operation_id(self, operation_id: str) -> Operation:
        try:
            return self._api.operations[operation_id]
        except KeyError:
            raise ValueError(f"{self._api.name} has no function for operation {operation_id!r}") from None


class _Document(OpenAPISpecification):  # type: ignore[misc]  # Connexion has no types
    """As Connexion's, but the document is neither checked nor copied twice at each start, which takes longer than all
    else here together: it is ours, and tests hold it valid.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self._raw_spec = {"components": {}, **document}  # Connexion writes its own servers here
        self._base_uri = ""
        self._spec = _resolved(self._raw_spec)


def _resolved(document: Mapping[str, Any]) -> Any:
    """A copy that has in the place of each reference what it refers to, once for all that refer to it."""
    found: dict[str, dict[str, Any]] = {}

    def resolve(node: Any) -> Any:
        if isinstance(node, dict):
            return follow(node["$ref"]) if "$ref" in node else {name: resolve(each) for name, each in node.items()}
        return [resolve(each) for each in node] if isinstance(node, list) else node

    def follow(reference: str) -> dict[str, Any]:
        if reference not in found:
            made = found[reference] = {}  # before what is in it, which may refer to it
            made.update(resolve(reduce(getitem, reference.removeprefix("#/").split("/"), document)))
        return found[reference]

    return resolve(document)


class _Reading(AbstractRoutingAPI):  # type: ignore[misc]  # Connexion has no types
    """Where Connexion hands over what it read, operation by operation: its seam for frameworks."""

    def __init__(self, api: Api, sandboxes: Sandboxes) -> None:
        self._api = api
        self._sandboxes = sandboxes
        self.operations: dict[str, tuple[Guard, CompiledOperation]] = {}
        super().__init__(_Document(api.spec), api.prefix + api.base_path, resolver=_Table(api))

    def make_operation(self, operation: AbstractOperation) -> tuple[Guard, CompiledOperation]:
        definition = self.specification["paths"][operation.path][operation.method]
        guard = Guard(self._api, self._sandboxes, demands=operation.security or [])
        return guard, CompiledOperation(self._api, operation, definition, self._sandboxes)

    @staticmethod
    def _framework_path_and_name(operation: AbstractOperation, path: str) -> tuple[str, str]:
        return path, operation.operation_id

    def _add_operation_internal(
        self, _method: str, _path: str, operation: tuple[Guard, CompiledOperation], name: str
    ) -> None:
        self.operations[name] = operation


class Stack:
    """Answers the requests to one API. It is built when it is first asked, or before."""

    def __init__(self, api: Api, sandboxes: Sandboxes) -> None:
        self.api = api
        self._sandboxes = sandboxes
        self._table = PathTable({})
        self._operations: dict[str, tuple[Guard, CompiledOperation]] = {}

    def build(self) -> Self:
        """Answers itself.

        Raises:
            ValueError: The document and the table of operations do not name the same operations, a schema of the
                document has a keyword that OpenAPI 3.0 does not know, or no operation has a header that the API counts on.
        """
        api = self.api
        operations = _Reading(api, self._sandboxes).operations
        if unknown := sorted(api.operations.keys() - operations):
            raise ValueError(f"{api.name}: no operation of its document is called {', '.join(unknown)}")
        rules = api.idempotency
        known = {header for _, operation in operations.values() for header in operation.headers}
        for header in () if rules is None else (rules.header, *rules.counted):
            if header not in known:
                raise ValueError(f"{api.name}: no operation of its document has the header {header}")
        self._table, self._operations = PathTable(api.spec["paths"]), operations
        return self

    async def answer(self, call: Call, path: bytes, query: bytes, receive: Receive) -> Sent:
        """Whatever happens, it is a reply in the form of the API; but see `Overtaken`.

        Args:
            path: What follows the API's base path, percent-encoded.
        """
        try:
            if not self._operations:
                self.build()
            found, call.path = self._table.find(path)
            call.operation = found.operations.get(call.method)
            if call.operation is None:
                return _other_method(call.method, found.allowed)
            guard, operation = self._operations[call.operation]
            if self._sandboxes.waits and call.sandbox is None and self.api.domain is not None:
                await patiently(self._sandboxes, partial(guard.admit, call))
            if guard.admit(call):
                await guard.count(call)
            return await operation.answer(call, query, receive)
        except Overtaken:
            raise
        except Exception as error:  # noqa: BLE001 - also of a bug somebody is told in the form they expect
            return self.refused(call, error)

    def operation_at(self, method: str, path: bytes) -> str | None:
        """The operation that a request is for; None where there is none."""
        if not self._operations:
            self.build()
        try:
            found, _ = self._table.find(path)
        except UnknownPath:
            return None
        return found.operations.get(method)

    def refused(self, call: Call, error: Exception) -> Sent:
        """*error* in the form of the API."""
        reply, code = _reply(self.api, error)
        forget_frames(error)
        if call.entry is not None:
            call.entry.refusal = code
            call.entry.facts = error.__dict__ if isinstance(error, Refusal) else None
        reply = self.api.signed(reply, call.request_id)
        media_type = (reply.media_type or self.api.media_type).encode()
        return Sent(reply.status, msgspec.json.encode(reply.body), media_type, reply.headers)


def _other_method(method: str, allowed: str) -> Sent:
    """Raises WrongMethod."""
    if method == "OPTIONS":
        return Sent(204, b"", b"", ((b"allow", allowed.encode()),))
    raise WrongMethod(method, allowed)


def _reply(api: Api, error: Exception) -> tuple[Reply, str]:
    if isinstance(error, Refusal):
        return api.render(error), error.code
    if isinstance(error, StoreDown):
        _LOG.error("%s", error)
        return api.render(NoStore(str(error))), NoStore.code
    if isinstance(error, ContractBrokenError):
        _LOG.error("broken contract: %s", error)
        return api.broken(f"broken contract: {error}"), "broken_contract"
    _LOG.error("unexpected error", exc_info=error)
    return api.broken(f"unexpected error: {type(error).__name__}"), "unexpected"
