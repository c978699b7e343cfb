"""How an API's table of words is read, and the rows that most tables begin with."""

from collections.abc import Callable, Mapping

from mockserver.apis.exchange import Header, Reply
from mockserver.apis.refusals import (
    BadBody,
    BadInput,
    BadSandboxName,
    BodyTooLarge,
    EncodedBody,
    Forbidden,
    NoRoom,
    NoStore,
    RateLimited,
    Unauthenticated,
    UnknownPath,
    WrongMediaType,
    WrongMethod,
)
from mockserver.booking.errors import OverQuota, Refusal

__all__ = ["Refuse", "Wording", "renderer", "transport_rows"]

Wording = Mapping[type[Refusal], Callable[..., Reply]]
"""By class, the nearest first: a refusal that has no row of its own is said by that of its parent."""

Refuse = Callable[..., Reply]
"""`(status, text, *headers)`: a text in an API's envelope."""


def renderer(wording: Wording) -> Callable[[Refusal], Reply]:
    """A function that says any refusal, given a table with a row for `Refusal` itself."""

    def render(refusal: Refusal) -> Reply:
        row = next(wording[kind] for kind in type(refusal).__mro__ if kind in wording)
        return row(refusal)

    return render


def transport_rows(refuse: Refuse) -> dict[type[Refusal], Callable[..., Reply]]:
    """What HTTP is about, in plain texts; and the last row, for what nobody thought of."""

    def allow(refusal: WrongMethod) -> Header:
        return b"allow", refusal.allowed.encode()

    def retry_after(refusal: RateLimited) -> Header:
        return b"retry-after", b"%d" % refusal.retry_after_seconds

    return {
        Unauthenticated: lambda refusal: refuse(401, str(refusal), (b"www-authenticate", b"Bearer")),
        Forbidden: lambda refusal: refuse(403, str(refusal)),
        UnknownPath: lambda _: refuse(404, "not found"),
        WrongMethod: lambda refusal: refuse(405, "method not allowed", allow(refusal)),
        BodyTooLarge: lambda _: refuse(413, "request body is too large"),
        WrongMediaType: lambda refusal: refuse(415, f"Content-Type must be {refusal.wanted}"),
        EncodedBody: lambda refusal: refuse(415, str(refusal)),
        RateLimited: lambda refusal: refuse(429, "rate limit exceeded", retry_after(refusal)),
        BadInput: lambda refusal: refuse(400, str(refusal)),
        BadBody: lambda refusal: refuse(400, str(refusal)),
        BadSandboxName: lambda refusal: refuse(400, str(refusal)),
        NoRoom: lambda refusal: refuse(503, str(refusal)),
        OverQuota: lambda refusal: refuse(503, str(refusal)),
        NoStore: lambda refusal: refuse(503, str(refusal)),
        Refusal: lambda refusal: refuse(400, str(refusal)),
    }
