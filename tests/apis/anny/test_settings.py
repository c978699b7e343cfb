"""What a sandbox may set for anny, and the cart that lies there when its world begins."""

from datetime import UTC, datetime

import pytest
from anny_world import at, said, service

from mockserver.booking.errors import RuleBroken

THURSDAY = datetime(2026, 3, 5, 12, tzinfo=UTC)


def settings(**values):
    return {"settings": {"anny": values}}


def test_what_lies_in_a_cart_when_a_world_begins_was_put_there_at_that_moment(open_world):
    world = open_world(clock=THURSDAY)

    booking, cart = world.max.booking(1005), world.max.order(2005)

    assert booking["attributes"]["status"] == "reserved"
    assert booking["attributes"]["created_at"] == "2026-03-05T12:00:00+00:00"
    assert cart["attributes"]["expires_at"] == "2026-03-05T12:15:00+00:00"
    assert said(world.jane.add_to_cart(2, 2, at(12, "09:00"), at(12, "11:00"))) == (422, "unavailable_interval")


def test_that_cart_is_empty_15_minutes_later_and_full_again_after_a_reset(open_world):
    world = open_world(clock=THURSDAY, frozen=False)

    fired = world.wait(minutes=15)
    gone, free = world.max.get("/bookings/1005"), world.jane.add_to_cart(2, 2, at(12, "09:00"), at(12, "11:00"))
    assert world.control.post("/reset").status_code == 200

    assert [each["action"] for each in fired if each["subject"] == 1005] == ["release"]
    assert (said(gone), free.status_code) == ((404, "not_found"), 201)
    assert world.max.status(1005) == "reserved"


def test_it_can_be_submitted_in_time(world):
    assert world.max.submit().status_code == 200
    world.wait(minutes=15)

    assert world.max.status(1005) == "accepted"


def test_a_sandbox_may_hold_carts_for_longer(open_world):
    world = open_world(**settings(hold_minutes=30))

    made = world.jane.add_to_cart(2, 1, at(14, "09:00"), at(14, "11:00")).json()["data"]
    world.wait(minutes=29)
    statuses = [world.jane.status(made["relationships"]["bookings"]["data"][0]["id"]), world.max.status(1005)]
    world.wait(minutes=1)

    assert made["attributes"]["expires_at"] == "2026-03-02T00:30:00+00:00"
    assert statuses == ["reserved", "reserved"]
    assert said(world.max.get("/bookings/1005")) == (404, "not_found")


def test_a_sandbox_may_let_edits_be_reverted_for_less_long(open_world):
    world = open_world(**settings(edit_minutes=5))

    edited = world.jane.post("/bookings/1001/edit-booking-base-data", {"start_date": at(9, "10:00")})
    world.wait(minutes=5)

    assert edited.json()["data"]["meta"]["edit_expires_at"] == "2026-03-02T00:05:00+00:00"
    assert said(world.jane.get("/bookings/1001/cancel-edit-booking")) == (422, "no_edit_in_progress")


@pytest.mark.parametrize(("lenient", "status"), [(True, 201), (False, 415)])
def test_a_sandbox_may_take_plain_json(open_world, lenient, status):
    world = open_world(**settings(lenient_media_type=lenient))
    body = {
        "start_date": at(8, "15:00"),
        "end_date": at(8, "16:00"),
        "service_id": service(1),
        "resource_id": "3f0c0010-5a7e-4c1d-9b2f-000000000011",
    }

    plain = world.jane.ask("POST", "/bookings/instant", body, headers={"content-type": "application/json"})
    text = world.jane.ask("POST", "/bookings/instant", body, headers={"content-type": "text/plain"})

    assert (plain.status_code, text.status_code) == (status, 415)


@pytest.mark.parametrize(
    "values", [{"hold_minutes": 0}, {"edit_minutes": 1_441}, {"lenient_media_type": "yes"}, {"x": 1}]
)
def test_other_settings_are_refused(open_world, values):
    with pytest.raises(RuleBroken, match="anny"):
        open_world(**settings(**values))


@pytest.mark.parametrize("day", range(7))
def test_the_sample_works_in_a_fresh_world_whatever_day_it_is(app, open_world, day):
    now = datetime(2026, 3, 2 + day, 23, tzinfo=UTC)
    (api,) = app.apis
    sample = api.sample(now.date())

    assert open_world(clock=now).jane.ask(sample.method, sample.path, sample.body).status_code == 201
