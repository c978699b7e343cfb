"""Does every answer keep to the contract? Schemathesis asks, round by round; we configure, count and judge.

Its engine runs in this process as a stream of events. Each event is folded into a `Tally` and told to the `Watcher`;
nothing of it is kept, so memory does not grow with the run. Phases: *examples* of the document, *coverage* (each
boundary of each schema once, valid and invalid), *fuzzing* (generated), *stateful* (along the document's links).

A booking API remembers, hence the rounds: what deletes is tested last, for after it most requests would only learn
that there is nothing left to book. Measured on reservekit: 81 bookings made instead of 3.
"""

import copy
import time
from collections.abc import Iterator
from dataclasses import dataclass

import schemathesis
from schemathesis.engine import StopReason, events, from_schema
from schemathesis.engine.core import EventStream
from schemathesis.engine.run import TESTING_PHASES, UNIT_PHASES, PhaseName
from schemathesis.errors import SchemathesisError

from contract_tests.checks.refusals import REPLACED_CHECK, refusals_checked
from contract_tests.contracts import Contract
from contract_tests.findings import Finding
from contract_tests.problems import CannotRun
from contract_tests.results import RunResult, Tally
from contract_tests.suites.evidence import finding_of_silence, findings_in
from contract_tests.suites.plans import Plan, Watcher
from contract_tests.suites.surroundings import interruptible, parsing_in_turn, without_constants, without_traces
from contract_tests.targets import Target

__all__ = ["run"]

_STATEFUL_ATTEMPTS = 20  # enough for reservekit, where one attempt in two or three is given up


@dataclass(frozen=True, slots=True)
class _Round:
    """
    One run of the engine.

    Args:
        phases: The ones that run.
        name: Said after the phase's name, when rounds share one.
        skipped: Which operations sit out which phases, as Schemathesis' configuration says it.
        accept: The one media type that is asked for; "" takes whatever comes.
    """

    phases: tuple[PhaseName, ...]
    seed: int
    name: str = ""
    skipped: tuple[dict[str, object], ...] = ()
    accept: str = ""


def run(contract: Contract, target: Target, plan: Plan, watcher: Watcher) -> RunResult:
    """
    Run the four phases over every operation of *contract*. Creates, changes and deletes data at *target*.

    An interrupt (Ctrl-C) ends the run early; what was found until then is in the result.
    """
    started_at = time.monotonic()
    fold = _Fold(contract, target, watcher)
    with (
        refusals_checked(contract, target.headers),
        without_traces(),
        without_constants(),
        parsing_in_turn(),
        interruptible(fold.stop),
    ):
        for asked in _rounds(contract, plan, fold):
            fold.follow(from_schema(_schema(contract, target, plan, asked)).execute(), asked)
            if fold.is_over:
                break
    return RunResult(
        api=contract.api,
        suite="conformance",
        base_url=target.base_url,
        seed=plan.seed,
        seconds=time.monotonic() - started_at,
        requests=fold.tally.requests,
        phases=tuple(phase.value for phase in TESTING_PHASES),
        operations=fold.tally.of_operations(operation.label for operation in contract.operations),
        findings=tuple(fold.tally.findings.values()),
        problems=tuple(fold.tally.problems),
        was_interrupted=fold.was_interrupted,
    )


def _rounds(contract: Contract, plan: Plan, fold: "_Fold") -> Iterator[_Round]:
    yield _Round(UNIT_PHASES, plan.seed, skipped=(_sitting_out("include-method", *UNIT_PHASES),))
    # A server that remembers can answer a replayed step differently. Hypothesis then gives up on the whole phase
    # without a word (`FlakyStrategyDefinition`), so it is asked again, with the next seed, until it has done its share.
    for attempt in range(_STATEFUL_ATTEMPTS):
        done = fold.sequences
        yield _Round((PhaseName.STATEFUL_TESTING,), plan.seed + attempt, name=", again" if attempt else "")
        if fold.sequences == done or fold.sequences >= plan.max_examples:
            break
    yield from _other_forms(contract, plan)
    # The examples of everything come along: from their answers the engine learns what there is to delete.
    skipped = _sitting_out("exclude-method", PhaseName.COVERAGE, PhaseName.FUZZING)
    yield _Round(UNIT_PHASES, plan.seed, name=" of what deletes", skipped=(skipped,))


def _other_forms(contract: Contract, plan: Plan) -> Iterator[_Round]:
    """Who takes whatever comes gets the first media type of the document: the others are asked for by name."""
    phases = (PhaseName.COVERAGE, PhaseName.FUZZING)
    for form in dict.fromkeys(form for operation in contract.operations for form in operation.other_forms):
        lacking = [
            each.label for each in contract.operations if form not in each.other_forms or each.method == "DELETE"
        ]
        skipped = (_sitting_out("include-name", *phases, operations=lacking),) if lacking else ()
        yield _Round(phases, plan.seed, name=f" as {form}", skipped=skipped, accept=form)


def _sitting_out(which: str, *phases: PhaseName, operations: str | list[str] = "DELETE") -> dict[str, object]:
    return {which: operations, "phases": {phase.value: {"enabled": False} for phase in phases}}


class _Fold:
    """From the engine's events to counts and findings."""

    def __init__(self, contract: Contract, target: Target, watcher: Watcher) -> None:
        self.tally = Tally()
        self.sequences = 0
        self.was_interrupted = False
        self.is_over = False
        self._contract = contract
        self._target = target
        self._watcher = watcher
        self._told = 0
        self._cases_before = 0
        self._stream: EventStream | None = None

    def follow(self, stream: EventStream, asked: _Round) -> None:
        self._stream = stream
        try:
            for event in stream:
                self._take(event, asked)
        except KeyboardInterrupt:
            self.stop()
            stream.generator.close()

    def stop(self) -> None:
        self.was_interrupted = self.is_over = True
        if self._stream:
            self._stream.stop()

    def _take(self, event: events.EngineEvent, asked: _Round) -> None:
        match event:
            case events.PhaseStarted() if event.phase.name in asked.phases:
                steps = len(self._contract.operations) if event.phase.name in UNIT_PHASES else None
                self._cases_before = self.tally.cases_in(event.phase.name.value)
                self._watcher.phase_started(event.phase.name.value + asked.name, steps)
            case events.ScenarioFinished() if event.is_test_scenario:
                self._take_scenario(event)
            case events.PhaseFinished() if event.phase.name in asked.phases:
                self._finish_phase(event, asked)
            case events.NonFatalError():
                self._take_error(event)
            case events.EngineFinished() if event.stop_reason is StopReason.INTERRUPTED:
                self.stop()
            case events.EngineFinished() if event.stop_reason is StopReason.SERVER_UNAVAILABLE:
                self.is_over = True
                self.tally.problems["the target stopped answering, so the rest was not tested"] = None
            case _:
                pass

    def _take_scenario(self, event: events.ScenarioFinished) -> None:
        phase, recorder = event.phase.value, event.recorder
        self.sequences += event.phase is PhaseName.STATEFUL_TESTING
        self.tally.requests += len(recorder.interactions)
        for case_id, node in recorder.cases.items():
            label = node.value.operation.label
            if recorder.checks.get(case_id):
                self.tally.count_case(phase, label)
            answer = recorder.find_response(case_id=case_id)
            if answer is not None:
                # An OPTIONS that coverage sends to a path is answered, and is no success of any operation there.
                was_meant = answer.request.method == node.value.operation.method.upper()
                was_accepted = was_meant and 200 <= answer.status_code < 300  # noqa: PLR2004 - the class of successes
                self.tally.count_answer(label, seconds=answer.elapsed, was_accepted=was_accepted)
        simplest: dict[tuple[object, ...], Finding] = {}
        for identity, finding in findings_in(recorder, phase, self._target.redact):
            if identity not in simplest or _size(finding) < _size(simplest[identity]):
                simplest[identity] = finding
        for identity, finding in simplest.items():
            # What an earlier phase has found stays as it was told.
            self.tally.findings.setdefault(identity, finding)
        self._watcher.progressed(self.tally.requests, len(self.tally.findings))

    def _take_error(self, event: events.NonFatalError) -> None:
        phase = event.phase.value if event.phase else ""
        silence = finding_of_silence(event, phase, self._target.redact)
        if silence is None:
            said = self._target.redact(f"{event.label}: {event.info.title}: {event.info.message}")
            self.tally.problems[said] = None
        else:
            self.tally.findings.setdefault((silence.operation, silence.check), silence)

    def _finish_phase(self, event: events.PhaseFinished, asked: _Round) -> None:
        phase = event.phase.name.value
        reason = event.phase.skip_reason.display if event.phase.skip_reason else None
        cases = self.tally.cases_in(phase) - self._cases_before
        self._watcher.phase_finished(phase + asked.name, cases=cases, skipped_because=reason)
        fresh = list(self.tally.findings.values())[self._told :]
        self._told = len(self.tally.findings)
        for finding in fresh:
            self._watcher.found(finding)


def _size(finding: Finding) -> tuple[int, int]:
    return len(finding.commands), sum(len(command) for command in finding.commands)


def _schema(contract: Contract, target: Target, plan: Plan, asked: _Round) -> schemathesis.BaseSchema:
    config = schemathesis.Config.from_dict(
        {
            "seed": asked.seed,
            "phases": {phase.value: {"enabled": phase in asked.phases} for phase in TESTING_PHASES},
            "operations": list(asked.skipped),
            # One run depends on nothing an earlier run left behind, and leaves nothing behind.
            "cache": {"enabled": False},
            # A slow machine is not a finding.
            "suppress-health-check": ["all"],
            # Redacting is ours (`Target.redact`): the built-in one also blanks Idempotency-Key and made-up
            # credentials, and then the curl does not reproduce what it is shown for.
            "output": {"sanitization": {"enabled": False}},
            "workers": plan.workers,
            # Waits as long as `Retry-After` says and asks again.
            "rate-limit": "auto",
            # The engine does not shrink what it finds, and would stop asking the operation anything else. So each
            # operation is asked to the end, and the shortest request that shows a defect is the one reported.
            "continue-on-failure": True,
            "generation": {"max-examples": plan.max_examples, "database": "none"},
            "checks": {REPLACED_CHECK: {"enabled": False}},
        }
    )
    # Not through the dict: there `${...}` in a value is replaced from the environment, in a token it is a token.
    headers = {**target.headers, **({"Accept": asked.accept} if asked.accept else {})}
    config.projects.default.update(base_url=target.base_url, headers=headers)
    try:
        return schemathesis.openapi.from_dict(copy.deepcopy(contract.document), config=config)
    except SchemathesisError as problem:
        raise CannotRun(f"Schemathesis cannot use the contract of {contract.api}: {problem}") from problem
