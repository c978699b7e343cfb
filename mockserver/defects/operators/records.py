"""Records: a field that is not stored or never changed, an index that is not kept, an id that comes twice."""

import ast
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import msgspec
from msgspec.inspect import NoneType, UnionType, type_info

from mockserver.apis.bundle import Api
from mockserver.booking.ledger import Claim
from mockserver.booking.ports import Index, Kind
from mockserver.defects.operators.bodies import schemas_below
from mockserver.defects.operators.sites import Operator, Site, around, writes
from mockserver.defects.operators.tables import named_values, nodes_of
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


def _calls(api: Api) -> dict[str, list[ast.Call]]:
    """Of the program's text, by what is called."""
    found: dict[str, list[ast.Call]] = {Claim.__name__: []}  # made in `booking/`
    for call in (node for _, node in nodes_of(api) if isinstance(node, ast.Call)):
        found.setdefault(ast.unparse(call.func).removeprefix("msgspec.structs."), []).append(call)
    return found


def _changed(api: Api) -> Callable[[Kind[Any]], set[str]]:
    """Which fields of a kind are replaced: in the program's text, or by a request that may say so."""
    calls = _calls(api)
    bodies = (each.body for each in writes(api) if each.pointer[2] in ("put", "patch") and each.body)
    replaced = [{name} for body in bodies for way, _, _ in schemas_below(api.spec, body) for name in way]
    replaced += [{each.arg for each in call.keywords if each.arg} for call in calls["replace"]]

    def changed(kind: Kind[Any]) -> set[str]:
        made = [{each.arg: each.value for each in call.keywords} for call in calls.get(kind.record.__name__, ())]
        is_remade = kind.record is Claim or not all(isinstance(fields.get("id"), ast.Call) for fields in made)
        own = {*kind.record.__struct_fields__} - {"id"}  # what gets another id is a new one
        return set().union(*(names for names in replaced if is_remade or names <= own))

    return changed


def _stored(api: Api) -> Iterator[Site]:
    def lose(name: str, before: Any, record: Any) -> Any:
        return record if before else msgspec.structs.replace(record, **{name: None})

    def keep(name: str, before: Any, record: Any) -> Any:
        return msgspec.structs.replace(record, **{name: getattr(before, name)}) if before else record

    changed, calls = _changed(api), _calls(api)
    for short, kind in _kinds(api):
        for name, may_be_nothing in _fields(kind):
            if may_be_nothing and kind.record.__name__ in calls:
                says = f"The {_said(name)} of a new {_said(short)} is not stored."
                yield _put(kind, f"{short}.{name}.lost", says, partial(lose, name))
            if name in changed(kind):
                says = f"The {_said(name)} of a {_said(short)} stays what it was at first."
                yield _put(kind, f"{short}.{name}.kept", says, partial(keep, name))
        if changed(kind):
            says = f"A {_said(short)} is stored when it is made and never changed."
            yield _put(kind, f"{short}.unchanged", says, lambda before, record: before or record)


def _put(kind: Kind[Any], where: str, says: str, change: Callable[[Any, Any], Any]) -> Site:
    def put(inside: Callable[..., None], records: Any, record: Any) -> None:
        inside(records, change(records.find(record.id), record) if type(record) is kind.record else record)

    return around(where, says, MergedRecords.put, put)


def _deleted(api: Api) -> Iterator[Site]:
    def spare(kind: Kind[Any], inside: Callable[..., None], records: Any, key: Any) -> None:
        if type(records.find(key)) is not kind.record:
            inside(records, key)

    names = {id(value): name for name, value in named_values(api)}
    deleted = {call.rpartition("records(")[2] for call in _calls(api)}
    for short, kind in _kinds(api):
        if f"{names.get(id(kind))}).delete" in deleted or kind.record is Claim:
            says = f"A {_said(short)} that is deleted stays."
            yield around(short, says, MergedRecords.delete, partial(spare, kind))


def _ids(api: Api) -> Iterator[Site]:
    """Ids are given twice: the one that was given last."""

    def again(kind: Kind[Any], inside: Callable[..., Any], records: Any) -> Any:
        fresh = inside(records)
        last = records.find(fresh - 1) if isinstance(fresh, int) else None
        return fresh - 1 if type(last) is kind.record else fresh

    for short, kind in _kinds(api):
        if kind.record.__annotations__.get("id") in (int, "int"):
            says = f"A new {_said(short)} gets the id of the last one."
            yield around(short, says, MergedRecords.next_id, partial(again, kind))


def _indexes(api: Api) -> Iterator[Site]:
    """A record that changes stays in an index where it was, or one that is new never comes into it."""

    def writing(
        index: Index[Any], is_new: bool, inside: Callable[..., None], level: Level, kind: Kind[Any], record: Any
    ) -> None:
        before, entries = level.read(kind, record.id), index.entries
        if index not in kind.every_index or (before is None) is not is_new:
            inside(level, kind, record)
            return
        kept = () if before is None else tuple(entries(before))
        object.__setattr__(index, "entries", lambda each: kept if each is record else entries(each))
        try:
            inside(level, kind, record)
        finally:
            object.__setattr__(index, "entries", entries)

    changed, calls = _changed(api), _calls(api)
    for short, kind in _kinds(api):
        for index in kind.indexes:
            group = _said(index.name.rpartition(".")[2])
            looked_at = {*kind.record.__struct_fields__}.intersection(index.entries.__code__.co_names)
            where, says = index.name.partition(".")[2], f"A {_said(short)} that changes keeps its old place in the"
            if not looked_at or looked_at & changed(kind):
                yield around(f"{where}.stale", f"{says} index {group}.", Level.write, partial(writing, index, False))
            if kind.record.__name__ in calls:
                says = f"A new {_said(short)} is missing in the index {group}."
                yield around(f"{where}.missing", says, Level.write, partial(writing, index, True))


def _said(name: str) -> str:
    return name.replace("_", " ").replace(".", " ")


OPERATORS = (
    Operator("field", _stored),
    Operator("deleted", _deleted),
    Operator("id", _ids),
    Operator("index", _indexes),
)
