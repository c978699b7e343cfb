"""A stranger says otherwise whatever no page states: nothing is broken there, and that it is otherwise is said."""

import json

from servers import started
from strangers_proxy import Stranger, standing_before

from contract_tests.cli import main


def test_who_says_otherwise_what_no_page_states_breaks_nothing(tmp_path, capfd):
    report = tmp_path / "report.json"
    with started("reservekit") as server, standing_before(server.url, Stranger("reservekit")) as url:
        asked = ["--base-url", url, "--suite", "laws", "--suite", "bursts", "--report", f"json={report}"]
        code = main(["run", "reservekit", *asked, "--view", "agreed"])

    said = json.loads(report.read_text())
    sources = {rule["id"]: rule["source"] for rule in said["rules"]}
    assert code == 0, capfd.readouterr().out
    assert {finding["rule"] for finding in said["differences"]} >= {"RK-B17", "RK-S08"}
    held = [rule["id"] for rule in said["rules"] if rule["outcome"] == "pass" and sources[rule["id"]] != "inferred"]
    assert len(held) > 60


def test_who_is_held_to_all_of_the_document_breaks_what_is_said_otherwise(capfd):
    with started("reservekit") as server, standing_before(server.url, Stranger("reservekit", leaves_out=False)) as url:
        code = main(["run", "reservekit", "--base-url", url, "--rule", "RK-B17", "--strict"])

    assert code == 1
    assert "BROKEN RK-B17" in capfd.readouterr().out
