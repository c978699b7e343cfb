"""The merchants of every world, as `fixtures/appointments/seed.yaml` has them, and what they offer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Any

import msgspec

from doublebook_data import fixtures_dir, read_yaml
from mockserver.apis.appointments.records import (
    BLOCKED_TYPES,
    CUSTOMERS,
    EMPLOYEES,
    LOCATIONS,
    MERCHANTS,
    SERVICES,
    BlockedType,
    Customer,
    Employee,
    Location,
    Merchant,
    Service,
)
from mockserver.booking.ports import Kind
from mockserver.booking.schedule import local_moment

__all__ = ["Blueprint", "Records", "Shop", "read_blueprint"]

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
class Blueprint:
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
def read_blueprint() -> Blueprint:
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
    return Blueprint(document, shops, records)


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
