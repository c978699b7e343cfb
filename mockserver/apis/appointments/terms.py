"""On what terms a service is booked: its own, else its merchant's."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from mockserver.apis.appointments.records import Merchant, Service
from mockserver.booking.recurrence import months_after
from mockserver.booking.schedule import openings_on
from mockserver.booking.spans import Span

__all__ = ["HORIZON_MONTHS", "booking_window", "buffer_of", "deadline_hours_of", "deadline_of", "openings_of"]

HORIZON_MONTHS = 3
"""How far the vendor looks: for the next free time, and for a series without an end."""


def deadline_hours_of(service: Service, merchant: Merchant) -> int:
    own = service.cancel_deadline_hours
    return merchant.cancel_deadline_hours if own is None else own


def deadline_of(service: Service, merchant: Merchant) -> timedelta:
    """How long before the start a customer may cancel at the latest."""
    return timedelta(hours=deadline_hours_of(service, merchant))


def buffer_of(service: Service, merchant: Merchant) -> timedelta:
    """What is kept free around a new booking."""
    own = service.buffer_minutes
    return timedelta(minutes=merchant.buffer_minutes if own is None else own)


def booking_window(service: Service, merchant: Merchant, now: datetime) -> tuple[datetime, datetime]:
    """The first and the last moment at which a customer's booking may start."""
    minutes, months = service.window_min_minutes, service.window_max_months
    earliest = now + timedelta(minutes=merchant.window_min_minutes if minutes is None else minutes)
    latest = months_after(now, merchant.window_max_months if months is None else months, merchant.zone)
    return earliest, latest


def openings_of(merchant: Merchant, moment: datetime) -> Sequence[Span]:
    """When the merchant is open on the local day of a moment."""
    zone = merchant.zone
    return openings_on(moment.astimezone(zone).date(), merchant.hours, zone)
