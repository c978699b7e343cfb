"""What is offered: resources, services, and what belongs to a service."""

import re
from collections.abc import Sequence
from typing import Any

from mockserver.apis.anny.offers import (
    RESOURCES,
    RESOURCES_OF_PARENT,
    SERVICES,
    SERVICES_OF_RESOURCE,
    SINCE,
    AddOn,
    Editing,
    FeeTier,
    FeeType,
    Field,
    Form,
    Period,
    PolicyRecord,
    Resource,
    Service,
)
from mockserver.apis.anny.types.context import Context
from mockserver.apis.anny.types.formats import amount, moment
from mockserver.apis.anny.views import Relation, Type

__all__ = ["CATALOGUE_TYPES"]

_HOUR = 60


def _children(resource: Resource, context: Context) -> Sequence[Resource]:
    return context.work.records(RESOURCES).page(RESOURCES_OF_PARENT, resource.id)


def _services(resource: Resource, context: Context) -> Sequence[Service]:
    return context.work.records(SERVICES).page(SERVICES_OF_RESOURCE, resource.id)


def _parent(resource: Resource, context: Context) -> Resource | None:
    return None if resource.parent_id is None else context.work.records(RESOURCES).get(resource.parent_id)


def _resource(resource: Resource, context: Context) -> dict[str, Any]:
    check_in = resource.check_in
    return {
        "slug": resource.slug,
        "name": resource.name,
        "description": None,
        "plain_description": None,
        "timezone": resource.timezone,
        "quantity": resource.quantity,
        "staggered_quantity": None,
        "max_booking_quantity": None,
        "has_children": context.work.records(RESOURCES).count(RESOURCES_OF_PARENT, resource.id) > 0,
        "auto_accept_bookings": resource.auto_accept,
        "bookings_enabled": True,
        "available_from": None,
        "available_to": None,
        "viewing_requires_community": False,
        "booking_requires_community": False,
        "is_online": False,
        "hidden": resource.is_hidden,
        "archived": resource.is_archived,
        "live": True,
        "settings": {
            "checkIn": {
                "isEnabled": check_in.is_enabled,
                "autoExpiry": check_in.auto_expiry,
                "autoExpiresAfter": check_in.expires_after,
                "allowedAdvancePeriod": check_in.allowed_before,
                "allowedDelayPeriod": check_in.allowed_after,
                "allowMultiple": check_in.allow_multiple,
                "releaseOnCheckout": check_in.release_on_checkout,
            },
            "selfCheckIn": {"isEnabled": check_in.by_terminal, "checkOutEnabled": check_in.out_by_terminal},
        },
        "created_at": moment(SINCE),
    }


def _resource_meta(resource: Resource, _: Context) -> dict[str, Any]:
    return {"parent_id": resource.parent_id}


def _slug(name: str) -> str:
    return "-".join(re.findall("[a-z0-9]+", name.lower()))


def _service(service: Service, context: Context) -> dict[str, Any]:
    editing = _editing(service.editing)
    return {
        "name": service.name,
        "slug": _slug(service.name),
        "description": None,
        "price": amount(service.price),
        "starting_fee": amount(service.starting_fee),
        "currency": service.currency,
        "tax_rate": service.tax_rate,
        "is_net_price": service.is_net_price,
        "calculation_interval": service.calculation_interval,
        "uncharged_duration": service.uncharged_duration,
        "price_hidden": False,
        "unit": None,
        "min_duration": service.min_duration,
        "max_duration": service.max_duration,
        "booking_interval": service.booking_interval,
        "has_flexible_duration": service.min_duration != service.max_duration,
        "auto_duration": False,
        "is_full_day": False,
        "lead_time": service.lead_time,
        "padding_before": service.padding_before,
        "padding_after": service.padding_after,
        "advance_booking_period": service.advance_booking_period,
        "default_start_time": None,
        "default_end_time": None,
        "auto_accept_bookings": service.auto_accept,
        "allow_participants": service.allow_participants,
        "participant_settings": {
            "participants": {
                "minParticipants": service.min_participants,
                "maxParticipants": service.max_participants,
            }
        },
        "requires_address": False,
        "allow_customer_notes": True,
        "allow_recurring": service.allow_recurring,
        "is_series": service.is_series,
        "allow_personalization": service.allow_personalization,
        "require_personalization": service.allow_personalization and _asks_something(context.register.form_of(service)),
        "allow_subsequent_personalizations": service.allow_subsequent_personalizations,
        "public_settings": {
            "cancellation": _period(service.cancellation),
            "payment": {"flow": service.payment_flow},
            "editing": editing,
        },
        "settings": {"editing": editing},
        "created_at": moment(SINCE),
    }


def _editing(editing: Editing) -> dict[str, Any]:
    return {
        "canEditBaseData": editing.base_data,
        "canEditChildResource": editing.resource,
        "canEditServiceOptions": editing.service_options,
        "futureOnly": editing.future_only,
        "deadline": _period(editing.deadline),
    }


def _period(period: Period) -> dict[str, Any]:
    return {"period": period.period, "offset": period.offset}


def _service_meta(service: Service, context: Context) -> dict[str, Any]:
    form = context.register.form_of(service)
    return {
        "has_custom_forms": form is not None,
        "has_mandatory_custom_forms": _asks_something(form),
        "has_add_ons": bool(service.add_on_ids),
        "can_instant_book": service.can_instant_book,
        "supports_instant_booking": service.can_instant_book,
        "price_preview": _prices(service),
        "duration_preview": _durations(service),
        "viewing_restricted": False,
        "booking_restricted": False,
        "resource_count": len(service.resource_ids),
    }


def _asks_something(form: Form | None) -> bool:
    """Whether there is a form that has to be answered."""
    return form is not None and form.is_mandatory


def _prices(service: Service) -> str:
    """For people: `199 EUR`, `50 EUR per hour`, `10 EUR and 8 EUR per 30 minutes`."""
    if not service.calculation_interval:
        return f"{amount(service.starting_fee + service.price)} {service.currency}"
    fee = f"{amount(service.starting_fee)} {service.currency} and " if service.starting_fee else ""
    length = _lengths(service.calculation_interval).removeprefix("1 ")
    return f"{fee}{amount(service.price)} {service.currency} per {length}"


def _durations(service: Service) -> str | None:
    """For people: `1 to 4 hours`, `90 minutes`; None where there is no end to it, or no beginning."""
    if service.min_duration is None or service.max_duration is None:
        return None
    return _lengths(service.min_duration, service.max_duration)


def _lengths(*minutes: int) -> str:
    in_hours = all(each % _HOUR == 0 for each in minutes)
    size, unit = (_HOUR, "hour") if in_hours else (1, "minute")
    numbers = sorted({each // size for each in minutes})
    return f"{' to '.join(map(str, numbers))} {unit if numbers[-1] == 1 else unit + 's'}"


def _resources(service: Service, context: Context) -> Sequence[Resource]:
    return [context.work.records(RESOURCES).get(resource_id) for resource_id in service.resource_ids]


def _forms(service: Service, context: Context) -> Sequence[Form]:
    form = context.register.form_of(service)
    return () if form is None else (form,)


def _add_ons(service: Service, context: Context) -> Sequence[AddOn]:
    found = (context.register.add_on(add_on_id) for add_on_id in service.add_on_ids)
    return [add_on for add_on in found if add_on is not None]


def _policy(service: Service, context: Context) -> PolicyRecord | None:
    return context.register.policy_of(service)


def _add_on(add_on: AddOn, _: Context) -> dict[str, Any]:
    return {
        "name": add_on.name,
        "description": None,
        "price": amount(add_on.price),
        "currency": add_on.currency,
        "tax_rate": add_on.tax_rate,
        "min_quantity": add_on.min_quantity,
        "max_quantity": add_on.max_quantity,
        "stock": add_on.stock,
        "is_featured": False,
    }


def _policy_attributes(policy: PolicyRecord, _: Context) -> dict[str, Any]:
    return {"name": policy.name, "description": None, "tiers": [_tier(tier) for tier in policy.tiers]}


def _tier(tier: FeeTier) -> dict[str, Any]:
    return {
        "before_start_minutes": tier.before_start_minutes,
        "fee_type": tier.fee_type,
        "fee_value": amount(tier.fee_value) if tier.fee_type is FeeType.AMOUNT else tier.fee_value,
    }


def _form(form: Form, _: Context) -> dict[str, Any]:
    return {"name": form.name, "is_mandatory": form.is_mandatory}


class _Placed:
    """A field and its place in the form, counted from 1."""

    __slots__ = ("field", "id", "position")

    def __init__(self, field: Field, position: int) -> None:
        self.id = field.id
        self.field = field
        self.position = position


def _field(placed: _Placed, _: Context) -> dict[str, Any]:
    field = placed.field
    return {
        "uuid": field.id,
        "label": field.label,
        "type": field.type,
        "required": field.required,
        "options": list(field.options),
        "placeholder": None,
        "position": placed.position,
        "help_text": None,
    }


CATALOGUE_TYPES: tuple[Type[Any, Context], ...] = (
    Type(
        name="resources",
        attributes=_resource,
        meta=_resource_meta,
        relationships={
            "parent": Relation.to_one("resources", _parent),
            "children": Relation.to_many("resources", _children),
            "services": Relation.to_many("services", _services),
            "cover_image": Relation.to_nothing(),
            "category": Relation.to_nothing(),
            "group": Relation.to_nothing(),
            "location": Relation.to_nothing(),
        },
        includes=(
            "parent.cover_image",
            "children",
            "services.custom_forms.custom_fields",
            "services.add_ons",
            "services.cancellation_policy",
            "services.group",
            "cover_image",
            "category",
            "group",
            "location",
        ),
    ),
    Type(
        name="services",
        attributes=_service,
        meta=_service_meta,
        relationships={
            "resources": Relation.to_many("resources", _resources),
            "custom_forms": Relation.to_many("custom-forms", _forms),
            "add_ons": Relation.to_many("add-ons", _add_ons),
            "cancellation_policy": Relation.to_one("cancellation-policies", _policy),
            "group": Relation.to_nothing(),
        },
        includes=(
            "resources",
            "custom_forms.custom_fields",
            "add_ons.group",
            "add_ons.cover_image",
            "cancellation_policy",
            "group",
        ),
    ),
    Type(
        name="add-ons",
        attributes=_add_on,
        relationships={"group": Relation.to_nothing(), "cover_image": Relation.to_nothing()},
        path="",
    ),
    Type(name="cancellation-policies", attributes=_policy_attributes, path=""),
    Type(
        name="custom-forms",
        attributes=_form,
        relationships={
            "custom_fields": Relation.to_many(
                "custom-fields",
                lambda form, _: [_Placed(field, position) for position, field in enumerate(form.fields, start=1)],
            )
        },
        path="",
    ),
    Type(name="custom-fields", attributes=_field, path=""),
)
