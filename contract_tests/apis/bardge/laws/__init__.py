"""Bardge's laws, by theme."""

from contract_tests.apis.bardge.laws import (
    access,
    account,
    appointments,
    balances,
    cancelling,
    catalogue,
    checkins,
    classes,
    clients,
    copays,
    inputs,
    lookups,
    moving,
    orders,
    pages,
    passes,
    repeating,
    sessions,
    slots,
    spa,
    statuses,
    transport,
    venues,
)
from contract_tests.laws.law import Law

__all__ = ["ALL"]

# What asks the same of all operations comes last: it finds the least for its time.
ALL: tuple[Law, ...] = (
    *passes.LAWS,
    *clients.LAWS,
    *venues.LAWS,
    *spa.LAWS,
    *slots.LAWS,
    *balances.LAWS,
    *checkins.LAWS,
    *catalogue.LAWS,
    *classes.LAWS,
    *lookups.LAWS,
    *copays.LAWS,
    *appointments.LAWS,
    *statuses.LAWS,
    *moving.LAWS,
    *sessions.LAWS,
    *cancelling.LAWS,
    *account.LAWS,
    *orders.LAWS,
    *repeating.LAWS,
    *access.LAWS,
    *pages.LAWS,
    *transport.LAWS,
    *inputs.LAWS,
)
