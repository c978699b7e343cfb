"""The same request twice: do it once, answer it twice.

House rules:
- A key stands for one request, known again by its fingerprint. The same key with another request is a refusal, never
  a second deed and never somebody else's answer.
- Keys belong to their caller: whoever looks a record up does so by caller and key.
- The window is half-open like any span: at `saved_at + window` the key is free again.
- What an answer is, and which answers are worth remembering, is the API's own matter.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from hashlib import sha256
from typing import Final, Generic, TypeVar

import msgspec

from mockserver.booking.errors import KeyReused

__all__ = ["FRESH", "Fresh", "Remembered", "Replay", "fingerprint", "recall"]

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Remembered(Generic[A]):
    """What was answered to the first request that came with *key*."""

    key: str
    fingerprint: str
    saved_at: datetime
    answer: A


class Fresh(Enum):
    """Its one member says: not seen before, or no longer remembered. Go ahead and do it."""

    FRESH = "fresh"


FRESH: Final = Fresh.FRESH


@dataclass(frozen=True, slots=True)
class Replay(Generic[A]):
    """Seen before: give the saved *answer* again, and do nothing."""

    answer: A


def recall(
    remembered: Remembered[A] | None, fingerprint: str, *, window: timedelta, now: datetime
) -> Fresh | Replay[A]:
    """Judge a request by what is remembered under its key.

    Args:
        remembered: None when the key is new.
        fingerprint: Of the request that has just come.
        window: How long an answer is remembered.
        now: Aware UTC.

    Raises:
        KeyReused: Within the window, the key came back with another request.
    """
    if remembered is None or now - remembered.saved_at >= window:
        return FRESH
    if remembered.fingerprint != fingerprint:
        raise KeyReused(remembered.key)
    return Replay(remembered.answer)


def fingerprint(method: str, path: str, body: bytes) -> str:
    """Digest a request so that two that mean the same have the same fingerprint.

    The order of keys and the blanks of a JSON body do not count, since some clients encode anew for each retry. A body
    that is not JSON counts byte by byte.
    """
    digest = sha256()
    # A path may carry any character once it is decoded, lone surrogates included.
    for part in (method.encode(), path.encode(errors="surrogatepass"), _canonical(body)):
        # Lengths keep the parts apart: no separator is safe from appearing in a path.
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def _canonical(body: bytes) -> bytes:
    try:
        return msgspec.json.encode(msgspec.json.decode(body), order="deterministic")
    except (ValueError, RecursionError):  # bad syntax, text or numbers; nested too deep
        return body
