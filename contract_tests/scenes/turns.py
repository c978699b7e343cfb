"""Whose turn it is to use what an account has one of, among the tests of all runs that go on on this machine."""

import time
from pathlib import Path
from typing import TextIO

from contract_tests.scenes.leftovers import locked

__all__ = ["take_turn"]

_LONGEST = 60.0
"""Seconds. A test that waits longer goes on, and may meet others."""
_LOOK = 0.01


def take_turn(file: Path) -> TextIO | None:
    """A turn lasts as long as the file that is answered is open. None where no turn comes."""
    until = time.monotonic() + _LONGEST
    while time.monotonic() < until:
        try:
            return locked(file)
        except BlockingIOError:
            time.sleep(_LOOK)
        except OSError:  # a machine without a place to write to can still test
            break
    return None
