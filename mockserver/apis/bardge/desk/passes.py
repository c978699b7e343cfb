"""Issued passes: given to clients, changed, prolonged."""

from datetime import UTC, datetime, time

import msgspec

from mockserver.apis.bardge.desk.clients import Clients, Particulars
from mockserver.apis.bardge.desk.register import (
    Register,
    duration_end,
    ensure_not_cancelled,
    ensure_not_over,
    new_id,
    new_serial,
    new_tx_ref,
    now_ms,
)
from mockserver.apis.bardge.desk.till import Till
from mockserver.apis.bardge.records import ISSUED_PASSES, LAGOS, Client, IssuedPass, Product
from mockserver.apis.bardge.terms import moment_of
from mockserver.apis.refusals import BadInput
from mockserver.sandbox.work import Work

__all__ = ["Passes"]

_LAST_END = datetime(2200, 1, 1, tzinfo=UTC)
"""The last moment that the contract has a number for."""


class Passes:
    __slots__ = ("_register", "_till", "_work")

    def __init__(self, work: Work) -> None:
        self._work = work
        self._register = Register(work)
        self._till = Till(work)

    def read(self, reseller_id: str, pass_id: str) -> tuple[IssuedPass, Product, Client]:
        """Raises NotFound."""
        issued_pass = self._register.issued_pass(reseller_id, pass_id)
        return issued_pass, self._register.product_of(issued_pass), self._register.client(issued_pass)

    def issue(
        self, reseller_id: str, product_id: str, client_id: str, said: Particulars, starts_at: datetime | None
    ) -> tuple[IssuedPass, Product, Client]:
        """A new pass, from *starts_at* on or from now, for a client who is made where there is none.

        Raises:
            NotFound: No such product.
            BadInput: It would begin before today, or end when there are no numbers for moments any more.
            RuleBroken: `insufficient_balance`.
        """
        product = self._register.product(reseller_id, product_id)
        begins_at = now_ms(self._work) if starts_at is None else self._not_past(starts_at)
        ends_at = duration_end(begins_at, product.duration)
        if ends_at > _LAST_END:
            raise BadInput("body", "start_date", "is too late for a pass of this duration")
        client = Clients(self._work).enrol(reseller_id, client_id, said)
        issued_pass = IssuedPass(
            id=new_id(self._work, "brgpass"),
            serial=new_serial(self._work),
            reseller_id=reseller_id,
            client=client.id,
            product_id=product.id,
            starts_at=begins_at,
            ends_at=ends_at,
            created_at=now_ms(self._work),
            transaction_id=new_id(self._work, "txn"),
            tx_ref=new_tx_ref(self._work),
        )
        self._till.debit(reseller_id, product.price, reason="issued pass", about=issued_pass.id)
        for cover in product.covers:
            self._till.earn(client, cover.credits, f"Pass — {product.name}")
        return self._keep(issued_pass), product, client

    def change(self, reseller_id: str, pass_id: str, said: Particulars, product_id: str | None) -> IssuedPass:
        """Other names, address or number of its client; with *product_id* another product under the same pass.

        Start and end stay, and so do visits and credits. What the new product costs more is debited, what it costs less
        does not come back.

        Raises:
            NotFound: No such pass; no such product.
            RuleBroken: `pass_cancelled`; with a product `pass_expired`, `insufficient_balance`.
        """
        issued_pass = self._register.issued_pass(reseller_id, pass_id)
        product = None if product_id is None else self._register.product(reseller_id, product_id)
        ensure_not_cancelled(issued_pass)
        Clients(self._work).change(self._register.client(issued_pass), said)
        return issued_pass if product is None else self._put_under(issued_pass, product)

    def prolong(self, reseller_id: str, pass_id: str, ends_at: datetime) -> IssuedPass:
        """Valid until *ends_at*; one that was over is valid again.

        Raises:
            NotFound
            RuleBroken: `pass_cancelled`.
            BadInput: The end is not ahead, or not after the beginning.
        """
        issued_pass = self._register.issued_pass(reseller_id, pass_id)
        ensure_not_cancelled(issued_pass)
        if ends_at <= self._work.now:
            raise BadInput("body", "expires_at", "is not in the future")
        if ends_at <= issued_pass.starts_at:
            raise BadInput("body", "expires_at", "is not after the start_date of the pass")
        return self._keep(msgspec.structs.replace(issued_pass, ends_at=ends_at))

    def _put_under(self, issued_pass: IssuedPass, product: Product) -> IssuedPass:
        """Raises RuleBroken: `pass_expired`, `insufficient_balance`."""
        ensure_not_over(issued_pass, self._work.now)
        dearer = product.price - self._register.product_of(issued_pass).price
        self._till.debit(issued_pass.reseller_id, max(dearer, 0), reason="other product", about=issued_pass.id)
        return self._keep(msgspec.structs.replace(issued_pass, product_id=product.id))

    def _not_past(self, starts_at: datetime) -> datetime:
        """Raises BadInput."""
        if starts_at < moment_of(self._work.now.astimezone(LAGOS).date(), time()):
            raise BadInput("body", "start_date", "is before the beginning of today in Lagos")
        return starts_at

    def _keep(self, issued_pass: IssuedPass) -> IssuedPass:
        self._work.records(ISSUED_PASSES).put(issued_pass)
        return issued_pass
