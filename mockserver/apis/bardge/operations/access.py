"""Access codes."""

from mockserver.apis.bardge.desk.access import AccessCode, AccessDesk, picture_of
from mockserver.apis.bardge.operations.calls import created, reseller_of, wish_of
from mockserver.apis.bardge.operations.classes import ask_for, payment_of
from mockserver.apis.bardge.wire import show_access_code
from mockserver.apis.bundle import Operation
from mockserver.apis.exchange import Call, Reply
from mockserver.sandbox.work import Work

__all__ = ["OPERATIONS"]


def generate_access_code(call: Call, work: Work) -> Reply:
    outcome = AccessDesk(work, reseller_of(call)).generate(call.body["provider_branch_id"], wish_of(call))
    return _code(outcome) if isinstance(outcome, AccessCode) else ask_for(work, outcome)


def confirm_access_code(call: Call, work: Work) -> Reply:
    return _code(AccessDesk(work, reseller_of(call)).confirm(call.path["sessionId"], payment_of(call)))


OPERATIONS: dict[str, Operation] = {
    "generateAccessCode": generate_access_code,
    "confirmAccessCode": confirm_access_code,
}


def _code(code: AccessCode) -> Reply:
    shown = show_access_code(
        code.id,
        code.code,
        picture_of(code.code),
        ends_at=code.ends_at,
        client=code.client,
        branch_id=code.branch_id,
        message="Access code generated successfully",
    )
    return created(shown)
