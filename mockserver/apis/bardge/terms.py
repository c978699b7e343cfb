"""What follows from the records and the clock alone: the hours of spas, and how long an appointment takes.

An appointment takes whole hours of one day. Of the hours the pages say only that there is an availability. Assumed.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from mockserver.apis.bardge.records import LAGOS, Booking, SpaService
from mockserver.apis.refusals import BadInput
from mockserver.booking.schedule import local_moment
from mockserver.booking.spans import Span

__all__ = ["REFUND_UNTIL", "SLOTS", "appointment", "ensure_ahead", "is_late", "is_offered", "moment_of"]

SLOTS = tuple(time(hour) for hour in range(9, 18))
"""When an appointment may begin; a slot is an hour long."""

REFUND_UNTIL = timedelta(hours=24)
"""Before its beginning a cancellation gives back what a booking took. Assumed."""

_SLOT = timedelta(hours=1)
_DAYS_AHEAD = timedelta(days=90)


def moment_of(day: date, clock: time) -> datetime:
    """The moment, in UTC, at which clocks in Lagos show a time of a day."""
    return local_moment(day, clock, LAGOS)


def appointment(starts_at: datetime, services: Iterable[SpaService]) -> Span:
    """The whole hours that services take one after the other; one hour where there are none."""
    minutes = timedelta(minutes=sum(service.minutes for service in services))
    hours = max(-(-minutes // _SLOT), 1)
    return Span(starts_at, starts_at + hours * _SLOT)


def ensure_ahead(starts_at: datetime, now: datetime, place: str, field: str) -> None:
    """Raises BadInput where what the request names in *field* has begun."""
    if starts_at <= now:
        raise BadInput(place, field, "is past").under("BG-B11", "BG-S10", "BG-M05")


def is_late(booking: Booking, now: datetime) -> bool:
    """Whether a cancellation gives back nothing any more. Assumed: moving a booking does not bring a refund back."""
    return booking.was_late or now > booking.starts_at - REFUND_UNTIL


def is_offered(span: Span, now: datetime) -> bool:
    """Whether a span is of slots of one day that are neither past nor too far ahead, whoever has them."""
    begins = span.starts_at.astimezone(LAGOS)
    closes_at = moment_of(begins.date(), SLOTS[-1]) + _SLOT
    last_day = now.astimezone(LAGOS).date() + _DAYS_AHEAD
    return begins.time() in SLOTS and span.ends_at <= closes_at and span.starts_at > now and begins.date() <= last_day
