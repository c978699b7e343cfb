"""One broken promise of the API under test, as a value: what was expected, what came, and how to see it again.

A finding is neither a problem of the call (`problems.CannotRun`) nor a bug of this program (an exception).
"""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Finding", "Severity"]


class Severity(StrEnum):
    MUST = "must"
    SHOULD = "should"


@dataclass(frozen=True, slots=True)
class Finding:
    """
    An answer that breaks the contract.

    Args:
        operation: `METHOD /path` as the contract spells it.
        check: The name of the check that saw it.
        came: Status and the beginning of the body, on one line.
        detail: What the check itself says, possibly several lines.
        commands: curl commands, oldest first; the last one gets the bad answer. They hold no secret.
    """

    severity: Severity
    operation: str
    phase: str
    check: str
    expected: str
    came: str
    detail: str
    commands: tuple[str, ...]
