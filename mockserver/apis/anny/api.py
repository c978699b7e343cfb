"""The anny bundle."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec

from mockserver.apis.anny.auth import PERSONAS, identify
from mockserver.apis.anny.desk.due import ACTIONS, SUBJECTS
from mockserver.apis.anny.errors import AT_THE_DOOR, broken, render
from mockserver.apis.anny.offers import ADD_ONS, FORMS, POLICIES, RESOURCES, SERVICES
from mockserver.apis.anny.operations import OPERATIONS
from mockserver.apis.anny.queries import respell
from mockserver.apis.anny.records import (
    ACCOUNTS,
    BOOKINGS,
    CLAIMS,
    CUSTOMERS,
    INVOICES,
    LIFECYCLE,
    ORDERS,
    PARTICIPATION,
)
from mockserver.apis.anny.seed import SEED_VERSION, draw_world, read_scenario
from mockserver.apis.anny.webhooks import WEBHOOKS
from mockserver.apis.bundle import Api, Sample
from mockserver.apis.exchange import Call
from mockserver.apis.scenarios import ScenarioFiles
from mockserver.lean_imports import on_call
from mockserver.sandbox.domains import Deadline, Domain
from mockserver.sandbox.work import Work

__all__ = ["Settings", "build"]

_MEDIA_TYPE = "application/vnd.api+json"
_JSON = frozenset({"application/json"})
_Minutes = Annotated[int, msgspec.Meta(ge=1, le=1_440)]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a sandbox may set for anny.

    Attributes:
        hold_minutes: How long what is in a cart is held.
        edit_minutes: How long after the first edit of a booking it can be reverted.
        lenient_media_type: Whether bodies are taken as application/json too.
    """

    hold_minutes: _Minutes = 15
    edit_minutes: _Minutes = 15
    lenient_media_type: bool = False


def build(spec: dict[str, Any], *, prefix: str) -> Api:
    """The API as *spec*, its OpenAPI document, describes it, served under *prefix*."""
    return Api(
        name="anny",
        title="anny: bookings along their life, orders, participants, in JSON:API",
        prefix=prefix,
        spec=spec,
        operations=OPERATIONS,
        identify=identify,
        render=render,
        broken=broken,
        at_the_door=AT_THE_DOOR,
        media_type=_MEDIA_TYPE,
        respell=respell,
        tolerates=_tolerates,
        domain=Domain(
            name="anny",
            kinds=(
                ACCOUNTS,
                CUSTOMERS,
                RESOURCES,
                SERVICES,
                ADD_ONS,
                POLICIES,
                FORMS,
                BOOKINGS,
                ORDERS,
                INVOICES,
                CLAIMS.kind,
            ),
            seed=draw_world,
            seed_version=SEED_VERSION,
            scenarios=ScenarioFiles("anny", read_scenario),
            actions=ACTIONS,
            subjects=SUBJECTS,
            deadlines=_deadlines,
            settings=Settings,
        ),
        personas=PERSONAS,
        lifecycles=(LIFECYCLE, PARTICIPATION),
        calendar=on_call("mockserver.apis.anny.calendar", "CALENDAR"),
        history=on_call("mockserver.apis.anny.history", "HISTORY"),
        sample=_sample,
        webhooks=WEBHOOKS,
    )


def _tolerates(call: Call) -> frozenset[str]:
    """A client that cannot set its content type is let in where the sandbox says so; the vendor refuses it."""
    settings = {} if call.sandbox is None else call.sandbox.record.settings.get("anny", {})
    return _JSON if settings.get("lenient_media_type") else frozenset()


def _deadlines(work: Work) -> Iterable[Deadline]:
    from mockserver.apis.anny.deadlines import deadlines  # noqa: PLC0415 - asked for rarely, and not at the start

    return deadlines(work)


def _sample(today: date) -> Sample:
    """An hour at the first desk, in the afternoon four weeks from now; a day later where that is a Sunday, a day off."""
    day = today + timedelta(days=28)
    if day.isoweekday() == 7:  # noqa: PLR2004 - Sunday
        day += timedelta(days=1)
    starts_at = datetime.combine(day, time(15), ZoneInfo("Europe/Berlin"))
    body = {
        "start_date": starts_at.isoformat(),
        "end_date": (starts_at + timedelta(hours=1)).isoformat(),
        "resource_id": "3f0c0010-5a7e-4c1d-9b2f-000000000011",
        "service_id": "3f0c0020-5a7e-4c1d-9b2f-000000000001",
    }
    return Sample("POST", "/bookings/instant", body)
