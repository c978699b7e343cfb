"""What a benchmark hands to the report: figures with a place in a table, remarks, and alarms."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["STOCK", "Figure", "Section", "markdown_table", "with_ratios"]

STOCK = "stock Connexion FlaskApp"


@dataclass(slots=True)
class Figure:
    """One measured value.

    Attributes:
        ratio: To the stock app of the same run; None where that has nothing like it.
        detail: What else was seen, in a few characters, such as `p99 2.1 ms`.
        wrong: Why the value must not be used; it is shown all the same.
    """

    row: str
    column: str
    value: float
    unit: str
    ratio: float | None = None
    detail: str = ""
    wrong: str = ""
    samples: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Section:
    """One benchmark's findings.

    Attributes:
        notes: How to read the figures, and what could not run.
        alarms: Where something was not what it says it is. Any alarm fails the command.
        data: More, for the JSON alone.
        under: The conditions it was measured under.
    """

    name: str
    title: str
    heading: str
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    under: dict[str, str] = field(default_factory=dict)

    def value(self, row: str, column: str) -> float | None:
        """A figure that was measured, and rightly."""
        found = (each for each in self.figures if (each.row, each.column) == (row, column) and not each.wrong)
        return next((each.value for each in found), None)


def with_ratios(figures: Iterable[Figure], *, stock: str = STOCK) -> list[Figure]:
    """Each figure with its ratio to the stock app's in the same column."""
    listed = list(figures)
    baseline = {each.column: each.value for each in listed if each.row == stock and not each.wrong}
    for each in listed:
        if baseline.get(each.column):
            each.ratio = each.value / baseline[each.column]
    return listed


def markdown_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table."""
    lines = (headings, ["---"] * len(headings), *rows)
    return [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines]
