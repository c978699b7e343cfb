"""One bug on trial: it is planted in a sandbox of this process, and the tests of the kit are played until one notices it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import StringIO
from typing import Any

from rich.console import Console

from benchmarks.in_process import SandboxServer, deployment
from contract_tests.apis import kit_of
from contract_tests.findings import Finding
from contract_tests.known import read_known_failures
from contract_tests.laws.law import Layer
from contract_tests.reports.terminal import Terminal
from contract_tests.results import Outcome, TestResult
from contract_tests.runs import Deployment, run, staged
from contract_tests.scenes.sending import Silence
from contract_tests.suites.lifecycle import play_batch
from contract_tests.suites.plans import Plan
from contract_tests.suites.scripted import Stage, play
from mockserver.defects.operators.code import NothingChangedError

__all__ = ["Notice", "Part", "Played", "findings_of_run", "parts_of", "staged_at", "try_bug"]

READS = "reads"
_CONTROL = "the control plane answered"
"""What refuses to move the clock, say, because of the bug: nobody can test a server with it."""


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a test.

    Attributes:
        errors: What the kit could not judge.
    """

    findings: tuple[Finding, ...]
    calls: int
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a default run that can be played alone: a law, a batch of lives, all reads.

    Attributes:
        rules: That it judges.
    """

    name: str
    rules: tuple[str, ...]
    play: Callable[[Stage], Played]
    is_a_law: bool = False


def parts_of(api: str) -> list[Part]:
    """What a default run consists of, in its order."""
    kit = kit_of(api)
    assert kit is not None, f"the kit knows no {api}"
    batches = range(Plan().batches)
    return [
        *(Part(law.name, law.rules, partial(_played, partial(play, law=law)), is_a_law=True) for law in kit.laws),
        *(
            Part(
                f"lifecycle.batch_{each}",
                kit.machine.RULES,
                partial(_played, partial(play_batch, number=each, shrink=False)),
            )
            for each in batches
        ),
        Part(READS, (), partial(_reads, api)),
    ]


def _played(act: Callable[..., TestResult], stage: Stage) -> Played:
    result = act(stage)
    errors = (f"{result.name}: {result.why}",) if result.outcome is Outcome.ERROR else ()
    return Played(result.findings, result.calls, errors)


def _reads(api: str, stage: Stage) -> Played:
    """The reads of Schemathesis, in a world of their own."""
    base = stage.worlds.open()
    stage.worlds.shut(base, keep=False)
    with deployment(api, base.base_url.partition("/~")[0]) as found:
        findings = findings_of_run(found, seed=stage.setting.seed, layers=frozenset({Layer.READS}))
    return Played(findings, 0)


def findings_of_run(found: Deployment, **plan: Any) -> tuple[Finding, ...]:
    """What a run finds that is told nobody."""
    silent = Terminal(Console(file=StringIO()))
    try:
        return tuple(run(found, Plan(**plan), read_known_failures(None, found.contract), silent).findings)
    finally:
        silent.close()


@contextmanager
def staged_at(api: str, url: str, *, seed: int) -> Iterator[Stage]:
    with deployment(api, url) as found, staged(found, seed=seed) as stage:
        assert stage is not None, f"the kit knows no {api}"
        yield stage


@dataclass(frozen=True, slots=True)
class Notice:
    """What came of a bug.

    Attributes:
        by: The first test that noticed it; "" for none.
        blamed: The rules that were said to be broken, each with those that the test declares; "" is of the document.
        played: How many tests were played.
        start: Why the server did not start with it, or why its control plane did not work and nothing else was noticed.
        errors: Of tests that could not judge what came.
    """

    name: str
    by: str = ""
    blamed: tuple[tuple[tuple[str, ...], str], ...] = ()
    played: int = 0
    start: str = ""
    errors: tuple[str, ...] = ()


def try_bug(
    api: str, server: SandboxServer, name: str, tests: Iterable[Part], *, seed: int, most_rules: int = 0
) -> Notice | None:
    """Play *tests* against the sandbox with the bug *name*, until one of them finds something.

    Args:
        most_rules: Go on until more than so many rules are said to be broken, or to the end.

    Returns:
        None when Python makes the same of the program with that bug as without.
    """
    by, blamed, errors, played = "", list[tuple[tuple[str, ...], str]](), list[str](), 0
    try:
        with server.serving(api, name) as url, staged_at(api, url, seed=seed) as stage:
            for test in tests:
                result = test.play(stage)
                played += 1
                errors += result.errors
                if result.findings:
                    by = by or test.name
                    blamed += [(test.rules, each.rule) for each in result.findings]
                    if not most_rules or len({rule for _, rule in blamed if rule}) > most_rules:
                        break
    except NothingChangedError:
        return None
    except Silence as problem:
        return Notice(name, "silence", tuple(blamed), played, errors=(str(problem),))
    except Exception as problem:  # noqa: BLE001 - a bug may break anything: the start, the control plane
        return Notice(
            name, by, tuple(blamed), played, start=f"{type(problem).__name__}: {problem}", errors=tuple(errors)
        )
    broken = next((each for each in errors if _CONTROL in each and not by), "")
    return Notice(name, by, tuple(blamed), played, start=broken, errors=tuple(errors))
