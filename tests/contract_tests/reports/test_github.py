import re

import pytest
from run_results import IN_VAIN, NASTY, a_big_result, a_finding, a_result, a_test, broken, held, skipped

from contract_tests.findings import Severity, Step
from contract_tests.reports.github import write_github
from contract_tests.results import Outcome

NASTY_FINDING = {
    "came": NASTY,
    "expected": NASTY,
    "detail": f"{NASTY}</pre></details>```",
    "steps": (Step(NASTY, NASTY, NASTY),),
}


@pytest.fixture
def written(tmp_path, capsys):
    def write(result):
        write_github(result, tmp_path / "summary.md")
        return capsys.readouterr().out.splitlines(), (tmp_path / "summary.md").read_text(encoding="utf-8")

    return write


def test_what_is_broken_is_annotated_where_the_contract_says_it(written):
    commands, _ = written(a_result(held(1), broken(2), beside=(a_finding(),)))

    assert commands[0].startswith("::error file=openapi/toy/openapi.yaml,line=1,title=TOY-R02 is broken::Rule 2 holds")
    assert "%0Acontract-tests replay toy/" in commands[0]
    assert re.match(r"::error file=openapi/toy/openapi.yaml,line=\d\d,title=POST /bookings%3A not_a_", commands[1])


def test_the_kind_of_an_annotation_is_how_much_it_counts(written):
    ended = a_test(outcome=Outcome.ERROR, why="no answer")

    commands, _ = written(
        a_result(
            broken(1, known="agreed"), broken(2, level=Severity.SHOULD), broken(3), tests=(ended,), warnings=("slow",)
        )
    )

    kinds = [re.findall(r"^::(\w+) .*title=([^:,]*)::", command)[0] for command in commands]
    assert kinds == [
        ("error", "TOY-R03 is broken"),
        ("warning", "TOY-R02 should hold and is broken"),
        ("notice", "TOY-R01 is broken%2C as is known"),
        ("error", "places.some_law"),
        ("warning", "contract-tests"),
    ]


def test_what_may_not_be_skipped_is_an_error(written):
    commands, _ = written(a_result(held(1), skipped(2), certify=True))

    assert "title=TOY-R02 is not certified::Skipped: " in commands[0]


def test_a_server_gives_no_commands(written):
    commands, _ = written(a_result(broken(1, finding=NASTY_FINDING), problems=(NASTY,)))

    assert len(commands) == 2
    assert not any(command.startswith("::error::") for command in commands)


def test_a_server_writes_no_markdown(written):
    _, summary = written(a_result(broken(1, text="*a* | `b`", finding=NASTY_FINDING), problems=(NASTY,)))

    told = summary.partition("<pre>")[2]
    assert told.count("</pre>") == told.count("</details>") - 1 == 1
    assert "<b>&" not in summary
    assert "`" not in summary
    assert "&#42;a&#42; &#124; &#96;b&#96;" in summary


def test_the_summary_is_added_to_what_other_steps_wrote(written, tmp_path):
    (tmp_path / "summary.md").write_text("before\n")

    _, summary = written(a_result(held(1), skipped(2)))

    assert summary.startswith("before\n## ✅ contract-tests: toy\n")
    assert "**PASSED&#58; 1 rule holds, 1 not tested; 1 of 2 rules judged" in summary
    assert "| skipped | holds |\n| ---: | ---: |\n| 1 | 1 |" in summary
    assert "- **skipped** 1 rule: add identities.other to the profile (TOY-R02)" in summary


def test_what_was_asked_in_vain_is_in_the_summary(written):
    _, summary = written(a_result(held(1), operations=(IN_VAIN,)))

    assert "- **not tested** GET /bookings/" in summary
    assert "never answered with a success&#58; 404 x 12, 403 x 3" in summary


def test_a_run_that_was_cut_short_is_no_green_summary(written):
    _, summary = written(a_result(held(1), unreached=("3 of 9 laws",)))

    assert summary.startswith("## ⚠️ contract-tests: toy\n")
    assert "- **not reached** 3 of 9 laws" in summary


def test_a_summary_stays_below_what_the_page_takes(written):
    _, summary = written(a_big_result())

    assert len(summary.encode()) < 1024 * 1024


def test_a_summary_stays_below_it_whatever_is_sent_and_answered(written):
    long = Step("say much", '"' * 9_000, "<" * 9_000)
    rules = [broken(number, finding={"steps": (long,) * 4}) for number in range(1, 41)]

    _, summary = written(a_result(*rules))

    assert 100_000 < len(summary.encode()) < 1024 * 1024
    assert summary.count("<details>") == summary.count("</details>")
    told = summary.count("is broken, must") + summary.count("(broken, must")
    assert f"and {40 - told} more findings: see the other reports." in summary
