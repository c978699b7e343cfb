"""What mischief makes of a webhook before it is sent: a signature that is none, a body that ends in the middle."""

from collections.abc import Collection

from mockserver.apis.exchange import Header
from mockserver.sandbox.mischief import Mischief

__all__ = ["LOST", "distorted"]

LOST = "lost on its way, as the subscription's `hostile` says"

_SIGNATURE = b"-signature"


def distorted(
    headers: tuple[Header, ...], body: bytes, mischief: Collection[Mischief]
) -> tuple[tuple[Header, ...], bytes]:
    """Headers and body as they are sent. What is cut is signed as it was whole."""
    if Mischief.FORGED in mischief:
        headers = tuple((name, _forged(value) if name.endswith(_SIGNATURE) else value) for name, value in headers)
    return headers, body[: len(body) // 2] if Mischief.CUT in mischief else body


def _forged(signature: bytes) -> bytes:
    """One of the same form over other bytes: with the case of its letters swapped, behind its version."""
    version, comma, value = signature.rpartition(b",")
    return version + comma + value.swapcase()
