"""One sandbox, as far as it lives in this process: its journal, and what an API remembers beside its records."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from mockserver.sandbox.journal import Journal, Limits, Memory
from mockserver.sandbox.records import SandboxRecord
from mockserver.sandbox.work import Moments

__all__ = ["DEFAULT", "Sandbox"]

T = TypeVar("T")

DEFAULT = "default"
"""The sandbox of a request that names none."""


class Sandbox:
    """The part of a sandbox that lives in this process; its parts are made on first use.

    Attributes:
        mark: Tells this loading of a durable sandbox from every other; "" where it is never loaded twice.
        told_of: The APIs of which somebody knows when the first timer of their seed falls due.
    """

    __slots__ = ("_journal", "_lock", "mark", "moments", "name", "record", "told_of", "used_at", "volatile")

    def __init__(self, record: SandboxRecord, *, mark: str = "") -> None:
        self.name = record.name
        self.mark = mark
        self.record = record
        self.used_at = 0.0
        self.moments: Moments | None = None
        self.volatile: dict[str, Any] | None = None
        self.told_of: frozenset[str] = frozenset()
        self._journal: Journal | None = None
        self._lock: threading.RLock | None = None

    @property
    def lock(self) -> threading.RLock:
        if self._lock is None:
            self._lock = threading.RLock()
        return self._lock

    @property
    def has_journal(self) -> bool:
        return self._journal is not None

    def journal(self, limits: Limits, memory: Memory) -> Journal:
        if self._journal is None:
            self._journal = Journal(limits, memory)
        return self._journal

    def scratch(self, name: str, make: Callable[[], T]) -> T:
        """Something an API remembers beside its records until the next reset, such as rate limit buckets."""
        if self.volatile is None:
            self.volatile = {}
        found: T | None = self.volatile.get(name)
        if found is None:
            found = self.volatile[name] = make()
        return found
