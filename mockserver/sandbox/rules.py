"""What is armed in a sandbox: which requests a rule is about, what it does to them, and how often it has.

Rules are part of the sandbox's record, so they hold in every process and go with a reset. A rule is *met* by each request
that it is about, and *fires* for as many of them as it says. Requests wait in the process that got them.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from mockserver.sandbox.randomness import draw

__all__ = ["DELAY", "MEETINGS", "RIVAL", "SETTLE", "Deed", "Holding", "Order", "Rule", "Subject", "Ticket", "count_met"]

DELAY = "delay"
RIVAL = "rival"
SETTLE = "settle"
MEETINGS = frozenset({"hold", "barrier"})
"""What makes requests wait for each other, or for somebody's word."""

Order = Literal["arrival", "reverse"] | tuple[int, ...]


class Subject(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, rename={"since": "from"}):
    """
    Which requests a rule is about; what it does not say does not matter.

    Attributes:
        operation: An operationId.
        identity: A credential; so is any other that stands for the same caller.
        body: Members of the JSON body and the values they have, each by its way: `customer.email`.
        since: From this moment of the sandbox's clock on; `until` is the first that is too late.
        share: So many of those that it is about, in chance; drawn from the sandbox's seed, the rule and the request's number.
        times: So often it fires; None is each time.
    """

    operation: str | None = None
    identity: str | None = None
    body: dict[str, Any] = {}
    since: datetime | None = None
    until: datetime | None = None
    share: float = 1.0
    times: int | None = 1


class Deed(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """
    What is done to a request.

    Attributes:
        what: A name of `web.arming`.
        seconds: How long; with `to` any time between the two; with `p99` half take longer, and one in a hundred as long as
            that. Of what waits for others, at most.
        by: How a connection breaks.
        status: The one that is answered in the place of the API's.
        retry_after: In seconds.
        count: So many requests are held, or meet.
        order: In which they go on, by their arrival.
        identity: Of a rival, a credential; None is the client's own.
        changes: Members of the body that the rival has otherwise, by their ways.
    """

    what: str
    seconds: float | None = None
    to: float | None = None
    p99: float | None = None
    by: Literal["rst", "fin"] = "rst"
    status: int | None = None
    retry_after: int = 1
    count: int | None = None
    order: Order = "arrival"
    identity: str | None = None
    changes: dict[str, Any] = {}


class Rule(msgspec.Struct, frozen=True, omit_defaults=True):
    """
    Attributes:
        id: Of its sandbox; none is given twice before a reset.
        met: By so many requests. 0 says that it was armed for nothing so far.
    """

    id: int
    api: str
    on: Subject
    do: Deed
    met: int = 0
    fired: int = 0

    @property
    def most(self) -> int | None:
        """So often it fires at most."""
        return (self.do.count or 1) if self.do.what in MEETINGS else self.on.times


def count_met(
    rules: Sequence[Rule], met: frozenset[int], seed: int, now: datetime, ends: Callable[[Rule], bool]
) -> tuple[tuple[Rule, ...], tuple[tuple[Rule, bool], ...]]:
    """
    Count a request that meets the rules of these ids.

    Args:
        ends: Whether nothing after this rule can be done to the request any more.

    Returns:
        The rules as they are from now on, and those that were met, each with whether it fires.
    """
    kept, counted, is_over = [], [], False
    for each in rules:
        rule, on = each, each.on
        is_due = (on.since is None or on.since <= now) and (on.until is None or now < on.until)
        if rule.id in met and is_due and not is_over:
            number = rule.met + 1
            has_turns = rule.most is None or rule.fired < rule.most
            fires = has_turns and (on.share >= 1 or draw(seed, "rule", rule.id, number).random() < on.share)
            rule = msgspec.structs.replace(rule, met=number, fired=rule.fired + fires)
            counted.append((rule, fires))
            is_over = fires and ends(rule)
        kept.append(rule)
    return tuple(kept), tuple(counted)


class Ticket:
    """A request that waits, until it is told to go on; then others wait until it is done."""

    __slots__ = ("_event", "_line", "_loop", "rule_id")

    def __init__(self, rule_id: int) -> None:
        self.rule_id = rule_id
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()
        self._line: deque[Ticket] | None = None

    def go(self, line: "deque[Ticket] | None" = None) -> None:
        """Callable from any thread. Who comes after it stands in *line*."""
        self._line = line
        self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self, seconds: float) -> bool:
        """Whether it was told to go on in so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        return True

    def done(self) -> None:
        line, self._line = self._line, None
        if line:
            line.popleft().go(line)


class Holding:
    """The requests of one sandbox that wait in this process, in the order of their arrival."""

    def __init__(self) -> None:
        self._waiting: list[Ticket] = []

    def enter(self, rule_id: int) -> Ticket:
        ticket = Ticket(rule_id)
        self._waiting.append(ticket)
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """Whether it was told to go on or not."""
        if ticket in self._waiting:
            self._waiting.remove(ticket)
        ticket.done()

    def of(self, rule_id: int) -> int:
        """How many wait at a rule."""
        return sum(ticket.rule_id == rule_id for ticket in self._waiting)

    def release(self, rule_id: int, order: Order = "arrival") -> int:
        """
        Have those at a rule go on, each when the one before it is done. Answers how many went.

        Args:
            order: By their arrival, counted from 1; who is not named waits on.

        Raises:
            IndexError: So many are not there.
        """
        here = [ticket for ticket in self._waiting if ticket.rule_id == rule_id]
        named = [here[number - 1] for number in order] if isinstance(order, tuple) else here
        line = deque(reversed(named) if order == "reverse" else named)
        self._waiting = [ticket for ticket in self._waiting if ticket not in named]
        if line:
            line.popleft().go(line)
        return len(named)

    def let_go(self) -> None:
        """All of them, at once."""
        waiting, self._waiting = self._waiting, []
        for ticket in waiting:
            ticket.go()
