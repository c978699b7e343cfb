"""Writes what stands in the calendars of the merchants of `blueprint`.

What a merchant offers is never made up here: bookings take their phases and limits from their service, a block that lasts
all day takes its days from the merchant's clock.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from mockserver.apis.appointments.blueprint import Records, Shop
from mockserver.apis.appointments.claims import claims_of
from mockserver.apis.appointments.records import (
    BOOKINGS,
    CLAIMS,
    BlockedTime,
    Booking,
    BookingType,
    Participant,
    Service,
    Status,
)
from mockserver.booking.schedule import fit, whole_days
from mockserver.booking.spans import Span

__all__ = ["make_block", "make_booking", "with_claims", "written_block", "written_booking"]


def written_booking(shop: Shop, document: Mapping[str, Any]) -> Booking:
    """A booking from a document: `{id, service_id, location_id, employee_id, from_date, to_date, merchant_note, status,
    customers: [{id, note}]}`. Statuses that are left out are `booked`, notes null.
    """
    return make_booking(
        shop.services[document["service_id"]],
        Span(_moment(document["from_date"]), _moment(document["to_date"])),
        [
            Participant(each["id"], each.get("note"), Status(each.get("status", Status.BOOKED)))
            for each in document.get("customers", ())
        ],
        id=document["id"],
        location_id=document["location_id"],
        employee_id=document["employee_id"],
        merchant_note=document.get("merchant_note"),
        status=Status(document.get("status", Status.BOOKED)),
        series_id=document.get("series_id"),
    )


def written_block(shop: Shop, document: Mapping[str, Any]) -> BlockedTime:
    """A blocked time from a document: `{id, employee_id, name, from_date, to_date, all_day, blocked_type_id}`."""
    return make_block(
        shop,
        Span(_moment(document["from_date"]), _moment(document["to_date"])),
        id=document["id"],
        employee_id=document["employee_id"],
        name=document["name"],
        type_id=document.get("blocked_type_id"),
        all_day=document.get("all_day", False),
    )


def make_booking(service: Service, span: Span, participants: Iterable[Participant], **fields: Any) -> Booking:
    """A booking on the terms of its service; *fields* are those the service does not decide."""
    in_series = fields.get("series_id") is not None
    group = BookingType.CLASS if in_series else BookingType.EVENT
    return Booking(
        merchant_id=service.merchant_id,
        service_id=service.id,
        type=group if service.is_group else BookingType.APPOINTMENT,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        phases=fit(service.timing, span.ends_at - span.starts_at),
        participants=tuple(participants),
        min_participants=service.min_participants,
        max_participants=service.max_participants,
        **fields,
    )


def make_block(shop: Shop, span: Span, *, all_day: bool, **fields: Any) -> BlockedTime:
    busy = whole_days(span, shop.merchant.zone) if all_day else span
    return BlockedTime(
        merchant_id=shop.merchant.id,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        all_day=all_day,
        busy_from=busy.starts_at,
        busy_to=busy.ends_at,
        **fields,
    )


def with_claims(booking: Booking) -> Records:
    return [(BOOKINGS, booking), *((CLAIMS.kind, claim) for claim in claims_of(booking))]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
