"""What can be wrong with a request before the domain is asked: each API says it in its own envelope.

Refusal (booking.errors)
└── RequestRefused
├── Unauthenticated     no credential, or not one we know
├── Forbidden           known, but not allowed here
├── UnknownPath
├── WrongMethod         the path exists, the method does not
├── BadInput            a parameter or a field breaks the contract
│   └── Undecodable     a name or a value of a query is no text
├── BadBody             not JSON at all
├── BodyTooLarge
├── WrongMediaType
├── EncodedBody         compressed, say
├── BadHead             no HTTP, or no host to speak to
├── BadSandboxName      malformed, or two different ones
├── NoRoom              for another sandbox
├── NoStore             the store cannot do its work
└── RateLimited
"""

from collections.abc import Sequence

from mockserver.booking.errors import Refusal

__all__ = [
    "BadBody",
    "BadHead",
    "BadInput",
    "BadSandboxName",
    "BodyTooLarge",
    "EncodedBody",
    "Forbidden",
    "NoRoom",
    "NoStore",
    "RateLimited",
    "RequestRefused",
    "Unauthenticated",
    "Undecodable",
    "UnknownPath",
    "WrongMediaType",
    "WrongMethod",
]


class RequestRefused(Refusal):
    code = "request_refused"


class Unauthenticated(RequestRefused):
    """The message says what is wrong with the credential, in the API's own words."""

    code = "unauthenticated"


class Forbidden(RequestRefused):
    code = "forbidden"


class UnknownPath(RequestRefused):
    code = "unknown_path"

    def __init__(self, path: str) -> None:
        super().__init__(f"no such path: {path}")
        self.path = path


class WrongMethod(RequestRefused):
    code = "wrong_method"

    def __init__(self, method: str, allowed: str) -> None:
        super().__init__(f"{method} is not possible here, but {allowed}")
        self.method = method
        self.allowed = allowed


class BadInput(RequestRefused):
    """A value breaks the contract.

    Attributes:
        place: `path`, `query`, `header` or `body`.
        field: The parameter's name, or the way to a field of the body (`time_slots.0.end_time`); "" is the body itself.
        reason: What is wrong with it, without naming it.
        steps: The way to a field of the body, step by step; what `field` says where it is not given.
    """

    code = "bad_input"

    def __init__(self, place: str, field: str, reason: str, steps: Sequence[str] | None = None) -> None:
        super().__init__(f"{field or place}: {reason}")
        self.place = place
        self.field = field
        self.reason = reason
        self.steps = tuple(steps) if steps is not None else tuple(field.split(".")) if field else ()

    @property
    def pointer(self) -> str:
        """A JSON pointer (RFC 6901) to the field of the body; "" is the body itself. A field may well be missing there."""
        return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in self.steps)


class Undecodable(BadInput):
    def __init__(self, field: str) -> None:
        super().__init__("query", field, "is not valid UTF-8")


class BadBody(RequestRefused):
    code = "bad_body"


class BodyTooLarge(RequestRefused):
    code = "body_too_large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"a request body has at most {limit} bytes")
        self.limit = limit


class WrongMediaType(RequestRefused):
    code = "wrong_media_type"

    def __init__(self, wanted: str, got: str) -> None:
        super().__init__(f"Content-Type must be {wanted}, not {got}")
        self.wanted = wanted
        self.got = got


class EncodedBody(RequestRefused):
    code = "encoded_body"

    def __init__(self, encoding: str) -> None:
        super().__init__(f"Content-Encoding must be left out, not {encoding}: send the body as it is")
        self.encoding = encoding


class BadHead(RequestRefused):
    code = "bad_head"


class BadSandboxName(RequestRefused):
    code = "bad_sandbox_name"


class NoRoom(RequestRefused):
    code = "no_room"


class NoStore(RequestRefused):
    code = "store_down"


class RateLimited(RequestRefused):
    code = "rate_limited"

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(f"try again in {retry_after_seconds} seconds")
        self.retry_after_seconds = retry_after_seconds
