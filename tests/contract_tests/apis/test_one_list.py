"""Rules, laws and bugs are one list: what one of them names, the others have."""

from collections import Counter

import pytest

from benchmarks.mutation.witnesses import read_sought, read_witnesses
from contract_tests.apis import kit_of
from contract_tests.contracts import load_contract
from mockserver.app import API_NAMES, load_api
from mockserver.defects.catalogue import curated, find

KITS = {api: kit for api in API_NAMES if (kit := kit_of(api))}

pytestmark = pytest.mark.parametrize("api", KITS)


def judged(api):
    return {rule for law in KITS[api].laws for rule in law.rules} | {*KITS[api].machine.RULES}


def rules(api):
    return {rule.id: rule for rule in load_contract(api).rules}


def test_every_rule_has_a_test_or_the_reason_why_it_cannot_have_one(api):
    untold = {name for name, rule in rules(api).items() if not rule.not_tested} - judged(api)

    assert not untold


def test_every_test_is_about_rules_that_are_written(api):
    assert judged(api) <= set(rules(api))


def test_what_cannot_be_tested_is_not_tested(api):
    assert not {name for name, rule in rules(api).items() if rule.not_tested} & judged(api)


def test_every_tested_rule_has_a_bug_that_shows_whether_it_is_tested(api):
    """One written by hand, or a made one that is its witness; `make witnesses` looks for those, and says which it still seeks."""
    tested = {name for name, rule in rules(api).items() if not rule.not_tested}

    assert tested - {bug.rule for bug in curated(api).values()} - {*read_witnesses(api)} == {*read_sought(api)}


def test_every_curated_bug_breaks_a_tested_rule(api):
    assert {bug.rule for bug in curated(api).values()} <= judged(api)


def test_every_witness_is_a_bug_that_operators_make_and_stands_for_a_tested_rule(api):
    """A name that is gone: its expression was changed. `make witnesses` finds another."""
    witnesses, loaded = read_witnesses(api), load_api(api, prefix="")

    assert {*witnesses} <= judged(api)
    assert [name for name in witnesses.values() if find(loaded, name) is None] == []


def test_no_two_tests_have_one_name(api):
    assert [name for name, times in Counter(law.name for law in KITS[api].laws).items() if times > 1] == []


def test_every_test_is_about_something(api):
    assert all(law.rules for law in KITS[api].laws)


def test_every_move_of_a_state_chart_has_a_rule_that_is_tested(api):
    charts = KITS[api].state_charts

    assert charts
    for chart in charts:
        for move in chart.moves:
            assert {move.source, move.target} <= set(chart.states)
            assert move.rule in rules(api)
