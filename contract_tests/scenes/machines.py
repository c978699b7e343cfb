"""What the state machines of all APIs have in common: a fresh scene for each scenario.

Replayable, which takes discipline: what is drawn are small numbers, never ids; what a scenario uses is new; which step
is possible depends on the steps before, never on an answer; every step that asks for something gives a handle back, also
when it was refused.
"""

from collections.abc import Callable
from typing import ClassVar, Generic, TypeVar

from hypothesis.stateful import RuleBasedStateMachine

from contract_tests.scenes.scene import Scene

__all__ = ["Machine"]

S = TypeVar("S", bound=Scene)


class Machine(RuleBasedStateMachine, Generic[S]):
    """
    Class attributes:
        RULES: The written rules it judges, by id.
        STEPS: How many a scenario has; the fewer, the more each does.
        open_scene: Opens a scene nobody has used; set by whoever plays.
    """

    RULES: ClassVar[tuple[str, ...]] = ()
    STEPS: ClassVar[int] = 12
    open_scene: ClassVar[Callable[[], Scene]]

    def __init__(self) -> None:
        super().__init__()
        self.scene: S = type(self).open_scene()  # type: ignore[assignment]  # the scene of the machine's own API

    def teardown(self) -> None:
        self.scene.clean_up()
