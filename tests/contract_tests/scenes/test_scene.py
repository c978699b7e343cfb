"""What a scene says of what it expected."""

from typing import Any

import pytest

from contract_tests.apis.reservekit import KIT
from contract_tests.contracts import load_contract
from contract_tests.profiles import Profile
from contract_tests.scenes.answers import Broken
from contract_tests.scenes.guards import Trespass
from contract_tests.scenes.scene import Setting
from contract_tests.scenes.sending import Silence
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


def test_who_is_silent_when_a_test_takes_something_back_hides_nothing_that_it_found(scene, monkeypatch):
    def undo(_scene, value, _by):
        raise Silence(f"no answer about {value}")

    monkeypatch.setattr(type(scene), "UNDO", {"serviceID": undo})
    scene._made = [("serviceID", 7, "main"), ("serviceID", 8, "main")]

    with pytest.raises(Broken, match="RK-S01"), scene:
        scene.expect("RK-S01", False, "a service", "none")

    assert scene.leaked == ["serviceID 8 (no answer about 8)", "serviceID 7 (no answer about 7)"]


@pytest.mark.parametrize("path", ["@elsewhere.example/v1", ".elsewhere.example", ":80"])
def test_a_path_that_an_answer_names_leads_to_no_other_host(scene, path):
    with pytest.raises(Trespass, match="is no path below http://host"):
        scene.send("GET", path)
