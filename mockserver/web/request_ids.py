"""The id of each request: one that no other of its sandbox has, in the form that its API gives to ids.

A request in a sandbox is named after the sandbox and its number in the journal, so that the same requests to a new
sandbox have the same ids, also where it takes the name of one that was deleted: in the life of a sandbox each id is
given once. A durable sandbox is numbered anew whenever it is loaded, and says by which loading. Outside of sandboxes an
API counts by itself.
"""

from itertools import count
from secrets import token_hex

from mockserver.apis.bundle import Api
from mockserver.apis.exchange import Call

__all__ = ["RequestNames"]

_LONGEST = 128


class RequestNames:
    """Names the requests of one API, each once: see `Call.request_id`."""

    __slots__ = ("_form", "_given", "_outside")

    def __init__(self, api: Api, *, durable: bool) -> None:
        ids = api.request_ids
        self._form = ids.form
        self._given = ids.header if ids.may_be_given else None
        # No sandbox has a dot in its name.
        process = f"{token_hex(4)}." if durable else ""
        self._outside = map(f"{api.name}.{process}{{}}".format, count(1))

    def __call__(self, call: Call) -> str:
        sandbox = call.sandbox
        if sandbox is None:
            text = next(self._outside)
        else:
            number = sandbox.journal.number()
            if call.entry is not None:
                call.entry.id = number
            text = f"{sandbox.name}-{sandbox.mark}{number}"
        if self._given is not None and (given := call.headers.get(self._given)) and len(given) <= _LONGEST:
            return given.decode("latin-1")
        return text if self._form is None else self._form(text)
