"""Reading bookings, orders, invoices and customers."""

from datetime import datetime

import msgspec

from mockserver.apis.anny.auth import TERMINALS
from mockserver.apis.anny.desk.reading import BookingFilter, Reading
from mockserver.apis.anny.offers import ZONE
from mockserver.apis.anny.operations.calls import list_reply, record_reply, text_of, view_of, viewer_of
from mockserver.apis.anny.register import Register
from mockserver.apis.anny.viewers import Role, Viewer
from mockserver.apis.bundle import Operation
from mockserver.apis.exchange import Call, Reply
from mockserver.apis.moments import read_moment
from mockserver.apis.refusals import BadInput, Forbidden, Unauthenticated
from mockserver.sandbox.work import Work

__all__ = ["OPERATIONS"]

_BY_START = "start_date"
_NEWEST_FIRST = "-created_at"
"""The orders of lists of which nobody says how they are to be sorted. Assumed."""


def list_bookings(call: Call, work: Work) -> Reply:
    view = view_of(call, "bookings", may_be_flat=True)
    viewer = viewer_of(call, work)
    wanted = _filter(call)
    found, total = Reading(work, viewer).bookings(wanted, call.query["sort"] or _BY_START, view.page)
    return list_reply(call, work, viewer, view, found, total=total)


def get_booking(call: Call, work: Work) -> Reply:
    view = view_of(call, "bookings", may_be_flat=True)
    viewer = viewer_of(call, work)
    booking, _ = Register(work).booking(call.path["bookingId"], viewer)
    return record_reply(call, work, viewer, view, booking)


def get_booking_by_number(call: Call, work: Work) -> Reply:
    view = view_of(call, "bookings", may_be_flat=True)
    number, code = call.query["number"], call.query["code"]
    if (number is None) == (code is None):
        raise BadInput("query", "number", "either number or code is needed, and not both")
    booking = Register(work).booking_known_by(number=number, code=code)
    viewer = _who_looks_up(call, work)
    return record_reply(call, work, viewer, view, booking)


def list_orders(call: Call, work: Work) -> Reply:
    view = view_of(call, "orders", may_be_flat=True)
    viewer = viewer_of(call, work)
    found, total = Reading(work, viewer).orders(text_of(call), call.query["sort"] or _NEWEST_FIRST, view.page)
    return list_reply(call, work, viewer, view, found, total=total)


def get_order(call: Call, work: Work) -> Reply:
    view = view_of(call, "orders", may_be_flat=True)
    access_token = call.query["oat"]
    if call.identity.caller is None and access_token is None:
        raise call.identity.refused or Unauthenticated("a token or the order's access token is needed")
    viewer = viewer_of(call, work)
    order = Register(work).order(call.path["orderId"], viewer, access_token=access_token)
    if access_token == order.access_token:
        viewer = msgspec.structs.replace(viewer, holding=order.id)
    return record_reply(call, work, viewer, view, order)


def list_invoices(call: Call, work: Work) -> Reply:
    view = view_of(call, "invoices", may_be_flat=True)
    viewer = viewer_of(call, work)
    found, total = Reading(work, viewer).invoices(text_of(call), call.query["sort"] or _NEWEST_FIRST, view.page)
    return list_reply(call, work, viewer, view, found, total=total)


def get_invoice(call: Call, work: Work) -> Reply:
    view = view_of(call, "invoices", may_be_flat=True)
    viewer = viewer_of(call, work)
    invoice = Register(work).invoice(call.path["invoiceId"], viewer)
    return record_reply(call, work, viewer, view, invoice)


def list_customers(call: Call, work: Work) -> Reply:
    view = view_of(call, "customers", may_be_flat=True)
    viewer = viewer_of(call, work)
    found, total = Reading(work, viewer).customers(text_of(call), call.query["sort"] or _NEWEST_FIRST, view.page)
    return list_reply(call, work, viewer, view, found, total=total)


def get_customer(call: Call, work: Work) -> Reply:
    view = view_of(call, "customers", may_be_flat=True)
    viewer = viewer_of(call, work)
    return record_reply(call, work, viewer, view, Register(work).customer(call.path["customerId"], viewer))


OPERATIONS: dict[str, Operation] = {
    "listBookings": list_bookings,
    "getBooking": get_booking,
    "getBookingByNumber": get_booking_by_number,
    "listOrders": list_orders,
    "getOrder": get_order,
    "listInvoices": list_invoices,
    "getInvoice": get_invoice,
    "listCustomers": list_customers,
    "getCustomer": get_customer,
}


def _filter(call: Call) -> BookingFilter:
    query = call.query
    address = query["filter[email]"]
    return BookingFilter(
        resource_ids=frozenset(each.lower() for each in query["filter[resources]"] or ()),
        text=text_of(call),
        is_upcoming=bool(query["filter[upcoming_only]"]),
        ends_after=_moment(call, "filter[start_date]"),
        starts_before=_moment(call, "filter[end_date]"),
        statuses=frozenset(query["filter[status]"] or ()),
        hides_blockers=bool(query["filter[hide_blocker]"]),
        address=None if address is None else address.lower(),
    )


def _moment(call: Call, name: str) -> datetime | None:
    """The moment that a filter names, of which a time without an offset is what the organisation's clocks show.

    Raises:
        BadInput: There is no such time: what has no offset always has the form of one, so that no schema can tell.
    """
    text = call.query[name]
    if text is None:
        return None
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput("query", name, f"there is no {text}") from None
    return read_moment(text if given.tzinfo is not None else given.replace(tzinfo=ZONE).isoformat())


def _who_looks_up(call: Call, work: Work) -> Viewer:
    """Who names a number may be anybody; a terminal sees more of it, and so does who knows the code.

    Raises:
        Forbidden: The hash is no terminal's.
    """
    given = call.query["hash"]
    if given is not None and given not in TERMINALS:
        raise Forbidden("no terminal has this hash")
    viewer = viewer_of(call, work)
    if viewer.role is Role.ORGANISATION:
        return viewer
    role = viewer.role if given is None else Role.TERMINAL
    return msgspec.structs.replace(viewer, role=role, code=call.query["code"])
