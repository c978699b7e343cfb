"""Edits of a booking, and putting back what it was before them.

Each edit is applied at once. The first keeps what the booking was, see `Edit`; from then on until the edit is over with,
that can be put back. It is over with after a quarter of an hour (`edit_minutes`), at the start, when what it made open
is paid, at check-in or check-out and by cancellation.

An edit that is over with gives back what was held for a revert: `close_edit` does both, `timetable.drop_timers` is for
bookings that give back everything.
"""

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from mockserver.apis.anny import terms
from mockserver.apis.anny.desk.diary import Diary
from mockserver.apis.anny.desk.invitations import change_participant
from mockserver.apis.anny.desk.making import choose_add_ons
from mockserver.apis.anny.desk.till import Till
from mockserver.apis.anny.desk.timetable import drop_edit, set_timer
from mockserver.apis.anny.notices import tell
from mockserver.apis.anny.offers import Resource, Service
from mockserver.apis.anny.records import (
    ACCOUNTS,
    BOOKINGS,
    LIFECYCLE,
    Booking,
    Choice,
    CustomerAccount,
    Edit,
    Order,
    Participant,
    Participation,
)
from mockserver.apis.anny.refusals import named_at
from mockserver.apis.anny.register import Register
from mockserver.apis.anny.requests import BaseDataEdit, GivenParticipant, Selection
from mockserver.apis.anny.viewers import Part, Viewer
from mockserver.apis.refusals import BadInput, Forbidden
from mockserver.booking.errors import RuleBroken
from mockserver.sandbox.work import Work

__all__ = ["EditDesk", "close_edit"]


class EditDesk:
    """The edits of one booking by one viewer.

    Each method answers the booking as it is afterwards, and raises, before what it names itself:
        NotFound, Forbidden: The booking; also for participants, but for their own entry.
        RuleBroken: `booking_not_editable`, see `terms.ensure_editable`.
    """

    __slots__ = ("_diary", "_now", "_register", "_till", "_viewer", "_work")

    def __init__(self, work: Work, viewer: Viewer) -> None:
        self._work = work
        self._viewer = viewer
        self._now = work.this_second
        self._register = Register(work)
        self._diary = Diary(work)
        self._till = Till(work)

    def edit_participants(self, booking_id: str, given: Sequence[GivenParticipant]) -> Booking:
        """Whoever takes part and may edit names themselves alone; the others stay who they are.

        Raises RuleBroken `booking_not_editable`, BadInput for the address of the customer, for one that was given
        before, and for too few or too many.
        """
        booking, part = self._register.booking(booking_id, self._viewer)
        if part is Part.EDITOR:
            return self._edit_own(booking, given)
        booking, service = self._editable(booking_id)
        if not service.allow_participants:
            raise RuleBroken("booking_not_editable", "the service has no participants").under("AN-G07")
        self._ensure_distinct(booking, given)
        if not _are_enough(service, len(given)):
            raise BadInput("body", "participants", _how_many(service)).under("AN-G06")
        people = tuple(self._participant(booking, each) for each in given)
        return self._apply(booking, msgspec.structs.replace(booking, participants=people))

    def edit_service_options(self, booking_id: str, given: Sequence[Selection]) -> Booking:
        """Raises RuleBroken `service_options_not_editable`, then as `choose_add_ons`."""
        booking, service = self._editable(booking_id)
        if not service.editing.service_options:
            raise RuleBroken("service_options_not_editable", "the service does not let its options be edited")
        choices = choose_add_ons(self._register, service, given, ("addons",), booking.add_ons)
        return self._apply(booking, _priced(booking, service, add_ons=choices))

    def edit_base_data(self, booking_id: str, wanted: BaseDataEdit) -> Booking:
        """Raises RuleBroken `booking_not_editable`, NamesNothing, BadInput for an end that is not after the start,
        Unavailable.
        """
        booking, service = self._editable(booking_id)
        if not service.editing.base_data:
            raise RuleBroken("booking_not_editable", "the service does not let its bookings be moved").under("AN-R17")
        resource = self._resource(booking, wanted)
        if resource.id != booking.resource_id and not service.editing.resource:
            raise RuleBroken("booking_not_editable", "the service does not let the resource be changed").under("AN-R17")
        span = wanted.moved(booking.span)
        self._diary.ensure_bookable(service, resource, span, weight=booking.weight, moving=booking)
        after = msgspec.structs.replace(
            booking, starts_at=span.starts_at, ends_at=span.ends_at, resource_id=resource.id
        )
        return self._apply(booking, _priced(after, service, add_ons=after.add_ons), moved_in=service)

    def revert(self, booking_id: str) -> Booking:
        """Put back what the booking was before its edits. Raises NotFound, Forbidden, RuleBroken `no_edit_in_progress`."""
        booking = self._booking(booking_id)
        edit = booking.edit
        if edit is None or not LIFECYCLE.allows(booking.status, "revert"):
            raise RuleBroken("no_edit_in_progress", "there is nothing that could be reverted")
        after = msgspec.structs.replace(
            drop_edit(self._work, booking),
            starts_at=edit.starts_at,
            ends_at=edit.ends_at,
            resource_id=edit.resource_id,
            add_ons=edit.add_ons,
            participants=edit.participants,
            subtotal=edit.subtotal,
            total=edit.total,
            updated_at=self._now,
        )
        after = set_timer(self._work, after)
        self._work.records(BOOKINGS).put(after)
        self._till.revert(self._register.ordered_as(booking), booking)
        self._diary.take(after, self._register.service_of(after))
        tell(self._work, "bookings.updated", after)
        return after

    def _booking(self, booking_id: str) -> Booking:
        booking, part = self._register.booking(booking_id, self._viewer)
        if not part.may_edit:
            raise Forbidden("this booking is for others to edit").under("AN-G11", "AN-A05")
        return booking

    def _editable(self, booking_id: str) -> tuple[Booking, Service]:
        booking = self._booking(booking_id)
        service = self._register.service_of(booking)
        terms.ensure_editable(booking, service, self._work.now)
        assert service is not None  # noqa: S101 - a blocker, which has none, is not editable
        return booking, service

    def _edit_own(self, booking: Booking, given: Sequence[GivenParticipant]) -> Booking:
        """Name and presence of the viewer. No edit of the booking: a revert takes nothing of it back."""
        entry = booking.participant(self._viewer.address or "")
        if entry is None or [each.address for each in given] != [entry.address]:
            raise Forbidden("who takes part edits nobody's data but their own").under("AN-G11")
        terms.ensure_editable(booking, self._register.service_of(booking), self._work.now)
        after = change_participant(
            booking,
            entry.id,
            lambda own: msgspec.structs.replace(
                own, name=given[0].name, attending_virtually=given[0].attending_virtually
            ),
        )
        if after == booking:
            return booking
        after = msgspec.structs.replace(after, updated_at=self._now)
        self._work.records(BOOKINGS).put(after)
        tell(self._work, "bookings.updated", after)
        return after

    def _account_of(self, booking: Booking) -> CustomerAccount | None:
        """Whoever booked, who may have done so for somebody else."""
        return None if booking.account_id is None else self._work.records(ACCOUNTS).find(booking.account_id)

    def _ensure_distinct(self, booking: Booking, given: Sequence[GivenParticipant]) -> None:
        customer, account = self._register.customer_of(booking), self._account_of(booking)
        own = {each.email.lower() for each in (customer, account) if each is not None}
        seen: set[str] = set()
        for number, each in enumerate(given):
            if each.address in own:
                raise _bad_address(number, "the customer is not a participant").under("AN-G10")
            if each.address in seen:
                raise _bad_address(number, "the same address stands before").under("AN-G05")
            seen.add(each.address)

    def _participant(self, booking: Booking, given: GivenParticipant) -> Participant:
        """Who is there already keeps what they have answered, and who is new is invited."""
        known = booking.participant(given.address)
        if known is not None:
            return msgspec.structs.replace(
                known,
                email=given.email,
                name=given.name,
                can_edit=given.can_edit,
                attending_virtually=given.attending_virtually,
            )
        return Participant(
            id=self._register.new_uuid("booking_participant"),
            email=given.email,
            name=given.name,
            can_edit=given.can_edit,
            attending_virtually=given.attending_virtually,
            status=Participation.INVITED,
            invited_at=self._now,
        )

    def _resource(self, booking: Booking, wanted: BaseDataEdit) -> Resource:
        if wanted.resource_id is None:
            return self._register.resource_of(booking)
        with named_at(pointer="/resource_id"):
            return self._register.resource(wanted.resource_id)

    def _apply(self, before: Booking, after: Booking, *, moved_in: Service | None = None) -> Booking:
        """Keep an edit, with what it costs.

        Args:
            moved_in: The service, where resource or dates may be others.
        """
        order = self._register.ordered_as(before)
        after = msgspec.structs.replace(after, edit=self._edit(before, after, order), updated_at=self._now)
        if moved_in is not None:
            after = set_timer(self._work, after, is_new=True)
            self._diary.take(after, moved_in)
        self._work.records(BOOKINGS).put(after)
        self._till.edited(order, before, after)
        tell(self._work, "bookings.updated", after)
        return after

    def _edit(self, before: Booking, after: Booking, order: Order) -> Edit | None:
        """What the booking was before its first edit, until when that can be put back: never after one of the starts.

        None when that is over already, as it is where a service lets bookings be edited that have started.
        """
        edit = before.edit
        latest = self._now + timedelta(minutes=self._work.settings().edit_minutes)
        expires_at = min(latest if edit is None else edit.expires_at, before.starts_at, after.starts_at)
        if edit is not None and edit.expires_at == expires_at:
            return edit
        drop_edit(self._work, before)
        if expires_at <= self._work.now:
            return None
        timer = self._work.timers.schedule(expires_at, "close_edit", before.id)
        if edit is not None:
            return msgspec.structs.replace(edit, expires_at=expires_at, timer=timer)
        return Edit(
            starts_at=before.starts_at,
            ends_at=before.ends_at,
            resource_id=before.resource_id,
            add_ons=before.add_ons,
            participants=before.participants,
            subtotal=before.subtotal,
            total=before.total,
            first_line=len(order.lines),
            expires_at=expires_at,
            timer=timer,
        )


def close_edit(work: Work, booking: Booking) -> Booking:
    """The booking with its edit over with: nothing can be put back, and nothing is held for that. The caller keeps it.

    A booking without an edit is answered as it is.
    """
    if booking.edit is None:
        return booking
    after = drop_edit(work, booking)
    Diary(work).take(after, Register(work).service_of(after))
    return after


def _priced(booking: Booking, service: Service, *, add_ons: tuple[Choice, ...]) -> Booking:
    price = terms.price_of(service, booking.span, weight=booking.weight, add_ons=add_ons)
    return msgspec.structs.replace(booking, add_ons=add_ons, subtotal=price.subtotal, total=price.total)


def _are_enough(service: Service, number: int) -> bool:
    most = service.max_participants
    return service.min_participants <= number and (most is None or number <= most)


def _how_many(service: Service) -> str:
    most = service.max_participants
    return f"has at least {service.min_participants} entries" + ("" if most is None else f" and at most {most}")


def _bad_address(number: int, reason: str) -> BadInput:
    return BadInput("body", f"participants.{number}.email", reason)
