"""JUnit XML, for CI systems: a case per rule, named by its id; one per operation; one per thing that went wrong.

What does not make the run fail must not turn a CI system red: broken advice and known failures are *skipped*, with what
was found in their message.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from contract_tests.contracts import Rule
from contract_tests.findings import Finding
from contract_tests.reports.digest import (
    Mark,
    beside_the_rules,
    doubted,
    facts_of,
    mark_of,
    promise_of,
    replay_command,
    visible,
)
from contract_tests.results import Evidence, OperationResult, Outcome, RuleResult, RunResult

__all__ = ["write_junit"]


def write_junit(result: RunResult, file: Path) -> None:
    root = ET.Element("testsuites", name="contract-tests")
    for name, cases in (
        ("rules", list(_rules(result))),
        ("operations", list(_operations(result))),
        ("run", list(_run(result))),
    ):
        root.append(_suite(name, cases, result))
    for total in ("tests", "failures", "errors", "skipped"):
        root.set(total, str(sum(int(suite.get(total, "0")) for suite in root)))
    root.set("time", f"{result.seconds:.3f}")
    ET.indent(root)
    ET.ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)


def _suite(name: str, cases: list[ET.Element], result: RunResult) -> ET.Element:
    suite = ET.Element(
        "testsuite",
        name=f"contract-tests.{result.evidence.api}.{name}",
        tests=str(len(cases)),
        failures=_with("failure", cases),
        errors=_with("error", cases),
        skipped=_with("skipped", cases),
        time=f"{sum(float(case.get('time', '0')) for case in cases):.3f}",
        # The form has no zone: it is UTC, as everywhere.
        timestamp=result.evidence.started_at.partition(".")[0].removesuffix("Z"),
    )
    properties = ET.SubElement(suite, "properties")
    for fact, value in {**facts_of(result.evidence), "requests": str(result.requests)}.items():
        ET.SubElement(properties, "property", name=fact, value=visible(value))
    suite.extend(cases)
    return suite


def _with(child: str, cases: Iterable[ET.Element]) -> str:
    return str(sum(case.find(child) is not None for case in cases))


def _rules(result: RunResult) -> Iterator[ET.Element]:
    wanted = {rule.rule.id for rule in doubted(result)}
    share = _shares(result)
    for rule in result.rules:
        case = _case(rule.rule.id, "rules", result, seconds=share.get(rule.rule.id, 0.0))
        if rule.rule.id in wanted:
            _say(case, "failure", f"must hold and was skipped: {rule.why}", rule.rule.text, kind="not certified")
        else:
            _judge(case, rule, result.evidence)
        yield case


def _shares(result: RunResult) -> dict[str, float]:
    """The time each rule took: that of a test, divided among its rules, so that the sum is right."""
    seconds: dict[str, float] = {}
    for test in result.tests:
        for rule in test.rules:
            seconds[rule] = seconds.get(rule, 0.0) + test.seconds / len(test.rules)
    return seconds


def _judge(case: ET.Element, rule: RuleResult, evidence: Evidence) -> None:
    mark = mark_of(rule)
    match mark:
        case Mark.BROKEN:
            _say(case, "failure", rule.rule.text, _all_told(rule, evidence), kind=rule.rule.level)
        case Mark.ADVICE | Mark.KNOWN:
            why = f"known failure: {rule.known}" if mark is Mark.KNOWN else "broken, and only should hold"
            _say(case, "skipped", f"{why}. {rule.rule.text}")
            ET.SubElement(case, "system-out").text = _all_told(rule, evidence)
        case Mark.DIFFERS:
            told = "\n\n".join(_told(finding, rule.rule, evidence) for finding in rule.differences)
            _say(case, "skipped", f"the target reads otherwise what no page states. {rule.rule.text}")
            ET.SubElement(case, "system-out").text = told
        case Mark.ERROR:
            _say(case, "error", rule.why, rule.rule.text, kind="error")
        case Mark.SKIPPED | Mark.LEFT_OUT:
            _say(case, "skipped", f"{mark}: {rule.why}")
        case Mark.HOLDS:
            ET.SubElement(case, "system-out").text = f"{rule.rule.text}\nseen to hold {rule.times} times"


def _operations(result: RunResult) -> Iterator[ET.Element]:
    beside = beside_the_rules(result)
    for operation in result.operations:
        found = [finding for finding in beside if finding.operation == operation.label]
        yield from (_found(finding, result) for finding in found)
        if not found:
            yield _called(operation, result)
    labels = {operation.label for operation in result.operations}
    yield from (_found(finding, result) for finding in beside if finding.operation not in labels)


def _called(operation: OperationResult, result: RunResult) -> ET.Element:
    case = _case(operation.label, "operations", result, seconds=sum(operation.seconds))
    if not operation.was_tested:
        _say(case, "skipped", f"not tested: {operation.why_untested}")
    return case


def _found(finding: Finding, result: RunResult) -> ET.Element:
    case = _case(f"{finding.operation} [{finding.check}]", "operations", result)
    told = _told(finding, None, result.evidence)
    if finding.counts:
        _say(case, "failure", f"expected {finding.expected}", told, kind=finding.check)
    else:
        why = f"known failure: {finding.known}" if finding.known else "only should hold"
        _say(case, "skipped", f"{why}. Expected {finding.expected}")
        ET.SubElement(case, "system-out").text = told
    return case


def _run(result: RunResult) -> Iterator[ET.Element]:
    """What keeps a run from being a pass though no rule is broken."""
    for test in result.tests:
        if test.outcome is Outcome.ERROR:
            case = _case(test.name, "run", result, seconds=test.seconds)
            _say(case, "error", test.why, test.sentence, kind="error")
            yield case
    for number, problem in enumerate(result.problems, 1):
        case = _case(f"problem {number}", "run", result)
        _say(case, "error", problem, kind="problem")
        yield case


def _all_told(rule: RuleResult, evidence: Evidence) -> str:
    return "\n\n".join(_told(finding, rule.rule, evidence) for finding in rule.findings)


def _told(finding: Finding, rule: Rule | None, evidence: Evidence) -> str:
    lines = [promise_of(finding, rule), f"{finding.layer}: {finding.check}"]
    lines += [f"expected: {finding.expected}", f"got: {finding.came}", *finding.detail.splitlines()]
    for number, step in enumerate(finding.steps, 1):
        lines += [f"{number}. {step.title}", *step.curl.split("\n"), f"-> {step.came}"]
    if replay := replay_command(finding, evidence):
        lines.append(f"replay: {replay}")
    return "\n".join(map(visible, lines))


def _case(name: str, group: str, result: RunResult, *, seconds: float = 0.0) -> ET.Element:
    return ET.Element(
        "testcase", classname=f"contract-tests.{result.evidence.api}.{group}", name=visible(name), time=f"{seconds:.3f}"
    )


def _say(case: ET.Element, element: str, message: str, text: str = "", *, kind: str = "") -> None:
    """*text* is `visible` already, or ours."""
    said = ET.SubElement(case, element, message=visible(message))
    if kind:
        said.set("type", kind)
    if text:
        said.text = text
