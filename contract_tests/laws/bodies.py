"""Bodies that break the document in one thing each, and such as just keep to it, for laws about all operations at once.

Both are made from one good body: what is tried of a member is read out of its schema, and what the whole schema lets
through all the same is no flaw.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from openapi_schema_validator import OAS30Validator

from contract_tests.contracts import Contract, Operation
from contract_tests.scenes.differences import shown
from doublebook_data.views import View, opened

__all__ = ["MISSING", "Variant", "body_schema", "edges", "flaws", "hardly_json", "in_other_centuries", "is_forbidden"]

Json = dict[str, Any]
Way = tuple[str | int, ...]
Kind = Literal["missing", "null", "type", "bound"]

MISSING: Any = object()
"""Stands for a member that is left out."""

_OF_OTHER_TYPES: Mapping[str, tuple[Any, ...]] = MappingProxyType({
    "string": (7, {"a": 1}),
    "integer": ("7", 1.5, True),
    "number": ("7", True),
    "boolean": ("true", 1),
    "array": ("none", {}),
    "object": ("none", []),
})  # fmt: skip
_OF_NO_FORM = ("has a blank", "", "no")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_OTHER_YEARS = ("1999", "2200")
_LONGEST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Variant:
    """A body that differs from a good one in one thing.

    Attributes:
        way: Names and places that lead to it.
        value: What stands there; `MISSING` where nothing does.
        kind: Which promise it tries.
        body: All of it.
    """

    way: Way
    value: Any
    kind: Kind
    body: Any

    @property
    def member(self) -> str:
        """The name of the member that it is about, or that it is in."""
        return next(str(step) for step in reversed(self.way) if isinstance(step, str))

    @property
    def how(self) -> str:
        """`without NAME`, or `with VALUE as NAME`."""
        name = ".".join(map(str, self.way))
        return f"without {name}" if self.value is MISSING else f"with {shown(self.value, _LONGEST_SHOWN)} as {name}"


def body_schema(contract: Contract, operation: Operation) -> Json:
    """The schema of what an operation takes, as it stands in the document: perhaps a reference."""
    said = contract.document["paths"][operation.path][operation.method.lower()]["requestBody"]
    schema: Json = contract.resolved(said)["content"][operation.media_type]["schema"]
    return schema


def is_forbidden(contract: Contract, operation: Operation, body: Any) -> bool:
    """Whether a body is wrong by what the target is held to, which may be no more than what a page states."""
    schema = body_schema(contract, operation)
    schema = schema if contract.view is View.OURS else opened(contract.document, schema)
    return not _Form(contract, schema).lets_through(body)


def flaws(contract: Contract, operation: Operation, good: Any) -> Iterator[Variant]:
    """Bodies that the document does not let through, one for each thing that it says of a member."""
    form = _Form(contract, body_schema(contract, operation))
    for each in _variants(good, form.wrong(form.schema, good, ())):
        if not form.lets_through(each.body):
            yield each


def edges(contract: Contract, operation: Operation, good: Any) -> Iterator[Variant]:
    """Bodies that the document just lets through: each bound of each member, met exactly, and null wherever it may be."""
    form = _Form(contract, body_schema(contract, operation))
    for each in _variants(good, form.just_right(form.schema, good, ())):
        if form.lets_through(each.body):
            yield each


def hardly_json(good: bytes) -> Iterator[bytes]:
    """The object *good* with one member more, whose value is no JSON, and which some readers let through."""
    for value in (b"NaN", b"-Infinity", b'"\xff"'):
        yield b'{"colour": ' + value + (b", " if json.loads(good) else b"") + good.lstrip()[1:]


def _variants(good: Any, found: Iterable[tuple[Way, Any, Kind]]) -> Iterator[Variant]:
    """Each once, though several branches of a schema ask for it."""
    met: set[str] = set()
    for way, value, kind in found:
        what = repr((way, value))
        if what not in met:
            met.add(what)
            yield Variant(way, value, kind, _changed(good, way, value))


def _changed(value: Any, way: Way, new: Any) -> Any:
    if not way:
        return new
    step, *rest = way
    if isinstance(value, list):
        return [_changed(each, tuple(rest), new) if place == step else each for place, each in enumerate(value)]
    if not rest and new is MISSING:
        return {name: each for name, each in value.items() if name != step}
    return {**value, step: _changed(value.get(step), tuple(rest), new)}


Found = Iterator[tuple[Way, Any, Kind]]


class _Form:
    def __init__(self, contract: Contract, schema: Json) -> None:
        self.contract = contract
        self.schema = schema
        self._validator = OAS30Validator({"allOf": [schema], "components": contract.document["components"]})

    def lets_through(self, body: Any) -> bool:
        return bool(self._validator.is_valid(body))

    def wrong(self, schema: Json, value: Any, way: Way) -> Found:
        said = self.contract.resolved(schema)
        if way:
            yield way, None, "null"
            yield from ((way, other, "type") for other in _OF_OTHER_TYPES.get(said.get("type", ""), ()))
            yield from ((way, other, "bound") for other in _out_of_bounds(said, value))
        if isinstance(value, dict):
            yield from (((*way, name), MISSING, "missing") for name in said.get("required", ()))
        for inner, part, step in self._inside(said, value):
            yield from self.wrong(inner, part, (*way, *step))

    def just_right(self, schema: Json, value: Any, way: Way) -> Found:
        said = self.contract.resolved(schema)
        yield from ((way, other, "bound") for other in _just_in_bounds(said, value))
        if way and said.get("nullable"):
            yield way, None, "null"
        for inner, part, step in self._inside(said, value):
            yield from self.just_right(inner, part, (*way, *step))

    def _inside(self, said: Json, value: Any) -> Iterator[tuple[Json, Any, Way]]:
        """Schemas of parts, each with what stands there; None where nothing does."""
        if isinstance(value, dict):
            for name, schema in said.get("properties", {}).items():
                yield schema, value.get(name), (name,)
        if isinstance(value, list) and value and "items" in said:
            yield said["items"], value[-1], (len(value) - 1,)
        for branch in (each for word in ("allOf", "anyOf", "oneOf") for each in said.get(word, ())):
            yield branch, value, ()


def _out_of_bounds(said: Json, value: Any) -> Iterator[Any]:
    yield from (said[word] + more for word, more in (("minimum", -1), ("maximum", 1)) if word in said)
    yield from (["unheard"] if "enum" in said else ())
    yield from (_texts(said, value, said["minLength"] - 1) if said.get("minLength") else ())
    yield from (_texts(said, value, said["maxLength"] + 1) if "maxLength" in said else ())
    if "pattern" in said or "format" in said:
        yield from [text for text in (*_misspelt(value), *_OF_NO_FORM) if not _has_form(said, text)][:2]
    if "pattern" in said:
        yield from (text for text in in_other_centuries(value) if not _has_form(said, text))
    yield from ([(value or [])[: said["minItems"] - 1]] if said.get("minItems") else ())
    yield from ([_items(said, value, said["maxItems"] + 1)] if "maxItems" in said and value else ())
    yield from ([[*value, value[0]]] if said.get("uniqueItems") and value else ())
    yield from ([{}] if said.get("minProperties") else ())


def _just_in_bounds(said: Json, value: Any) -> Iterator[Any]:
    yield from said.get("enum", ())
    yield from (said[word] for word in ("minimum", "maximum") if word in said)
    yield from (text for word in ("minLength", "maxLength") if word in said for text in _texts(said, value, said[word]))
    if "maxItems" in said and value:
        yield _items(said, value, said["maxItems"])


def _texts(said: Json, value: Any, length: int) -> list[str]:
    """At most one, of that length, which has the form that it should have."""
    good = value if isinstance(value, str) and value else "x"
    made = (good[:length].rjust(length, "x"), good[:length].ljust(length, good[-1]), "x" * length, "7" * length)
    return [text for text in made if _has_form({"pattern": said.get("pattern", "")}, text)][:1]


def _misspelt(value: Any) -> tuple[str, ...]:
    return (f"{value} ", f"x{value}", value[:-1]) if isinstance(value, str) else ()


def in_other_centuries(value: Any) -> list[str]:
    """Days and moments before and after all that is booked, as *value* is one; none of anything else."""
    is_day = isinstance(value, str) and _DAY.match(value)
    return [year + value[len(year) :] for year in _OTHER_YEARS] if is_day else []


def _has_form(said: Json, text: str) -> bool:
    if "pattern" in said:
        return re.search(said["pattern"], text) is not None
    return False  # of what has a format alone nothing is said that looks like it


def _items(said: Json, value: list[Any], count: int) -> list[Any]:
    if not said.get("uniqueItems"):
        return [value[0]] * count
    return [f"{number}" for number in range(count)] if isinstance(value[0], str) else list(range(1, count + 1))
