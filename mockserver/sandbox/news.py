"""Word that something happened in a sandbox, for whoever watches it: of which kind, and where to look.

Nothing is told of what happened but that it did, so what was missed is made up for by looking again. A sandbox that nobody
watches has no news.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from enum import StrEnum

import msgspec

__all__ = ["KINDS_OF_STATE", "Kind", "News", "Watcher", "Word"]

_APART_SECONDS = 0.25
"""Between two words of one kind: four a second."""
_SILENCE_SECONDS = 15.0
"""After which a watcher is told that nothing happened: a proxy ends what is silent for long."""


class Kind(StrEnum):
    EXCHANGE = "exchange"
    """Somebody asked. The reference is the number of the latest entry of the journal."""
    BOOKING = "booking"
    """Something of an API was changed. The reference is the API."""
    DUE = "due"
    """What falls due next in an API is another. The reference is the API."""
    DELIVERY = "delivery"
    """Something is to be delivered, or was. The reference is the API."""
    CLOCK = "clock"
    RESET = "reset"


KINDS_OF_STATE = (Kind.BOOKING, Kind.DUE, Kind.DELIVERY, Kind.CLOCK)
"""What leaves no entry in the journal, so that nobody knows whether it was missed."""


class Word(msgspec.Struct, frozen=True):
    """
    Attributes:
        id: The number of the latest entry of the journal.
        ref: None where there are several, or none.
    """

    id: int
    kind: Kind
    ref: str | None


class News:
    """Of one sandbox. Args: last_id: The number of the latest entry of its journal, asked when something happened."""

    __slots__ = ("_last_id", "_watchers")

    def __init__(self, last_id: Callable[[], int]) -> None:
        self._last_id = last_id
        self._watchers: frozenset[Watcher] = frozenset()

    @property
    def is_watched(self) -> bool:
        return bool(self._watchers)

    def tell(self, kind: Kind, ref: str | None = None) -> None:
        """Callable from any thread."""
        word = Word(self._last_id(), kind, ref)
        for each in self._watchers:
            each.hear(word)

    def tell_of_change(self, api: str, *, is_stirred: bool) -> None:
        """Something was committed; *is_stirred* where it left something that falls due."""
        for kind in (Kind.BOOKING, Kind.DUE, Kind.DELIVERY) if is_stirred else (Kind.BOOKING,):
            self.tell(kind, api)

    def tell_of_clock(self, fired: Iterable[str]) -> None:
        """The clock was changed, and timers of these APIs fired."""
        self.tell(Kind.CLOCK)
        for api in fired:
            self.tell_of_change(api, is_stirred=True)

    def tell_of_entry(self, number: int) -> None:
        self.tell(Kind.EXCHANGE, str(number))

    def tell_of_reset(self) -> None:
        self.tell(Kind.RESET)

    def end(self) -> None:
        """The sandbox is gone."""
        for each in self._watchers:
            each.end()

    def watch(self, after: int | None = None) -> "Watcher":
        """From here on; who has watched before says *after* which entry of the journal, and is told where to look again."""
        watcher = Watcher()
        last = self._last_id()
        if after is not None and after > last:
            watcher.hear(Word(last, Kind.RESET, None))
        elif after is not None:
            if after < last:
                watcher.hear(Word(last, Kind.EXCHANGE, str(last)))
            for kind in KINDS_OF_STATE:
                watcher.hear(Word(last, kind, None))
        self._watchers |= {watcher}
        return watcher

    def forget(self, watcher: "Watcher") -> None:
        self._watchers -= {watcher}


class Watcher:
    """Hears what happens, and says it one by one: of a kind at most four times a second, the latest of it."""

    __slots__ = ("_free_at", "_has_ended", "_loop", "_stirred", "_waiting")

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stirred = asyncio.Event()
        self._waiting: dict[Kind, Word] = {}
        self._free_at: dict[Kind, float] = {}
        self._has_ended = False

    def hear(self, word: Word) -> None:
        """Callable from any thread."""
        self._on_loop(lambda: self._put(word))

    def end(self) -> None:
        """Say what is left, and no more. Callable from any thread."""
        self._on_loop(self._end)

    async def words(self) -> AsyncIterator[Word | None]:
        """None where nothing happened for a while."""
        while True:
            for kind in self._ready():
                self._free_at[kind] = self._loop.time() + _APART_SECONDS
                yield self._waiting.pop(kind)
            if self._has_ended:
                return
            self._stirred.clear()
            if self._ready():
                continue
            if await self._rest() and not self._waiting:
                yield None

    def _ready(self) -> list[Kind]:
        """What may be said now; at the end, all."""
        now = self._loop.time()
        return [kind for kind in self._waiting if self._has_ended or self._free_at.get(kind, 0.0) <= now]

    async def _rest(self) -> bool:
        """Until something happens, or something may be said. Answers whether nothing happened for a while."""
        until = [self._free_at[kind] for kind in self._waiting]
        seconds = min(until) - self._loop.time() if until else _SILENCE_SECONDS
        with suppress(TimeoutError):
            async with asyncio.timeout(max(seconds, 0.0)):
                await self._stirred.wait()
                return False
        return True

    def _put(self, word: Word) -> None:
        before = self._waiting.get(word.kind)
        if before is not None and before.ref != word.ref and word.kind is not Kind.EXCHANGE:
            word = msgspec.structs.replace(word, ref=None)
        self._waiting[word.kind] = word
        self._stirred.set()

    def _end(self) -> None:
        self._has_ended = True
        self._stirred.set()

    def _on_loop(self, act: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop is closed: the process ends
            self._loop.call_soon_threadsafe(act)
