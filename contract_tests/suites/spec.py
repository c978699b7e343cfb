"""Is the contract itself fit to be tested against? openapi-spec-validator, and what we ask of a document beside it.

What changed since the last document that was certified is not looked at: a diff of documents is oasdiff's trade.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from openapi_spec_validator import OpenAPIV30SpecValidator

from contract_tests.contracts import Contract
from contract_tests.findings import Finding, Severity
from contract_tests.laws.law import Layer
from contract_tests.results import Outcome, TestResult
from doublebook_data import resolved

__all__ = ["CHECKS", "lint"]

_METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
_SOURCES = ("seed", "documented", "inferred")

Document = dict[str, Any]
Flaws = Iterator[tuple[str, str]]
"""Where, and what is wrong there."""


def lint(contract: Contract, file: Path) -> list[TestResult]:
    """One result for each thing that is asked of a document."""
    return [_test(name, ask, contract, file) for name, ask in _QUESTIONS.items()]


def _test(name: str, ask: Callable[[Document], Flaws], contract: Contract, file: Path) -> TestResult:
    findings = tuple(
        Finding(
            severity=Severity.MUST,
            operation=where,
            check=f"spec.{name}",
            layer=Layer.SPEC,
            expected=name.replace("_", " "),
            came=what,
            detail=f"in {file}",
            steps=(),
        )
        for where, what in ask(contract.document)
    )
    return TestResult(
        name=f"spec.{name}",
        sentence=name.replace("_", " "),
        layer=Layer.SPEC,
        rules=(),
        outcome=Outcome.FAIL if findings else Outcome.PASS,
        findings=findings,
    )


def _operations(document: Document) -> Iterator[tuple[str, Document]]:
    for path, item in document.get("paths", {}).items():
        for method in _METHODS:
            if method in item:
                yield f"{method.upper()} {path}", item[method]


def _rules(document: Document) -> Iterator[tuple[str, Document]]:
    for rule in document.get("x-rules", ()):
        yield "the document", rule
    for label, operation in _operations(document):
        for rule in operation.get("x-rules", ()):
            yield label, rule


def _is_valid_openapi(document: Document) -> Flaws:
    # Without references to anything outside, as text and back: YAML has keys and moments that JSON has not.
    for error in OpenAPIV30SpecValidator(json.loads(json.dumps(document))).iter_errors():
        yield "/" + "/".join(map(str, error.absolute_path)), error.message


def _every_operation_has_an_id_of_its_own(document: Document) -> Flaws:
    ids = Counter(operation.get("operationId", "") for _, operation in _operations(document))
    for label, operation in _operations(document):
        if (name := operation.get("operationId", "")) == "" or ids[name] > 1:
            yield label, f"operationId is {name!r}, which {ids[name]} operations have"


def _every_operation_says_whether_it_writes(document: Document) -> Flaws:
    for label, operation in _operations(document):
        if operation.get("x-effect") not in {"read", "write"}:
            yield label, f"x-effect is {operation.get('x-effect')!r}, neither read nor write"


def _every_operation_lists_its_refusals(document: Document) -> Flaws:
    known = {rule.get("id") for _, rule in _rules(document)}
    for label, operation in _operations(document):
        if "x-refusals" not in operation:
            yield label, "x-refusals is missing; an empty list says that there are none"
        for refusal in operation.get("x-refusals", ()):
            if str(refusal.get("status")) not in operation.get("responses", {}):
                yield label, f"x-refusals has the status {refusal.get('status')}, its responses have not"
            if refusal.get("rule") not in known:
                yield label, f"x-refusals names the rule {refusal.get('rule')!r}, which is nowhere written"


def _every_refusal_of_the_whole_api_names_its_rule(document: Document) -> Flaws:
    known = {rule.get("id") for _, rule in _rules(document)}
    for row in document.get("x-refusals", ()):
        if row.get("rule") not in known:
            yield "the document", f"x-refusals names the rule {row.get('rule')!r}, which is nowhere written"


def _every_answer_has_its_schema(document: Document) -> Flaws:
    for label, operation in _operations(document):
        for status, response in operation.get("responses", {}).items():
            content = resolved(document, response).get("content", {})
            for media_type, form in content.items():
                if "schema" not in form:
                    yield label, f"{status} as {media_type} has no schema"
            if not content and str(status).startswith(("4", "5")):
                yield label, f"{status} has no body, so nobody can tell why"


def _every_rule_has_an_id_of_its_own(document: Document) -> Flaws:
    ids = Counter(rule.get("id", "") for _, rule in _rules(document))
    for label, rule in _rules(document):
        if (name := rule.get("id", "")) == "" or ids[name] > 1:
            yield label, f"the id {name!r} stands at {ids[name]} rules"


def _every_rule_says_what_it_is(document: Document) -> Flaws:
    for label, rule in _rules(document):
        name = rule.get("id")
        if rule.get("level") not in {*Severity}:
            yield label, f"{name} has the level {rule.get('level')!r}, neither must nor should"
        if rule.get("source") not in _SOURCES:
            yield label, f"{name} has the source {rule.get('source')!r}, none of {', '.join(_SOURCES)}"
        if not str(rule.get("text", "")).endswith("."):
            yield label, f"{name} has no sentence"


def _every_mark_marks_something(document: Document) -> Flaws:
    for where, node in _nodes(document, "the document"):
        marks = node.get("x-inferred", [])
        for mark in marks:
            keyword, _, value = str(mark).partition("/")
            stands = node.get(keyword) if keyword != "status" else node.get("description")
            if stands is None or (value and value not in map(str, stands)):
                yield where, f"x-inferred names {mark!r}, which does not stand there"
        if (source := node.get("x-source", "seed")) not in _SOURCES:
            yield where, f"x-source is {source!r}, none of {', '.join(_SOURCES)}"
        if marks and node.get("x-source") == "inferred":
            yield where, "it is inferred, and so is all that stands in it: x-inferred says nothing more"
    for where, row in _rows(document):
        if unknown := set(row.get("inferred", ())) - {"status", "text" if "id" in row else "code"}:
            yield where, f"{row.get('id', row.get('rule'))}: inferred names {', '.join(sorted(unknown))}, no part of it"


def _rows(document: Document) -> Iterator[tuple[str, Document]]:
    """Of refusals and of rules."""
    for where, holder in (("the document", document), *_operations(document)):
        for kind in ("x-refusals", "x-rules"):
            yield from ((where, row) for row in holder.get(kind, ()))


def _no_rule_is_stated_whose_refusal_is_not(document: Document) -> Flaws:
    stated = {rule.get("id"): rule for _, rule in _rules(document) if rule.get("source") != "inferred"}
    for where, row in _rows(document):
        rule = stated.get(row.get("rule"), {})
        parts = {{"code": "text"}.get(part, part) for part in row.get("inferred", ())} & {"status", "text"}
        if rule and (ours := parts - set(rule.get("inferred", ()))):
            yield where, f"{rule['id']} is {rule['source']}, the {' and '.join(sorted(ours))} of its refusal inferred"


def _no_rule_is_stated_of_what_is_not(document: Document) -> Flaws:
    for where, operation in _operations(document):
        for rule in operation.get("x-rules", ()) if operation.get("x-source") == "inferred" else ():
            if rule.get("source") != "inferred":
                yield where, f"{rule.get('id')} is {rule.get('source')}, its operation inferred"


def _nodes(node: Any, where: str) -> Iterator[tuple[str, Document]]:
    """All mappings that are no examples, with the way to each."""
    if isinstance(node, dict):
        yield where, node
        for name, each in node.items():
            if name not in ("example", "examples"):
                yield from _nodes(each, f"{where}/{name}")
    elif isinstance(node, list):
        for place, each in enumerate(node):
            yield from _nodes(each, f"{where}/{place}")


def _the_code_of_an_error_has_its_place(document: Document) -> Flaws:
    if not str(document.get("x-error-code", "")).startswith("/"):
        yield "the document", "x-error-code is no JSON pointer to the code in the body of an error"


_QUESTIONS: dict[str, Callable[[Document], Flaws]] = {
    ask.__name__.lstrip("_"): ask
    for ask in (
        _is_valid_openapi,
        _every_operation_has_an_id_of_its_own,
        _every_operation_says_whether_it_writes,
        _every_operation_lists_its_refusals,
        _every_refusal_of_the_whole_api_names_its_rule,
        _every_answer_has_its_schema,
        _every_rule_has_an_id_of_its_own,
        _every_rule_says_what_it_is,
        _every_mark_marks_something,
        _no_rule_is_stated_whose_refusal_is_not,
        _no_rule_is_stated_of_what_is_not,
        _the_code_of_an_error_has_its_place,
    )
}


CHECKS = len(_QUESTIONS)
"""How many results `lint` has, which takes a while to ask."""
