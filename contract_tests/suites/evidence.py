"""From what the engine recorded to findings that a person can act on."""

from collections.abc import Iterator

import requests
import schemathesis
from schemathesis.engine import events
from schemathesis.engine.recorder import CheckFailureInfo, ScenarioRecorder

from contract_tests.checks.expectations import ANSWERED, EXPECTATIONS
from contract_tests.checks.freedom import CRASH, is_free
from contract_tests.contracts import Contract
from contract_tests.findings import Finding, Severity, Step
from contract_tests.targets import Redact
from contract_tests.wording import came, detail_of

__all__ = ["finding_of_silence", "findings_in"]


def findings_in(
    recorder: ScenarioRecorder, contract: Contract, layer: str, redact: Redact
) -> Iterator[tuple[tuple[object, ...], Finding]]:
    """Each failed check with an identity: two with equal identities are the same defect seen twice."""
    for case_id, checks in recorder.checks.items():
        failed = [(check.name, check.failure_info) for check in checks if check.failure_info]
        if not failed:
            continue
        case, response = recorder.cases[case_id].value, recorder.find_response(case_id=case_id)
        seen = (case, recorder.interactions[case_id].request.uri, response.status_code if response else None)
        free = {name for name, _ in failed if is_free(contract, name, *seen)}
        # A crash is one defect: that its answer also has an undocumented status and shape is no news.
        crashed = [(name, info) for name, info in failed if name == CRASH and name not in free]
        label = case.operation.label
        for name, info in crashed or [(name, info) for name, info in failed if name != CRASH]:
            severity, expected = EXPECTATIONS[name]
            if name in free:
                severity = Severity.DIFFERENCE
            finding = Finding(
                severity=severity,
                operation=label,
                check=name,
                layer=layer,
                expected=expected,
                came=(said := redact(_came(response))),
                detail=redact(detail_of(info.failure)),
                steps=_steps([redact(command) for command in _commands(info)], said),
            )
            yield (label, name, info.failure, severity), finding


def finding_of_silence(event: events.NonFatalError, layer: str, redact: Redact) -> Finding | None:
    """A request of an operation that got no answer; None when the error is about something else."""
    if not isinstance(event.value, requests.RequestException):
        return None
    severity, expected = EXPECTATIONS[ANSWERED]
    code_sample = event.info.code_sample
    return Finding(
        severity=severity,
        operation=event.label,
        check=ANSWERED,
        layer=layer,
        expected=expected,
        came="no answer",
        detail=redact(event.info.message),
        steps=(Step("", redact(code_sample), "no answer"),) if code_sample else (),
    )


def _came(response: schemathesis.Response | None) -> str:
    return "no answer" if response is None else came(response.status_code, response.content)


def _steps(commands: list[str], last: str) -> tuple[Step, ...]:
    return tuple(Step("", command, last if command is commands[-1] else "") for command in commands)


def _commands(info: CheckFailureInfo) -> list[str]:
    return [step.curl for step in info.steps] or [info.code_sample]
