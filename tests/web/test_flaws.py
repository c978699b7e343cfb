"""Of all that a validator objects to, the one thing is said that helps."""

import time

import pytest

from mockserver.web.flaws import find_flaw
from mockserver.web.schemas import compile_schema

TEXT = {"type": "string"}
NUMBER = {"type": "integer", "maximum": 6}
RULE = {
    "type": "object",
    "required": ["frequency"],
    "properties": {"frequency": {"type": "string", "enum": ["daily", "weekly"]}, "until": {**TEXT, "nullable": True}},
}
ONCE_OR_OFTEN = {
    "anyOf": [
        {"properties": {"is_recurring": {"enum": [False]}}},
        {"required": ["recurrence_rule"], "properties": {"is_recurring": {"enum": [True]}, "recurrence_rule": RULE}},
    ]
}
BOOKING = {
    "type": "object",
    "required": ["timeStamp"],
    "properties": {"timeStamp": TEXT, "is_recurring": {"type": "boolean"}},
    **ONCE_OR_OFTEN,
}
GUESTS = {
    "type": "object",
    "properties": {
        "customers": {"type": "array", "items": {"anyOf": [{"required": ["id"]}, {"required": ["first_name"]}]}}
    },
}
SLOT = {
    "anyOf": [
        {"type": "object", "required": ["id"], "properties": {"id": NUMBER, "day": NUMBER}},
        {
            "type": "object",
            "required": ["day", "start", "end"],
            "properties": {"day": NUMBER},
            "not": {"required": ["id"]},
        },
    ]
}


def flaw(schema, value):
    found = find_flaw(compile_schema(schema), value)
    return f"{found.field}: {found.reason}"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({}, "timeStamp: is required"),
        ({"timestamp": "x"}, 'timeStamp: is required; "timestamp" is another spelling of it'),
        ({"time_stamp": "x"}, "timeStamp: is required"),
        ({"timeStamp": 1}, 'timeStamp: 1 is not of type "string"'),
        ([], ': [] is not of type "object"'),
    ],
)
def test_what_is_missing_is_the_field_itself_and_a_wrong_spelling_is_named(value, said):
    assert flaw(BOOKING, value) == said


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "recurrence_rule: is required"),
        ({"recurrence_rule": {}}, "recurrence_rule.frequency: is required"),
        ({"recurrence_rule": {"Frequency": "daily"}}, 'recurrence_rule.frequency: is required; "Frequency" is'),
        ({"recurrence_rule": {"frequency": "hourly"}}, 'recurrence_rule.frequency: "hourly" is not one of "daily", '),
        ({"recurrence_rule": {"frequency": "daily", "until": 3}}, "recurrence_rule.until: 3 is not of types"),
        ({"recurrence_rule": None}, 'recurrence_rule: null is not of type "object"'),
    ],
)
def test_a_field_with_a_fixed_value_says_which_form_was_meant(sent, said):
    assert flaw(BOOKING, {"timeStamp": "x", "is_recurring": True, **sent}).startswith(said)


def test_a_field_that_decides_on_the_form_and_has_no_value_it_may_have_is_told_them_all():
    assert flaw(ONCE_OR_OFTEN, {"is_recurring": 3}) == "is_recurring: needs one of: false, true"


def test_what_is_wrong_whichever_form_was_meant_is_said_first():
    said = 'is_recurring: 3 is not of type "boolean"'

    assert flaw({**ONCE_OR_OFTEN, **BOOKING}, {"timeStamp": "x", "is_recurring": 3}) == said


@pytest.mark.parametrize(
    ("slot", "said"),
    [
        ({"id": 1, "day": 9}, "day: 9 is greater than the maximum of 6"),
        ({"id": "x"}, 'id: "x" is not of type "integer"'),
        ({"day": 9, "start": 1, "end": 2}, "day: 9 is greater than the maximum of 6"),
        ({}, ": needs one of: id, day + start + end"),
        ({"day": 1, "start": 1}, ": needs one of: id, end"),
        (7, ': 7 is not of type "object"'),
    ],
)
def test_the_form_that_fits_the_furthest_is_the_one_that_was_meant(slot, said):
    assert flaw(SLOT, slot) == said


def test_forms_that_differ_in_what_they_need_are_all_named():
    assert flaw(GUESTS, {"customers": [{"id": 1}, {"name": "x"}]}) == "customers.1: needs one of: id, first_name"


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf"])
def test_forms_within_forms_are_followed_down(keyword):
    inner = {"type": "object", "required": ["a"], "properties": {"a": {keyword: [NUMBER, {"type": "boolean"}]}}}
    schema = {keyword: [{"type": "array", "items": {keyword: [inner, TEXT]}}, TEXT]}

    assert flaw(schema, [{"a": 1}, {"a": 9}]) == "1.a: 9 is greater than the maximum of 6"
    assert flaw(schema, [{}]) == "0.a: is required"


def test_what_may_be_null_is_judged_by_what_else_it_may_be():
    schema = {"nullable": True, "allOf": [{"type": "object", "required": ["a"]}]}

    assert flaw(schema, {}) == "a: is required"


def test_what_fits_more_than_one_form_is_not_told_of_those_it_does_not_fit():
    schema = {"oneOf": [TEXT, {"type": "string", "maxLength": 3}, {"type": "integer"}]}

    assert "valid under more than one" in flaw(schema, "a")


@pytest.mark.parametrize(
    ("schema", "value", "said"),
    [
        ({"type": "integer"}, "x", '"x" is not of type "integer"'),
        ({"anyOf": [{**TEXT, "format": "date"}]}, "2030-02-30", '"2030-02-30" is not a "date"'),
        (
            {"anyOf": [{**TEXT, "format": "date"}, {**TEXT, "format": "date-time"}]},
            "2030-02-30",
            '"2030-02-30" has none of the forms',
        ),
        ({**TEXT, "pattern": "^" + "[0-9]" * 40 + "$"}, "foo", '"foo" does not have the form'),
        ({**TEXT, "maxLength": 3}, "x" * 500, "longer than 3 characters"),
        ({"anyOf": [{"enum": [str(n)]} for n in range(100)]}, "x" * 500, "the value has none of the forms"),
    ],
)
def test_what_is_wrong_is_said_briefly(schema, value, said):
    steps, reason = find_flaw(compile_schema(schema), value)

    assert steps == ()
    assert said in reason
    assert len(reason) < 130


@pytest.mark.parametrize(
    ("schema", "value", "said"),
    [
        ({"enum": [True, "a"]}, False, 'false is not one of true, "a"'),
        ({"enum": [None, 1.5]}, "it's", '"it\'s" is not one of null, 1.5'),
        ({**TEXT, "enum": ["é"], "nullable": True}, "e", '"e" is not one of "é", null'),
        ({"properties": {"a": TEXT}, "additionalProperties": False}, {"b": 1, "it's": 2}, 'knows no "b", "it\'s"'),
        ({"anyOf": [TEXT, NUMBER]}, [None, {"a": True}], '[null,{"a":true}] has none of the forms'),
        ({"anyOf": [{"enum": [True]}, {"enum": [None]}]}, False, "needs one of: true, null"),
        ({**TEXT, "pattern": "^[0-9]$", "example": "7"}, 'a "\n', '"a \\"\\n" does not have the form of "7"'),
    ],
)
def test_values_are_shown_as_json_has_them(schema, value, said):
    assert find_flaw(compile_schema(schema), value).reason.startswith(said)


@pytest.mark.parametrize("good", [0, 32, 33, 400])
def test_a_flaw_far_into_a_list_is_found(good):
    guests = {"customers": [{"id": 1}] * good + [{}] + [{"id": 1}] * 50}

    assert flaw(GUESTS, guests) == f"customers.{good}: needs one of: id, first_name"


def test_too_many_items_are_counted_by_the_contract_not_by_us():
    assert "has more than 500 items" in flaw({"type": "array", "maxItems": 500}, [1] * 502)


@pytest.mark.parametrize("good", [0, 20_000])
def test_hundreds_of_thousands_of_flaws_take_no_longer_than_reading_them(good):
    """A validator that is asked for all of them takes ten seconds and a gigabyte."""
    validator = compile_schema({"anyOf": [GUESTS, {"required": ["z"]}]})
    started = time.process_time()

    found = find_flaw(validator, {"customers": [{"id": 1}] * good + [{}] * 200_000})

    assert found == (("customers", f"{good}"), "needs one of: id, first_name")
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("schema", "value", "said"),
    [
        (
            {"type": "string", "pattern": "^[0-9]{2}:[0-9]{2}$", "example": "09:30"},
            "9:30",
            '"9:30" does not have the form of "09:30"',
        ),
        (
            {"type": "string", "format": "date", "example": "2026-03-15"},
            "x",
            '"x" does not have the form of "2026-03-15"',
        ),
        ({"type": "string", "enum": ["a", "b", "c", "d"]}, "e", '"e" is not one of "a", "b", "c", "d"'),
    ],
)
def test_what_was_wanted_is_shown_where_the_contract_has_an_example_or_a_list(schema, value, said):
    assert find_flaw(compile_schema(schema), value).reason == said


def test_what_every_form_misses_is_missing_whatever_was_meant():
    forms = {"anyOf": [{"required": ["day", "kind"]}, {"required": ["day", "kind", "rule"]}]}

    assert flaw({"type": "object", **forms}, {"day": 1}) == "kind: is required"
