"""The kit against a server that is not this project's: it passes what keeps the contract and names what does not."""

import ast
import json
import re
import shlex
import sys
from datetime import timedelta
from pathlib import Path

import independent_reservekit
import pytest
from curls import can_paste, paste
from independent_reservekit import BUGS, DOMAIN, KEYS, Shop, serving

from contract_tests.apis.reservekit import KIT
from contract_tests.cli import main
from contract_tests.contracts import load_contract
from contract_tests.profiles import COMMON_KEYS

LIMITED = ("RK-R02", "RK-R03", "RK-R04", "RK-R05", "RK-R06", "RK-R07")
"""What is judged only where somebody says how much is too much."""
UNASKED = (*LIMITED, *(f"RK-E0{number}" for number in range(1, 8)))
"""And what only where somebody has the webhooks sent here."""

_PROFILE = """
api = "reservekit"
base_url = "{url}"

[identities]
main = "${{HARBOUR_KEY}}"
other = "${{MILL_KEY}}"
revoked = "${{REVOKED_KEY}}"
restricted = "${{DOMAIN_KEY}}"

[inventory]
restricted_domain = "{domain}"

[clock]
advance_url = "{url}/test/clock?advance={{seconds}}"
now_url = "{url}/test/clock"
"""
_VARIABLES = {"main": "HARBOUR_KEY", "other": "MILL_KEY", "revoked": "REVOKED_KEY", "restricted": "DOMAIN_KEY"}


class Run:
    """What QA has of a run: the exit code, what was said, and the report."""

    def __init__(self, code, out, report):
        self.code = code
        self.out = out
        self.report = report

    def rules(self, *outcomes):
        return {rule["id"]: rule for rule in self.report["rules"] if rule["outcome"] in outcomes}


@pytest.fixture
def qa(tmp_path, capsys, monkeypatch):
    """Runs the kit with a profile for a shop's address, as QA would."""
    for who, variable in _VARIABLES.items():
        monkeypatch.setenv(variable, KEYS[who])

    def call(url, *options, limits="", without="#", view="ours"):
        profile, report = tmp_path / "profile.toml", tmp_path / "report.json"
        said = _PROFILE.format(url=url, domain=DOMAIN) + limits
        lines = [line for line in said.splitlines() if not line.startswith(without)]
        profile.write_text("\n".join(lines), encoding="utf-8")
        code = main(
            ["run", "reservekit", "--profile", str(profile), "--view", view, "--report", f"json={report}", *options]
        )
        said = capsys.readouterr()
        assert not any(key in said.out + said.err + report.read_text(encoding="utf-8") for key in KEYS.values())
        return Run(code, said.out + said.err, json.loads(report.read_text(encoding="utf-8")))

    return call


def test_it_shares_nothing_with_this_project():
    tree = ast.parse(Path(independent_reservekit.__file__).read_text(encoding="utf-8"))
    modules = [node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    modules += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]

    assert {name.partition(".")[0] for name in modules} <= {*sys.stdlib_module_names, "flask", "werkzeug"}


def test_a_correct_one_passes_and_nearly_every_rule_is_judged(qa):
    shop = Shop(scattered=True)
    with serving(shop) as url:
        run = qa(url, "--max-examples", "10")

    assert run.code == 0, run.out
    assert set(run.rules("pass")) | set(UNASKED) == {rule.id for rule in load_contract("reservekit").rules}
    skipped = run.rules("skip")
    assert set(skipped) == set(UNASKED)
    known = {key.name for key in (*COMMON_KEYS, *KIT.scene.KEYS)}
    for rule in skipped.values():
        (added,) = re.findall(r"add (\S+) to the profile$", rule["why"])
        assert added in known
    assert run.report["findings"] == []
    assert (shop.services, shop.slots, shop.bookings) == ({}, {}, {})


def test_with_a_key_alone_what_cannot_be_judged_says_what_to_add(tmp_path):
    rules = ("RK-A07", "RK-A04", "RK-A05", "RK-L11", "RK-B01")
    with serving(Shop()) as url:
        report = tmp_path / "bare.json"
        options = [option for rule in rules for option in ("--rule", rule)]
        where = ["--base-url", url, "--token", KEYS["main"]]
        code = main(["run", "reservekit", *where, *options, "--batches", "0", "--report", f"json={report}"])

    whys = {rule["id"]: rule["why"] for rule in json.loads(report.read_text(encoding="utf-8"))["rules"]}
    assert code == 0
    assert {rule: whys[rule].rpartition(": ")[2] for rule in rules} == {
        "RK-A07": "add identities.other to the profile",
        "RK-A04": "add identities.revoked to the profile",
        "RK-A05": "add inventory.restricted_domain and identities.restricted to the profile",
        "RK-L11": "add clock.advance_url to the profile",
        "RK-B01": "",
    }


def test_its_limits_are_judged_where_the_profile_says_how_much_is_too_much(qa):
    # More than twice the limit: a minute may end in between.
    limits = "\n[limits]\nrequests = 121\nbookings = 11\n"
    shop = Shop(requests=60, bookings=5)
    with serving(shop) as url:
        run = qa(url, *(option for rule in LIMITED for option in ("--rule", rule)), limits=limits)

    assert run.code == 0, run.out
    assert set(LIMITED) <= set(run.rules("pass"))
    assert shop.services == {}


def test_a_correct_one_keeps_the_document_whatever_is_sent(qa):
    with serving(Shop()) as url:
        run = qa(url, "--mode", "full", "--disposable", "--suite", "conformance", "--max-examples", "3")

    assert run.code == 0, run.out
    assert all(operation["cases"].get("conformance") for operation in run.report["operations"])


@pytest.mark.parametrize(("bugs", "code"), [((), 0), (("updated_at_stands_still",), 1)])
@pytest.mark.parametrize("skew", [-15, 15])
def test_a_clock_that_can_be_moved_and_not_read_may_differ_a_little(qa, bugs, code, skew):
    shop = Shop(*bugs)
    shop.ahead = timedelta(seconds=skew)
    with serving(shop) as url:
        assert qa(url, "--rule", "RK-L11", "--batches", "0", without="now_url").code == code


BROKEN = {
    "oversells_in_a_race": "RK-B21",
    "cancelled_keeps_its_place": "RK-B13",
    "readable_by_others": "RK-A07",
    "second_page_repeats": "RK-P01",
    "updated_at_stands_still": "RK-L11",
    "case_makes_a_customer": "RK-B08",
}


def test_every_bug_has_a_rule():
    assert set(BROKEN) == set(BUGS)


@pytest.mark.parametrize("bug", BUGS)
def test_a_bug_breaks_its_rule_and_is_shown_again_by_the_replay(qa, capsys, bug):
    with serving(Shop(bug)) as url:
        run = qa(url, "--rule", BROKEN[bug], "--batches", "0")
        replay = main(shlex.split(run.report["findings"][0]["replay"])[1:])
        replayed = capsys.readouterr().out

    assert run.code == 1, run.out
    assert set(run.rules("fail")) == {BROKEN[bug]}
    assert run.rules("skip") == {}
    assert f"BROKEN {BROKEN[bug]}: {load_contract('reservekit').rule(BROKEN[bug]).text[:40]}" in run.out
    assert f"{url}/v1/" in run.out
    assert "curl -X" in run.out
    assert replay == 1, replayed
    assert f"BROKEN {BROKEN[bug]}" in replayed


@pytest.mark.parametrize(
    ("bug", "beside", "suites"),
    [
        pytest.param(
            "cancelled_keeps_its_place",
            ("RK-D06", "RK-T02", "RK-B02", "RK-B03", "RK-L03", "RK-L07", "RK-H05"),
            ("--suite", "lifecycle", "--batches", "2"),
            marks=pytest.mark.nightly,
        ),
        (
            "case_makes_a_customer",
            ("RK-B07", "RK-B09", "RK-M04", "RK-C10"),
            ("--suite", "laws", "--suite", "bursts", "--suite", "lifecycle", "--batches", "1", "--seed", "2"),
        ),
    ],
)
def test_a_bug_that_is_seen_in_many_places_is_told_of_one_rule(qa, bug, beside, suites):
    with serving(Shop(bug)) as url:
        run = qa(url, *(option for rule in beside for option in ("--rule", rule)), *suites)

    assert {finding["rule"] for finding in run.report["findings"]} == {BROKEN[bug]}, run.out
    assert any(finding["check"].startswith("lifecycle.") for finding in run.report["findings"])


@pytest.mark.parametrize("bug", ["cancelled_keeps_its_place", "case_makes_a_customer", "readable_by_others"])
@pytest.mark.skipif(not can_paste(), reason="pasting takes bash, curl and jq")
def test_the_steps_that_are_printed_show_it_to_whoever_copies_them(qa, bug, tmp_path):
    shop = Shop(bug)
    with serving(shop) as url:
        # Ids are given out in turn, so that nobody else may come in between.
        finding = qa(url, "--rule", BROKEN[bug], "--batches", "0", "--jobs", "1").report["findings"][0]
        shop.empty()
        tokens = {variable: KEYS[who] for who, variable in _VARIABLES.items()}
        said = paste([step["curl"] for step in finding["steps"]], tmp_path, tokens)

    assert [step["title"] for step in finding["steps"]][:3] == ["make a service", "list slots", "book"]
    assert len(finding["steps"]) > 3
    for step, text in zip(finding["steps"], said, strict=True):
        came = step["came"]
        if came.endswith("..."):
            came = came.rpartition(",")[0]  # it may be cut within a moment
        assert without_what_is_new(text).startswith(without_what_is_new(came[came.index("{") :]))


def without_what_is_new(text):
    """Without moments and made-up words."""
    return re.sub(r"20\d\d-[\dT:Z-]*|(?<=test )[a-z]{8}|[a-z]{8}(?=[.@])", "NEW", text)


def test_where_only_what_pages_state_counts_a_reading_of_its_own_is_a_difference(qa):
    with serving(Shop("case_makes_a_customer")) as url:
        seen = qa(url, "--rule", "RK-B08", view="agreed")

    assert seen.code == 0
    assert {finding["rule"] for finding in seen.report["differences"]} == {"RK-B08"}
    assert set(seen.rules("differ")) == {"RK-B08"}
