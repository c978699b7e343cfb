"""What the domain asks of the outside: places to keep records, a clock, a way to announce what happened.

All ports live here, so that whoever implements one and whoever uses it need not know each other.

Records are immutable values with an `id`. A *kind* names a set of records and declares its indexes. An index puts a
record into ordered *groups*: `bookings of service 123, by id`, `claims on slot 456 on 2026-03-02`. Every question
the domain asks is a count, a sum or a slice of one group, which a dictionary and a SQL table answer alike.

A store keeps only what changed: it knows *layers* of changes over a seed that lives elsewhere, and nothing about
how layers are merged.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Generic, Literal, NamedTuple, Protocol, TypeVar

__all__ = [
    "AFTER",
    "ALL",
    "GONE",
    "MADE",
    "UNWEIGHED",
    "Changes",
    "Clock",
    "Due",
    "Dues",
    "Edge",
    "Entry",
    "Gone",
    "Group",
    "Id",
    "Index",
    "Journals",
    "Kind",
    "Outbox",
    "Paces",
    "Position",
    "Record",
    "Records",
    "Session",
    "Store",
]

Id = int | str
Group = int | str
Position = tuple[Id, Id]
"""(sort key, record id): where an entry stands in its group. All sort keys of one index have one type."""

Edge = Position | tuple[Id]
"""A position, or a sort key alone: the place before every entry with that key."""

Entry = tuple[Group, Id, int]
"""(group, sort key, weight): one appearance of a record in an index. The weight is what `Records.total` adds up."""

UNWEIGHED: Final = 1
"""The weight in an index whose entries are counted and nowhere added up."""


class Record(Protocol):
    """An immutable value with an identity; in practice a frozen `msgspec.Struct`."""

    @property
    def id(self) -> Any: ...  # an `Id`, but each record says which of the two


R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Index(Generic[R]):
    """A declared order of records.

    Attributes:
        name: Unique in the process; by custom `kind.by_something`.
        entries: The appearances of a record; none when it does not belong in this index. Pure.
    """

    name: str
    entries: Callable[[R], Iterable[Entry]]


@dataclass(frozen=True, slots=True)
class Kind(Generic[R]):
    """A set of records: its name (`api.kind`), its type, its indexes.

    Attributes:
        inner: Kept for other records' sake and never listed: it goes without the index of `listed`.
        listed: The index that lists a whole kind by id, see `ALL`.
    """

    name: str
    record: type[R]
    indexes: tuple[Index[R], ...] = ()
    inner: bool = False
    listed: Index[R] = field(init=False)
    every_index: tuple[Index[R], ...] = field(init=False)

    def __post_init__(self) -> None:
        listed: Index[R] = Index(self.name, _among_all)
        object.__setattr__(self, "listed", listed)
        object.__setattr__(self, "every_index", self.indexes if self.inner else (listed, *self.indexes))


MADE: Final = "made"
"""Where a layer keeps how many documents it has more than what is below it, as if it were the last id of a kind."""

AFTER: Final = "~"
"""Stands after every letter of a name of a sandbox."""

ALL: Final = ""
"""The one group of the index that lists a whole kind by id."""


def _among_all(record: Record) -> Iterable[Entry]:
    return ((ALL, record.id, UNWEIGHED),)


class Gone:
    """The type of `GONE`, which stands in a layer of changes where a record of the seed was deleted."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "GONE"

    def __reduce__(self) -> str:
        return "GONE"  # there is one, also after pickling


GONE: Final = Gone()


class Records(Protocol[R]):
    """The records of one kind as the domain sees them: seed and changes already merged."""

    def find(self, key: Id) -> R | None: ...

    def get(self, key: Id) -> R:
        """Raises `NotFound`."""
        ...

    def put(self, record: R) -> None: ...

    def delete(self, key: Id) -> None:
        """Raises `NotFound`."""
        ...

    def next_id(self, tenant: int = 0) -> int:
        """The next integer id of this kind, of those that are counted for a *tenant*, 0 being the first. Taken even when the
        transaction is the only one to see it.
        """
        ...

    def count(self, index: Index[R], group: Group) -> int: ...

    def total(self, index: Index[R], group: Group) -> int:
        """The sum of the weights of a group."""
        ...

    def page(self, index: Index[R], group: Group, *, offset: int = 0, limit: int | None = None) -> Sequence[R]: ...

    def between(self, index: Index[R], group: Group, low: Id, high: Id) -> Sequence[R]:
        """The records whose sort key is in [low, high), in order."""
        ...

    def rank(self, index: Index[R], group: Group, sort_key: Id, record_id: Id) -> int:
        """How many entries of a group stand before that position, whether or not there is one."""
        ...


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware UTC."""
        ...


class Outbox(Protocol):
    @property
    def is_heard(self) -> bool:
        """Whether anybody may want what is announced: what an event says need not be put together otherwise."""
        ...

    def announce(self, event: str, about: Record) -> None:
        """Leave word of *event* in the same transaction as the change it speaks of."""
        ...


class Changes(Protocol):
    """One layer of changes, inside one transaction: documents, tombstones, and what they do to the indexes.

    `plus` entries are appearances of this layer's own records; `minus` entries take back appearances of records
    below it that this layer replaced or deleted.
    """

    def read(self, kind: Kind[Any], key: Id) -> Any:  # Record | Gone | None
        """This layer's word on a record: the record, `GONE`, or None where it has none."""
        ...

    def write(self, kind: Kind[Any], key: Id, value: Any) -> None:  # Record | Gone
        ...

    def forget(self, kind: Kind[Any], key: Id) -> None:
        """Take back this layer's word on a record."""
        ...

    def enter(self, sign: Literal["plus", "minus"], index: str, entry: Entry, key: Id) -> None: ...

    def leave(self, index: str, entry: Entry, key: Id) -> None:
        """Remove a plus entry."""
        ...

    def size(self, sign: Literal["plus", "minus"], index: str, group: Group) -> int: ...

    def weight(self, index: str, group: Group) -> int:
        """Weights of the plus entries less those of the minus entries."""
        ...

    def rank(self, sign: Literal["plus", "minus"], index: str, group: Group, position: Edge) -> int:
        """How many entries stand before *position*."""
        ...

    def slice(
        self, sign: Literal["plus", "minus"], index: str, group: Group, start: int, stop: int
    ) -> Sequence[Position]:
        """Positions of the entries from *start* to *stop*, in order."""
        ...

    def last_id(self, kind: str) -> int | None: ...

    def set_last_id(self, kind: str, value: int) -> None: ...


class Session(Protocol):
    """What one transaction may do with the store."""

    def changes(self, layer: int) -> Changes: ...

    def attempt(self) -> AbstractContextManager[None]:
        """A part of the transaction that is undone by itself when the block raises; what was changed before it stays."""
        ...

    def new_layer(self) -> int:
        """An empty layer with one owner."""
        ...

    def share_layer(self, layer: int) -> None:
        """One more owner: the layer stays until as many have dropped it."""
        ...

    def drop_layer(self, layer: int) -> None: ...

    def is_untouched(self, layer: int) -> bool:
        """Whether a layer has no word on anything."""
        ...

    def sandbox(self, name: str) -> bytes | None:
        """The record of a sandbox, as its owner encoded it."""
        ...

    def save_sandbox(self, name: str, record: bytes, layers: Sequence[int]) -> None:
        """*layers* are those it stands on, lowest first; the last one is its own, the only one that is written."""
        ...

    def forget_sandbox(self, name: str) -> None: ...

    def sandboxes(self) -> Iterator[tuple[str, bytes]]:
        """By name."""
        ...

    def sandboxes_named(
        self, containing: str, *, beginning: str = "", after: str = "", offset: int = 0, limit: int
    ) -> tuple[int, Sequence[tuple[str, bytes]]]:
        """How many have a text in their names, and those of them by name whose names come *after* another; of those alone whose
        names are *beginning* so.
        """
        ...

    def made(self, beginning: str, layers_of: Callable[[bytes], Sequence[int]]) -> int:
        """The sum of what layers have as the last id of `MADE`, of all sandboxes whose names are *beginning* so; a layer that several
        stand on counts once. What this transaction has changed may be missing.

        Args:
            layers_of: Reads out of a record on which layers its sandbox stands.
        """
        ...

    def expect(self, name: str, api: str, at: datetime) -> None:
        """Somebody has to look into an API of a sandbox at *at*, of the real time; only of a store that has `dues`."""
        ...


class Journals(Protocol):
    """What sandboxes were asked, as blocks that their owner encoded; outside of transactions, for no reading is to write.

    The *life* of a sandbox is a number that is another one after a reset: what was asked before it belongs to no journal.
    """

    def append(self, entries: Sequence[tuple[str, int, bytes]], *, most: int, most_bytes: int) -> None:
        """Add (sandbox, life, block) in this order, each under the next number of its sandbox. Of a sandbox the latest
        *most* are kept, as far as they have *most_bytes* together.
        """
        ...

    def trim(self, beginning: str, most_bytes: int) -> None:
        """Of all sandboxes whose names are *beginning* so, keep the journals of those that were asked last, as far as they have
        *most_bytes* together.
        """
        ...

    def read(self, sandbox: str, life: int) -> list[tuple[int, bytes]]:
        """(number, block), oldest first."""
        ...

    def last(self, sandbox: str) -> int:
        """The number that was given last, 0 before the first."""
        ...

    def clear(self, sandbox: str) -> int:
        """Answers how many there were. Numbers go on from where they were."""
        ...


class Due(NamedTuple):
    """An API of a sandbox that has to be looked into; `ticket` is the store's own."""

    sandbox: str
    api: str
    ticket: Any


class Dues(Protocol):
    """What falls due in sandboxes, for a store that hosts share: whichever looks first takes it, by the store's clock, and has it for a
    while. Beside these, `Session.expect`.
    """

    def expect(self, name: str, api: str, at: datetime) -> None:
        """As `Session.expect`, in a transaction of its own."""
        ...

    def claim(self, most: int, seconds: float) -> list[Due]:
        """Take what is due, the earliest first. It is due again after *seconds*, for whoever takes it may end."""
        ...

    def settle(self, due: Due, at: datetime | None) -> None:
        """It was looked into, and is due again at *at*, or not at all; unless somebody has expected something meanwhile."""
        ...


class Paces(Protocol):
    """What was used of what may be asked in a second, by all processes of a store together: in buckets that fill evenly."""

    def spend(self, spent: Sequence[tuple[str, float]]) -> Sequence[tuple[str, float]]:
        """Of each bucket, by name and in the order of names, so many seconds longer it is not full. Answers in how many it is full again,
        by all that was said. Raises StoreDown.
        """
        ...


class Store(Protocol):
    """Keeps layers of changes and the records of sandboxes. One transaction per request."""

    @property
    def durable(self) -> bool:
        """Whether what it keeps outlives the process, and may be changed by another one."""
        ...

    @property
    def waits(self) -> bool:
        """Whether a transaction waits for a network, so that it may not run on an event loop as it is."""
        ...

    @property
    def clock(self) -> Clock | None:
        """The time of a store that several hosts share; None where the machine's is."""
        ...

    @property
    def journals(self) -> Journals | None:
        """None where they are kept in the process, as all else."""
        ...

    @property
    def dues(self) -> Dues | None:
        """None where a process knows by itself what falls due."""
        ...

    @property
    def paces(self) -> Paces | None:
        """None where there is one process."""
        ...

    def reading(self, sandbox: str = "") -> AbstractContextManager[Session]:
        """A transaction that changes nothing and sees one state throughout.

        Args:
            sandbox: Whose layers are read; "" where records of sandboxes are all that is.
        """
        ...

    def writing(self, sandbox: str, *, patience_seconds: float | None = None) -> AbstractContextManager[Session]:
        """A transaction that is kept whole at the end of the block, or undone whole when the block raises.

        Args:
            sandbox: Whose record and layers are written. Layers that are new stand beside its own, and so do those of
                another sandbox that is made of it.

        Raises:
            StoreBusy: Another writer held the store longer than *patience_seconds* (None: the store's own limit).
        """
        ...

    def version(self, sandbox: str) -> int:
        """Another number once anybody has changed the sandbox, in whichever process, and perhaps more often; of a store that keeps
        `journals`.
        """
        ...

    def rest(self, layer: int) -> None:
        """Nobody reads *layer* now, nor will soon: it may take little room until then."""
        ...

    def close(self) -> None: ...
