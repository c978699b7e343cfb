"""The bugs of Bardge, by theme."""

from mockserver.defects.bardge import (
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
from mockserver.defects.planting import Defect

__all__ = ["ALL"]

ALL: tuple[Defect, ...] = (
    *access.DEFECTS,
    *transport.DEFECTS,
    *inputs.DEFECTS,
    *pages.DEFECTS,
    *repeating.DEFECTS,
    *passes.DEFECTS,
    *venues.DEFECTS,
    *catalogue.DEFECTS,
    *checkins.DEFECTS,
    *clients.DEFECTS,
    *classes.DEFECTS,
    *sessions.DEFECTS,
    *spa.DEFECTS,
    *slots.DEFECTS,
    *appointments.DEFECTS,
    *statuses.DEFECTS,
    *cancelling.DEFECTS,
    *moving.DEFECTS,
    *copays.DEFECTS,
    *balances.DEFECTS,
    *account.DEFECTS,
    *lookups.DEFECTS,
)
