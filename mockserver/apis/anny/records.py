"""Who books, what is booked, and what may become of it.

Moments are aware UTC in whole seconds. Money is whole minor units of the organisation's currency. Bookings, orders and
invoices have numbers as ids, everything else UUIDs.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from mockserver.apis.anny.offers import SINCE, PaymentFlow
from mockserver.booking.accounts import Account, Line
from mockserver.booking.ledger import ClaimKind
from mockserver.booking.lifecycle import Lifecycle, Move
from mockserver.booking.ports import ALL, UNWEIGHED, Entry, Index, Kind
from mockserver.booking.spans import Span, microseconds, utc_days

__all__ = [
    "ACCOUNTS",
    "ACCOUNTS_BY_EMAIL",
    "BLOCKERS_ON_DAY",
    "BOOKINGS",
    "BOOKINGS_BY_CODE",
    "BOOKINGS_BY_CREATION",
    "BOOKINGS_BY_NUMBER",
    "BOOKINGS_BY_START",
    "BOOKINGS_OF_SERIES",
    "CARTS_OF_ACCOUNT",
    "CLAIMS",
    "CUSTOMERS",
    "CUSTOMERS_BY_AGE",
    "GONE",
    "INVOICES",
    "INVOICES_BY_AGE",
    "INVOICES_OF_ORDER",
    "LIFECYCLE",
    "ORDERS",
    "ORDERS_BY_AGE",
    "PARTICIPATION",
    "REMOVED",
    "Booking",
    "Choice",
    "Customer",
    "CustomerAccount",
    "Edit",
    "FilledForm",
    "Invoice",
    "InvoiceKind",
    "InvoiceStatus",
    "Order",
    "OrderStatus",
    "Participant",
    "Participation",
    "SeriesType",
    "Status",
    "account_group",
    "address_group",
    "customer_of",
]


class Status(StrEnum):
    """Of a booking. `invited`, the seventh on the wire, is how somebody who is invited sees one; see `Participation`."""

    RESERVED = "reserved"
    REQUESTED = "requested"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CANCELED = "canceled"
    EXPIRED = "expired"


GONE = "gone"
"""What a cart lets go of: not a status, for there is no booking any more."""

LIFECYCLE: Lifecycle[str] = Lifecycle(
    name="booking",
    states=(*Status, GONE),
    initial=(Status.RESERVED, Status.REQUESTED, Status.ACCEPTED),
    moves=(
        Move(Status.RESERVED, "release", GONE),
        Move(Status.RESERVED, "request", Status.REQUESTED),
        Move(Status.RESERVED, "complete", Status.ACCEPTED),
        Move(Status.REQUESTED, "accept", Status.ACCEPTED),
        Move(Status.REQUESTED, "reject", Status.REJECTED),
        Move(Status.REQUESTED, "personalize", Status.REQUESTED),
        Move(Status.REQUESTED, "cancel", Status.CANCELED),
        Move(Status.ACCEPTED, "personalize", Status.ACCEPTED),
        Move(Status.ACCEPTED, "invite", Status.ACCEPTED),
        Move(Status.ACCEPTED, "edit", Status.ACCEPTED),
        Move(Status.ACCEPTED, "revert", Status.ACCEPTED),
        Move(Status.ACCEPTED, "check_in", Status.ACCEPTED),
        Move(Status.ACCEPTED, "check_out", Status.ACCEPTED),
        Move(Status.ACCEPTED, "cancel", Status.CANCELED),
        Move(Status.ACCEPTED, "expire", Status.EXPIRED),
    ),
)
"""`invite` is what somebody answers who is invited; that changes how they take part, see `PARTICIPATION`."""


class Participation(StrEnum):
    INVITED = "invited"
    ACCEPTED = "accepted"


REMOVED = "removed"
"""Not a status: the booking names them no more."""

PARTICIPATION: Lifecycle[str] = Lifecycle(
    name="invitation",
    states=(*Participation, REMOVED),
    initial=(Participation.INVITED,),
    moves=(
        Move(Participation.INVITED, "accept_invite", Participation.ACCEPTED),
        Move(Participation.INVITED, "reject_invite", REMOVED),
        Move(Participation.INVITED, "drop", REMOVED),
        Move(Participation.ACCEPTED, "drop", REMOVED),
    ),
)


class OrderStatus(StrEnum):
    DRAFT = "draft"
    PENDING = "pending"
    COMPLETED = "completed"
    CANCELED = "canceled"


class InvoiceStatus(StrEnum):
    OPEN = "open"
    PAID = "paid"
    CANCELED = "canceled"


class InvoiceKind(StrEnum):
    """What its amount is: a demand, the reversal of one, or what goes back because a booking became cheaper."""

    DEMAND = "demand"
    CANCELLATION = "cancellation"
    CREDIT = "credit"


class SeriesType(StrEnum):
    SERIES = "series"
    """Sold together."""
    RECURRING = "recurring"
    """Repeated by the customer."""


# Who


class CustomerAccount(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Who signs in; `customer_id` is whom their bookings are for."""

    id: str
    customer_id: str
    email: str
    given_name: str | None
    family_name: str | None
    locale: str | None = "en"
    timezone: str | None = "Europe/Berlin"


class Customer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Whom a booking is for; `account_id` is None for who booked without signing in."""

    id: str
    account_id: str | None
    email: str
    given_name: str | None
    family_name: str | None
    locale: str | None = None
    created_at: datetime = SINCE

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.given_name, self.family_name) if part) or self.email


def customer_of(account: CustomerAccount) -> Customer:
    """Whom an account books for."""
    return Customer(
        id=account.customer_id,
        account_id=account.id,
        email=account.email,
        given_name=account.given_name,
        family_name=account.family_name,
        locale=account.locale,
    )


# What is booked


class Choice(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """So many of an add-on, at the price it had then."""

    id: str
    add_on_id: str
    quantity: int
    single_price: int

    @property
    def total(self) -> int:
        return self.quantity * self.single_price


class FilledForm(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody answered to a form, by the id of the field; `name` is theirs."""

    values: dict[str, Any]
    name: str
    email: str | None = None


class Participant(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who comes along; `email` is as it was written, and compared without regard to case."""

    id: str
    email: str
    name: str | None
    can_edit: bool
    attending_virtually: bool
    status: Participation
    invited_at: datetime
    responded_at: datetime | None = None
    answers: FilledForm | None = None

    @property
    def address(self) -> str:
        return self.email.lower()

    @property
    def has_joined(self) -> bool:
        return self.status is Participation.ACCEPTED


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """What a booking was before the first of the edits that can still be reverted.

    Attributes:
        first_line: Of the order's account: the lines about the booking from there on are the edits'.
        timer: The one that ends the edit.
    """

    starts_at: datetime
    ends_at: datetime
    resource_id: str
    add_ons: tuple[Choice, ...]
    participants: tuple[Participant, ...]
    subtotal: int
    total: int
    first_line: int
    expires_at: datetime
    timer: int

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)


class Booking(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of time of a resource.

    Attributes:
        order_id: None of a blocker, which has neither order, service nor customer.
        account_id: The account of the customer; None where they booked without one.
        weight: How many places of the resource it takes. The master of a series stands for its dates and takes none.
        subtotal: The price of the service, `total` that of its add-ons too.
        series_id: The master's id, also of the master itself.
        hold_ends_at: While it is reserved.
        timer: The one that does what time does to it next; None when time does nothing any more.
    """

    id: int
    number: str
    code: str
    status: Status
    order_id: int | None
    account_id: str | None
    customer_id: str | None
    service_id: str | None
    resource_id: str
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    updated_at: datetime
    weight: int = 1
    add_ons: tuple[Choice, ...] = ()
    participants: tuple[Participant, ...] = ()
    answers: FilledForm | None = None
    currency: str = "EUR"
    subtotal: int = 0
    total: int = 0
    status_reason: str | None = None
    description: str | None = None
    customer_note: str | None = None
    note: str | None = None
    series_id: int | None = None
    series_type: SeriesType | None = None
    is_master: bool = False
    canceled_at: datetime | None = None
    checked_in_at: datetime | None = None
    checked_out_at: datetime | None = None
    hold_ends_at: datetime | None = None
    edit: Edit | None = None
    timer: int | None = None

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)

    @property
    def is_blocker(self) -> bool:
        return self.service_id is None

    @property
    def is_final(self) -> bool:
        return self.status in LIFECYCLE.final

    def participant(self, address: str) -> Participant | None:
        """Whoever has an address, in lower case."""
        return next((each for each in self.participants if each.address == address), None)


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A cart, or what became of it.

    Attributes:
        account_id: Whose it is; None of a cart that is known by its access token alone.
        customer_id: None until somebody without an account submits it.
        lines: Of its account, which is opened when it is submitted.
        flow: How it is paid: at once if one of its services is.
    """

    id: int
    number: str
    access_token: str
    status: OrderStatus
    account_id: str | None
    customer_id: str | None
    booking_ids: tuple[int, ...]
    currency: str
    created_at: datetime
    updated_at: datetime
    lines: tuple[Line, ...] = ()
    flow: PaymentFlow = PaymentFlow.PAY_OFFLINE

    @property
    def account(self) -> Account:
        return Account(self.lines)

    @property
    def is_draft(self) -> bool:
        return self.status is OrderStatus.DRAFT


class Invoice(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An amount that was demanded, or taken back. Those of an order add up to its total.

    Attributes:
        account_id: That of its order.
        amount: Negative where money or a demand goes back.
        items: How many things it is about.
    """

    id: int
    order_id: int
    account_id: str | None
    kind: InvoiceKind
    status: InvoiceStatus
    amount: int
    currency: str
    tax_rate: int
    items: int
    issued_at: datetime

    @property
    def formatted_number(self) -> str:
        return f"RE-{self.issued_at.year}-{self.id}"


def account_group(account_id: str) -> str:
    """The bookings, orders and invoices of an account."""
    return f"account/{account_id}"


def address_group(address: str) -> str:
    """The bookings in which somebody with that address, in lower case, takes part."""
    return f"address/{address}"


def _groups_of(booking: Booking) -> list[str]:
    if booking.is_blocker:
        return [ALL]
    own = [] if booking.account_id is None else [account_group(booking.account_id)]
    return [ALL, *own, *(address_group(each.address) for each in booking.participants)]


def _by_start(booking: Booking) -> Iterable[Entry]:
    start = microseconds(booking.starts_at)
    return [(group, start, UNWEIGHED) for group in _groups_of(booking)]


def _by_creation(booking: Booking) -> Iterable[Entry]:
    made = microseconds(booking.created_at)
    return [(group, made, UNWEIGHED) for group in _groups_of(booking)]


def _of_series(booking: Booking) -> Iterable[Entry]:
    """The dates without the master."""
    if booking.series_id is None or booking.is_master:
        return ()
    return ((booking.series_id, microseconds(booking.starts_at), UNWEIGHED),)


def _blockers_on_day(booking: Booking) -> Iterable[Entry]:
    if not booking.is_blocker:
        return ()
    return [
        (f"{booking.resource_id}/{day}", microseconds(booking.starts_at), UNWEIGHED) for day in utc_days(booking.span)
    ]


def _by_age(record: Order | Invoice | Customer) -> Iterable[Entry]:
    made_at = record.issued_at if isinstance(record, Invoice) else record.created_at
    groups = [ALL] if record.account_id is None else [ALL, account_group(record.account_id)]
    return [(group, microseconds(made_at), UNWEIGHED) for group in groups]


def _carts(order: Order) -> Iterable[Entry]:
    return ((order.account_id, order.id, UNWEIGHED),) if order.is_draft and order.account_id is not None else ()


ACCOUNTS_BY_EMAIL: Index[CustomerAccount] = Index(
    "anny.customer_account.by_email", lambda each: ((each.email.lower(), each.id, UNWEIGHED),)
)
BOOKINGS_BY_NUMBER: Index[Booking] = Index("anny.booking.by_number", lambda each: ((each.number, each.id, UNWEIGHED),))
BOOKINGS_BY_CODE: Index[Booking] = Index("anny.booking.by_code", lambda each: ((each.code, each.id, UNWEIGHED),))
BOOKINGS_BY_START: Index[Booking] = Index("anny.booking.by_start", _by_start)
BOOKINGS_BY_CREATION: Index[Booking] = Index("anny.booking.by_creation", _by_creation)
BOOKINGS_OF_SERIES: Index[Booking] = Index("anny.booking.of_series", _of_series)
BLOCKERS_ON_DAY: Index[Booking] = Index("anny.booking.blockers_on_day", _blockers_on_day)
CUSTOMERS_BY_AGE: Index[Customer] = Index("anny.customer.by_age", _by_age)
ORDERS_BY_AGE: Index[Order] = Index("anny.order.by_age", _by_age)
CARTS_OF_ACCOUNT: Index[Order] = Index("anny.order.carts_of_account", _carts)
INVOICES_BY_AGE: Index[Invoice] = Index("anny.invoice.by_age", _by_age)
INVOICES_OF_ORDER: Index[Invoice] = Index("anny.invoice.of_order", lambda each: ((each.order_id, each.id, UNWEIGHED),))

ACCOUNTS = Kind("anny.customer_account", CustomerAccount, (ACCOUNTS_BY_EMAIL,))
CUSTOMERS = Kind("anny.customer", Customer, (CUSTOMERS_BY_AGE,))
BOOKINGS = Kind(
    "anny.booking",
    Booking,
    (
        BOOKINGS_BY_NUMBER,
        BOOKINGS_BY_CODE,
        BOOKINGS_BY_START,
        BOOKINGS_BY_CREATION,
        BOOKINGS_OF_SERIES,
        BLOCKERS_ON_DAY,
    ),
)
ORDERS = Kind("anny.order", Order, (ORDERS_BY_AGE, CARTS_OF_ACCOUNT))
INVOICES = Kind("anny.invoice", Invoice, (INVOICES_BY_AGE, INVOICES_OF_ORDER))
CLAIMS = ClaimKind("anny.claim")
