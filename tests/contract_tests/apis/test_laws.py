"""What the laws find: nothing on a clean sandbox, each bug that was planted in one."""

from contextlib import contextmanager

import pytest
from defective import deployment

from contract_tests.apis import kit_of
from contract_tests.contracts import load_contract
from contract_tests.results import Outcome
from contract_tests.runs import staged
from contract_tests.scenes.sandboxes import ControlPlane
from contract_tests.suites.lifecycle import play_batch
from contract_tests.suites.scripted import play, play_laws
from mockserver.app import API_NAMES
from mockserver.defects.catalogue import defects_of

KITS = [api for api in API_NAMES if kit_of(api)]

MOST_BATCHES = 3


@contextmanager
def stage_at(api, url, **typed):
    with deployment(api, url, **typed) as found, staged(found, seed=1) as stage:
        yield stage


def make_world(api, url, name):
    """The sandbox *name* with the settings that the profile wants, at the time that it is."""
    plane = ControlPlane.find(url)
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


@pytest.mark.parametrize("api", KITS)
def test_a_clean_sandbox_passes_and_every_law_judges_what_it_declares(sandbox_server, api):
    with sandbox_server.serving(api) as url, stage_at(api, url) as stage:
        results = [*play_laws(stage, kit_of(api).laws), play_batch(stage, 0)]

    assert said(result for result in results if result.outcome is not Outcome.PASS) == []
    assert [
        (each.name, {*each.rules} - {*each.evidence}) for each in results[:-1] if {*each.rules} - {*each.evidence}
    ] == []


@pytest.mark.parametrize("api", KITS)
def test_all_laws_pass_one_after_another_in_one_world_and_leave_nothing(sandbox_server, api):
    with sandbox_server.serving(api) as url:
        make_world(api, url, "shared")
        with stage_at(api, url, sandbox="shared") as stage:
            results = list(play_laws(stage, kit_of(api).laws))

    failed = [result for result in results if result.outcome in (Outcome.FAIL, Outcome.ERROR)]
    assert said(failed) == []
    assert [leaked for result in results for leaked in result.leaked] == []
    passed = sum(result.outcome is Outcome.PASS for result in results)
    assert passed > len(results) * 0.6, said(result for result in results if result.outcome is not Outcome.PASS)


@pytest.mark.parametrize(("api", "name"), [(api, name) for api in KITS for name in defects_of(api)])
def test_a_defect_is_noticed_by_a_test_of_its_own_rule(sandbox_server, api, name):
    rule = defects_of(api)[name].rule
    kit = kit_of(api)

    with sandbox_server.serving(api, name) as url, stage_at(api, url) as stage:
        results = [play(stage, law) for law in kit.laws if rule in law.rules]
        if rule in kit.machine.RULES and not any(result.findings for result in results):
            results += [play_batch(stage, number) for number in range(MOST_BATCHES)]

    assert any(result.findings for result in results), said(results)
    assert load_contract(api).rule(rule)
