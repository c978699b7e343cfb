"""The week board of the control plane."""

import pytest
from doubles import Client

SLOT = 457  # of service 123, on Wednesdays from 14:00 to 15:00 in New York, with one place
WEEK = {"from": "2026-03-09T00:00:00Z", "to": "2026-03-16T00:00:00Z"}
BOOKING = {
    "date": "2026-03-11",
    "time_slot_id": SLOT,
    "customer_email": "jane@example.com",
    "customer_name": "Jane Doe",
}


@pytest.fixture
def items(reservekit: Client):
    def items(**query: str):
        calendar = Client(reservekit.app, base="/_sandbox/sandboxes/default/calendar/reservekit")
        answer = calendar.get("", params={**WEEK, "group": "alpha", **query})
        assert answer.status_code == 200, answer.text
        return [item for item in answer.json()["items"] if item["row"] == "123"]

    return items


def test_a_slot_stands_on_its_weekday_in_the_zone_of_its_service_with_its_places(reservekit, items):
    reservekit.post("/bookings", {**BOOKING, "date": "2026-03-09", "time_slot_id": 456})

    monday, wednesday = items()

    assert (monday["id"], monday["places"]) == ("456/2026-03-09", {"taken": 1, "of": 8})
    assert (wednesday["id"], wednesday["places"]) == (f"{SLOT}/2026-03-11", {"taken": 0, "of": 1})
    # Two days before, clocks in New York have gone forward.
    assert (wednesday["from"], wednesday["to"]) == ("2026-03-11T18:00:00Z", "2026-03-11T19:00:00Z")
    assert {monday["kind"], wednesday["kind"]} == {"slot"}


def test_a_place_that_is_given_back_is_free_again(reservekit, items):
    made = reservekit.post("/bookings", BOOKING).json()["data"]
    full = [item["places"]["taken"] for item in items() if item["id"] == f"{SLOT}/2026-03-11"]
    reservekit.patch(f"/bookings/{made['id']}", {"status": "cancelled", "cancel_reason": "ill"})

    free = [item["places"]["taken"] for item in items() if item["id"] == f"{SLOT}/2026-03-11"]

    assert (full, free) == ([1], [0])


def test_a_booking_on_another_weekday_is_shown_where_it_was_made(reservekit, items):
    reservekit.post("/bookings", {**BOOKING, "date": "2026-03-14"})

    found = [item["id"] for item in items() if item["id"].startswith(f"{SLOT}/")]

    assert found == [f"{SLOT}/2026-03-11", f"{SLOT}/2026-03-14"]


def test_over_a_day_bookings_are_listed_one_by_one_and_over_a_week_they_are_counted(reservekit, items):
    made = reservekit.post("/bookings", BOOKING).json()["data"]

    day = items(**{"from": "2026-03-11T12:00:00Z", "to": "2026-03-12T12:00:00Z"})

    (shown,) = [item for item in day if item["id"] == str(made["id"])]
    assert (shown["kind"], shown["status"], shown["label"], shown["note"]) == (
        "booking",
        "pending",
        "Jane Doe",
        f"{SLOT}/2026-03-11",
    )
    assert {item["kind"] for item in items()} == {"slot"}


def test_the_other_tenant_has_rows_of_its_own(reservekit):
    calendar = Client(reservekit.app, base="/_sandbox/sandboxes/default/calendar/reservekit")

    said = calendar.get("").json()

    assert [group["id"] for group in said["groups"]] == ["alpha", "beta"]
    assert {row["group"] for row in said["rows"]} == {"alpha", "beta"}
