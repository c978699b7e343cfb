"""How laws see the answers of somebody who reads otherwise what no page states."""

import pytest

from contract_tests.lens import Lens
from contract_tests.profiles import Lacking

MOMENT = {"type": "string", "format": "date-time", "pattern": "Z$"}


def seen(schema, answer):
    content = {"application/json": {"schema": {"type": "object", **schema}}}
    document = {"paths": {"/things": {"get": {"responses": {"200": {"content": content}}}}}}
    return Lens(document).read("GET", "/things", 200, "application/json", answer)


def test_an_answer_that_is_as_the_document_says_stays_as_it_is():
    answer = {"a": [{"b": 1}], "c": None}

    assert seen({"properties": {"a": {}, "c": {}}}, answer) == answer


def test_what_may_be_null_and_is_missing_is_null_where_no_page_says_which():
    schema = {
        "required": ["a"],
        "x-inferred": ["required/a"],
        "properties": {"a": {"type": "string", "nullable": True}},
    }

    assert seen(schema, {}) == {"a": None}


def test_a_missing_member_that_no_page_promises_is_lacking_to_who_reads_it():
    answer = seen({"properties": {"a": {"x-source": "inferred"}}}, {"b": 1})

    with pytest.raises(Lacking, match="no 'a', which no page promises"):
        answer["a"]
    with pytest.raises(Lacking):
        answer.get("a")
    with pytest.raises(KeyError):
        answer["c"]


def test_things_are_compared_by_what_is_known_of_both():
    answer = seen({"properties": {"a": {"x-source": "inferred"}, "b": {}}}, {"b": 1})

    assert answer == {"a": 7, "b": 1}
    assert [answer] == [{"a": 7, "b": 1}]
    assert answer != {"a": 7, "b": 2}
    assert answer != {"a": 7}


def test_members_that_the_document_does_not_have_are_not_seen():
    assert seen({"additionalProperties": False, "properties": {"a": {}}}, {"a": 1, "error": None}) == {"a": 1}


@pytest.mark.parametrize("written", ["2030-01-02T03:04:05+00:00", "2030-01-02T05:04:05+02:00", "2030-01-02T03:04:05Z"])
def test_a_moment_is_read_in_whatever_form_no_page_forbids(written):
    schema = {"properties": {"at": {**MOMENT, "x-inferred": ["pattern"]}}}

    assert seen(schema, {"at": written}) == {"at": "2030-01-02T03:04:05Z"}


def test_a_moment_stays_as_it_came_where_a_page_states_its_form():
    assert seen({"properties": {"at": MOMENT}}, {"at": "2030-01-02T03:04:05+00:00"})["at"].endswith("+00:00")


def test_of_several_forms_the_one_that_fits_is_looked_at():
    cat = {"type": "object", "additionalProperties": False, "properties": {"is": {"enum": ["cat"]}, "lives": {}}}
    dog = {"type": "object", "additionalProperties": False, "properties": {"is": {"enum": ["dog"]}, "barks": {}}}
    schema = {"properties": {"pet": {"oneOf": [cat, dog]}}}

    assert seen(schema, {"pet": {"is": "dog", "barks": 1}}) == {"pet": {"is": "dog", "barks": 1}}


NULL = {"type": "string", "nullable": True}
UNSTATED = {**NULL, "x-inferred": ["nullable"]}


@pytest.mark.parametrize(
    ("schema", "sent", "is_beyond"),
    [
        ({"properties": {"a": UNSTATED}}, {"a": None}, True),
        ({"properties": {"a": NULL}}, {"a": None}, False),
        ({"properties": {"a": UNSTATED}}, {"a": "text", "b": None}, False),
        ({"properties": {"a": {**NULL, "x-source": "inferred"}}}, {"a": None}, True),
        ({"properties": {"a": {"items": {"properties": {"b": UNSTATED}}}}}, {"a": [{"b": ""}, {"b": None}]}, True),
        ({"properties": {"a": {"anyOf": [UNSTATED, {"type": "integer"}]}}}, {"a": None}, True),
        ({"properties": {"a": {"anyOf": [UNSTATED, NULL]}}}, {"a": None}, False),
        ({}, None, False),
    ],
)
def test_a_null_that_no_page_allows_is_beyond_what_is_stated(schema, sent, is_beyond):
    body = {"content": {"application/json": {"schema": schema}}}
    document = {"paths": {"/things": {"post": {"requestBody": body}}}}

    assert Lens(document).is_beyond("POST", "/things", sent) is is_beyond
