"""Codes that open the door of a venue for one visit, until the end of the day.

A code books nothing and takes nothing; nor is it kept: whether it was used is the venue's matter.
"""

from datetime import UTC, datetime, time, timedelta

import msgspec

from mockserver.apis.bardge.desk.buying import Payment, ask_to_buy, asked_for, buy_package, buy_visits
from mockserver.apis.bardge.desk.coverage import covers, gym_copay, has_visits
from mockserver.apis.bardge.desk.register import Register, new_door_code, new_id
from mockserver.apis.bardge.desk.sessions import ensure_open, use_session, visitor_again
from mockserver.apis.bardge.desk.visitors import Visitor, Wish, keep_names, visitor_of
from mockserver.apis.bardge.records import LAGOS, Branch, Category, Client, Session, SessionKind
from mockserver.apis.bardge.terms import moment_of
from mockserver.sandbox.work import Work

__all__ = ["AccessCode", "AccessDesk", "picture_of"]

_PIXELS = 6
"""Of the side of one square of a picture."""


class AccessCode(msgspec.Struct, frozen=True, gc=False):
    """Good up to and including `ends_at`."""

    id: str
    code: str
    client: Client
    branch_id: str
    ends_at: datetime


class AccessDesk:
    """Raises NotFound for what is not there. What it refuses is undone with all that the request did."""

    __slots__ = ("_register", "_reseller_id", "_work")

    def __init__(self, work: Work, reseller_id: str) -> None:
        self._work = work
        self._reseller_id = reseller_id
        self._register = Register(work)

    def generate(self, branch_id: str, wish: Wish) -> AccessCode | Session:
        """The code, or a session for what has to be bought first.

        Raises, in this order:
            NotFound: The venue, the client, the pass.
            RuleBroken, Forbidden: Whose client it is; the pass, now.
            Forbidden: The pass does not cover the gym, and the gym has no packages.
        """
        branch = self._register.branch(branch_id)
        visitor = visitor_of(self._work, self._reseller_id, wish, self._work.now)
        client = keep_names(self._work, visitor.client, wish)
        if self._is_open_to(visitor, branch):
            return self._code(client, branch)
        return ask_to_buy(self._work, self._reseller_id, visitor, branch, SessionKind.ACCESS)

    def confirm(self, session_id: str, payment: Payment) -> AccessCode:
        """Buy what the session asks for. A refusal leaves the session open.

        Raises, in this order:
            NotFound: The session.
            RuleBroken: Its state.
            BadInput: What it asks for.
            RuleBroken, Forbidden: The pass, now.
            BadInput: What the pass covers is not what it was.
            RuleBroken: `insufficient_balance`.
        """
        session = self._register.session(self._reseller_id, session_id, SessionKind.ACCESS)
        ensure_open(session)
        branch = self._register.branch(session.branch_id)
        purchase = asked_for(session, branch, payment)
        visitor = visitor_again(self._work, session, self._work.now)
        if isinstance(purchase, int):
            buy_visits(self._work, session, visitor.issued, purchase)
        else:
            buy_package(self._work, self._reseller_id, visitor.client, branch, purchase)
        use_session(self._work, session)
        return self._code(visitor.client, branch)

    def _is_open_to(self, visitor: Visitor, branch: Branch) -> bool:
        """At a spa a valid pass is enough. Assumed: at a gym a package with a visit left does as well as the pass."""
        if branch.category is Category.SPA:
            return True
        if covers(visitor.product, Category.GYM, branch.tier) and has_visits(
            visitor.issued, visitor.product, Category.GYM
        ):
            return True
        return gym_copay(self._work, self._reseller_id, visitor.client, branch.id, self._work.now) is not None

    def _code(self, client: Client, branch: Branch) -> AccessCode:
        return AccessCode(
            id=new_id(self._work, "acode"),
            code=new_door_code(self._work),
            client=client,
            branch_id=branch.id,
            ends_at=_end_of_day(self._work.now),
        )


def picture_of(code: str) -> str:
    """A QR code, as a data URI of a PNG picture."""
    import segno  # noqa: PLC0415 - a twentieth of a second, needed when the first code is drawn

    return segno.make_qr(code).png_data_uri(scale=_PIXELS)


def _end_of_day(now: datetime) -> datetime:
    """The last millisecond of the day in Lagos."""
    tomorrow = now.astimezone(LAGOS).date() + timedelta(days=1)
    return moment_of(tomorrow, time(0)).astimezone(UTC) - timedelta(milliseconds=1)
