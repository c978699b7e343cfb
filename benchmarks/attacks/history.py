"""What was wanted, what was acknowledged, what is there in the end, and what of it must not be."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

__all__ = ["Attempt", "Kept", "Verdict", "judge"]


@dataclass(slots=True)
class Attempt:
    """Something that somebody wanted done once.

    Attributes:
        mark: Tells it from all others, and stands in what comes of it.
        ids: What it was said to have become; none where no answer came, several where answers differ.
        refused: It was said not to be done.
        ended: It was taken back, and that was acknowledged.
        may_have_ended: It was to be taken back, and no answer came.
    """

    mark: str
    ids: set[str] = field(default_factory=set)
    refused: bool = False
    ended: bool = False
    may_have_ended: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """What is there in the end.

    Attributes:
        pool: Whose places it takes; none where it takes none.
    """

    mark: str
    id: str
    pool: str = ""

    @property
    def takes_a_place(self) -> bool:
        return bool(self.pool)


@dataclass(slots=True)
class Verdict:
    """Each list has a sentence for each case."""

    acknowledged: int = 0
    unknown: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    oversold: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> list[str]:
        return [*self.lost, *self.doubled, *self.oversold]


def judge(attempts: Iterable[Attempt], kept: Iterable[Kept], places: Mapping[str, int]) -> Verdict:
    """*places* by pool."""
    found, wanted = Verdict(), {each.mark: each for each in attempts}
    by_mark: dict[str, list[Kept]] = {}
    for each in kept:
        by_mark.setdefault(each.mark, []).append(each)
    for attempt in wanted.values():
        there = by_mark.get(attempt.mark, [])
        found.acknowledged += bool(attempt.ids)
        found.unknown += not attempt.ids and not attempt.refused
        if len(there) > 1 or len(attempt.ids) > 1:
            found.doubled.append(f"{attempt.mark} was made {max(len(there), len(attempt.ids))} times")
        elif attempt.refused and there:
            found.doubled.append(f"{attempt.mark} was refused, and is there")
        elif attempt.ids and {each.id for each in there} != attempt.ids:
            found.lost.append(f"{attempt.mark} was made, and is not there")
        elif attempt.ids and attempt.ended and there[0].takes_a_place:
            found.lost.append(f"{attempt.mark} was cancelled, and takes a place")
        elif attempt.ids and not (attempt.ended or attempt.may_have_ended or there[0].takes_a_place):
            found.lost.append(f"{attempt.mark} was not cancelled, and takes no place")
    found.doubled += [f"{mark} is there, and nobody wanted it" for mark in by_mark.keys() - wanted.keys()]
    taken = Counter(each.pool for there in by_mark.values() for each in there if each.takes_a_place)
    found.oversold += [f"{pool} has {taken[pool]} of {most}" for pool, most in places.items() if taken[pool] > most]
    return found
