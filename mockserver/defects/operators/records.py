"""Records: a field that is not stored or never changed, an index that is not kept, an id that comes twice."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec
from msgspec.inspect import NoneType, UnionType, type_info

from mockserver.apis.bundle import Api
from mockserver.booking.ports import Index, Kind
from mockserver.defects.operators.bodies import schemas_below
from mockserver.defects.operators.sites import Operator, Site, around, writes
from mockserver.defects.operators.tables import nodes_of
from mockserver.sandbox.merging import Level, MergedRecords

__all__ = ["OPERATORS"]


def _kinds(api: Api) -> Iterator[tuple[str, Kind[Any]]]:
    """The kinds that an API's own requests change, by their short names."""
    for kind in api.domain.kinds if api.domain else ():
        yield kind.name.partition(".")[2], kind


def _fields(kind: Kind[Any]) -> Iterator[tuple[str, bool]]:
    """The fields of a record but its id, and whether each may be nothing."""
    for field in type_info(kind.record).fields:  # type: ignore[attr-defined]  # every record here is a Struct
        if field.name != "id":
            kinds = field.type.types if isinstance(field.type, UnionType) else (field.type,)
            yield field.name, any(isinstance(each, NoneType) for each in kinds)


def _changed(api: Api) -> set[str]:
    """The fields that are replaced anywhere: in the program's text, or by a request that may say so."""
    calls = (node for _, node in nodes_of(api) if isinstance(node, ast.Call))
    replaced = {each.arg for call in calls if ast.unparse(call.func).endswith("replace") for each in call.keywords}
    bodies = (each.body for each in writes(api) if each.pointer[2] in ("put", "patch") and each.body)
    return {name for name in replaced if name} | {
        name for body in bodies for way, _, _ in schemas_below(api.spec, body) for name in way
    }


def _stored(api: Api) -> Iterator[Site]:
    def lose(name: str, before: Any, record: Any) -> Any:
        return record if before else msgspec.structs.replace(record, **{name: None})

    def keep(name: str, before: Any, record: Any) -> Any:
        return msgspec.structs.replace(record, **{name: getattr(before, name)}) if before else record

    changed = _changed(api)
    for short, kind in _kinds(api):
        for name, may_be_nothing in _fields(kind):
            if may_be_nothing:
                says = f"The {_said(name)} of a new {_said(short)} is not stored."
                yield _put(kind, f"{short}.{name}.lost", says, partial(lose, name), f"make.{name}")
            if name in changed:
                says = f"The {_said(name)} of a {_said(short)} stays what it was at first."
                yield _put(kind, f"{short}.{name}.kept", says, partial(keep, name), f"change.{name}")
        says = f"A {_said(short)} is stored when it is made and never changed."
        yield _put(kind, f"{short}.unchanged", says, lambda before, record: before or record, "change")


def _put(kind: Kind[Any], where: str, says: str, change: Callable[[Any, Any], Any], word: str) -> Site:
    def put(inside: Callable[..., None], records: Any, record: Any) -> None:
        inside(records, change(records.find(record.id), record) if type(record) is kind.record else record)

    word, _, field = word.partition(".")
    needs = f"{word} {kind.name}.{field}" if field else f"{word} {kind.name}"
    return replace(around(where, says, MergedRecords.put, put), needs=needs)


def _deleted(api: Api) -> Iterator[Site]:
    def spare(kind: Kind[Any], inside: Callable[..., None], records: Any, key: Any) -> None:
        if type(records.find(key)) is not kind.record:
            inside(records, key)

    for short, kind in _kinds(api):
        says = f"A {_said(short)} that is deleted stays."
        site = around(short, says, MergedRecords.delete, partial(spare, kind))
        yield replace(site, needs=f"delete {kind.name}")


def _ids(api: Api) -> Iterator[Site]:
    """Ids are given twice: the one that was given last."""

    def again(kind: Kind[Any], inside: Callable[..., Any], records: Any, *tenant: int) -> Any:
        fresh = inside(records, *tenant)
        last = records.find(fresh - 1) if isinstance(fresh, int) else None
        return fresh - 1 if type(last) is kind.record else fresh

    for short, kind in _kinds(api):
        if kind.record.__annotations__.get("id") in (int, "int"):
            says = f"A new {_said(short)} gets the id of the last one."
            yield replace(around(short, says, MergedRecords.next_id, partial(again, kind)), needs=f"make {kind.name}")


def _indexes(api: Api) -> Iterator[Site]:
    """A record that changes stays in an index where it was, or one that is new never comes into it."""

    def forgetting(index: Index[Any], inside: Callable[..., None], level: Level, kind: Kind[Any], record: Any) -> None:
        before = level.read(kind, record.id)
        if before is None or index not in kind.every_index:
            inside(level, kind, record)
            return
        entries, stale = index.entries, tuple(index.entries(before))
        object.__setattr__(index, "entries", lambda each: stale if each is record else entries(each))
        try:
            inside(level, kind, record)
        finally:
            object.__setattr__(index, "entries", entries)

    def missing(index: Index[Any], inside: Callable[..., None], level: Level, kind: Kind[Any], record: Any) -> None:
        if level.read(kind, record.id) is not None or index not in kind.every_index:
            inside(level, kind, record)
            return
        entries = index.entries
        object.__setattr__(index, "entries", lambda each: () if each is record else entries(each))
        try:
            inside(level, kind, record)
        finally:
            object.__setattr__(index, "entries", entries)

    for short, kind in _kinds(api):
        for index in kind.indexes:
            group = _said(index.name.rpartition(".")[2])
            for word, needs, says, act in (
                (
                    "stale",
                    f"move in {index.name}",
                    f"A {_said(short)} that changes keeps its old place in the index {group}.",
                    forgetting,
                ),
                (
                    "missing",
                    f"enter {index.name}",
                    f"A new {_said(short)} is missing in the index {group}.",
                    missing,
                ),
            ):
                where = f"{index.name.partition('.')[2]}.{word}"
                site = around(where, says, Level.write, partial(act, index))
                yield replace(site, needs=needs)


def _said(name: str) -> str:
    return name.replace("_", " ").replace(".", " ")


OPERATORS = (
    Operator("field", _stored),
    Operator("deleted", _deleted),
    Operator("id", _ids),
    Operator("index", _indexes),
)
