"""Values, bodies, heads and bytes that nobody expects. All of them are drawn from one source, so that a seed repeats them."""

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

__all__ = ["NUMBERS", "TEXTS", "compact", "spoilt_bytes", "spoilt_json", "spoilt_query", "spoilt_segment"]

TEXTS: Sequence[str] = (
    "", " ", "\0", "a\nb", "\r\nX-Evil: 1", "\u202egnp.exe", "\ufeff", "\ud800", "\U0001f600" * 50, "e\u0301", "\uff11", "\u0661",
    "a" * 300, "a" * 70_000, "../../etc/passwd", "%00", "%2e%2e", "${jndi:ldap://localhost/x}", "{{7*7}}", "' OR 1=1 --",
    "<script>alert(1)</script>", "null", "true", "undefined", "[object Object]", "-1", "0", "1e309", "NaN", "0x10", "1_000", " 1", "1.0",
    "2147483648", "9" * 400, "2026-02-29", "2026-02-30", "0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "2026-W10-1",
    "2026-03-02T08:00:00Z", "2026-03-02T24:00:00Z", "2026-03-02T08:00:60Z", "2026-03-29T02:30:00", "2026-03-02T08:00:00+99:99",
    "2026-03-02T08:00:00.123456789Z", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "24:00", "08:60", "P1D",
    "Europe/Nowhere", "../Berlin", "Etc/GMT+12", "EUR", "a@b", "@", "a@" + "b" * 300, "+49", "tel:+1", "http://127.0.0.1:1/", "http://[::1]/",
    "http://.localhost/", "http://localhost:0/", "file:///etc/passwd", "http://a@b:c@d/", "https://\u00e4.example", "FREQ=SECONDLY",
    "FREQ=DAILY;COUNT=1000000", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "RRULE:FREQ=DAILY", "FREQ=DAILY;UNTIL=99991231T235959Z",
)  # fmt: skip
NUMBERS: Sequence[float] = (
    0, -1, 1, 2, -0.0, 0.1, 1.5, 1e-320, 127, 65_536, 2**31 - 1, 2**31, -(2**31), 2**53, 2**53 + 1, 2**63 - 1, 2**63, 2**64,
    -(2**63) - 1, 10**30, 1e308, float("nan"), float("inf"), float("-inf"),
)  # fmt: skip
_OTHERS: Sequence[Any] = (None, True, False, [], {}, [[]], [None], {"": None}, [{}] * 300, {"id": {"id": {"id": 1}}})
_DEEP = (20, 200, 2_000, 100_000)
_QUERIES = (
    "%",
    "%FF",
    "%00",
    "=",
    "&&",
    "a",
    "a=1;b=2",
    "[]=1",
    "[",
    "page[=1",
    "%5B%5D",
    "a=" + "b" * 9_000,
    "a=1&" * 300,
    "?",
    "#",
    "+",
)
_SEGMENTS = (
    "", ".", "..", "%2e%2e", "%2F", "%5C", "%00", "%FF", "%C3%28", "~", "~default", "*", "a" * 4_000, "-1", "0", "1e9", "01", "+1", "%201",
    "9" * 40, ";a=b", "$ref", "__proto__", "\u00e4", "null", "789.0", "index.html", ".git",
)  # fmt: skip


def _a_value(chance: Random) -> Any:
    return chance.choice(chance.choice((TEXTS, TEXTS, NUMBERS, _OTHERS)))


def spoilt_json(chance: Random, value: Any) -> Any:
    """*value* with something in it left out, put in, changed, said twice or of another kind."""
    if isinstance(value, dict) and value and chance.random() < 0.85:  # noqa: PLR2004 - else it itself
        name = chance.choice(list(value))
        ways: list[Callable[[], Any]] = [
            lambda: {key: each for key, each in value.items() if key != name},
            lambda: {**value, name: spoilt_json(chance, value[name])},
            lambda: {**value, name: spoilt_json(chance, value[name])},
            lambda: {**value, chance.choice(TEXTS[:30]): _a_value(chance)},
            lambda: {(key.upper() if key == name else key): each for key, each in value.items()},
        ]
        return chance.choice(ways)()
    if isinstance(value, list) and value and chance.random() < 0.85:  # noqa: PLR2004 - as above
        place = chance.randrange(len(value))
        return chance.choice(
            (
                value[:place] + value[place + 1 :],
                [*value[:place], spoilt_json(chance, value[place]), *value[place + 1 :]],
                value * 2,
                value * 200,
            )
        )
    kinds: list[Callable[[], Any]] = [lambda: _a_value(chance), lambda: [value], lambda: {"value": value}]
    if isinstance(value, str):
        kinds += [lambda: value + chance.choice(TEXTS), value.swapcase, lambda: value[: len(value) // 2]]
    elif isinstance(value, int | float):
        kinds += [lambda: str(value), lambda: value + chance.choice((-1, 1, 0.5)), lambda: -value]
    return chance.choice(kinds)()


def spoilt_bytes(chance: Random, body: bytes) -> bytes:
    """A body that may be no JSON any more, or JSON as few write it."""
    place = chance.randrange(len(body) + 1)
    deep = chance.choice(_DEEP)
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: body[:place],
        lambda: body[:place] + b"\xff\xfe" + body[place:],
        lambda: body + b" trailing",
        lambda: body + body,
        lambda: b"\xef\xbb\xbf" + body,
        lambda: body.decode("utf-8", "replace").encode("utf-16"),
        lambda: b"[" * deep + b"]" * deep,
        lambda: b'{"a":' * deep + b"1" + b"}" * deep,
        lambda: b"",
        lambda: b"null",
        lambda: b'"text"',
        lambda: b"-",
        lambda: b"1" * 5_000,
        lambda: body.replace(b'"', b"'"),
        lambda: body.replace(b"{", b'{"id":1,"id":2,', 1),
        lambda: body.replace(b":", b":\t\n ", 1),
        lambda: b"\0" * 100,
        lambda: body.replace(b"1", b"1e400", 1),
        lambda: body.replace(b'"', b'"\\ud800', 1),
        lambda: bytes(chance.randrange(256) for _ in range(64)),
    )
    return chance.choice(ways)()


def spoilt_query(chance: Random) -> str:
    return chance.choice(_QUERIES)


def spoilt_segment(chance: Random) -> str:
    return chance.choice(_SEGMENTS)


def compact(value: Any) -> bytes:
    """As JSON, also what JSON has no form for."""
    return json.dumps(value, separators=(",", ":")).encode("utf-8", "surrogatepass")
