from xml.etree import ElementTree as ET

import pytest
from run_results import (
    IN_VAIN,
    NASTY,
    a_big_result,
    a_finding,
    a_result,
    a_test,
    an_operation,
    broken,
    held,
    left_out,
    skipped,
)

from contract_tests.findings import Severity
from contract_tests.reports.junit import write_junit
from contract_tests.results import Outcome

ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors", "skipped", "time"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"},
    "properties": set(),
    "property": {"name", "value"},
    "testcase": {"name", "classname", "time"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "skipped": {"message"},
    "system-out": set(),
}
CHILDREN = {
    "testsuites": ["testsuite"],
    "testsuite": ["properties", "testcase"],
    "properties": ["property"],
    "testcase": ["skipped", "error", "failure", "system-out"],
}
"""What readers of JUnit agree on: these attributes all required, these children in this order."""


@pytest.fixture
def written(tmp_path):
    def write(result):
        write_junit(result, tmp_path / "out.xml")
        return ET.parse(tmp_path / "out.xml").getroot()

    return write


def case(root, name):
    return next(each for each in root.iter("testcase") if each.get("name") == name)


@pytest.mark.parametrize("result", [a_big_result(), a_result(held(1))], ids=["much", "little"])
def test_it_has_the_form_that_ci_systems_read(written, result):
    root = written(result)

    for element in root.iter():
        assert set(element.attrib) == ATTRIBUTES[element.tag], element.tag
        order = [CHILDREN.get(element.tag, []).index(child.tag) for child in element]
        assert order == sorted(order)
    for suite in root:
        assert int(suite.get("tests")) == len(list(suite.iter("testcase")))
        assert int(suite.get("failures")) == len(list(suite.iter("failure")))
        assert int(suite.get("errors")) == len(list(suite.iter("error")))
        assert int(suite.get("skipped")) == len(list(suite.iter("skipped")))
    assert int(root.get("tests")) == len(list(root.iter("testcase")))


def test_a_rule_is_a_case_by_its_id(written):
    root = written(a_result(held(1), broken(2), skipped(3), left_out(4)))

    assert [case.get("name") for case in root[0].iter("testcase")] == ["TOY-R01", "TOY-R02", "TOY-R03", "TOY-R04"]
    assert "seen to hold 3 times" in case(root, "TOY-R01").findtext("system-out")
    assert case(root, "TOY-R03").find("skipped").get("message").endswith("add identities.other to the profile")


def test_a_failure_has_its_steps_and_its_replay(written):
    failure = case(written(a_result(broken(1))), "TOY-R01").find("failure")

    assert failure.get("message") == "Rule 1 holds whatever is booked."
    assert "got: 201 Created" in failure.text
    assert "2. book once more\ncurl -X POST http://host/v1/bookings" in failure.text
    assert "replay: contract-tests replay toy/places.the_last_place_goes_once/7 --base-url" in failure.text


def test_what_does_not_count_turns_nothing_red(written):
    root = written(
        a_result(
            held(1),
            broken(2, level=Severity.SHOULD),
            broken(3, known="agreed until May"),
            beside=(a_finding(severity=Severity.SHOULD),),
        )
    )

    assert (root.get("failures"), root.get("errors")) == ("0", "0")
    assert case(root, "TOY-R02").find("skipped").get("message").startswith("broken, and only should hold")
    assert case(root, "TOY-R03").find("skipped").get("message").startswith("known failure: agreed until May")
    assert "201 Created" in case(root, "TOY-R03").findtext("system-out")


def test_what_may_not_be_skipped_is_a_failure(written):
    root = written(a_result(held(1), skipped(2), skipped(3, level=Severity.SHOULD), certify=True))

    assert case(root, "TOY-R02").find("failure").get("type") == "not certified"
    assert root.get("failures") == "1"


def test_a_finding_of_no_rule_is_a_case_of_its_operation(written):
    quiet = an_operation("GET /x", seconds=())
    root = written(a_result(held(1), beside=(a_finding(),), operations=(an_operation(), quiet)))

    assert case(root, "POST /bookings [not_a_server_error]").find("failure") is not None
    assert case(root, "GET /x").find("skipped") is not None


def test_what_was_asked_in_vain_is_skipped_with_what_came(written):
    root = written(a_result(held(1), operations=(an_operation(), IN_VAIN)))

    said = case(root, "GET /bookings/{id}").find("skipped").get("message")
    assert said == "not tested: never answered with a success: 404 x 12, 403 x 3"


def test_what_keeps_a_run_from_being_a_pass_is_an_error(written):
    ended = a_test(outcome=Outcome.ERROR, why="no answer")

    root = written(a_result(held(1), tests=(ended,), problems=("no schema",)))

    assert case(root, "places.some_law").find("error").get("message") == "no answer"
    assert case(root, "problem 1").find("error").get("message") == "no schema"


def test_it_holds_what_xml_cannot(written):
    root = written(a_result(broken(1, finding={"came": f"{NASTY}\ud800\uffff"})))

    assert "500 \\x1b[2J\\x00 [red]gone[/red] <b>&amp; \\u202e\\n::error::injected\\ud800\\uffff" in (
        case(root, "TOY-R01").findtext("failure")
    )


def test_the_evidence_is_among_the_properties(written):
    properties = {each.get("name"): each.get("value") for each in written(a_result(held(1)))[0].iter("property")}

    assert properties["suite"] == "5b1c0ffee5b1c0ffee5b1c0ffee"
    assert properties["seed"] == "7"
    assert properties["requests"] == "1234"
