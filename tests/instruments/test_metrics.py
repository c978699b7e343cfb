"""Figures for Prometheus: who sees them, and what they count."""

import asyncio
import subprocess
import sys

import httpx
import pytest
from doubles import Client
from postgresql import database
from prometheus_client.parser import text_string_to_metric_families
from servers import started

KEY = {"Authorization": "Bearer sk_rsv_demo_alpha"}
BOOKING = {"date": "2026-03-09", "time_slot_id": 456}


def figures(text):
    """By name and labels."""
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def requests_of(found, **labels):
    wanted = set(labels.items())
    return sum(
        value for (name, *own), value in found.items() if name == "doublebook_requests_total" and wanted <= {*own}
    )


@pytest.fixture
def watched(build):
    return Client(build(metrics=True), headers=KEY)


def look(client, **headers):
    answer = client.get("/metrics", headers={"Authorization": None, **headers})
    assert answer.status_code == 200
    return figures(answer.text)


def test_requests_are_counted_by_api_operation_and_status(watched):
    for _ in range(2):
        watched.get("/reservekit/v1/bookings/789")
    watched.get("/reservekit/v1/bookings/789", headers={"Authorization": "Bearer nobody"})
    watched.get("/reservekit/v1/nowhere")
    watched.get("/_sandbox/sandboxes", headers={"Authorization": None})

    found = look(watched)

    assert requests_of(found, api="reservekit", operation="getBooking", status="200") == 2
    assert requests_of(found, api="reservekit", operation="getBooking", status="401") == 1
    assert requests_of(found, api="reservekit", operation="", status="404") == 1
    assert requests_of(found, api="control", operation="listSandboxes", status="200") == 1
    assert found["doublebook_request_duration_seconds_count", ("api", "reservekit"), ("operation", "getBooking")] == 3


def test_it_says_how_many_sandboxes_are_awake(watched):
    for name in ("one", "two"):
        watched.get("/reservekit/v1/services?page=1", headers={"X-Sandbox": name})

    assert look(watched)["doublebook_sandboxes_awake",] == 2


def test_trips_to_a_shared_store_are_counted(build):
    watched = Client(build(metrics=True, store=database().copy()), headers=KEY)
    watched.get("/reservekit/v1/services?page=1")
    before = look(watched)["doublebook_store_trips_total",]

    assert watched.post("/reservekit/v1/bookings", json=BOOKING).status_code == 201

    after = look(watched)
    assert after["doublebook_store_trips_total",] >= before + 2
    assert after["doublebook_store_conflicts_total",] == 0


def test_a_conflict_in_the_store_is_counted():
    import psycopg

    store = database().store()

    def divide():
        async def ask():
            async with store.connection() as connection:
                await store.ask(connection, "SELECT 1 / 0")

        store.home.wait(ask())

    try:
        with pytest.raises(psycopg.errors.DivisionByZero):
            divide()
        assert (store.trips, store.conflicts) == (1, 1)
    finally:
        store.close()


@pytest.mark.parametrize(
    ("settings", "headers", "status"),
    [
        ({"control_token": "s3cret"}, {}, 401),
        ({"control_token": "s3cret"}, {"Authorization": "Bearer wrong"}, 401),
        ({"control_token": "s3cret"}, {"Authorization": "Bearer s3cret"}, 200),
        ({}, {}, 200),
        ({}, {"Host": "elsewhere.test"}, 403),
        ({}, {"Origin": "https://elsewhere.test"}, 403),
    ],
)
def test_they_are_shown_to_whoever_may_control_sandboxes(build, settings, headers, status):
    answer = Client(build(metrics=True, **settings)).get("/metrics", headers=headers)

    assert answer.status_code == status
    assert ("doublebook" in answer.text) == (status == 200)


def test_nothing_is_there_and_nothing_imported_where_nobody_asked(build):
    assert Client(build()).get("/metrics").status_code == 404

    program = """
import sys
from mockserver.app import build_app
from mockserver.settings import Settings
build_app(Settings())
print([name for name in sys.modules if name.startswith(("prometheus", "opentelemetry", "mockserver.instruments"))])
"""
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.strip() == "[]"


def test_workers_count_together(tmp_path):
    store = f"sqlite:///{tmp_path / 'a.sqlite'}"
    with started("reservekit", "--metrics", "--workers", "2", "--store", store) as server:
        for _ in range(12):  # a new connection each time, so that both get their share
            httpx.get(f"{server.url}/v1/bookings/789", headers=KEY)
        found = {
            requests_of(figures(httpx.get(f"{server.url}/metrics").text), operation="getBooking") for _ in range(6)
        }

    assert found == {12}


def test_webhooks_are_counted_by_what_became_of_them(build):
    from mockserver.instruments.metrics import Metrics

    app = build()
    metrics = Metrics(app.sandboxes, None)
    metrics.see_webhook("reservekit", failed=False)
    metrics.see_webhook("reservekit", failed=True)
    metrics.see_webhook("reservekit", failed=True)

    found = figures(shown(metrics))

    assert found["doublebook_webhooks_total", ("api", "reservekit"), ("outcome", "delivered")] == 1
    assert found["doublebook_webhooks_total", ("api", "reservekit"), ("outcome", "failed")] == 2


def shown(metrics):
    transport = httpx.ASGITransport(metrics)

    async def ask():
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
            return (await client.get("/metrics")).text

    return asyncio.run(ask())
