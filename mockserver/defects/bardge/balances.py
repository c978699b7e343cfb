"""Bugs about credits and passcodes."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from mockserver.apis.bardge.desk.bookings import Bookings
from mockserver.apis.bardge.desk.catalogue import Catalogue
from mockserver.apis.bardge.desk.clients import Clients, CreditPurchase
from mockserver.apis.bardge.desk.pages import Page, page_of
from mockserver.apis.bardge.desk.register import Register, now_ms
from mockserver.apis.bardge.desk.till import Till
from mockserver.apis.bardge.operations import catalogue
from mockserver.apis.bardge.records import (
    CLIENTS,
    CREDIT_PACKAGES,
    CREDITS,
    CREDITS_OF_CLIENT,
    Client,
    CreditEntry,
    CreditPackage,
    client_key,
)
from mockserver.booking.errors import NotFound
from mockserver.booking.paging import CursorRequest
from mockserver.booking.ports import ALL
from mockserver.defects.common import afterwards
from mockserver.defects.planting import Answer, Defects, Planter

__all__ = ["DEFECTS"]

DEFECTS = Defects()

Earn = Callable[[Till, Client, int, str], None]


# Bought


@DEFECTS.defect("BG-D01", "The balance of a purchase is that of before.")
def _(plant: Planter) -> None:
    def before(_: Clients, bought: CreditPurchase, *__: object) -> CreditPurchase:
        return msgspec.structs.replace(bought, balance=bought.balance - bought.package.credits)

    afterwards(plant, Clients, "buy_credits", before)


@DEFECTS.defect("BG-D02", "A purchase does not say which package it was of.")
def _(plant: Planter) -> None:
    def make(earn: Earn) -> Earn:
        def earn_something(self: Till, client: Client, amount: int, description: str) -> None:
            said = "Credits purchase" if description.startswith("Credits purchase") else description
            earn(self, client, amount, said)

        return earn_something

    plant.replace(Till, "earn", make)


@DEFECTS.defect("BG-D03", "Credits are given for nothing.")
def _(plant: Planter) -> None:
    def make(debit: Callable[..., None]) -> Any:
        def debit_all_but(self: Till, reseller_id: str, amount: int, *, reason: str, about: str) -> None:
            debit(self, reseller_id, 0 if reason == "credits" else amount, reason=reason, about=about)

        return debit_all_but

    plant.replace(Till, "debit", make)


@DEFECTS.defect("BG-D04", "Packages of other resellers can be bought by who knows their ids.")
def _(plant: Planter) -> None:
    def make(_: Any) -> Any:
        def find(self: Register, _reseller_id: str, text: str) -> CreditPackage:
            package = self._work.records(CREDIT_PACKAGES).find(text)
            if package is None:
                raise NotFound("credit package", text)
            return package

        return find

    plant.replace(Register, "credit_package", make)


@DEFECTS.defect("BG-D05", "The packages of all resellers are listed.")
def _(plant: Planter) -> None:
    def make(_: Any) -> Any:
        def everybodys(self: Catalogue, _reseller_id: str, request: CursorRequest) -> Page[CreditPackage]:
            return page_of(self._work.records(CREDIT_PACKAGES), CREDIT_PACKAGES.listed, ALL, request)

        return everybodys

    plant.replace(Catalogue, "credit_packages", make)


@DEFECTS.defect("BG-D06", "The amount of a package is that of one credit.")
def _(plant: Planter) -> None:
    def make(show: Callable[[CreditPackage], dict[str, Any]]) -> Any:
        return lambda package: {**show(package), "amount": package.amount // package.credits}

    plant.replace(catalogue, "show_credit_package", make)


# Kept


@DEFECTS.defect("BG-T05", "The message says that a client was retrieved.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 200:
            answer.json = {**answer.json, "message": "Client retrieved successfully"}

    plant.answer(change, "getClientCredits")


@DEFECTS.defect("BG-T06", "The oldest transaction comes first.")
def _(plant: Planter) -> None:
    afterwards(plant, Till, "entries", lambda _, found, *__, **___: found[::-1])


@DEFECTS.defect("BG-T06.most", "Of many transactions the oldest are shown.")
def _(plant: Planter) -> None:
    def make(_: Any) -> Any:
        def entries(self: Till, client: Client, *, limit: int) -> Sequence[CreditEntry]:
            return self._work.records(CREDITS).page(CREDITS_OF_CLIENT, client.id)[-limit:]

        return entries

    plant.replace(Till, "entries", make)


@DEFECTS.defect("BG-T07", "A refund names the venue, of classes too.")
def _(plant: Planter) -> None:
    def make(_: Any) -> Any:
        return lambda self, booking: self._register.branch(booking.branch_id).name

    plant.replace(Bookings, "_name", make)


def _spending(plant: Planter, is_free: Callable[[int], bool]) -> None:
    """Let credits be spent that are not there, where `is_free(those that are there)`."""

    def make(spend: Callable[..., None]) -> Any:
        def spend_as_planted(self: Till, client: Client, amount: int, description: str, *, field: str) -> None:
            if is_free(self.credits(client)):
                self._enter_credits(client, -amount, description)
            else:
                spend(self, client, amount, description, field=field)

        return spend_as_planted

    plant.replace(Till, "spend", make)


@DEFECTS.defect("BG-T08", "Who has some credits can spend more.")
def _(plant: Planter) -> None:
    _spending(plant, lambda held: held > 0)


@DEFECTS.defect("BG-T08.race", "Who books at the same moment as others does not see what they spend.")
def _(plant: Planter) -> None:
    flight = plant.flight("initiateClassBooking")
    _spending(plant, lambda _: flight.now > 1)


@DEFECTS.defect("BG-T09", "Of a pass with several categories the first one's credits are given.")
def _(plant: Planter) -> None:
    def make(earn: Earn) -> Earn:
        def earn_once(self: Till, client: Client, amount: int, description: str) -> None:
            newest = self.entries(client, limit=1)
            is_second = bool(newest) and (newest[0].description, newest[0].at) == (description, now_ms(self._work))
            if not (is_second and description.startswith("Pass")):
                earn(self, client, amount, description)

        return earn_once

    plant.replace(Till, "earn", make)


# Passcodes


@DEFECTS.defect("BG-T10", "A new passcode is answered and not kept.")
def _(plant: Planter) -> None:
    def make(renew: Callable[[Clients, str, str], Client]) -> Any:
        def forget(self: Clients, reseller_id: str, client_id: str) -> Client:
            before = self._work.records(CLIENTS).find(client_key(reseller_id, client_id))
            renewed = renew(self, reseller_id, client_id)
            if before is not None:
                self._work.records(CLIENTS).put(before)
            return renewed

        return forget

    plant.replace(Clients, "renew_passcode", make)


@DEFECTS.defect("BG-T11", "A passcode that is renewed is the same each time.")
def _(plant: Planter) -> None:
    def make(renew: Callable[[Clients, str, str], Client]) -> Any:
        def renew_alike(self: Clients, reseller_id: str, client_id: str) -> Client:
            renewed = msgspec.structs.replace(renew(self, reseller_id, client_id), passcode="ABCD1234")
            self._work.records(CLIENTS).put(renewed)
            return renewed

        return renew_alike

    plant.replace(Clients, "renew_passcode", make)
