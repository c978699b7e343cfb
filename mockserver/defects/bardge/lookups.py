"""Bugs about clients of other resellers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec

from mockserver.apis.bardge.desk import catalogue, lookups, register
from mockserver.apis.bardge.desk.catalogue import Catalogue
from mockserver.apis.bardge.desk.clients import Clients, Particulars
from mockserver.apis.bardge.desk.lookups import Lookups
from mockserver.apis.bardge.desk.pages import Page, page_among
from mockserver.apis.bardge.desk.register import Register, may_be_asked
from mockserver.apis.bardge.operations.calls import reseller_of
from mockserver.apis.bardge.records import (
    CLIENTS,
    LOOKUPS,
    RESELLERS,
    RESELLERS_NEWEST,
    Client,
    Lookup,
    LookupStatus,
    Reseller,
    client_key,
)
from mockserver.apis.exchange import Call, Reply
from mockserver.booking.errors import NotFound, Refusal, RuleBroken
from mockserver.booking.paging import CursorRequest
from mockserver.booking.ports import ALL
from mockserver.defects.common import afterwards, done_though_refused
from mockserver.defects.planting import Defects, Planter, Request, silenced
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_SECOND = timedelta(seconds=1)

Initiate = Callable[[Lookups, str, str, str], Lookup]
GiveCode = Callable[[Lookups, str, str, str], Lookup]
Named = Callable[[Register, str, str, str | None], Any]


# Who can be asked


@DEFECTS.defect("BG-U01", "Who has switched its lookup off is listed all the same.")
def _(plant: Planter) -> None:
    plant.replace(catalogue, "may_be_asked", lambda _: lambda issuer: issuer.is_enabled)


@DEFECTS.defect("BG-U01.disabled", "Accounts that are disabled are listed.")
def _(plant: Planter) -> None:
    plant.replace(catalogue, "may_be_asked", lambda _: lambda issuer: issuer.lookup_enabled)


def _listing(plant: Planter, is_listed: Callable[[Reseller, str], bool]) -> None:
    """List the issuers of which `is_listed(issuer, caller)`."""

    def make(_: Any) -> Any:
        def issuers(self: Catalogue, reseller_id: str, request: CursorRequest) -> Page[Reseller]:
            resellers = self._work.records(RESELLERS).page(RESELLERS_NEWEST, ALL)
            found = [each for each in resellers if is_listed(each, reseller_id)]
            return page_among(found, request, id_of=lambda each: each.issuer_id)

        return issuers

    plant.replace(Catalogue, "issuers", make)


@DEFECTS.defect("BG-U02", "Who calls is listed too.")
def _(plant: Planter) -> None:
    _listing(plant, lambda issuer, _: may_be_asked(issuer))


@DEFECTS.defect("BG-U30", "Who was listed once is listed for ever.")
def _(plant: Planter) -> None:
    seen: set[str] = set()

    def was_seen(issuer: Reseller, caller: str) -> bool:
        if may_be_asked(issuer):
            seen.add(issuer.id)
        return issuer.id in seen and issuer.id != caller

    _listing(plant, was_seen)


@DEFECTS.defect("BG-U31", "Where nothing has changed the answer says false.")
def _(plant: Planter) -> None:
    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        before = work.records(RESELLERS).get(reseller_of(call)).lookup_enabled
        reply = inside(call, work)
        if before is call.body["enabled"]:
            reply.body["enabled"] = False
        return reply

    plant.operation("updateLookupEnabled", around)


# A lookup


@DEFECTS.defect("BG-U03", "A lookup waits for a quarter of an hour.")
def _(plant: Planter) -> None:
    plant.replace(lookups, "LOOKUP_LIFETIME", lambda _: timedelta(minutes=15))


@DEFECTS.defect("BG-U04", "A reseller can look its own clients up.")
def _(plant: Planter) -> None:
    def make(initiate: Initiate) -> Initiate:
        def initiate_for_anybody(self: Lookups, reseller_id: str, issuer_id: str, client_id: str) -> Lookup:
            if self._issuer(issuer_id).id != reseller_id:
                return initiate(self, reseller_id, issuer_id, client_id)
            return self._keep(
                msgspec.structs.replace(initiate(self, "", issuer_id, client_id), reseller_id=reseller_id)
            )

        return initiate_for_anybody

    plant.replace(Lookups, "initiate", make)


@DEFECTS.defect("BG-U05", "A lookup can be begun while the issuer is off.")
def _(plant: Planter) -> None:
    _whoever_is_off(plant, "initiate")


@DEFECTS.defect("BG-U13", "A code is taken while the issuer is off.")
def _(plant: Planter) -> None:
    _whoever_is_off(plant, "give_code")


def _whoever_is_off(plant: Planter, name: str) -> None:
    def make(method: Callable[..., Lookup]) -> Any:
        def without_looking(self: Lookups, *args: str) -> Lookup:
            with silenced(Lookups, "_ensure_on"):
                return method(self, *args)

        return without_looking

    plant.replace(Lookups, name, make)


def _changing_earlier_ones(plant: Planter, those: LookupStatus, /, **fields: Any) -> None:
    """A further lookup changes the earlier ones of the same client that have such a status."""

    def change(self: Lookups, begun: Lookup, *_: object) -> Lookup:
        kept = self._work.records(LOOKUPS)
        for each in kept.page(LOOKUPS.listed, ALL):
            is_earlier = each.id != begun.id and (each.client, each.status) == (begun.client, those)
            if is_earlier and each.reseller_id == begun.reseller_id:
                kept.put(msgspec.structs.replace(each, **fields))
        return begun

    afterwards(plant, Lookups, "initiate", change)


@DEFECTS.defect("BG-U06", "A further lookup ends those that wait.")
def _(plant: Planter) -> None:
    _changing_earlier_ones(plant, LookupStatus.PENDING, status=LookupStatus.EXPIRED)


@DEFECTS.defect("BG-U06.token", "A further lookup takes the tokens of earlier ones away.")
def _(plant: Planter) -> None:
    _changing_earlier_ones(plant, LookupStatus.VERIFIED, token=None)


# Its code


def _giving_code(plant: Planter, mend: Callable[[Lookup, str], tuple[Lookup, str]]) -> None:
    """Take a code for what `mend(lookup, code)` makes of both."""

    def make(give_code: GiveCode) -> GiveCode:
        def give(self: Lookups, reseller_id: str, lookup_id: str, code: str) -> Lookup:
            lookup, code = mend(self._register.lookup(reseller_id, lookup_id), code)
            return give_code(self, reseller_id, self._keep(lookup).id, code)

        return give

    plant.replace(Lookups, "give_code", make)


@DEFECTS.defect("BG-U10", "The last digit of a code does not matter.")
def _(plant: Planter) -> None:
    _giving_code(
        plant, lambda lookup, code: (lookup, lookup.access_code if code[:5] == lookup.access_code[:5] else code)
    )


@DEFECTS.defect("BG-U11", "A wrong code for a lookup that was verified is said to be wrong.")
def _(plant: Planter) -> None:
    def refuse(lookup: Lookup, code: str) -> tuple[Lookup, str]:
        if lookup.status is LookupStatus.VERIFIED and code != lookup.access_code:
            raise RuleBroken("invalid_access_code", "this is not the code that was sent")
        return lookup, code

    _giving_code(plant, refuse)


@DEFECTS.defect("BG-U12", "A lookup is open for six wrong codes.")
def _(plant: Planter) -> None:
    plant.replace(lookups, "_WRONG_CODES", lambda number: number + 1)


@DEFECTS.defect("BG-U12.moment", "A lookup is open at the moment at which it is over.")
def _(plant: Planter) -> None:
    _giving_code(plant, lambda lookup, code: (msgspec.structs.replace(lookup, ends_at=lookup.ends_at + _SECOND), code))


@DEFECTS.defect("BG-U14", "A token is good for 31 days.")
def _(plant: Planter) -> None:
    plant.replace(lookups, "TOKEN_LIFETIME", lambda _: timedelta(days=31))


@DEFECTS.defect("BG-U15", "Lookup tokens are not looked at where a client is read.")
def _(plant: Planter) -> None:
    def lose(request: Request) -> None:
        request.headers.pop("bardge-lookup-token", None)

    plant.request(lose, "getClient")


@DEFECTS.defect("BG-U16", "Who knows the id of a lookup can verify it.")
def _(plant: Planter) -> None:
    def make(_: Any) -> Any:
        def find(self: Register, _reseller_id: str, text: str) -> Lookup:
            lookup = self._work.records(LOOKUPS).find(text)
            if lookup is None:
                raise NotFound("lookup", text)
            return lookup

        return find

    plant.replace(Register, "lookup", make)


# Its token


def _naming(plant: Planter, make: Callable[[Named], Named]) -> None:
    plant.replace(Register, "_named", make)


@DEFECTS.defect("BG-U20", "A token is good for every reseller.")
def _(plant: Planter) -> None:
    def make(named: Named) -> Named:
        def name(self: Register, reseller_id: str, client_id: str, token: str | None) -> Any:
            lookup = None if token is None else self._lookup_with(token)
            return named(self, reseller_id if lookup is None else lookup.reseller_id, client_id, token)

        return name

    _naming(plant, make)


@DEFECTS.defect("BG-U20.written", "With a wrong token a client is renamed, though not booked.")
def _(plant: Planter) -> None:
    def rename(call: Call, work: Work) -> None:
        said = Particulars(first_name=call.body.get("first_name"))
        for reseller in work.records(RESELLERS).page(RESELLERS_NEWEST, ALL):
            client = work.records(CLIENTS).find(client_key(reseller.id, call.body["client_id"]))
            if client is not None:
                Clients(work).change(client, said)

    done_though_refused(plant, "initiateSpaBooking", RuleBroken, rename)


@DEFECTS.defect("BG-U21", "A token is good at the moment at which it is over.")
def _(plant: Planter) -> None:
    def make(refusal_of: Callable[[Register, Lookup, Client], Refusal | None]) -> Any:
        def refusal(self: Register, lookup: Lookup, client: Client) -> Refusal | None:
            if lookup.ends_at == self._work.now:
                lookup = msgspec.structs.replace(lookup, ends_at=lookup.ends_at + _SECOND)
            return refusal_of(self, lookup, client)

        return refusal

    plant.replace(Register, "_refusal_of", make)


@DEFECTS.defect("BG-U22", "For an own client a token is not looked at.")
def _(plant: Planter) -> None:
    def make(named: Named) -> Named:
        def name(self: Register, reseller_id: str, client_id: str, token: str | None) -> Any:
            lookup = None if token is None else self._lookup_with(token)
            own = self._work.records(CLIENTS).find(client_key(reseller_id, client_id))
            is_theirs = lookup is not None and self.client(lookup).client_id == client_id
            return named(self, reseller_id, client_id, token if own is None or is_theirs else None)

        return name

    _naming(plant, make)


@DEFECTS.defect("BG-U23", "A token finds all clients of its issuer.")
def _(plant: Planter) -> None:
    def make(named: Named) -> Named:
        def name(self: Register, reseller_id: str, client_id: str, token: str | None) -> Any:
            lookup = None if token is None else self._lookup_with(token)
            if lookup is not None and lookup.reseller_id == reseller_id:
                issuer_id = self.client(lookup).reseller_id
                client = self._work.records(CLIENTS).find(client_key(issuer_id, client_id))
                if client is not None:
                    return register._Named((client,), self._refusal_of(lookup, client))
            return named(self, reseller_id, client_id, token)

        return name

    _naming(plant, make)


@DEFECTS.defect("BG-U23.alike", "With a token the caller's own client of that id is found, if there is one.")
def _(plant: Planter) -> None:
    def make(named: Named) -> Named:
        def name(self: Register, reseller_id: str, client_id: str, token: str | None) -> Any:
            found = named(self, reseller_id, client_id, token)
            own = self._work.records(CLIENTS).find(client_key(reseller_id, client_id))
            return found if own is None or found.refused is not None else register._Named((own,))

        return name

    _naming(plant, make)


@DEFECTS.defect("BG-U24", "Tokens are good while the issuer is off.")
def _(plant: Planter) -> None:
    plant.replace(register, "may_be_asked", lambda _: lambda issuer: issuer.is_enabled)
