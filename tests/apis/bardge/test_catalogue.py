"""What is offered, where no law looks: the venues of the seed, days that are over, the calendar of Lagos."""

from datetime import date, datetime

import pytest
from bardge_spas import SERENITY, slots
from bardge_world import day, said

from mockserver.apis.bardge.records import LAGOS

BAD_INPUT = (400, "validation_error")


@pytest.mark.parametrize(
    ("path", "query", "foreign"),
    [
        ("/passes", {}, "pass_harbour_gym"),
        ("/passes", {"category": "SPA"}, "pass_gym_standard"),
        ("/providers", {"category": "SPA"}, "branch_pulse_lekki"),
        ("/passes/pass_gym_standard/providers", {}, "branch_pulse_lekki"),
        ("/classes", {"category": "clscat_yoga"}, "class_boxing"),
        ("/providers/branch_ironworks_ikeja/classes", {}, "class_boxing"),
        ("/providers/branch_pulse_lekki/gym-copay-options", {}, "copay_ajah_month"),
        ("/credit_packages", {}, "crpkg_harbour_20"),
        ("/issuers", {}, "issuer_quiet"),
    ],
)
def test_what_a_list_leaves_out_is_no_cursor_of_it(alpha, path, query, foreign):
    """BG-P06."""
    for name in ("starting_after", "ending_before"):
        assert said(alpha.get(path, **{name: foreign}, **query)) == BAD_INPUT


def test_the_farthest_place_is_half_way_round(alpha):
    shown = alpha.read("/providers", lat=-6.4478, lon=-176.5277, limit=100)["data"]

    assert shown[-1]["id"] == "branch_pulse_lekki"
    assert shown[-1]["distance_km"] == pytest.approx(20_015, abs=1)


@pytest.mark.parametrize("number", [-4, -1, 0])
def test_classes_of_a_day_that_is_over_are_those_that_were_given_then(world, number):
    """BG-K04."""
    given = {
        each["class_id"]
        for each in world.kept("class_instance")
        if datetime.fromisoformat(each["starts_at"]).astimezone(LAGOS).date().isoformat() == day(number)
    }
    weekday = date.fromisoformat(day(number)).isoweekday() % 7
    given |= {each["id"] for each in world.kept("class") if weekday in (each["weekly"] or {"weekdays": ()})["weekdays"]}

    found = world.alpha.listed("/classes", date=day(number))
    assert found == [each for each in world.alpha.listed("/classes") if each in given]


def test_the_days_of_a_class_are_those_of_lagos(world):
    """Half an hour after midnight there it is still the day before in UTC."""
    world.go_to(10, "00:30")

    shown = world.alpha.read("/classes/class_sunrise_yoga", to=day(10))["instances"]
    assert [each["id"] for each in shown] == ["ci_sunrise_full"]


@pytest.mark.parametrize(
    ("query", "is_fine"),
    [({"to": day(-1)}, False), ({"to": day(92)}, True), ({"to": day(93)}, False)],
)
def test_days_without_a_first_one_are_at_most_92_apart(alpha, query, is_fine):
    """BG-K12."""
    assert said(alpha.get("/classes/class_sunrise_yoga", **query)) == ((200, "") if is_fine else BAD_INPUT)


def test_the_days_ahead_are_counted_by_the_calendar_of_lagos(world, alpha):
    """BG-S34."""
    world.go_to(0, "23:59")
    assert slots(alpha, 91) == []

    world.go_to(1, "00:00")
    assert len(slots(alpha, 91)) == 9


def test_a_day_that_is_over_has_its_slots_all_the_same(alpha):
    """BG-S32."""
    shown = alpha.read(f"/providers/{SERENITY}/availability", date=day(-1))["slots"]

    assert [slot["available"] for slot in shown] == [False] * 9
