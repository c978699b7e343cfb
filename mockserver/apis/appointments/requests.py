"""What clients of the appointments API send, as records: parsed once, from a body the contract has let through.

Moments come with any offset and any fraction of a second; from here on they are UTC, in whole seconds.
"""

from datetime import UTC, datetime

import msgspec

from mockserver.booking.recurrence import Frequency, Weekday

__all__ = [
    "Blacklisting",
    "BookingChange",
    "CustomerBooking",
    "CustomerCancel",
    "MerchantBooking",
    "MerchantCancel",
    "NewBlockedTime",
    "NewCustomer",
    "Person",
    "RecurrenceRule",
    "whole_second",
]


def whole_second(moment: datetime) -> datetime:
    """In UTC, without what is beyond the second."""
    return moment.astimezone(UTC).replace(microsecond=0)


class _Starting:
    """Something with a `sent_start`."""

    __slots__ = ()
    sent_start: datetime

    @property
    def starts_at(self) -> datetime:
        return whole_second(self.sent_start)


class _Lasting(_Starting):
    """Something with a `sent_end` as well."""

    __slots__ = ()
    sent_end: datetime

    @property
    def ends_at(self) -> datetime:
        return whole_second(self.sent_end)


class CustomerBooking(_Starting, msgspec.Struct, frozen=True):
    """A new appointment or, with a `booking_id`, a place in that group booking."""

    merchant_name: str
    service_id: int
    location_id: int
    sent_start: datetime = msgspec.field(name="timeStamp")
    customer_note: str | None = None
    booking_id: int | None = None


class CustomerCancel(msgspec.Struct, frozen=True):
    booking_id: int
    merchant_name: str


class Person(msgspec.Struct, frozen=True):
    """A customer the merchant has, by id, or a new one."""

    id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone_number: str | None = None


class RecurrenceRule(msgspec.Struct, frozen=True):
    frequency: Frequency
    interval: int = 1
    weekdays: tuple[Weekday, ...] = ()
    until: datetime | None = None


class MerchantBooking(_Starting, msgspec.Struct, frozen=True):
    service_id: int
    sent_start: datetime = msgspec.field(name="timestamp")
    customers: tuple[Person, ...] = ()
    merchant_note: str | None = None
    recurrence_rule: RecurrenceRule | None = None


class BookingChange(_Lasting, msgspec.Struct, frozen=True):
    merchant_note: str
    sent_start: datetime = msgspec.field(name="from_date")
    sent_end: datetime = msgspec.field(name="to_date")


class MerchantCancel(msgspec.Struct, frozen=True):
    cancellation_reason: str


class NewCustomer(msgspec.Struct, frozen=True):
    first_name: str
    last_name: str
    email: str | None = None
    phone_number: str | None = None
    birthday: str | None = None
    note: str | None = None


class Blacklisting(msgspec.Struct, frozen=True):
    id: str
    blacklist_reason: str | None = None


class NewBlockedTime(_Lasting, msgspec.Struct, frozen=True):
    """`id` is sent with a change only."""

    name: str
    sent_start: datetime = msgspec.field(name="from_date")
    sent_end: datetime = msgspec.field(name="to_date")
    all_day: bool = False
    blocked_type_id: int | None = None
    id: int | None = None
