"""Plain JSON: a list of intervals, without a document around it."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from mockserver.apis.anny.desk.availability import Availability, Interval
from mockserver.apis.bundle import Operation
from mockserver.apis.exchange import Call, Reply
from mockserver.apis.moments import read_moment
from mockserver.apis.refusals import BadInput
from mockserver.apis.zones import is_zone
from mockserver.sandbox.work import Work

__all__ = ["OPERATIONS"]


def list_availability_starts(call: Call, work: Work) -> Reply:
    zone = _zone(call)
    availability = Availability(work)
    offer = availability.offer(call.query["service_id"], call.query.get("resource_id"))
    day = date.fromisoformat(call.query["date"])
    return _reply(availability.starts(*offer, day, zone=zone, minutes=call.query.get("duration")))


def list_availability_ends(call: Call, work: Work) -> Reply:
    _zone(call)  # a moment needs none, but a wrong one is wrong here too
    availability = Availability(work)
    offer = availability.offer(call.query["service_id"], call.query.get("resource_id"))
    return _reply(availability.ends(*offer, read_moment(call.query["date_time"])))


OPERATIONS: dict[str, Operation] = {
    "listAvailabilityStarts": list_availability_starts,
    "listAvailabilityEnds": list_availability_ends,
}


def _zone(call: Call) -> ZoneInfo | None:
    name = call.query.get("timezone")
    if name is None:
        return None
    if not is_zone(name):
        raise BadInput("query", "timezone", f"{name} is no IANA time zone")
    return ZoneInfo(name)


def _reply(intervals: list[Interval]) -> Reply:
    return Reply(200, [_show(each) for each in intervals])


def _show(interval: Interval) -> dict[str, Any]:
    return {
        "start_date": interval.span.starts_at.isoformat(),
        "end_date": interval.span.ends_at.isoformat(),
        "available": interval.reason is None,
        "number_available": interval.places,
        "remaining_number_available": interval.left,
        "resource_ids": list(interval.resource_ids),
        "unavailability_type": interval.reason,
        "unit": None,
        "quota": None,
        "messages": [],
    }
