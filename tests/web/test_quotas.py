"""What a sandbox may have, and how often it may be asked: refused by each API in its own form, and hindering nobody else."""

import asyncio
from datetime import timedelta

import pytest
from doubles import Client
from open_reads import OpenRead

from mockserver.app import API_NAMES
from mockserver.settings import Settings
from mockserver.web import pacing

KEY = {"Authorization": "Bearer sk_rsv_demo_alpha"}


def book(client, week=0, **headers):
    asked = {"date": f"2026-03-{9 + 7 * week:02}", "time_slot_id": 456}
    return client.post("/reservekit/v1/bookings", json=asked, headers=headers)


def test_beyond_its_documents_a_sandbox_is_refused_with_the_journal_saying_why(build):
    app = build(quota_documents=3)
    client, control = Client(app, headers=KEY), Client(app, base="/_sandbox")

    assert book(client).status_code == 201
    refused = book(client, 1, **{"Idempotency-Key": "once"})

    assert refused.status_code == 503
    assert "may have 3 documents beyond its seed" in refused.json()["error"]
    (entry, *_) = control.get("/sandboxes/default/journal").json()["entries"]
    assert (entry["status"], entry["refusal"]) == (503, "over_quota")
    assert book(client, **{"X-Sandbox": "another"}).status_code == 201
    control.post("/sandboxes/default/reset")
    assert book(client, 1, **{"Idempotency-Key": "once"}).status_code == 201


@pytest.mark.parametrize("name", API_NAMES)
def test_who_asks_too_often_is_told_so_by_each_api_in_the_form_of_its_contract(build, name):
    app = build(apis=(name,), quota_requests=0.001)
    read = OpenRead(app)

    first, second, other = read.ask(), read.ask(), read.ask("other")

    assert first.status_code == other.status_code != 503
    assert second.status_code == 503
    assert "0.001 times a second" in second.text
    read.ensure_form(second)
    control = Client(app, base="/_sandbox")
    assert {control.get("/sandboxes").status_code for _ in range(3)} == {200}
    (entry, *_) = control.get("/sandboxes/default/journal").json()["entries"]
    assert (entry["operation"], entry["refusal"]) == (read.id, "over_quota")


def test_a_journal_keeps_the_newest_that_fit(build):
    app = build(quota_journal_bytes=20_000)
    client = Client(app, base="/reservekit/v1", headers=KEY)

    for _ in range(50):
        client.get("/services?page=1")

    entries = Client(app, base="/_sandbox").get("/sandboxes/default/journal?limit=100").json()["entries"]
    assert 0 < len(entries) < 50
    assert entries[0]["id"] == 50


@pytest.mark.usefixtures("in_memory")  # a store that waits lives on one loop, and here are two
def test_a_server_lets_go_of_what_nobody_uses(build, clock):
    app = build(sandbox_expiry_seconds=0.01)
    app.sandboxes.open("a")
    told = iter([{"type": "lifespan.startup"}])

    async def receive():
        for message in told:
            return message
        while app.sandboxes.loaded("a") is not None:
            clock.advance(timedelta(seconds=1))
            await asyncio.sleep(0)
        return {"type": "lifespan.shutdown"}

    async def send(_):
        pass

    asyncio.run(asyncio.wait_for(app.asgi({"type": "lifespan"}, receive, send), 20))

    assert [record.name for record in app.sandboxes.every()] == []


def test_processes_of_a_store_tell_each_other_how_often_they_were_asked(build, tmp_path, monkeypatch):
    monkeypatch.setattr(pacing, "_EVERY_SECONDS", 0.0)
    app = build(store=f"sqlite:///{tmp_path / 'shared.sqlite'}", workers=2, quota_requests=0.01)
    told = iter([{"type": "lifespan.startup"}])

    heard, spend = asyncio.Event(), app.store.paces.spend

    def listen(spent):
        heard.set()
        return spend(spent)

    async def receive():
        for message in told:
            return message
        await Client(app)._request("GET", "/reservekit/v1/services?page=1", KEY, {})
        await heard.wait()
        return {"type": "lifespan.shutdown"}

    async def send(_):
        pass

    monkeypatch.setattr(app.store.paces, "spend", listen)
    asyncio.run(asyncio.wait_for(app.asgi({"type": "lifespan"}, receive, send), 20))

    ((_, seconds),) = spend([("default", 0.0)])
    assert seconds > 50


@pytest.mark.parametrize(
    ("setting", "wrong"),
    [("quota_documents", -1), ("quota_requests", -0.5), ("quota_journal_bytes", 0), ("sandbox_expiry_seconds", -1)],
)
def test_a_quota_that_cannot_be_is_refused(setting, wrong):
    with pytest.raises(ValueError, match=f"{setting}: .*not {wrong}"):
        Settings(**{setting: wrong})
