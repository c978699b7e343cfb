"""What every suite is asked with, and whom it tells how it goes."""

from dataclasses import dataclass
from typing import Protocol

from contract_tests.findings import Finding

__all__ = ["Plan", "Watcher"]


@dataclass(frozen=True, slots=True)
class Plan:
    """
    Args:
        max_examples: Generated requests per operation in the phases that could go on for ever.
        seed: Same seed, same server state, one worker: same requests.
    """

    max_examples: int
    seed: int
    workers: int


class Watcher(Protocol):
    """Sees a run while it happens. Phases come one after another."""

    def phase_started(self, phase: str, steps: int | None) -> None:
        """*steps* is how many `progressed` calls will come, None when nobody knows."""

    def progressed(self, requests: int, findings: int) -> None: ...

    def phase_finished(self, phase: str, *, cases: int, skipped_because: str | None) -> None: ...

    def found(self, finding: Finding) -> None: ...
