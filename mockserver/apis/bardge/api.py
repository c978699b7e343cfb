"""The Bardge bundle."""

import hashlib
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated, Any

import msgspec

from mockserver.apis.bardge.auth import PERSONAS, identify
from mockserver.apis.bardge.desk.due import ACTIONS, SUBJECTS
from mockserver.apis.bardge.desk.till import set_up
from mockserver.apis.bardge.errors import AT_THE_DOOR, broken, render, sign
from mockserver.apis.bardge.operations import OPERATIONS
from mockserver.apis.bardge.records import (
    ACCOUNTS,
    BOOKINGS,
    BRANCHES,
    CLAIMS,
    CLASS_CATEGORIES,
    CLASSES,
    CLIENTS,
    COPAYS,
    CREDIT_PACKAGES,
    CREDITS,
    DEBITS,
    INSTANCES,
    ISSUED_PASSES,
    LIFECYCLE,
    LOOKUPS,
    PRODUCTS,
    QUOTES,
    RESELLERS,
    SESSION_LIFECYCLE,
    SESSIONS,
)
from mockserver.apis.bardge.seed import SEED_VERSION, draw_world, read_scenario
from mockserver.apis.bundle import Api, Idempotency, RequestIds, Sample
from mockserver.apis.scenarios import ScenarioFiles
from mockserver.lean_imports import on_call
from mockserver.sandbox.domains import Deadline, Domain
from mockserver.sandbox.work import Work

__all__ = ["Settings", "build"]


_Kobo = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000_000)]
_Minutes = Annotated[int, msgspec.Meta(ge=0, le=1_440)]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a sandbox may set for Bardge.

    Attributes:
        business_balance: Kobo that the business account of every reseller is left with, whenever it is set.
        acceptance_minutes: After how long a venue accepts a booking.
    """

    business_balance: _Kobo = 50_000_000
    acceptance_minutes: _Minutes = 0


def build(spec: dict[str, Any], *, prefix: str) -> Api:
    """The API as *spec*, its OpenAPI document, describes it, served under *prefix*."""
    return Api(
        name="bardge",
        title="Bardge: passes, credits and co-pays, classes and appointments that they pay for",
        prefix=prefix,
        spec=spec,
        operations=OPERATIONS,
        identify=identify,
        render=render,
        broken=broken,
        at_the_door=AT_THE_DOOR,
        domain=Domain(
            name="bardge",
            kinds=(
                RESELLERS,
                PRODUCTS,
                BRANCHES,
                CLASS_CATEGORIES,
                CLASSES,
                INSTANCES,
                CREDIT_PACKAGES,
                CLIENTS,
                ISSUED_PASSES,
                CREDITS,
                ACCOUNTS,
                DEBITS,
                COPAYS,
                QUOTES,
                BOOKINGS,
                SESSIONS,
                LOOKUPS,
                CLAIMS.kind,
            ),
            seed=draw_world,
            seed_version=SEED_VERSION,
            scenarios=ScenarioFiles("bardge", read_scenario),
            actions=ACTIONS,
            subjects=SUBJECTS,
            deadlines=_deadlines,
            settings=Settings,
            set_up=set_up,
        ),
        personas=PERSONAS,
        lifecycles=(LIFECYCLE, SESSION_LIFECYCLE),
        calendar=on_call("mockserver.apis.bardge.calendar", "CALENDAR"),
        history=on_call("mockserver.apis.bardge.history", "HISTORY"),
        sample=_sample,
        request_ids=RequestIds(b"bardge-request-id", may_be_given=False, form=_request_id, sign=sign),
        idempotency=Idempotency(
            timedelta(seconds=90),
            counted=("Bardge-Lookup-Token",),
            statuses=frozenset({403, 404, 409}),
            codes=frozenset({"insufficient_balance"}),
        ),
    )


def _request_id(text: str) -> str:
    """`req_` and 32 hexadecimal digits in lower case."""
    return f"req_{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def _deadlines(work: Work) -> Iterable[Deadline]:
    from mockserver.apis.bardge.deadlines import deadlines  # noqa: PLC0415 - asked for rarely, and not at the start

    return deadlines(work)


def _sample(today: date) -> Sample:
    """An hour at a spa in the afternoon a week from now: a session, which holds it."""
    body = {
        "provider_branch_id": "branch_serenity_vi",
        "service_ids": ["svc_deep_tissue"],
        "date": (today + timedelta(days=7)).isoformat(),
        "time": "14:00",
        "client_id": "client_funke",
        "user_pass_id": "brgpass_funke_spa",
    }
    return Sample("POST", "/bookings/spa", body)
