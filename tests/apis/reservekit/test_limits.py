"""The limits that a sandbox may be given."""

from datetime import timedelta

import pytest
from doubles import Client

BOOKING = {"date": "2026-03-09", "time_slot_id": 456}


@pytest.fixture
def limited(build):
    def make(**settings):
        app = build(api_settings={"reservekit": settings})
        return Client(app, base="/reservekit/v1", headers={"Authorization": "Bearer sk_rsv_demo_alpha"})

    return make


def test_a_plan_lets_its_burst_through_and_refills_on_the_sandboxs_clock(limited, clock):
    client = limited(rate_limit="starter")

    statuses = [client.get("/bookings/789").status_code for _ in range(11)]
    refused = client.get("/bookings/789")
    clock.advance(timedelta(seconds=int(refused.headers["retry-after"])))
    refilled = [client.get("/bookings/789").status_code for _ in range(6)]

    assert statuses == [200] * 10 + [429]
    assert refused.headers["x-ratelimit-limit"] == "10"
    assert refilled == [200] * 5 + [429]


def test_new_bookings_have_a_stricter_limit_when_one_is_set(limited, clock):
    client = limited(bookings_per_minute=2)

    made = [client.post("/bookings", BOOKING).status_code for _ in range(3)]

    assert made == [201, 201, 429]
    assert client.get("/bookings/789").status_code == 200
    clock.advance(timedelta(minutes=1))
    assert client.post("/bookings", BOOKING).status_code == 201


def test_a_reset_fills_the_buckets(limited):
    client = limited(rate_limit="starter")
    for _ in range(11):
        client.get("/bookings/789")

    client.app.sandboxes.reset("default")

    assert client.get("/bookings/789").status_code == 200
