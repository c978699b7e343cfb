from doublebook_data import openapi_dir, read_yaml
from mockserver.control.fidelity import fidelity_of

EMPTY = {"total": 0, "seed": 0, "documented": 0, "inferred": 0}


def document(operation, **rest):
    return {"paths": {"/things": {"get": {"operationId": "readThing", "responses": {}, **operation}}}, **rest}


def only_operation(spec):
    (operation,) = fidelity_of(spec)["by_operation"]
    return operation


def test_operation_without_a_source_is_from_the_seed():
    assert only_operation(document({}))["source"] == "seed"


def test_everything_has_the_source_of_what_it_stands_in():
    schema = {"type": "object", "properties": {"name": {"type": "string"}}}
    answer = {"content": {"application/json": {"schema": schema}}}

    operation = only_operation(document({"x-source": "inferred", "responses": {"200": answer}}))

    assert operation["answers"] == {**EMPTY, "total": 1, "inferred": 1}
    assert operation["properties"] == {**EMPTY, "total": 1, "inferred": 1}
    assert operation["differs"] == {}


def test_what_has_a_source_of_its_own_is_listed_by_its_place():
    parts = {
        "Page": {"name": "page", "in": "query", "x-source": "inferred", "schema": {"type": "integer"}},
        "Item": {"type": "object", "properties": {"id": {"x-source": "documented"}, "name": {}}},
    }
    items = {"type": "array", "items": {"$ref": "#/components/Item"}}
    body = {"type": "object", "properties": {"items": items}}
    operation = {
        "parameters": [{"$ref": "#/components/Page"}],
        "responses": {
            "200": {"content": {"application/json": {"schema": body}}},
            "404": {"x-source": "documented", "description": "None."},
        },
    }

    found = only_operation(document(operation, components=parts))

    assert found["differs"] == {
        "inferred": ["query page"],
        "documented": ["answer 200 body items[].id", "answer 404"],
    }
    assert found["properties"] == {"total": 3, "seed": 2, "documented": 1, "inferred": 0}


def test_a_bound_that_is_marked_is_inferred_and_any_other_is_as_its_schema():
    schema = {"type": "string", "minLength": 1, "maxLength": 30, "x-inferred": ["maxLength"]}
    answer = {"content": {"application/json": {"schema": {"type": "object", "properties": {"name": schema}}}}}

    found = only_operation(document({"x-source": "documented", "responses": {"200": answer}}))

    assert found["bounds"] == {"total": 2, "seed": 0, "documented": 1, "inferred": 1}


def test_a_refusal_of_which_a_part_is_marked_is_inferred():
    rows = [{"status": 404, "rule": "T-1"}, {"status": 409, "rule": "T-2", "inferred": ["status"]}]

    assert only_operation(document({"x-refusals": rows}))["refusals"] == {**EMPTY, "total": 2, "seed": 1, "inferred": 1}


def test_a_refusal_has_the_source_of_the_rule_behind_it_unless_its_operation_is_inferred():
    rule = {"id": "T-1", "level": "must", "source": "documented", "text": "Too late is too late."}

    for source, wanted in (("seed", "documented"), ("inferred", "inferred")):
        operation = {"x-source": source, "x-refusals": [{"status": 409, "rule": "T-1"}]}
        found = only_operation(document(operation, **{"x-rules": [rule]}))
        assert found["refusals"] == {**EMPTY, "total": 1, wanted: 1}


def test_schema_that_contains_itself_is_walked_once():
    node = {"type": "object", "properties": {"child": {"$ref": "#/components/Node"}}}
    answer = {"content": {"application/json": {"schema": {"$ref": "#/components/Node"}}}}

    found = only_operation(document({"responses": {"200": answer}}, components={"Node": node}))

    assert found["properties"]["total"] == 1


def test_rules_of_the_document_and_of_its_operations_are_listed_alike():
    mine = {"id": "T-1", "level": "must", "source": "documented", "text": "It is so."}
    whole = {"id": "T-2", "level": "should", "text": "It is always so."}

    found = fidelity_of(document({"x-rules": [mine]}, **{"x-rules": [whole]}))

    assert found["by_rule"] == [
        {"id": "T-2", "level": "should", "source": "seed", "operation": None, "text": "It is always so."},
        {"id": "T-1", "level": "must", "source": "documented", "operation": "readThing", "text": "It is so."},
    ]
    assert found["rules"] == {"total": 2, "seed": 1, "documented": 1, "inferred": 0}


def test_counts_of_a_real_contract_add_up():
    found = fidelity_of(read_yaml(openapi_dir() / "reservekit" / "openapi.yaml"))

    for part in ("operations", "parameters", "answers", "properties", "bounds", "refusals", "rules"):
        counts = dict(found[part])
        assert counts.pop("total") == sum(counts.values()) > 0, part
    assert len(found["by_operation"]) == found["operations"]["total"]
    assert len(found["by_rule"]) == found["rules"]["total"]
