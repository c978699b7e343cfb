"""Plain JSON: a list of intervals, without a document around it."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from mockserver.apis.anny.desk.availability import Availability, Interval
from mockserver.apis.anny.operations.calls import viewer_of
from mockserver.apis.anny.requests import ID
from mockserver.apis.bundle import Operation
from mockserver.apis.exchange import Call, Reply
from mockserver.apis.moments import read_moment
from mockserver.apis.refusals import BadInput
from mockserver.apis.zones import is_zone
from mockserver.sandbox.work import Work

__all__ = ["OPERATIONS"]


def list_availability_starts(call: Call, work: Work) -> Reply:
    viewer_of(call, work)
    zone = _zone(call)
    availability, service_id = _for_so_many(call, work)
    offer = availability.offer(service_id, call.query.get("resource_id"))
    day = date.fromisoformat(call.query["date"])
    return _reply(availability.starts(*offer, day, zone=zone, minutes=call.query.get("duration")))


def list_availability_ends(call: Call, work: Work) -> Reply:
    viewer_of(call, work)
    _zone(call)  # a moment needs none, but a wrong one is wrong here too
    availability, service_id = _for_so_many(call, work)
    offer = availability.offer(service_id, call.query.get("resource_id"))
    return _reply(availability.ends(*offer, read_moment(call.query["date_time"])))


OPERATIONS: dict[str, Operation] = {
    "listAvailabilityStarts": list_availability_starts,
    "listIntervalStarts": list_availability_starts,
    "listAvailabilityEnds": list_availability_ends,
}


def _for_so_many(call: Call, work: Work) -> tuple[Availability, str]:
    """For how many places is asked, and of which service. Raises BadInput where what should be an id is none."""
    given = call.query["service_id"]
    if isinstance(given, str):
        return Availability(work), given
    ((service_id, places),) = given.items()
    if not ID.fullmatch(service_id):
        raise BadInput("query", f"service_id[{service_id}]", "must have the id of a service in brackets")
    return Availability(work, places=places), service_id


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
