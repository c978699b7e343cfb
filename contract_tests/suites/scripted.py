"""Plays laws, one after another: a world, a scene, a judgement, everything put back.

What the document itself is broken in (a status, a shape) is found beside what each law is about.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from hypothesis.errors import HypothesisException

from contract_tests.apis.bundle import ApiKit
from contract_tests.checks.expectations import EXPECTATIONS
from contract_tests.contracts import Contract
from contract_tests.findings import Finding, Severity, Step
from contract_tests.laws.law import Law
from contract_tests.profiles import Lacking, NotApplicable
from contract_tests.results import Outcome, TestResult
from contract_tests.scenes.answers import Broken, Differs
from contract_tests.scenes.exchanges import Exchange, relevant
from contract_tests.scenes.guards import Trespass
from contract_tests.scenes.scene import Scene, Setting
from contract_tests.scenes.sending import Flaw, Silence
from contract_tests.scenes.worlds import World, Worlds
from contract_tests.suites.misreading import misread, unforeseen
from contract_tests.targets import Redact
from contract_tests.wording import detail_of

__all__ = ["Stage", "perform", "play", "play_laws"]


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the laws of one run are played."""

    kit: ApiKit
    contract: Contract
    setting: Setting
    worlds: Worlds
    redact: Redact

    def replay_id(self, name: str) -> str:
        return f"{self.contract.api}/{name}/{self.setting.seed}"

    def finding_of(
        self, broken: Broken, scene: Scene, *, name: str, layer: str, severity: Severity | None = None
    ) -> Finding:
        steps, left_out = relevant(scene.log, broken.exchanges)
        last = broken.exchanges[-1] if broken.exchanges else None
        return Finding(
            severity=severity or self.contract.rule(broken.rule).level,
            rule=broken.rule,
            operation=last.label if last else "",
            check=name,
            layer=layer,
            expected=self.redact(broken.expected),
            came=self.redact(broken.got),
            steps=tuple(self._step(exchange) for exchange in steps),
            left_out=left_out,
            replay=self.replay_id(name),
            world=scene.world.name,
            reset=_reset(scene, steps),
        )

    def finding_of_flaw(self, flaw: Flaw, scene: Scene, *, name: str, layer: str) -> Finding:
        check, failure, exchange = flaw
        severity, expected = EXPECTATIONS[check]
        steps, left_out = relevant(scene.log, [exchange])
        return Finding(
            severity=severity,
            operation=exchange.label,
            check=check,
            layer=layer,
            expected=expected,
            came=self.redact(exchange.came()),
            detail=self.redact(detail_of(failure)) if failure else "",
            steps=tuple(self._step(each) for each in steps),
            left_out=left_out,
            replay=self.replay_id(name),
            world=scene.world.name if severity is Severity.MUST else "",
            reset=_reset(scene, steps),
        )

    def _step(self, exchange: Exchange) -> Step:
        # In the title, so that every report has it: pasted one after another such steps show nothing.
        at_once = f" (one of {exchange.at_once} at once)" if exchange.at_once > 1 else ""
        return Step(f"{exchange.title}{at_once}", self.redact(exchange.curl()), self.redact(exchange.came()))


def _reset(scene: Scene, steps: Sequence[Exchange]) -> str:
    """Only where the steps are all there was to it: ids are given out in turn, and a clock that moved is no step."""
    plane, shown = scene.world.control, {step.number for step in steps}
    if plane is None or scene.world.name in plane.steered or not shown:
        return ""
    before = [each for each in scene.log if each.number <= max(shown)]
    is_all = all(each.number in shown or not each.may_have_changed for each in before)
    is_in_turn = all(step.at_once == 1 for step in steps)
    return plane.reset_command(scene.world.name) if is_all and is_in_turn else ""


def play_laws(stage: Stage, laws: Sequence[Law]) -> Iterator[TestResult]:
    for law in laws:
        yield play(stage, law)


def play(stage: Stage, law: Law) -> TestResult:
    """Play one law in a world of its own, or in the shared one. Whatever happens, it is a result."""
    world: World | None = None
    keep = False
    sender = stage.setting.sender
    began_at, calls_before, flaws_before = time.monotonic(), sender.calls, len(sender.flaws)
    try:
        world = stage.worlds.open()
        scene = stage.kit.scene(stage.setting, world, law.name)

        def act() -> None:
            with scene:
                law.play(scene)

        outcome, why, findings = perform(stage, act, lambda: scene, name=law.name, layer=law.layer, rules=law.rules)
        findings += [
            stage.finding_of_flaw(flaw, scene, name=law.name, layer=law.layer) for flaw in sender.flaws[flaws_before:]
        ]
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
        calls=sender.calls - calls_before,
        seconds=time.monotonic() - began_at,
        leaked=tuple(scene.leaked),
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
    met = {each.rule: each for each in reversed(here.differences)}
    found = [
        stage.finding_of(each, here, name=name, layer=layer, severity=Severity.DIFFERENCE)
        for each in reversed(met.values())
    ]
    if broken is None:
        return outcome, why, found
    if here.leaned_on:
        return Outcome.SKIP, _unknown(broken, here), found
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
        unsteady = "the target does not answer alike when asked again: " * isinstance(problem, HypothesisException)
        return Outcome.ERROR, f"{unsteady}{problem}", None
    except Exception as problem:
        here = scene()
        if here is None:
            raise
        misreading = misread(problem, here, rules)
        why = "" if misreading else unforeseen(problem, here)
        return (Outcome.FAIL if misreading else Outcome.ERROR), why, misreading
    return Outcome.PASS, "", None


def _unknown(broken: Broken, scene: Scene) -> str:
    """What does not hold may follow from what the target reads otherwise."""
    readings = ", ".join(scene.leaned_on)
    return f"the target reads {readings} otherwise; so nothing is known of this: {broken}"
