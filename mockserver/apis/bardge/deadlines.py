"""Up to when something is possible, though no timer says so."""

from collections.abc import Callable, Iterator
from typing import Any

from mockserver.apis.bardge.records import BOOKINGS, COPAYS, ISSUED_PASSES, LIFECYCLE, LOOKUPS, QUOTES, LookupStatus
from mockserver.apis.bardge.terms import REFUND_UNTIL
from mockserver.booking.ports import ALL, Kind
from mockserver.sandbox.domains import Deadline
from mockserver.sandbox.work import Work

__all__ = ["deadlines"]

_ENDING: tuple[tuple[Kind[Any], str, Callable[[Any], bool]], ...] = (
    (ISSUED_PASSES, "use", lambda each: not each.is_cancelled),
    (LOOKUPS, "verify", lambda each: each.status is LookupStatus.PENDING),
    (LOOKUPS, "use", lambda each: each.status is LookupStatus.VERIFIED),
    (QUOTES, "buy", lambda each: not each.is_used),
    (COPAYS, "use", lambda each: each.used_by is None),
)
"""What has an end, what can be done until then, and of which records that is true."""


def deadlines(work: Work) -> Iterator[Deadline]:
    """The ends of what has one, and the last moment at which a cancellation gives back what a booking took."""
    for kind, action, is_open in _ENDING:
        found = filter(is_open, work.records(kind).page(kind.listed, ALL))
        yield from (Deadline(each.ends_at, action, kind, each) for each in found)
    for booking in work.records(BOOKINGS).page(BOOKINGS.listed, ALL):
        if LIFECYCLE.allows(booking.status, "cancel") and not booking.was_late:
            yield Deadline(booking.starts_at - REFUND_UNTIL, "cancel_for_refund", BOOKINGS, booking)
