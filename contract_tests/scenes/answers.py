"""What came, and how to judge it by a rule.

A judgement names the rule it is about. One that holds is evidence for the rule; one that does not ends the test.
"""

from collections.abc import Callable, Mapping
from typing import Any

from contract_tests.scenes.exchanges import SUCCESSES, Exchange

__all__ = ["ANY", "Answer", "Broken", "Judge"]

ANY = object()
"""Whatever stands there."""


class Broken(Exception):  # noqa: N818 - the API's, not ours
    """A rule does not hold."""

    def __init__(self, rule: str, expected: str, got: str, exchanges: tuple[Exchange, ...]) -> None:
        super().__init__(f"{rule}: expected {expected}; got {got}")
        self.rule = rule
        self.expected = expected
        self.got = got
        self.exchanges = exchanges


Judge = Callable[[str, bool, str, str, tuple[Exchange, ...]], None]
"""`(rule, holds, expected, got, exchanges)`; raises Broken."""


class Answer:
    """One answer. `json` is None where the body is no JSON."""

    __slots__ = ("_code", "_judge", "exchange", "headers", "json", "status")

    def __init__(self, exchange: Exchange, judge: Judge, code: Callable[[object], object]) -> None:
        self.exchange = exchange
        self.status = exchange.status
        self.headers: Mapping[str, str] = exchange.headers
        self.json: Any = exchange.json()
        self._judge = judge
        self._code = code

    def __repr__(self) -> str:
        return f"Answer({self.exchange.label} -> {self.exchange.came()})"

    @property
    def code(self) -> object:
        """The stable code of a refusal, where the contract says it stands; None when there is none."""
        return self._code(self.json)

    @property
    def is_success(self) -> bool:
        return self.status in SUCCESSES

    def ok(self, rule: str, status: int | None = None) -> "Answer":
        """The request has to be accepted, with *status* if one is named."""
        holds = self.is_success if status is None else self.status == status
        expected = f"{self.exchange.title}: {status or 'a success'}"
        self._judge(rule, holds, expected, self.exchange.came(), (self.exchange,))
        return self

    def refused(self, rule: str, status: int, code: object = ANY) -> "Answer":
        """The request has to be refused with *status* and, unless any will do, that stable code."""
        holds = self.status == status and (code is ANY or self.code == code)
        expected = f"{self.exchange.title}: {status}" + ("" if code is ANY else f" {code!r}")
        self._judge(rule, holds, expected, self.exchange.came(), (self.exchange,))
        return self

    def names(self, rule: str, word: str) -> "Answer":
        """The refusal has to name *word*."""
        text = self.exchange.content.decode("utf-8", errors="replace")
        expected = f"{self.exchange.title}: a refusal that names {word!r}"
        self._judge(rule, not self.is_success and word in text, expected, self.exchange.came(), (self.exchange,))
        return self
