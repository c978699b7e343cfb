"""What time does to bookings: each has at most one timer, for what happens to it next.

    pending     accept      its venue has had its time: it is confirmed
    confirmed   complete    it begins: it is completed

Whoever changes a booking's status plans it anew. Sessions have a timer of their own, see `sessions`.
"""

import contextlib
from datetime import datetime, timedelta

import msgspec

from mockserver.apis.bardge.records import Booking, Status
from mockserver.booking.errors import NotFound
from mockserver.sandbox.work import Work

__all__ = ["drop_timer", "next_event", "plan"]


def next_event(booking: Booking, acceptance: timedelta, now: datetime) -> tuple[datetime, str] | None:
    """What time does to a booking next, and when; None when it does nothing any more.

    Args:
        acceptance: How long a venue takes to accept.
        now: What is late happens now: a booking that was accepted after its beginning is completed at once.
    """
    match booking.status:
        case Status.PENDING:
            return booking.created_at + acceptance, "accept"
        case Status.CONFIRMED:
            return max(booking.starts_at, now), "complete"
        case _:
            return None


def plan(work: Work, booking: Booking) -> Booking:
    """The booking with the timer for what time does to it next, in place of the one it had. The caller keeps it."""
    drop_timer(work, booking.timer)
    acceptance = timedelta(minutes=work.settings().acceptance_minutes)
    event = next_event(booking, acceptance, work.now)
    timer = None if event is None else work.timers.schedule(*event, booking.id)
    return msgspec.structs.replace(booking, timer=timer)


def drop_timer(work: Work, timer: int | None) -> None:
    """Nothing happens where it has fired already."""
    if timer is None:
        return
    with contextlib.suppress(NotFound):
        work.timers.cancel(timer)
