"""Failures that are known: each with a reason, an owner and a day on which it is looked at again.

A known failure is reported and does not fail the run. One that has expired does; one that passes is said, so that the
list shrinks.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from contract_tests.contracts import Contract
from contract_tests.findings import Finding
from contract_tests.problems import CannotRun, as_written, did_you_mean
from contract_tests.results import Outcome, RuleResult

__all__ = ["KnownFailure", "KnownFailures", "read_known_failures"]

_ENTRIES = "failure"
_FIELDS = ("rule", "check", "operation", "reason", "owner", "expires")


@dataclass(frozen=True, slots=True)
class KnownFailure:
    """
    Args:
        rule: The broken rule; "" for what no rule says, which `check` and `operation` name then.
        expires: The first day on which it is no longer accepted.
    """

    rule: str
    check: str
    operation: str
    reason: str
    owner: str
    expires: date

    def __str__(self) -> str:
        return self.rule or f"{self.check} of {self.operation}"

    def is_about(self, finding: Finding) -> bool:
        if self.rule:
            return finding.rule == self.rule
        return not finding.rule and (finding.check, finding.operation) == (self.check, self.operation)


class KnownFailures:
    def __init__(self, failures: Sequence[KnownFailure], today: date) -> None:
        self._failures = failures
        self._today = today

    def mark(self, finding: Finding) -> Finding:
        """The finding, with the reason why it is known if it is."""
        for failure in self._failures:
            if failure.is_about(finding) and failure.expires > self._today:
                return replace(finding, known=f"{failure.reason} ({failure.owner}, until {failure.expires})")
        return finding

    def warnings(self, findings: Sequence[Finding], rules: Sequence[RuleResult]) -> list[str]:
        """What is wrong with the list itself."""
        passed = {rule.rule.id for rule in rules if rule.outcome is Outcome.PASS}
        said = []
        for failure in self._failures:
            if failure.expires <= self._today:
                said.append(f"the known failure {failure} expired on {failure.expires}: ask {failure.owner}")
            if failure.rule in passed and not any(failure.is_about(finding) for finding in findings):
                said.append(f"the known failure {failure} passes: take it off the list")
        return said


def read_known_failures(file: Path | None, contract: Contract) -> KnownFailures:
    """Raises CannotRun: the file cannot be read, or an entry lacks or mistypes something or names no rule of the contract."""
    today = datetime.now(UTC).date()
    if file is None:
        return KnownFailures((), today)
    try:
        said = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as problem:
        raise CannotRun(f"the known failures {str(file)!r} cannot be read: {problem.strerror}") from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise CannotRun(f"the known failures {str(file)!r} are not TOML: {problem}") from problem
    for name in said:
        if name != _ENTRIES:
            raise CannotRun(f"the known failures {str(file)!r}: nothing reads {name!r}{did_you_mean(name, [_ENTRIES])}")
    entries = said.get(_ENTRIES, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise CannotRun(f"the known failures {str(file)!r}: each of them is a table that begins with [[{_ENTRIES}]]")
    return KnownFailures(
        [_read(entry, f"{str(file)!r}, failure {n}", contract) for n, entry in enumerate(entries, 1)], today
    )


def _read(entry: dict[str, Any], where: str, contract: Contract) -> KnownFailure:
    for name, value in entry.items():
        if name not in _FIELDS:
            raise CannotRun(f"{where}: nothing reads {name!r}{did_you_mean(name, _FIELDS)}")
        if name != "expires" and not isinstance(value, str):
            raise CannotRun(f"{where}: {name} has to be a text, not {as_written(value)}")
    for name in ("reason", "owner"):
        if not entry.get(name, "").strip():
            raise CannotRun(f"{where}: {name} is missing")
    expires = entry.get("expires")
    if expires is None:
        raise CannotRun(f"{where}: expires is missing, a day such as 2027-01-31")
    if not isinstance(expires, date) or isinstance(expires, datetime):
        raise CannotRun(f"{where}: expires has to be a day without quotes, as 2027-01-31, not {as_written(expires)}")
    rule = entry.get("rule", "")
    known = {each.id for each in contract.rules}
    listing = f"`contract-tests rules {contract.api}`"
    if rule and rule not in known:
        raise CannotRun(f"{where}: {contract.api} has no rule {rule!r}{did_you_mean(rule, known, listed_by=listing)}")
    if not rule and not (entry.get("check") and entry.get("operation")):
        raise CannotRun(f"{where}: name a rule, or a check and an operation")
    return KnownFailure(
        rule=rule,
        check=entry.get("check", ""),
        operation=entry.get("operation", ""),
        reason=entry["reason"],
        owner=entry["owner"],
        expires=expires,
    )
