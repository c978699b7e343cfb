"""A lifecycle as a picture: states from left to right, the moves between them, and the way that one record took.

The way stands on one line in the middle, and what else is allowed above and below it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

__all__ = ["Arrow", "Box", "Diagram", "diagram_of"]

Json = Any

_WIDE, _HIGH = 108, 34
_STEP, _ROW = 206, 62
_LEFT, _TOP = 34, 48


@dataclass(frozen=True, slots=True)
class Box:
    """A state; `x` and `y` are of its left upper corner."""

    name: str
    x: float
    y: float
    wide: int = _WIDE
    high: int = _HIGH
    is_here: bool = False
    was_here: bool = False


@dataclass(frozen=True, slots=True)
class Arrow:
    """A move, or several between the same states.

    Attributes:
        line: As SVG draws it.
        steps: The numbers of the steps that were taken along it.
    """

    line: str
    label: str
    x: float
    y: float
    steps: str = ""
    number_x: float = 0
    number_y: float = 0


@dataclass(frozen=True, slots=True)
class Diagram:
    width: float
    height: float
    boxes: Sequence[Box]
    arrows: Sequence[Arrow]
    start: float


@dataclass(slots=True)
class _Between:
    events: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)


def diagram_of(lifecycle: Json, path: Sequence[tuple[str | None, str, str]], status: str | None) -> Diagram:
    """
    Args:
        path: Its steps so far: from which state, by which event, to which; the first from none.
        status: The state that it is in.
    """
    states, moves = lifecycle["states"], lifecycle["moves"]
    columns = _columns(lifecycle)
    visited = dict.fromkeys([to for _, _, to in path] + ([status] if status else []))
    main = visited if path else dict.fromkeys(_shortest(lifecycle, status))
    rows = _rows(states, columns, main)
    lowest, highest = min(rows.values(), default=0), max(rows.values(), default=0)
    boxes = {
        name: Box(
            name,
            _LEFT + columns[name] * _STEP,
            _TOP + (rows[name] - lowest) * _ROW,
            is_here=name == status,
            was_here=name in visited,
        )
        for name in states
    }
    between: dict[tuple[str, str], _Between] = defaultdict(_Between)
    for move in moves:
        between[move["from"], move["to"]].events.append(move["event"])
    number = count(1)
    for came_from, event, to in path:
        step = next(number)
        if came_from is not None:
            between[came_from, to].taken.append(event)
            between[came_from, to].steps.append(step)
    arrows = list(_arrows(boxes, between))
    first = path[0][2] if path else (lifecycle["initial"] or states)[0]
    width = _LEFT + max(columns.values(), default=0) * _STEP + _WIDE + 24
    return Diagram(
        width, _TOP + (highest - lowest) * _ROW + _HIGH + 46, list(boxes.values()), arrows, boxes[first].y + _HIGH / 2
    )


def _columns(lifecycle: Json) -> Mapping[str, int]:
    """How far to the right each state stands: behind all that lead to it, without what leads back."""
    ahead: dict[str, list[str]] = defaultdict(list)
    for move in lifecycle["moves"]:
        ahead[move["from"]].append(move["to"])
    found = dict.fromkeys(lifecycle["states"], 0)

    def go(state: str, column: int, seen: frozenset[str]) -> None:
        found[state] = max(found[state], column)
        for following in ahead[state]:
            if following not in seen:
                go(following, column + 1, seen | {following})

    for state in lifecycle["initial"] or lifecycle["states"][:1]:
        go(state, found[state], frozenset({state}))
    return found


def _shortest(lifecycle: Json, status: str | None) -> Sequence[str]:
    """The states on the shortest way to *status*: what stands in the middle where nobody remembers the way."""
    ways = [[each] for each in (lifecycle["initial"] or lifecycle["states"])[:1]]
    seen = {way[-1] for way in ways}
    for way in ways:
        if way[-1] == status:
            return way
        for move in lifecycle["moves"]:
            if move["from"] == way[-1] and move["to"] not in seen:
                seen.add(move["to"])
                ways.append([*way, move["to"]])
    return lifecycle["states"][:1] if status is None else [status]


def _rows(states: Sequence[str], columns: Mapping[str, int], visited: Mapping[str, None]) -> Mapping[str, int]:
    """On which line each stands: 0 is that of the way that was taken."""
    rows: dict[str, int] = {}
    taken: set[tuple[int, int]] = set()
    for state in sorted(states, key=lambda each: each not in visited):
        for row in _nearest():
            if (columns[state], row) not in taken and (row != 0 or state in visited or not visited):
                rows[state] = row
                taken.add((columns[state], row))
                break
    return rows


def _nearest() -> Iterator[int]:
    """0, -1, 1, -2, 2 and so on."""
    yield 0
    for distance in count(1):
        yield -distance
        yield distance


def _arrows(boxes: Mapping[str, Box], between: Mapping[tuple[str, str], _Between]) -> Iterator[Arrow]:
    for (start, end), moves in between.items():
        a, b = boxes[start], boxes[end]
        steps = ",".join(map(str, moves.steps))
        if start == end:
            if moves.taken:  # what changes no state is drawn where it happened
                yield _loop(a, ", ".join(dict.fromkeys(moves.taken)), steps)
            continue
        label = ", ".join(dict.fromkeys(moves.taken or moves.events))
        y1, y2 = a.y + _HIGH / 2, b.y + _HIGH / 2
        if b.x > a.x:
            x1, x2 = a.x + _WIDE, b.x
            bend = (x2 - x1) / 2
            middle_x, middle_y = (x1 + x2) / 2, (y1 + y2) / 2
            crosses = y1 == y2 and any(other.y == a.y and a.x < other.x < b.x for other in boxes.values())
            if crosses:  # over what stands in between
                line = f"M{a.x + _WIDE / 2} {a.y} C{a.x + _WIDE / 2} {a.y - 40} {b.x + _WIDE / 2} {b.y - 40} {b.x + _WIDE / 2} {b.y}"
                yield Arrow(line, label, middle_x, a.y - 34, steps, middle_x, a.y - 30)
                continue
            line = f"M{x1} {y1} C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"
        else:
            x1, x2 = a.x + _WIDE / 2, b.x + _WIDE / 2
            down = max(a.y, b.y) + _HIGH + 26
            middle_x, middle_y = (x1 + x2) / 2, down
            line = f"M{x1} {a.y + _HIGH} C{x1} {down} {x2} {down} {x2} {b.y + _HIGH}"
        yield Arrow(line, label, middle_x, middle_y - 6, steps, a.x + _WIDE + 16, y1)


def _loop(box: Box, label: str, steps: str) -> Arrow:
    x, y = box.x + _WIDE / 2, box.y + _HIGH
    return Arrow(f"M{x - 22} {y} C{x - 34} {y + 30} {x + 34} {y + 30} {x + 22} {y}", label, x, y + 38, steps, x, y + 20)
