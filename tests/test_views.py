"""What pages state of a document, taken out of it by its marks."""

import copy

import pytest
from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import validate

from doublebook_data import openapi_dir, read_yaml
from doublebook_data.views import agreed, opened

APIS = ("reservekit", "appointments", "anny", "bardge")


def document(schema, *, asked=None, response=None):
    """One operation that answers a `Thing` of that schema."""
    content = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
    operation = {"responses": {"200": {"description": "", **content, **(response or {})}}}
    if asked is not None:
        operation["requestBody"] = {"content": {"application/json": {"schema": asked}}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "", "version": ""},
        "paths": {"/things": {"post": operation}},
        "components": {"schemas": {"Thing": schema}},
    }


def lets_through(schema, answer):
    made = agreed(document({"type": "object", **schema}))
    thing = made["components"]["schemas"]["Thing"]
    return OAS30Validator({"allOf": [thing], "components": made["components"]}).is_valid(answer)


@pytest.mark.parametrize("api", APIS)
def test_the_agreed_view_is_a_valid_document_and_leaves_the_other_one_alone(api):
    ours = read_yaml(openapi_dir() / api / "openapi.yaml")
    before = copy.deepcopy(ours)

    validate(agreed(ours))

    assert ours == before


def test_a_member_that_no_page_names_may_be_missing_or_anything():
    schema = {"required": ["a"], "properties": {"a": {"type": "string", "x-source": "inferred"}}}

    assert lets_through(schema, {})
    assert lets_through(schema, {"a": 7})


def test_a_stated_member_stays_required_and_of_its_type():
    schema = {"required": ["a"], "properties": {"a": {"type": "string"}}}

    assert not lets_through(schema, {})
    assert not lets_through(schema, {"a": 7})


def test_a_bound_that_no_page_states_binds_nobody_and_one_beside_it_does():
    schema = {"properties": {"a": {"type": "integer", "minimum": 1, "maximum": 9, "x-inferred": ["maximum"]}}}

    assert lets_through(schema, {"a": 10})
    assert not lets_through(schema, {"a": 0})


def test_members_that_nobody_knows_are_let_through():
    assert lets_through({"additionalProperties": False, "properties": {}}, {"unheard": 1})


def test_what_need_not_be_there_by_any_page_may_be_missing():
    schema = {"required": ["a", "b"], "x-inferred": ["required/a"], "properties": {"a": {}, "b": {}}}

    assert lets_through(schema, {"b": 1})
    assert not lets_through(schema, {"a": 1})


def test_requests_stay_as_they_are_where_answers_have_the_same_schema():
    said = {"type": "object", "properties": {"a": {"type": "integer", "minimum": 1, "x-inferred": ["minimum"]}}}

    made = agreed(document(said, asked={"$ref": "#/components/schemas/Thing"}))

    schemas = made["components"]["schemas"]
    assert schemas["Thing"] == said
    assert "minimum" not in schemas["Thing.agreed"]["properties"]["a"]


def test_every_refusal_may_come_and_a_success_with_another_status_where_no_page_gives_one():
    stated = agreed(document({}))["paths"]["/things"]["post"]["responses"]
    ours = agreed(document({}, response={"x-inferred": ["status"]}))["paths"]["/things"]["post"]["responses"]

    assert set(stated) == {"200", "4XX"}
    assert set(ours) == {"200", "2XX", "4XX"}


def test_a_schema_of_requests_keeps_what_pages_forbid():
    schema = {"type": "integer", "minimum": 1, "maximum": 9, "x-inferred": ["minimum"]}

    made = opened(document({}), schema)

    assert OAS30Validator(made).is_valid(0)
    assert not OAS30Validator(made).is_valid(10)
