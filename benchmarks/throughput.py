"""Requests per second and p99, server on one core and `wrk` on the other, in interleaved runs.

Servers that wait their turn are idle, so all of them are up at once and meet the same moments of the machine.
"""

import statistics
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass

from rich.console import Console

from benchmarks.client import Client
from benchmarks.conditions import first_line
from benchmarks.figures import Figure, Section, with_ratios
from benchmarks.loads import CONNECTIONS, LIST, LOADS, POST, Load, Outcome, new_booking, press
from benchmarks.peers import VERSIONS, install, peers
from benchmarks.servers import LOAD_CORE, CannotRun, Running, Server, ours, running, stock

__all__ = ["measure"]

_PAGE = 10
_BUSY = 0.9
"""Below this share of its core a server was waiting: for a machine that did something else, or for `wrk`."""


@dataclass(frozen=True, slots=True)
class _Run:
    outcome: Outcome
    busy: float

    @property
    def per_cpu_second(self) -> float:
        """What the server could answer with the core to itself."""
        return self.outcome.per_second / self.busy if self.busy else 0.0

    @property
    def cpu_us(self) -> float:
        """What a request costs the server."""
        return 1e6 / self.per_cpu_second if self.per_cpu_second else 0.0


def measure(out: Console, *, quick: bool, with_peers: bool) -> Section:
    warm_seconds, runs, run_seconds = (2, 1, 2) if quick else (20, 5, 5)
    section = Section("throughput", "Throughput on one core", "server")
    section.data = {"warm_seconds": warm_seconds, "runs": runs, "run_seconds": run_seconds, "connections": CONNECTIONS}
    section.notes.append(
        f"Requests per second: median of {runs} interleaved run(s) of {run_seconds} s, after {warm_seconds} s of the"
        f" same load; {CONNECTIONS} connections. In brackets the ratio to stock, then the median p99, then the CPU that a"
        " request costs, which holds on a busy machine too, then, where the server had less than"
        f" {_BUSY:.0%} of its core, how much: such a figure says more about the machine."
    )
    section.under = {"load": f"{first_line('wrk', '-v')}, one thread on core {LOAD_CORE}"}
    with ExitStack() as up, tempfile.TemporaryDirectory() as folder:
        contestants = _start([stock, ours, lambda: ours(f"sqlite:///{folder}/bench.sqlite")], up, section)
        if with_peers:
            trouble = install()
            if trouble is not None:
                section.notes.append(trouble)
            contestants += _start(peers(), up, section)
            section.under["peers"] = ", ".join(f"{name} {number}" for name, number in VERSIONS.items())
            section.under["their runtimes"] = (
                f"Node {first_line('node', '--version')}; {first_line('java', '-version')}"
            )
            section.notes.append(
                "Peers answer fixed examples and keep nothing. Prism checks the request against the document; its list"
                " is the document's example, one booking. WireMock matches path and key. Mockoon imports the document."
            )
        for load in LOADS:
            section.figures += _contest(out, contestants, load, section, warm_seconds, runs, run_seconds)
    section.figures = with_ratios(section.figures)
    return section


def _start(makers: list[Callable[[], Server]], up: ExitStack, section: Section) -> list[Running]:
    started = []
    for make in makers:
        try:
            each = up.enter_context(running(make()))
            if each.server.stateful:
                _fill_first_page(each)
        except CannotRun as reason:
            section.notes.append(f"Not measured: {reason}")
        else:
            started.append(each)
    return started


def _fill_first_page(each: Running) -> None:
    client = Client(each.port)
    for number in range(_PAGE):
        status, _ = client.ask("POST", each.server.base + POST.path, new_booking(number))
        if status != POST.status:
            raise CannotRun(f"{each.server.name} answers {status} to a booking")
    client.close()


def _contest(
    out: Console,
    contestants: list[Running],
    load: Load,
    section: Section,
    warm_seconds: int,
    runs: int,
    run_seconds: int,
) -> list[Figure]:
    """One load on every server."""
    ready = [each for each in contestants if _answers(each, load, section)]
    before = {each.server.name: _count(each) for each in ready}
    done: dict[str, list[_Run]] = {}
    for each in ready:
        out.print(f"[dim]{load.name}: warming {each.server.name}")
        done[each.server.name] = [_press(each, load, warm_seconds, 0)]
    for turn in range(1, runs + 1):
        out.print(f"[dim]{load.name}: run {turn} of {runs}")
        for each in ready:
            done[each.server.name].append(_press(each, load, run_seconds, turn))
    figures = []
    for each in ready:
        name = each.server.name
        wrong = _wrong(each, load, [run.outcome for run in done[name]], before[name], section)
        figures.append(_figure(name, load, done[name][1:], wrong))
        section.data.setdefault("runs_by_server", {}).setdefault(name, {})[load.name] = [
            {**asdict(run.outcome), "busy": run.busy, "per_cpu_second": run.per_cpu_second} for run in done[name]
        ]
    return figures


def _press(each: Running, load: Load, seconds: float, turn: int) -> _Run:
    before = each.cpu_seconds()
    outcome = press(f"http://127.0.0.1:{each.port}{each.server.base}", load, seconds=seconds, run=turn)
    return _Run(outcome, (each.cpu_seconds() - before) / outcome.seconds)


def _answers(each: Running, load: Load, section: Section) -> bool:
    """Whether the server understands the load at all, and answers as much as it should."""
    client = Client(each.port)
    status, body = client.ask(load.method, each.server.base + load.path, new_booking(_PAGE) if load is POST else None)
    client.close()
    name = each.server.name
    if status != load.status:
        section.notes.append(f"Not measured: {name} answers {status} to {load.name}.")
        return False
    if load is LIST and each.server.stateful and len(body["data"]["bookings"]) != _PAGE:
        section.alarms.append(f"{name}: a page has {len(body['data']['bookings'])} bookings instead of {_PAGE}")
    return True


def _count(each: Running) -> int:
    if not each.server.stateful:
        return 0
    client = Client(each.port)
    _, body = client.ask("GET", each.server.base + LIST.path)
    client.close()
    total: int = body["data"]["pagination"]["total_count"]
    return total


def _wrong(each: Running, load: Load, outcomes: list[Outcome], before: int, section: Section) -> str:
    """Why these outcomes are not what they say; empty when they are."""
    name = each.server.name
    refused = sum(outcome.refused for outcome in outcomes)
    broken = sum(outcome.broken for outcome in outcomes)
    wrong = ""
    if refused or broken:
        wrong = f"{refused} refused, {broken} broken"
    elif load is POST and each.server.stateful:
        answered, kept = sum(outcome.answered for outcome in outcomes), _count(each) - before
        # What was under way when wrk hung up is booked and was not counted.
        most = answered + CONNECTIONS * len(outcomes)
        section.data.setdefault("counted", {})[name] = {"answered": answered, "kept": kept}
        if not answered <= kept <= most:
            wrong = f"{answered} answered but {kept} kept"
        else:
            section.notes.append(f"{name}: wrk saw {answered:,} bookings answered, the list counts {kept:,} more.")
    if wrong:
        section.alarms.append(f"{name}, {load.name}: {wrong}")
    return wrong


def _figure(name: str, load: Load, runs: list[_Run], wrong: str) -> Figure:
    rates = [run.outcome.per_second for run in runs]
    busy = statistics.median(run.busy for run in runs)
    detail = f"p99 {statistics.median(run.outcome.p99_ms for run in runs):.1f} ms"
    detail += f", {statistics.median(run.cpu_us for run in runs):.0f} us"
    if busy < _BUSY:
        detail += f", {busy:.0%} busy"
    return Figure(name, load.name, statistics.median(rates), "/s", detail=detail, wrong=wrong, samples=rates)
