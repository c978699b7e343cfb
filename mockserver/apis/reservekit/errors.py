"""ReserveKit's words for every refusal, in its envelope `{"data": null, "error": "<text>"}`.

The texts of the first group are the vendor's; the rest is ours, one sentence that names what was wrong.
"""

from collections.abc import Callable

from mockserver.apis.exchange import Reply
from mockserver.apis.refusals import (
    BadBody,
    BadInput,
    BadSandboxName,
    BodyTooLarge,
    Forbidden,
    RateLimited,
    Unauthenticated,
    UnknownPath,
    WrongMediaType,
    WrongMethod,
)
from mockserver.booking.errors import (
    AlreadyBooked,
    MoveRefused,
    NoPlacesLeft,
    NotFound,
    Refusal,
    RuleBroken,
)

__all__ = ["RULES", "TABLE", "broken", "render"]

_NOT_FOUND = {"booking": "booking not found", "service": "service not found", "time_slot": "time slot not found"}

RULES = {
    "foreign_slot": (400, "time slot does not belong to this service"),
    "no_cancel_reason": (400, "cancel_reason is required when status is cancelled"),
    "slot_ends_early": (400, "end_time must be after start_time"),
    "cancelled_stays": (422, "a cancelled booking cannot be moved"),
    "unknown_timezone": (422, "unknown timezone"),
}
"""RuleBroken, by its code."""


def _not_found(refusal: NotFound) -> Reply:
    return _refuse(404, _NOT_FOUND.get(refusal.kind, "not found"))


def _rule(refusal: RuleBroken) -> Reply:
    return _refuse(*RULES.get(refusal.code, (400, str(refusal))))


def _wrong_method(refusal: WrongMethod) -> Reply:
    return _refuse(405, "method not allowed", (b"allow", refusal.allowed.encode()))


def _rate_limited(refusal: RateLimited) -> Reply:
    return _refuse(429, "rate limit exceeded", (b"retry-after", b"%d" % refusal.retry_after_seconds))


TABLE: dict[type[Refusal], Callable[..., Reply]] = {
    NoPlacesLeft: lambda _: _refuse(400, "time slot is full"),
    AlreadyBooked: lambda _: _refuse(400, "duplicate booking"),
    NotFound: _not_found,
    MoveRefused: lambda _: _refuse(422, "invalid status transition"),
    RuleBroken: _rule,
    Unauthenticated: lambda refusal: _refuse(401, str(refusal)),
    Forbidden: lambda refusal: _refuse(403, str(refusal)),
    UnknownPath: lambda _: _refuse(404, "not found"),
    WrongMethod: _wrong_method,
    BodyTooLarge: lambda _: _refuse(413, "request body is too large"),
    WrongMediaType: lambda _: _refuse(415, "Content-Type must be application/json"),
    RateLimited: _rate_limited,
    BadInput: lambda refusal: _refuse(400, str(refusal)),
    BadBody: lambda refusal: _refuse(400, str(refusal)),
    BadSandboxName: lambda refusal: _refuse(400, str(refusal)),
    Refusal: lambda refusal: _refuse(400, str(refusal)),
}
"""By class, the nearest first: a refusal that has no row of its own is said by that of its parent."""


def render(refusal: Refusal) -> Reply:
    row = next(TABLE[kind] for kind in type(refusal).__mro__ if kind in TABLE)
    return row(refusal)


def broken(reason: str) -> Reply:
    return _refuse(500, reason)


def _refuse(status: int, text: str, *headers: tuple[bytes, bytes]) -> Reply:
    return Reply(status, {"data": None, "error": text}, headers)
