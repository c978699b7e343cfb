"""What clients of the appointments API send, as records: parsed once, from a body the contract has let through.

Moments come as text, with any offset and any fraction of a second; from here on they are UTC, in whole seconds.
"""

from datetime import datetime

import msgspec

from mockserver.apis.moments import read_moment
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
]


class _Starting:
    """Something with a `sent_start`."""

    __slots__ = ()
    sent_start: str

    @property
    def starts_at(self) -> datetime:
        return read_moment(self.sent_start)


class _Lasting(_Starting):
    """Something with a `sent_end` as well."""

    __slots__ = ()
    sent_end: str

    @property
    def ends_at(self) -> datetime:
        return read_moment(self.sent_end)


class CustomerBooking(_Starting, msgspec.Struct, frozen=True):
    """A new appointment or, with a `booking_id`, a place in that group booking."""

    merchant_name: str
    service_id: int
    location_id: int
    sent_start: str = msgspec.field(name="timeStamp")
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
    """Without an interval, or with 0, every single period counts."""

    sent_frequency: str = msgspec.field(name="frequency")
    interval: int | None = None
    weekdays: tuple[Weekday, ...] | None = None
    sent_until: str | None = msgspec.field(name="until", default=None)

    @property
    def frequency(self) -> Frequency:
        return Frequency(self.sent_frequency.upper())

    @property
    def until(self) -> datetime | None:
        return None if self.sent_until is None else read_moment(self.sent_until)


class MerchantBooking(_Starting, msgspec.Struct, frozen=True):
    service_id: int
    sent_start: str = msgspec.field(name="timestamp")
    customers: tuple[Person, ...] = ()
    merchant_note: str | None = None
    recurrence_rule: RecurrenceRule | None = None


class BookingChange(_Lasting, msgspec.Struct, frozen=True):
    merchant_note: str | None
    sent_start: str = msgspec.field(name="from_date")
    sent_end: str = msgspec.field(name="to_date")


class MerchantCancel(msgspec.Struct, frozen=True):
    cancellation_reason: str


class NewCustomer(msgspec.Struct, frozen=True):
    first_name: str
    last_name: str
    email: str | None = None
    phone_number: str | None = None
    birthday: str | None = None
    note: str | None = None

    @property
    def day_of_birth(self) -> str | None:
        """The date that is written, wherever the moment of it would be another."""
        return None if self.birthday is None else self.birthday[: len("YYYY-MM-DD")]


class Blacklisting(msgspec.Struct, frozen=True):
    id: str
    blacklist_reason: str | None = None


class NewBlockedTime(_Lasting, msgspec.Struct, frozen=True):
    """`id` is sent with a change only."""

    name: str
    sent_start: str = msgspec.field(name="from_date")
    sent_end: str = msgspec.field(name="to_date")
    all_day: bool = False
    blocked_type_id: int | None = None
    id: int | None = None
