"""The kit, as a user runs it, against the sandbox, as a user starts it."""

import re
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from servers import started

from contract_tests.suites.plans import Plan
from mockserver.app import build_app, load_api
from mockserver.serving import bind
from mockserver.settings import Settings
from mockserver.web.addresses import Mount
from mockserver.web.gate import Gate
from mockserver.web.stack import Stack

CALLERS = [
    ("reservekit", "sk_rsv_demo_alpha"),
    ("appointments", "TOKEN"),
    ("anny", "anny_customer_jane"),
    ("anny", "anny_admin"),
    ("bardge", "brg_live_alpha_demo"),
]
FULL = ("--mode", "full", "--disposable", "--suite", "conformance")
SEEDS_A_NIGHT = 10


WORLDS: dict[str, dict[str, Any]] = {
    "appointments": {"scenario": "appointments/documentation-empty"},
    # The drawn worlds, with all there is in them, where they have the dates of the printed requests.
    "anny": {"epoch": "2026-04-06T00:00:00Z", "clock": "2026-04-12T08:00:00Z", "frozen": True},
    "bardge": {"epoch": "2026-05-04T00:00:00Z", "clock": "2026-05-08T09:00:00Z", "frozen": True},
}
"""Where an API minds its clock, a world in which the examples of its contract lie ahead."""


def run_kit(api, url, token, *, seed, examples):
    # The command as it is installed: what it ends with is what CI goes by.
    command = [Path(sys.executable).with_name("contract-tests"), "run", api, "--base-url", url]
    options = ["--token", token, *FULL, "--seed", str(seed), "--max-examples", str(examples)]
    return subprocess.run([*command, *options], capture_output=True, text=True, timeout=3_600, check=False)


def run_in_a_world_of_its_own(server, api, token, *, seed, examples):
    name = f"{token.replace('_', '-').lower()}-{seed}-of-{examples}"
    plan = {"name": name, **WORLDS.get(api, {})}
    assert httpx.post(f"{server.url}/_sandbox/sandboxes", json=plan).status_code == 201
    return run_kit(api, f"{server.url}/{api}", f"{token}.{name}", seed=seed, examples=examples)


def requests_sent(result):
    found = re.findall(r"([\d,]+) calls", result.stdout)
    assert found, result.stdout + result.stderr
    return int(found[-1].replace(",", ""))


@pytest.fixture(scope="module")
def server():
    with started() as running:
        yield running


@pytest.mark.parametrize(("api", "token"), [caller for caller in CALLERS if caller[1] != "anny_admin"])
def test_the_sandbox_keeps_its_contract(server, api, token):
    result = run_in_a_world_of_its_own(server, api, token, seed=1, examples=5)

    assert result.returncode == 0, result.stdout + result.stderr
    assert requests_sent(result) >= 1_000


@pytest.mark.nightly
@pytest.mark.parametrize(("api", "token"), CALLERS)
@pytest.mark.parametrize("number", range(SEEDS_A_NIGHT))
def test_the_sandbox_keeps_its_contract_at_full_length(server, pytestconfig, api, token, number):
    seed = int(pytestconfig.getoption("--hypothesis-seed") or 0) * SEEDS_A_NIGHT + number

    result = run_in_a_world_of_its_own(server, api, token, seed=seed, examples=Plan().max_examples)

    assert result.returncode == 0, result.stdout + result.stderr


def broken(function):
    """A change of one operation's reply that its own document would not let through."""
    app = build_app(Settings(allowed_hosts=("sandbox",)))
    api = load_api("reservekit", prefix="/reservekit")
    original = api.operations["getBooking"]
    api = replace(api, operations={**api.operations, "getBooking": lambda call, work: function(original(call, work))})
    # The sandbox checks itself: without this its own 500 would be the finding.
    responses = api.spec["paths"]["/bookings/{bookingID}"]["get"]["responses"]
    responses["200"] = {"description": "Anything.", "content": {"application/json": {"schema": {}}}}
    stack = Stack(api, app.sandboxes)
    return Gate([Mount(api, stack)], app.asgi, app.sandboxes)


def test_a_reply_broken_on_purpose_is_found_and_shown_as_curl():
    def id_as_text(reply):
        if reply.status != 200:
            return reply
        data = reply.body["data"]
        return replace_body(reply, {"data": {**data, "id": str(data["id"])}})

    def replace_body(reply, body):
        return type(reply)(reply.status, body, reply.headers)

    listener = bind("127.0.0.1", 0)
    listener.listen()  # whoever comes before the server is ready waits
    config = uvicorn.Config(broken(id_as_text), log_level="error", lifespan="off")
    web = uvicorn.Server(config)
    thread = threading.Thread(target=web.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/reservekit"
        result = run_kit("reservekit", url, "sk_rsv_demo_alpha", seed=1, examples=5)
    finally:
        web.should_exit = True
        thread.join(10)
        listener.close()

    assert result.returncode == 1, result.stdout + result.stderr
    assert "GET /bookings/{bookingID}" in result.stdout
    assert "curl" in result.stdout
    assert "sk_rsv_demo" not in result.stdout
