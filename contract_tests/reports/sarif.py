"""SARIF 2.1.0, for code scanning: what is broken, at the line of the contract that says it.

Every rule is in the tool's catalogue; only broken ones are results, for who reads the file takes each result as an alert.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from contract_tests.contracts import Rule
from contract_tests.findings import Finding, Severity
from contract_tests.reports.digest import doubted, facts_of, harmless_json, replay_command, sentence_of, visible
from contract_tests.reports.places import Places
from contract_tests.results import Outcome, RunResult, Verdict

__all__ = ["write_sarif"]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Mapping[Severity, str] = {Severity.MUST: "error", Severity.SHOULD: "warning"}


def write_sarif(result: RunResult, file: Path) -> None:
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(result, Places(result.evidence.api))]}
    file.write_bytes(harmless_json(msgspec.json.format(msgspec.json.encode(log), indent=2)) + b"\n")


def _run(result: RunResult, places: Places) -> dict[str, Any]:
    descriptors = _descriptors(result)
    index = {each["id"]: number for number, each in enumerate(descriptors)}
    rules = {rule.rule.id: rule.rule for rule in result.rules}
    known = {rule.rule.id: rule.known for rule in result.rules if rule.known}
    evidence = result.evidence
    return {
        "tool": {"driver": {"name": "contract-tests", "version": evidence.kit, "rules": descriptors}},
        "automationDetails": {"id": f"contract-tests/{evidence.api}/"},
        "invocations": [_invocation(result)],
        "results": [
            _result(finding, rules.get(finding.rule), result, places)
            | {"ruleIndex": index[_id(finding)]}
            | _suppressed(known.get(finding.rule, ""))
            for finding in result.findings
        ],
        "columnKind": "utf16CodeUnits",
        "properties": {**facts_of(evidence), "requests": result.requests, "seconds": result.seconds},
    }


def _descriptors(result: RunResult) -> list[dict[str, Any]]:
    """The contract's rules, then the checks that found something beside them."""
    found = {_id(finding): finding for finding in result.findings}
    rules = [_descriptor(rule.rule) for rule in result.rules]
    ids = {each["id"] for each in rules}
    return rules + [
        {
            "id": name,
            "shortDescription": {"text": visible(finding.expected)},
            "fullDescription": {"text": visible(finding.expected)},
            "help": {"text": visible(f"Expected of every operation of the contract: {finding.expected}.")},
            "defaultConfiguration": {"level": _LEVELS[finding.severity]},
            "properties": {"tags": ["contract"]},
        }
        for name, finding in found.items()
        if name not in ids
    ]


def _descriptor(rule: Rule) -> dict[str, Any]:
    needs = f" Needs: {', '.join(rule.needs)}." if rule.needs else ""
    about = f" Operation: {rule.operation}." if rule.operation else ""
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.text},
        "fullDescription": {"text": rule.text},
        "help": {"text": f"{rule.text}\n\nLevel: {rule.level}. Source: {rule.source}.{about}{needs}"},
        "defaultConfiguration": {"level": _LEVELS[rule.level]},
        "properties": {"tags": ["contract", rule.level, rule.source]},
    }


def _id(finding: Finding) -> str:
    return finding.rule or finding.check


def _invocation(result: RunResult) -> dict[str, Any]:
    said = [("error", f"{test.name}: {test.why}") for test in result.tests if test.outcome is Outcome.ERROR]
    said += [("error", problem) for problem in result.problems]
    said += [("error", f"{rule.rule.id} must hold and was skipped: {rule.why}") for rule in doubted(result)]
    said += [("warning", warning) for warning in result.warnings]
    return {
        "executionSuccessful": result.verdict not in (Verdict.CANNOT_RUN, Verdict.INTERRUPTED),
        "exitCode": int(result.verdict),
        "exitCodeDescription": sentence_of(result),
        "startTimeUtc": result.evidence.started_at,
        "toolExecutionNotifications": [
            {"level": level, "message": {"text": _linkless(visible(text))}} for level, text in said
        ],
    }


def _result(finding: Finding, rule: Rule | None, result: RunResult, places: Places) -> dict[str, Any]:
    promise = f"{rule.id}: {rule.text}" if rule else f"{finding.operation}: {finding.expected}"
    lines = [promise, f"Expected {finding.expected}", f"Got {finding.came}"]
    lines += finding.detail.splitlines()
    replay = replay_command(finding, result.evidence)
    lines += [f"Replay: {replay}"] if replay else []
    steps = [
        {"title": visible(step.title), "curl": visible(step.curl, lines=True), "came": visible(step.came)}
        for step in finding.steps
    ]
    return {
        "ruleId": _id(finding),
        "level": _LEVELS[finding.severity],
        "message": {"text": _linkless("\n".join(map(visible, lines)))},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": places.uri, "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": places.of_finding(finding)},
                },
                "logicalLocations": [{"fullyQualifiedName": finding.operation or finding.check}],
            }
        ],
        # What it is, not when and where it was seen: the same defect is one alert over all runs.
        "partialFingerprints": {"contractTests/v1": _fingerprint(finding)},
        "properties": {"check": finding.check, "layer": finding.layer, "steps": steps, "replay": replay},
    }


def _linkless(text: str) -> str:
    """A message may hold links, `[text](address)`, of which a server must not make any."""
    return text.replace("](", "]\\x28")


def _suppressed(known: str) -> dict[str, Any]:
    return {"suppressions": [{"kind": "external", "justification": known}]} if known else {}


def _fingerprint(finding: Finding) -> str:
    what = f"{finding.rule}\n{finding.operation}\n{finding.check}"
    return hashlib.sha256(what.encode()).hexdigest()
