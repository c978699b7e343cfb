"""Bugs about what canceling costs."""

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from mockserver.apis.anny import previews, terms
from mockserver.apis.anny.desk import canceling
from mockserver.apis.anny.desk.canceling import Canceling, Reckoning
from mockserver.apis.anny.desk.edits import close_edit
from mockserver.apis.anny.offers import PolicyRecord, Service
from mockserver.apis.anny.records import BOOKINGS, Booking
from mockserver.apis.anny.types import moment
from mockserver.apis.exchange import Call, Reply
from mockserver.booking.cancellation import PercentFee, Policy, Quote, Tier
from mockserver.booking.money import Money
from mockserver.defects.common import may_write
from mockserver.defects.planting import Answer, Defects, Planter
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MICROSECOND = timedelta(microseconds=1)
_EURO = 100


def _quoted(plant: Planter, change: Callable[..., dict[str, Any]]) -> None:
    """Quotes are reckoned from what *change* makes of what they are reckoned from."""

    def make(quote: Callable[..., Quote]) -> Any:
        return lambda policy, **named: quote(policy, **{**named, **change(**named)})

    plant.replace(canceling, "quote", make)


@DEFECTS.defect("AN-P01", "What somebody has checked in can still be canceled.")
def _(plant: Planter) -> None:
    def never_checked_in(too_late: Callable[..., str | None]) -> Any:
        def reason(booking: Booking, service: Service | None, now: datetime) -> str | None:
            return too_late(msgspec.structs.replace(booking, checked_in_at=None), service, now)

        return reason

    plant.replace(terms, "_too_late_to_cancel", never_checked_in)


@DEFECTS.defect("AN-P02", "The tier of the longest notice applies for a second too long.")
def _(plant: Planter) -> None:
    _quoted(plant, lambda now, **_: {"now": now - timedelta(seconds=1)})


@DEFECTS.defect("AN-P03", "Exactly at its deadline a tier is over.")
def _(plant: Planter) -> None:
    _quoted(plant, lambda now, starts_at, **_: {"now": min(now + _MICROSECOND, starts_at)})


@DEFECTS.defect("AN-P04", "The fee is a share of the price without add-ons.")
def _(plant: Planter) -> None:
    def of_the_subtotal(quote: Callable[..., Quote]) -> Any:
        def reckoned(self: Canceling, date: Booking, policy: Policy, account: Any) -> Quote:
            return quote(self, msgspec.structs.replace(date, total=date.subtotal), policy, account)

        return reckoned

    plant.replace(Canceling, "_quote", of_the_subtotal)


@DEFECTS.defect("AN-P05", "A fee that is an amount is told as a percentage, too.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        body = answer.json
        told = body.get("data", {}).get("attributes", {})
        if told.get("fee_type") == "amount" and told["base_amount"]:
            told["fee_percentage"] = round(100 * told["fee_amount"] / told["base_amount"], 2)
            answer.json = body

    plant.answer(change, "getCancellationPreview")


@DEFECTS.defect("AN-P05.twice", "A fee that is an amount comes to the tax.")
def _(plant: Planter) -> None:
    def make(fee: Callable[..., Tier]) -> Any:
        def of(tier: Any, currency: str) -> Tier:
            found = fee(tier, currency)
            if isinstance(found.fee, PercentFee):
                return found
            with_tax = Money(found.fee.amount.minor * 119 // 100, currency)
            return dataclasses.replace(found, fee=dataclasses.replace(found.fee, amount=with_tax))

        return of

    plant.replace(terms, "_tier", make)


@DEFECTS.defect("AN-P06", "Cents are not refunded.")
def _(plant: Planter) -> None:
    plant.replace(Reckoning, "refund", lambda all_of_it: property(lambda self: all_of_it.fget(self) // _EURO * _EURO))


@DEFECTS.defect("AN-P07", "Something goes back of what was never paid.")
def _(plant: Planter) -> None:
    _quoted(plant, lambda price, paid, **_: {} if paid.minor else {"paid": price})


@DEFECTS.defect("AN-P08", "The last tier ends an hour before the start.")
def _(plant: Planter) -> None:
    def make(quote: Callable[..., Quote]) -> Any:
        def earlier(policy: Policy, **named: Any) -> Quote:
            found = quote(policy, **named)
            is_last = found.next_tier is None and len(policy.tiers) > 1
            return dataclasses.replace(found, deadline_at=found.deadline_at - _HOUR) if is_last else found

        return earlier

    plant.replace(canceling, "quote", make)


@DEFECTS.defect("AN-P09", "Without a policy canceling is free until the day before.")
def _(plant: Planter) -> None:
    def make(policy_of: Callable[..., Policy]) -> Any:
        def found(record: PolicyRecord | None, currency: str) -> Policy:
            if record is not None:
                return policy_of(record, currency)
            return Policy((Tier(_DAY, PercentFee(0)), Tier(timedelta(0), PercentFee(100))))

        return found

    plant.replace(canceling, "policy_of", make)


@DEFECTS.defect("AN-P10", "What starts at this moment can still be canceled.")
def _(plant: Planter) -> None:
    def make(too_late: Callable[..., str | None]) -> Any:
        def reason(booking: Booking, service: Service | None, now: datetime) -> str | None:
            return too_late(booking, service, now - _MICROSECOND if now == booking.starts_at else now)

        return reason

    plant.replace(terms, "_too_late_to_cancel", make)


@DEFECTS.defect("AN-P11", "What could be canceled until then can be canceled until the start.")
def _(plant: Planter) -> None:
    def make(too_late: Callable[..., str | None]) -> Any:
        return lambda booking, _, now: too_late(booking, None, now)

    plant.replace(terms, "_too_late_to_cancel", make)


@DEFECTS.defect("AN-P12", "Who looks what canceling costs cannot revert an edit any more.")
def _(plant: Planter) -> None:
    def ending(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        answer = inside(call, work)
        bookings = work.records(BOOKINGS)
        bookings.put(close_edit(work, bookings.get(int(call.path["bookingId"]))))
        return answer

    may_write(plant, "getCancellationPreview")
    plant.operation("getCancellationPreview", ending)


@DEFECTS.defect("AN-P13", "The next tier begins when it ends.")
def _(plant: Planter) -> None:
    def make(next_tier: Callable[[Quote], dict[str, Any] | None]) -> Any:
        def told(first: Quote) -> dict[str, Any] | None:
            found = next_tier(first)
            if found is None or first.next_tier is None:
                return found
            return {**found, "from": moment(first.deadline_at + first.tier.before - first.next_tier.before)}

        return told

    plant.replace(previews, "_next_tier", make)


@DEFECTS.defect("AN-P14", "Of a series a preview names the dates without their master.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        body = answer.json
        told = body.get("data", {}).get("attributes", {})
        if len(told.get("affected_booking_ids", ())) > 1:
            told["affected_booking_ids"] = told["affected_booking_ids"][1:]
            answer.json = body

    plant.answer(change, "getCancellationPreview")


@DEFECTS.defect("AN-P14.sum", "The price of a series is that of its first date.")
def _(plant: Planter) -> None:
    plant.replace(Reckoning, "price", lambda _: property(lambda reckoning: reckoning.first.total))


@DEFECTS.defect("AN-P15", "Who cancels is given four hours of grace.")
def _(plant: Planter) -> None:
    _quoted(plant, lambda now, **_: {"now": now - 4 * _HOUR})
