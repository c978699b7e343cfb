"""Every API's contract, its golden samples and its scenarios: complete, consistent, true to each other."""

import json
import re
import shlex

import pytest
from agreed import FACTS
from contract_documents import Contract, at_pointer, read, walk
from openapi_spec_validator import validate

from mockserver.control.fidelity import fidelity_of
from mockserver.web.schemas import compile_schema

SOURCES = ("seed", "documented", "inferred")

CONTRACTS = [Contract(api, facts) for api, facts in FACTS.items()]


def each(names):
    """Runs a test for each thing of each contract; `names` finds the things of one, by their ids."""
    cases = [
        pytest.param(contract, thing, id=f"{contract.api}-{name}")
        for contract in CONTRACTS
        for name, thing in names(contract).items()
    ]
    return pytest.mark.parametrize(("contract", "thing"), cases)


def paths(*kinds):
    return lambda contract: {path.stem: path for kind in kinds for path in getattr(contract, kind)}


each_contract = pytest.mark.parametrize("contract", CONTRACTS, ids=[contract.api for contract in CONTRACTS])
each_operation = each(lambda contract: contract.operations)
each_sample = each(paths("samples"))
each_command = each(lambda contract: {path.stem: path for path in contract.samples if "curl" in read(path)})
each_fixture = each(paths("samples", "scenarios"))


@each_contract
def test_document_is_valid_openapi(contract):
    validate(contract.document)


@each_operation
def test_operation_says_what_it_does_whether_it_writes_and_where_it_comes_from(contract, thing):
    assert thing["summary"]
    assert thing["description"]
    assert thing["x-effect"] in {"read", "write"}
    assert thing["x-source"] in SOURCES


@each_operation
def test_every_answer_of_an_operation_has_a_json_schema_or_is_an_empty_success_of_a_write(contract, thing):
    is_empty = contract.facts.writes_are_empty or thing["operationId"] in contract.facts.silent

    for status, response in contract.responses(thing).items():
        if is_empty and thing["x-effect"] == "write" and status.startswith("2"):
            assert "content" not in response, status
        else:
            assert set(response["content"]) == contract.media_types(thing, status), status
            assert all(content["schema"] for content in response["content"].values()), status


@each_operation
def test_an_empty_answer_to_a_create_tells_where_the_new_thing_is(contract, thing):
    created = contract.responses(thing).get("201")

    if created and "content" not in created:
        assert contract.resolved(created["headers"]["Location"])["required"] is True


@each_operation
def test_every_status_that_can_happen_to_an_operation_is_listed(contract, thing):
    happens = {"405"}
    if contract.is_keyed(thing):
        happens |= contract.facts.refused_by_the_key
    if "requestBody" in thing:
        happens |= {"400", "413", "415", contract.facts.bad_parameter}
    if contract.parameters(thing):
        happens |= {contract.facts.bad_parameter}
    happens |= {str(refusal["status"]) for refusal in thing["x-refusals"]}

    assert happens <= set(thing["responses"])


@each_operation
def test_no_status_is_listed_that_cannot_happen_to_an_operation(contract, thing):
    listed = set(thing["responses"])

    if contract.is_open(thing):
        assert not listed & {"401", "403", "429"}
    if "requestBody" not in thing:
        assert not listed & {"413", "415"}
    if "requestBody" not in thing and not contract.parameters(thing) and not contract.facts.knows_its_queries:
        assert "400" not in listed


@each_operation
def test_every_answer_of_a_keyed_operation_tells_the_rate_limit(contract, thing):
    expected = contract.facts.limit_headers if contract.is_keyed(thing) else 0

    for status, response in contract.responses(thing).items():
        headers = {name for name in response.get("headers", {}) if name.startswith("X-RateLimit-")}
        assert len(headers) == expected, status


@each_operation
def test_refusals_are_declared_answers_and_name_an_existing_rule(contract, thing):
    ids = {rule["id"] for rule in contract.rules}

    for refusal in thing["x-refusals"]:
        assert str(refusal["status"]) in thing["responses"]
        assert refusal["rule"] in ids
        assert any(refusal["code"] in rule["text"] for rule in contract.rules if rule["id"] == refusal["rule"])


@each_operation
def test_refusals_stand_as_examples_in_their_answer(contract, thing):
    for refusal in thing["x-refusals"]:
        assert refusal["code"] in contract.texts(contract.responses(thing)[str(refusal["status"])])


@each_operation
def test_every_conflict_and_everything_not_found_that_is_shown_is_a_refusal(contract, thing):
    listed = {(str(refusal["status"]), refusal["code"]) for refusal in thing["x-refusals"]}

    for status, response in contract.responses(thing).items():
        if status in {"404", "409"}:
            assert {(status, text) for text in contract.texts(response)} <= listed


@each_operation
def test_links_lead_to_operations_and_to_parameters_that_they_have(contract, thing):
    for response in contract.responses(thing).values():
        for link in response.get("links", {}).values():
            target = contract.operations[contract.resolved(link)["operationId"]]
            names = {parameter["name"] for parameter in contract.parameters(target)}
            assert set(contract.resolved(link).get("parameters", {})) <= names


@each_operation
def test_every_answer_has_the_headers_that_every_answer_has(contract, thing):
    for status, response in contract.responses(thing).items():
        headers = {name: contract.resolved(header) for name, header in response.get("headers", {}).items()}
        assert contract.facts.headers <= {name for name, header in headers.items() if header.get("required")}, status


@each_contract
def test_schemas_that_the_vendor_names_have_those_names(contract):
    assert contract.facts.schemas <= set(contract.document["components"]["schemas"])


@each_contract
def test_operations_are_the_agreed_ones(contract):
    keyless = {name for name, operation in contract.operations.items() if not contract.is_keyed(operation)}

    assert len(contract.operations) == contract.facts.operations
    assert {name for name in keyless if contract.is_open(contract.operations[name])} == contract.facts.open
    assert keyless - contract.facts.open == contract.facts.half_open


@each_contract
def test_rule_ids_are_unique_and_there_are_enough_of_them(contract):
    ids = [rule["id"] for rule in contract.rules]

    assert len(ids) == len(set(ids)) >= contract.facts.least_rules


@each_contract
def test_rules_are_complete(contract):
    for rule in contract.rules:
        assert set(rule) - {"inferred", "always_held"} == {"id", "level", "source", "needs", "text"}, rule
        assert rule["level"] in {"must", "should"}, rule
        assert rule["source"] in SOURCES, rule
        assert set(rule["needs"]) <= contract.facts.needs, rule
        assert rule["text"].endswith("."), rule


@each_contract
def test_answers_are_closed_and_complete(contract):
    for name, schema in contract.document["components"]["schemas"].items():
        if schema.get("additionalProperties") is False:
            required = set(schema.get("required", []))
            if contract.facts.sparse.fullmatch(name):
                assert required == {"id", "type"} & required, name
            else:
                assert set(schema["properties"]) - required == contract.facts.optional.get(name, set()), name


CLOSED_BY_A_PAGE = {"ErrorDetail", "ResellerV3ErrorResponse"}
"""bardge says of its errors that they have this shape always."""


@each_contract
def test_that_an_answer_has_no_other_members_is_our_reading(contract):
    def closed(node, source):
        """Those that are stated to be; of what is inferred nothing is."""
        source = node.get("x-source", source)
        if node.get("additionalProperties") is False and "additionalProperties" not in node.get("x-inferred", ()):
            yield source != "inferred"
        parts = node.get("properties", {}).values()
        for part in (*parts, node["items"]) if "items" in node else parts:
            yield from closed(part, source)

    schemas = contract.document["components"]["schemas"]

    assert {name for name, schema in schemas.items() if any(closed(schema, "seed"))} <= CLOSED_BY_A_PAGE


@each_operation
def test_requests_are_open(contract, thing):
    if "requestBody" in thing:
        schema = contract.resolved_throughout(contract.body_schema(thing))
        assert not [node for node in walk(schema) if node.get("additionalProperties") is False]


@each_contract
def test_every_schema_is_one_that_the_door_can_read(contract):
    for schema in contract.document["components"]["schemas"].values():
        compile_schema(contract.resolved_throughout(schema))


@each_contract
def test_every_source_is_one_of_three(contract):
    assert {node["x-source"] for node in walk(contract.document) if "x-source" in node} <= set(SOURCES)


@each_contract
def test_whatever_is_marked_as_stated_by_the_seed_has_its_place_there(contract):
    """In the section of `SOURCES.md` that says where the page says it."""
    _, _, section = contract.sources.partition("\n## Where the page says it\n")
    section = section.partition("\n## ")[0]
    told = {*re.findall(r"`([^`]+)`", section), *re.findall(r"\b[A-Z]{2}-[A-Z]\d\d\b", section)}

    assert sorted(contract.stated_by_the_seed() - told) == []


@each_contract
def test_sources_tell_how_much_each_of_them_states(contract):
    counts = fidelity_of(contract.document)
    rows = [(part, *counts[part].values()) for part in ("operations", "bounds", "refusals", "rules")]

    assert "\n".join("| " + " | ".join(map(str, row)) + " |" for row in rows) in contract.sources


@each_contract
def test_every_example_fits_its_schema(contract):
    checked = 0
    for schema, example in contract.examples():
        contract.check(schema, example)
        checked += 1

    assert checked >= contract.facts.least_examples


@each_contract
def test_there_is_a_golden_sample_for_each_printed_one(contract):
    samples = [read(path) for path in contract.samples]

    assert len(samples) == contract.facts.samples
    assert len([sample for sample in samples if "curl" in sample]) == contract.facts.curls


@each_fixture
def test_world_of_a_fixture_speaks_the_api_own_words(contract, thing):
    world = read(thing)["world"]

    for place, schema in contract.facts.world.items():
        for document in at_pointer(world, "/" + place.replace(".", "/")):
            contract.check(schema, document)


@each_sample
def test_golden_exchange_fits_the_contract(contract, thing):
    for exchange in read(thing)["exchanges"]:
        request, response = exchange["request"], exchange["response"]
        operation = contract.operation_at(request["method"], request["path"])
        answer = contract.responses(operation)[str(response["status"])]

        assert "body" in request or not operation.get("requestBody", {}).get("required")
        if "body" in request:
            contract.check(contract.body_schema(operation), request["body"])
        assert ("content" in answer) == bool({"body", "contains"} & set(response))
        if "content" in answer:
            schema = answer["content"][contract.facts.media_type]["schema"]
            if "body" in response:
                contract.check(schema, response["body"])
            for pointer, value in response.get("contains", {}).items():
                contract.check(contract.schema_at(schema, pointer), value)
        assert ("Location" in answer.get("headers", {})) == ("Location" in response.get("headers", {}))


@each_sample
def test_what_is_shown_by_us_alone_follows_what_was_printed(contract, thing):
    exchanges = read(thing)["exchanges"]

    assert "shown_by" not in exchanges[0]
    for exchange in exchanges[1:]:
        assert exchange.get("shown_by", "ours") == "ours"
        operation = contract.operation_at(exchange["request"]["method"], exchange["request"]["path"])
        assert operation["x-effect"] == "read" or "shown_by" not in exchange


@each_command
def test_a_printed_command_is_the_first_exchange(contract, thing):
    sample = read(thing)
    words = shlex.split(sample["curl"].replace("\\\n", " "))
    request = sample["exchanges"][0]["request"]

    (url,) = (word for word in words if word.startswith("https://"))
    given = dict(words[number + 1].split(": ", 1) for number, word in enumerate(words) if word == "-H")
    bodies = [json.loads(words[number + 1]) for number, word in enumerate(words) if word == "-d"]

    assert words[words.index("-X") + 1] == request["method"]
    assert url.removeprefix("https://api.example.com") == request["path"]
    assert given == request["headers"]
    assert bodies == ([request["body"]] if "body" in request else [])
