"""The kit of time zones: what a wall clock shows is the moment that `fixtures/zones.yaml` says."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from doublebook_data import fixtures_dir, read_yaml
from mockserver.booking.schedule import local_moment

CASES = read_yaml(fixtures_dir() / "zones.yaml")["cases"]
KINDS = {"gap", "overlap", "half hour", "date line", "no change"}


def named(case):
    return f"{case['kind']} in {case['zone']}"


@pytest.mark.parametrize("case", CASES, ids=named)
def test_a_time_on_a_wall_is_the_moment_that_the_kit_says(case):
    zone, local = ZoneInfo(case["zone"]), datetime.fromisoformat(case["local"])

    moment = local_moment(local.date(), local.time(), zone)

    assert moment == datetime.fromisoformat(case["at"])
    shown = moment.astimezone(zone).replace(tzinfo=None)
    assert shown == datetime.fromisoformat(case.get("shows", case["local"]))


@pytest.mark.parametrize("case", CASES, ids=named)
def test_each_case_is_of_its_kind(case):
    """A time in a gap is shown by no clock; one in an overlap twice; any other once."""
    zone, local = ZoneInfo(case["zone"]), datetime.fromisoformat(case["local"])
    both = {local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    showing = {each for each in both if each.astimezone(zone).replace(tzinfo=None) == local}

    expected = {datetime.fromisoformat(case[name]) for name in ("at", "again") if name in case}
    assert showing == (set() if "shows" in case else expected)
    assert ("again" in case) == (case["kind"] == "overlap")


def test_there_are_some_of_each_kind():
    assert {case["kind"] for case in CASES} == KINDS
