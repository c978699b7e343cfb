"""What is done to a request that a rule of its sandbox is about, or that asked for it itself: all of it happens between the gate
and the stack of the API, so that before the stack is before the commit, and after it is after the commit.

    before    it waits, alone or for others; another party is faster; something else is answered; the connection breaks
    stack     as ever
    after     webhooks go first; the answer comes late, in pieces, spoiled or not at all

Imported with the first request of a process that needs it.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import msgspec
from starlette.types import Receive, Scope, Send

from mockserver.apis.bundle import Api
from mockserver.apis.exchange import NO_BODY, Call, Header
from mockserver.apis.faults import FAULTS, caller_of, made_up, signed_in
from mockserver.apis.reasons import rules_that_refuse
from mockserver.booking.errors import NotFound, Refusal, RuleBroken, StoreDown
from mockserver.sandbox.journal import Entry, changed_ids, pack_headers
from mockserver.sandbox.patience import meet_patiently, patiently, run_patiently
from mockserver.sandbox.randomness import draw
from mockserver.sandbox.rules import DELAY, MEETINGS, RIVAL, SETTLE, Deed, Holding, Rule, Ticket
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.sandbox.settling import settled
from mockserver.sandbox.upcoming import DueKind, upcoming
from mockserver.web.bodies import read_body
from mockserver.web.operations import Sent
from mockserver.web.preferring import Preferences, read_preferences
from mockserver.web.stack import Stack
from mockserver.web.wire import CONNECTION, Connection

__all__ = ["Doing", "Entered", "Plan", "plan_for"]

NOTHING = Sent(0, b"", b"")
"""What is sent where the connection breaks before anything is done."""

_FIRST_ERROR = 400
_PATIENCE_SECONDS = 30.0
"""So long those that meet wait for each other."""
_SETTLE_SECONDS = 2.0
"""So long a webhook may take that goes before the answer: less than clients wait for one."""
_DRIP_SECONDS = 5.0
_DROPS = 20
_AT_99_PERCENT = 2.326  # standard deviations of a normal distribution


class Doing(NamedTuple):
    """A deed, and the rule that says it; None where the request asked for it itself."""

    deed: Deed
    rule: Rule | None = None


class Entered(NamedTuple):
    """A request as the gate knows it."""

    api: Api
    stack: Stack
    sandboxes: Sandboxes
    call: Call
    scope: Scope
    path: bytes
    enter: Callable[[Call], None]
    """Find its sandbox again, and read its clock."""


async def plan_for(entered: Entered, receive: Receive) -> "Plan":
    """Say what will be done to a request; it is counted at the rules that it meets."""
    call, api = entered.call, entered.api
    sandbox = call.sandbox
    assert sandbox is not None  # noqa: S101 - the gate asks for no other
    operation = entered.stack.operation_at(call.method, entered.path)
    rules = [rule for rule in sandbox.record.rules if rule.api == api.name and _is_about(rule, api, call, operation)]
    raw = None
    try:
        prefer = call.headers.get(b"prefer")
        preferences = Preferences() if prefer is None else read_preferences(prefer, api, operation)
        if any(rule.on.body or rule.do.what == RIVAL for rule in rules):
            raw = await read_body(receive, call.headers)
            rules = [rule for rule in rules if _has_members(raw, rule.on.body)]
        has_fault = any(_is_fault(deed) for deed in preferences.deeds)
        met = frozenset(rule.id for rule in rules if not (has_fault and _is_fault(rule.do)))
        counted = await meet_patiently(sandbox, met, lambda rule: _is_fault(rule.do)) if met else ()
    except (Refusal, StoreDown) as problem:
        return Plan(entered, receive, refused=problem)
    if call.entry is not None:
        call.entry.met = tuple((rule.id, fires) for rule, fires in counted)
    doings = [Doing(rule.do, rule) for rule, fires in counted if fires] + [Doing(deed) for deed in preferences.deeds]
    return Plan(entered, receive if raw is None else _told(raw), doings, preferences, raw)


def _is_fault(deed: Deed) -> bool:
    return deed.what in FAULTS


def _is_about(rule: Rule, api: Api, call: Call, operation: str | None) -> bool:
    on, caller = rule.on, call.identity.caller
    return (
        (on.operation is None or on.operation == operation)
        and (on.identity is None or caller_of(api, on.identity) == caller)
        and (caller is not None or rule.do.what not in {*MEETINGS, RIVAL})
    )


def _has_members(raw: bytes, members: Mapping[str, Any]) -> bool:
    body = _decoded(raw)
    return all(_member(body, way) == value for way, value in members.items())


def _decoded(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _member(body: Any, way: str) -> Any:
    for step in way.split("."):
        body = body.get(step, msgspec.UNSET) if isinstance(body, dict) else msgspec.UNSET
    return body


def _told(raw: bytes) -> Receive:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": raw, "more_body": False}

    return receive


class Plan:
    """What will be done to one request."""

    def __init__(
        self,
        entered: Entered,
        receive: Receive,
        doings: Sequence[Doing] = (),
        preferences: Preferences | None = None,
        raw: bytes | None = None,
        *,
        refused: Refusal | StoreDown | None = None,
    ) -> None:
        self._entered = entered
        self._call = entered.call
        self._receive = receive
        self._doings = doings
        self._preferences = preferences or Preferences()
        self._raw = raw
        self._refused = refused
        self._connection: Connection | None = entered.scope.get(CONNECTION)
        self._fault = next((each for each in doings if _is_fault(each.deed)), None)

    async def answer(self) -> Sent:
        """What the API answers, or what is answered in its place."""
        stack, call = self._entered.stack, self._call
        if self._refused is not None:
            return stack.refused(call, self._refused)
        met: list[tuple[Holding, Ticket]] = []  # after a reset or a delete the next one may be in another sandbox
        try:
            for doing in self._doings:
                self._note(doing.deed.what, doing)
                what = doing.deed.what
                if what == DELAY:
                    await self._wait(doing, self._seconds(doing))
                    await self._enter_again(call)
                elif what in MEETINGS:
                    holding = self._holding
                    met.append((holding, await self._meet(doing, holding)))
                elif what == RIVAL:
                    await self._rival(doing)
            made = self._in_the_place()
            if made is not None:
                return made
            return await stack.answer(call, self._entered.path, self._entered.scope["query_string"], self._receive)
        finally:
            for holding, ticket in met:
                holding.leave(ticket)

    def _in_the_place(self) -> Sent | None:
        """What is answered without asking the API."""
        if self._fault is None:
            return None
        deed, call = self._fault.deed, self._call
        if deed.what in {"fin", "rst", "lost-before"}:
            return NOTHING
        if deed.what not in {"status", "rate-limited"}:
            return None
        operation = self._entered.stack.operation_at(call.method, self._entered.path)
        if operation is None:
            return None
        call.operation = operation
        status = deed.status if deed.what == "status" and deed.status else 429
        reply = made_up(self._entered.api, operation, status, call.request_id)
        headers: tuple[Header, ...] = ((b"retry-after", b"%d" % deed.retry_after),) if status == 429 else ()  # noqa: PLR2004
        body = b"" if reply.body is NO_BODY else msgspec.json.encode(reply.body)
        return Sent(reply.status, body, (reply.media_type or "").encode(), headers)

    def headers(self, sent: Sent) -> list[Header]:
        """Those of the answer that are there because of it."""
        found = []
        if self._preferences.applied:
            found.append((b"preference-applied", self._preferences.applied.encode("latin-1")))
        if self._preferences.explains and sent.status >= _FIRST_ERROR:
            call = self._call
            entry = call.entry or Entry("", "", b"")
            rules = rules_that_refuse(
                self._entered.api, call.operation, sent.status, sent.body, entry.refusal, entry.facts
            )
            found.append((b"x-sandbox-why", ", ".join(rule.id for rule in rules).encode()))
        return found

    async def send(self, send: Send, sent: Sent, headers: Sequence[Header], body: bytes) -> None:
        """Send the answer, or what is left of it."""
        for doing in self._doings:
            if doing.deed.what == SETTLE:
                await self._settle(doing)
        deed = Deed("") if self._fault is None else self._fault.deed
        what = deed.what
        if sent is NOTHING or what == "lost-after":
            await self._break_off("before" if sent is NOTHING else "after", reset=what != "fin" and deed.by == "rst")
            return
        if self._fault is not None and what == "late-after":
            await self._wait(self._fault, self._seconds(self._fault))
        await send({"type": "http.response.start", "status": sent.status, "headers": headers})
        if what == "truncated":
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
            await self._break_off("after", reset=deed.by == "rst")
            return
        if self._fault is not None and what == "slow" and body:
            size = math.ceil(len(body) / _DROPS)
            pieces = [body[start : start + size] for start in range(0, len(body), size)]
            pause = self._seconds(self._fault, _DRIP_SECONDS) / len(pieces)
            for piece in pieces[:-1]:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                if pause and await self._wait(self._fault, pause):
                    pause = 0.0  # it was let go
            body = pieces[-1]
        if what == "malformed":
            body = body[:-1] + b"," * bool(body)
        await send({"type": "http.response.body", "body": body})

    async def _break_off(self, side: str, *, reset: bool) -> None:
        if self._call.entry is not None:
            self._call.entry.broke = side
        if self._connection is None:
            raise ConnectionResetError(f"the connection broke {side} it was done, as was asked for")
        await self._connection.break_off(reset=reset)

    def _note(self, what: str, doing: Doing) -> None:
        entry = self._call.entry
        if entry is not None:
            entry.faults = [*entry.faults, (what, 0 if doing.rule is None else doing.rule.id)]

    # Waiting

    @property
    def _holding(self) -> Holding:
        sandbox = self._call.sandbox
        assert sandbox is not None  # noqa: S101 - it has rules
        if sandbox.holding is None:
            sandbox.holding = Holding()
        return sandbox.holding

    def _seconds(self, doing: Doing, default: float = 0.0) -> float:
        deed, rule = doing.deed, doing.rule
        seconds = default if deed.seconds is None else deed.seconds
        if rule is None or (deed.to is None and deed.p99 is None):
            return seconds
        assert self._call.sandbox is not None  # noqa: S101 - it has rules
        chance = draw(self._call.sandbox.record.seed, "seconds", rule.id, rule.met)
        if deed.to is not None:
            return chance.uniform(seconds, deed.to)
        return chance.lognormvariate(math.log(seconds), math.log((deed.p99 or seconds) / seconds) / _AT_99_PERCENT)

    async def _wait(self, doing: Doing, seconds: float) -> bool:
        """Whether it was let go before."""
        holding = self._holding
        ticket = holding.enter(0 if doing.rule is None else doing.rule.id)
        try:
            return await self._told_within(ticket, seconds)
        finally:
            holding.leave(ticket)

    async def _meet(self, doing: Doing, holding: Holding) -> Ticket:
        rule = doing.rule
        assert rule is not None  # noqa: S101 - nobody prefers to wait for others
        ticket = holding.enter(rule.id)
        if rule.do.what == "barrier" and holding.of(rule.id) >= (rule.do.count or 0):
            holding.release(rule.id, rule.do.order)
        try:
            seconds = _PATIENCE_SECONDS if rule.do.seconds is None else rule.do.seconds
            if not await self._told_within(ticket, seconds):
                self._note(f"{rule.do.what}: nobody let it go in {seconds:g} s", doing)
        except BaseException:
            holding.leave(ticket)
            raise
        await self._enter_again(self._call)
        return ticket

    async def _settle(self, doing: Doing) -> None:
        """Until the webhooks that it has left were delivered or have failed, whoever sends them; nothing is held meanwhile, so
        their receiver may ask what it likes.
        """
        sandbox, entry, domain = self._call.sandbox, self._call.entry, self._entered.api.domain
        if sandbox is None or entry is None or domain is None:
            return
        left = changed_ids(entry.changes, domain.deliveries.kind.name)
        if not left:
            return

        async def waiting() -> Sequence[object]:
            try:
                _, due = await run_patiently(
                    sandbox,
                    domain,
                    lambda work: upcoming(work, domain, (DueKind.DELIVERY,), until=work.now, limit=None),
                    writes=False,
                )
            except StoreDown:
                return list(left)
            except (NotFound, RuleBroken):
                return ()  # the sandbox is gone, and what it would have sent
            return [each.subject_id for each in due if each.subject_id in left]

        holding = self._holding
        ticket = holding.enter(0 if doing.rule is None else doing.rule.id)
        try:
            late = await settled(waiting, self._seconds(doing, _SETTLE_SECONDS), partial(self._told_within, ticket))
        finally:
            holding.leave(ticket)
        if late:
            self._note(f"{SETTLE}: {len(late)} of {len(left)} webhooks were still under way", doing)

    async def _enter_again(self, call: Call) -> None:
        """Time has passed: the sandbox is as it is now, and what it was is held against nobody."""
        await patiently(self._entered.sandboxes, partial(self._entered.enter, call))
        call.record = None

    async def _told_within(self, ticket: Ticket, seconds: float) -> bool:
        connection = self._connection
        if connection is not None:
            connection.let_go = ticket.go
        try:
            return await ticket.wait(seconds)
        finally:
            if connection is not None:
                connection.let_go = None

    # Others

    async def _rival(self, doing: Doing) -> None:
        """Do the same operation for somebody else."""
        api, call, deed = self._entered.api, self._call, doing.deed
        sandbox = call.sandbox
        assert sandbox is not None  # noqa: S101 - it has rules
        body = _changed(self._raw or b"", deed.changes)
        headers = {**call.headers, b"content-length": b"%d" % len(body)}
        headers.pop(b"prefer", None)
        if deed.identity is not None:
            headers |= signed_in(deed.identity)
        if api.idempotency is not None and (key := api.idempotency.header.lower().encode()) in headers:
            headers[key] += b"-rival"
        rival = Call(
            call.method,
            headers,
            api.identify(headers),
            sandbox_name=call.sandbox_name,
            base_path=call.base_path,
            origin=call.origin,
            naming=_name_rival,
            is_rival=True,
        )
        asked = self._entered.scope
        entry = rival.entry = Entry(asked["method"], asked["path"], asked["query_string"], is_rival=True)
        rival.enter(sandbox, sandbox.now())
        sent = await self._entered.stack.answer(rival, self._entered.path, asked["query_string"], _told(body))
        rival.request_id  # noqa: B018 - which numbers it
        entry.status, entry.response_body, entry.api = sent.status, sent.body, api.name
        entry.operation, entry.at = rival.operation, entry.at or rival.now
        entry.caller, entry.began_ns = _parts(rival), time.perf_counter_ns()
        entry.headers = pack_headers(headers.items())
        entry.faults = [(RIVAL, 0 if doing.rule is None else doing.rule.id)]
        self._entered.sandboxes.keep_entry(sandbox, entry)
        await self._enter_again(call)


def _parts(call: Call) -> tuple[str, str, str] | None:
    caller = call.identity.caller
    return None if caller is None else (caller.tenant, caller.role, caller.id)


def _name_rival(call: Call) -> str:
    """Numbered in the journal alone: what the client asks keeps the ids it would have had."""
    assert call.sandbox is not None  # noqa: S101 - it was entered
    journal = call.sandbox.journal
    journal.last_id += 1
    if call.entry is not None:
        call.entry.id = journal.last_id
    return f"{call.sandbox.name}-rival-{journal.last_id}"


def _changed(raw: bytes, changes: Mapping[str, Any]) -> bytes:
    if not changes:
        return raw
    body = _decoded(raw)
    if not isinstance(body, dict):
        return raw
    for way, value in changes.items():
        *steps, last = way.split(".")
        here = body
        for step in steps:
            inner = here.get(step)
            here[step] = inner if isinstance(inner, dict) else {}
            here = here[step]
        here[last] = value
    return msgspec.json.encode(body)
