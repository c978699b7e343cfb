from collections.abc import Iterator
from typing import Any

import pytest
from contract_documents import read
from openapi_schema_validator import OAS30Validator, oas30_format_checker
from openapi_spec_validator import validate

from doublebook_data import openapi_dir
from mockserver.control.operations import _OPERATIONS

DOCUMENT = read(openapi_dir() / "control" / "openapi.yaml")
OPERATIONS = {
    definition["operationId"]: definition for item in DOCUMENT["paths"].values() for definition in item.values()
}
each_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS.keys())


def resolved(node):
    while "$ref" in node:
        target = DOCUMENT
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node


def walk(node) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for value in node:
            yield from walk(value)


def test_document_is_valid_openapi():
    validate(DOCUMENT)


def test_every_operation_has_a_function_and_every_function_an_operation():
    assert set(OPERATIONS) == set(_OPERATIONS)


@each_operation
def test_operation_says_what_it_is_and_whether_it_reads_or_writes(operation):
    assert operation["x-effect"] in {"read", "write"}
    assert operation["summary"]
    assert operation["tags"]


@each_operation
def test_every_answer_but_an_empty_one_has_a_schema_and_an_example(operation):
    for status, response in operation["responses"].items():
        if status == "204":
            continue
        (content,) = resolved(response)["content"].values()
        assert content["schema"]
        assert content.get("example") or content.get("examples"), status


@each_operation
def test_what_can_happen_to_every_operation_is_listed(operation):
    listed = set(operation["responses"])

    assert "405" in listed
    assert ("401" in listed) == ("403" in listed) == (operation.get("security") != [])
    assert ("413" in listed) == ("415" in listed) == ("requestBody" in operation)


def test_objects_are_closed_but_for_maps_and_documents():
    for name, schema in DOCUMENT["components"]["schemas"].items():
        for node in walk(schema):
            if "properties" in node and isinstance(node["properties"], dict) and node.get("type") == "object":
                assert node.get("additionalProperties") is False or name in {"Document", "Profile"}, name


def test_every_example_fits_its_schema():
    checked = 0
    for node in walk(DOCUMENT):
        if "schema" not in node:
            continue
        whole = {"allOf": [node["schema"]], "components": DOCUMENT["components"]}
        shown = [each["value"] for each in node.get("examples", {}).values()]
        for example in [*shown, *([node["example"]] if "example" in node else [])]:
            OAS30Validator(whole, format_checker=oas30_format_checker).validate(example)
            checked += 1

    assert checked > 40
