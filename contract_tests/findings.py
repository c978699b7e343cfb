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
        curl: A command that holds no secret.
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
        detail: What the check itself says, possibly several lines.
        steps: Oldest first; the last one gets the bad answer.
        left_out: Of how many earlier writes only the replay tells.
        replay: What `contract-tests replay` takes; "" where it is shown by its steps alone.
        known: Why it is known and fails nothing; "" where it is not.
        world: The sandbox that is kept as the test left it; "" where there is none.
        reset: The command after which its steps, pasted one by one, are answered there as they were; "" where none
            makes them.
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
    left_out: int = 0
    replay: str = ""
    known: str = ""
    world: str = ""
    reset: str = ""

    @property
    def counts(self) -> bool:
        """Whether it makes the run fail: neither advice nor known, nor a mere difference."""
        return self.severity is Severity.MUST and not self.known

    @property
    def is_break(self) -> bool:
        """Whether a promise is broken that a test is about: no advice beside the rules, no difference."""
        return self.severity is Severity.MUST or (bool(self.rule) and self.severity is Severity.SHOULD)
