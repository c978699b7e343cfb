"""Passes in the hands of clients, clients themselves, their credits and passcodes, and looking up those of others."""

from typing import Any

from mockserver.apis.bardge.desk.clients import Clients, Particulars
from mockserver.apis.bardge.desk.lookups import Lookups
from mockserver.apis.bardge.desk.passes import Passes
from mockserver.apis.bardge.desk.register import Register, moment_at
from mockserver.apis.bardge.desk.till import Till
from mockserver.apis.bardge.errors import render
from mockserver.apis.bardge.operations.calls import created, ok, reseller_of, token_of
from mockserver.apis.bardge.records import Client, LookupStatus
from mockserver.apis.bardge.wire import (
    show_client,
    show_credit_purchase,
    show_credits,
    show_issued_pass,
    show_issued_pass_message,
    show_lookup,
    show_lookup_enabled,
    show_passcode,
)
from mockserver.apis.bundle import Operation
from mockserver.apis.exchange import Call, Reply
from mockserver.booking.errors import Refusal, RuleBroken
from mockserver.sandbox.work import Work

__all__ = ["OPERATIONS"]

_TRANSACTIONS = 50
"""As many changes of credits are shown. Assumed."""


# Passes


def issue_pass(call: Call, work: Work) -> Reply:
    given = call.body
    start_date = given.get("start_date")
    issued_pass, product, client = Passes(work).issue(
        reseller_of(call),
        given["pass_id"],
        given["client_id"],
        _particulars(given),
        None if start_date is None else moment_at(start_date),
    )
    return created(show_issued_pass(issued_pass, product, client, now=work.now, message="Pass issued successfully"))


def update_issued_pass(call: Call, work: Work) -> Reply:
    given = call.body
    issued_pass = Passes(work).change(
        reseller_of(call), given["user_pass_id"], _particulars(given), given.get("pass_id")
    )
    return ok(show_issued_pass_message(issued_pass, now=work.now, message="Pass updated successfully"))


def get_issued_pass(call: Call, work: Work) -> Reply:
    issued_pass, product, client = Passes(work).read(reseller_of(call), call.path["id"])
    return ok(show_issued_pass(issued_pass, product, client, now=work.now, message="Pass retrieved successfully"))


def update_issued_pass_expiry(call: Call, work: Work) -> Reply:
    ends_at = moment_at(call.body["expires_at"])
    issued_pass = Passes(work).prolong(reseller_of(call), call.path["id"], ends_at)
    return ok(show_issued_pass_message(issued_pass, now=work.now, message="Pass expiry updated successfully"))


# Clients


def get_client(call: Call, work: Work) -> Reply:
    client = _client_of(call, work)
    shown = show_client(
        client,
        Clients(work).passes(client),
        balance=Till(work).credits(client),
        is_own=client.reseller_id == reseller_of(call),
        now=work.now,
        message="Client retrieved successfully",
    )
    return ok(shown)


def get_client_credits(call: Call, work: Work) -> Reply:
    client, till = _client_of(call, work), Till(work)
    entries = till.entries(client, limit=_TRANSACTIONS)
    return ok(show_credits(till.credits(client), entries, message="Credits retrieved successfully"))


def purchase_credits(call: Call, work: Work) -> Reply:
    bought = Clients(work).buy_credits(reseller_of(call), call.body["client_id"], call.body["credit_package_id"])
    shown = show_credit_purchase(
        bought.id,
        bought.package,
        bought.client,
        balance=bought.balance,
        transaction_id=bought.transaction_id,
        tx_ref=bought.tx_ref,
        bought_at=bought.bought_at,
        message="Credits purchased successfully",
    )
    return created(shown)


def create_passcode(call: Call, work: Work) -> Reply:
    client = Clients(work).renew_passcode(reseller_of(call), call.body["client_id"])
    return created(show_passcode(client, message="Passcode created successfully"))


# Clients of others


def initiate_lookup(call: Call, work: Work) -> Reply:
    lookup = Lookups(work).initiate(reseller_of(call), call.body["issuer_id"], call.body["client_id"])
    return created(show_lookup(lookup, message="The client has been sent an access code"))


def verify_lookup(call: Call, work: Work) -> Reply:
    lookup = Lookups(work).give_code(reseller_of(call), call.path["id"], call.body["access_code"])
    if lookup.status is not LookupStatus.VERIFIED:
        return _refused_and_kept(call, RuleBroken("invalid_access_code", "this is not the code that was sent"))
    return ok(show_lookup(lookup, token=lookup.token, message="Lookup verified successfully"))


def update_lookup_enabled(call: Call, work: Work) -> Reply:
    is_enabled = call.body["enabled"]
    Lookups(work).switch(reseller_of(call), is_enabled=is_enabled)
    return ok(show_lookup_enabled(is_enabled=is_enabled, message="Lookup setting updated successfully"))


OPERATIONS: dict[str, Operation] = {
    "issuePass": issue_pass,
    "updateIssuedPass": update_issued_pass,
    "getIssuedPass": get_issued_pass,
    "updateIssuedPassExpiry": update_issued_pass_expiry,
    "getClient": get_client,
    "getClientCredits": get_client_credits,
    "purchaseCredits": purchase_credits,
    "createPasscode": create_passcode,
    "initiateLookup": initiate_lookup,
    "verifyLookup": verify_lookup,
    "updateLookupEnabled": update_lookup_enabled,
}


def _particulars(given: dict[str, Any]) -> Particulars:
    return Particulars(
        first_name=given.get("first_name"),
        last_name=given.get("last_name"),
        email=given.get("email"),
        phone=given.get("phone"),
    )


def _client_of(call: Call, work: Work) -> Client:
    """See `Register.client_of` for what it raises."""
    return Register(work).client_of(reseller_of(call), call.path["clientId"], token_of(call))


def _refused_and_kept(call: Call, refusal: Refusal) -> Reply:
    """A refusal that leaves standing what was written; one that is raised undoes it."""
    if call.entry is not None:
        call.entry.refusal = refusal.code
    return render(refusal)
