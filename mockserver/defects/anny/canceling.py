"""Bugs of cancellations: who may, how far they reach, what they cost and leave behind."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import msgspec

from mockserver.apis.anny import terms
from mockserver.apis.anny.desk import canceling, till
from mockserver.apis.anny.desk.canceling import Canceling
from mockserver.apis.anny.desk.till import Till
from mockserver.apis.anny.offers import Service
from mockserver.apis.anny.records import BOOKINGS, ORDERS, Booking, InvoiceKind, Order, SeriesType, Status
from mockserver.apis.anny.register import Register
from mockserver.apis.anny.viewers import Part, Role, Viewer
from mockserver.apis.exchange import Call
from mockserver.booking.accounts import LineKind
from mockserver.booking.errors import RuleBroken
from mockserver.booking.lifecycle import Move
from mockserver.defects.anny.ways import frees_nothing, moves_too
from mockserver.defects.common import afterwards, done_though_refused
from mockserver.defects.planting import Defects, Planter
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()


# What can be canceled


@DEFECTS.defect("AN-X01", "A request that waits cannot be canceled.")
def _(plant: Planter) -> None:
    def make(against: Callable[..., str | None]) -> Any:
        def strict(booking: Booking, *args: Any) -> str | None:
            return "somebody has to decide first" if booking.status is Status.REQUESTED else against(booking, *args)

        return strict

    plant.replace(terms, "_against_canceling", make)


@DEFECTS.defect("AN-X01.when", "Nobody notes when a booking was canceled.")
def _(plant: Planter) -> None:
    def act(self: Canceling, ended: Booking, _: Booking) -> Booking:
        after = msgspec.structs.replace(ended, canceled_at=None)
        self._work.records(BOOKINGS).put(after)
        return after

    afterwards(plant, Canceling, "_end", act)


@DEFECTS.defect("AN-X02", "Who was checked in before the start can still cancel.")
def _(plant: Planter) -> None:
    def make(too_late: Callable[..., str | None]) -> Any:
        return lambda booking, *args: too_late(msgspec.structs.replace(booking, checked_in_at=None), *args)

    plant.replace(terms, "_too_late_to_cancel", make)


@DEFECTS.defect("AN-X02.rejected", "A rejected booking can be canceled.")
def _(plant: Planter) -> None:
    for module in (terms, canceling):
        moves_too(plant, module, Move(Status.REJECTED, "cancel", Status.CANCELED))


@DEFECTS.defect("AN-X11", "At the very start a booking can still be canceled.")
def _(plant: Planter) -> None:
    def make(too_late: Callable[..., str | None]) -> Any:
        def lenient(booking: Booking, service: Service | None, now: Any) -> str | None:
            return too_late(booking, service, now - timedelta(seconds=1) if now == booking.starts_at else now)

        return lenient

    plant.replace(terms, "_too_late_to_cancel", make)


# What it costs


@DEFECTS.defect("AN-X03", "A cancellation costs nothing, whatever its preview says.")
def _(plant: Planter) -> None:
    def make(cancel: Callable[..., Order]) -> Any:
        return lambda self, order, fees: cancel(self, order, dict.fromkeys(fees, 0))

    plant.replace(Till, "cancel", make)


@DEFECTS.defect("AN-X03.add_ons", "The fee of a cancellation forgets the add-ons, and its preview does not.")
def _(plant: Planter) -> None:
    def make(cancel: Callable[..., Order]) -> Any:
        def without(self: Till, order: Order, fees: Mapping[int, int]) -> Order:
            bookings = self._work.records(BOOKINGS)
            shares = {number: bookings.get(number) for number in fees}
            return cancel(
                self,
                order,
                {
                    number: fee * shares[number].subtotal // shares[number].total if fee else 0
                    for number, fee in fees.items()
                },
            )

        return without

    plant.replace(Till, "cancel", make)


@DEFECTS.defect("AN-X04", "A canceled booking takes its place on.")
def _(plant: Planter) -> None:
    frees_nothing(plant, canceling)


@DEFECTS.defect("AN-X05", "A second cancellation is refused, and refunds once more.")
def _(plant: Planter) -> None:
    def again(call: Call, work: Work) -> None:
        booking = work.records(BOOKINGS).find(int(call.path["bookingId"]))
        if booking is not None and booking.status is Status.CANCELED:
            order = Register(work).ordered_as(booking)
            account = order.account._with(LineKind.REFUND, booking.id, booking.total, "cancellation", work.this_second)
            work.records(ORDERS).put(msgspec.structs.replace(order, lines=account.lines))

    done_though_refused(plant, "cancelBooking", RuleBroken, again)


@DEFECTS.defect("AN-X06", "A cancellation takes all of the price off the order, and the fee of the refund.")
def _(plant: Planter) -> None:
    def make(_: Any) -> Any:
        def without_fee(self: Till, order: Order, fees: Mapping[int, int]) -> Order:
            account = order.account
            for number, fee in fees.items():
                refund = max(account.kept(number) - fee, 0)
                account = account.charge(number, -account.charged(number), "cancellation", self._now)
                account = account._with(LineKind.REFUND, number, refund, "cancellation", self._now)
            self._take_back(order, account, list(fees))
            self._issue(order, account, InvoiceKind.DEMAND, fees)
            return self._keep(order, account, newest_first=True)

        return without_fee

    plant.replace(Till, "cancel", make)


@DEFECTS.defect("AN-X07", "There is no invoice of the fee.")
def _(plant: Planter) -> None:
    def make(_: Any) -> Any:
        def without_invoice(self: Till, order: Order, fees: Mapping[int, int]) -> Order:
            account = order.account
            for number, fee in fees.items():
                account = account.charge(number, -account.charged(number), "cancellation", self._now)
                account = account.charge(number, fee, "fee", self._now).settle(number, "cancellation", self._now)
            self._take_back(order, account, list(fees))
            return self._keep(order, account, newest_first=True)

        return without_invoice

    plant.replace(Till, "cancel", make)


@DEFECTS.defect("AN-X07.credit", "What takes back a canceled booking is called a credit.")
def _(plant: Planter) -> None:
    def make(issue: Callable[..., None]) -> Any:
        def as_credit(self: Till, order: Order, account: Any, kind: InvoiceKind, *args: Any, **named: Any) -> None:
            kind = InvoiceKind.CREDIT if kind is InvoiceKind.CANCELLATION else kind
            issue(self, order, account, kind, *args, **named)

        return as_credit

    plant.replace(Till, "_issue", make)


# How far it reaches


@DEFECTS.defect("AN-X08", "Canceling a series leaves its last date.")
def _(plant: Planter) -> None:
    def act(_: Any, dates: tuple[Booking, ...], booking: Booking, __: Any) -> tuple[Booking, ...]:
        return dates[:-1] if booking.is_master and len(dates) > 1 else dates

    afterwards(plant, Canceling, "_dates", act)


@DEFECTS.defect("AN-X08.begun", "A series of which a date is over cannot be canceled any more.")
def _(plant: Planter) -> None:
    def act(self: Canceling, dates: tuple[Booking, ...], booking: Booking, _: Any) -> tuple[Booking, ...]:
        if booking.is_master and self._register.dates_of(booking)[0].starts_at <= self._work.now:
            raise RuleBroken("booking_not_cancelable", "the series has begun")
        return dates

    afterwards(plant, Canceling, "_dates", act)


@DEFECTS.defect("AN-X09", "Canceling a date cancels the one after it too.")
def _(plant: Planter) -> None:
    def act(self: Canceling, dates: tuple[Booking, ...], booking: Booking, service: Any) -> tuple[Booking, ...]:
        if booking.is_master or booking.series_type is not SeriesType.RECURRING:
            return dates
        later = [each for each in self._register.dates_of(booking) if each.starts_at > booking.starts_at]
        return (*dates, *(each for each in later[:1] if self._is_cancelable(each, service)))

    afterwards(plant, Canceling, "_dates", act)


@DEFECTS.defect("AN-X09.master", "The last date that is canceled leaves the master.")
def _(plant: Planter) -> None:
    def act(_: Any, master: Booking | None, booking: Booking) -> Booking | None:
        return master if canceling._takes_series(booking) else None

    afterwards(plant, Canceling, "_master", act)


@DEFECTS.defect("AN-X10", "A date of what is sold together can be canceled alone.")
def _(plant: Planter) -> None:
    plant.replace(canceling, "_takes_series", lambda _: lambda booking: booking.is_master)


# Whoever it is


@DEFECTS.defect("AN-X12", "An administrator cancels free of charge.")
def _(plant: Planter) -> None:
    asking: list[Viewer] = []

    def cancel(inside: Callable[..., Booking]) -> Any:
        def noted(self: Canceling, text: str, viewer: Viewer) -> Booking:
            asking[:] = [viewer]
            return inside(self, text, viewer)

        return noted

    def fees(inside: Callable[..., Order]) -> Any:
        def waived(self: Till, order: Order, fees: Mapping[int, int]) -> Order:
            is_free = asking[0].role is Role.ORGANISATION
            return inside(self, order, dict.fromkeys(fees, 0) if is_free else fees)

        return waived

    plant.replace(Canceling, "cancel", cancel)
    plant.replace(Till, "cancel", fees)


@DEFECTS.defect("AN-X13", "An order of canceled bookings stays completed.")
def _(plant: Planter) -> None:
    plant.replace(till, "_OVER", lambda over: over - {Status.CANCELED})


@DEFECTS.defect("AN-X14", "Who was invited to a booking that was canceled reads invited.")
def _(plant: Planter) -> None:
    def make(status_of: Callable[[Part, Booking], str]) -> Any:
        def stubborn(self: Part, booking: Booking) -> str:
            return "invited" if self is Part.INVITED else status_of(self, booking)

        return stubborn

    plant.replace(Part, "status_of", make)
