"""`make mutation`: a sample of the bugs that operators make, tried on the contract kit; and what it says where nothing is wrong.

A sample is drawn by the kit's own last commit, so nobody tunes the kit to it. Each bug is planted in a sandbox of its own, and
the tests of a default run that reach it are played until one of them notices.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from itertools import islice
from multiprocessing import get_context
from multiprocessing.pool import Pool
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console

from benchmarks.figures import Figure, Section
from benchmarks.in_process import SandboxServer, deployment, settle
from benchmarks.mutation.reach import Reach, look
from benchmarks.mutation.sampling import draw, equivalents, seed_of_the_kit, unpromised
from benchmarks.mutation.score import (
    EQUIVALENT,
    NO_BUG,
    NOT_STARTED,
    NOTICED,
    OUTCOMES,
    UNNOTICED,
    UNPROMISED,
    UNREACHED,
    Score,
    Trial,
)
from benchmarks.mutation.trials import Notice, findings_of_run, parts_of, try_bug
from doublebook_data import openapi_dir
from mockserver.app import API_NAMES, load_api
from mockserver.defects.bug import Bug
from mockserver.defects.catalogue import curated, generated

__all__ = ["ALL_APIS", "CLEAN", "LOWER_BOUND", "SHARE", "measure"]

ALL_APIS = "all four"
SHARE = "noticed of those that can be"
LOWER_BOUND = "at least, 95 %"
CLEAN = "findings on a clean sandbox"

_KEPT = Path("build/mutation")
_SEED = 1
"""Of the kit's own runs."""
_TRIALS_OF_A_PROCESS = 40
"""Hypothesis keeps every state machine that was ever played."""
_CLEAN_SEEDS = 20
_BATCH = 20
"""Trials that are begun before the clock is looked at: who works on one is not to be interrupted."""
_SHOWN_TO_SCHEMATHESIS = 11
_SCHEMATHESIS_SECONDS = 600


def measure(
    out: Console,
    *,
    quick: bool,
    measured: str,
    apis: Sequence[str] = API_NAMES,
    known: Mapping[str, Any] | None = None,
    size: int = 200,
    minutes: float | None = None,
    alone: bool = False,
) -> Section:
    """
    Args:
        measured: When, and what.
        known: The data of an earlier section: what it has of other APIs than *apis* is kept.
        size: How many bugs of each API the kit is shown.
        minutes: Begin no trial after so many, divided among the APIs; the next call goes on.
        alone: See what Schemathesis finds without the kit, too. That depends on no change of the kit, so the last figures stay else.
    """
    data = {api: (known or {}).get(api) for api in API_NAMES}
    seed, began_at = seed_of_the_kit(), time.monotonic()
    for number, api in enumerate(apis, start=1):
        until = None if minutes is None else began_at + 60 * minutes * number / len(apis)
        trials = try_sample(api, size=10 if quick else size, seed=seed, until=until, out=out)
        seeds = range(1, (2 if quick else _CLEAN_SEEDS) + 1)
        with _pool(api) as pool:
            runs = partial(pool.imap_unordered, _findings_of_seed, seeds)
            clean = _kept(f"{api}-{seed:08x}-clean-{len(seeds)}", runs)
        data[api] = {
            **(_alone(api, 1 if quick else _SHOWN_TO_SCHEMATHESIS) if alone else _last_alone(data[api])),
            "measured": measured,
            "seed": f"{seed:08x}",
            "counts": dict(Score.of(trials).counts),
            "unnoticed": [[trial.name, trial.says] for trial in trials if trial.outcome == UNNOTICED],
            "clean_seeds": len(seeds),
            "findings_on_clean": clean,
        }
    return _section({api: of_api for api, of_api in data.items() if of_api})


def _alone(api: str, number: int) -> dict[str, int]:
    """How many of the curated bugs one `st run` finds."""
    shown = list(curated(api))[:: max(len(curated(api)) // number, 1)]
    with _pool(api) as pool:
        noise, *plain = pool.map(partial(_checks_failed, api), ["", *shown])
    return {"alone_shown": len(shown), "alone_found": sum(bool(found - noise) for found in plain)}


def _last_alone(of_api: Mapping[str, Any] | None) -> dict[str, int]:
    return {name: value for name, value in (of_api or {}).items() if name.startswith("alone_")}


def _kept(name: str, count: Callable[[], Iterable[int]]) -> int:
    """The sum of what was counted before, or is now: an interrupted measurement goes on where it was."""
    file = _KEPT / f"{name}.json"
    if not file.exists():
        file.write_bytes(msgspec.json.encode(sum(count())))
    return msgspec.json.decode(file.read_bytes(), type=int)


def _section(data: dict[str, Any]) -> Section:
    section = Section("mutation", "Bugs that nobody wrote", "API", data=data)
    section.under = {"server": "in the process of the kit, its store in memory; both validations and the journal on"}
    scores = {api: Score.from_counts(of_api["counts"]) for api, of_api in data.items()}
    for api, of_api in data.items():
        section.figures += _figures(api, scores[api])
        seeds = f"{of_api['clean_seeds']} seeds"
        section.figures.append(Figure(api, CLEAN, float(of_api["findings_on_clean"]), "", detail=seeds))
        if "alone_found" in of_api:
            detail = f"of {of_api['alone_shown']} curated"
            section.figures.append(Figure(api, "st run alone", float(of_api["alone_found"]), "", detail=detail))
    whole = sum(scores.values(), Score.of([]))
    section.figures += _figures(ALL_APIS, whole)
    section.notes = [
        (
            "Made by the operators of `mockserver/defects`, drawn so that each operator is as likely as any other, by the last"
            " commit that touched the kit. *Shown* were those that a test of a default run reaches; *not started*"
            " those with which the server or its control plane does not work; *equivalents* are listed with their reasons in"
            " `benchmarks/mutation/equivalents.toml`, *unpromised* is what can be seen and nothing that is written down forbids,"
            " with reasons in `unpromised.toml` beside it: if these had to be noticed too, the share of all would be"
            f" {100 * whole.share_of_all:.1f} %. The interval is Wilson's."
        ),
        *(f"Not noticed: `{name}`. {says}" for of_api in data.values() for name, says in of_api["unnoticed"]),
        *(f"{api}: {of_api['measured']}, drawn by {of_api['seed']}" for api, of_api in data.items()),
    ]
    return section


def _figures(row: str, score: Score) -> Iterator[Figure]:
    low, high = score.interval
    yield Figure(row, "shown", float(score.shown), "")
    for outcome in OUTCOMES:
        yield Figure(row, outcome, float(score.counts[outcome]), "")
    yield Figure(row, SHARE, 100 * score.share, "%", detail=f"{100 * low:.1f} to {100 * high:.1f}")
    yield Figure(row, LOWER_BOUND, 100 * low, "%")


# The sample


def try_sample(api: str, *, size: int, seed: int, until: float | None, out: Console) -> list[Trial]:
    """Draw bugs until *size* of them have been shown to the kit; what was tried before is not tried again.

    What nobody noticed then is judged by both lists, and by what the tests reach, as these are now.

    Args:
        until: Begin no batch of trials after that moment, of `time.monotonic`.
    """
    file = _KEPT / f"{api}-{seed:08x}.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    known = {trial.name: trial for trial in (msgspec.json.decode(line, type=Trial) for line in lines)}
    drawn = draw(list(generated(load_api(api, prefix="")).values()), seed)
    with get_context("spawn").Pool(1) as alone:
        reach = alone.apply(_look, (api,))  # in a process of its own, which is traced and therefore slow
    trials: list[Trial] = []
    with file.open("a", encoding="utf-8") as kept, _pool(api, reach) as pool:
        while (missing := size - Score.of(trials).shown) > 0 and (batch := list(islice(drawn, min(missing, _BATCH)))):
            if until is not None and time.monotonic() > until and any(bug.name not in known for bug in batch):
                break
            waiting = iter(pool.imap(_try, [bug.name for bug in batch if bug.name not in known and reach.tests(bug)]))
            for bug in batch:
                trial = known.get(bug.name)
                if trial is not None and trial.outcome in (UNNOTICED, UNPROMISED, EQUIVALENT):
                    trial = replace(trial, outcome=_not_noticed(api, bug.name) if reach.tests(bug) else UNREACHED)
                elif trial is None:
                    trial = _judged(api, bug, next(waiting) if reach.tests(bug) else UNREACHED)
                    kept.write(msgspec.json.encode(asdict(trial)).decode() + "\n")
                    kept.flush()
                trials.append(trial)
            out.print(f"[dim]{api}: {Score.of(trials).shown} of {size} shown")
    return trials


def _judged(api: str, bug: Bug, found: Notice | str | None) -> Trial:
    if found is None:
        return Trial(bug.name, bug.says, NO_BUG)
    if isinstance(found, str):
        return Trial(bug.name, bug.says, found)
    if found.by:
        return Trial(bug.name, bug.says, NOTICED, found.by)
    if found.start:
        return Trial(bug.name, bug.says, NOT_STARTED, found.start)
    return Trial(bug.name, bug.says, _not_noticed(api, bug.name))


def _not_noticed(api: str, name: str) -> str:
    if name in equivalents()[api]:
        return EQUIVALENT
    return UNPROMISED if name in unpromised()[api] else UNNOTICED


# In a process of its own

_here: list[tuple[str, SandboxServer, Reach | None, Mapping[str, Bug]]] = []


def _pool(api: str, reach: Reach | None = None) -> Pool:
    workers = os.cpu_count() or 1
    return get_context("spawn").Pool(workers, _settle, (api, reach), maxtasksperchild=_TRIALS_OF_A_PROCESS)


def _settle(api: str, reach: Reach | None) -> None:
    settle()
    _here.append((api, SandboxServer(), reach, generated(load_api(api, prefix=""))))


def _try(name: str) -> Notice | None:
    api, server, reach, bugs = _here[0]
    assert reach is not None
    tests = {test.name: test for test in parts_of(api)}
    return try_bug(api, server, name, (tests[each] for each in reach.tests(bugs[name])), seed=_SEED)


def _look(api: str) -> Reach:
    settle()
    return look(api, SandboxServer(), seed=_SEED)


def _findings_of_seed(seed: int) -> int:
    """How much a default run finds where nothing is wrong."""
    api, server, *_ = _here[0]
    with server.serving(api) as url, deployment(api, url) as found:
        return len(findings_of_run(found, seed=seed))


def _checks_failed(api: str, defect: str) -> set[tuple[str, str]]:
    """Operation and check of each failure of one `st run`, in a sandbox nobody has used; "" plants nothing."""
    served = load_api(api, prefix="")
    server = _here[0][1]
    with server.serving(api, *filter(None, [defect])) as url, tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "junit.xml"
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "run", str(openapi_dir() / api / "openapi.yaml")),
            *("--url", f"{url}{served.base_path}", "--seed", str(_SEED), "-w", "1"),
            *("-H", f"Authorization: Bearer {served.personas[0].credential}.st-{time.monotonic_ns()}"),
            *("--generation-database", "none", "--report", "junit", "--report-junit-path", str(report)),
        ]
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(command, cwd=folder, capture_output=True, timeout=_SCHEMATHESIS_SECONDS, check=False)
        return set(_failures_in(report)) if report.exists() else set()


def _failures_in(report: Path) -> Iterator[tuple[str, str]]:
    for case in ET.parse(report).iter("testcase"):
        for failure in case.iter("failure"):
            for line in (failure.get("message") or failure.text or "").splitlines():
                if line.lstrip().startswith("- "):
                    yield str(case.get("name")), line.strip("- ")
