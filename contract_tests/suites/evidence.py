"""From what the engine recorded to findings that a person can act on."""

from collections.abc import Callable, Iterator
from http import HTTPStatus

import requests
import schemathesis
from schemathesis.core.failures import Failure
from schemathesis.engine import events
from schemathesis.engine.recorder import CheckFailureInfo, ScenarioRecorder
from schemathesis.openapi.checks import JsonSchemaError

from contract_tests.checks.expectations import ANSWERED, EXPECTATIONS
from contract_tests.findings import Finding

__all__ = ["finding_of_silence", "findings_in"]

_CRASH = "not_a_server_error"
_BODY_SHOWN = 300  # characters: three lines of a terminal

Redact = Callable[[str], str]


def findings_in(recorder: ScenarioRecorder, phase: str, redact: Redact) -> Iterator[tuple[tuple[object, ...], Finding]]:
    """Each failed check with an identity: two with equal identities are the same defect seen twice."""
    for case_id, checks in recorder.checks.items():
        failed = [(check.name, check.failure_info) for check in checks if check.failure_info]
        # A crash is one defect: that its answer also has an undocumented status and shape is no news.
        crashed = [(name, info) for name, info in failed if name == _CRASH]
        label = recorder.cases[case_id].value.operation.label
        for name, info in crashed or failed:
            severity, expected = EXPECTATIONS[name]
            finding = Finding(
                severity=severity,
                operation=label,
                phase=phase,
                check=name,
                expected=expected,
                came=redact(_came(recorder.find_response(case_id=case_id))),
                detail=redact(_detail(info.failure)),
                commands=tuple(redact(command) for command in _commands(info)),
            )
            yield (label, name, info.failure), finding


def finding_of_silence(event: events.NonFatalError, phase: str, redact: Redact) -> Finding | None:
    """A request of an operation that got no answer; None when the error is about something else."""
    if not isinstance(event.value, requests.RequestException):
        return None
    severity, expected = EXPECTATIONS[ANSWERED]
    code_sample = event.info.code_sample
    return Finding(
        severity=severity,
        operation=event.label,
        phase=phase,
        check=ANSWERED,
        expected=expected,
        came="no answer",
        detail=redact(event.info.message),
        commands=(redact(code_sample),) if code_sample else (),
    )


def _came(response: schemathesis.Response | None) -> str:
    if response is None:
        return "no answer"
    try:
        phrase = HTTPStatus(response.status_code).phrase
    except ValueError:
        phrase = ""
    body = response.content.decode("utf-8", errors="backslashreplace")
    shown = body if len(body) <= _BODY_SHOWN else f"{body[:_BODY_SHOWN]}..."
    return " ".join(f"{response.status_code} {phrase} {shown}".split())


def _detail(failure: Failure) -> str:
    if isinstance(failure, JsonSchemaError):
        # Its message quotes whole schemas; where and why is enough beside the body that came.
        where = "/".join(str(part) for part in failure.instance_path)
        return f"{failure.title}\n{failure.validation_message} (at /{where})"
    lines = f"{failure.title}\n{failure.message}".splitlines()
    return "\n".join(line for line in lines if line.strip())


def _commands(info: CheckFailureInfo) -> list[str]:
    return [step.curl for step in info.steps] or [info.code_sample]
