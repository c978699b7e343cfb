"""Against a target that means harm every command ends in time, says why in plain words, and goes nowhere else."""

import contextlib
import io
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from hostile_server import hostile_server

from contract_tests import contracts, outgoing
from contract_tests.apis.reservekit.scene import ReserveKitScene
from contract_tests.cli import main
from contract_tests.contracts import load_contract
from contract_tests.laws import paging
from contract_tests.profiles import Profile
from contract_tests.scenes.answers import Broken
from contract_tests.scenes.scene import Setting
from contract_tests.scenes.sending import Sender
from contract_tests.scenes.worlds import World
from doublebook_data import openapi_dir

ROOT = Path(__file__).parents[2]
_PATIENCE_SECONDS = 0.4
"""Where somebody has to be late. A busy machine is late too, so it is no shorter, and elsewhere as long as ever."""
_LAW = "reservekit/capacity.a_confirmed_booking_takes_a_place/1"


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(outgoing, "PATIENCE_SECONDS", _PATIENCE_SECONDS)


@pytest.fixture
def reservekit(monkeypatch):
    monkeypatch.setattr(contracts, "openapi_dir", openapi_dir)


def called(*arguments):
    out, err = io.StringIO(), io.StringIO()
    began_at = time.monotonic()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([*arguments, "--token", "mine"])
    return SimpleNamespace(code=code, out=out.getvalue(), err=err.getvalue(), seconds=time.monotonic() - began_at)


def run(api, server, *options):
    return called("run", api, "--base-url", server.url, *options)


@pytest.mark.parametrize("behaviour", ["drip", "many_headers", "silent"])
def test_who_never_answers_cannot_be_tested(behaviour, impatient):
    with hostile_server(behaviour) as server:
        came = run("toy", server)

    assert (came.code, came.out, came.err.count("\n")) == (2, "", 1)
    assert came.err.startswith(f"contract-tests: {server.url}/v1 cannot be reached (")


def test_who_redirects_at_once_is_not_followed():
    with hostile_server("silent") as elsewhere, hostile_server(location=elsewhere.url) as server:
        came = run("toy", server)

    assert (came.code, elsewhere.asked) == (2, [])
    assert f"redirects to {elsewhere.url}: pass the final address as --base-url" in came.err


@pytest.mark.parametrize("options", [("--mode", "observe"), ("--mode", "full", "--disposable")])
def test_no_phase_of_schemathesis_follows_a_redirect(options):
    with hostile_server("silent") as elsewhere, hostile_server(location=elsewhere.url, kind_to=1) as server:
        came = run("toy", server, *options, "--max-examples", "3", "--operation", "GET /slots")

    assert (came.code, elsewhere.asked) == (1, [])
    assert "307 Temporary Redirect" in came.out
    assert len(server.asked) > 5


def test_no_law_follows_a_redirect(reservekit):
    with hostile_server("silent") as elsewhere, hostile_server(location=elsewhere.url, kind_to=1) as server:
        came = run("reservekit", server, "--rule", "RK-S01")

    assert (came.code, elsewhere.asked) == (1, [])
    assert "307 Temporary Redirect" in came.out


@pytest.mark.parametrize(
    ("behaviour", "mode"),
    [("drip", ("--mode", "observe")), ("always_continuing", ("--mode", "full", "--disposable"))],
)
def test_schemathesis_gives_up_on_who_answers_no_more(behaviour, mode, impatient):
    with hostile_server(behaviour, kind_to=4) as server:
        came = run("toy", server, *mode)

    assert came.code in (1, 2)
    assert "the target stopped answering, so the rest was not tested" in came.out
    assert len(server.asked) <= 4 + 3


def test_laws_give_up_on_who_answers_no_more(reservekit, impatient):
    with hostile_server("drip", kind_to=1) as server:
        came = run("reservekit", server, "--jobs", "1", "--suite", "laws", "--suite", "lifecycle")

    assert came.code == 2
    assert "the target stopped answering, so the rest was not tested" in came.out
    assert len(server.asked) == 1 + 3


def test_a_replay_ends_too(reservekit):
    with hostile_server("endless_trailer", kind_to=1) as server:
        came = called("replay", _LAW, "--base-url", server.url)

    assert came.code == 2
    assert "got no answer: " in came.out


def test_a_law_reads_no_answer_that_was_cut(reservekit, monkeypatch):
    monkeypatch.setattr(outgoing, "MOST_BYTES", 1_000)
    with hostile_server("bomb", kind_to=1) as server:
        came = called("replay", _LAW, "--base-url", server.url)

    assert came.code == 2
    assert "POST /services got no answer: an answer of more than 1,000 bytes" in came.out


@pytest.mark.parametrize("mode", ["observe", "own"])
def test_json_that_is_too_deep_stops_nobody(reservekit, mode):
    """The recursion it is made for would end a worker of Schemathesis, or the kit."""
    with hostile_server("nested", kind_to=1) as server:
        came = run("reservekit", server, "--mode", mode, "--operation", "listServices", "--operation", "createService")

    assert came.code in (1, 2)
    assert "JSON of more than 200 levels" in came.out
    assert (came.err, "Recursion" in came.out) == ("", False)


def test_a_second_signal_ends_at_once_whatever_is_waited_for():
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from contract_tests import cli; sys.exit(cli.main(sys.argv[1:]))"
    with hostile_server("silent", kind_to=1) as server:
        arguments = ["run", "reservekit", "--base-url", server.url, "--token", "mine", "--suite", "laws"]
        process = subprocess.Popen(
            [sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        try:
            while len(server.asked) < 2:
                assert process.poll() is None
                time.sleep(0.02)
            process.send_signal(signal.SIGTERM)
            process.send_signal(signal.SIGTERM)  # as `timeout` does, which means one
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.7)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=5)
        finally:
            process.kill()

    assert process.returncode == 130
    assert out.startswith("reservekit at ")
    assert err == "contract-tests: ended at once: what it made is not taken back, and no report is written\n"


def test_a_list_of_a_thousand_million_pages_is_not_read_to_its_end(reservekit, monkeypatch):
    monkeypatch.setattr(paging, "_MOST_PAGES", 20)
    content = b'{"data": {"bookings": [{"id": 1}], "pagination": {"total_pages": 1000000000}}}'
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    contract = load_contract("reservekit")
    sender = Sender(contract, {"main": {}})
    setting = Setting(contract=contract, profile=Profile(api="reservekit"), sender=sender, seed=1)
    with hostile_server(answer=head % len(content) + content) as server, contextlib.closing(sender):
        scene = ReserveKitScene(setting, World("", server.url, None, is_own=False), "a.law")
        with pytest.raises(Broken, match="every page but the last brings something new"):
            scene.bookings_of(1)

    assert len(server.asked) == 20


def test_who_answers_slowly_is_asked_nothing_after_the_time_limit():
    answer = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{"data": []}'
    with hostile_server(answer=answer, pauses=10, kind_to=1) as server:
        came = run("toy", server, "--mode", "full", "--disposable", "--time-limit", "1")

    assert "NOT REACHED the rest of" in came.out
    assert "no answer" not in came.out
    assert came.code in (0, 1), came.out
    assert len(server.asked) <= 1 + 1 / 0.2 + 1
