"""The same request twice: do it once, answer it twice.

House rules:
- A key stands for one request, known again by its fingerprint. The same key with another request is a refusal, never
  a second deed and never somebody else's answer.
- Keys belong to their caller: whoever looks a record up does so by caller and key.
- The window is half-open like any span: at `saved_at + window` the key is free again.
- What an answer is, and which answers are worth remembering, is the API's own matter.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Protocol, TypeVar

import msgspec

from mockserver.booking.errors import KeyReused

__all__ = ["Remembered", "fingerprint", "is_past", "recall"]


class Remembered(Protocol):
    """What is kept of the first request that came with a key."""

    @property
    def fingerprint(self) -> str: ...

    @property
    def saved_at(self) -> datetime: ...


M = TypeVar("M", bound=Remembered)


def recall(key: str, remembered: M | None, fingerprint: str, *, window: timedelta, now: datetime) -> M | None:
    """Judge a request by what is remembered under its *key*.

    Args:
        remembered: None when the key is new.
        fingerprint: Of the request that has just come.
        window: How long an answer is remembered.
        now: Aware UTC.

    Returns:
        *remembered* when its answer is to be given again and nothing is to be done; None to go ahead and do it.

    Raises:
        KeyReused: Within the window, the key came back with another request.
    """
    if remembered is None or is_past(remembered, window=window, now=now):
        return None
    if remembered.fingerprint != fingerprint:
        raise KeyReused(key)
    return remembered


def is_past(remembered: Remembered, *, window: timedelta, now: datetime) -> bool:
    """Whether its key is free again."""
    return now - remembered.saved_at >= window


def fingerprint(*parts: Any) -> str:
    """Digest what a request asks for: its operation, those parameters that count, its decoded body; JSON values all of them.

    Two that mean the same have the same fingerprint. Order of members and blanks do not count, since some clients encode
    anew for each retry; nor does how a path is percent-encoded.
    """
    return sha256(msgspec.json.encode(parts, order="deterministic")).hexdigest()
