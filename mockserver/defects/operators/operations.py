"""What an operation does as a whole: nothing, too much, the same again, at another time, for somebody else."""

import ast
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from mockserver.apis.bundle import Api
from mockserver.apis.exchange import Call, Reply
from mockserver.booking.errors import AlreadyBooked, MoveRefused, NoPlacesLeft, Refusal
from mockserver.booking.ledger import Claim, Ledger
from mockserver.booking.lifecycle import Lifecycle
from mockserver.defects.bug import Lines, lines_of, raises_of
from mockserver.defects.crowds import start_from_before
from mockserver.defects.meddling import Request
from mockserver.defects.operators.sites import Inside, Operation, Operator, Site, operation, operations, request, writes
from mockserver.defects.operators.tables import modules_of, nodes_of, where
from mockserver.defects.planting import Planter
from mockserver.sandbox.work import Work

__all__ = ["OPERATORS"]


class _NotKept(Exception):  # noqa: N818 - it is no error
    pass


def _undone(inside: Inside, call: Call, work: Work) -> Reply:
    replies = []

    def act(work: Work) -> None:
        replies.append(inside(call, work))
        raise _NotKept

    with suppress(_NotKept):
        work.attempt(act)
    return replies[0]


def _twice(inside: Inside, call: Call, work: Work) -> Reply:
    reply = inside(call, work)
    with suppress(Refusal):
        work.attempt(partial(inside, call))
    return reply


def _around(
    word: str, says: str, act: Callable[[Inside, Call, Work], Reply], only: Callable[[Operation], bool] | None = None
) -> Operator:
    """An operator on every operation that writes, or on some."""

    def sites(api: Api) -> Iterator[Site]:
        for each in filter(only, writes(api)):
            yield operation(each.id, says.format(each.id), act)

    return Operator(word, sites)


def _stale(api: Api) -> Iterator[Site]:
    """A read that is remembered, and what is made once for all who ask for the like."""

    def remembering(known: dict[Any, Reply], inside: Inside, call: Call, work: Work) -> Reply:
        asked = (call.sandbox_name, call.identity.caller, str(call.path), str(call.query), str(call.body))
        return known.setdefault(asked, inside(call, work))

    for each in operations(api):
        if not each.writes or each.creates:
            says = f"{each.id} answers what it answered first to the same question."
            yield replace(operation(each.id, says, partial(remembering, {})), needs="read what changes")


def _touched(api: Api) -> Iterator[Site]:
    """A write that changes nothing and says that it did."""

    def touching(inside: Inside, call: Call, work: Work) -> Reply:
        reply = inside(call, work)
        for kind in work.domain.kinds:
            if "updated_at" in kind.record.__struct_fields__:
                for key in call.path.values():
                    record = work.records(kind).find(key)
                    if record is not None:
                        work.records(kind).put(msgspec.structs.replace(record, updated_at=work.this_second))
        return reply

    if api.domain and any("updated_at" in kind.record.__struct_fields__ for kind in api.domain.kinds):
        for each in writes(api):
            if each.changes and each.pointer[2] in ("put", "patch"):  # all else changes something, or refuses to
                site = operation(each.id, f"{each.id} counts as a change also when it changes nothing.", touching)
                yield replace(site, needs="succeed and write nothing")


def _reads_the_clock(api: Api) -> tuple[Lines, ...]:
    """Where an API looks at the time, and does not only note it; limits and keys for doing once have a clock of their own."""
    noted = {id(node.value) for _, node in nodes_of(api) if isinstance(node, ast.Assign)}

    def reads(node: ast.expr) -> bool:
        is_read = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and id(node) not in noted
        return is_read and ast.unparse(node).endswith(("work.now", "work.this_second", "._now"))

    # Whoever is let in is counted before the operation has its wrong clock.
    return tuple(each for each in where(api, reads) if Path(each.file).stem != "limits")


_SHIFTS = {
    "hour-fast": ("whole hour fast", timedelta(hours=1)),
    "hour-slow": ("whole hour slow", timedelta(hours=-1)),
    "minute-fast": ("minute fast", timedelta(minutes=1)),
    "day-fast": ("day fast", timedelta(days=1)),
}


def _off_the_clock(api: Api) -> Iterator[Site]:
    """An operation whose clock is wrong, such as one that takes a wall clock for UTC."""

    def shifted(by: timedelta, inside: Inside, call: Call, work: Work) -> Reply:
        kept, work.now = work.now, work.now + by
        try:
            return inside(call, work)
        finally:
            work.now = kept

    lines = _reads_the_clock(api)
    for each in operations(api):
        for word, (says, by) in _SHIFTS.items():
            if word == "minute-fast" and not each.writes:
                continue  # what is read is of days and hours
            site = operation(each.id, f"The clock of {each.id} is a {says}.", partial(shifted, by), word=word)
            yield replace(site, lines=lines)


def _let_in(api: Api) -> Iterator[Site]:
    """Nobody is let in as somebody, and somebody taken for another."""
    owners = [f"Bearer {persona.credential}" for persona in api.personas]

    def nobody(request: Request) -> None:
        request.headers.setdefault("authorization", owners[0])

    def anybody(request: Request) -> None:
        if "authorization" in request.headers:
            request.headers["authorization"] = _like(request.headers["authorization"], owners[0])

    for each in operations(api):
        if not each.is_open:
            for word, says, act in (
                ("nobody", "is open to whoever sends no credential", nobody),
                ("anybody", "takes everybody who sends a credential for the same caller", anybody),
            ):
                yield request(each.id, f"{each.id} {says}.", act, word=word)


def _like(sent: str, owner: str) -> str:
    """The owner's credential, for the sandbox that was asked for."""
    _, dot, sandbox = sent.rpartition(".")
    return f"{owner}{dot}{sandbox}" if dot else owner


def _racing(api: Api) -> Iterator[Site]:
    """Check and act, apart: requests of one operation at the same moment do not see each other."""
    together = "at the same moment"
    for each in writes(api):
        name = each.id
        says = f"Requests of {name} {together} do not see each other's places."
        yield Site(f"{name}.places", says, partial(_oversell, operation=name), [name], raises_of(Ledger.take))
        if each.changes and each.pointer[2] != "put":  # which says all, so that the last has its way in any case
            says = f"Requests of {name} {together} start from what was there before all of them."
            yield Site(f"{name}.records", says, partial(start_from_before, operation=name), [name])


def _oversell(plant: Planter, operation: str) -> None:
    """Let requests of one operation at the same moment take one place too many."""
    flight = plant.flight(operation)

    def take(inside: Callable[..., None], ledger: Ledger, holder: Any, wanted: Any, **named: Any) -> None:
        if flight.now > 1:
            wanted = [(msgspec.structs.replace(pool, capacity=pool.capacity + 1), seat) for pool, seat in wanted]
        inside(ledger, holder, wanted, **named)

    def left(inside: Callable[..., int], *args: Any, **named: Any) -> int:
        return inside(*args, **named) + (flight.now > 1)

    plant.within(operation, Ledger.take, take)
    plant.within(operation, Ledger.places_left, left)


def _take_unchecked(ledger: Ledger, holder: Any, wanted: Any, expires_at: Any = None, **_: Any) -> None:
    ledger._claims.put(Claim(holder, tuple(seat for _, seat in wanted), expires_at))


def _moved(held: list[Refusal], after: Callable[..., Any], lifecycle: Lifecycle[Any], state: Any, event: str) -> Any:
    try:
        return after(lifecycle, state, event)
    except MoveRefused as refusal:
        held.append(refusal)
        return next((move.target for move in lifecycle.moves if move.event == event), state)


def _give_back_what_is_there(give_back: Callable[..., None], ledger: Ledger, holder: Any) -> None:
    if ledger.holds(holder) is not None:
        give_back(ledger, holder)


def _kept(api: Api, inside: Inside, call: Call, work: Work) -> Reply:
    try:
        return inside(call, work)
    except Refusal as refusal:
        return api.render(refusal)


def _in_spite(api: Api) -> Iterator[Site]:
    """Refused, and done all the same; or not refused at all."""

    def refused(take: Callable[..., None], ledger: Ledger, holder: Any, wanted: Any, **named: Any) -> None:
        try:
            take(ledger, holder, wanted, **named)
        except (NoPlacesLeft, AlreadyBooked) as refusal:
            _take_unchecked(ledger, holder, wanted, **named)
            held.append(refusal)

    held: list[Refusal] = []

    def done(plant: Any, inside: Inside, call: Call, work: Work) -> Reply:
        held.clear()
        reply = inside(call, work)
        return plant.api.render(held.pop()) if held else reply

    def do(name: str, plant: Planter) -> None:
        plant.operation(name, partial(done, plant))
        plant.within(name, Ledger.take, refused)

    def move(name: str, plant: Planter) -> None:
        plant.operation(name, partial(done, plant))
        plant.within(name, Lifecycle.after, partial(_moved, held))
        plant.within(name, Ledger.give_back, _give_back_what_is_there)

    def allow(name: str, plant: Planter) -> None:
        plant.within(name, Ledger.places_left, lambda _, ledger, pool, *args, **named: pool.capacity)
        plant.within(name, Ledger.take, lambda _, *args, **named: _take_unchecked(*args, **named))

    ways = {
        "allowed": (
            "never finds anything full, nor anybody there twice",
            allow,
            (*raises_of(Ledger.take), lines_of(Ledger.places_left)),
        ),
        "moved": ("refuses a move and makes it all the same", move, raises_of(Lifecycle.after)),
    }
    if any(module.__name__.endswith("errors") and hasattr(module, "NoPlacesLeft") for module in modules_of(api)):
        says = "refuses for want of a place and takes it all the same"
        ways["done"] = (says, do, raises_of(Ledger.take))  # as it says so after taking
    for each in writes(api):
        for word, (says, act, lines) in ways.items():
            yield Site(f"{each.id}.{word}", f"{each.id} {says}.", partial(act, each.id), [each.id], lines)
        says = f"{each.id} refuses and keeps what it has written until then."
        yield replace(operation(each.id, says, partial(_kept, api), word="kept"), needs="write and refuse")


OPERATORS = (
    _around("undone", "{} answers as ever, and nothing of it is kept.", _undone),
    # What changes or ends something is the same after the second time.
    _around("twice", "{} is done twice, and answered once.", _twice, lambda each: each.creates),
    Operator("stale", _stale),
    Operator("touched", _touched),
    Operator("clock", _off_the_clock),
    Operator("let-in", _let_in),
    Operator("race", _racing),
    Operator("in-spite", _in_spite),
)
