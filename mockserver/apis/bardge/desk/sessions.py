"""What was begun and waits to be confirmed: for a quarter of an hour, once.

Whoever opens a session for something that runs out holds that by itself; nothing here takes a place.
"""

import contextlib
from datetime import datetime, timedelta

import msgspec

from mockserver.apis.bardge.desk.register import new_id, now_ms
from mockserver.apis.bardge.records import (
    SESSION_LIFECYCLE,
    SESSIONS,
    Client,
    Outcome,
    Session,
    SessionKind,
    SessionStatus,
    Taken,
)
from mockserver.booking.errors import NotFound, RuleBroken
from mockserver.sandbox.work import Work

__all__ = ["SESSION_LIFETIME", "ensure_open", "expire_session", "open_session", "use_session"]

SESSION_LIFETIME = timedelta(minutes=15)
"""Assumed: no page says how long."""


def open_session(
    work: Work,
    *,
    reseller_id: str,
    client: Client,
    pass_id: str,
    kind: SessionKind,
    branch_id: str,
    asks: Outcome | None = None,
    price: int = 0,
    instance_id: str | None = None,
    service_ids: tuple[str, ...] = (),
    starts_at: datetime | None = None,
    took: Taken = Taken(),  # noqa: B008 - a frozen record
) -> Session:
    """A new one, kept, with the timer that ends it. Its end is a whole second, as answers show it."""
    session_id = new_id(work, "sess")
    now = now_ms(work)
    ends_at = now.replace(microsecond=0) + SESSION_LIFETIME
    session = Session(
        id=session_id,
        reseller_id=reseller_id,
        client=client.id,
        pass_id=pass_id,
        kind=kind,
        status=SessionStatus.OPEN,
        branch_id=branch_id,
        created_at=now,
        ends_at=ends_at,
        asks=asks,
        price=price,
        instance_id=instance_id,
        service_ids=service_ids,
        starts_at=starts_at,
        took=took,
        timer=work.timers.schedule(ends_at, "expire", session_id),
    )
    work.records(SESSIONS).put(session)
    return session


def ensure_open(session: Session) -> None:
    """Raises RuleBroken: `session_already_confirmed`, `session_expired`."""
    if session.status is SessionStatus.USED:
        raise RuleBroken("session_already_confirmed", f"the session {session.id} has been confirmed")
    if session.status is SessionStatus.EXPIRED:
        raise RuleBroken("session_expired", f"the session {session.id} is over")


def use_session(work: Work, session: Session) -> Session:
    """Confirmed: it cannot be used again, and does not run out."""
    return _end(work, session, "confirm")


def expire_session(work: Work, session: Session) -> Session:
    """Run out. What it held is the caller's to free."""
    return _end(work, session, "expire")


def _end(work: Work, session: Session, event: str) -> Session:
    if session.timer is not None:
        with contextlib.suppress(NotFound):  # the timer that is firing is gone already
            work.timers.cancel(session.timer)
    ended = msgspec.structs.replace(session, status=SESSION_LIFECYCLE.after(session.status, event), timer=None)
    work.records(SESSIONS).put(ended)
    return ended
