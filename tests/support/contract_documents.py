"""An API's document, samples and scenarios, as tests of contracts look at them."""

import re
from collections.abc import Iterator
from functools import cached_property
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
    def operations(self):
        return {
            item[method]["operationId"]: item[method]
            for item in self.document["paths"].values()
            for method in METHODS
            if method in item
        }

    @cached_property
    def rules(self):
        return [rule for holder in (self.document, *self.operations.values()) for rule in holder.get("x-rules", [])]

    def at(self, pointer):
        return at_pointer(self.document, pointer)

    def resolved(self, node):
        while "$ref" in node:
            node = self.at(node["$ref"].removeprefix("#"))
        return node

    def resolved_throughout(self, node):
        if isinstance(node, dict):
            return {name: self.resolved_throughout(each) for name, each in self.resolved(node).items()}
        return [self.resolved_throughout(each) for each in node] if isinstance(node, list) else node

    def responses(self, operation):
        return {status: self.resolved(response) for status, response in operation["responses"].items()}

    def parameters(self, operation):
        """Those of its path included, which the document has once for all methods."""
        item = next(item for item in self.document["paths"].values() if operation in item.values())
        return [self.resolved(each) for each in [*item.get("parameters", []), *operation.get("parameters", [])]]

    def is_open(self, operation):
        return operation.get("security") == []

    def is_keyed(self, operation):
        return not self.is_open(operation) and {} not in operation.get("security", [])

    def body_schema(self, operation):
        return operation["requestBody"]["content"][self.facts.media_type]["schema"]

    def texts(self, response):
        """The refusals that an answer shows as examples."""
        content = response["content"][self.facts.media_type]
        shown = [content["example"]] if "example" in content else self.shown(content)
        return {at_pointer(body, self.document["x-error-code"]) for body in shown}

    def shown(self, node):
        return [self.resolved(example)["value"] for example in node.get("examples", {}).values()]

    def media_types(self, operation, status):
        """Those that an answer of the operation has to have."""
        if status.startswith("2") and operation["operationId"] in self.facts.plain:
            return {"application/json"}
        if status.startswith("2") and operation["operationId"] in self.facts.flattened:
            return {self.facts.media_type, "application/json"}
        return {self.facts.media_type}

    def operation_at(self, method, path):
        """The operation that a request goes to, whichever of the base paths it has."""
        bare = path.partition("?")[0]
        for base in sorted(self.base_paths, key=len, reverse=True):
            for template, item in self.document["paths"].items():
                pattern = re.escape(base) + re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
                if re.fullmatch(pattern, bare) and method.lower() in item:
                    return item[method.lower()]
        raise AssertionError(f"{method} {path} is nowhere in the document of {self.api}")

    def check(self, schema, value):
        whole = {"allOf": [schema], "components": self.document["components"]}
        OAS30Validator(whole, format_checker=oas30_format_checker).validate(value)

    def examples(self) -> Iterator[tuple[dict, object]]:
        """Each example of a body, a parameter or a header, and each of a schema, with the schema it must fit."""
        for node in walk(self.document):
            schema = node.get("schema", node if "type" in node or "anyOf" in node else None)
            if schema is None or "scheme" in node:
                continue
            if "example" in node:
                yield schema, node["example"]
            for example in self.shown(node):
                yield schema, example

    def schema_at(self, schema, pointer):
        """The schema of what stands at a pointer in a body."""
        for step in pointer.split("/")[1:]:
            schema = self.resolved(schema)
            while "anyOf" in schema:
                schema = self.resolved(schema["anyOf"][0])
            schema = schema["items"] if schema["type"] == "array" else self.member(schema, step)
        return schema

    def member(self, schema, name):
        return schema.get("properties", {}).get(name) or schema["additionalProperties"]


def at_pointer(node, pointer):
    for step in pointer.split("/")[1:]:
        node = node[int(step) if isinstance(node, list) else step.replace("~1", "/").replace("~0", "~")]
    return node


def walk(node) -> Iterator[dict]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value)


def read(path):
    """As anybody's tool would: what looks like a moment and is not quoted is one. The loader in C is ten times as fast."""
    return yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
