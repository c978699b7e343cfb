"""What a document has of requests and answers, as an attacker uses it: examples to spoil, and what may be answered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from openapi_schema_validator import OAS30Validator

__all__ = ["Document", "Operation"]

Json = dict[str, Any]

_OF_THE_CONNECTION = (408, 431)
"""Said of a head that is too long or takes too long, for whichever operation it may be: they have no body."""
_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Operation:
    """
    Attributes:
        path: With the base path of its API before it, its parameters in braces.
        places: Parameters by where they go: name and the values that the document shows.
        required: Names of those that have to be there.
        bodies: Media types, each with the bodies that the document shows.
        answers: By status.
    """

    id: str
    method: str
    path: str
    places: Mapping[str, Mapping[str, tuple[Any, ...]]]
    required: frozenset[str]
    bodies: Mapping[str, tuple[Any, ...]]
    answers: Mapping[str, Json]


class Document:
    """
    Args:
        document: As it is served.
        credentials: What callers may say who they are with, as headers.
    """

    def __init__(self, document: Json, credentials: tuple[dict[str, str], ...]) -> None:
        self.credentials = credentials
        self._document = document
        self._base = urlsplit(document["servers"][0]["url"]).path.rstrip("/")
        self._validators: dict[tuple[str, str, str], Any] = {}

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        return tuple(self._operations())

    def flaw(self, operation: Operation, status: int, media_type: str, body: Any) -> str:
        """What the document does not allow of an answer whose JSON is *body*; nothing where it is as it says."""
        answer = operation.answers.get(str(status), operation.answers.get("default"))
        if answer is None and status in _OF_THE_CONNECTION and body is None:
            return ""
        if answer is None:
            return f"{operation.id} has no {status}"
        forms = answer.get("content", {})
        if not forms:
            return "" if body is None else f"{operation.id}: a {status} has no body"
        if media_type not in forms:
            return f"{operation.id}: a {status} is {' or '.join(forms)}, not {media_type or 'without a type'}"
        error = next(self._validator(operation, str(status), media_type, forms[media_type]).iter_errors(body), None)
        return "" if error is None else f"{operation.id}: {error.json_path} of a {status}: {error.message[:200]}"

    def _validator(self, operation: Operation, status: str, media_type: str, form: Json) -> Any:
        key = operation.id, status, media_type
        if key not in self._validators:
            schema = {"allOf": [form.get("schema", {})], "components": self._document.get("components", {})}
            self._validators[key] = OAS30Validator(schema)
        return self._validators[key]

    def _operations(self) -> Iterator[Operation]:
        for path, item in self._document["paths"].items():
            for method in _METHODS:
                if method not in item:
                    continue
                said = item[method]
                if any("text/event-stream" in each.get("content", {}) for each in said["responses"].values()):
                    continue  # an answer without an end
                places: dict[str, dict[str, tuple[Any, ...]]] = {"path": {}, "query": {}, "header": {}, "cookie": {}}
                parameters = [
                    self._resolved(each) for each in [*item.get("parameters", []), *said.get("parameters", [])]
                ]
                for each in parameters:
                    places[each["in"]][each["name"]] = tuple(self._shown(each, each.get("schema", {})))
                body = self._resolved(said.get("requestBody", {}))
                yield Operation(
                    id=said["operationId"],
                    method=method.upper(),
                    path=self._base + path,
                    places=places,
                    required=frozenset(each["name"] for each in parameters if each.get("required")),
                    bodies={
                        form: tuple(self._shown(each, each.get("schema", {})))
                        for form, each in body.get("content", {}).items()
                    },
                    answers={status: self._resolved(each) for status, each in said["responses"].items()},
                )

    def _shown(self, node: Json, schema: Json) -> Iterator[Any]:
        schema = self._resolved(schema)
        found = False
        for each in (node, schema):
            if "example" in each:
                found = True
                yield each["example"]
            for example in each.get("examples", {}).values():
                found = True
                yield self._resolved(example)["value"]
        if not found:
            yield schema.get("default", (schema.get("enum") or [schema.get("minimum", 1)])[0])

    def _resolved(self, node: Json) -> Json:
        while "$ref" in node:
            target: Any = self._document
            for step in urlsplit(node["$ref"]).fragment.split("/")[1:]:
                target = target[step.replace("~1", "/").replace("~0", "~")]
            node = target
        return node
