"""The ReserveKit bundle."""

from datetime import date, timedelta
from typing import Any

from mockserver.apis.bundle import Api, Sample
from mockserver.apis.reservekit.auth import PERSONAS, identify
from mockserver.apis.reservekit.errors import AT_THE_DOOR, broken, render
from mockserver.apis.reservekit.limits import RateLimits, Settings
from mockserver.apis.reservekit.operations import OPERATIONS
from mockserver.apis.reservekit.records import BOOKINGS, CLAIMS, LIFECYCLE, SERVICES, TIME_SLOTS
from mockserver.apis.reservekit.seed import SEED_VERSION, draw_world, read_scenario
from mockserver.apis.reservekit.webhooks import WEBHOOKS
from mockserver.apis.scenarios import ScenarioFiles
from mockserver.lean_imports import on_call
from mockserver.sandbox.domains import Domain

__all__ = ["build"]


def build(spec: dict[str, Any], *, prefix: str) -> Api:
    """The API as *spec*, its OpenAPI document, describes it, served under *prefix*."""
    return Api(
        name="reservekit",
        title="ReserveKit v1: services, weekly time slots, bookings",
        prefix=prefix,
        spec=spec,
        operations=OPERATIONS,
        identify=identify,
        render=render,
        broken=broken,
        at_the_door=AT_THE_DOOR,
        domain=Domain(
            name="reservekit",
            kinds=(SERVICES, TIME_SLOTS, BOOKINGS, CLAIMS.kind),
            seed=draw_world,
            seed_version=SEED_VERSION,
            scenarios=ScenarioFiles("reservekit", read_scenario),
            settings=Settings,
        ),
        personas=PERSONAS,
        lifecycles=(LIFECYCLE,),
        calendar=on_call("mockserver.apis.reservekit.calendar", "CALENDAR"),
        history=on_call("mockserver.apis.reservekit.history", "HISTORY"),
        throttle=RateLimits(),
        sample=_sample,
        webhooks=WEBHOOKS,
    )


def _sample(today: date) -> Sample:
    """A place in the slot that has eight of them, a week from now."""
    body = {
        "date": (today + timedelta(days=7)).isoformat(),
        "time_slot_id": 456,
        "customer_name": "Jane Doe",
        "customer_email": "jane.doe@example.com",
    }
    return Sample("POST", "/bookings", body)
