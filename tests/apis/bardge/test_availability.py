"""When a spa has time. Funke is at Serenity Spa on day 9 from 10:00 to 11:00."""

import pytest
from bardge_spas import LAGOON, SERENITY, book, booked, hold, slots
from bardge_world import day, said

ALL = [f"{hour:02}:00" for hour in range(9, 18)]


def test_there_is_a_slot_for_each_hour_from_nine_to_five(alpha):
    """BG-S32."""
    shown = alpha.read(f"/providers/{SERENITY}/availability", date=day(3))

    assert shown["object"] == "availability"
    assert (shown["provider_branch_id"], shown["date"]) == (SERENITY, day(3))
    assert shown["slots"] == [{"time": clock, "available": True} for clock in ALL]


def test_an_hour_that_is_booked_is_shown_and_not_available(alpha):
    """BG-S31."""
    shown = alpha.read(f"/providers/{SERENITY}/availability", date=day(9))["slots"]

    assert [slot["time"] for slot in shown] == ALL
    assert [slot["time"] for slot in shown if not slot["available"]] == ["10:00"]


def test_services_need_all_their_hours_free_and_before_closing(alpha):
    """BG-S33. A massage and the oils take an hour and three quarters."""
    free = slots(alpha, 9, "svc_deep_tissue", "svc_aromatherapy")

    assert free == ["11:00", "12:00", "13:00", "14:00", "15:00", "16:00"]


def test_a_service_shorter_than_an_hour_takes_one(alpha):
    assert slots(alpha, 9, "svc_aromatherapy") == [clock for clock in ALL if clock != "10:00"]


def test_what_a_session_holds_is_not_available_until_it_ends(world, alpha):
    """BG-S31, BG-S05."""
    assert said(hold(alpha, "funke", 3, "14:00")) == (201, "")
    assert "14:00" not in slots(alpha, 3)

    world.wait(minutes=15)

    assert "14:00" in slots(alpha, 3)


def test_a_pending_appointment_takes_its_hours_as_a_confirmed_one_does(open_world):
    """BG-S31."""
    world = open_world(settings={"acceptance_minutes": 60})
    booking = booked(world.alpha, "funke", 3, "14:00")
    assert world.alpha.status(booking["id"]) == "pending"
    assert "14:00" not in slots(world.alpha, 3)

    world.wait(minutes=60)

    assert world.alpha.status(booking["id"]) == "confirmed"
    assert "14:00" not in slots(world.alpha, 3)


def test_another_spa_has_time_of_its_own(alpha):
    assert slots(alpha, 9, branch=LAGOON) == ALL


def test_all_resellers_see_one_availability(world):
    assert said(book(world.alpha, "funke", 3, "14:00")) == (201, "")

    assert "14:00" not in slots(world.harbour, 3)


def test_a_slot_that_has_begun_is_not_available(world, alpha):
    """BG-S34."""
    world.go_to(3, "11:59")
    assert slots(alpha, 3) == ALL[3:]

    world.go_to(3, "12:00")
    assert slots(alpha, 3) == ALL[4:]


def test_the_last_day_is_ninety_days_from_today(alpha):
    """BG-S34."""
    assert slots(alpha, 90) == ALL
    assert slots(alpha, 91) == []


def test_the_days_are_counted_by_the_calendar_of_lagos(world, alpha):
    world.go_to(0, "23:59")
    assert slots(alpha, 91) == []

    world.go_to(1, "00:00")
    assert slots(alpha, 91) == ALL


def test_a_day_that_is_over_has_its_slots_and_none_is_available(alpha):
    assert slots(alpha, -1) == []
    assert len(alpha.read(f"/providers/{SERENITY}/availability", date=day(-1))["slots"]) == 9


@pytest.mark.parametrize("clock", ALL)
def test_every_slot_that_is_available_can_be_had(alpha, clock):
    """BG-S30."""
    is_available = clock in slots(alpha, 9, "svc_deep_tissue", "svc_aromatherapy")

    answer = hold(alpha, "funke", 9, clock, "svc_deep_tissue", "svc_aromatherapy")

    assert said(answer) == ((201, "") if is_available else (409, "slot_unavailable"))


@pytest.mark.parametrize(
    ("branch", "services", "answer"),
    [
        ("branch_nowhere", None, (404, "resource_not_found")),
        (SERENITY, "svc_deep_tissue,svc_nothing", (404, "resource_not_found")),
        (SERENITY, "svc_hot_stone", (404, "resource_not_found")),
        (SERENITY, "ci_boxing_open", (404, "resource_not_found")),
        ("branch_pulse_lekki", None, (400, "validation_error")),
        ("branch_pulse_lekki", "svc_hot_stone", (400, "validation_error")),
        ("branch_pulse_lekki", "svc_nothing", (404, "resource_not_found")),
    ],
)
def test_spas_alone_have_an_availability_and_for_their_services_alone(alpha, branch, services, answer):
    """BG-R20, BG-A05, BG-A09."""
    query = {} if services is None else {"service_ids": services}

    assert said(alpha.get(f"/providers/{branch}/availability", date=day(3), **query)) == answer


def test_a_day_that_does_not_exist_is_refused(alpha):
    """BG-V07."""
    answer = alpha.get(f"/providers/{SERENITY}/availability", date="2026-02-30")

    assert said(answer) == (400, "validation_error")
    assert "date" in answer.json()["error"]["message"]
