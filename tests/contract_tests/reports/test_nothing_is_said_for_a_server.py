"""Whatever a server says, nobody who reads of it does or sees what it wants: not on screen, not in a log, not in a report."""

import contextlib
import io
import json

import pytest
from hostile_server import SAID, harm_in, hostile_server, telling

from contract_tests import contracts
from contract_tests.cli import main
from doublebook_data import openapi_dir

_KINDS = ("github", "html", "json", "junit", "sarif")


@pytest.fixture(autouse=True)
def toy_contracts(monkeypatch, tmp_path):
    monkeypatch.setattr(contracts, "openapi_dir", openapi_dir)
    monkeypatch.chdir(tmp_path)


def called(*arguments):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        main([*arguments, "--token", "mine"])
    return out.getvalue(), err.getvalue()


def test_nothing_that_it_says_is_obeyed_by_whoever_reads_it(tmp_path):
    reports = [option for kind in _KINDS for option in ("--report", f"{kind}=report.{kind}")]
    with hostile_server(answer=telling(), kind_to=1) as server:
        said = called("run", "reservekit", "--base-url", server.url, *reports, "--rule", "RK-S01", "--suite", "laws")
        said += called(
            "run",
            "reservekit",
            "--base-url",
            server.url,
            "--mode",
            "observe",
            "--operation",
            "listServices",
            "--max-examples",
            "1",
        )
        said += called("replay", "reservekit/capacity.a_confirmed_booking_takes_a_place/1", "--base-url", server.url)
    texts = [*said, *((tmp_path / f"report.{kind}").read_text(encoding="utf-8") for kind in _KINDS)]

    assert [list(harm_in(text)) for text in texts] == [[]] * len(texts)
    assert "BROKEN" in said[0]
    assert "told" in said[0]
    assert "[bold red]told[/]" in said[0]
    assert "<script>told" not in texts[-5] + texts[-4]
    assert "](http" not in json.loads(texts[-1])["runs"][0]["results"][0]["message"]["text"]


@pytest.mark.parametrize("status", [307, 401])
def test_why_a_run_cannot_begin_is_one_line_of_ours(status):
    location = f"http://elsewhere.example/\x1b[2J {' '.join(SAID.split())}"
    with hostile_server(answer=telling(status, Location=location)) as server:
        _, err = called("run", "reservekit", "--base-url", server.url)

    assert list(harm_in(err)) == []
    assert err.startswith("contract-tests: ")
