"""anny's tokens, `Authorization: Bearer anny_customer_jane`, and the hashes of its terminals.

The vendor's tokens come from its login, which is no part of the API. Here a token says in plain text whose it is, so
that a client needs no registration.
"""

import re
from collections.abc import Mapping

from mockserver.apis.bundle import Persona
from mockserver.apis.identities import Caller, Identity, bearer, reader_of
from mockserver.apis.refusals import Unauthenticated

__all__ = ["ADMINISTRATOR", "CUSTOMER", "ORGANIZATION_ID", "PERSONAS", "TERMINALS", "identify"]

ORGANIZATION_ID = "500"
"""The only organisation there is; its administrator may name it as `o`."""

TERMINALS = frozenset({"terminal-7f3a"})
"""The hashes that stand for a terminal at a door."""

CUSTOMER = "customer"
"""The role of a caller whose `id` is NAME, of the account with the address `NAME@example.com`."""

ADMINISTRATOR = "organisation"

PERSONAS = (
    Persona("anny_customer_jane", "Jane Doe, a customer: booking 1001 is paid, 1002 waits, to 1003 she is invited"),
    Persona("anny_customer_max", "Max Muster, another customer; 1003 is his, 1005 is in his cart"),
    Persona("anny_guest_lena", "Lena Guest, who has no bookings and takes part in those of others"),
    Persona("anny_customer_ben", "somebody new; so is any other anny_customer_NAME, NAME being of a-z, 0-9 and _"),
    Persona("anny_admin", f"the administrator of organisation {ORGANIZATION_ID}, who sees and decides everything"),
)

_CUSTOMER = re.compile(r"anny_customer_([a-z0-9_]{1,40})", re.ASCII)
_KNOWN = {
    "anny_admin": Caller(tenant=ORGANIZATION_ID, role=ADMINISTRATOR),
    "anny_guest_lena": Caller(tenant=ORGANIZATION_ID, role=CUSTOMER, id="lena"),
}


def identify(headers: Mapping[bytes, bytes]) -> Identity:
    token = bearer(headers)
    if token is None:
        return Identity(refused=Unauthenticated("the header Authorization is missing"))
    if not token:
        return Identity(refused=Unauthenticated("the header Authorization is not Bearer and a token"))
    caller, sandbox = _read(token)
    if caller is None:
        return Identity(refused=Unauthenticated("the token is not known"))
    return Identity(caller, sandbox)


def _caller(credential: str) -> Caller | None:
    known = _KNOWN.get(credential)
    if known is not None:
        return known
    found = _CUSTOMER.fullmatch(credential)
    return None if found is None else Caller(tenant=ORGANIZATION_ID, role=CUSTOMER, id=found[1])


_read = reader_of(_caller)
