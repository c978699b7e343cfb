"""What falls due: a hold expires, a session dies, a visit completes.

Timers are records like any other, so they are forked, reset and made durable with the state they belong to. They fire
in order of their due moment, each at a clock that shows that moment, before anything that happens later is looked at.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

import msgspec

from mockserver.booking.ports import ALL, Entry, Id, Index, Kind, Records
from mockserver.booking.spans import microseconds

__all__ = ["Timer", "TimerKind", "Timers"]


class Timer(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """At *due_at*, do *action* to *subject*, the id of a record."""

    id: int
    due_at: datetime
    action: str
    subject: Id


class TimerKind:
    """The timers of one API and their order."""

    __slots__ = ("by_due", "kind")

    def __init__(self, api: str) -> None:
        self.by_due: Index[Timer] = Index(f"{api}.timer.by_due", _due)
        self.kind: Kind[Timer] = Kind(f"{api}.timer", Timer, (self.by_due,))


class Timers:
    """Args: stir: Called when a timer was set."""

    __slots__ = ("_index", "_records", "_stir")

    def __init__(self, kind: TimerKind, records: Records[Timer], stir: Callable[[], None]) -> None:
        self._index = kind.by_due
        self._records = records
        self._stir = stir

    def schedule(self, due_at: datetime, action: str, subject: Id) -> int:
        """Answers the timer's id, for `cancel`."""
        number = self._records.next_id()
        self._records.put(Timer(number, due_at, action, subject))
        self._stir()
        return number

    def cancel(self, number: int) -> None:
        """Raises NotFound when it has fired or was cancelled."""
        self._records.delete(number)

    def next_due(self) -> Timer | None:
        first = self._records.page(self._index, ALL, limit=1)
        return first[0] if first else None


def _due(timer: Timer) -> Iterable[Entry]:
    return ((ALL, microseconds(timer.due_at), 1),)
