"""Plays the lifecycle: a state machine over a pure model, by batches of scenarios, shrunk to the fewest steps that fail.

Hypothesis has no clock to stop by, so whole batches are run, each with a seed of its own: what a batch found, it finds
again alone. Only the search for fewer steps has one, and ends with the run's time.
"""

import math
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.control import current_build_context
from hypothesis.internal.conjecture import engine
from hypothesis.internal.conjecture.data import Status
from hypothesis.stateful import run_state_machine_as_test

from contract_tests.laws.law import Layer
from contract_tests.results import Outcome, TestResult
from contract_tests.scenes.exchanges import Exchange
from contract_tests.scenes.scene import Scene
from contract_tests.scenes.worlds import World
from contract_tests.suites.scripted import Stage, perform

__all__ = ["SCENARIOS", "play_batch"]

SCENARIOS = 10
"""Of a batch."""


def _for_ever() -> float | None:
    return None


def play_batch(
    stage: Stage,
    number: int,
    *,
    shrink: bool = True,
    seconds_left: Callable[[], float | None] = _for_ever,
    known_broken: Collection[str] = (),
) -> TestResult:
    """
    Play the scenarios of batch *number* of the run's seed.

    Args:
        shrink: Look for the fewest steps that fail, which takes many times as long as to find that some do.
        seconds_left: How long that may take, asked before each scenario; None is as long as Hypothesis thinks right.
        known_broken: Rules that laws have found broken: a life that meets one ends there, and another begins.
    """
    return _Batch(stage, number, shrink, seconds_left, frozenset(known_broken)).play()


class _Batch:
    def __init__(
        self,
        stage: Stage,
        number: int,
        shrink: bool,
        seconds_left: Callable[[], float | None],
        known_broken: frozenset[str],
    ) -> None:
        self._known_broken = known_broken
        self._met: set[str] = set()
        self._stage = stage
        self._seconds_left = seconds_left
        self._phases = [Phase.generate, Phase.shrink] if shrink else [Phase.generate]
        self._machine = stage.kit.machine
        self._name = f"lifecycle.batch_{number}"
        self._seed = stage.setting.seed * 1_000 + number
        self._evidence: Counter[str] = Counter()
        self._leaked: list[str] = []
        self._flawed: list[Exchange] = []
        self._calls = 0
        self._shown: dict[str, tuple[Mapping[str, object], bytes]] = {}
        self._scene: Scene | None = None
        self._world: World | None = None

    def play(self) -> TestResult:
        began_at = time.monotonic()
        outcome, why, findings = perform(
            self._stage,
            self._live,
            lambda: self._scene,
            name=self._name,
            layer=Layer.LIFECYCLE,
            rules=self._machine.RULES,
        )
        scene = self._scene
        if scene is not None:
            answers = [*self._flawed, *scene.log]
            findings += self._stage.findings_of_flaws(answers, scene, name=self._name, layer=Layer.LIFECYCLE)
        findings = [replace(finding, replay=self._replay()) for finding in findings]
        if any(finding.is_break for finding in findings):
            outcome = Outcome.FAIL
        self._shut(keep=outcome is Outcome.FAIL)
        return TestResult(
            name=self._name,
            sentence=f"{SCENARIOS} lives of {self._machine.STEPS} steps agree with the model",
            layer=Layer.LIFECYCLE,
            rules=self._machine.RULES,
            outcome=outcome,
            why=self._stage.redact(why),
            findings=tuple(findings),
            evidence=dict(self._evidence),
            calls=self._calls,
            seconds=time.monotonic() - began_at,
            leaked=tuple(self._leaked),
            again=scene is not None and scene.wants_to_be_alone,
            doubted="" if scene is None else scene.doubted,
            shown=self._shown,
        )

    def _replay(self) -> str:
        """With the rules at which lives have ended, for they end there again."""
        met = ",".join(sorted(self._met))
        return self._stage.replay_id(f"{self._name}:{met}" if met else self._name)

    def _end_life(self, rule: str) -> None:
        """As one that came to its end: a rejected one would be replaced by others, up to ten times as many."""
        self._met.add(rule)
        current_build_context().data.conclude_test(Status.VALID)

    def _live(self) -> None:
        machine = type("Scenario", (self._machine,), {"open_scene": staticmethod(self._open)})
        how = settings(_SETTINGS, stateful_step_count=self._machine.STEPS, phases=self._phases)
        run_state_machine_as_test(seed(self._seed)(machine), settings=how)

    def _open(self) -> Scene:
        """A fresh scene for the next scenario; what the last one saw counts."""
        self._shut(keep=False)
        seconds = self._seconds_left()
        if seconds is not None:  # there is no setting for it, and it is read when shrinking begins
            engine.MAX_SHRINKING_SECONDS = min(math.ceil(seconds), engine.MAX_SHRINKING_SECONDS)
        self._world = self._stage.worlds.open()
        self._scene = self._stage.kit.scene(self._stage.setting, self._world, self._name)
        self._scene.known_broken, self._scene.end = self._known_broken, self._end_life
        return self._scene

    def _shut(self, *, keep: bool) -> None:
        if self._scene is not None:
            if not self._scene.is_leaving:  # its machine lacked something before it began to live
                self._scene.clean_up()
            self._evidence.update(self._scene.evidence)
            self._leaked += self._scene.leaked
            self._flawed += [each for each in self._scene.log if each.flaws]
            self._calls += len(self._scene.log)
            self._shown = {**self._scene.shown, **self._shown}
        if self._world is not None:
            self._stage.worlds.shut(self._world, keep=keep)
        self._scene = self._world = None


_SETTINGS = settings(
    max_examples=SCENARIOS,
    deadline=None,
    database=None,
    report_multiple_bugs=False,
    print_blob=False,
    # It would say that it has taken five minutes, and ask for a report.
    verbosity=Verbosity.quiet,
    suppress_health_check=list(HealthCheck),
)
