"""What is paid: the business accounts of resellers, in kobo, and the credits of clients.

Neither is ever below zero for what was asked here. Nothing is rewritten: what goes back is an entry of its own.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.apis.bardge.desk.register import now_ms
from mockserver.apis.bardge.records import (
    ACCOUNTS,
    CREDITS,
    CREDITS_OF_CLIENT,
    DEBITS,
    Account,
    Client,
    CreditEntry,
    Debit,
)
from mockserver.apis.refusals import BadInput
from mockserver.booking.errors import RuleBroken
from mockserver.booking.ports import ALL
from mockserver.sandbox.work import Work

__all__ = ["Till", "set_up"]


def set_up(work: Work, given: Mapping[str, Any]) -> None:
    """Leave every business account with what the sandbox is told to, if it is told."""
    if "business_balance" in given:
        accounts = work.records(ACCOUNTS)
        for account in accounts.page(ACCOUNTS.listed, ALL):
            accounts.put(Account(id=account.id, balance=given["business_balance"]))


class Till:
    __slots__ = ("_work",)

    def __init__(self, work: Work) -> None:
        self._work = work

    # The business account

    def balance(self, reseller_id: str) -> int:
        """What the business account still holds."""
        return self._work.records(ACCOUNTS).get(reseller_id).balance

    def debit(self, reseller_id: str, amount: int, *, reason: str, about: str) -> None:
        """Take kobo from the business account for what has the id *about*; nothing is no debit.

        Raises:
            RuleBroken: `insufficient_balance`.
        """
        if amount and self.balance(reseller_id) < amount:
            raise RuleBroken("insufficient_balance", f"the business account does not cover {amount} kobo")
        self._enter_debit(reseller_id, amount, reason, about)

    def give_back(self, reseller_id: str, amount: int, *, reason: str, about: str) -> None:
        self._enter_debit(reseller_id, -amount, reason, about)

    def _enter_debit(self, reseller_id: str, amount: int, reason: str, about: str) -> None:
        if not amount:
            return
        accounts, debits = self._work.records(ACCOUNTS), self._work.records(DEBITS)
        accounts.put(Account(id=reseller_id, balance=self.balance(reseller_id) - amount))
        debits.put(
            Debit(
                id=debits.next_id(),
                reseller_id=reseller_id,
                amount=amount,
                reason=reason,
                about=about,
                at=now_ms(self._work),
            )
        )

    # Credits

    def credits(self, client: Client) -> int:
        return self._work.records(CREDITS).total(CREDITS_OF_CLIENT, client.id)

    def entries(self, client: Client, *, limit: int) -> Sequence[CreditEntry]:
        """What last changed a client's credits, the newest first."""
        return self._work.records(CREDITS).page(CREDITS_OF_CLIENT, client.id, limit=limit)

    def earn(self, client: Client, amount: int, description: str) -> None:
        """Bought, given with a pass, or given back; none are no entry."""
        self._enter_credits(client, amount, description)

    def spend(self, client: Client, amount: int, description: str, *, field: str) -> None:
        """Take credits from a client; none are no entry.

        Args:
            field: The member of the body that named what costs them.

        Raises:
            BadInput: There are too few.
        """
        held = self.credits(client)
        if amount > held:
            raise BadInput("body", field, f"takes {amount} credits, and the client has {held}").under("BG-B14")
        self._enter_credits(client, -amount, description)

    def _enter_credits(self, client: Client, amount: int, description: str) -> None:
        if not amount:
            return
        entries = self._work.records(CREDITS)
        entries.put(
            CreditEntry(
                id=entries.next_id(),
                client=client.id,
                amount=amount,
                description=description,
                at=now_ms(self._work),
            )
        )
