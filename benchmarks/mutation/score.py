"""How many of the bugs drawn are noticed, and how sure that is."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt

__all__ = [
    "EQUIVALENT",
    "NOTICED",
    "NOT_STARTED",
    "NO_BUG",
    "OUTCOMES",
    "UNNOTICED",
    "UNPROMISED",
    "UNREACHED",
    "Score",
    "Trial",
]

NOTICED = "noticed"
UNNOTICED = "unnoticed"
EQUIVALENT = "equivalent"
UNPROMISED = "unpromised"
"""No page and no rule of the document speaks of what is wrong with it: a kit that failed a server for it would be wrong."""
UNREACHED = "unreached"
NOT_STARTED = "not started"
NO_BUG = "no bug"
"""Python makes the same of the program with it as without."""
OUTCOMES = (NOTICED, UNNOTICED, UNPROMISED, EQUIVALENT, UNREACHED, NOT_STARTED)

_Z = 1.959964
"""Of a normal distribution: within so many standard deviations lie 95 % of all values."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one bug.

    Attributes:
        outcome: One of the words above.
        by: The test that noticed it.
    """

    name: str
    says: str
    outcome: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """The counts of a sample. What nobody can notice, or nobody reaches, says nothing about the kit."""

    counts: Counter[str]

    @classmethod
    def of(cls, trials: Iterable[Trial]) -> "Score":
        return cls(Counter(trial.outcome for trial in trials))

    @classmethod
    def from_counts(cls, counts: Mapping[str, int]) -> "Score":
        return cls(Counter(counts))

    def __add__(self, other: "Score") -> "Score":
        return Score(self.counts + other.counts)

    @property
    def shown(self) -> int:
        """Those that the kit could have looked at."""
        return self.judged + self.counts[UNPROMISED] + self.counts[EQUIVALENT]

    @property
    def judged(self) -> int:
        return self.counts[NOTICED] + self.counts[UNNOTICED]

    @property
    def share(self) -> float:
        """Of those that could be noticed; 0 of none."""
        return self.counts[NOTICED] / self.judged if self.judged else 0.0

    @property
    def share_of_all(self) -> float:
        """The same, if what nobody promises had to be noticed too."""
        every = self.judged + self.counts[UNPROMISED]
        return self.counts[NOTICED] / every if every else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's, which holds near 1 too: where the share of all bugs lies in 95 of 100 samples."""
        n, p = self.judged, self.share
        if not n:
            return 0.0, 1.0
        centre = (p + _Z * _Z / (2 * n)) / (1 + _Z * _Z / n)
        half = _Z * sqrt(p * (1 - p) / n + _Z * _Z / (4 * n * n)) / (1 + _Z * _Z / n)
        return max(centre - half, 0.0), min(centre + half, 1.0)
