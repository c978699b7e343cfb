"""OpenAPI 3.0 schemas as JSON Schema, compiled.

The two differ where it hurts: `nullable` is no keyword of JSON Schema, `exclusiveMinimum` is a boolean in one and a
number in the other. One function translates, and refuses what it does not know rather than ignoring it.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import jsonschema_rs
import msgspec

__all__ = ["Validator", "compile_schema", "translate", "whole_numbers"]


class Validator:
    """A compiled schema. Its examples stay with it, for whoever has to say what a value should look like."""

    __slots__ = ("_schema", "is_valid", "iter_errors")

    def __init__(self, schema: dict[str, Any]) -> None:
        """Formats are checked: a date that does not exist is not a date."""
        compiled = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        self._schema = schema
        self.is_valid: Callable[[Any], bool] = compiled.is_valid
        self.iter_errors: Callable[[Any], Iterator[jsonschema_rs.ValidationError]] = compiled.iter_errors

    def example_for(self, error: jsonschema_rs.ValidationError) -> Any:
        """An example of the value that an error is about, None where the document has none."""
        here: Any = self._schema
        try:
            for step in error.schema_path[:-1]:
                here = here[step]
            return here.get("example")
        except (LookupError, TypeError, AttributeError):
            return None


_PLAIN = frozenset(
    {
        "type", "format", "enum", "required", "minimum", "maximum", "multipleOf", "minLength", "maxLength", "pattern",
        "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
    }
)  # fmt: skip
_COMPILED = 1_000
"""How many different schemas are kept; the documents of four APIs have two hundred."""
_SCHEMAS = frozenset({"allOf", "anyOf", "oneOf"})
_SAID_FOR_PEOPLE = frozenset(
    {"title", "description", "example", "default", "deprecated", "readOnly", "writeOnly", "externalDocs", "xml"}
)


def translate(schema: Mapping[str, Any]) -> dict[str, Any]:
    """An OpenAPI 3.0 schema, references resolved, as a JSON Schema of draft 2020-12.

    Raises:
        ValueError: A keyword of neither OpenAPI 3.0 nor an extension.
    """
    out: dict[str, Any] = {}
    for keyword, value in schema.items():
        if keyword in _PLAIN or keyword == "example":
            out[keyword] = value
        elif keyword in _SCHEMAS:
            out[keyword] = [translate(each) for each in value]
        elif keyword == "properties":
            out[keyword] = {name: translate(each) for name, each in value.items()}
        elif keyword in {"items", "not"}:
            out[keyword] = translate(value)
        elif keyword == "additionalProperties":
            out[keyword] = value if isinstance(value, bool) else translate(value)
        elif keyword not in {"nullable", "exclusiveMinimum", "exclusiveMaximum", "discriminator"} and (
            keyword not in _SAID_FOR_PEOPLE and not keyword.startswith("x-")
        ):
            raise ValueError(f"{keyword!r} is not a keyword of OpenAPI 3.0 schemas")
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if schema.get(exclusive) is True and bound in out:
            out[exclusive] = out.pop(bound)
    return _or_null(out) if schema.get("nullable") else out


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    kind = schema.get("type")
    if isinstance(kind, str) and not _SCHEMAS & schema.keys() and "not" not in schema:
        nullable = {**schema, "type": [kind, "null"]}
        if "enum" in schema and None not in schema["enum"]:
            nullable["enum"] = [*schema["enum"], None]
        return nullable
    return {"anyOf": [schema, {"type": "null"}]}


def compile_schema(schema: Mapping[str, Any]) -> Validator:
    """The validator of *schema*; the same one for all that are written alike, which most of a document's are."""
    return _compiled(msgspec.json.encode(schema))


@lru_cache(_COMPILED)
def _compiled(schema: bytes) -> Validator:
    return Validator(translate(msgspec.json.decode(schema)))


def whole_numbers(schema: Mapping[str, Any]) -> Callable[[Any], Any] | None:
    """A function that turns 1.0 into 1 where the schema says integer; None where it never says so.

    JSON knows one kind of number, so 1.0 is valid for an integer. Behind the door an integer is an int.
    """
    if schema.get("type") == "integer":
        return _whole
    alternatives = [whole_numbers(each) for keyword in _SCHEMAS & schema.keys() for each in schema[keyword]]
    properties = {
        name: inner for name, each in schema.get("properties", {}).items() if (inner := whole_numbers(each)) is not None
    }
    items = whole_numbers(schema["items"]) if isinstance(schema.get("items"), Mapping) else None
    others = schema.get("additionalProperties")
    of_others = whole_numbers(others) if isinstance(others, Mapping) else None
    named = schema.get("properties", {}).keys()
    steps = [each for each in alternatives if each is not None]
    if not (properties or items or of_others or steps):
        return None

    def convert(value: Any) -> Any:
        if isinstance(value, dict):
            for name, of_property in properties.items():
                if name in value:
                    value[name] = of_property(value[name])
            if of_others is not None:
                value.update({name: of_others(each) for name, each in value.items() if name not in named})
        elif items is not None and isinstance(value, list):
            value = [items(each) for each in value]
        for step in steps:
            value = step(value)
        return value

    return convert


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value
