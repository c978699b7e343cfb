"""Clients, and how those of other resellers are looked up."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from mockserver.apis.bardge.records import CURRENCY, Client, IssuedPass, Lookup, Product, Reseller
from mockserver.apis.bardge.wire.common import milliseconds, own_id
from mockserver.apis.bardge.wire.passes import pass_status

__all__ = ["show_client", "show_issuer", "show_lookup", "show_lookup_enabled", "show_passcode"]


def show_client(
    client: Client,
    passes: Iterable[tuple[IssuedPass, Product]],
    *,
    balance: int,
    is_own: bool,
    now: datetime,
    message: str,
) -> dict[str, Any]:
    """*passes* are the newest first. A client of another reseller is shown without the passcode."""
    shown: dict[str, Any] = {
        "object": "client",
        "id": client.client_id,
        "first_name": client.first_name,
        "last_name": client.last_name,
        "email": client.email,
        "phone": client.phone,
        "passes": [_pass_ref(issued, product, now) for issued, product in passes],
        "credit_balance": balance,
        "currency": CURRENCY,
        "message": message,
    }
    if is_own:
        shown["passcode"] = {"passcode": client.passcode, "created": milliseconds(client.passcode_at)}
    return shown


def _pass_ref(issued: IssuedPass, product: Product, now: datetime) -> dict[str, Any]:
    return {
        "id": issued.id,
        "name": product.name,
        "status": pass_status(issued, now),
        "expires_at": milliseconds(issued.ends_at),
    }


def show_passcode(client: Client, *, message: str) -> dict[str, Any]:
    return {
        "object": "passcode",
        "passcode": client.passcode,
        "client_id": client.client_id,
        "created": milliseconds(client.passcode_at),
        "message": message,
    }


def show_issuer(reseller: Reseller) -> dict[str, Any]:
    return {
        "object": "issuer",
        "id": reseller.issuer_id,
        "name": reseller.name,
        "created": milliseconds(reseller.created_at),
    }


def show_lookup(lookup: Lookup, *, token: str | None = None, message: str) -> dict[str, Any]:
    """*token* is shown once, when it is made."""
    shown: dict[str, Any] = {
        "object": "lookup",
        "id": lookup.id,
        "status": lookup.status.value,
        "issuer_id": lookup.issuer_id,
        "client_id": own_id(lookup.client),
        "expires_at": milliseconds(lookup.ends_at),
        "created": milliseconds(lookup.created_at),
        "message": message,
    }
    if token is not None:
        shown["lookup_token"] = token
    return shown


def show_lookup_enabled(*, is_enabled: bool, message: str) -> dict[str, Any]:
    return {"object": "lookup_enabled", "enabled": is_enabled, "message": message}
