"""Clients of other resellers: asked for, and found with the code that their reseller, the issuer, sends them.

The code goes to the client by a way that is no part of the API; the control plane shows it.
"""

from datetime import timedelta

import msgspec

from mockserver.apis.bardge.desk.register import Register, may_be_asked, new_code, new_id, now_ms
from mockserver.apis.bardge.records import (
    CLIENTS,
    LOOKUPS,
    RESELLERS,
    RESELLERS_BY_ISSUER,
    Lookup,
    LookupStatus,
    Reseller,
    client_key,
    issuer_in,
    mode_of,
)
from mockserver.apis.refusals import Forbidden
from mockserver.booking.errors import NotFound, RuleBroken
from mockserver.sandbox.work import Work

__all__ = ["LOOKUP_LIFETIME", "TOKEN_LIFETIME", "Lookups"]

# Assumed, all three.
LOOKUP_LIFETIME = timedelta(minutes=10)
TOKEN_LIFETIME = timedelta(days=30)
_WRONG_CODES = 5
"""As many end a lookup."""


class Lookups:
    __slots__ = ("_register", "_work")

    def __init__(self, work: Work) -> None:
        self._work = work
        self._register = Register(work)

    def initiate(self, reseller_id: str, issuer_id: str, client_id: str) -> Lookup:
        """A question for another reseller's client. Earlier ones stay as they are.

        Raises:
            NotFound: No such issuer, or the caller itself; or the issuer has no such client.
            Forbidden: The issuer has lookup switched off.
        """
        issuer = self._issuer(reseller_id, issuer_id)
        if issuer.id == reseller_id:
            raise NotFound("issuer", issuer_id)
        client = self._work.records(CLIENTS).find(client_key(issuer.id, client_id))
        if client is None:
            raise NotFound("client", client_id)
        self._ensure_on(issuer)
        now = now_ms(self._work)
        lookup = Lookup(
            id=new_id(self._work, "lkp"),
            reseller_id=reseller_id,
            issuer_id=issuer_id,
            client=client.id,
            status=LookupStatus.PENDING,
            access_code=new_code(self._work),
            created_at=now,
            ends_at=now + LOOKUP_LIFETIME,
        )
        return self._keep(lookup)

    def give_code(self, reseller_id: str, lookup_id: str, code: str) -> Lookup:
        """What has become of the lookup: VERIFIED, with its token, only if the code was right.

        A wrong code is no refusal here, for it is counted; after the fifth one the lookup is EXPIRED.

        Raises:
            NotFound
            Forbidden: The issuer has lookup switched off.
            RuleBroken: `lookup_already_verified`, `lookup_expired`.
        """
        lookup = self._register.lookup(reseller_id, lookup_id)
        self._ensure_on(self._issuer(reseller_id, lookup.issuer_id))
        if lookup.status is LookupStatus.VERIFIED:
            raise RuleBroken("lookup_already_verified", f"the lookup {lookup.id} was verified before")
        if lookup.status is LookupStatus.EXPIRED or lookup.ends_at <= self._work.now:
            raise RuleBroken("lookup_expired", f"the lookup {lookup.id} is over")
        return self._keep(self._verified(lookup) if code == lookup.access_code else self._failed(lookup))

    def switch(self, reseller_id: str, *, is_enabled: bool) -> None:
        """Let others look the reseller's clients up, or forbid it; tokens that are out rest while it is off."""
        resellers = self._work.records(RESELLERS)
        resellers.put(msgspec.structs.replace(resellers.get(reseller_id), lookup_enabled=is_enabled))

    def _verified(self, lookup: Lookup) -> Lookup:
        return msgspec.structs.replace(
            lookup,
            status=LookupStatus.VERIFIED,
            token=new_id(self._work, "lkpt"),
            ends_at=now_ms(self._work) + TOKEN_LIFETIME,
        )

    def _failed(self, lookup: Lookup) -> Lookup:
        wrong_codes = lookup.wrong_codes + 1
        status = LookupStatus.EXPIRED if wrong_codes >= _WRONG_CODES else LookupStatus.PENDING
        return msgspec.structs.replace(lookup, wrong_codes=wrong_codes, status=status)

    def _issuer(self, reseller_id: str, issuer_id: str) -> Reseller:
        """In the caller's mode."""
        group = issuer_in(mode_of(reseller_id), issuer_id)
        found = self._work.records(RESELLERS).page(RESELLERS_BY_ISSUER, group, limit=1)
        if not found:
            raise NotFound("issuer", issuer_id)
        return found[0]

    def _ensure_on(self, issuer: Reseller) -> None:
        """Raises Forbidden."""
        if not may_be_asked(issuer):
            raise Forbidden(f"the issuer {issuer.issuer_id} does not let others look its clients up")

    def _keep(self, lookup: Lookup) -> Lookup:
        self._work.records(LOOKUPS).put(lookup)
        return lookup
