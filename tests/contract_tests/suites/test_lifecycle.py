"""What becomes of a batch of lives that meets what nobody thought of: it is a result, and the run goes on."""

from dataclasses import replace

import pytest
from hypothesis.stateful import rule
from independent_reservekit import KEYS, Shop, serving

from contract_tests.apis.reservekit.scene import ReserveKitScene
from contract_tests.contracts import load_contract
from contract_tests.deployments import Typed, find_deployment
from contract_tests.results import Outcome
from contract_tests.runs import staged
from contract_tests.scenes.machines import Machine
from contract_tests.suites.lifecycle import play_batch


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


def played(machine):
    with serving(Shop()) as url:
        found = find_deployment(load_contract("reservekit"), Typed(base_url=url, token=KEYS["main"]))
        with staged(found, seed=1) as stage:
            assert stage is not None
            result = play_batch(replace(stage, kit=replace(stage.kit, machine=machine)), 0)
        found.worlds.close()
    return result


def test_an_answer_of_another_form_than_a_life_reads_is_a_finding():
    result = played(Reading)

    (finding,) = result.findings
    assert (result.outcome, finding.rule, finding.steps[-1].title) == (Outcome.FAIL, "RK-S01", "make a service")
    assert finding.expected.endswith("self.scene.offered()[\"nothing\"] (KeyError: 'nothing')")


def test_what_is_wrong_in_a_machine_ends_its_batch_and_not_the_run():
    result = played(Erring)

    assert (result.outcome, result.findings) == (Outcome.ERROR, ())
    assert result.why.startswith("AttributeError: 'ReserveKitScene' object has no attribute 'nothing' (at ")
