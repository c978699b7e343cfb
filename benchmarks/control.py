"""What the control plane's largest lists cost: the calendar of a month with ten thousand bookings, a list of fifty thousand sandboxes.

One process per store (`python -m benchmarks.control STORE BOOKINGS SANDBOXES ROUNDS`) makes both and asks for their pages in turn.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from itertools import islice, product
from typing import Any

from rich.console import Console

from benchmarks.client import InProcess
from benchmarks.figures import Figure, Section
from benchmarks.servers import OURS, OURS_SQLITE, ROOT, SERVER_CORE, CannotRun, pinned

__all__ = ["LIST", "MONTH", "WHOLE_MONTH", "Page", "measure", "watch"]

MONTH = "a month of all bookings, first page"
WHOLE_MONTH = "all pages of it"
LIST = "list of sandboxes, by name"
_API, _FULL = "reservekit", "full"
_CONTROL = "/_sandbox/sandboxes"
_FIRST, _LAST = date(2031, 3, 3), date(2031, 3, 31)
_DAYS = [_FIRST + timedelta(days=number) for number in range(1, (_LAST - _FIRST).days - 1)]
"""Those that are in the month wherever a slot is; it can be booked for each of them."""
_CALENDAR = f"{_CONTROL}/{_FULL}/calendar/{_API}?from={_FIRST}T00:00:00Z&to={_LAST}T00:00:00Z"
_WARM_ROUNDS = 3
_OK = 200


@dataclass(frozen=True, slots=True)
class Page:
    """What one thing to ask for cost: the median in seconds of CPU, the bytes of its answers, and how many answers there were."""

    what: str
    seconds: float
    length: int
    answers: int


def measure(out: Console, *, quick: bool) -> Section:
    bookings, sandboxes, rounds = (300, 300, 5) if quick else (10_000, 50_000, 25)
    section = Section("control", "Control plane", "what is asked for")
    section.notes.append(
        f"CPU of a call, the median of {rounds} in process, in turn, and how long the answers are, with {bookings:,} bookings in the month"
        f" and {sandboxes:,} sandboxes, of which one in ten has been used. A page of the calendar ends at 2,000 slots, one of"
        " the list at 50 sandboxes."
    )
    with tempfile.TemporaryDirectory() as folder:
        for column, store in ((OURS, "memory"), (OURS_SQLITE, f"sqlite:///{folder}/control.sqlite")):
            out.print(f"[dim]control plane: {column}, {bookings:,} bookings, {sandboxes:,} sandboxes")
            for page in _run(store, bookings, sandboxes, rounds):
                detail = f"{page.length / 1024:,.0f} KB" + (f" in {page.answers}" if page.answers > 1 else "")
                section.figures.append(Figure(page.what, column, page.seconds * 1e3, "ms", detail=detail))
    return section


def _run(store: str, bookings: int, sandboxes: int, rounds: int) -> list[Page]:
    command = [sys.executable, "-m", "benchmarks.control", store, *map(str, (bookings, sandboxes, rounds))]
    done = subprocess.run(pinned(command, SERVER_CORE), cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotRun(f"the control plane: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
    return [Page(**each) for each in json.loads(done.stdout)]


async def watch(store: str, bookings: int, sandboxes: int, rounds: int) -> list[Page]:
    """Raises CannotRun where something is refused, or the month has not as many places."""
    from mockserver.app import build_app  # noqa: PLC0415 - only the worker needs the server's code
    from mockserver.sandbox.records import Setup  # noqa: PLC0415
    from mockserver.settings import Settings  # noqa: PLC0415

    app = build_app(Settings(apis=(_API,), store=store))
    client = _Client(InProcess(app.asgi))
    await _book(app, client, bookings)
    for number in range(sandboxes - 2):  # beside them are the full one and the default one
        app.sandboxes.create(f"many-{number}", Setup())
        if number % 10 == 0:
            app.sandboxes.open(f"many-{number}")
    listed = [f"{_CONTROL}?limit=50"]
    paths = {
        MONTH: [_CALENDAR],
        WHOLE_MONTH: [each async for each in client.pages_of(_CALENDAR)],
        "a week of them": [_CALENDAR.replace(f"to={_LAST}", f"to={_FIRST.replace(day=10)}")],
        LIST: listed,
        "from the middle on": [f"{_CONTROL}?limit=50&after=many-5"],
        "by their last use": [f"{_CONTROL}?limit=50&sort=used"],
        "those with a text in the name": [f"{_CONTROL}?limit=50&q=y-12"],
    }
    total = json.loads(await client.ask(listed[0]))["total"]
    if total != sandboxes:
        raise CannotRun(f"of {sandboxes:,} sandboxes {total:,} are listed")
    taken: dict[str, list[float]] = {what: [] for what in paths}
    length: dict[str, int] = {}
    for _ in range(_WARM_ROUNDS + rounds):
        for what, wanted in paths.items():
            began = time.process_time()
            length[what] = sum([len(await client.ask(path)) for path in wanted])
            taken[what].append(time.process_time() - began)
    return [
        Page(what, statistics.median(seconds[_WARM_ROUNDS:]), length[what], len(paths[what]))
        for what, seconds in taken.items()
    ]


class _Client:
    """Who asks the control plane, and is refused nothing."""

    def __init__(self, client: InProcess) -> None:
        self._client = client

    async def ask(self, path: str) -> bytes:
        status, answer = await self._client.ask("GET", path)
        if status != _OK:
            raise CannotRun(f"{path} answers {status}: {answer[:200]!r}")
        return answer

    async def pages_of(self, path: str) -> AsyncIterator[str]:
        """The paths of all pages, from the first on."""
        after: str | None = ""
        while after is not None:
            page = f"{path}&after={after}" if after else path
            yield page
            after = json.loads(await self.ask(page))["next"]


async def _book(app: Any, client: _Client, bookings: int) -> None:
    """Straight to the desks, all in one transaction: the fill is not what is measured."""
    from mockserver.apis.reservekit.desk import Desk  # noqa: PLC0415 - only the worker needs the server's code
    from mockserver.apis.reservekit.requests import NewBooking  # noqa: PLC0415

    sandbox = app.sandboxes.open(_FULL)
    free = [place async for place in _places(client)]
    if len(free) < bookings:
        raise CannotRun(f"the month has {len(free):,} places, not {bookings:,}")

    def book(work: Any) -> None:
        desks = {tenant: Desk(work, tenant) for tenant in {tenant for tenant, _, _ in free}}
        for number, (tenant, slot, day) in enumerate(islice(free, bookings)):
            wanted = NewBooking(day, slot, "Jane Doe", f"jane.{number}@example.com")
            desks[tenant].book(wanted, service_id=None)

    sandbox.run(app.apis[0].domain, book, writes=True)
    taken = sum([item["places"]["taken"] async for _, item in _slots(client)])
    if taken != bookings:
        raise CannotRun(f"of {bookings:,} bookings {taken:,} are shown")


async def _places(client: _Client) -> AsyncIterator[tuple[str, int, str]]:
    """Tenant, slot and day of each that is free: the first of every slot and day, then the second."""
    slots = {item["id"].partition("/")[0]: (tenant, item["places"]["of"]) async for tenant, item in _slots(client)}
    for number in range(max((most for _, most in slots.values()), default=0)):
        for day, (slot, (tenant, most)) in product(_DAYS, slots.items()):
            if number < most:
                yield tenant, int(slot), str(day)


async def _slots(client: _Client) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """Each of the month, with its tenant."""
    async for path in client.pages_of(_CALENDAR):
        page = json.loads(await client.ask(path))
        tenants = {row["id"]: row["group"] for row in page["rows"]}
        for item in page["items"]:
            yield tenants[item["row"]], item


if __name__ == "__main__":
    where, *how_many = sys.argv[1:]
    sys.stdout.write(json.dumps([asdict(each) for each in asyncio.run(watch(where, *map(int, how_many)))]))
