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


class Stumbling(Machine[ReserveKitScene]):
    @rule()
    def look_for_what_is_not_there(self):
        self.scene.offered()["nothing"]


def test_an_answer_that_no_machine_thought_of_ends_its_batch_and_not_the_run():
    with serving(Shop()) as url:
        found = find_deployment(load_contract("reservekit"), Typed(base_url=url, token=KEYS["main"]))
        with staged(found, seed=1) as stage:
            assert stage is not None
            result = play_batch(replace(stage, kit=replace(stage.kit, machine=Stumbling)), 0)
        found.worlds.close()

    assert result.outcome is Outcome.ERROR
    assert result.why.startswith("KeyError: 'nothing' (at ")
