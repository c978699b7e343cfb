"""JUnit XML, for the CI system: a test case per operation, and one more per finding."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

from contract_tests.findings import Finding
from contract_tests.results import OperationResult, RunResult

__all__ = ["write_junit"]

# XML 1.0 cannot hold these, not even escaped, and a fuzzer finds servers that send them back.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(result: RunResult, file: Path) -> None:
    cases = [case for operation in result.operations for case in _cases(operation, result)]
    # Findings of no operation of the contract, such as a network that fails between two of them.
    labels = {operation.label for operation in result.operations}
    cases += [_failed(finding, result) for finding in result.findings if finding.operation not in labels]
    cases += [_broken(problem, result) for problem in result.problems]
    suite = ET.Element(
        "testsuite",
        name=f"contract-tests {result.suite} {result.api}",
        tests=str(len(cases)),
        failures=str(sum(case.find("failure") is not None for case in cases)),
        errors=str(sum(case.find("error") is not None for case in cases)),
        skipped=str(sum(case.find("skipped") is not None for case in cases)),
        time=f"{result.seconds:.3f}",
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in (("base_url", result.base_url), ("seed", result.seed), ("requests", result.requests)):
        ET.SubElement(properties, "property", name=name, value=str(value))
    suite.extend(cases)
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    ET.ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)


def _cases(operation: OperationResult, result: RunResult) -> list[ET.Element]:
    if operation.findings:
        return [_failed(finding, result) for finding in operation.findings]
    case = _case(operation.label, result, operation.seconds)
    if not operation.was_tested:
        ET.SubElement(case, "skipped", message="not tested")
    return [case]


def _failed(finding: Finding, result: RunResult) -> ET.Element:
    case = _case(f"{finding.operation} [{finding.check}]", result, 0.0)
    failure = ET.SubElement(case, "failure", type=finding.check, message=_printable(f"expected {finding.expected}"))
    lines = [f"came: {finding.came}", finding.detail, "repeat:", *finding.commands]
    failure.text = _printable("\n".join(lines))
    return case


def _broken(problem: str, result: RunResult) -> ET.Element:
    case = _case("run", result, 0.0)
    ET.SubElement(case, "error", message=_printable(problem))
    return case


def _case(name: str, result: RunResult, seconds: float) -> ET.Element:
    return ET.Element("testcase", classname=f"{result.suite}.{result.api}", name=name, time=f"{seconds:.3f}")


def _printable(text: str) -> str:
    return _FORBIDDEN.sub(lambda match: f"\\u{ord(match.group()):04x}", text)
