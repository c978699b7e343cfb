"""The sandboxes there are, by name or by when they were last used; those of a name searched, and deleted together.

What this process knows of each without waking it is told along: how often it was asked, and how often it refused.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import Any

import msgspec

from mockserver.apis.exchange import Call, Reply
from mockserver.apis.refusals import BadInput
from mockserver.booking.errors import NotFound, in_json
from mockserver.control.desk import Desk
from mockserver.control.owning import beginning_of
from mockserver.control.wire import show_summary
from mockserver.sandbox.records import SandboxRecord
from mockserver.sandbox.sandbox import DEFAULT, Sandbox

__all__ = ["Listed", "Listing", "delete_found", "delete_sandboxes", "find_sandboxes", "list_sandboxes"]

_MOST_DELETED = 1_000
"""At once: others wait as long."""
_FEW = 500
"""So many are sorted as they are asked for; of more, those used last are looked through until a page is full."""
_MOST_DIGITS = 18
_TICKS = 1_000_000
"""Of a second: a cursor tells when a sandbox was last used to the microsecond."""


class Listed(msgspec.Struct, frozen=True):
    """
    Attributes:
        now: What its clock shows.
        used_at: By the real time; None where this process has not used it.
        requests: Since its journal was last cleared, in this process; `refused` likewise.
    """

    record: SandboxRecord
    now: datetime
    used_at: datetime | None
    requests: int
    refused: int


class Listing(msgspec.Struct, frozen=True):
    """`total` are all that were found; `next` is the cursor of the next page, None after the last."""

    total: int
    sandboxes: Sequence[Listed]
    next: str | None


def find_sandboxes(
    desk: Desk,
    containing: str = "",
    *,
    beginning: str = "",
    sort: str = "name",
    after: str | None = None,
    offset: int = 0,
    limit: int = 50,
) -> Listing:
    """
    Args:
        containing: A part of the name; *beginning* is how it begins.
        sort: `name`, or `used`: the latest used first, those that this process has not used last, by name.
        after: As `Listing.next` of the page before; with `name` any name will do.

    Raises:
        BadInput: *after* is no cursor of such a list.
    """
    desk.ensure_default()
    if sort == "name":
        total, found = desk.sandboxes.named(
            containing, beginning=beginning, after=after or "", offset=offset, limit=limit + 1
        )
        shown = [_listed(desk, record) for record in found[:limit]]
        return Listing(total, shown, shown[-1].record.name if len(found) > limit else None)
    return _by_use(desk, containing, beginning, after, offset, limit)


def delete_found(desk: Desk, containing: str, *, beginning: str = "") -> tuple[int, int]:
    """Delete sandboxes with a text in their names, but for the default one. Answers how many, and how many are left."""
    _, found = desk.sandboxes.named(containing, beginning=beginning, limit=_MOST_DELETED + 1)
    deleted = 0
    for record in [each for each in found if each.name != DEFAULT][:_MOST_DELETED]:
        try:
            desk.sandboxes.delete(record.name)
        except NotFound:
            continue  # another process was faster
        deleted += 1
    total, first = desk.sandboxes.named(containing, beginning=beginning, limit=1)
    may_be_default = bool(total) and not beginning
    is_default_left = DEFAULT in (record.name for record in first) or (may_be_default and containing in DEFAULT)
    return deleted, total - is_default_left


# By use


class _Cursor(msgspec.Struct, frozen=True):
    """After which sandbox a page begins: one used at that moment, or one that was not used."""

    used: float
    name: str

    @property
    def place(self) -> tuple[float, str]:
        """Where it stands: the latest used first, then by name."""
        return -self.used, self.name


def _by_use(desk: Desk, containing: str, beginning: str, after: str | None, offset: int, limit: int) -> Listing:
    last = None if after is None else _read_cursor(after)
    total, few = desk.sandboxes.named(containing, beginning=beginning, limit=_FEW)
    if total <= _FEW:
        ordered: Iterable[SandboxRecord] = sorted(few, key=lambda record: _used(desk, record.name).place)
    else:
        ordered = chain(_used_ones(desk, containing, beginning, last), _unused_ones(desk, containing, beginning, last))
    if last is not None:
        ordered = (record for record in ordered if _used(desk, record.name).place > last.place)
    found = list(islice(ordered, offset, offset + limit + 1))
    shown = [_listed(desk, record) for record in found[:limit]]
    return Listing(total, shown, _cursor(desk, shown[-1].record.name) if len(found) > limit else None)


def _used(desk: Desk, name: str) -> _Cursor:
    found = desk.sandboxes.loaded(name)
    return _Cursor(0.0 if found is None else round(found.used_at * _TICKS) / _TICKS, name)


def _cursor(desk: Desk, name: str) -> str:
    used = _used(desk, name).used
    return f"{round(used * _TICKS)}~{name}"


def _read_cursor(text: str) -> _Cursor:
    digits, tilde, name = text.partition("~")
    if not (tilde and name and digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS):
        raise BadInput("query", "after", f"{in_json(text)} is no cursor of a list sorted by use: take that of `next`")
    return _Cursor(int(digits) / _TICKS, name)


def _used_ones(desk: Desk, containing: str, beginning: str, last: _Cursor | None) -> Iterator[SandboxRecord]:
    """Those that this process has used, from a cursor on."""
    begins_at = float("inf") if last is None else last.used + 1 / _TICKS
    return (
        sandbox.record
        for sandbox in desk.sandboxes.latest_used()
        if sandbox.used_at <= begins_at and containing in sandbox.name and sandbox.name.startswith(beginning)
    )


def _unused_ones(desk: Desk, containing: str, beginning: str, last: _Cursor | None) -> Iterator[SandboxRecord]:
    """By name, those in the store that this process has not used."""
    after = "" if last is None or last.used else last.name
    while desk.sandboxes.durable:
        _, page = desk.sandboxes.named(containing, beginning=beginning, after=after, limit=_MOST_DELETED)
        yield from (record for record in page if desk.sandboxes.loaded(record.name) is None)
        if len(page) < _MOST_DELETED:
            return
        after = page[-1].name


def _listed(desk: Desk, record: SandboxRecord) -> Listed:
    real = desk.sandboxes.real_now()
    loaded = desk.sandboxes.loaded(record.name)
    if loaded is None:
        return Listed(record, record.clock.read(real), None, 0, 0)
    used_at = real - timedelta(seconds=time.monotonic() - loaded.used_at)
    requests, refused = _asked(loaded)
    return Listed(record, record.clock.read(real), used_at, requests, refused)


def _asked(sandbox: Sandbox) -> tuple[int, int]:
    return (sandbox.journal.added, sandbox.journal.refused) if sandbox.has_journal else (0, 0)


# The operations


def list_sandboxes(desk: Desk, call: Call) -> Reply:
    query = call.query
    found = find_sandboxes(
        desk,
        query["q"] or "",
        beginning=beginning_of(desk, call),
        sort=query["sort"],
        after=query["after"],
        offset=query["offset"],
        limit=query["limit"],
    )
    shown = [_show(each) for each in found.sandboxes]
    return Reply(200, {"total": found.total, "sandboxes": shown, "next": found.next})


def delete_sandboxes(desk: Desk, call: Call) -> Reply:
    deleted, left = delete_found(desk, call.query["q"], beginning=beginning_of(desk, call))
    return Reply(200, {"deleted": deleted, "left": left})


def _show(listed: Listed) -> dict[str, Any]:
    return {
        **show_summary(listed.record),
        "clock": {
            "now": _at(listed.now),
            "frozen": listed.record.clock.frozen_at is not None,
            "epoch": _at(listed.record.epoch),
        },
        "parent": listed.record.parent,
        "last_used_at": None if listed.used_at is None else _at(listed.used_at),
        "requests": listed.requests,
        "refused": listed.refused,
    }


def _at(moment: datetime) -> str:
    shown: str = msgspec.to_builtins(moment)
    return shown
