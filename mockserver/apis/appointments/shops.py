"""The merchants of every world, as `fixtures/appointments/seed.yaml` has them, and the making of what stands in their
calendars. What a merchant offers is never made up here: bookings take their phases and limits from their service, a
block that lasts all day takes its days from the merchant's clock.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any

import msgspec

from doublebook_data import fixtures_dir, read_yaml
from mockserver.apis.appointments.claims import claims_of
from mockserver.apis.appointments.records import (
    BLOCKED_TYPES,
    BOOKINGS,
    CLAIMS,
    CUSTOMERS,
    EMPLOYEES,
    LOCATIONS,
    MERCHANTS,
    SERVICES,
    BlockedTime,
    BlockedType,
    Booking,
    BookingType,
    Customer,
    Employee,
    Location,
    Merchant,
    Participant,
    Service,
    Status,
)
from mockserver.booking.ports import Kind
from mockserver.booking.schedule import fit, local_moment, whole_days
from mockserver.booking.spans import Span

__all__ = [
    "Plan",
    "Records",
    "Shop",
    "make_block",
    "make_booking",
    "read_plan",
    "with_claims",
    "written_block",
    "written_booking",
]

Records = list[tuple[Kind[Any], Any]]


@dataclass(frozen=True, slots=True)
class Shop:
    """A merchant with what the calendar is made of, and what of it is drawn."""

    merchant: Merchant
    services: Mapping[int, Service]
    employees: Sequence[Employee]
    locations: Sequence[Location]
    blocked_types: Mapping[int, BlockedType]
    drawn: Mapping[str, Any]

    def at(self, day: date, wall_clock: str) -> datetime:
        return local_moment(day, time.fromisoformat(wall_clock), self.merchant.zone)


@dataclass(frozen=True, slots=True)
class Plan:
    """What `seed.yaml` says.

    Attributes:
        document: As it is written, for what is only needed while a world is drawn.
        shops: By slug.
        records: What every world holds.
    """

    document: Mapping[str, Any]
    shops: Mapping[str, Shop]
    records: Records


@cache
def read_plan() -> Plan:
    """Reads it once: all worlds share what they have in common."""
    document = read_yaml(fixtures_dir() / "appointments" / "seed.yaml")
    shops: dict[str, Shop] = {}
    records: Records = []
    for each in document["merchants"]:
        merchant = msgspec.convert({**each, "hours": _hours(each["hours"])}, Merchant)
        services = _owned(merchant, map(_with_phase_ids, each["services"]), Service)
        employees = _owned(merchant, each["employees"], Employee)
        locations = _owned(merchant, each["locations"], Location)
        types = _owned(merchant, each["blocked_types"], BlockedType)
        records.append((MERCHANTS, merchant))
        records += [(LOCATIONS, record) for record in locations]
        records += [(EMPLOYEES, record) for record in employees]
        records += [(SERVICES, record) for record in services]
        records += [(BLOCKED_TYPES, record) for record in types]
        records += [(CUSTOMERS, record) for record in _owned(merchant, each["customers"], Customer)]
        shops[merchant.slug] = Shop(
            merchant=merchant,
            services={service.id: service for service in services},
            employees=employees,
            locations=locations,
            blocked_types={each.id: each for each in types},
            drawn=each["drawn"],
        )
    return Plan(document, shops, records)


def _owned(merchant: Merchant, documents: Iterable[Mapping[str, Any]], kind: type[Any]) -> list[Any]:
    return [msgspec.convert({**each, "merchant_id": merchant.id}, kind) for each in documents]


def _with_phase_ids(service: Mapping[str, Any]) -> Mapping[str, Any]:
    """Phases are numbered within their service: nobody asks for one by its id."""
    phases = [{"id": service["id"] * 10 + number, **each} for number, each in enumerate(service["phases"], start=1)]
    return {**service, "phases": phases}


def _hours(rows: Iterable[Mapping[str, Any]]) -> dict[int, tuple[tuple[time, time], ...]]:
    return {
        day: tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in row["open"])
        for row in rows
        for day in row["days"]
    }


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
