"""Layers that a process has beside a database: what it has of one is brought up to date with each transaction, never guessed at.

The database keeps a row for each record that a layer has a word on: the record, and its entries in indexes, which whoever reads it
need not know how to compute. A row without either is a word that was taken back. Under a kind of its own, the last id of a kind.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from mockserver.booking.ports import GONE, Entry, Id, Kind
from mockserver.stores.layers import Changes, Layer, Sign, Undo, add, remove

__all__ = ["Dirty", "Mirror", "MirroredChanges", "Row", "last_id_row", "number_of"]

_LAST_ID = "#"
"""Before the name of a kind, it is the kind of the row that has its last id."""
_GONE = b""
_ROW_BYTES = 200
"""What a row takes in memory beside what is in it, roughly."""

_encode = msgspec.msgpack.Encoder().encode
_entries_of = msgspec.msgpack.Decoder(list[tuple[str, str, int | str, int | str, int]]).decode
_id_of = msgspec.msgpack.Decoder(int | str).decode
number_of = msgspec.msgpack.Decoder(int).decode
_decoders: dict[type, msgspec.msgpack.Decoder[Any]] = {}

_Key = tuple[str, Id]
"""The name of a kind, and an id."""

Dirty = dict[tuple["Mirror", str, Id], None]
"""What a transaction has changed, in order."""


def last_id_row(kind: str) -> str:
    """The kind of the row that has the last id of *kind*."""
    return _LAST_ID + kind


class Row(NamedTuple):
    """As the database has it."""

    kind: str
    id: bytes
    body: bytes | None
    entries: bytes


class Mirror(Layer):
    """One layer. A record stands as the bytes that it came as until somebody reads it."""

    __slots__ = ("entries", "number", "size", "stored")

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        self.entries: dict[_Key, list[tuple[Any, ...]]] = {}
        self.stored: set[_Key] = set()
        self.size = 0

    @property
    def is_untouched(self) -> bool:
        return not (self.last_ids or any(self.records.values()))

    def take(self, rows: Iterable[Row]) -> None:
        """What has changed in the database."""
        for row in rows:
            self.size += _ROW_BYTES + len(row.body or b"") + len(row.entries)
            if row.kind.startswith(_LAST_ID):
                self.last_ids[row.kind.removeprefix(_LAST_ID)] = number_of(row.body or b"\x00")
                continue
            key = (row.kind, _id_of(row.id))
            self.stored.add(key)
            self._exchange(key, _entries_of(row.entries))
            records = self.records.setdefault(row.kind, {})
            if row.body is None:
                records.pop(key[1], None)
            else:
                records[key[1]] = row.body or GONE

    def _exchange(self, key: _Key, entries: list[tuple[Any, ...]]) -> None:
        for change, changed in ((remove, self.entries.pop(key, ())), (add, entries)):
            for sign, index, group, sort, weight in changed:
                change(self.plus if sign == "plus" else self.minus, (index, group), (sort, key[1]), weight)
        if entries:
            self.entries[key] = entries

    def rows(self, keys: Iterable[_Key]) -> Iterator[Row]:
        """What of this layer the database is to have, of what was changed."""
        for kind, key in keys:
            if kind.startswith(_LAST_ID):
                value = self.last_ids.get(kind.removeprefix(_LAST_ID))
                if value is not None:
                    yield Row(kind, b"", _encode(value), b"\x90")
                continue
            record = self.records.get(kind, {}).get(key)
            entries = self.entries.get((kind, key), [])
            if record is None and not entries and (kind, key) not in self.stored:
                continue  # written and taken back at once
            self.stored.add((kind, key))
            yield Row(kind, _encode(key), _body(record), _encode(entries))


class MirroredChanges(Changes):
    """A mirror inside a transaction, which says what was changed."""

    __slots__ = ("_dirty", "_mirror")

    def __init__(self, mirror: Mirror, undo: Undo, dirty: Dirty) -> None:
        super().__init__(mirror, undo)
        self._mirror = mirror
        self._dirty = dirty

    def read(self, kind: Kind[Any], key: Id) -> Any:
        found = super().read(kind, key)
        if type(found) is bytes:
            found = self._mirror.records[kind.name][key] = _decoder(kind.record).decode(found)
        return found

    def write(self, kind: Kind[Any], key: Id, value: Any) -> None:
        super().write(kind, key, value)
        self._dirty[self._mirror, kind.name, key] = None

    def forget(self, kind: Kind[Any], key: Id) -> None:
        super().forget(kind, key)
        self._dirty[self._mirror, kind.name, key] = None

    def enter(self, sign: Sign, index: str, entry: Entry, key: Id) -> None:
        super().enter(sign, index, entry, key)
        entries, kept = self._entries(index, key), (sign, index, *entry)
        entries.append(kept)
        self._undo.append((entries.remove, (kept,)))

    def leave(self, index: str, entry: Entry, key: Id) -> None:
        super().leave(index, entry, key)
        entries, left = self._entries(index, key), ("plus", index, *entry)
        entries.remove(left)
        self._undo.append((entries.append, (left,)))

    def _entries(self, index: str, key: Id) -> list[tuple[Any, ...]]:
        """Those of the record that an entry speaks of: the name of an index begins with that of its kind, `api.kind`."""
        api, kind = index.split(".", 2)[:2]
        address = (f"{api}.{kind}", key)
        self._dirty[self._mirror, *address] = None
        return self._mirror.entries.setdefault(address, [])

    def set_last_id(self, kind: str, value: int) -> None:
        super().set_last_id(kind, value)
        self._dirty[self._mirror, _LAST_ID + kind, ""] = None


def _body(record: Any) -> bytes | None:
    if record is None or type(record) is bytes:
        return record
    return _GONE if record is GONE else _encode(record)


def _decoder(record: type) -> msgspec.msgpack.Decoder[Any]:
    return _decoders.get(record) or _decoders.setdefault(record, msgspec.msgpack.Decoder(record))
