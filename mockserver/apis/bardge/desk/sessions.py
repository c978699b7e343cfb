"""What was begun and waits to be confirmed: for a quarter of an hour, once.

Whoever opens a session for something that runs out holds that by itself; nothing here takes a place.
"""

import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from mockserver.apis.bardge.desk.coverage import covered_tiers
from mockserver.apis.bardge.desk.register import Register, new_id, now_ms, usable_pass
from mockserver.apis.bardge.desk.visitors import Visitor
from mockserver.apis.bardge.records import (
    ISSUED_PASSES,
    SESSION_LIFECYCLE,
    SESSIONS,
    Branch,
    Outcome,
    Session,
    SessionKind,
    SessionStatus,
    SpaService,
    Taken,
)
from mockserver.apis.refusals import BadInput
from mockserver.booking.errors import NotFound, RuleBroken
from mockserver.sandbox.work import Work

__all__ = ["SESSION_LIFETIME", "ensure_open", "expire_session", "open_session", "use_session", "visitor_again"]

SESSION_LIFETIME = timedelta(minutes=15)
"""Assumed: no page says how long."""


def open_session(
    work: Work,
    *,
    reseller_id: str,
    visitor: Visitor,
    kind: SessionKind,
    branch: Branch,
    asks: Outcome | None = None,
    price: int = 0,
    instance_id: str | None = None,
    services: Sequence[SpaService] = (),
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
        client=visitor.client.id,
        pass_id=visitor.issued.id,
        kind=kind,
        status=SessionStatus.OPEN,
        branch_id=branch.id,
        covered=covered_tiers(visitor.product, branch, services),
        created_at=now,
        ends_at=ends_at,
        asks=asks,
        price=price,
        instance_id=instance_id,
        service_ids=tuple(service.id for service in services),
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


def visitor_again(work: Work, session: Session, at: datetime) -> Visitor:
    """Who began it, and with which pass, when it is confirmed: since then time has passed, and another product may have
    been put under the pass.

    Args:
        at: The moment of the visit, or now.

    Raises, in this order:
        RuleBroken, Forbidden: The pass, see `usable_pass`.
        BadInput: What it covers is not what it covered when the session was opened: that is what the session says.
    """
    register = Register(work)
    issued = usable_pass(work.records(ISSUED_PASSES).get(session.pass_id), at)
    product = register.product_of(issued)
    branch = register.branch(session.branch_id)
    if covered_tiers(product, branch, register.services(branch, session.service_ids)) != session.covered:
        changed = BadInput("path", "sessionId", "the pass does not cover what it covered when the session was opened")
        raise changed.under("BG-F12")
    return Visitor(register.client(session), issued, product)


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
