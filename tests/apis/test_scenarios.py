from unittest.mock import patch

import pytest

from doublebook_data import read_yaml
from mockserver.apis.reservekit.seed import read_scenario
from mockserver.apis.scenarios import ScenarioFiles
from mockserver.app import API_NAMES, load_api


@pytest.mark.parametrize("name", API_NAMES)
def test_every_api_has_a_world_of_its_documentation(name):
    domain = load_api(name, prefix="").domain
    assert domain is not None
    scenarios = domain.scenarios

    assert "documentation" in scenarios
    assert {each: scenario.name for each, scenario in scenarios.items()} == dict(zip(scenarios, scenarios, strict=True))
    assert len(scenarios) == len(list(scenarios))


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
