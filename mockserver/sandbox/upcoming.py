"""What will fall due in a sandbox: timers, deliveries, and deadlines, of which nothing happens by itself.

A delivery to a subscription that is switched off waits for somebody to switch it on, and is due at no moment.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from heapq import nsmallest
from typing import Any

import msgspec

from mockserver.booking.ports import ALL, Kind
from mockserver.booking.spans import microseconds
from mockserver.sandbox.deliveries import Delivery
from mockserver.sandbox.domains import Deadline, Domain
from mockserver.sandbox.timers import Timer
from mockserver.sandbox.work import Work

__all__ = ["Due", "DueKind", "first_of", "upcoming"]


class DueKind(StrEnum):
    TIMER = "timer"
    DELIVERY = "delivery"
    DEADLINE = "deadline"


class Due(msgspec.Struct, frozen=True, gc=False):
    """One thing that falls due.

    Attributes:
        id: Names it as long as it is due; no other of its sandbox has it.
        at: By the sandbox's clock. Of a deadline, the moment up to which something is possible.
        subject_kind: Of the record that it is about, without the name of the API.
        label: What people call that record.
    """

    id: str
    at: datetime
    api: str
    kind: DueKind
    action: str
    subject_kind: str
    subject_id: int | str
    label: str


def upcoming(
    work: Work, domain: Domain, kinds: Collection[DueKind], *, until: datetime | None, limit: int | None
) -> tuple[int, list[Due]]:
    """How much falls due in one API, not after *until*, and the first of it in order."""
    found: list[tuple[int, list[Due]]] = []
    if DueKind.TIMER in kinds:
        found.append(_timers(work, domain, until, limit))
    if DueKind.DELIVERY in kinds:
        found += [_deliveries(work, each.id, each.url, until, limit) for each in work.subscriptions.active()]
    if DueKind.DEADLINE in kinds and domain.deadlines is not None:
        found.append(_deadlines(work, domain.deadlines(work), until, limit))
    return sum(total for total, _ in found), first_of((each for _, some in found for each in some), limit)


def first_of(due: Iterable[Due], limit: int | None) -> list[Due]:
    """In the order in which they fall due; of those of one moment, in which they are given."""
    return sorted(due, key=_moment_of) if limit is None else nsmallest(limit, due, key=_moment_of)


def _moment_of(due: Due) -> datetime:
    return due.at


def _timers(work: Work, domain: Domain, until: datetime | None, limit: int | None) -> tuple[int, list[Due]]:
    kind = domain.timers
    records = work.records(kind.kind)
    total = records.count(kind.by_due, ALL) if until is None else records.rank(kind.by_due, ALL, *_after(until))
    timers = records.page(kind.by_due, ALL, limit=_at_most(total, limit))
    return total, [_timer(work, domain, each) for each in timers]


def _timer(work: Work, domain: Domain, timer: Timer) -> Due:
    kind = domain.subjects.get(timer.action)
    label = "" if kind is None else _label(work.records(kind).find(timer.subject))
    return Due(
        id=f"{domain.name}/timer/{timer.id}",
        at=timer.due_at,
        api=domain.name,
        kind=DueKind.TIMER,
        action=timer.action,
        subject_kind=_short(kind, domain.name),
        subject_id=timer.subject,
        label=label or str(timer.subject),
    )


def _deliveries(
    work: Work, subscription_id: int, url: str, until: datetime | None, limit: int | None
) -> tuple[int, list[Due]]:
    index = work.domain.deliveries.due
    records = work.records(work.domain.deliveries.kind)
    total = (
        records.count(index, subscription_id) if until is None else records.rank(index, subscription_id, *_after(until))
    )
    found: Sequence[Delivery] = records.page(index, subscription_id, limit=_at_most(total, limit))
    events = work.records(work.domain.events)
    return total, [
        Due(
            id=f"{work.domain.name}/delivery/{each.id}",
            at=each.due_at,
            api=work.domain.name,
            kind=DueKind.DELIVERY,
            action="retry" if each.attempts else "deliver",
            subject_kind="delivery",
            subject_id=each.id,
            label=f"{events.get(each.event_id).name} to {url}",
        )
        for each in found
        if each.due_at is not None
    ]


def _deadlines(
    work: Work, deadlines: Iterable[Deadline], until: datetime | None, limit: int | None
) -> tuple[int, list[Due]]:
    """Those that have not passed. They are reckoned from records, so each is looked at."""
    api = work.domain.name
    ahead = [each for each in deadlines if each.at >= work.now and (until is None or each.at <= until)]
    first = ahead if limit is None else nsmallest(limit, ahead, key=lambda each: each.at)
    return len(ahead), [
        Due(
            id=f"{api}/deadline/{_short(each.kind, api)}/{each.record.id}/{each.action}/{microseconds(each.at)}",
            at=each.at,
            api=api,
            kind=DueKind.DEADLINE,
            action=each.action,
            subject_kind=_short(each.kind, api),
            subject_id=each.record.id,
            label=_label(each.record),
        )
        for each in first
    ]


def _after(moment: datetime) -> tuple[int, int]:
    """Where an index of moments goes on behind *moment*, whatever the ids."""
    return microseconds(moment) + 1, 0


def _at_most(total: int, limit: int | None) -> int:
    return total if limit is None else min(total, limit)


def _short(kind: Kind[Any] | None, api: str) -> str:
    return "" if kind is None else kind.name.removeprefix(f"{api}.")


def _label(record: Any) -> str:
    """Its number or name, and how it stands: `BB20261001, accepted`."""
    if record is None:
        return ""
    called = getattr(record, "number", None) or getattr(record, "name", None) or record.id
    status = getattr(record, "status", None)
    return f"{called}, {status}" if status else str(called)
