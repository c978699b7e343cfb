"""Why a run cannot start, said in one sentence that names the nearest right value."""

import difflib
import json
from collections.abc import Iterable
from datetime import date, time

__all__ = ["CannotRun", "as_written", "did_you_mean"]


class CannotRun(Exception):  # noqa: N818 - it is about the call, not about the API: exit code 2, never a finding
    """Nothing was tested and nothing can be concluded about the API; the message is for the person who called."""


def did_you_mean(given: str, known: Iterable[str], *, listed_by: str = "") -> str:
    """
    A clause that starts with a semicolon: the nearest known word if there is one, and all of them.

    Args:
        listed_by: The command that lists them, named instead where they are too many for a sentence.
    """
    words = sorted(known)
    by_lower = {word.lower(): word for word in words}
    nearest = difflib.get_close_matches(given.lower(), by_lower, n=1, cutoff=0.5)
    rest = f"{listed_by} lists them" if listed_by else f"known: {', '.join(words) or 'none'}"
    return f"; did you mean {by_lower[nearest[0]]!r}? {rest[0].upper()}{rest[1:]}" if nearest else f"; {rest}"


def as_written(value: object) -> str:
    """A value of a TOML file, about as it stands there."""
    return value.isoformat() if isinstance(value, date | time) else json.dumps(value, ensure_ascii=False, default=str)
