"""The journals of durable sandboxes: in the store, where every process finds them, and written beside the requests.

What was asked is told to the store in batches, so that no reading becomes a write. A process that is killed takes with it
what it was asked within the last quarter of a second.
"""

import asyncio
import logging
from collections import Counter, deque

import msgspec

from mockserver.booking.errors import StoreDown
from mockserver.booking.ports import Journals
from mockserver.booking.spans import microseconds
from mockserver.sandbox.journal import Entry, Limits, cut
from mockserver.sandbox.owners import NOBODY, Owners
from mockserver.sandbox.records import SandboxRecord

__all__ = ["SharedJournals"]

_LOG = logging.getLogger("mockserver")
_EVERY_SECONDS = 0.25
_PART = 16
_MOST_WAITING = 4_096
"""So many wait while the store does not answer; then the oldest are lost."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Entry).decode


class SharedJournals:
    """Those of all sandboxes of a store, as one process writes and reads them."""

    def __init__(self, journals: Journals, limits: Limits, owners: Owners = NOBODY) -> None:
        self._journals = journals
        self._limits = limits
        self._owners = owners
        self._added: Counter[str] = Counter()
        self._waiting: deque[tuple[SandboxRecord, Entry]] = deque(maxlen=_MOST_WAITING)
        self._stirred = asyncio.Event()

    def add(self, record: SandboxRecord, entry: Entry) -> None:
        if not self._waiting:
            self._stirred.set()
        self._waiting.append((record, entry))

    def flush(self) -> None:
        """Tell the store what waits. Raises StoreDown, and then it waits on."""
        batch = list(self._waiting)
        self._waiting.clear()
        if not batch:
            return
        blocks = [self._block(record, entry) for record, entry in batch]
        try:
            self._journals.append(blocks, most=self._limits.entries, most_bytes=self._limits.bytes)
        except StoreDown:
            self._waiting.extendleft(reversed(batch))
            self._stirred.set()
            raise
        if self._owners:
            self._trim(blocks)

    def _trim(self, blocks: list[tuple[str, int, bytes]]) -> None:
        """What keys may not have together goes, each time a part of that has come. Raises StoreDown."""
        for name, _, block in blocks:
            owner = self._owners.owner_of(name)
            if owner is not None and owner.journal_bytes:
                self._added[owner.name] += len(block)
                if self._added[owner.name] * _PART > owner.journal_bytes:
                    self._journals.trim(owner.beginning, owner.journal_bytes)
                    self._added[owner.name] = 0

    def _block(self, record: SandboxRecord, entry: Entry) -> tuple[str, int, bytes]:
        cut(entry, self._limits)
        entry.settle()
        return record.name, _life(record), _encode(entry)

    def read(self, record: SandboxRecord) -> list[Entry]:
        """Oldest first; what another process was asked this moment may be missing."""
        self.flush()
        entries = []
        for number, block in self._journals.read(record.name, _life(record)):
            entry = _decode(block)
            entry.id = number
            entries.append(entry)
        return entries

    def last(self, name: str) -> int:
        """The number of the latest entry. Raises StoreDown."""
        self.flush()
        return self._journals.last(name)

    def clear(self, name: str) -> int:
        self.flush()
        return self._journals.clear(name)

    async def due(self) -> None:
        """Come back when something has waited for long enough."""
        await self._stirred.wait()
        await asyncio.sleep(_EVERY_SECONDS)
        self._stirred.clear()


def _life(record: SandboxRecord) -> int:
    return microseconds(record.reset_at or record.made_at)
