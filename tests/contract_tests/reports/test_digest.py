import json
from dataclasses import replace

import pytest
from run_results import (
    EVIDENCE,
    IN_VAIN,
    a_finding,
    a_result,
    a_rule,
    a_test,
    an_operation,
    broken,
    held,
    left_out,
    skipped,
)

from contract_tests.findings import Severity
from contract_tests.reports.digest import (
    Mark,
    Times,
    beside_the_rules,
    following,
    gaps_in,
    harmless_json,
    marks_of,
    replay_command,
    sentence_of,
    times_of,
    visible,
)
from contract_tests.results import Outcome

OBSERVED = replace(EVIDENCE, mode="observe")
ANSWERED = an_operation()


def test_a_broken_rule_is_marked_by_whether_the_run_fails_by_it():
    result = a_result(broken(1), broken(2, level=Severity.SHOULD), broken(3, known="agreed"), held(4))

    marks = marks_of(result)

    assert [rule.rule.id for rule in marks[Mark.BROKEN]] == ["TOY-R01"]
    assert [rule.rule.id for rule in marks[Mark.ADVICE]] == ["TOY-R02"]
    assert [rule.rule.id for rule in marks[Mark.KNOWN]] == ["TOY-R03"]
    assert [rule.rule.id for rule in marks[Mark.HOLDS]] == ["TOY-R04"]


def test_rules_that_lack_the_same_are_one_gap():
    result = a_result(
        skipped(1, why="nobody else to ask as: add identities.other to the profile"),
        skipped(2, why="there is no stranger: add identities.other to the profile"),
        skipped(3, why="no slot is left"),
        skipped(4, why="no key is bound: add inventory.domain and identities.bound to the profile"),
    )

    assert [(gap.reason, gap.rules) for gap in gaps_in(result)] == [
        ("add identities.other to the profile", ("TOY-R01", "TOY-R02")),
        ("no slot is left", ("TOY-R03",)),
        ("add inventory.domain and identities.bound to the profile", ("TOY-R04",)),
    ]


def test_what_was_left_out_comes_after_what_can_be_mended():
    result = a_result(left_out(1), left_out(2), skipped(3), left_out(4, not_tested="only seen from inside"))

    assert [gap.mark for gap in gaps_in(result)] == [Mark.SKIPPED, Mark.LEFT_OUT, Mark.LEFT_OUT]
    assert gaps_in(result)[-1].reason == "no test from outside can decide them"


def test_a_finding_of_no_rule_is_beside_the_rules():
    finding = a_finding()

    assert beside_the_rules(a_result(broken(1), beside=(finding,))) == [finding]


def test_a_replay_is_a_command_of_one_line():
    finding = a_finding(a_rule(), replay="toy/it's/7")

    assert replay_command(finding, EVIDENCE) == (
        "contract-tests replay 'toy/it'\"'\"'s/7' --base-url http://host:8080/v1 --found-by 0.1.0-5b1c0ffee5b1"
    )
    assert replay_command(a_finding(), EVIDENCE) == ""


def test_a_replay_says_whatever_else_the_target_needs():
    evidence = replace(EVIDENCE, options=("--profile", "my profile.toml"))

    assert "/v1 --profile 'my profile.toml' --found-by" in replay_command(a_finding(a_rule()), evidence)


def test_a_replay_names_what_drew_the_world():
    evidence = replace(EVIDENCE, sandbox="0.1.0-155c9137beae")

    assert replay_command(a_finding(a_rule()), evidence).endswith(" --found-by 0.1.0-5b1c0ffee5b1,0.1.0-155c9137beae")


@pytest.mark.parametrize(
    ("result", "word"),
    [
        (
            a_result(held(1), held(2)),
            "PASSED: 2 rules hold; 2 of 2 rules judged, 1 of 1 operation tested, 1,234 calls, 31.2 s, seed 7",
        ),
        (
            a_result(held(1), skipped(2), unreached=("3 of 9 laws",)),
            "PASSED as far as it came: 1 rule holds, 1 not tested; 1 of 2 rules",
        ),
        (a_result(held(1), broken(2, known="agreed")), "PASSED: 1 rule holds, 1 known; 2 of 2 rules judged"),
        (
            a_result(broken(1), broken(2, known="agreed"), beside=(a_finding(known="agreed"),)),
            "FAILED: 1 rule is broken, 2 known; ",
        ),
        (a_result(broken(1), held(2), unreached=("3 of 9 laws",)), "FAILED: 1 rule is broken; "),
        (a_result(broken(1), beside=(a_finding(),)), "FAILED: 1 rule is broken, 1 finding beside the rules; "),
        (a_result(held(1), skipped(2), certify=True), "NOT CERTIFIED: 1 rule that must hold was skipped; "),
        (a_result(held(1), tests=(a_test(outcome=Outcome.ERROR),)), "NOT PASSED: some of it could not be tested; "),
        (
            a_result(left_out(1), evidence=OBSERVED),
            "PASSED: 1 operation answered as documented; no rule is judged in observe mode, 1 of 1 operation tested",
        ),
        (
            a_result(left_out(1), operations=(ANSWERED, replace(ANSWERED, findings=(a_finding(known="agreed"),)))),
            "PASSED: 1 operation answered as documented; 0 of 1 rule judged, 2 of 2 operations tested",
        ),
        (
            a_result(operations=(ANSWERED, IN_VAIN)),
            "PASSED: 1 operation answered as documented; 1 of 2 operations tested, 1 never with a success, ",
        ),
        (a_result(operations=(IN_VAIN,)), "NOTHING WAS TESTED; 0 of 1 operation tested, 1 never with a success, "),
        (a_result(), "PASSED: 1 operation answered as documented; 1 of 1 operation tested"),
        (a_result(left_out(1), operations=()), "NOTHING WAS TESTED; 0 of 1 rule judged"),
        (a_result(broken(1), was_interrupted=True), "INTERRUPTED after 1 finding; "),
    ],
)
def test_the_verdict_is_a_sentence_with_what_it_rests_on(result, word):
    assert sentence_of(result).startswith(word)


def test_percentiles_are_answers_that_were_given():
    assert times_of([]) is None
    assert times_of([0.2]) == Times(0.2, 0.2, 0.2, 0.2)
    assert times_of(number / 1000 for number in range(200, 0, -1)) == Times(0.1, 0.19, 0.198, 0.2)


def test_what_does_not_show_is_spelled_out():
    said = "a\x1b[2J\tb\u202ec\ud800\u200b\U000e0041\r\nd"

    assert visible(said) == "a\\x1b[2J\\x09b\\u202ec\\ud800\\u200b\\U000e0041\\x0d\\nd"
    assert visible(said, lines=True) == visible(said).replace("\\n", "\n")
    assert visible(visible(said)) == visible(said)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("::set-env name=A::b", "\\x3a:set-env name=A::b"),
        ("ok\n  ::stop-commands::x", "ok\n  \\x3a:stop-commands::x"),
        ("got ##[error]x", "got #\\x23[error]x"),
        ("got ##vso[task.setvariable variable=A]b", "got #\\x23vso[task.setvariable variable=A]b"),
        ("###teamcity[x]", "##\\x23teamcity[x]"),
        ("a::b, #[1], ## Title", "a::b, #[1], ## Title"),
    ],
)
def test_what_a_ci_system_would_take_for_a_command_is_broken(said, shown):
    assert visible(said, lines=True) == shown


def test_json_that_is_looked_at_harms_nobody_and_says_the_same():
    value = {"came": "\x7f\u202e\U000e0041 ##[error] ü [] \n"}
    encoded = json.dumps(value, ensure_ascii=False, indent=2).encode()

    harmless = harmless_json(encoded)

    assert json.loads(harmless) == value
    assert harmless.decode() == '{\n  "came": "\\u007f\\u202e\\udb40\\udc41 #\\u0023[error] ü [] \\n"\n}'


def test_what_most_follows_from_comes_first_and_what_follows_under_it():
    unjudged = skipped(5, why="follows from TOY-R03: some.law ended before it came to this rule")
    result = a_result(broken(1), replace(broken(2), follows="TOY-R03"), broken(3), held(4), unjudged)

    assert [rule.rule.id for rule in marks_of(result)[Mark.BROKEN]] == ["TOY-R03", "TOY-R02", "TOY-R01"]
    assert following(result.rules[2], result) == ("TOY-R02", "TOY-R05")
    assert following(result.rules[0], result) == ("", "")
    assert [gap.reason for gap in gaps_in(result)] == ["follows from TOY-R03"]
