"""Bugs that any API can have, to be planted under the id of the rule that they break.

Where some operations are named, the bug is in these alone: a law about all operations has to look at each.
"""

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from mockserver.apis.exchange import Call, Reply
from mockserver.booking.errors import Refusal
from mockserver.booking.paging import PageInfo, PageRequest
from mockserver.booking.ports import Kind
from mockserver.defects.planting import Answer, Planter, Request
from mockserver.sandbox.work import Work

__all__ = [
    "afterwards",
    "allow_lacks",
    "any_size_will_do",
    "any_type_will_do",
    "does_it_though_it_refuses",
    "done_though_refused",
    "drops_the_rest",
    "error_changed",
    "header_instead",
    "lets_in",
    "may_write",
    "mended",
    "recall",
    "remember",
    "schema_says",
    "skips_an_item",
    "slash_will_do",
    "totals_one_less",
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


def drops_the_rest(request: Request) -> None:
    """Leave of a body the first value in it."""
    if request.is_too_large:
        return
    try:
        request.json, _ = json.JSONDecoder().raw_decode(request.body.decode())
    except ValueError:
        return


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

    def refuse(answer: Answer) -> None:
        if wrong in answer.request.headers and answer.status != _NOT_LET_IN:
            answer.status, answer.json = status, body

    plant.request(change, *operations)
    plant.answer(refuse, *operations)


def header_instead(plant: Planter, name: str, value: str, *operations: str) -> None:
    """Behave as if the header *name* (in lower case), where it was sent, had been *value*."""

    def change(request: Request) -> None:
        if name in request.headers:
            request.headers[name] = value

    plant.request(change, *operations)


def any_type_will_do(plant: Planter, media_type: str, *operations: str) -> None:
    """Take a body of any media type for one of *media_type*."""
    header_instead(plant, "content-type", media_type, *operations)


def any_size_will_do(plant: Planter, *operations: str) -> None:
    """Take large bodies, if they are large by their blanks."""

    def change(request: Request) -> None:
        request.body = request.body.strip()

    plant.request(change, *operations)


def slash_will_do(plant: Planter) -> None:
    """Take a path with a slash at its end for the one without."""

    def change(request: Request) -> None:
        if not request.operation:
            request.path = request.path.rstrip("/") or "/"

    plant.request(change)


def allow_lacks(plant: Planter, method: str) -> None:
    """Leave *method* out of Allow wherever there are others."""

    def change(answer: Answer) -> None:
        allowed = [each.strip() for each in answer.headers.get("allow", "").split(",")]
        if method in allowed and len(allowed) > 1:
            answer.headers["allow"] = ", ".join(each for each in allowed if each != method)

    plant.answer(change)


def error_changed(plant: Planter, status: int, change_body: Callable[[Any], Any], *operations: str) -> None:
    """Give the bodies of refusals with *status* through *change_body*."""

    def change(answer: Answer) -> None:
        if answer.status == status:
            answer.json = change_body(answer.json)

    plant.answer(change, *operations)


def schema_says(plant: Planter, way: str, keywords: Mapping[str, Any]) -> None:
    """Let the document say something else of the schema at *way* (`NewThing.properties.email`); None leaves a word out."""

    def change(spec: dict[str, Any]) -> dict[str, Any]:
        changed = copy.deepcopy(spec)
        here = changed["components"]["schemas"]
        for step in way.split("."):
            here = here[step]
        for keyword, value in keywords.items():
            if value is None:
                here.pop(keyword)
            else:
                here[keyword] = value
        return changed

    plant.field("spec", change)


def may_write(plant: Planter, operation_id: str) -> None:
    """Let a read change something: what it does to records is kept."""

    def change(spec: dict[str, Any]) -> dict[str, Any]:
        changed = copy.deepcopy(spec)
        for item in changed["paths"].values():
            for definition in item.values():
                if isinstance(definition, dict) and definition.get("operationId") == operation_id:
                    definition["x-effect"] = "write"
        return changed

    plant.field("spec", change)


def afterwards(plant: Planter, owner: type, name: str, act: Callable[..., Any]) -> None:
    """Let *act* have the last word on what a method answers: it is given the object, the answer and the arguments."""

    def make(method: Callable[..., Any]) -> Callable[..., Any]:
        def with_more(self: Any, *args: Any, **named: Any) -> Any:
            return act(self, method(self, *args, **named), *args, **named)

        return with_more

    plant.replace(owner, name, make)


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


def skips_an_item(plant: Planter) -> None:
    """Begin every page but the first one item too late."""

    def late(_: Any) -> property:
        return property(lambda page: (page.number - 1) * page.size + (page.number > 1))

    plant.replace(PageRequest, "offset", late)


def totals_one_less(plant: Planter) -> None:
    """Round the number of pages down."""

    def rounded_down(_: Any) -> Any:
        def of(cls: type[PageInfo], request: PageRequest, total: int) -> PageInfo:
            return cls(request.number, request.size, total, total_pages=total // request.size)

        return of

    plant.replace(PageInfo, "of", rounded_down)
