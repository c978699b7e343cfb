"""Bookings as their viewers see them, with the add-ons and the participants of each."""

from collections.abc import Sequence
from typing import Any

from mockserver.apis.anny import terms
from mockserver.apis.anny.offers import ADD_ONS, AddOn, FieldType, PolicyRecord, Resource, Service
from mockserver.apis.anny.records import Booking, Choice, Customer, FilledForm, Order, Participant
from mockserver.apis.anny.types.context import Context
from mockserver.apis.anny.types.formats import amount, moment, moment_or_null
from mockserver.apis.anny.viewers import Part
from mockserver.apis.anny.views import Relation, Type

__all__ = ["BOOKING_PATHS", "BOOKING_TYPES"]

BOOKING_PATHS = (
    "resource.parent.cover_image",
    "resource.cover_image",
    "resource.category",
    "resource.location",
    "service.custom_forms.custom_fields",
    "service.add_ons.group",
    "service.add_ons.cover_image",
    "order",
    "customer",
    "booking_add_ons.add_on.cover_image",
    "booking_participants",
    "attendees",
    "series_bookings",
    "booking_series",
    "sub_bookings.service",
    "sub_bookings.resource.parent",
    "super_booking",
    "sequenced_bookings",
    "reminders",
    "cancellation_policy",
)
"""What can be included of a booking."""

_SECRETS = ("code", "customer_note", "note", "custom_entry_map")
"""Attributes that who knows no more than the number does not see."""


class _Seen:
    """Somebody's entry among the participants, as part of a booking."""

    __slots__ = ("booking", "entry", "id")

    def __init__(self, booking: Booking, entry: Participant) -> None:
        self.id = entry.id
        self.booking = booking
        self.entry = entry


def _attributes(booking: Booking, context: Context) -> dict[str, Any]:
    part = context.part_in(booking)
    register = context.register
    service = register.service_of(booking)
    order = register.order_of(booking)
    busy = terms.busy_span(booking, service)
    shown = {
        "number": booking.number,
        "code": booking.code,
        "status": part.status_of(booking),
        "status_reason": booking.status_reason,
        "is_blocker": booking.is_blocker,
        "start_date": moment(booking.starts_at),
        "end_date": moment(booking.ends_at),
        "blocker_start_date": moment(busy.starts_at),
        "blocker_end_date": moment(busy.ends_at),
        "description": booking.description,
        "customer_note": booking.customer_note,
        "note": booking.note if part is Part.ORGANISATION else None,
        "charged_duration": 0 if service is None else terms.charged_minutes(service, booking.span),
        "weight": booking.weight,
        "currency": booking.currency,
        "starting_fee": amount(0 if service is None else service.starting_fee),
        "subtotal": amount(booking.subtotal),
        "total": amount(booking.total),
        "charged_subtotal": amount(booking.subtotal),
        "charged_total": amount(booking.total),
        "tax_rate": 0 if service is None else service.tax_rate,
        "is_net_total": False,
        "price_hidden": False,
        "visible_for_customer": True,
        "has_payment": order is not None and order.account.paid(booking.id) > 0,
        "can_edit": part.may_edit,
        "is_editable": terms.is_editable(booking, service, context.now),
        "custom_entry_map": _entries(booking, service, context),
        "is_sequence": False,
        "is_sub_booking": False,
        "manually_created": booking.is_blocker,
        "is_series": booking.series_id is not None and not booking.is_master,
        "is_series_master": booking.is_master,
        "series_id": None if booking.series_id is None else str(booking.series_id),
        "series_type": booking.series_type,
        "created_at": moment(booking.created_at),
        "updated_at": moment(booking.updated_at),
        "canceled_at": moment_or_null(booking.canceled_at),
        "check_in_date": moment_or_null(booking.checked_in_at),
        "check_out_date": moment_or_null(booking.checked_out_at),
    }
    if part is Part.STRANGER:
        for name in _SECRETS:
            del shown[name]
    elif part.takes_part:
        del shown["code"]  # whoever has it sees more than is for a participant to see, and after they have left too
    return shown


def _meta(booking: Booking, context: Context) -> dict[str, Any]:
    answers = _answers(booking, context)
    service = context.register.service_of(booking)
    part = context.part_in(booking)
    entry = booking.participant(context.viewer.address or "")
    return {
        "is_anonymous": not booking.is_blocker and booking.account_id is None,
        "has_personalization": answers is not None,
        "personalization_name": None if answers is None else answers.name,
        "sequenced_services_label": None,
        "has_custom_description": booking.description is not None,
        "cancelable_until": moment_or_null(terms.cancelable_until(booking, service)),
        "booking_group_identifier": _group_identifier(booking),
        "edit_in_progress": booking.edit is not None,
        "edit_expires_at": None if booking.edit is None else moment(booking.edit.expires_at),
        "participation_status": entry.status if entry is not None and part.takes_part else None,
    }


def _group_identifier(booking: Booking) -> str:
    """What bookings of the same thing at the same time have in common."""
    service = "" if booking.service_id is None else f"service:{booking.service_id}-"
    dates = f"startDate:{moment(booking.starts_at)}-endDate:{moment(booking.ends_at)}-"
    return f"resource:{booking.resource_id}-{service}{dates}"


def _answers(booking: Booking, context: Context) -> FilledForm | None:
    """Those of whoever looks: a participant's are their own, who knows only the number has none, others see the customer's."""
    part = context.part_in(booking)
    if part is Part.STRANGER:
        return None
    if not part.takes_part:
        return booking.answers
    entry = booking.participant(context.viewer.address or "")
    return None if entry is None else entry.answers  # none of who has just left


def _entries(booking: Booking, service: Service | None, context: Context) -> dict[str, Any]:
    answers = _answers(booking, context)
    form = None if service is None else context.register.form_of(service)
    if answers is None or form is None:
        return {}
    return {
        field.id: {
            "value": answers.values[field.id],
            "formatted_value": _formatted(answers.values[field.id], field.type),
            "label": field.label,
            "type": field.type,
        }
        for field in form.fields
        if field.id in answers.values
    }


def _formatted(value: Any, type_: FieldType) -> str:
    if value is None:
        return ""
    if type_ is FieldType.CHECKBOX:
        return "Yes" if value else "No"
    return ", ".join(value) if isinstance(value, list) else str(value)


def _order(booking: Booking, context: Context) -> Order | None:
    """Participants have no part in what is paid, and a number proves nothing."""
    order = context.register.order_of(booking)
    if order is None or context.viewer.sees_order(order) or context.part_in(booking) is Part.WITNESS:
        return order
    return None


def _customer(booking: Booking, context: Context) -> Customer | None:
    return None if context.part_in(booking) is Part.STRANGER else context.register.customer_of(booking)


def _policy(booking: Booking, context: Context) -> PolicyRecord | None:
    register = context.register
    return register.policy_of(register.service_of(booking))


def _series(booking: Booking, context: Context) -> Sequence[Booking]:
    """The other dates, or those of them that somebody sees who only takes part."""
    dates = context.register.dates_of(booking)
    return [date for date in dates if date.id != booking.id and context.part_in(date).may_read]


def _resource(booking: Booking, context: Context) -> Resource:
    return context.register.resource_of(booking)


def _service(booking: Booking, context: Context) -> Service | None:
    return context.register.service_of(booking)


def _choice_attributes(choice: Choice, _: Context) -> dict[str, Any]:
    return {
        "quantity": choice.quantity,
        "single_price": amount(choice.single_price),
        "total": amount(choice.total),
    }


def _add_on(choice: Choice, context: Context) -> AddOn:
    return context.work.records(ADD_ONS).get(choice.add_on_id)


def _participants(booking: Booking, _: Context) -> Sequence[_Seen]:
    return [_Seen(booking, each) for each in booking.participants]


def _participant_attributes(seen: _Seen, context: Context) -> dict[str, Any]:
    entry, part = seen.entry, context.part_in(seen.booking)
    own = entry.address == context.viewer.address
    sees_addresses = own or part.may_edit or part is Part.WITNESS
    return {
        "email": entry.email if sees_addresses else None,
        "name": entry.name,
        "can_edit": entry.can_edit,
        "attending_virtually": entry.attending_virtually,
        "role": "participant",
        "status": entry.status,
        "has_personalization": entry.answers is not None,
        "invited_at": moment(entry.invited_at),
        "responded_at": moment_or_null(entry.responded_at),
    }


BOOKING_TYPES: tuple[Type[Any, Context], ...] = (
    Type(
        name="bookings",
        attributes=_attributes,
        meta=_meta,
        relationships={
            "resource": Relation.to_one("resources", _resource),
            "service": Relation.to_one("services", _service),
            "order": Relation.to_one("orders", _order),
            "customer": Relation.to_one("customers", _customer),
            "booking_add_ons": Relation.to_many("booking-add-ons", lambda booking, _: booking.add_ons),
            "booking_participants": Relation.to_many("booking-participants", _participants),
            "attendees": Relation.to_many("booking-participants", _participants),
            "series_bookings": Relation.to_many("bookings", _series),
            "booking_series": Relation.to_nothing(),
            "sub_bookings": Relation.to_nothing(is_list=True),
            "super_booking": Relation.to_nothing(),
            "sequenced_bookings": Relation.to_nothing(is_list=True),
            "reminders": Relation.to_nothing(is_list=True),
            "cancellation_policy": Relation.to_one("cancellation-policies", _policy),
        },
        includes=BOOKING_PATHS,
    ),
    Type(
        name="booking-add-ons",
        attributes=_choice_attributes,
        relationships={"add_on": Relation.to_one("add-ons", _add_on)},
        path="",
    ),
    Type(name="booking-participants", attributes=_participant_attributes, path=""),
)
