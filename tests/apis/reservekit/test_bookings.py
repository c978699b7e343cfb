"""What happens to places, customers and states. The ids name the rules of the contract."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

DAY, OTHER_DAY = "2026-03-09", "2026-03-16"
BOOKING = {"date": DAY, "time_slot_id": 457}
"""Slot 457 has one place."""


def error(response):
    return response.status_code, response.json()["error"]


def book(client, **fields):
    response = client.post("/bookings", {**BOOKING, **fields})
    assert response.status_code == 201, response.text
    return response.json()["data"]


def roomy(client, places=8):
    """A new service with one slot of its own; answers the slot's id."""
    slot = {"day_of_week": 1, "start_time": "2023-01-01 09:00:00", "end_time": "2023-01-01 10:00:00"}
    service = {"name": "Yoga", "timezone": "UTC", "time_slots": [{**slot, "max_bookings": places}]}
    number = client.post("/services", service).json()["data"]["id"]
    return client.get(f"/services/{number}/time-slots").json()["data"][0]["id"]


def test_a_new_booking_is_pending_and_reads_back_as_answered(reservekit):  # RK-B01
    sent = {"customer_name": "Jane", "customer_email": "j@example.com", "customer_phone": "+12025550185"}

    made = book(reservekit, **sent, message="hello")

    assert (made["status"], made["service_id"], made["message"]) == ("pending", 123, "hello")
    assert {name: made["customer"][name] for name in ("name", "email", "phone")} == {
        "name": "Jane",
        "email": "j@example.com",
        "phone": "+12025550185",
    }
    assert reservekit.get(f"/bookings/{made['id']}").json()["data"] == made


def test_places_run_out_per_slot_and_date(reservekit):  # RK-B03, RK-B04, RK-B05
    book(reservekit)

    assert error(reservekit.post("/bookings", BOOKING)) == (400, "time slot is full")
    assert book(reservekit, date=OTHER_DAY)
    assert book(reservekit, time_slot_id=456)


@pytest.mark.parametrize("free", ["cancel", "delete"])
def test_a_cancelled_or_deleted_booking_gives_its_place_back(reservekit, free):  # RK-B13, RK-B14
    number = book(reservekit)["id"]

    if free == "cancel":
        reservekit.patch(f"/bookings/{number}", {"status": "cancelled", "cancel_reason": "ill"})
    else:
        reservekit.delete(f"/bookings/{number}")

    assert book(reservekit)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ({"customer_email": "A@x.io"}, {"customer_email": "a@X.IO"}, True),
        ({"customer_email": "Ägir@x.io"}, {"customer_email": "äGIR@x.io"}, True),
        ({"customer_email": "a@x.io"}, {"customer_email": "b@x.io"}, False),
        ({"customer_phone": "+12025550185"}, {"customer_phone": "+12025550185"}, True),
        ({"customer_phone": "+12025550185", "customer_email": "a@x.io"}, {"customer_phone": "+12025550185"}, False),
        (
            {"customer_phone": "+12025550185", "customer_email": "a@x.io"},
            {"customer_phone": "+12025550185", "customer_email": "b@x.io"},
            False,
        ),
        ({"customer_name": "Jane"}, {"customer_name": "Jane"}, False),
        ({}, {}, False),
    ],
)
def test_who_counts_as_the_same_customer(reservekit, first, second, same):  # RK-B07 to RK-B10
    slot = roomy(reservekit)
    book(reservekit, time_slot_id=slot, **first)

    response = reservekit.post("/bookings", {"date": DAY, "time_slot_id": slot, **second})

    assert response.status_code == (400 if same else 201)
    assert not same or error(response) == (400, "duplicate booking")


def test_full_is_said_before_duplicate(reservekit):  # RK-B12
    book(reservekit, customer_email="a@x.io")

    response = reservekit.post("/bookings", {**BOOKING, "customer_email": "a@x.io"})

    assert error(response) == (400, "time slot is full")


def test_the_last_place_goes_to_one_of_many(reservekit):  # RK-B21
    with ThreadPoolExecutor(8) as pool:
        statuses = [
            response.status_code for response in pool.map(lambda _: reservekit.post("/bookings", BOOKING), range(8))
        ]

    assert sorted(statuses) == [201] + [400] * 7


STATES = {
    "pending": [],
    "confirmed": [{"status": "confirmed"}],
    "cancelled": [{"status": "cancelled", "cancel_reason": "first"}],
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("wanted", ["pending", "confirmed", "cancelled"])
def test_each_status_can_be_reached_from_where_the_table_says(reservekit, clock, state, wanted):  # RK-L01 to RK-L09
    allowed = {
        "pending": {"pending", "confirmed", "cancelled"},
        "confirmed": {"confirmed", "cancelled"},
        "cancelled": {"cancelled"},
    }
    number = book(reservekit)["id"]
    for change in STATES[state]:
        reservekit.patch(f"/bookings/{number}", change)
    before = reservekit.get(f"/bookings/{number}").json()["data"]
    clock.advance(timedelta(hours=1))

    response = reservekit.patch(f"/bookings/{number}", {"status": wanted, "cancel_reason": "second"})

    after = reservekit.get(f"/bookings/{number}").json()["data"]
    if wanted in allowed[state]:
        assert response.json()["data"] == after
        assert after["status"] == wanted
        assert (after == before) == (wanted == state)
    else:
        assert error(response) == (422, "invalid status transition")
        assert after == before
    assert ("cancel_reason" in after) == (after["status"] == "cancelled")


def test_a_cancel_without_a_reason_is_refused(reservekit):  # RK-L04
    number = book(reservekit)["id"]

    response = reservekit.patch(f"/bookings/{number}", {"status": "cancelled", "message": "new"})

    assert error(response) == (400, "cancel_reason is required when status is cancelled")
    assert reservekit.get(f"/bookings/{number}").json()["data"]["message"] is None


def test_an_empty_patch_and_one_that_says_what_is_already_so_change_nothing(reservekit, clock):  # RK-L08, RK-L12
    made = book(reservekit, message="hello")
    clock.advance(timedelta(hours=1))

    for change in ({}, {"message": "hello"}, {"date": DAY}, {"cancel_reason": "none"}):
        assert reservekit.patch(f"/bookings/{made['id']}", change).json()["data"] == made


def test_moving_takes_a_place_there_and_frees_the_one_here(reservekit, clock):  # RK-M01, RK-M02
    made = book(reservekit)
    clock.advance(timedelta(hours=1))

    moved = reservekit.patch(f"/bookings/{made['id']}", {"date": OTHER_DAY}).json()["data"]

    assert moved == {**made, "date": OTHER_DAY, "updated_at": "2026-03-02T01:00:00Z"}
    assert book(reservekit)
    assert error(reservekit.post("/bookings", {**BOOKING, "date": OTHER_DAY})) == (400, "time slot is full")


def test_a_move_to_a_full_date_changes_nothing(reservekit):  # RK-M03
    here = book(reservekit)
    book(reservekit, date=OTHER_DAY)

    assert error(reservekit.patch(f"/bookings/{here['id']}", {"date": OTHER_DAY})) == (400, "time slot is full")
    assert reservekit.get(f"/bookings/{here['id']}").json()["data"] == here
    assert error(reservekit.post("/bookings", BOOKING)) == (400, "time slot is full")


def test_a_cancelled_booking_cannot_move_but_takes_a_message(reservekit):  # RK-M06, RK-L13
    number = book(reservekit)["id"]
    reservekit.patch(f"/bookings/{number}", STATES["cancelled"][0])

    refused = reservekit.patch(f"/bookings/{number}", {"date": OTHER_DAY})
    said = reservekit.patch(f"/bookings/{number}", {"message": "sorry"})

    assert error(refused) == (422, "a cancelled booking cannot be moved")
    assert said.json()["data"]["message"] == "sorry"


def test_a_date_may_come_as_a_moment_and_is_its_first_ten_characters(reservekit):  # RK-V08
    assert book(reservekit, date="2026-03-09T23:30:00-08:00")["date"] == DAY


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("date", "2030-02-30"),
        ("date", "tomorrow"),
        ("customer_email", "a@b"),
        ("customer_email", "a b@c.d"),
        ("customer_phone", "0123"),
        ("customer_phone", "+0123456"),
        ("time_slot_id", "456"),
        ("time_slot_id", 0),
    ],
)
def test_a_bad_field_is_named(reservekit, field, value):  # RK-V02, RK-V05 to RK-V07
    response = reservekit.post("/bookings", {**BOOKING, field: value})

    assert response.status_code == 400
    assert response.json()["error"].startswith(f"{field}: ")


def test_a_changed_customer_is_another_one_to_later_bookings(reservekit, clock):  # RK-C05, RK-C06, RK-C10
    slot = roomy(reservekit)
    made = book(reservekit, time_slot_id=slot, customer_email="old@x.io")
    clock.advance(timedelta(hours=1))

    changed = reservekit.patch(f"/bookings/{made['id']}/customer", {"email": "new@x.io"}).json()["data"]

    assert changed == {**made["customer"], "email": "new@x.io", "updated_at": "2026-03-02T01:00:00Z"}
    assert reservekit.get(f"/bookings/{made['id']}").json()["data"] == {**made, "customer": changed}
    assert error(reservekit.post("/bookings", {"date": DAY, "time_slot_id": slot, "customer_email": "NEW@x.io"})) == (
        400,
        "duplicate booking",
    )
    assert book(reservekit, time_slot_id=slot, customer_email="old@x.io")


def test_two_bookings_of_one_person_have_two_customer_records(reservekit):  # RK-C03
    one, other = book(reservekit, customer_email="a@x.io"), book(reservekit, time_slot_id=456, customer_email="a@x.io")

    reservekit.patch(f"/bookings/{one['id']}/customer", {"name": "Changed"})

    assert one["customer"]["id"] != other["customer"]["id"]
    assert reservekit.get(f"/bookings/{other['id']}").json()["data"] == other


def test_the_id_of_a_deleted_booking_is_never_given_again(reservekit):  # RK-D04
    number = book(reservekit)["id"]
    reservekit.delete(f"/bookings/{number}")

    assert book(reservekit)["id"] > number
    assert error(reservekit.delete(f"/bookings/{number}")) == (404, "booking not found")


def test_the_query_may_name_the_service_and_must_name_the_right_one(reservekit):  # RK-B18 to RK-B20
    def booked(service):
        return reservekit.post(f"/bookings?service_id={service}", BOOKING)

    assert error(booked(999_999)) == (404, "service not found")
    assert error(booked(201)) == (400, "time slot does not belong to this service")
    assert booked(123).status_code == 201


def test_another_tenant_finds_nothing(reservekit):  # RK-A07, RK-A08
    beta = reservekit.as_("sk_rsv_demo_beta")

    assert error(beta.get("/bookings/789")) == (404, "booking not found")
    assert error(beta.delete("/bookings/789")) == (404, "booking not found")
    assert error(beta.get("/bookings?service_id=123&page=1&page_size=1")) == (404, "service not found")
    assert error(beta.post("/bookings", BOOKING)) == (404, "time slot not found")
    assert error(beta.delete("/time-slots/457")) == (404, "time slot not found")
    assert reservekit.get("/bookings/789").status_code == 200
