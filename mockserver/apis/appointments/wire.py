"""Records <-> the JSON of the appointments API."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
from babel.numbers import format_currency, get_currency_precision

from mockserver.apis.appointments.desk import CalendarBlock, CalendarRow, CustomerCount, Day, Offer
from mockserver.apis.appointments.records import (
    BlockedType,
    Booking,
    Employee,
    Location,
    Merchant,
    Participant,
    Service,
    ServicePhase,
)
from mockserver.apis.appointments.requests import MerchantBooking
from mockserver.apis.appointments.terms import deadline_hours_of

__all__ = [
    "parse",
    "parse_merchant_booking",
    "show_block",
    "show_blocked_type",
    "show_booking",
    "show_customer",
    "show_day",
    "show_disabled_days",
    "show_employee",
    "show_merchant",
    "show_next",
    "show_row",
    "show_service",
    "show_services",
    "show_summary",
]

R = TypeVar("R")

_NOON = 12


def parse(body: Any, record: type[R]) -> R:
    """A body that the contract let through, as a record; fields the record does not know are dropped."""
    return msgspec.convert(body, record)


def parse_merchant_booking(body: Any) -> MerchantBooking:
    """A rule beside `is_recurring: false`, and what stands beside a customer's id, counts for nothing, whatever it is:
    the vendor's own client sends both.
    """
    customers = [{"id": each["id"]} if each.get("id") is not None else each for each in body["customers"]]
    rule = body.get("recurrence_rule") if body["is_recurring"] else None
    return parse({**body, "customers": customers, "recurrence_rule": rule}, MerchantBooking)


# Bookings


def show_booking(
    booking: Booking, participant: Participant, merchant: Merchant, service: Service, location: Location
) -> dict[str, Any]:
    """As a customer sees it."""
    return {
        "from_date": _moment(booking.starts_at),
        "to_date": _moment(booking.ends_at),
        "service_name": service.name,
        "cancel_deadline": deadline_hours_of(service, merchant),
        "formatted_location": location.formatted,
        "price": _price(service, merchant),
        "price_type": service.price_type.value,
        "merchant_name": merchant.name,
        "is_cancelled": booking.is_cancelled or not participant.is_active,
    }


def show_row(row: CalendarRow, merchant: Merchant) -> dict[str, Any]:
    booking, service, customer = row.booking, row.service, row.customer
    present = booking.current_participants
    cancelled_at = booking.cancelled_by_merchant_at
    return {
        "id": booking.id,
        "from_date": _moment(booking.starts_at),
        "to_date": _moment(booking.ends_at),
        "customer_note": row.participant and row.participant.note,
        "merchant_note": booking.merchant_note,
        "service_name": service.name,
        "service_color": service.color,
        "service_duration": service.minutes,
        "price": _money(service.price_for(present), merchant),
        "cost": _money(service.cost_for(present), merchant),
        "first_name": customer and customer.first_name,
        "last_name": customer and customer.last_name,
        "phone_number": customer and customer.phone_number,
        "booking_type": booking.type.value,
        "current_participants": present,
        "min_participants": booking.min_participants,
        "max_participants": booking.max_participants,
        "is_cancelled": booking.is_cancelled,
        "cancelled_by_merchant_on": cancelled_at and _moment(cancelled_at),
        "cancellation_reason": booking.cancellation_reason,
        "series_id": booking.series_id,
    }


def show_block(block: CalendarBlock) -> dict[str, Any]:
    blocked, kind = block.blocked, block.type
    return {
        "id": blocked.id,
        "employee_id": blocked.employee_id,
        "name": blocked.name,
        "from_date": _moment(blocked.starts_at),
        "to_date": _moment(blocked.ends_at),
        "all_day": blocked.all_day,
        "icon": kind and kind.icon,
        "blocked_type_id": blocked.type_id,
    }


# The catalogue


def show_merchant(merchant: Merchant, locations: Sequence[Location], services: Sequence[Service]) -> dict[str, Any]:
    main = locations[0]
    return {
        "merchant_name": merchant.name,
        "url_name": merchant.slug,
        "contact_email": merchant.contact_email,
        "introduction": merchant.introduction,
        "announcement": merchant.announcement,
        "about_us": merchant.about_us,
        "parking_info": merchant.parking_info,
        "payment_info": merchant.payment_info,
        "timezone": merchant.timezone,
        "location_id": main.id,
        "country": main.country,
        "city": main.city,
        "postal_code": main.postal_code,
        "address": main.address,
        "formatted_location": main.formatted,
        "geo_point": _geo_point(main),
        "locations": [{"id": each.id, "formatted_location": each.formatted} for each in locations],
        "services": [
            {
                "id": category and category.id,
                "name": category and category.name,
                "sequence": sequence,
                "services": [
                    {
                        "id": service.id,
                        "category_id": service.category_id,
                        "name": service.name,
                        "description": service.description,
                        "total_duration": service.minutes,
                        "price": _price(service, merchant),
                        "price_type": service.price_type.value,
                        "sequence": number,
                    }
                    for number, service in enumerate(inside, start=1)
                ],
            }
            for sequence, (category, inside) in enumerate(_by_category(merchant, services), start=1)
        ],
        "business_hours": {
            str(day): [{"start_time": _wall_clock(opens), "end_time": _closing(closes)} for opens, closes in hours]
            for day, hours in sorted(merchant.hours.items())
        },
    }


def show_service(offer: Offer) -> dict[str, Any]:
    service = offer.service
    return {
        "id": service.id,
        "name": service.name,
        "description": service.description,
        "total_duration": service.minutes,
        "price": _price(service, offer.merchant),
        "price_type": service.price_type.value,
        "formatted_location": offer.location.formatted,
        "geo_point": _geo_point(offer.location),
        "phases": [_phase(service, phase, number) for number, phase in enumerate(service.phases, start=1)],
    }


def show_summary(offer: Offer) -> dict[str, Any]:
    return {
        "name": offer.service.name,
        "total_duration": offer.service.minutes,
        "price": _price(offer.service, offer.merchant),
        "price_type": offer.service.price_type.value,
        "formatted_location": offer.location.formatted,
    }


def show_day(day: Day, merchant: Merchant) -> dict[str, Any]:
    zone = merchant.zone
    moments = sorted({*day.starts, *(booking.starts_at for booking in day.groups)})
    local = [moment.astimezone(zone) for moment in moments]
    morning = bisect_left(local, _NOON, key=lambda moment: moment.hour)
    return {
        "date": day.date.isoformat(),
        "is_available": bool(local),
        "morning": [_hour_and_minute(moment) for moment in local[:morning]],
        "afternoon": [_hour_and_minute(moment) for moment in local[morning:]],
        "group_bookings": [
            {
                "booking_id": booking.id,
                "from_date": _moment(booking.starts_at),
                "to_date": _moment(booking.ends_at),
                "current_participants": booking.current_participants,
                "max_participants": booking.max_participants,
            }
            for booking in day.groups
        ],
    }


def show_next(start: datetime | None, merchant: Merchant) -> dict[str, Any]:
    if start is None:
        return {"date": "", "time": ""}
    local = start.astimezone(merchant.zone)
    return {"date": local.date().isoformat(), "time": _hour_and_minute(local)}


def show_disabled_days(closed_days: Sequence[int], first: date, last: date) -> dict[str, Any]:
    """*first* and *last* bound the booking window."""
    return {"closed_days": list(closed_days), "min_date": first.isoformat(), "max_date": last.isoformat()}


# The back office


def show_employee(employee: Employee) -> dict[str, Any]:
    return {
        "id": employee.id,
        "role": employee.role.value,
        "first_name": employee.first_name,
        "last_name": employee.last_name,
        "email": employee.email,
        "phone_number": employee.phone_number,
        "is_active": employee.is_active,
        "location_id": employee.location_id,
    }


def show_services(merchant: Merchant, services: Sequence[Service]) -> list[dict[str, Any]]:
    return [
        {
            "id": category and category.id,
            "name": category and category.name,
            "services": [
                {
                    "id": service.id,
                    "name": service.name,
                    "duration": service.minutes,
                    "price": _price(service, merchant),
                    "price_type": service.price_type.value,
                    "color": service.color,
                    "booking_type": "class" if service.is_group else "appointment",
                    "min_participants": service.min_participants,
                    "max_participants": service.max_participants,
                }
                for service in inside
            ],
        }
        for category, inside in _by_category(merchant, services)
    ]


def show_customer(count: CustomerCount) -> dict[str, Any]:
    customer = count.customer
    return {
        "id": customer.id,
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "email": customer.email,
        "phone_number": customer.phone_number,
        "birthday": None if customer.birthday is None else f"{customer.birthday}T00:00:00Z",
        "note": customer.note,
        "is_dummy": customer.user is None,
        "is_blacklisted": customer.is_blacklisted,
        "blacklist_reason": customer.blacklist_reason,
        "times_booked": count.booked,
        "times_cancelled": count.cancelled,
    }


def show_blocked_type(kind: BlockedType) -> dict[str, Any]:
    return {"id": kind.id, "name": kind.name, "duration": kind.minutes, "icon": kind.icon}


# Parts


def _by_category(merchant: Merchant, services: Sequence[Service]) -> Any:
    """The categories that have services, in the merchant's order; what has no category comes last."""
    for category in (*merchant.categories, None):
        inside = [service for service in services if service.category_id == (category and category.id)]
        if inside:
            yield category, inside


def _phase(service: Service, phase: ServicePhase, number: int) -> dict[str, Any]:
    return {
        "id": phase.id,
        "service_id": service.id,
        "name": phase.name,
        "sequence": number,
        "duration": phase.minutes,
        "phase_type": "wait" if phase.waits else "active",
    }


def _geo_point(location: Location) -> dict[str, float]:
    return {"latitude": location.latitude, "longitude": location.longitude}


def _price(service: Service, merchant: Merchant) -> dict[str, Any]:
    """What one person pays; `per_booking`, what one booking costs."""
    return _money(service.price_for(1), merchant)


def _money(minor: int, merchant: Merchant) -> dict[str, Any]:
    return {
        "amount": minor,
        "currency": merchant.currency,
        "formatted": _formatted(minor, merchant.currency, merchant.locale),
    }


@lru_cache(maxsize=4_096)
def _formatted(minor: int, currency: str, locale: str) -> str:
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    return format_currency(amount, currency, locale=locale)


def _hour_and_minute(moment: datetime) -> str:
    return moment.isoformat()[11:16]  # three times as fast as formatting


def _wall_clock(moment: time) -> str:
    return moment.isoformat("seconds")


def _closing(moment: time) -> str:
    """Midnight is the end of the day that was spoken of, not the beginning of another one."""
    return _wall_clock(moment) if moment != time.min else "24:00:00"


@lru_cache(maxsize=8_192)
def _moment(moment: datetime) -> str:
    return f"{moment.isoformat()[:19]}Z"
