"""Bugs about what customers read, and who may."""

from collections.abc import Callable
from typing import Any

from mockserver.apis.appointments import operations, wire
from mockserver.apis.appointments.desk.customers import CustomerDesk
from mockserver.apis.appointments.desk.register import Register
from mockserver.apis.appointments.records import BOOKINGS, Booking, Location, Merchant, Participant, Service
from mockserver.apis.exchange import Call, Reply
from mockserver.apis.refusals import Forbidden
from mockserver.defects.planting import Answer, Defects, Planter
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()


def _shown(
    plant: Planter, change: Callable[[dict[str, Any], Booking, Participant, Merchant, Service], dict[str, Any]]
) -> None:
    """What a customer reads has other members, those that *change* gives."""

    def around(show: Callable[..., dict[str, Any]]) -> Any:
        def run(
            booking: Booking, participant: Participant, merchant: Merchant, service: Service, location: Location
        ) -> dict[str, Any]:
            shown = show(booking, participant, merchant, service, location)
            return {**shown, **change(shown, booking, participant, merchant, service)}

        return run

    plant.replace(operations, "show_booking", around)


@DEFECTS.defect("AP-G01", "A customer reads a tenth member, the booking's id.")
def _(plant: Planter) -> None:
    def more(answer: Answer) -> None:
        if answer.status == 200:
            answer.json = {**answer.json, "id": int(answer.request.parameters["id"])}

    plant.answer(more, "getCustomerBooking")


@DEFECTS.defect("AP-G02", "A merchant is told that a booking that does not exist is somebody else's.")
def _(plant: Planter) -> None:
    def forbidden(cancel: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        if work.records(BOOKINGS).find(call.path["id"]) is None:
            raise Forbidden("not authorized to access this booking")
        return cancel(call, work)

    plant.operation("updateMerchantBooking", forbidden)


@DEFECTS.defect("AP-G03", "The employees of its merchant may read a customer's booking.")
def _(plant: Planter) -> None:
    def open_to_employees(read: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        try:
            return read(call, work)
        except Forbidden:
            booking = Register(work).booking(call.path["id"])
            tenant = call.identity.caller.tenant if call.identity.caller else ""
            desk = CustomerDesk(work, "")
            merchant, service, location = desk.surroundings(booking)
            if merchant.slug != tenant or not booking.participants:
                raise
            return Reply(200, wire.show_booking(booking, booking.participants[0], merchant, service, location))

    plant.operation("getCustomerBooking", open_to_employees)


@DEFECTS.defect("AP-G04", "The price of a per_person booking is that of all who take part.")
def _(plant: Planter) -> None:
    _shown(
        plant,
        lambda _, booking, __, merchant, service: {
            "price": wire._money(service.price_for(booking.current_participants), merchant)
        },
    )


@DEFECTS.defect("AP-G05", "cancel_deadline is always the merchant's.")
def _(plant: Planter) -> None:
    plant.replace(wire, "deadline_hours_of", lambda _: lambda _, merchant: merchant.cancel_deadline_hours)


@DEFECTS.defect("AP-G05.zero", "A service's own deadline of 0 is taken for none.")
def _(plant: Planter) -> None:
    def falsy(service: Service, merchant: Merchant) -> int:
        return service.cancel_deadline_hours or merchant.cancel_deadline_hours

    plant.replace(wire, "deadline_hours_of", lambda _: falsy)


@DEFECTS.defect("AP-G06", "Who left a group reads that the booking is not cancelled.")
def _(plant: Planter) -> None:
    _shown(plant, lambda _, booking, __, ___, ____: {"is_cancelled": booking.is_cancelled})


@DEFECTS.defect("AP-G07", "A customer does not read that the merchant has cancelled.")
def _(plant: Planter) -> None:
    _shown(plant, lambda _, __, participant, ___, ____: {"is_cancelled": not participant.is_active})


@DEFECTS.defect("AP-G08", "merchant_name is the slug.")
def _(plant: Planter) -> None:
    _shown(plant, lambda _, __, ___, merchant, ____: {"merchant_name": merchant.slug})


@DEFECTS.defect("AP-A08", "Who asks for a booking that never was is told that it is somebody else's.")
def _(plant: Planter) -> None:
    def nobody_s(leave: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        if work.records(BOOKINGS).find(call.path["id"]) is None:
            raise Forbidden("not authorized to access this booking")
        return leave(call, work)

    plant.operation("cancelCustomerBooking", nobody_s)
