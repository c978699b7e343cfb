"""What timers do when they fall due. Each happens on a clock that shows the moment it was set for."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from mockserver.apis.bardge.desk.diary import Diary
from mockserver.apis.bardge.desk.register import now_ms
from mockserver.apis.bardge.desk.sessions import expire_session
from mockserver.apis.bardge.desk.timetable import plan
from mockserver.apis.bardge.records import BOOKINGS, LIFECYCLE, LOOKUPS, SESSIONS
from mockserver.booking.ports import Kind
from mockserver.sandbox.timers import Timer
from mockserver.sandbox.work import Work

__all__ = ["ACTIONS", "SUBJECTS"]


def _move(work: Work, timer: Timer) -> None:
    """Accept a booking, or complete it: the place of who was there stays taken."""
    booking = work.records(BOOKINGS).get(timer.subject)
    moved = msgspec.structs.replace(
        booking, status=LIFECYCLE.after(booking.status, timer.action), updated_at=now_ms(work), timer=None
    )
    work.records(BOOKINGS).put(plan(work, moved))


def _expire(work: Work, timer: Timer) -> None:
    """Nobody confirmed it: what it held is free. The session stays, so that a late confirmation learns why not."""
    session = work.records(SESSIONS).get(timer.subject)
    Diary(work, session.reseller_id).free(session.id)
    expire_session(work, session)


def _begin(work: Work, timer: Timer) -> None:
    """A lookup that waits when a world begins was begun at that moment, which its seed does not know."""
    lookup = work.records(LOOKUPS).get(timer.subject)
    began_at = work.began_at.replace(microsecond=0)
    ends_at = began_at + (lookup.ends_at - lookup.created_at)
    work.records(LOOKUPS).put(msgspec.structs.replace(lookup, created_at=began_at, ends_at=ends_at))


ACTIONS: Mapping[str, Callable[[Work, Timer], None]] = {
    "accept": _move,
    "complete": _move,
    "expire": _expire,
    "begin": _begin,
}

SUBJECTS: Mapping[str, Kind[Any]] = {
    "accept": BOOKINGS,
    "complete": BOOKINGS,
    "expire": SESSIONS,
    "begin": LOOKUPS,
}
