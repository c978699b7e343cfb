"""Records <-> ReserveKit's JSON."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

import msgspec

from mockserver.apis.reservekit.records import Booking, Customer, Service, TimeSlot
from mockserver.booking.paging import PageInfo, PageRequest

__all__ = ["page_of", "parse", "show_booking", "show_customer", "show_page", "show_service", "show_slot"]

R = TypeVar("R")

_DEFAULT_PAGE_SIZE = 10
"""Assumed: the printed samples use 10; the vendor names no default."""


def parse(body: Any, record: type[R]) -> R:
    """A body that the contract let through, as a record; fields the record does not know are dropped."""
    return msgspec.convert(body, record)


def page_of(query: dict[str, Any]) -> PageRequest:
    return PageRequest(query["page"] or 1, query["page_size"] or _DEFAULT_PAGE_SIZE)


def show_booking(booking: Booking) -> dict[str, Any]:
    shown = {
        "id": booking.id,
        "service_id": booking.service_id,
        "date": booking.date,
        "time_slot_id": booking.time_slot_id,
        "status": booking.status.value,
        "message": booking.message,
        "created_at": _moment(booking.created_at),
        "updated_at": _moment(booking.updated_at),
        "customer": show_customer(booking.customer),
    }
    if booking.cancel_reason is not None:
        shown["cancel_reason"] = booking.cancel_reason
    return shown


def show_customer(customer: Customer) -> dict[str, Any]:
    return {
        "id": customer.id,
        "name": customer.name,
        "email": customer.email,
        "phone": customer.phone,
        "created_at": _moment(customer.created_at),
        "updated_at": _moment(customer.updated_at),
    }


def show_service(service: Service) -> dict[str, Any]:
    return {
        "id": service.id,
        "name": service.name,
        "description": service.description,
        "timezone": service.timezone,
        "created_at": _moment(service.created_at),
        "updated_at": _moment(service.updated_at),
    }


def show_slot(slot: TimeSlot, available: int | None = None) -> dict[str, Any]:
    """*available* is the number of places left on the day that was asked about."""
    shown = {
        "id": slot.id,
        "service_id": slot.service_id,
        "day_of_week": slot.day_of_week,
        "start_time": slot.start_time,
        "end_time": slot.end_time,
        "max_bookings": slot.max_bookings,
        "created_at": _moment(slot.created_at),
        "updated_at": _moment(slot.updated_at),
    }
    if available is not None:
        shown["available"] = available
    return shown


def show_page(name: str, items: Sequence[R], show: Callable[[R], Any], page: PageInfo | None) -> dict[str, Any]:
    pagination = page and {
        "current_page": page.number,
        "total_pages": page.total_pages,
        "total_count": page.total,
        "page_size": page.size,
    }
    return {name: [show(item) for item in items], "pagination": pagination}


@lru_cache(maxsize=8_192)
def _moment(moment: datetime) -> str:
    # One answer often says the same moment four times, and writing it takes longer than finding it.
    return f"{moment.isoformat()[:19]}Z"
