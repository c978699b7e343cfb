"""Canceling, deciding, checking in and out."""

from mockserver.apis.anny.auth import TERMINALS
from mockserver.apis.anny.desk.canceling import Canceling
from mockserver.apis.anny.desk.organisation import Decision, Organisation
from mockserver.apis.anny.operations.calls import booking_reply, viewer_of
from mockserver.apis.anny.previews import show_preview
from mockserver.apis.anny.records import Status
from mockserver.apis.anny.viewers import STRANGER, TERMINAL, Role, Viewer
from mockserver.apis.bundle import Operation
from mockserver.apis.exchange import Call, Reply
from mockserver.apis.refusals import Unauthenticated
from mockserver.sandbox.work import Work

__all__ = ["OPERATIONS"]


def get_cancellation_preview(call: Call, work: Work) -> Reply:
    terms, part = Canceling(work).preview(call.path["bookingId"], viewer_of(call, work))
    return Reply(200, show_preview(terms, part, call.address))


def cancel_booking(call: Call, work: Work) -> Reply:
    viewer = viewer_of(call, work)
    return booking_reply(call, work, viewer, Canceling(work).cancel(call.path["bookingId"], viewer))


def update_booking(call: Call, work: Work) -> Reply:
    viewer = viewer_of(call, work)
    given, said = call.body["data"], call.body["data"]["attributes"]
    decision = Decision(booking_id=given["id"], status=Status(said["status"]), reason=said.get("status_reason"))
    return booking_reply(call, work, viewer, Organisation(work, viewer).decide(call.path["bookingId"], decision))


def check_in_booking(call: Call, work: Work) -> Reply:
    viewer = _at_the_door(call, work)
    return booking_reply(call, work, viewer, Organisation(work, viewer).check_in(call.path["bookingId"]))


def check_out_booking(call: Call, work: Work) -> Reply:
    viewer = _at_the_door(call, work)
    return booking_reply(call, work, viewer, Organisation(work, viewer).check_out(call.path["bookingId"]))


OPERATIONS: dict[str, Operation] = {
    "getCancellationPreview": get_cancellation_preview,
    "cancelBooking": cancel_booking,
    "updateBooking": update_booking,
    "checkInBooking": check_in_booking,
    "checkOutBooking": check_out_booking,
}


def _at_the_door(call: Call, work: Work) -> Viewer:
    """Who checks in or out: whoever the token stands for, or a terminal. A hash that is no terminal's has no rights.

    Raises:
        Unauthenticated: Neither a hash nor a token that is known.
    """
    given = call.query["hash"]
    if given is None and call.identity.caller is None:
        raise call.identity.refused or Unauthenticated("a bearer token or the hash of a terminal is needed")
    if given is not None and given not in TERMINALS:
        return STRANGER
    if given is not None and call.identity.caller is None:
        return TERMINAL
    viewer = viewer_of(call, work)
    return viewer if given is None or viewer.role is Role.ORGANISATION else TERMINAL
