"""Of each stated rule a law judges it before anything that only we read so: who reads that otherwise is judged all the same."""

from collections import defaultdict

import pytest

from benchmarks.in_process import deployment
from contract_tests.contracts import load_contract
from contract_tests.laws.law import Layer
from contract_tests.runs import staged
from contract_tests.scenes.scene import Scene
from contract_tests.suites.lifecycle import play_batch
from contract_tests.suites.scripted import play
from doublebook_data.views import View
from mockserver.defects.catalogue import curated

LEANING: dict[str, dict[tuple[str, ...], list[str]]] = {
    "reservekit": {
        ("RK-E05", "RK-L12"): ["RK-E03", "RK-E04"],
        ("RK-L12",): ["RK-E02"],
        ("RK-P09",): ["RK-P02"],
    },
    "appointments": {
        ("AP-D08",): ["AP-D05"],
        ("AP-M12",): [
            "AP-C09",
            "AP-J01",
            "AP-J03",
            "AP-J09",
            "AP-J11",
            "AP-J12",
            "AP-J14",
            "AP-G03",
            "AP-G04",
            "AP-G05",
            "AP-G07",
            "AP-G09",
            "AP-X05",
            "AP-X08",
            "AP-X09",
            "AP-X10",
            "AP-S11",
            "AP-D01",
            "AP-D06",
            "AP-D07",
            "AP-U14",
            "AP-K05",
            "AP-K06",
            "AP-P02",
            "AP-N01",
            "AP-N07",
            "AP-N08",
        ],
    },
    "bardge": {
        ("BG-B21",): ["BG-F04", "BG-S21"],
        ("BG-B21", "BG-N43"): ["BG-F11"],
        ("BG-C08",): ["BG-F05"],
        ("BG-C08", "BG-C20"): ["BG-F06"],
        ("BG-H14",): ["BG-H11"],
        ("BG-K12",): ["BG-C01", "BG-C05", "BG-K10", "BG-B01", "BG-B02", "BG-B15", "BG-L23", "BG-M07", "BG-M09"],
        ("BG-L02", "BG-L03"): ["BG-L04"],
    },
    "anny": {
        ("AN-B18",): ["AN-X08"],
        ("AN-C22",): ["AN-S12", "AN-P12", "AN-X03", "AN-X05", "AN-X12", "AN-R06"],
        ("AN-C22", "AN-D05", "AN-D14", "AN-Q06", "AN-U08"): ["AN-D01"],
        ("AN-C22", "AN-Q06"): ["AN-H09", "AN-D03", "AN-D12"],
        ("AN-C22", "AN-Q06", "AN-U08"): ["AN-D02", "AN-D04", "AN-D11", "AN-D13"],
        ("AN-C22", "AN-U08"): ["AN-P16"],
        ("AN-K02", "AN-S02"): ["AN-K03"],
        ("AN-Q06",): ["AN-A05"],
        ("AN-S02",): ["AN-S16"],
        ("AN-U08",): ["AN-O01", "AN-O02", "AN-E01"],
    },
}
"""By the readings that those rules lean on in each law of theirs; it should not grow."""


@pytest.mark.nightly
@pytest.mark.parametrize("api", LEANING)
def test_each_stated_rule_has_a_law_in_which_it_leans_on_no_reading(sandbox_server, monkeypatch, api):
    judged = []
    judge = Scene._judge

    def noted(scene, rule, holds, expected, got, exchanges, *, leaned_on=True, is_said_otherwise=False, **said):
        # A read is refused by nobody.
        is_read = expected.endswith((": a success", ": 200")) and exchanges[0].method == "GET"
        judged.append((rule, leaned_on and not is_said_otherwise and not is_read))
        judge(
            scene,
            rule,
            holds,
            expected,
            got,
            exchanges,
            leaned_on=leaned_on,
            is_said_otherwise=is_said_otherwise,
            **said,
        )

    monkeypatch.setattr(Scene, "_judge", noted)
    readings = defaultdict(list)
    with (
        sandbox_server.serving(api) as url,
        deployment(api, url, view=View.AGREED) as found,
        staged(found, seed=1) as stage,
    ):
        assert stage is not None
        for law in stage.kit.laws:
            judged.clear()
            play(stage, law)
            for rule in law.rules:
                readings[rule].append(leaned_on_before(rule, judged, found.contract))

    stated = [rule.id for rule in found.contract.rules if rule.source != "inferred" and rule.id in readings]
    leaning = {rule: min(readings[rule], key=len) for rule in stated}
    assert {rule: sorted(on) for rule, on in leaning.items() if on} == {
        rule: [*on] for on, rules in LEANING[api].items() for rule in rules
    }


def leaned_on_before(rule, judged, contract):
    """The readings that come before *rule* is judged for the first time."""
    names = [name for name, _ in judged]
    before = judged[: names.index(rule)] if rule in names else judged
    return {name for name, leans in before if leans and contract.rule(name).is_reading}


BREAKS_WHAT_IS_STATED = {"BG-K13": {"BG-L23", "BG-L27", "BG-L31"}, "RK-M02.confirms": {"RK-M01"}}
"""Bugs of a reading that break what a page states, too: these rules."""


def bugs_of_readings():
    for api in LEANING:
        rules = load_contract(api).rules
        read = {rule.id for rule in rules if rule.source == "inferred" and not rule.is_always_held}
        yield from ((api, name) for name, bug in curated(api).items() if bug.rule in read)


@pytest.mark.nightly
@pytest.mark.parametrize(("api", "bug"), [*bugs_of_readings()])
def test_a_bug_of_a_reading_makes_no_stated_rule_fail(sandbox_server, api, bug):
    with (
        sandbox_server.serving(api, bug) as url,
        deployment(api, url, view=View.AGREED) as found,
        staged(found, seed=1) as stage,
    ):
        assert stage is not None
        results = [play(stage, law) for law in stage.kit.laws if law.layer is Layer.LAWS]
        results.append(play_batch(stage, 0, shrink=False))

    broken = {(each.rule, each.check) for result in results for each in result.findings if each.is_break}
    assert {rule for rule, _ in broken} == BREAKS_WHAT_IS_STATED.get(bug, set()), sorted(broken)
    assert [result.why for result in results if result.outcome == "error"] == []
