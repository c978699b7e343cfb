"""The places of classes and the time of spas: the one way in which a booking or a session takes them and gives them back.

A class instance has as many places as its capacity less those of people from elsewhere, and a client has one of them at
most. A spa serves one client at a time. In test mode there are as many again: who tries takes nothing from anybody.
"""

import contextlib

from mockserver.apis.bardge.records import CLAIMS, Booking, ClassInstance, Mode, Session, mode_of
from mockserver.apis.bardge.terms import is_offered
from mockserver.booking.errors import AlreadyBooked, NoPlacesLeft, NotFound
from mockserver.booking.ledger import Ledger, Pool, Seat
from mockserver.booking.spans import Span
from mockserver.sandbox.work import Work

__all__ = ["Diary", "hours_of", "places_of"]


class Diary:
    """In the mode of a reseller. A holder is the id of a booking, or of a session; a client is the id of its record."""

    __slots__ = ("_ledger", "_mode", "_work")

    def __init__(self, work: Work, reseller_id: str) -> None:
        self._work = work
        self._mode = mode_of(reseller_id)
        self._ledger = Ledger(CLAIMS, work.records(CLAIMS.kind))

    # Classes

    def places_left(self, instance: ClassInstance) -> int:
        return self._ledger.places_left(places_of(instance, self._mode))

    def ensure_place(self, instance: ClassInstance, client: str) -> None:
        """Raises AlreadyBooked, then NoPlacesLeft: what `take_place` would say."""
        pool = places_of(instance, self._mode)
        if self._ledger.is_there(pool, client):
            raise AlreadyBooked(pool.id, client)
        if not self._ledger.places_left(pool):
            raise NoPlacesLeft(pool.id, asked=1, left=0)

    def take_place(self, booking: Booking, instance: ClassInstance) -> None:
        """Raises AlreadyBooked, then NoPlacesLeft."""
        self.ensure_place(instance, booking.client)
        pool = places_of(instance, self._mode)
        self._ledger.take(booking.id, [(pool, Seat(pool.id, party=booking.client))])

    # Spas

    def is_free(self, branch_id: str, span: Span, *, without: str | None = None) -> bool:
        """Whether a spa offers the hours of a span and has nobody there.

        Args:
            without: A holder that is not in the way.
        """
        pool = _rooms(branch_id, self._mode)
        return is_offered(span, self._work.now) and self._ledger.places_left(pool, span, without=without) > 0

    def ensure_free(self, branch_id: str, span: Span, *, without: str | None = None) -> None:
        """Raises NoPlacesLeft, also where the spa is not open."""
        if not self.is_free(branch_id, span, without=without):
            refused = NoPlacesLeft(_rooms(branch_id, self._mode).id, asked=1, left=0)
            raise refused.under("BG-S11" if is_offered(span, self._work.now) else "BG-S35")

    def hold(self, session: Session, span: Span) -> None:
        """Take the hours of a session for as long as it is open, see `take_hours`."""
        self._ledger.take(session.id, [hours_of(session.branch_id, span, self._mode)], expires_at=session.ends_at)

    def take_hours(self, booking: Booking) -> None:
        """Take the hours of an appointment, whether or not the spa offers them. Raises NoPlacesLeft."""
        self._ledger.take(booking.id, [hours_of(booking.branch_id, booking.span, self._mode)])

    def free(self, holder: str) -> None:
        """Give back all that a holder has taken, if anything."""
        with contextlib.suppress(NotFound):
            self._ledger.give_back(holder)


_APART = {Mode.LIVE: "", Mode.TEST: "/test"}


def places_of(instance: ClassInstance, mode: Mode = Mode.LIVE) -> Pool:
    return Pool(f"instance/{instance.id}{_APART[mode]}", instance.capacity - instance.taken)


def hours_of(branch_id: str, span: Span, mode: Mode = Mode.LIVE) -> tuple[Pool, Seat]:
    pool = _rooms(branch_id, mode)
    return pool, Seat(pool.id, starts_at=span.starts_at, ends_at=span.ends_at)


def _rooms(branch_id: str, mode: Mode) -> Pool:
    return Pool(f"spa/{branch_id}{_APART[mode]}", 1)
