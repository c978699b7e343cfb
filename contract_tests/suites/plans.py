"""What a run is asked to do, and whom it tells how it goes."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from contract_tests.contracts import Contract, Operation, Rule
from contract_tests.findings import Finding
from contract_tests.laws.law import Law, Layer
from contract_tests.results import Evidence, RunResult

__all__ = ["BATCHES", "FAR_SECONDS", "JOBS", "JOBS_FAR_AWAY", "LAYERS_OF", "Mode", "Plan", "Watcher"]

BATCHES = 4
"""Of the lifecycle, unless said."""
JOBS = 4
JOBS_FAR_AWAY = 12
"""Of a target that takes longer than `FAR_SECONDS`: still fewer requests in a second than reach one that is near."""
FAR_SECONDS = 0.025
"""Who waits as long for an answer is hardly held up by what else this machine sends in between."""


class Mode(StrEnum):
    """How much of a target may be touched."""

    OBSERVE = "observe"
    """Only what reads."""
    OWN = "own"
    """Also writes, to what the run made or was given."""
    FULL = "full"
    """Anything: for a target that may be thrown away."""


LAYERS_OF: Mapping[Mode, tuple[Layer, ...]] = {
    Mode.OBSERVE: (Layer.SPEC, Layer.READS, Layer.TIMING),
    Mode.OWN: tuple(layer for layer in Layer if layer is not Layer.CONFORMANCE),
    Mode.FULL: tuple(layer for layer in Layer if layer is not Layer.READS),
}
"""What each mode may run. In full mode the conformance of reads is a part of that of everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    Args:
        layers: Which parts to run, of those that the mode allows.
        max_examples: Generated requests per operation in the phases that could go on for ever.
        seed: Same seed, same server state, one worker: same requests.
        workers: How many requests Schemathesis sends at once; None is one, or as many as jobs where answers take long.
        jobs: How many laws or batches are played at once; None is `JOBS`, or `JOBS_FAR_AWAY` where answers take long.
        batches: Of scenarios of the lifecycle.
        rules: Only tests about these, by id; none is all. So are `operations` (ids or `METHOD /path`) and `tags`.
        time_limit: Seconds after which nothing new is begun; None is no limit.
        fail_fast: Begin nothing new after the first finding that counts.
    """

    mode: Mode = Mode.OWN
    layers: frozenset[Layer] = frozenset(Layer)
    max_examples: int = 60
    seed: int = 1
    workers: int | None = None
    jobs: int | None = None
    batches: int = BATCHES
    rules: frozenset[str] = frozenset()
    operations: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    time_limit: float | None = None
    fail_fast: bool = False
    certify: bool = False
    began_at: float = field(default_factory=time.monotonic)

    @property
    def scripted(self) -> tuple[Layer, ...]:
        """
        The layers of laws, in their order.

        Bursts go first where time is short: they are few, and find the costliest bug there is, a place sold twice.
        Elsewhere laws do, for what one request shows is easier to understand than what twenty at once do.
        """
        return (Layer.LAWS, Layer.BURSTS) if self.time_limit is None else (Layer.BURSTS, Layer.LAWS)

    def runs(self, layer: Layer) -> bool:
        return layer in self.layers and layer in LAYERS_OF[self.mode]

    @property
    def selects(self) -> bool:
        """Whether anything is left out by name."""
        return bool(self.rules or self.operations or self.tags)

    def wants_operation(self, operation: Operation) -> bool:
        if not (self.operations or self.tags):
            return not self.rules
        return bool({operation.id, operation.label} & self.operations or self.tags & {*operation.tags})

    def wants_law(self, law: Law, contract: Contract) -> bool:
        if not self.selects:
            return True
        return any(self.wants_rule(contract.rule(rule), contract) for rule in law.rules)

    def wants_rule(self, rule: Rule, contract: Contract) -> bool:
        if not self.selects or rule.id in self.rules:
            return True
        return bool(rule.operation) and bool(
            (self.operations or self.tags) and self.wants_operation(contract.operation(rule.operation))
        )

    @property
    def seconds_left(self) -> float | None:
        return None if self.time_limit is None else max(self.time_limit - (time.monotonic() - self.began_at), 0.0)

    @property
    def is_over(self) -> bool:
        return self.seconds_left == 0.0


class Watcher(Protocol):
    """Sees a run while it happens. Layers come one after another; whoever started the run closes it."""

    def announce(self, evidence: Evidence, *, planned: Mapping[Layer, int]) -> None:
        """Called once, before the first request. *planned* is how many steps each layer has that will be run."""

    def layer_started(self, layer: Layer, steps: int | None) -> None:
        """*steps* is how many `progressed` calls will come, None when nobody knows."""

    def progressed(self, *, step: str, requests: int, findings: int, seconds_left: float | None) -> None:
        """
        A step is done.

        Args:
            step: What was done, in a few words: a law, a rule's id, an operation.
            requests: Since the run began, as are *findings*.
            seconds_left: Of the whole run; None when nobody knows.
        """

    def layer_finished(self, layer: Layer, *, said: str) -> None:
        """*said* is what came of it, in a few words."""

    def found(self, finding: Finding, rule: Rule | None) -> None:
        """*rule* is the broken one; None where it is the document itself that is broken."""

    def close(self) -> None:
        """Nothing more comes, however the run ended; more than one call does no harm."""

    def summarise(self, result: RunResult) -> None:
        """What came of it all, after `close`."""
