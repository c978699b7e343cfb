"""How latency grows with the bookings in one sandbox.

One process holds a sandbox of each size (`python -m benchmarks.growth SUBJECT SIZE...`) and asks them in turn, in process,
so that all sizes meet the same moments of the machine.
"""

import asyncio
import json
import math
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

from rich.console import Console

from benchmarks.client import KEY, InProcess
from benchmarks.figures import STOCK, Figure, Section
from benchmarks.loads import PLACES, new_booking
from benchmarks.servers import OURS, OURS_SQLITE, ROOT, SERVER_CORE, CannotRun, pinned

__all__ = ["DEEP", "OPERATIONS", "column_of", "growth_of", "measure"]

FULL_SIZES = (100, 10_000, 1_000_000)
QUICK_SIZES = (100, 10_000)
DEEP = "list, middle page"
"""The dearest page: a store may walk to the last one from the end, to this one from neither."""
OPERATIONS = ("create", "get", "list, first page", DEEP, "patch", "move", "availability", "delete")
_STOCK_HAS = ("create", "get", "list, first page", DEEP)
_ROUNDS = 250
_WARM_ROUNDS = 20
_BATCH = 1_000
_PAGE = 10
_FIRST_NUMBER = 10_000_000
"""Bookings made while measuring are numbered from here: on dates that the fill does not use."""


def measure(out: Console, *, quick: bool) -> Section:
    sizes = QUICK_SIZES if quick else FULL_SIZES
    section = Section("growth", "Latency by bookings in one sandbox", "operation")
    section.data["sizes"] = list(sizes)
    section.notes.append(
        f"Median of {_ROUNDS} calls in process, sizes in turn; in brackets the ratio to stock with as many bookings,"
        " where it has the operation, then the 99th percentile."
    )
    with tempfile.TemporaryDirectory() as folder:
        subjects = ((STOCK, "stock"), (OURS, "memory"), (OURS_SQLITE, f"sqlite:///{folder}/growth.sqlite"))
        for name, subject in subjects:
            out.print(f"[dim]growth: {name}, up to {sizes[-1]:,} bookings")
            for operation, by_size in _run(subject, sizes).items():
                for size, (median, p99) in zip(sizes, by_size, strict=True):
                    detail = f"p99 {p99 * 1e6:,.0f}"
                    figure = Figure(operation, column_of(name, size), median * 1e6, "us", detail=detail)
                    stock_value = section.value(operation, column_of(STOCK, size))
                    figure.ratio = figure.value / stock_value if stock_value else None
                    section.figures.append(figure)
    for name in (OURS, OURS_SQLITE):
        for operation in OPERATIONS:
            grown = growth_of(section, name, operation)
            if grown is not None:
                times, allowed = grown
                figure = Figure(operation, f"{name}: growth", times, "x", detail=f"log n is {allowed:.1f}")
                section.figures.append(figure)
    return section


def column_of(name: str, size: int) -> str:
    return f"{name}: {size:,}"


def growth_of(section: Section, name: str, operation: str) -> tuple[float, float] | None:
    """How much dearer the largest size is than the smallest, and how much log n has grown."""
    sizes = section.data["sizes"]
    small = section.value(operation, column_of(name, sizes[0]))
    large = section.value(operation, column_of(name, sizes[-1]))
    if not small or not large:
        return None
    return large / small, math.log(sizes[-1]) / math.log(sizes[0])


def _run(subject: str, sizes: tuple[int, ...]) -> dict[str, list[tuple[float, float]]]:
    command = [sys.executable, "-m", "benchmarks.growth", subject, *map(str, sizes)]
    done = subprocess.run(pinned(command, SERVER_CORE), cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotRun(f"growth: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
    found: dict[str, list[tuple[float, float]]] = json.loads(done.stdout)
    return found


class _Filled:
    """A sandbox of one size: who to ask, with which key, and the ids of its bookings."""

    def __init__(self, client: InProcess, key: str, ids: list[int]) -> None:
        self.client = client
        self.key = key
        self.ids = ids
        self.made: list[int] = []

    async def ask(self, method: str, path: str, body: object = None) -> tuple[float, Any]:
        """Seconds taken, and what was answered."""
        raw = b"" if body is None else json.dumps(body).encode()
        began = time.perf_counter()
        status, answer = await self.client.ask(method, path, raw, key=self.key)
        taken = time.perf_counter() - began
        if status >= 300:  # noqa: PLR2004 - what HTTP calls no success
            raise CannotRun(f"{method} {path} answers {status}: {answer[:200]!r}")
        return taken, json.loads(answer)["data"]


async def _worker(subject: str, sizes: list[int]) -> dict[str, list[tuple[float, float]]]:
    """By operation and size: median and 99th percentile in seconds."""
    make = _fill_stock if subject == "stock" else _fill_ours
    operations = _STOCK_HAS if subject == "stock" else OPERATIONS
    sandboxes = make(subject, sizes)
    chance = random.Random(1)
    found: dict[str, list[tuple[float, float]]] = {}
    for operation in operations:
        samples: list[list[float]] = [[] for _ in sandboxes]
        for turn in range(-_WARM_ROUNDS, _ROUNDS):
            for filled, taken in zip(sandboxes, samples, strict=True):
                seconds = await _do(operation, filled, turn + _WARM_ROUNDS, chance)
                if turn >= 0:
                    taken.append(seconds)
        found[operation] = [(statistics.median(taken), statistics.quantiles(taken, n=100)[-1]) for taken in samples]
    return found


async def _do(operation: str, filled: _Filled, turn: int, chance: random.Random) -> float:
    if operation == "create":
        seconds, booking = await filled.ask("POST", "/v1/bookings", new_booking(_FIRST_NUMBER + turn))
        filled.made.append(booking["id"])
        return seconds
    pages = (len(filled.ids) + len(filled.made)) // _PAGE
    existing = chance.choice(filled.ids)
    made = filled.made[turn % len(filled.made)]
    day = new_booking(turn)["date"]
    # A moved booking goes where no other is. What is deleted comes last and is among the first that were made.
    far = new_booking(_FIRST_NUMBER * 2 + turn * PLACES)["date"]
    asked: dict[str, tuple[str, str, object]] = {
        "get": ("GET", f"/v1/bookings/{existing}", None),
        "list, first page": ("GET", f"/v1/bookings?service_id=123&page=1&page_size={_PAGE}", None),
        DEEP: ("GET", f"/v1/bookings?service_id=123&page={max(pages // 2, 1)}&page_size={_PAGE}", None),
        "patch": ("PATCH", f"/v1/bookings/{existing}", {"message": f"Changed {turn}"}),
        "move": ("PATCH", f"/v1/bookings/{made}", {"date": far}),
        "availability": ("GET", f"/v1/services/123/time-slots?date={day}", None),
        "delete": ("DELETE", f"/v1/bookings/{made}", None),
    }
    seconds, _ = await filled.ask(*asked[operation])
    return seconds


def _fill_ours(store: str, sizes: list[int]) -> list[_Filled]:
    from mockserver.apis.reservekit.desk import Desk  # noqa: PLC0415 - only the worker needs the server's code
    from mockserver.apis.reservekit.requests import NewBooking  # noqa: PLC0415
    from mockserver.app import build_app  # noqa: PLC0415
    from mockserver.settings import Settings  # noqa: PLC0415

    app = build_app(Settings(apis=("reservekit",), store=store))
    domain = app.apis[0].domain
    assert domain is not None
    sandboxes = []
    for size in sizes:
        sandbox = app.sandboxes.open(f"of-{size}")
        ids: list[int] = []
        for numbers in _batches(size):
            # Straight to the desk, many in one transaction: the fill is not what is measured.
            def book(work: Any, numbers: range = numbers) -> list[int]:
                desk = Desk(work, "alpha")
                wanted = (NewBooking(**new_booking(number)) for number in numbers)
                return [desk.book(each, service_id=None).id for each in wanted]

            ids += sandbox.run(domain, book, writes=True)
        sandboxes.append(_Filled(InProcess(app.asgi), f"{KEY}.of-{size}", ids))
    return sandboxes


def _fill_stock(_: str, sizes: list[int]) -> list[_Filled]:
    from benchmarks.stock.app import Desk, build_app  # noqa: PLC0415 - only the worker needs Connexion

    sandboxes = []
    for size in sizes:
        desk = Desk()
        booked = [desk.book(new_booking(number)) for numbers in _batches(size) for number in numbers]
        ids = [each["id"] for each in booked if isinstance(each, dict)]
        sandboxes.append(_Filled(InProcess(build_app(desk)), KEY, ids))
    return sandboxes


def _batches(size: int) -> Iterator[range]:
    for start in range(0, size, _BATCH):
        yield range(start, min(start + _BATCH, size))


if __name__ == "__main__":
    _work: Callable[..., Any] = _worker
    sys.stdout.write(json.dumps(asyncio.run(_work(sys.argv[1], [int(size) for size in sys.argv[2:]]))))
