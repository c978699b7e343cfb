"""Whose turn it is to use what an account has one of, among the tests of all runs that go on on this machine."""

import time
from pathlib import Path
from typing import TextIO

try:
    import fcntl
except ImportError:  # where there is none, nobody waits
    fcntl = None  # type: ignore[assignment]

__all__ = ["take_turn"]

_LONGEST = 60.0
"""Seconds. Who waits longer goes on, and may meet others."""
_LOOK = 0.01


def take_turn(file: Path) -> TextIO | None:
    """The turn of whoever has *file* open; closing it ends the turn. None where no turn comes."""
    until = time.monotonic() + _LONGEST
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        opened = file.open("a", encoding="utf-8")
    except OSError:  # a machine without a place to write to can still test
        return None
    while time.monotonic() < until:
        try:
            if fcntl is not None:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(_LOOK)
        else:
            return opened
    opened.close()
    return None
