"""What an operation's `security` demands, compiled: an operation is open, or it needs a known credential.

Who the caller is has been read at the gate. Here the operation says whether that matters; then the call is counted
against the API's rate limits.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from mockserver.apis.bundle import Api
from mockserver.apis.exchange import Call
from mockserver.apis.refusals import BadSandboxName, NoRoom, Unauthenticated
from mockserver.booking.errors import Refusal, RuleBroken
from mockserver.sandbox.patience import run_patiently
from mockserver.sandbox.sandboxes import Sandboxes

__all__ = ["Guard", "refusal_of"]


def refusal_of(problem: RuleBroken) -> Refusal:
    """Of a sandbox that cannot be opened, as an API says it."""
    if problem.code == "no_owner":
        return BadSandboxName(str(problem))
    return NoRoom(str(problem)) if problem.code == "no_room" else problem


class Guard:
    """Lets a call through to one operation, or refuses it."""

    __slots__ = ("_api", "_open", "_sandboxes")

    def __init__(self, api: Api, sandboxes: Sandboxes, *, demands: Sequence[Mapping[str, Any]]) -> None:
        self._api = api
        self._sandboxes = sandboxes
        # `security: []` and an alternative without schemes (`{}`) let anybody in.
        self._open = not demands or {} in demands

    def admit(self, call: Call) -> bool:
        """Answers whether the call has to be counted first, for a limit holds. Raises a Refusal."""
        if not self._open and (call.identity.caller is None or call.identity.refused is not None):
            raise call.identity.refused or Unauthenticated("a credential is needed")
        if call.refused is not None:
            raise call.refused
        if call.sandbox is None and self._api.domain is not None:
            # A call without a credential, to an operation that wants none.
            try:
                sandbox = self._sandboxes.open(call.sandbox_name)
            except RuleBroken as problem:
                raise refusal_of(problem) from None
            call.enter(sandbox, sandbox.now())
        if self._open or call.sandbox is None or call.is_rival:
            return False
        return bool(call.sandbox.record.settings) and self._api.throttle.holds(call)

    async def count(self, call: Call) -> None:
        """Raises RateLimited, Overtaken, StoreDown."""
        sandbox, domain = call.sandbox, self._api.domain
        assert sandbox is not None and domain is not None  # noqa: PT018, S101 - see `admit`
        act = partial(self._api.throttle.count, call)
        call.reply_headers = await run_patiently(sandbox, domain, act, writes=True, known=call.record)
