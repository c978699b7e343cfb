import json
from dataclasses import replace

import pytest
from run_results import a_finding, a_result, a_test, an_operation, broken, held, skipped

from contract_tests.findings import Severity
from contract_tests.problems import CannotRun
from contract_tests.reports.comparing import compare, read_earlier
from contract_tests.reports.json_report import write_json
from contract_tests.results import Outcome, RuleResult


@pytest.fixture
def earlier(tmp_path):
    """A run as a later one reads it."""

    def run(result):
        write_json(result, tmp_path / "old.json")
        return read_earlier(tmp_path / "old.json", "toy")

    return run


def differing(number):
    rule = held(number).rule
    found = a_finding(rule, severity=Severity.DIFFERENCE)
    return RuleResult(rule=rule, outcome=Outcome.DIFFER, differences=(found,)), found


def test_what_is_new_gone_and_still_there_is_told_by_rule(earlier):
    old = earlier(a_result(broken(1), broken(2), broken(3), held(4)))

    became = compare(old, a_result(held(1), broken(2, finding={"came": "another text"}), skipped(3), broken(4)))

    assert (became.new, became.still, became.gone, became.unknown) == (
        ("TOY-R04",),
        ("TOY-R02",),
        ("TOY-R01",),
        ("TOY-R03",),
    )
    assert (became.started_at, became.base_url) == ("2026-03-02T10:00:00Z", "http://host:8080/v1")


def test_a_rule_that_broke_twice_is_one(earlier):
    old = earlier(a_result(held(1)))
    rule = broken(1)
    twice = replace(rule, findings=(*rule.findings, a_finding(rule.rule, check="places.another_law")))

    assert compare(old, a_result(twice)).new == ("TOY-R01",)


def test_a_difference_has_come_and_gone_as_a_finding_has(earlier):
    rule, found = differing(1)
    result = replace(a_result(rule), differences=(found,))

    assert compare(earlier(a_result(held(1))), result).new == ("TOY-R01",)
    assert compare(earlier(result), a_result(held(1))).gone == ("TOY-R01",)


@pytest.mark.parametrize(
    ("cases", "became"), [({"conformance": 3}, "gone"), ({"reads": 3}, "unknown"), ({}, "unknown")]
)
def test_what_is_beside_the_rules_is_gone_where_its_layer_asked_again(earlier, cases, became):
    old = earlier(a_result(held(1), beside=(a_finding(),)))

    now = compare(old, a_result(held(1), operations=(replace(an_operation(), cases=cases),)))

    assert getattr(now, became) == ("POST /bookings [not_a_server_error]",)


def test_a_budget_that_is_kept_again_is_gone(earlier):
    slow = a_finding(check="timing.read_p95", operation="all that read", layer="timing")
    old = earlier(a_result(held(1), beside=(slow,)))

    assert compare(old, a_result(held(1), tests=(a_test("timing.read_p95"),))).gone == (
        "all that read [timing.read_p95]",
    )


def test_a_report_of_a_kit_that_has_no_such_member_yet_is_read_too(earlier, tmp_path):
    earlier(a_result(broken(1)))
    file = tmp_path / "old.json"
    said = json.loads(file.read_text())
    del said["comparison"]
    file.write_text(json.dumps(said))

    assert [each.rule for each in read_earlier(file, "toy").findings] == ["TOY-R01"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"not json", "is no report of an earlier run"),
        (b"\xff\xfe", "is no report of an earlier run"),
        (b'{"runs": []}', "is no report of an earlier run"),
        (b"[]", "is no report of an earlier run"),
    ],
)
def test_a_foreign_file_is_refused(tmp_path, content, why):
    file = tmp_path / "old.json"
    file.write_bytes(content)

    with pytest.raises(CannotRun, match=why):
        read_earlier(file, "toy")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CannotRun, match="cannot be read: No such file"):
        read_earlier(tmp_path / "none.json", "toy")


def test_a_report_about_another_api_or_of_another_shape_is_refused(earlier, tmp_path):
    earlier(a_result(broken(1)))
    file = tmp_path / "old.json"

    with pytest.raises(CannotRun, match="is about 'toy', and this run about 'anny'"):
        read_earlier(file, "anny")
    file.write_text(file.read_text().replace('"schema_version": 1', '"schema_version": 9'))
    with pytest.raises(CannotRun, match="has schema_version 9, and this kit reads 1"):
        read_earlier(file, "toy")
