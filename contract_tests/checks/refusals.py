"""A well-formed request is accepted, or refused only for a reason that the contract lists.

Schemathesis' `positive_data_acceptance` knows only statuses: it cries wolf on `400 time slot is full`, which is what
a booking API is for, and lets every 404 and 409 pass. This check takes its place and compares status *and* code with
the operation's `x-refusals`, so that a wrong refusal is seen even among right ones.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import schemathesis
from schemathesis.checks import CHECKS
from schemathesis.core.failures import Failure, Severity
from schemathesis.generation.meta import REQUEST_SHAPE_PROBES, coverage_scenario

from contract_tests.contracts import Contract, Refusal

__all__ = ["REFUSALS_CHECK", "REPLACED_CHECK", "UnlistedRefusal", "refusals_checked"]

REFUSALS_CHECK = "listed_refusals"
REPLACED_CHECK = "positive_data_acceptance"

_REFUSED = 4  # 4xx
_UNAUTHORIZED = (401, 403)


class UnlistedRefusal(Failure):
    """A refusal that the operation's `x-refusals` do not have."""

    checks = (REFUSALS_CHECK,)
    kind_title = "Refused for a reason the contract does not list"

    __slots__ = ("reason", "status")

    def __init__(self, *, operation: str, status: int, reason: object, listed: tuple[Refusal, ...]) -> None:
        listing = "; ".join(str(refusal) for refusal in listed) or "none"
        super().__init__(
            operation=operation,
            message=f"{status} {reason!r} is not among the operation's refusals.\nListed: {listing}",
            severity=Severity.HIGH,
        )
        self.status = status
        self.reason = reason

    @property
    def _unique_key(self) -> str:
        # Two wrong refusals of one operation are two findings.
        return f"{self.status} {self.reason!r}"


@contextmanager
def refusals_checked(contract: Contract, credential: Mapping[str, str]) -> Iterator[None]:
    """Schemathesis runs the check while the block lasts: its registry is global, the contract is not."""

    def listed_refusals(
        _: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case[Any]
    ) -> bool | None:
        if case.meta is None or not case.meta.generation.mode.is_positive:
            return None
        if coverage_scenario(case) in REQUEST_SHAPE_PROBES:
            return None
        _judge(contract, response, case.operation.label, has_credential=_carries(response, credential))
        return None

    schemathesis.check(listed_refusals)
    try:
        yield
    finally:
        CHECKS.unregister(REFUSALS_CHECK)


def _judge(contract: Contract, response: schemathesis.Response, label: str, *, has_credential: bool) -> None:
    status = response.status_code
    # What is outside 4xx refuses nothing; the checks of status and server errors judge it.
    if status // 100 != _REFUSED:
        return
    # A request that came without our credential is about authentication, which has checks of its own.
    if status in _UNAUTHORIZED and not has_credential:
        return
    code = _code(contract, response)
    listed = contract.refusals_of(label)
    if not any((refusal.status, refusal.code) == (status, code) for refusal in listed):
        raise UnlistedRefusal(operation=label, status=status, reason=code, listed=listed)


def _carries(response: schemathesis.Response, credential: Mapping[str, str]) -> bool:
    return all(response.request.headers.get(name) == value for name, value in credential.items())


def _code(contract: Contract, response: schemathesis.Response) -> object:
    try:
        return contract.code_in(json.loads(response.content))
    except ValueError:
        return None
