"""What a run has made in a world that it shares and not yet taken back, in a file: whoever ends the run, the file stays.

One file for each run, in the user's cache folder, written as things are made and locked as long as the run goes on. It is
gone with the last of them.
"""

import contextlib
import hashlib
import itertools
import json
import os
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TextIO

try:
    import fcntl
except ImportError:  # where there is none, no run is known to go on
    fcntl = None  # type: ignore[assignment]

__all__ = ["Thing", "Track", "cache_folder", "interrupted", "locked", "turns_file"]


class Thing(NamedTuple):
    """What a request made: the *value* of the *parameter* that names it, who asked for it, by which operation."""

    parameter: str
    value: object
    by: str
    operation: str = ""


class Track:
    """
    What is made, and what of it is taken back.

    Args:
        file: None to keep it nowhere.
        undone: The parameters by which something can be taken back.

    Attributes:
        unheard: The operations that an earlier run had asked when it was killed, before an answer named what they made.
    """

    def __init__(self, file: Path | None, undone: Collection[str] = ()) -> None:
        self._path = file
        self._undone = undone
        self._file: TextIO | None = None
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self.things: list[Thing] = []
        self.unheard: tuple[str, ...] = ()
        if file is not None and file.exists():
            self._file = locked(file)
            self.things, self.unheard = _read(file)

    @classmethod
    def of_run(cls, api: str, base_url: str, run: str, undone: Collection[str]) -> "Track":
        return cls(cache_folder() / f"{_name(api, base_url)}-{run}.jsonl", undone)

    @contextmanager
    def asking(self, operation: str) -> Iterator[None]:
        """While *operation* is asked, which may make something: of who is killed meanwhile it is known what was asked."""
        number = next(self._numbers)
        with self._lock:
            self._write({"asked": [number, operation]})
        try:
            yield
        finally:
            with self._lock:
                self._write({"heard": [number]})

    def made(self, thing: Thing) -> None:
        with self._lock:
            self.things.append(thing)
            self._write({"made": thing})

    def gone(self, thing: Thing) -> None:
        with self._lock:
            self.things = [each for each in self.things if each[:2] != thing[:2]]
            self._write({"gone": thing})

    @property
    def left(self) -> list[Thing]:
        """What could be taken back, oldest first."""
        return [each for each in self.things if each.parameter in self._undone]

    def close(self, *, told: bool = True) -> None:
        """
        Args:
            told: Somebody has been told what was asked and not heard of, so that it is kept no longer.
        """
        if self._file is not None and self._path is not None:
            if not self.left and (told or not self.unheard):
                self._path.unlink(missing_ok=True)
            self._file.close()

    def _write(self, line: dict[str, Any]) -> None:
        if self._path is None:
            return
        try:
            self._file = self._file or locked(self._path)
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()
        except OSError:  # a machine without a place to write to can still test
            self._path = None


def interrupted(api: str, base_url: str) -> list[Path]:
    """The files of runs at *base_url* that do not go on any more."""
    return [file for file in sorted(cache_folder().glob(f"{_name(api, base_url)}-*.jsonl")) if not _is_locked(file)]


def turns_file(api: str, base_url: str) -> Path:
    """What all runs at *base_url* lock in turn."""
    return cache_folder() / f"{_name(api, base_url)}.turns"


def cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "doublebook"


def _name(api: str, base_url: str) -> str:
    return f"{api}-{hashlib.sha256(base_url.encode()).hexdigest()[:12]}"


def locked(file: Path) -> TextIO:
    """*file* for writing, locked as long as it is open. Raises BlockingIOError where somebody else has it locked."""
    file.parent.mkdir(parents=True, exist_ok=True)
    opened = file.open("a", encoding="utf-8")
    try:
        if fcntl is not None:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        opened.close()
        raise
    return opened


def _is_locked(file: Path) -> bool:
    try:
        locked(file).close()
    except BlockingIOError:
        return True
    return False


def _read(file: Path) -> tuple[list[Thing], tuple[str, ...]]:
    """What was made and is not gone, and which operations were asked and not heard of. The last line may be a part of one."""
    found: dict[tuple[str, object], Thing] = {}
    asked: dict[int, str] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        with contextlib.suppress(ValueError):
            for event, said in json.loads(line).items():
                if event == "asked":
                    asked[said[0]] = said[1]
                elif event == "heard":
                    asked.pop(said[0], None)
                else:
                    thing = Thing(*said)
                    found.pop(thing[:2], None)
                    if event == "made":
                        found[thing[:2]] = thing
    return list(found.values()), tuple(asked.values())
