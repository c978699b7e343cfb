"""By which rules of its document an API refuses: `x-refusals` is the one table, looked up by what was answered."""

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple

import msgspec

from mockserver.apis.bundle import Api
from mockserver.apis.faults import definition_of

__all__ = ["Reason", "every_rule", "rules_that_refuse"]


_WORD = re.compile("[a-z_]{3,}")


class Reason(NamedTuple):
    """A rule of a document."""

    id: str
    text: str


def rules_that_refuse(
    api: Api,
    operation: str | None,
    status: int,
    body: bytes,
    refusal: str | None,
    facts: Mapping[str, Any] | None = None,
) -> list[Reason]:
    """
    The rules by which an answer of that status was given: one as a rule; several, the likeliest first, where the document has
    the same words for them; none where it does not speak of it.

    A row counts whose `code` stands in the answer; of the operation before those of the whole API. What the door refuses has a
    rule of its own, and so may a desk that refuses a value have. A refusal that names its rule is by that one (`Refusal.under`).

    Args:
        refusal: Its code, ours.
        facts: What the refusal rests on. What they and the answer mention makes the rule likelier that alone mentions it too.
    """
    try:
        said = set(_texts(msgspec.json.decode(body))) if body else set()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        said = set()
    place = (facts or {}).get("place")
    at_the_door = api.at_the_door.get(refusal or "")
    if at_the_door is not None:
        return _reasons(api, [at_the_door])
    of_values = api.at_the_door.get(f"{refusal}/{place}")
    for rows in _tables(api, operation):
        here = [row["rule"] for row in rows if row["status"] == status and row["code"] in said]
        named = next((rule for rule in (facts or {}).get("rules", ()) if rule in here), None)
        if named is not None:
            return _reasons(api, [named])
        if here or of_values:
            reasons = _reasons(api, [*filter(None, [of_values]), *here])
            mentioned = _words(*said, *_texts(list((facts or {}).values())))
            return sorted(reasons, key=lambda each: -len(mentioned & _own_words(each, reasons)))
    return []


def _reasons(api: Api, rules: list[str]) -> list[Reason]:
    texts = every_rule(api)
    return [Reason(rule, texts.get(rule, "")) for rule in dict.fromkeys(rules)]


def _own_words(reason: Reason, among: list[Reason]) -> set[str]:
    """Those that none of the others has."""
    return _words(reason.text) - _words(*(each.text for each in among if each is not reason))


def _words(*texts: str) -> set[str]:
    return {word for text in texts for word in _WORD.findall(text.lower())}


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
