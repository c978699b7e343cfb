"""What a sandbox was asked and what it answered: the last requests, bounded in number and in bytes.

Secrets never enter: header values that carry credentials are replaced before an entry is kept.
"""

import time
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import msgspec

__all__ = [
    "REDACTED",
    "Entry",
    "Journal",
    "Limits",
    "Memory",
    "Note",
    "PartOfMemory",
    "changed_ids",
    "cut",
    "latest",
    "pack_headers",
    "shown_changes",
    "shown_timer",
]

REDACTED = b"[redacted]"
_SECRET = frozenset({b"authorization", b"cookie", b"set-cookie", b"proxy-authorization", b"x-api-key"})
_OVERHEAD_BYTES = 800
"""What an entry costs beside its bodies and the headers of the request, roughly."""

_FIRST_ERROR = 400
_OFFSET_NS = time.time_ns() - time.perf_counter_ns()
"""From the clock that only counts to the machine's: one of them is read per request."""

_MOST_NOTES = 200

_FEW = 16
"""Up to so many entries stand in a list: an empty deque takes 600 bytes, and most sandboxes are asked a few times.
They are one block of bytes while the sandbox rests."""


class Limits:
    """How much is kept. A body longer than `body_bytes` is cut, and the entry says so."""

    __slots__ = ("body_bytes", "bytes", "entries")

    def __init__(self, *, entries: int = 1_000, size: int = 4 << 20, body_bytes: int = 64 << 10) -> None:
        self.entries = entries
        self.bytes = size
        self.body_bytes = body_bytes


class Memory:
    """Bytes that all journals of the process hold together."""

    __slots__ = ("limit", "used")

    def __init__(self, limit: int = 64 << 20) -> None:
        self.limit = limit
        self.used = 0


class PartOfMemory(Memory):
    """Bytes that some journals hold, which are those of the process too."""

    __slots__ = ("_used", "_whole")

    def __init__(self, limit: int, whole: Memory) -> None:
        self._used, self._whole = 0, whole
        super().__init__(limit)

    @property
    def used(self) -> int:
        return self._used

    @used.setter
    def used(self, used: int) -> None:
        self._whole.used += used - self._used
        self._used = used


class Entry(msgspec.Struct, gc=False, array_like=True):
    """One exchange; `status` is 0 while it is under way.

    Attributes:
        headers: Of the request, packed (see `pack_headers`).
        response_headers: As they were sent.
        refusal: The code of what was refused; `facts` are those that the refusal rests on.
        size: In bytes, roughly; counted when it is kept.
        began_ns: On the clock that only counts, for `received_at`.
        caller: Tenant, role and id of whoever asked; None of a stranger.
        changes: What it changed: as `Level.changed` until somebody asks, then as `shown_changes`.
        timers: Those that fired before it.
        met: The ids of the rules that counted it, each with whether it fired.
        faults: What was done to it, and the ids of the rules that did so; 0 where the request asked for it itself.
        broke: Which side of the commit the connection was broken on, `before` or `after`; "" where it was not.
        is_rival: A rule has made it up.
    """

    method: str
    path: str
    query: bytes
    id: int = 0
    api: str = ""
    at: datetime | None = None
    headers: bytes = b""
    operation: str | None = None
    refusal: str | None = None
    status: int = 0
    microseconds: int = 0
    request_body: bytes = b""
    request_cut: bool = False
    response_headers: Sequence[tuple[bytes, bytes]] = ()
    response_body: bytes = b""
    response_cut: bool = False
    size: int = 0
    began_ns: int = 0
    caller: tuple[str, str, str] | None = None
    facts: Any = None
    changes: Any = None
    timers: list[Any] = []
    faults: list[tuple[str, int]] = []
    broke: str = ""
    is_rival: bool = False
    met: tuple[tuple[int, bool], ...] = ()

    @property
    def received_at(self) -> datetime:
        """By the machine's clock."""
        return datetime.fromtimestamp((self.began_ns + _OFFSET_NS) / 1e9, UTC)

    def settle(self) -> None:
        """Let go of the records that it changed, and of what cannot be packed."""
        if isinstance(self.changes, tuple):
            self.changes = shown_changes(self.changes)
        if self.facts is not None:
            self.facts = {name: _plain(value) for name, value in self.facts.items()}


def shown_changes(link: Any) -> list[dict[str, Any]]:
    """
    What was changed, in order: `kind`, `id`, and `fields`, by name what they were and what they are now. Of a record that
    came to be or has gone all, one of the two being null.

    Args:
        link: See `Level.changed`.
    """
    first: dict[tuple[str, Any], Any] = {}
    last: dict[tuple[str, Any], Any] = {}
    while link is not None:
        kind, key, before, after, link = link
        address = (kind.name.partition(".")[2], key)
        first[address] = before
        last.setdefault(address, after)
    shown = []
    for address in reversed(last):
        was, now = _fields(first[address]), _fields(last[address])
        fields = {name: (was.get(name), now.get(name)) for name in {**was, **now} if was.get(name) != now.get(name)}
        if fields:
            kind, key = address
            event = "deleted" if not now else "changed" if was else "created"
            shown.append({"kind": kind, "id": key, "event": event, "fields": fields})
    return shown


def changed_ids(link: Any, kind: str) -> frozenset[Any]:
    """
    The ids of the records of one kind that were changed.

    Args:
        link: See `Level.changed`.
        kind: With the name of the API, `reservekit.delivery`.
    """
    found = set()
    while link is not None:
        changed, key, _, _, link = link
        if changed.name == kind:
            found.add(key)
    return frozenset(found)


def _fields(record: Any) -> dict[str, Any]:
    if not isinstance(record, msgspec.Struct):
        return {}
    return {name: _plain(getattr(record, name)) for name in record.__struct_fields__}


def _plain(value: Any) -> Any:
    try:
        return msgspec.to_builtins(value, enc_hook=repr)
    except (TypeError, ValueError):
        return repr(value)


def shown_timer(timer: Any) -> dict[str, Any]:
    return {"action": timer.action, "subject": timer.subject, "due_at": _plain(timer.due_at)}


class Note(msgspec.Struct, frozen=True):
    """What was done to the sandbox from outside, between two requests.

    Attributes:
        after: The last request before it, by its number.
        at: By the sandbox's clock.
        path: Of the operation: by the names of its parameters.
        before: What was there before, where the operation changes it.
    """

    after: int
    at: datetime
    operation: str
    path: dict[str, Any]
    body: Any = None
    before: Any = None


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Entry]).decode


class Journal:
    """The latest entries of one sandbox, oldest first.

    Attributes:
        notes: What was done from outside since the world began, the latest.
        began: Of this world: the number of the last request before it, and how many each had asked by then.
        lost: How many entries and notes of this world are not here any more.
        added: How many came since it was last cleared, those that were dropped since too.
        refused: How many of them were answered with an error.
    """

    __slots__ = (
        "_asked",
        "_bytes",
        "_kept",
        "_limits",
        "_memory",
        "added",
        "began",
        "last_id",
        "lost",
        "notes",
        "refused",
    )

    def __init__(self, limits: Limits, memory: Memory) -> None:
        self._limits = limits
        self._memory = memory
        self._kept: deque[Entry] | list[Entry] | bytes = []
        self._bytes = 0
        self._asked: dict[str, int] = {}
        self.last_id = 0
        self.notes: list[Note] = []
        self.began: tuple[int, dict[str, int]] = (0, {})
        self.lost = 0
        self.added = self.refused = 0

    @property
    def _entries(self) -> deque[Entry] | list[Entry]:
        if isinstance(self._kept, bytes):
            self._kept = _decode(zlib.decompress(self._kept))
        return self._kept

    def rest(self) -> None:
        """Take little room until somebody asks again."""
        if isinstance(self._kept, list):
            for entry in self._kept:
                entry.settle()
            self._kept = zlib.compress(_encode(self._kept), zlib.Z_BEST_SPEED)

    def __len__(self) -> int:
        return len(self._entries)

    def number(self, whose: str = "") -> int:
        """Number a request: `last_id` says which one of the sandbox it is, the answer which one of *whose*.

        Args:
            whose: One of few names, such as those of tenants.
        """
        self.last_id += 1
        number = self._asked[whose] = self._asked.get(whose, 0) + 1
        return number

    def add(self, entry: Entry) -> None:
        limits = self._limits
        if len(entry.request_body) > limits.body_bytes or len(entry.response_body) > limits.body_bytes:
            cut(entry, limits)
        bodies = len(entry.request_body) + len(entry.response_body)
        entry.size = _OVERHEAD_BYTES + len(entry.headers) + bodies
        entries = self._entries
        if len(entries) == _FEW:
            entries = self._kept = deque(entries)
        entries.append(entry)
        self.added += 1
        self.refused += entry.status >= _FIRST_ERROR
        self._bytes += entry.size
        self._memory.used += entry.size
        while len(entries) > limits.entries or self._bytes > limits.bytes:
            self.drop_oldest()

    def count(self, entry: Entry) -> None:
        """Count an entry that is kept elsewhere."""
        self.added += 1
        self.refused += entry.status >= _FIRST_ERROR

    def note(self, note: Note) -> None:
        self.notes.append(note)
        if len(self.notes) > _MOST_NOTES:
            del self.notes[0]
            self.lost += 1

    def begin_anew(self) -> None:
        """Another world: what was asked before was asked of one that is not there any more."""
        self.clear()
        self.notes.clear()
        self.began = (self.last_id, dict(self._asked))
        self.lost = 0

    def go_on_from(self, last_id: int, asked: dict[str, int]) -> None:
        """Number as if so much had been asked."""
        self.last_id, self._asked = last_id, dict(asked)

    def counted(self) -> dict[str, int]:
        """How much each has asked."""
        return dict(self._asked)

    def drop_oldest(self) -> None:
        self.lost += 1
        entries = self._entries
        size = (entries.popleft() if isinstance(entries, deque) else entries.pop(0)).size
        self._bytes -= size
        self._memory.used -= size

    def clear(self) -> int:
        """Answers how many entries there were. Numbers go on from where they were."""
        count = len(self._entries)
        self.lost += count
        self._memory.used -= self._bytes
        self._bytes = 0
        self._kept = []
        self.added = self.refused = 0
        return count

    def find(self, number: int) -> Entry | None:
        return next((entry for entry in self._entries if entry.id == number), None)

    def latest(self, limit: int, **wanted: Any) -> list[Entry]:
        """See `latest`."""
        return latest(self._entries, limit, **wanted)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)


def latest(
    entries: deque[Entry] | list[Entry],
    limit: int,
    *,
    before: int | None = None,
    api: str | None = None,
    operation: str | None = None,
    method: str | None = None,
    status: int | None = None,
    path: str | None = None,
    also: Callable[[Entry], bool] | None = None,
) -> list[Entry]:
    """Of entries that stand in order some, the newest first; *path* matches a part of theirs, *also* says what else one has to be."""

    def wanted(entry: Entry) -> bool:
        return (
            (before is None or entry.id < before)
            and (api is None or entry.api == api)
            and (operation is None or entry.operation == operation)
            and (method is None or entry.method == method)
            and (status is None or entry.status == status)
            and (path is None or path in entry.path)
            and (also is None or also(entry))
        )

    return list(islice(filter(wanted, reversed(entries)), limit))


def cut(entry: Entry, limits: Limits) -> None:
    """Bodies that are too long, which the entry says then."""
    if len(entry.request_body) > limits.body_bytes:
        entry.request_body = entry.request_body[: limits.body_bytes]
        entry.request_cut = True
    if len(entry.response_body) > limits.body_bytes:
        entry.response_body = entry.response_body[: limits.body_bytes]
        entry.response_cut = True


def pack_headers(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Headers as one block of bytes, a tenth of the memory of the list they came in, credentials left out."""
    return b"\r\n".join([b"%b: %b" % (name, REDACTED if name in _SECRET else value) for name, value in headers])
