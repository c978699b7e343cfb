"""Up to when something is possible, though no timer says so."""

from collections.abc import Iterator

from mockserver.apis.anny.records import BOOKINGS, LIFECYCLE, Booking
from mockserver.apis.anny.register import Register
from mockserver.apis.anny.terms import cancelable_until, policy_of
from mockserver.booking.cancellation import deadline_at
from mockserver.booking.ports import ALL
from mockserver.sandbox.domains import Deadline
from mockserver.sandbox.work import Work

__all__ = ["deadlines"]


def deadlines(work: Work) -> Iterator[Deadline]:
    """Of each booking that can still be canceled or edited: the last moment for it, and the ends of the tiers of its fee."""
    register = Register(work)
    for booking in work.records(BOOKINGS).page(BOOKINGS.listed, ALL):
        if not (booking.is_blocker or booking.is_master or booking.checked_in_at):
            yield from _of_booking(register, booking)


def _of_booking(register: Register, booking: Booking) -> Iterator[Deadline]:
    service = register.service_of(booking)
    if LIFECYCLE.allows(booking.status, "cancel"):
        until = cancelable_until(booking, service) or booking.starts_at
        yield Deadline(until, "cancel", BOOKINGS, booking)
        for tier in policy_of(register.policy_of(service), booking.currency).tiers:
            ends_at = deadline_at(booking.starts_at, tier.before)
            if ends_at < until:
                yield Deadline(ends_at, "cancel_at_this_fee", BOOKINGS, booking)
    if service is None or not LIFECYCLE.allows(booking.status, "edit"):
        return
    if service.editing.deadline.length is not None:
        yield Deadline(deadline_at(booking.starts_at, service.editing.deadline.length), "edit", BOOKINGS, booking)
