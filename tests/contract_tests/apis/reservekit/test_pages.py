"""Pages of a list from which others take theirs away while it is read."""

import random

import httpx
import pytest

from benchmarks.in_process import SandboxServer, deployment
from contract_tests.apis import kit_of
from contract_tests.results import Outcome
from contract_tests.runs import staged
from contract_tests.scenes.sandboxes import ControlPlane
from contract_tests.suites.scripted import play

KIT = kit_of("reservekit")
assert KIT is not None
LAWS = [law for law in KIT.laws if law.name.startswith("pages.")]
KEY = {"Authorization": "Bearer sk_rsv_demo_alpha.shared"}
OFTEN = 0.15


class Colleague:
    """Works in the same world: after some of the lists of services takes an old one of theirs away, and makes another."""

    def __init__(self, app):
        self._app, self._random, self._services = app, random.Random(5), []
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://host/v1", headers=KEY)

    async def __call__(self, scope, receive, send):
        is_of_services = scope["type"] == "http" and scope["path"].endswith("/services")
        if is_of_services and not self._services:
            await self._make(20)
        await self._app(scope, receive, send)
        if is_of_services and scope["method"] == "GET" and self._random.random() < OFTEN:
            gone = await self._client.delete(f"/services/{self._services.pop(0)}")
            gone.raise_for_status()
            await self._make(1)

    async def _make(self, how_many):
        for _ in range(how_many):
            made = await self._client.post("/services", json={"name": "Massage", "timezone": "Europe/Berlin"})
            self._services.append(made.raise_for_status().json()["data"]["id"])


@pytest.fixture(scope="module")
def server():
    server = SandboxServer()
    yield server
    server.stop()


def beside_a_colleague(server, law, *bugs):
    with server.serving("reservekit", *bugs, seen_by=Colleague) as url:
        plane = ControlPlane.find(url)
        assert plane is not None
        plane.create("shared", {})
        plane.close()
        with deployment("reservekit", url, sandbox="shared") as found, staged(found, seed=1) as stage:
            assert stage is not None
            return play(stage, law)


@pytest.mark.parametrize("law", LAWS, ids=[law.name for law in LAWS])
def test_who_takes_services_away_meanwhile_breaks_nothing(server, law):
    result = beside_a_colleague(server, law)

    assert result.outcome in (Outcome.PASS, Outcome.SKIP)
    assert result.findings == ()


@pytest.mark.parametrize("bug", ["RK-P01", "RK-P01.deleted"])
def test_a_page_that_loses_something_is_found_while_others_change_the_list(server, bug):
    (law,) = (law for law in LAWS if "RK-P01" in law.rules)

    result = beside_a_colleague(server, law, bug)

    assert {finding.rule for finding in result.findings} == {"RK-P01"}
