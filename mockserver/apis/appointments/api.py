"""The appointments bundle."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from mockserver.apis.appointments.auth import PERSONAS, identify
from mockserver.apis.appointments.errors import AT_THE_DOOR, broken, render
from mockserver.apis.appointments.operations import OPERATIONS
from mockserver.apis.appointments.records import (
    BLOCKED_TIMES,
    BLOCKED_TYPES,
    BOOKINGS,
    CLAIMS,
    CUSTOMERS,
    EMPLOYEES,
    LIFECYCLE,
    LOCATIONS,
    MERCHANTS,
    PARTICIPATION,
    SERVICES,
)
from mockserver.apis.appointments.seed import SEED_VERSION, draw_world, read_scenario
from mockserver.apis.bundle import Api, Sample
from mockserver.apis.scenarios import ScenarioFiles
from mockserver.lean_imports import on_call
from mockserver.sandbox.domains import Deadline, Domain
from mockserver.sandbox.work import Work

__all__ = ["Settings", "build"]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a sandbox may set for appointments.

    Attributes:
        business_hours: Whether customers may book only while the merchant is open.
    """

    business_hours: bool = True


def build(spec: dict[str, Any], *, prefix: str) -> Api:
    """The API as *spec*, its OpenAPI document, describes it, served under *prefix*."""
    return Api(
        name="appointments",
        title="Appointments: merchants, customers, groups, recurring series",
        prefix=prefix,
        spec=spec,
        operations=OPERATIONS,
        identify=identify,
        render=render,
        broken=broken,
        at_the_door=AT_THE_DOOR,
        domain=Domain(
            name="appointments",
            kinds=(
                MERCHANTS,
                LOCATIONS,
                EMPLOYEES,
                SERVICES,
                CUSTOMERS,
                BOOKINGS,
                BLOCKED_TYPES,
                BLOCKED_TIMES,
                CLAIMS.kind,
            ),
            seed=draw_world,
            seed_version=SEED_VERSION,
            scenarios=ScenarioFiles("appointments", read_scenario),
            deadlines=_deadlines,
            settings=Settings,
        ),
        personas=PERSONAS,
        lifecycles=(LIFECYCLE, PARTICIPATION),
        calendar=on_call("mockserver.apis.appointments.calendar", "CALENDAR"),
        history=on_call("mockserver.apis.appointments.history", "HISTORY"),
        sample=_sample,
    )


def _deadlines(work: Work) -> Iterable[Deadline]:
    from mockserver.apis.appointments.deadlines import deadlines  # noqa: PLC0415 - asked for rarely, and not at the start

    return deadlines(work)


def _sample(today: date) -> Sample:
    """A massage at Spa Retreat, four weeks from now at eight in the morning there, when nobody has come yet."""
    start = datetime.combine(today + timedelta(days=28), time(8), ZoneInfo("America/Los_Angeles"))
    body = {
        "merchant_name": "spa-retreat",
        "service_id": 123,
        "location_id": 456,
        "timeStamp": start.isoformat(),
        "customer_note": "Please use fragrance-free products",
    }
    return Sample("POST", "/bookings/customer", body, is_silent=True)
