"""Bugs about co-pays."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from mockserver.apis.bardge.desk import buying, copays, spa
from mockserver.apis.bardge.desk.copays import CopayDesk, Offer
from mockserver.apis.bardge.desk.register import Register
from mockserver.apis.bardge.desk.spa import Spa
from mockserver.apis.bardge.desk.till import Till
from mockserver.apis.bardge.desk.visitors import Wish
from mockserver.apis.bardge.operations import catalogue
from mockserver.apis.bardge.records import (
    BRANCHES,
    BRANCHES_NEWEST,
    COPAYS,
    COPAYS_OF_CLIENT,
    ISSUED_PASSES,
    PASSES_OF_CLIENT,
    QUOTES,
    Booking,
    Branch,
    Client,
    Copay,
    CopayOption,
    Duration,
    Quote,
)
from mockserver.apis.exchange import Call, Reply
from mockserver.booking.errors import NotFound
from mockserver.booking.ports import ALL
from mockserver.defects.common import afterwards, mended
from mockserver.defects.planting import Defects, Planter, silenced
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()

BuyQuoted = Callable[[CopayDesk, str, Wish, str], Copay]


# What is offered


@DEFECTS.defect("BG-O01", "The list names yearly packages otherwise than they are bought.")
def _(plant: Planter) -> None:
    def renamed(show: Callable[[CopayOption, Branch], dict[str, Any]]) -> Any:
        def show_renamed(option: CopayOption, branch: Branch) -> dict[str, Any]:
            shown = show(option, branch)
            return {**shown, "id": f"{option.id}_12"} if option.duration is Duration.ANNUALLY else shown

        return show_renamed

    plant.replace(catalogue, "show_copay_option", renamed)


@DEFECTS.defect("BG-O02", "A gym without packages is not found.")
def _(plant: Planter) -> None:
    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        reply = inside(call, work)
        if not reply.body["data"]:
            raise NotFound("venue", call.path["providerBranchId"])
        return reply

    plant.operation("listGymCopayOptions", around)


def _quoting(plant: Planter, change: Callable[[Offer], dict[str, Any]]) -> None:
    """Let quotes say and keep something else."""

    def make(self: CopayDesk, offer: Offer, *_: object) -> Offer:
        quote = msgspec.structs.replace(offer.quote, **change(offer))
        self._work.records(QUOTES).put(quote)
        return Offer(quote, offer.branch, offer.costs)

    afterwards(plant, CopayDesk, "quote", make)


@DEFECTS.defect("BG-O03", "Where something is not covered a quote is for everything.")
def _(plant: Planter) -> None:
    _quoting(plant, lambda offer: {"amount": offer.quote.amount and sum(each.service.price for each in offer.costs)})


@DEFECTS.defect("BG-O04", "A quote holds for half an hour.")
def _(plant: Planter) -> None:
    plant.replace(copays, "QUOTE_LIFETIME", lambda _: timedelta(minutes=30))


@DEFECTS.defect("BG-O05", "A quote is debited.")
def _(plant: Planter) -> None:
    def debit(self: CopayDesk, offer: Offer, *_: object) -> Offer:
        Till(self._work).debit(self._reseller_id, offer.quote.amount, reason="quote", about=offer.quote.id)
        return offer

    afterwards(plant, CopayDesk, "quote", debit)


# Packages of gyms


@DEFECTS.defect("BG-O10", "A package that was bought before a visit has no visits.")
def _(plant: Planter) -> None:
    def empty(self: CopayDesk, copay: Copay, *_: object) -> Copay:
        self._work.records(COPAYS).put(msgspec.structs.replace(copay, visits_allowed=0))
        return copay

    afterwards(plant, CopayDesk, "buy_package", empty)


@DEFECTS.defect("BG-O11", "A package that is bought before a visit is debited twice.")
def _(plant: Planter) -> None:
    def again(self: CopayDesk, copay: Copay, *_: object) -> Copay:
        Till(self._work).debit(self._reseller_id, copay.amount, reason="copay", about=copay.id)
        return copay

    afterwards(plant, CopayDesk, "buy_package", again)


@DEFECTS.defect("BG-O12", "A gym sells the packages of other gyms.")
def _(plant: Planter) -> None:
    def of_any_gym(_: Any) -> Any:
        def find(self: CopayDesk, _branch: Branch, text: str) -> CopayOption:
            for each in self._work.records(BRANCHES).page(BRANCHES_NEWEST, ALL):
                if option := each.copay_option(text):
                    return option
            raise NotFound("co-pay package", text)

        return find

    plant.replace(CopayDesk, "_option", of_any_gym)


@DEFECTS.defect("BG-O13", "A package is sold to those whose pass covers the gym.")
def _(plant: Planter) -> None:
    plant.replace(copays, "covers", lambda _: lambda *_: False)


@DEFECTS.defect("BG-O14", "A month of a package is 30 days.")
def _(plant: Planter) -> None:
    def short(duration_end: Callable[[datetime, Duration], datetime]) -> Any:
        def end(starts_at: datetime, duration: Duration) -> datetime:
            return starts_at + timedelta(days=30) if duration is Duration.MONTHLY else duration_end(starts_at, duration)

        return end

    plant.replace(buying, "duration_end", short)


# Co-pays of spas


@DEFECTS.defect("BG-O20", "What was bought for a spa is forgotten when the appointment is begun.")
def _(plant: Planter) -> None:
    plant.replace(spa, "spa_copays", lambda _: lambda *_: ())


@DEFECTS.defect("BG-O21", "What was bought for a spa is debited again with the appointment.")
def _(plant: Planter) -> None:
    def again(self: Spa, booking: Booking, *_: object) -> Booking:
        for copay_id in booking.took.copay_ids:
            amount = self._work.records(COPAYS).get(copay_id).amount
            self._till.debit(self._reseller_id, amount, reason="appointment", about=booking.id)
        return booking

    afterwards(plant, Spa, "confirm", again)


def _buying_quoted(plant: Planter, mend: Callable[[Quote, str, Wish], Quote]) -> None:
    """Buy with the quote that `mend(quote, branch_id, wish)` makes of the one that was sent."""

    def make(buy_quoted: BuyQuoted) -> BuyQuoted:
        def buy(self: CopayDesk, branch_id: str, wish: Wish, quote_id: str) -> Copay:
            quote = Register(self._work).quote(self._reseller_id, quote_id)
            self._work.records(QUOTES).put(mend(quote, branch_id, wish))
            return buy_quoted(self, branch_id, wish, quote_id)

        return buy

    plant.replace(CopayDesk, "buy_quoted", make)


@DEFECTS.defect("BG-O22", "A quote can be bought at the moment at which it is over.")
def _(plant: Planter) -> None:
    second = timedelta(seconds=1)
    _buying_quoted(plant, lambda quote, *_: msgspec.structs.replace(quote, ends_at=quote.ends_at + second))


@DEFECTS.defect("BG-O22.again", "A quote can be bought again and again.")
def _(plant: Planter) -> None:
    _buying_quoted(plant, lambda quote, *_: msgspec.structs.replace(quote, is_used=False))


@DEFECTS.defect("BG-O23", "A quote can be bought with another pass of the client.")
def _(plant: Planter) -> None:
    _buying_quoted(plant, lambda quote, _, wish: msgspec.structs.replace(quote, pass_id=wish.pass_id))


@DEFECTS.defect("BG-O23.spa", "A quote can be bought at another spa.")
def _(plant: Planter) -> None:
    _buying_quoted(plant, lambda quote, branch_id, _: msgspec.structs.replace(quote, branch_id=branch_id))


def _finding(plant: Planter, make: Callable[[Callable[..., tuple[Copay, ...]]], Any]) -> None:
    plant.replace(spa, "spa_copays", make)
    plant.replace(copays, "spa_copays", make)


@DEFECTS.defect("BG-O24", "Of several purchases one is used.")
def _(plant: Planter) -> None:
    _finding(plant, lambda spa_copays: lambda *args: spa_copays(*args)[:1])


@DEFECTS.defect("BG-O24.kept", "An appointment uses up all that was bought at the spa.")
def _(plant: Planter) -> None:
    def everything(spa_copays: Callable[..., tuple[Copay, ...]]) -> Any:
        def find(work: Work, client: Client, branch_id: str, *more: Any) -> tuple[Copay, ...]:
            found = spa_copays(work, client, branch_id, *more)
            held = work.records(COPAYS).page(COPAYS_OF_CLIENT, client.id)
            others = [each for each in held if each.branch_id == branch_id and each.quote_id and not each.used_by]
            return (*found, *(each for each in others if each not in found)) if found else ()

        return find

    _finding(plant, everything)


@DEFECTS.defect("BG-O25", "A purchase is good for all services of its quote.")
def _(plant: Planter) -> None:
    _quoting(plant, lambda offer: {"service_ids": tuple(each.service.id for each in offer.costs)})


@DEFECTS.defect("BG-O25.bought", "A purchase is good also for what had been bought before.")
def _(plant: Planter) -> None:
    _quoting(
        plant,
        lambda offer: {"service_ids": tuple(each.service.id for each in offer.costs if not each.is_of_pass)},
    )


# Both kinds


@DEFECTS.defect("BG-O30", "What is bought by the operation for all kinds is not debited.")
def _(plant: Planter) -> None:
    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        with silenced(Till, "debit"):
            return inside(call, work)

    plant.operation("purchaseCopay", around)


@DEFECTS.defect("BG-O30.quote", "By the operation for all kinds a quote can be bought again.")
def _(plant: Planter) -> None:
    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        quote = work.records(QUOTES).find(call.body.get("quote_id", ""))
        if quote is not None:
            work.records(QUOTES).put(msgspec.structs.replace(quote, is_used=False))
        return inside(call, work)

    plant.operation("purchaseCopay", around)


@DEFECTS.defect("BG-O31", "Of a package and a quote the one that fits is bought.")
def _(plant: Planter) -> None:
    def mend(body: dict[str, Any]) -> None:
        if "copay_package_id" in body and "quote_id" in body:
            del body[_OTHER[body.get("provider_branch_id") in _SPAS]]

    mended(plant, mend, "purchaseCopay")


_SPAS = {"branch_serenity_vi", "branch_lagoon_ikoyi", "branch_bath_apapa"}
_OTHER = {True: "copay_package_id", False: "quote_id"}


@DEFECTS.defect("BG-O31.venue", "A spa sells packages of gyms.")
def _(plant: Planter) -> None:
    plant.replace(copays, "ensure_category", lambda _: lambda *_: None)


@DEFECTS.defect("BG-O32", "Without a pass that is named the newest is taken, valid or not.")
def _(plant: Planter) -> None:
    def newest(_: Any) -> Any:
        def with_pass(self: CopayDesk, branch_id: str, wish: Wish, *_: object) -> Wish:
            client = self._register.client_of(self._reseller_id, wish.client_id, wish.token)
            held: Sequence[Any] = self._work.records(ISSUED_PASSES).page(PASSES_OF_CLIENT, client.id)
            return msgspec.structs.replace(wish, pass_id=held[0].id)

        return with_pass

    plant.replace(CopayDesk, "with_pass", newest)
