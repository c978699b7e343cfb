"""Bugs about what merchants cancel."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec

from mockserver.apis.appointments.desk.diary import Diary
from mockserver.apis.appointments.desk.merchants import MerchantDesk
from mockserver.apis.appointments.records import BOOKINGS, SERVICES, Booking
from mockserver.apis.appointments.terms import deadline_of
from mockserver.booking.errors import RuleBroken
from mockserver.defects.appointments.parts import Shifted, before, during
from mockserver.defects.common import mended
from mockserver.defects.planting import Defects, Planter, silenced

__all__ = ["DEFECTS"]

DEFECTS = Defects()


def _cancel(plant: Planter, around: Callable[[Callable[[], None], MerchantDesk, Booking, str], None]) -> None:
    """What happens when a merchant cancels a booking that exists: given the cancel as it is, desk, booking and reason."""

    def make(cancel: Callable[..., None]) -> Any:
        def run(self: MerchantDesk, booking_id: int, reason: str) -> None:
            booking = self._work.records(BOOKINGS).find(booking_id)
            if booking is None:
                cancel(self, booking_id, reason)
            else:
                around(lambda: cancel(self, booking_id, reason), self, booking, reason)

        return run

    plant.replace(MerchantDesk, "cancel", make)


@DEFECTS.defect("AP-D01", "When the merchant cancels a group its time stays taken.")
def _(plant: Planter) -> None:
    def keeping(cancel: Callable[[], None], _: MerchantDesk, booking: Booking, __: str) -> None:
        if not booking.is_group:
            cancel()
            return
        with silenced(Diary, "free_time"):
            cancel()

    _cancel(plant, keeping)


@DEFECTS.defect("AP-D02", "A cancel without cancellation_reason is one without a reason.")
def _(plant: Planter) -> None:
    mended(plant, lambda body: body.setdefault("cancellation_reason", ""), "cancelMerchantBooking")


@DEFECTS.defect("AP-D02.empty", "An empty cancellation_reason is refused.")
def _(plant: Planter) -> None:
    def said(cancel: Callable[[], None], _: MerchantDesk, __: Booking, reason: str) -> None:
        if not reason:
            raise RuleBroken("no_reason", "cancellation_reason: is required")
        cancel()

    _cancel(plant, said)


@DEFECTS.defect("AP-D03", "Blanks around a reason are taken away.")
def _(plant: Planter) -> None:
    before(plant, MerchantDesk, "cancel", lambda _, booking_id, reason: (booking_id, reason.strip()))


@DEFECTS.defect("AP-D03.moment", "cancelled_by_merchant_on is the start of the booking.")
def _(plant: Planter) -> None:
    def at_start(cancel: Callable[[], None], self: MerchantDesk, booking: Booking, _: str) -> None:
        cancel()
        bookings = self._work.records(BOOKINGS)
        bookings.put(msgspec.structs.replace(bookings.get(booking.id), cancelled_by_merchant_at=booking.starts_at))

    _cancel(plant, at_start)


@DEFECTS.defect("AP-D04", "Employees of another merchant may cancel a booking.")
def _(plant: Planter) -> None:
    anybody_s = lambda _: lambda self, booking_id: self._register.booking(booking_id)  # noqa: E731
    during(plant, MerchantDesk, "cancel", MerchantDesk, "_booking", anybody_s)


@DEFECTS.defect("AP-D05", "A second cancel writes its own moment and reason.")
def _(plant: Planter) -> None:
    def again(cancel: Callable[[], None], self: MerchantDesk, booking: Booking, reason: str) -> None:
        if not booking.is_cancelled:
            cancel()
            return
        self._work.records(BOOKINGS).put(
            msgspec.structs.replace(booking, cancelled_by_merchant_at=self._now, cancellation_reason=reason)
        )

    _cancel(plant, again)


@DEFECTS.defect("AP-D06", "What began less than a day ago can be cancelled.")
def _(plant: Planter) -> None:
    def late(cancel: Callable[[], None], self: MerchantDesk, _: Booking, __: str) -> None:
        work = self._work
        self._work = Shifted(work, timedelta(days=-1))  # type: ignore[assignment]  # as far as it is used
        try:
            cancel()
        finally:
            self._work = work

    _cancel(plant, late)


@DEFECTS.defect("AP-D07", "The customers' deadline binds the merchant.")
def _(plant: Planter) -> None:
    def bound(cancel: Callable[[], None], self: MerchantDesk, booking: Booking, _: str) -> None:
        deadline = deadline_of(self._work.records(SERVICES).get(booking.service_id), self.merchant())
        if booking.starts_at - deadline < self._work.now < booking.starts_at and not booking.is_cancelled:
            raise RuleBroken("already_started", "the deadline has passed")
        cancel()

    _cancel(plant, bound)
