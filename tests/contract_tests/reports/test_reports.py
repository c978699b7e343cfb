"""What a report shows of a result, with a server that answers odd characters."""

import io
from xml.etree import ElementTree as ET

from rich.console import Console

from contract_tests.findings import Finding, Severity
from contract_tests.reports.junit import write_junit
from contract_tests.reports.terminal import Terminal
from contract_tests.results import OperationResult, RunResult, Verdict

FINDING = Finding(
    severity=Severity.MUST,
    operation="GET /x",
    phase="fuzzing",
    check="not_a_server_error",
    expected="no server error",
    came="500 \x1b[2J\x00 [red]gone[/red]",
    detail="Server error",
    commands=("curl -X GET http://host/x",),
)


def a_result(*, findings=(), problems=(), cases=1, was_interrupted=False):
    operation = OperationResult(label="GET /x", cases={"fuzzing": cases}, accepted=0, seconds=0.1, findings=findings)
    return RunResult(
        api="toy",
        suite="conformance",
        base_url="http://host",
        seed=1,
        seconds=1.0,
        requests=cases,
        phases=("fuzzing",),
        operations=(operation,),
        findings=findings,
        problems=problems,
        was_interrupted=was_interrupted,
    )


def shown(action):
    text = io.StringIO()
    action(Terminal(Console(file=text, width=100)))
    return text.getvalue()


def test_a_server_does_not_drive_the_terminal():
    text = shown(lambda terminal: terminal.found(FINDING))

    assert "500 \\x1b[2J\\x00 [red]gone[/red]" in text
    assert "\x1b" not in text


def test_a_long_curl_stays_on_one_line():
    text = io.StringIO()
    long = "curl " + "x" * 300

    Terminal(Console(file=text, width=80)).found(
        Finding(Severity.MUST, "GET /x", "fuzzing", "answered", "an answer", "no answer", "", (long,))
    )

    assert long in text.getvalue()


def test_junit_holds_what_xml_cannot(tmp_path):
    write_junit(a_result(findings=(FINDING,)), tmp_path / "out.xml")

    text = next(ET.parse(tmp_path / "out.xml").getroot().iter("failure")).text
    assert "\\u001b[2J\\u0000" in text


def test_junit_marks_what_was_not_tested(tmp_path):
    write_junit(a_result(cases=0), tmp_path / "out.xml")

    assert len(list(ET.parse(tmp_path / "out.xml").getroot().iter("skipped"))) == 1


def test_the_verdict_is_the_worst_that_happened():
    assert a_result().verdict is Verdict.PASSED
    assert a_result(cases=0).verdict is Verdict.NOTHING_TESTED
    assert a_result(problems=("no schema",)).verdict is Verdict.CANNOT_RUN
    assert a_result(problems=("no schema",), findings=(FINDING,)).verdict is Verdict.FAILED
    assert a_result(findings=(FINDING,), was_interrupted=True).verdict is Verdict.INTERRUPTED


def test_the_summary_names_what_could_not_be_tested():
    text = shown(lambda terminal: terminal.summarise(a_result(problems=("GET /x: no schema",))))

    assert "PROBLEM GET /x: no schema" in text
    assert "NOT PASSED" in text


def test_a_moving_bar_is_taken_away_at_the_end_of_a_phase():
    text = io.StringIO()
    terminal = Terminal(Console(file=text, width=100, force_terminal=True))

    terminal.phase_started("fuzzing", 2)
    terminal.progressed(10, 0)
    terminal.phase_finished("fuzzing", cases=10, skipped_because=None)

    assert "fuzzing: 10 cases in 0.0 s" in text.getvalue()
