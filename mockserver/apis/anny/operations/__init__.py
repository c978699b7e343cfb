"""The operations of the anny API by subject: read the call, act at a desk, show what came of it."""

from mockserver.apis.anny.operations import (
    availability,
    bookings,
    catalogue,
    checkout,
    edits,
    lifecycle,
    relationships,
    subscriptions,
)
from mockserver.apis.bundle import Operation

__all__ = ["OPERATIONS"]

OPERATIONS: dict[str, Operation] = {
    **bookings.OPERATIONS,
    **lifecycle.OPERATIONS,
    **edits.OPERATIONS,
    **checkout.OPERATIONS,
    **catalogue.OPERATIONS,
    **availability.OPERATIONS,
    **subscriptions.OPERATIONS,
    **relationships.OPERATIONS,
}
