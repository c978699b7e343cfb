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


def test_limits_are_off_and_still_spoken_of(reservekit):  # RK-R01
    for response in (
        reservekit.get("/bookings/789"),
        reservekit.get("/bookings/1"),
        reservekit.request("PUT", "/bookings/1"),
        reservekit.get("/bookings/789", headers={"Authorization": None}),
        reservekit.post("/bookings", {}),
    ):
        limit, remaining = (int(response.headers[f"x-ratelimit-{name}"]) for name in ("limit", "remaining"))
        assert 0 <= remaining <= limit
        assert response.headers["x-ratelimit-reset"].isdigit()
    assert "x-ratelimit-limit" not in reservekit.get("/health").headers


def test_a_plan_lets_its_burst_through_and_refills_on_the_sandboxs_clock(limited, clock):  # RK-R02, RK-R04
    client = limited(rate_limit="starter")

    statuses = [client.get("/bookings/789").status_code for _ in range(11)]
    refused = client.get("/bookings/789")
    clock.advance(timedelta(seconds=int(refused.headers["retry-after"])))
    refilled = [client.get("/bookings/789").status_code for _ in range(6)]

    assert statuses == [200] * 10 + [429]
    assert refused.json() == {"data": None, "error": "rate limit exceeded"}
    assert (refused.headers["x-ratelimit-limit"], refused.headers["x-ratelimit-remaining"]) == ("10", "0")
    assert refilled == [200] * 5 + [429]


def test_new_bookings_have_a_stricter_limit_when_one_is_set(limited, clock):  # RK-R03
    client = limited(bookings_per_minute=2)

    made = [client.post("/bookings", BOOKING).status_code for _ in range(3)]

    assert made == [201, 201, 429]
    assert client.get("/bookings/789").status_code == 200
    count = client.get("/bookings?service_id=123&page=1&page_size=1").json()["data"]["pagination"]["total_count"]
    assert count == 2 + 2
    clock.advance(timedelta(minutes=1))
    assert client.post("/bookings", BOOKING).status_code == 201


def test_each_tenant_has_its_own_bucket(limited):
    client = limited(rate_limit="starter")
    for _ in range(11):
        client.get("/bookings/789")

    assert client.as_("sk_rsv_demo_beta").get("/services").status_code == 200


def test_a_reset_fills_the_buckets(limited):
    client = limited(rate_limit="starter")
    for _ in range(11):
        client.get("/bookings/789")

    client.app.sandboxes.reset("default")

    assert client.get("/bookings/789").status_code == 200
