"""One Connexion stack per API: error handlers belong to a stack, so each API keeps its own envelope."""

import logging
from collections.abc import Callable, Mapping
from functools import reduce
from operator import getitem
from typing import Any

import msgspec
from connexion import ConnexionMiddleware
from connexion.exceptions import ProblemException
from connexion.lifecycle import ConnexionRequest, ConnexionResponse
from connexion.middleware.exceptions import ExceptionMiddleware
from connexion.middleware.main import API
from connexion.middleware.server_error import ServerErrorMiddleware
from connexion.resolver import Resolver
from connexion.spec import OpenAPISpecification
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from mockserver.apis.bundle import Api, Operation
from mockserver.apis.exchange import Call, Reply
from mockserver.apis.refusals import BadInput, UnknownPath
from mockserver.booking.errors import Refusal, StoreBusy
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.web.operations import ContractBrokenError, Operations
from mockserver.web.routing import Routing
from mockserver.web.security import Security

__all__ = ["build_stack"]

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
            raise LookupError(f"{self._api.name} has no function for operation {operation_id!r}") from None


class _Stack(ConnexionMiddleware):  # type: ignore[misc]  # Connexion has no types
    def add_api(self, document: dict[str, Any], *, base_path: str, **options: Any) -> None:
        specification = _Document(document)
        self.apis.append(API(specification, base_path=base_path, name=None, **vars(self.options.replace()), **options))


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


def build_stack(api: Api, sandboxes: Sandboxes, inner: ASGIApp) -> ASGIApp:
    """The stack of one API.

    Args:
        inner: What Connexion wraps; routing lets nothing through to it.

    Raises:
        LookupError: The document and the table of operations do not name the same operations.
        ValueError: A schema of the document has a keyword that OpenAPI 3.0 does not know.
    """
    named = {
        definition["operationId"]
        for item in api.spec["paths"].values()
        for definition in item.values()
        if isinstance(definition, dict)
    }
    if unknown := sorted(api.operations.keys() - named):
        raise LookupError(f"{api.name}: no operation of its document is called {', '.join(unknown)}")
    stack = _Stack(
        inner,
        middlewares=[ServerErrorMiddleware, ExceptionMiddleware, Routing, Security, Operations],
        resolver=_Table(api),
    )
    for kind in (Refusal, ProblemException, HTTPException, Exception):
        stack.add_error_handler(kind, _handler(api))
    stack.add_api(api.spec, base_path=api.prefix + api.base_path, api=api, sandboxes=sandboxes)
    built: ASGIApp
    built, _ = stack._build_middleware_stack()  # noqa: SLF001 - else the first request pays for it
    return built


def _handler(api: Api) -> Callable[[ConnexionRequest, Exception], Any]:
    async def answer(request: ConnexionRequest, error: Exception) -> ConnexionResponse:
        reply, code = _reply(api, error)
        call: Call = request.scope["doublebook.call"]
        if call.entry is not None:
            call.entry.refusal = code
        reply = api.signed(reply, call.request_id)
        return ConnexionResponse(
            status_code=reply.status,
            mimetype=reply.media_type or api.media_type,
            headers={name.decode(): value.decode() for name, value in reply.headers},
            body=msgspec.json.encode(reply.body),
        )

    return answer


def _reply(api: Api, error: Exception) -> tuple[Reply, str]:
    if isinstance(error, Refusal):
        return api.render(error), error.code
    if isinstance(error, HTTPException | ProblemException):
        # Ours to say, in case Connexion or Starlette refuse something before we do.
        status = getattr(error, "status_code", None) or getattr(error, "status", 500)
        detail = str(error.detail or "")
        refusal: Refusal = UnknownPath(detail) if status == 404 else BadInput("request", "", detail)  # noqa: PLR2004
        return api.render(refusal), refusal.code
    if isinstance(error, StoreBusy):
        return api.broken("the store is held by another program for too long; nothing was changed"), "store_busy"
    if isinstance(error, ContractBrokenError):
        _LOG.error("broken contract: %s", error)
        return api.broken(f"broken contract: {error}"), "broken_contract"
    _LOG.error("unexpected error", exc_info=error)
    return api.broken(f"unexpected error: {type(error).__name__}"), "unexpected"
