"""What came of a run: the tests, the rules they judged, the operations they called, and one verdict."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import NamedTuple

from contract_tests.contracts import Contract, Rule
from contract_tests.findings import Finding, Severity
from contract_tests.laws.law import Layer
from doublebook_data.views import View

__all__ = [
    "Comparison",
    "Evidence",
    "Move",
    "OperationResult",
    "Outcome",
    "RuleResult",
    "RunResult",
    "StateChart",
    "Stay",
    "Tally",
    "TestResult",
    "Verdict",
    "judge_rules",
]

_SUCCESSES = range(200, 300)
_SUCCESS = re.compile(r": (a success|2\d\d)$")
_NUMBERS = re.compile(r"[0-9a-f-]{12,}|\d+")


class Verdict(IntEnum):
    """The exit code of the program."""

    PASSED = 0
    FAILED = 1
    CANNOT_RUN = 2
    NOTHING_TESTED = 3
    INTERRUPTED = 130


class Outcome(StrEnum):
    """Of a test, and of a rule."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    DIFFER = "differ"
    """The target reads otherwise what no page states: of a rule alone."""
    SKIP = "skip"
    """A precondition is missing: a key of the profile, an inventory that is used up."""
    OMIT = "omit"
    """Not applicable here: not selected, or nothing the target does."""
    ERROR = "error"
    """The kit or the network; nothing is known about the API."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """
    One test: a law, or a batch of scenarios of the lifecycle.

    Args:
        why: It was skipped, omitted or ended by an error; "" otherwise.
        evidence: How often each rule was seen to hold.
        leaked: What it could not take back.
        again: It has to be played again, alone in its world: nothing came of it.
        doubted: The rule that it saw broken where others in its world may be why; "" where there is none.
        shown: Of each operation that reads, by label: what stood in the path of its first success, and the answer.
        bursts: How often it asked many things at the same moment.
        overlapped: How often any two of them did overlap, as seen from here.
    """

    __test__ = False  # pytest would take its name for a test of ours

    name: str
    sentence: str
    layer: Layer
    rules: tuple[str, ...]
    outcome: Outcome
    why: str = ""
    findings: tuple[Finding, ...] = ()
    evidence: Mapping[str, int] = field(default_factory=dict)
    calls: int = 0
    seconds: float = 0.0
    leaked: tuple[str, ...] = ()
    again: bool = False
    doubted: str = ""
    shown: Mapping[str, tuple[Mapping[str, object], bytes]] = field(default_factory=dict, repr=False)
    bursts: int = 0
    overlapped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """
    Args:
        times: How often it was seen to hold.
        tests: The names of the tests that are about it.
        differences: What the target says or does otherwise, where no page states how.
        follows: The rule of a step that other tests need too and that got the same answer: whoever mends that one may have
            mended this one; "" where there is none.
    """

    rule: Rule
    outcome: Outcome
    why: str = ""
    times: int = 0
    tests: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    differences: tuple[Finding, ...] = ()
    follows: str = ""

    @property
    def known(self) -> str:
        """Why its failure is not counted, from the list of known failures; "" where it is."""
        return self.findings[0].known if all(finding.known for finding in self.findings) and self.findings else ""


@dataclass(frozen=True, slots=True)
class OperationResult:
    """
    Args:
        cases: Judged requests by layer.
        accepted: How many requests got a 2xx: how deep the tests went, not only how many there were.
        seconds: What each answer took, in no order that means anything.
        refused: How many requests got which other status.
    """

    label: str
    cases: Mapping[str, int]
    accepted: int
    seconds: tuple[float, ...]
    findings: tuple[Finding, ...]
    refused: Mapping[int, int] = field(default_factory=dict)

    @property
    def was_asked(self) -> bool:
        return any(self.cases.values())

    @property
    def was_tested(self) -> bool:
        """What never succeeds shows nothing but its refusals."""
        return self.was_asked and self.accepted > 0

    @property
    def why_untested(self) -> str:
        """An empty text where it was tested."""
        if self.was_tested:
            return ""
        if not self.was_asked:
            return "not asked"
        often = sorted(self.refused.items(), key=lambda item: (-item[1], item[0]))
        return f"never answered with a success: {', '.join(f'{status} x {number:,}' for status, number in often) or 'no answer'}"


@dataclass(frozen=True, slots=True)
class Move:
    """
    One arrow of a state chart.

    Args:
        rule: The id of the rule behind it; "" where no single one is.
        times: How often it was seen to go as it should.
        broken: A finding is about it.
    """

    source: str
    event: str
    target: str
    rule: str = ""
    times: int = 0
    broken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChart:
    """
    What one kind of thing can be and become, and what of it a run went through.

    Args:
        states: Eight at most, the one that everything begins in first.
    """

    name: str
    states: tuple[str, ...]
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a run can be held to: printed at the head of every report.

    Args:
        suite: A hash of everything the kit tests with.
        contract: A hash of the API's document.
        started_at: RFC 3339, in UTC.
        sandbox: Of our own sandbox its version and a digest of what it draws worlds from; "" of any other target.
        view: What the target is held to: all of the document, or what pages state of it.
        options: What has to be said beside the address to test the same target again.
        stand_ins: Shell variables that commands are shown with, each with the identity whose token has to be in it.
    """

    kit: str
    suite: str
    contract: str
    api: str
    base_url: str
    profile: str
    mode: str
    seed: int
    started_at: str
    sandbox: str = ""
    view: View = View.OURS
    options: tuple[str, ...] = ()
    stand_ins: Mapping[str, str] = field(default_factory=dict)

    @property
    def found_by(self) -> str:
        """What has to be the same for a test to do the same again: the kit, and what our sandbox draws."""
        return f"{self.kit}-{self.suite[:12]}" + (self.sandbox and f",{self.sandbox}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """
    What became of what an earlier run found: rules by their id, else `METHOD /path [check]`.

    Args:
        base_url: Of the earlier run, as is `started_at`.
        unknown: Found then, and not looked at now.
    """

    base_url: str
    started_at: str
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    still: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


class Stay(NamedTuple):
    """What nobody can take back: what it is, in a word; its id; which operation made it."""

    what: str
    id: str
    operation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """
    Args:
        stays: What was made and nobody can take back.
        findings: All of them, those of known failures included.
        differences: What the target says or does otherwise, where no page states how: each once.
        problems: Why something could not be tested; a run that has any is not a pass.
        warnings: What is not right and fails nothing: an expired or unexpectedly passed known failure, a budget.
        unreached: What the time limit cut off.
        certify: Nothing that MUST hold may be skipped.
        comparison: With an earlier run; None where nobody named one.
    """

    evidence: Evidence
    tests: tuple[TestResult, ...]
    rules: tuple[RuleResult, ...]
    operations: tuple[OperationResult, ...]
    findings: tuple[Finding, ...]
    differences: tuple[Finding, ...] = ()
    state_charts: tuple[StateChart, ...] = ()
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    unreached: tuple[str, ...] = ()
    leaked: tuple[str, ...] = ()
    stays: tuple[Stay, ...] = ()
    requests: int = 0
    seconds: float = 0.0
    certify: bool = False
    was_interrupted: bool = False
    comparison: Comparison | None = None

    @property
    def verdict(self) -> Verdict:
        if self.was_interrupted:
            return Verdict.INTERRUPTED
        if any(finding.counts for finding in self.findings):
            return Verdict.FAILED
        if self.problems or any(test.outcome is Outcome.ERROR for test in self.tests):
            return Verdict.CANNOT_RUN
        if self.certify and any(
            rule.outcome is Outcome.SKIP and rule.rule.level is Severity.MUST for rule in self.rules
        ):
            return Verdict.FAILED
        return Verdict.PASSED if self.tested_musts or self._tested_operations else Verdict.NOTHING_TESTED

    @property
    def tested_musts(self) -> int:
        return sum(
            rule.outcome in (Outcome.PASS, Outcome.FAIL, Outcome.DIFFER) and rule.rule.level is Severity.MUST
            for rule in self.rules
        )

    @property
    def _tested_operations(self) -> int:
        return sum(operation.was_tested for operation in self.operations)

    def count(self, outcome: Outcome) -> int:
        """How many rules came out so."""
        return sum(rule.outcome is outcome for rule in self.rules)


def judge_rules(
    contract: Contract, tests: Iterable[TestResult], *, untested: str = "not selected"
) -> tuple[RuleResult, ...]:
    """
    What the tests say of each rule: broken once is broken, and nothing tested is never a pass.

    Args:
        untested: Why no test is about a rule.
    """
    done = list(tests)
    origins = _origins(done)
    return tuple(
        _judge(rule, [test for test in done if _is_about(test, rule)], untested, origins) for rule in contract.rules
    )


_Given = tuple[str, str]
"""An operation, and what it answered where a success was expected."""


def _origins(tests: Iterable[TestResult]) -> Mapping[_Given, str]:
    """The rule of each step that was in the way of several tests, none of them about it, by what it was answered."""
    often = Counter(
        (given, finding.rule)
        for test in tests
        for finding in test.findings
        if finding.rule not in test.rules and (given := _given(finding))
    )
    return {given: rule for (given, rule), number in reversed(often.most_common()) if number > 1}


def _given(finding: Finding) -> _Given | None:
    """None where no success was expected. Without numbers, such as that of a request."""
    if not finding.rule or not _SUCCESS.search(finding.expected):
        return None
    return finding.operation, _NUMBERS.sub("#", finding.came)


def _is_about(test: TestResult, rule: Rule) -> bool:
    told = (test.doubted, *(each.rule for each in test.findings))
    return rule.id in (*test.rules, *test.evidence, *told)


def _judge(rule: Rule, tests: list[TestResult], untested: str, origins: Mapping[_Given, str]) -> RuleResult:
    found = [finding for test in tests for finding in test.findings if finding.rule == rule.id]
    findings = tuple(finding for finding in found if finding.severity is not Severity.DIFFERENCE)
    differences = tuple(finding for finding in found if finding.severity is Severity.DIFFERENCE)
    times = sum(test.evidence.get(rule.id, 0) for test in tests)
    outcome, why = _outcome(rule, tests, untested, origins, times=times, is_broken=bool(findings))
    followed = {_followed(each, origins) for each in findings}
    if differences and rule.is_reading:
        outcome, why = Outcome.DIFFER, ""
    return RuleResult(
        rule=rule,
        outcome=outcome,
        why=why,
        times=times,
        tests=tuple(test.name for test in tests if rule.id in test.rules),
        findings=findings,
        differences=differences,
        follows=followed.pop() if len(followed) == 1 and rule.id not in followed else "",
    )


def _followed(finding: Finding, origins: Mapping[_Given, str]) -> str:
    given = _given(finding)
    return origins.get(given, finding.rule) if given else finding.rule


def _outcome(
    rule: Rule,
    tests: list[TestResult],
    untested: str,
    origins: Mapping[_Given, str],
    *,
    times: int,
    is_broken: bool,
) -> tuple[Outcome, str]:
    if is_broken or rule.not_tested:
        return (Outcome.FAIL, "") if is_broken else (Outcome.OMIT, rule.not_tested)
    doubts = [test.why for test in tests if test.doubted == rule.id]
    if doubts:
        return Outcome.SKIP, doubts[0]
    own = [test for test in tests if rule.id in test.rules]
    for outcome in (Outcome.ERROR, Outcome.SKIP, Outcome.OMIT):
        found = [test for test in own if test.outcome is outcome]
        if found and not times:
            return outcome, found[0].why
    if times:
        return Outcome.PASS, ""
    failed = [test for test in own if test.outcome is Outcome.FAIL]
    if failed:
        causes = [_followed(each, origins) for test in failed for each in test.findings if each.rule and each.is_break]
        from_it = f"follows from {causes[0]}: " if causes else ""
        return Outcome.SKIP, f"{from_it}{failed[0].name} ended before it came to this rule"
    return Outcome.OMIT, untested


@dataclass(slots=True)
class Tally:
    """
    Counts of operations while a run goes on.

    Args:
        mark: A finding, with the reason why it is known if it is.
    """

    mark: Callable[[Finding], Finding] = lambda finding: finding
    cases: dict[str, Counter[str]] = field(default_factory=dict)
    accepted: Counter[str] = field(default_factory=Counter)
    refused: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    requests: int = 0
    findings: dict[tuple[object, ...], Finding] = field(default_factory=dict)
    differences: dict[tuple[object, ...], Finding] = field(default_factory=dict)
    problems: dict[str, None] = field(default_factory=dict)

    def count_case(self, layer: str, label: str, number: int = 1) -> None:
        self.cases.setdefault(label, Counter())[layer] += number

    def count_answer(self, label: str, *, seconds: float, status: int) -> None:
        """*status* is 0 where the answer is about something else than the operation, such as an OPTIONS to its path."""
        self.seconds[label].append(seconds)
        if status in _SUCCESSES:
            self.accepted[label] += 1
        elif status:
            self.refused[label][status] += 1

    def keep(self, identity: tuple[object, ...], finding: Finding) -> None:
        """What was found before stays as it was told."""
        if finding.severity is Severity.DIFFERENCE:
            self.differences.setdefault(
                (finding.rule or finding.operation, finding.check * (not finding.rule)), finding
            )
        else:
            self.findings.setdefault(identity, self.mark(finding))

    @property
    def has_failed(self) -> bool:
        """Whether anything was found that makes the run fail."""
        return any(finding.counts for finding in self.findings.values())

    def cases_in(self, layer: str) -> int:
        return sum(counter[layer] for counter in self.cases.values())

    def of_operations(self, labels: Iterable[str]) -> tuple[OperationResult, ...]:
        return tuple(
            OperationResult(
                label=label,
                cases=self.cases.get(label, Counter()),
                accepted=self.accepted[label],
                seconds=tuple(self.seconds[label]),
                findings=tuple(finding for finding in self.findings.values() if finding.operation == label),
                refused=self.refused[label],
            )
            for label in labels
        )
