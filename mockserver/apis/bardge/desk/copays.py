"""What opens venues, or services of them, that neither the pass nor credits cover: quotes of spas, and buying before a visit."""

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from mockserver.apis.bardge.desk.buying import buy_package, buy_quoted
from mockserver.apis.bardge.desk.coverage import ServiceCost, costs_of, covers, spa_copays
from mockserver.apis.bardge.desk.register import Register, ensure_category, new_id, now_ms
from mockserver.apis.bardge.desk.till import Till
from mockserver.apis.bardge.desk.visitors import Visitor, Wish, visitor_of
from mockserver.apis.bardge.records import (
    BRANCHES,
    BRANCHES_NEWEST,
    CLASSES,
    CLASSES_OF_BRANCH,
    ISSUED_PASSES,
    PASSES_OF_CLIENT,
    QUOTES,
    Branch,
    Category,
    Copay,
    CopayOption,
    Quote,
)
from mockserver.apis.refusals import BadInput
from mockserver.booking.errors import NotFound, RuleBroken
from mockserver.booking.ports import ALL
from mockserver.sandbox.work import Work

__all__ = ["QUOTE_LIFETIME", "SPA_COPAY_LIFETIME", "CopayDesk", "Offer"]

QUOTE_LIFETIME = timedelta(minutes=15)
SPA_COPAY_LIFETIME = timedelta(days=30)
"""Assumed, as that of a quote: no page says how long."""


class Offer(msgspec.Struct, frozen=True, gc=False):
    """A quote, and what it is made of."""

    quote: Quote
    branch: Branch
    costs: tuple[ServiceCost, ...]


class CopayDesk:
    """Raises NotFound for what is not there. What it refuses is undone with all that the request did.

    A package or a quote that is sent to a venue of the other category has only to exist somewhere: what is wrong then is
    the venue.
    """

    __slots__ = ("_register", "_reseller_id", "_work")

    def __init__(self, work: Work, reseller_id: str) -> None:
        self._work = work
        self._reseller_id = reseller_id
        self._register = Register(work)

    def quote(self, branch_id: str, wish: Wish, service_ids: Sequence[str]) -> Offer:
        """What services cost a client now, beside the pass and the credits.

        Raises, in this order:
            NotFound: The venue, a service, the client, the pass.
            RuleBroken, Forbidden: Whose client it is; the pass, now.
            BadInput: The venue is a gym.
        """
        branch = self._register.branch(branch_id)
        services = self._register.services(branch, service_ids)
        visitor = self._visitor(wish)
        ensure_category(branch, Category.SPA, "path", "id")
        now = now_ms(self._work)
        held = Till(self._work).credits(visitor.client)
        copays = spa_copays(self._work, self._reseller_id, visitor, branch.id, now, services, held)
        costs = costs_of(visitor, services, copays, held)
        quote = Quote(
            id=new_id(self._work, "quote"),
            reseller_id=self._reseller_id,
            client=visitor.client.id,
            pass_id=visitor.issued.id,
            branch_id=branch.id,
            service_ids=tuple(each.service.id for each in costs if not each.is_covered),
            amount=sum(each.copay_amount for each in costs),
            created_at=now,
            ends_at=now + QUOTE_LIFETIME,
        )
        self._work.records(QUOTES).put(quote)
        return Offer(quote, branch, costs)

    def buy_package(self, branch_id: str, wish: Wish, option_id: str) -> Copay:
        """Visits of a gym.

        Raises, in this order:
            NotFound: The venue, the package, the client, the pass.
            RuleBroken, Forbidden: Whose client it is; the pass, now.
            BadInput: The venue is a spa; the pass covers the gym, and the credits every class there.
            RuleBroken: `insufficient_balance`.
        """
        branch = self._register.branch(branch_id)
        option = self._option(branch, option_id)
        visitor = self._visitor(wish)
        ensure_category(branch, Category.GYM, "body", "provider_branch_id")
        if covers(visitor.product, Category.GYM, branch.tier) and not self._lacks_credits(visitor, branch):
            raise BadInput("body", "provider_branch_id", f"the pass covers {branch.name}").under("BG-O13")
        return buy_package(self._work, self._reseller_id, visitor.client, branch, option)

    def buy_quoted(self, branch_id: str, wish: Wish, quote_id: str) -> Copay:
        """What a spa has quoted, for one appointment.

        Raises, in this order:
            NotFound: The venue, the quote, the client, the pass.
            RuleBroken, Forbidden: Whose client it is; the pass, now.
            BadInput: The venue is a gym; the quote is of somebody or something else, or of nothing to pay.
            RuleBroken: `quote_expired`, `insufficient_balance`.
        """
        branch = self._register.branch(branch_id)
        quote = self._register.quote(self._reseller_id, quote_id)
        visitor = self._visitor(wish)
        ensure_category(branch, Category.SPA, "body", "provider_branch_id")
        if (quote.client, quote.pass_id, quote.branch_id) != (visitor.client.id, visitor.issued.id, branch.id):
            raise BadInput("body", "quote_id", "is for another client, pass or spa").under("BG-O23")
        if not quote.amount:
            raise BadInput("body", "quote_id", "there is nothing to pay: everything is covered").under("BG-O23")
        now = now_ms(self._work)
        if quote.is_used or quote.ends_at <= now:
            raise RuleBroken("quote_expired", f"the quote {quote.id} no longer holds")
        self._work.records(QUOTES).put(msgspec.structs.replace(quote, is_used=True))
        ends_at = now + SPA_COPAY_LIFETIME
        return buy_quoted(self._work, self._reseller_id, visitor.client, branch, quote, ends_at)

    def with_pass(self, branch_id: str, wish: Wish, option_id: str | None, quote_id: str | None) -> Wish:
        """The wish of somebody who did not say with which pass: that of the quote, else the newest that is valid.

        Raises, in this order:
            NotFound: The venue, the package or the quote, the client.
            RuleBroken, Forbidden: Whose client it is; `pass_expired` where there is no valid one.
        """
        branch = self._register.branch(branch_id)
        if option_id is not None:
            self._option(branch, option_id)
        quote = None if quote_id is None else self._register.quote(self._reseller_id, quote_id)
        client = self._register.client_of(self._reseller_id, wish.client_id, wish.token)
        if quote is not None and quote.client == client.id:
            return msgspec.structs.replace(wish, pass_id=quote.pass_id)
        for issued in self._work.records(ISSUED_PASSES).page(PASSES_OF_CLIENT, client.id):
            if not issued.is_cancelled and issued.starts_at <= self._work.now < issued.ends_at:
                return msgspec.structs.replace(wish, pass_id=issued.id)
        raise RuleBroken("pass_expired", f"the client {wish.client_id} holds no valid pass")

    def _lacks_credits(self, visitor: Visitor, branch: Branch) -> bool:
        """Whether a class of the gym takes more credits than the client has."""
        held = Till(self._work).credits(visitor.client)
        classes = self._work.records(CLASSES).page(CLASSES_OF_BRANCH, branch.id)
        return any(each.credits is not None and each.credits > held for each in classes)

    def _visitor(self, wish: Wish) -> Visitor:
        return visitor_of(self._work, self._reseller_id, wish, self._work.now)

    def _option(self, branch: Branch, text: str) -> CopayOption:
        """A package of the gym; at a spa, which has none, of any gym."""
        branches = (
            [branch] if branch.category is Category.GYM else self._work.records(BRANCHES).page(BRANCHES_NEWEST, ALL)
        )
        for each in branches:
            option = each.copay_option(text)
            if option is not None:
                return option
        raise NotFound("co-pay package", text)
