"""Bugs about beginning an appointment."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from mockserver.apis.bardge import operations
from mockserver.apis.bardge.desk import diary, due, sessions, spa
from mockserver.apis.bardge.desk.coverage import ServiceCost
from mockserver.apis.bardge.desk.diary import Diary
from mockserver.apis.bardge.desk.register import Register
from mockserver.apis.bardge.desk.spa import Spa
from mockserver.apis.bardge.records import BRANCHES, BRANCHES_NEWEST, Branch, Category, SpaService, Taken
from mockserver.booking.ledger import Pool
from mockserver.booking.ports import ALL
from mockserver.booking.spans import Span
from mockserver.defects.common import mended
from mockserver.defects.planting import Answer, Defects, Planter, silenced
from mockserver.sandbox.timers import Timer
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS", "offered_too"]

DEFECTS = Defects()

_HOUR = timedelta(hours=1)
_HOUR_SECONDS = 3_600


# What a session says


@DEFECTS.defect("BG-S01", "The services of a session are in the order of the spa's list.")
def _(plant: Planter) -> None:
    def as_listed(show: Callable[..., Any]) -> Any:
        def show_as_listed(
            session: Any, branch: Any, starts_at: Any, costs: Iterable[ServiceCost], *, message: str
        ) -> dict[str, Any]:
            costs = sorted(costs, key=lambda each: branch.services.index(each.service))
            shown: dict[str, Any] = show(session, branch, starts_at, costs, message=message)
            return shown

        return show_as_listed

    plant.replace(operations.spa, "show_spa_session", as_listed)


@DEFECTS.defect("BG-S01.lifetime", "Sessions are open for twenty minutes.")
def _(plant: Planter) -> None:
    plant.replace(sessions, "SESSION_LIFETIME", lambda _: timedelta(minutes=20))


@DEFECTS.defect("BG-S02", "Of several services that are not covered the dearest alone is charged.")
def _(plant: Planter) -> None:
    _taking(plant, lambda took, costs: {"charged": max(cost.copay_amount for cost in costs)})


@DEFECTS.defect("BG-S03", "With a visit left the second service takes its credits all the same.")
def _(plant: Planter) -> None:
    _taking(plant, lambda took, costs: {"credits": sum(cost.service.credits for cost in costs[took.visits :])})


@DEFECTS.defect("BG-S04", "Without visits left the first service alone takes its credits.")
def _(plant: Planter) -> None:
    _taking(plant, lambda took, costs: {"credits": took.credits and costs[0].service.credits})


def _taking(plant: Planter, change: Callable[[Taken, Sequence[ServiceCost]], dict[str, Any]]) -> None:
    def make(taken: Callable[..., Taken]) -> Any:
        def take(costs: Sequence[ServiceCost], *more: Any) -> Taken:
            took = taken(costs, *more)
            return msgspec.structs.replace(took, **change(took, costs))

        return take

    plant.replace(spa, "_taken", make)


@DEFECTS.defect("BG-S06", "scheduled_for of a session takes the time in Lagos for UTC.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 201:
            answer.json = {**answer.json, "scheduled_for": answer.json["scheduled_for"] + _HOUR_SECONDS}

    plant.answer(change, "initiateSpaBooking")


@DEFECTS.defect("BG-S14", "Lookup tokens are not looked at where an appointment is begun.")
def _(plant: Planter) -> None:
    plant.request(lambda request: request.headers.pop("bardge-lookup-token", None), "initiateSpaBooking")


# The hours


@DEFECTS.defect("BG-S05", "The hours of a session that runs out stay taken.")
def _(plant: Planter) -> None:
    def keeping(expire: Callable[[Work, Timer], None]) -> Any:
        def expire_and_keep(work: Work, timer: Timer) -> None:
            with silenced(Diary, "free"):
                expire(work, timer)

        return expire_and_keep

    plant.replace(due.ACTIONS, "expire", keeping)


@DEFECTS.defect("BG-S05.hold", "A session holds nothing.")
def _(plant: Planter) -> None:
    plant.replace(Diary, "hold", lambda _: lambda _self, _session, _span: None)


@DEFECTS.defect("BG-S07", "Services of more than an hour take one.")
def _(plant: Planter) -> None:
    plant.replace(spa, "appointment", lambda _: lambda starts_at, _services: Span(starts_at, starts_at + _HOUR))


@DEFECTS.defect("BG-S08", "Who begins at the same moment as others does not see their hours.")
def _(plant: Planter) -> None:
    flight = plant.flight("initiateSpaBooking")

    def roomy(rooms: Callable[[str], Pool]) -> Any:
        def rooms_of(branch_id: str) -> Pool:
            pool = rooms(branch_id)
            return msgspec.structs.replace(pool, capacity=pool.capacity + (flight.now > 1))

        return rooms_of

    plant.replace(diary, "_rooms", roomy)


@DEFECTS.defect("BG-S10", "A beginning that is past is said to be taken.")
def _(plant: Planter) -> None:
    plant.replace(spa, "ensure_ahead", lambda _: lambda *_: None)


def offered_too(plant: Planter, is_offered_too: Callable[[Callable[..., bool], Span, datetime], bool]) -> None:
    """Let spas offer more than they do: where `is_offered_too(is_offered, span, now)`."""

    def make(is_offered: Callable[[Span, datetime], bool]) -> Any:
        return lambda span, now: is_offered(span, now) or is_offered_too(is_offered, span, now)

    plant.replace(diary, "is_offered", make)


@DEFECTS.defect("BG-S11", "An appointment may last longer than the spa is open.")
def _(plant: Planter) -> None:
    offered_too(plant, lambda offers, span, now: offers(Span(span.starts_at, span.starts_at + _HOUR), now))


@DEFECTS.defect("BG-S11.half", "An appointment may begin at half past.")
def _(plant: Planter) -> None:
    half = timedelta(minutes=30)
    offered_too(plant, lambda offers, span, now: offers(Span(span.starts_at - half, span.ends_at - half), now))


@DEFECTS.defect("BG-S11.days", "An appointment may be 91 days ahead.")
def _(plant: Planter) -> None:
    day = timedelta(days=1)
    offered_too(plant, lambda offers, span, now: offers(Span(span.starts_at - day, span.ends_at - day), now))


@DEFECTS.defect("BG-S11.type", "An hour that is taken is a wrong request, by its type.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 409 and answer.json["error"]["code"] == "slot_unavailable":
            answer.json = {"error": {**answer.json["error"], "type": "invalid_request_error"}}

    plant.answer(change, "initiateSpaBooking")


# Refused


@DEFECTS.defect("BG-S12", "Credits are looked at when the appointment is confirmed, not before.")
def _(plant: Planter) -> None:
    def late(ensure: Callable[..., None]) -> Any:
        def ensure_credits(self: Spa, client: Any, took: Taken, place: str, field: str) -> None:
            if place != "body":
                ensure(self, client, took, place, field)

        return ensure_credits

    plant.replace(Spa, "_ensure_credits", late)


@DEFECTS.defect("BG-S13", "What is a class is left out of the services.")
def _(plant: Planter) -> None:
    def mend(body: dict[str, Any]) -> None:
        if isinstance(body.get("service_ids"), list):
            services = [each for each in body["service_ids"] if not str(each).startswith("ci_")]
            body["service_ids"] = services or body["service_ids"]

    mended(plant, mend, "initiateSpaBooking")


@DEFECTS.defect("BG-S15", "A spa does what other spas offer.")
def _(plant: Planter) -> None:
    def of_any_spa(service: Callable[[Register, Branch, str], SpaService]) -> Any:
        def find(self: Register, branch: Branch, text: str) -> SpaService:
            spas = self._work.records(BRANCHES).page(BRANCHES_NEWEST, ALL)
            offering = [each for each in spas if each.category is Category.SPA and each.service(text)]
            return service(self, (offering or [branch])[0], text)

        return find

    plant.replace(Register, "service", of_any_spa)
