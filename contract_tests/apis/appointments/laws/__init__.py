"""The laws of appointments, by theme."""

from contract_tests.apis.appointments.laws import (
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
    transport,
)
from contract_tests.laws.law import Law

__all__ = ["ALL"]

ALL: tuple[Law, ...] = (
    *access.LAWS,
    *transport.LAWS,
    *inputs.LAWS,
    *bookings.LAWS,
    *slots.LAWS,
    *groups.LAWS,
    *reading.LAWS,
    *cancels.LAWS,
    *entries.LAWS,
    *series.LAWS,
    *changes.LAWS,
    *calling_off.LAWS,
    *calendars.LAWS,
    *prices.LAWS,
    *catalogue.LAWS,
    *customers.LAWS,
    *blocks.LAWS,
)
