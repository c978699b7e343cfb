"""The operations of the appointments API: read the call, act at a desk, show what came of it.

Writes answer nothing but a status and, for what is new, where it is.
"""

from datetime import date, datetime
from typing import Any

from mockserver.apis.appointments.desk import Catalogue, CustomerDesk, MerchantDesk, Offer
from mockserver.apis.appointments.requests import (
    Blacklisting,
    BookingChange,
    CustomerBooking,
    CustomerCancel,
    MerchantCancel,
    NewBlockedTime,
    NewCustomer,
)
from mockserver.apis.appointments.wire import (
    parse,
    parse_merchant_booking,
    show_block,
    show_blocked_type,
    show_booking,
    show_customer,
    show_day,
    show_disabled_days,
    show_employee,
    show_merchant,
    show_next,
    show_row,
    show_service,
    show_services,
    show_summary,
)
from mockserver.apis.bundle import Operation
from mockserver.apis.exchange import NO_BODY, Call, Reply
from mockserver.apis.identities import Caller
from mockserver.apis.moments import read_moment
from mockserver.booking.errors import RuleBroken
from mockserver.sandbox.work import Work

__all__ = ["OPERATIONS"]


def create_customer_booking(call: Call, work: Work) -> Reply:
    booking = _customer(call, work).book(parse(call.body, CustomerBooking))
    return _created(call, f"/bookings/customer/{booking.id}")


def get_customer_booking(call: Call, work: Work) -> Reply:
    desk = _customer(call, work)
    booking, participant = desk.booking(call.path["id"])
    return _ok(show_booking(booking, participant, *desk.surroundings(booking)))


def cancel_customer_booking(call: Call, work: Work) -> Reply:
    cancel = parse(call.body, CustomerCancel)
    if cancel.booking_id != call.path["id"]:
        raise RuleBroken("booking_id_mismatch", f"{cancel.booking_id} is not {call.path['id']}", field="booking_id")
    _customer(call, work).cancel(cancel.booking_id, cancel.merchant_name)
    return _DONE


def create_merchant_booking(call: Call, work: Work) -> Reply:
    booking = _merchant(call, work).book(parse_merchant_booking(call.body))
    return _created(call, f"/bookings/merchant/{booking.id}")


def update_merchant_booking(call: Call, work: Work) -> Reply:
    _merchant(call, work).change(call.path["id"], parse(call.body, BookingChange))
    return _DONE


def cancel_merchant_booking(call: Call, work: Work) -> Reply:
    _merchant(call, work).cancel(call.path["id"], parse(call.body, MerchantCancel).cancellation_reason)
    return _DONE


def list_calendar_events(call: Call, work: Work) -> Reply:
    desk = _merchant(call, work)
    start, end = (_moment_or_date(call.query[name]) for name in ("start", "end"))
    rows, blocks = desk.calendar(start, end, include_cancelled=bool(call.query["include_cancelled"]))
    merchant = desk.merchant()
    return _ok(
        {
            "bookings": [show_row(row, merchant) for row in rows],
            "blocked_times": [show_block(block) for block in blocks],
        }
    )


def get_merchant(call: Call, work: Work) -> Reply:
    catalogue = Catalogue(work)
    merchant = catalogue.merchant(call.path["merchantName"])
    return _ok(show_merchant(merchant, catalogue.locations(merchant), catalogue.services(merchant)))


def get_merchant_service(call: Call, work: Work) -> Reply:
    return _ok(show_service(_offer(call, Catalogue(work))))


def get_service_summary(call: Call, work: Work) -> Reply:
    return _ok(show_summary(_offer(call, Catalogue(work))))


def list_availability(call: Call, work: Work) -> Reply:
    catalogue = Catalogue(work)
    offer = _offer(call, catalogue)
    start, end = read_moment(call.query["start"]), read_moment(call.query["end"])
    return _ok([show_day(day, offer.merchant) for day in catalogue.availability(offer, start, end)])


def get_next_availability(call: Call, work: Work) -> Reply:
    catalogue = Catalogue(work)
    offer = _offer(call, catalogue)
    return _ok(show_next(catalogue.next_start(offer), offer.merchant))


def get_disabled_days(call: Call, work: Work) -> Reply:
    catalogue = Catalogue(work)
    offer = _offer(call, catalogue)
    return _ok(show_disabled_days(catalogue.closed_days(offer), *catalogue.bookable_days(offer)))


def list_team(call: Call, work: Work) -> Reply:
    return _ok([show_employee(employee) for employee in _merchant(call, work).team()])


def get_team_member(call: Call, work: Work) -> Reply:
    return _ok(show_employee(_merchant(call, work).team_member(call.path["id"])))


def list_calendar_services(call: Call, work: Work) -> Reply:
    return _ok(show_services(*_merchant(call, work).services()))


def list_customers(call: Call, work: Work) -> Reply:
    return _ok([show_customer(customer) for customer in _merchant(call, work).customers()])


def create_customer(call: Call, work: Work) -> Reply:
    customer = _merchant(call, work).add_customer(parse(call.body, NewCustomer))
    return _created(call, f"/merchant/customers/{customer.id}")


def get_customer(call: Call, work: Work) -> Reply:
    return _ok(show_customer(_merchant(call, work).customer(call.path["id"])))


def blacklist_customer(call: Call, work: Work) -> Reply:
    _merchant(call, work).blacklist(call.path["id"], parse(call.body, Blacklisting))
    return _DONE


def unblacklist_customer(call: Call, work: Work) -> Reply:
    _merchant(call, work).unblacklist(call.path["id"])
    return _DONE


def create_blocked_time(call: Call, work: Work) -> Reply:
    block = _merchant(call, work).block(parse(call.body, NewBlockedTime))
    return _created(call, f"/merchant/blocked-times/{block.id}")


def update_blocked_time(call: Call, work: Work) -> Reply:
    _merchant(call, work).change_block(call.path["id"], parse(call.body, NewBlockedTime))
    return _DONE


def delete_blocked_time(call: Call, work: Work) -> Reply:
    _merchant(call, work).unblock(call.path["id"])
    return _DONE


def list_blocked_time_types(call: Call, work: Work) -> Reply:
    return _ok([show_blocked_type(kind) for kind in _merchant(call, work).blocked_types()])


OPERATIONS: dict[str, Operation] = {
    "createCustomerBooking": create_customer_booking,
    "getCustomerBooking": get_customer_booking,
    "cancelCustomerBooking": cancel_customer_booking,
    "createMerchantBooking": create_merchant_booking,
    "updateMerchantBooking": update_merchant_booking,
    "cancelMerchantBooking": cancel_merchant_booking,
    "listCalendarEvents": list_calendar_events,
    "getMerchant": get_merchant,
    "getMerchantService": get_merchant_service,
    "getServiceSummary": get_service_summary,
    "listAvailability": list_availability,
    "getNextAvailability": get_next_availability,
    "getDisabledDays": get_disabled_days,
    "listTeam": list_team,
    "getTeamMember": get_team_member,
    "listCalendarServices": list_calendar_services,
    "listCustomers": list_customers,
    "createCustomer": create_customer,
    "getCustomer": get_customer,
    "blacklistCustomer": blacklist_customer,
    "unblacklistCustomer": unblacklist_customer,
    "createBlockedTime": create_blocked_time,
    "updateBlockedTime": update_blocked_time,
    "deleteBlockedTime": delete_blocked_time,
    "listBlockedTimeTypes": list_blocked_time_types,
}

_DONE = Reply(200, NO_BODY)


def _ok(body: Any) -> Reply:
    return Reply(200, body)


def _created(call: Call, path: str) -> Reply:
    return Reply(201, NO_BODY, ((b"location", f"{call.base_path}{path}".encode()),))


def _caller(call: Call) -> Caller:
    caller = call.identity.caller
    assert caller is not None  # noqa: S101 - security let nobody else in
    return caller


def _customer(call: Call, work: Work) -> CustomerDesk:
    return CustomerDesk(work, _caller(call).id)


def _merchant(call: Call, work: Work) -> MerchantDesk:
    return MerchantDesk(work, _caller(call))


def _offer(call: Call, catalogue: Catalogue) -> Offer:
    return catalogue.offer(call.path["merchantName"], call.path["locationId"], call.path["serviceId"])


def _moment_or_date(text: str) -> datetime | date:
    return read_moment(text) if "T" in text else date.fromisoformat(text)
