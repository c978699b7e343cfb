"""The appointments API's words for every refusal, in its envelope `{"error": {"message": "<text>"}}`.

The pages print no text at all, so all of them are ours. They are fixed, one for each reason, because clients compare
what they are told; only what the door refuses names the field at fault in front.
"""

from collections.abc import Mapping

from mockserver.apis.exchange import Header, Reply
from mockserver.apis.wording import Wording, renderer, transport_rows
from mockserver.booking.errors import (
    AlreadyBooked,
    MoveRefused,
    NoPlacesLeft,
    NotFound,
    RuleBroken,
    TooLate,
)

__all__ = ["AT_THE_DOOR", "RULES", "TABLE", "broken", "render"]

_NOT_FOUND = {
    "booking": "booking not found",
    "service": "service not found",
    "location": "location not found",
    "merchant": "merchant not found",
    "customer": "customer not found",
    "team_member": "team member not found",
    "blocked_time": "blocked time not found",
    "blocked_type": "blocked time type not found",
}

RULES = {
    "id_mismatch": (400, "id does not match the path"),
    "booking_id_mismatch": (400, "booking_id does not match the path"),
    "customer_id_mismatch": (400, "customer id does not match the path"),
    "starts_in_past": (400, "timeStamp is in the past"),
    "outside_window": (400, "timeStamp is outside the booking window"),
    "group_needs_booking": (400, "this service is booked as a group: booking_id is needed"),
    "not_a_group": (400, "this booking is not a group booking"),
    "group_mismatch": (400, "merchant_name, service_id or location_id does not match the group booking"),
    "blacklisted": (400, "customer is blacklisted"),
    "one_customer": (400, "an appointment takes at most one customer"),
    "ends_before_start": (400, "to_date must be after from_date"),
    "range_reversed": (400, "end must not be before start"),
    "too_long": (400, "a booking lasts at most 31 days"),
    "block_too_long": (400, "a blocked time lasts at most 366 days"),
    "range_too_long": (400, "availability covers at most 100 days"),
    "no_occurrence": (400, "the recurrence has no occurrence"),
    "too_many_occurrences": (400, "a series has at most 366 occurrences"),
    "blocked": (409, "blocked time in this slot"),
    "closed": (409, "outside business hours"),
    "already_started": (409, "booking has already started"),
}
"""RuleBroken, by its code."""


def _refuse(status: int, text: str, *headers: Header) -> Reply:
    return Reply(status, {"error": {"message": text}}, headers)


def _no_places(refusal: NoPlacesLeft) -> Reply:
    return _refuse(409, "group is full" if refusal.pool.startswith("group") else "time slot already booked")


def _move(refusal: MoveRefused) -> Reply:
    if (refusal.lifecycle, refusal.event) == ("participation", "join"):
        return _refuse(409, "customer already takes part")
    return _refuse(409, "booking is already cancelled")


def _rule(refusal: RuleBroken) -> Reply:
    return _refuse(*RULES[refusal.code])


TABLE: Wording = {
    **transport_rows(_refuse),
    NoPlacesLeft: _no_places,
    AlreadyBooked: lambda _: _refuse(409, "customer already takes part"),
    NotFound: lambda refusal: _refuse(404, _NOT_FOUND.get(refusal.kind, "not found")),
    MoveRefused: _move,
    TooLate: lambda _: _refuse(409, "cancellation deadline has passed"),
    RuleBroken: _rule,
}

render = renderer(TABLE)

AT_THE_DOOR: Mapping[str, str] = {
    "bad_body": "AP-V03",
    "bad_input/path": "AP-V01",
    "bad_input/query": "AP-V11",
    "bad_input/body": "AP-V02",
    "unknown_path": "AP-H01",
    "wrong_method": "AP-H02",
    "wrong_media_type": "AP-H03",
    "body_too_large": "AP-H04",
}
"""By which rule the door refuses, before a desk is asked: by our code, of a value by where it stands too."""


def broken(reason: str) -> Reply:
    return _refuse(500, reason)
