"""What has to be confirmed first, and the codes that open doors."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from mockserver.apis.bardge.desk.coverage import ServiceCost
from mockserver.apis.bardge.records import CURRENCY, Branch, Client, Outcome, Session, SessionKind
from mockserver.apis.bardge.wire.common import beginning, milliseconds, seconds
from mockserver.apis.bardge.wire.venues import show_copay_option

__all__ = ["show_access_code", "show_previews", "show_session", "show_spa_session"]

_SESSION_OBJECTS = {SessionKind.CLASS: "class_booking_initiation", SessionKind.ACCESS: "access_code_session"}


def show_session(session: Session, branch: Branch, *, message: str) -> dict[str, Any]:
    """What has to be bought before a class is booked, or an access code given."""
    is_copay = session.asks is Outcome.COPAY
    asked: dict[str, Any] = (
        {"copay_options": [show_copay_option(option, branch) for option in branch.copay_options]}
        if is_copay
        else {"cost_per_visit": session.price, "currency": CURRENCY}
    )
    return {
        "object": _SESSION_OBJECTS[session.kind],
        "copay_required": is_copay,
        "additional_visits_required": not is_copay,
        "session_id": session.id,
        **asked,
        "expires_at": seconds(session.ends_at),
        "message": message,
    }


def show_spa_session(
    session: Session, branch: Branch, starts_at: datetime, costs: Iterable[ServiceCost], *, message: str
) -> dict[str, Any]:
    """What an appointment would take, in the order of the request."""
    return {
        "object": "spa_booking_initiation",
        "session_id": session.id,
        "copay_required": session.took.charged > 0,
        "copay_amount": session.took.charged,
        "currency": CURRENCY,
        "services": show_previews(costs),
        "provider_name": branch.name,
        **beginning(starts_at),
        "visits_deducted": session.took.visits,
        "credits_deducted": session.took.credits,
        "expires_at": seconds(session.ends_at),
        "message": message,
    }


def show_previews(costs: Iterable[ServiceCost]) -> list[dict[str, Any]]:
    return [
        {
            "id": cost.service.id,
            "name": cost.service.name,
            "duration_minutes": cost.service.minutes,
            "price": cost.service.price,
            "covered": cost.is_covered,
            "copay_amount": cost.copay_amount,
        }
        for cost in costs
    ]


def show_access_code(
    code_id: str, code: str, qr_code: str, *, ends_at: datetime, client: Client, branch_id: str, message: str
) -> dict[str, Any]:
    """*qr_code* is a data URI."""
    return {
        "object": "access_code",
        "id": code_id,
        "access_code": code,
        "qr_code": qr_code,
        "expires_at": milliseconds(ends_at),
        "client_id": client.client_id,
        "provider_branch_id": branch_id,
        "message": message,
    }
