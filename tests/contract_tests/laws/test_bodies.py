"""What is tried of a body, from what its document says of each member."""

from typing import Any

import pytest

from contract_tests.laws.bodies import MISSING, edges, flaws


class Contract:
    """One operation, whose body has one schema."""

    def __init__(self, schema, **components):
        body = {"content": {"application/json": {"schema": schema}}}
        self.document = {
            "paths": {"/things": {"post": {"requestBody": body}}},
            "components": {"schemas": components},
        }

    def resolved(self, value):
        return self.document["components"]["schemas"][value["$ref"].rpartition("/")[2]] if "$ref" in value else value


class Operation:
    path, method, media_type = "/things", "POST", "application/json"


CONTRACT: Any = Contract
OPERATION: Any = Operation


def tried(ask, said, good):
    """What is tried of one member."""
    contract = CONTRACT({"type": "object", "properties": {"member": said}})
    return [(each.value, each.kind) for each in ask(contract, OPERATION, {"member": good})]


@pytest.mark.parametrize(
    ("said", "good", "wrong"),
    [
        ({"type": "string"}, "good", [(7, "type"), (None, "null")]),
        ({"type": "string", "minLength": 3}, "good", [("go", "bound")]),
        ({"type": "string", "maxLength": 6, "pattern": "@"}, "a@b", [("xxxxa@b", "bound")]),
        ({"type": "string", "pattern": "^[a-z]+$"}, "good", [("good ", "bound")]),
        ({"type": "string", "pattern": "^20"}, "2031-03-03", [("1999-03-03", "bound"), ("2200-03-03", "bound")]),
        ({"type": "string", "enum": ["one", "two"]}, "one", [("unheard", "bound")]),
        ({"type": "integer", "minimum": 1, "maximum": 9}, 5, [("7", "type"), (True, "type"), (0, "bound"), (10, "bound")]),
        ({"type": "boolean"}, True, [("true", "type")]),
        ({"type": "array", "minItems": 1, "maxItems": 2, "items": {}}, [5], [([], "bound"), ([5, 5, 5], "bound")]),
        ({"type": "array", "uniqueItems": True, "items": {}}, [5], [([5, 5], "bound")]),
        ({"type": "object", "minProperties": 1}, {"a": 1}, [({}, "bound")]),
    ],
)  # fmt: skip
def test_each_word_of_a_schema_is_tried(said, good, wrong):
    found = tried(flaws, said, good)

    assert [each for each in wrong if each not in found] == []


def test_what_is_let_through_all_the_same_is_no_flaw():
    either = {"anyOf": [{"type": "string", "maxLength": 3}, {"type": "integer", "nullable": True}]}

    found = [value for value, _ in tried(flaws, either, "abc")]

    assert "xabc" in found
    assert 7 not in found
    assert None not in found
    assert {"a": 1} in found


def test_members_of_members_and_of_entries_are_tried_and_named():
    person = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
    schema = {
        "type": "object",
        "properties": {"people": {"type": "array", "items": {"$ref": "#/components/schemas/P"}}},
    }
    good = {"people": [{"name": "Ada"}]}

    found = {(each.way, each.how): each for each in flaws(CONTRACT(schema, P=person), OPERATION, good)}

    missing = found[("people", 0, "name"), "without people.0.name"]
    assert (missing.value, missing.kind, missing.member, missing.body) == (MISSING, "missing", "name", {"people": [{}]})
    assert found[("people", 0), 'with "none" as people.0'].member == "people"
    assert good == {"people": [{"name": "Ada"}]}


@pytest.mark.parametrize(
    ("said", "good", "just"),
    [
        ({"type": "string", "minLength": 2, "maxLength": 5}, "good", ["go", "xgood"]),
        ({"type": "string", "maxLength": 8, "pattern": "@b"}, "a@b", ["xxxxxa@b"]),
        ({"type": "integer", "minimum": 1, "maximum": 9}, 5, [1, 9]),
        ({"type": "string", "enum": ["one", "two"]}, "one", ["one", "two"]),
        ({"type": "array", "maxItems": 2, "items": {}}, [5], [[5, 5]]),
        ({"type": "array", "maxItems": 2, "uniqueItems": True, "items": {}}, ["a"], [["0", "1"]]),
        ({"type": "string", "nullable": True}, "good", [None]),
    ],
)
def test_each_bound_is_met(said, good, just):
    found = [value for value, _ in tried(edges, said, good)]

    assert [each for each in just if each not in found] == []
