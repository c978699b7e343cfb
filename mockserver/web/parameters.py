"""Readers of path, query and header parameters, compiled from the document.

Parameters arrive as text. A reader turns text into the declared type, or leaves it as it is, so that the compiled
schema says what is wrong with it in one voice.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from math import isinf
from typing import Any
from urllib.parse import unquote_to_bytes

from mockserver.apis.refusals import BadInput, Undecodable
from mockserver.web.bodies import BEYOND
from mockserver.web.flaws import find_flaw
from mockserver.web.schemas import Validator, compile_schema

__all__ = ["ParameterReader", "parse_query", "readers_of"]

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,30})", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
_BOOLEANS = {"true": True, "false": False}


def _integer(text: str) -> Any:
    return int(text) if _INTEGER.fullmatch(text) else text


def _number(text: str) -> Any:
    """Raises OverflowError."""
    if not _NUMBER.fullmatch(text):
        return text
    number = float(text)
    if isinf(number):
        raise OverflowError
    return number


def _boolean(text: str) -> Any:
    return _BOOLEANS.get(text, text)


def _text(text: str) -> Any:
    return text


_STYLES = {"path": "simple", "query": "form", "header": "simple"}
_MEMBERS = "deepObject"
_NO_PARAMETERS = frozenset({"accept", "authorization", "content-type"})
"""Headers of which OpenAPI says that a parameter of that name means nothing."""

_TYPES: dict[str, Callable[[str], Any]] = {"integer": _integer, "number": _number, "boolean": _boolean, "string": _text}


class ParameterReader:
    """Reads one parameter.

    A list comes as a parameter for each item, or where the document says `explode: false` as one with commas. An encoded
    comma divides as well: that is how browsers send one. Of such a list, no text is no item. In a header, which comes
    joined when it was sent twice, commas divide a list and belong to any other value.

    A parameter of the query with `style: deepObject` is an object where it is sent as `NAME[MEMBER]=VALUE`, and a text
    where it is sent by its name alone.

    Attributes:
        kind: `array`, `object` of one that may have members, or else the type of its value.

    Raises:
        ValueError: The document has a style that is not read here.
    """

    __slots__ = ("_commas", "_convert", "_default", "_items", "_required", "_validator", "kind", "name", "place")

    def __init__(self, parameter: Mapping[str, Any]) -> None:
        schema = parameter["schema"]
        self.name = str(parameter["name"])
        self.place = str(parameter["in"])
        usual = _STYLES.get(self.place)
        has_members = self.place == "query" and parameter.get("style") == _MEMBERS
        if parameter.get("style", usual) != usual and not has_members:
            raise ValueError(f"parameter {self.name!r} has style {parameter['style']!r}, only {usual!r} is read")
        self._required = bool(parameter.get("required"))
        self._default = schema.get("default")
        self._items = schema.get("type") == "array"
        self._commas = self._items and (self.place != "query" or parameter.get("explode") is False)
        kind = schema.get("items", {}).get("type") if self._items else schema.get("type")
        self._convert = _TYPES.get(kind or "string", _text)
        self.kind = "object" if has_members else "array" if self._items else str(kind or "string")
        self._validator: Validator = compile_schema(schema)

    def read_from(self, query: Mapping[str, list[str]]) -> Any:
        """The value that a query has for a parameter, None when it has none. Raises BadInput, see `read`."""
        texts = query.get(self.name)
        members = self._members_in(query) if self.kind == "object" else {}
        if not members:
            return self.read(texts)
        if texts is not None or any(len(each) > 1 for each in members.values()):
            raise BadInput(self.place, self.name, "is given more than once")
        return self._valid({name: _integer(text) for name, (text,) in members.items()})

    def read(self, texts: list[str] | None) -> Any:
        """The value of a parameter given as *texts*, None when it is not given.

        Raises:
            BadInput: Missing, given twice, or against its schema.
        """
        if texts is None:
            if self._required:
                raise BadInput(self.place, self.name, "is required")
            return self._default
        try:
            value = self._value_of(texts)
        except OverflowError:
            raise BadInput(self.place, self.name, BEYOND) from None
        return self._valid(value)

    def _members_in(self, query: Mapping[str, list[str]]) -> dict[str, list[str]]:
        start = f"{self.name}["
        return {
            name[len(start) : -1]: texts
            for name, texts in query.items()
            if name.startswith(start) and name.endswith("]")
        }

    def _valid(self, value: Any) -> Any:
        if not self._validator.is_valid(value):
            raise BadInput(self.place, self.name, find_flaw(self._validator, value).reason + self._hint(value))
        return value

    def _value_of(self, texts: list[str]) -> Any:
        """Raises BadInput, and OverflowError for a number that is beyond all that can be reckoned with."""
        if self._items and not self._commas:
            return [self._convert(text) for text in texts]
        if len(texts) > 1:
            raise BadInput(self.place, self.name, "is given more than once")
        if self._commas:
            parts = texts[0].split(",") if texts[0] else []
            return [self._convert(part.strip() if self.place == "header" else part) for part in parts]
        return self._convert(texts[0])

    def _hint(self, value: Any) -> str:
        """A plus sign that was not encoded has come as a blank."""
        if (
            self.place == "query"
            and isinstance(value, str)
            and " " in value
            and self._validator.is_valid(value.replace(" ", "+"))
        ):
            return "; a plus sign in a query is written %2B"
        return ""


def readers_of(parameters: Iterable[Mapping[str, Any]], place: str) -> tuple[ParameterReader, ...]:
    # Connexion adds the parameters of the path once more for each middleware that asks: the first of a name counts.
    chosen: dict[str, Mapping[str, Any]] = {}
    for parameter in parameters:
        if parameter["in"] == place and not (place == "header" and parameter["name"].lower() in _NO_PARAMETERS):
            chosen.setdefault(parameter["name"], parameter)
    return tuple(ParameterReader(parameter) for parameter in chosen.values())


def parse_query(query: bytes) -> dict[str, list[str]]:
    """Raises Undecodable when a name or a value is not percent-encoded UTF-8."""
    found: dict[str, list[str]] = {}
    for part in query.split(b"&"):
        if part:
            name, _, value = part.partition(b"=")
            found.setdefault(_decode(name, name), []).append(_decode(value, name))
    return found


def _decode(text: bytes, name: bytes) -> str:
    try:
        return (unquote_to_bytes(text.replace(b"+", b" ")) if b"%" in text or b"+" in text else text).decode()
    except UnicodeDecodeError:
        raise Undecodable(unquote_to_bytes(name).decode("utf-8", "replace")) from None
