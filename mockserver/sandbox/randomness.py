"""Chance that a seed decides: the same seed and purpose draw the same, in any process, in any order of asking."""

import hashlib
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

from mockserver.lean_imports import left_out, on_call

if TYPE_CHECKING:
    from faker import Faker

__all__ = ["draw", "faker", "uuid7"]


def draw(seed: int, *purpose: object) -> Random:
    """A generator of its own for one purpose, such as `draw(seed, "names", "reservekit")`."""
    text = "\x1f".join(str(part) for part in (seed, *purpose))
    return Random(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big"))  # noqa: S311 - a seed, not a secret


def faker(seed: int, *purpose: object) -> "Faker":
    """A Faker of its own for one purpose. It is asked for names and words, never for dates or phone numbers: those
    of Faker depend on today, and on numbers that may be somebody's.
    """
    with left_out("faker.decode", unidecode=on_call("faker.decode", "unidecode")):
        from faker import Faker  # noqa: PLC0415 - a tenth of a second, needed when the first world is drawn

    generator = Faker("en_US")
    generator.seed_instance(draw(seed, *purpose).getrandbits(64))
    return generator


def uuid7(now: datetime, chance: Random) -> str:
    """A UUID of version 7 (RFC 9562): 48 bits of milliseconds, then chance."""
    milliseconds = int(now.timestamp() * 1_000)
    number = milliseconds << 80 | 0x7 << 76 | chance.getrandbits(12) << 64 | 0b10 << 62 | chance.getrandbits(62)
    return str(UUID(int=number))
