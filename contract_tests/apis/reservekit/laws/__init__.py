"""ReserveKit's laws, by theme."""

from contract_tests.apis.reservekit.laws import (
    access,
    bookings,
    capacity,
    customers,
    events,
    inputs,
    limits,
    moves,
    pages,
    races,
    services,
    slots,
    transport,
)
from contract_tests.laws.law import Law

__all__ = ["ALL"]

# What asks the same of all operations comes late: it finds the least for its time. Limits last: what a deployment's
# limit refuses for a while after them is nobody's test any more.
ALL: tuple[Law, ...] = (
    *bookings.LAWS,
    *services.LAWS,
    *slots.LAWS,
    *customers.LAWS,
    *capacity.LAWS,
    *moves.LAWS,
    *races.LAWS,
    *pages.LAWS,
    *events.LAWS,
    *access.LAWS,
    *transport.LAWS,
    *inputs.LAWS,
    *limits.LAWS,
)
