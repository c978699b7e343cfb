"""What timers do when they fall due; `timetable` sets them. Each happens on a clock that shows the moment it was set for."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import msgspec

from mockserver.apis.anny.desk.cart import let_go
from mockserver.apis.anny.desk.diary import Diary
from mockserver.apis.anny.desk.edits import close_edit
from mockserver.apis.anny.desk.timetable import drop_timers, set_timer
from mockserver.apis.anny.notices import tell
from mockserver.apis.anny.records import BOOKINGS, LIFECYCLE, ORDERS, Booking
from mockserver.apis.anny.register import Register
from mockserver.sandbox.timers import Timer
from mockserver.sandbox.work import Work

__all__ = ["ACTIONS", "SUBJECTS"]


def _hold(work: Work, timer: Timer) -> None:
    """What lies in a cart when a world begins was put there at that moment, which its seed does not know."""
    began_at = work.began_at.replace(microsecond=0)
    booking = msgspec.structs.replace(
        _subject(work, timer),
        created_at=began_at,
        updated_at=began_at,
        hold_ends_at=began_at + timedelta(minutes=work.settings().hold_minutes),
    )
    register = Register(work)
    Diary(work).take(booking, register.service_of(booking), expires_at=booking.hold_ends_at)
    work.records(BOOKINGS).put(set_timer(work, booking))
    cart = register.order_of(booking)
    if cart is not None:
        work.records(ORDERS).put(msgspec.structs.replace(cart, created_at=began_at, updated_at=began_at))


def _release(work: Work, timer: Timer) -> None:
    let_go(work, _subject(work, timer))


def _start(work: Work, timer: Timer) -> None:
    _announce(work, timer, "bookings.started")


def _end(work: Work, timer: Timer) -> None:
    _announce(work, timer, "bookings.ended")


def _expire(work: Work, timer: Timer) -> None:
    """Nobody has come: the interval is free. What was paid is kept, and the order is what it was."""
    booking = _subject(work, timer)
    expired = msgspec.structs.replace(
        drop_timers(work, booking),
        status=LIFECYCLE.after(booking.status, "expire"),
        updated_at=work.this_second,
    )
    Diary(work).free(booking.id)
    work.records(BOOKINGS).put(expired)
    tell(work, "bookings.updated", expired)


def _close_edit(work: Work, timer: Timer) -> None:
    work.records(BOOKINGS).put(close_edit(work, _subject(work, timer)))


def _announce(work: Work, timer: Timer, event: str) -> None:
    """Nothing about the booking changes but what time does to it next. An edit is over with at the start, not after it."""
    booking = _subject(work, timer)
    if booking.edit is not None and booking.edit.expires_at <= work.now:
        booking = close_edit(work, booking)
    booking = set_timer(work, booking, after=timer.action)
    work.records(BOOKINGS).put(booking)
    tell(work, event, booking)


def _subject(work: Work, timer: Timer) -> Booking:
    return work.records(BOOKINGS).get(timer.subject)


ACTIONS: Mapping[str, Callable[[Work, Timer], None]] = {
    "hold": _hold,
    "release": _release,
    "start": _start,
    "expire": _expire,
    "end": _end,
    "close_edit": _close_edit,
}

SUBJECTS = dict.fromkeys(ACTIONS, BOOKINGS)
