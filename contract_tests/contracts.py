"""The contract: one API's OpenAPI document, and the few facts the kit reads out of it.

Documents are found by name, `openapi/<api>/openapi.yaml`. What Schemathesis understands stays in `document`; what
only we understand (`x-effect`, `x-refusals`, `x-rules`, `x-error-code`) becomes frozen values here, and a document that
says it wrongly is refused before a request is sent.
"""

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import schemathesis
from schemathesis.errors import SchemathesisError

from contract_tests.findings import Severity
from contract_tests.lens import Lens
from contract_tests.problems import CannotRun, did_you_mean
from doublebook_data import at_pointer, openapi_dir, read_yaml, resolved
from doublebook_data.views import View, agreed, is_reading

__all__ = ["ANY", "Contract", "Operation", "Refusal", "Rule", "api_names", "contract_file", "load_contract"]

ANY: Any = object()
"""Whatever stands there."""

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
# `control` is the sandbox's own control plane: it lies beside the APIs and is none.
_NOT_AN_API = frozenset({"control"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """
    A business refusal that an operation may answer to a well-formed request.

    Args:
        code: What stands at the document's `x-error-code`; None when the body has nothing there.
        rule: The id of the written rule behind it.
        inferred: What of it no page states: `status`, `code`.
        answered: Status and code that the target's profile says instead.
    """

    status: int
    code: str | int | None
    rule: str
    inferred: frozenset[str] = frozenset()
    answered: tuple[int, str | int | None] | None = None

    @property
    def name(self) -> str:
        """As profiles call it: its code in small letters, `time_slot_is_full`."""
        return re.sub(r"[^a-z0-9]+", "_", str(self.code).lower()).strip("_")

    def __str__(self) -> str:
        return f"{self.status} {self.code!r} ({self.rule})"


@dataclass(frozen=True, slots=True)
class Rule:
    """
    One written rule of an API: what holds whatever the data are.

    Args:
        id: Stable; what tests, defects and reports call it.
        source: `seed`, `documented` or `inferred`.
        needs: What a target must have before the rule can be tested, in the words of the contract.
        operation: The operationId it belongs to; "" for a rule of the whole API.
        not_tested: Why no test from outside can decide it; "" where one can.
        inferred: What of a stated rule no page states: `status`, `text`.
        is_always_held: Nobody may read it otherwise, stated or not: no place is sold twice, nobody sees what is another's.
        is_reading: No page states it, and nothing says that the target reads it as we do.
    """

    id: str
    level: Severity
    text: str
    source: str
    needs: tuple[str, ...]
    operation: str
    not_tested: str
    inferred: frozenset[str] = frozenset()
    is_always_held: bool = False
    is_reading: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """
    One method on one path.

    Args:
        id: The operationId.
        reads_only: By `x-effect`, never by the method: a GET may write.
        secured: Whether it wants a credential.
        query: The required query parameters, each with a value the contract would accept; several where it wants a list.
        places: Where each declared parameter goes: `path`, `query` or `header`, by name.
        media_type: Of the body it takes; "" when it takes none.
        other_forms: Media types that a success has beside the first of the document: it has to be asked for in them.
        accepts_freely: No page states the status of its successes.
    """

    id: str
    method: str
    path: str
    tags: tuple[str, ...]
    reads_only: bool
    secured: bool
    query: Mapping[str, str | list[str]]
    places: Mapping[str, str]
    media_type: str
    other_forms: tuple[str, ...]
    refusals: tuple[Refusal, ...]
    accepts_freely: bool = False

    @property
    def label(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Contract:
    """
    Args:
        document: As it is written: what requests are made of.
        base_paths: The paths of the document's servers, each without a slash at its end (`/v1`, or empty).
        error_code: JSON pointer to the stable code in an error body; empty when the API has none.
        credential: Header name and how its value is made of a token (`Bearer {}`).
        refusals: Those of the whole API: about credentials, methods and bodies.
        view: What an implementation is held to: all of the document, or what pages state of it.
    """

    api: str
    document: dict[str, Any]
    base_paths: tuple[str, ...]
    error_code: str
    credential: tuple[str, str]
    operations: tuple[Operation, ...]
    rules: tuple[Rule, ...]
    refusals: tuple[Refusal, ...] = ()
    view: View = View.OURS

    @cached_property
    def judging(self) -> dict[str, Any]:
        """The document that answers are held against."""
        return self.document if self.view is View.OURS else agreed(self.document)

    @cached_property
    def schema(self) -> schemathesis.BaseSchema:
        """What single requests are made of and answers are held against; it is sent nowhere by itself."""
        config = schemathesis.Config.from_dict(
            {"output": {"sanitization": {"enabled": False}}, "cache": {"enabled": False}, "headers": {}}
        )
        # Every answer that comes in is one of the document's or a flaw: nothing is to be refused before it is sent.
        config.projects.default.update(base_url="http://nowhere.invalid")
        return self.read_by_schemathesis(config)

    def read_by_schemathesis(self, config: schemathesis.Config) -> schemathesis.BaseSchema:
        """What Schemathesis makes of `judging`. Raises CannotRun."""
        try:
            return schemathesis.openapi.from_dict(self._own_copy, config=config)
        except SchemathesisError as problem:
            raise CannotRun(f"Schemathesis cannot use the contract of {self.api}: {problem}") from problem

    @cached_property
    def _own_copy(self) -> dict[str, Any]:
        """For Schemathesis, which makes text of the keys of what it is given."""
        return copy.deepcopy(self.judging)

    @cached_property
    def lens(self) -> Lens | None:
        """Through which laws see what is answered; None where they see it as it comes."""
        return None if self.view is View.OURS else Lens(self.document)

    @property
    def all_refusals(self) -> tuple[Refusal, ...]:
        return (*self.refusals, *(refusal for each in self.operations for refusal in each.refusals))

    @property
    def base_path(self) -> str:
        """The first server's: the preferred one."""
        return self.base_paths[0]

    def code_in(self, body: object) -> object:
        """The stable error code in an answer's *body*; None when there is none."""
        return at_pointer(self.error_code, body) if self.error_code else None

    def operation(self, operation_id: str) -> Operation:
        """Raises LookupError."""
        for operation in self.operations:
            if operation.id == operation_id:
                return operation
        raise LookupError(f"{self.api} has no operation {operation_id!r}")

    def rule(self, rule_id: str) -> Rule:
        """Raises LookupError."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise LookupError(f"{self.api} has no rule {rule_id!r}")

    def is_free_success(self, operation: Operation | None, rule_id: str) -> bool:
        """Whether no page states with which status the operation accepts a request."""
        if "status" in self.rule(rule_id).inferred:
            return True
        return self.view is View.AGREED and operation is not None and operation.accepts_freely

    def refusal_as_said(
        self, operation: Operation | None, rule_id: str, status: int, code: object
    ) -> tuple[int, object, frozenset[str]]:
        """Status and code of a refusal as the target has to say it, and what of both it may say otherwise."""
        listed = (*(operation.refusals if operation else ()), *self.refusals)
        rows = [row for row in listed if row.status == status and code in (ANY, row.code)]
        rule = self.rule(rule_id)
        free = {{"text": "code"}.get(each, each) for each in rule.inferred}
        if rows:
            free |= frozenset.intersection(*(row.inferred for row in rows))
        answered = next((row.answered for row in rows if row.answered), None) if code is not ANY else None
        return *(answered or (status, code)), frozenset(free)

    def resolved(self, value: dict[str, Any]) -> dict[str, Any]:
        """A part of the document, or what it refers to."""
        return resolved(self.document, value)

    def refusals_of(self, label: str) -> tuple[Refusal, ...]:
        return next((operation.refusals for operation in self.operations if operation.label == label), ())


def api_names() -> list[str]:
    found = {file.parent.name for file in openapi_dir().glob("*/openapi.yaml")}
    return sorted(found - _NOT_AN_API)


def contract_file(api: str) -> Path:
    return openapi_dir() / api / "openapi.yaml"


def load_contract(api: str) -> Contract:
    """
    Read the contract of *api*.

    Raises:
        CannotRun: There is no such API, or its document is not what the kit can read.
    """
    names = api_names()
    if api not in names:
        raise CannotRun(f"unknown API {api!r}{did_you_mean(api, names)}")
    file = contract_file(api)
    try:
        return _read(api, file)
    except (LookupError, TypeError, AttributeError, ValueError) as problem:
        raise CannotRun(f"the contract {file} cannot be read: {type(problem).__name__}: {problem}") from problem


def _read(api: str, file: Path) -> Contract:
    document: dict[str, Any] = read_yaml(file)
    servers = document.get("servers") or [{"url": "/"}]
    return Contract(
        api=api,
        document=document,
        base_paths=tuple(urlsplit(server["url"]).path.rstrip("/") for server in servers),
        error_code=document.get("x-error-code", ""),
        credential=_credential(document),
        operations=tuple(_operations(document)),
        rules=tuple(_rules(document)),
        refusals=tuple(map(_refusal, document.get("x-refusals", []))),
    )


def _rules(document: dict[str, Any]) -> Iterator[Rule]:
    for entry in document.get("x-rules", ()):
        yield _rule(entry, "")
    for item in document["paths"].values():
        for method in _METHODS:
            for entry in item.get(method, {}).get("x-rules", ()):
                yield _rule(entry, item[method]["operationId"])


def _rule(entry: dict[str, Any], operation: str) -> Rule:
    return Rule(
        id=entry["id"],
        level=Severity(entry["level"]),
        text=entry["text"],
        source=entry["source"],
        needs=tuple(entry.get("needs", ())),
        operation=operation,
        not_tested=entry.get("not_tested", ""),
        is_always_held=entry.get("always_held", False),
        inferred=frozenset(entry.get("inferred", ())),
    )


def _credential(document: dict[str, Any]) -> tuple[str, str]:
    schemes = document.get("components", {}).get("securitySchemes", {})
    for scheme in schemes.values():
        if scheme["type"] == "apiKey" and scheme["in"] == "header" and scheme["name"].lower() != "authorization":
            return scheme["name"], "{}"
    return "Authorization", "Bearer {}"


def _operations(document: dict[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method not in item:
                continue
            found = item[method]
            parameters = [
                resolved(document, entry) for entry in [*item.get("parameters", []), *found.get("parameters", [])]
            ]
            security = found.get("security", document.get("security", []))
            yield Operation(
                id=found.get("operationId", f"{method} {path}"),
                method=method.upper(),
                path=path,
                tags=tuple(found.get("tags", ())),
                reads_only=found.get("x-effect", "read" if method == "get" else "write") == "read",
                secured=bool(security) and {} not in security,
                query={
                    entry["name"]: _acceptable(document, entry)
                    for entry in parameters
                    if entry["in"] == "query" and entry.get("required")
                },
                places={entry["name"]: entry["in"] for entry in parameters},
                media_type=next(iter(resolved(document, found.get("requestBody", {})).get("content", {})), ""),
                other_forms=tuple(_other_forms(document, found.get("responses", {}))),
                refusals=tuple(map(_refusal, found.get("x-refusals", []))),
                accepts_freely=any(
                    _is_free(document, status, said) for status, said in found.get("responses", {}).items()
                ),
            )


def _is_free(document: dict[str, Any], status: str, said: dict[str, Any]) -> bool:
    """Of a success: no page states its status."""
    inferred = {*said.get("x-inferred", ()), *resolved(document, said).get("x-inferred", ())}
    return status.startswith("2") and ("status" in inferred or is_reading(document, said))


def _refusal(entry: dict[str, Any]) -> Refusal:
    inferred = frozenset(entry.get("inferred", ()))
    return Refusal(status=int(entry["status"]), code=entry.get("code"), rule=entry["rule"], inferred=inferred)


def _other_forms(document: dict[str, Any], responses: dict[str, Any]) -> dict[str, None]:
    successes = [resolved(document, response) for status, response in responses.items() if str(status).startswith("2")]
    return dict.fromkeys(media_type for success in successes for media_type in list(success.get("content", {}))[1:])


def _acceptable(document: dict[str, Any], parameter: dict[str, Any]) -> str | list[str]:
    """A value for a required parameter, good enough to ask whether the server is there at all."""
    value = _value(document, parameter)
    if not isinstance(value, list):
        return str(value)
    items = list(map(str, value))
    return ",".join(items) if parameter.get("explode") is False else items


def _value(document: dict[str, Any], parameter: dict[str, Any]) -> Any:
    schema = resolved(document, parameter.get("schema", {}))
    for source in (parameter, schema):
        if "example" in source:
            return source["example"]
    if schema.get("type") == "array" and "default" not in schema:
        return [_value(document, {"schema": schema.get("items", {})})]
    return schema.get("default", schema.get("enum", [schema.get("minimum", 1)])[0])
