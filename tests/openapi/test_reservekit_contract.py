import re
from collections.abc import Iterator

import pytest
import yaml
from openapi_schema_validator import OAS30Validator, oas30_format_checker
from openapi_spec_validator import validate

from doublebook_data import fixtures_dir, openapi_dir

DOCUMENT = yaml.safe_load((openapi_dir() / "reservekit" / "openapi.yaml").read_text(encoding="utf-8"))
METHODS = ("get", "post", "put", "patch", "delete")
SOURCES = ("seed", "documented", "inferred")
NEEDS = {
    "clock",
    "two-identities",
    "one-place-slot",
    "many-bookings",
    "rate-limits-on",
    "scratch-service",
    "revoked-key",
    "restricted-key",
}
OPERATIONS = {
    item[method]["operationId"]: item[method]
    for item in DOCUMENT["paths"].values()
    for method in METHODS
    if method in item
}
RULES = [rule for holder in (DOCUMENT, *OPERATIONS.values()) for rule in holder.get("x-rules", [])]
SAMPLES = sorted((fixtures_dir() / "reservekit" / "samples").glob("*.yaml"))
SCENARIO = fixtures_dir() / "reservekit" / "scenarios" / "documentation.yaml"
each_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS.keys())


def resolved(node):
    while "$ref" in node:
        target = DOCUMENT
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node


def responses(operation):
    return {status: resolved(response) for status, response in operation["responses"].items()}


def walk(node) -> Iterator[dict]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value)


def operation_at(method, path):
    template = re.sub(r"/\d+", "/{bookingID}", path.partition("?")[0].removeprefix("/v1"))
    return DOCUMENT["paths"][template][method.lower()]


def check(schema, value):
    whole = {"allOf": [schema], "components": DOCUMENT["components"]}
    OAS30Validator(whole, format_checker=oas30_format_checker).validate(value)


def examples() -> Iterator[tuple[dict, object]]:
    """Each example of a body or a parameter, and each of a schema, with the schema it must fit."""
    for node in walk(DOCUMENT):
        schema = node.get("schema", node if "type" in node or "anyOf" in node else None)
        if schema is None or "scheme" in node:
            continue
        if "example" in node:
            yield schema, node["example"]
        for example in node.get("examples", {}).values():
            yield schema, example["value"]


def test_document_is_valid_openapi():
    validate(DOCUMENT)


@each_operation
def test_operation_says_whether_it_reads_or_writes_and_where_it_comes_from(operation):
    assert operation["x-effect"] in {"read", "write"}
    assert operation["x-source"] in SOURCES


@each_operation
def test_every_status_of_an_operation_has_a_json_schema(operation):
    for status, response in responses(operation).items():
        assert response["content"]["application/json"]["schema"], status


@each_operation
def test_every_status_that_can_happen_to_an_operation_is_listed(operation):
    happens = {"405"}
    if operation.get("security") != []:
        happens |= {"401", "403", "429"}
    if "requestBody" in operation:
        happens |= {"400", "413", "415"}
    if operation.get("parameters"):
        happens |= {"400"}

    assert happens <= set(operation["responses"])


@each_operation
def test_every_answer_of_a_keyed_operation_tells_the_rate_limit(operation):
    counted = operation.get("security") != []

    for status, response in responses(operation).items():
        headers = {name for name in response.get("headers", {}) if name.startswith("X-RateLimit-")}
        assert len(headers) == (3 if counted else 0), status


@each_operation
def test_refusals_are_declared_answers_and_name_an_existing_rule(operation):
    ids = {rule["id"] for rule in RULES}

    for refusal in operation["x-refusals"]:
        assert str(refusal["status"]) in operation["responses"]
        assert refusal["rule"] in ids
        assert any(refusal["code"] in rule["text"] for rule in RULES if rule["id"] == refusal["rule"])


@each_operation
def test_refusals_stand_as_examples_in_their_answer(operation):
    for refusal in operation["x-refusals"]:
        content = responses(operation)[str(refusal["status"])]["content"]["application/json"]
        shown = [content["example"]] if "example" in content else [e["value"] for e in content["examples"].values()]
        assert refusal["code"] in {body["error"] for body in shown}


def test_operations_are_the_agreed_ones():
    assert len(OPERATIONS) == 18


def test_rule_ids_are_unique_and_there_are_at_least_forty():
    ids = [rule["id"] for rule in RULES]

    assert len(ids) == len(set(ids)) >= 40


@pytest.mark.parametrize("rule", RULES, ids=[rule["id"] for rule in RULES])
def test_rule_is_complete(rule):
    assert set(rule) == {"id", "level", "source", "needs", "text"}
    assert rule["level"] in {"must", "should"}
    assert rule["source"] in SOURCES
    assert set(rule["needs"]) <= NEEDS


def test_answers_are_closed_and_complete():
    for name, schema in DOCUMENT["components"]["schemas"].items():
        if schema.get("additionalProperties") is False:
            optional = set(schema["properties"]) - set(schema["required"])
            assert optional == {"Booking": {"cancel_reason"}, "TimeSlot": {"available"}}.get(name, set()), name


def test_every_example_fits_its_schema():
    checked = 0
    for schema, example in examples():
        check(schema, example)
        checked += 1

    assert checked > 50


@pytest.mark.parametrize("path", [*SAMPLES, SCENARIO], ids=lambda path: path.stem)
def test_world_of_a_fixture_speaks_the_api_own_words(path):
    state = yaml.safe_load(path.read_text(encoding="utf-8"))["world"]["state"]
    schemas = DOCUMENT["components"]["schemas"]

    for kind, name in (("services", "Service"), ("time_slots", "TimeSlot"), ("bookings", "Booking")):
        for document in state[kind]:
            check(schemas[name], document)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_golden_exchange_fits_the_contract(path):
    for exchange in yaml.safe_load(path.read_text(encoding="utf-8"))["exchanges"]:
        request, response = exchange["request"], exchange["response"]
        operation = operation_at(request["method"], request["path"])

        if "body" in request:
            check(operation["requestBody"]["content"]["application/json"]["schema"], request["body"])
        answer = responses(operation)[str(response["status"])]
        check(answer["content"]["application/json"]["schema"], response["body"])
