"""The printed samples, each in its own world: status, shape and every value."""

from dataclasses import replace

import pytest
from doubles import Client, ManualClock

from doublebook_data import fixtures_dir, read_yaml
from mockserver.apis.reservekit.seed import read_scenario
from mockserver.app import load_api
from mockserver.sandbox.records import Plan
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.stores.memory import MemoryStore
from mockserver.web.addresses import Mount
from mockserver.web.gate import Gate
from mockserver.web.stack import build_stack

SAMPLES = sorted((fixtures_dir() / "reservekit" / "samples").glob("*.yaml"))


def in_its_own_world(build, sample):
    """ReserveKit alone, as the vendor has it, in a sandbox that starts with the sample's world."""
    api = load_api("reservekit", prefix="")
    domain = replace(api.domain, scenarios={"sample": read_scenario("sample", sample)})
    api = replace(api, domain=domain)
    sandboxes = Sandboxes(MemoryStore(), [domain], clock=ManualClock(), plan=Plan(scenario="reservekit/sample"))
    app = build()
    stack = build_stack(api, sandboxes, app.asgi)
    return Client(replace(app, asgi=Gate([Mount(api, stack)], app.asgi, sandboxes), sandboxes=sandboxes))


@pytest.mark.parametrize("path", SAMPLES, ids=[path.stem for path in SAMPLES])
def test_a_printed_sample_is_answered_as_printed(build, path):
    sample = read_yaml(path)
    client = in_its_own_world(build, sample)

    for exchange in sample["exchanges"]:
        request, expected = exchange["request"], exchange["response"]
        response = client.request(
            request["method"], request["path"], headers=request["headers"], json=request.get("body")
        )
        assert response.status_code == expected["status"], response.text
        assert response.json() == expected["body"]


def test_there_is_a_sample_for_each_printed_exchange():
    assert len(SAMPLES) >= 11


def test_the_scenario_documentation_makes_the_printed_reads_true(build):
    build_app = build()
    build_app.sandboxes.create("docs", Plan(scenario="reservekit/documentation"))
    client = Client(build_app, base="/reservekit/v1").as_("sk_rsv_your_api_key.docs")
    sample = next(read_yaml(path) for path in SAMPLES if "list" in path.stem)
    (exchange,) = sample["exchanges"]

    response = client.get("/bookings?service_id=123&page=1&page_size=10")

    assert response.json() == exchange["response"]["body"]
