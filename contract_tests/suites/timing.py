"""What answers took, by class of operation, against the budgets of the profile. Without a budget it is only reported."""

import math
from collections.abc import Iterator, Mapping, Sequence

from contract_tests.contracts import Contract
from contract_tests.findings import Finding, Severity
from contract_tests.laws.law import Layer
from contract_tests.profiles import Profile
from contract_tests.results import Outcome, TestResult

__all__ = ["compare", "percentile"]

_CLASSES = {"read": True, "write": False}
_FEWEST = 20
"""Answers, below which a 95th percentile is only the slowest."""


def percentile(seconds: Sequence[float], share: float) -> float:
    """The nearest rank: of *seconds*, the one that *share* of them do not exceed; 0 for none."""
    if not seconds:
        return 0.0
    return sorted(seconds)[max(0, math.ceil(len(seconds) * share) - 1)]


def compare(contract: Contract, profile: Profile, seconds: Mapping[str, Sequence[float]]) -> Iterator[TestResult]:
    """A result for each budget that the profile sets. *seconds* are those of each operation, by label."""
    for name, reads_only in _CLASSES.items():
        budget = profile.find(f"budgets.{name}_p95_ms")
        if budget is None:
            continue
        labels = [each.label for each in contract.operations if each.reads_only is reads_only]
        taken = [each for label in labels for each in seconds.get(label, ())]
        yield _compare(name, float(budget), taken)


def _compare(name: str, budget: float, taken: Sequence[float]) -> TestResult:
    slow = percentile(taken, 0.95) * 1_000
    said = f"{slow:.0f} ms, over {len(taken)} answers"
    if len(taken) < _FEWEST:
        outcome, why = Outcome.SKIP, f"{len(taken)} answers are too few for a percentile"
    else:
        outcome, why = (Outcome.FAIL, "") if slow > budget else (Outcome.PASS, "")
    finding = Finding(
        severity=Severity.MUST,
        operation=f"all that {name}",
        check=f"timing.{name}_p95",
        layer=Layer.TIMING,
        expected=f"95 of 100 answers within {budget:.0f} ms, as budgets.{name}_p95_ms says",
        came=said,
        steps=(),
    )
    return TestResult(
        name=f"timing.{name}_p95",
        sentence=f"what {name}s keeps to its budget",
        layer=Layer.TIMING,
        rules=(),
        outcome=outcome,
        why=why,
        findings=(finding,) if outcome is Outcome.FAIL else (),
    )
