"""Which part of what came is not as it was expected, so that no eye has to look for it. Pure: texts in, pieces out."""

import json
import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

__all__ = ["Piece", "told_apart"]

Piece = tuple[str, bool]
"""A part of a text, and whether it is marked."""

_MOST_GLANCED = 80  # characters: of what is shorter and has nothing in common with the other all is marked
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_WANTED = re.compile(r"(?P<of>(?:.*?: )?)(?P<status>[1-5]\d\d|a success)(?P<text> .*)?", re.DOTALL)
_CAME = re.compile(r"(?P<status>[1-5]\d\d)(?: [A-Z][\w' -]*\w)?")
_IN_PLACES = re.compile(r"(?P<place>\S+) is .*?, not (?P<wanted>.*?)(?=; |$)", re.DOTALL)
_NAME = re.compile(r"\w+(?=(?:\[\d+\])*$)")


def told_apart(expected: str, got: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts whole, in pieces; where nothing says which part it is none is marked."""
    spans = _statuses(expected, got) or _places(expected, got) or _values(expected, got) or _short(expected, got)
    return (list(_cut(expected, spans[0])), list(_cut(got, spans[1])))


_Spans = tuple[Sequence[tuple[int, int]], Sequence[tuple[int, int]]]


def _statuses(expected: str, got: str) -> _Spans | None:
    """`book: 400 'time slot is full'` beside `201 Created {...`."""
    wanted, came = _WANTED.fullmatch(expected), _CAME.match(got)
    if not wanted or not came:
        return None
    if wanted["status"] == came["status"]:
        return [wanted.span("text")], [(came.end(), len(got))]
    return [wanted.span("status")], [came.span()]


def _places(expected: str, got: str) -> _Spans | None:
    """`... is {"id": 7, ...` beside `data.id is 8, not 7; in {...`."""
    said, is_in, _ = got.partition("; in ")
    if not is_in:
        return None
    found = []
    for match in _IN_PLACES.finditer(said):
        name = _NAME.search(match["place"])
        place = f'"{name[0]}": {match["wanted"]}' if name else ""
        if place and (at := expected.find(place)) >= 0:
            found.append((at, at + len(place)))
    return sorted(found), [(0, len(said))]


def _values(expected: str, got: str) -> _Spans | None:
    """`the number of places left is [1, 0]` beside `[0, 0]`."""
    for match in re.finditer(r" is ", expected):
        if _is_json(expected[match.end() :]) and _is_json(got):
            return _unlike(expected, got, match.end())
    return None


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return text.endswith("...")  # cut, and it was
    return True


def _unlike(expected: str, got: str, at: int) -> _Spans:
    one, other = list(_WORDS.finditer(expected, at)), list(_WORDS.finditer(got))
    left, right = [], []
    matcher = SequenceMatcher(None, [each[0] for each in one], [each[0] for each in other], autojunk=False)
    for what, left_from, left_to, right_from, right_to in matcher.get_opcodes():
        if what != "equal":
            left += [(each.start(), each.end()) for each in one[left_from:left_to]]
            right += [(each.start(), each.end()) for each in other[right_from:right_to]]
    return left, right


def _short(expected: str, got: str) -> _Spans:
    if max(len(expected), len(got)) > _MOST_GLANCED:
        return [], []
    return [(0, len(expected))], [(0, len(got))]


def _cut(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[Piece]:
    """*spans* in their order; those that touch become one piece."""
    at = 0
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        elif end > start >= 0:
            joined.append((start, end))
    for start, end in joined:
        if start > at:
            yield text[at:start], False
        yield text[start:end], True
        at = end
    if at < len(text):
        yield text[at:], False
