"""Finding records, and the ids, codes and moments of what is new.

What does not exist comes before what is somebody else's: a client who is another reseller's is told from one whom
nobody has. All else of another reseller is answered as if it did not exist.
"""

import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from dateutil.relativedelta import relativedelta

from mockserver.apis.bardge.desk.schedule import instance_of
from mockserver.apis.bardge.records import (
    BOOKINGS,
    BRANCHES,
    BRANCHES_NEWEST,
    CLASSES,
    CLIENTS,
    CREDIT_PACKAGES,
    ISSUED_PASSES,
    LAGOS,
    LOOKUPS,
    LOOKUPS_BY_TOKEN,
    PRODUCTS,
    QUOTES,
    RESELLERS,
    RESELLERS_NEWEST,
    SERIAL,
    SESSIONS,
    Booking,
    Branch,
    Category,
    ClassInstance,
    Client,
    CreditPackage,
    Duration,
    GymClass,
    IssuedPass,
    Lookup,
    Product,
    Quote,
    Reseller,
    Session,
    SessionKind,
    SpaService,
    catalogue_owner,
    client_key,
    mode_of,
)
from mockserver.apis.refusals import BadInput, Forbidden
from mockserver.booking.errors import NotFound, Refusal, RuleBroken
from mockserver.booking.ports import ALL, Kind
from mockserver.sandbox.randomness import draw
from mockserver.sandbox.work import Work

__all__ = [
    "Register",
    "duration_end",
    "ensure_category",
    "ensure_not_cancelled",
    "ensure_not_over",
    "id_of",
    "may_be_asked",
    "moment_at",
    "new_code",
    "new_door_code",
    "new_id",
    "new_passcode",
    "new_serial",
    "new_tx_ref",
    "now_ms",
    "tx_ref_of",
    "usable_pass",
]

R = TypeVar("R", bound=IssuedPass | Product | CreditPackage | Quote | Booking | Session | Lookup)

_LENGTHS = {
    Duration.WEEKLY: relativedelta(weeks=1),
    Duration.MONTHLY: relativedelta(months=1),
    Duration.QUARTERLY: relativedelta(months=3),
    Duration.ANNUALLY: relativedelta(years=1),
}

_START = datetime(1970, 1, 1, tzinfo=UTC)
_LETTERS = string.ascii_letters + string.digits
_CAPITALS = string.ascii_uppercase + string.digits


# What is new


def new_serial(work: Work) -> int:
    """Counts everything that is made: what came later has a higher one."""
    return work.next_id(SERIAL)


def new_id(work: Work, prefix: str) -> str:
    """`PREFIX_` and sixteen letters and digits."""
    return id_of(work.seed, new_serial(work), prefix)


def id_of(seed: int, serial: int, prefix: str) -> str:
    return f"{prefix}_{_drawn(seed, serial, prefix, _LETTERS, 16)}"


def new_passcode(work: Work) -> str:
    return _drawn(work.seed, new_serial(work), "passcode", _CAPITALS, 8)


def new_door_code(work: Work) -> str:
    """What opens a venue for one visit: ten capitals or digits. Assumed."""
    return _drawn(work.seed, new_serial(work), "door_code", _CAPITALS, 10)


def new_tx_ref(work: Work) -> str:
    """The reference of a debit of the business account: `FLW-TXN-` and eight capitals."""
    return tx_ref_of(work.seed, new_serial(work))


def tx_ref_of(seed: int, serial: int) -> str:
    return f"FLW-TXN-{_drawn(seed, serial, 'tx_ref', string.ascii_uppercase, 8)}"


def new_code(work: Work) -> str:
    """What the client of a lookup is sent: six digits. Assumed."""
    return _drawn(work.seed, new_serial(work), "access_code", string.digits, 6)


def _drawn(seed: int, serial: int, purpose: str, letters: str, length: int) -> str:
    return "".join(draw(seed, "bardge", purpose, serial).choices(letters, k=length))


# Moments


def now_ms(work: Work) -> datetime:
    """The moment of the request in whole milliseconds, as moments are kept."""
    return work.now.replace(microsecond=work.now.microsecond // 1_000 * 1_000)


def moment_at(milliseconds: int) -> datetime:
    """The moment that a request names in milliseconds since 1970-01-01 UTC."""
    return _START + timedelta(milliseconds=milliseconds)


def duration_end(starts_at: datetime, duration: Duration) -> datetime:
    """One duration later by the calendar of Lagos; a day that a month does not have is its last one."""
    return (starts_at.astimezone(LAGOS) + _LENGTHS[duration]).astimezone(UTC)


# What may be done

_WHERE_NEEDED = {Category.SPA: "BG-R20", Category.GYM: "BG-R21"}
"""The rule about venues of the other category, by that which is needed."""


def ensure_category(branch: Branch, category: Category, place: str, field: str) -> None:
    """Raises BadInput for a venue of the other category, which the request names in *field*."""
    if branch.category is not category:
        raise BadInput(place, field, f"{branch.name} is no {category.value.lower()}").under(_WHERE_NEEDED[category])


def ensure_not_cancelled(issued_pass: IssuedPass) -> None:
    """Raises RuleBroken: `pass_cancelled`."""
    if issued_pass.is_cancelled:
        raise RuleBroken("pass_cancelled", f"the pass {issued_pass.id} was cancelled")


def ensure_not_over(issued_pass: IssuedPass, moment: datetime) -> None:
    """Raises RuleBroken: `pass_expired`, from its end on."""
    if issued_pass.ends_at <= moment:
        raise RuleBroken("pass_expired", f"the pass {issued_pass.id} is over")


def usable_pass(issued_pass: IssuedPass, moment: datetime) -> IssuedPass:
    """The pass, which is good at *moment*: that of the visit, or now.

    Raises:
        RuleBroken: `pass_cancelled`; `pass_expired`.
        Forbidden: It begins later.
    """
    ensure_not_cancelled(issued_pass)
    ensure_not_over(issued_pass, moment)
    if issued_pass.starts_at > moment:
        raise Forbidden(f"the pass {issued_pass.id} is not valid yet").under("BG-N52")
    return issued_pass


def may_be_asked(issuer: Reseller) -> bool:
    """Whether others may look its clients up. Of a disabled account they may not, whatever it has set. Assumed."""
    return issuer.is_enabled and issuer.lookup_enabled


@dataclass(frozen=True, slots=True)
class _Named:
    """Who may be meant by a client's id.

    Attributes:
        clients: One; several where only other resellers have clients of that id, and none of them can be reached.
        refused: Why the caller has no access to them.
    """

    clients: Sequence[Client]
    refused: Refusal | None = None

    def reached(self) -> Client:
        if self.refused is not None:
            raise self.refused
        return self.clients[0]


class Register:
    """Raises NotFound for what is not there, and for what is not the reseller's."""

    __slots__ = ("_work",)

    def __init__(self, work: Work) -> None:
        self._work = work

    # Whose it is

    def client_of(self, reseller_id: str, client_id: str, token: str | None = None) -> Client:
        """The caller's own client, or that of another reseller for which *token* was given.

        Raises:
            NotFound: Nobody has such a client.
            RuleBroken: `lookup_token_invalid`, of a token that is not the caller's or for somebody else, even where
                none is needed; `lookup_token_expired`.
            Forbidden: Another reseller's client without a token; its issuer has lookup switched off.
        """
        return self._named(reseller_id, client_id, token).reached()

    def client_with_pass(
        self, reseller_id: str, client_id: str, pass_id: str, token: str | None = None
    ) -> tuple[Client, IssuedPass]:
        """A client, as by `client_of`, and a pass that the client holds.

        Raises:
            NotFound: No such client; else no such pass in the hands of the client, which comes before whose it is.
            RuleBroken, Forbidden: See `client_of`.
        """
        named = self._named(reseller_id, client_id, token)
        issued_pass = self._pass_of(pass_id, {client.id for client in named.clients})
        return named.reached(), issued_pass

    def issued_pass(self, reseller_id: str, text: str, client: Client | None = None) -> IssuedPass:
        """A pass that the reseller issued; with *client*, one that this client holds, whoever issued it."""
        if client is not None:
            return self._pass_of(text, {client.id})
        return self._own(ISSUED_PASSES, "pass", text, reseller_id)

    def product(self, reseller_id: str, text: str) -> Product:
        return self._own(PRODUCTS, "pass", text, catalogue_owner(reseller_id))

    def credit_package(self, reseller_id: str, text: str) -> CreditPackage:
        return self._own(CREDIT_PACKAGES, "credit package", text, catalogue_owner(reseller_id))

    def quote(self, reseller_id: str, text: str) -> Quote:
        """One that the reseller asked for."""
        return self._own(QUOTES, "quote", text, reseller_id)

    def booking(self, reseller_id: str, text: str) -> Booking:
        """One that the reseller made."""
        return self._own(BOOKINGS, "booking", text, reseller_id)

    def session(self, reseller_id: str, text: str, kind: SessionKind) -> Session:
        """One that the reseller opened; one of another kind is none."""
        session = self._own(SESSIONS, "session", text, reseller_id)
        if session.kind is not kind:
            raise NotFound("session", text)
        return session

    def lookup(self, reseller_id: str, text: str) -> Lookup:
        """One that the reseller began."""
        return self._own(LOOKUPS, "lookup", text, reseller_id)

    def _own(self, kind: Kind[R], name: str, text: str, reseller_id: str) -> R:
        record = self._work.records(kind).find(text)
        if record is None or record.reseller_id != reseller_id:
            raise NotFound(name, text).under("BG-A05", "BG-A06")
        return record

    # What is offered to every reseller

    def branch(self, text: str) -> Branch:
        branch = self._work.records(BRANCHES).find(text)
        if branch is None:
            raise NotFound("venue", text).under("BG-A05")
        return branch

    def service(self, branch: Branch, text: str) -> SpaService:
        """One of this spa's."""
        service = branch.service(text)
        if service is None:
            raise NotFound("service", text).under("BG-A09")
        return service

    def services(self, branch: Branch, service_ids: Sequence[str]) -> tuple[SpaService, ...]:
        """Those of a spa. A gym has none: there a service is looked for at every spa, so that what is wrong is the gym."""
        if branch.category is Category.SPA or not service_ids:
            return tuple(self.service(branch, text) for text in service_ids)
        known = {
            service.id: service
            for each in self._work.records(BRANCHES).page(BRANCHES_NEWEST, ALL)
            for service in each.services
        }
        for text in service_ids:
            if text not in known:
                raise NotFound("service", text).under("BG-A09")
        return tuple(known[text] for text in service_ids)

    def gym_class(self, text: str) -> GymClass:
        gym_class = self._work.records(CLASSES).find(text)
        if gym_class is None:
            raise NotFound("class", text)
        return gym_class

    def instance(self, text: str) -> ClassInstance:
        return instance_of(self._work, text)

    # What a record names is there.

    def client(self, record: IssuedPass | Booking | Session | Lookup) -> Client:
        return self._work.records(CLIENTS).get(record.client)

    def product_of(self, issued_pass: IssuedPass) -> Product:
        return self._work.records(PRODUCTS).get(issued_pass.product_id)

    # Who is meant

    def _named(self, reseller_id: str, client_id: str, token: str | None) -> _Named:
        """Raises NotFound."""
        if token is not None:
            lookup = self._lookup_with(token)
            if lookup is not None and lookup.reseller_id == reseller_id:
                looked_up = self.client(lookup)
                if looked_up.client_id == client_id:
                    return _Named((looked_up,), self._refusal_of(lookup, looked_up))
        clients = self._clients_called(reseller_id, client_id)
        if token is not None:
            return _Named(clients, RuleBroken("lookup_token_invalid", f"this token is not for the client {client_id}"))
        if clients[0].reseller_id == reseller_id:
            return _Named(clients)
        refused = Forbidden(f"the client {client_id} is another reseller's, and takes a lookup token").under("BG-A08")
        return _Named(clients, refused)

    def _clients_called(self, reseller_id: str, client_id: str) -> list[Client]:
        """The caller's own, or else everybody's in the caller's mode. Raises NotFound."""
        clients = self._work.records(CLIENTS)
        own = clients.find(client_key(reseller_id, client_id))
        if own is not None:
            return [own]
        resellers = self._work.records(RESELLERS).page(RESELLERS_NEWEST, mode_of(reseller_id))
        others = (clients.find(client_key(reseller.id, client_id)) for reseller in resellers)
        found = [client for client in others if client is not None]
        if not found:
            raise NotFound("client", client_id).under("BG-A09")
        return found

    def _lookup_with(self, token: str) -> Lookup | None:
        found = self._work.records(LOOKUPS).page(LOOKUPS_BY_TOKEN, token, limit=1)
        return found[0] if found else None

    def _refusal_of(self, lookup: Lookup, client: Client) -> Refusal | None:
        """Why a token does not reach its client."""
        if lookup.ends_at <= self._work.now:
            return RuleBroken("lookup_token_expired", "this lookup token is over")
        if not may_be_asked(self._work.records(RESELLERS).get(client.reseller_id)):
            return Forbidden(f"the issuer {lookup.issuer_id} does not let others look its clients up")
        return None

    def _pass_of(self, text: str, holders: set[str]) -> IssuedPass:
        issued_pass = self._work.records(ISSUED_PASSES).find(text)
        if issued_pass is None or issued_pass.client not in holders:
            raise NotFound("pass", text).under("BG-A06" if issued_pass is None else "BG-A16")
        return issued_pass
