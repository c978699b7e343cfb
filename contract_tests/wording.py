"""What Schemathesis says of a failed check, and what came, in few lines."""

from http import HTTPStatus

from schemathesis.core.failures import Failure
from schemathesis.openapi.checks import JsonSchemaError

__all__ = ["came", "detail_of"]

_BODY_SHOWN = 300  # characters: three lines of a terminal


def came(status: int, content: bytes) -> str:
    """Status and the beginning of the body, on one line."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    body = content.decode("utf-8", errors="backslashreplace")
    shown = body if len(body) <= _BODY_SHOWN else f"{body[:_BODY_SHOWN]}..."
    return " ".join(f"{status} {phrase} {shown}".split())


def detail_of(failure: Failure) -> str:
    if isinstance(failure, JsonSchemaError):
        # Its message quotes whole schemas; where and why is enough beside the body that came.
        where = "/".join(str(part) for part in failure.instance_path)
        return f"{failure.title}\n{failure.validation_message} (at /{where})"
    lines = f"{failure.title}\n{failure.message}".splitlines()
    return "\n".join(line for line in lines if line.strip())
