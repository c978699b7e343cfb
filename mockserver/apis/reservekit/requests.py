"""What ReserveKit's clients send, as records: parsed once, from a body that the contract has already let through."""

import msgspec
from msgspec import UNSET, UnsetType

from mockserver.apis.reservekit.records import Status

__all__ = ["BatchOfSlots", "BookingChange", "CustomerChange", "NewBooking", "NewService", "ServiceChange", "SlotChange"]

_DATE_LENGTH = len("2023-07-10")


class NewBooking(msgspec.Struct, frozen=True):
    """`date` may be a whole moment: the day in front of it is what counts, whatever its offset."""

    date: str
    time_slot_id: int
    customer_name: str | None = None
    customer_email: str | None = None
    customer_phone: str | None = None
    message: str | None = None

    @property
    def day(self) -> str:
        return self.date[:_DATE_LENGTH]


class BookingChange(msgspec.Struct, frozen=True):
    date: str | None = None
    status: Status | None = None
    cancel_reason: str | UnsetType = UNSET
    message: str | UnsetType | None = UNSET

    @property
    def day(self) -> str | None:
        return None if self.date is None else self.date[:_DATE_LENGTH]


class CustomerChange(msgspec.Struct, frozen=True):
    name: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    phone: str | UnsetType = UNSET


class SlotChange(msgspec.Struct, frozen=True):
    """With an id the fields sent change that slot; without one all four make a new slot."""

    id: int | UnsetType = UNSET
    day_of_week: int | UnsetType = UNSET
    start_time: str | UnsetType = UNSET
    end_time: str | UnsetType = UNSET
    max_bookings: int | UnsetType = UNSET


class BatchOfSlots(msgspec.Struct, frozen=True):
    service_id: int
    time_slots: tuple[SlotChange, ...]


class NewService(msgspec.Struct, frozen=True):
    name: str
    timezone: str
    description: str | None = None
    time_slots: tuple[SlotChange, ...] = ()


class ServiceChange(msgspec.Struct, frozen=True):
    name: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    timezone: str | UnsetType = UNSET
