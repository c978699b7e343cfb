"""What somebody answers who is invited to a booking."""

from collections.abc import Callable

import msgspec

from mockserver.apis.anny.notices import tell
from mockserver.apis.anny.records import (
    BOOKINGS,
    LIFECYCLE,
    PARTICIPATION,
    REMOVED,
    Booking,
    Participant,
    Participation,
)
from mockserver.apis.anny.register import Register
from mockserver.apis.anny.viewers import Viewer
from mockserver.apis.refusals import Forbidden
from mockserver.booking.errors import RuleBroken
from mockserver.sandbox.work import Work

__all__ = ["accept_invite", "change_participant", "reject_invite"]


def accept_invite(work: Work, viewer: Viewer, booking_id: str) -> Booking:
    """Raises NotFound, Forbidden for whoever is not among the participants, RuleBroken `invitation_not_pending`."""
    return _respond(work, viewer, booking_id, "accept_invite")


def reject_invite(work: Work, viewer: Viewer, booking_id: str) -> Booking:
    """The booking without the viewer. Raises as `accept_invite`."""
    return _respond(work, viewer, booking_id, "reject_invite")


def change_participant(
    booking: Booking, participant_id: str, change: Callable[[Participant], Participant | None]
) -> Booking:
    """The booking with one entry changed, or without it where *change* answers None.

    What people say of themselves is no edit, so it changes what a revert puts back as well.
    """

    def changed(entries: tuple[Participant, ...]) -> tuple[Participant, ...]:
        after = (change(entry) if entry.id == participant_id else entry for entry in entries)
        return tuple(entry for entry in after if entry is not None)

    edit = booking.edit
    if edit is not None:
        edit = msgspec.structs.replace(edit, participants=changed(edit.participants))
    return msgspec.structs.replace(booking, participants=changed(booking.participants), edit=edit)


def _respond(work: Work, viewer: Viewer, booking_id: str, event: str) -> Booking:
    booking, part = Register(work).booking(booking_id, viewer)
    entry = booking.participant(viewer.address or "")
    if entry is None or not part.takes_part:
        raise Forbidden("only who is invited to a booking answers the invitation").under("AN-I03")
    if not LIFECYCLE.allows(booking.status, "invite") or not PARTICIPATION.allows(entry.status, event):
        raise RuleBroken("invitation_not_pending", f"the booking is {booking.status}, the invitation {entry.status}")
    now = work.this_second
    status = PARTICIPATION.after(entry.status, event)

    def respond(entry: Participant) -> Participant | None:
        if status == REMOVED:
            return None
        return msgspec.structs.replace(entry, status=Participation(status), responded_at=now)

    after = msgspec.structs.replace(change_participant(booking, entry.id, respond), updated_at=now)
    work.records(BOOKINGS).put(after)
    tell(work, "bookings.updated", after)
    return after
