"""Booking classes."""

from mockserver.apis.bardge.desk.buying import Payment
from mockserver.apis.bardge.desk.classes import ClassDesk
from mockserver.apis.bardge.desk.schedule import instance_of
from mockserver.apis.bardge.operations.calls import booking_shown, created, ensure_without, reseller_of, wish_of
from mockserver.apis.bardge.records import BRANCHES, CLASSES, Booking, Outcome, Session
from mockserver.apis.bardge.wire import show_class_booked, show_session
from mockserver.apis.bundle import Operation
from mockserver.apis.exchange import Call, Reply
from mockserver.sandbox.work import Work

__all__ = ["OPERATIONS", "ask_for", "payment_of"]

_BOOKED = "Class booked successfully"


def initiate_class_booking(call: Call, work: Work) -> Reply:
    body = call.body
    ensure_without(body, ("service_ids", "date", "time"), "appointments")
    desk = ClassDesk(work, reseller_of(call))
    outcome = desk.initiate(body["class_instance_id"], wish_of(call), branch_id=body.get("provider_branch_id"))
    return _booked(work, outcome) if isinstance(outcome, Booking) else ask_for(work, outcome)


def confirm_class_booking(call: Call, work: Work) -> Reply:
    booking = ClassDesk(work, reseller_of(call)).confirm(call.path["sessionId"], payment_of(call))
    return created(booking_shown(work, booking, message=_BOOKED))


OPERATIONS: dict[str, Operation] = {
    "initiateClassBooking": initiate_class_booking,
    "confirmClassBooking": confirm_class_booking,
}


# What classes and access codes share


def payment_of(call: Call) -> Payment:
    body = call.body
    return Payment(body.get("number_of_visits"), body.get("duration"), body.get("copay_package_id"))


def ask_for(work: Work, session: Session) -> Reply:
    branch = work.records(BRANCHES).get(session.branch_id)
    wanted = "further visits" if session.asks is Outcome.VISITS else "a co-pay package"
    return created(show_session(session, branch, message=f"The client needs {wanted}"))


def _booked(work: Work, booking: Booking) -> Reply:
    instance = instance_of(work, booking.instance_id or "")
    gym_class = work.records(CLASSES).get(instance.class_id)
    branch = work.records(BRANCHES).get(booking.branch_id)
    return created(show_class_booked(booking, branch, gym_class, message=_BOOKED))
