"""How the tests of a run are played: which at once, and which never beside another."""

import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest
from hypothesis.errors import FlakyStrategyDefinition

from benchmarks.in_process import SandboxServer, deployment
from benchmarks.latency import far_away
from contract_tests import runs
from contract_tests.known import KnownFailures
from contract_tests.laws.law import Law, Layer
from contract_tests.results import Outcome, TestResult
from contract_tests.runs import run
from contract_tests.scenes.worlds import ForkedWorlds
from contract_tests.suites.plans import JOBS_FAR_AWAY, Mode, Plan

WAITED_SECONDS = 10


@pytest.fixture(autouse=True)
def toy_contracts():
    """Here it is about a real one."""


@pytest.fixture(scope="module")
def url():
    server = SandboxServer()
    with server.serving("reservekit") as url:
        yield url
    server.stop()


class Silent:
    """A watcher who is not interested."""

    def __getattr__(self, _):
        return lambda *_, **__: None


def played(url, *laws, layer=Layer.LAWS, sandbox=None, watcher=None, before=(), **plan):
    """A run of these laws, after those *before* in the first layer, and nothing else, two at once."""
    plays = [*((Layer.LAWS, each) for each in before), *((layer, each) for each in laws)]
    with deployment("reservekit", url, sandbox=sandbox) as found:
        assert found.kit is not None
        kit = replace(
            found.kit,
            laws=[Law(f"theme.{law.__name__}", ("RK-B01",), layer, law) for layer, law in plays],
        )
        wanted = Plan(**{"layers": frozenset({Layer.LAWS, Layer.BURSTS}), "jobs": 2, **plan})
        return run(replace(found, kit=kit), wanted, KnownFailures((), date.min), watcher or Silent())


@contextmanager
def alone(lock):
    assert lock.acquire(blocking=False), "another is played at the same time"
    try:
        yield
    finally:
        lock.release()


def test_laws_with_worlds_of_their_own_are_played_at_once_and_told_in_their_order(url):
    meeting, second_is_done = threading.Barrier(2), threading.Event()

    def first(scene):
        meeting.wait(WAITED_SECONDS)
        assert second_is_done.wait(WAITED_SECONDS)
        scene.offered()

    def second(scene):
        meeting.wait(WAITED_SECONDS)
        scene.call("getHealth")
        second_is_done.set()

    result = played(url, first, second)

    assert [(each.name, each.outcome, each.calls) for each in result.tests] == [
        ("theme.first", Outcome.PASS, 1),
        ("theme.second", Outcome.PASS, 1),
    ]


def test_bursts_are_played_one_after_another(url):
    lock = threading.Lock()

    def first(scene):
        with alone(lock):
            scene.offered()

    def second(scene):
        with alone(lock):
            scene.offered()

    result = played(url, first, second, layer=Layer.BURSTS)

    assert [each.outcome for each in result.tests] == [Outcome.PASS] * 2


def test_bursts_at_a_target_far_away_are_played_at_once(url):
    meeting = threading.Barrier(2)

    def asking(scene):
        scene.call("getHealth")

    def first(scene):
        meeting.wait(WAITED_SECONDS)
        scene.offered()

    def second(scene):
        meeting.wait(WAITED_SECONDS)
        scene.offered()

    with far_away(url, 0.05) as further:
        result = played(further, first, second, layer=Layer.BURSTS, before=[asking])

    assert [each.outcome for each in result.tests] == [Outcome.PASS] * 3


def test_lives_at_a_target_far_away_begin_while_bursts_are_played_and_are_told_after_them(url, monkeypatch):
    have_begun = threading.Event()
    meeting = threading.Barrier(2, action=have_begun.set)

    def life(_, number, **__):
        meeting.wait(WAITED_SECONDS)
        return TestResult(
            name=f"life {number}", sentence="", layer=Layer.LIFECYCLE, rules=("RK-L01",), outcome=Outcome.PASS
        )

    def asking(scene):
        scene.call("getHealth")

    def burst(scene):
        assert have_begun.wait(WAITED_SECONDS)
        scene.offered()

    monkeypatch.setattr(runs, "play_batch", life)

    with far_away(url, 0.05) as further:
        layers = frozenset({Layer.LAWS, Layer.BURSTS, Layer.LIFECYCLE})
        result = played(further, burst, layer=Layer.BURSTS, before=[asking], layers=layers, batches=2)

    told = [(each.name, each.outcome) for each in result.tests]
    assert told == [(name, Outcome.PASS) for name in ("theme.asking", "theme.burst", "life 0", "life 1")]


def test_of_a_target_far_away_more_laws_are_played_at_once_unless_another_number_is_said(url):
    meeting = threading.Barrier(JOBS_FAR_AWAY)

    def first(scene):
        scene.call("getHealth")

    def one_of_many(scene):
        meeting.wait(WAITED_SECONDS)
        scene.offered()

    with far_away(url, 0.05) as further:
        result = played(further, first, *[one_of_many] * JOBS_FAR_AWAY, jobs=None)

    assert {each.outcome for each in result.tests} == {Outcome.PASS}


def test_in_a_shared_world_who_has_to_be_alone_is_played_again_when_the_others_are_done(url):
    meeting, lock, came = threading.Barrier(2), threading.Lock(), []

    def changing(scene):
        scene.offered()
        came.append("changing")
        if came == ["changing"]:
            meeting.wait(WAITED_SECONDS)
        scene.be_alone()
        with alone(lock):
            scene.call("getHealth").ok("RK-B01")

    def other(scene):
        meeting.wait(WAITED_SECONDS)
        with alone(lock):
            scene.offered()
        came.append("other")

    result = played(url, changing, other, sandbox="shared")

    assert came == ["changing", "other", "changing"]
    assert [(each.name, each.outcome, each.evidence.get("RK-B01")) for each in result.tests] == [
        ("theme.other", Outcome.PASS, None),
        ("theme.changing", Outcome.PASS, 1),
    ]
    assert result.leaked == ()


@pytest.mark.parametrize(
    ("sandbox", "times", "outcome"), [("shared", 2, Outcome.PASS), (None, 1, Outcome.FAIL)], ids=["shared", "own"]
)
def test_in_a_shared_world_what_is_told_of_a_test_is_what_comes_of_it_alone(url, sandbox, times, outcome):
    meeting, plays = threading.Barrier(2), []

    def disturbed(scene):
        plays.append("disturbed")
        if plays.count("disturbed") == 1:
            meeting.wait(WAITED_SECONDS)
            scene.call("getHealth").refused("RK-B01", 400)
        scene.call("getHealth").ok("RK-B01")

    def broken(scene):
        plays.append("broken")
        if plays.count("broken") == 1:
            meeting.wait(WAITED_SECONDS)
        scene.call("getHealth").refused("RK-B01", 400)

    result = played(url, disturbed, broken, sandbox=sandbox)

    assert {each.name: each.outcome for each in result.tests} == {
        "theme.disturbed": outcome,
        "theme.broken": Outcome.FAIL,
    }
    assert [plays.count(each) for each in ("disturbed", "broken")] == [times, 4 if sandbox else 1]


def test_what_fails_in_a_shared_world_and_not_again_is_not_tested(url):
    plays = []

    def once(scene):
        plays.append("once")
        answer = scene.call("getHealth").ok("RK-B01")
        scene.same("RK-B01", len(plays), 2, "the number of plays", answer)

    result = played(url, once, sandbox="shared", jobs=1)

    assert [(each.outcome, each.doubted, each.findings) for each in result.tests] == [(Outcome.SKIP, "RK-B01", ())]
    assert "the number of plays is 2, got 1" in result.tests[0].why


def test_a_race_that_is_lost_once_is_told_wherever_it_was(url):
    def racing(scene):
        answers = scene.together(*[lambda: scene.call("getHealth")] * 2)
        scene.one_wins("RK-B01", answers)

    result = played(url, racing, sandbox="shared", jobs=1, layer=Layer.BURSTS)

    assert [(each.outcome, each.bursts) for each in result.tests] == [(Outcome.FAIL, 1)]


@pytest.mark.parametrize(
    ("sandbox", "times", "outcome"), [("shared", 3, Outcome.SKIP), (None, 1, Outcome.ERROR)], ids=["shared", "own"]
)
def test_lives_that_cannot_be_lived_again_are_not_tested_where_others_may_be(url, sandbox, times, outcome):
    plays = []

    def unsteady(scene):
        plays.append("unsteady")
        raise FlakyStrategyDefinition("Inconsistent data generation")

    result = played(url, unsteady, sandbox=sandbox, jobs=1)

    assert ([each.outcome for each in result.tests], len(plays)) == ([outcome], times)


def test_what_fails_beside_others_in_a_shared_world_does_not_end_a_run_yet(url):
    meeting, plays = threading.Barrier(2), []

    def disturbed(scene):
        plays.append("disturbed")
        if plays.count("disturbed") == 1:
            meeting.wait(WAITED_SECONDS)
            scene.call("getHealth").refused("RK-B01", 400)

    def other(scene):
        meeting.wait(WAITED_SECONDS)

    def late(scene):
        scene.call("getHealth").ok("RK-B01")

    result = played(url, disturbed, other, late, sandbox="shared", fail_fast=True)

    assert {each.outcome for each in result.tests} == {Outcome.PASS}


def test_in_a_world_of_its_own_everybody_is_alone(url):
    def changing(scene):
        scene.be_alone()
        scene.offered()

    result = played(url, changing, changing)

    assert [each.calls for each in result.tests] == [1, 1]


def conforming(url, watcher):
    """A run of conformance alone, by three workers."""
    plan = Plan(mode=Mode.FULL, layers=frozenset({Layer.CONFORMANCE}), workers=3, max_examples=6)
    with deployment("reservekit", url) as found:
        return run(found, plan, KnownFailures((), date.min), watcher)


class Along(Silent):
    """Notes where sequences along links are, and does something there."""

    def __init__(self, act=lambda: None):
        self.steps = []
        self._act = act

    def progressed(self, *, step, **_):
        if step.startswith("stateful"):
            self.steps.append(step)
            self._act()


def test_sequences_along_links_are_played_at_once_each_in_a_world_of_its_own(url, monkeypatch):
    opened, watcher, usual = set(), Along(), ForkedWorlds.open

    def noted(worlds):
        world = usual(worlds)
        opened.add(world.base_url)
        return world

    monkeypatch.setattr(ForkedWorlds, "open", noted)

    result = conforming(url, watcher)

    assert [finding.check for finding in result.findings] == []
    assert len(watcher.steps) >= 3
    assert len(opened) == 3


def test_an_interrupt_ends_all_sequences_that_are_played_at_once(url):
    def interrupt():
        raise KeyboardInterrupt

    watcher = Along(interrupt)

    assert conforming(url, watcher).was_interrupted
    assert len(watcher.steps) == 1


def test_when_enough_was_found_what_has_begun_is_ended_and_nothing_else_begins(url):
    meeting, first_is_over = threading.Barrier(2), threading.Event()

    def breaking(scene):
        meeting.wait(WAITED_SECONDS)
        scene.call("getHealth").refused("RK-B01", 400)

    def begun(scene):
        meeting.wait(WAITED_SECONDS)
        assert first_is_over.wait(WAITED_SECONDS)
        scene.call("getHealth").ok("RK-B01")

    def late(scene):
        raise AssertionError("nothing new begins")

    class Watching(Silent):
        def found(self, *_):
            first_is_over.set()

    result = played(url, breaking, begun, late, watcher=Watching(), fail_fast=True)

    assert [each.outcome for each in result.tests] == [Outcome.FAIL, Outcome.PASS, Outcome.SKIP]
    assert result.unreached == ("1 of 3 laws",)
