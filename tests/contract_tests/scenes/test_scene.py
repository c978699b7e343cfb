"""What a scene says of what it expected."""

from typing import Any

import pytest

from contract_tests.apis.reservekit import KIT
from contract_tests.contracts import load_contract
from contract_tests.profiles import Profile
from contract_tests.scenes.answers import Broken
from contract_tests.scenes.scene import Setting
from contract_tests.scenes.worlds import World


@pytest.fixture(autouse=True)
def toy_contracts():
    """Here it is about the real ones."""


@pytest.fixture
def scene():
    nobody: Any = None  # nothing is sent
    setting = Setting(contract=load_contract("reservekit"), profile=Profile(api="reservekit"), sender=nobody, seed=1)
    return KIT.scene(setting, World("", "http://host", None, is_own=False), "a.law")


@pytest.mark.parametrize(
    ("wanted", "got", "said"),
    [
        ("Jürgen", "Jurgen", ('the name is "Jürgen"', '"Jurgen"')),
        ("Ju\u0308rgen", "J\u00fcrgen", ('the name is "Ju\\u0308rgen"', '"J\\u00fcrgen"')),
    ],
)
def test_texts_that_would_look_the_same_are_told_apart(scene, wanted, got, said):
    with pytest.raises(Broken) as broken:
        scene.same("RK-V01", got, wanted, "the name")

    assert (broken.value.expected, broken.value.got) == said
