"""The appointments API's tokens: `Authorization: Bearer customer_jane`.

The vendor signs a token at login and puts into it who calls and, for an employee, of which merchant. Here the token
says both in plain text, so that a client needs no registration.
"""

import re
from collections.abc import Mapping

from mockserver.apis.bundle import Persona
from mockserver.apis.identities import Caller, Identity, bearer, reader_of
from mockserver.apis.refusals import Unauthenticated

__all__ = ["MERCHANT_NUMBERS", "PERSONAS", "SLUGS", "identify", "name_of"]

SLUGS = ("spa-retreat", "zopf-und-schere", "hana-clinic", "glenelg-yoga")
"""The merchants of every world; the first is the one of the printed samples. Each has a hyphen, which no NAME has: so
`owner_SLUG`, a user like any other, is nobody's NAME.
"""

PERSONAS = (
    Persona("TOKEN", "what the pages print: customer Jane and owner of spa-retreat in one, so it opens everything"),
    Persona("customer_jane", "Jane Smith, a customer; she has bookings 123 and 126 at spa-retreat"),
    Persona("customer_maria", "Maria Garcia, another customer of spa-retreat, who has none"),
    Persona("customer_ben", "somebody new; so is any other customer_NAME, NAME being of a-z, 0-9 and _"),
    Persona("customer_mallory", "a customer whom spa-retreat has blacklisted"),
    Persona("owner_spa-retreat", "employee 789, the owner of spa-retreat, at location 456"),
    Persona("staff_spa-retreat", "employee 790 of spa-retreat, at location 457"),
    Persona("owner_zopf-und-schere", "the owner of another merchant; each has an owner_, an admin_ and a staff_SLUG"),
)

_CUSTOMER = re.compile(r"customer_([a-z0-9_]{1,40})", re.ASCII)
MERCHANT_NUMBERS = {slug: number for number, slug in enumerate(SLUGS)}
"""By slug; ids are counted for each merchant."""

_PRINTED = Caller(tenant=SLUGS[0], role="owner", id="jane")
_KNOWN = {
    "TOKEN": _PRINTED,
    **{
        f"{role}_{slug}": Caller(tenant=slug, role=role, id=f"{role}_{slug}")
        for slug in SLUGS
        for role in ("owner", "admin", "staff")
    },
}
"""The tokens with an employee's claims."""

_NAMES = {"jane": ("Jane", "Smith"), "maria": ("Maria", "Garcia"), "mallory": ("Mallory", "Stone")}
_LONGEST_NAME = 30  # characters, in the vendor's database


def identify(headers: Mapping[bytes, bytes]) -> Identity:
    token = bearer(headers)
    if token is None:
        return Identity(refused=Unauthenticated("Authorization header is missing"))
    if not token:
        return Identity(refused=Unauthenticated("Authorization header is malformed"))
    caller, sandbox = _read(token)
    if caller is None:
        return Identity(refused=Unauthenticated("token is invalid or expired"))
    return Identity(caller, sandbox)


def name_of(user: str) -> tuple[str, str | None]:
    """The first and the last name of a user as their account has it: `ben_ten` is Ben Ten, `ben` has no last name."""
    known = _NAMES.get(user)
    if known is not None:
        return known
    first, *rest = re.findall(r"[a-z0-9]+", user) or [user]
    last = " ".join(part.capitalize() for part in rest)
    return first.capitalize()[:_LONGEST_NAME], last[:_LONGEST_NAME].strip() or None


def _caller(credential: str) -> Caller | None:
    known = _KNOWN.get(credential)
    if known is not None:
        return known
    found = _CUSTOMER.fullmatch(credential)
    return None if found is None else Caller(tenant="", role="customer", id=found[1])


_read = reader_of(_caller)
