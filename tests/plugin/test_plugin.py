"""The fixtures of `pytest-doublebook`, as a suite of somebody's own meets them."""

import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from servers import started

ROOT = Path(__file__).parents[2]
HEAD = (
    "import pytest\n\npytestmark = pytest.mark.sandbox(api='reservekit', clock='2026-03-02T08:00:00Z', frozen=True)\n"
)
BOOKING = "{'date': '2026-03-09', 'time_slot_id': 457}"
"""On the slot of one place."""


def command(*options):
    named = ["-p", "pytest_doublebook", "-p", "xdist", "-p", "no:cacheprovider"]
    return [sys.executable, "-m", "pytest", *named, *options]


def environment(**variables):
    return {
        **os.environ,
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'plugin' / 'src'}",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        **variables,
    }


@pytest.fixture
def suite(tmp_path):
    """Runs a suite in a folder of its own."""

    def run(source, *options, **variables):
        (tmp_path / "test_mine.py").write_text(HEAD + textwrap.dedent(source))
        (tmp_path / "pytest.ini").touch()
        asked = {"cwd": tmp_path, "env": environment(**variables), "capture_output": True, "text": True, "timeout": 120}
        return subprocess.run(command(*options), check=False, **asked)

    return run


def test_a_world_goes_back_to_a_snapshot_and_its_clock_to_what_falls_due(suite):
    done = suite(f"""
        from datetime import timedelta

        def test_a_world(sandbox):
            client = sandbox.client()
            before = sandbox.snapshot()
            began_at = sandbox.clock.now()

            statuses = []
            for _ in range(2):
                statuses.append(client.post("bookings", json={BOOKING}).status_code)
                sandbox.clock.advance(hours=1, settle=True)
                before.restore()

            assert statuses == [201, 201]
            assert sandbox.clock.now() == began_at

        def test_a_clock(sandbox):
            (first, *_) = sandbox.due("timer")
            assert sandbox.due("timer", api="reservekit") == []
            assert first in sandbox.due("timer", api=first["api"])

            just_before = sandbox.clock.to(first["id"], timedelta(seconds=-1))
            then = sandbox.clock.next("timer", settle=True)

            assert then - just_before == timedelta(seconds=1)
    """)

    assert done.returncode == 0, done.stdout


def test_a_webhook_comes_twice(suite):
    done = suite(f"""
        def test_a_webhook(sandbox, receiver):
            sandbox.subscribe(receiver.url, hostile={{"duplicate": 1}})
            sandbox.client().post("bookings", json={BOOKING})
            sandbox.clock.advance(settle=True)

            first, second = receiver.received

            assert first.body == second.body
    """)

    assert done.returncode == 0, done.stdout


def test_a_webhook_comes_before_the_answer(suite):
    done = suite(f"""
        def test_a_webhook(sandbox, receiver):
            sandbox.subscribe(receiver.url)
            armed = sandbox.fault("settle", on="createBooking", seconds=20)

            made = sandbox.client().post("bookings", json={BOOKING}).json()["data"]["id"]

            (webhook,) = receiver.received
            assert [each["id"] for each in webhook.json()["bookings"]] == [made]
            assert armed.fired == 1
    """)

    assert done.returncode == 0, done.stdout


def test_each_test_has_a_world_of_its_own_and_sees_what_it_was_asked(suite):
    done = suite(f"""
        @pytest.mark.parametrize("turn", [1, 2])
        def test_the_last_place(sandbox, turn):
            client = sandbox.client()

            answers = [client.post("bookings", json={BOOKING}) for _ in range(2)]

            assert [answer.status_code for answer in answers] == [201, 400]
            made, refused = sandbox.requests("createBooking")
            assert (made.body["time_slot_id"], made.answer["data"]["status"], made.refusal) == (457, "pending", None)
            assert (refused.status, refused.refusal) == (400, "no_places_left")
            assert sandbox.state("booking")[-1]["id"] == made.answer["data"]["id"]
            assert sandbox.name.startswith(f"test-the-last-place-{{turn}}-")
        """)

    assert done.returncode == 0, done.stdout


def test_the_clock_stands_still_moves_and_lets_things_happen(suite):
    done = suite("""
        from datetime import UTC, datetime, timedelta

        @pytest.mark.sandbox(seed=7, clock="2026-06-01T10:00:00Z", frozen=False)
        def test_the_clock(sandbox):
            assert sandbox.clock.freeze("2026-06-02T10:00:00Z") == datetime(2026, 6, 2, 10, tzinfo=UTC)
            assert sandbox.clock.advance(days=1, hours=2) == datetime(2026, 6, 3, 12, tzinfo=UTC)
            assert sandbox.clock.advance(timedelta(minutes=30)) == sandbox.clock.now()
            assert sandbox.clock.resume() < datetime(2026, 6, 3, 13, tzinfo=UTC)
            sandbox.reset()
            assert sandbox.clock.now() < datetime(2026, 6, 2, tzinfo=UTC)

        def test_a_fork(sandbox):
            with sandbox.fork() as copy:
                assert copy.clock.advance(hours=1) > sandbox.clock.now()
                assert copy.key().endswith(copy.name)
        """)

    assert done.returncode == 0, done.stdout


def test_webhooks_arrive_at_the_receiver(suite):
    done = suite(f"""
        def test_events(sandbox, receiver):
            sandbox.subscribe(receiver.url + "mine", events=["bookings.create"], headers={{"x-mine": "1"}})

            sandbox.client().post("bookings", json={BOOKING})

            (event,) = receiver.wait()
            assert (event.path, event.headers["x-mine"]) == ("/mine", "1")
            assert event.json()["event_type"] == "bookings.create"

        def test_nothing_arrives(receiver):
            with pytest.raises(TimeoutError, match="0 of 1 webhooks arrived in 0.01 s"):
                receiver.wait(seconds=0.01)
        """)

    assert done.returncode == 0, done.stdout


def test_a_failing_test_is_told_what_its_world_was_asked(suite):
    done = suite(f"""
        def test_books_twice(sandbox):
            client = sandbox.client()
            for number in range(1, 20):
                client.get(f"bookings/{{number}}")
            for _ in range(2):
                answer = client.post("bookings", json={BOOKING})
            assert answer.status_code == 201
        """)

    told = done.stdout.partition("sandbox test-books-twice-")[2].splitlines()[1:21]
    assert told[0] == "(there were more before)"
    assert told[1] == 'GET /reservekit/v1/bookings/12 -> 404 not_found {"data":null,"error":"booking not found"}'
    asked = 'POST /reservekit/v1/bookings {"date":"2026-03-09","time_slot_id":457}'
    made, refused = (number for number, line in enumerate(told) if line.startswith("POST "))
    assert re.fullmatch(re.escape(asked) + r' -> 201 \{"data":\{"id":\d+,.*\.\.\.', told[made])
    assert len(told[made]) == 160
    assert told[refused] == asked + ' -> 400 no_places_left {"data":null,"error":"time slot is full"}'
    assert told[refused + 1].startswith("    RK-B03: ")


def test_workers_share_one_server_which_is_gone_afterwards(suite, tmp_path):
    done = suite(
        f"""
        @pytest.mark.parametrize("number", range(8))
        def test_many(sandbox, sandbox_server, number, testrun_uid):
            assert sandbox.client().post("bookings", json={BOOKING}).status_code == 201
            with open("servers", "a") as told:
                print(sandbox_server.url, file=told)
        """,
        "-n2",
        TMPDIR=str(tmp_path),
    )

    assert done.returncode == 0, done.stdout
    assert len(set((tmp_path / "servers").read_text().split())) == 1
    assert list(tmp_path.glob("doublebook-*")) == []


@pytest.mark.parametrize("options", [[], ["-n2"]], ids=["plain", "workers"])
def test_a_run_that_is_killed_leaves_no_server_behind(tmp_path, options):
    source = """
        import os, time

        def test_stays(sandbox, sandbox_server):
            new = "told.new." + str(os.getpid())
            with open(new, "w") as told:
                told.write(sandbox_server.url)
            os.replace(new, "told")
            time.sleep(60)
    """
    (tmp_path / "test_mine.py").write_text(HEAD + textwrap.dedent(source))
    (tmp_path / "pytest.ini").touch()
    run = subprocess.Popen(
        command(*options), cwd=tmp_path, env=environment(TMPDIR=str(tmp_path)), stdout=subprocess.DEVNULL
    )
    try:
        wait_until((tmp_path / "told").exists)
        (ready,) = tmp_path.glob("doublebook-*/ready.json")
    finally:
        run.send_signal(signal.SIGKILL)
        run.wait(10)

    wait_until(lambda: not ready.exists())  # which the server takes away when it ends


def wait_until(happened):
    until = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_server_that_runs_is_used_where_it_is_named(suite):
    done = suite("def test_mine(sandbox): pass", "--doublebook-url", "http://127.0.0.1:9")

    assert "no sandbox: no sandbox server answers at http://127.0.0.1:9" in done.stdout


def test_worlds_of_a_key_have_names_that_it_owns(suite, tmp_path):
    (tmp_path / "keys.toml").write_text("[keys.team]\ntoken = 'of-the-team'\n")
    with started("reservekit", "--config", str(tmp_path / "keys.toml"), MOCKSERVER_CONTROL_TOKEN="of-all") as server:
        where = ("--doublebook-url", server.url, "--doublebook-token", "of-the-team")
        source = """
            def test_a_world_whose_name_is_about_as_long_as_names_of_worlds_are(sandbox):
                fork = sandbox.fork()
                assert {each.name.partition("-")[0] for each in (sandbox, fork)} == {"team"}
                fork.delete()
        """

        done, others = suite(source, *where, DOUBLEBOOK_KEY="team"), suite(source, *where)

    assert "1 passed" in done.stdout, done.stdout
    assert 'key "team" owns the sandboxes whose names begin with "team-"' in others.stdout


def test_what_the_mark_says_wrongly_is_named(suite):
    done = suite("""
        @pytest.mark.sandbox(scenario="reservekit/dokumentation")
        def test_scenario(sandbox): pass

        @pytest.mark.sandbox(api="reservkit")
        def test_api(sandbox):
            sandbox.client()

        @pytest.mark.sandbox(colour="red")
        def test_option(sandbox): pass
        """)

    assert "there is no scenario" in done.stdout
    assert "reservekit/documentation" in done.stdout
    assert "the server has no API 'reservkit'; it has reservekit, appointments, anny, bardge" in done.stdout
    assert "unexpected keyword argument 'colour'" in done.stdout


def test_where_there_is_no_server_it_is_said_what_installs_one(suite, tmp_path):
    (tmp_path / "conftest.py").write_text(
        "import importlib.util\nfind = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name: None if name == 'mockserver' else find(name)\n"
    )

    done = suite("def test_mine(sandbox): pass", PATH=str(tmp_path))

    assert "pip install 'pytest-doublebook[server]'" in done.stdout
    assert "pipx install doublebook" in done.stdout


def test_a_server_that_does_not_start_says_why(suite):
    command = f"{sys.executable} -c 'import sys; sys.exit(\"no room\")'"

    done = suite("def test_mine(sandbox): pass", "-o", f"doublebook_command={command}")

    assert "the sandbox server did not start: no room" in done.stdout
