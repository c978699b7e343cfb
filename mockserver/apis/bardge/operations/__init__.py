"""The operations of the Bardge API by subject: read the call, act at a desk, show what came of it."""

from mockserver.apis.bardge.operations import access, bookings, catalogue, classes, clients, copays, spa
from mockserver.apis.bundle import Operation

__all__ = ["OPERATIONS"]

OPERATIONS: dict[str, Operation] = {
    **catalogue.OPERATIONS,
    **clients.OPERATIONS,
    **classes.OPERATIONS,
    **copays.OPERATIONS,
    **access.OPERATIONS,
    **spa.OPERATIONS,
    **bookings.OPERATIONS,
}
