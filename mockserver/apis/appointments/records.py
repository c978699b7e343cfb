"""What the appointments API keeps.

Moments are aware UTC in whole seconds. Local time is the merchant's: hours are wall-clock times by weekday, 0 being
Sunday as on the wire. Money is whole minor units of the merchant's currency.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import msgspec

from mockserver.booking.ledger import ClaimKind
from mockserver.booking.lifecycle import Lifecycle, Move
from mockserver.booking.ports import UNWEIGHED, Entry, Index, Kind
from mockserver.booking.schedule import Phase
from mockserver.booking.spans import Span, microseconds, utc_days

__all__ = [
    "BLOCKED_OF_MERCHANT",
    "BLOCKED_ON_DAY",
    "BLOCKED_TIMES",
    "BLOCKED_TYPES",
    "BLOCKED_TYPES_OF_MERCHANT",
    "BOOKINGS",
    "BOOKINGS_OF_CUSTOMER",
    "BOOKINGS_OF_MERCHANT",
    "CLAIMS",
    "CUSTOMERS",
    "CUSTOMERS_OF_MERCHANT",
    "CUSTOMERS_OF_USER",
    "EMPLOYEES",
    "EMPLOYEES_OF_MERCHANT",
    "GROUPS_OF_SERVICE",
    "LIFECYCLE",
    "LOCATIONS",
    "LOCATIONS_OF_MERCHANT",
    "MERCHANTS",
    "MERCHANTS_BY_SLUG",
    "PARTICIPATION",
    "SERIES",
    "SERVICES",
    "SERVICES_OF_MERCHANT",
    "BlockedTime",
    "BlockedType",
    "Booking",
    "BookingType",
    "Category",
    "Customer",
    "Employee",
    "Location",
    "Merchant",
    "Participant",
    "PriceType",
    "Role",
    "Service",
    "ServicePhase",
    "Status",
    "customer_group",
    "groups_group",
]


class Role(StrEnum):
    OWNER = "owner"
    ADMIN = "admin"
    STAFF = "staff"


class PriceType(StrEnum):
    PER_PERSON = "per_person"
    PER_BOOKING = "per_booking"
    FREE = "free"


class BookingType(StrEnum):
    APPOINTMENT = "appointment"
    EVENT = "event"
    CLASS = "class"


class Status(StrEnum):
    """Of a booking and of each participant's share in it. The pages name three more that no call of theirs leads to."""

    BOOKED = "booked"
    CANCELLED = "cancelled"


LIFECYCLE = Lifecycle(
    name="booking",
    states=tuple(Status),
    initial=(Status.BOOKED,),
    moves=(
        Move(Status.BOOKED, "move", Status.BOOKED),
        Move(Status.BOOKED, "join", Status.BOOKED),
        Move(Status.BOOKED, "cancel", Status.CANCELLED),
    ),
)

PARTICIPATION = Lifecycle(
    name="participation",
    states=tuple(Status),
    initial=(Status.BOOKED,),
    moves=(
        Move(Status.BOOKED, "leave", Status.CANCELLED),
        Move(Status.CANCELLED, "join", Status.BOOKED),
    ),
)


class Category(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    id: int
    name: str


class Merchant(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A business. What a service does not say itself holds for all of its services.

    Attributes:
        slug: Names it on customer routes.
        locale: How its prices are written.
        window_min_minutes: A customer books at least that long ahead, `window_max_months` at most.
        buffer_minutes: Kept free around a new booking.
    """

    id: str
    slug: str
    name: str
    timezone: str
    currency: str
    locale: str
    contact_email: str
    introduction: str
    announcement: str
    about_us: str
    parking_info: str
    payment_info: str
    cancel_deadline_hours: int
    window_min_minutes: int
    window_max_months: int
    buffer_minutes: int
    hours: dict[int, tuple[tuple[time, time], ...]]
    categories: tuple[Category, ...]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class Location(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    id: int
    merchant_id: str
    country: str
    city: str
    postal_code: str
    address: str
    formatted: str
    latitude: float
    longitude: float


class Employee(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Works at one location: that of the bookings they make."""

    id: int
    merchant_id: str
    location_id: int
    role: Role
    first_name: str
    last_name: str
    email: str | None
    phone_number: str | None
    is_active: bool = True


class ServicePhase(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """While a phase waits, its location and its employee are free for others."""

    id: int
    name: str
    minutes: int
    waits: bool = False

    @property
    def timing(self) -> Phase:
        return Phase(timedelta(minutes=self.minutes), not self.waits)


class Service(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Something to book: an appointment for one, or a group.

    Attributes:
        cancel_deadline_hours: None where the merchant's holds; `buffer_minutes` and the window likewise.
    """

    id: int
    merchant_id: str
    category_id: int | None
    name: str
    description: str | None
    color: str
    price_minor: int
    cost_minor: int
    price_type: PriceType
    phases: tuple[ServicePhase, ...]
    is_group: bool = False
    min_participants: int = 1
    max_participants: int = 1
    cancel_deadline_hours: int | None = None
    window_min_minutes: int | None = None
    window_max_months: int | None = None
    buffer_minutes: int | None = None

    @property
    def minutes(self) -> int:
        return sum(phase.minutes for phase in self.phases)

    @property
    def timing(self) -> tuple[Phase, ...]:
        return tuple(phase.timing for phase in self.phases)

    def price_for(self, participants: int) -> int:
        """What a booking of so many is paid, in minor units."""
        if self.price_type is PriceType.FREE:
            return 0
        return self.price_minor * self._heads(participants)

    def cost_for(self, participants: int) -> int:
        """What it costs the merchant, in minor units."""
        return self.cost_minor * self._heads(participants)

    def _heads(self, participants: int) -> int:
        return 1 if self.price_type is PriceType.PER_BOOKING else max(1, participants)


class Customer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One merchant's record of a person; `user` is None where that person has no account. `birthday` is a date."""

    id: str
    merchant_id: str
    user: str | None
    first_name: str | None
    last_name: str | None
    email: str | None = None
    phone_number: str | None = None
    birthday: str | None = None
    note: str | None = None
    is_blacklisted: bool = False
    blacklist_reason: str | None = None


class Participant(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Somebody's share in a booking; who leaves stays on the list, cancelled."""

    customer_id: str
    note: str | None = None
    status: Status = Status.BOOKED

    @property
    def is_active(self) -> bool:
        return self.status is Status.BOOKED


class Booking(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A stretch of time of a service at a location.

    Attributes:
        employee_id: None when a customer made it.
        phases: As the service had them, fitted to the booking's length when it was moved.
        series_id: Shared by the occurrences of a recurring booking.
    """

    id: int
    merchant_id: str
    service_id: int
    location_id: int
    employee_id: int | None
    type: BookingType
    status: Status
    starts_at: datetime
    ends_at: datetime
    phases: tuple[Phase, ...]
    participants: tuple[Participant, ...]
    min_participants: int
    max_participants: int
    merchant_note: str | None
    series_id: int | None = None
    cancelled_by_merchant_at: datetime | None = None
    cancellation_reason: str | None = None

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)

    @property
    def is_group(self) -> bool:
        return self.type is not BookingType.APPOINTMENT

    @property
    def is_cancelled(self) -> bool:
        return self.status is Status.CANCELLED

    @property
    def active(self) -> tuple[Participant, ...]:
        return tuple([each for each in self.participants if each.status is Status.BOOKED])

    @property
    def current_participants(self) -> int:
        """Those who have not left, also of a cancelled booking; an appointment without a name is for a walk-in."""
        return len(self.active) if self.participants or self.is_group else 1

    def participant(self, customer_id: str) -> Participant | None:
        return next((each for each in self.participants if each.customer_id == customer_id), None)


class BlockedType(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    id: int
    merchant_id: str
    name: str
    minutes: int
    icon: str | None


class BlockedTime(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Time in which an employee takes no bookings.

    Attributes:
        busy_from: Of an all-day block the whole local days it touches, else as given; `busy_to` likewise.
    """

    id: int
    merchant_id: str
    employee_id: int
    name: str
    type_id: int | None
    starts_at: datetime
    ends_at: datetime
    all_day: bool
    busy_from: datetime
    busy_to: datetime

    @property
    def busy(self) -> Span:
        return Span(self.busy_from, self.busy_to)


def customer_group(customer_id: str, status: Status) -> str:
    return f"{customer_id}/{status.value}"


def groups_group(service_id: int, location_id: int) -> str:
    return f"{service_id}/{location_id}"


def _of_merchant(record: "Location | Employee | Service | BlockedType") -> Iterable[Entry]:
    return ((record.merchant_id, record.id, UNWEIGHED),)


def _customers_of_merchant(customer: Customer) -> Iterable[Entry]:
    return ((customer.merchant_id, customer.id, UNWEIGHED),)


def _customers_of_user(customer: Customer) -> Iterable[Entry]:
    return () if customer.user is None else ((f"{customer.merchant_id}/{customer.user}", customer.id, UNWEIGHED),)


def _bookings_of_merchant(booking: Booking) -> Iterable[Entry]:
    return ((booking.merchant_id, microseconds(booking.starts_at), UNWEIGHED),)


def _bookings_of_customer(booking: Booking) -> Iterable[Entry]:
    start = microseconds(booking.starts_at)
    return [
        (customer_group(each.customer_id, Status.CANCELLED if booking.is_cancelled else each.status), start, UNWEIGHED)
        for each in booking.participants
    ]


def _groups_of_service(booking: Booking) -> Iterable[Entry]:
    if not booking.is_group or booking.is_cancelled:
        return ()
    return ((groups_group(booking.service_id, booking.location_id), microseconds(booking.starts_at), UNWEIGHED),)


def _blocked_of_merchant(blocked: BlockedTime) -> Iterable[Entry]:
    return ((blocked.merchant_id, microseconds(blocked.busy_from), UNWEIGHED),)


def _blocked_on_day(blocked: BlockedTime) -> Iterable[Entry]:
    start = microseconds(blocked.busy_from)
    return [(f"{blocked.merchant_id}/{day}", start, UNWEIGHED) for day in utc_days(blocked.busy)]


MERCHANTS_BY_SLUG: Index[Merchant] = Index(
    "appointments.merchant.by_slug", lambda each: ((each.slug, each.id, UNWEIGHED),)
)
LOCATIONS_OF_MERCHANT: Index[Location] = Index("appointments.location.of_merchant", _of_merchant)
EMPLOYEES_OF_MERCHANT: Index[Employee] = Index("appointments.employee.of_merchant", _of_merchant)
SERVICES_OF_MERCHANT: Index[Service] = Index("appointments.service.of_merchant", _of_merchant)
CUSTOMERS_OF_MERCHANT: Index[Customer] = Index("appointments.customer.of_merchant", _customers_of_merchant)
CUSTOMERS_OF_USER: Index[Customer] = Index("appointments.customer.of_user", _customers_of_user)
BOOKINGS_OF_MERCHANT: Index[Booking] = Index("appointments.booking.of_merchant", _bookings_of_merchant)
BOOKINGS_OF_CUSTOMER: Index[Booking] = Index("appointments.booking.of_customer", _bookings_of_customer)
GROUPS_OF_SERVICE: Index[Booking] = Index("appointments.booking.groups_of_service", _groups_of_service)
BLOCKED_OF_MERCHANT: Index[BlockedTime] = Index("appointments.blocked_time.of_merchant", _blocked_of_merchant)
BLOCKED_ON_DAY: Index[BlockedTime] = Index("appointments.blocked_time.on_day", _blocked_on_day)
BLOCKED_TYPES_OF_MERCHANT: Index[BlockedType] = Index("appointments.blocked_type.of_merchant", _of_merchant)

MERCHANTS = Kind("appointments.merchant", Merchant, (MERCHANTS_BY_SLUG,))
LOCATIONS = Kind("appointments.location", Location, (LOCATIONS_OF_MERCHANT,))
EMPLOYEES = Kind("appointments.employee", Employee, (EMPLOYEES_OF_MERCHANT,))
SERVICES = Kind("appointments.service", Service, (SERVICES_OF_MERCHANT,))
CUSTOMERS = Kind("appointments.customer", Customer, (CUSTOMERS_OF_MERCHANT, CUSTOMERS_OF_USER))
BOOKINGS = Kind("appointments.booking", Booking, (BOOKINGS_OF_MERCHANT, BOOKINGS_OF_CUSTOMER, GROUPS_OF_SERVICE))
BLOCKED_TYPES = Kind("appointments.blocked_type", BlockedType, (BLOCKED_TYPES_OF_MERCHANT,))
BLOCKED_TIMES = Kind("appointments.blocked_time", BlockedTime, (BLOCKED_OF_MERCHANT, BLOCKED_ON_DAY))
SERIES = "appointments.series"
"""Series are known by their occurrences alone; their ids are counted under this name."""
CLAIMS = ClaimKind("appointments.claim")
