"""The time of a sandbox from outside: what falls due in it, its clock moved there, what its moves have done."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from mockserver.apis.exchange import Call, Reply
from mockserver.apis.refusals import BadInput
from mockserver.booking.errors import NotFound, RuleBroken
from mockserver.control.desk import Desk
from mockserver.control.requests import Advance, ClockStep, ClockTo, SetClock, parse
from mockserver.control.wire import show_clock, show_fired, show_moment
from mockserver.sandbox.clocks import ClockState
from mockserver.sandbox.moves import How, Move, read_moves
from mockserver.sandbox.patience import patiently
from mockserver.sandbox.records import Fired, Moved
from mockserver.sandbox.sandbox import Sandbox
from mockserver.sandbox.settling import settled
from mockserver.sandbox.upcoming import Due, DueKind, first_of, upcoming

__all__ = ["OPERATIONS", "show_move"]

_SETTLE_SECONDS = 10.0
"""Of real time: a delivery that fails at once, a retry that is due, and a slow receiver have room in it."""

Change = Callable[[ClockState, datetime], ClockState]


# What falls due


def list_due(desk: Desk, call: Call) -> Reply:
    until = call.query["until"]
    sandbox = desk.sandbox(call.path["name"])
    kinds = _kinds(call.query["kind"])
    limit = call.query["limit"]
    total, due = _upcoming(desk, sandbox, kinds, until=None if until is None else _moment("until", until), limit=limit)
    return Reply(200, {"total": total, "due": [_show_due(each) for each in due]})


def _kinds(kind: str | None) -> Collection[DueKind]:
    return tuple(DueKind) if kind is None else (DueKind(kind),)


def _upcoming(
    desk: Desk, sandbox: Sandbox, kinds: Collection[DueKind], *, until: datetime | None = None, limit: int | None = None
) -> tuple[int, list[Due]]:
    """Over all APIs."""
    total, found = 0, list[Due]()
    every = desk.domains.values()
    for domain in sandbox.listened_to(every) if kinds == (DueKind.DELIVERY,) else every:
        count, some = sandbox.run(
            domain,
            lambda work, domain=domain: upcoming(work, domain, kinds, until=until, limit=limit),  # type: ignore[misc]
            writes=False,
        )
        total += count
        found += some
    return total, first_of(found, limit)


def _show_due(due: Due) -> dict[str, Any]:
    return {
        "id": due.id,
        "at": show_moment(due.at),
        "api": due.api,
        "kind": due.kind.value,
        "action": due.action,
        "subject": {"kind": due.subject_kind, "id": due.subject_id, "label": due.label},
    }


# The clock


def get_clock(desk: Desk, call: Call) -> Reply:
    return Reply(200, show_clock(desk.sandbox(call.path["name"])))


def freeze_clock(desk: Desk, call: Call) -> Reply:
    return _moved(_move(desk, call, ClockState.freeze, How.FROZE), call)


def resume_clock(desk: Desk, call: Call) -> Reply:
    return _moved(_move(desk, call, ClockState.resume, How.RESUMED), call)


async def set_clock(desk: Desk, call: Call) -> Reply:
    wanted = parse(call.body, SetClock)
    return await _moved_and_settled(desk, call, lambda clock, real: clock.move_to(wanted.to, real), wanted.settle)


async def advance_clock(desk: Desk, call: Call) -> Reply:
    wanted = parse(call.body, Advance)

    def later(clock: ClockState, real: datetime) -> ClockState:
        return clock.move_to(_later(clock.read(real), wanted.length), real)

    return await _moved_and_settled(desk, call, later, wanted.settle)


async def move_to_next(desk: Desk, call: Call) -> Reply:
    wanted = parse(call.body, ClockStep)

    def ahead() -> datetime:
        sandbox = desk.wanted(call.path["name"])
        now = sandbox.now()
        _, due = _upcoming(desk, sandbox, _kinds(wanted.kind))
        found = next((each.at for each in due if each.at > now), None)
        if found is None:
            what = "nothing" if wanted.kind is None else f"no {wanted.kind}"
            raise RuleBroken("nothing_due", f"{what} falls due in the sandbox after {show_moment(now)}")
        return found

    at = await patiently(desk.sandboxes, ahead)
    return await _moved_and_settled(desk, call, lambda clock, real: clock.move_to(at, real), wanted.settle)


async def move_to_due(desk: Desk, call: Call) -> Reply:
    wanted = parse(call.body, ClockTo)

    def due_at() -> datetime:
        _, due = _upcoming(desk, desk.wanted(call.path["name"]), tuple(DueKind))
        found = next((each for each in due if each.id == wanted.due), None)
        if found is None:
            raise NotFound("due event", wanted.due)
        return _later(found.at, wanted.offset)

    to = await patiently(desk.sandboxes, due_at)
    return await _moved_and_settled(desk, call, lambda clock, real: clock.move_to(to, real), wanted.settle)


def list_moves(desk: Desk, call: Call) -> Reply:
    moves = read_moves(desk.sandbox(call.path["name"]).record.moves)
    newest = [*reversed(moves)][: call.query["limit"]]
    return Reply(200, {"total": len(moves), "moves": [show_move(each) for each in newest]})


def _move(desk: Desk, call: Call, change: Change, how: How = How.MOVED) -> Moved:
    """Raises RuleBroken `clock_backwards`, `clock_too_far`."""
    return desk.wanted(call.path["name"]).set_clock(change, how, keep=not call.query["dry_run"])


def _moved(moved: Moved, call: Call, **more: Any) -> Reply:
    shown = {**show_clock(moved), "fired": [show_fired(each) for each in moved.fired], **more}
    return Reply(200, {**shown, "dry_run": True} if call.query["dry_run"] else shown)


async def _moved_and_settled(desk: Desk, call: Call, change: Change, settle: bool) -> Reply:
    """Where it *settles*, all that is due has been delivered or has failed, or the answer says what waits."""
    moved = await patiently(desk.sandboxes, lambda: _move(desk, call, change))
    if not settle or call.query["dry_run"]:
        return _moved(moved, call)

    def look() -> Sequence[Due]:
        sandbox = desk.sandbox(call.path["name"])
        return _upcoming(desk, sandbox, (DueKind.DELIVERY,), until=sandbox.now())[1]

    waiting = await settled(lambda: patiently(desk.sandboxes, look), _SETTLE_SECONDS)
    return _moved(moved, call, settled=not waiting, waiting=[_show_due(each) for each in waiting])


def _later(moment: datetime, length: timedelta) -> datetime:
    try:
        return moment + length
    except OverflowError:
        raise RuleBroken("clock_too_far", f"the clock goes no {length.days} days further") from None


def _moment(parameter: str, text: str) -> datetime:
    """Raises BadInput for what a format cannot say, such as a moment with a second 60."""
    try:
        return msgspec.convert(text, datetime).astimezone(UTC)
    except (msgspec.ValidationError, OverflowError) as error:
        raise BadInput("query", parameter, str(error)) from None


def show_move(move: Move) -> dict[str, Any]:
    return {
        "at": show_moment(move.at),
        "how": move.how.value,
        "from": show_moment(move.from_at),
        "to": show_moment(move.to_at),
        "after_entry": move.after_entry,
        "fired": [show_fired(Fired(each.api, each.timer)) for each in move.fired],
        "fired_count": move.fired_count,
    }


OPERATIONS: Mapping[str, Callable[[Desk, Call], Reply | Awaitable[Reply]]] = {
    "getClock": get_clock,
    "freezeClock": freeze_clock,
    "resumeClock": resume_clock,
    "setClock": set_clock,
    "advanceClock": advance_clock,
    "moveToNext": move_to_next,
    "moveToDue": move_to_due,
    "listMoves": list_moves,
    "listDue": list_due,
}
