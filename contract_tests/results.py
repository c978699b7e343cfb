"""What came of a run: counters while it goes on, and one frozen value at its end."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from contract_tests.findings import Finding

__all__ = ["OperationResult", "RunResult", "Tally", "Verdict"]


class Verdict(IntEnum):
    """The exit code of the program."""

    PASSED = 0
    FAILED = 1
    CANNOT_RUN = 2
    NOTHING_TESTED = 3
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class OperationResult:
    """
    Args:
        cases: Judged requests by phase.
        accepted: How many requests got a 2xx: how deep the tests went, not only how many there were.
        seconds: Time spent waiting for its answers.
    """

    label: str
    cases: Mapping[str, int]
    accepted: int
    seconds: float
    findings: tuple[Finding, ...]

    @property
    def was_tested(self) -> bool:
        return any(self.cases.values())


@dataclass(frozen=True, slots=True)
class RunResult:
    """
    Args:
        requests: Sent, the ones included that only help to judge another.
        problems: Why something could not be tested; a run that has any is not a pass.
    """

    api: str
    suite: str
    base_url: str
    seed: int
    seconds: float
    requests: int
    phases: tuple[str, ...]
    operations: tuple[OperationResult, ...]
    findings: tuple[Finding, ...]
    problems: tuple[str, ...]
    was_interrupted: bool

    @property
    def tested(self) -> int:
        return sum(operation.was_tested for operation in self.operations)

    @property
    def verdict(self) -> Verdict:
        if self.was_interrupted:
            return Verdict.INTERRUPTED
        if self.findings:
            return Verdict.FAILED
        if self.problems:
            return Verdict.CANNOT_RUN
        return Verdict.PASSED if self.tested else Verdict.NOTHING_TESTED


@dataclass(slots=True)
class Tally:
    """Counts while a run goes on."""

    cases: dict[str, Counter[str]] = field(default_factory=dict)
    accepted: Counter[str] = field(default_factory=Counter)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    requests: int = 0
    findings: dict[tuple[object, ...], Finding] = field(default_factory=dict)
    problems: dict[str, None] = field(default_factory=dict)

    def count_case(self, phase: str, label: str) -> None:
        self.cases.setdefault(label, Counter())[phase] += 1

    def count_answer(self, label: str, *, seconds: float, was_accepted: bool) -> None:
        self.seconds[label] += seconds
        self.accepted[label] += was_accepted

    def cases_in(self, phase: str) -> int:
        return sum(counter[phase] for counter in self.cases.values())

    def of_operations(self, labels: Iterable[str]) -> tuple[OperationResult, ...]:
        return tuple(
            OperationResult(
                label=label,
                cases=self.cases.get(label, Counter()),
                accepted=self.accepted[label],
                seconds=self.seconds[label],
                findings=tuple(finding for finding in self.findings.values() if finding.operation == label),
            )
            for label in labels
        )
