"""What a full run of the contract kit takes: of all APIs side by side, and of one that is far away."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from benchmarks.figures import Figure, Section
from benchmarks.latency import far_away
from benchmarks.servers import ROOT, CannotRun, ours_four, running
from mockserver.app import API_NAMES

__all__ = ["ALL_AT_ONCE", "FAR_AWAY", "SECONDS", "measure"]

ALL_AT_ONCE = "all of them side by side"
FAR_AWAY = "reservekit, 50 ms away"
SECONDS = "a full run"
_COMPUTED, _CALLS = "CPU of the kit", "requests"
_DELAY_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class _Took:
    seconds: float
    cpu_seconds: float
    requests: int


def measure(out: Console, *, quick: bool) -> Section:
    section = Section("kit", "A full run of the contract kit", "of")
    section.notes.append(
        "`contract-tests run API --mode full` of a sandbox beside it, all four begun at the same moment on all cores of the"
        " machine, which server and kits share; then one alone, of the same server through a proxy that passes on every answer"
        f" {1000 * _DELAY_SECONDS:.0f} ms later."
    )
    apis = API_NAMES[:1] if quick else API_NAMES
    with _on_all_cores(), running(replace(ours_four(), is_pinned=False)) as up, tempfile.TemporaryDirectory() as folder:
        url = f"http://127.0.0.1:{up.port}"
        out.print("[dim]full runs side by side")
        before = up.cpu_seconds()
        found = _runs(url, apis, Path(folder), section)
        server_seconds = up.cpu_seconds() - before
        took = list(found.values())
        all_of_them = _Took(
            max(each.seconds for each in took),
            sum(each.cpu_seconds for each in took),
            sum(each.requests for each in took),
        )
        section.figures = [figure for name, each in found.items() for figure in _figures(name, each)]
        section.figures += _figures(ALL_AT_ONCE, all_of_them)
        section.notes.append(f"The server computed {server_seconds:.0f} s meanwhile.")
        out.print("[dim]a full run far away")
        with far_away(url, _DELAY_SECONDS) as further:
            (far,) = _runs(further, apis[:1], Path(folder), section, "--disposable").values()
        section.figures += _figures(FAR_AWAY, far)
    return section


def _runs(url: str, apis: Sequence[str], folder: Path, section: Section, *options: str) -> dict[str, _Took]:
    """By API, all begun at once. Raises CannotRun."""
    with ThreadPoolExecutor(len(apis)) as pool:
        found = pool.map(lambda api: _run(url, api, folder, section, *options), apis)
        return dict(zip(apis, found, strict=True))


def _run(url: str, api: str, folder: Path, section: Section, *options: str) -> _Took:
    report, log = folder / f"{api}.json", folder / f"{api}.log"
    where = [api, "--base-url", f"{url}/{api}", "--mode", "full", "--report", f"json={report}", *options]
    began = time.perf_counter()
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "contract_tests", "run", *where], cwd=ROOT, stdout=file, stderr=subprocess.STDOUT
        )
    _, status, used = os.wait4(process.pid, 0)  # which alone says what the process has computed
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        last = log.read_text(encoding="utf-8", errors="replace").strip().rpartition("\n")[2]
        section.alarms.append(f"{api}: the run ended with {process.returncode}, {last}")
    try:
        requests = json.loads(report.read_text(encoding="utf-8"))["requests"]
    except OSError:
        raise CannotRun(f"the kit ran {api} without a report") from None
    return _Took(seconds, used.ru_utime + used.ru_stime, requests)


def _figures(row: str, took: _Took) -> Iterator[Figure]:
    yield Figure(row, SECONDS, took.seconds, "s")
    yield Figure(row, _COMPUTED, took.cpu_seconds, "s")
    yield Figure(row, _CALLS, took.requests, "")


@contextmanager
def _on_all_cores() -> Iterator[None]:
    """The process that measures keeps to one core, and what it starts would inherit that."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    usual = os.sched_getaffinity(0)
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    try:
        yield
    finally:
        os.sched_setaffinity(0, usual)
