"""ReserveKit's words for every refusal, in its envelope `{"data": null, "error": "<text>"}`.

The texts of the first group are the vendor's; the rest is ours, one sentence that names what was wrong.
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
)

__all__ = ["AT_THE_DOOR", "RULES", "TABLE", "broken", "render"]

_NOT_FOUND = {"booking": "booking not found", "service": "service not found", "time_slot": "time slot not found"}

RULES = {
    "foreign_slot": (400, "time slot does not belong to this service"),
    "no_cancel_reason": (400, "cancel_reason is required when status is cancelled"),
    "slot_ends_early": (400, "end_time must be after start_time"),
    "cancelled_stays": (422, "a cancelled booking cannot be moved"),
    "unknown_timezone": (422, "unknown timezone"),
}
"""RuleBroken, by its code."""


def _refuse(status: int, text: str, *headers: Header) -> Reply:
    return Reply(status, {"data": None, "error": text}, headers)


def _not_found(refusal: NotFound) -> Reply:
    return _refuse(404, _NOT_FOUND.get(refusal.kind, "not found"))


def _rule(refusal: RuleBroken) -> Reply:
    return _refuse(*RULES[refusal.code])


TABLE: Wording = {
    **transport_rows(_refuse),
    NoPlacesLeft: lambda _: _refuse(400, "time slot is full"),
    AlreadyBooked: lambda _: _refuse(400, "duplicate booking"),
    NotFound: _not_found,
    MoveRefused: lambda _: _refuse(422, "invalid status transition"),
    RuleBroken: _rule,
}

render = renderer(TABLE)

AT_THE_DOOR: Mapping[str, str] = {
    "bad_body": "RK-V03",
    "bad_input/path": "RK-V01",
    "bad_input/query": "RK-V01",
    "bad_input/body": "RK-V02",
    "unknown_path": "RK-H01",
    "wrong_method": "RK-H02",
    "wrong_media_type": "RK-H03",
    "body_too_large": "RK-H04",
}
"""By which rule the door refuses, before a desk is asked: by our code, of a value by where it stands too."""


def broken(reason: str) -> Reply:
    return _refuse(500, reason)
