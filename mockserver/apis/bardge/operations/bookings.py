"""What a client has booked, and what becomes of it."""

from datetime import date, time
from urllib.parse import quote

from mockserver.apis.bardge.desk.bookings import Bookings, Destination
from mockserver.apis.bardge.desk.register import Register
from mockserver.apis.bardge.operations.calls import (
    booking_shown,
    created,
    cursor_of,
    list_reply,
    ok,
    reseller_of,
    token_of,
)
from mockserver.apis.bardge.records import BookingType, Status
from mockserver.apis.bardge.wire import show_booking_status, show_refund
from mockserver.apis.bundle import Operation
from mockserver.apis.exchange import Call, Reply
from mockserver.sandbox.work import Work

__all__ = ["OPERATIONS"]

_OF_PATHS = "!$&'()*+,;=:@"
"""What stands for itself in a path (RFC 3986, section 3.3), beside letters, digits and `-._~`."""


def list_client_bookings(call: Call, work: Work) -> Reply:
    client_id, status, kind = call.path["clientId"], call.query["status"], call.query["type"]
    page = Bookings(work, reseller_of(call)).of_client(
        client_id,
        token_of(call),
        cursor_of(call),
        status=None if status is None else Status(status.lower()),
        kind=None if kind is None else BookingType(kind),
    )
    path = f"/clients/{quote(client_id, safe=_OF_PATHS)}/bookings"
    return list_reply(path, page, lambda each: booking_shown(work, each), "Bookings retrieved successfully")


def get_booking_status(call: Call, work: Work) -> Reply:
    booking = Register(work).booking(reseller_of(call), call.path["bookingId"])
    return ok(show_booking_status(booking, message="Booking status retrieved successfully"))


def cancel_booking(call: Call, work: Work) -> Reply:
    booking, took = Bookings(work, reseller_of(call)).cancel(call.path["bookingId"])
    return ok(booking_shown(work, booking, message="Booking cancelled successfully", refund=show_refund(took)))


def reschedule_booking(call: Call, work: Work) -> Reply:
    day, clock = call.body.get("date"), call.body.get("time")
    destination = Destination(
        day=None if day is None else date.fromisoformat(day),
        clock=None if clock is None else time.fromisoformat(clock),
        instance_id=call.body.get("class_instance_id"),
    )
    booking = Bookings(work, reseller_of(call)).reschedule(call.path["bookingId"], destination)
    return created(booking_shown(work, booking, message="Booking rescheduled successfully"))


OPERATIONS: dict[str, Operation] = {
    "listClientBookings": list_client_bookings,
    "getBookingStatus": get_booking_status,
    "cancelBooking": cancel_booking,
    "rescheduleBooking": reschedule_booking,
}
