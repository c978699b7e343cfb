"""What becomes of a batch of lives that meets what nobody thought of: it is a result, and the run goes on."""

from dataclasses import replace

import pytest
from hypothesis import strategies as st
from hypothesis.internal.conjecture import engine
from hypothesis.stateful import rule
from independent_reservekit import KEYS, Shop, serving

from contract_tests.apis.reservekit.scene import ReserveKitScene
from contract_tests.contracts import load_contract
from contract_tests.deployments import Typed, find_deployment
from contract_tests.profiles import Lacking
from contract_tests.results import Outcome
from contract_tests.runs import staged
from contract_tests.scenes.machines import Machine
from contract_tests.suites.lifecycle import SCENARIOS, play_batch


@pytest.fixture(autouse=True)
def toy_contracts():
    """Here it is about a real one."""


class Reading(Machine[ReserveKitScene]):
    RULES = ("RK-B01",)

    @rule()
    def look_for_what_is_not_there(self):
        self.scene.offered()["nothing"]


class Erring(Machine[ReserveKitScene]):
    @rule()
    def do_what_no_scene_does(self):
        self.scene.nothing()  # type: ignore[attr-defined]  # what goes wrong


class Poor(Machine[ReserveKitScene]):
    def __init__(self):
        super().__init__()
        self.scene.offered()
        self.scene.take_turn()
        raise Lacking("there is no more of it")

    @rule()
    def live(self):
        self.scene.call("getHealth")


def played(machine, **options):
    with serving(Shop()) as url:
        found = find_deployment(load_contract("reservekit"), Typed(base_url=url, token=KEYS["main"]))
        with staged(found, seed=1) as stage:
            assert stage is not None
            result = play_batch(replace(stage, kit=replace(stage.kit, machine=machine)), 0, **options)
        found.worlds.close()
    return result


def test_an_answer_of_another_form_than_a_life_reads_is_a_finding():
    result = played(Reading)

    (finding,) = result.findings
    assert (result.outcome, finding.rule, finding.steps[-1].title) == (Outcome.FAIL, "RK-S01", "make a service")
    assert finding.expected.endswith("self.scene.offered()[\"nothing\"] (KeyError: 'nothing')")


def test_what_was_made_for_a_life_that_lacks_something_is_taken_back_with_its_turn():
    scenes = []

    class Noting(Poor):
        def __init__(self):
            try:
                super().__init__()
            finally:
                scenes.append(self.scene)

    result = played(Noting)

    assert (result.outcome, result.why, result.leaked) == (Outcome.SKIP, "there is no more of it", ())
    assert scenes
    assert all(each.is_leaving for each in scenes)
    assert scenes[-1].take_turn()
    scenes[-1].end_turn()


def test_what_is_wrong_in_a_machine_ends_its_batch_and_not_the_run():
    result = played(Erring)

    assert (result.outcome, result.findings) == (Outcome.ERROR, ())
    assert result.why.startswith("AttributeError: 'ReserveKitScene' object has no attribute 'nothing' (at ")


class Longing(Machine[ReserveKitScene]):
    """Fails by much, so that there is much to look for."""

    RULES = ("RK-B01",)
    lives = 0

    def __init__(self):
        Longing.lives += 1
        super().__init__()
        self.numbers = []

    @rule(number=st.integers(0, 10**9))
    def add(self, number):
        self.numbers.append(number)
        self.scene.expect("RK-B01", sum(self.numbers) < 10**9, "a small sum", self.numbers)


def lives_until_told(**options):
    Longing.lives = 0
    result = played(Longing, **options)
    assert [finding.rule for finding in result.findings] == ["RK-B01"]
    return Longing.lives


def test_the_search_for_fewer_steps_ends_with_the_time_of_the_run(capsys):
    usual = engine.MAX_SHRINKING_SECONDS

    assert lives_until_told(shrink=False) <= lives_until_told(seconds_left=lambda: 0.0) < 10
    assert lives_until_told(seconds_left=lambda: None) > 20
    assert usual == engine.MAX_SHRINKING_SECONDS
    assert capsys.readouterr() == ("", "")


class Twice(Machine[ReserveKitScene]):
    """Breaks one rule by what it does first, and another by what it does then."""

    RULES = ("RK-B01", "RK-B02")
    lives = 0

    def __init__(self):
        Twice.lives += 1
        super().__init__()

    @rule(is_other=st.booleans())
    def act(self, is_other):
        self.scene.expect("RK-B02" if is_other else "RK-B01", False, "that it holds", "nothing")


def test_a_life_ends_where_it_meets_what_a_law_has_found():
    (finding,) = played(Twice, known_broken=["RK-B01"]).findings

    assert finding.rule == "RK-B02"
    assert finding.replay == "reservekit/lifecycle.batch_0:RK-B01/1"


def test_a_batch_that_meets_nothing_else_holds():
    Twice.lives = 0
    result = played(Twice, known_broken=["RK-B01", "RK-B02"])

    assert (result.outcome, result.findings) == (Outcome.PASS, ())
    assert Twice.lives <= SCENARIOS + 1
