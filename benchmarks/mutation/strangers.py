"""`python -m benchmarks.mutation.strangers`: which bugs of a server that is not ours does the kit notice, held to what pages state?

The operators that change our own program's text change that of `tests/support/independent_appointments.py`, which keeps to the
pages and grants nothing else. Each bug is played against by those tests of a default run that execute its lines, until one finds
a break. A difference is no break: it is counted apart, where the server as it is does not show it.
"""

import argparse
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from benchmarks.mutation.sampling import draw, seed_of_the_kit
from benchmarks.mutation.trials import READS, Part, findings_of_run, parts_of
from contract_tests.contracts import load_contract
from contract_tests.deployments import Typed, find_deployment
from contract_tests.findings import Finding, Severity
from contract_tests.laws.law import Layer
from contract_tests.runs import Deployment, staged
from contract_tests.suites.scripted import Stage
from mockserver.app import load_api
from mockserver.defects.bug import Bug
from mockserver.defects.operators.code import NothingChangedError, sites_in
from mockserver.defects.planting import Planter

_API = "appointments"
_MODULES = ("independent_appointments", "independent_salons")
_SUPPORT = str(Path(__file__).parents[2] / "tests/support")
_SEED = 1

Places = Mapping[str, frozenset[tuple[str, int]]]


class Trial(NamedTuple):
    """What came of a bug.

    Attributes:
        outcome: `noticed`, `differs` (told, and no break), `error` (a test could not judge), `unnoticed`, `no bug`.
        by: The test that noticed it, or the rules that are read otherwise.
    """

    name: str
    outcome: str
    by: str
    says: str
    played: int
    seconds: float


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutation.strangers", description=__doc__)
    parser.add_argument("--size", type=int, default=100, help="how many bugs that a test reaches to try")
    parser.add_argument("--seed", type=lambda text: int(text, 16), default=seed_of_the_kit(), metavar="HEX")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", nargs="+", default=(), metavar="NAME", help="these bugs, and no others")
    given = parser.parse_args()
    sys.path.append(_SUPPORT)
    bugs = list(_bugs())
    fork = get_context("fork")
    with fork.Pool(1) as alone:
        reach, clean = alone.apply(_look)
    drawn = [bug for bug in draw(bugs, given.seed) if bug.name in given.only or not given.only]
    reached = [bug for bug in drawn if any(_reaches(reach, test, bug) for test in reach)][: given.size]
    print(
        f"{len(reached)} of {len(bugs)} bugs, drawn by {given.seed:08x}; differences of the server as it is: {len(clean)}"
    )
    trials = []
    with fork.Pool(given.jobs, maxtasksperchild=1) as pool:
        tried = partial(_try, reach=reach, clean=clean)
        for trial in pool.imap_unordered(tried, [bug.name for bug in reached]):
            trials.append(trial)
            print(
                f"{trial.outcome:10}{trial.name}  {trial.by}  {trial.played} tests, {trial.seconds:.0f} s\n    {trial.says}",
                flush=True,
            )
    print(dict(Counter(trial.outcome for trial in trials)))
    return 0


def _bugs() -> Iterator[Bug]:
    for short in _MODULES:
        for word, site, _ in sites_in(short, import_module(short)):
            yield Bug(f"~{word}:{site.where}", site.says, site.plant, lines=site.lines)


def _reaches(reach: Places, test: str, bug: Bug) -> bool:
    return any((at.file, line) in reach[test] for at in bug.lines for line in range(at.first, at.last + 1))


@contextmanager
def _served() -> Iterator[tuple[Deployment, Stage]]:
    """The server in a world of its own, and the kit before it."""
    profile, words = import_module("salon_profile"), import_module("independent_appointments")
    world = import_module("independent_salons").World()
    with words.serving(world) as url, tempfile.TemporaryDirectory() as folder:
        text, tokens = profile.a_profile(world, url)
        os.environ.update(tokens, XDG_CACHE_HOME=folder)
        file = Path(folder) / "profile.toml"
        file.write_text(profile.with_locations(text, world), encoding="utf-8")
        found = find_deployment(load_contract(_API), Typed(profile=file))
        with staged(found, seed=_SEED) as stage:
            assert stage is not None, f"the kit knows no {_API}"
            yield found, stage
        found.worlds.close()


def _played(test: Part, found: Deployment, stage: Stage) -> tuple[Sequence[Finding], Sequence[str]]:
    if test.name == READS:
        return findings_of_run(found, seed=_SEED, layers=frozenset({Layer.READS})), ()
    played = test.play(stage)
    return played.findings, played.errors


def _differences(findings: Sequence[Finding]) -> set[str]:
    return {each.rule or each.check for each in findings if each.severity is Severity.DIFFERENCE}


def _look() -> tuple[Places, frozenset[str]]:
    """The lines of the server that each test executes, quickest test first, and what it reads otherwise where nothing is wrong."""
    files = frozenset(str(import_module(each).__file__) for each in _MODULES)
    seen: set[tuple[str, int]] = set()

    def follow(frame: FrameType, _: str, __: Any) -> Any:
        seen.add((frame.f_code.co_filename, frame.f_lineno))
        return follow

    def enter(frame: FrameType, _: str, __: Any) -> Any:
        return follow(frame, _, __) if frame.f_code.co_filename in files else None

    reach, took, differences = {}, {}, set()
    threading.settrace(enter)
    with _served() as (found, stage):
        for test in parts_of(_API):
            seen.clear()
            began_at = time.monotonic()
            findings, _ = _played(test, found, stage)
            broken = [each for each in findings if each.is_break]
            assert not broken, f"{test.name} finds something where nothing is wrong: {broken[0]}"
            differences |= _differences(findings)
            took[test.name], reach[test.name] = time.monotonic() - began_at, frozenset(seen)
    threading.settrace(None)
    return {name: reach[name] for name in sorted(reach, key=took.__getitem__)}, frozenset(differences)


def _try(name: str, *, reach: Places, clean: frozenset[str]) -> Trial:
    """In a process of its own, which is spoilt by it."""
    began_at = time.monotonic()
    bug = next(each for each in _bugs() if each.name == name)
    told = partial(Trial, name, says=bug.says)
    tests = {test.name: test for test in parts_of(_API)}
    differs, errors, number = set[str](), list[str](), 0
    try:
        bug.plant(Planter(load_api(_API, prefix="")))
        with _served() as (found, stage):
            for number, test in enumerate((each for each in reach if _reaches(reach, each, bug)), 1):
                findings, problems = _played(tests[test], found, stage)
                if broken := [each for each in findings if each.is_break]:
                    by = f"{test} {broken[0].rule or broken[0].check}"
                    return told("noticed", by, played=number, seconds=time.monotonic() - began_at)
                differs |= _differences(findings) - clean
                errors += problems
    except NothingChangedError:
        return told("no bug", "", played=0, seconds=0.0)
    except Exception as problem:  # noqa: BLE001 - a bug may break anything
        errors.append(f"{type(problem).__name__}: {problem}")
    took = time.monotonic() - began_at
    outcome = "error" if errors else "differs" if differs else "unnoticed"
    return told(outcome, "; ".join(errors) or ", ".join(sorted(differs)), played=number, seconds=took)


if __name__ == "__main__":
    raise SystemExit(main())
