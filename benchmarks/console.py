"""What a page of the console costs: where much is booked, and where many sandboxes live. Nobody who does not look pays it."""

import time
from collections.abc import Iterator
from datetime import date, timedelta
from http.client import HTTPConnection
from itertools import product

from rich.console import Console

from benchmarks.client import KEY, Client
from benchmarks.figures import Figure, Section
from benchmarks.servers import OURS, Running, ours, running

__all__ = ["measure"]

_CONTROL = "/_sandbox/sandboxes"
_FULL = "full"
_FIRST = date(2026, 11, 2)
_DAYS = 28
_MONTH = f"/console/s/{_FULL}/calendar/reservekit?span=month&date={_FIRST}"
_PAGES = {
    "a month of all bookings": _MONTH,
    "the same, refreshed": f"{_MONTH}&part=board",
    "a week of them": f"/console/s/{_FULL}/calendar/reservekit?span=week&date={_FIRST}",
    "overview": f"/console/s/{_FULL}",
    "list of sandboxes": "/console/",
    "the same, searched": "/console/?part=list&q=many-1",
}
_CREATED = 201
_MOST_PLACES = 12
"""Of a slot: so often each is asked for a place."""


def measure(out: Console, *, quick: bool) -> Section:
    bookings, sandboxes = (300, 300) if quick else (10_000, 50_000)
    section = Section("console", "Console", "page")
    section.notes.append(
        f"The best of five over HTTP, and how long the page is, with {bookings:,} bookings in the month and {sandboxes:,}"
        " sandboxes. The first page of a process, which imports Flask, is not counted."
    )
    with running(ours()) as server:
        out.print(f"[dim]console: {bookings} bookings, {sandboxes} sandboxes")
        client = Client(server.port)
        client.ask("POST", _CONTROL, {"name": _FULL, "clock": f"{_FIRST}T08:00:00Z", "frozen": True})
        booked = _book(client, bookings)
        if booked < bookings:
            section.alarms.append(f"of {bookings} bookings {booked} were made")
        for number in range(sandboxes - 1):
            client.ask("GET", "/v1/services", key=f"{KEY}.many-{number}")
        client.close()
        for row, path in _PAGES.items():
            milliseconds, size = _page(server, path)
            section.figures.append(Figure(row, OURS, milliseconds, "ms", detail=f"{size / 1024:.0f} KB"))
    return section


def _book(client: Client, wanted: int) -> int:
    """How many places were found."""
    made = 0
    slots = list(_slots(client))
    for _, day, slot in product(range(_MOST_PLACES), range(_DAYS), slots):
        if made == wanted:
            break
        body = {
            "date": str(_FIRST + timedelta(days=day)),
            "time_slot_id": slot,
            "customer_email": f"c{made % 500}@example.com",
        }
        made += client.ask("POST", "/v1/bookings", body, key=f"{KEY}.{_FULL}")[0] == _CREATED
    return made


def _slots(client: Client) -> Iterator[int]:
    path = f"{_CONTROL}/{_FULL}/state/reservekit/time_slot?limit=200"
    for offset in (0, 200):
        _, listed = client.ask("GET", f"{path}&offset={offset}")
        yield from (each["id"] for each in listed["documents"])


def _page(server: Running, path: str) -> tuple[float, int]:
    """Milliseconds, and bytes."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    taken, size = [], 0
    for _ in range(6):
        began = time.perf_counter()
        connection.request("GET", path)
        size = len(connection.getresponse().read())
        taken.append(time.perf_counter() - began)
    connection.close()
    return min(taken[1:]) * 1e3, size
