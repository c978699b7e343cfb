"""What was done to the clock of a sandbox, and what fell due by it: the latest moves, on the record of the sandbox.

They are one block of bytes there, because each request to a durable sandbox reads its record and few ever ask for them. What a
running clock makes happen by itself is a move too: a timer that has fired is gone, and leaves no other trace.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from mockserver.sandbox.timers import Timer

__all__ = ["FiredTimer", "How", "Move", "noted", "read_moves"]

_MOST = 100
_MOST_FIRED = 20
"""Of one move; `Move.fired_count` tells how many there were."""


class How(StrEnum):
    MOVED = "moved"
    FROZE = "froze"
    RESUMED = "resumed"
    RAN = "ran"


class FiredTimer(msgspec.Struct, frozen=True, array_like=True, gc=False):
    api: str
    timer: Timer


class Move(msgspec.Struct, frozen=True, array_like=True):
    """One move.

    Attributes:
        at: Of the real time.
        how: `ran` where nobody did anything, and timers fell due on a running clock.
        from_at: What the clock showed before, `to_at` after it.
        after_entry: The last request before it, by its number in the journal; 0 where there was none.
    """

    at: datetime
    how: How
    from_at: datetime
    to_at: datetime
    after_entry: int
    fired: tuple[FiredTimer, ...]
    fired_count: int


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Move]).decode


def noted(moves: bytes, move: Move) -> bytes:
    """*moves* and one more; the oldest goes where they are too many."""
    kept = msgspec.structs.replace(move, fired=move.fired[:_MOST_FIRED])
    return _encode([*read_moves(moves)[-_MOST + 1 :], kept])


def read_moves(moves: bytes) -> Sequence[Move]:
    """The oldest first."""
    return _decode(moves) if moves else ()
