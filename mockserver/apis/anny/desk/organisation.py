"""What the organisation does with bookings: decide about them, check people in and out.

At the door a terminal may stand in for it, where the resource lets one.
"""

from datetime import timedelta

import msgspec

from mockserver.apis.anny.desk.diary import Diary
from mockserver.apis.anny.desk.edits import close_edit
from mockserver.apis.anny.desk.till import Till
from mockserver.apis.anny.desk.timetable import drop_timers, set_timer
from mockserver.apis.anny.notices import tell
from mockserver.apis.anny.offers import Resource
from mockserver.apis.anny.records import BOOKINGS, LIFECYCLE, Booking, Status
from mockserver.apis.anny.register import Register
from mockserver.apis.anny.viewers import Part, Role, Viewer
from mockserver.apis.refusals import BadInput, Forbidden
from mockserver.booking.errors import RuleBroken
from mockserver.sandbox.work import Work

__all__ = ["Decision", "Organisation"]

_EVENTS = {Status.ACCEPTED: "accept", Status.REJECTED: "reject"}


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of a booking that waits.

    Attributes:
        booking_id: The one that the body names.
        reason: For the customer; kept of a rejection.
    """

    booking_id: str
    status: Status
    reason: str | None = None


class Organisation:
    """Raises NotFound, then Forbidden, then what a method says."""

    __slots__ = ("_now", "_register", "_viewer", "_work")

    def __init__(self, work: Work, viewer: Viewer) -> None:
        self._work = work
        self._viewer = viewer
        self._now = work.this_second
        self._register = Register(work)

    def decide(self, text: str, decision: Decision) -> Booking:
        """Accept or reject a requested booking; a rejection refunds everything.

        Raises:
            RuleBroken: `booking_not_pending`.
            BadInput: The body names another booking than the path.
        """
        booking, part = self._register.booking(text, self._viewer)
        if part is not Part.ORGANISATION:
            raise Forbidden("only the organisation decides about bookings").under("AN-A10")
        if decision.booking_id != str(booking.id):
            raise BadInput("body", "data.id", f"is not {booking.id}, the booking of the path")
        event = _EVENTS[decision.status]
        if not LIFECYCLE.allows(booking.status, event):
            raise RuleBroken("booking_not_pending", f"the booking is {booking.status.value}, not requested")
        decided = self._reject(booking, decision.reason) if event == "reject" else self._accept(booking)
        tell(self._work, "bookings.updated", decided)
        return decided

    def check_in(self, text: str) -> Booking:
        """Note that somebody has come; an edit can no longer be reverted.

        Raises:
            RuleBroken: `check_in_not_possible`: not accepted, not here, not at this time, not again.
        """
        booking, resource = self._at_the_door(text, "check_in")
        self._ensure_expected(booking, resource)
        came = set_timer(self._work, msgspec.structs.replace(close_edit(self._work, booking), checked_in_at=self._now))
        return self._keep(came, "bookings.checked-in")

    def check_out(self, text: str) -> Booking:
        """Note that they have left; the rest of the interval is free where the resource releases it.

        Raises:
            RuleBroken: `check_in_not_possible`: nobody has come, or they have left already.
        """
        booking, resource = self._at_the_door(text, "check_out")
        if booking.checked_in_at is None or booking.checked_out_at is not None:
            raise RuleBroken("check_in_not_possible", "a check-out follows a check-in, once")
        left = set_timer(self._work, msgspec.structs.replace(close_edit(self._work, booking), checked_out_at=self._now))
        if resource.check_in.release_on_checkout:
            Diary(self._work).cut(left, self._register.service_of(left), self._work.now)
        return self._keep(left, "bookings.checked-out")

    def _accept(self, booking: Booking) -> Booking:
        accepted = msgspec.structs.replace(
            booking, status=LIFECYCLE.after(booking.status, "accept"), updated_at=self._now
        )
        accepted = set_timer(self._work, accepted, is_new=True)
        self._work.records(BOOKINGS).put(accepted)
        Till(self._work).restate(self._register.ordered_as(accepted))
        return accepted

    def _reject(self, booking: Booking, reason: str | None) -> Booking:
        rejected = msgspec.structs.replace(
            drop_timers(self._work, booking),
            status=LIFECYCLE.after(booking.status, "reject"),
            status_reason=reason,
            updated_at=self._now,
        )
        Diary(self._work).free(booking.id)
        self._work.records(BOOKINGS).put(rejected)
        Till(self._work).reject(self._register.ordered_as(rejected), rejected)
        return rejected

    def _at_the_door(self, text: str, event: str) -> tuple[Booking, Resource]:
        """A booking that may go through *event*, and where it is."""
        booking, _ = self._register.booking(text, self._viewer)
        resource = self._register.resource_of(booking)
        rules = resource.check_in
        self._ensure_welcome(by_terminal=rules.by_terminal if event == "check_in" else rules.out_by_terminal)
        if not LIFECYCLE.allows(booking.status, event) or booking.is_blocker or booking.is_master:
            raise RuleBroken("check_in_not_possible", "only accepted bookings, date by date, are checked in and out")
        return booking, resource

    def _ensure_welcome(self, *, by_terminal: bool) -> None:
        if self._viewer.role is Role.TERMINAL and not by_terminal:
            raise Forbidden("terminals do not do that at this resource")
        if self._viewer.role not in {Role.TERMINAL, Role.ORGANISATION}:
            raise Forbidden("only the organisation and its terminals check in and out").under("AN-A10")

    def _ensure_expected(self, booking: Booking, resource: Resource) -> None:
        rules = resource.check_in
        if not rules.is_enabled:
            raise RuleBroken("check_in_not_possible", "nobody checks in at this resource")
        # Assumed: who has left does not come back, whatever the resource says of coming twice.
        if booking.checked_out_at is not None or (booking.checked_in_at is not None and not rules.allow_multiple):
            raise RuleBroken("check_in_not_possible", "the booking has been checked in already")
        opens_at = booking.starts_at - timedelta(minutes=rules.allowed_before)
        closes_at = booking.starts_at + timedelta(minutes=rules.allowed_after)
        if not opens_at <= self._work.now < closes_at:
            raise RuleBroken(
                "check_in_not_possible",
                f"check-in is from {rules.allowed_before} minutes before the start"
                f" to {rules.allowed_after} minutes after it",
            )

    def _keep(self, booking: Booking, event: str) -> Booking:
        booking = msgspec.structs.replace(booking, updated_at=self._now)
        self._work.records(BOOKINGS).put(booking)
        tell(self._work, event, booking)
        tell(self._work, "bookings.updated", booking)
        return booking
