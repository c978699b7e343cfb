"""A run from its beginning to its verdict: layer by layer, what takes the least time to find something first.

    spec  laws  bursts  lifecycle  reads or conformance  timing

Within a time limit bursts come before laws.

A layer ends where the time limit or the first finding that counts (`fail_fast`) says so, between two tests and never
inside one; what was not reached is said.
"""

import hashlib
import json
import secrets
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import contract_tests
from contract_tests import __version__
from contract_tests.apis.bundle import ApiKit
from contract_tests.contracts import Contract
from contract_tests.findings import Finding, Severity, Step
from contract_tests.known import KnownFailures
from contract_tests.laws.law import Law, Layer
from contract_tests.profiles import PACE, TOKEN, Profile
from contract_tests.results import (
    Evidence,
    Outcome,
    RuleResult,
    RunResult,
    StateChart,
    Stay,
    Tally,
    TestResult,
    judge_rules,
)
from contract_tests.scenes.leftovers import Track, interrupted, turns_file
from contract_tests.scenes.scene import Leases, Setting
from contract_tests.scenes.sending import Sender
from contract_tests.scenes.worlds import Worlds
from contract_tests.suites import conformance, scripted, spec, timing
from contract_tests.suites.conformance import UNANSWERED, Ending
from contract_tests.suites.inventory import Inventory
from contract_tests.suites.lifecycle import play_batch
from contract_tests.suites.plans import FAR_SECONDS, JOBS, JOBS_FAR_AWAY, LAYERS_OF, Mode, Plan, Watcher
from contract_tests.suites.scripted import Stage
from contract_tests.suites.surroundings import (
    Interrupt,
    collecting_seldom,
    parsing_in_turn,
    searching_as_usual,
    without_constants,
    without_traces,
)
from contract_tests.targets import Target

__all__ = ["Deployment", "evidence_of", "play_again", "replay", "run", "staged", "sweep"]

_MOST_NAMED = 10
_AT_ONCE = (Layer.LAWS, Layer.BURSTS, Layer.LIFECYCLE)
_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What is tested.

    Args:
        target: Where it is and who the main identity is.
        headers: The credential of each identity, as it is sent.
        kit: None for an API that has no laws; its document alone is tested then.
        options: What has to be said beside the address to find the same deployment again.
        sandbox: Of our own sandbox its version and a digest of what it draws worlds from; "" of any other target.
    """

    contract: Contract
    file: Path
    kit: ApiKit | None
    target: Target
    headers: Mapping[str, Mapping[str, str]]
    profile: Profile
    worlds: Worlds
    options: tuple[str, ...] = ()
    sandbox: str = ""


@dataclass(frozen=True, slots=True)
class _Due:
    """A test that is to be played."""

    name: str
    sentence: str
    layer: Layer
    rules: tuple[str, ...]
    play: Callable[[], TestResult]
    beside: Callable[[], TestResult] | None = None
    """The same while others are played, where that is another thing."""

    def left(self, why: str) -> TestResult:
        """What comes of it when it is not played."""
        return TestResult(
            name=self.name, sentence=self.sentence, layer=self.layer, rules=self.rules, outcome=Outcome.SKIP, why=why
        )


def _unsure(result: TestResult, failed: TestResult) -> TestResult:
    """A test that *failed* once, and not when it was played again."""
    (broken, *_) = (finding for finding in failed.findings if finding.is_break)
    why = f"it failed once and not again, so others may have been there: {broken.expected}, got {broken.came}"
    return replace(result, outcome=Outcome.SKIP, why=why, doubted=broken.rule)


def _law(stage: Stage, law: Law) -> _Due:
    play = partial(scripted.play, stage, law)
    return _Due(law.name, law.sentence, law.layer, law.rules, play, partial(scripted.play, stage.beside, law))


@dataclass(slots=True)
class _Run:
    deployment: Deployment
    plan: Plan
    watcher: Watcher
    known: KnownFailures
    tally: Tally = field(init=False)
    tests: list[TestResult] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)
    interrupt: Interrupt = field(default_factory=Interrupt)
    shown: dict[str, tuple[Mapping[str, object], bytes]] = field(default_factory=dict)
    sender: Sender | None = None
    has_failed: bool = False
    """A test has found what makes the run fail, which may not have been told yet."""
    read_otherwise: set[str] = field(default_factory=set)
    """The rules of which a test that was alone has found that the target reads them otherwise."""

    def __post_init__(self) -> None:
        self.tally = Tally(mark=self.known.mark)

    def go(self, stage: Stage | None) -> None:
        kit = self.deployment.kit
        self.sender = stage.setting.sender if stage else None
        self._layer(Layer.SPEC, self._spec_tests())
        if kit is not None and stage is not None:
            self._play_scripts(stage, kit)
        for layer in (Layer.READS, Layer.CONFORMANCE):
            self._conform(layer)

    def _play_scripts(self, stage: Stage, kit: ApiKit) -> None:
        plan = self.plan
        chosen = [law for law in kit.laws if plan.wants_law(law, self.deployment.contract)]
        lives: Sequence[_Due] = ()
        with ExitStack() as begun:
            for layer in plan.scripted:
                if plan.scripted[-1] is layer is Layer.BURSTS and self._at_once(layer) > 1 and not plan.selects:
                    lives = begun.enter_context(self._begun(self._lives(stage)))
                self._layer(layer, [_law(stage, law) for law in chosen if law.layer is layer])
            heard = self._heard(kit)
            if heard:
                self.watcher.layer_finished(Layer.LIFECYCLE, said=f"not needed, laws have spoken of {', '.join(heard)}")
            elif _wants_lifecycle(kit, plan):
                self._layer(Layer.LIFECYCLE, lives or self._lives(stage))

    def finish(self, stage: Stage | None) -> None:
        """What is seen when everything else is done: how long it took, and what stays."""
        if stage is not None:
            for label, answers in stage.setting.sender.timings.items():
                self.tally.count_case(Layer.LAWS, label, len(answers))
                for seconds, status in answers:
                    self.tally.count_answer(label, seconds=seconds, status=status)
            self.tally.requests += stage.setting.sender.calls
        if self.plan.runs(Layer.TIMING):
            for result in timing.compare(self.deployment.contract, self.deployment.profile, self.tally.seconds):
                self._take(result)

    def _heard(self, kit: ApiKit) -> list[str]:
        """The selected rules of the lifecycle, if laws have judged all of them and nobody asked for it by name."""
        judged = {rule for test in self.tests for rule in (*test.evidence, *(each.rule for each in test.findings))}
        wanted = self.plan.rules & {*kit.machine.RULES}
        return sorted(wanted) if wanted <= judged and self.plan.layers == frozenset(Layer) else []

    def _lives(self, stage: Stage) -> list[_Due]:
        # What was found before, so that it is the same whichever batch ends first.
        known = {finding.rule for finding in self.tally.findings.values()}
        return [self._batch(stage, number, known) for number in range(self.plan.batches)]

    @contextmanager
    def _begun(self, tests: Sequence[_Due]) -> Iterator[list[_Due]]:
        """*tests*, which are played from now on, while others are."""
        if self._is_over() or not all(self.plan.runs(test.layer) for test in tests):
            yield [*tests]
            return
        with ThreadPoolExecutor(self._jobs) as pool:
            yield [replace(test, beside=pool.submit(test.beside or test.play).result) for test in tests]

    def _batch(self, stage: Stage, number: int, known: Collection[str]) -> _Due:
        name = f"lifecycle.batch_{number}"
        play = partial(play_batch, number=number, seconds_left=self._seconds_left, known_broken=known)
        beside = partial(play, stage.beside, shrink=stage.worlds.are_own)
        rules = stage.kit.machine.RULES
        return _Due(name, "lives agree with the model", Layer.LIFECYCLE, rules, partial(play, stage), beside)

    def _seconds_left(self) -> float | None:
        return self.plan.seconds_left

    def _spec_tests(self) -> list[_Due]:
        if not self.plan.runs(Layer.SPEC) or self.plan.selects:
            return []
        results = spec.lint(self.deployment.contract, self.deployment.file)
        return [_Due(each.name, each.sentence, each.layer, (), partial(replace, each)) for each in results]

    def _layer(self, layer: Layer, tests: Sequence[_Due]) -> None:
        if not tests or not self.plan.runs(layer):
            return
        if self._is_over():
            self._leave(layer, tests, len(tests))
            return
        began_at, left = time.monotonic(), []
        self.watcher.layer_started(layer, len(tests))
        for test, result in self._played(tests, layer):
            if result is None:
                left.append(test)
            else:
                self._take(result)
        self._leave(layer, left, len(tests))
        done = len(tests) - len(left)
        said = f"{done} of {len(tests)} in {time.monotonic() - began_at:.1f} s"
        self.watcher.layer_finished(layer, said=f"{said}{self._overlapped(layer)}")

    def _overlapped(self, layer: Layer) -> str:
        played = [test for test in self.tests if test.layer is layer]
        often = sum(test.bursts for test in played)
        return f"; requests overlapped in {sum(test.overlapped for test in played)} of {often} rounds" if often else ""

    def _at_once(self, layer: Layer) -> int:
        """
        How many tests of *layer* are played at the same time.

        In a world that all share, lives may move its clock. Bursts measure what overlaps, which is this machine's doing
        unless the target is far away.
        """
        found = self.deployment
        moves_clock = layer is Layer.LIFECYCLE and not found.worlds.are_own and found.profile.find("clock.advance_url")
        is_counting = layer is Layer.BURSTS and not (self._is_far and found.worlds.are_own)
        return self._jobs if layer in _AT_ONCE and not moves_clock and not is_counting else 1

    @property
    def _is_far(self) -> bool:
        return self.sender is not None and self.sender.quickest >= FAR_SECONDS

    @property
    def _jobs(self) -> int:
        return self.plan.jobs or (JOBS_FAR_AWAY if self._is_far else JOBS)

    def _played(self, tests: Sequence[_Due], layer: Layer) -> Iterator[tuple[_Due, TestResult | None]]:
        """
        What comes of *tests*, in their order; nothing of those that the run ends before. What is begun is ended.

        Those that have to be alone come last, and so do those of whose result others in their world may be the cause: what
        such a test comes to is what it comes to alone.
        """
        if self.plan.jobs is None and self.sender is not None and not self.sender.calls and layer in _AT_ONCE:
            # How far away the target is shows in what comes of the first test.
            one, *tests = tests
            yield one, self._play(one.play)
        at_once = self._at_once(layer)
        if at_once == 1:
            yield from ((test, self._played_alone(test, None)) for test in tests)
            return
        pool, again = ThreadPoolExecutor(at_once), list[tuple[_Due, TestResult]]()
        try:
            results = pool.map(lambda test: self._play(test.beside or test.play, is_beside=True), tests)
            for test, result in zip(tests, results, strict=True):
                if result is None or self._is_certain(result):
                    yield test, result
                else:
                    again.append((test, result))
        finally:
            pool.shutdown(cancel_futures=True)
        for test, first in again:
            if self._is_certain(first):
                yield test, first
                continue
            yield test, self._played_alone(test, first)

    def _played_alone(self, test: _Due, before: TestResult | None) -> TestResult | None:
        """
        What comes of it when others of the run are done; several times where others in its world were in its way.

        Others are not always seen. So what fails in a shared world fails each time, or it is not known why it failed once.
        """
        told = failed = None
        for _ in range(_TRIES):
            result = self._play(test.play)
            if result is None:
                break
            if before is not None:
                result = replace(result, leaked=before.leaked + result.leaked, calls=before.calls + result.calls)
            told = before = result
            if result.again:
                continue
            is_of_a_race = any(finding.is_of_a_race for finding in result.findings)
            if result.outcome is not Outcome.FAIL or self.deployment.worlds.are_own or is_of_a_race:
                break
            failed = failed or result
        if told is not None and failed is not None:
            is_sure = told.outcome is Outcome.FAIL
            told = replace(failed, leaked=told.leaked, calls=told.calls) if is_sure else _unsure(told, failed)
        if told is not None:
            self._note_failure(told)
        return told

    def _play(self, how: Callable[[], TestResult], *, is_beside: bool = False) -> TestResult | None:
        if self._is_over():
            return None
        result = how()
        if is_beside and self._is_certain(result):
            self._note_failure(result)
        return result

    def _note_failure(self, result: TestResult) -> None:
        self.has_failed |= any(self.known.mark(finding).counts for finding in result.findings)

    def _is_certain(self, result: TestResult) -> bool:
        """Whether what a test came to beside others is what it comes to alone, as far as can be told."""
        if self.deployment.worlds.are_own:
            return True
        told = {each.rule for each in result.findings}
        is_usual = result.outcome is Outcome.PASS or (result.outcome is Outcome.SKIP and bool(told))
        return is_usual and not result.again and told <= self.read_otherwise

    def _leave(self, layer: Layer, tests: Sequence[_Due], of: int) -> None:
        """Write down what is not played any more."""
        if not tests:
            return
        self.unreached.append(f"{len(tests)} of {of} {layer}")
        why = "not reached within the time limit" if self.plan.is_over else "not reached, the run ended before"
        self.tests += [test.left(why) for test in tests]

    def _take(self, result: TestResult) -> None:
        result = replace(result, findings=tuple(self.known.mark(finding) for finding in result.findings))
        self.shown = {**result.shown, **self.shown}
        self.tests.append(replace(result, shown={}))
        self.read_otherwise |= {each.rule for each in result.findings if each.severity is Severity.DIFFERENCE}
        for finding in result.findings:
            identity = (finding.rule, finding.check) if finding.rule else (finding.operation, finding.check)
            is_new = identity not in self.tally.findings
            self.tally.keep(identity, finding)
            if is_new and identity in self.tally.findings:
                self._tell(finding)
        if self.sender is not None and self.sender.has_given_up:
            self.tally.problems[UNANSWERED] = None
        self.watcher.progressed(
            step=result.name,
            requests=self.tally.requests + sum(test.calls for test in self.tests),
            findings=len(self.tally.findings),
            seconds_left=self.plan.seconds_left,
        )

    def _tell(self, finding: Finding) -> None:
        rule = self.deployment.contract.rule(finding.rule) if finding.rule else None
        self.watcher.found(finding, rule)

    def _conform(self, layer: Layer) -> None:
        deployment = self.deployment
        workers = self.plan.workers or (self._jobs if self._is_far else 1)
        plan = replace(self.plan, workers=workers)
        if not plan.runs(layer) or not any(map(plan.wants_operation, deployment.contract.operations)):
            return
        if self._is_over():
            self.unreached.append(layer)
            return
        began_at = time.monotonic()
        self.watcher.layer_started(layer, None)
        is_apart = layer is Layer.CONFORMANCE and deployment.worlds.are_own
        worlds = [deployment.worlds.open() for _ in range(workers if is_apart else 1)]
        try:
            target, *apart = (replace(deployment.target, base_url=world.base_url) for world in worlds)
            ending = conformance.run(
                deployment.contract,
                target,
                plan,
                self.watcher,
                layer,
                self.tally,
                self.interrupt,
                self._inventory(),
                self._others(),
                apart,
                deployment.profile.find(PACE),
            )
        finally:
            for world in worlds:
                deployment.worlds.shut(world, keep=False)
        if ending is Ending.INTERRUPTED:
            self.interrupt.come()
        if ending is Ending.OUT_OF_TIME:
            self.unreached.append(f"the rest of {layer}")
        cases = self.tally.cases_in(layer)
        self.watcher.layer_finished(layer, said=f"{cases} cases in {time.monotonic() - began_at:.1f} s")

    def _inventory(self) -> Inventory:
        """What is known of the world that the layers of Schemathesis are played in."""
        found = Inventory(self.deployment.contract, self.deployment.profile)
        for operation in self.deployment.contract.operations:
            if operation.label in self.shown:
                found.note(operation, *self.shown[operation.label])
        return found

    def _others(self) -> Mapping[str, Mapping[str, str]]:
        """Who is let in beside the main identity."""
        kit, headers = self.deployment.kit, self.deployment.headers
        names = [key.name.removeprefix("identities.") for key in kit.scene.KEYS if key.kind is TOKEN] if kit else []
        return {name: headers[name] for name in names if name in headers}

    def _is_over(self) -> bool:
        has_found_enough = self.plan.fail_fast and (self.has_failed or self.tally.has_failed)
        return self.interrupt.has_come or self.plan.is_over or has_found_enough or UNANSWERED in self.tally.problems


def run(deployment: Deployment, plan: Plan, known: KnownFailures, watcher: Watcher) -> RunResult:
    """Test *deployment* as *plan* says. An interrupt (Ctrl-C, SIGTERM) ends it after the test under way; what was found is kept."""
    evidence = evidence_of(deployment, plan)
    began = _Run(deployment, plan, watcher, known)
    with collecting_seldom(), began.interrupt.awaited(), staged(deployment, plan.seed) as stage:
        watcher.announce(evidence, planned=_planned(deployment, plan))
        began.go(stage)
        began.finish(stage)
    untested = "observe mode only reads" if plan.mode is Mode.OBSERVE else "not selected"
    rules = judge_rules(deployment.contract, began.tests, untested=untested) if deployment.kit else ()
    rules = tuple(_as_selected(rule, plan, deployment.contract) for rule in rules)
    findings = tuple(began.tally.findings.values())
    leaked = tuple(each for test in began.tests for each in test.leaked)
    stays = tuple(Stay(what, str(each.value), each.operation) for what, each in (stage.setting.stays if stage else ()))
    return RunResult(
        evidence=evidence,
        tests=tuple(began.tests),
        rules=rules,
        operations=began.tally.of_operations(operation.label for operation in deployment.contract.operations),
        findings=findings,
        differences=tuple(began.tally.differences.values()),
        problems=tuple(began.tally.problems),
        warnings=(
            *_idle(deployment, plan),
            *_to_sweep(deployment),
            *known.warnings(findings, rules),
            *(f"left behind: {each}" for each in leaked),
            *_stay_behind(stays),
        ),
        unreached=tuple(began.unreached),
        leaked=leaked,
        stays=stays,
        state_charts=tuple(_gone_through(each, rules) for each in deployment.kit.state_charts)
        if deployment.kit
        else (),
        requests=began.tally.requests,
        seconds=time.monotonic() - plan.began_at,
        certify=plan.certify,
        was_interrupted=began.interrupt.has_come,
    )


def _to_sweep(deployment: Deployment) -> Iterator[str]:
    kit, api, url = deployment.kit, deployment.contract.api, deployment.target.base_url
    if kit is None or deployment.worlds.are_own:
        return
    tracks = [Track(file, kit.scene.UNDO) for file in interrupted(api, url)]
    number = sum(len(each.left) + len(each.unheard) for each in tracks)
    for each in tracks:
        each.close(told=False)
    if number:
        yield f"{number:,} things of this run or of one that was interrupted are left: `contract-tests sweep {api}` tries again"


def _stay_behind(stays: Sequence[Stay]) -> Iterator[str]:
    for what in sorted({each.what for each in stays}):
        found = [each for each in stays if each.what == what]
        named = ", ".join(each.id for each in found[:_MOST_NAMED]) + ", ..." * (len(found) > _MOST_NAMED)
        yield f"stays behind: {len(found):,} {what}, of {', '.join(sorted({each.operation for each in found}))}: {named}"


def sweep(deployment: Deployment) -> tuple[list[str], list[str]]:
    """Take back what runs at *deployment* left that were interrupted: what is gone now, and what is not, and why."""
    gone, left, kit = list[str](), list[str](), deployment.kit
    if kit is None:
        return gone, left
    for file in interrupted(deployment.contract.api, deployment.target.base_url):
        track = Track(file, kit.scene.UNDO)
        before = track.left
        with staged(deployment, 0, track) as stage:
            scene = kit.scene(stage.setting, deployment.worlds.open(), "sweep") if stage else None
            if scene is not None:
                scene.adopt(track.things)
                scene.clean_up()
                left += map(deployment.target.redact, scene.leaked)
        gone += [f"{each.parameter} {each.value} of {each.operation}" for each in before if each not in track.left]
        left += [f"perhaps what {each} made: the run was killed before an answer named it" for each in track.unheard]
    return gone, left


def _as_selected(rule: RuleResult, plan: Plan, contract: Contract) -> RuleResult:
    """What was not selected is judged where it is seen beside what was, and is nobody's gap where it is not."""
    if rule.outcome is Outcome.SKIP and not plan.wants_rule(rule.rule, contract):
        return replace(rule, outcome=Outcome.OMIT, why="not selected")
    return rule


def _gone_through(chart: StateChart, rules: Sequence[RuleResult]) -> StateChart:
    """The chart with what the run saw of each move."""
    by_id = {rule.rule.id: rule for rule in rules}
    seen = [
        replace(move, times=by_id[move.rule].times, broken=by_id[move.rule].outcome is Outcome.FAIL)
        for move in chart.moves
    ]
    return replace(chart, moves=tuple(seen))


def replay(deployment: Deployment, name: str, seed: int, tell: Callable[[Step], None]) -> TestResult:
    """
    Play one test again, as the run with that seed did.

    Args:
        tell: Is given each request and what came of it; of a lifecycle those of the last life, the one that fails.

    Raises:
        LookupError: The kit has no such test.
    """
    with staged(deployment, seed) as stage:
        if stage is None:
            raise LookupError(f"{deployment.contract.api} has no laws")
        return play_again(replace(stage, tell=tell), name)


def play_again(stage: Stage, name: str) -> TestResult:
    """Play the one test of that name. Raises LookupError: the kit has no such test."""
    test, _, known_broken = name.partition(":")
    theme, _, number = test.partition("_")
    if theme == "lifecycle.batch" and number.isdigit():
        return play_batch(stage, int(number), known_broken=known_broken.split(","))
    for law in stage.kit.laws:
        if law.name == name:
            return scripted.play(stage, law)
    raise LookupError(f"{stage.kit.api} has no test {name!r}")


@contextmanager
def staged(deployment: Deployment, seed: int, track: Track | None = None) -> Iterator[Stage | None]:
    """
    Where the laws of an API are played; None for an API that has none.

    Args:
        track: Of what was made before; None to begin one.
    """
    if deployment.kit is None:
        yield None
        return
    run = secrets.token_hex(8)
    sender = Sender(deployment.contract, deployment.headers, deployment.profile.find(PACE))
    if track is None:
        track = Track.of_run(deployment.contract.api, deployment.target.base_url, run, deployment.kit.scene.UNDO)
    setting = Setting(
        contract=deployment.contract,
        profile=deployment.profile,
        sender=sender,
        seed=seed,
        leases=Leases(run),
        track=track,
        turns=turns_file(deployment.contract.api, deployment.target.base_url),
    )
    with without_traces(), without_constants(), parsing_in_turn(), searching_as_usual():
        try:
            yield Stage(deployment.kit, deployment.contract, setting, deployment.worlds, deployment.target.redact)
        finally:
            track.close()
            sender.close()


def _wants_lifecycle(kit: ApiKit, plan: Plan) -> bool:
    return not plan.selects or bool(plan.rules & {*kit.machine.RULES})


def _planned(deployment: Deployment, plan: Plan) -> dict[Layer, int]:
    kit = deployment.kit
    laws = [law for law in kit.laws if plan.wants_law(law, deployment.contract)] if kit else []
    numbers = {
        Layer.SPEC: 0 if plan.selects else spec.CHECKS,
        **{layer: sum(law.layer is layer for law in laws) for layer in plan.scripted},
        Layer.LIFECYCLE: plan.batches if kit and _wants_lifecycle(kit, plan) else 0,
        Layer.READS: sum(each.reads_only for each in deployment.contract.operations if plan.wants_operation(each)),
        Layer.CONFORMANCE: sum(map(plan.wants_operation, deployment.contract.operations)),
    }
    return {layer: number for layer, number in numbers.items() if number and plan.runs(layer)}


def _idle(deployment: Deployment, plan: Plan) -> Iterator[str]:
    """Of each suite that was asked for by name and has nothing to do: why."""
    if plan.layers == frozenset(Layer):
        return
    for layer in Layer:
        why = _why_idle(layer, deployment, plan) if layer in plan.layers else ""
        if why:
            yield f"suite {layer} has nothing to do: {why}"


def _why_idle(layer: Layer, deployment: Deployment, plan: Plan) -> str:
    """An empty text where it has something to do."""
    if layer is Layer.READS and plan.mode is Mode.FULL:
        return "in full mode conformance has the reads too"
    if layer not in LAYERS_OF[plan.mode]:
        return f"it needs --mode {' or '.join(mode for mode in Mode if layer in LAYERS_OF[mode])}"
    planned = _planned(deployment, plan).keys() - {Layer.SPEC, Layer.TIMING}
    if layer is Layer.SPEC:
        return "it is about the document as a whole, not about a selection" if plan.selects else ""
    if layer is Layer.TIMING:
        return _why_untimed(deployment, is_calling=bool(planned))
    if layer in planned:
        return ""
    return f"nothing of {deployment.contract.api}{' that was selected' if plan.selects else ''} is in it"


def _why_untimed(deployment: Deployment, *, is_calling: bool) -> str:
    lacking = [] if is_calling else ["it judges the calls of other suites, so select one of these too"]
    lacking += [] if deployment.profile.find("budgets") else ["it needs budgets in the profile"]
    return ", and ".join(lacking)


def evidence_of(deployment: Deployment, plan: Plan) -> Evidence:
    document = json.dumps(deployment.contract.document, sort_keys=True).encode()
    return Evidence(
        kit=__version__,
        suite=_hash(_sources()),
        contract=_hash([document]),
        api=deployment.contract.api,
        base_url=deployment.target.base_url,
        profile=deployment.profile.origin,
        mode=plan.mode,
        seed=plan.seed,
        started_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        sandbox=deployment.sandbox,
        view=deployment.contract.view,
        options=deployment.options,
        stand_ins=deployment.target.stand_ins,
    )


def _sources() -> Iterator[bytes]:
    """Everything the kit tests with, in an order that does not depend on the machine."""
    folder = Path(contract_tests.__file__).parent
    for file in sorted(folder.rglob("*.py"), key=lambda each: each.relative_to(folder).as_posix()):
        yield file.read_bytes()


def _hash(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()[:16]
