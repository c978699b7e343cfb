"""Which of the planted bugs the contract kit finds: by which layer, in how many calls, in what time.

Each bug is served by a `mockserver serve API --defect RULE` of its own, over HTTP; the kit runs against it as a user
runs it, with a fixed seed and `--fail-fast`, in this one process. Beside it stands Schemathesis alone, `st run` with its
defaults, on a sample: whatever it finds on the clean sandbox as well is noise and does not count.
"""

import contextlib
import io
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console

from benchmarks.figures import Figure, Section
from benchmarks.servers import Server, running
from contract_tests.contracts import load_contract
from contract_tests.deployments import Typed, find_deployment
from contract_tests.known import read_known_failures
from contract_tests.problems import CannotRun
from contract_tests.reports.terminal import Terminal
from contract_tests.results import RunResult
from contract_tests.runs import run
from contract_tests.suites.plans import Plan
from doublebook_data import openapi_dir
from mockserver.app import API_NAMES
from mockserver.defects.catalogue import defects_of
from mockserver.defects.planting import Defect

__all__ = ["CLEAN", "FOUND", "measure"]

FOUND = "found"
CLEAN = "findings on a clean sandbox"
_SEED = 1
_CLEAN_SEEDS = 20
_PLAIN_SAMPLE = 15
"""Bugs of each API that plain Schemathesis is shown: every so many-th of the list."""
_PLAIN_SECONDS = 600


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


def measure(out: Console, *, quick: bool, apis: Sequence[str] = API_NAMES) -> Section:
    section = Section("mutation", "Planted bugs", "API")
    section.notes.append(
        "Each bug in a server of its own, over HTTP; `contract-tests run API --fail-fast`, seed 1, one process. Seconds are"
        " those of the run until it stopped, without the start of either program."
    )
    kills: list[Kill] = []
    for api in apis:
        chosen = list(defects_of(api).values())[:: 10 if quick else 1]
        for number, defect in enumerate(chosen, 1):
            kills.append(_kill(api, defect))
            if not kills[-1].was_found:
                out.print(f"[red]{defect.name} of {api} was missed: {defect.says}", highlight=False)
            elif number % 20 == 0:
                out.print(f"[dim]{api}: {number} of {len(chosen)}")
        section.figures += _figures(api, [kill for kill in kills if kill.api == api])
        section.figures.append(Figure(api, CLEAN, _clean(api, 2 if quick else _CLEAN_SEEDS), ""))
        plain = _plain(api, chosen[:: max(1, len(chosen) // (2 if quick else _PLAIN_SAMPLE))], out)
        section.figures += [
            Figure(api, "st run alone: shown", float(len(plain)), ""),
            Figure(api, "st run alone: found", float(sum(plain.values())), ""),
        ]
    section.notes += [f"Missed: {kill.defect} of {kill.api}. {kill.says}" for kill in kills if not kill.was_found]
    layers = Counter(kill.layer for kill in kills if kill.was_found)
    section.notes.append("By layer: " + ", ".join(f"{layer} {number}" for layer, number in layers.most_common()) + ".")
    section.data["kills"] = [asdict(kill) for kill in kills]
    return section


def _figures(api: str, kills: Sequence[Kill]) -> Iterator[Figure]:
    found = [kill for kill in kills if kill.was_found]
    subtle = [kill for kill in kills if kill.subtle]
    yield Figure(api, "bugs", float(len(kills)), "")
    yield Figure(api, FOUND, float(len(found)), "")
    yield Figure(api, "of these subtle", float(len(subtle)), "", detail=f"{sum(k.was_found for k in subtle)} found")
    if found:
        yield Figure(api, "median time", statistics.median(kill.seconds for kill in found), "s")
        yield Figure(api, "median calls", statistics.median(kill.calls for kill in found), "")
        yield Figure(api, "longest", max(kill.seconds for kill in found), "s")


def _kill(api: str, defect: Defect) -> Kill:
    with running(_server(api, defect.name)) as up:
        result = _run(api, f"http://127.0.0.1:{up.port}", Plan(seed=_SEED, fail_fast=True))
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


def _clean(api: str, seeds: int) -> float:
    """How much is found where nothing is wrong."""
    with running(_server(api)) as up:
        url = f"http://127.0.0.1:{up.port}"
        return float(sum(len(_run(api, url, Plan(seed=seed)).findings) for seed in range(1, seeds + 1)))


def _run(api: str, url: str, plan: Plan) -> RunResult:
    contract = load_contract(api)
    deployment = find_deployment(contract, Typed(base_url=url))
    silent = Terminal(Console(file=io.StringIO()))
    try:
        return run(deployment, plan, read_known_failures(None, contract), silent)
    finally:
        silent.close()
        deployment.worlds.close()


def _plain(api: str, defects: Sequence[Defect], out: Console) -> dict[str, bool]:
    """What Schemathesis alone finds of each bug, beside what it finds on the clean sandbox."""
    with contextlib.suppress(CannotRun), running(_server(api)) as up:
        noise = _checks_failed(api, up.port)
        found = {}
        for defect in defects:
            with running(_server(api, defect.name)) as bad:
                found[defect.name] = bool(_checks_failed(api, bad.port) - noise)
            out.print(f"[dim]st run, {defect.name}: {'found' if found[defect.name] else 'missed'}")
        return found
    return {}


def _checks_failed(api: str, port: int) -> set[tuple[str, str]]:
    """Operation and check of each failure, of one `st run` in a sandbox nobody has used."""
    from mockserver.app import load_api  # noqa: PLC0415 - only for this comparison

    served = load_api(api, prefix="")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "junit.xml"
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "run", str(openapi_dir() / api / "openapi.yaml")),
            *("--url", f"http://127.0.0.1:{port}{served.base_path}", "--seed", str(_SEED), "-w", "1"),
            *("-H", f"Authorization: Bearer {served.personas[0].credential}.st-{time.monotonic_ns()}"),
            *("--generation-database", "none", "--report", "junit", "--report-junit-path", str(report)),
        ]
        subprocess.run(command, cwd=folder, capture_output=True, timeout=_PLAIN_SECONDS, check=False)
        return set(_failures_in(report)) if report.exists() else set()


def _failures_in(report: Path) -> Iterator[tuple[str, str]]:
    import xml.etree.ElementTree as ET  # noqa: PLC0415 - our own file

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
