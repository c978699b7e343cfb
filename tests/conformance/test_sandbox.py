"""The kit, as a user runs it, against the sandbox, as a user starts it."""

import re
import subprocess
import sys
import threading
from dataclasses import replace

import httpx
import pytest
import uvicorn
from servers import started

from mockserver.app import build_app, load_api
from mockserver.serving import bind
from mockserver.settings import Settings
from mockserver.web.addresses import Mount
from mockserver.web.gate import Gate
from mockserver.web.stack import build_stack

TOKENS = {"reservekit": "sk_rsv_demo_alpha", "appointments": "TOKEN"}
QUICK_SEEDS = (1, 2)
ALL_SEEDS = range(1, 11)


def run_kit(api, url, *, seed, examples):
    command = [sys.executable, "-m", "contract_tests", "run", api, "--base-url", url]
    token = f"{TOKENS[api]}.{_world(api, seed, examples)}"
    options = ["--token", token, "--seed", str(seed), "--max-examples", str(examples)]
    return subprocess.run([*command, *options], capture_output=True, text=True, timeout=600, check=False)


def _world(api, seed, examples):
    return f"{api}-{seed}-of-{examples}"


def make_world(server, api, *, seed, examples):
    """Where an API minds its clock, one in which the examples of its contract lie ahead."""
    if api == "appointments":
        world = {"name": _world(api, seed, examples), "scenario": "appointments/documentation-empty"}
        assert httpx.post(f"{server.url}/_sandbox/sandboxes", json=world).status_code == 201


def requests_sent(result):
    found = re.search(r"([\d,]+) requests", result.stdout)
    assert found, result.stdout + result.stderr
    return int(found[1].replace(",", ""))


@pytest.fixture(scope="module")
def server():
    with started() as running:
        yield running


@pytest.mark.parametrize("api", TOKENS)
@pytest.mark.parametrize("seed", QUICK_SEEDS)
def test_the_sandbox_keeps_its_contract(server, api, seed):
    make_world(server, api, seed=seed, examples=25)

    result = run_kit(api, f"{server.url}/{api}", seed=seed, examples=25)

    assert result.returncode == 0, result.stdout + result.stderr
    assert requests_sent(result) >= 1_000


@pytest.mark.conformance
@pytest.mark.parametrize("api", TOKENS)
@pytest.mark.parametrize("seed", ALL_SEEDS)
def test_the_sandbox_keeps_its_contract_at_full_length(server, api, seed):
    make_world(server, api, seed=seed, examples=150)

    result = run_kit(api, f"{server.url}/{api}", seed=seed, examples=150)

    assert result.returncode == 0, result.stdout + result.stderr


def broken(function):
    """A change of one operation's reply that its own document would not let through."""
    app = build_app(Settings())
    api = load_api("reservekit", prefix="/reservekit")
    original = api.operations["getBooking"]
    api = replace(api, operations={**api.operations, "getBooking": lambda call, work: function(original(call, work))})
    # The sandbox checks itself: without this its own 500 would be the finding.
    responses = api.spec["paths"]["/bookings/{bookingID}"]["get"]["responses"]
    responses["200"] = {"description": "Anything.", "content": {"application/json": {"schema": {}}}}
    stack = build_stack(api, app.sandboxes, app.asgi)
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
        result = run_kit("reservekit", f"http://127.0.0.1:{listener.getsockname()[1]}/reservekit", seed=1, examples=5)
    finally:
        web.should_exit = True
        thread.join(10)
        listener.close()

    assert result.returncode == 1, result.stdout + result.stderr
    assert "GET /bookings/{bookingID}" in result.stdout
    assert "curl" in result.stdout
    assert "sk_rsv_demo" not in result.stdout
