"""What others do meanwhile in a shared world is nobody's fault."""

from types import SimpleNamespace
from typing import Any

import pytest

from contract_tests.apis.reservekit.scene import ReserveKitScene
from contract_tests.contracts import load_contract
from contract_tests.profiles import NotApplicable, Profile
from contract_tests.scenes.scene import Setting
from contract_tests.scenes.worlds import World


def a_scene(*, is_own=False):
    nobody: Any = None  # nothing is sent
    setting = Setting(contract=load_contract("reservekit"), profile=Profile(api="reservekit"), sender=nobody, seed=1)
    return ReserveKitScene(setting, World("", "http://host", None, is_own=is_own), "a.law")


def asking(*bodies):
    """Answers these, one after another."""
    left = iter(bodies)
    return lambda: SimpleNamespace(json=next(left))


def test_what_stays_is_looked_at_once():
    seen = iter(["first look"])

    answer, look = a_scene().steady(asking(1, 1), lambda: next(seen))

    assert (answer.json, look) == (1, "first look")


def test_what_changed_meanwhile_is_looked_at_again():
    seen = iter(["first look", "second look"])

    answer, look = a_scene().steady(asking(1, 2, 2, 2), lambda: next(seen))

    assert (answer.json, look) == (2, "second look")


def test_what_never_stays_is_not_judged():
    with pytest.raises(NotApplicable, match="others change meanwhile"):
        a_scene().steady(asking(*range(100)), lambda: None)


def test_in_a_world_of_ones_own_nobody_else_is_asked_about():
    answer, look = a_scene(is_own=True).steady(asking(1), lambda: "look")

    assert (answer.json, look) == (1, "look")
