"""From process start to the first 200, and the memory of a server that has nothing to do."""

import statistics
import time

from rich.console import Console

from benchmarks.figures import Figure, Section, with_ratios
from benchmarks.servers import CannotRun, ours, ours_four, running, stock

__all__ = ["COMPUTED", "FIRST_200", "RESIDENT", "measure"]

FIRST_200 = "first 200"
COMPUTED = "CPU until then"
RESIDENT = "resident at rest"
_REST_SECONDS = 2.0


def measure(out: Console, *, quick: bool) -> Section:
    times = 2 if quick else 7
    section = Section("startup", "Start and memory", "server")
    section.notes.append(
        f"Median of {times} starts on one core, asked for a booking every 2 ms from the first on; one API where no number is said."
        " The byte code of all modules is there, as after an installation."
        " A start that takes longer than it computes was kept waiting by the machine."
        f" Memory is read {_REST_SECONDS:.0f} s after the first 200."
    )
    seconds: dict[str, list[float]] = {}
    computed: dict[str, list[float]] = {}
    resident: dict[str, list[float]] = {}
    for turn in range(1, times + 1):
        out.print(f"[dim]start {turn} of {times}")
        for server in (ours(), ours_four(), stock()):
            try:
                with running(server) as up:
                    computed.setdefault(server.name, []).append(up.cpu_seconds())
                    time.sleep(_REST_SECONDS)
                    seconds.setdefault(server.name, []).append(up.ready_seconds)
                    resident.setdefault(server.name, []).append(up.resident_mb())
            except CannotRun as reason:
                section.notes.append(f"Not measured: {reason}")
    figures = [
        Figure(name, column, statistics.median(samples), unit, samples=samples)
        for column, unit, found in ((FIRST_200, "s", seconds), (COMPUTED, "s", computed), (RESIDENT, "MB", resident))
        for name, samples in found.items()
    ]
    section.figures = with_ratios(figures)
    return section
