"""What a sandbox sees: its own changes over frozen layers over the seed, merged here and nowhere else.

    own changes        this sandbox's, the only layer that is written
    frozen layers      what the parents of a fork had changed, shared
    seed               the world at the epoch, computed once, shared by every sandbox of that seed

Each level answers the same few questions (`Below`), so levels stack. An entry of a lower level counts only while no
level above has a word on its record: the upper level takes it back by a *minus* entry, written once, when it first
replaces or deletes that record. Therefore a count is `below - minus + plus`, a rank likewise, and a page is found by
bisection: nothing is ever scanned from the start.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from typing import Any, Generic, Protocol, TypeVar

from mockserver.booking.errors import NotFound
from mockserver.booking.ports import GONE, Changes, Edge, Gone, Group, Id, Index, Kind, Position, Record

__all__ = ["Below", "Level", "MergedRecords", "Seed"]

R = TypeVar("R", bound=Record)

_NEAR = 1_000
"""So many positions are read at once rather than one by one: far into a long list, finding the place is what costs."""


_NUMBERS_OF_A_TENANT = 100_000_000
"""Twenty tenants have room in 32 bits, and a tenant for as long as anybody tests."""


class Below(Protocol):
    """A level that does not change while something stands on it."""

    def read(self, kind: Kind[Any], key: Id) -> Any: ...  # Record | None
    def size(self, index: str, group: Group) -> int: ...
    def weight(self, index: str, group: Group) -> int: ...
    def rank(self, index: str, group: Group, position: Edge) -> int: ...
    def slice(self, kind: Kind[Any], index: str, group: Group, start: int, stop: int) -> Sequence[Position]: ...
    def read_slice(self, kind: Kind[Any], index: str, group: Group, start: int, stop: int) -> list[Any]: ...
    def last_id(self, kind: str) -> int: ...


class Seed:
    """The lowest level: the records of a world, indexed once and never changed."""

    __slots__ = ("_groups", "_last_ids", "_records", "_weights")

    def __init__(self, records: Iterable[tuple[Kind[Any], Any]], last_ids: dict[str, int]) -> None:
        self._records: dict[str, dict[Id, Any]] = {}
        self._groups: dict[tuple[str, Group], list[Position]] = {}
        self._weights: dict[tuple[str, Group], int] = {}
        self._last_ids = dict(last_ids)
        for kind, record in records:
            known = self._records.setdefault(kind.name, {})
            if record.id in known:
                raise ValueError(f"the seed has two records {kind.name} {record.id}")
            known[record.id] = record
            if isinstance(record.id, int):
                self._last_ids[kind.name] = max(record.id, self._last_ids.get(kind.name, 0))
            for index in kind.every_index:
                for group, sort, weight in index.entries(record):
                    insort(self._groups.setdefault((index.name, group), []), (sort, record.id))
                    self._weights[index.name, group] = self._weights.get((index.name, group), 0) + weight
        # Ids a scenario wants next win over those after the highest seeded one.
        self._last_ids.update(last_ids)

    def read(self, kind: Kind[Any], key: Id) -> Any:
        records = self._records.get(kind.name)
        return None if records is None else records.get(key)

    def size(self, index: str, group: Group) -> int:
        return len(self._groups.get((index, group), ()))

    def weight(self, index: str, group: Group) -> int:
        return self._weights.get((index, group), 0)

    def rank(self, index: str, group: Group, position: Edge) -> int:
        return bisect_left(self._groups.get((index, group), ()), position)

    def slice(self, kind: Kind[Any], index: str, group: Group, start: int, stop: int) -> Sequence[Position]:  # noqa: ARG002
        return self._groups.get((index, group), ())[start:stop]

    def read_slice(self, kind: Kind[Any], index: str, group: Group, start: int, stop: int) -> list[Any]:
        records = self._records.get(kind.name, {})
        return [records[key] for _, key in self.slice(kind, index, group, start, stop)]

    def last_id(self, kind: str) -> int:
        return self._last_ids.get(kind, 0)


class Level:
    """One layer of changes over what is below it; itself something to stand on.

    Attributes:
        changed: What was written through this, the last first, as links: kind, id, the record before, the record after, and
            the next link. A list would take a call for each.
    """

    __slots__ = ("_below", "_own", "changed")

    def __init__(self, below: Below, own: Changes) -> None:
        self._below = below
        self._own = own
        self.changed: Any = None

    def read(self, kind: Kind[Any], key: Id) -> Any:
        mine = self._own.read(kind, key)
        if mine is None:
            return self._below.read(kind, key)
        return None if mine is GONE else mine

    def size(self, index: str, group: Group) -> int:
        own = self._own
        return self._below.size(index, group) - own.size("minus", index, group) + own.size("plus", index, group)

    def weight(self, index: str, group: Group) -> int:
        return self._below.weight(index, group) + self._own.weight(index, group)

    def rank(self, index: str, group: Group, position: Edge) -> int:
        own = self._own
        below = self._below.rank(index, group, position) - own.rank("minus", index, group, position)
        return below + own.rank("plus", index, group, position)

    def slice(self, kind: Kind[Any], index: str, group: Group, start: int, stop: int) -> Sequence[Position]:
        """The positions from rank *start* to rank *stop*, of this level and all below it."""
        if self._is_below(index, group):
            return self._below.slice(kind, index, group, start, stop)
        return self._slice(kind, index, group, start, stop)

    def read_slice(self, kind: Kind[Any], index: str, group: Group, start: int, stop: int) -> list[Any]:
        """The records at these positions: of a long list that nobody has changed none is looked for up here."""
        if self._is_below(index, group):
            return self._below.read_slice(kind, index, group, start, stop)
        read = self.read
        return [read(kind, key) for _, key in self._slice(kind, index, group, start, stop)]

    def _is_below(self, index: str, group: Group) -> bool:
        """Whether a group is as it is below, and its records too: whoever changes one takes back its entries there."""
        own = self._own
        return (
            self._below.size(index, group) > 0
            and not own.size("plus", index, group)
            and not own.size("minus", index, group)
        )

    def _slice(self, kind: Kind[Any], index: str, group: Group, start: int, stop: int) -> Sequence[Position]:
        """Of a group that this level has a part in, or that is nowhere."""
        own = self._own
        lower_size = self._below.size(index, group)
        if not lower_size:
            return own.slice("plus", index, group, start, stop)

        stop = min(stop, self.size(index, group))
        if start >= stop:
            return ()
        lower, upper = self._seek(index, group, start, lower_size)
        lower_stop, upper_stop = self._seek(index, group, stop, lower_size)
        theirs = self._below.slice(kind, index, group, lower, lower_stop)
        kept = [position for position in theirs if own.read(kind, position[1]) is None]  # else changed up here
        return sorted([*kept, *own.slice("plus", index, group, upper, upper_stop)])

    def _seek(self, index: str, group: Group, start: int, lower_size: int) -> tuple[int, int]:
        """How many positions of the level below, and how many of this one, stand before rank *start*.

        Looks among this level's own positions only, of which there are few, and never asks the level below for its
        number so and so: that level would have to search in turn, and so on down.
        """
        own, below = self._own, self._below

        # At least as many of ours as the level below cannot fill, and no more than there are places.
        most = min(start, own.size("plus", index, group))
        fewest = min(max(start - lower_size, 0), most)
        near = own.slice("plus", index, group, fewest, most) if most - fewest <= _NEAR else ()

        def rank(number: int) -> int:
            position = near[number - fewest] if near else own.slice("plus", index, group, number, number + 1)[0]
            return below.rank(index, group, position) - own.rank("minus", index, group, position) + number

        def kept_before(number: int) -> int:
            """How many positions of the level below count before the one that this level takes back."""
            (position,) = own.slice("minus", index, group, number, number + 1)
            return below.rank(index, group, position) - number

        upper = bisect_left(range(most), start, lo=fewest, key=rank)
        kept = start - upper
        taken_back = bisect_right(range(own.size("minus", index, group)), kept, key=kept_before)
        return kept + taken_back, upper

    def last_id(self, kind: str) -> int:
        mine = self._own.last_id(kind)
        return self._below.last_id(kind) if mine is None else mine

    def write(self, kind: Kind[Any], record: Any) -> None:
        key = record.id
        own = self._own
        mine = own.read(kind, key)
        own.write(kind, key, record)
        if mine is None:
            mine = self._take_back(kind, key)
            self.changed = (kind, key, mine, record, self.changed)
        elif not isinstance(mine, Gone):
            self.changed = (kind, key, mine, record, self.changed)
            self._replace(kind, mine, record)
            return
        else:
            self.changed = (kind, key, None, record, self.changed)
        for index in kind.every_index:
            for entry in index.entries(record):
                own.enter("plus", index.name, entry, key)

    def _replace(self, kind: Kind[Any], mine: Any, record: Any) -> None:
        """Most changes leave most index entries as they are."""
        key = record.id
        for index in kind.every_index:
            before = tuple(index.entries(mine))
            after = tuple(index.entries(record))
            if before == after:
                continue
            for entry in before:
                if entry not in after:
                    self._own.leave(index.name, entry, key)
            for entry in after:
                if entry not in before:
                    self._own.enter("plus", index.name, entry, key)

    def _take_back(self, kind: Kind[Any], key: Id) -> Any:
        """Cancel what the level below says of a record; answers the record, if there is one."""
        lower = self._below.read(kind, key)
        if lower is None:
            return None
        for index in kind.every_index:
            for entry in index.entries(lower):
                self._own.enter("minus", index.name, entry, key)
        return lower

    def delete(self, kind: Kind[Any], key: Id) -> None:
        """Deletes a record that `read` finds."""
        own = self._own
        mine = own.read(kind, key)
        if mine is None:
            own.write(kind, key, GONE)
            mine = self._take_back(kind, key)
            self.changed = (kind, key, mine, None, self.changed)
            return
        self.changed = (kind, key, mine, None, self.changed)
        for index in kind.every_index:
            for entry in index.entries(mine):
                own.leave(index.name, entry, key)
        if self._below.read(kind, key) is None:
            own.forget(kind, key)
        else:
            own.write(kind, key, GONE)

    def allot(self, kind: str, tenant: int = 0) -> int:
        """The next number. Each tenant has a range and a count of its own, so that none sees how busy another is; the first
        goes on from the seed, as a document prints it.
        """
        if tenant:
            kind = f"{kind}/{tenant}"
        number = self.last_id(kind) + 1
        self._own.set_last_id(kind, number)
        return tenant * _NUMBERS_OF_A_TENANT + number


class MergedRecords(Generic[R]):
    """The records of one kind at one level: `booking.ports.Records`."""

    __slots__ = ("_kind", "_level")

    def __init__(self, level: Level, kind: Kind[R]) -> None:
        self._level = level
        self._kind = kind

    def find(self, key: Id) -> R | None:
        found: R | None = self._level.read(self._kind, key)
        return found

    def get(self, key: Id) -> R:
        found: R | None = self._level.read(self._kind, key)
        if found is None:
            raise NotFound(self._kind.name, key)
        return found

    def put(self, record: R) -> None:
        self._level.write(self._kind, record)

    def delete(self, key: Id) -> None:
        self.get(key)
        self._level.delete(self._kind, key)

    def next_id(self, tenant: int = 0) -> int:
        return self._level.allot(self._kind.name, tenant)

    def count(self, index: Index[R], group: Group) -> int:
        return self._level.size(index.name, group)

    def total(self, index: Index[R], group: Group) -> int:
        return self._level.weight(index.name, group)

    def page(self, index: Index[R], group: Group, *, offset: int = 0, limit: int | None = None) -> list[R]:
        stop = self._level.size(index.name, group) if limit is None else offset + limit
        return self._level.read_slice(self._kind, index.name, group, offset, stop)

    def between(self, index: Index[R], group: Group, low: Id, high: Id) -> list[R]:
        start = self._level.rank(index.name, group, (low,))
        stop = self._level.rank(index.name, group, (high,))
        return self._level.read_slice(self._kind, index.name, group, start, stop)

    def rank(self, index: Index[R], group: Group, sort_key: Id, record_id: Id) -> int:
        return self._level.rank(index.name, group, (sort_key, record_id))
