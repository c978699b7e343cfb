"""Clients: made when their id is first used, named, given passcodes, and sold credits."""

from datetime import datetime

import msgspec

from mockserver.apis.bardge.desk.register import Register, new_id, new_passcode, new_tx_ref, now_ms
from mockserver.apis.bardge.desk.till import Till
from mockserver.apis.bardge.records import (
    CLIENTS,
    ISSUED_PASSES,
    PASSES_OF_CLIENT,
    Client,
    CreditPackage,
    IssuedPass,
    Product,
    client_key,
)
from mockserver.sandbox.work import Work

__all__ = ["Clients", "CreditPurchase", "Particulars"]


class Particulars(msgspec.Struct, frozen=True, kw_only=True):
    """What a request says of a client; None is left as it is."""

    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None


class CreditPurchase(msgspec.Struct, frozen=True, kw_only=True):
    """Credits that were bought. `balance` is what the client has now."""

    id: str
    package: CreditPackage
    client: Client
    balance: int
    transaction_id: str
    tx_ref: str
    bought_at: datetime


class Clients:
    """Whom an id names is an own client here: nothing takes a token."""

    __slots__ = ("_register", "_work")

    def __init__(self, work: Work) -> None:
        self._work = work
        self._register = Register(work)

    def enrol(self, reseller_id: str, client_id: str, said: Particulars) -> Client:
        """The reseller's client of this id, who is made when there is none, and has the given names from now on.

        An address and a number that are not given stay: Assumed.
        """
        client = self._work.records(CLIENTS).find(client_key(reseller_id, client_id))
        return self.change(client or self._new(reseller_id, client_id), said)

    def change(self, client: Client, said: Particulars) -> Client:
        """Whosever client it is."""
        given = {name: value for name, value in msgspec.structs.asdict(said).items() if value is not None}
        changed = msgspec.structs.replace(client, **given)
        return client if changed == client else self._keep(changed)

    def renew_passcode(self, reseller_id: str, client_id: str) -> Client:
        """Raises NotFound; Forbidden: another reseller's client."""
        client = self._register.client_of(reseller_id, client_id)
        changed = msgspec.structs.replace(client, passcode=new_passcode(self._work), passcode_at=now_ms(self._work))
        return self._keep(changed)

    def passes(self, client: Client) -> list[tuple[IssuedPass, Product]]:
        """Every pass of a client and its product, the newest first."""
        held = self._work.records(ISSUED_PASSES).page(PASSES_OF_CLIENT, client.id)
        return [(issued_pass, self._register.product_of(issued_pass)) for issued_pass in held]

    def buy_credits(self, reseller_id: str, client_id: str, package_id: str) -> CreditPurchase:
        """Credits that the client has at once, at the cost of the business account.

        Raises:
            NotFound: No such package of the reseller, or no such client.
            Forbidden: Another reseller's client.
            RuleBroken: `insufficient_balance`.
        """
        package = self._register.credit_package(reseller_id, package_id)
        client = self._register.client_of(reseller_id, client_id)
        till = Till(self._work)
        purchase_id = new_id(self._work, "crpur")
        till.debit(reseller_id, package.amount, reason="credits", about=purchase_id)
        till.earn(client, package.credits, f"Credits purchase — {package.name}")
        return CreditPurchase(
            id=purchase_id,
            package=package,
            client=client,
            balance=till.credits(client),
            transaction_id=new_id(self._work, "txn"),
            tx_ref=new_tx_ref(self._work),
            bought_at=now_ms(self._work),
        )

    def _new(self, reseller_id: str, client_id: str) -> Client:
        """Not kept yet, and without a name."""
        return Client(
            id=client_key(reseller_id, client_id),
            client_id=client_id,
            reseller_id=reseller_id,
            first_name="",
            last_name="",
            email=None,
            phone=None,
            passcode=new_passcode(self._work),
            passcode_at=now_ms(self._work),
        )

    def _keep(self, client: Client) -> Client:
        self._work.records(CLIENTS).put(client)
        return client
