"""What an API tells of one booking beside its document: whose it is, which timers are set for it, what was owed and paid."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from mockserver.booking.lifecycle import Lifecycle
from mockserver.booking.ports import Id, Kind
from mockserver.booking.spans import Span
from mockserver.sandbox.work import Work

__all__ = ["History", "MoneyLine", "Told"]


class MoneyLine(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """
    Attributes:
        owed: By how much what has to be paid grew; below zero it shrank.
        paid: What came in; below zero it went back.
        unit: A currency, of which amounts are minor units, or what is paid with in its stead.
    """

    at: datetime
    what: str
    owed: int = 0
    paid: int = 0
    unit: str


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        label: Whose it is.
        note: What it is.
        timers: The ids of those that are set for it.
        also: Further documents, by kind and id, of which a change is a part of its history.
    """

    status: str
    span: Span | None
    label: str
    note: str | None = None
    timers: tuple[int, ...] = ()
    also: tuple[tuple[str, Id], ...] = ()
    lines: tuple[MoneyLine, ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """
    Attributes:
        tell: Of a record of the *kind*, all that belongs to it.
        gone: The state of the lifecycle in which there is no record any more.
    """

    kind: Kind[Any]
    lifecycle: Lifecycle[Any]
    tell: Callable[[Work, Any], Told]
    gone: str | None = None
