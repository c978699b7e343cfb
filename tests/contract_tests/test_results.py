from types import SimpleNamespace
from typing import Any

import pytest
from run_results import IN_VAIN, a_finding, a_result, a_rule, a_test, an_operation, broken, held, left_out, skipped

from contract_tests.findings import Severity
from contract_tests.results import Outcome, Tally, Verdict, judge_rules

ENDED = (a_test(outcome=Outcome.ERROR),)
NOT_CALLED = (an_operation(seconds=()),)


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        (a_result(held(1)), Verdict.PASSED),
        (a_result(left_out(1), operations=NOT_CALLED), Verdict.NOTHING_TESTED),
        (a_result(held(1), problems=("no schema",)), Verdict.CANNOT_RUN),
        (a_result(held(1), tests=ENDED), Verdict.CANNOT_RUN),
        (a_result(broken(1), problems=("no schema",)), Verdict.FAILED),
        (a_result(held(1), skipped(2), certify=True), Verdict.FAILED),
        (a_result(held(1), skipped(2)), Verdict.PASSED),
        (a_result(broken(1), was_interrupted=True), Verdict.INTERRUPTED),
    ],
)
def test_the_verdict_is_the_worst_that_happened(result, verdict):
    assert result.verdict is verdict


def test_advice_and_known_failures_do_not_count():
    known, advice = broken(1, known="agreed"), broken(2, level=Severity.SHOULD)
    result = a_result(known, advice, held(3))

    assert not any(finding.counts for finding in result.findings)
    assert a_finding(a_rule(3)).counts
    assert result.verdict is Verdict.PASSED


def test_nothing_has_failed_before_a_finding_that_counts():
    advice, known, must = a_finding(a_rule(1, level=Severity.SHOULD)), a_finding(known="agreed"), a_finding()

    assert not Tally(findings={(1,): advice, (2,): known}).has_failed
    assert Tally(findings={(1,): advice, (2,): known, (3,): must}).has_failed


def test_an_operation_that_never_succeeded_is_not_tested():
    tally = Tally()
    for status in (404, 403, 404, 0):
        tally.count_case("reads", "GET /x")
        tally.count_answer("GET /x", seconds=0.1, status=status)

    (found,) = tally.of_operations(["GET /x"])

    assert (found.was_asked, found.was_tested) == (True, False)
    assert found.why_untested == "never answered with a success: 404 x 2, 403 x 1"


def test_one_success_is_enough_to_be_tested():
    tally = Tally()
    for status in (404, 201):
        tally.count_case("reads", "GET /x")
        tally.count_answer("GET /x", seconds=0.1, status=status)

    (found,) = tally.of_operations(["GET /x"])

    assert (found.was_tested, found.why_untested) == (True, "")


def test_a_run_in_which_nothing_succeeded_has_tested_nothing():
    assert a_result(operations=(IN_VAIN,)).verdict is Verdict.NOTHING_TESTED


def a_failure(name, about, rule, *, expected="book: a success", came="500 Internal Server Error request 12"):
    found = a_finding(a_rule(rule), check=name, expected=expected, came=came)
    return a_test(name, outcome=Outcome.FAIL, rules=tuple(a_rule(each).id for each in about), findings=(found,))


def judged(*tests):
    contract: Any = SimpleNamespace(rules=[a_rule(number) for number in range(1, 6)])
    return {int(each.rule.id[-2:]): each for each in judge_rules(contract, tests)}


SETTING_UP = (a_failure("a.b", (3,), 1), a_failure("a.c", (4,), 1, came="500 Internal Server Error request 13"))


def test_what_got_the_same_answer_as_a_step_that_many_need_follows_from_the_rule_of_that_step():
    rules = judged(*SETTING_UP, a_failure("a.d", (2,), 2))

    assert (rules[2].outcome, rules[2].follows, rules[1].follows) == (Outcome.FAIL, "TOY-R01", "")


@pytest.mark.parametrize(
    "other", [{"came": "400 Bad Request full"}, {"expected": "book: 400 'full'"}], ids=["another answer", "a refusal"]
)
def test_what_broke_in_another_way_follows_from_nothing(other):
    rules = judged(*SETTING_UP, a_failure("a.d", (2,), 2, **other))

    assert (rules[2].outcome, rules[2].follows) == (Outcome.FAIL, "")


def test_what_one_test_alone_met_on_its_way_explains_no_other():
    rules = judged(SETTING_UP[0], a_failure("a.d", (2,), 2))

    assert rules[2].follows == ""


def test_what_was_not_judged_names_the_rule_that_was_in_the_way():
    rules = judged(*SETTING_UP, a_failure("a.d", (2, 5), 2))

    assert rules[3].outcome is Outcome.SKIP
    assert rules[3].why == "follows from TOY-R01: a.b ended before it came to this rule"
    assert rules[5].why == "follows from TOY-R01: a.d ended before it came to this rule"


def test_what_once_broke_where_others_were_is_not_tested_wherever_else_it_held():
    held_elsewhere = a_test("a.c", evidence={"TOY-R01": 3})
    doubted = a_test(outcome=Outcome.SKIP, rules=(), why="others are there", doubted="TOY-R01")

    rules = judged(held_elsewhere, doubted)

    assert (rules[1].outcome, rules[1].why) == (Outcome.SKIP, "others are there")
