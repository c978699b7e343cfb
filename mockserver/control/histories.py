"""The life of one booking: the path it took, who asked for it, what time did to it, what was owed and paid, who was told.

The path is read from what requests changed and which timers fired, so it goes back as far as the journal does.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from mockserver.apis.bundle import Api
from mockserver.apis.exchange import Call, Reply
from mockserver.apis.histories import History, MoneyLine, Told
from mockserver.booking.errors import NotFound
from mockserver.booking.ports import Id
from mockserver.control.asking import changes_of
from mockserver.control.desk import Desk
from mockserver.control.errors import UnknownName
from mockserver.control.webhooks import Sending
from mockserver.control.wire import show_delivery, show_entry, show_moment
from mockserver.sandbox.journal import Entry
from mockserver.sandbox.moves import Move, read_moves
from mockserver.sandbox.timers import Timer
from mockserver.sandbox.work import Work

__all__ = ["Life", "Step", "get_history", "life_of"]

_MOST_DELIVERIES = 1_000
"""Among so many of the latest those about a booking are looked for."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        event: Of the lifecycle, where it has one for the step; else what the operation or the timer is called.
        before: The status before it; None where the booking came to be, or nobody knows.
        after: The status after it; None where the booking is gone.
        entry: The number of the request's journal entry; None where time did it.
        by: The operation, or what the timer did.
        changed: The names of the fields that are others now.
    """

    event: str
    before: str | None
    after: str | None
    at: datetime | None
    entry: int | None
    by: str | None
    changed: tuple[str, ...] = ()


class Life(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        told: None where the booking is gone.
        is_whole: Whether the path begins where the booking came to be.
        entries: Of the requests that touched it or named it in their paths, in their order.
        timers: That are set for it.
    """

    id: Id
    told: Told | None
    is_whole: bool
    path: Sequence[Step]
    entries: Sequence[Entry]
    timers: Sequence[Timer]
    deliveries: Sequence[Sending]


def life_of(desk: Desk, name: str, api: str, key: str) -> Life:
    """Raises NotFound for the sandbox, for the API, and for a booking that is not there and of which nobody knows."""
    sandbox, found = desk.sandbox(name), desk.api(api)
    history = found.history
    if history is None or found.domain is None:
        raise UnknownName("API with histories", api, [each.name for each in desk.apis if each.history is not None])
    kind = history.kind.name.removeprefix(f"{api}.")

    def read(work: Work) -> tuple[Id | None, Told | None, list[Timer]]:
        records = work.records(history.kind)
        record = next((each for one in _ids(key) if (each := records.find(one)) is not None), None)
        if record is None:
            return None, None, []
        told = history.tell(work, record)
        timers = work.records(work.domain.timers.kind)
        return record.id, told, [each for number in told.timers if (each := timers.find(number)) is not None]

    number, told, timers = sandbox.run(found.domain, read, writes=False)
    ids = _ids(key) if number is None else (number,)
    mine = {(kind, each) for each in ids}
    also = set() if told is None else set(told.also)
    touching = [
        (entry, changes)
        for entry in sandbox.entries()
        if entry.api == api and ((changes := _changes(entry, mine | also)) or key in entry.path.split("/"))
    ]
    if told is None and not any(changes for _, changes in touching):
        raise NotFound(f"{api} {kind}", key)
    fired = _fired(api, ids, read_moves(sandbox.record.moves))
    path = list(_path(history, mine, touching, fired))
    webhooks = None if found.webhooks is None else desk.webhooks(name, api)
    return Life(
        id=ids[0],
        told=told,
        is_whole=bool(path) and path[0].before is None and path[0].entry is not None,
        path=path,
        entries=[entry for entry, _ in touching],
        timers=timers,
        deliveries=[] if webhooks is None else webhooks.about(kind, ids[0], most=_MOST_DELIVERIES),
    )


def _ids(key: str) -> tuple[Id, ...]:
    """What a text of an address may be the id of."""
    is_number = key.isascii() and key.isdigit() and len(key) <= 18  # noqa: PLR2004 - what every store can hold
    return (int(key), key) if is_number else (key,)


def _changes(entry: Entry, wanted: Collection[tuple[str, Id]]) -> list[dict[str, Any]]:
    """What a request changed of these documents."""
    return [each for each in changes_of(entry) if (each["kind"], each["id"]) in wanted] if entry.changes else []


def _fired(api: str, ids: Collection[Id], moves: Iterable[Move]) -> list[tuple[int, Timer]]:
    """The timers that fired for a booking, each with the number of the last request before it."""
    return [
        (move.after_entry, each.timer)
        for move in moves
        for each in move.fired
        if each.api == api and each.timer.subject in ids
    ]


# The path


def _path(
    history: History,
    mine: Collection[tuple[str, Id]],
    touching: Iterable[tuple[Entry, Sequence[Mapping[str, Any]]]],
    fired: Sequence[tuple[int, Timer]],
) -> Iterator[Step]:
    """In the order of the requests, never by time: on a frozen clock all happens at one moment."""
    state: str | None = None
    waiting = list(fired)
    for entry, changes in touching:
        while waiting and waiting[0][0] < entry.id:
            step = _step_of_timer(history, state, waiting.pop(0)[1])
            yield step
            state = step.after
        for change in changes:
            if (change["kind"], change["id"]) in mine:
                step = _step_of_request(history, state, entry, change)
                yield step
                state = step.after
    for _, timer in waiting:
        step = _step_of_timer(history, state, timer)
        yield step
        state = step.after


def _step_of_request(history: History, state: str | None, entry: Entry, change: Mapping[str, Any]) -> Step:
    fields = change["fields"]
    before, after = fields.get("status", (state, state))
    by = entry.operation or entry.method
    target = history.gone if change["event"] == "deleted" else after
    moves = history.lifecycle.moves if before != target else ()  # several lead back to the same state, or none was made
    known = {move.event for move in moves if (move.source, move.target) == (before, target)}
    usual = {"created": "create", "deleted": "delete"}.get(change["event"], by)
    return Step(
        event=known.pop() if len(known) == 1 else usual,
        before=before,
        after=after,
        at=entry.at,
        entry=entry.id,
        by=by,
        changed=tuple(fields) if change["event"] == "changed" else (),
    )


def _step_of_timer(history: History, state: str | None, timer: Timer) -> Step:
    lifecycle = history.lifecycle
    if state is None:
        sources = [move.source for move in lifecycle.moves if move.event == timer.action]
        state = sources[0] if len(sources) == 1 else None
    after = state
    if state is not None and lifecycle.allows(state, timer.action):
        after = lifecycle.after(state, timer.action)
    after = None if after == history.gone else after
    return Step(event=timer.action, before=state, after=after, at=timer.due_at, entry=None, by=timer.action)


# The operation


def get_history(desk: Desk, call: Call) -> Reply:
    name, api, key = (call.path[part] for part in ("name", "api", "id"))
    return Reply(200, _show(desk, desk.api(api), life_of(desk, name, api, key)))


def _show(desk: Desk, api: Api, life: Life) -> dict[str, Any]:
    told, secrets = life.told, desk.secrets()
    span = None if told is None else told.span
    lines = () if told is None else told.lines
    return {
        "api": api.name,
        "id": life.id,
        "status": None if told is None else str(told.status),
        "from": None if span is None else show_moment(span.starts_at),
        "to": None if span is None else show_moment(span.ends_at),
        "label": None if told is None else told.label,
        "note": None if told is None else told.note,
        "is_whole": life.is_whole,
        "path": [_show_step(each) for each in life.path],
        "entries": [show_entry(each, api, secrets, bodies=False) for each in life.entries],
        "timers": [{"id": each.id, "due_at": show_moment(each.due_at), "action": each.action} for each in life.timers],
        "ledger": [_show_line(each) for each in lines],
        "deliveries": [show_delivery(each) for each in life.deliveries],
    }


def _show_step(step: Step) -> dict[str, Any]:
    return {
        "event": step.event,
        "from": step.before,
        "to": step.after,
        "at": None if step.at is None else show_moment(step.at),
        "entry": step.entry,
        "by": step.by,
        "changed": list(step.changed),
    }


def _show_line(line: MoneyLine) -> dict[str, Any]:
    return {"at": show_moment(line.at), "what": line.what, "owed": line.owed, "paid": line.paid, "unit": line.unit}
