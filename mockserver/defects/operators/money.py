"""Money: rounded the other way, with the other sign, without the fee, given back twice or not at all."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from mockserver.apis.bundle import Api
from mockserver.booking import cancellation
from mockserver.booking.accounts import Account
from mockserver.booking.cancellation import AmountFee, PercentFee
from mockserver.booking.money import Money
from mockserver.defects.operators.sites import Operator, Site, around

__all__ = ["OPERATORS"]


def _free(quote: Any, *args: Any, **named: Any) -> Any:
    right = quote(*args, **named)
    nothing = Money.zero(right.fee.currency)
    return replace(right, fee=nothing, due=nothing, refund=named["paid"])


_WAYS: dict[str, tuple[str, Any, Any]] = {
    "down": (
        "A share of an amount is rounded down.",
        Money.share,
        lambda _, money, percent: Money(int(money.minor * percent // 100), money.currency),
    ),
    "sum": (
        "Amounts that are added are one unit too much.",
        Money.__add__,
        lambda add, a, b: add(a, b) + Money(1, a.currency),
    ),
    "sign": ("A difference of two amounts has the other sign.", Money.__sub__, lambda take, a, b: -take(a, b)),
    "once": ("Of several only one is reckoned.", Money.times, lambda _, money, n: money),
    "fee-free": ("Cancelling costs nothing, whenever it is.", cancellation.quote, _free),
    "fee-all": ("A fee in per cent takes all.", PercentFee.of, lambda _, fee, price: price),
    "fee-over": ("A fixed fee may be more than the price.", AmountFee.of, lambda _, fee, price: fee.amount),
    "deadline": (
        "A deadline ends an hour early.",
        cancellation.deadline_at,
        lambda at, starts_at, before: at(starts_at, before + timedelta(hours=1)),
    ),
    "unsettled": ("What was paid too much stays.", Account.settle, lambda _, account, *args, **named: account),
    "unpaid": ("What is paid is not written down.", Account.pay, lambda _, account, *args, **named: account),
    "undone": ("An undoing leaves what was charged.", Account.undo, lambda _, account, *args, **named: account),
    "half-due": (
        "Half of what is due is asked for.",
        Account.due,
        lambda due, account, about=None: due(account, about) // 2,
    ),
}


def _reckoned(api: Api) -> Iterator[Site]:
    del api
    for where, (says, target, act) in _WAYS.items():
        yield around(where, says, target, act)


OPERATORS = (Operator("money", _reckoned),)
