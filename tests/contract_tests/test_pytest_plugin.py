"""Rules as tests of somebody's own suite."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hostile_server import harm_in, hostile_server, telling
from servers import started

from benchmarks.in_process import SandboxServer

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def toy_contracts():
    """Here it is about the real ones."""


@pytest.fixture(scope="module")
def server():
    served = SandboxServer()
    yield served
    served.stop()


def run_pytest(folder, *options, **variables):
    """As a user does, in a folder of their own."""
    command = [sys.executable, "-m", "pytest", "-p", "no:schemathesis", "-p", "no:cacheprovider"]
    # Named, because a checkout that is not installed has no entry points.
    command += ["-p", "doublebook_kit", "-p", "no:contract_tests", *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_laws_are_tests_and_what_is_broken_fails_with_its_rule_and_a_curl(server, tmp_path):
    with server.serving("reservekit", "RK-B03") as url:
        done = run_pytest(
            tmp_path, "--contract-api", "reservekit", "--contract-url", url, "-k", "RK-B03 or RK-L01 or not_there"
        )

    assert done.returncode == 1, done.stdout + done.stderr
    assert "FAILED contract/reservekit::capacity.a_slot_takes_as_many_as_it_has_places_and_no_more" in done.stdout
    said = done.stdout.splitlines()
    broken = [
        n for n, line in enumerate(said) if line.startswith("RK-B03: A create on a slot that has no place left answers")
    ]
    replays = [n for n, line in enumerate(said) if line.startswith("contract-tests replay reservekit/capacity.a_slot_")]
    curls = [n for n, line in enumerate(said) if "curl -X POST" in line]
    assert broken[0] < curls[0] < replays[0]
    assert f"/1 --base-url {url}" in said[replays[0]]
    assert "FAILED contract/reservekit::moves" not in done.stdout


def test_they_run_beside_others_and_under_xdist(server, tmp_path):
    (tmp_path / "test_mine.py").write_text("def test_mine(): pass\n")

    with server.serving("reservekit") as url:
        done = run_pytest(
            tmp_path, "-n", "2", "--contract-api", "reservekit", "--contract-url", url, "-k", "mine or RK-L04 or RK-B16"
        )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout


def test_without_an_api_nothing_is_added(tmp_path):
    (tmp_path / "test_mine.py").write_text("def test_mine(): pass\n")

    done = run_pytest(tmp_path)

    assert "1 passed" in done.stdout


def test_nobody_at_home_is_said_in_a_sentence(tmp_path):
    done = run_pytest(tmp_path, "--contract-api", "reservekit", "--contract-url", "http://127.0.0.1:9")

    assert done.returncode == 4
    assert "http://127.0.0.1:9/v1 cannot be reached" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_missing_is_asked_for_by_the_names_it_has_here(tmp_path):
    done = run_pytest(tmp_path, "--contract-api", "reservekit")

    assert done.returncode == 4
    assert "pass --contract-url URL" in done.stderr
    assert "--base-url" not in done.stderr


def test_the_token_may_come_from_the_environment(tmp_path):
    done = run_pytest(
        tmp_path,
        *("--contract-api", "reservekit", "--contract-url", "http://127.0.0.1:9"),
        CONTRACT_TESTS_TOKEN="sk_rsv_demo_alpha",
    )

    assert done.returncode == 4
    assert "cannot be reached" in done.stderr
    assert "is --contract-url right?" in done.stderr


def test_a_guarded_control_plane_is_opened_with_its_token(tmp_path):
    with started("reservekit", "--control-token", "open-up") as guarded:
        asked = ("--contract-api", "reservekit", "--contract-url", guarded.url, "-k", "RK-B16")
        closed = run_pytest(tmp_path, *asked)
        opened = run_pytest(tmp_path, *asked, "--contract-control-token", "open-up")

    assert closed.returncode == 4
    assert "control plane wants a token: pass --contract-control-token" in closed.stderr
    assert opened.returncode == 0, opened.stdout + opened.stderr


@pytest.mark.parametrize("parallel", [(), pytest.param(("-n", "2"), marks=pytest.mark.nightly)])
def test_below_the_root_a_law_is_called_as_at_it(server, tmp_path, parallel):
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    below = tmp_path / "below"
    below.mkdir()

    with server.serving("reservekit") as url:
        done = run_pytest(
            below, *parallel, "-rA", "--contract-api", "reservekit", "--contract-url", url, "-k", "RK-B16"
        )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "PASSED contract/reservekit::capacity.a_confirmed_booking_takes_a_place" in done.stdout


def test_whoever_tests_something_else_waits_for_nothing(tmp_path):
    (tmp_path / "test_mine.py").write_text(
        "import sys\n\n\ndef test_mine():\n    assert not {'contract_tests', 'schemathesis', 'mockserver'} & set(sys.modules)\n"
    )

    done = run_pytest(tmp_path)

    assert done.returncode == 0, done.stdout


def test_nothing_that_a_server_says_is_obeyed_by_whoever_reads_what_pytest_says(tmp_path):
    with hostile_server(answer=telling(), kind_to=1) as told:
        asked = ("--contract-api", "reservekit", "--contract-url", told.url, "--contract-token", "mine")
        done = run_pytest(tmp_path, *asked, "-k", "RK-S01 or RK-G01", "-rA")

    assert done.returncode == 1, done.stdout + done.stderr
    assert "told" in done.stdout
    assert list(harm_in(done.stdout + done.stderr)) == []
