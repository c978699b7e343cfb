"""What the Bardge API keeps, and what may become of it.

Moments are aware UTC in whole milliseconds. Money is whole kobo, the minor unit of NGN. Ids are a prefix and a name or
sixteen letters and digits. What is listed newest first has a `serial`, which counts everything that was ever made.
"""

from collections.abc import Iterable
from datetime import datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

import msgspec

from mockserver.booking.ledger import ClaimKind
from mockserver.booking.lifecycle import Lifecycle, Move
from mockserver.booking.ports import ALL, UNWEIGHED, Entry, Index, Kind
from mockserver.booking.spans import Span, microseconds

__all__ = [
    "ACCOUNTS",
    "BOOKINGS",
    "BOOKINGS_OF_CLIENT",
    "BRANCHES",
    "BRANCHES_NEWEST",
    "CLAIMS",
    "CLASSES",
    "CLASSES_NEWEST",
    "CLASSES_OF_BRANCH",
    "CLASS_CATEGORIES",
    "CLIENTS",
    "COPAYS",
    "COPAYS_OF_CLIENT",
    "CREDITS",
    "CREDITS_OF_CLIENT",
    "CREDIT_PACKAGES",
    "CREDIT_PACKAGES_OF_RESELLER",
    "CURRENCY",
    "DEBITS",
    "INSTANCES",
    "INSTANCES_OF_CLASS",
    "ISSUED_PASSES",
    "LAGOS",
    "LIFECYCLE",
    "LOOKUPS",
    "LOOKUPS_BY_TOKEN",
    "PASSES_OF_CLIENT",
    "PRODUCTS",
    "PRODUCTS_OF_RESELLER",
    "QUOTES",
    "RESELLERS",
    "RESELLERS_BY_ISSUER",
    "RESELLERS_NEWEST",
    "SERIAL",
    "SESSIONS",
    "SESSION_LIFECYCLE",
    "Account",
    "Booking",
    "BookingType",
    "Branch",
    "Category",
    "ClassCategory",
    "ClassInstance",
    "Client",
    "Copay",
    "CopayOption",
    "Cover",
    "CreditEntry",
    "CreditPackage",
    "Debit",
    "Duration",
    "GymClass",
    "IssuedPass",
    "Lookup",
    "LookupStatus",
    "Mode",
    "Outcome",
    "Product",
    "Quote",
    "Reseller",
    "Session",
    "SessionKind",
    "SessionStatus",
    "SpaService",
    "Status",
    "Taken",
    "Weekly",
    "account_in",
    "catalogue_owner",
    "client_key",
    "issuer_in",
    "mode_of",
]

LAGOS = ZoneInfo("Africa/Lagos")
"""The clock of every venue."""

CURRENCY = "NGN"

SERIAL = "bardge.serial"
"""Under which `Work.next_id` counts everything that is made."""


class Category(StrEnum):
    SPA = "SPA"
    GYM = "GYM"


class Duration(StrEnum):
    """How long a pass or a package is valid; products write it in lower case."""

    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    QUARTERLY = "QUARTERLY"
    ANNUALLY = "ANNUALLY"


class Mode(StrEnum):
    """Whoever is in one sees nothing of the other but what is offered. Assumed."""

    LIVE = "live"
    TEST = "test"


class BookingType(StrEnum):
    SPA = "spa"
    CLASS = "class"


class Status(StrEnum):
    """Of a booking."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    RESCHEDULED = "rescheduled"


LIFECYCLE = Lifecycle(
    name="booking",
    states=tuple(Status),
    initial=(Status.PENDING,),
    moves=(
        Move(Status.PENDING, "accept", Status.CONFIRMED),
        Move(Status.PENDING, "cancel", Status.CANCELLED),
        Move(Status.PENDING, "reschedule", Status.RESCHEDULED),
        Move(Status.CONFIRMED, "cancel", Status.CANCELLED),
        Move(Status.CONFIRMED, "reschedule", Status.RESCHEDULED),
        Move(Status.CONFIRMED, "complete", Status.COMPLETED),
    ),
)


class SessionKind(StrEnum):
    SPA = "spa"
    CLASS = "class"
    ACCESS = "access"


class SessionStatus(StrEnum):
    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"


SESSION_LIFECYCLE = Lifecycle(
    name="session",
    states=tuple(SessionStatus),
    initial=(SessionStatus.OPEN,),
    moves=(
        Move(SessionStatus.OPEN, "confirm", SessionStatus.USED),
        Move(SessionStatus.OPEN, "expire", SessionStatus.EXPIRED),
    ),
)


class Outcome(StrEnum):
    """What a session for a class or an access code asks for."""

    VISITS = "visits"
    COPAY = "copay"


class LookupStatus(StrEnum):
    PENDING = "PENDING"
    VERIFIED = "VERIFIED"
    EXPIRED = "EXPIRED"


_TEST = "_test"


def account_in(mode: Mode, reseller_id: str) -> str:
    """The account of a reseller: in test mode another one, with data, places and money of its own."""
    return reseller_id if mode is Mode.LIVE else reseller_id + _TEST


def mode_of(reseller_id: str) -> Mode:
    return Mode.TEST if reseller_id.endswith(_TEST) else Mode.LIVE


def catalogue_owner(reseller_id: str) -> str:
    """Whose products and packages of credits an account has: in test mode those of its live twin."""
    return reseller_id.removesuffix(_TEST)


def client_key(reseller_id: str, client_id: str) -> str:
    """Two resellers may each have a client of one id."""
    return f"{reseller_id}/{client_id}"


# What is offered. No call of the API changes it, but for whether a reseller can be asked for its clients.


class Reseller(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Whose key calls, in one mode: each has a twin in the other."""

    id: str
    issuer_id: str
    name: str
    serial: int
    is_enabled: bool
    lookup_enabled: bool
    created_at: datetime


class Cover(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a product is good for at venues of one category; `visits_allowed` None is any number."""

    category: Category
    tiers: tuple[str, ...]
    duration: Duration
    credits: int
    visits_allowed: int | None


class Product(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    id: str
    reseller_id: str
    serial: int
    name: str
    description: str
    price: int
    duration: Duration
    payment_model: str
    covers: tuple[Cover, ...]
    created_at: datetime

    def cover(self, category: Category) -> Cover | None:
        return next((each for each in self.covers if each.category is category), None)


class CopayOption(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A package that opens a gym to a client whose pass does not cover it."""

    id: str
    name: str
    price: int
    duration: Duration
    visits: int


class SpaService(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    id: str
    name: str
    description: str | None
    minutes: int
    price: int
    tier: str
    credits: int


class Branch(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A venue. A spa has services; a gym a price for each visit beyond those of a pass, and co-pay packages."""

    id: str
    serial: int
    name: str
    category: Category
    tier: str
    description: str | None
    address: str
    city: str
    latitude: float
    longitude: float
    visit_price: int
    copay_options: tuple[CopayOption, ...]
    services: tuple[SpaService, ...]
    created_at: datetime

    def service(self, service_id: str) -> SpaService | None:
        return next((each for each in self.services if each.id == service_id), None)

    def copay_option(self, option_id: str) -> CopayOption | None:
        return next((each for each in self.copay_options if each.id == option_id), None)


class ClassCategory(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    id: str
    name: str


class Weekly(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """At one hour of some weekdays, 0 being Sunday; of the places *taken* says how many people from elsewhere have, at least
    and at most.
    """

    weekdays: tuple[int, ...]
    at: time
    capacity: int
    taken: tuple[int, int]


class GymClass(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """`credits` is what a booking takes in place of a visit; None where it takes a visit."""

    id: str
    serial: int
    name: str
    description: str | None
    category_id: str
    branch_id: str
    minutes: int
    credits: int | None
    instructor: str | None
    created_at: datetime
    weekly: Weekly | None = None


class ClassInstance(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A class at a time. `taken` are places of people from elsewhere; those of bookings are claims."""

    id: str
    class_id: str
    starts_at: datetime
    capacity: int
    taken: int


class CreditPackage(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    id: str
    reseller_id: str
    serial: int
    name: str
    credits: int
    amount: int
    created_at: datetime


# Whom it is for


class Client(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One reseller's client; `id` is `client_key`. `passcode_at` is when the passcode was made."""

    id: str
    client_id: str
    reseller_id: str
    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    passcode: str
    passcode_at: datetime


class IssuedPass(msgspec.Struct, frozen=True, kw_only=True):
    """A product in the hands of a client.

    Attributes:
        client: The id of its record.
        visits_used: By category; `visits_bought` beside those of the product.
    """

    id: str
    serial: int
    reseller_id: str
    client: str
    product_id: str
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    transaction_id: str
    tx_ref: str
    visits_used: dict[Category, int] = {}
    visits_bought: dict[Category, int] = {}
    is_cancelled: bool = False


class CreditEntry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A change of a client's credits: above zero they came, below zero they went. The balance is their sum."""

    id: int
    client: str
    amount: int
    description: str
    at: datetime


class Account(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the business account of a reseller still holds; `id` is the reseller's."""

    id: str
    balance: int


class Debit(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What was taken from a business account; below zero it was given back. `about` is the id of what it was for."""

    id: int
    reseller_id: str
    amount: int
    reason: str
    about: str
    at: datetime


class Copay(msgspec.Struct, frozen=True, kw_only=True):
    """What a client bought to be let in where the pass does not reach.

    Attributes:
        ends_at: Until when it is good, this moment not included.
        option_id: Of a gym's package: good for `visits_allowed` visits.
        quote_id: Of a spa's quote: good for one appointment with `service_ids`.
    """

    id: str
    serial: int
    reseller_id: str
    client: str
    branch_id: str
    amount: int
    transaction_id: str
    tx_ref: str
    created_at: datetime
    ends_at: datetime
    option_id: str | None = None
    visits_allowed: int = 0
    visits_used: int = 0
    quote_id: str | None = None
    service_ids: tuple[str, ...] = ()
    used_by: str | None = None


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """What services of a spa cost a client beside the pass, until `ends_at` and for one purchase.

    Attributes:
        service_ids: Of the services that were asked for, those that cost something.
    """

    id: str
    reseller_id: str
    client: str
    pass_id: str
    branch_id: str
    service_ids: tuple[str, ...]
    amount: int
    created_at: datetime
    ends_at: datetime
    is_used: bool = False


# What is booked


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What a booking took, and gives back when it is cancelled in time.

    Attributes:
        category: Of the pass whose visit it was; None where it was none of the pass.
        visits: Of the pass or of a package.
        charged: From the business account, for this booking alone.
        copay_ids: The package of a gym, or the prepaid co-pays of a spa, that were used.
    """

    category: Category | None = None
    visits: int = 0
    credits: int = 0
    charged: int = 0
    copay_ids: tuple[str, ...] = ()


class Booking(msgspec.Struct, frozen=True, kw_only=True):
    """An appointment at a spa, or a place in a class.

    Attributes:
        was_late: It, or one in whose stead it is, was moved when a cancellation would have given back nothing any more.
        timer: Does to it next what time does.
    """

    id: str
    serial: int
    reseller_id: str
    client: str
    pass_id: str
    type: BookingType
    status: Status
    branch_id: str
    starts_at: datetime
    ends_at: datetime
    took: Taken
    created_at: datetime
    updated_at: datetime
    instance_id: str | None = None
    service_ids: tuple[str, ...] = ()
    rescheduled_to: str | None = None
    rescheduled_from: str | None = None
    was_late: bool = False
    timer: int | None = None

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """What was begun and waits to be confirmed.

    Attributes:
        covered: Of the tiers that the visit takes, those that the pass covered when it was opened.
        asks: Of a class or an access code.
        instance_id: Of a class; `service_ids`, `starts_at` and `took` of an appointment.
        price: Of one visit, of a class or an access code that asks for visits.
    """

    id: str
    reseller_id: str
    client: str
    pass_id: str
    kind: SessionKind
    status: SessionStatus
    branch_id: str
    covered: tuple[str, ...]
    created_at: datetime
    ends_at: datetime
    asks: Outcome | None = None
    price: int = 0
    instance_id: str | None = None
    service_ids: tuple[str, ...] = ()
    starts_at: datetime | None = None
    took: Taken = Taken()
    timer: int | None = None


class Lookup(msgspec.Struct, frozen=True, kw_only=True):
    """A reseller's question for another's client. `ends_at` is the end of what waits, or of the token."""

    id: str
    reseller_id: str
    issuer_id: str
    client: str
    status: LookupStatus
    access_code: str
    created_at: datetime
    ends_at: datetime
    wrong_codes: int = 0
    token: str | None = None


def _newest(record: Branch | GymClass) -> Iterable[Entry]:
    return ((ALL, -record.serial, UNWEIGHED),)


def issuer_in(mode: Mode, issuer_id: str) -> str:
    """The group of who can be asked under an id."""
    return f"{mode}/{issuer_id}"


def _of_reseller(record: Product | CreditPackage) -> Iterable[Entry]:
    return ((record.reseller_id, -record.serial, UNWEIGHED),)


def _of_client(record: IssuedPass | Copay) -> Iterable[Entry]:
    return ((record.client, -record.serial, UNWEIGHED),)


def _bookings_of_client(booking: Booking) -> Iterable[Entry]:
    """By who made them: a client of another reseller has bookings that the caller does not see."""
    return ((f"{booking.reseller_id}/{booking.client}", -booking.serial, UNWEIGHED),)


RESELLERS_NEWEST: Index[Reseller] = Index(
    "bardge.reseller.newest", lambda each: ((mode_of(each.id), -each.serial, UNWEIGHED),)
)
RESELLERS_BY_ISSUER: Index[Reseller] = Index(
    "bardge.reseller.by_issuer", lambda each: ((issuer_in(mode_of(each.id), each.issuer_id), each.serial, UNWEIGHED),)
)
PRODUCTS_OF_RESELLER: Index[Product] = Index("bardge.product.of_reseller", _of_reseller)
BRANCHES_NEWEST: Index[Branch] = Index("bardge.branch.newest", _newest)
CLASSES_NEWEST: Index[GymClass] = Index("bardge.class.newest", _newest)
CLASSES_OF_BRANCH: Index[GymClass] = Index(
    "bardge.class.of_branch", lambda each: ((each.branch_id, -each.serial, UNWEIGHED),)
)
INSTANCES_OF_CLASS: Index[ClassInstance] = Index(
    "bardge.class_instance.of_class", lambda each: ((each.class_id, microseconds(each.starts_at), UNWEIGHED),)
)
CREDIT_PACKAGES_OF_RESELLER: Index[CreditPackage] = Index("bardge.credit_package.of_reseller", _of_reseller)
PASSES_OF_CLIENT: Index[IssuedPass] = Index("bardge.issued_pass.of_client", _of_client)
CREDITS_OF_CLIENT: Index[CreditEntry] = Index(
    "bardge.credit_entry.of_client", lambda each: ((each.client, -each.id, each.amount),)
)
COPAYS_OF_CLIENT: Index[Copay] = Index("bardge.copay_purchase.of_client", _of_client)
BOOKINGS_OF_CLIENT: Index[Booking] = Index("bardge.booking.of_client", _bookings_of_client)
LOOKUPS_BY_TOKEN: Index[Lookup] = Index(
    "bardge.lookup.by_token", lambda each: () if each.token is None else ((each.token, each.id, UNWEIGHED),)
)

RESELLERS = Kind("bardge.reseller", Reseller, (RESELLERS_NEWEST, RESELLERS_BY_ISSUER))
PRODUCTS = Kind("bardge.product", Product, (PRODUCTS_OF_RESELLER,))
BRANCHES = Kind("bardge.branch", Branch, (BRANCHES_NEWEST,))
CLASS_CATEGORIES = Kind("bardge.class_category", ClassCategory)
CLASSES = Kind("bardge.class", GymClass, (CLASSES_NEWEST, CLASSES_OF_BRANCH))
INSTANCES = Kind("bardge.class_instance", ClassInstance, (INSTANCES_OF_CLASS,))
CREDIT_PACKAGES = Kind("bardge.credit_package", CreditPackage, (CREDIT_PACKAGES_OF_RESELLER,))
CLIENTS = Kind("bardge.client", Client)
ISSUED_PASSES = Kind("bardge.issued_pass", IssuedPass, (PASSES_OF_CLIENT,))
CREDITS = Kind("bardge.credit_entry", CreditEntry, (CREDITS_OF_CLIENT,))
ACCOUNTS = Kind("bardge.account", Account)
DEBITS = Kind("bardge.debit", Debit)
COPAYS = Kind("bardge.copay_purchase", Copay, (COPAYS_OF_CLIENT,))
QUOTES = Kind("bardge.quote", Quote)
BOOKINGS = Kind("bardge.booking", Booking, (BOOKINGS_OF_CLIENT,))
SESSIONS = Kind("bardge.session", Session)
LOOKUPS = Kind("bardge.lookup", Lookup, (LOOKUPS_BY_TOKEN,))
CLAIMS = ClaimKind("bardge.claim")
