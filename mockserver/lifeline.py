"""Ending with another process: a server that a test run has started is gone when the run is, however it ended."""

import contextlib
import os
import select
import signal
import threading
import time
from collections.abc import Callable

__all__ = ["end_with"]

_LOOK_SECONDS = 0.2
"""How often a system that tells nobody is asked."""


def end_with(pid: int) -> None:
    """Ask this process to end, as Ctrl-C would, when the process *pid* has ended.

    Raises:
        ValueError: There is no such process.
    """
    try:
        os.kill(pid, 0)
    except PermissionError:
        pass  # somebody else's, which is there
    except (OSError, OverflowError):
        raise ValueError(f"--until-pid: no process has the id {pid}") from None
    threading.Thread(target=_end, args=(_watch(pid),), daemon=True).start()


def _end(wait: Callable[[], object]) -> None:
    wait()
    os.kill(os.getpid(), signal.SIGTERM)


def _watch(pid: int) -> Callable[[], object]:
    """What comes back when the process has ended. It is taken hold of now: its id may be given again."""
    with contextlib.suppress(AttributeError, OSError):  # Linux
        handle = os.pidfd_open(pid)
        waiting = select.poll()
        waiting.register(handle, select.POLLIN)
        return waiting.poll
    with contextlib.suppress(AttributeError, OSError):  # macOS
        queue = select.kqueue()  # type: ignore[attr-defined,unused-ignore]
        told = select.kevent(  # type: ignore[attr-defined,unused-ignore]
            pid,
            filter=select.KQ_FILTER_PROC,  # type: ignore[attr-defined,unused-ignore]
            flags=select.KQ_EV_ADD,  # type: ignore[attr-defined,unused-ignore]
            fflags=select.KQ_NOTE_EXIT,  # type: ignore[attr-defined,unused-ignore]
        )
        queue.control([told], 0)
        return lambda: queue.control(None, 1)
    return lambda: _ask_until_gone(pid)


def _ask_until_gone(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        while True:
            with contextlib.suppress(PermissionError):
                os.kill(pid, 0)
            time.sleep(_LOOK_SECONDS)
