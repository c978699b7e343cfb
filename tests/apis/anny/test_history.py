"""The life of a booking, as the control plane tells it."""

import pytest
from anny_edits import move
from anny_world import at


@pytest.fixture
def history(world):
    def history(number):
        answer = world.control.get(f"/history/anny/{number}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    return history


def steps(said):
    return [(each["event"], each["from"], each["to"], each["by"]) for each in said["path"]]


def test_a_life_from_the_cart_to_the_refund(world, history):
    world.jane.add_to_cart(2, 2, at(30, "10:00"), at(30, "12:00"))
    order = world.jane.submit().json()["data"]
    number = int(order["relationships"]["bookings"]["data"][0]["id"])
    world.wait(hours=1)
    move(world.jane, number, at(30, "14:00"))
    world.jane.cancel(number)

    said = history(number)

    assert steps(said) == [
        ("create", None, "reserved", "addToCart"),
        ("complete", "reserved", "accepted", "submitOrder"),
        ("editBookingBaseData", "accepted", "accepted", "editBookingBaseData"),
        ("cancel", "accepted", "canceled", "cancelBooking"),
    ]
    assert [each["entry"] for each in said["path"]] == [1, 2, 3, 4]
    assert "starts_at" in said["path"][2]["changed"]
    assert (said["status"], said["label"], said["is_whole"]) == ("canceled", "Jane Doe", True)
    assert sum(line["owed"] for line in said["ledger"]) >= 0
    assert said["ledger"][0]["what"] == "ordered"
    assert {line["unit"] for line in said["ledger"]} == {"EUR"}
    assert [each["id"] for each in said["entries"]] == [1, 2, 3, 4]


def test_a_hold_that_ran_out_has_a_path_and_no_booking(world, history):
    held = world.ben.add_to_cart(1, 1, at(30, "10:00"), at(30, "11:00")).json()["included"][-1]["id"]
    before = history(held)
    world.wait(minutes=15)

    said = history(held)

    assert [(each["action"], each["due_at"]) for each in before["timers"]] == [("release", "2026-03-02T00:15:00Z")]
    assert steps(said) == [("create", None, "reserved", "addToCart"), ("release", "reserved", None, "release")]
    assert (said["status"], said["from"], said["timers"]) == (None, None, [])
    assert (said["path"][1]["at"], said["path"][1]["entry"]) == ("2026-03-02T00:15:00Z", None)


def test_who_looked_and_who_was_told_stand_beside_it(world, history):
    world.control.post(
        "/webhooks/anny/subscriptions", {"url": "http://127.0.0.1:9/hook", "events": ["bookings.created"]}
    )
    number = int(world.ben.book(1, 1, at(30, "10:00"), at(30, "11:00")).json()["data"]["id"])
    world.ben.get(f"/bookings/{number}")
    world.jane.get(f"/bookings/{number}")
    world.ben.get("/bookings/1001")

    said = history(number)

    assert [(each["operation"], each["status"]) for each in said["entries"]] == [
        ("bookInstantly", 201),
        ("getBooking", 200),
        ("getBooking", 403),
    ]
    assert [(each["event"]["name"], each["caused_by"]) for each in said["deliveries"]] == [("bookings.created", 1)]


def test_a_booking_of_the_seed_has_a_path_that_begins_later(world, history):
    world.jane.cancel(1001)

    said = history(1001)

    assert steps(said) == [("cancel", "accepted", "canceled", "cancelBooking")]
    assert said["is_whole"] is False
    assert [line["what"] for line in said["ledger"]][:2] == ["ordered", "payment"]
