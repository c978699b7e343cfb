"""Bugs about what customers cancel and leave."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec

from mockserver.apis.appointments.desk import customers
from mockserver.apis.appointments.desk.customers import CustomerDesk
from mockserver.apis.appointments.desk.diary import Diary
from mockserver.apis.appointments.records import (
    BOOKINGS,
    MERCHANTS,
    MERCHANTS_BY_SLUG,
    SERVICES,
    Booking,
    Merchant,
    Participant,
    Service,
    Status,
)
from mockserver.booking.errors import MoveRefused, TooLate
from mockserver.defects.appointments.parts import Shifted, before, during
from mockserver.defects.planting import Defects, Planter, Request, silenced

__all__ = ["DEFECTS"]

DEFECTS = Defects()


def _cancel(plant: Planter, around: Callable[[Callable[[], None], CustomerDesk, int], None]) -> None:
    """What happens when a customer cancels: given the cancel as it is, the desk and the booking's id."""

    def make(cancel: Callable[..., None]) -> Any:
        def run(self: CustomerDesk, booking_id: int, merchant_name: str) -> None:
            around(lambda: cancel(self, booking_id, merchant_name), self, booking_id)

        return run

    plant.replace(CustomerDesk, "cancel", make)


@DEFECTS.defect("AP-X01", "A customer's cancel keeps the time.")
def _(plant: Planter) -> None:
    def keeping(cancel: Callable[[], None], _: CustomerDesk, __: int) -> None:
        with silenced(Diary, "free_time"):
            cancel()

    _cancel(plant, keeping)


@DEFECTS.defect("AP-X02", "The booking that the body names is cancelled, whatever the path says.")
def _(plant: Planter) -> None:
    def body_wins(request: Request) -> None:
        if isinstance(request.json, dict) and "booking_id" in request.json:
            request.parameters["id"] = str(request.json["booking_id"])

    plant.request(body_wins, "cancelCustomerBooking")


def _names_no_matter(plant: Planter, *, known: bool) -> None:
    """The merchant's own slug is put in the place of others: of other merchants' if *known*, else of nobody's."""

    def own(self: CustomerDesk, booking_id: int, merchant_name: str) -> tuple[int, str]:
        booking = self._work.records(BOOKINGS).find(booking_id)
        is_known = bool(self._work.records(MERCHANTS).page(MERCHANTS_BY_SLUG, merchant_name, limit=1))
        if booking is None or is_known != known:
            return booking_id, merchant_name
        return booking_id, self._work.records(MERCHANTS).get(booking.merchant_id).slug

    before(plant, CustomerDesk, "cancel", own)


@DEFECTS.defect("AP-X03", "A merchant_name that is nobody's is taken for the right one.")
def _(plant: Planter) -> None:
    _names_no_matter(plant, known=False)


@DEFECTS.defect("AP-X04", "A booking can be cancelled under the name of another merchant.")
def _(plant: Planter) -> None:
    _names_no_matter(plant, known=True)


@DEFECTS.defect("AP-X05", "Anybody can cancel a booking for its first participant.")
def _(plant: Planter) -> None:
    def anybody(participant: Callable[..., Participant]) -> Any:
        def run(self: CustomerDesk, booking: Booking) -> Participant:
            return booking.active[0] if booking.active else participant(self, booking)

        return run

    during(plant, CustomerDesk, "cancel", CustomerDesk, "_participant", anybody)


def _deadline(plant: Planter, change: Callable[[timedelta, Service, Merchant], timedelta]) -> None:
    plant.replace(
        customers,
        "deadline_of",
        lambda deadline: lambda service, merchant: change(deadline(service, merchant), service, merchant),
    )


@DEFECTS.defect("AP-X06", "Groups can be left until they begin.")
def _(plant: Planter) -> None:
    _deadline(plant, lambda right, service, _: timedelta(0) if service.is_group else right)


@DEFECTS.defect("AP-X06.minutes", "The hours of the deadline are counted as minutes.")
def _(plant: Planter) -> None:
    _deadline(plant, lambda right, _, __: right / 60)


@DEFECTS.defect("AP-X07", "Exactly at the deadline is too late.")
def _(plant: Planter) -> None:
    _deadline(plant, lambda right, _, __: right + timedelta(seconds=1))


@DEFECTS.defect("AP-X08", "Who cancels again is told that it worked.")
def _(plant: Planter) -> None:
    def patient(cancel: Callable[[], None], _: CustomerDesk, __: int) -> None:
        try:
            cancel()
        except MoveRefused:
            return

    _cancel(plant, patient)


@DEFECTS.defect("AP-X09", "Who leaves a group leaves the place taken.")
def _(plant: Planter) -> None:
    def keeping(cancel: Callable[[], None], _: CustomerDesk, __: int) -> None:
        with silenced(Diary, "free_place"):
            cancel()

    _cancel(plant, keeping)


@DEFECTS.defect("AP-X10", "A group is cancelled when fewer than its minimum are left.")
def _(plant: Planter) -> None:
    def strict(cancel: Callable[[], None], self: CustomerDesk, booking_id: int) -> None:
        cancel()
        booking = self._work.records(BOOKINGS).get(booking_id)
        if booking.is_group and len(booking.active) < booking.min_participants:
            self._work.records(BOOKINGS).put(msgspec.structs.replace(booking, status=Status.CANCELLED))

    _cancel(plant, strict)


@DEFECTS.defect("AP-X11", "A deadline of 0 hours is taken for none, so the merchant's is valid.")
def _(plant: Planter) -> None:
    _deadline(plant, lambda right, _, merchant: right or timedelta(hours=merchant.cancel_deadline_hours))


@DEFECTS.defect("AP-X11.start", "Without a deadline what begins now can be cancelled.")
def _(plant: Planter) -> None:
    def late(cancel: Callable[[], None], self: CustomerDesk, booking_id: int) -> None:
        work = self._work
        booking = work.records(BOOKINGS).find(booking_id)
        if booking is not None and work.records(SERVICES).get(booking.service_id).cancel_deadline_hours == 0:
            self._work = Shifted(work, timedelta(seconds=-1))  # type: ignore[assignment]  # as far as it is used
        try:
            cancel()
        finally:
            self._work = work

    _cancel(plant, late)


@DEFECTS.defect("AP-X12", "Whoever is too late is told so, though it is cancelled already.")
def _(plant: Planter) -> None:
    def deadline_first(cancel: Callable[[], None], self: CustomerDesk, booking_id: int) -> None:
        booking = self._work.records(BOOKINGS).find(booking_id)
        if booking is not None and self._work.now >= booking.starts_at:
            raise TooLate("cancelling", deadline_at=booking.starts_at)
        cancel()

    _cancel(plant, deadline_first)
