"""A state chart as SVG: states in layers from top to bottom, each move an arrow that says what was seen of it.

Few states and few moves, so places are tried: each arrow and its label take the course that covers the least of what is
already drawn. Pure; the colours are classes, the page has them.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape
from itertools import pairwise, product

from contract_tests.reports.digest import visible
from contract_tests.results import Move, StateChart

__all__ = ["draw", "state_of"]

_STATE_HEIGHT = 34.0
_STATE_GAP = 120.0
_LAYER_GAP = 100.0
_LETTER = 7.0
"""Wide is a letter of 12 px at most, on average."""
_LABEL_HEIGHT = 17.0
_MARGIN = 12.0
_LEAST_SCALE = 0.85
"""Smaller it cannot be read: on a narrow screen it is scrolled."""
_BENDS = (0, 26, -26, 52, -52, 80, -80, 120, -120, 170, -170, 220, -220)
_SPOTS = (0.5, 0.4, 0.6, 0.3, 0.7, 0.22, 0.78)
_PARTS = 14

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Box:
    """By its middle."""

    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: "_Box", margin: float = 0.0) -> bool:
        return (
            abs(self.x - other.x) < (self.width + other.width) / 2 + margin
            and abs(self.y - other.y) < (self.height + other.height) / 2 + margin
        )

    def holds(self, point: Point, margin: float = 0.0) -> bool:
        return self.overlaps(_Box(*point, 0, 0), margin)


@dataclass(frozen=True, slots=True)
class _Arrow:
    move: Move
    start: Point
    bend_1: Point
    bend_2: Point
    end: Point
    label: _Box

    def points(self) -> list[Point]:
        curve = (self.start, self.bend_1, self.bend_2, self.end)
        return [_on_curve(curve, part / _PARTS) for part in range(_PARTS + 1)]


def draw(chart: StateChart, number: int = 0) -> str:
    """The `<svg>` element, with a text alternative; every text of it is escaped. *number* is its own on the page."""
    boxes = _boxes(chart)
    arrows = _arrows(chart, boxes)
    everything = [*boxes.values(), *(arrow.label for arrow in arrows)]
    everything += [_Box(*point, 0, 0) for arrow in arrows for point in arrow.points()]
    left = min(box.x - box.width / 2 for box in everything) - _MARGIN
    right = max(box.x + box.width / 2 for box in everything) + _MARGIN
    top = min(box.y - box.height / 2 for box in everything) - _MARGIN - _STATE_HEIGHT / 2
    bottom = max(box.y + box.height / 2 for box in everything) + _MARGIN
    lines = [
        (
            f'<svg class="lifecycle" role="img" viewBox="{left:.0f} {top:.0f} {right - left:.0f} {bottom - top:.0f}" '
            f'width="{right - left:.0f}" style="min-width:{(right - left) * _LEAST_SCALE:.0f}px" '
            'xmlns="http://www.w3.org/2000/svg">'
        ),
        f"<title>{_text(chart.name)}</title>",
        f"<desc>{_text(_described(chart))}</desc>",
        *_heads(number),
        *_beginning(chart, boxes),
        *(_arrow_drawn(arrow, number) for arrow in arrows),
        *(line for name, box in boxes.items() for line in _state_drawn(name, box, chart)),
        *(line for arrow in arrows for line in _label_drawn(arrow)),
        "</svg>",
    ]
    return "\n".join(lines)


def state_of(move: Move) -> str:
    """`broken`, `seen` or `unseen`: the class it is drawn in."""
    if move.broken:
        return "broken"
    return "seen" if move.times else "unseen"


def _described(chart: StateChart) -> str:
    words = {"broken": "broken", "seen": "seen", "unseen": "not exercised"}
    return "; ".join(f"{move.source} to {move.target} by {move.event}: {words[state_of(move)]}" for move in chart.moves)


def _layers(chart: StateChart) -> list[list[str]]:
    """States by how many moves they are away from the first; what cannot be reached stands at the end."""
    layers = [[chart.states[0]]]
    left = list(chart.states[1:])
    while left:
        above = layers[-1]
        reached = [
            state for state in left if any(move.target == state and move.source in above for move in chart.moves)
        ]
        layers.append(reached or left)
        left = [state for state in left if state not in layers[-1]]
    return layers


def _boxes(chart: StateChart) -> dict[str, _Box]:
    boxes: dict[str, _Box] = {}
    for depth, layer in enumerate(_layers(chart)):
        widths = [max(76.0, len(state) * _LETTER + 24) for state in layer]
        left = -(sum(widths) + _STATE_GAP * (len(layer) - 1)) / 2
        for state, width in zip(layer, widths, strict=True):
            boxes[state] = _Box(left + width / 2, depth * (_STATE_HEIGHT + _LAYER_GAP), width, _STATE_HEIGHT)
            left += width + _STATE_GAP
    return boxes


def _arrows(chart: StateChart, boxes: dict[str, _Box]) -> list[_Arrow]:
    """The shortest first: they have the fewest ways to go."""
    drawn: list[_Arrow] = []
    known = [move for move in chart.moves if {move.source, move.target} <= set(boxes)]
    for move in sorted(known, key=lambda move: _distance(boxes[move.source], boxes[move.target])):
        ways = list(_loops(move, boxes) if move.source == move.target else _ways(move, boxes))
        drawn.append(min(ways, key=lambda way: _cost(way, drawn, boxes)))
    return drawn


def _distance(one: _Box, other: _Box) -> float:
    return math.hypot(one.x - other.x, one.y - other.y)


def _ways(move: Move, boxes: dict[str, _Box]) -> Iterator[_Arrow]:
    source, target = boxes[move.source], boxes[move.target]
    length = _distance(source, target)
    across = ((source.y - target.y) / length, (target.x - source.x) / length)
    for bend, spot in product(_BENDS, _SPOTS):
        bends = [
            (
                source.x + (target.x - source.x) * part + across[0] * bend,
                source.y + (target.y - source.y) * part + across[1] * bend,
            )
            for part in (1 / 3, 2 / 3)
        ]
        start, end = _edge(source, bends[0]), _edge(target, bends[1])
        yield _arrow(move, (start, bends[0], bends[1], end), spot)


def _loops(move: Move, boxes: dict[str, _Box]) -> Iterator[_Arrow]:
    """The label stands where the loop turns round: on it, it would hide most of it."""
    box = boxes[move.source]
    for side, reach in product((1, -1), (40, 70, 100)):
        x = box.x + side * box.width / 2
        far = x + side * reach
        curve = ((x, box.y - 9), (far, box.y - 32), (far, box.y + 32), (x, box.y + 9))
        arrow = _arrow(move, curve, 0.5)
        yield replace(arrow, label=replace(arrow.label, x=arrow.label.x + side * (arrow.label.width / 2 + 2)))


def _arrow(move: Move, curve: tuple[Point, Point, Point, Point], spot: float) -> _Arrow:
    label = _Box(*_on_curve(curve, spot), len(_label(move)) * _LETTER + 6, _LABEL_HEIGHT)
    return _Arrow(move, *curve, label)


def _cost(way: _Arrow, drawn: list[_Arrow], boxes: dict[str, _Box]) -> float:
    """How much it covers. A label on a state or a label cannot be read; a long way is only less nice."""
    points = way.points()
    ends = {way.move.source, way.move.target}
    cost = sum(math.dist(one, other) for one, other in pairwise(points)) / 60
    cost += 60 * sum(way.label.overlaps(box, 4) for box in boxes.values())
    cost += 60 * sum(way.label.overlaps(other.label, 3) for other in drawn)
    cost += 40 * sum(box.holds(point, 6) for name, box in boxes.items() if name not in ends for point in points)
    for other in drawn:
        theirs = other.points()
        cost += 4 * sum(way.label.holds(point, 2) for point in theirs)
        cost += 4 * sum(other.label.holds(point, 2) for point in points)
        cost += 3 * sum(math.dist(one, another) < 12 for one in points[2:-2] for another in theirs[2:-2])  # noqa: PLR2004 - px
    return cost


def _on_curve(curve: tuple[Point, Point, Point, Point], part: float) -> Point:
    """The point of a cubic Bézier curve at *part*, from 0 to 1."""
    rest = 1 - part
    weights = (rest**3, 3 * rest**2 * part, 3 * rest * part**2, part**3)
    return (
        sum(weight * point[0] for weight, point in zip(weights, curve, strict=True)),
        sum(weight * point[1] for weight, point in zip(weights, curve, strict=True)),
    )


def _edge(box: _Box, towards: Point) -> Point:
    """Where a line from the middle of *box* leaves it."""
    x, y = towards[0] - box.x, towards[1] - box.y
    share = min(box.width / 2 / abs(x) if x else math.inf, box.height / 2 / abs(y) if y else math.inf)
    return box.x + x * share, box.y + y * share


def _label(move: Move) -> str:
    return f"{move.event} \N{MULTIPLICATION SIGN}{move.times:,}" if move.times else move.event


def _heads(number: int) -> Iterator[str]:
    yield "<defs>"
    for state in ("seen", "unseen", "broken"):
        yield (
            f'<marker id="head-{number}-{state}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
            f'orient="auto-start-reverse" markerUnits="userSpaceOnUse"><path class="head {state}" d="M0 0L8 4L0 8Z"/>'
            "</marker>"
        )
    yield "</defs>"


def _beginning(chart: StateChart, boxes: dict[str, _Box]) -> Iterator[str]:
    first = boxes[chart.states[0]]
    top = first.y - first.height / 2
    yield f'<circle class="begin" cx="{first.x:.0f}" cy="{top - 16:.0f}" r="5"/>'
    yield f'<path class="begin" d="M{first.x:.0f} {top - 11:.0f}V{top:.0f}"/>'


def _arrow_drawn(arrow: _Arrow, number: int) -> str:
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in (arrow.bend_1, arrow.bend_2, arrow.end))
    state = state_of(arrow.move)
    return (
        f'<path class="move {state}" d="M{arrow.start[0]:.1f},{arrow.start[1]:.1f} C{places}" '
        f'marker-end="url(#head-{number}-{state})"/>'
    )


def _state_drawn(name: str, box: _Box, chart: StateChart) -> Iterator[str]:
    is_end = all(move.source != name or move.target == name for move in chart.moves)
    yield (
        f'<rect class="state{" end" if is_end else ""}" x="{box.x - box.width / 2:.1f}" y="{box.y - box.height / 2:.1f}" '
        f'width="{box.width:.1f}" height="{box.height:.1f}" rx="8"/>'
    )
    yield f'<text class="state" x="{box.x:.1f}" y="{box.y + 4:.1f}">{_text(name)}</text>'


def _label_drawn(arrow: _Arrow) -> Iterator[str]:
    box = arrow.label
    yield (
        f'<rect class="under" x="{box.x - box.width / 2:.1f}" y="{box.y - box.height / 2:.1f}" '
        f'width="{box.width:.1f}" height="{box.height:.1f}"/>'
    )
    state = state_of(arrow.move)
    yield f'<text class="label {state}" x="{box.x:.1f}" y="{box.y + 4:.1f}">{_text(_label(arrow.move))}</text>'


def _text(text: str) -> str:
    return escape(visible(text))
