"""What came, and how to judge it by a rule.

A judgement names the rule it is about. One that holds is evidence for the rule; one that does not ends the test.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from contract_tests.contracts import ANY, Contract
from contract_tests.scenes.exchanges import SUCCESSES, Exchange

__all__ = ["ANY", "Answer", "Broken", "Differs", "Judge"]

_REFUSALS = range(400, 500)


class Broken(Exception):  # noqa: N818 - the API's, not ours
    """A rule does not hold."""

    def __init__(self, rule: str, expected: str, got: str, exchanges: tuple[Exchange, ...]) -> None:
        super().__init__(f"{rule}: expected {expected}; got {got}")
        self.rule = rule
        self.expected = expected
        self.got = got
        self.exchanges = exchanges


class Differs(Exception):  # noqa: N818 - nobody's
    """The target reads otherwise what no page states, so that the test cannot go on."""

    def __init__(self, rule: str) -> None:
        super().__init__(f"the target reads {rule} otherwise")


class Judge(Protocol):
    def __call__(
        self,
        rule: str,
        holds: bool,
        expected: str,
        got: str,
        exchanges: tuple[Exchange, ...],
        *,
        is_said_otherwise: bool = False,
        is_beyond: bool = False,
        ends: bool = False,
    ) -> None:
        """
        Take it as evidence for *rule*, or not.

        Args:
            is_said_otherwise: It does not hold only in what no page states of it: a status, a text.
            is_beyond: What was sent is allowed by no page.
            ends: What comes after it makes no sense if it does not hold.

        Raises:
            Broken: It does not hold, and has to.
            Differs: It does not hold, is our reading, and ends the test.
        """


class Answer:
    """One answer. `json` is None where the body is no JSON."""

    __slots__ = ("_contract", "_judge", "exchange", "headers", "json", "status")

    def __init__(self, exchange: Exchange, judge: Judge, contract: Contract) -> None:
        self.exchange = exchange
        self.status = exchange.status
        self.headers: Mapping[str, str] = exchange.headers
        self.json: Any = exchange.json()
        self._judge = judge
        self._contract = contract
        if contract.lens is not None and exchange.operation is not None and self.is_success:
            asked = exchange.operation
            form = self.headers.get("content-type", "")
            self.json = contract.lens.read(asked.method, asked.path, self.status, form, self.json)

    def __repr__(self) -> str:
        return f"Answer({self.exchange.label} -> {self.exchange.came()})"

    @property
    def code(self) -> object:
        """The stable code of a refusal, where the contract says it stands; None when there is none."""
        return self._contract.code_in(self.json)

    @property
    def is_success(self) -> bool:
        return self.status in SUCCESSES

    @property
    def is_refusal(self) -> bool:
        return self.status in _REFUSALS

    def ok(self, rule: str, status: int | None = None) -> "Answer":
        """The request has to be accepted, with *status* if one is named."""
        holds = self.is_success if status is None else self.status == status
        expected = f"{self.exchange.title}: {status or 'a success'}"
        self._judge(
            rule,
            holds,
            expected,
            self.exchange.came(),
            (self.exchange,),
            is_said_otherwise=self.is_success and self._contract.is_free_success(self.exchange.operation, rule),
            is_beyond=self.is_refusal and self._was_asked_beyond_what_is_stated(),
            ends=not self.is_success,
        )
        return self

    def _was_asked_beyond_what_is_stated(self) -> bool:
        lens, asked = self._contract.lens, self.exchange.operation
        return lens is not None and asked is not None and lens.is_beyond(asked.method, asked.path, self.exchange.sent())

    def refused(self, rule: str, status: int, code: object = ANY) -> "Answer":
        """The request has to be refused with *status* and, unless any will do, that stable code."""
        wanted, text, free = self._contract.refusal_as_said(self.exchange.operation, rule, status, code)
        has_status, has_text = self.status == wanted, text is ANY or self.code == text
        expected = f"{self.exchange.title}: {wanted}" + ("" if text is ANY else f" {text!r}")
        self._judge(
            rule,
            has_status and has_text,
            expected,
            self.exchange.came(),
            (self.exchange,),
            is_said_otherwise=self.is_refusal
            and (has_status or "status" in free)
            and (has_text or "code" in free or not has_status),
            ends=self.is_success,
        )
        return self

    def names(self, rule: str, word: str) -> "Answer":
        """The refusal has to name *word*."""
        text = self.exchange.content.decode("utf-8", errors="replace")
        expected = f"{self.exchange.title}: a refusal that names {word!r}"
        self._judge(
            rule,
            not self.is_success and word in text,
            expected,
            self.exchange.came(),
            (self.exchange,),
            is_said_otherwise=self.is_refusal and "text" in self._contract.rule(rule).inferred,
            ends=self.is_success,
        )
        return self
