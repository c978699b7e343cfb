"""Appointments at spas: when there is time, and the two steps to one."""

from datetime import date, time

from mockserver.apis.bardge.desk.availability import availability
from mockserver.apis.bardge.desk.spa import Request, Spa, beginning_of
from mockserver.apis.bardge.desk.visitors import Wish
from mockserver.apis.bardge.operations.calls import booking_shown, created, ensure_without, ok, reseller_of, token_of
from mockserver.apis.bardge.terms import moment_of
from mockserver.apis.bardge.wire import show_availability, show_spa_session
from mockserver.apis.bundle import Operation
from mockserver.apis.exchange import Call, Reply
from mockserver.sandbox.work import Work

__all__ = ["OPERATIONS"]


def get_provider_availability(call: Call, work: Work) -> Reply:
    day = date.fromisoformat(call.query["date"])
    branch, slots = availability(work, reseller_of(call), call.path["id"], day, call.query["service_ids"] or ())
    return ok(show_availability(branch, day, slots, message="Availability retrieved successfully"))


def initiate_spa_booking(call: Call, work: Work) -> Reply:
    body = call.body
    ensure_without(body, ("class_instance_id",), "classes")
    request = Request(
        wish=Wish(
            client_id=body["client_id"],
            pass_id=body["user_pass_id"],
            first_name=body.get("first_name"),
            last_name=body.get("last_name"),
            token=token_of(call),
        ),
        branch_id=body["provider_branch_id"],
        service_ids=tuple(body["service_ids"]),
        starts_at=moment_of(date.fromisoformat(body["date"]), time.fromisoformat(body["time"])),
    )
    offer = Spa(work, reseller_of(call)).initiate(request)
    shown = show_spa_session(
        offer.session,
        offer.branch,
        beginning_of(offer.session),
        offer.costs,
        message="Confirm the appointment before the session ends",
    )
    return created(shown)


def confirm_spa_booking(call: Call, work: Work) -> Reply:
    booking = Spa(work, reseller_of(call)).confirm(call.path["sessionId"])
    return created(booking_shown(work, booking, message="Appointment booked successfully"))


OPERATIONS: dict[str, Operation] = {
    "getProviderAvailability": get_provider_availability,
    "initiateSpaBooking": initiate_spa_booking,
    "confirmSpaBooking": confirm_spa_booking,
}
