"""What was sent and what waits, over all APIs, the newest first; and whether a signature is what the secret makes of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from mockserver.apis.exchange import Call, Reply
from mockserver.apis.refusals import BadInput
from mockserver.booking.errors import in_json
from mockserver.control.desk import Desk
from mockserver.control.errors import UnknownName
from mockserver.control.webhooks import Check, Sending
from mockserver.control.wire import show_attempt, show_delivery

__all__ = ["AllDeliveries", "all_deliveries", "check_delivery", "list_all_deliveries"]

_MOST_DIGITS = 18


class AllDeliveries(msgspec.Struct, frozen=True):
    """
    Attributes:
        counts: By status, over all APIs.
        next: The cursor of the next page; None after the last.
    """

    counts: Mapping[str, int]
    deliveries: Sequence[Sending]
    next: str | None


def all_deliveries(
    desk: Desk, name: str, *, status: str | None = None, after: str | None = None, limit: int = 50
) -> AllDeliveries:
    """
    Args:
        after: As `AllDeliveries.next` of the page before.

    Raises:
        NotFound: The sandbox.
        BadInput: *after* is no such cursor.
    """
    sending = [api.name for api in desk.apis if api.webhooks is not None]
    before = _read_cursor(after, sending)
    counts: Counter[str] = Counter()
    found: list[Sending] = []
    for api in sending:
        webhooks = desk.webhooks(name, api)
        counts.update(webhooks.counts())
        found += webhooks.latest(limit + 1, before=before.get(api), status=status)
    # Of what happened at one moment, as on a frozen clock, what was asked for later comes first.
    found.sort(key=lambda each: (each.event.occurred_at, each.caused_by or 0, each.delivery.id), reverse=True)
    shown = found[:limit]
    reached = {**before, **{each.api: each.delivery.id for each in shown}}
    cursor = "~".join(f"{api}:{number}" for api, number in sorted(reached.items()))
    return AllDeliveries(counts, shown, cursor if len(found) > limit else None)


def _read_cursor(text: str | None, apis: Sequence[str]) -> dict[str, int]:
    """By API, the id before which its page begins. Raises BadInput."""
    reached: dict[str, int] = {}
    for part in text.split("~") if text else ():
        api, _, digits = part.partition(":")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS):
            raise BadInput("query", "after", f"{in_json(text)} is no cursor of this list: take that of `next`")
        if api not in apis:
            hint = UnknownName("API", api, apis).hint
            raise BadInput("query", "after", f"{in_json(api)} is no API with webhooks; {hint}")
        reached[api] = int(digits)
    return reached


# The operations


def list_all_deliveries(desk: Desk, call: Call) -> Reply:
    query = call.query
    found = all_deliveries(desk, call.path["name"], status=query["status"], after=query["after"], limit=query["limit"])
    shown = [show_delivery(each) for each in found.deliveries]
    return Reply(
        200,
        {"total": sum(found.counts.values()), "counts": dict(found.counts), "deliveries": shown, "next": found.next},
    )


def check_delivery(desk: Desk, call: Call) -> Reply:
    sending, checks = desk.webhooks(call.path["name"], call.path["api"]).check(call.path["id"])
    ids = {value for each in checks for name, value in each.attempt.sent if name == "webhook-id"}
    return Reply(
        200,
        {
            "id": sending.delivery.id,
            "bytes": len(sending.body),
            "is_signed": any(each.matches is not None for each in checks),
            "same_id": len(ids) <= 1,
            "attempts": [_show_check(each) for each in checks],
        },
    )


def _show_check(check: Check) -> dict[str, Any]:
    return {**show_attempt(check.attempt), "signed_by": list(check.names), "matches": check.matches}
