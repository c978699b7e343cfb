"""ReserveKit's operations: read the call, act at the desk, show what came of it."""

from typing import Any

from mockserver.apis.bundle import Operation
from mockserver.apis.exchange import Call, Reply
from mockserver.apis.reservekit.desk import Desk
from mockserver.apis.reservekit.records import TimeSlot
from mockserver.apis.reservekit.requests import (
    BatchOfSlots,
    BookingChange,
    CustomerChange,
    NewBooking,
    NewService,
    ServiceChange,
)
from mockserver.apis.reservekit.wire import (
    page_of,
    parse,
    show_booking,
    show_customer,
    show_page,
    show_service,
    show_slot,
)
from mockserver.sandbox.work import Work

__all__ = ["OPERATIONS"]


def list_bookings(call: Call, work: Work) -> Reply:
    bookings, page = _desk(call, work).bookings_of(call.query["service_id"], page_of(call.query))
    return _ok(show_page("bookings", bookings, show_booking, page))


def create_booking(call: Call, work: Work) -> Reply:
    wanted = parse(call.body, NewBooking)
    booking = _desk(call, work).book(wanted, service_id=call.query["service_id"])
    return Reply(201, {"data": show_booking(booking)})


def get_booking(call: Call, work: Work) -> Reply:
    return _ok(show_booking(_desk(call, work).booking(call.path["bookingID"])))


def update_booking(call: Call, work: Work) -> Reply:
    change = parse(call.body, BookingChange)
    return _ok(show_booking(_desk(call, work).change_booking(call.path["bookingID"], change)))


def delete_booking(call: Call, work: Work) -> Reply:
    _desk(call, work).delete_booking(call.path["bookingID"])
    return _ok("ok")


def get_booking_customer(call: Call, work: Work) -> Reply:
    return _ok(show_customer(_desk(call, work).booking(call.path["bookingID"]).customer))


def update_booking_customer(call: Call, work: Work) -> Reply:
    change = parse(call.body, CustomerChange)
    return _ok(show_customer(_desk(call, work).change_customer(call.path["bookingID"], change)))


def list_services(call: Call, work: Work) -> Reply:
    services, page = _desk(call, work).services(page_of(call.query))
    return _ok(show_page("services", services, show_service, page))


def create_service(call: Call, work: Work) -> Reply:
    service = _desk(call, work).offer(parse(call.body, NewService))
    return Reply(201, {"data": show_service(service)})


def get_service(call: Call, work: Work) -> Reply:
    return _ok(show_service(_desk(call, work).service(call.path["serviceID"])))


def update_service(call: Call, work: Work) -> Reply:
    change = parse(call.body, ServiceChange)
    return _ok(show_service(_desk(call, work).change_service(call.path["serviceID"], change)))


def delete_service(call: Call, work: Work) -> Reply:
    _desk(call, work).withdraw(call.path["serviceID"])
    return _ok("ok")


def list_service_time_slots(call: Call, work: Work) -> Reply:
    desk = _desk(call, work)
    slots = desk.slots_of(call.path["serviceID"])
    return _ok([_show_slot(desk, slot, call.query["date"]) for slot in slots])


def list_time_slots(call: Call, work: Work) -> Reply:
    desk = _desk(call, work)
    if call.query["no_pagination"]:
        slots, page = desk.slots_of(call.query["service_id"]), None
    else:
        slots, page = desk.slot_page(call.query["service_id"], page_of(call.query))
    return _ok(show_page("time_slots", slots, lambda slot: _show_slot(desk, slot, call.query["date"]), page))


def update_time_slots(call: Call, work: Work) -> Reply:
    batch = parse(call.body, BatchOfSlots)
    slots = _desk(call, work).publish(batch.service_id, batch.time_slots)
    return _ok([show_slot(slot) for slot in slots])


def delete_time_slot(call: Call, work: Work) -> Reply:
    _desk(call, work).delete_slot(call.path["timeSlotID"])
    return _ok("ok")


def delete_time_slots_of_day(call: Call, work: Work) -> Reply:
    _desk(call, work).delete_slots_of_day(call.query["service_id"], call.query["day_of_week"])
    return _ok("ok")


def get_health(call: Call, work: Work) -> Reply:  # noqa: ARG001 - every operation has this form
    return Reply(200, {"status": "ok", "env": "sandbox", "version": "1.0.0"})


OPERATIONS: dict[str, Operation] = {
    "listBookings": list_bookings,
    "createBooking": create_booking,
    "getBooking": get_booking,
    "updateBooking": update_booking,
    "deleteBooking": delete_booking,
    "getBookingCustomer": get_booking_customer,
    "updateBookingCustomer": update_booking_customer,
    "listServices": list_services,
    "createService": create_service,
    "getService": get_service,
    "updateService": update_service,
    "deleteService": delete_service,
    "listServiceTimeSlots": list_service_time_slots,
    "listTimeSlots": list_time_slots,
    "updateTimeSlots": update_time_slots,
    "deleteTimeSlot": delete_time_slot,
    "deleteTimeSlotsOfDay": delete_time_slots_of_day,
    "getHealth": get_health,
}


def _desk(call: Call, work: Work) -> Desk:
    caller = call.identity.caller
    assert caller is not None  # noqa: S101 - security let nobody else in
    return Desk(work, caller.tenant)


def _ok(data: Any) -> Reply:
    return Reply(200, {"data": data})


def _show_slot(desk: Desk, slot: TimeSlot, day: str | None) -> dict[str, Any]:
    return show_slot(slot, None if day is None else desk.places_left(slot, day))
