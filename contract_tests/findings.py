"""One broken promise of the API under test, as a value: what was expected, what came, and how to see it again.

A finding is neither a problem of the call (`problems.CannotRun`) nor a bug of this program (an exception).
"""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Finding", "Severity", "Step"]


class Severity(StrEnum):
    MUST = "must"
    SHOULD = "should"
    DIFFERENCE = "difference"
    """Nothing is broken: the document is our reading there, and the target reads it otherwise."""


@dataclass(frozen=True, slots=True)
class Step:
    """
    One request of those that show a finding.

    Args:
        title: What it is for, in a few words; "" where nobody knows.
        curl: What is pasted into a shell: a command that holds no secret, and a line for each value that later ones take
            from its answer.
        came: Status and the beginning of the body, on one line; "" where nobody kept it.
    """

    title: str
    curl: str
    came: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """
    An answer that breaks the contract.

    Args:
        severity: Of the rule, where there is one and it is broken.
        rule: The id of the broken rule; "" where it is the document itself that is broken.
        operation: `METHOD /path` as the contract spells it.
        check: The test or the check that saw it.
        layer: The part of the run it was seen in.
        came: Status and the beginning of the body, on one line.
        detail: What the check itself says, or what has to be known of clocks and deadlines, possibly several lines.
        steps: Every write that leads to it, oldest first; the last one gets the bad answer.
        replay: What `contract-tests replay` takes; "" where it is shown by its steps alone.
        known: Why it is known and fails nothing; "" where it is not.
        world: The sandbox that is kept as the test left it; "" where there is none.
        reset: The command after which its steps, pasted one by one, are answered there as they were; "" where none
            makes them, since they have to be sent at once.
        is_of_a_race: Requests that were sent at the same moment show it, which may be once in many times.
    """

    severity: Severity
    rule: str = ""
    operation: str
    check: str
    layer: str
    expected: str
    came: str
    detail: str = ""
    steps: tuple[Step, ...]
    replay: str = ""
    known: str = ""
    world: str = ""
    reset: str = ""
    is_of_a_race: bool = False

    @property
    def counts(self) -> bool:
        """Whether it makes the run fail: neither advice nor known, nor a mere difference."""
        return self.severity is Severity.MUST and not self.known

    @property
    def is_break(self) -> bool:
        """Whether a promise is broken that a test is about: no advice beside the rules, no difference."""
        return self.severity is Severity.MUST or (bool(self.rule) and self.severity is Severity.SHOULD)
