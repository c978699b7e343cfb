"""A sandbox with so many bookings of one API, and how it is asked.

In the same sandbox ReserveKit does what it has of the same kind; stock Connexion lists as many rows.
"""

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, TypeVar

from benchmarks.client import JSON, KEY, Headers, InProcess
from benchmarks.loads import new_booking
from benchmarks.servers import PROBE, CannotRun

__all__ = [
    "AT_RESERVEKIT",
    "LONGEST_STOCK_PAGE",
    "RK_CREATE",
    "RK_GET",
    "RK_SLOTS",
    "Ask",
    "Call",
    "FilledSandbox",
    "Groups",
    "fill_sandboxes",
    "own_operations",
    "rows_of",
    "stock_list",
]

_F = TypeVar("_F", bound="FilledSandbox")

LONGEST_STOCK_PAGE = 100
RK_GET, RK_SLOTS, RK_CREATE = "ReserveKit: get", "ReserveKit: availability", "ReserveKit: create"

_RESERVEKIT, _STOCK = "/reservekit/v1", "/v1"
_UNCOUNTED = 1_000_000
"""ReserveKit's uncounted bookings are numbered from here: on dates that the counted ones do not use."""


class Ask(NamedTuple):
    method: str
    path: str
    token: str
    body: object = None
    media_type: str = JSON
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Call:
    """Something to ask a filled sandbox, once a turn.

    Attributes:
        beside: The call it is compared with, of the same group.
        ask: Says it, by the sandbox and the turn.
        shows: How many rows are in the answer, or bookings are made: costs are compared by the row.
        writes: What it asks for can be done once: not even a GET says that it can be done again.
    """

    beside: str
    ask: Callable[[Any, int], Ask]
    shows: Callable[[Any], int] = lambda _: 1
    writes: bool = False


Groups = tuple[dict[str, Call], ...]
"""What is asked in turn: like beside like. What books comes after what looks, and what it makes may stay."""


class FilledSandbox(ABC):
    """One sandbox. Who fills it says what is in it.

    Attributes:
        size: Its bookings.
        last_id: Of the booking made last.
    """

    api: ClassVar[str]
    scenario: ClassVar[str]
    """Of the API: what there is before the fill."""
    most: ClassVar[int]
    """The bookings it has room for."""

    def __init__(self, app: Any, stock: InProcess, size: int, turns: int) -> None:
        if size > self.most:
            raise CannotRun(f"{self.api} takes {self.most:,} bookings here, not {size:,}")
        from mockserver.sandbox.records import Setup  # noqa: PLC0415 - only the worker needs the server's code

        self.size = size
        self.last_id = 0
        self._uncounted = _UNCOUNTED
        self._name = f"of-{size}"
        self._ours, self._stock = InProcess(app.asgi), stock
        sandbox = app.sandboxes.create(self._name, Setup(scenario=f"{self.api}/{self.scenario}"))
        domain = _domain_of(app, self.api)
        # Straight to the desks, all in one transaction: the fill is not what is measured.
        sandbox.run(domain, lambda work: self._fill(work, turns), writes=True)

    @classmethod  # noqa: B027 - most have a scenario
    def prepare(cls, domain: Any) -> None:
        """Write what all sandboxes of an app begin with, where no scenario has it: it takes no place in any."""

    @abstractmethod
    async def count(self) -> int:
        """The bookings that it shows."""

    @abstractmethod
    def _fill(self, work: Any, turns: int) -> None:
        """Book all of `size`, and what so many turns need besides."""

    async def do(self, call: Call, turn: int) -> tuple[float, bytes]:
        """Seconds taken, and the answer. Raises CannotRun when it is a refusal."""
        ask = call.ask(self, turn)
        # After ten milliseconds of something else a call takes half as long again, so another of its kind comes first.
        if call.writes:
            self._uncounted += 1
            await self.ask(_book_at_reservekit(self._uncounted))
        else:
            await self.ask(ask)
        return await self.ask(ask)

    async def ask(self, ask: Ask) -> tuple[float, bytes]:
        """Likewise, at once."""
        raw = b"" if ask.body is None else json.dumps(ask.body).encode()
        by_stock = ask.path.startswith(f"{_STOCK}/")
        client, key = (self._stock, ask.token) if by_stock else (self._ours, f"{ask.token}.{self._name}")
        began = time.perf_counter()
        status, answer = await client.ask(
            ask.method, ask.path, raw, key=key, media_type=ask.media_type, headers=ask.headers
        )
        seconds = time.perf_counter() - began
        if status >= 300:  # noqa: PLR2004 - what HTTP calls no success
            raise CannotRun(f"{ask.method} {ask.path} answers {status}: {answer[:200]!r}")
        location = dict(client.headers).get(b"location", b"")
        if location:
            self.last_id = int(location.rpartition(b"/")[2])
        return seconds, answer


def fill_sandboxes(kind: type[_F], store: str, sizes: Sequence[int], turns: int) -> list[_F]:
    """A sandbox for each size, all of one app, ready for so many turns. Raises CannotRun when one is too large."""
    from benchmarks.stock.app import Desk  # noqa: PLC0415 - only the worker needs Connexion
    from benchmarks.stock.app import build_app as build_stock  # noqa: PLC0415
    from mockserver.app import build_app  # noqa: PLC0415
    from mockserver.settings import Settings  # noqa: PLC0415

    app = build_app(Settings(apis=("reservekit", kind.api), store=store))
    kind.prepare(_domain_of(app, kind.api))
    desk = Desk()
    for number in range(LONGEST_STOCK_PAGE):
        desk.book(new_booking(number))
    stock = InProcess(build_stock(desk))
    return [kind(app, stock, size, turns) for size in sizes]


def _domain_of(app: Any, api: str) -> Any:
    (domain,) = (each.domain for each in app.apis if each.name == api)
    return domain


def own_operations(groups: Groups, *, writing: bool = False) -> tuple[str, ...]:
    """The names of what is not there to be compared with; only of what writes, if so wanted."""
    calls = {name: call for group in groups for name, call in group.items()}
    beside = {call.beside for call in calls.values()}
    return tuple(name for name, call in calls.items() if name not in beside and (call.writes or not writing))


def stock_list(rows: int) -> Ask:
    return Ask("GET", f"{_STOCK}/bookings?service_id=123&page=1&page_size={min(rows, LONGEST_STOCK_PAGE)}", KEY)


def rows_of(answer: Any) -> int:
    """Of a list that has its bookings under that name."""
    return len(answer.get("data", answer)["bookings"])


def _book_at_reservekit(number: int) -> Ask:
    return Ask("POST", f"{_RESERVEKIT}/bookings", KEY, new_booking(number))


def _slots_at_reservekit(turn: int) -> Ask:
    return Ask("GET", f"{_RESERVEKIT}/services/123/time-slots?date={new_booking(turn)['date']}", KEY)


AT_RESERVEKIT: dict[str, Call] = {
    RK_GET: Call(RK_GET, lambda _sandbox, _turn: Ask("GET", f"{_RESERVEKIT}{PROBE}", KEY)),
    RK_SLOTS: Call(RK_SLOTS, lambda _, turn: _slots_at_reservekit(turn)),
    RK_CREATE: Call(RK_CREATE, lambda _, turn: _book_at_reservekit(turn), writes=True),
}
"""What others are compared with, by its name."""
