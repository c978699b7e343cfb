"""What a sandbox costs: to make, to reset, to fork, and in memory when there are ten thousand.

Costs are taken inside a process of their own (`python -m benchmarks.sandboxes STORE COUNT`), memory from a server that is
asked over HTTP, journal and all.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

from rich.console import Console

from benchmarks.client import KEY, Client, InProcess
from benchmarks.figures import Figure, Section
from benchmarks.loads import POST, new_booking
from benchmarks.servers import OURS, OURS_SQLITE, ROOT, SERVER_CORE, CannotRun, ours, pinned, running, stock

__all__ = ["CREATE", "MANY", "RESET", "measure"]

CREATE = "new sandbox"
RESET = "reset of one with a booking"
FORK = "fork of one with a booking"
FORK_AGAIN = "fork of one forked 200 times"
FIRST = "first booking in a new sandbox"
SECOND = "second booking in it"
MANY = "memory of 10 000 with a booking each"
_BOOKINGS = f"/v1{POST.path}"
_MANY = 10_000
_FORKS = 200
_WARM = 100
_CREATED, _OK = 201, 200


def measure(out: Console, *, quick: bool) -> Section:
    count = 300 if quick else 3_000
    section = Section("sandboxes", "Sandboxes", "what")
    section.notes.append(
        f"Mean of {count} each, in process, without HTTP; the line of {MANY!r} is what a server grows by, journals"
        " included. A stock app has no sandboxes: the ratio is to what stands for one there, starting (or keeping)"
        " another process of it."
    )
    with running(stock()) as other:
        time.sleep(1)
        stock_seconds, stock_mb = other.ready_seconds, other.resident_mb()
    section.data["another_stock_process"] = {"seconds": stock_seconds, "resident_mb": stock_mb}
    with tempfile.TemporaryDirectory() as folder:
        for column, store in ((OURS, "memory"), (OURS_SQLITE, f"sqlite:///{folder}/cost.sqlite")):
            out.print(f"[dim]sandboxes: {column}")
            for row, seconds in _costs(store, count).items():
                section.figures.append(Figure(row, column, seconds * 1e6, "us", seconds / stock_seconds))
        for column, many in ((OURS, None), (OURS_SQLITE, f"sqlite:///{folder}/many.sqlite")):
            out.print(f"[dim]sandboxes: {_MANY} of {column}")
            _many(section, column, many, stock_mb, stock_seconds)
    return section


def _many(section: Section, column: str, store: str | None, stock_mb: float, stock_seconds: float) -> None:
    with running(ours(store)) as server:
        client = Client(server.port)
        for number in range(_WARM):
            client.ask("POST", _BOOKINGS, new_booking(number))
        before = server.resident_mb()
        for number in range(_MANY):
            status, _ = client.ask("POST", _BOOKINGS, new_booking(number), key=f"{KEY}.many-{number}")
            if status != POST.status:
                section.alarms.append(f"{column}: sandbox {number} answers {status}")
                return
        grown = server.resident_mb() - before
        section.figures.append(Figure(MANY, column, grown, "MB", grown / stock_mb))
        over_http = _over_http(client)
        if isinstance(over_http, str):
            section.notes.append(f"{column}: {over_http}")
        else:
            seconds = statistics.median(over_http)
            section.figures.append(
                Figure("new sandbox over HTTP", column, seconds * 1e6, "us", seconds / stock_seconds)
            )
        client.close()


def _over_http(client: Client) -> list[float] | str:
    """Seconds that the control plane takes for a new sandbox, or why that is not known."""
    taken = []
    for number in range(_WARM):
        began = time.perf_counter()
        status, _ = client.ask("POST", "/_sandbox/sandboxes", {"name": f"made-{number}"})
        taken.append(time.perf_counter() - began)
        if status not in {_OK, _CREATED}:
            return f"the control plane answers {status} to a new sandbox, so that cost over HTTP is not measured."
    return taken


def _costs(store: str, count: int) -> dict[str, float]:
    command = pinned([sys.executable, "-m", "benchmarks.sandboxes", store, str(count)], SERVER_CORE)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotRun(f"the costs of sandboxes: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
    costs: dict[str, float] = json.loads(done.stdout)
    return costs


async def _worker(store: str, count: int) -> dict[str, float]:
    """Seconds, by what was done."""
    from mockserver.app import build_app  # noqa: PLC0415 - only the worker needs the server's code
    from mockserver.sandbox.records import Setup  # noqa: PLC0415
    from mockserver.settings import Settings  # noqa: PLC0415

    app = build_app(Settings(apis=("reservekit",), store=store))
    sandboxes = app.sandboxes
    client = InProcess(app.asgi)

    async def book(name: str, number: int) -> None:
        body = json.dumps(new_booking(number)).encode()
        status, answer = await client.ask("POST", _BOOKINGS, body, key=f"{KEY}.{name}")
        if status != POST.status:
            raise CannotRun(f"a booking in {name} answers {status}: {answer!r}")

    async def mean_of(prefix: str, number: int) -> float:
        began = time.perf_counter()
        for each in range(count):
            await book(f"{prefix}-{each}", number)
        return (time.perf_counter() - began) / count

    for each in range(_WARM):
        sandboxes.create(f"warm-{each}", Setup())
        await book(f"warm-{each}", 0)
    costs = {CREATE: _mean(count, lambda each: sandboxes.create(f"new-{each}", Setup()))}
    costs[FIRST] = await mean_of("first", 0)
    costs[SECOND] = await mean_of("first", 1)
    costs[FORK] = _mean(count, lambda each: sandboxes.fork(f"first-{each}", f"fork-{each}"))
    await mean_of("fork", 2)
    costs[RESET] = _mean(count, lambda each: sandboxes.reset(f"fork-{each}"))
    for each in range(_FORKS):
        sandboxes.fork("warm-0", f"again-{each}")
    costs[FORK_AGAIN] = _mean(_FORKS, lambda each: sandboxes.fork("warm-0", f"still-{each}"))
    return costs


def _mean(count: int, do: Callable[[int], Any]) -> float:
    began = time.perf_counter()
    for each in range(count):
        do(each)
    return (time.perf_counter() - began) / count


if __name__ == "__main__":
    where, how_often = sys.argv[1:]
    sys.stdout.write(json.dumps(asyncio.run(_worker(where, int(how_often)))))
