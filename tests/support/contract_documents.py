"""An API's document, samples and scenarios, as tests of contracts look at them."""

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from agreed import Facts
from openapi_schema_validator import OAS30Validator, oas30_format_checker

from doublebook_data import fixtures_dir, openapi_dir

__all__ = ["Contract", "at_pointer", "read", "walk"]

METHODS = ("get", "post", "put", "patch", "delete")


class Contract:
    """One API's document, as these tests look at it."""

    def __init__(self, api: str, facts: Facts) -> None:
        self.api = api
        self.facts = facts
        self.document = read(openapi_dir() / api / "openapi.yaml")
        self.base_paths = [urlsplit(server["url"]).path.rstrip("/") for server in self.document["servers"]]
        self.samples = sorted((fixtures_dir() / api / "samples").glob("*.yaml"))
        self.scenarios = sorted((fixtures_dir() / api / "scenarios").glob("*.yaml"))

    @cached_property
    def operations(self) -> dict[str, Any]:
        return {
            item[method]["operationId"]: item[method]
            for item in self.document["paths"].values()
            for method in METHODS
            if method in item
        }

    @cached_property
    def rules(self) -> list[Any]:
        return [rule for holder in (self.document, *self.operations.values()) for rule in holder.get("x-rules", [])]

    @cached_property
    def sources(self) -> str:
        return (openapi_dir() / self.api / "SOURCES.md").read_text(encoding="utf-8")

    def stated_by_the_seed(self) -> set[str]:
        """Rules and operations by their ids, and what is marked in a component by its name: `Booking`, `Booking.status`."""
        found = {rule["id"] for rule in self.rules if rule["source"] == "seed"}
        found |= {name for name, operation in self.operations.items() if operation["x-source"] == "seed"}
        for kind in self.document["components"].values():
            for name, node in kind.items():
                found |= set(_marked(node, name))
        return found

    def at(self, pointer: str) -> Any:
        return at_pointer(self.document, pointer)

    def resolved(self, node: Any) -> Any:
        while "$ref" in node:
            node = self.at(node["$ref"].removeprefix("#"))
        return node

    def resolved_throughout(self, node: Any) -> Any:
        if isinstance(node, dict):
            return {name: self.resolved_throughout(each) for name, each in self.resolved(node).items()}
        return [self.resolved_throughout(each) for each in node] if isinstance(node, list) else node

    def responses(self, operation: Any) -> dict[str, Any]:
        return {status: self.resolved(response) for status, response in operation["responses"].items()}

    def parameters(self, operation: Any) -> list[Any]:
        """Those of its path included, which the document has once for all methods."""
        item = next(item for item in self.document["paths"].values() if operation in item.values())
        return [self.resolved(each) for each in [*item.get("parameters", []), *operation.get("parameters", [])]]

    def is_open(self, operation: Any) -> bool:
        return bool(operation.get("security") == [])

    def is_keyed(self, operation: Any) -> bool:
        return not self.is_open(operation) and {} not in operation.get("security", [])

    def body_schema(self, operation: Any) -> Any:
        return operation["requestBody"]["content"][self.facts.media_type]["schema"]

    def texts(self, response: Any) -> set[str]:
        """The refusals that an answer shows as examples."""
        content = response["content"][self.facts.media_type]
        shown = [content["example"]] if "example" in content else self.shown(content)
        return {at_pointer(body, self.document["x-error-code"]) for body in shown}

    def shown(self, node: Any) -> list[Any]:
        return [self.resolved(example)["value"] for example in node.get("examples", {}).values()]

    def media_types(self, operation: Any, status: str) -> set[str]:
        """Those that an answer of the operation has to have."""
        if status.startswith("2") and operation["operationId"] in self.facts.plain:
            return {"application/json"}
        if status.startswith("2") and operation["operationId"] in self.facts.flattened:
            return {self.facts.media_type, "application/json"}
        return {self.facts.media_type}

    def operation_at(self, method: str, path: str) -> Any:
        """The operation that a request goes to, whichever of the base paths it has."""
        bare = path.partition("?")[0]
        for base in sorted(self.base_paths, key=len, reverse=True):
            for template, item in self.document["paths"].items():
                pattern = re.escape(base) + re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
                if re.fullmatch(pattern, bare) and method.lower() in item:
                    return item[method.lower()]
        raise AssertionError(f"{method} {path} is nowhere in the document of {self.api}")

    def check(self, schema: Any, value: object) -> None:
        whole = {"allOf": [schema], "components": self.document["components"]}
        OAS30Validator(whole, format_checker=oas30_format_checker).validate(value)

    def examples(self) -> Iterator[tuple[Any, object]]:
        """Each example of a body, a parameter or a header, and each of a schema, with the schema it must fit."""
        for node in walk(self.document):
            schema = node.get("schema", node if "type" in node or "anyOf" in node else None)
            if schema is None or "scheme" in node:
                continue
            if "example" in node:
                yield schema, node["example"]
            for example in self.shown(node):
                yield schema, example

    def schema_at(self, schema: Any, pointer: str) -> Any:
        """The schema of what stands at a pointer in a body."""
        for step in pointer.split("/")[1:]:
            schema = self.resolved(schema)
            while "anyOf" in schema:
                schema = self.resolved(schema["anyOf"][0])
            schema = schema["items"] if schema.get("type") == "array" else self.member(schema, step)
        return schema

    def member(self, schema: Any, name: str) -> Any:
        """Of several schemas at once, the last one that has it says most of it."""
        for part in map(self.resolved, (schema, *schema.get("allOf", ())[::-1])):
            if name in part.get("properties", {}):
                return part["properties"][name]
        return schema["additionalProperties"]


def at_pointer(node: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        node = node[int(step) if isinstance(node, list) else step.replace("~1", "/").replace("~0", "~")]
    return node


def walk(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value)


def read(path: Path) -> Any:
    """As anybody's tool would: what looks like a moment and is not quoted is one. The loader in C is ten times as fast."""
    return yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _marked(node: Any, name: str) -> Iterator[str]:
    if isinstance(node, dict):
        if node.get("x-source") == "seed":
            yield name
        for word, each in node.items():
            here = name if word in ("properties", "items", "schema", "content", "allOf", "anyOf") else f"{name}.{word}"
            yield from _marked(each, here)
    elif isinstance(node, list):
        for each in node:
            yield from _marked(each, name)
