"""Bugs about confirming an appointment."""

from collections.abc import Callable
from typing import Any

import msgspec

from mockserver.apis.bardge.desk import due, spa
from mockserver.apis.bardge.desk.buying import Payment
from mockserver.apis.bardge.desk.classes import ClassDesk
from mockserver.apis.bardge.desk.coverage import has_visits
from mockserver.apis.bardge.desk.diary import Diary
from mockserver.apis.bardge.desk.register import Register
from mockserver.apis.bardge.desk.sessions import use_session
from mockserver.apis.bardge.desk.spa import Spa
from mockserver.apis.bardge.desk.till import Till
from mockserver.apis.bardge.desk.timetable import plan
from mockserver.apis.bardge.desk.visitors import Visitor
from mockserver.apis.bardge.operations.calls import booking_shown, created, reseller_of
from mockserver.apis.bardge.records import (
    BOOKINGS,
    BRANCHES,
    COPAYS,
    SESSIONS,
    Booking,
    Branch,
    Category,
    Client,
    SessionKind,
    Status,
    Taken,
)
from mockserver.apis.bardge.wire import bookings as wire
from mockserver.apis.exchange import Call, Reply
from mockserver.apis.refusals import BadInput
from mockserver.defects.common import afterwards, done_though_refused
from mockserver.defects.planting import Defects, Planter, Request
from mockserver.sandbox.timers import Timer
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_NOBODYS = "sess_0000000000000000"


@DEFECTS.defect("BG-S20", "An appointment takes no visit.")
def _(plant: Planter) -> None:
    plant.replace(spa, "take_visit", lambda _: lambda *_: None)


@DEFECTS.defect("BG-S20.status", "An appointment does not wait for its venue.")
def _(plant: Planter) -> None:
    def accept(self: Spa, booking: Booking, *_: object) -> Booking:
        accepted = plan(self._work, msgspec.structs.replace(booking, status=Status.CONFIRMED))
        self._work.records(BOOKINGS).put(accepted)
        return accepted

    afterwards(plant, Spa, "confirm", accept)


@DEFECTS.defect("BG-S21", "The names of services are in the order of the spa's list.")
def _(plant: Planter) -> None:
    def as_listed(_: Any) -> Any:
        def names(booking: Booking, branch: Branch) -> str:
            return ", ".join(each.name for each in branch.services if each.id in booking.service_ids)

        return names

    plant.replace(wire, "_service_names", as_listed)


@DEFECTS.defect("BG-S22", "Without a content type no session is found.")
def _(plant: Planter) -> None:
    def lose(request: Request) -> None:
        if "content-type" not in request.headers:
            request.parameters["sessionId"] = _NOBODYS

    plant.request(lose, "confirmSpaBooking")


@DEFECTS.defect("BG-S23", "The description of an appointment that took credits does not name the venue.")
def _(plant: Planter) -> None:
    def short(spend: Callable[..., None]) -> Any:
        def spend_for_something(self: Till, client: Client, amount: int, description: str, *, field: str) -> None:
            said = "Spa booking" if description.startswith("Spa booking") else description
            spend(self, client, amount, said, field=field)

        return spend_for_something

    plant.replace(Till, "spend", short)


def _there(plant: Planter, is_overlooked: Callable[[Spa, Taken, Visitor], bool]) -> None:
    """Let an appointment be confirmed without looking, where `is_overlooked(spa, took, visitor)`."""

    def make(ensure_there: Callable[[Spa, Taken, Visitor], None]) -> Any:
        def ensure(self: Spa, took: Taken, visitor: Visitor) -> None:
            if not is_overlooked(self, took, visitor):
                ensure_there(self, took, visitor)

        return ensure

    plant.replace(Spa, "_ensure_there", make)


@DEFECTS.defect("BG-S24", "The visit that a session counted on is taken although it is gone.")
def _(plant: Planter) -> None:
    _there(plant, lambda _, took, visitor: not has_visits(visitor.issued, visitor.product, Category.SPA))


@DEFECTS.defect("BG-S24.copay", "A co-pay of a spa can be used for two appointments, if both were begun before.")
def _(plant: Planter) -> None:
    def is_used(spa: Spa, took: Taken, _: Visitor) -> bool:
        return any(spa._work.records(COPAYS).get(copay_id).used_by is not None for copay_id in took.copay_ids)

    _there(plant, is_used)


@DEFECTS.defect("BG-S24.open", "A session is used up although what it counted on is gone.")
def _(plant: Planter) -> None:
    def use(call: Call, work: Work) -> None:
        use_session(work, Register(work).session(reseller_of(call), call.path["sessionId"], SessionKind.SPA))

    done_though_refused(plant, "confirmSpaBooking", BadInput, use)


@DEFECTS.defect("BG-S25", "The co-pay of an appointment is not debited.")
def _(plant: Planter) -> None:
    def forget(debit: Callable[..., None]) -> Any:
        def debit_all_but(self: Till, reseller_id: str, amount: int, *, reason: str, about: str) -> None:
            debit(self, reseller_id, 0 if reason == "appointment" else amount, reason=reason, about=about)

        return debit_all_but

    plant.replace(Till, "debit", forget)


@DEFECTS.defect("BG-S26", "The session of a class can be confirmed as that of an appointment, with the first package.")
def _(plant: Planter) -> None:
    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        session = work.records(SESSIONS).find(call.path["sessionId"])
        if session is None or session.kind is not SessionKind.CLASS:
            return inside(call, work)
        package = work.records(BRANCHES).get(session.branch_id).copay_options[0]
        booking = ClassDesk(work, reseller_of(call)).confirm(session.id, Payment(copay_package_id=package.id))
        return created(booking_shown(work, booking, message="Appointment booked successfully"))

    plant.operation("confirmSpaBooking", around)


@DEFECTS.defect("BG-S27", "The hours of an appointment are free as soon as its venue has accepted it.")
def _(plant: Planter) -> None:
    def careless(accept: Callable[[Work, Timer], None]) -> Any:
        def accept_and_free(work: Work, timer: Timer) -> None:
            accept(work, timer)
            if work.records(BOOKINGS).get(timer.subject).instance_id is None:
                Diary(work).free(str(timer.subject))

        return accept_and_free

    plant.replace(due.ACTIONS, "accept", careless)
