"""Bardge's words for every refusal, in its envelope `{"error": {type, code, message, request_id}}`.

`code` is what a program compares; `type` is its family and follows from the status. Of the codes those of missing
input, of the key and the account, of what is not found and of what is taken are the vendor's, the others are ours.
"""

from collections.abc import Mapping

from mockserver.apis.bardge.refusals import Disabled
from mockserver.apis.exchange import Header, Reply
from mockserver.apis.refusals import BadInput, Unauthenticated
from mockserver.apis.wording import Wording, renderer, transport_rows
from mockserver.booking.errors import (
    AlreadyBooked,
    BadCursor,
    KeyReused,
    MoveRefused,
    NoPlacesLeft,
    NotFound,
    RuleBroken,
)

__all__ = ["AT_THE_DOOR", "RULES", "TABLE", "broken", "render", "sign"]

RULES = {
    code: (status, code)
    for status, codes in {
        400: ("insufficient_balance", "invalid_access_code"),
        403: ("lookup_token_expired", "lookup_token_invalid", "pass_cancelled", "pass_expired"),
        409: (
            "already_booked",
            "lookup_already_verified",
            "lookup_expired",
            "quote_expired",
            "session_already_confirmed",
            "session_expired",
        ),
    }.items()
    for code in codes
}
"""RuleBroken, by its code."""

_CODES = {
    400: "validation_error",
    401: "invalid_api_key",
    403: "permission_denied",
    404: "resource_not_found",
    405: "method_not_allowed",
    413: "payload_too_large",
    415: "unsupported_media_type",
    429: "rate_limited",
    500: "internal_error",
    503: "internal_error",
}
"""By status, where nothing has a code of its own."""

_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    409: "resource_conflict_error",
    500: "api_error",
    503: "api_error",
}
"""By status; every other one is of `invalid_request_error`. A key that was used before has a type of its own."""


def _say(status: int, code: str, text: str, *headers: Header, type_: str | None = None) -> Reply:
    type_ = type_ or _TYPES.get(status, "invalid_request_error")
    return Reply(status, {"error": {"type": type_, "code": code, "message": text}}, headers)


def _refuse(status: int, text: str, *headers: Header) -> Reply:
    return _say(status, _CODES[status], _sentence(text), *headers)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _unauthenticated(_: Unauthenticated) -> Reply:
    """The text is the vendor's, whatever is wrong with the key."""
    return _say(401, _CODES[401], "Invalid API key provided", (b"www-authenticate", b"Bearer"))


def _not_found(refusal: NotFound) -> Reply:
    if refusal.kind == "pass":
        return _say(404, "pass_not_found", f"There is no pass {refusal.key}.")
    return _refuse(404, f"there is {refusal}")


_DONE = {
    "accept": "accepted",
    "cancel": "cancelled",
    "complete": "completed",
    "confirm": "confirmed",
    "expire": "expired",
    "reschedule": "rescheduled",
}
"""What an event does, by its name in the lifecycles."""


def _move(refusal: MoveRefused) -> Reply:
    article = "An" if refusal.state.startswith(("e", "o")) else "A"
    return _refuse(403, f"{article} {refusal.state} {refusal.lifecycle} cannot be {_DONE[refusal.event]}")


def _no_places(refusal: NoPlacesLeft) -> Reply:
    """Spas have slots, classes have places."""
    if refusal.pool.startswith("spa/"):
        return _say(409, "slot_unavailable", "The slot is not available.")
    return _say(409, "class_full", "The class is at its maximum capacity.")


def _rule(refusal: RuleBroken) -> Reply:
    status, code = RULES[refusal.code]
    return _say(status, code, _sentence(str(refusal)))


TABLE: Wording = {
    **transport_rows(_refuse),
    Unauthenticated: _unauthenticated,
    Disabled: lambda _: _say(403, "account_disabled", "Reseller account is not enabled"),
    # Not sentences: they begin with the name of a member or a parameter, or with an id, as it is written.
    BadInput: lambda refusal: _say(400, _CODES[400], f"{refusal}."),
    BadCursor: lambda refusal: _say(400, _CODES[400], f"{refusal}."),
    NotFound: _not_found,
    NoPlacesLeft: _no_places,
    AlreadyBooked: lambda _: _say(409, "already_booked", "The client has a place there already."),
    MoveRefused: _move,
    KeyReused: lambda _: _say(
        409,
        "idempotency_key_reused",
        "This Idempotency-Key came with another request in the last 90 seconds.",
        type_="idempotency_error",
    ),
    RuleBroken: _rule,
}

render = renderer(TABLE)

AT_THE_DOOR: Mapping[str, str] = {
    "bad_body": "BG-V01",
    "bad_input/path": "BG-V03",
    "bad_input/query": "BG-V03",
    "bad_input/header": "BG-V03",
    "bad_input/body": "BG-V02",
    "unknown_path": "BG-H01",
    "wrong_method": "BG-H02",
    "wrong_media_type": "BG-H03",
    "body_too_large": "BG-H04",
    "bad_cursor": "BG-P06",
}
"""By which rule the door refuses, before a desk is asked: by our code, of a value by where it stands too. Lists, which all go
on in the same way, refuse by one rule, too."""


def broken(reason: str) -> Reply:
    return _say(500, _CODES[500], reason)


def sign(body: dict[str, dict[str, str]], request_id: str) -> dict[str, dict[str, str]]:
    """The body of an error with the id of its request: all errors have it, and none knows it when it is made."""
    return {"error": {**body["error"], "request_id": request_id}}
