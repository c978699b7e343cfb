"""A run in a world that others use: what they have stays byte for byte, and nothing the run made is left."""

import itertools

import httpx
import pytest

from benchmarks.in_process import SandboxServer
from contract_tests.cli import main

FOREIGN = 50
NAME = "shared"
KEYS = {"alpha": "sk_rsv_demo_alpha", "beta": "sk_rsv_demo_beta"}
# Among them the days on which the kit books.
DAYS = ("2031-03-03", "2031-03-04", "2031-03-10", "2026-01-05", "2024-02-29")
CHANGES: tuple[dict[str, str], ...] = (
    {},
    {"status": "confirmed"},
    {"status": "cancelled", "cancel_reason": "ill"},
    {"date": "2031-03-05"},
)


class Tenant:
    """Somebody who has nothing to do with the kit."""

    def __init__(self, url, key):
        self.client = httpx.Client(base_url=f"{url}/~{NAME}/v1", headers={"Authorization": f"Bearer {key}"})
        slot = {"start_time": "2031-01-01 08:00:00", "end_time": "2031-01-01 08:45:00"}
        slots = [{**slot, "day_of_week": day, "max_bookings": places} for day, places in ((1, 8), (2, 8), (3, 40))]
        body = {"name": "Haircut", "timezone": "Europe/Berlin", "time_slots": slots}
        self.service = self.ask("POST", "/services", body)
        self.slots = self.ask("GET", f"/services/{self.service['id']}/time-slots")

    def ask(self, method, path, body=None):
        answer = self.client.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json()["data"]

    def book(self, number):
        slot = self.slots[number % len(self.slots)]
        who = {"customer_email": f"guest{number}@example.com", "customer_name": f"Guest {number}"}
        body = {"date": DAYS[number % len(DAYS)], "time_slot_id": slot["id"], "message": f"No. {number}", **who}
        booking = self.ask("POST", "/bookings", body)
        path = f"/bookings/{booking['id']}"
        self.ask("PATCH", path, CHANGES[number % len(CHANGES)])
        return path

    def seen(self, paths):
        return {path: self.client.get(path).content for path in paths}


def state(url):
    """Everything that is kept, kind by kind, as it is kept."""
    (api,) = httpx.get(f"{url}/_sandbox/apis").json()["apis"]
    kept = {}
    for kind in api["kinds"]:
        documents = []
        for offset in itertools.count(step=100):
            where = f"{url}/_sandbox/sandboxes/{NAME}/state/reservekit/{kind}"
            answer = httpx.get(where, params={"offset": offset, "limit": 100}).raise_for_status().json()
            documents += answer["documents"]
            if len(documents) >= answer["total"]:
                break
        kept[kind] = documents
    return kept


@pytest.fixture(scope="module")
def url():
    server = SandboxServer()
    with server.serving("reservekit") as address:
        httpx.post(f"{address}/_sandbox/sandboxes", json={"name": NAME}).raise_for_status()
        yield address
    server.stop()


def test_a_run_leaves_a_shared_world_as_it_found_it(url, capsys):
    tenants = [Tenant(url, key) for key in KEYS.values()]
    paths = {tenant: [tenant.book(number) for number in range(FOREIGN // 2)] for tenant in tenants}
    seen = {tenant: tenant.seen(paths[tenant]) for tenant in tenants}
    before = state(url)

    code = main(["run", "reservekit", "--base-url", url, "--sandbox", NAME, "--max-examples", "5"])

    out = capsys.readouterr().out
    assert code == 0, out
    assert "18 of 18 operations" in out
    assert "left behind" not in out
    assert {tenant: tenant.seen(paths[tenant]) for tenant in tenants} == seen
    assert len(before["booking"]) >= FOREIGN
    after = state(url)
    for kind, documents in before.items():
        assert after[kind] == documents, kind
    for tenant in tenants:
        tenant.client.close()
    assert sum(map(len, seen.values())) == FOREIGN
