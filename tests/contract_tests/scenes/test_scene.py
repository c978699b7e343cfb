"""What a scene says of what it expected."""

from types import SimpleNamespace
from typing import Any

import pytest

from contract_tests.apis.reservekit import KIT
from contract_tests.contracts import load_contract
from contract_tests.profiles import NotApplicable, Profile
from contract_tests.scenes.answers import Broken
from contract_tests.scenes.guards import Trespass
from contract_tests.scenes.leftovers import Thing
from contract_tests.scenes.scene import Leases, Setting
from contract_tests.scenes.sending import Silence
from contract_tests.scenes.worlds import World


@pytest.fixture(autouse=True)
def toy_contracts():
    """Here it is about the real ones."""


def scene_of(name, run="", *, is_own=False):
    nobody: Any = None  # nothing is sent
    setting = Setting(
        contract=load_contract("reservekit"),
        profile=Profile(api="reservekit"),
        sender=nobody,
        seed=1,
        leases=Leases(run),
    )
    return KIT.scene(setting, World("", "http://host", None, is_own=is_own), name)


@pytest.fixture
def scene():
    return scene_of("a.law")


def test_in_a_world_of_its_own_a_test_makes_up_the_same_words_again_and_other_words_than_another():
    words = [scene_of(*each, is_own=True).word() for each in (("a.law", "one"), ("a.law", "two"), ("another", "one"))]

    assert words[0] == words[1] != words[2]


def test_in_a_world_that_others_use_no_run_makes_up_the_words_of_another():
    words = [scene_of("a.law", run).word() for run in ("one", "two")]

    assert words[0] != words[1]


def test_of_so_many_places_each_run_has_each_once_in_an_order_of_its_own():
    runs = [Leases("one"), Leases("two")]

    orders = [[leases.next("day", of=20) for _ in range(40)] for leases in runs]

    assert [sorted(order[:20]) for order in orders] == [[*range(20)]] * 2
    assert [order[20:] for order in orders] == [order[:20] for order in orders]  # round again
    assert orders[0] != orders[1]


def test_in_a_world_of_its_own_a_test_looks_at_places_in_their_order(scene):
    own = scene_of("a.law", "one", is_own=True)

    assert [*own.numbers("day", of=4)] == [0, 1, 2, 3]


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


def test_where_others_are_a_race_that_nobody_of_the_run_wins_says_nothing(scene):
    refused: list[Any] = [SimpleNamespace(is_success=False, is_refusal=True, status=409)] * 2

    with pytest.raises(NotApplicable, match="somebody else"):
        scene.one_wins("RK-B21", refused, 409)
    assert not scene.evidence
    with pytest.raises(Broken, match="0 of 2"):
        scene_of("a.law", is_own=True).one_wins("RK-B21", refused, 409)


def test_who_is_silent_when_a_test_takes_something_back_hides_nothing_that_it_found(scene, monkeypatch):
    def undo(_scene, value, _by):
        raise Silence(f"no answer about {value}")

    monkeypatch.setattr(type(scene), "UNDO", {"serviceID": undo})
    scene._made = [Thing("serviceID", 7, "main", "POST /x"), Thing("serviceID", 8, "main", "POST /x")]

    with pytest.raises(Broken, match="RK-S01"), scene:
        scene.expect("RK-S01", False, "a service", "none")

    assert scene.leaked == ["serviceID 8 of POST /x (no answer about 8)", "serviceID 7 of POST /x (no answer about 7)"]


def test_what_nobody_can_take_back_is_listed_and_what_has_no_id_is_told(scene, monkeypatch):
    monkeypatch.setattr(type(scene), "UNDO", {"serviceID": lambda *_: None})
    monkeypatch.setattr(type(scene), "STAYS", {"serviceID": "services", "customer": "customers"})
    scene._made = [
        Thing("serviceID", 7, "main", "POST /x"),
        Thing("serviceID", 0, "main", "POST /x"),
        Thing("customer", "a", "main", "POST /x"),
    ]

    scene.clean_up()

    assert scene.leaked == ["a serviceID of which no answer told the id"]
    said = [(what, thing.value, thing.operation) for what, thing in scene._stays]
    assert said == [("services", 7, "POST /x"), ("services", 0, "POST /x"), ("customers", "a", "POST /x")]


@pytest.mark.parametrize("path", ["@elsewhere.example/v1", ".elsewhere.example", ":80"])
def test_a_path_that_an_answer_names_leads_to_no_other_host(scene, path):
    with pytest.raises(Trespass, match="is no path below http://host"):
        scene.send("GET", path)
