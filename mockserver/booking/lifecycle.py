"""What may become of a booking: a table of moves.

    state x event -> state, or MoveRefused

House rules:
- The table is the only place that knows which moves exist; manuals draw their diagrams from it.
- A lifecycle says what may happen, never what follows from it: fees, places and messages are their owners' work.
- A repeat that does no harm (cancelling what is cancelled, where that is allowed) is a move to the same state and
  stands in the table. A repeat that is refused has no row.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from mockserver.booking.errors import MoveRefused

__all__ = ["Lifecycle", "Move"]

S = TypeVar("S", bound=str)


@dataclass(frozen=True, slots=True)
class Move(Generic[S]):
    """From *source*, *event* leads to *target*, which may be the same state."""

    source: S
    event: str
    target: S


@dataclass(frozen=True, slots=True)
class Lifecycle(Generic[S]):
    """All states of one kind of thing, and all moves between them.

    Args:
        name: What goes through it, as a refusal names it: "booking".
        states: In the order in which a reader meets them. Members of a StrEnum are welcome.
        initial: Where it may begin; several when there are several ways in (a hold, an instant booking).
        moves: At most one for each state and event.

    Raises:
        ValueError: A state that is not listed, or two moves for one state and event.
    """

    name: str
    states: tuple[S, ...]
    initial: tuple[S, ...]
    moves: tuple[Move[S], ...]
    _table: dict[tuple[str, str], S] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        named = {*self.initial, *(move.source for move in self.moves), *(move.target for move in self.moves)}
        if unknown := sorted(named - {*self.states}):
            raise ValueError(f"{self.name}: not among its states: {', '.join(unknown)}")
        table: dict[tuple[str, str], S] = {}
        for move in self.moves:
            if (move.source, move.event) in table:
                raise ValueError(f"{self.name}: two moves from {move.source} by {move.event}")
            table[move.source, move.event] = move.target
        object.__setattr__(self, "_table", table)

    @property
    def final(self) -> frozenset[S]:
        """The states that no move leaves; a move back to the same state leaves nothing."""
        return frozenset(self.states) - {move.source for move in self.moves if move.target != move.source}

    def allows(self, state: S, event: str) -> bool:
        return (state, event) in self._table

    def after(self, state: S, event: str) -> S:
        """Answer the state that *event* leads to.

        Raises:
            MoveRefused: There is no such move, or no such state or event at all.
        """
        if not self.allows(state, event):
            raise MoveRefused(self.name, state, event)
        return self._table[state, event]

    def diagram(self) -> str:
        """Draw the table as a Mermaid `stateDiagram-v2`."""
        return "\n    ".join(["stateDiagram-v2", *self._lines()]) + "\n"

    def _lines(self) -> Iterator[str]:
        # Mermaid cannot read a hyphen or a space in a state's id, so such a state gets an alias.
        ids = {state: re.sub(r"\W", "_", state) for state in self.states}
        for state in self.states:
            if ids[state] != state:
                yield f'state "{state}" as {ids[state]}'
        for state in self.initial:
            yield f"[*] --> {ids[state]}"
        for move in self.moves:
            yield f"{ids[move.source]} --> {ids[move.target]}: {move.event}"
        for state in self.states:
            if state in self.final:
                yield f"{ids[state]} --> [*]"
