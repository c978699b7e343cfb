"""What was answered to requests that came with a key, so that the same one is answered again instead of done again.

Remembered replies are records like any other, written in the transaction of what they speak of: a process that dies after
the commit answers the retry, and a deed that was undone left no reply. They are forked and reset with the deed itself.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from mockserver.booking.idempotency import is_past, recall
from mockserver.booking.ports import ALL, Entry, Index, Kind, Records
from mockserver.booking.spans import microseconds

__all__ = ["RememberedReplies", "RememberedReply", "RememberedReplyKind"]

_FORGOTTEN_AT_ONCE: Final = 2
"""More than one, so that after a busy hour fewer are left with each that comes; few, so that none of them waits."""


class RememberedReply(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Attributes:
    id: See `RememberedReplies`.
    body: JSON; b"" where there is none.
    refusal: The code of what was refused.
    """

    id: str
    fingerprint: str
    saved_at: datetime
    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    media_type: str | None = None
    refusal: str | None = None


class RememberedReplyKind:
    """The replies of one API, the oldest first. Stores know them as `answer`."""

    __slots__ = ("by_age", "kind")

    def __init__(self, api: str) -> None:
        self.by_age: Index[RememberedReply] = Index(f"{api}.answer.by_age", _age)
        self.kind: Kind[RememberedReply] = Kind(f"{api}.answer", RememberedReply, (self.by_age,), inner=True)


class RememberedReplies:
    """The replies of one API of a sandbox, each known by its caller and the caller's key."""

    __slots__ = ("_index", "_now", "_records")

    def __init__(self, kind: RememberedReplyKind, records: Records[RememberedReply], now: datetime) -> None:
        self._index = kind.by_age
        self._records = records
        self._now = now

    def recall(self, caller: str, key: str, fingerprint: str, *, window: timedelta) -> RememberedReply | None:
        """The reply to give again; None where there is something to do.

        Raises:
            KeyReused: The key stands for another request.
        """
        known = self._records.find(_id(caller, key))
        return recall(key, known, fingerprint, window=window, now=self._now)

    def remember(
        self,
        caller: str,
        key: str,
        fingerprint: str,
        *,
        window: timedelta,
        status: int,
        body: bytes,
        headers: tuple[tuple[bytes, bytes], ...] = (),
        media_type: str | None = None,
        refusal: str | None = None,
    ) -> None:
        """Keep a reply for as long as *window*; some that are older are forgotten for it."""
        for old in self._records.page(self._index, ALL, limit=_FORGOTTEN_AT_ONCE):
            if is_past(old, window=window, now=self._now):
                self._records.delete(old.id)
        reply = RememberedReply(_id(caller, key), fingerprint, self._now, status, body, headers, media_type, refusal)
        self._records.put(reply)


def _id(caller: str, key: str) -> str:
    """A header has no line break, so no two callers' keys look alike."""
    return f"{caller}\n{key}"


def _age(reply: RememberedReply) -> Iterable[Entry]:
    return ((ALL, microseconds(reply.saved_at), 1),)
