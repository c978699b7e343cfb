import json

import jsonschema_rs
import pytest
from run_results import NASTY, a_big_result, a_finding, a_result, a_test, broken, held, skipped

from contract_tests.contracts import contract_file
from contract_tests.findings import Severity
from contract_tests.reports.sarif import write_sarif
from contract_tests.results import Outcome


def closed(required, **properties):
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


def listed(items):
    return {"type": "array", "items": items}


TEXT = {"type": "string", "minLength": 1}
MESSAGE = closed(["text"], text=TEXT)
LEVEL = {"enum": ["none", "note", "warning", "error"]}
BAG = {"type": "object"}
LOCATION = closed(
    ["physicalLocation"],
    physicalLocation=closed(
        ["artifactLocation", "region"],
        artifactLocation=closed(["uri"], uri=TEXT, uriBaseId=TEXT),
        region=closed(["startLine"], startLine={"type": "integer", "minimum": 1}),
    ),
    logicalLocations=listed(closed([], fullyQualifiedName=TEXT)),
)
DESCRIPTOR = closed(
    ["id", "shortDescription", "fullDescription", "help"],
    id=TEXT,
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=MESSAGE,
    defaultConfiguration=closed(["level"], level=LEVEL),
    properties=BAG,
)
RESULT = closed(
    ["ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"],
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level=LEVEL,
    message=MESSAGE,
    locations=listed(LOCATION) | {"minItems": 1},
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
    suppressions=listed(closed(["kind"], kind={"enum": ["inSource", "external"]}, justification=TEXT)),
    properties=BAG,
)
INVOCATION = closed(
    ["executionSuccessful"],
    executionSuccessful={"type": "boolean"},
    exitCode={"type": "integer"},
    exitCodeDescription=TEXT,
    startTimeUtc={"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"},
    toolExecutionNotifications=listed(closed(["message"], level=LEVEL, message=MESSAGE)),
)
SARIF = closed(
    ["version", "runs"],
    **{"$schema": TEXT},
    version={"const": "2.1.0"},
    runs=listed(
        closed(
            ["tool", "results"],
            tool=closed(["driver"], driver=closed(["name"], name=TEXT, version=TEXT, rules=listed(DESCRIPTOR))),
            automationDetails=closed([], id=TEXT),
            invocations=listed(INVOCATION),
            results=listed(RESULT),
            columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
            properties=BAG,
        )
    ),
)
"""The parts of SARIF 2.1.0 that are used, with what it requires of them and what GitHub does."""


@pytest.fixture
def written(tmp_path):
    def write(result):
        write_sarif(result, tmp_path / "out.sarif")
        return json.loads((tmp_path / "out.sarif").read_text(encoding="utf-8"))

    return write


def run_of(log):
    return log["runs"][0]


@pytest.mark.parametrize(
    "result",
    [a_big_result(), a_result(held(1)), a_result(broken(1, finding={"came": f"{NASTY}\ud800"}))],
    ids=["much", "little", "nasty"],
)
def test_it_has_the_form_of_2_1_0(written, result):
    log = written(result)

    jsonschema_rs.validate(SARIF, log)
    run = run_of(log)
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(ids) == len(set(ids))
    assert all(ids[each["ruleIndex"]] == each["ruleId"] for each in run["results"])


def test_only_what_is_broken_is_a_result(written):
    run = run_of(written(a_result(held(1), broken(2), broken(3, level=Severity.SHOULD), skipped(4))))

    assert [(each["ruleId"], each["level"]) for each in run["results"]] == [
        ("TOY-R02", "error"),
        ("TOY-R03", "warning"),
    ]
    assert len(run["tool"]["driver"]["rules"]) == 4


def test_a_finding_of_no_rule_stands_at_its_operation_under_the_name_of_its_check(written):
    run = run_of(written(a_result(held(1), beside=(a_finding(),))))

    [result] = run["results"]
    line = result["locations"][0]["physicalLocation"]["region"]["startLine"]
    assert contract_file("toy").read_text(encoding="utf-8").splitlines()[line - 1].strip() == "post:"
    assert result["ruleId"] == run["tool"]["driver"]["rules"][1]["id"] == "not_a_server_error"


def test_a_known_failure_is_suppressed_with_its_reason(written):
    [result] = run_of(written(a_result(broken(1, known="agreed until May"))))["results"]

    assert result["suppressions"] == [{"kind": "external", "justification": "agreed until May"}]


def test_the_same_defect_is_the_same_alert_in_every_run(written):
    first, second = (
        run_of(written(a_result(broken(1, finding={"came": came, "replay": came}))))["results"][0][
            "partialFingerprints"
        ]
        for came in ("201 {id: 1}", "201 {id: 2}")
    )

    assert first == second


def test_what_could_not_be_tested_is_told_by_the_invocation(written):
    ended = a_test(outcome=Outcome.ERROR, why="no answer")

    [invocation] = run_of(written(a_result(held(1), tests=(ended,), problems=("no schema",))))["invocations"]

    assert invocation["executionSuccessful"] is False
    assert [each["message"]["text"] for each in invocation["toolExecutionNotifications"]] == [
        "places.some_law: no answer",
        "no schema",
    ]
