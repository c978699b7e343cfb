"""What ReserveKit keeps. Fields are named and ordered as on the wire; `tenant` is ours.

Moments are aware UTC in whole seconds. A booking's `date` is calendar text, a slot's times are wall-clock text: the
vendor never converts them, so nothing here does.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

import msgspec

from mockserver.booking.ledger import ClaimKind
from mockserver.booking.lifecycle import Lifecycle, Move
from mockserver.booking.ports import UNWEIGHED, Entry, Index, Kind

__all__ = [
    "BOOKINGS",
    "BOOKINGS_OF_SERVICE",
    "CLAIMS",
    "CUSTOMERS",
    "LIFECYCLE",
    "SERVICES",
    "SERVICES_OF_TENANT",
    "SLOTS_OF_SERVICE",
    "TIME_SLOTS",
    "Booking",
    "Customer",
    "Service",
    "Status",
    "TimeSlot",
]


class Status(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


LIFECYCLE = Lifecycle(
    name="booking",
    states=tuple(Status),
    initial=(Status.PENDING,),
    # An event is the status that a PATCH asks for; asking for the one it has is no move.
    moves=(
        Move(Status.PENDING, "pending", Status.PENDING),
        Move(Status.PENDING, "confirmed", Status.CONFIRMED),
        Move(Status.PENDING, "cancelled", Status.CANCELLED),
        Move(Status.CONFIRMED, "confirmed", Status.CONFIRMED),
        Move(Status.CONFIRMED, "cancelled", Status.CANCELLED),
        Move(Status.CANCELLED, "cancelled", Status.CANCELLED),
    ),
)


class Service(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    id: int
    tenant: str
    name: str
    description: str | None
    timezone: str
    created_at: datetime
    updated_at: datetime


class TimeSlot(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A weekly slot with `max_bookings` places on each date."""

    id: int
    service_id: int
    day_of_week: int
    start_time: str
    end_time: str
    max_bookings: int
    created_at: datetime
    updated_at: datetime


class Customer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The record of one booking's customer; never shared between bookings."""

    id: int
    name: str | None
    email: str | None
    phone: str | None
    created_at: datetime
    updated_at: datetime

    @property
    def party(self) -> str | None:
        """Who counts as the same customer: by e-mail ignoring case, else by phone, else nobody."""
        if self.email:
            return f"email:{self.email.casefold()}"
        return f"phone:{self.phone}" if self.phone else None


class Booking(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    id: int
    tenant: str
    service_id: int
    date: str
    time_slot_id: int
    status: Status
    cancel_reason: str | None
    message: str | None
    created_at: datetime
    updated_at: datetime
    customer: Customer


def _of_tenant(service: Service) -> Iterable[Entry]:
    return ((service.tenant, service.id, UNWEIGHED),)


def _of_service(record: TimeSlot | Booking) -> Iterable[Entry]:
    return ((record.service_id, record.id, UNWEIGHED),)


SERVICES_OF_TENANT: Index[Service] = Index("reservekit.service.of_tenant", _of_tenant)
SLOTS_OF_SERVICE: Index[TimeSlot] = Index("reservekit.time_slot.of_service", _of_service)
BOOKINGS_OF_SERVICE: Index[Booking] = Index("reservekit.booking.of_service", _of_service)

SERVICES = Kind("reservekit.service", Service, (SERVICES_OF_TENANT,))
TIME_SLOTS = Kind("reservekit.time_slot", TimeSlot, (SLOTS_OF_SERVICE,))
BOOKINGS = Kind("reservekit.booking", Booking, (BOOKINGS_OF_SERVICE,))
CUSTOMERS = "reservekit.customer"
"""Customers are kept inside their booking; their ids are counted under this name."""
CLAIMS = ClaimKind("reservekit.claim")
