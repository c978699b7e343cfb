"""What an operation's `security` demands, compiled: an operation is open, or it needs a known credential.

Who the caller is has been read at the gate. Here the operation says whether that matters; then the call is counted
against the API's rate limits.
"""

from typing import Any

from connexion.middleware.abstract import RoutedAPI, RoutedMiddleware
from connexion.operations import AbstractOperation
from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.apis.bundle import Api
from mockserver.apis.exchange import Call
from mockserver.apis.refusals import Unauthenticated
from mockserver.sandbox.sandboxes import Sandboxes

__all__ = ["Security"]


class _SecuredOperation:
    """Lets a call through to the next middleware, or refuses it."""

    __slots__ = ("_api", "_next", "_open", "_sandboxes")

    def __init__(self, api: Api, sandboxes: Sandboxes, next_app: ASGIApp, *, demands: list[dict[str, Any]]) -> None:
        self._api = api
        self._sandboxes = sandboxes
        self._next = next_app
        # `security: []` and an alternative without schemes (`{}`) let anybody in.
        self._open = not demands or {} in demands

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call: Call = scope["doublebook.call"]
        if not self._open and (call.identity.caller is None or call.identity.refused is not None):
            raise call.identity.refused or Unauthenticated("a credential is needed")
        if call.refused is not None:
            raise call.refused
        if call.sandbox is None and self._api.domain is not None:
            # A call without a credential, to an operation that wants none.
            sandbox = self._sandboxes.open(call.sandbox_name)
            call.enter(sandbox, sandbox.now())
        if not self._open and call.now is not None:
            call.reply_headers = self._api.throttle.admit(call, call.now)
        await self._next(scope, receive, send)


class _SecuredApi(RoutedAPI):  # type: ignore[misc]  # Connexion has no types
    def __init__(self, *args: Any, api: Api, sandboxes: Sandboxes, **kwargs: Any) -> None:
        self._api = api
        self._sandboxes = sandboxes
        super().__init__(*args, **kwargs)
        self.add_paths()

    def make_operation(self, operation: AbstractOperation) -> _SecuredOperation:
        return _SecuredOperation(self._api, self._sandboxes, self.next_app, demands=operation.security or [])


class Security(RoutedMiddleware):  # type: ignore[misc]  # Connexion has no types
    api_cls = _SecuredApi
