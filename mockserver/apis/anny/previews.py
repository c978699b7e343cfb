"""The document of a cancellation preview. It is no resource of the API: it is reckoned, and nothing leads to it."""

from datetime import datetime, timedelta
from typing import Any

from mockserver.apis.anny.desk.canceling import Reckoning
from mockserver.apis.anny.documents import Document
from mockserver.apis.anny.offers import FeeType
from mockserver.apis.anny.types import amount, moment, moment_or_null
from mockserver.apis.anny.viewers import Part
from mockserver.booking.cancellation import PercentFee, Quote, Tier, deadline_at

__all__ = ["show_preview"]

_MINUTE = timedelta(minutes=1)


def show_preview(reckoning: Reckoning, part: Part, base_path: str) -> Document:
    """*part* is that of whoever asks: somebody who is invited reads the status that they read of the booking."""
    return {
        "data": {
            "type": "cancellation-previews",
            "id": str(reckoning.booking.id),
            "attributes": _attributes(reckoning, part),
        },
        "links": {"self": f"{base_path}/bookings/{reckoning.booking.id}/cancellation-preview"},
    }


def _attributes(reckoning: Reckoning, part: Part) -> dict[str, Any]:
    first = reckoning.quotes[reckoning.first.id]
    fee = _fee(first.tier)
    is_percentage = (
        fee["fee_type"] is FeeType.PERCENTAGE and len({each.tier for each in reckoning.quotes.values()}) == 1
    )
    return {
        "cancelable": True,
        "status": part.status_of(reckoning.booking),
        "fee_type": fee["fee_type"],
        "fee_percentage": fee["fee_value"] if is_percentage else None,
        "fee_amount": amount(reckoning.fee),
        "refund_amount": amount(reckoning.refund),
        "amount_due": amount(reckoning.due),
        "currency": reckoning.booking.currency,
        "base_amount": amount(reckoning.price),
        "deadline": moment(first.deadline_at),
        "cancelable_until": moment_or_null(reckoning.cancelable_until),
        "next_tier": _next_tier(first),
        "tiers": [_tier(tier, reckoning.first.starts_at) for tier in reckoning.policy.tiers],
        "series_scope": "series" if reckoning.takes_series else "single",
        "affected_booking_ids": [str(booking.id) for booking in reckoning.affected],
    }


def _next_tier(first: Quote) -> dict[str, Any] | None:
    return None if first.next_tier is None else {**_fee(first.next_tier), "from": moment(first.deadline_at)}


def _tier(tier: Tier, starts_at: datetime) -> dict[str, Any]:
    deadline = deadline_at(starts_at, tier.before)
    return {"before_start_minutes": tier.before // _MINUTE, **_fee(tier), "deadline": moment(deadline)}


def _fee(tier: Tier) -> dict[str, Any]:
    if isinstance(tier.fee, PercentFee):
        return {"fee_type": FeeType.PERCENTAGE, "fee_value": tier.fee.percent}
    return {"fee_type": FeeType.AMOUNT, "fee_value": amount(tier.fee.amount.minor)}
