"""The kit against a server that keeps its contract, and against the same server with one deliberate fault each."""

import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from curls import run_curl
from schemathesis.engine import from_schema
from schemathesis.engine.run import PhaseName
from toy_server import FULL, TOKEN, toy_server

from contract_tests.contracts import load_contract
from contract_tests.deployments import Typed, find_deployment
from contract_tests.known import read_known_failures
from contract_tests.laws.law import Layer
from contract_tests.results import Verdict
from contract_tests.runs import run
from contract_tests.suites import conformance
from contract_tests.suites.conformance import _rounds
from contract_tests.suites.plans import Mode, Plan
from contract_tests.targets import TOKEN_VARIABLE
from doublebook_data.views import View

PLAN = Plan(mode=Mode.FULL, layers=frozenset({Layer.CONFORMANCE}), max_examples=10)


class Silence:
    """A watcher that says nothing, but *at* a step of that name does something."""

    def __init__(self, at="", act=None):
        self._at, self._act = at, act

    def announce(self, evidence, *, planned): ...

    def layer_started(self, layer, steps): ...

    def progressed(self, *, step, **_):
        if self._at and step.startswith(self._at):
            self._act()

    def layer_finished(self, layer, *, said): ...

    def found(self, finding, rule): ...

    def close(self): ...

    def summarise(self, result): ...


def run_conformance(base_url, *, watcher=None, seed=1, workers=1):
    contract = load_contract("toy")
    plan = replace(PLAN, max_examples=5, seed=seed, workers=workers)
    deployment = find_deployment(contract, Typed(base_url=base_url, token=TOKEN, view=View.OURS))
    return run(deployment, plan, read_known_failures(None, contract), watcher or Silence())


def test_a_server_that_keeps_its_contract_passes(outcome_with):
    outcome = outcome_with("")

    assert outcome.code == 0, outcome.out
    assert "PASSED: 6 operations answered as documented; 6 of 6 operations tested" in outcome.out
    assert "BROKEN" not in outcome.out
    assert outcome.err == ""


def test_a_run_says_first_that_it_writes(outcome_with):
    assert "creates, changes and deletes data" in outcome_with("").out.partition("\nconformance:")[0]


@pytest.mark.parametrize("phase", ["examples", "coverage", "fuzzing", "stateful"])
def test_every_phase_does_something(phase):
    seen = []
    with toy_server() as url:
        run_conformance(url, watcher=Silence(phase, lambda: seen.append(phase)))

    assert seen


def test_a_run_leaves_nothing_behind_but_its_report(outcome_with):
    assert outcome_with("").left_behind == ("junit.xml",)  # neither .schemathesis nor .hypothesis


@pytest.mark.parametrize(
    ("fault", "operation", "check"),
    [
        ("wrong_type", "POST /bookings", "response_schema_conformance"),
        ("wrong_refusal", "POST /bookings", "listed_refusals"),
        ("crash", "POST /bookings", "not_a_server_error"),
        ("vanishing", "/bookings/{booking_id}", "ensure_resource_availability"),
        ("undying", "/bookings/{booking_id}", "use_after_free"),
        ("open_door", "GET /slots", "ignored_auth"),
        ("slammed_door", "GET /bookings/{booking_id}", "listed_refusals"),
        ("gullible", "POST /bookings", "negative_data_rejection"),
    ],
)
def test_a_fault_is_found_and_named_with_a_curl(outcome_with, fault, operation, check):
    outcome = outcome_with(fault)

    assert outcome.code == 1, outcome.out
    assert f"{operation} [{check}" in outcome.out
    block = outcome.out.split(f"{operation} [{check}", 1)[1]
    assert "     curl -X " in block
    assert TOKEN not in outcome.out


def test_a_finding_says_what_was_expected_and_what_came(outcome_with):
    out = outcome_with("wrong_refusal").out

    assert "expected  a well-formed request is accepted, or refused only as the contract lists" in out
    assert 'got       400 Bad Request {"error": {"code": "note_is_rude"}}' in out
    assert "400 'note_is_rude' is not among the operation's refusals." in out
    assert "Listed: 400 'slot_full' (TOY-01); 404 'no_such_slot' (TOY-02)" in out


def test_a_crash_is_one_finding_not_three(outcome_with):
    assert outcome_with("crash").out.count("BROKEN") == 1


def test_the_junit_report_has_a_case_per_operation_and_finding(outcome_with):
    report = ET.fromstring(outcome_with("wrong_refusal").junit)
    (suite,) = report.iterfind("testsuite[@name='contract-tests.toy.operations']")
    cases = {case.get("name"): case for case in suite.iter("testcase")}

    assert "GET /slots" in cases
    failure = cases["POST /bookings [listed_refusals]"].findtext("failure", "")
    assert "note_is_rude" in failure
    assert "curl -X POST" in failure
    assert (suite.get("tests"), suite.get("failures")) == ("6", "1")


def test_the_curl_of_a_finding_repeats_it(outcome_with):
    lines = outcome_with("wrong_refusal").out.splitlines()
    curl = next(line for line in lines if "curl -X POST" in line).strip()

    with toy_server("wrong_refusal") as url:
        here = re.sub(r"http://127\.0\.0\.1:\d+", url, curl)
        answer = run_curl(here, {TOKEN_VARIABLE: TOKEN})

    assert answer == '{"error": {"code": "note_is_rude"}}'


def test_the_same_seed_sends_the_same_requests_and_another_seed_others():
    sent = []
    for seed in (1, 1, 2):
        with toy_server() as url:
            result = run_conformance(url, seed=seed)
        sent.append((result.requests, [operation.cases for operation in result.operations]))

    assert sent[0] == sent[1] != sent[2]


def a_fold(in_vain=(), hidden=()):
    """Of a run in which these operations have no success yet, some of them since the main identity is not shown it."""
    left = {True: set(hidden), False: set(in_vain)}
    fold: Any = SimpleNamespace(sequences=0, in_vain=lambda labels, hidden=False: left[hidden] & set(labels))
    return fold


def asked_in(asked):
    """Which operations of the toy sit in a round, where it names those that do not."""
    out = {label for each in asked.skipped for label in each.get("include-name", ())}
    return {each.label for each in load_contract("toy").operations} - out


def rounds_of(layer, **left):
    return list(_rounds(load_contract("toy"), PLAN, layer, a_fold(**left), ("other",)))


def test_what_deletes_is_tested_last():
    in_turn = rounds_of(Layer.CONFORMANCE)

    assert [each.name for each in in_turn if PhaseName.FUZZING in each.phases] == ["", " of what deletes"]
    assert in_turn[-1].skipped[0]["exclude-method"] == "DELETE"


@pytest.mark.parametrize("layer", [Layer.READS, Layer.CONFORMANCE])
def test_each_operation_is_asked_with_its_examples_before_any_is_asked_repeatedly(layer):
    in_turn = rounds_of(layer)
    repeated = next(place for place, each in enumerate(in_turn) if each.phases != (PhaseName.EXAMPLES,))

    asked = set.union(*map(asked_in, in_turn[:repeated]))

    reads = layer is Layer.READS
    assert asked == {each.label for each in load_contract("toy").operations if each.reads_only or not reads}
    assert [each.once for each in in_turn[:repeated]] == [False, True][:repeated]


def test_what_has_no_success_yet_is_asked_again_and_by_those_who_may():
    booking, slots = "GET /bookings/{booking_id}", "GET /slots"

    in_turn = rounds_of(Layer.READS, in_vain=[booking, slots], hidden=[slots])

    said = [(each.name, each.by, asked_in(each)) for each in in_turn[1:-1]]
    assert said == [(", again", "main", {booking, slots})] * 2 + [(", as other", "other", {slots})]


def test_a_time_limit_leaves_repetitions_undone_and_no_operation(monkeypatch):
    is_over: list[bool] = []
    monkeypatch.setattr(Plan, "is_over", property(lambda plan: bool(is_over)))
    with toy_server() as url:
        result = run_conformance(url, watcher=Silence("coverage", lambda: is_over.append(True)))

    assert result.unreached == ("the rest of conformance",)
    assert [each.label for each in result.operations if not each.was_asked] == []


def test_a_stateful_phase_that_gives_up_is_asked_again_with_the_next_seed():
    fold = a_fold()
    rounds = _rounds(load_contract("toy"), PLAN, Layer.CONFORMANCE, fold)

    gave_up = next(each for each in rounds if each.phases == (PhaseName.STATEFUL_TESTING,))
    fold.sequences = 4
    again = next(rounds)
    fold.sequences = 11
    after = next(rounds)

    assert (gave_up.seed, again.seed) == (1, 2)
    assert gave_up.phases == again.phases != after.phases


def test_workers_in_worlds_of_their_own_share_the_sequences_along_links():
    rounds = _rounds(load_contract("toy"), PLAN, Layer.CONFORMANCE, a_fold(), at_once=3)

    shared = next(each for each in rounds if each.phases == (PhaseName.STATEFUL_TESTING,))
    again = next(rounds, shared)

    assert (shared.seed, shared.at_once, shared.examples) == (1, 3, 4)
    assert again.phases != shared.phases


def test_a_contract_without_operations_is_nothing_tested(kit):
    with toy_server() as url:
        outcome = kit(url, api="empty")

    assert outcome.code == 3
    assert "NOTHING WAS TESTED; 0 of 0 operations tested" in outcome.out


def test_an_interrupt_between_two_events_keeps_what_was_found():
    def interrupt():
        raise KeyboardInterrupt

    with toy_server("wrong_refusal") as url:
        result = run_conformance(url, watcher=Silence("fuzzing", interrupt))

    assert result.verdict is Verdict.INTERRUPTED
    assert [finding.check for finding in result.findings] == ["listed_refusals"]


class Interrupting(Silence):
    """Presses Ctrl-C when the layer begins, before anything is sent."""

    def layer_started(self, *_):
        signal.raise_signal(signal.SIGINT)


def test_an_interrupt_before_the_first_request_ends_the_run_too():
    with toy_server() as url:
        result = run_conformance(url, watcher=Interrupting())

    assert result.verdict is Verdict.INTERRUPTED
    assert result.requests == 0


class Terminating(Silence):
    """Is told to end as `timeout` tells it: once for the process, once more for its group."""

    def layer_started(self, *_):
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)


def test_a_termination_ends_the_run_as_an_interrupt_does():
    with toy_server() as url:
        result = run_conformance(url, watcher=Terminating())

    assert result.verdict is Verdict.INTERRUPTED
    assert result.requests == 0
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_an_interrupt_while_a_round_is_set_up_ends_the_run_too(monkeypatch):
    def make_interrupted(schema):
        signal.raise_signal(signal.SIGINT)
        return from_schema(schema)

    monkeypatch.setattr(conformance, "from_schema", make_interrupted)
    with toy_server() as url:
        result = run_conformance(url)

    assert result.verdict is Verdict.INTERRUPTED
    assert result.requests == 0


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_control_c_and_termination_exit_130_with_their_reports_and_no_traceback(tmp_path, sent):
    here = Path(__file__).parent.parent
    program = (
        "import sys; from pathlib import Path; from contract_tests import cli, contracts\n"
        f"contracts.openapi_dir = lambda: Path({str(here / 'contracts')!r})\n"
        "sys.exit(cli.main(sys.argv[1:]))"
    )
    with toy_server() as url:
        arguments = ["run", "toy", "--base-url", url, "--token", TOKEN, *FULL, "--max-examples", "5000"]
        arguments += ["--report", f"json={tmp_path / 'report.json'}"]
        process = subprocess.Popen(
            [sys.executable, "-c", program, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(here.parent.parent), "PYTHONUNBUFFERED": "1"},
        )
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("This run"):
                process.send_signal(sent)
                break
        out, err = process.communicate(timeout=20)

    assert process.returncode == 130, err
    assert "INTERRUPTED" in out
    assert err == ""
    assert (tmp_path / "report.json").exists()


def test_a_target_that_dies_is_not_a_pass():
    server = toy_server()
    url = server.__enter__()
    result = run_conformance(url, watcher=Silence("fuzzing", lambda: server.__exit__(None, None, None)))

    assert result.verdict in {Verdict.FAILED, Verdict.CANNOT_RUN}
    assert "the target stopped answering, so the rest was not tested" in result.problems


def test_what_is_known_of_an_operation_is_told_in_one_line_and_ends_nothing(kit, tmp_path):
    entry = 'check = "not_a_server_error"\noperation = "{}"\nreason = "waits"\nowner = "us"\nexpires = 2999-01-01\n'
    with toy_server("crash") as url:
        found = kit(url, "--max-examples", "15")
        operations = re.findall(r"BROKEN ([A-Z]+ \S+) \[not_a_server_error\]", found.out)
        (tmp_path / "known.toml").write_text("".join(f"[[failure]]\n{entry.format(each)}" for each in operations))

        known = kit(url, "--max-examples", "15", "--known", "known.toml", "--fail-fast")

    assert operations
    assert (found.code, known.code) == (1, 0), known.out
    assert f"KNOWN {operations[0]} [not_a_server_error]: waits (us, until 2999-01-01)" in known.out
    assert "BROKEN" not in known.out
    assert "NOT REACHED" not in known.out
