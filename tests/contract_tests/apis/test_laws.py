"""What the laws find: nothing on a clean sandbox, each bug that was planted in one."""

import random
from contextlib import ExitStack, contextmanager
from functools import cache

import pytest

from benchmarks.in_process import deployment
from benchmarks.mutation.witnesses import read_witnesses
from contract_tests.apis import kit_of
from contract_tests.results import Outcome
from contract_tests.runs import staged
from contract_tests.scenes.sandboxes import ControlPlane
from contract_tests.suites.lifecycle import play_batch
from contract_tests.suites.scripted import play, play_laws
from mockserver.app import API_NAMES
from mockserver.defects.catalogue import curated

KITS = {api: kit for api in API_NAMES if (kit := kit_of(api))}

MOST_BATCHES = 6

IN_THE_GATE = 20
"""Witnesses of each API that are tried with each change; the others at night."""


@contextmanager
def stage_at(api, url, **typed):
    with deployment(api, url, **typed) as found, staged(found, seed=1) as stage:
        yield stage


@pytest.fixture(scope="module")
def clean_stage(clean_sandbox):
    """Where laws are played when nothing is wrong, by the API: one after another, each in a world of its own, as in a run."""
    with ExitStack() as open_:
        yield cache(lambda api: open_.enter_context(stage_at(api, clean_sandbox(api))))


def make_world(api, url, name):
    """The sandbox *name* with the settings that the profile wants, at the time that it is."""
    plane = ControlPlane.find(url)
    assert plane is not None
    plane.create(name, {"settings": plane.profile(api).world.get("settings", {})})
    plane.close()


def said(results):
    return [
        (
            result.name,
            str(result.outcome),
            result.why,
            [(each.rule, each.expected, each.came) for each in result.findings],
        )
        for result in results
    ]


@pytest.mark.parametrize(
    ("api", "law"), [pytest.param(api, law, id=f"{api}-{law.name}") for api in KITS for law in KITS[api].laws]
)
def test_our_sandbox_keeps_a_law_that_judges_what_it_declares(clean_stage, api, law):
    result = play(clean_stage(api), law)

    assert result.outcome is Outcome.PASS, said([result])
    assert {*law.rules} <= {*result.evidence}


@pytest.mark.parametrize("api", KITS)
def test_our_sandbox_lives_as_the_model_says(clean_stage, api):
    result = play_batch(clean_stage(api), 0)

    assert result.outcome is Outcome.PASS, said([result])


@pytest.mark.parametrize(
    "api", ["reservekit", *(pytest.param(api, marks=pytest.mark.nightly) for api in KITS if api != "reservekit")]
)
def test_all_laws_pass_one_after_another_in_one_world_and_leave_nothing(sandbox_server, api):
    with sandbox_server.serving(api) as url:
        make_world(api, url, "shared")
        with stage_at(api, url, sandbox="shared") as stage:
            results = list(play_laws(stage, KITS[api].laws))

    failed = [result for result in results if result.outcome in (Outcome.FAIL, Outcome.ERROR)]
    assert said(failed) == []
    assert [leaked for result in results for leaked in result.leaked] == []
    passed = sum(result.outcome is Outcome.PASS for result in results)
    assert passed > len(results) * 0.6, said(result for result in results if result.outcome is not Outcome.PASS)


def curated_bugs():
    return [(api, name) for api in KITS for name in curated(api)]


def witnesses():
    """Of each API every rule that has a witness, with it."""
    return [(api, rule, name) for api in KITS for rule, name in read_witnesses(api).items()]


def in_the_gate():
    """Some witnesses of each API, the same until others are found."""
    of = {api: [each for each in witnesses() if each[0] == api] for api in KITS}
    return [each for api, all_ in of.items() for each in random.Random(api).sample(all_, min(IN_THE_GATE, len(all_)))]


@pytest.mark.parametrize(("api", "name"), curated_bugs())
def test_a_curated_bug_is_noticed_by_a_test_of_its_own_rule(sandbox_server, api, name):
    shown_by_its_rule(sandbox_server, api, name, curated(api)[name].rule)


@pytest.mark.parametrize(("api", "rule", "name"), in_the_gate())
def test_a_made_bug_is_noticed_by_a_test_of_the_rule_that_it_is_the_witness_of(sandbox_server, api, rule, name):
    shown_by_its_rule(sandbox_server, api, name, rule)


@pytest.mark.nightly
@pytest.mark.parametrize(("api", "rule", "name"), witnesses())
def test_every_rule_has_its_witness(sandbox_server, api, rule, name):
    shown_by_its_rule(sandbox_server, api, name, rule)


def shown_by_its_rule(sandbox_server, api, name, rule):
    """A test that declares the rule says that it is broken."""
    kit = KITS[api]

    with sandbox_server.serving(api, name) as url, stage_at(api, url) as stage:
        results = [play(stage, law) for law in kit.laws if rule in law.rules]
        if rule in kit.machine.RULES and not says_broken(results, rule):
            results += [play_batch(stage, number, shrink=False) for number in range(MOST_BATCHES)]

    assert says_broken(results, rule), said(results)


def says_broken(results, rule):
    return any(finding.rule == rule for result in results for finding in result.findings)
