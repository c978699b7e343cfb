"""The bugs of appointments, by theme."""

from mockserver.defects.appointments import (
    access,
    blocks,
    bookings,
    calendars,
    calling_off,
    cancels,
    catalogue,
    changes,
    customers,
    entries,
    groups,
    inputs,
    prices,
    reading,
    series,
    slots,
    subtle,
    transport,
)
from mockserver.defects.planting import Defect

__all__ = ["ALL"]

ALL: tuple[Defect, ...] = (
    *access.DEFECTS,
    *transport.DEFECTS,
    *inputs.DEFECTS,
    *bookings.DEFECTS,
    *slots.DEFECTS,
    *groups.DEFECTS,
    *reading.DEFECTS,
    *cancels.DEFECTS,
    *entries.DEFECTS,
    *series.DEFECTS,
    *changes.DEFECTS,
    *calling_off.DEFECTS,
    *calendars.DEFECTS,
    *prices.DEFECTS,
    *catalogue.DEFECTS,
    *customers.DEFECTS,
    *blocks.DEFECTS,
    *subtle.DEFECTS,
)
