"""Which of the planted bugs the contract kit finds: by which layer, in how many calls, in what time.

Each bug is served by a `mockserver serve API --defect RULE` of its own, over HTTP; the kit runs against it as a user
runs it, with a fixed seed and `--fail-fast`, in one process. Beside it stands Schemathesis alone, `st run` with its
defaults, on a sample: whatever it finds on the clean sandbox as well is noise and does not count.
"""

import contextlib
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console

from benchmarks.figures import Figure, Section, markdown_table
from benchmarks.servers import Server, running
from contract_tests.contracts import load_contract
from contract_tests.deployments import Typed, find_deployment
from contract_tests.known import read_known_failures
from contract_tests.reports.terminal import Terminal
from contract_tests.results import RunResult
from contract_tests.runs import run
from contract_tests.suites.plans import Plan
from doublebook_data import openapi_dir
from mockserver.app import API_NAMES, load_api
from mockserver.defects.catalogue import defects_of

__all__ = ["ALL_APIS", "CLEAN", "FOUND", "MEDIAN", "PLANTED", "kill_table", "measure"]

R = TypeVar("R")

ALL_APIS = "all four"
PLANTED = "bugs"
FOUND = "found"
MEDIAN = "median time"
CLEAN = "findings on a clean sandbox"
_SEED = 1
_CLEAN_SEEDS = 20
_PLAIN_SAMPLE = 10
"""Bugs of each API that plain Schemathesis is shown: every so many-th of the list."""
_PLAIN_SECONDS = 600
_RUNS_OF_A_PROCESS = 10
_FOUND_UNSEEN = {"reservekit": 3, "appointments": 9, "anny": 4, "bardge": 14}
"""
Of the subtle bugs, how many the kit found on the day they were planted, before any of its tests was written or mended for
them (2026-11-22, seed 1).
"""


@dataclass(frozen=True, slots=True)
class Kill:
    """What came of one bug.

    Attributes:
        layer: That found it; "" when nothing did.
        by: The test that found it.
        rule: That it was found to break: its own, or a neighbour.
        calls: Requests until then.
    """

    api: str
    defect: str
    says: str
    subtle: bool
    layer: str
    by: str
    rule: str
    calls: int
    seconds: float

    @property
    def was_found(self) -> bool:
        return bool(self.by)

    @property
    def broken_rule(self) -> str:
        return self.defect.partition(".")[0]


def measure(
    out: Console, *, quick: bool, measured: str, apis: Sequence[str] = API_NAMES, known: Mapping[str, Any] | None = None
) -> Section:
    """
    Args:
        measured: When, and what.
        known: The data of an earlier section: what it has of other APIs than *apis* is kept.
    """
    data = {api: (known or {}).get(api) for api in API_NAMES}
    # Hypothesis keeps every state machine that was ever played; a user's process plays those of one run.
    with get_context("spawn").Pool(_workers(), _take_any_core, maxtasksperchild=_RUNS_OF_A_PROCESS) as pool:
        for api in apis:
            chosen = list(defects_of(api))[:: 10 if quick else 1]
            seeds = range(1, (2 if quick else _CLEAN_SEEDS) + 1)
            shown = chosen[:: max(1, len(chosen) // (2 if quick else _PLAIN_SAMPLE))]
            kills = _told(out, f"{api}: bugs", pool.imap(partial(_kill, api), chosen), len(chosen))
            clean = _told(out, f"{api}: seeds", pool.imap(partial(_findings_of, api), seeds), len(seeds))
            noise, *plain = _told(
                out, f"{api}: st run", pool.imap(partial(_checks_failed, api), ["", *shown]), len(shown) + 1
            )
            data[api] = {
                "measured": measured,
                "kills": [asdict(kill) for kill in kills],
                "clean_seeds": len(seeds),
                "findings_on_clean": sum(clean),
                "plain_shown": len(shown),
                "plain_found": sum(bool(found - noise) for found in plain),
            }
    return _section({api: of_api for api, of_api in data.items() if of_api})


def _section(data: dict[str, Any]) -> Section:
    section = Section("mutation", "Planted bugs", "API", data=data)
    section.under = {"server": "one process on any core, its store in memory; both validations and the journal on"}
    all_kills = []
    for api, of_api in data.items():
        kills = [Kill(**each) for each in of_api["kills"]]
        all_kills += kills
        section.figures += _figures(api, kills)
        section.figures += [
            Figure(api, CLEAN, float(of_api["findings_on_clean"]), "", detail=f"{of_api['clean_seeds']} seeds"),
            Figure(api, "st run alone: shown", float(of_api["plain_shown"]), ""),
            Figure(api, "st run alone: found", float(of_api["plain_found"]), ""),
        ]
    section.figures += _figures(ALL_APIS, all_kills)
    layers = Counter(kill.layer for kill in all_kills if kill.was_found)
    section.notes = [
        (
            "Each bug in a server of its own, over HTTP; `contract-tests run API --fail-fast`, seed 1, in one process. Seconds"
            f" are those of the run until it stopped, without the start of either program; {_workers()} at a time."
        ),
        (
            "Subtle bugs were thought out by people who had read no test of the kit; in brackets how many of them it found"
            " before any test was written for one."
        ),
        "Bug by bug: [KILL_TABLE.md](KILL_TABLE.md).",
        "Found by layer: " + ", ".join(f"{name} {count}" for name, count in layers.most_common()) + ".",
        *(f"Missed: {kill.defect} of {kill.api}. {kill.says}" for kill in all_kills if not kill.was_found),
        *(f"{api}: {of_api['measured']}" for api, of_api in data.items()),
    ]
    return section


def kill_table(data: Mapping[str, Any]) -> str:
    """Each bug of a section's data: what it does, who found it, and how soon. Markdown."""
    lines = [
        "# Kill table",
        "",
        "Every bug that `mockserver serve API --defect NAME` can plant, and the first test of `contract-tests run` to see it.",
        "Written by `make mutation`; [RESULTS.md](RESULTS.md) has the sums and says how they were measured.",
    ]
    for api, of_api in data.items():
        lines += ["", f"## {api}", "", of_api["measured"], ""]
        kills = [Kill(**each) for each in of_api["kills"]]
        lines += markdown_table(["bug", "what it does", "found by", "layer", "calls", "seconds"], map(_row, kills))
    return "\n".join(lines) + "\n"


def _row(kill: Kill) -> list[str]:
    name = f"{kill.defect} (subtle)" if kill.subtle else kill.defect
    return [name, kill.says, kill.by or "**missed**", kill.layer, f"{kill.calls:,}", f"{kill.seconds:.1f}"]


def _workers() -> int:
    """How many runs at a time: each is two busy programs, the server and the kit."""
    return max(1, _cores() // 2)


def _cores() -> int:
    return os.cpu_count() or 1


def _take_any_core() -> None:
    """Whoever measures is bound to one core, which is too little for several runs."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, range(_cores()))


def _told(out: Console, what: str, results: Iterable[R], of: int) -> list[R]:
    """All results; every now and then how many there are."""
    found = []
    for result in results:
        found.append(result)
        if len(found) % 25 == 0 or len(found) == of:
            out.print(f"[dim]{what} {len(found)} of {of}")
    return found


def _figures(row: str, kills: Sequence[Kill]) -> Iterator[Figure]:
    found = [kill for kill in kills if kill.was_found]
    subtle = [kill for kill in kills if kill.subtle]
    unseen = sum(_FOUND_UNSEEN[api] for api in {kill.api for kill in subtle})
    yield Figure(row, PLANTED, float(len(kills)), "")
    yield Figure(row, FOUND, float(len(found)), "")
    yield Figure(row, "by its own rule", float(sum(kill.rule == kill.broken_rule for kill in found)), "")
    yield Figure(row, "subtle", float(len(subtle)), "")
    yield Figure(row, "subtle found", float(sum(kill.was_found for kill in subtle)), "", detail=f"{unseen} at first")
    if found:
        yield Figure(row, MEDIAN, statistics.median(kill.seconds for kill in found), "s")
        yield Figure(row, "longest", max(kill.seconds for kill in found), "s")
        yield Figure(row, "median calls", statistics.median(kill.calls for kill in found), "")


def _kill(api: str, name: str) -> Kill:
    defect = defects_of(api)[name]
    with running(_server(api, name)) as up:
        result = _run(api, f"http://127.0.0.1:{up.port}", seed=_SEED, fail_fast=True)
    first = next(iter(result.findings), None)
    return Kill(
        api=api,
        defect=defect.name,
        says=defect.says,
        subtle=defect.subtle,
        layer=first.layer if first else "",
        by=first.check if first else "",
        rule=first.rule if first else "",
        calls=result.requests,
        seconds=result.seconds,
    )


def _findings_of(api: str, seed: int) -> int:
    """How much is found where nothing is wrong."""
    with running(_server(api)) as up:
        return len(_run(api, f"http://127.0.0.1:{up.port}", seed=seed).findings)


def _run(api: str, url: str, *, seed: int, fail_fast: bool = False) -> RunResult:
    contract = load_contract(api)
    deployment = find_deployment(contract, Typed(base_url=url))
    silent = Terminal(Console(file=io.StringIO()))
    try:
        plan = Plan(seed=seed, fail_fast=fail_fast)
        return run(deployment, plan, read_known_failures(None, contract), silent)
    finally:
        silent.close()
        deployment.worlds.close()


def _checks_failed(api: str, defect: str) -> set[tuple[str, str]]:
    """Operation and check of each failure of one `st run`, in a sandbox nobody has used; "" plants nothing."""
    served = load_api(api, prefix="")
    with running(_server(api, *filter(None, [defect]))) as up, tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "junit.xml"
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "run", str(openapi_dir() / api / "openapi.yaml")),
            *("--url", f"http://127.0.0.1:{up.port}{served.base_path}", "--seed", str(_SEED), "-w", "1"),
            *("-H", f"Authorization: Bearer {served.personas[0].credential}.st-{time.monotonic_ns()}"),
            *("--generation-database", "none", "--report", "junit", "--report-junit-path", str(report)),
        ]
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(command, cwd=folder, capture_output=True, timeout=_PLAIN_SECONDS, check=False)
        return set(_failures_in(report)) if report.exists() else set()


def _failures_in(report: Path) -> Iterator[tuple[str, str]]:
    for case in ET.parse(report).iter("testcase"):
        for failure in case.iter("failure"):
            for line in (failure.get("message") or failure.text or "").splitlines():
                if line.lstrip().startswith("- "):
                    yield str(case.get("name")), line.strip("- ")


def _server(api: str, *defects: str) -> Server:
    planted = [word for name in defects for word in ("--defect", name)]
    return Server(
        f"mockserver {' '.join(defects)}",
        lambda port: [sys.executable, "-m", "mockserver", "serve", api, "--port", str(port), *planted],
        base="",
        probe="/_sandbox/health",
    )
