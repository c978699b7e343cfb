"""By which rules of its document an API refuses: `x-refusals` is the one table, looked up by what was answered."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple

import msgspec

from mockserver.apis.bundle import Api
from mockserver.apis.faults import definition_of

__all__ = ["Reason", "every_rule", "rules_that_refuse"]


class Reason(NamedTuple):
    """A rule of a document."""

    id: str
    text: str


def rules_that_refuse(api: Api, operation: str | None, status: int, body: bytes) -> list[Reason]:
    """
    The rules by which an answer of that status was given; several where the document has the same words for them, none
    where it does not speak of it.

    A row counts whose `code` stands in the answer; of the operation before those of the whole API.
    """
    try:
        said = set(_texts(msgspec.json.decode(body))) if body else set()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
    texts = every_rule(api)
    for rows in _tables(api, operation):
        here = [row for row in rows if row["status"] == status and row["code"] in said]
        if here:
            return [Reason(rule, texts.get(rule, "")) for rule in dict.fromkeys(row["rule"] for row in here)]
    return []


def _tables(api: Api, operation: str | None) -> Iterator[list[Mapping[str, Any]]]:
    if operation is not None:
        yield definition_of(api, operation).get("x-refusals", [])
    yield api.spec.get("x-refusals", [])


def every_rule(api: Api) -> Mapping[str, str]:
    """The sentences of all rules, by their ids."""
    operations = (each for item in api.spec["paths"].values() for each in item.values() if isinstance(each, dict))
    every = chain(api.spec.get("x-rules", ()), *(each.get("x-rules", ()) for each in operations))
    return {rule["id"]: " ".join(str(rule["text"]).split()) for rule in every}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        yield from _texts(each)
