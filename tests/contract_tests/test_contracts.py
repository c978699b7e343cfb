from dataclasses import replace
from typing import Any

import pytest

from contract_tests.contracts import Refusal, _operations, load_contract


def test_a_contract_knows_its_servers_path_and_its_operations():
    contract = load_contract("toy")

    assert contract.base_path == "/v1"
    assert [operation.label for operation in contract.operations][:3] == ["GET /health", "GET /slots", "GET /bookings"]


def test_an_operation_knows_its_refusals():
    assert load_contract("toy").refusals_of("POST /bookings") == (
        Refusal(400, "slot_full", "TOY-01"),
        Refusal(404, "no_such_slot", "TOY-02"),
    )


def test_an_operation_knows_whether_it_wants_a_credential():
    secured = {operation.label: operation.secured for operation in load_contract("toy").operations}

    assert secured["GET /health"] is False
    assert secured["GET /slots"] is True


NUMBERS = {"type": "array", "items": {"type": "integer", "minimum": 3}}


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ({"schema": {"type": "integer"}, "example": 7}, "7"),
        ({"schema": {"type": "string", "enum": ["a", "b"]}}, "a"),
        ({"schema": NUMBERS, "example": [7, 8]}, ["7", "8"]),
        ({"schema": NUMBERS, "example": [7, 8], "explode": False}, "7,8"),
        ({"schema": NUMBERS}, ["3"]),
        ({"schema": {**NUMBERS, "default": [4, 5]}, "explode": False}, "4,5"),
    ],
)
def test_an_operation_knows_values_that_it_would_accept(parameter, value):
    document = {
        "paths": {"/slots": {"get": {"parameters": [{"name": "x[]", "in": "query", "required": True, **parameter}]}}}
    }

    assert [operation.query for operation in _operations(document)] == [{"x[]": value}]


def test_an_operation_knows_in_which_forms_a_success_has_to_be_asked_for():
    responses = {
        "200": {"$ref": "#/components/responses/Both"},
        "204": {"description": "Neither"},
        "400": {"content": {"text/plain": {}, "text/html": {}}},
    }
    both: dict[str, Any] = {"content": {"application/vnd.api+json": {}, "application/json": {}}}
    document = {"paths": {"/slots": {"get": {"responses": responses}}}, "components": {"responses": {"Both": both}}}

    assert [operation.other_forms for operation in _operations(document)] == [("application/json",)]


def test_dates_in_a_document_stay_text():
    body = load_contract("toy").document["paths"]["/bookings"]["post"]["requestBody"]

    assert body["content"]["application/json"]["example"]["date"] == "2026-03-02"


@pytest.mark.parametrize(
    ("pointer", "body", "code"),
    [
        ("/error", {"error": "time slot is full"}, "time slot is full"),
        ("/error/code", {"error": {"code": "slot_full"}}, "slot_full"),
        ("/errors/0/code", {"errors": [{"code": "slot_full"}]}, "slot_full"),
        ("/a~1b/c~0d", {"a/b": {"c~d": 7}}, 7),
        ("/errors/1/code", {"errors": [{"code": "slot_full"}]}, None),
        ("/error/code", {"error": "text"}, None),
        ("/error/code", [], None),
        ("", {"error": "text"}, None),
    ],
)
def test_the_code_is_found_where_the_document_says(pointer, body, code):
    assert replace(load_contract("toy"), error_code=pointer).code_in(body) == code
