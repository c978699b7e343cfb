"""What a person sees, on a terminal and in a log, of servers that answer odd characters too."""

import io
import threading
from dataclasses import replace
from functools import partial

import pytest
from rich.console import Console
from run_results import (
    EVIDENCE,
    IN_VAIN,
    NASTY,
    a_big_result,
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

from contract_tests.findings import Severity, Step
from contract_tests.laws.law import Layer
from contract_tests.reports.terminal import Terminal
from contract_tests.results import Comparison, Outcome

WRITES = "This run creates, changes and deletes"
READS = "This run only reads there."


@pytest.mark.parametrize(
    ("planned", "said"),
    [
        ({}, ""),
        ({Layer.SPEC: 8}, ""),
        ({Layer.SPEC: 8, Layer.READS: 12}, READS),
        ({Layer.READS: 12, Layer.LAWS: 40}, WRITES),
        ({Layer.CONFORMANCE: 18}, WRITES),
    ],
)
def test_what_a_run_touches_is_said_of_what_it_is_going_to_do(planned, said):
    text = shown(lambda terminal: terminal.announce(EVIDENCE, planned=planned))

    assert [line for line in (WRITES, READS) if line in text] == ([said] if said else [])


WHERE = "--base-url http://host:8080/v1 --found-by 0.1.0-5b1c0ffee5b1"
RESET = "curl -X POST http://host:8080/_sandbox/sandboxes/contract-toy-1/reset"


def shown(*actions, width=100, on_terminal=False):
    text = io.StringIO()
    terminal = Terminal(Console(file=text, width=width, force_terminal=on_terminal, color_system=None, highlight=False))
    for action in actions:
        action(terminal)
    return text.getvalue()


def announced(terminal):
    terminal.announce(EVIDENCE, planned={Layer.READS: 12, Layer.LAWS: 40, Layer.BURSTS: 0})


def found(finding, rule=None):
    return lambda terminal: terminal.found(finding, rule)


def test_a_made_up_variable_is_said_once_with_the_identity_it_stands_for():
    evidence = replace(EVIDENCE, stand_ins={"CONTRACT_TESTS_TOKEN": "main", "CONTRACT_TESTS_TOKEN_OTHER": "other"})

    text = shown(lambda terminal: terminal.announce(evidence, planned={}), width=200)

    line = "a command says $CONTRACT_TESTS_TOKEN for that of main, $CONTRACT_TESTS_TOKEN_OTHER for that of other\n"
    assert text.count(line) == 1
    assert "for that of" not in shown(announced)


def test_a_run_is_announced_with_its_evidence_and_its_plan():
    text = shown(announced)

    assert "toy at http://host:8080/v1" in text
    assert "profile.toml, mode full, seed 7, 2026-03-02T10:00:00Z" in text
    assert "0.1.0, suite 5b1c0ffee5b1, contract c0n7rac7c0n7" in text
    assert "reads 12, laws 40\n" in text
    assert "creates, changes and deletes data" in text


def test_a_finding_is_the_rule_its_steps_and_how_to_see_it_again():
    rule = a_rule(text="A slot takes as many as it has places.", source="seed")

    text = shown(announced, found(a_finding(rule, world="contract-toy-1", reset=RESET), rule))

    assert text.partition("disposable target.\n")[2].splitlines() == [
        "",
        "BROKEN TOY-R01: A slot takes as many as it has places.",
        "  (must, stated by the vendor's page, laws: places.the_last_place_goes_once)",
        "  expected  book once more: 400 'slot_full'",
        '  got       201 Created {"id":2}',
        "  1. book",
        '     curl -X POST -H "key: $CONTRACT_TESTS_TOKEN" http://host/v1/bookings',
        '     -> 201 Created {"id":1}',
        "  2. book once more",
        "     curl -X POST http://host/v1/bookings",
        '     -> 201 Created {"id":2}',
        f"  replay:   contract-tests replay toy/places.the_last_place_goes_once/7 {WHERE}",
        "  the sandbox contract-toy-1 is kept as it was left",
        f"  to paste them: {RESET}",
    ]


def test_where_no_reset_makes_the_steps_show_it_again_the_replay_is_named():
    text = shown(announced, found(a_finding(a_rule(), world="contract-toy-1"), a_rule()))

    assert text.splitlines()[-1] == "  pasted one by one the steps need not show it again: the replay does"
    assert "to paste them" not in text


def test_a_finding_of_no_rule_quotes_what_its_check_expects():
    text = shown(announced, found(a_finding()))

    assert "BROKEN POST /bookings [not_a_server_error]: no server error, whatever is sent" in text
    assert "replay:" not in text


def test_the_same_promise_broken_again_takes_one_line():
    rule = a_rule()
    again = a_finding(rule, expected="book: 400", check="places.another_law", replay="toy/places.another_law/7")

    text = shown(announced, found(a_finding(rule), rule), found(again, rule))

    assert text.count("  expected  ") == 1
    assert text.splitlines()[-1] == (
        f"BROKEN TOY-R01 again, in places.another_law: contract-tests replay toy/places.another_law/7 {WHERE}"
    )


def test_what_is_known_takes_one_calm_line():
    rule = a_rule()
    known = a_finding(rule, known="waits for 2.4 (us, until 2030-01-31)")

    text = shown(announced, found(known, rule), found(known, rule))

    assert text.splitlines()[-1] == "KNOWN TOY-R01: waits for 2.4 (us, until 2030-01-31)"
    assert text.count("TOY-R01") == 1
    assert "BROKEN" not in text


def test_a_summary_names_no_replay_where_it_names_no_test():
    text = shown(lambda terminal: terminal.summarise(a_result(held(1), broken(2, known="agreed"))))

    assert "replay" not in text


def test_what_is_known_beside_the_rules_is_called_so():
    known = a_finding(check="timing.read_p95", known="waits for 2.4")

    text = shown(lambda terminal: terminal.summarise(a_result(held(1), beside=(known,))))

    assert "known    timing.read_p95: 1 finding" in text


def test_a_server_does_not_drive_the_terminal():
    text = shown(announced, found(a_finding(came="500 \x1b[2J\x00 [red]gone[/red] \u202e")))

    assert "500 \\x1b[2J\\x00 [red]gone[/red] \\u202e" in text
    assert "\x1b" not in text


def test_a_server_begins_no_line_that_a_ci_system_would_obey():
    text = shown(announced, found(a_finding(detail=NASTY)))

    assert "| ::error::injected" in text
    assert not any(line.strip().startswith("::") for line in text.splitlines())


def test_a_long_curl_stays_on_one_line():
    long = "curl " + "x" * 300

    assert long in shown(announced, found(a_finding(steps=(Step("ask", long, ""),))), width=80)


def test_a_summary_fits_a_screen_whatever_happened():
    for width in (80, 120):
        text = shown(lambda terminal: terminal.summarise(a_big_result()), width=width)

        rows = sum(-(-max(len(line), 1) // width) for line in text.splitlines())  # a long line is folded
        assert rows <= 42, text
        assert "and 24 more: TOY-R06, TOY-R07" in text
        assert text.splitlines()[-1].startswith(
            "FAILED: 23 rules are broken, 40 findings beside the rules, 2 known, 50 not tested; "
        )


def test_a_summary_of_broken_rules_alone_fits_the_smallest_screen():
    result = a_result(*(broken(number, text="A slot takes as many as it has places. " * 3) for number in range(1, 9)))

    text = shown(lambda terminal: terminal.summarise(result), width=80)

    assert sum(-(-max(len(line), 1) // 80) for line in text.splitlines()) < 24, text
    assert "and 3 more: TOY-R06, TOY-R07, TOY-R08" in text


def test_a_line_that_says_there_is_one_more_line_is_that_line():
    problems = tuple(f"problem {number}" for number in range(4))

    text = shown(lambda terminal: terminal.summarise(a_result(held(1), problems=problems)))

    assert "PROBLEM problem 3" in text
    assert "more line" not in text


def test_a_narrow_terminal_folds_sentences_between_words_and_a_log_does_not():
    result = a_result(held(1))

    narrow = shown(announced, lambda terminal: terminal.summarise(result), width=60, on_terminal=True).splitlines()
    log = shown(announced, lambda terminal: terminal.summarise(result), width=60).splitlines()

    assert all(len(line) < 60 for line in narrow)
    assert narrow[-2:] == [
        "PASSED: 1 rule holds; 1 of 1 rule judged, 1 of 1 operation",
        "tested, 1,234 calls, 31.2 s, seed 7",
    ]
    assert log[-1] == " ".join(narrow[-2:])


def test_on_a_terminal_what_came_keeps_its_margin_and_a_command_its_line():
    curl = f"curl http://host/v1/{'x' * 80}"
    finding = a_finding(came="400 " + "much is wrong " * 9, steps=(Step("ask", curl, "y" * 100),))

    lines = shown(found(finding), width=60, on_terminal=True).splitlines()

    assert f"     {curl}" in lines
    got = next(place for place, line in enumerate(lines) if line.startswith("  got       400 much"))
    assert lines[got + 1].startswith("            ")
    answer = next(place for place, line in enumerate(lines) if line.startswith("     -> yyy"))
    assert lines[answer + 1].strip() == "y" * len(lines[answer + 1].strip())
    assert lines[answer + 1].startswith("        y")


def test_a_summary_counts_the_rules_and_names_what_is_broken():
    result = a_result(broken(1), broken(2, known="agreed"), skipped(3), left_out(4), held(5))

    lines = shown(lambda terminal: terminal.summarise(result)).splitlines()

    assert "rules    1 broken   1 known   1 skipped   1 left out   1 holds" in [line.rstrip() for line in lines]
    assert "calls    1,234 to 1 of 1 operation in 31.2 s" in lines
    where = lines.index("broken   TOY-R01  Rule 1 holds whatever is booked.")
    assert lines[where + 1 : where + 7] == [
        "         toy/places.the_last_place_goes_once/7",
        "known    TOY-R02  Rule 2 holds whatever is booked.",
        "         agreed",
        f"replay   contract-tests replay ID {WHERE}",
        "skipped  TOY-R03: add identities.other to the profile",
        "left out TOY-R04: not selected",
    ]


def test_a_summary_says_what_came_of_a_check_that_found_one_thing():
    slow = a_finding(check="timing.read_p95", operation="all that read", came="5 ms, over 76 answers", steps=())

    text = shown(lambda terminal: terminal.summarise(a_result(held(1), beside=(slow,))))

    assert "must     timing.read_p95: 1 finding, all that read: 5 ms, over 76 answers\n" in text


def test_a_summary_groups_what_a_line_in_the_profile_would_mend():
    text = shown(lambda terminal: terminal.summarise(a_result(*(skipped(number) for number in range(1, 13)))))

    assert "skipped  12 rules: add identities.other to the profile\n" in text


def test_a_summary_names_the_tests_that_ended_by_an_error():
    result = a_result(held(1), tests=(a_test(outcome=Outcome.ERROR, why="no answer within 10 s"),))

    text = shown(lambda terminal: terminal.summarise(result))

    assert "error    places.some_law: no answer within 10 s\n" in text
    assert text.splitlines()[-1].startswith("NOT PASSED")


def test_a_summary_names_what_could_not_be_tested():
    result = a_result(held(1), problems=("GET /x: no schema",), leaked=("booking 12",), unreached=("laws: 3 of 9",))

    text = shown(lambda terminal: terminal.summarise(result))

    assert "PROBLEM GET /x: no schema" in text
    assert "NOT TAKEN BACK booking 12" in text
    assert "NOT REACHED laws: 3 of 9" in text
    assert "NOT PASSED" in text


def test_a_summary_names_what_was_asked_in_vain():
    text = shown(lambda terminal: terminal.summarise(a_result(held(1), operations=(an_operation(), IN_VAIN))))

    assert "NOT TESTED GET /bookings/{id}: never answered with a success: 404 x 12, 403 x 3" in text
    assert "1 of 2 operations tested, 1 never with a success, " in text.splitlines()[-1]


def test_what_only_should_hold_is_told_and_is_no_failure():
    result = a_result(held(1), broken(2, level=Severity.SHOULD))

    text = shown(lambda terminal: terminal.summarise(result))

    assert "advice   TOY-R02" in text
    assert text.splitlines()[-1].startswith("PASSED: 1 rule holds; 2 of 2 rules judged")


def test_a_terminal_shows_how_far_the_run_is():
    text = io.StringIO()
    terminal = Terminal(Console(file=text, width=120, force_terminal=True), clock=seconds_of(0, 200))

    terminal.layer_started(Layer.LAWS, 2)
    terminal.progressed(step="places.[b]law", requests=1200, findings=1, seconds_left=75.2)
    terminal.layer_finished(Layer.LAWS, said="2 laws, 1 broken")

    assert "laws 1 of 2, 3:20, about 75 s left" in text.getvalue()
    assert "1,200 calls, 1 finding" in text.getvalue()
    assert "places.[b]law" in text.getvalue()
    assert text.getvalue().endswith("laws: 2 laws, 1 broken\n")


def test_on_a_narrow_terminal_there_is_room_for_words_instead_of_a_bar():
    text = io.StringIO()
    terminal = Terminal(Console(file=text, width=60, force_terminal=True), clock=seconds_of(0, 80))

    terminal.layer_started(Layer.LAWS, 3)
    terminal.progressed(step="places.law", requests=1200, findings=1, seconds_left=None)
    terminal.close()

    assert "laws 1 of 3, 1:20, about 3 min left 1,200 calls, 1 finding" in text.getvalue()
    assert "\N{BOX DRAWINGS HEAVY HORIZONTAL}" not in text.getvalue()


def seconds_of(*moments):
    """A clock that says these, one after another."""
    return partial(next, iter(moments))


class Listened(io.StringIO):
    """Knows when a line with *word* was written."""

    def __init__(self, word):
        super().__init__()
        self.word, self.heard = word, threading.Event()

    def write(self, text):
        if self.word in text:
            self.heard.set()
        return super().write(text)


def test_a_log_does_not_fall_silent_while_one_step_takes_long():
    text = Listened("done: places.law")
    terminal = Terminal(Console(file=text, width=100), heartbeat_seconds=0.001, clock=lambda: 5.0)

    terminal.layer_started(Layer.LAWS, None)
    terminal.progressed(step="places.law", requests=3, findings=0, seconds_left=12)

    assert text.heard.wait(10)
    terminal.close()
    assert "laws, 0:00, about 12 s left; 3 calls, 0 findings; done: places.law\n" in text.getvalue()


def test_a_log_has_a_line_for_each_tenth_of_a_layer():
    text = io.StringIO()
    terminal = Terminal(Console(file=text, width=100), clock=seconds_of(0, *range(7, 700, 7)))

    terminal.layer_started(Layer.LAWS, 50)
    for number in range(1, 51):
        terminal.progressed(step="places.law", requests=number * 20, findings=number // 30, seconds_left=None)
    terminal.layer_finished(Layer.LAWS, said="50 of 50")

    lines = text.getvalue().splitlines()
    assert [line.partition(",")[0] for line in lines] == [
        *(f"laws {each} of 50" for each in range(5, 50, 5)),
        "laws: 50 of 50",
    ]
    assert lines[0] == "laws 5 of 50, 0:35, about 5 min left; 100 calls, 0 findings"
    assert lines[-2] == "laws 45 of 50, 5:15, about 35 s left; 900 calls, 1 finding"


def test_a_log_has_one_line_of_a_layer_that_is_done_within_a_second():
    text = io.StringIO()
    terminal = Terminal(Console(file=text, width=100), clock=seconds_of(*[0.0] * 60))

    terminal.layer_started(Layer.SPEC, 50)
    for _ in range(50):
        terminal.progressed(step="is valid", requests=0, findings=0, seconds_left=None)
    terminal.layer_finished(Layer.SPEC, said="50 of 50")

    assert text.getvalue() == "spec: 50 of 50\n"


def test_nothing_is_written_after_the_end():
    text = io.StringIO()
    terminal = Terminal(Console(file=text, width=100), heartbeat_seconds=0.001)

    terminal.layer_started(Layer.LAWS, None)
    terminal.close()
    terminal.close()

    assert not [thread for thread in threading.enumerate() if thread.name == "heartbeat"]
    assert "\x1b" not in text.getvalue()


def test_the_summary_says_what_became_of_an_earlier_run():
    became = Comparison(
        base_url="http://old/v1",
        started_at="2026-03-01T10:00:00Z",
        new=("TOY-R01", NASTY),
        gone=("TOY-R03",),
        unknown=("TOY-R04",),
    )

    text = shown(lambda terminal: terminal.summarise(a_result(broken(1), comparison=became)))

    assert "compared with the run of 2026-03-01T10:00:00Z at http://old/v1\n" in text
    assert "  new             2  TOY-R01, 500 \\x1b[2J" in text
    assert "  gone            1  TOY-R03\n" in text
    assert "  not looked at   1  TOY-R04\n" in text
    assert "still there" not in text


def test_the_summary_says_that_nothing_was_found_then_or_now():
    became = Comparison(base_url="http://old/v1", started_at="2026-03-01T10:00:00Z")

    assert "nothing was found then or now" in shown(
        lambda terminal: terminal.summarise(a_result(held(1), comparison=became))
    )
