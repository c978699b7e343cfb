"""What was created is there and what was deleted is gone, unless something else may have changed that meanwhile.

Schemathesis convicts a 404 after a creation, and a success after a DELETE. Of what came in between it looks at the paths: a
DELETE above the thing acquits, a POST above it may have made it again. But a booking goes with its service, a cart with
its order, and `GET .../cancel` deletes too: no path says so. Here any write in between acquits, unless it was refused.

A chain of requests is sent by one thread, with nothing of the run beside it in its world, so the chain's own record has all that came
in between, however many workers a run has.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import schemathesis
from schemathesis.checks import CHECKS, CheckFunction, load_all_checks
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.openapi.checks import EnsureResourceAvailability, UseAfterFree

from contract_tests.contracts import Contract

__all__ = ["presence_judged_fairly"]

_JUDGED = ("ensure_resource_availability", "use_after_free")
_REFUSED = range(400, 500)


@contextmanager
def presence_judged_fairly(contract: Contract) -> Iterator[None]:
    """Schemathesis' two checks acquit in doubt while the block lasts. They keep their names: known failures have them."""
    load_all_checks()
    theirs = {name: cast("CheckFunction", CHECKS.get_one(name)) for name in _JUDGED}
    reads = frozenset(operation.label for operation in contract.operations if operation.reads_only)
    for name, check in theirs.items():
        CHECKS.register(_in_doubt_acquitting(name, check, reads))
    try:
        yield
    finally:
        for check in theirs.values():
            CHECKS.register(check)


def _in_doubt_acquitting(name: str, check: CheckFunction, reads: frozenset[str]) -> CheckFunction:
    def judge(
        ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case[Any]
    ) -> bool | None:
        try:
            return check(ctx, response, case)
        except (EnsureResourceAvailability, UseAfterFree) as failure:
            recorder = ctx.internals.recorder
            if recorder is None:
                raise
            deleted = failure.deleted_case_id if isinstance(failure, UseAfterFree) else None
            since = deleted or recorder.cases[case.id].parent_id
            if any(_may_have_changed(recorder, each, reads) for each in _between(recorder, since, case.id)):
                return None
            raise

    judge.__name__ = name
    return judge


def _between(recorder: ScenarioRecorder, first: str | None, last: str) -> list[str]:
    """The cases that were sent after the *first* and before the *last*: they are kept in that order."""
    sent = list(recorder.cases)
    return sent[sent.index(first) + 1 : sent.index(last)] if first else []


def _may_have_changed(recorder: ScenarioRecorder, case_id: str, reads: frozenset[str]) -> bool:
    """A write that was not refused. One that failed or got no answer may have done its work before."""
    if recorder.cases[case_id].value.operation.label in reads:
        return False
    response = recorder.find_response(case_id=case_id)
    return response is None or response.status_code not in _REFUSED
