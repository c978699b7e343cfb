"""Two views of one document: *ours*, as it is written and our sandbox keeps it, and *agreed*, which is what pages state of it.

The agreed view is made of the marks alone (`openapi/README.md`). It opens answers: what is our reading may be missing or
look otherwise, members nobody knows and every refusal may come. Requests stay ours, for something has to be sent.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from enum import StrEnum
from typing import Any

from doublebook_data import resolved

__all__ = ["View", "agreed", "is_reading", "opened", "unstated"]

Json = dict[str, Any]

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_SCHEMAS = "#/components/schemas/"
_OPENED = ".agreed"
_READING = "inferred"
_LISTS = ("allOf", "anyOf", "oneOf")
_SAID_OF_PARTS = ("properties", "items", "additionalProperties", "required", "discriminator", *_LISTS)
_ANY_REFUSAL = {"4XX": {"description": "Any other refusal."}}


class View(StrEnum):
    OURS = "ours"
    AGREED = "agreed"


def is_reading(document: Mapping[str, Any], node: Mapping[str, Any], above: bool = False) -> bool:
    """Whether no page knows of what *node*, or what it refers to, is; *above* is what holds of what it stands in."""
    source = node.get("x-source") or resolved(document, node).get("x-source")
    return above if source is None else source == _READING


def unstated(node: Mapping[str, Any], keyword: str) -> frozenset[str]:
    """Of a keyword that is a list, such as `required`: the values that no page states."""
    begin = f"{keyword}/"
    return frozenset(each.removeprefix(begin) for each in node.get("x-inferred", ()) if each.startswith(begin))


def agreed(document: Mapping[str, Any]) -> Json:
    """The agreed view of *document*, a document like it. What both requests and answers are made of is there twice."""
    made: Json = deepcopy(dict(document))
    asked = _schemas_of_requests(document)
    opener = _Opener(document, asked)
    for item in made["paths"].values():
        for method in _METHODS:
            if method in item:
                operation = item[method]
                is_ours = is_reading(document, operation, is_reading(document, item))
                operation["responses"] = dict(opener.responses(operation["responses"], is_ours=is_ours))
    components = made.get("components", {})
    components.pop("responses", None)
    for name in {*components.get("schemas", {})} - asked:
        del components["schemas"][name]
    components.setdefault("schemas", {}).update(opener.schemas)
    return made


def opened(document: Mapping[str, Any], node: Json) -> Json:
    """A schema of requests as pages state it: what it lets through, no page forbids. It refers to nothing."""
    made: Json = _Opener(document, frozenset(), inline=True).schema(node)
    return made


class _Opener:
    """
    Args:
        asked: The schemas that requests are made of.
        inline: Write what is referred to where it is referred to, but for what is in itself.
    """

    def __init__(self, document: Mapping[str, Any], asked: frozenset[str], *, inline: bool = False) -> None:
        self.schemas: dict[str, Json] = {}
        self._document = document
        self._asked = asked
        self._inline = inline
        self._within: list[str] = []

    def responses(self, responses: Mapping[str, Json], *, is_ours: bool) -> Iterator[tuple[str, Json]]:
        for status, said in responses.items():
            response = resolved(self._document, said)
            reading = is_reading(self._document, said, is_ours)
            if reading and status.startswith("4"):
                continue
            made = self._response(response, reading=reading)
            yield status, made
            is_inferred = reading or "status" in {*said.get("x-inferred", ()), *response.get("x-inferred", ())}
            if is_inferred and "2XX" not in responses:
                yield "2XX", {name: deepcopy(value) for name, value in made.items() if name != "links"}
        yield from (_ANY_REFUSAL if "4XX" not in responses else {}).items()

    def _response(self, response: Json, *, reading: bool) -> Json:
        made = {name: value for name, value in response.items() if name not in ("content", "headers")}
        headers = response.get("headers", {})
        found = {
            name: self._header(resolved(self._document, header))
            for name, header in headers.items()
            if not is_reading(self._document, header, reading)
        }
        made |= {"headers": found} if found else {}
        if "content" in response and "content" not in response.get("x-inferred", ()) and not reading:
            made["content"] = {
                form: {**deepcopy(said), **({"schema": self.schema(said["schema"])} if "schema" in said else {})}
                for form, said in response["content"].items()
            }
        return made

    def _header(self, header: Json) -> Json:
        inferred = header.get("x-inferred", ())
        made = {name: value for name, value in header.items() if name not in inferred}
        return {**made, "schema": self.schema(header["schema"])} if "schema" in header else made

    def schema(self, node: Any, above: bool = False) -> Any:
        """*node* without what is our reading; *above* tells whether that is what it stands in."""
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return self._reference(node["$ref"], above)
        reading = is_reading(self._document, node, above)
        left_out = {*_SAID_OF_PARTS, "x-source", "x-inferred", "x-secret", *node.get("x-inferred", ())}
        made = {} if reading else {name: deepcopy(said) for name, said in node.items() if name not in left_out}
        if node.get("nullable"):  # what only we make null may be null
            made |= {"nullable": True} if "type" in made else {}
        made |= self._parts(node, reading)
        return made

    def _parts(self, node: Json, reading: bool) -> Json:
        made: Json = {}
        known = node.get("properties", {})
        parts = {name: self.schema(each, reading) for name, each in known.items()}
        if any(parts.values()) or (parts and not reading):
            made["properties"] = parts
        if not reading:
            free = unstated(node, "required")
            required = [
                name for name in node.get("required", ()) if name not in free and not self._is_ours(known.get(name, {}))
            ]
            made |= {"required": required} if required and "required" not in node.get("x-inferred", ()) else {}
        for word in ("items", "additionalProperties"):
            if isinstance(node.get(word), dict):
                inner = self.schema(node[word], reading)
                made |= {word: inner} if inner or not reading else {}
        if "items" not in made and made.get("type") == "array":
            made["items"] = {}
        for word in _LISTS:
            branches = [self.schema(each, reading) for each in node.get(word, ())]
            # Of opened branches several may fit.
            if branches and all(branches) and word not in node.get("x-inferred", ()):
                made["allOf" if word == "allOf" else "anyOf"] = branches
            elif word == "allOf" and any(branches):
                made["allOf"] = [each for each in branches if each]
        return made

    def _is_ours(self, member: Json) -> bool:
        return bool(member) and member.get("x-source") == _READING

    def _reference(self, reference: str, above: bool) -> Json:
        name = reference.removeprefix(_SCHEMAS)
        node = resolved(self._document, {"$ref": reference})
        if above and node.get("x-source") is None:
            return {}
        if self._inline:
            if name in self._within:
                return {}
            self._within.append(name)
            try:
                return dict(self.schema(node))
            finally:
                self._within.pop()
        new = f"{name}{_OPENED}" if name in self._asked else name
        if new not in self.schemas:
            self.schemas[new] = {}  # it may be in itself
            self.schemas[new] = self.schema(node)
        return {"$ref": f"{_SCHEMAS}{new}"}


def _schemas_of_requests(document: Mapping[str, Any]) -> frozenset[str]:
    """The names of the schemas that a request may be made of."""
    pending: list[Any] = [
        document.get("components", {}).get("parameters", {}),
        document.get("components", {}).get("requestBodies", {}),
        *(
            {**item, **{method: {**item[method], "responses": {}} for method in _METHODS if method in item}}
            for item in document["paths"].values()
        ),
    ]
    found: set[str] = set()
    while pending:
        node = pending.pop()
        if isinstance(node, Mapping):
            name = str(node.get("$ref", "")).removeprefix(_SCHEMAS) if "$ref" in node else ""
            if name and "/" not in name and name not in found:
                found.add(name)
                pending.append(document["components"]["schemas"][name])
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)
    return frozenset(found)
