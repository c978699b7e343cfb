"""What becomes of bookings on request: cancelled for good, or moved."""

from datetime import date, time, timedelta

import msgspec

from mockserver.apis.bardge.desk.coverage import ensure_copays_last, give_back_visit, use_spa_copays
from mockserver.apis.bardge.desk.diary import Diary
from mockserver.apis.bardge.desk.making import make_booking
from mockserver.apis.bardge.desk.pages import Page, page_among, page_of
from mockserver.apis.bardge.desk.register import Register, now_ms, usable_pass
from mockserver.apis.bardge.desk.till import Till
from mockserver.apis.bardge.desk.timetable import plan
from mockserver.apis.bardge.records import (
    BOOKINGS,
    BOOKINGS_OF_CLIENT,
    ISSUED_PASSES,
    LIFECYCLE,
    Booking,
    BookingType,
    ClassInstance,
    Status,
    Taken,
)
from mockserver.apis.bardge.terms import ensure_ahead, is_late, moment_of
from mockserver.apis.refusals import BadInput
from mockserver.booking.errors import MoveRefused
from mockserver.booking.paging import CursorRequest
from mockserver.booking.spans import Span
from mockserver.sandbox.work import Work

__all__ = ["Bookings", "Destination"]


class Destination(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Where a booking is to be moved: a day and a time of an appointment, an instance of a class."""

    day: date | None = None
    clock: time | None = None
    instance_id: str | None = None


class Bookings:
    """Those that one reseller made. What it refuses is undone with all that the request did."""

    __slots__ = ("_diary", "_register", "_reseller_id", "_till", "_work")

    def __init__(self, work: Work, reseller_id: str) -> None:
        self._work = work
        self._reseller_id = reseller_id
        self._register = Register(work)
        self._diary = Diary(work, reseller_id)
        self._till = Till(work)

    def of_client(
        self,
        client_id: str,
        token: str | None,
        request: CursorRequest,
        *,
        status: Status | None = None,
        kind: BookingType | None = None,
    ) -> Page[Booking]:
        """The newest first. Raises NotFound, RuleBroken or Forbidden of the client; BadCursor."""
        client = self._register.client_of(self._reseller_id, client_id, token)
        bookings = self._work.records(BOOKINGS)
        group = f"{self._reseller_id}/{client.id}"
        if status is None and kind is None:
            return page_of(bookings, BOOKINGS_OF_CLIENT, group, request)
        found = [
            each
            for each in bookings.page(BOOKINGS_OF_CLIENT, group)
            if (status is None or each.status is status) and (kind is None or each.type is kind)
        ]
        return page_among(found, request, id_of=lambda each: each.id)

    def cancel(self, booking_id: str) -> tuple[Booking, Taken | None]:
        """Cancel a booking, and say what it gave back; None where it was too late for that. Raises NotFound, MoveRefused."""
        booking = self._register.booking(self._reseller_id, booking_id)
        cancelled = self._end(booking, "cancel")
        self._diary.free(booking.id)
        if is_late(booking, self._work.now):
            return cancelled, None
        self._refund(booking)
        return cancelled, booking.took

    def reschedule(self, booking_id: str, destination: Destination) -> Booking:
        """Make a booking elsewhere that takes over what this one took.

        Raises, in this order:
            NotFound: The booking, the instance.
            MoveRefused
            BadInput: Members of the other kind, or too few; another class; a beginning that is not ahead.
            RuleBroken, Forbidden: The pass.
            Forbidden: What was bought for the visit is over by then.
            AlreadyBooked, NoPlacesLeft
        """
        booking = self._register.booking(self._reseller_id, booking_id)
        instance = None if destination.instance_id is None else self._register.instance(destination.instance_id)
        _after(booking, "reschedule")
        span = (
            self._class(booking, destination, instance) if booking.instance_id else _appointment(booking, destination)
        )
        ensure_ahead(span.starts_at, self._work.now, "body", "class_instance_id" if instance else "time")
        usable_pass(self._work.records(ISSUED_PASSES).get(booking.pass_id), span.starts_at)
        ensure_copays_last(self._work, booking.took, span.starts_at)
        if instance is None:
            self._diary.ensure_free(booking.branch_id, span, without=booking.id)
        moved = make_booking(
            self._work,
            reseller_id=booking.reseller_id,
            client=booking.client,
            pass_id=booking.pass_id,
            type=booking.type,
            branch_id=booking.branch_id,
            starts_at=span.starts_at,
            ends_at=span.ends_at,
            took=booking.took,
            instance_id=destination.instance_id,
            service_ids=booking.service_ids,
            rescheduled_from=booking.id,
            was_late=is_late(booking, self._work.now),
            holder=booking.id,
        )
        self._end(booking, "reschedule", rescheduled_to=moved.id)
        if moved.type is BookingType.SPA:
            use_spa_copays(self._work, moved)
        return moved

    def _end(self, booking: Booking, event: str, *, rescheduled_to: str | None = None) -> Booking:
        """Raises MoveRefused. What it holds is the caller's to free."""
        ended = msgspec.structs.replace(
            booking,
            status=_after(booking, event),
            updated_at=now_ms(self._work),
            rescheduled_to=rescheduled_to,
        )
        ended = plan(self._work, ended)
        self._work.records(BOOKINGS).put(ended)
        return ended

    def _refund(self, booking: Booking) -> None:
        """All that the booking took, and nothing that was bought beside it."""
        took = booking.took
        give_back_visit(self._work, booking.pass_id, took)
        self._till.earn(self._register.client(booking), took.credits, f"Refund — {self._name(booking)}")
        self._till.give_back(booking.reseller_id, took.charged, reason="refund", about=booking.id)

    def _name(self, booking: Booking) -> str:
        """Of the class, or of the venue."""
        if booking.instance_id is None:
            return self._register.branch(booking.branch_id).name
        return self._register.gym_class(self._register.instance(booking.instance_id).class_id).name

    def _class(self, booking: Booking, destination: Destination, instance: ClassInstance | None) -> Span:
        """Raises BadInput."""
        for field, given in (("date", destination.day), ("time", destination.clock)):
            if given is not None:
                raise BadInput("body", field, "is of appointments, and this is a class").under("BG-M04")
        if instance is None:
            raise BadInput("body", "class_instance_id", "is needed").under("BG-M04")
        present = self._register.instance(booking.instance_id or "")
        if instance.class_id != present.class_id:
            raise BadInput("body", "class_instance_id", "is of another class").under("BG-M05")
        minutes = self._register.gym_class(instance.class_id).minutes
        return Span(instance.starts_at, instance.starts_at + timedelta(minutes=minutes))


def _after(booking: Booking, event: str) -> Status:
    """Raises MoveRefused."""
    try:
        return LIFECYCLE.after(booking.status, event)
    except MoveRefused as refused:
        raise refused.under("BG-M03", "BG-L21" if booking.status is Status.CANCELLED else "BG-L35") from None


def _appointment(booking: Booking, destination: Destination) -> Span:
    """As long as the present one. Raises BadInput."""
    if destination.instance_id is not None:
        raise BadInput("body", "class_instance_id", "is of classes, and this is an appointment").under("BG-M04")
    if destination.day is None:
        raise BadInput("body", "date", "is needed").under("BG-M04")
    if destination.clock is None:
        raise BadInput("body", "time", "is needed").under("BG-M04")
    starts_at = moment_of(destination.day, destination.clock)
    return Span(starts_at, starts_at + (booking.ends_at - booking.starts_at))
