"""What is held against a server after a crash; and that ours stands a few."""

import sys

import pytest

from benchmarks.attacks.chaos import MODES, play
from benchmarks.attacks.history import Attempt, Kept, judge

PLACES = {"monday": 2}
MADE = Attempt("a", {"1"})
THERE = Kept("a", "1", "monday")


def test_what_was_made_and_is_there_is_right():
    verdict = judge([MADE, Attempt("b"), Attempt("c", refused=True)], [THERE], PLACES)

    assert verdict.wrong == []
    assert (verdict.acknowledged, verdict.unknown) == (1, 1)


@pytest.mark.parametrize(
    ("attempts", "kept"),
    [
        ([Attempt("a")], [THERE]),
        ([Attempt("a", {"1"}, ended=True)], [Kept("a", "1")]),
        ([Attempt("a", {"1"}, may_have_ended=True)], [Kept("a", "1")]),
        ([Attempt("a", {"1"}, may_have_ended=True)], [THERE]),
        ([MADE, Attempt("b", {"2"})], [THERE, Kept("b", "2", "monday")]),
    ],
)
def test_what_nobody_was_told_of_may_be_or_not(attempts, kept):
    assert judge(attempts, kept, PLACES).wrong == []


@pytest.mark.parametrize(
    ("attempts", "kept", "wrong"),
    [
        ([MADE], [], "a was made, and is not there"),
        ([MADE], [Kept("a", "2", "monday")], "a was made, and is not there"),
        ([MADE], [Kept("a", "1")], "a was not cancelled, and takes no place"),
        ([Attempt("a", {"1"}, ended=True)], [THERE], "a was cancelled, and takes a place"),
        ([MADE], [THERE, Kept("a", "2")], "a was made 2 times"),
        ([Attempt("a")], [THERE, Kept("a", "2")], "a was made 2 times"),
        ([Attempt("a", {"1", "2"})], [THERE], "a was made 2 times"),
        ([Attempt("a", refused=True)], [THERE], "a was refused, and is there"),
        ([], [THERE], "a is there, and nobody wanted it"),
        (
            [Attempt(mark) for mark in "abc"],
            [Kept(mark, mark, "monday") for mark in "abc"],
            "monday has 3 of 2",
        ),
    ],
)
def test_what_is_wrong_is_told(attempts, kept, wrong):
    assert judge(attempts, kept, PLACES).wrong == [wrong]


@pytest.mark.skipif(sys.platform != "linux", reason="processes are read from /proc")
@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.name)
def test_a_server_that_is_struck_loses_nothing_that_it_acknowledged(mode):
    # Webhooks of who was killed while it sent them wait for half a minute; `make chaos` does so too.
    outcome = play(mode, 2, "gate", patience=0)

    assert outcome.verdict.wrong == []
    assert outcome.untold == 0
    assert outcome.strikes == 2
    assert outcome.verdict.acknowledged > 20
    assert (outcome.refused > 0) == (mode.name == "full disk")
