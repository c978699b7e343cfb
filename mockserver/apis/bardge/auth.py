"""Bardge's keys, `Authorization: Bearer brg_live_alpha_demo`.

The vendor's are opaque and come from its dashboard, which is no part of the API. Here there are a few, each of a
reseller of every world, and no other works.
"""

from collections.abc import Mapping

from mockserver.apis.bardge.records import Mode, account_in
from mockserver.apis.bardge.refusals import Disabled
from mockserver.apis.bundle import Persona
from mockserver.apis.identities import Caller, Identity, bearer, reader_of
from mockserver.apis.refusals import Unauthenticated

__all__ = ["DISABLED", "PERSONAS", "identify"]

DISABLED = "reseller_disabled"
"""Whose account is disabled in every world."""

PERSONAS = (
    Persona("brg_live_alpha_demo", "Alpha Wellness, a reseller with clients, and with the token of a lookup for one"),
    Persona("brg_test_alpha_demo", "the same reseller in test mode: another account, without clients to begin with"),
    Persona("brg_live_harbour_issuer", "Harbour Benefits, another reseller, which lets others look its clients up"),
    Persona("brg_live_quiet_reseller", "Quiet Perks, another reseller, which does not"),
    Persona("brg_live_disabled_reseller", "Disabled Deals, whose account is disabled: each request answers 403"),
)

_RESELLERS = {
    "brg_live_alpha_demo": ("reseller_alpha", Mode.LIVE),
    "brg_test_alpha_demo": (account_in(Mode.TEST, "reseller_alpha"), Mode.TEST),
    "brg_live_harbour_issuer": ("reseller_harbour", Mode.LIVE),
    "brg_live_quiet_reseller": ("reseller_quiet", Mode.LIVE),
    "brg_live_disabled_reseller": (DISABLED, Mode.LIVE),
}


def identify(headers: Mapping[bytes, bytes]) -> Identity:
    caller, sandbox = _read(bearer(headers) or "")
    if caller is None:
        # One message for everything that is wrong with a key, as documented.
        return Identity(refused=Unauthenticated("Invalid API key provided"))
    return Identity(caller, sandbox, Disabled() if caller.tenant == DISABLED else None)


def _caller(key: str) -> Caller | None:
    known = _RESELLERS.get(key)
    return None if known is None else Caller(tenant=known[0], role=known[1], id=key)


_read = reader_of(_caller)
