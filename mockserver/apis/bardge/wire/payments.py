"""Co-pays and credits: what they cost, and what was bought."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from mockserver.apis.bardge.desk.coverage import ServiceCost
from mockserver.apis.bardge.records import CURRENCY, Branch, Client, Copay, CreditEntry, CreditPackage, Quote
from mockserver.apis.bardge.wire.common import milliseconds, own_id
from mockserver.apis.bardge.wire.sessions import show_previews

__all__ = ["show_copay", "show_credit_package", "show_credit_purchase", "show_credits", "show_quote"]


def show_quote(quote: Quote, branch: Branch, costs: Iterable[ServiceCost], *, message: str) -> dict[str, Any]:
    return {
        "object": "spa_copay_quote",
        "id": quote.id,
        "provider_branch_id": branch.id,
        "services": show_previews(costs),
        "amount": quote.amount,
        "currency": CURRENCY,
        "expires_at": milliseconds(quote.ends_at),
        "message": message,
    }


def show_copay(copay: Copay, name: str, *, message: str) -> dict[str, Any]:
    """*name* is the `object`: `gym_copay_purchase`, `spa_copay_purchase` or `copay_purchase`."""
    bought = {"copay_package_id": copay.option_id} if copay.quote_id is None else {"quote_id": copay.quote_id}
    return {
        "object": name,
        "copay_purchase_id": copay.id,
        "client_id": own_id(copay.client),
        "provider_branch_id": copay.branch_id,
        **bought,
        "amount": copay.amount,
        "currency": CURRENCY,
        "status": "ACTIVE",
        "transaction_id": copay.transaction_id,
        "tx_ref": copay.tx_ref,
        "expires_at": milliseconds(copay.ends_at),
        "created": milliseconds(copay.created_at),
        "message": message,
    }


def show_credit_package(package: CreditPackage) -> dict[str, Any]:
    return {
        "object": "credit_package",
        "id": package.id,
        "name": package.name,
        "credits": package.credits,
        "amount": package.amount,
        "currency": CURRENCY,
        "created": milliseconds(package.created_at),
    }


def show_credit_purchase(
    purchase_id: str,
    package: CreditPackage,
    client: Client,
    *,
    balance: int,
    transaction_id: str,
    tx_ref: str,
    bought_at: datetime,
    message: str,
) -> dict[str, Any]:
    """*balance* is what the client has now."""
    return {
        "object": "credit_purchase",
        "id": purchase_id,
        "client_id": client.client_id,
        "credit_package_id": package.id,
        "credits": package.credits,
        "balance": balance,
        "amount": package.amount,
        "currency": CURRENCY,
        "transaction_id": transaction_id,
        "tx_ref": tx_ref,
        "created": milliseconds(bought_at),
        "message": message,
    }


def show_credits(balance: int, entries: Iterable[CreditEntry], *, message: str) -> dict[str, Any]:
    """The only answer without an `object`. *entries* are the newest first, at most 50."""
    return {
        "balance": balance,
        "currency": CURRENCY,
        "transactions": [_transaction(entry) for entry in entries],
        "message": message,
    }


def _transaction(entry: CreditEntry) -> dict[str, Any]:
    return {
        "type": "CREDIT" if entry.amount > 0 else "DEBIT",
        "amount": abs(entry.amount),
        "description": entry.description,
        "timestamp": milliseconds(entry.at),
    }
