"""What one tenant does shows in no number that another is given."""

import pytest
from doubles import Client

SHOPS = ("spa-retreat", "zopf-und-schere", "hana-clinic", "glenelg-yoga")


@pytest.fixture
def both(build):
    """Makes ReserveKit's two tenants, in a new server each time."""

    def both():
        app = build(apis=("reservekit",))
        tokens = ("sk_rsv_demo_alpha", "sk_rsv_demo_beta")
        return [Client(app, base="/v1").as_(token) for token in tokens]

    return both


def offer(client):
    """A service with a slot; their ids."""
    slot = {"day_of_week": 1, "start_time": "2023-01-01 10:00:00", "end_time": "2023-01-01 11:00:00", "max_bookings": 9}
    made = client.post("/services", {"name": "Sauna", "timezone": "Europe/Berlin", "time_slots": [slot]})
    assert made.status_code == 201, made.text
    service = made.json()["data"]["id"]
    return service, client.get(f"/services/{service}/time-slots?date=2026-03-09").json()["data"][0]["id"]


def book(client, slot, email):
    made = client.post("/bookings", {"date": "2026-03-09", "time_slot_id": slot, "customer_email": email})
    assert made.status_code == 201, made.text
    data = made.json()["data"]
    return data["id"], data["customer"]["id"]


def lives(client, times):
    service, slot = offer(client)
    return [service, slot, *(book(client, slot, f"{number}@example.com") for number in range(times))]


@pytest.mark.parametrize(("watcher", "busy"), [(0, 1), (1, 0)])
def test_ids_tell_a_tenant_of_reservekit_nothing_of_the_other(both, watcher, busy):
    alone, watched = both(), both()

    seen_alone = lives(alone[watcher], 3)
    lives(watched[busy], 5)
    seen_beside_another = lives(watched[watcher], 3)

    assert seen_alone == seen_beside_another


def test_the_ids_of_two_tenants_are_never_the_same(both):
    alpha, beta = both()

    mine, theirs = lives(alpha, 3), lives(beta, 3)

    assert {*mine[:2], *mine[2:]}.isdisjoint({*theirs[:2], *theirs[2:]})


def test_the_first_tenant_is_given_the_ids_that_the_document_prints(both):
    alpha, beta = both()
    lives(beta, 2)

    assert book(alpha, 456, "jane@example.com")[0] == 1184


def test_blocked_times_and_series_of_one_merchant_are_not_counted_for_another(build):
    def block(app, shop):
        day = {"from_date": "2026-03-17T10:00:00Z", "to_date": "2026-03-17T11:00:00Z", "all_day": False}
        made = (
            Client(app, base="/appointments")
            .as_(f"owner_{shop}")
            .post("/merchant/blocked-times", {"name": "Lunch", **day})
        )
        assert made.status_code == 201, made.text
        return made.headers["location"]

    quiet, busy = build(), build()
    for _ in range(3):
        block(busy, SHOPS[1])

    for shop in (SHOPS[0], SHOPS[2]):
        assert block(quiet, shop) == block(busy, shop)
    assert len({block(busy, shop) for shop in SHOPS}) == len(SHOPS)
