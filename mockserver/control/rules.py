"""Rules from outside: what is armed in a sandbox, how often each was met, and who waits."""

from typing import Any

import msgspec

from mockserver.apis.bundle import Api
from mockserver.apis.faults import LONGEST_SECONDS, check_rule
from mockserver.booking.errors import NotFound, RuleBroken
from mockserver.control.requests import NewRule
from mockserver.sandbox.records import SandboxRecord
from mockserver.sandbox.rules import MEETINGS, RIVAL, Order, Rule
from mockserver.sandbox.sandbox import Sandbox

__all__ = ["Armed", "RuleDesk", "show_rule"]

_MOST = 100
_MOST_HELD = 100


class Armed(msgspec.Struct, frozen=True):
    """A rule, and how many requests wait at it in this process."""

    rule: Rule
    held: int


class RuleDesk:
    """The rules of one sandbox.

    Args:
        shared: Other processes serve it too.
    """

    def __init__(self, sandbox: Sandbox, *, shared: bool) -> None:
        self._sandbox = sandbox
        self._shared = shared

    def every(self) -> list[Armed]:
        return [self._armed(rule) for rule in self._sandbox.record.rules]

    def get(self, number: int) -> Armed:
        """Raises NotFound."""
        return self._armed(self._find(self._sandbox.record, number))

    def arm(self, api: Api, wanted: NewRule) -> Armed:
        """Raises RuleBroken: `bad_rule`, `too_many_rules`, `needs_one_process`."""
        on, do = wanted.on, wanted.do
        check_rule(api, on, do)
        if do.what in {*MEETINGS, RIVAL}:
            self._ensure_alone(do.what)
        for name in ("seconds", "to", "p99"):
            if (getattr(do, name) or 0) > LONGEST_SECONDS:
                raise RuleBroken("bad_rule", f"nothing takes longer than {LONGEST_SECONDS:.0f} s", field=f"do.{name}")
        if (do.count or 0) > _MOST_HELD:
            raise RuleBroken("bad_rule", f"at most {_MOST_HELD} requests wait for each other", field="do.count")

        def add(record: SandboxRecord) -> SandboxRecord:
            if len(record.rules) >= _MOST:
                raise RuleBroken("too_many_rules", f"at most {_MOST} rules are armed in a sandbox: take some away")
            number = record.last_rule + 1
            rules = (*record.rules, Rule(number, api.name, on, do))
            return msgspec.structs.replace(record, rules=rules, last_rule=number)

        return self._armed(self._sandbox.arm(add).rules[-1])

    def disarm(self, number: int) -> None:
        """Who waits at it goes on. Raises NotFound."""

        def remove(record: SandboxRecord) -> SandboxRecord:
            found = self._find(record, number)
            return msgspec.structs.replace(record, rules=tuple(each for each in record.rules if each is not found))

        self._sandbox.arm(remove)
        if self._sandbox.holding is not None:
            self._sandbox.holding.release(number)

    def release(self, number: int, order: Order) -> Armed:
        """Raises NotFound, RuleBroken `nobody_waits`, `needs_one_process`."""
        armed = self.get(number)
        self._ensure_alone(armed.rule.do.what)
        if isinstance(order, tuple) and (len(set(order)) != len(order) or max(order, default=0) > armed.held):
            raise RuleBroken("nobody_waits", f"{armed.held} wait at rule {number}: an order names some of them, once")
        if self._sandbox.holding is not None:
            self._sandbox.holding.release(number, order)
        return self.get(number)

    def _ensure_alone(self, what: str) -> None:
        if self._shared:
            raise RuleBroken(
                "needs_one_process",
                f"{what} needs one process: requests wait for each other in the process that got them, and several may"
                " serve this sandbox; start the server with one worker, in memory or on SQLite",
            )

    def _find(self, record: SandboxRecord, number: int) -> Rule:
        found = next((rule for rule in record.rules if rule.id == number), None)
        if found is None:
            raise NotFound("rule", number)
        return found

    def _armed(self, rule: Rule) -> Armed:
        holding = self._sandbox.holding
        return Armed(rule, 0 if holding is None else holding.of(rule.id))


def show_rule(armed: Armed) -> dict[str, Any]:
    rule = armed.rule
    return {
        "id": rule.id,
        "api": rule.api,
        "on": msgspec.to_builtins(rule.on),
        "do": msgspec.to_builtins(rule.do),
        "met": rule.met,
        "fired": rule.fired,
        "held": armed.held,
    }
