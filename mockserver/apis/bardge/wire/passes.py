"""Passes that can be issued, and those that were."""

from datetime import datetime
from typing import Any

from mockserver.apis.bardge.records import CURRENCY, Client, Cover, IssuedPass, Product
from mockserver.apis.bardge.wire.common import milliseconds

__all__ = ["pass_status", "show_issued_pass", "show_issued_pass_message", "show_product"]


def show_product(product: Product, *, is_live: bool, provider_count: int) -> dict[str, Any]:
    return {
        "object": "pass",
        "id": product.id,
        "name": product.name,
        "description": product.description,
        "price": product.price,
        "currency": CURRENCY,
        "duration": product.duration.value.lower(),
        "categories": [_cover(cover) for cover in product.covers],
        "livemode": is_live,
        "created": milliseconds(product.created_at),
        "payment_model": product.payment_model,
        "provider_count": provider_count,
    }


def show_issued_pass(
    issued: IssuedPass, product: Product, client: Client, *, now: datetime, message: str
) -> dict[str, Any]:
    return {
        "object": "issued_pass",
        "id": issued.id,
        "passcode": client.passcode,
        "status": pass_status(issued, now),
        "categories": [_issued_cover(cover, issued) for cover in product.covers],
        "created": milliseconds(issued.created_at),
        "message": message,
        "client_id": client.client_id,
        "transaction_id": issued.transaction_id,
        "tx_ref": issued.tx_ref,
        "pass_id": product.id,
        "pass_name": product.name,
        "start_date": milliseconds(issued.starts_at),
        "expires_at": milliseconds(issued.ends_at),
    }


def show_issued_pass_message(issued: IssuedPass, *, now: datetime, message: str) -> dict[str, Any]:
    return {
        "object": "issued_pass",
        "id": issued.id,
        "status": pass_status(issued, now),
        "expires_at": milliseconds(issued.ends_at),
        "message": message,
    }


def pass_status(issued: IssuedPass, now: datetime) -> str:
    if issued.is_cancelled:
        return "CANCELLED"
    return "EXPIRED" if issued.ends_at <= now else "ACTIVE"


def _cover(cover: Cover) -> dict[str, Any]:
    return {
        "type": cover.category.value,
        "tiers": list(cover.tiers),
        "duration": cover.duration.value.lower(),
        "credit_allocated": cover.credits,
        "visits_allowed": cover.visits_allowed,
    }


def _issued_cover(cover: Cover, issued: IssuedPass) -> dict[str, Any]:
    """Visits that were bought count as allowed; where they are not counted nothing is added to them."""
    allowed = cover.visits_allowed
    return {
        "type": cover.category.value,
        "duration": cover.duration.value,
        "credit_allocated": cover.credits,
        "visits_allowed": None if allowed is None else allowed + issued.visits_bought.get(cover.category, 0),
        "visits_used": issued.visits_used.get(cover.category, 0),
    }
