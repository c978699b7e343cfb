"""What time does to bookings: each has at most one timer for what happens to it next, and one for its edit.

    reserved    hold        the world begins, and with it the hold of what stands reserved in its seed; then
                release     the hold is over: the booking is gone
    accepted    start       word that it starts; then
                expire      nobody checked in: it is expired
                end         word that it ends
    edited      close_edit  the edit cannot be reverted any more

Whoever changes a booking's status, dates or check-in sets its timer anew.
"""

import contextlib
from datetime import datetime, timedelta

import msgspec

from mockserver.apis.anny.offers import RESOURCES, Resource
from mockserver.apis.anny.records import Booking, Status
from mockserver.booking.errors import NotFound
from mockserver.sandbox.work import Work

__all__ = ["drop_edit", "drop_timers", "expiry_of", "next_event", "set_timer"]


def next_event(
    booking: Booking, expires_after: int | None, now: datetime, *, after: str | None = None, is_new: bool = False
) -> tuple[datetime, str] | None:
    """What time does to a booking next, and when; None when it does nothing any more.

    Args:
        expires_after: Minutes from the start within which somebody has to check in; None where nobody has to.
        after: What it has just done, at *now*; None when all that happens at *now* has happened,
        is_new: or when nothing of it has, because the booking stands, or has these dates, only since *now*.
    """
    if booking.status is Status.RESERVED and booking.hold_ends_at is not None:
        return booking.hold_ends_at, "release"
    if booking.status is not Status.ACCEPTED or booking.is_blocker or booking.is_master:
        return None
    events = [(booking.starts_at, "start"), (booking.ends_at, "end")]
    if expires_after is not None and booking.checked_in_at is None:
        expires_at = booking.starts_at + timedelta(minutes=expires_after)
        if after is None and expires_at <= now:
            return now, "expire"  # it was accepted too late for anybody to come in time
        events.append((expires_at, "expire"))
    passed = (now, -1 if is_new else len(_ORDER) if after is None else _ORDER.index(after))
    ahead = sorted((at, _ORDER.index(action)) for at, action in events)
    found = next((each for each in ahead if each > passed), None)
    return None if found is None else (found[0], _ORDER[found[1]])


def expiry_of(resource: Resource) -> int | None:
    """Minutes from the start within which somebody has to check in; None where nobody has to.

    Never while a check-in is possible: the later of both periods counts.
    """
    check_in = resource.check_in
    if not (check_in.is_enabled and check_in.auto_expiry):
        return None
    return max(check_in.expires_after, check_in.allowed_after)


_ORDER = ("start", "expire", "end")
"""Of what happens at the same moment."""


def set_timer(work: Work, booking: Booking, *, after: str | None = None, is_new: bool = False) -> Booking:
    """The booking with the timer for what time does to it next, in place of the one it had. The caller keeps it.

    Args:
        after: The timer's action that has just been done, where one has.
        is_new: Whether the booking stands, or has its dates, only since this moment: it may start at it.
    """
    expires_after = expiry_of(work.records(RESOURCES).get(booking.resource_id))
    event = next_event(booking, expires_after, work.now, after=after, is_new=is_new)
    _cancel(work, booking.timer)
    timer = None if event is None else work.timers.schedule(*event, booking.id)
    return msgspec.structs.replace(booking, timer=timer)


def drop_timers(work: Work, booking: Booking) -> Booking:
    """The booking without timers, and without an edit: nothing happens to it by itself any more."""
    _cancel(work, booking.timer)
    return msgspec.structs.replace(drop_edit(work, booking), timer=None)


def drop_edit(work: Work, booking: Booking) -> Booking:
    """The booking without what it was before its edits, if there were any. What is held of that stays held."""
    if booking.edit is None:
        return booking
    _cancel(work, booking.edit.timer)
    return msgspec.structs.replace(booking, edit=None)


def _cancel(work: Work, timer: int | None) -> None:
    if timer is None:
        return
    with contextlib.suppress(NotFound):
        work.timers.cancel(timer)
