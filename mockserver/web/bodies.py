"""Reading a request body: how long, of what type, and whether it is JSON at all."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from math import isinf
from typing import Any

import msgspec
from starlette.types import Receive

from mockserver.apis.bundle import Tolerates
from mockserver.apis.exchange import Call
from mockserver.apis.refusals import BadBody, BadInput, BodyTooLarge, WrongMediaType
from mockserver.booking.errors import in_json

__all__ = ["BEYOND", "MAX_BYTES", "MAX_DEPTH", "check_media_type", "decode_json", "read_body"]

MAX_BYTES = 1 << 20
MAX_DEPTH = 64
"""Deeper JSON is refused: decoders and validators recurse, and nothing that books a massage is nested like that."""

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)
"""One that is never closed reaches to the end: looked for again from each of its quotes, it would take hours."""

BEYOND = "is a number out of range"
"""1e999 is a number in JSON, and nothing that can be reckoned with."""

_decode = msgspec.json.Decoder().decode
_decode_infinities = msgspec.json.Decoder(float_hook=float).decode


async def read_body(receive: Receive, headers: Mapping[bytes, bytes]) -> bytes:
    """Raises BodyTooLarge as soon as it is known, without reading on."""
    announced = headers.get(b"content-length", b"")
    if announced.isdigit() and int(announced) > MAX_BYTES:
        raise BodyTooLarge(MAX_BYTES)
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return _bounded(body)
    parts = [body]
    size = len(body)
    while message.get("more_body"):
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MAX_BYTES:
            raise BodyTooLarge(MAX_BYTES)
    return b"".join(parts)


def _bounded(body: bytes) -> bytes:
    if len(body) > MAX_BYTES:
        raise BodyTooLarge(MAX_BYTES)
    return body


def check_media_type(call: Call, wanted: bytes, tolerates: Tolerates | None) -> None:
    """Parameters do not matter, be they charset or JSON:API's `ext` and `profile`.

    Args:
        tolerates: Asked for other media types only when the body has not the one that is *wanted*.

    Raises:
        WrongMediaType: Another one, none, or more than one header, which have been joined with a comma.
    """
    value = call.headers.get(b"content-type")
    if value == wanted:
        return
    if value is None:
        raise WrongMediaType(wanted.decode(), "missing")
    bare = _STRING.sub(b"", value)
    got = bare.partition(b";")[0].strip().lower()
    if b"," in bare or not (got == wanted or (tolerates is not None and got.decode("latin-1") in tolerates(call))):
        raise WrongMediaType(wanted.decode(), in_json(value.decode("latin-1")))


def decode_json(body: bytes) -> Any:
    """The value of a body.

    Raises:
        BadBody: It is anything but one JSON value in UTF-8, nested at most `MAX_DEPTH` deep.
        BadInput: A number in it is out of range.
    """
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and _depth(body) > MAX_DEPTH:
        raise BadBody(f"the body is nested deeper than {MAX_DEPTH} levels")
    try:
        return _decode(body)
    except UnicodeDecodeError:
        raise BadBody("the body is not valid UTF-8") from None
    except (msgspec.DecodeError, RecursionError) as error:
        beyond = next(_infinities(body), None) if isinstance(error, msgspec.ValidationError) else None
        if beyond is not None:
            raise BadInput("body", ".".join(beyond), BEYOND, beyond) from None
        reason = str(error).removeprefix("JSON is malformed: ")
        raise BadBody(
            f"the body is not valid JSON: {reason}" if body else "the body is empty, JSON is needed"
        ) from None


def _infinities(body: bytes) -> Iterator[tuple[str, ...]]:
    """The ways to the numbers of a JSON text that are out of range; none where something else is wrong with it."""
    with suppress(msgspec.DecodeError, UnicodeDecodeError):
        yield from _ways_to_infinity(_decode_infinities(body))


def _ways_to_infinity(value: Any) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            for way in _ways_to_infinity(inner):
                yield str(step), *way
    elif isinstance(value, float) and isinf(value):
        yield ()


def _depth(body: bytes) -> int:
    deepest = depth = 0
    for byte in _STRING.sub(b"", body):
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest
