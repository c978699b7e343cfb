"""`mockserver serve` as a user meets it: a process, a port, what it prints."""

import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from click.testing import CliRunner
from curls import run_curl
from servers import started

from mockserver.app import API_NAMES, load_api, load_spec
from mockserver.cli import main

ROOT = Path(__file__).parents[2]
KEY = {"Authorization": "Bearer sk_rsv_demo_alpha"}


JANE = {"Authorization": "Bearer customer_jane"}


@pytest.fixture(scope="module")
def both():
    with started("reservekit", "appointments") as server:
        yield server.url


def run(*arguments):
    command = [sys.executable, "-m", "mockserver", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def raw(url, head):
    """What is answered to a head written by hand, to the end of the connection."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        host = "" if "\r\nHost:" in head else f"Host: {address.netloc}\r\n"
        connection.sendall(f"{head}\r\n{host}Connection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: connection.recv(65_536), b"")).decode()


def test_the_printed_curl_books_and_then_is_a_duplicate():
    with started() as server:
        curl = re.search(r"^curl .*?}'$", server.said, re.DOTALL | re.MULTILINE)
        assert curl, server.said

        first, second = run_curl(curl[0]), run_curl(curl[0])

        assert '"status":"pending"' in first
        assert second == '{"data":null,"error":"duplicate booking"}'


def test_the_printed_curl_of_an_api_that_answers_nothing_shows_where_to_look():
    with started("appointments") as server:
        curl = re.search(r"^curl .*?}'$", server.said, re.DOTALL | re.MULTILINE)
        assert curl, server.said

        said = run_curl(curl[0])

        assert said.startswith("HTTP/1.1 201")
        path = re.search(r"^location: (\S+)", said, re.MULTILINE)
        assert path, said
        assert httpx.get(server.url + path[1], headers=JANE).json()["is_cancelled"] is False


def test_the_last_place_taken_is_full_and_a_cancel_frees_it():
    with started() as server, httpx.Client(base_url=f"{server.url}/reservekit/v1", headers=KEY) as client:
        booking = {"date": "2031-01-06", "time_slot_id": 457}

        made = client.post("/bookings", json=booking)
        full = client.post("/bookings", json=booking)
        client.patch(f"/bookings/{made.json()['data']['id']}", json={"status": "cancelled", "cancel_reason": "ill"})
        again = client.post("/bookings", json=booking)

        assert [response.status_code for response in (made, full, again)] == [201, 400, 201]
        assert full.json()["error"] == "time slot is full"


def test_a_fresh_process_says_nothing_on_stderr_and_stops_when_asked():
    with started() as server:
        httpx.get(f"{server.url}/reservekit/v1/services", headers=KEY)
        code, stderr = server.stop()

    assert (code, stderr) == (0, "")


def test_alone_an_api_is_served_at_its_own_base_path():
    with started("reservekit") as server:
        assert httpx.get(f"{server.url}/v1/bookings/789", headers=KEY).status_code == 200
    with started("appointments") as server:
        for base in ("", "/api/v1"):
            assert httpx.get(f"{server.url}{base}/bookings/customer/123", headers=JANE).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [("GET", "/nowhere", None, 404), ("PUT", "/bookings{}", None, 405), ("POST", "/bookings{}", "{", 400)],
    ids=["an unknown path", "a wrong method", "a malformed body"],
)
def test_two_apis_in_one_process_refuse_each_in_its_own_envelope(both, method, path, content, status):
    json_type = {"Content-Type": "application/json"}

    one = httpx.request(method, f"{both}/reservekit/v1{path.format('')}", content=content, headers={**KEY, **json_type})
    other = httpx.request(
        method, f"{both}/appointments{path.format('/customer')}", content=content, headers={**JANE, **json_type}
    )

    assert (one.status_code, other.status_code) == (status, status)
    assert one.json() == {"data": None, "error": one.json()["error"]}
    assert other.json() == {"error": {"message": other.json()["error"]["message"]}}


def test_the_clock_starts_where_it_is_told_to():
    with started("--clock", "2030-01-01T00:00:00Z") as server:
        made = httpx.post(
            f"{server.url}/reservekit/v1/bookings", headers=KEY, json={"date": "2030-01-07", "time_slot_id": 456}
        )

    assert made.json()["data"]["created_at"].startswith("2030-01-01T00:00:")


def test_the_printed_curl_works_where_the_clock_is_told_to_start():
    with started("bardge", "--clock", "2030-01-01T00:00:00Z") as server:
        curl = re.search(r"^curl .*?}'$", server.said, re.DOTALL | re.MULTILINE)
        assert curl, server.said

        assert '"object":"spa_booking_initiation"' in run_curl(curl[0])


def test_the_same_seed_and_epoch_print_the_same_world_and_another_seed_another():
    arguments = ("seed", "reservekit", "--epoch", "2026-03-02T00:00:00Z", "--seed")
    one, again, other = (run(*arguments, number).stdout for number in ("7", "7", "8"))

    assert one == again
    assert one != other
    assert '"name": "Jane Doe"' in one


def test_several_workers_share_one_store(tmp_path):
    with started("--workers", "2", "--store", f"sqlite:///{tmp_path / 'shared.sqlite'}") as server:
        booking = {"date": "2031-01-06", "time_slot_id": 456}
        # A new connection each time, so that both workers get their share.
        statuses = [
            httpx.post(f"{server.url}/reservekit/v1/bookings", headers=KEY, json=booking).status_code for _ in range(12)
        ]

    assert statuses == [201] * 8 + [400] * 4


def test_workers_end_with_their_parent_and_let_go_of_the_port(tmp_path):
    with started("reservekit", "--workers", "2", "--store", f"sqlite:///{tmp_path / 'sandbox.sqlite'}") as server:
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait(10)

        assert server.process.stdout
        told, _, _ = select.select([server.process.stdout], [], [], 20)
        assert told, "a worker still holds its end of the pipe"
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{server.url}/_sandbox/health")


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_who_is_told_to_end_ends_well_with_one_worker_and_with_many(tmp_path, workers, number):
    store = f"sqlite:///{tmp_path / 'sandbox.sqlite'}"
    with started("reservekit", "--workers", workers, "--store", store) as server:
        server.process.send_signal(number)

        assert server.process.wait(20) == 0
        assert server.process.stderr
        assert server.process.stderr.read() == ""


@pytest.mark.parametrize("workers", ["1", "2"])
def test_who_watches_a_sandbox_does_not_keep_the_server_from_ending(tmp_path, workers):
    store = f"sqlite:///{tmp_path / 'sandbox.sqlite'}"
    with started("reservekit", "--workers", workers, "--store", store) as server:
        with httpx.stream("GET", f"{server.url}/_sandbox/sandboxes/default/events", timeout=20) as events:
            lines = events.iter_lines()
            first = next(lines)
            server.process.send_signal(signal.SIGTERM)
            left = list(lines)

        assert server.process.wait(20) == 0
        assert (events.headers["content-type"], first, left) == ("text/event-stream", "retry: 2000", [""])
        assert server.process.stderr
        assert server.process.stderr.read() == ""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the files of a running process")
def test_on_a_full_disk_it_says_so_in_the_form_of_the_api_and_goes_on_when_there_is_room(tmp_path):
    import resource

    store = tmp_path / "sandbox.sqlite"
    booking = {"date": "2031-01-06", "time_slot_id": 456}
    with started("reservekit", "--store", f"sqlite:///{store}", "--log") as server:
        ask = partial(httpx.post, f"{server.url}/v1/bookings", headers=KEY, json=booking)
        assert ask().status_code == 201
        size = store.with_name("sandbox.sqlite-wal").stat().st_size
        usual = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

        refused = ask()
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, usual)
        statuses = [ask().status_code for _ in range(8)]
        _, stderr = server.stop()

    assert refused.status_code == 503
    assert "sandbox.sqlite cannot be used" in refused.json()["error"]
    assert statuses == [201] * 7 + [400]
    assert "Traceback" not in stderr
    assert stderr.count("cannot be used") == 1


def test_every_worker_logs_what_it_was_asked(tmp_path):
    store = f"sqlite:///{tmp_path / 'sandbox.sqlite'}"
    with started("reservekit", "--workers", "2", "--store", store, "--log") as server:
        httpx.get(f"{server.url}/v1/bookings/789", headers=KEY)
        _, stderr = server.stop()

    assert "GET /v1/bookings/789 -> 200" in stderr


def test_beyond_loopback_the_control_plane_wants_the_token_it_prints():
    with started("--host", "0.0.0.0") as server:
        token = re.search(r"Authorization: Bearer (\S+)", server.said)
        assert token, server.said
        url = f"{server.url}/_sandbox/sandboxes"

        assert httpx.get(url).status_code == 401
        assert httpx.get(url, headers={"Authorization": f"Bearer {token[1]}"}).status_code == 200


def test_an_empty_variable_opens_no_control_plane_beyond_loopback():
    with started("reservekit", "--host", "0.0.0.0", MOCKSERVER_CONTROL_TOKEN="") as server:
        assert "Authorization: Bearer " in server.said
        for credential in ("Bearer", "Bearer ", "Bearer  x y"):
            answer = raw(server.url, f"GET /_sandbox/sandboxes HTTP/1.1\r\nAuthorization: {credential}")
            assert answer.startswith("HTTP/1.1 401"), credential


@pytest.mark.parametrize(
    "head",
    [
        "GET /_sandbox/sandboxes HTTP/1.1\r\nHost: evil.test",
        "GET /_sandbox/sandboxes HTTP/1.1\r\nHost: localhost\r\nHost: evil.test",
        "GET /_sandbox/sandboxes HTTP/1.1\r\nHost: evil.test\r\nX-Forwarded-Host: localhost",
        "GET http://localhost/_sandbox/sandboxes HTTP/1.1\r\nHost: evil.test",
        "GET /docs HTTP/1.1\r\nHost: evil.test",
        "GET //docs HTTP/1.1\r\nHost: evil.test",
        "GET /~mine/docs HTTP/1.1\r\nHost: evil.test\r\nHost: localhost",
    ],
)
def test_another_name_than_this_machines_reaches_neither_control_plane_nor_pages(both, head):
    status = raw(both, head).split(" ", 2)[1]

    assert status in {"400", "403", "404"}


def test_where_it_listens_on_all_addresses_pages_answer_to_the_one_that_was_reached_and_to_names_that_are_allowed():
    with started("reservekit", "--host", "0.0.0.0", "--allowed-hosts", "doublebook") as server:
        hosts = ("127.0.0.1", "doublebook:8080", "evil.test", "192.0.2.1")
        answers = [raw(server.url, f"GET /docs HTTP/1.1\r\nHost: {host}").split(" ", 2)[1] for host in hosts]

    assert answers == ["200", "200", "403", "403"]


def test_the_token_of_a_file_is_seen_in_no_list_of_processes(tmp_path):
    (tmp_path / "token").write_text("of-the-file\n")
    with started("reservekit", "--control-token-file", str(tmp_path / "token")) as server:
        command = ["ps", "-ww", "-o", "args=", "-p", str(server.process.pid)]
        listed = subprocess.run(command, capture_output=True, check=True)

        assert b"control-token-file" in listed.stdout
        assert b"of-the-file" not in listed.stdout
        url, right = f"{server.url}/_sandbox/sandboxes", {"Authorization": "Bearer of-the-file"}
        assert [httpx.get(url, headers=headers).status_code for headers in ({}, right)] == [401, 200]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["srve"], "did you mean 'serve'"),
        (["serve", "reservkit"], "did you mean 'reservekit'"),
        (["serve", "--prot", "1"], "--port"),
        (["serve", "--store", "mysql://x"], "sqlite:///FILE"),
        (["serve", "--workers", "2"], "--store sqlite:///FILE"),
        (["serve", "--clock", "tomorrow"], "2026-03-02T08:00:00Z"),
        (["serve", "--clock", "2026-03-02T08:00:00"], "offset"),
        (["serve", "--config", "/nowhere.toml"], "/nowhere.toml"),
        (["serve", "--store", "sqlite:////nowhere/x.sqlite"], "/nowhere/x.sqlite"),
        (["seed", "reservekit", "--epoch", "x"], "'x'"),
    ],
)
def test_what_cannot_run_says_why_and_exits_with_2(arguments, said):
    result = run(*arguments)

    assert result.returncode == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_the_help_cuts_no_sentence_short():
    assert "..." not in run("--help").stdout.replace("[ARGS]...", "")


def test_a_port_in_use_is_said():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = run("serve", "--port", str(taken.getsockname()[1]))

    assert result.returncode == 2
    assert "choose another with --port" in result.stderr


def test_on_a_narrow_terminal_no_address_is_cut():
    with started(COLUMNS="60") as server:
        assert "…" not in server.said
        for api in API_NAMES:
            assert re.search(rf"^{api} +{server.url}/{api}\S* +\S+ *$", server.said, re.MULTILINE), server.said


def test_whoever_waits_for_it_is_told_where_it_answers(tmp_path):
    told = tmp_path / "ready.json"
    with started("reservekit", "--ready-file", str(told), "--control-token", "secret") as server:
        said = json.loads(told.read_text())

        assert said == {"url": server.url, "pid": server.process.pid, "control_token": "secret"}
        assert told.stat().st_mode & 0o777 == 0o600
        server.process.terminate()
        server.process.wait(10)

    assert list(tmp_path.iterdir()) == []


def test_the_check_of_the_image_follows_the_port(tmp_path):
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    (check,) = map(json.loads, re.findall(r"HEALTHCHECK [^[]*CMD (\[.*\])", dockerfile))
    assert check[0] == "python"
    assert re.findall(r"MOCKSERVER_READY_FILE=(\S+)", dockerfile) == ["/dev/shm/doublebook.json"]
    environment = {"MOCKSERVER_PORT": "8080", "MOCKSERVER_READY_FILE": str(tmp_path / "ready.json")}

    def is_healthy():
        command = [sys.executable, *check[1:]]
        return not subprocess.run(
            command, env={**os.environ, **environment}, capture_output=True, check=False
        ).returncode

    with started("reservekit", **environment) as server:
        assert not server.url.endswith(":8080")
        assert is_healthy()
        server.stop()
    assert not is_healthy()


@pytest.mark.parametrize("end", ["kill", "terminate"])
def test_it_ends_with_the_process_that_it_was_started_for(end):
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with parent, started("reservekit", "--until-pid", str(parent.pid)) as server:
        assert server.process.poll() is None

        getattr(parent, end)()
        parent.wait()

        assert server.process.wait(10) == 0


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--until-pid", "4194304", "no process has the id 4194304"),
        ("--ready-file", "/nowhere/ready.json", "nothing can be written into /nowhere"),
    ],
)
def test_what_could_never_happen_is_not_waited_for(option, value, said):
    found = run("serve", option, value)

    assert (found.returncode, found.stderr) == (2, f"mockserver: {option}: {said}\n")


def test_what_would_be_served_can_be_checked(tmp_path):
    store = tmp_path / "store.sqlite"
    (tmp_path / "sandbox.toml").write_text(f'apis = ["anny", "reservekit"]\nstore = "sqlite:///{store}"\n')

    checked = run("check", "--config", str(tmp_path / "sandbox.toml"))

    assert checked.returncode == 0, checked.stderr
    assert re.fullmatch(r"anny: \d\d operations\nreservekit: \d\d operations\n", checked.stdout)
    assert not store.exists()


def test_a_document_that_cannot_be_used_is_found_by_a_check(monkeypatch):
    spec = load_spec("reservekit")
    spec["paths"]["/health"]["get"]["operationId"] = "getWealth"
    monkeypatch.setattr("mockserver.app.load_spec", lambda _: spec)

    checked = CliRunner().invoke(main, ["check", "reservekit"])

    assert checked.exit_code == 2
    assert checked.output == "mockserver: reservekit has no function for operation 'getWealth'\n"


def test_a_contract_is_printed_as_it_is_written():
    assert run("spec", "reservekit").stdout.startswith("openapi: 3.0.3")


def test_as_json_a_contract_has_what_any_operation_may_answer():
    contract = json.loads(run("spec", "reservekit", "--json").stdout)

    assert "400" in contract["paths"]["/health"]["get"]["responses"]


@pytest.fixture(scope="module")
def listed():
    """What `apis` prints, by API: what it is, and the counts of its parts."""
    lines = run("apis").stdout.splitlines()
    assert len(lines) == 5 * len(API_NAMES)
    return {
        first.split(maxsplit=1)[0]: (first.split(maxsplit=1)[1], *rest)
        for first, *rest in (lines[at : at + 5] for at in range(0, len(lines), 5))
    }


@pytest.mark.parametrize("api", API_NAMES)
def test_of_each_api_it_is_listed_how_much_there_is_and_where_it_comes_from(listed, api):
    contract = load_spec(api)
    defined = [each for item in contract["paths"].values() for each in item.values() if "operationId" in each]
    rules = [*contract["x-rules"], *(rule for each in defined for rule in each.get("x-rules", ()))]

    title, *counted = listed[api]

    assert title == load_api(api, prefix="").title
    refusals = [row for each in (contract, *defined) for row in each.get("x-refusals", ())]
    numbers = {"operations": len(defined), "bounds": r"\d+", "refusals": len(refusals), "rules": len(rules)}
    for line, (part, number) in zip(counted, numbers.items(), strict=True):
        found = re.fullmatch(rf" +({number}) {part}: (\d+) seed, (\d+) documented, (\d+) inferred", line)
        assert found, line
        total, *by_source = map(int, found.groups())
        assert sum(by_source) == total


def test_the_counts_are_those_that_the_control_plane_gives(both, listed):
    fidelity = httpx.get(f"{both}/_sandbox/apis/appointments/fidelity").json()

    parts = ("operations", "bounds", "refusals", "rules")
    for line, part in zip(listed["appointments"][1:], parts, strict=True):
        assert list(map(int, re.findall(r"\d+", line))) == list(fidelity[part].values())


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ('[api_settings.reservekit]\nrate_limit = "zz"', "rate_limit"),
        ("[api_settings.reservekit]\nfoo = 1", "foo"),
        ("[api_settings.reservkit]\n", "reservkit"),
        ("max_sandboxes = 0", "max_sandboxes"),
        ("sed = 1", "did you mean 'seed'"),
        ("port = 'x'", "port"),
    ],
)
def test_a_file_with_a_wrong_setting_does_not_start(tmp_path, settings, said):
    file = tmp_path / "settings.toml"
    file.write_text(settings)

    result = run("serve", "--port", "0", "--config", str(file))

    assert result.returncode == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_a_wrong_variable_is_named_as_it_is_spelled(monkeypatch):
    monkeypatch.setenv("MOCKSERVER_SED", "1")

    result = run("serve", "--port", "0")

    assert result.returncode == 2
    assert "MOCKSERVER_SED; did you mean 'MOCKSERVER_SEED'?" in result.stderr


def test_a_clock_goes_on_where_it_was_after_a_restart(tmp_path):
    store = f"sqlite:///{tmp_path / 'sandbox.sqlite'}"
    key = {"Authorization": "Bearer sk_rsv_demo_alpha"}
    with started("--store", store, "--clock", "2030-01-01T00:00:00Z") as server:
        first = httpx.get(f"{server.url}/reservekit/v1/services", headers=key)
        assert first.status_code == 200

    with started("--store", store) as server:
        body = {"date": "2030-01-07", "time_slot_id": 456}
        made = httpx.post(f"{server.url}/reservekit/v1/bookings", headers=key, json=body)

    assert made.json()["data"]["created_at"].startswith("2030-01-01T00:0")
