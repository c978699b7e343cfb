"""What is not as it should be between two values, where each alone is too long to be compared by eye.

Values are told as JSON writes them, whatever holds them here: a finding is read by people who may not know Python.
"""

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time

__all__ = ["look_alike", "not_as_wanted", "shown"]

_MOST_SHOWN = 300  # characters of a value
_MOST_ALIKE = 80  # characters of a value that is compared at a glance
_MOST_NAMED = 3
_NOTHING = object()


def look_alike(one: object, other: object) -> bool:
    """Whether they differ and do not look so: a letter and its accent, or one letter."""
    return one != other and _composed(one) == _composed(other)


def _composed(value: object) -> str:
    return unicodedata.normalize("NFC", repr(value))


def shown(value: object, most: int = _MOST_SHOWN, *, escaped: bool = False) -> str:
    """*value*, cut after *most* characters; *escaped* tells letters beyond ASCII by their numbers."""
    text = "nothing" if value is _NOTHING else json.dumps(_plain(value), ensure_ascii=escaped)
    return text if len(text) <= most else f"{text[:most]}..."


def _plain(value: object) -> object:
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="backslashreplace")
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(map(_plain, value), key=str)
    if isinstance(value, Sequence):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date | time) else str(value)


def not_as_wanted(got: object, wanted: object, *, escaped: bool = False) -> str:
    """*got*, after the places where it is not as *wanted*: `livemode is true, not false; in {"object": ...`."""
    whole = shown(got, escaped=escaped)
    if got == wanted or not _are_alike(got, wanted) or max(len(whole), len(shown(wanted))) <= _MOST_ALIKE:
        return whole
    found = list(_differences(got, wanted, ""))
    said = [
        f"{place} is {shown(is_, _MOST_ALIKE, escaped=escaped)}, not {shown(should, _MOST_ALIKE, escaped=escaped)}"
        for place, is_, should in found[:_MOST_NAMED]
        if place
    ]
    if not said:
        return whole
    more = f"; {len(found) - _MOST_NAMED} more places" if len(found) > _MOST_NAMED else ""
    return f"{'; '.join(said)}{more}; in {whole}"


def _differences(got: object, wanted: object, place: str) -> Iterator[tuple[str, object, object]]:
    """Each innermost place with what is there and what should be."""
    if isinstance(got, Mapping) and isinstance(wanted, Mapping):
        for name in dict.fromkeys((*wanted, *got)):
            below = f"{place}.{name}" if place else str(name)
            yield from _differences(got.get(name, _NOTHING), wanted.get(name, _NOTHING), below)
    elif _are_alike(got, wanted) and isinstance(got, Sequence) and isinstance(wanted, Sequence):
        for number, (one, other) in enumerate(zip(got, wanted, strict=True)):
            yield from _differences(one, other, f"{place}[{number}]")
    elif got != wanted:
        yield place, got, wanted


def _are_alike(got: object, wanted: object) -> bool:
    """Both have members, or equally many items: only then one place of theirs is like the other's."""
    if isinstance(got, Mapping) or isinstance(wanted, Mapping):
        return isinstance(got, Mapping) and isinstance(wanted, Mapping)
    return isinstance(got, list | tuple) and isinstance(wanted, list | tuple) and len(got) == len(wanted)
