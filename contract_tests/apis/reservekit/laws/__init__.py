"""ReserveKit's laws, by theme."""

from contract_tests.apis.reservekit.laws import (
    access,
    bookings,
    capacity,
    customers,
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

# Limits last: what a deployment's limit refuses for a while after them is nobody's test any more.
ALL: tuple[Law, ...] = (
    *access.LAWS,
    *transport.LAWS,
    *inputs.LAWS,
    *pages.LAWS,
    *bookings.LAWS,
    *capacity.LAWS,
    *customers.LAWS,
    *moves.LAWS,
    *services.LAWS,
    *slots.LAWS,
    *races.LAWS,
    *limits.LAWS,
)
