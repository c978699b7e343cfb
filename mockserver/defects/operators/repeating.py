"""What is done once though it is asked twice: keys that are not looked at, or stand for too much."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from mockserver.apis.bundle import Api, Idempotency
from mockserver.booking.idempotency import fingerprint, recall
from mockserver.defects.bug import raises_of
from mockserver.defects.meddling import Request, Response
from mockserver.defects.operators.sites import Operation, Operator, Site, operations, request
from mockserver.defects.planting import Planter
from mockserver.sandbox.replies import RememberedReplies

__all__ = ["OPERATORS"]


def _keyed(api: Api, rules: Idempotency) -> Iterator[Operation]:
    """The operations that take keys."""
    for each in operations(api):
        if any(parameter["name"] == rules.header for _, parameter in each.parameters):
            yield each


def _keys(api: Api) -> Iterator[Site]:
    rules = api.idempotency
    if rules is None:
        return

    def ignored(request: Request) -> None:
        request.headers.pop(rules.header.lower(), None)

    for each in _keyed(api, rules):
        says = f"{each.id} answers another request with the same key as the first."
        yield request(each.id, f"{each.id} ignores the key.", ignored, word="ignored")
        yield Site(f"{each.id}.replayed", says, partial(_same, each.id), [each.id], raises_of(recall))


def _kept(api: Api) -> Iterator[Site]:
    """How keys are kept, for all operations."""
    rules = api.idempotency
    if rules is None:
        return
    names = [each.id for each in _keyed(api, rules)]
    ways: dict[str, tuple[str, dict[str, Any]]] = {
        "window-long": ("are remembered for twice as long", {"window": rules.window * 2}),
        "window-short": ("are forgotten at once", {"window": timedelta(0)}),
        "unmarked": ("are answered without saying that it was done before", {"replayed": (b"x-planted", b"true")}),
        "refusals-forgotten": ("forget what was refused", {"statuses": frozenset(), "codes": frozenset()}),
        "refusals-kept": ("remember every refusal", {"statuses": frozenset(range(400, 500))}),
        "uncounted": ("stand for a request whoever it is about", {"counted": ()}),
    }
    for word, (says, fields) in ways.items():
        if replace(rules, **fields) != rules:
            yield Site(word, f"Keys {says}.", partial(_with, **fields), names)
    header, value = (each.decode() for each in rules.replayed)

    def mark(response: Response) -> None:
        if rules.header.lower() in response.request.headers:
            response.headers[header] = value

    says = "Keys are answered as if all had been done before."
    yield Site("marked", says, lambda plant: plant.response(mark), names)
    says = "Keys stand for a request whatever its body says."
    yield Site("body", says, lambda plant: plant.around(fingerprint, lambda inside, *parts: inside(*parts[:-1])), names)
    yield Site("tenant", "Keys are one for all callers.", _shared, names)


def _with(plant: Planter, **fields: Any) -> None:
    def changed(rules: Idempotency) -> Idempotency:
        return replace(rules, **fields)

    plant.field("idempotency", changed)


def _same(name: str, plant: Planter) -> None:
    plant.around(fingerprint, lambda inside, first, *parts: inside(first, *(() if first == name else parts)))


def _shared(plant: Planter) -> None:
    for target in (RememberedReplies.recall, RememberedReplies.remember):
        plant.around(target, lambda inside, answers, _, *args, **named: inside(answers, "", *args, **named))


OPERATORS = (Operator("key", _keys), Operator("keys", _kept))
