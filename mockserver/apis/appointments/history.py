"""A booking of a merchant. What is paid is paid at the counter, and time does nothing to it."""

from mockserver.apis.appointments.calendar import who_comes
from mockserver.apis.appointments.records import BOOKINGS, LIFECYCLE, SERVICES, Booking
from mockserver.apis.histories import History, Told
from mockserver.sandbox.work import Work

__all__ = ["HISTORY"]


def _tell(work: Work, booking: Booking) -> Told:
    service = work.records(SERVICES).get(booking.service_id).name
    return Told(status=booking.status, span=booking.span, label=who_comes(work, booking) or service, note=service)


HISTORY = History(BOOKINGS, LIFECYCLE, _tell)
