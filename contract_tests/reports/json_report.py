"""JSON, for programs of one's own. The classes below are the shape: one member per field, none left out.

`schema_version` rises when a member goes or changes its meaning; members may be added without.
"""

from pathlib import Path
from typing import Any

import msgspec

from contract_tests.findings import Finding
from contract_tests.reports.digest import harmless_json, mark_of, replay_command, sentence_of, times_of
from contract_tests.results import OperationResult, RuleResult, RunResult, TestResult

__all__ = [
    "SCHEMA_VERSION",
    "ComparisonShape",
    "EvidenceShape",
    "FindingShape",
    "MoveShape",
    "OperationShape",
    "Report",
    "RuleShape",
    "StateChartShape",
    "StayShape",
    "StepShape",
    "TestShape",
    "TimesShape",
    "write_json",
]

SCHEMA_VERSION = 1


class EvidenceShape(msgspec.Struct, kw_only=True):
    """
    Args:
        suite: A hash of everything the kit tests with.
        contract: A hash of the API's document.
        started_at: RFC 3339, in UTC.
        sandbox: Of our own sandbox its version and a digest of what it draws worlds from; "" of any other target.
        view: What the target was held to: `ours`, all of the document, or `agreed`, what pages state of it.
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
    view: str = "ours"


class StepShape(msgspec.Struct, kw_only=True):
    title: str
    curl: str
    came: str


class FindingShape(msgspec.Struct, kw_only=True):
    """
    Args:
        rule: The id of the broken rule; "" for a finding beside the rules.
        counts: Whether the run fails by it.
        replay: A command; "" where only the steps show it again.
        world: The sandbox that is kept as it was left; "" where there is none.
    """

    severity: str
    counts: bool
    rule: str
    operation: str
    check: str
    layer: str
    expected: str
    came: str
    detail: str
    steps: list[StepShape]
    replay: str
    world: str


class RuleShape(msgspec.Struct, kw_only=True):
    """
    Args:
        outcome: `pass`, `fail`, `differ`, `skip`, `omit` or `error`.
        mark: What the reports for people call it: `holds`, `broken`, `advice`, `known`, `differs`, `skipped`, `left out`,
            `error`.
        times: How often it was seen to hold.
        known: Why its failure is not counted; "" where it is.
        findings: Places in the report's `findings`, from 0.
        follows: The rule whose break explains this one, as far as can be seen; "" where none does.
    """

    id: str
    level: str
    source: str
    text: str
    operation: str
    needs: list[str]
    outcome: str
    mark: str
    why: str
    times: int
    tests: list[str]
    known: str
    findings: list[int]
    follows: str


class TestShape(msgspec.Struct, kw_only=True):
    """
    Args:
        evidence: How often each rule was seen to hold.
        leaked: What it could not take back.
        bursts: How often it asked many things at the same moment.
        overlapped: How often any two of them did overlap.
    """

    __test__ = False

    name: str
    sentence: str
    layer: str
    rules: list[str]
    outcome: str
    why: str
    evidence: dict[str, int]
    calls: int
    seconds: float
    leaked: list[str]
    bursts: int
    overlapped: int


class StayShape(msgspec.Struct, kw_only=True):
    """What nobody can take back: what it is, in a word; its id; which operation made it."""

    what: str
    id: str
    operation: str


class TimesShape(msgspec.Struct, kw_only=True):
    """In seconds, by nearest rank."""

    p50: float
    p95: float
    p99: float
    max: float


class OperationShape(msgspec.Struct, kw_only=True):
    """
    Args:
        cases: Judged requests by layer.
        accepted: How many requests got a 2xx.
        tested: At least one did.
        why: It is not tested; "" where it is.
        times: None where nothing was answered.
    """

    label: str
    calls: int
    cases: dict[str, int]
    accepted: int
    tested: bool
    why: str
    times: TimesShape | None
    findings: list[int]


class MoveShape(msgspec.Struct, kw_only=True):
    source: str
    event: str
    target: str
    rule: str
    times: int
    broken: bool


class StateChartShape(msgspec.Struct, kw_only=True):
    name: str
    states: list[str]
    moves: list[MoveShape]


class ComparisonShape(msgspec.Struct, kw_only=True):
    """
    Findings and differences by the id of their rule, else `METHOD /path [check]`.

    Args:
        base_url: Of the earlier run, as is `started_at`.
        unknown: Found then, and not looked at now.
    """

    base_url: str
    started_at: str
    new: list[str]
    gone: list[str]
    still: list[str]
    unknown: list[str]


class Report(msgspec.Struct, kw_only=True):
    """
    Args:
        verdict: `passed`, `failed`, `cannot_run`, `nothing_tested` or `interrupted`.
        exit_code: Of the program.
        sentence: The verdict for people.
        certify: Whether a rule that must hold could be skipped.
        differences: What the target says or does otherwise, where no page states how.
        comparison: With an earlier run; null where none was named.
    """

    schema_version: int
    verdict: str
    exit_code: int
    sentence: str
    certify: bool
    requests: int
    seconds: float
    evidence: EvidenceShape
    rules: list[RuleShape]
    tests: list[TestShape]
    operations: list[OperationShape]
    findings: list[FindingShape]
    differences: list[FindingShape]
    lifecycles: list[StateChartShape]
    problems: list[str]
    warnings: list[str]
    leaked: list[str]
    stays: list[StayShape]
    unreached: list[str]
    comparison: ComparisonShape | None


def write_json(result: RunResult, file: Path) -> None:
    encoded = msgspec.json.encode(_encodable(msgspec.to_builtins(_report(result))))
    file.write_bytes(harmless_json(msgspec.json.format(encoded, indent=2)) + b"\n")


def _report(result: RunResult) -> Report:
    places: dict[Finding, int] = {finding: place for place, finding in reversed(list(enumerate(result.findings)))}
    return Report(
        schema_version=SCHEMA_VERSION,
        verdict=result.verdict.name.lower(),
        exit_code=int(result.verdict),
        sentence=sentence_of(result),
        certify=result.certify,
        requests=result.requests,
        seconds=result.seconds,
        evidence=msgspec.convert(result.evidence, EvidenceShape, from_attributes=True),
        rules=[_rule(rule, places) for rule in result.rules],
        tests=[_test(test) for test in result.tests],
        operations=[_operation(operation, places) for operation in result.operations],
        findings=[_finding(finding, result) for finding in result.findings],
        differences=[_finding(finding, result) for finding in result.differences],
        lifecycles=msgspec.convert(result.state_charts, list[StateChartShape], from_attributes=True),
        problems=list(result.problems),
        warnings=list(result.warnings),
        leaked=list(result.leaked),
        stays=[StayShape(what=each.what, id=each.id, operation=each.operation) for each in result.stays],
        unreached=list(result.unreached),
        comparison=msgspec.convert(result.comparison, ComparisonShape, from_attributes=True)
        if result.comparison
        else None,
    )


def _rule(rule: RuleResult, places: dict[Finding, int]) -> RuleShape:
    return RuleShape(
        id=rule.rule.id,
        level=rule.rule.level,
        source=rule.rule.source,
        text=rule.rule.text,
        operation=rule.rule.operation,
        needs=list(rule.rule.needs),
        outcome=rule.outcome,
        mark=mark_of(rule),
        why=rule.why,
        times=rule.times,
        tests=list(rule.tests),
        known=rule.known,
        findings=[places[finding] for finding in rule.findings if finding in places],
        follows=rule.follows,
    )


def _test(test: TestResult) -> TestShape:
    return TestShape(
        name=test.name,
        sentence=test.sentence,
        layer=test.layer,
        rules=list(test.rules),
        outcome=test.outcome,
        why=test.why,
        evidence=dict(test.evidence),
        calls=test.calls,
        seconds=test.seconds,
        leaked=list(test.leaked),
        bursts=test.bursts,
        overlapped=test.overlapped,
    )


def _operation(operation: OperationResult, places: dict[Finding, int]) -> OperationShape:
    times = times_of(operation.seconds)
    return OperationShape(
        label=operation.label,
        calls=len(operation.seconds),
        cases=dict(operation.cases),
        accepted=operation.accepted,
        tested=operation.was_tested,
        why=operation.why_untested,
        times=TimesShape(p50=times.p50, p95=times.p95, p99=times.p99, max=times.worst) if times else None,
        findings=[places[finding] for finding in operation.findings if finding in places],
    )


def _finding(finding: Finding, result: RunResult) -> FindingShape:
    return FindingShape(
        severity=finding.severity,
        counts=finding.counts,
        rule=finding.rule,
        operation=finding.operation,
        check=finding.check,
        layer=finding.layer,
        expected=finding.expected,
        came=finding.came,
        detail=finding.detail,
        steps=[StepShape(title=step.title, curl=step.curl, came=step.came) for step in finding.steps],
        replay=replay_command(finding, result.evidence),
        world=finding.world,
    )


def _encodable(value: Any) -> Any:
    """Without lone surrogates, which a server can send in JSON and UTF-8 cannot say."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_encodable(name): _encodable(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_encodable(each) for each in value]
    return value
