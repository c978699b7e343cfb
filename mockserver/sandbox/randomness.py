"""Chance that a seed decides: the same seed and purpose draw the same, in any process, in any order of asking."""

import hashlib
from datetime import datetime
from random import Random
from uuid import UUID

__all__ = ["draw", "uuid7"]


def draw(seed: int, *purpose: object) -> Random:
    """A generator of its own for one purpose, such as `draw(seed, "names", "reservekit")`."""
    text = "\x1f".join(str(part) for part in (seed, *purpose))
    return Random(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big"))  # noqa: S311 - a seed, not a secret


def uuid7(now: datetime, chance: Random) -> str:
    """A UUID of version 7 (RFC 9562): 48 bits of milliseconds, then chance."""
    milliseconds = int(now.timestamp() * 1_000)
    number = milliseconds << 80 | 0x7 << 76 | chance.getrandbits(12) << 64 | 0b10 << 62 | chance.getrandbits(62)
    return str(UUID(int=number))
