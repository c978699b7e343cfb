"""The bugs of ReserveKit, by theme."""

from mockserver.defects.planting import Defect
from mockserver.defects.reservekit import (
    access,
    bookings,
    capacity,
    customers,
    inputs,
    limits,
    moves,
    pages,
    services,
    slots,
    subtle,
    transport,
)

__all__ = ["ALL"]

ALL: tuple[Defect, ...] = (
    *access.DEFECTS,
    *transport.DEFECTS,
    *inputs.DEFECTS,
    *pages.DEFECTS,
    *bookings.DEFECTS,
    *capacity.DEFECTS,
    *customers.DEFECTS,
    *moves.DEFECTS,
    *services.DEFECTS,
    *slots.DEFECTS,
    *limits.DEFECTS,
    *subtle.DEFECTS,
)
