"""Bugs that any API can have, to be planted under the id of the rule that they break.

Where some operations are named, the bug is in these alone: a law about all operations has to look at each.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from mockserver.apis.exchange import Call, Reply
from mockserver.booking.errors import Refusal
from mockserver.booking.ports import Kind
from mockserver.defects.meddling import Request, Response
from mockserver.defects.planting import Planter
from mockserver.sandbox.work import Work

__all__ = [
    "does_it_though_it_refuses",
    "done_though_refused",
    "error_changed",
    "lets_in",
    "mended",
    "recall",
    "remember",
]

_NOT_LET_IN = 401


class _Memo(msgspec.Struct, frozen=True, gc=False):
    id: str
    text: str


_MEMOS = Kind("planted.memo", _Memo, inner=True)
"""Kept beside the records, so that each sandbox has its own and a refusal undoes them."""


def remember(work: Work, what: str, text: str = "") -> None:
    """Write down for a later request of the same sandbox what no record says."""
    work.records(_MEMOS).put(_Memo(what, text))


def recall(work: Work, what: str) -> str | None:
    """What was last written down under that name; None for nothing."""
    memo = work.records(_MEMOS).find(what)
    return None if memo is None else memo.text


def mended(plant: Planter, mend: Callable[[dict[str, Any]], object], *operations: str) -> None:
    """Let *mend* change bodies that are objects before anybody has seen them."""

    def change(request: Request) -> None:
        body = request.json
        if isinstance(body, dict):
            mend(body)
            request.json = body

    plant.request(change, *operations)


def lets_in(
    plant: Planter, credential: str, *operations: str, if_: Callable[[str | None], bool] = lambda sent: sent is None
) -> None:
    """Take those for the owner of *credential* (`Bearer abc`) whose Authorization header is such: missing, if nothing is said."""

    def change(request: Request) -> None:
        if if_(request.headers.get("authorization")):
            request.headers["authorization"] = credential

    plant.request(change, *operations)


def does_it_though_it_refuses(
    plant: Planter,
    is_wrong: Callable[[Request], bool],
    mend: Callable[[Request], object],
    status: int,
    body: Any,
    *operations: str,
) -> None:
    """
    Answer a request that *is_wrong* with *status* and *body*, having done what it asks for after *mend* mended it; but
    first of all a caller has to be let in.
    """
    wrong = "x-planted-wrong"

    def change(request: Request) -> None:
        if is_wrong(request):
            mend(request)
            request.headers[wrong] = "1"

    def refuse(response: Response) -> None:
        if wrong in response.request.headers and response.status != _NOT_LET_IN:
            response.status, response.json = status, body

    plant.request(change, *operations)
    plant.response(refuse, *operations)


def error_changed(plant: Planter, status: int, change_body: Callable[[Any], Any], *operations: str) -> None:
    """Give the bodies of refusals with *status* through *change_body*."""

    def change(response: Response) -> None:
        if response.status == status:
            response.json = change_body(response.json)

    plant.response(change, *operations)


def done_though_refused(
    plant: Planter, operation: str, refusal: type[Refusal], act: Callable[[Call, Work], object]
) -> None:
    """Where the operation is refused in that way, refuse it as before, but do *act* all the same."""

    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        try:
            return work.attempt(lambda work: inside(call, work))
        except refusal as refused:
            act(call, work)
            return plant.api.render(refused)

    plant.operation(operation, around)
