"""Which bugs are tried: drawn by a seed that nobody chooses."""

import random
import subprocess
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from mockserver.defects.bug import Bug

__all__ = ["draw", "equivalents", "seed_of_the_kit", "unpromised"]

_HERE = Path(__file__).parent
_DIGITS = 8


def seed_of_the_kit() -> int:
    """The first digits of the last commit that touched the kit: with each change of the kit another sample is drawn."""
    command = ["git", "log", "-1", "--format=%H", "--", "contract_tests"]
    said = subprocess.run(command, cwd=_HERE.parents[1], capture_output=True, text=True, check=True).stdout
    return int(said[:_DIGITS], 16)


def draw(bugs: Sequence[Bug], seed: int) -> Iterator[Bug]:
    """All bugs, each once, in an order in which every operator is as likely to come next as any other.

    Answers say what thousands of bugs are about, lifecycles a dozen: drawn one by one, the sample would be of answers.
    """
    chance = random.Random(seed)
    waiting: dict[str, list[Bug]] = {}
    for bug in bugs:
        waiting.setdefault(bug.operator, []).append(bug)
    for each in waiting.values():
        chance.shuffle(each)
    while waiting:
        operator = chance.choice(sorted(waiting))
        yield waiting[operator].pop()
        if not waiting[operator]:
            del waiting[operator]


Reasons = Mapping[str, Mapping[str, str]]
"""Of each API names of bugs, each with a sentence."""


def equivalents() -> Reasons:
    """The bugs that are none: no client can tell them from the program as it is."""
    return _reasons("equivalents")


def unpromised() -> Reasons:
    """The bugs that can be seen, and that nothing which is written down forbids."""
    return _reasons("unpromised")


@cache
def _reasons(name: str) -> Reasons:
    found: dict[str, dict[str, str]] = tomllib.loads((_HERE / f"{name}.toml").read_text(encoding="utf-8"))
    return found
