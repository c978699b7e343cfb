"""Failures that are known: marked until they expire, missed when they pass."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from run_results import a_finding, a_rule, broken, held

from contract_tests.contracts import load_contract
from contract_tests.known import KnownFailure, KnownFailures, read_known_failures
from contract_tests.problems import CannotRun

TODAY = date(2031, 3, 3)
RULE = a_rule(1)


@pytest.fixture(autouse=True)
def toy_contracts():
    """Here it is about a real one, for it has rules."""


def a_failure(**changed):
    given: dict[str, Any] = {
        "rule": RULE.id,
        "check": "",
        "operation": "",
        "reason": "agreed with the vendor",
        "owner": "QA",
        "expires": TODAY + timedelta(days=1),
    }
    return KnownFailure(**given | changed)


def a_list(*failures):
    return KnownFailures(failures, TODAY)


def test_a_known_failure_is_marked_with_its_reason_its_owner_and_its_day():
    assert a_list(a_failure()).mark(a_finding(RULE)).known == "agreed with the vendor (QA, until 2031-03-04)"


def test_another_rule_is_not_known():
    assert a_list(a_failure()).mark(a_finding(a_rule(2))).known == ""


def test_what_no_rule_says_is_known_by_its_check_and_its_operation():
    known = a_list(a_failure(rule="", check="not_a_server_error", operation="POST /bookings"))

    assert known.mark(a_finding()).known
    assert not known.mark(a_finding(operation="GET /bookings")).known
    assert not known.mark(a_finding(check="status_code_conformance")).known
    assert not known.mark(a_finding(RULE, check="not_a_server_error")).known


def test_on_the_day_it_expires_it_counts_again_and_its_owner_is_asked():
    known = a_list(a_failure(expires=TODAY))
    finding = a_finding(RULE)

    assert known.mark(finding).known == ""
    assert known.warnings([finding], [broken(1)]) == [
        f"the known failure {RULE.id} expired on 2031-03-03: ask QA",
    ]


def test_one_that_passes_is_to_be_taken_off_the_list():
    assert a_list(a_failure()).warnings([], [held(1)]) == [f"the known failure {RULE.id} passes: take it off the list"]


def test_one_that_still_fails_or_was_not_tested_says_nothing():
    assert a_list(a_failure()).warnings([a_finding(RULE)], [broken(1)]) == []
    assert a_list(a_failure()).warnings([], []) == []


ENTRY = {"rule": '"RK-B03"', "reason": '"agreed"', "owner": '"QA"', "expires": "2099-01-31"}


@pytest.fixture
def read(tmp_path):
    def call(**changed):
        entry = {name: value for name, value in (ENTRY | changed).items() if value}
        file = tmp_path / "known.toml"
        lines = ["[[failure]]", *(f"{name} = {value}" for name, value in entry.items())]
        file.write_text("\n".join(lines), encoding="utf-8")
        return read_known_failures(file, load_contract("reservekit"))

    return call


def test_a_list_is_read_and_looked_at_as_of_today(read):
    finding = a_finding(load_contract("reservekit").rule("RK-B03"))
    today = datetime.now(UTC).date()

    assert read().mark(finding).known == "agreed (QA, until 2099-01-31)"
    assert not read(expires=today.isoformat()).mark(finding).known


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"rule": '"RK-B033"'}, "reservekit has no rule 'RK-B033'; did you mean 'RK-B03'"),
        ({"rule": ""}, "name a rule, or a check and an operation"),
        ({"rule": "", "check": '"not_a_server_error"'}, "name a rule, or a check and an operation"),
        ({"reason": ""}, "reason is missing"),
        ({"owner": '" "'}, "owner is missing"),
        ({"expires": ""}, "expires is missing, a day such as 2027-01-31"),
        ({"expires": '"2099-01-31"'}, 'expires has to be a day without quotes, as 2027-01-31, not "2099-01-31"'),
        ({"expires": '"soon"'}, 'expires has to be a day without quotes, as 2027-01-31, not "soon"'),
        ({"expires": "2099-01-31T10:00:00Z"}, "without quotes, as 2027-01-31, not 2099-01-31T10:00:00+00:00"),
        ({"rule": "5"}, "rule has to be a text, not 5"),
        ({"rule": "", "check": "[1]", "operation": '"x"'}, "check has to be a text, not [1]"),
        ({"owner": "{ team = 1 }"}, 'owner has to be a text, not {"team": 1}'),
        ({"expire": "2099-01-31"}, "nothing reads 'expire'; did you mean 'expires'"),
    ],
)
def test_an_entry_that_cannot_be_used_is_named_with_what_it_lacks(read, changed, said):
    with pytest.raises(CannotRun, match=r"known\.toml', failure 1: ") as refusal:
        read(**changed)

    assert said in str(refusal.value)


def test_a_list_that_is_not_there_or_no_toml_is_refused(tmp_path):
    contract = load_contract("reservekit")
    with pytest.raises(CannotRun, match="cannot be read: No such file"):
        read_known_failures(tmp_path / "known.toml", contract)
    (tmp_path / "known.toml").write_text("failure: none", encoding="utf-8")
    with pytest.raises(CannotRun, match="are not TOML"):
        read_known_failures(tmp_path / "known.toml", contract)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('[[failures]]\nrule = "RK-B03"', r"known\.toml': nothing reads 'failures'; did you mean 'failure'\?"),
        ('failure = "RK-B03"', r"each of them is a table that begins with \[\[failure\]\]"),
        ('failure = ["RK-B03"]', r"each of them is a table that begins with \[\[failure\]\]"),
        ('[failure]\nrule = "RK-B03"', r"each of them is a table that begins with \[\[failure\]\]"),
    ],
)
def test_a_list_of_another_form_is_refused(tmp_path, written, said):
    (tmp_path / "known.toml").write_text(written, encoding="utf-8")

    with pytest.raises(CannotRun, match=said):
        read_known_failures(tmp_path / "known.toml", load_contract("reservekit"))


def test_an_empty_list_is_one(tmp_path):
    (tmp_path / "known.toml").write_text("", encoding="utf-8")

    assert read_known_failures(tmp_path / "known.toml", load_contract("reservekit")).warnings([], []) == []


def test_without_a_list_nothing_is_known():
    assert not read_known_failures(None, load_contract("reservekit")).mark(a_finding(RULE)).known
