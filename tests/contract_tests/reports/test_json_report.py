import json
from pathlib import Path

import msgspec
from run_results import IN_VAIN, a_big_result, a_finding, a_result, a_state_chart, an_operation, broken, held

from contract_tests.findings import Severity
from contract_tests.reports import json_report
from contract_tests.reports.json_report import SCHEMA_VERSION, Report, write_json
from contract_tests.results import Comparison


def written(result, folder):
    write_json(result, folder / "out.json")
    return msgspec.json.decode((folder / "out.json").read_bytes(), type=Report)


def test_the_file_has_the_shape_that_is_promised(tmp_path):
    report = written(a_big_result(), tmp_path)

    assert report.schema_version == SCHEMA_VERSION == 1
    assert (len(report.rules), len(report.findings)) == (277, 69)
    assert set(json.loads((tmp_path / "out.json").read_text())) == set(Report.__struct_fields__)


def test_the_verdict_is_there_for_programs_and_for_people(tmp_path):
    report = written(a_result(held(1), broken(2)), tmp_path)

    assert (report.verdict, report.exit_code) == ("failed", 1)
    assert report.sentence.startswith("FAILED: 1 rule is broken")
    assert report.evidence.contract == "c0n7rac7c0n7rac7c0n7rac7"
    assert (report.requests, report.seconds) == (1234, 31.25)


def test_rules_and_operations_point_to_their_findings(tmp_path):
    beside = a_finding(severity=Severity.SHOULD)

    report = written(a_result(held(1), broken(2), beside=(beside,)), tmp_path)

    assert [rule.findings for rule in report.rules] == [[], [0]]
    assert [rule.mark for rule in report.rules] == ["holds", "broken"]
    assert report.operations[0].findings == [1]
    assert [finding.counts for finding in report.findings] == [True, False]
    assert report.findings[0].replay.startswith("contract-tests replay toy/")
    assert report.findings[0].steps[1].title == "book once more"


def test_times_are_in_seconds_and_none_where_nothing_was_answered(tmp_path):
    operations = (an_operation(seconds=(0.1, 0.3, 0.2)), an_operation("GET /x", seconds=()))

    report = written(a_result(held(1), operations=operations), tmp_path)

    times = report.operations[0].times
    assert (times.p50, times.p95, times.max) == (0.2, 0.3, 0.3)
    assert (report.operations[1].calls, report.operations[1].times) == (0, None)


def test_an_operation_says_whether_it_was_tested_and_why_not(tmp_path):
    operations = (an_operation(), IN_VAIN, an_operation("GET /x", seconds=()))

    report = written(a_result(held(1), operations=operations), tmp_path)

    assert [each.tested for each in report.operations] == [True, False, False]
    assert [each.why for each in report.operations] == [
        "",
        "never answered with a success: 404 x 12, 403 x 3",
        "not asked",
    ]


def test_a_state_chart_keeps_what_was_seen_of_each_move(tmp_path):
    report = written(a_result(held(1), state_charts=(a_state_chart(),)), tmp_path)

    assert report.lifecycles[0].states[0] == "pending"
    assert [(move.times, move.broken) for move in report.lifecycles[0].moves][2] == (4, True)


def test_a_curl_is_kept_as_it_is_and_what_utf8_cannot_say_is_spelled_out(tmp_path):
    report = written(a_result(broken(1, finding={"came": "a\ud800\x1b"})), tmp_path)

    assert report.findings[0].came == "a\\ud800\x1b"


def test_each_member_is_documented():
    page = (Path(__file__).parents[3] / "docs" / "reports.md").read_text(encoding="utf-8")

    for shape in (Report, *(getattr(json_report, name) for name in json_report.__all__ if name.endswith("Shape"))):
        for member in shape.__struct_fields__:
            assert f"`{member}`" in page or f"`{member}[]`" in page, f"{shape.__name__}.{member}"


def test_what_became_of_an_earlier_run_is_there_where_one_was_named(tmp_path):
    became = Comparison(base_url="http://host/v1", started_at="2026-03-01T10:00:00Z", new=("TOY-R02",))

    assert written(a_result(held(1)), tmp_path).comparison is None
    assert written(a_result(held(1), comparison=became), tmp_path).comparison.new == ["TOY-R02"]
