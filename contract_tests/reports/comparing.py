"""What became of the findings of an earlier run. A finding is the same where the same rule is broken, whatever came."""

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import msgspec

from contract_tests.laws.law import Layer
from contract_tests.problems import CannotRun
from contract_tests.reports.json_report import SCHEMA_VERSION, EvidenceShape
from contract_tests.results import Comparison, Outcome, RunResult

__all__ = ["Earlier", "compare", "name_of", "read_earlier"]


class _Told(msgspec.Struct):
    rule: str
    operation: str
    check: str
    layer: str


class Earlier(msgspec.Struct):
    """As much as is read of an earlier `--report json=FILE`."""

    schema_version: int
    evidence: EvidenceShape
    findings: list[_Told]
    differences: list[_Told]


class _Finding(Protocol):
    @property
    def rule(self) -> str: ...
    @property
    def operation(self) -> str: ...
    @property
    def check(self) -> str: ...


def name_of(finding: _Finding) -> str:
    """What makes it the same in two runs."""
    return finding.rule or f"{finding.operation} [{finding.check}]"


def read_earlier(file: Path, api: str) -> Earlier:
    """Raises CannotRun: there is no report of a run of *api* in *file* that can be read."""
    try:
        earlier = msgspec.json.decode(file.read_bytes(), type=Earlier)
    except OSError as problem:
        raise CannotRun(f"--compare {str(file)!r} cannot be read: {problem.strerror}") from problem
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise CannotRun(
            f"--compare {str(file)!r} is no report of an earlier run, as --report json=FILE writes it: {problem}"
        ) from problem
    if earlier.schema_version != SCHEMA_VERSION:
        raise CannotRun(
            f"--compare {str(file)!r} has schema_version {earlier.schema_version}, and this kit reads {SCHEMA_VERSION}"
        )
    if earlier.evidence.api != api:
        raise CannotRun(f"--compare {str(file)!r} is about {earlier.evidence.api!r}, and this run about {api!r}")
    return earlier


def compare(earlier: Earlier, result: RunResult) -> Comparison:
    before = {name_of(each): each for each in (*earlier.findings, *earlier.differences)}
    now = _once(name_of(each) for each in (*result.findings, *result.differences))
    missing = [name for name in before if name not in now]
    gone = [name for name in missing if _was_looked_at(before[name], result)]
    return Comparison(
        base_url=earlier.evidence.base_url,
        started_at=earlier.evidence.started_at,
        new=tuple(name for name in now if name not in before),
        gone=tuple(gone),
        still=tuple(name for name in now if name in before),
        unknown=tuple(name for name in missing if name not in gone),
    )


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _was_looked_at(told: _Told, result: RunResult) -> bool:
    """What nobody looked for is not gone."""
    if told.rule:
        return any(rule.rule.id == told.rule and rule.outcome is Outcome.PASS for rule in result.rules)
    played = {each.layer for each in result.tests if each.calls}
    asked = [operation.cases for operation in result.operations if operation.label == told.operation]
    if any(told.layer in cases or (Layer.LAWS in cases and told.layer in played) for cases in asked):
        return True
    return any(test.name == told.check and test.outcome is Outcome.PASS for test in result.tests)
