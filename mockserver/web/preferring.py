"""What a request itself prefers, as RFC 7240 says: five preferences are ours, others are ignored.

Prefer: code=409                the answer of that status, as the document shows it; nothing is done
Prefer: delay=2                 it begins so many seconds later
Prefer: settle=2                it is answered when its webhooks are out, or after so many seconds
Prefer: fault=lost-after        one of `apis.faults.FAULTS`
Prefer: explain                 X-Sandbox-Why: the rules by which it is refused
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from mockserver.apis.bundle import Api
from mockserver.apis.faults import FAULTS, LONGEST_SECONDS, check_rule
from mockserver.apis.refusals import BadInput
from mockserver.booking.errors import RuleBroken, in_json
from mockserver.sandbox.rules import DELAY, SETTLE, Deed, Subject

__all__ = ["Preferences", "read_preferences"]

_ELEMENT = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.)*")+')
_PREFERENCE = re.compile(r'\s*([!#$%&\'*+.^_`|~\w-]+)\s*(?:=\s*("(?:[^"\\]|\\.)*"|[^\s;]*)\s*)?(?:;.*)?', re.DOTALL)
_NUMBER = re.compile(r"\d{1,3}(\.\d{1,3})?", re.ASCII)
_SECONDS = 1.0
"""How late or slow is what does not say."""


class Preferences(NamedTuple):
    """
    Attributes:
        deeds: In the order in which they are done.
        applied: As Preference-Applied says them.
    """

    deeds: tuple[Deed, ...] = ()
    explains: bool = False
    applied: str = ""


def read_preferences(header: bytes, api: Api, operation: str | None) -> Preferences:
    """Raises BadInput: one of ours has a value that it cannot have."""
    named = _named(header.decode("latin-1"))
    if "code" in named and "fault" in named:
        raise _bad("fault", "goes without code")
    deeds = tuple(make(named[name], api) for name, make in _DEEDS.items() if name in named)
    if operation is not None:
        for deed in deeds:
            _check(api, operation, deed, "code" if deed.what == "status" else "fault")
    if named.get("explain", "") not in {"", "true"}:
        raise _bad("explain", "has no value")
    applied = ", ".join(
        f"{name}={named[name]}" if named[name] else name for name in (*_DEEDS, "explain") if name in named
    )
    return Preferences(deeds, "explain" in named, applied)


def _delay(value: str, _: Api) -> Deed:
    return Deed(DELAY, seconds=_seconds(DELAY, value))


def _settle(value: str, _: Api) -> Deed:
    return Deed(SETTLE, seconds=_seconds(SETTLE, value) if value else None)


def _seconds(name: str, value: str) -> float:
    if not _NUMBER.fullmatch(value) or float(value) > LONGEST_SECONDS:
        raise _bad(name, f"is a number of seconds up to {LONGEST_SECONDS:.0f}, not {in_json(value)}")
    return float(value)


def _code(value: str, _: Api) -> Deed:
    if not re.fullmatch("[1-5][0-9][0-9]", value):
        raise _bad("code", f"is a status, not {in_json(value)}")
    return Deed("status", status=int(value))


def _fault(value: str, api: Api) -> Deed:
    if value == "status":
        raise _bad("fault", "is said with code=")
    deed = Deed(value, seconds=_SECONDS if value in {"late-after", "slow"} else None)
    if value not in FAULTS:
        _check(api, None, deed, "fault")
        raise _bad("fault", f"{in_json(value)} is armed by a rule; there is {', '.join(FAULTS)}")
    return deed


_DEEDS = {"delay": _delay, "settle": _settle, "code": _code, "fault": _fault}


def _check(api: Api, operation: str | None, deed: Deed, name: str) -> None:
    try:
        check_rule(api, Subject(operation=operation), deed)
    except RuleBroken as problem:
        raise _bad(name, str(problem)) from None


def _named(text: str) -> Mapping[str, str]:
    """By name in small letters; what is said twice is what was said first."""
    named: dict[str, str] = {}
    for element in _ELEMENT.findall(text):
        found = _PREFERENCE.fullmatch(element)
        if found is not None:
            value = found[2] or ""
            if value[:1] == '"':
                value = re.sub(r"\\(.)", r"\1", value[1:-1])
            named.setdefault(found[1].lower(), value)
    return named


def _bad(name: str, reason: str) -> BadInput:
    return BadInput("header", "Prefer", f"{name}: {reason}")
