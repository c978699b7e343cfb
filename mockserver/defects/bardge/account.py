"""Bugs about the business account."""

from collections.abc import Callable
from typing import Any

from mockserver.apis.bardge.desk.register import Register
from mockserver.apis.bardge.desk.till import Till
from mockserver.apis.bardge.operations.calls import reseller_of
from mockserver.apis.bardge.records import CLIENTS, SessionKind, client_key
from mockserver.apis.exchange import Call
from mockserver.booking.errors import NoPlacesLeft, RuleBroken
from mockserver.defects.common import done_though_refused
from mockserver.defects.planting import Defects, Planter
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()


def _debiting(plant: Planter, balance: Callable[[int, int, str], int]) -> None:
    """Let `balance(what there is, amount, reason)` say what there is to debit from."""

    def make(debit: Callable[..., None]) -> Any:
        def debit_as_planted(self: Till, reseller_id: str, amount: int, *, reason: str, about: str) -> None:
            held = self.balance(reseller_id)
            if held < amount <= balance(held, amount, reason):
                self._enter_debit(reseller_id, amount, reason, about)
            else:
                debit(self, reseller_id, amount, reason=reason, about=about)

        return debit_as_planted

    plant.replace(Till, "debit", make)


@DEFECTS.defect("BG-D10", "Visits are sold on credit.")
def _(plant: Planter) -> None:
    _debiting(plant, lambda held, amount, reason: amount if reason == "visits" else held)


@DEFECTS.defect("BG-D10.one", "The account may be one kobo short.")
def _(plant: Planter) -> None:
    _debiting(plant, lambda held, _amount, _reason: held + 1)


@DEFECTS.defect("BG-D10.written", "Credits that the account does not cover are refused and given.")
def _(plant: Planter) -> None:
    def give(call: Call, work: Work) -> None:
        reseller_id = reseller_of(call)
        package = Register(work).credit_package(reseller_id, call.body["credit_package_id"])
        client = work.records(CLIENTS).get(client_key(reseller_id, call.body["client_id"]))
        Till(work).earn(client, package.credits, f"Credits purchase — {package.name}")

    done_though_refused(plant, "purchaseCredits", RuleBroken, give)


@DEFECTS.defect("BG-D11", "Visits for a class that is full are refused and debited.")
def _(plant: Planter) -> None:
    def debit(call: Call, work: Work) -> None:
        reseller_id = reseller_of(call)
        session = Register(work).session(reseller_id, call.path["sessionId"], SessionKind.CLASS)
        number = call.body.get("number_of_visits", 0)
        Till(work).debit(reseller_id, session.price * number, reason="visits", about=session.pass_id)

    done_though_refused(plant, "confirmClassBooking", NoPlacesLeft, debit)


@DEFECTS.defect("BG-D11.quote", "A quote that was used is refused and debited again.")
def _(plant: Planter) -> None:
    def debit(call: Call, work: Work) -> None:
        reseller_id = reseller_of(call)
        quote = Register(work).quote(reseller_id, call.body["quote_id"])
        Till(work).debit(reseller_id, quote.amount, reason="copay", about=quote.id)

    done_though_refused(plant, "purchaseSpaCopay", RuleBroken, debit)
