"""anny's laws, by theme."""

from contract_tests.apis.anny.laws import (
    access,
    availability,
    bookings,
    canceling,
    carts,
    catalogue,
    changes,
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

# What asks the same of all operations comes late: it finds the least for its time. What cancels whole series comes last:
# where there is one world for all, there are no others.
ALL: tuple[Law, ...] = (
    *bookings.LAWS,
    *participants.LAWS,
    *instant.LAWS,
    *invitations.LAWS,
    *door.LAWS,
    *previews.LAWS,
    *carts.LAWS,
    *catalogue.LAWS,
    *moves.LAWS,
    *changes.LAWS,
    *availability.LAWS,
    *lookup.LAWS,
    *options.LAWS,
    *forms.LAWS,
    *documents.LAWS,
    *money.LAWS,
    *webhooks.LAWS,
    *statuses.LAWS,
    *reverting.LAWS,
    *access.LAWS,
    *transport.LAWS,
    *inputs.LAWS,
    *canceling.LAWS,
)
