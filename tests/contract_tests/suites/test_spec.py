"""Each question that is asked of a document finds the flaw it is about, and nothing else does."""

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contract_tests.contracts import api_names, contract_file, load_contract
from contract_tests.findings import Severity
from contract_tests.results import Outcome
from contract_tests.suites.spec import lint

REFUSED = {"description": "Refused", "content": {"application/json": {"schema": {"type": "object"}}}}
SOUND: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Slots", "version": "1"},
    "x-error-code": "/error",
    "x-rules": [{"id": "S-01", "level": "must", "source": "seed", "text": "A slot is taken once."}],
    "paths": {
        "/slots": {
            "get": {
                "operationId": "listSlots",
                "x-source": "inferred",
                "x-effect": "read",
                "x-refusals": [],
                "responses": {"200": {"description": "Slots", "content": {"application/json": {"schema": {}}}}},
            },
            "post": {
                "operationId": "takeSlot",
                "x-effect": "write",
                "x-refusals": [{"status": 409, "code": "taken", "rule": "S-01"}],
                "x-rules": [{"id": "S-02", "level": "should", "source": "inferred", "text": "Nobody waits."}],
                "responses": {"204": {"description": "Taken"}, "409": {"$ref": "#/components/responses/Refused"}},
            },
        }
    },
    "components": {"responses": {"Refused": REFUSED}},
}


@pytest.fixture(autouse=True)
def toy_contracts():
    """The real documents are linted here too."""


def questions(document):
    contract = replace(load_contract("reservekit"), document=document)
    return {result.name.removeprefix("spec."): result for result in lint(contract, Path("slots.yaml"))}


def put(place, value):
    """A flaw: *value* at the dotted *place*, or nothing there any more."""

    def spoil(document):
        *above, last = place.split("|")
        for name in above:
            document = document[int(name) if isinstance(document, list) else name]
        if value is None:
            del document[last]
        else:
            document[last] = value

    return spoil


SLOT = {"type": "object", "required": ["start"], "x-inferred": ["required/start", "required/end"]}
VAIN = {"type": "string", "maxLength": 9, "x-source": "inferred", "x-inferred": ["maxLength"]}
STATED = {"id": "S-03", "level": "must", "source": "seed", "text": "All are listed."}
POST, GET = "paths|/slots|post", "paths|/slots|get"
FLAWS = [
    (put("info|version", None), "is_valid_openapi", "/info", "version"),
    (put(f"{GET}|operationId", None), "every_operation_has_an_id_of_its_own", "GET /slots", "''"),
    (put(f"{GET}|x-effect", "both"), "every_operation_says_whether_it_writes", "GET /slots", "'both'"),
    (put(f"{GET}|x-effect", None), "every_operation_says_whether_it_writes", "GET /slots", "None"),
    (put(f"{GET}|x-refusals", None), "every_operation_lists_its_refusals", "GET /slots", "missing"),
    (put(f"{POST}|responses|409", None), "every_operation_lists_its_refusals", "POST /slots", "409"),
    (put(f"{POST}|x-refusals|0|rule", "S-09"), "every_operation_lists_its_refusals", "POST /slots", "'S-09'"),
    (
        put("x-refusals", [{"status": 401, "rule": "S-09"}]),
        "every_refusal_of_the_whole_api_names_its_rule",
        "the document",
        "'S-09'",
    ),
    (put(f"{GET}|responses|200|content|application/json", {}), "every_answer_has_its_schema", "GET /slots", "200"),
    (put("components|responses|Refused|content", None), "every_answer_has_its_schema", "POST /slots", "409"),
    (put(f"{POST}|x-rules|0|id", "S-01"), "every_rule_has_an_id_of_its_own", "POST /slots", "'S-01'"),
    (put(f"{POST}|x-rules|0|id", ""), "every_rule_has_an_id_of_its_own", "POST /slots", "''"),
    (put(f"{POST}|x-rules|0|level", "may"), "every_rule_says_what_it_is", "POST /slots", "'may'"),
    (put("x-rules|0|source", "rumour"), "every_rule_says_what_it_is", "the document", "'rumour'"),
    (put("x-rules|0|text", "No sentence"), "every_rule_says_what_it_is", "the document", "S-01"),
    (put(f"{POST}|x-inferred", ["maxLength"]), "every_mark_marks_something", "/post", "'maxLength'"),
    (put("components|schemas", {"Slot": SLOT}), "every_mark_marks_something", "/Slot", "'required/end'"),
    (put(f"{GET}|x-source", "rumour"), "every_mark_marks_something", "/get", "'rumour'"),
    (put("components|schemas", {"Slot": VAIN}), "every_mark_marks_something", "/Slot", "nothing more"),
    (put(f"{POST}|x-refusals|0|inferred", ["rule"]), "every_mark_marks_something", "POST /slots", "rule"),
    (put("x-rules|0|inferred", ["code"]), "every_mark_marks_something", "the document", "code"),
    (put(f"{POST}|x-refusals|0|inferred", ["code"]), "no_rule_is_stated_whose_refusal_is_not", "POST /slots", "S-01"),
    (put(f"{GET}|x-rules", [STATED]), "no_rule_is_stated_of_what_is_not", "GET /slots", "S-03 is seed"),
    (put("x-error-code", None), "the_code_of_an_error_has_its_place", "the document", "x-error-code"),
    (put("x-error-code", "error"), "the_code_of_an_error_has_its_place", "the document", "x-error-code"),
]


def test_a_sound_document_has_no_flaw():
    assert [result.findings for result in questions(SOUND).values() if result.outcome is not Outcome.PASS] == []


@pytest.mark.parametrize(("spoil", "question", "where", "what"), FLAWS)
def test_a_flaw_is_found_by_the_question_about_it(spoil, question, where, what):
    document = copy.deepcopy(SOUND)
    spoil(document)

    failed = {name: result for name, result in questions(document).items() if result.outcome is Outcome.FAIL}

    assert question in failed
    assert set(failed) <= {question, "is_valid_openapi"}
    said = [(finding.operation, finding.came) for finding in failed[question].findings]
    assert any(place.endswith(where) and what in came for place, came in said), said
    assert all(finding.severity is Severity.MUST for finding in failed[question].findings)


def test_two_operations_with_one_id_are_both_named():
    document = copy.deepcopy(SOUND)
    document["paths"]["/slots"]["get"]["operationId"] = "takeSlot"

    found = questions(document)["every_operation_has_an_id_of_its_own"].findings

    assert [finding.operation for finding in found] == ["GET /slots", "POST /slots"]


def test_every_question_has_a_flaw_that_it_finds():
    assert {question for _, question, _, _ in FLAWS} == set(questions(SOUND))


@pytest.mark.parametrize("api", api_names())
def test_our_own_documents_have_no_flaw(api):
    results = lint(load_contract(api), contract_file(api))

    assert [finding.came for result in results for finding in result.findings] == []
