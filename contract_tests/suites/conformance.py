"""Does every answer keep to the contract? Schemathesis asks, round by round; we configure, count and judge.

Its engine runs in this process as a stream of events. Each event is folded into a `Tally` and told to the `Watcher`;
nothing of it is kept, so memory does not grow with the run. Phases: *examples* of the document, *coverage* (each
boundary of each schema once, valid and invalid), *fuzzing* (generated), *stateful* (along the document's links).

Two layers run it: *reads*, of the operations that change nothing, and *conformance*, of all.

A booking API remembers, hence the rounds: each operation is asked with its examples before any is asked repeatedly, and from
the answers an `Inventory` learns what may be asked for. What deletes is tested last, for after it most requests would only learn
that there is nothing left to book. Measured on reservekit: 81 bookings made instead of 3.
"""

import math
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import Enum, auto
from queue import SimpleQueue
from types import MappingProxyType
from typing import Any

import schemathesis
from schemathesis.engine import StopReason, events, from_schema
from schemathesis.engine.core import EventStream
from schemathesis.engine.run import TESTING_PHASES, UNIT_PHASES, PhaseName

from contract_tests.checks.presence import presence_judged_fairly
from contract_tests.checks.refusals import REPLACED_CHECK, refusals_checked
from contract_tests.contracts import Contract
from contract_tests.findings import Finding
from contract_tests.laws.law import Layer
from contract_tests.outgoing import GivenUp, Outlet
from contract_tests.results import Tally
from contract_tests.scenes.scene import MAIN
from contract_tests.suites.evidence import finding_of_silence, findings_in
from contract_tests.suites.inventory import Inventory
from contract_tests.suites.plans import Plan, Watcher
from contract_tests.suites.surroundings import (
    Interrupt,
    drawing_afresh,
    parsing_in_turn,
    sending_through,
    without_constants,
    without_traces,
)
from contract_tests.targets import Target

__all__ = ["UNANSWERED", "Ending", "run"]

UNANSWERED = "the target stopped answering, so the rest was not tested"

_STATEFUL_ATTEMPTS = 20  # enough for reservekit, where one attempt in two or three is given up
_EXAMPLES_OF_READS = 25
_TIMES_AGAIN = 2
_REPEATED = (PhaseName.COVERAGE, PhaseName.FUZZING)
_HIDDEN = {401, 403, 404}
NOBODY_ELSE: Mapping[str, Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Round:
    """
    One run of the engine.

    Args:
        phases: The ones that run.
        name: Said after the phase's name, when rounds share one.
        skipped: Which operations sit out which phases, as Schemathesis' configuration says it.
        examples: Generated requests per operation; 0 takes the plan's.
        accept: The one media type that is asked for; "" takes whatever comes.
        by: Which identity asks.
        once: With one example each.
        at_once: How many run at the same time, each with a seed of its own.
    """

    phases: tuple[PhaseName, ...]
    seed: int
    name: str = ""
    skipped: tuple[dict[str, object], ...] = ()
    examples: int = 0
    accept: str = ""
    by: str = MAIN
    once: bool = False
    at_once: int = 1


def run(
    contract: Contract,
    target: Target,
    plan: Plan,
    watcher: Watcher,
    layer: Layer,
    tally: Tally,
    interrupt: Interrupt,
    inventory: Inventory,
    others: Mapping[str, Mapping[str, str]] = NOBODY_ELSE,
    apart: Sequence[Target] = (),
    per_second: float | None = None,
) -> "Ending":
    """
    Run the phases over the operations that *layer* and *plan* have; counts and findings go into *tally*.

    Args:
        inventory: What may be asked for.
        others: Identities that are let in beside the main one, each with its credential as it is sent.
        apart: The same in other worlds of its own, for sequences of requests that are sent at the same time: in one world
            one would take away what another has made.
        per_second: How many requests are sent in a second at most; None is no limit.

    An interrupt ends it early; what was found until then is in the tally.
    """
    outlet = Outlet(lambda: plan.is_over, per_second)
    fold = _Fold(contract, target, plan, watcher, layer, tally, outlet)
    with (
        sending_through(outlet),
        refusals_checked(contract, target.headers),
        presence_judged_fairly(contract),
        inventory.in_use(),
        without_traces(),
        without_constants(),
        drawing_afresh(),
        parsing_in_turn(),
        interrupt.stopping(fold.interrupt),
    ):
        for asked in _rounds(contract, plan, layer, fold, tuple(others), 1 + len(apart)):
            if asked.by != MAIN:
                inventory.forget_failures()
            headers = {**target.headers, **others.get(asked.by, {})}
            seeds = range(asked.seed, asked.seed + asked.at_once)
            fold.follow(
                [
                    from_schema(_schema(contract, world, plan, replace(asked, seed=seed), headers)).execute()
                    for seed, world in zip(seeds, (target, *apart), strict=False)
                ],
                asked,
            )
            if fold.ending is not Ending.DONE:
                break
            if plan.is_over:
                return Ending.OUT_OF_TIME
    return fold.ending


def _rounds(
    contract: Contract, plan: Plan, layer: Layer, fold: "_Fold", others: Sequence[str] = (), at_once: int = 1
) -> Iterator[_Round]:
    left_out = [each.label for each in contract.operations if not plan.wants_operation(each)]
    if layer is Layer.READS:
        left_out += [each.label for each in contract.operations if not each.reads_only and each.label not in left_out]
    if len(left_out) == len(contract.operations):
        return
    always = _out(left_out)
    yield from _once(contract, plan, fold, left_out, others)
    if layer is Layer.READS:
        yield _Round(_REPEATED, plan.seed, skipped=always, examples=min(plan.max_examples, _EXAMPLES_OF_READS))
        return
    yield _Round(_REPEATED, plan.seed, skipped=(*always, _sitting_out("include-method", *UNIT_PHASES)))
    # A server that remembers can answer a replayed step differently. Hypothesis then gives up on the whole phase
    # without a word (`FlakyStrategyDefinition`), so it is asked again, with the next seed, until it has done its share.
    # The steps of a sequence wait for one another, so workers share the sequences.
    for attempt in range(0, _STATEFUL_ATTEMPTS, at_once):
        done = fold.sequences
        yield _Round(
            (PhaseName.STATEFUL_TESTING,),
            plan.seed + attempt,
            name=", again" if attempt else "",
            skipped=always,
            examples=math.ceil(plan.max_examples / at_once),
            at_once=at_once,
        )
        if fold.sequences == done or fold.sequences >= plan.max_examples:
            break
    yield from _other_forms(contract, plan, left_out)
    # What there is to delete is known by now: nothing else has to be asked for it.
    skipped = _sitting_out("exclude-method", *UNIT_PHASES)
    yield _Round(UNIT_PHASES, plan.seed, name=" of what deletes", skipped=(*always, skipped))


def _once(
    contract: Contract, plan: Plan, fold: "_Fold", left_out: Sequence[str], others: Sequence[str]
) -> Iterator[_Round]:
    """
    Each operation with its examples, before any is repeated: a time limit is to leave repetitions undone, not operations.

    What has not succeeded is asked again, for the answers of the others have shown what there is; and by other identities
    where it is forbidden to the main one, or hidden from it. What deletes is asked after the rest here too, and once.
    """
    wanted = [each for each in contract.operations if each.label not in left_out]
    deleting = {each.label for each in wanted if each.method == "DELETE"}

    def only(labels: Container[str]) -> tuple[dict[str, object], ...]:
        return _out([each.label for each in contract.operations if each.label not in labels])

    phases = (PhaseName.EXAMPLES,)
    first = {each.label for each in wanted} - deleting
    yield _Round(phases, plan.seed, skipped=only(first))
    for _ in range(_TIMES_AGAIN):
        if again := fold.in_vain(first):
            yield _Round(phases, plan.seed, name=", again", skipped=only(again))
    if deleting:
        yield _Round(phases, plan.seed, name=" of what deletes, once", skipped=only(deleting), once=True)
    for other in others:
        # Of many things few are another identity's, so a single request would hardly name one of them.
        if again := fold.in_vain(first, hidden=True):
            several = (*phases, PhaseName.FUZZING)
            number = min(plan.max_examples, _EXAMPLES_OF_READS)
            yield _Round(several, plan.seed, f", as {other}", only(again), examples=number, by=other)


def _out(labels: list[str]) -> tuple[dict[str, object], ...]:
    return (_sitting_out("include-name", *TESTING_PHASES, operations=labels),) if labels else ()


def _other_forms(contract: Contract, plan: Plan, left_out: list[str]) -> Iterator[_Round]:
    """Who takes whatever comes gets the first media type of the document: the others are asked for by name."""
    phases = (PhaseName.FUZZING,)
    for form in dict.fromkeys(form for operation in contract.operations for form in operation.other_forms):
        lacking = [
            each.label
            for each in contract.operations
            if form not in each.other_forms or each.method == "DELETE" or each.label in left_out
        ]
        if len(lacking) == len(contract.operations):
            continue
        skipped = (_sitting_out("include-name", *phases, operations=lacking),) if lacking else ()
        examples = min(plan.max_examples, _EXAMPLES_OF_READS)
        yield _Round(phases, plan.seed, name=f" as {form}", skipped=skipped, accept=form, examples=examples)


def _sitting_out(which: str, *phases: PhaseName, operations: str | list[str] = "DELETE") -> dict[str, object]:
    return {which: operations, "phases": {phase.value: {"enabled": False} for phase in phases}}


class Ending(Enum):
    DONE = auto()
    INTERRUPTED = auto()
    OUT_OF_TIME = auto()
    UNANSWERED = auto()
    FOUND_ENOUGH = auto()


class _Fold:
    """From the engine's events to counts and findings."""

    def __init__(
        self,
        contract: Contract,
        target: Target,
        plan: Plan,
        watcher: Watcher,
        layer: Layer,
        tally: Tally,
        outlet: Outlet,
    ) -> None:
        self.sequences = 0
        self.ending = Ending.DONE
        self._tally = tally
        self._contract = contract
        self._target = target
        self._plan = plan
        self._watcher = watcher
        self._layer = layer
        self._outlet = outlet
        self._told = len(tally.findings)
        self._streams: Sequence[EventStream] = ()

    def follow(self, streams: Sequence[EventStream], asked: _Round) -> None:
        self._streams = streams
        if self.ending is not Ending.DONE:  # told to stop while the stream was being made
            return
        try:
            for event in streams[0] if len(streams) == 1 else _merged(streams):
                self._take(event, asked)
        except KeyboardInterrupt:
            self.interrupt()
            if len(streams) == 1:  # others are read by threads of their own, to their end
                streams[0].generator.close()

    def in_vain(self, labels: Collection[str], *, hidden: bool = False) -> set[str]:
        """Which of *labels* have not succeeded; with *hidden* those alone that another identity might be shown."""
        left = [each for each in self._tally.of_operations(labels) if not each.accepted]
        return {each.label for each in left if not hidden or _HIDDEN & each.refused.keys()}

    def interrupt(self) -> None:
        self._stop(Ending.INTERRUPTED)

    def _stop(self, ending: Ending) -> None:
        if self.ending is not Ending.INTERRUPTED:
            self.ending = ending
        for stream in self._streams:
            stream.stop()

    def _end(self) -> None:
        """Nothing more is sent: nobody answers, or the time is over."""
        if self._plan.is_over and not self._outlet.has_given_up:
            self._stop(Ending.OUT_OF_TIME)
            return
        self._stop(Ending.UNANSWERED)
        self._tally.problems[UNANSWERED] = None

    def _take(self, event: events.EngineEvent, asked: _Round) -> None:
        match event:
            case events.ScenarioFinished() if event.is_test_scenario:
                self._take_scenario(event, asked)
            case events.PhaseFinished() if event.phase.name in asked.phases:
                self._tell()
            case events.NonFatalError():
                self._take_error(event)
            case events.EngineFinished() if event.stop_reason is StopReason.INTERRUPTED:
                if self.ending is Ending.DONE:
                    self.interrupt()
            case events.EngineFinished() if event.stop_reason is StopReason.SERVER_UNAVAILABLE:
                self._end()
            case _:
                pass

    def _take_scenario(self, event: events.ScenarioFinished, asked: _Round) -> None:
        recorder = event.recorder
        self.sequences += event.phase is PhaseName.STATEFUL_TESTING
        self._tally.requests += len(recorder.interactions)
        for case_id, node in recorder.cases.items():
            label = node.value.operation.label
            if recorder.checks.get(case_id):
                self._tally.count_case(self._layer, label)
            answer = recorder.find_response(case_id=case_id)
            if answer is not None:
                # An OPTIONS that coverage sends to a path is answered, and is no success of any operation there.
                was_meant = answer.request.method == node.value.operation.method.upper()
                self._tally.count_answer(label, seconds=answer.elapsed, status=answer.status_code if was_meant else 0)
        simplest: dict[tuple[object, ...], Finding] = {}
        for identity, finding in findings_in(recorder, self._contract, self._layer, self._target.redact):
            if identity not in simplest or _size(finding) < _size(simplest[identity]):
                simplest[identity] = finding
        for identity, finding in simplest.items():
            self._tally.keep(identity, finding)
        self._watcher.progressed(
            step=f"{event.phase.value}{asked.name}",
            requests=self._tally.requests,
            findings=len(self._tally.findings),
            seconds_left=self._plan.seconds_left,
        )
        if self._outlet.has_given_up or self._plan.is_over:
            self._end()
        elif self._plan.fail_fast and self._tally.has_failed:
            self._stop(Ending.FOUND_ENOUGH)

    def _take_error(self, event: events.NonFatalError) -> None:
        if isinstance(event.value, GivenUp):
            self._end()
            return
        silence = finding_of_silence(event, self._layer, self._target.redact)
        if silence is None:
            said = self._target.redact(f"{event.label}: {event.info.title}: {event.info.message}")
            self._tally.problems[said] = None
        else:
            self._tally.keep((silence.operation, silence.check), silence)

    def _tell(self) -> None:
        fresh = list(self._tally.findings.values())[self._told :]
        self._told = len(self._tally.findings)
        for finding in fresh:
            self._watcher.found(finding, None)


def _merged(streams: Sequence[EventStream]) -> Iterator[events.EngineEvent]:
    """The events of all *streams*, as they come."""
    came: SimpleQueue[events.EngineEvent | None] = SimpleQueue()

    def read(stream: EventStream) -> None:
        try:
            for event in stream:
                came.put(event)
        finally:
            came.put(None)

    with ThreadPoolExecutor(len(streams)) as pool:
        reading = [pool.submit(read, stream) for stream in streams]
        try:
            for _ in streams:
                yield from iter(came.get, None)
        finally:  # whoever leaves early is not to wait for the rest
            for stream in streams:
                stream.stop()
        for each in reading:
            each.result()


def _size(finding: Finding) -> tuple[int, int]:
    return len(finding.steps), sum(len(step.curl) for step in finding.steps)


def _schema(
    contract: Contract, target: Target, plan: Plan, asked: _Round, credential: Mapping[str, str]
) -> schemathesis.BaseSchema:
    config = schemathesis.Config.from_dict(
        {
            "seed": asked.seed,
            "phases": {phase.value: _phase(phase, asked) for phase in TESTING_PHASES},
            "operations": list(asked.skipped),
            # One run depends on nothing an earlier run left behind, and leaves nothing behind.
            "cache": {"enabled": False},
            # A slow machine is not a finding.
            "suppress-health-check": ["all"],
            # Redacting is ours (`Target.redact`): the built-in one also blanks Idempotency-Key and made-up
            # credentials, and then the curl does not reproduce what it is shown for.
            "output": {"sanitization": {"enabled": False}},
            "workers": plan.workers or 1,
            # Waits as long as `Retry-After` says and asks again.
            "rate-limit": "auto",
            # The engine does not shrink what it finds, and would stop asking the operation anything else. So each
            # operation is asked to the end, and the shortest request that shows a defect is the one reported.
            "continue-on-failure": True,
            "generation": {"max-examples": asked.examples or plan.max_examples, "database": "none"},
            "checks": {REPLACED_CHECK: {"enabled": False}},
        }
    )
    # Not through the dict: there `${...}` in a value is replaced from the environment, in a token it is a token.
    headers = {**credential, **({"Accept": asked.accept} if asked.accept else {})}
    config.projects.default.update(base_url=target.base_url, headers=headers)
    schema = contract.read_by_schemathesis(config)
    if asked.once:
        schema.hooks.register_hook_with_name(_keep_one, "before_add_examples")
    return schema


def _phase(phase: PhaseName, asked: _Round) -> dict[str, object]:
    enabled: dict[str, object] = {"enabled": phase in asked.phases}
    # An operation of which the document has no example is given one that its schema allows.
    return {**enabled, "fill-missing": True} if phase is PhaseName.EXAMPLES else enabled


def _keep_one(_: schemathesis.HookContext, examples: list[schemathesis.Case[Any]]) -> None:
    del examples[1:]
