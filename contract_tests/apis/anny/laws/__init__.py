"""anny's laws, by theme."""

from contract_tests.apis.anny.laws import (
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
from contract_tests.laws.law import Law

__all__ = ["ALL"]

# What cancels whole series comes last: where there is one world for all, there are no others.
ALL: tuple[Law, ...] = (
    *access.LAWS,
    *transport.LAWS,
    *inputs.LAWS,
    *documents.LAWS,
    *availability.LAWS,
    *carts.LAWS,
    *bookings.LAWS,
    *lookup.LAWS,
    *participants.LAWS,
    *instant.LAWS,
    *statuses.LAWS,
    *invitations.LAWS,
    *forms.LAWS,
    *options.LAWS,
    *moves.LAWS,
    *reverting.LAWS,
    *door.LAWS,
    *previews.LAWS,
    *money.LAWS,
    *catalogue.LAWS,
    *webhooks.LAWS,
    *canceling.LAWS,
)
