"""Bugs of the states of bookings: what time does to them, what is final, who takes a place, what is decided."""

from collections.abc import Callable
from typing import Any

from mockserver.apis.anny import terms
from mockserver.apis.anny.desk import due, organisation, timetable
from mockserver.apis.anny.desk.canceling import Canceling
from mockserver.apis.anny.desk.diary import Diary
from mockserver.apis.anny.desk.organisation import Organisation
from mockserver.apis.anny.desk.till import Till
from mockserver.apis.anny.offers import Resource, Service
from mockserver.apis.anny.records import BOOKINGS, Booking, Order, Status
from mockserver.apis.anny.register import Register
from mockserver.booking.accounts import Account, LineKind
from mockserver.booking.lifecycle import Move
from mockserver.defects.anny.ways import drawn_otherwise, frees_nothing, moves_too
from mockserver.defects.planting import Answer, Defects, Planter, Request
from mockserver.sandbox.timers import Timer
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()


@DEFECTS.defect("AN-S01", "A list says cancelled, with two L.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        answer.body = answer.body.replace(b'"status":"canceled"', b'"status":"cancelled"')

    plant.answer(change, "listBookings")


def _expires_after(plant: Planter, minutes: Callable[[Resource, int | None], int | None]) -> None:
    plant.replace(timetable, "expiry_of", lambda of: lambda resource: minutes(resource, of(resource)))


@DEFECTS.defect("AN-S02", "Who has not been checked in has a minute more.")
def _(plant: Planter) -> None:
    _expires_after(plant, lambda _, minutes: None if minutes is None else minutes + 1)


@DEFECTS.defect("AN-S02.early", "Who has not been checked in has a minute less.")
def _(plant: Planter) -> None:
    _expires_after(plant, lambda _, minutes: None if minutes is None else minutes - 1)


@DEFECTS.defect("AN-S03", "What has expired takes its place on.")
def _(plant: Planter) -> None:
    frees_nothing(plant, due)


@DEFECTS.defect("AN-S04", "What was paid for a booking that expires goes back.")
def _(plant: Planter) -> None:
    def make(expire: Callable[[Work, Timer], None]) -> Any:
        def with_refund(work: Work, timer: Timer) -> None:
            expire(work, timer)
            booking = work.records(BOOKINGS).get(timer.subject)
            Till(work).reject(Register(work).ordered_as(booking), booking)

        return with_refund

    plant.replace(due.ACTIONS, "expire", make)


@DEFECTS.defect("AN-S05", "A rejected booking can be accepted after all.")
def _(plant: Planter) -> None:
    moves_too(plant, organisation, Move(Status.REJECTED, "accept", Status.ACCEPTED))


@DEFECTS.defect("AN-S05.decided", "A canceled booking can be accepted.")
def _(plant: Planter) -> None:
    moves_too(plant, organisation, Move(Status.CANCELED, "accept", Status.ACCEPTED))


@DEFECTS.defect("AN-S06", "A requested booking whose start has passed reads expired.")
def _(plant: Planter) -> None:
    def change(booking: Booking, shown: dict[str, Any], context: Any) -> None:
        if booking.status is Status.REQUESTED and booking.starts_at <= context.now:
            shown["status"] = "expired"

    drawn_otherwise(plant, "bookings", change)


def _takes_none(plant: Planter, status: Status) -> None:
    def make(take: Callable[..., None]) -> Any:
        def take_some(self: Diary, booking: Booking, service: Service | None, **more: Any) -> None:
            if booking.status is not status:
                take(self, booking, service, **more)

        return take_some

    plant.replace(Diary, "take", make)


@DEFECTS.defect("AN-S07", "A requested booking takes no place.")
def _(plant: Planter) -> None:
    _takes_none(plant, Status.REQUESTED)


@DEFECTS.defect("AN-S07.held", "What is in a cart takes no place.")
def _(plant: Planter) -> None:
    _takes_none(plant, Status.RESERVED)


@DEFECTS.defect("AN-S08", "Bookings expire whatever the resource says of it.")
def _(plant: Planter) -> None:
    _expires_after(plant, lambda resource, _: resource.check_in.expires_after)


@DEFECTS.defect("AN-S11", "A request is said to be accepted, and goes on waiting.")
def _(plant: Planter) -> None:
    def make(accept: Callable[..., Booking]) -> Any:
        def say_so(self: Organisation, booking: Booking) -> Booking:
            accepted = accept(self, booking)
            self._work.records(BOOKINGS).put(booking)
            return accepted

        return say_so

    plant.replace(Organisation, "_accept", make)


@DEFECTS.defect("AN-S12", "A rejection costs what a cancellation would.")
def _(plant: Planter) -> None:
    def make(reject: Callable[..., Order]) -> Any:
        def with_fee(self: Till, order: Order, booking: Booking) -> Order:
            register = Register(self._work)
            service = register.service_of(booking)
            policy = terms.policy_of(register.policy_of(service), booking.currency)
            fee = Canceling(self._work)._quote(booking, policy, order.account).fee.minor
            return self.cancel(order, {booking.id: fee})

        return with_fee

    plant.replace(Till, "reject", make)


@DEFECTS.defect("AN-S12.total", "A rejection gives the money back, and leaves the order as dear as it was.")
def _(plant: Planter) -> None:
    def make(_: Any) -> Any:
        def refund_only(self: Till, order: Order, booking: Booking) -> Order:
            kept = order.account.kept(booking.id)
            account: Account = order.account._with(LineKind.REFUND, booking.id, kept, "rejection", self._now)
            return self._keep(order, account)

        return refund_only

    plant.replace(Till, "reject", make)


@DEFECTS.defect("AN-S13", "An accepted booking can be rejected.")
def _(plant: Planter) -> None:
    moves_too(plant, organisation, Move(Status.ACCEPTED, "reject", Status.REJECTED))


@DEFECTS.defect("AN-S13.again", "An accepted booking can be accepted once more.")
def _(plant: Planter) -> None:
    moves_too(plant, organisation, Move(Status.ACCEPTED, "accept", Status.ACCEPTED))


@DEFECTS.defect("AN-S14", "The id in the body of a decision is not looked at.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        body = request.json
        if isinstance(body, dict) and isinstance(body.get("data"), dict):
            body["data"]["id"] = request.parameters["bookingId"]
            request.json = body

    plant.request(change, "updateBooking")


@DEFECTS.defect("AN-S15", "A rejected booking takes its place on.")
def _(plant: Planter) -> None:
    frees_nothing(plant, organisation)
