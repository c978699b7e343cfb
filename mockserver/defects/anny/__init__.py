"""The bugs of anny, by theme."""

from mockserver.defects.anny import (
    access,
    availability,
    bookings,
    canceling,
    carts,
    catalogue,
    documents,
    door,
    forms,
    inputs,
    instant,
    invitations,
    lookup,
    money,
    moves,
    options,
    participants,
    previews,
    reverting,
    statuses,
    transport,
    webhooks,
)
from mockserver.defects.planting import Defect

__all__ = ["ALL"]

ALL: tuple[Defect, ...] = (
    *access.DEFECTS,
    *transport.DEFECTS,
    *inputs.DEFECTS,
    *documents.DEFECTS,
    *availability.DEFECTS,
    *carts.DEFECTS,
    *bookings.DEFECTS,
    *lookup.DEFECTS,
    *participants.DEFECTS,
    *instant.DEFECTS,
    *statuses.DEFECTS,
    *invitations.DEFECTS,
    *forms.DEFECTS,
    *options.DEFECTS,
    *moves.DEFECTS,
    *reverting.DEFECTS,
    *door.DEFECTS,
    *previews.DEFECTS,
    *money.DEFECTS,
    *catalogue.DEFECTS,
    *webhooks.DEFECTS,
    *canceling.DEFECTS,
)
