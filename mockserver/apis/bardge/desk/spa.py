"""Appointments at spas: what one would take, and taking it.

A session holds the hours and says what the confirmation takes; it takes nothing itself.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from mockserver.apis.bardge.desk.coverage import (
    ServiceCost,
    costs_of,
    has_visits,
    spa_copays,
    take_visit,
    use_spa_copays,
)
from mockserver.apis.bardge.desk.diary import Diary
from mockserver.apis.bardge.desk.making import make_booking
from mockserver.apis.bardge.desk.register import Register, ensure_category
from mockserver.apis.bardge.desk.sessions import ensure_open, open_session, use_session, visitor_again
from mockserver.apis.bardge.desk.till import Till
from mockserver.apis.bardge.desk.visitors import Visitor, Wish, keep_names, visitor_of
from mockserver.apis.bardge.records import (
    COPAYS,
    Booking,
    BookingType,
    Branch,
    Category,
    Client,
    Copay,
    Session,
    SessionKind,
    Taken,
)
from mockserver.apis.bardge.terms import appointment, ensure_ahead
from mockserver.apis.refusals import BadInput
from mockserver.sandbox.work import Work

__all__ = ["Offer", "Request", "Spa", "beginning_of"]


class Request(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Who wants what done, where and when."""

    wish: Wish
    branch_id: str
    service_ids: tuple[str, ...]
    starts_at: datetime


class Offer(msgspec.Struct, frozen=True, gc=False):
    """What a session is about; it says itself what its confirmation takes."""

    session: Session
    branch: Branch
    costs: tuple[ServiceCost, ...]


class Spa:
    """What it refuses is undone with all that the request did."""

    __slots__ = ("_register", "_reseller_id", "_till", "_work")

    def __init__(self, work: Work, reseller_id: str) -> None:
        self._work = work
        self._reseller_id = reseller_id
        self._register = Register(work)
        self._till = Till(work)

    def initiate(self, request: Request) -> Offer:
        """Open a session that holds the hours.

        Raises, in this order:
            NotFound: The venue, a service, the client, the pass.
            RuleBroken, Forbidden: Whose client it is; the pass at the moment of the visit.
            BadInput: The venue is a gym; the beginning is not ahead.
            NoPlacesLeft: The slot.
            BadInput: Too few credits, and nothing was bought in their stead.
        """
        starts_at = request.starts_at
        branch = self._register.branch(request.branch_id)
        services = self._register.services(branch, request.service_ids)
        visitor = visitor_of(self._work, self._reseller_id, request.wish, starts_at)
        ensure_category(branch, Category.SPA, "body", "provider_branch_id")
        ensure_ahead(starts_at, self._work.now, "body", "time")
        span = appointment(starts_at, services)
        diary = Diary(self._work, self._reseller_id)
        diary.ensure_free(branch.id, span)
        held = self._till.credits(visitor.client)
        copays = spa_copays(self._work, self._reseller_id, visitor, branch.id, starts_at, services, held)
        costs = costs_of(visitor, services, copays, held)
        took = _taken(costs, visitor, copays)
        self._ensure_credits(visitor.client, took, "body", "service_ids")
        keep_names(self._work, visitor.client, request.wish)
        session = open_session(
            self._work,
            reseller_id=self._reseller_id,
            visitor=visitor,
            kind=SessionKind.SPA,
            branch=branch,
            services=services,
            starts_at=starts_at,
            took=took,
        )
        diary.hold(session, span)
        return Offer(session, branch, costs)

    def confirm(self, session_id: str) -> Booking:
        """Make the appointment, and take what the session said.

        Raises, in this order:
            NotFound: The session.
            RuleBroken: Its state; the pass.
            BadInput: What the pass covers is not what it was; the beginning is not ahead; the visit, the credits or a co-pay that it counted on are gone.
            RuleBroken: `insufficient_balance`.
        """
        session = self._register.session(self._reseller_id, session_id, SessionKind.SPA)
        ensure_open(session)
        starts_at = beginning_of(session)
        visitor = visitor_again(self._work, session, starts_at)
        ensure_ahead(starts_at, self._work.now, "path", "sessionId")
        self._ensure_there(session.took, visitor)
        use_session(self._work, session)
        booking = self._book(session, starts_at)
        self._take(booking, visitor)
        return booking

    def _book(self, session: Session, starts_at: datetime) -> Booking:
        branch = self._register.branch(session.branch_id)
        return make_booking(
            self._work,
            reseller_id=self._reseller_id,
            client=session.client,
            pass_id=session.pass_id,
            type=BookingType.SPA,
            branch_id=branch.id,
            starts_at=starts_at,
            ends_at=appointment(starts_at, self._register.services(branch, session.service_ids)).ends_at,
            took=session.took,
            service_ids=session.service_ids,
            holder=session.id,
        )

    def _take(self, booking: Booking, visitor: Visitor) -> None:
        """Raises RuleBroken `insufficient_balance`: all else is known to be there."""
        took = booking.took
        if took.visits:
            take_visit(self._work, visitor.issued, Category.SPA)
        description = f"Spa booking — {self._register.branch(booking.branch_id).name}"
        self._till.spend(visitor.client, took.credits, description, field="sessionId")
        use_spa_copays(self._work, booking)
        self._till.debit(self._reseller_id, took.charged, reason="appointment", about=booking.id)

    def _ensure_there(self, took: Taken, visitor: Visitor) -> None:
        """Raises BadInput: what the session counted on has been used for something else."""
        if took.visits and not has_visits(visitor.issued, visitor.product, Category.SPA):
            raise BadInput("path", "sessionId", "the visit that it counted on has been used").under("BG-S24")
        self._ensure_credits(visitor.client, took, "path", "sessionId")
        if any(self._work.records(COPAYS).get(copay_id).used_by is not None for copay_id in took.copay_ids):
            raise BadInput("path", "sessionId", "a co-pay that it counted on has been used").under("BG-S24")

    def _ensure_credits(self, client: Client, took: Taken, place: str, field: str) -> None:
        held = self._till.credits(client)
        if took.credits > held:
            refused = BadInput(place, field, f"takes {took.credits} credits, and the client has {held}")
            raise refused.under("BG-S12", "BG-S24")


def beginning_of(session: Session) -> datetime:
    """Of the appointment of a session."""
    assert session.starts_at is not None  # noqa: S101 - every session of an appointment has one
    return session.starts_at


def _taken(costs: Sequence[ServiceCost], visitor: Visitor, copays: Sequence[Copay]) -> Taken:
    """One visit for all services of the pass, or their credits where none is left; the price of what is not covered."""
    of_pass = [cost for cost in costs if cost.is_of_pass]
    is_visit = bool(of_pass) and has_visits(visitor.issued, visitor.product, Category.SPA)
    return Taken(
        category=Category.SPA if is_visit else None,
        visits=int(is_visit),
        credits=0 if is_visit else sum(cost.service.credits for cost in of_pass),
        charged=sum(cost.copay_amount for cost in costs),
        copay_ids=tuple(copay.id for copay in copays),
    )
