from unittest.mock import patch

import pytest
from doubles import Client, ManualClock

from doublebook_data import fixtures_dir, read_yaml
from mockserver.apis.reservekit.seed import read_scenario
from mockserver.apis.scenarios import ScenarioFiles
from mockserver.app import API_NAMES, build_app, load_api
from mockserver.sandbox.records import Setup
from mockserver.settings import Settings


@pytest.mark.parametrize("name", API_NAMES)
def test_every_api_has_a_world_of_its_documentation(name):
    domain = load_api(name, prefix="").domain
    assert domain is not None
    scenarios = domain.scenarios

    assert "documentation" in scenarios
    assert {each: scenario.name for each, scenario in scenarios.items()} == dict(zip(scenarios, scenarios, strict=True))
    assert len(scenarios) == len(list(scenarios))


PLAYED = [
    (api, path)
    for api in API_NAMES
    for path in sorted((fixtures_dir() / api / "scenarios").glob("*.yaml"))
    if "exchanges" in read_yaml(path)
]
SITUATIONS = {
    "sold-out",
    "past-deadline",
    "dst-weekend",
    "expired-hold",
    "expired-session",
    "rate-limited",
    "double-submit",
}


def at_pointer(document, pointer):
    for step in pointer.split("/")[1:]:
        document = document[int(step)] if isinstance(document, list) else document[step]
    return document


@pytest.fixture(scope="module")
def app():
    app = build_app(Settings(allowed_hosts=("sandbox",)), clock=ManualClock())
    yield app
    app.store.close()


@pytest.mark.parametrize(("api", "path"), PLAYED, ids=[f"{api}-{path.stem}" for api, path in PLAYED])
def test_a_scenario_comes_to_what_it_says(app, api, path):
    name = f"{api}-{path.stem}"
    app.sandboxes.create(name, Setup(scenario=f"{api}/{path.stem}"))
    client, clock = Client(app, base=f"/~{name}/{api}"), Client(app, base=f"/_sandbox/sandboxes/{name}/clock")
    for step in read_yaml(path)["exchanges"]:
        if "advance" in step:
            assert clock.post("/advance", {"by": step["advance"]}).status_code == 200
            continue
        request, expected = step["request"], step["response"]
        answer = client.request(
            request["method"], request["path"], headers=request["headers"], json=request.get("body")
        )

        assert answer.status_code == expected["status"], answer.text
        for pointer, value in expected.get("contains", {}).items():
            assert at_pointer(answer.json(), pointer) == value
        for header, value in expected.get("headers", {}).items():
            assert answer.headers[header] == value


def test_there_is_a_scenario_for_each_situation_that_hurts():
    assert {path.stem for _, path in PLAYED} == SITUATIONS


def test_a_scenario_brings_its_settings_and_whoever_makes_a_sandbox_may_have_others(app):
    one = {"reservekit": {"bookings_per_minute": 1}}
    app.sandboxes.create("usual", Setup(scenario="reservekit/rate-limited"))
    app.sandboxes.create(
        "other", Setup(scenario="reservekit/rate-limited", settings={"reservekit": {"bookings_per_minute": 5}})
    )

    assert app.sandboxes.get("usual").record.settings == one
    assert app.sandboxes.get("other").record.settings["reservekit"] == {"bookings_per_minute": 5}


def test_a_world_is_read_when_somebody_asks_for_it_and_once():
    with patch("mockserver.apis.scenarios.read_yaml", wraps=read_yaml) as reading:
        scenarios = ScenarioFiles("reservekit", read_scenario)
        known = "documentation" in scenarios, "gone" in scenarios
        before = reading.call_count
        worlds = scenarios["documentation"], scenarios["documentation"]

    assert known == (True, False)
    assert (before, reading.call_count) == (0, 1)
    assert worlds[0] is worlds[1]


def test_a_world_that_is_not_there_is_a_key_that_is_not_there():
    with pytest.raises(KeyError):
        ScenarioFiles("reservekit", read_scenario)["gone"]
