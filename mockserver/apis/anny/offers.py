"""What is offered: resources, and services with all that they ask for. No call of the API changes any of it.

Money is whole minor units of the organisation's currency. Periods and durations are minutes, as the vendor counts them.
Ids are UUIDs.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from mockserver.booking.ports import ALL, UNWEIGHED, Entry, Index, Kind

__all__ = [
    "ADD_ONS",
    "FORMS",
    "PARENTS_BY_NAME",
    "POLICIES",
    "RESOURCES",
    "RESOURCES_BY_NAME",
    "RESOURCES_BY_SLUG",
    "RESOURCES_OF_PARENT",
    "SERVICES",
    "SERVICES_BY_NAME",
    "SERVICES_OF_RESOURCE",
    "SINCE",
    "ZONE",
    "AddOn",
    "CheckIn",
    "Editing",
    "FeeTier",
    "FeeType",
    "Field",
    "FieldType",
    "Form",
    "PaymentFlow",
    "Period",
    "PolicyRecord",
    "Resource",
    "Service",
]

SINCE = datetime(2025, 1, 1, tzinfo=UTC)
"""When the organisation opened: people, resources and services are there since then."""


ZONE = ZoneInfo("Europe/Berlin")
"""The organisation's: what its clocks show is meant where somebody names a time without an offset."""


class PaymentFlow(StrEnum):
    PAY_NOW = "pay-now"
    PAY_OFFLINE = "pay-offline"


class FieldType(StrEnum):
    TEXT = "text"
    TEXTAREA = "textarea"
    NUMBER = "number"
    EMAIL = "email"
    PHONE = "phone"
    DATE = "date"
    CHECKBOX = "checkbox"
    SELECT = "select"
    MULTISELECT = "multiselect"
    RADIO = "radio"


class FeeType(StrEnum):
    PERCENTAGE = "percentage"
    AMOUNT = "amount"


_MINUTES = {"minutes": 1, "hours": 60, "days": 24 * 60, "weeks": 7 * 24 * 60}


class Period(msgspec.Struct, frozen=True, gc=False):
    """A length of time before the start; none where one of the two is missing."""

    period: str | None = None
    offset: int | None = None

    @property
    def length(self) -> timedelta | None:
        if self.period is None or self.offset is None:
            return None
        return timedelta(minutes=_MINUTES[self.period] * self.offset)


class CheckIn(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """When a booking of a resource is checked in, and what follows when nobody does. Minutes around the start.

    Attributes:
        by_terminal: Whether terminals check in; `out_by_terminal` likewise.
    """

    is_enabled: bool
    auto_expiry: bool
    expires_after: int
    allowed_before: int
    allowed_after: int
    allow_multiple: bool
    release_on_checkout: bool
    by_terminal: bool
    out_by_terminal: bool


class Resource(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is booked. `hours` are wall-clock pairs by weekday, 0 being Sunday."""

    id: str
    slug: str
    name: str
    timezone: str
    quantity: int
    parent_id: str | None
    check_in: CheckIn
    hours: dict[int, tuple[tuple[Any, Any], ...]]
    auto_accept: bool = True
    is_hidden: bool = False
    is_archived: bool = False

    @property
    def is_listed(self) -> bool:
        return not (self.is_hidden or self.is_archived)


class Editing(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What can be edited of an accepted booking, and until how long before its start."""

    base_data: bool
    resource: bool
    service_options: bool
    future_only: bool
    deadline: Period


class Service(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How resources can be booked.

    Attributes:
        calculation_interval: What one `price` is for; None where it is for any duration.
        advance_booking_period: A booking ends that long ahead at most; None is any time.
        cancellation: How long before the start canceling ends.
    """

    id: str
    name: str
    currency: str
    tax_rate: int
    resource_ids: tuple[str, ...]
    price: int
    starting_fee: int
    calculation_interval: int | None
    uncharged_duration: int
    is_net_price: bool
    min_duration: int | None
    max_duration: int | None
    booking_interval: int | None
    lead_time: int
    padding_before: int
    padding_after: int
    advance_booking_period: int | None
    auto_accept: bool
    can_instant_book: bool
    allow_participants: bool
    min_participants: int
    max_participants: int | None
    allow_recurring: bool
    is_series: bool
    add_on_ids: tuple[str, ...]
    form_id: str | None
    allow_personalization: bool
    allow_subsequent_personalizations: bool
    policy_id: str | None
    cancellation: Period
    payment_flow: PaymentFlow
    editing: Editing


class AddOn(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """`max_quantity` and `stock` are None where there is no end to it. The stock is what one booking can have at most."""

    id: str
    name: str
    price: int
    currency: str
    tax_rate: int
    min_quantity: int
    max_quantity: int | None
    stock: int | None


class FeeTier(msgspec.Struct, frozen=True, gc=False):
    """`fee_value` is per cent, or minor units."""

    before_start_minutes: int
    fee_type: FeeType
    fee_value: int


class PolicyRecord(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What canceling costs: tiers, the longest notice first. `terms.policy_of` makes rules of it."""

    id: str
    name: str
    tiers: tuple[FeeTier, ...]


class Field(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A question of a form; `options` are empty but for those with a choice."""

    id: str
    label: str
    type: FieldType
    required: bool
    options: tuple[str, ...] = ()


class Form(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    id: str
    name: str
    fields: tuple[Field, ...]

    @property
    def is_mandatory(self) -> bool:
        return any(field.required for field in self.fields)


def _by_name(record: Resource | Service) -> Iterable[Entry]:
    return ((ALL, record.name, UNWEIGHED),) if isinstance(record, Service) or record.is_listed else ()


def _parents_by_name(resource: Resource) -> Iterable[Entry]:
    return ((ALL, resource.name, UNWEIGHED),) if resource.parent_id is None and resource.is_listed else ()


def _of_parent(resource: Resource) -> Iterable[Entry]:
    return (
        ((resource.parent_id, resource.name, UNWEIGHED),)
        if resource.parent_id is not None and resource.is_listed
        else ()
    )


RESOURCES_BY_NAME: Index[Resource] = Index("anny.resource.by_name", _by_name)
PARENTS_BY_NAME: Index[Resource] = Index("anny.resource.parents_by_name", _parents_by_name)
RESOURCES_BY_SLUG: Index[Resource] = Index("anny.resource.by_slug", lambda each: ((each.slug, each.id, UNWEIGHED),))
RESOURCES_OF_PARENT: Index[Resource] = Index("anny.resource.of_parent", _of_parent)
SERVICES_BY_NAME: Index[Service] = Index("anny.service.by_name", _by_name)
SERVICES_OF_RESOURCE: Index[Service] = Index(
    "anny.service.of_resource", lambda each: [(resource_id, each.name, UNWEIGHED) for resource_id in each.resource_ids]
)

RESOURCES = Kind(
    "anny.resource", Resource, (PARENTS_BY_NAME, RESOURCES_BY_NAME, RESOURCES_BY_SLUG, RESOURCES_OF_PARENT)
)
SERVICES = Kind("anny.service", Service, (SERVICES_BY_NAME, SERVICES_OF_RESOURCE))
ADD_ONS = Kind("anny.add_on", AddOn)
POLICIES = Kind("anny.cancellation_policy", PolicyRecord)
FORMS = Kind("anny.custom_form", Form)
