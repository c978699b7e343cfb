"""What records are known by: ids, the numbers that clients show, and the codes that let whoever has them in."""

import hashlib
import string

from mockserver.sandbox.randomness import draw

__all__ = [
    "access_token",
    "booking_number",
    "code_of",
    "order_number",
    "signing_key",
    "uuid_named",
    "uuid_of",
]

_LETTERS = string.ascii_letters + string.digits
_CODE_LENGTH = 16
_TOKEN_LENGTH = 30
_KEY_LENGTH = 64
_FIRST_BOOKING = 20_260_000
"""Numbers of bookings have eight digits; those that clients show begin with a year."""

_GROUPS = {
    "customer_account": "0001",
    "customer": "0002",
    "user": "0003",
    "booking_add_on": "0060",
    "booking_participant": "0061",
    "event": "0070",
}
"""The second group of an id says what it is of; see the table in `fixtures/anny/seed.yaml`."""


def uuid_of(kind: str, number: int) -> str:
    return _uuid(kind, f"{number:012d}")


def uuid_named(kind: str, name: str) -> str:
    """For what is not counted, because it is there before anybody has made it: the same name always has the same id."""
    return _uuid(kind, hashlib.sha256(name.encode()).hexdigest()[:12])


def booking_number(booking_id: int) -> str:
    return f"BB{_FIRST_BOOKING + booking_id:08d}"


def order_number(order_id: int) -> str:
    return f"BO{order_id:09d}"


def code_of(seed: int, booking_id: int) -> str:
    return _drawn_text(seed, "code", booking_id, _CODE_LENGTH)


def access_token(seed: int, order_id: int) -> str:
    return _drawn_text(seed, "access_token", order_id, _TOKEN_LENGTH)


def signing_key(seed: int, subscription_id: int) -> str:
    return _drawn_text(seed, "signing_key", subscription_id, _KEY_LENGTH)


def _drawn_text(seed: int, purpose: str, number: int, length: int) -> str:
    return "".join(draw(seed, "anny", purpose, number).choices(_LETTERS, k=length))


def _uuid(kind: str, end: str) -> str:
    return f"3f0c{_GROUPS[kind]}-5a7e-4c1d-9b2f-{end}"
