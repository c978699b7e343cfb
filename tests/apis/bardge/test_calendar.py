"""The board of venues of the control plane's calendar."""

import pytest
from bardge_world import at

SPA = "live/branch_serenity_vi"
INSTANCE = "ci_sunrise_open"
ADA = ("client_ada", "brgpass_ada_gym")


@pytest.fixture
def calendar(world):
    def calendar(day: int = 7, days: int = 1, **query: str):
        answer = world.control.get(
            "/calendar/bardge", params={"from": at(day, "00:00"), "to": at(day + days, "00:00"), **query}
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    return calendar


def of(said, row):
    return [item for item in said["items"] if item["row"] == row]


def test_a_session_holds_the_hour_of_a_spa_until_it_is_confirmed(alpha, world, calendar):
    body = {
        "provider_branch_id": "branch_serenity_vi",
        "service_ids": ["svc_deep_tissue"],
        "date": "2026-03-09",
        "time": "14:00",
        "client_id": "client_funke",
        "user_pass_id": "brgpass_funke_spa",
    }
    session = alpha.post("/bookings/spa", body).json()["session_id"]

    (held,) = of(calendar(), SPA)
    alpha.post(f"/bookings/spa/{session}/confirm")
    (booked,) = of(calendar(), SPA)

    assert (held["kind"], held["id"], held["status"], held["until"]) == (
        "hold",
        session,
        "open",
        "2026-03-02T00:15:00Z",
    )
    assert (held["from"], held["label"]) == ("2026-03-09T13:00:00Z", "Funke Bello")
    assert (booked["kind"], booked["from"], booked["until"]) == ("booking", held["from"], None)


def test_a_class_is_a_slot_of_its_venue_and_shows_who_comes_over_a_day(alpha, calendar):
    slot = next(each for each in calendar(0, 28)["items"] if each["id"] == INSTANCE and each["row"].startswith("live/"))
    made = alpha.book_class(*ADA, INSTANCE).json()
    after = next(each for each in calendar(0, 28)["items"] if each["id"] == INSTANCE and each["row"] == slot["row"])

    assert (slot["kind"], slot["status"]) == ("slot", None)
    assert after["places"] == {"taken": slot["places"]["taken"] + 1, "of": slot["places"]["of"]}, made


def test_spas_say_when_they_are_open_and_gyms_do_not(calendar):
    rows = {row["id"]: row for row in calendar()["rows"]}

    assert rows[SPA]["hours"] == [{"from": "2026-03-09T08:00:00Z", "to": "2026-03-09T17:00:00Z"}]
    assert {row["hours"] is None for row in rows.values() if row["note"].startswith("Gym")} == {True}
    assert rows[SPA]["zone"] == "Africa/Lagos"


def test_test_keys_have_a_board_of_their_own(calendar):
    said = calendar(group="test")

    assert {row["group"] for row in said["rows"]} == {"test"}
    assert [group["id"] for group in said["groups"]] == ["live", "test"]
