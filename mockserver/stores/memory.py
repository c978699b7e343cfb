"""Changes in memory: the default store, gone with the process.

A layer is a few dictionaries and sorted lists, all made on first use: ten thousand sandboxes hold ten thousand layers.
A layer that rests is one block of bytes.
A transaction changes them in place and keeps a list of how to undo each step.
"""

import pickle
import zlib
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import takewhile
from typing import Any, Literal, Self

from sortedcontainers import SortedList

from mockserver.booking.ports import Edge, Entry, Group, Id, Kind, Position

__all__ = ["MemoryStore"]

Sign = Literal["plus", "minus"]
_Undo = list[tuple[Callable[..., object], tuple[Any, ...]]]
_GROWN = 1_000
"""Entries from which a change in the middle of a plain list, which moves its tail, costs more than in a `SortedList`."""
_SOON_PACKED = 200
"""Records of a layer that rests as one block of bytes, a third of its size; more would keep others waiting."""

_MANY_NAMES = 1_000


class _Group:
    """The ordered entries of one group, and the sum of their weights."""

    __slots__ = ("positions", "weight")

    def __init__(self) -> None:
        self.positions: Any = []  # a list, later perhaps a SortedList: both are sequences that bisect
        self.weight = 0

    def add(self, position: Position, weight: int) -> None:
        positions = self.positions
        self.weight += weight
        if type(positions) is not list:
            positions.add(position)
        elif not positions or positions[-1] < position:
            positions.append(position)  # ids grow, so most entries come last, and last is free in a list of any length
        else:
            self._movable().add(position) if len(positions) > _GROWN else insort(positions, position)

    def remove(self, position: Position, weight: int) -> None:
        positions = self.positions
        self.weight -= weight
        if type(positions) is not list:
            positions.remove(position)
        elif len(positions) > _GROWN and positions[-1] != position:
            self._movable().remove(position)
        else:
            del positions[bisect_left(positions, position)]

    def _movable(self) -> Any:
        self.positions = SortedList(self.positions)
        return self.positions

    def rank(self, position: Edge) -> int:
        positions = self.positions
        return bisect_left(positions, position) if type(positions) is list else int(positions.bisect_left(position))


_Groups = dict[tuple[str, Group], _Group]


class _Layer:
    __slots__ = ("last_ids", "minus", "plus", "records")

    def __init__(self) -> None:
        self.records: dict[str, dict[Id, Any]] = {}
        self.plus: _Groups = {}
        self.minus: _Groups = {}
        self.last_ids: dict[str, int] = {}


_UNTOUCHED = _Layer()


def _add(groups: _Groups, address: tuple[str, Group], position: Position, weight: int) -> None:
    members = groups.get(address)
    if members is None:
        members = groups[address] = _Group()
    members.add(position, weight)


def _remove(groups: _Groups, address: tuple[str, Group], position: Position, weight: int) -> None:
    """An empty group goes: pools and parties come and go for as long as a sandbox lives."""
    members = groups[address]
    members.remove(position, weight)
    if not members.positions:
        del groups[address]


class _Changes:
    """A layer inside a transaction."""

    __slots__ = ("_layer", "_undo")

    def __init__(self, layer: _Layer, undo: _Undo) -> None:
        self._layer = layer
        self._undo = undo

    def read(self, kind: Kind[Any], key: Id) -> Any:
        records = self._layer.records.get(kind.name)
        return None if records is None else records.get(key)

    def write(self, kind: Kind[Any], key: Id, value: Any) -> None:
        records = self._layer.records.get(kind.name)
        if records is None:
            records = self._layer.records[kind.name] = {}
        before = records.get(key)
        if before is None:
            self._undo.append((records.pop, (key,)))
        else:
            self._undo.append((records.__setitem__, (key, before)))
        records[key] = value

    def forget(self, kind: Kind[Any], key: Id) -> None:
        records = self._layer.records[kind.name]
        self._undo.append((records.__setitem__, (key, records.pop(key))))

    def enter(self, sign: Sign, index: str, entry: Entry, key: Id) -> None:
        group, sort, weight = entry
        groups = self._layer.plus if sign == "plus" else self._layer.minus
        change = (groups, (index, group), (sort, key), weight)
        _add(*change)
        self._undo.append((_remove, change))

    def leave(self, index: str, entry: Entry, key: Id) -> None:
        group, sort, weight = entry
        change = (self._layer.plus, (index, group), (sort, key), weight)
        _remove(*change)
        self._undo.append((_add, change))

    def size(self, sign: Sign, index: str, group: Group) -> int:
        members = (self._layer.plus if sign == "plus" else self._layer.minus).get((index, group))
        return 0 if members is None else len(members.positions)

    def weight(self, index: str, group: Group) -> int:
        address = (index, group)
        plus = self._layer.plus.get(address)
        minus = self._layer.minus.get(address)
        return (0 if plus is None else plus.weight) - (0 if minus is None else minus.weight)

    def rank(self, sign: Sign, index: str, group: Group, position: Edge) -> int:
        members = (self._layer.plus if sign == "plus" else self._layer.minus).get((index, group))
        return 0 if members is None else members.rank(position)

    def slice(self, sign: Sign, index: str, group: Group, start: int, stop: int) -> Sequence[Position]:
        members = (self._layer.plus if sign == "plus" else self._layer.minus).get((index, group))
        if members is None:
            return ()
        positions: Sequence[Position] = members.positions[start:stop]
        return positions

    def last_id(self, kind: str) -> int | None:
        return self._layer.last_ids.get(kind)

    def set_last_id(self, kind: str, value: int) -> None:
        last_ids = self._layer.last_ids
        before = last_ids.get(kind)
        self._undo.append((last_ids.pop, (kind,)) if before is None else (last_ids.__setitem__, (kind, before)))
        last_ids[kind] = value


class _Session:
    """One transaction, and its own context manager: this runs once per request."""

    __slots__ = ("_store", "_undo", "_writing")

    def __init__(self, store: "MemoryStore", *, writing: bool) -> None:
        self._store = store
        self._writing = writing
        self._undo: _Undo = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        if kind is not None or not self._writing:
            self._undo_to(0)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        done = len(self._undo)
        try:
            yield
        except BaseException:
            self._undo_to(done)
            raise

    def _undo_to(self, done: int) -> None:
        while len(self._undo) > done:
            step, arguments = self._undo.pop()
            step(*arguments)

    def changes(self, layer: int) -> _Changes:
        found = self._store.layer(layer)
        if found is None:
            # Most new sandboxes are only looked at: a layer comes to be when somebody means to write.
            found = self._store.layers.setdefault(layer, _Layer()) if self._writing else _UNTOUCHED
        return _Changes(found, self._undo)

    def new_layer(self) -> int:
        self._store.last_layer += 1
        return self._store.last_layer

    def share_layer(self, layer: int) -> None:
        self._set_owners(layer, self._store.owners.get(layer, 1) + 1)

    def drop_layer(self, layer: int) -> None:
        owners = self._store.owners.get(layer, 1) - 1
        if owners:
            self._set_owners(layer, owners)
            return
        self._store.owners.pop(layer, None)
        self._store.layer(layer)
        dropped = self._store.layers.pop(layer, None)
        if dropped is not None:
            self._undo.append((self._store.layers.__setitem__, (layer, dropped)))

    def _set_owners(self, layer: int, count: int) -> None:
        owners = self._store.owners
        self._undo.append((owners.__setitem__, (layer, owners.get(layer, 1))))
        owners[layer] = count

    def is_untouched(self, layer: int) -> bool:
        found = self._store.layer(layer)
        return found is None or not (found.last_ids or any(found.records.values()))

    def sandbox(self, name: str) -> bytes | None:
        return self._store.kept.get(name)

    def save_sandbox(self, name: str, record: bytes) -> None:
        kept = self._store.kept
        before = kept.get(name)
        self._undo.append((kept.pop, (name,)) if before is None else (kept.__setitem__, (name, before)))
        kept[name] = record

    def forget_sandbox(self, name: str) -> None:
        kept = self._store.kept
        self._undo.append((kept.__setitem__, (name, kept.pop(name))))
        if self._store.names is not None:
            self._store.names.forget(name)

    def sandboxes(self) -> Iterator[tuple[str, bytes]]:
        return iter(sorted(self._store.kept.items()))

    def sandboxes_named(
        self, containing: str, *, after: str = "", offset: int = 0, limit: int
    ) -> tuple[int, Sequence[tuple[str, bytes]]]:
        if self._store.names is None:
            self._store.names = _Names()
        kept = self._store.kept
        names = self._store.names.sorted_of(kept)
        if containing:
            names = [name for name in names if containing in name]
        start = bisect_right(names, after) + offset if after else offset
        return len(names), [(name, kept[name]) for name in names[start : start + limit]]


class _Names:
    """The names of sandboxes in order, as of the last look. What is new stands at the end of the dictionary that has them
    all, so a look costs what came since.
    """

    __slots__ = ("_known", "_sorted")

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._sorted: list[str] = []

    def sorted_of(self, kept: dict[str, bytes]) -> list[str]:
        new = list(takewhile(lambda name: name not in self._known, reversed(kept)))
        if new:
            if len(new) > _MANY_NAMES:
                # Strings made one after the other lie so: looking through all of them takes a tenth of the time.
                new = "\n".join(sorted(new)).split("\n")
            self._known.update(new)
            self._sorted += sorted(new)
            self._sorted.sort()  # two runs are merged
        return self._sorted

    def forget(self, name: str) -> None:
        if name in self._known:
            self._known.remove(name)
            del self._sorted[bisect_left(self._sorted, name)]


class MemoryStore:
    """See `booking.ports.Store`. Transactions of one sandbox must not overlap: its caller runs them one by one."""

    durable = False

    def __init__(self) -> None:
        self.layers: dict[int, _Layer] = {}
        self.resting: dict[int, bytes] = {}
        self.kept: dict[str, bytes] = {}
        self.names: _Names | None = None  # since somebody first asked for them in order
        self.owners: dict[int, int] = {}  # of layers with more than one
        self.last_layer = 0

    def layer(self, number: int) -> _Layer | None:
        found = self.layers.get(number)
        if found is None and (packed := self.resting.pop(number, None)) is not None:
            found = self.layers[number] = pickle.loads(zlib.decompress(packed))  # noqa: S301 - packed below
        return found

    def rest(self, layer: int) -> None:
        found = self.layers.get(layer)
        if found is not None and sum(map(len, found.records.values())) <= _SOON_PACKED:
            packed = pickle.dumps(found, pickle.HIGHEST_PROTOCOL)
            self.resting[layer] = zlib.compress(packed, zlib.Z_BEST_SPEED)
            del self.layers[layer]

    def reading(self) -> _Session:
        return _Session(self, writing=False)

    def writing(self, *, patience_seconds: float | None = None) -> _Session:  # noqa: ARG002 - nobody to wait for
        return _Session(self, writing=True)

    def close(self) -> None:
        self.layers.clear()
        self.resting.clear()
        self.kept.clear()
        self.names = None
