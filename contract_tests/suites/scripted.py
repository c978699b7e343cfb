"""Plays a law: a world, a scene, a judgement, everything put back.

What the document itself is broken in (a status, a shape) is found beside what each law is about.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from hypothesis.errors import HypothesisException

from contract_tests.apis.bundle import ApiKit
from contract_tests.checks.expectations import EXPECTATIONS
from contract_tests.contracts import Contract
from contract_tests.findings import Finding, Severity, Step
from contract_tests.laws.law import Law, Layer
from contract_tests.profiles import Lacking, NotApplicable
from contract_tests.results import Outcome, TestResult
from contract_tests.scenes.answers import Broken, Differs
from contract_tests.scenes.exchanges import Exchange, Flaw, relevant
from contract_tests.scenes.guards import Trespass
from contract_tests.scenes.pasting import pasted
from contract_tests.scenes.scene import Scene, Setting
from contract_tests.scenes.sending import Silence
from contract_tests.scenes.worlds import World, Worlds
from contract_tests.suites.misreading import misread, unforeseen
from contract_tests.targets import Redact
from contract_tests.wording import detail_of

__all__ = ["ROUNDS", "Stage", "perform", "play", "play_laws"]

ROUNDS = 10
"""Of what asks many things at once: a race is not lost each time."""
_FEWEST = 5
_LONG = 3.0
"""Seconds. Where a call takes its time, so do ten rounds; beside our own sandbox the same seed has to ask the same."""
_MOSTLY = 0.5
_USED_UP = (Outcome.SKIP, Outcome.OMIT)


def _nobody(_: Step) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Stage:
    """
    Where the laws of one run are played.

    Args:
        tell: Is given each request of a test and what came of it, once the test is over.
    """

    kit: ApiKit
    contract: Contract
    setting: Setting
    worlds: Worlds
    redact: Redact
    tell: Callable[[Step], None] = _nobody

    @property
    def beside(self) -> "Stage":
        """The same for laws that are played at the same time."""
        return replace(self, setting=replace(self.setting, is_beside=True))

    def replay_id(self, name: str) -> str:
        return f"{self.contract.api}/{name}/{self.setting.seed}"

    def finding_of(
        self, broken: Broken, scene: Scene, *, name: str, layer: str, severity: Severity | None = None
    ) -> Finding:
        steps = _steps(scene, broken.exchanges)
        last = broken.exchanges[-1] if broken.exchanges else None
        return Finding(
            severity=severity or self.contract.rule(broken.rule).level,
            rule=broken.rule,
            operation=last.label if last else "",
            check=name,
            layer=layer,
            expected=self.redact(broken.expected),
            came=self.redact(broken.got),
            detail=self.redact("\n".join(scene.remarks.values())),
            steps=self._pasted(steps, scene),
            replay=self.replay_id(name),
            world=scene.world.name,
            reset=_reset(scene, steps),
            is_of_a_race=any(each.at_once > 1 for each in broken.exchanges),
        )

    def findings_of_flaws(
        self, exchanges: Iterable[Exchange], scene: Scene, *, name: str, layer: str
    ) -> Iterator[Finding]:
        for exchange in exchanges:
            for flaw in exchange.flaws:
                yield self._finding_of_flaw(flaw, exchange, scene, name=name, layer=layer)

    def _finding_of_flaw(self, flaw: Flaw, exchange: Exchange, scene: Scene, *, name: str, layer: str) -> Finding:
        check, failure = flaw
        severity, expected = EXPECTATIONS[check]
        steps = _steps(scene, [exchange])
        return Finding(
            severity=severity,
            operation=exchange.label,
            check=check,
            layer=layer,
            expected=expected,
            came=self.redact(exchange.came()),
            detail=self.redact(detail_of(failure)) if failure else "",
            steps=self._pasted(steps, scene),
            replay=self.replay_id(name),
            world=scene.world.name if severity is Severity.MUST else "",
            reset=_reset(scene, steps),
        )

    def _pasted(self, exchanges: Sequence[Exchange], scene: Scene) -> tuple[Step, ...]:
        """As lines that can be pasted: in a world of its own after a reset, where no name is taken."""
        lines = pasted(exchanges, () if scene.world.is_own else scene.words)
        return tuple(
            replace(self.step_of(each), curl=self.redact(line)) for each, line in zip(exchanges, lines, strict=True)
        )

    def step_of(self, exchange: Exchange) -> Step:
        # In the title, so that every report has it: pasted one after another such steps show nothing.
        at_once = f" (one of {exchange.at_once} at once)" if exchange.at_once > 1 else ""
        return Step(f"{exchange.title}{at_once}", self.redact(exchange.curl()), self.redact(exchange.came()))


def _steps(scene: Scene, judged: Sequence[Exchange]) -> list[Exchange]:
    """With what our own sandbox was told before the last of them."""
    steps, plane = relevant(scene.log, judged), scene.world.control
    told = plane.told[scene.world.name] if plane is not None and steps else []
    return sorted(
        [*steps, *(each for each in told if each.began_at < steps[-1].began_at)], key=lambda each: each.began_at
    )


def _reset(scene: Scene, steps: Sequence[Exchange]) -> str:
    """None where it was several at once that showed it."""
    plane = scene.world.control
    is_in_turn = all(step.at_once == 1 for step in steps)
    return plane.reset_command(scene.world.name) if plane is not None and steps and is_in_turn else ""


def play_laws(stage: Stage, laws: Sequence[Law]) -> Iterator[TestResult]:
    for law in laws:
        yield play(stage, law)


def play(stage: Stage, law: Law) -> TestResult:
    """
    Play one law in a world of its own, or in the shared one. Whatever happens, it is a result.

    What asks many things at once is played in rounds, as long as it holds and there is what it takes.
    """
    result = _play(stage, law)
    if law.layer is not Layer.BURSTS:
        return result
    for number in range(1, ROUNDS):
        if result.outcome is not Outcome.PASS:
            return result
        if number >= _FEWEST and result.seconds > _LONG and not stage.worlds.are_own:
            break
        last = _play(stage, law)
        result = _both(result, last)
        if last.outcome in _USED_UP:
            break
    return _if_overlapped(stage, result)


def _both(before: TestResult, last: TestResult) -> TestResult:
    return replace(
        before if last.outcome in _USED_UP else last,
        findings=(*before.findings, *last.findings),
        evidence=Counter(before.evidence) + Counter(last.evidence),
        calls=before.calls + last.calls,
        seconds=before.seconds + last.seconds,
        leaked=(*before.leaked, *last.leaked),
        bursts=before.bursts + last.bursts,
        overlapped=before.overlapped + last.overlapped,
    )


def _if_overlapped(stage: Stage, result: TestResult) -> TestResult:
    """What holds of requests that came one after another says nothing; beside our own sandbox that is no excuse."""
    if result.outcome is not Outcome.PASS or result.overlapped >= result.bursts * _MOSTLY:
        return result
    why = (
        f"of {result.bursts} times that requests were sent at the same moment they overlapped {result.overlapped} times"
    )
    evidence = {rule: times for rule, times in result.evidence.items() if rule not in result.rules}
    outcome = Outcome.ERROR if stage.worlds.are_own else Outcome.SKIP
    return replace(result, outcome=outcome, why=why, evidence=evidence)


def _play(stage: Stage, law: Law) -> TestResult:
    world: World | None = None
    keep = False
    began_at = time.monotonic()
    try:
        world = stage.worlds.open()
        scene = stage.kit.scene(stage.setting, world, law.name)

        def act() -> None:
            with scene:
                law.play(scene)

        outcome, why, findings = perform(stage, act, lambda: scene, name=law.name, layer=law.layer, rules=law.rules)
        findings += stage.findings_of_flaws(scene.log, scene, name=law.name, layer=law.layer)
        if any(finding.is_break for finding in findings):
            outcome, keep = Outcome.FAIL, True
    finally:
        if world is not None:
            stage.worlds.shut(world, keep=keep)
    return TestResult(
        name=law.name,
        sentence=law.sentence,
        layer=law.layer,
        rules=law.rules,
        outcome=outcome,
        why=stage.redact(why),
        findings=tuple(findings),
        evidence=dict(scene.evidence),
        calls=len(scene.log),
        seconds=time.monotonic() - began_at,
        leaked=tuple(scene.leaked),
        again=scene.wants_to_be_alone,
        doubted=scene.doubted,
        shown=scene.shown,
        bursts=len(scene.bursts),
        overlapped=sum(scene.bursts),
    )


def perform(
    stage: Stage,
    act: Callable[[], object],
    scene: Callable[[], Scene | None],
    *,
    name: str,
    layer: str,
    rules: Sequence[str],
) -> tuple[Outcome, str, list[Finding]]:
    """
    What comes of *act*.

    Args:
        scene: Answers the one it is in; None as long as there was none, and then what goes wrong is nothing's result.
        rules: Those that it is about.
    """
    outcome, why, broken = _outcome(act, scene, rules)
    here = scene()
    if here is None:
        return outcome, why, []
    here.differences = [each for each in here.differences if not here.is_others_doing(each)]
    if (broken or outcome is Outcome.ERROR) and here.is_others_doing(broken):
        here.doubted = broken.rule if broken else ""
        return Outcome.SKIP, f"others are there at the same time; so nothing is known of this: {broken or why}", []
    if stage.tell is not _nobody:
        for exchange in here.log:
            stage.tell(stage.step_of(exchange))
    met = {each.rule: each for each in reversed(here.differences)}
    found = [
        stage.finding_of(each, here, name=name, layer=layer, severity=Severity.DIFFERENCE)
        for each in reversed(met.values())
    ]
    if broken is None:
        return outcome, why, found
    otherwise = [*here.leaned_on] or [each for each in here.may_follow_from(broken) if _is_read_otherwise(stage, each)]
    if otherwise:
        return Outcome.SKIP, _unknown(broken, otherwise), found
    return Outcome.FAIL, "", [*found, stage.finding_of(broken, here, name=name, layer=layer)]


def _outcome(
    act: Callable[[], object], scene: Callable[[], Scene | None], rules: Sequence[str]
) -> tuple[Outcome, str, Broken | None]:
    try:
        act()
    except Broken as broken:
        return Outcome.FAIL, "", broken
    except (Differs, Lacking) as reason:
        return Outcome.SKIP, str(reason), None
    except NotApplicable as reason:
        return Outcome.OMIT, str(reason), None
    except (Silence, Trespass, HypothesisException) as problem:
        return _undecided(problem, scene())
    except Exception as problem:
        here = scene()
        if here is None:
            raise
        return _stumbled(problem, here, rules)
    return Outcome.PASS, "", None


def _undecided(problem: Exception, scene: Scene | None) -> tuple[Outcome, str, None]:
    if not isinstance(problem, HypothesisException):
        return Outcome.ERROR, str(problem), None
    why = f"the target does not answer alike when asked again: {problem}"
    if scene is None or scene.world.is_own:
        return Outcome.ERROR, why, None
    scene.wants_to_be_alone = True
    return Outcome.SKIP, f"others may be there, or {why}", None


def _stumbled(problem: Exception, scene: Scene, rules: Sequence[str]) -> tuple[Outcome, str, Broken | None]:
    misreading = misread(problem, scene, rules)
    if misreading is None:
        return Outcome.ERROR, unforeseen(problem, scene), None
    if scene.contract.rule(misreading.rule).is_reading:
        scene.differences.append(misreading)
        return Outcome.SKIP, str(Differs(misreading.rule)), None
    return Outcome.FAIL, "", misreading


def _unknown(broken: Broken, readings: Sequence[str]) -> str:
    """What does not hold may follow from what the target reads otherwise."""
    return f"the target reads {', '.join(readings)} otherwise; so nothing is known of this: {broken}"


def _is_read_otherwise(stage: Stage, rule: str) -> bool:
    """Whether a law of *rule* finds that the target reads it otherwise. Asked once in a run, whichever tests it plays."""
    known = stage.setting.read_otherwise
    with stage.setting.asking:
        if rule not in known:
            known[rule] = False  # for the laws that are played now
            laws = [law for law in stage.kit.laws if rule in law.rules and law.layer is Layer.LAWS]
            told = (each for law in laws for each in _play(stage, law).findings)
            known[rule] = any(each.rule == rule and each.severity is Severity.DIFFERENCE for each in told)
            if not known[rule] and stage.setting.is_beside:
                del known[rule]  # a law that has to be alone has said nothing
        return known.get(rule, False)
