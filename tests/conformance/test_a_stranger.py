"""A stranger says otherwise whatever no page states: nothing is broken there, and that it is otherwise is said."""

import json

import pytest
from servers import started
from strangers_proxy import Stranger, standing_before

from contract_tests.cli import main

_HELD = {"reservekit": 60, "appointments": 135, "bardge": 80, "anny": 90}
"""How many stated rules hold behind a stranger at least: what it leaves out can keep others from being tested."""


@pytest.mark.parametrize(
    ("api", "seed"),
    [
        pytest.param(api, seed, marks=[] if (api, seed) == ("reservekit", None) else pytest.mark.nightly)
        for api in _HELD
        for seed in (None, 1, 2, 3)
    ],
)
def test_who_says_otherwise_what_no_page_states_breaks_nothing(api, seed, tmp_path, capfd):
    report = tmp_path / "report.json"
    with started(api) as server, standing_before(server.url, Stranger(api, seed=seed)) as url:
        asked = ["--base-url", url, "--suite", "laws", "--suite", "bursts", "--report", f"json={report}"]
        code = main(["run", api, *asked, "--view", "agreed"])

    said = json.loads(report.read_text())
    sources = {rule["id"]: rule["source"] for rule in said["rules"]}
    assert code == 0, capfd.readouterr().out
    assert {sources[finding["rule"]] for finding in said["differences"] if finding["rule"]} >= {"inferred"}
    held = [rule["id"] for rule in said["rules"] if rule["outcome"] == "pass" and sources[rule["id"]] != "inferred"]
    assert len(held) > _HELD[api]


def test_who_is_held_to_all_of_the_document_breaks_what_is_said_otherwise(capfd):
    with started("reservekit") as server, standing_before(server.url, Stranger("reservekit", leaves_out=False)) as url:
        code = main(["run", "reservekit", "--base-url", url, "--rule", "RK-B17", "--strict"])

    assert code == 1
    assert "BROKEN RK-B17" in capfd.readouterr().out
