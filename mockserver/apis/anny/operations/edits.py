"""The operations that change an accepted booking: answering an invitation or a form, editing, reverting."""

import msgspec

from mockserver.apis.anny.desk.edits import EditDesk
from mockserver.apis.anny.desk.forms import personalize
from mockserver.apis.anny.desk.invitations import accept_invite, reject_invite
from mockserver.apis.anny.operations.calls import booking_reply, booking_view, viewer_of
from mockserver.apis.anny.records import Booking
from mockserver.apis.anny.requests import BaseDataEdit, ParticipantsEdit, ServiceOptionsEdit
from mockserver.apis.anny.viewers import Viewer
from mockserver.apis.bundle import Operation
from mockserver.apis.exchange import Call, Reply
from mockserver.sandbox.work import Work

__all__ = ["OPERATIONS"]


def answer_invite(call: Call, work: Work) -> Reply:
    viewer = viewer_of(call, work)
    return _shown(call, work, viewer, accept_invite(work, viewer, call.path["bookingId"]))


def refuse_invite(call: Call, work: Work) -> Reply:
    viewer = viewer_of(call, work)
    return _shown(call, work, viewer, reject_invite(work, viewer, call.path["bookingId"]))


def personalize_booking(call: Call, work: Work) -> Reply:
    viewer = viewer_of(call, work)
    return _shown(call, work, viewer, personalize(work, viewer, call.path["bookingId"], call.body))


def edit_participants(call: Call, work: Work) -> Reply:
    booking_view(call)
    viewer = viewer_of(call, work)
    given = msgspec.convert(call.body, ParticipantsEdit).participants
    return _shown(call, work, viewer, EditDesk(work, viewer).edit_participants(call.path["bookingId"], given))


def edit_service_options(call: Call, work: Work) -> Reply:
    booking_view(call)
    viewer = viewer_of(call, work)
    given = msgspec.convert(call.body, ServiceOptionsEdit).addons
    return _shown(call, work, viewer, EditDesk(work, viewer).edit_service_options(call.path["bookingId"], given))


def edit_booking_base_data(call: Call, work: Work) -> Reply:
    booking_view(call)
    viewer = viewer_of(call, work)
    wanted = msgspec.convert(call.body, BaseDataEdit)
    return _shown(call, work, viewer, EditDesk(work, viewer).edit_base_data(call.path["bookingId"], wanted))


def cancel_edit_booking(call: Call, work: Work) -> Reply:
    viewer = viewer_of(call, work)
    return _shown(call, work, viewer, EditDesk(work, viewer).revert(call.path["bookingId"]))


OPERATIONS: dict[str, Operation] = {
    "acceptInvite": answer_invite,
    "rejectInvite": refuse_invite,
    "personalizeBooking": personalize_booking,
    "editParticipants": edit_participants,
    "editServiceOptions": edit_service_options,
    "editBookingBaseData": edit_booking_base_data,
    "cancelEditBooking": cancel_edit_booking,
}


def _shown(call: Call, work: Work, viewer: Viewer, booking: Booking) -> Reply:
    """The booking to whoever changed it, even where that took them out of it."""
    return booking_reply(call, work, msgspec.structs.replace(viewer, leaving=booking.id), booking)
