"""How far each answer may be trusted: where an API's document took its statements from.

`openapi/README.md` explains the marks: `x-source` is about a thing, `x-inferred` about keywords of a thing that is stated.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from doublebook_data import resolved

__all__ = ["SOURCES", "fidelity_of"]

SOURCES = ("seed", "documented", "inferred")
"""From the material the API was built from; from the vendor's published pages; assumed."""

_METHODS = ("get", "put", "post", "delete", "patch")
_PARTS = ("parameters", "answers", "properties", "bounds", "refusals", "rules")
_BOUNDS = (
    *("minimum", "maximum", "minLength", "maxLength", "pattern", "enum", "nullable", "minItems", "maxItems"),
    *("uniqueItems", "minProperties", "maxProperties"),
)


def fidelity_of(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Counts by source, for the whole document, by operation and by rule.

    Bounds are counted once, however many operations share their schema. An operation lists under `differs` the places
    whose source is another than that of what they stand in: everything else is as its parent.
    """
    walked = [_Operation(spec, *each) for each in _operations(spec)]
    rules = [_rule(rule, None, "seed") for rule in spec.get("x-rules", [])]
    rules += [rule for each in walked for rule in each.rules]
    sources = {rule["id"]: rule["source"] for rule in rules}
    operations = [each.report(sources) for each in walked]
    everywhere = _count(_refusals(spec, "seed", sources))
    totals = {
        part: {key: sum(operation[part][key] for operation in operations) for key in ("total", *SOURCES)}
        for part in _PARTS
    }
    return {
        "operations": _count(operation["source"] for operation in operations),
        **totals,
        "refusals": {key: totals["refusals"][key] + number for key, number in everywhere.items()},
        "bounds": _count({key: source for each in walked for key, source in each.bounds.items()}.values()),
        "rules": _count(rule["source"] for rule in rules),
        "by_operation": operations,
        "by_rule": rules,
    }


def _operations(spec: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, item in spec["paths"].items():
        for method in _METHODS:
            if method in item:
                yield path, method, item


class _Operation:
    """One operation, walked through once; sources are kept by place, so that what is said twice counts once."""

    def __init__(self, spec: Mapping[str, Any], path: str, method: str, item: Mapping[str, Any]) -> None:
        self._spec = spec
        self._path = path
        self._method = method
        self._definition = item[method]
        self._source = _source(self._definition, _source(item, "seed"))
        self._parameters: dict[str, str] = {}
        self._answers: dict[str, str] = {}
        self._properties: dict[str, str] = {}
        self.bounds: dict[tuple[int, str], str] = {}
        self._differs: dict[str, list[str]] = {}
        for parameter in (*item.get("parameters", ()), *self._definition.get("parameters", ())):
            self._walk_parameter(resolved(spec, parameter))
        if "requestBody" in self._definition:
            self._walk_content(resolved(spec, self._definition["requestBody"]), "body", self._source)
        for status, response in self._definition["responses"].items():
            found = resolved(spec, response)
            place = f"answer {status}"
            self._answers[place] = source = self._note(place, found, self._source)
            self._walk_content(found, f"{place} body", source)

    @property
    def rules(self) -> list[dict[str, Any]]:
        operation = self._definition["operationId"]
        return [_rule(rule, operation, self._source) for rule in self._definition.get("x-rules", [])]

    def report(self, sources: Mapping[str, str]) -> dict[str, Any]:
        """*sources* of all rules, by their ids."""
        return {
            "id": self._definition["operationId"],
            "method": self._method.upper(),
            "path": self._path,
            "source": self._source,
            "parameters": _count(self._parameters.values()),
            "answers": _count(self._answers.values()),
            "properties": _count(self._properties.values()),
            "bounds": _count(self.bounds.values()),
            "refusals": _count(_refusals(self._definition, self._source, sources)),
            "rules": _count(rule["source"] for rule in self.rules),
            "differs": self._differs,
        }

    def _walk_parameter(self, parameter: Mapping[str, Any]) -> None:
        place = f"{parameter['in']} {parameter['name']}"
        source = self._note(place, parameter, self._source)
        schema = resolved(self._spec, parameter.get("schema", {}))
        self._parameters[place] = source = self._note(place, schema, source)
        self._note_bounds(schema, source)

    def _walk_content(self, holder: Mapping[str, Any], place: str, inherited: str) -> None:
        source = _source(holder, inherited)
        for content in holder.get("content", {}).values():
            self._walk_schema(content.get("schema", {}), place, " ", source, ())

    def _walk_schema(
        self, schema: Mapping[str, Any], place: str, joint: str, inherited: str, above: tuple[int, ...]
    ) -> None:
        found = resolved(self._spec, schema)
        if id(found) in above:  # a schema that contains itself
            return
        above = (*above, id(found))
        source = self._note(place, found, inherited)
        self._note_bounds(found, source)
        for name, each in found.get("properties", {}).items():
            here = f"{place}{joint}{name}"
            self._properties.setdefault(here, _source(resolved(self._spec, each), source))
            self._walk_schema(each, here, ".", source, above)
        for keyword in ("allOf", "anyOf", "oneOf"):
            for each in found.get(keyword, ()):
                self._walk_schema(each, place, joint, source, above)
        for keyword, suffix in (("items", "[]"), ("additionalProperties", "{}")):
            if isinstance(found.get(keyword), Mapping):
                self._walk_schema(found[keyword], f"{place}{suffix}", ".", source, above)

    def _note_bounds(self, schema: Mapping[str, Any], source: str) -> None:
        inferred = schema.get("x-inferred", ())
        for keyword in _BOUNDS:
            if keyword in schema:
                self.bounds[id(schema), keyword] = "inferred" if keyword in inferred else source

    def _note(self, place: str, node: Mapping[str, Any], inherited: str) -> str:
        source = _source(node, inherited)
        if source != inherited:
            places = self._differs.setdefault(source, [])
            if place not in places:
                places.append(place)
        return source


def _refusals(holder: Mapping[str, Any], source: str, sources: Mapping[str, str]) -> Iterator[str]:
    """Each is as the rule behind it; ours where a part of it is, or the operation that it belongs to."""
    for row in holder.get("x-refusals", []):
        yield "inferred" if "inferred" in (source, *row) else sources.get(row["rule"], source)


def _source(node: Mapping[str, Any], inherited: str) -> str:
    return str(node.get("x-source", inherited))


def _rule(rule: Mapping[str, Any], operation: str | None, inherited: str) -> dict[str, Any]:
    source = rule.get("source", inherited)
    return {"id": rule["id"], "level": rule["level"], "source": source, "operation": operation, "text": rule["text"]}


def _count(sources: Any) -> dict[str, int]:
    listed = list(sources)
    return {"total": len(listed), **{source: listed.count(source) for source in SOURCES}}
