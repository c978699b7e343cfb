"""A booking of ReserveKit: nothing is paid, and time does nothing to it."""

from zoneinfo import ZoneInfo

from mockserver.apis.histories import History, Told
from mockserver.apis.reservekit.calendar import when_given
from mockserver.apis.reservekit.records import BOOKINGS, LIFECYCLE, SERVICES, TIME_SLOTS, Booking
from mockserver.sandbox.work import Work

__all__ = ["HISTORY"]


def _tell(work: Work, booking: Booking) -> Told:
    service = work.records(SERVICES).get(booking.service_id)
    slot = work.records(TIME_SLOTS).find(booking.time_slot_id)
    customer = booking.customer
    return Told(
        status=booking.status,
        span=None if slot is None else when_given(slot, booking.date, ZoneInfo(service.timezone)),
        label=customer.name or customer.email or customer.phone or "Somebody",
        note=service.name,
    )


HISTORY = History(BOOKINGS, LIFECYCLE, _tell)
