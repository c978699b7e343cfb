"""Of the rules for which a document has the same words, the one that speaks of what was refused comes first."""

import ast
import json
from collections import defaultdict
from pathlib import Path

import pytest

import mockserver.apis
from mockserver.apis.reasons import every_rule, rules_that_refuse
from mockserver.app import API_NAMES, load_api


@pytest.fixture(scope="module")
def bardge():
    return load_api("bardge", prefix="/bardge")


def refused(message):
    return json.dumps({"error": {"code": "validation_error", "message": message}}).encode()


@pytest.mark.parametrize(
    ("message", "facts", "first"),
    [
        ("starting_after and ending_before go one at a time", {}, "BG-P05"),
        ("query: lat goes with lon", {}, "BG-V09"),
        ("it is not there", {"cursor": "x is no item of the list"}, "BG-P06"),
    ],
)
def test_what_is_mentioned_makes_a_rule_likelier(bardge, message, facts, first):
    operation = next(
        each["operationId"]
        for item in bardge.spec["paths"].values()
        for each in item.values()
        if isinstance(each, dict)
        and {"BG-P05", "BG-P06", "BG-V09"} <= {row["rule"] for row in each.get("x-refusals", ())}
    )

    found = rules_that_refuse(bardge, operation, 400, refused(message), "cursor", facts)

    assert found[0].id == first
    assert {each.id for each in found} == {"BG-P05", "BG-P06", "BG-V09"}


@pytest.mark.parametrize("name", API_NAMES)
def test_every_refusal_of_a_document_leads_to_a_rule_with_a_sentence(name):
    api = load_api(name, prefix="")
    rules = every_rule(api)
    listed = (each for item in api.spec["paths"].values() for each in item.values() if isinstance(each, dict))
    operations = [each for each in listed if "operationId" in each]

    for definition in operations:
        for row in [*definition.get("x-refusals", ()), *api.spec.get("x-refusals", ())]:
            body = json.dumps({"error": row["code"]}).encode()
            found = rules_that_refuse(api, definition["operationId"], row["status"], body, None)
            assert found, row
            assert all(each.text == rules[each.id] for each in found)


@pytest.mark.parametrize("name", API_NAMES)
def test_what_the_door_refuses_has_a_rule_of_the_document(name):
    api = load_api(name, prefix="")

    for refusal, rule in api.at_the_door.items():
        code, _, place = refusal.partition("/")
        (first, *_) = rules_that_refuse(api, None, 400, b"", code, {"place": place} if place else {})
        assert (first.id, first.text) == (rule, every_rule(api)[rule])


def test_a_value_is_refused_by_the_rule_about_values_before_any_other(bardge):
    facts = {"place": "body", "field": "class_instance_id", "reason": "is required"}

    found = rules_that_refuse(
        bardge, "initiateClassBooking", 400, refused("class_instance_id: is required."), "bad_input", facts
    )

    assert found[0].id == "BG-V02"


@pytest.mark.parametrize("name", API_NAMES)
def test_of_rules_with_the_same_words_the_desk_says_which_it_is(name):
    api = load_api(name, prefix="")
    rules = every_rule(api)
    folder = Path(mockserver.apis.__file__).parent / name
    texts = (node for file in folder.rglob("*.py") for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    named = {node.value for node in texts if isinstance(node, ast.Constant) and node.value in rules}
    groups = defaultdict(set)
    for item in api.spec["paths"].values():
        for definition in item.values():
            for row in definition.get("x-refusals", ()) if isinstance(definition, dict) else ():
                groups[definition["operationId"], row["status"], row["code"]].add(row["rule"])

    left = {group: among - named for group, among in groups.items() if len(among) > 1 and among - named}

    assert left == {}


def test_a_rule_that_is_named_is_the_only_one_where_the_operation_has_it(bardge):
    facts = {"rules": ("BG-M03", "BG-P05", "BG-P06")}

    found = rules_that_refuse(bardge, "listPasses", 400, refused("x: cannot be combined"), "bad_input", facts)
    elsewhere = rules_that_refuse(bardge, "listPasses", 400, refused("x"), "bad_input", {"rules": ("BG-M03",)})

    assert [each.id for each in found] == ["BG-P05"]
    assert {"BG-P05", "BG-P06"} <= {each.id for each in elsewhere}
