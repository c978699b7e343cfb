"""What single operations of an API cost, beside others of their kind, in a sandbox with few bookings and with many.

One process per API and store (`python -m benchmarks.operations API STORE ROUNDS SIZE...`) holds a sandbox of each size and
asks for one operation after the other, in process, so that all of them meet the same moments of the machine.
"""

import asyncio
import json
import math
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

from rich.console import Console

from benchmarks.figures import Figure, Section
from benchmarks.growth import column_of
from benchmarks.servers import OURS, OURS_SQLITE, ROOT, SERVER_CORE, CannotRun, pinned
from benchmarks.workloads import anny, appointments, bardge
from benchmarks.workloads.anny import House
from benchmarks.workloads.appointments import Month
from benchmarks.workloads.bardge import Network
from benchmarks.workloads.filled import LONGEST_STOCK_PAGE, Call, FilledSandbox, Groups, fill_sandboxes, own_operations

__all__ = ["SIZES", "SUBJECTS", "Found", "Subject", "allowed_growth", "growth_column", "measure", "watch"]

SIZES = (20, 2_000)
_WARM_ROUNDS = 20


class Subject(NamedTuple):
    """Where the operations of an API are measured, and which."""

    sandbox: type[FilledSandbox]
    groups: Groups


SUBJECTS = {
    each.sandbox.api: each
    for each in (
        Subject(Month, appointments.GROUPS),
        Subject(House, anny.GROUPS),
        Subject(Network, bardge.GROUPS),
    )
}
"""By the API."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one operation cost in a sandbox of one size, in seconds.

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
    section = Section("operations", "Operations by bookings in the sandbox", "operation")
    section.data["sizes"] = list(SIZES)
    section.notes.append(
        f"Median of {rounds} calls in process, operations and sizes in turn, each after an uncounted one: the same where it"
        " looks, ReserveKit's create where it writes. In brackets the ratio, the 99th percentile and, of many rows, days or"
        " bookings, the time for each."
    )
    section.notes.append(
        "appointments: one merchant's bookings of one month. anny: those of an organisation, its documentation's among"
        " them, over 40 days; two of five have been ordered with add-ons and paid. bardge: a reseller's, seven of eight of them"
        " of one client, in a network of 5,000 venues."
    )
    section.notes.append(
        "The ratio is to the line above that begins with ReserveKit, in the same app and sandbox, or with stock: for a list"
        f" or a calendar, stock Connexion's list of as many ReserveKit bookings, {LONGEST_STOCK_PAGE} at most. Ratio and"
        " growth are by the row, day or booking."
    )
    section.notes.append(
        "Not over HTTP: a customer books some months ahead, in which a location has some 4 200 half hours, and a house"
        " fewer hours: `wrk` would have filled it within a second."
    )
    for api, subject in SUBJECTS.items():
        with tempfile.TemporaryDirectory() as folder:
            for name, store in ((OURS, "memory"), (OURS_SQLITE, f"sqlite:///{folder}/operations.sqlite")):
                out.print(f"[dim]operations: {api}, {name}")
                section.figures += _figures(_table(api, name), subject, _run(api, store, rounds))
    return section


def allowed_growth(sizes: Sequence[int]) -> float:
    """How much log n grows."""
    return math.log(sizes[-1]) / math.log(sizes[0])


def growth_column(api: str, name: str) -> str:
    return f"{_table(api, name)}: growth"


def _table(api: str, name: str) -> str:
    """What the columns of an API have in common at the server of that name."""
    return f"{api}, {name.removeprefix('mockserver, ')}"


def _figures(table: str, subject: Subject, found: Sequence[Found]) -> list[Figure]:
    figures = []
    for each in found:
        detail = f"p99 {each.p99 * 1e6:,.0f}"
        if each.shows > 1:
            detail += f", {each.each * 1e6:.3g} each"
        figures.append(Figure(each.operation, column_of(table, each.size), each.median * 1e6, "us", each.ratio, detail))
    own = own_operations(subject.groups)
    small = {each.operation: each for each in found if each.size == SIZES[0] and each.operation in own}
    for each in found:
        if each.size == SIZES[-1] and each.operation in small:
            times = each.each / small[each.operation].each
            detail = f"log n is {allowed_growth(SIZES):.1f}" if each.shows == 1 else "each"
            figures.append(Figure(each.operation, f"{table}: growth", times, "x", detail=detail))
    return figures


def _run(api: str, store: str, rounds: int) -> list[Found]:
    command = [sys.executable, "-m", "benchmarks.operations", api, store, str(rounds), *map(str, SIZES)]
    done = subprocess.run(pinned(command, SERVER_CORE), cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotRun(f"operations: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
    return [Found(**each) for each in json.loads(done.stdout)]


async def watch(
    subject: Subject, store: str, rounds: int, sizes: Sequence[int], *, warm_rounds: int = _WARM_ROUNDS
) -> list[Found]:
    """Measure all operations. Raises CannotRun when one is refused, or a sandbox shows other bookings than it should."""
    turns = warm_rounds + rounds
    sandboxes = fill_sandboxes(subject.sandbox, store, sizes, turns * len(subject.groups))
    for sandbox in sandboxes:
        if (shown := await sandbox.count()) != sandbox.size:
            raise CannotRun(f"{sandbox.api}: of {sandbox.size:,} bookings {shown:,} are shown")
    found: dict[tuple[str, int], Found] = {}
    for number, group in enumerate(subject.groups):
        taken: dict[tuple[str, int], list[float]] = {}
        shows: dict[tuple[str, int], int] = {}
        for turn in range(number * turns, (number + 1) * turns):
            for operation, call in group.items():
                for sandbox in sandboxes:
                    key = (operation, sandbox.size)
                    seconds, answer = await sandbox.do(call, turn)
                    taken.setdefault(key, []).append(seconds)
                    if key not in shows:
                        shows[key] = call.shows(json.loads(answer or b"null"))
        for sandbox in sandboxes:
            for each in _summed_up(group, sandbox.size, taken, shows, warm_rounds):
                # What several groups are measured beside is shown once, as it was beside the first.
                found.setdefault((each.operation, each.size), each)
    return list(found.values())


def _summed_up(
    group: dict[str, Call],
    size: int,
    taken: dict[tuple[str, int], list[float]],
    shows: dict[tuple[str, int], int],
    warm_rounds: int,
) -> Iterator[Found]:
    counted = {name: taken[name, size][warm_rounds:] for name in group}
    medians = {name: statistics.median(seconds) for name, seconds in counted.items()}
    each = {name: medians[name] / shows[name, size] for name in group}
    for name, call in group.items():
        p99 = statistics.quantiles(counted[name], n=100)[-1]
        yield Found(name, size, medians[name], p99, shows[name, size], each[name] / each[call.beside])


if __name__ == "__main__":
    of_api, where, how_often, *of_sizes = sys.argv[1:]
    found_here = asyncio.run(watch(SUBJECTS[of_api], where, int(how_often), [int(size) for size in of_sizes]))
    sys.stdout.write(json.dumps([asdict(each) for each in found_here]))
