"""The printed samples of every API, each in its own world: status, headers and every value that is printed."""

import json
from dataclasses import replace
from importlib import import_module

import httpx
import pytest
from curls import run_curl
from doubles import Client, ManualClock
from servers import started

from doublebook_data import fixtures_dir, read_yaml
from mockserver.app import load_api
from mockserver.sandbox.records import Setup
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.stores.memory import MemoryStore
from mockserver.web.addresses import Mount
from mockserver.web.gate import Gate
from mockserver.web.stack import Stack

PRINTED = {"reservekit": 11, "appointments": 10, "anny": 11, "bardge": 11}
"""How many samples the pages of each API print. Those of anny print requests alone, those of bardge answers in part: a
sample holds what can be told of the answers all the same.
"""

SAMPLES = [(api, path) for api in PRINTED for path in sorted((fixtures_dir() / api / "samples").glob("*.yaml"))]
CURLS = [(api, path) for api, path in SAMPLES if "curl" in read_yaml(path)]


def named(samples):
    return [pytest.param(api, path, id=f"{api}-{path.stem}") for api, path in samples]


def in_its_own_world(build, name, sample):
    """The API alone, as the vendor has it, in a sandbox that starts with the sample's world."""
    api = load_api(name, prefix="")
    read_scenario = import_module(f"mockserver.apis.{name}.seed").read_scenario
    assert api.domain is not None
    domain = replace(api.domain, scenarios={"sample": read_scenario("sample", sample)})
    api = replace(api, domain=domain)
    sandboxes = Sandboxes(MemoryStore(), [domain], clock=ManualClock(), setup=Setup(scenario=f"{name}/sample"))
    app = build()
    stack = Stack(api, sandboxes)
    return Client(replace(app, asgi=Gate([Mount(api, stack)], app.asgi, sandboxes), sandboxes=sandboxes))


def at_pointer(document, pointer):
    """What stands at a JSON pointer (RFC 6901)."""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        document = document[int(name)] if isinstance(document, list) else document[name]
    return document


@pytest.mark.parametrize(("api", "path"), named(SAMPLES))
def test_a_printed_sample_is_answered_as_printed(build, api, path):
    sample = read_yaml(path)
    client = in_its_own_world(build, api, sample)

    for exchange in sample["exchanges"]:
        request, expected = exchange["request"], exchange["response"]
        response = client.request(
            request["method"], request["path"], headers=request.get("headers", {}), json=request.get("body")
        )
        assert response.status_code == expected["status"], response.text
        body = response.json() if response.content else None
        if "contains" in expected:
            assert {pointer: at_pointer(body, pointer) for pointer in expected["contains"]} == expected["contains"]
        else:
            assert body == expected.get("body")
        for name, value in expected.get("headers", {}).items():
            assert response.headers[name].removeprefix("http://sandbox") == value


def test_there_is_a_sample_for_each_printed_exchange():
    found = [api for api, _ in SAMPLES]

    assert {api: found.count(api) for api in PRINTED} == PRINTED


def test_the_scenario_documentation_of_reservekit_makes_the_printed_reads_true(build):
    app = build()
    app.sandboxes.create("docs", Setup(scenario="reservekit/documentation"))
    client = Client(app, base="/reservekit/v1").as_("sk_rsv_your_api_key.docs")
    sample = read_yaml(fixtures_dir() / "reservekit" / "samples" / "02-list-bookings.yaml")
    (exchange,) = sample["exchanges"]

    response = client.get("/bookings?service_id=123&page=1&page_size=10")

    assert response.json() == exchange["response"]["body"]


@pytest.fixture(scope="module")
def server():
    with started("appointments") as running:
        yield running


@pytest.mark.parametrize(("api", "path"), named(CURLS))
def test_a_printed_command_works_with_another_host_and_nothing_else(server, api, path):
    sample = read_yaml(path)
    wanted = sample["exchanges"][0]["response"]
    scenario = "documentation" if sample["world"]["bookings"] else "documentation-empty"
    setup = {"name": path.stem, "scenario": f"{api}/{scenario}"}
    assert httpx.post(f"{server.url}/_sandbox/sandboxes", json=setup).status_code == 201

    said = run_curl(sample["curl"].replace("https://api.example.com", f"{server.url}/~{path.stem}"))

    assert (json.loads(said) if said else None) == wanted.get("body")
    journal = httpx.get(f"{server.url}/_sandbox/sandboxes/{path.stem}/journal").json()["entries"]
    assert journal[0]["status"] == wanted["status"]
