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

ALL: tuple[Law, ...] = (
    *access.LAWS,
    *transport.LAWS,
    *inputs.LAWS,
    *pages.LAWS,
    *repeating.LAWS,
    *passes.LAWS,
    *venues.LAWS,
    *catalogue.LAWS,
    *checkins.LAWS,
    *clients.LAWS,
    *classes.LAWS,
    *sessions.LAWS,
    *spa.LAWS,
    *slots.LAWS,
    *appointments.LAWS,
    *statuses.LAWS,
    *cancelling.LAWS,
    *moving.LAWS,
    *copays.LAWS,
    *balances.LAWS,
    *account.LAWS,
    *lookups.LAWS,
)
