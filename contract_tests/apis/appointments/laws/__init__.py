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
    orders,
    prices,
    reading,
    series,
    slots,
    transport,
)
from contract_tests.laws.law import Law

__all__ = ["ALL"]

# What asks the same of all operations comes last: it finds the least for its time.
ALL: tuple[Law, ...] = (
    *bookings.LAWS,
    *series.LAWS,
    *groups.LAWS,
    *calendars.LAWS,
    *entries.LAWS,
    *blocks.LAWS,
    *calling_off.LAWS,
    *customers.LAWS,
    *changes.LAWS,
    *reading.LAWS,
    *catalogue.LAWS,
    *cancels.LAWS,
    *prices.LAWS,
    *slots.LAWS,
    *orders.LAWS,
    *access.LAWS,
    *transport.LAWS,
    *inputs.LAWS,
)
