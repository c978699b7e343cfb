"""What single operations of the appointments API cost, beside others of their kind, in a month with few bookings and many.

One process per store (`python -m benchmarks.operations STORE ROUNDS SIZE...`) holds a month of each size and asks for one
operation after the other, in process, so that all of them meet the same moments of the machine.
"""

import asyncio
import json
import math
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from rich.console import Console

from benchmarks.calendars import GROUPS, LONGEST_STOCK_PAGE, MONTH, WRITES, open_months
from benchmarks.figures import Figure, Section
from benchmarks.growth import column_of
from benchmarks.servers import OURS, OURS_SQLITE, ROOT, SERVER_CORE, CannotRun, pinned

__all__ = ["MONTH", "SIZES", "WRITES", "Found", "allowed_growth", "growth_column", "measure", "watch"]

SIZES = (20, 2_000)
_WARM_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Found:
    """What one operation cost in a month of one size, in seconds.

    Attributes:
        shows: The rows of its answer, or the bookings it made.
        ratio: By the row, to what it is measured beside.
    """

    operation: str
    size: int
    median: float
    p99: float
    shows: int
    ratio: float

    @property
    def each(self) -> float:
        return self.median / self.shows


def measure(out: Console, *, quick: bool) -> Section:
    rounds = 50 if quick else 250
    section = Section("operations", "Appointments by bookings in the month", "operation")
    section.data["sizes"] = list(SIZES)
    section.notes.append(
        f"Median of {rounds} calls in process, operations and sizes in turn, each after an uncounted one: the same where it"
        " looks, ReserveKit's create where it writes. The month is one merchant's. In brackets the ratio, the 99th"
        " percentile and, of many rows, days or bookings, the time for each."
    )
    section.notes.append(
        "The ratio is to the line above that begins with ReserveKit, in the same app and sandbox, or with stock: for a"
        f" calendar, stock Connexion's list of as many ReserveKit bookings, {LONGEST_STOCK_PAGE} at most. Ratio and growth"
        " are by the row, day or booking."
    )
    section.notes.append(
        "Not over HTTP: a customer books five months ahead, in which a location has some 4 200 half hours: `wrk` would"
        " have filled it within a second."
    )
    with tempfile.TemporaryDirectory() as folder:
        for name, store in ((OURS, "memory"), (OURS_SQLITE, f"sqlite:///{folder}/operations.sqlite")):
            out.print(f"[dim]operations: {name}")
            section.figures += _figures(name, _run(store, rounds))
    return section


def allowed_growth(sizes: Sequence[int]) -> float:
    """How much log n grows."""
    return math.log(sizes[-1]) / math.log(sizes[0])


def growth_column(name: str) -> str:
    return f"{name}: growth"


def _figures(name: str, found: Sequence[Found]) -> list[Figure]:
    figures = []
    for each in found:
        detail = f"p99 {each.p99 * 1e6:,.0f}"
        if each.shows > 1:
            detail += f", {each.each * 1e6:.3g} each"
        column = column_of(name, each.size)
        figures.append(Figure(each.operation, column, each.median * 1e6, "us", each.ratio, detail))
    beside = {call.beside for group in GROUPS for call in group.values()}
    small = {each.operation: each for each in found if each.size == SIZES[0] and each.operation not in beside}
    for each in found:
        if each.size == SIZES[-1] and each.operation in small:
            times = each.each / small[each.operation].each
            detail = f"log n is {allowed_growth(SIZES):.1f}" if each.shows == 1 else "each"
            figures.append(Figure(each.operation, growth_column(name), times, "x", detail=detail))
    return figures


def _run(store: str, rounds: int) -> list[Found]:
    command = [sys.executable, "-m", "benchmarks.operations", store, str(rounds), *map(str, SIZES)]
    done = subprocess.run(pinned(command, SERVER_CORE), cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotRun(f"operations: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
    return [Found(**each) for each in json.loads(done.stdout)]


async def watch(store: str, rounds: int, sizes: Sequence[int], *, warm_rounds: int = _WARM_ROUNDS) -> list[Found]:
    """Measure all operations. Raises CannotRun when one is refused, or shows another month than it should."""
    turns = warm_rounds + rounds
    months = open_months(store, sizes, turns * len(GROUPS))
    found: list[Found] = []
    for number, group in enumerate(GROUPS):
        taken: dict[tuple[str, int], list[float]] = {}
        shows: dict[tuple[str, int], int] = {}
        for turn in range(number * turns, (number + 1) * turns):
            for operation, call in group.items():
                for month in months:
                    key = (operation, month.size)
                    seconds, answer = await month.do(call, turn)
                    taken.setdefault(key, []).append(seconds)
                    if key not in shows:
                        shows[key] = call.shows(json.loads(answer or b"null"))
        for month in months:
            if MONTH in group and shows[MONTH, month.size] != month.size:
                raise CannotRun(f"a month of {month.size:,} bookings shows {shows[MONTH, month.size]:,}")
            medians = {name: statistics.median(taken[name, month.size][warm_rounds:]) for name in group}
            each = {name: medians[name] / shows[name, month.size] for name in group}
            for name, call in group.items():
                p99 = statistics.quantiles(taken[name, month.size][warm_rounds:], n=100)[-1]
                ratio = each[name] / each[call.beside]
                found.append(Found(name, month.size, medians[name], p99, shows[name, month.size], ratio))
    # What several groups are measured beside is shown once, as it was beside the first.
    kept: dict[tuple[str, int], Found] = {}
    for one in found:
        kept.setdefault((one.operation, one.size), one)
    return list(kept.values())


if __name__ == "__main__":
    where, how_often, *of_sizes = sys.argv[1:]
    found_here = asyncio.run(watch(where, int(how_often), [int(size) for size in of_sizes]))
    sys.stdout.write(json.dumps([asdict(each) for each in found_here]))
