"""Layers of changes as they stand in memory: of a store that is nothing else, and of one that has them elsewhere.

A layer is a few dictionaries and sorted lists, all made on first use. A transaction changes them in place and keeps a list
of how to undo each step.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Sequence
from typing import Any, Literal

from sortedcontainers import SortedList

from mockserver.booking.ports import Edge, Entry, Group, Id, Kind, Position

__all__ = ["Changes", "Groups", "Layer", "Sign", "Undo", "add", "remove", "undo_to"]

Sign = Literal["plus", "minus"]
Undo = list[tuple[Callable[..., object], tuple[Any, ...]]]
_GROWN = 1_000
"""Entries from which a change in the middle of a plain list, which moves its tail, costs more than in a `SortedList`."""


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


Groups = dict[tuple[str, Group], _Group]


class Layer:
    __slots__ = ("last_ids", "minus", "plus", "records")

    def __init__(self) -> None:
        self.records: dict[str, dict[Id, Any]] = {}
        self.plus: Groups = {}
        self.minus: Groups = {}
        self.last_ids: dict[str, int] = {}


def add(groups: Groups, address: tuple[str, Group], position: Position, weight: int) -> None:
    members = groups.get(address)
    if members is None:
        members = groups[address] = _Group()
    members.add(position, weight)


def remove(groups: Groups, address: tuple[str, Group], position: Position, weight: int) -> None:
    """An empty group goes: pools and parties come and go for as long as a sandbox lives."""
    members = groups[address]
    members.remove(position, weight)
    if not members.positions:
        del groups[address]


class Changes:
    """A layer inside a transaction."""

    __slots__ = ("_layer", "_undo")

    def __init__(self, layer: Layer, undo: Undo) -> None:
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
        add(*change)
        self._undo.append((remove, change))

    def leave(self, index: str, entry: Entry, key: Id) -> None:
        group, sort, weight = entry
        change = (self._layer.plus, (index, group), (sort, key), weight)
        remove(*change)
        self._undo.append((add, change))

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


def undo_to(undo: Undo, done: int) -> None:
    """Take back all steps but the first *done*."""
    while len(undo) > done:
        step, arguments = undo.pop()
        step(*arguments)
