"""Up to when something is possible, though no timer says so."""

from collections.abc import Iterator

from mockserver.apis.appointments.records import BOOKINGS, MERCHANTS, SERVICES
from mockserver.apis.appointments.terms import deadline_of
from mockserver.booking.cancellation import deadline_at
from mockserver.booking.ports import ALL
from mockserver.sandbox.domains import Deadline
from mockserver.sandbox.work import Work

__all__ = ["deadlines"]


def deadlines(work: Work) -> Iterator[Deadline]:
    """The last moment at which a customer may cancel what is booked."""
    merchants, services = work.records(MERCHANTS), work.records(SERVICES)
    for booking in work.records(BOOKINGS).page(BOOKINGS.listed, ALL):
        if not booking.is_cancelled:
            length = deadline_of(services.get(booking.service_id), merchants.get(booking.merchant_id))
            yield Deadline(deadline_at(booking.starts_at, length), "cancel", BOOKINGS, booking)
