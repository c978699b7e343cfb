"""What the kit knows of one API, seen from above."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from contract_tests.laws.law import Law
from contract_tests.results import StateChart
from contract_tests.scenes.machines import Machine
from contract_tests.scenes.scene import Scene

__all__ = ["ApiKit"]


@dataclass(frozen=True, slots=True)
class ApiKit:
    """
    Args:
        machine: The lifecycle as a state machine over a pure model.
        state_charts: What the documents draw, or would, of states and moves; each move with the rule behind it.
    """

    api: str
    scene: type[Scene]
    laws: Sequence[Law]
    machine: type[Machine[Any]]
    state_charts: tuple[StateChart, ...] = ()
