"""Changes in memory: the default store, gone with the process.

Ten thousand sandboxes hold ten thousand layers. A layer that rests is one block of bytes.
"""

import pickle
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import takewhile
from typing import Self

from mockserver.booking.ports import AFTER, MADE
from mockserver.stores.layers import Changes, Layer, Undo, undo_to

__all__ = ["MemoryStore"]

_SOON_PACKED = 200
"""Records of a layer that rests as one block of bytes, a third of its size; more would keep others waiting."""
_UNTOUCHED = Layer()

_MANY_NAMES = 1_000


class _Session:
    """One transaction, and its own context manager: this runs once per request."""

    __slots__ = ("_store", "_undo", "_writing")

    def __init__(self, store: "MemoryStore", *, writing: bool) -> None:
        self._store = store
        self._writing = writing
        self._undo: Undo = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        if kind is not None or not self._writing:
            undo_to(self._undo, 0)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        done = len(self._undo)
        try:
            yield
        except BaseException:
            undo_to(self._undo, done)
            raise

    def changes(self, layer: int) -> Changes:
        found = self._store.layer(layer)
        if found is None:
            # Most new sandboxes are only looked at: a layer comes to be when somebody means to write.
            found = self._store.layers.setdefault(layer, Layer()) if self._writing else _UNTOUCHED
        return Changes(found, self._undo)

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

    def save_sandbox(self, name: str, record: bytes, layers: Sequence[int]) -> None:  # noqa: ARG002 - one lock for all
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

    def made(self, beginning: str, layers_of: Callable[[bytes], Sequence[int]]) -> int:
        kept = self._store.kept
        found = {layer for name in kept if name.startswith(beginning) for layer in layers_of(kept[name])}
        return sum(map(self._store.made_in, found))

    def expect(self, name: str, api: str, at: datetime) -> None:
        raise NotImplementedError("a process knows by itself what falls due")

    def sandboxes_named(
        self, containing: str, *, beginning: str = "", after: str = "", offset: int = 0, limit: int
    ) -> tuple[int, Sequence[tuple[str, bytes]]]:
        if self._store.names is None:
            self._store.names = _Names()
        kept = self._store.kept
        names = self._store.names.sorted_of(kept)
        if beginning:
            names = names[bisect_left(names, beginning) : bisect_left(names, beginning + AFTER)]
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
    waits = False
    clock = None
    journals = None
    dues = None
    paces = None

    def __init__(self) -> None:
        self.layers: dict[int, Layer] = {}
        self.resting: dict[int, bytes] = {}
        self.resting_made: dict[int, int] = {}
        self.kept: dict[str, bytes] = {}
        self.names: _Names | None = None  # since somebody first asked for them in order
        self.owners: dict[int, int] = {}  # of layers with more than one
        self.last_layer = 0

    def layer(self, number: int) -> Layer | None:
        found = self.layers.get(number)
        if found is None and (packed := self.resting.pop(number, None)) is not None:
            self.resting_made.pop(number, None)
            found = self.layers[number] = pickle.loads(zlib.decompress(packed))  # noqa: S301 - packed below
        return found

    def made_in(self, layer: int) -> int:
        """See `MADE`; no layer is unpacked for it."""
        found = self.layers.get(layer)
        return self.resting_made.get(layer, 0) if found is None else found.last_ids.get(MADE, 0)

    def rest(self, layer: int) -> None:
        found = self.layers.get(layer)
        if found is not None and sum(map(len, found.records.values())) <= _SOON_PACKED:
            packed = pickle.dumps(found, pickle.HIGHEST_PROTOCOL)
            self.resting[layer] = zlib.compress(packed, zlib.Z_BEST_SPEED)
            if (made := found.last_ids.get(MADE)) is not None:
                self.resting_made[layer] = made
            del self.layers[layer]

    def reading(self, sandbox: str = "") -> _Session:  # noqa: ARG002 - all is at hand
        return _Session(self, writing=False)

    def writing(self, sandbox: str = "", *, patience_seconds: float | None = None) -> _Session:  # noqa: ARG002 - nobody to wait for
        return _Session(self, writing=True)

    def version(self, sandbox: str) -> int:
        raise NotImplementedError("there is one process")

    def close(self) -> None:
        self.layers.clear()
        self.resting.clear()
        self.resting_made.clear()
        self.kept.clear()
        self.names = None
