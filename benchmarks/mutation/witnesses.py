"""`make witnesses`: looks for each rule that no curated bug breaks a bug that was made, and that a test of the rule notices.

A witness breaks few rules, or it would say little about the one; where none such is found, as few as was found. What was
found before and still stands is kept.
"""

import argparse
import os
import random
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Self

from rich.console import Console

from benchmarks.in_process import SandboxServer, settle
from benchmarks.mutation.reach import Reach, look
from benchmarks.mutation.trials import Notice, Part, parts_of, try_bug
from contract_tests.contracts import Contract, Rule, load_contract
from mockserver.app import API_NAMES, load_api
from mockserver.defects.bug import Bug
from mockserver.defects.catalogue import curated, find, generated
from mockserver.defects.operators.sites import in_a_name, prefix_of

__all__ = ["MOST_RULES", "WIDEST", "read_sought", "read_witnesses"]

MOST_RULES = 5
WIDEST = 20
_KEPT = Path(__file__).parents[2] / "tests/contract_tests/apis/witnesses"
_SEED = 1
_ROUNDS = 60
_IN_A_ROW = 8
_TRIALS_OF_A_PROCESS = 40

Find = Callable[[str], Notice | None]


def read_witnesses(api: str) -> dict[str, str]:
    """By rule the name of the bug; empty where nobody has looked yet."""
    found = _read(api)
    return {**found.get("witnesses", {}), **found.get("wide", {})}


def read_sought(api: str) -> list[str]:
    """The rules for which nobody has found one yet."""
    found: list[str] = _read(api).get("sought", [])
    return found


def _read(api: str) -> dict[str, Any]:
    file = _KEPT / f"{api}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def _write(api: str, found: "_Found") -> None:
    sought = sorted(found.missing)
    lines = [
        "# Of each rule that no curated bug breaks, a made one that a test of the rule notices. `make witnesses` looks for them.",
        *(["# No bug that shows that they are tested is known of these."] if sought else []),
        f"sought = [{', '.join(repr(rule) for rule in sought)}]".replace("'", '"'),
        "",
        f"# Each breaks at most {MOST_RULES} rules.",
        "[witnesses]",
        *(f'{rule} = "{name}"' for rule, name in sorted(found.narrow.items())),
        "",
        f"# These break more, and at most {WIDEST}.",
        "[wide]",
        *(f'{rule} = "{name}"' for rule, (name, _) in sorted(found.wide.items())),
    ]
    _KEPT.mkdir(exist_ok=True)
    (_KEPT / f"{api}.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutation.witnesses", description=__doc__)
    parser.add_argument("apis", nargs="*", choices=[*API_NAMES, []], metavar="API")
    parser.add_argument("--rounds", type=int, default=_ROUNDS, help="how many bugs to try for a rule")
    parser.add_argument("--narrower", action="store_true", help="look again where what was found breaks many rules")
    given = parser.parse_args()
    out, left = Console(stderr=True, highlight=False), 0
    for api in given.apis or API_NAMES:
        left += len(_look_for_all(api, given.rounds, out, narrower=given.narrower))
    return 1 if left else 0


@dataclass(slots=True)
class _Found:
    """
    Attributes:
        wanted: The rules that want a witness.
        wide: With how many rules each of them breaks.
    """

    wanted: set[str]
    narrow: dict[str, str]
    wide: dict[str, tuple[str, int]]

    @classmethod
    def before(cls, api: str, bugs: Mapping[str, Bug], wanted: set[str]) -> Self:
        kept = _read(api)
        narrow, wide = (
            {
                rule: name
                for rule, name in kept.get(table, {}).items()
                if name.partition("@")[0] in bugs and rule in wanted
            }
            for table in ("witnesses", "wide")
        )
        return cls(wanted, narrow, {rule: (name, WIDEST) for rule, name in wide.items()})

    def take(self, name: str, rules: set[str], breadth: int) -> None:
        for rule in rules & self.wanted - self.narrow.keys():
            if breadth <= MOST_RULES:
                self.narrow[rule] = name
                self.wide.pop(rule, None)
            elif rule not in self.wide or breadth < self.wide[rule][1]:
                self.wide[rule] = name, breadth

    @property
    def missing(self) -> set[str]:
        return self.wanted - self.narrow.keys() - self.wide.keys()


def _look_for_all(api: str, rounds: int, out: Console, *, narrower: bool) -> set[str]:
    """The rules for which nothing was found."""
    contract, loaded = load_contract(api), load_api(api, prefix="")
    bugs = generated(loaded)
    shown = {bug.rule for bug in curated(api).values()}
    wanted = {rule.id for rule in contract.rules if not rule.not_tested} - shown
    found = _Found.before(api, bugs, wanted)
    seeking = (wanted - found.narrow.keys()) if narrower else found.missing
    if not seeking:
        _write(api, found)
        return found.missing
    with get_context("spawn").Pool(1) as alone:
        reach = alone.apply(_look, (api,))
    shown_by = {name: tests for name, bug in bugs.items() if (tests := reach.tests(bug))}
    prefix, parts = prefix_of(loaded), parts_of(api)
    waiting = {
        rule: _candidates(contract.rule(rule), contract, bugs, shown_by, parts, prefix) for rule in sorted(seeking)
    }
    tried: set[str] = set()
    with get_context("spawn").Pool(
        os.cpu_count() or 1, _settle, (api, reach), maxtasksperchild=_TRIALS_OF_A_PROCESS
    ) as pool:
        for number in range(1, rounds + 1):
            jobs = []
            for rule in sorted(seeking):
                name = next((name for name in waiting[rule] if name not in tried), None)
                if name is not None:
                    tried.add(name)
                    jobs.append((rule, name))
            for answer in pool.imap_unordered(_attempt, jobs):
                found.take(*answer)
            seeking -= found.narrow.keys()
            _write(api, found)
            out.print(
                f"[dim]{api}: round {number}, {len(jobs)} tried, {len(seeking)} rules left,"
                f" {len(found.missing)} of them without any"
            )
            if not seeking or not jobs:
                break
    out.print(f"{api}: {len(found.missing)} without a witness: {', '.join(sorted(found.missing))}")
    return found.missing


def _candidates(
    rule: Rule,
    contract: Contract,
    bugs: Mapping[str, Bug],
    shown_by: Mapping[str, Sequence[str]],
    parts: Iterable[Part],
    prefix: str,
) -> Iterator[str]:
    """Bugs that a test of the rule reaches: those that speak of what it speaks of first, few of an operator in a row."""
    yield from (name for name in _refusals(rule.id, contract, prefix) if name in shown_by)
    judging = [part for part in parts if rule.id in part.rules]
    own = {part.name for part in judging if part.is_a_law} or {part.name for part in judging}
    reached = [name for name, tests in shown_by.items() if own.intersection(tests)]
    random.Random(rule.id).shuffle(reached)
    words = {name: _words(f"{name} {bugs[name].says}") for name in reached}
    often = Counter(word for each in words.values() for word in each)
    wanted = _words(" ".join((rule.text, rule.operation, *own)))
    # What few tests reach breaks few rules.
    likeness = {
        name: sum(1 / often[word] for word in each & wanted) / len(shown_by[name]) ** 0.5
        for name, each in words.items()
    }
    turn: Counter[str] = Counter()
    ranked = []
    for name in sorted(reached, key=lambda name: -likeness[name]):
        turn[bugs[name].operator] += 1
        ranked.append((turn[bugs[name].operator] // _IN_A_ROW, name))
    yield from (name for _, name in sorted(ranked, key=lambda each: each[0]))


def _words(text: str) -> frozenset[str]:
    """The words of a text, those of names such as `createBooking` and `start_time` apart."""
    return frozenset(re.findall(r"[a-z]+", re.sub(r"([A-Z])", r" \1", text).lower()))


def _refusals(rule: str, contract: Contract, prefix: str) -> Iterator[str]:
    """The bugs about the refusals that the document gives the rule for."""
    for operation in contract.operations:
        for refusal in operation.refusals:
            if refusal.rule == rule:
                for word in ("unsaid", "words", "status"):
                    yield f"{prefix}~refused:{operation.id}.{refusal.status}.{in_a_name(str(refusal.code))}.{word}"
    for refusal in contract.refusals:
        if refusal.rule == rule:
            yield from (f"{prefix}~door:{refusal.status}.{word}" for word in ("words", "status", "kind", "empty"))


# In a process of its own

_here: list[tuple[str, SandboxServer, Reach, Mapping[str, Bug]]] = []


def _settle(api: str, reach: Reach) -> None:
    settle()
    _here.append((api, SandboxServer(), reach, generated(load_api(api, prefix=""))))


def _look(api: str) -> Reach:
    settle()
    return look(api, SandboxServer(), seed=_SEED)


def _attempt(job: tuple[str, str]) -> tuple[str, set[str], int]:
    """Given a rule and a bug: the bug, the rules that it is a witness for, none unless it is for that one, and how many it breaks.

    One that breaks too many may break few in one operation alone.
    """
    api, server, reach, bugs = _here[0]
    rule, name = job
    parts = {part.name: part for part in parts_of(api)}
    best = _broken(api, server, name, [parts[each] for each in reach.tests(bugs[name])], rule)
    if best[1] and best[2] > MOST_RULES and not bugs[name].operations:
        own = [part.name for part in parts.values() if rule in part.rules]
        called = {operation for each in own for operation, _ in reach.places[each] if operation}
        for operation in sorted(called):
            bug = find(load_api(api, prefix=""), f"{name}@{operation}")
            if bug is not None and any(reach.reaches(each, bug) for each in own):
                found = _broken(api, server, bug.name, [parts[each] for each in reach.tests(bug)], rule)
                best = min(best, found, key=lambda each: each[2] if each[1] else WIDEST + 1)
    return best if best[2] <= WIDEST else (name, set(), 0)


def _broken(
    api: str, server: SandboxServer, name: str, reached: Sequence[Part], rule: str
) -> tuple[str, set[str], int]:
    """The bug, the rules that it is a witness for, and how many it breaks; no more than one more than the `WIDEST` may."""
    laws = [part for part in reached if part.is_a_law]
    own = [part for part in laws if rule in part.rules] or [part for part in reached if rule in part.rules]
    if rule not in _named(try_bug(api, server, name, own, seed=_SEED, most_rules=WIDEST)):
        return name, set(), 0
    whole = try_bug(api, server, name, [*laws, *own], seed=_SEED, most_rules=WIDEST)
    return name, {rule} | _named(whole), len({each for _, each in whole.blamed if each}) if whole else WIDEST + 1


def _named(notice: Notice | None) -> set[str]:
    """The rules that a test which declares them said to be broken."""
    return set() if notice is None else {rule for declared, rule in notice.blamed if rule in declared}


if __name__ == "__main__":
    raise SystemExit(main())
