"""The id of each request: one that no other of its sandbox has, in the form that its API gives to ids.

A request in a sandbox is named after the sandbox and counted for its tenant, so that the same requests to a new sandbox
have the same ids, also where it takes the name of one that was deleted, and nobody sees how much others ask: in the life of
a sandbox each id is given once. A durable sandbox is numbered anew whenever it is loaded, and says by which loading. Outside of sandboxes an
API counts by itself.
"""

from itertools import count
from secrets import token_hex

from mockserver.apis.bundle import Api
from mockserver.apis.exchange import Call

__all__ = ["RequestNames"]

_LONGEST = 128


class RequestNames:
    """Names the requests of one API, each once: see `Call.request_id`.

    Args:
        is_first: Of those that are served; what its first persona asks bears no other name than that of the sandbox.
    """

    __slots__ = ("_first", "_form", "_given", "_name", "_outside", "_whose")

    def __init__(self, api: Api, *, durable: bool, is_first: bool = True) -> None:
        ids = api.request_ids
        self._form = ids.form
        self._given = ids.header if ids.may_be_given else None
        self._name = api.name
        self._first = _tenant_of_first_persona(api)
        # No sandbox has a dot in its name.
        self._whose = "" if is_first else f"{api.name}."
        process = f"{token_hex(4)}." if durable else ""
        self._outside = map(f"{api.name}.{process}{{}}".format, count(1))

    def __call__(self, call: Call) -> str:
        sandbox = call.sandbox
        if sandbox is None:
            text = next(self._outside)
        else:
            caller = call.identity.caller
            whose = self._whose
            if caller is None or caller.tenant != self._first:
                whose = f"{self._name}.{(caller is not None and caller.tenant) or 'anybody'}."
            journal = sandbox.journal
            number = journal.number(whose)
            if call.entry is not None:
                call.entry.id = journal.last_id
            text = f"{sandbox.name}-{sandbox.mark}{whose}{number}"
        if self._given is not None and (given := call.headers.get(self._given)) and len(given) <= _LONGEST:
            return given.decode("latin-1")
        return text if self._form is None else self._form(text)


def _tenant_of_first_persona(api: Api) -> str | None:
    if not api.personas:
        return None
    caller = api.identify({b"authorization": f"Bearer {api.personas[0].credential}".encode()}).caller
    return None if caller is None else caller.tenant
