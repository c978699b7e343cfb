"""A killed server has lost nothing it acknowledged, and has sold nothing twice."""

import threading
from collections import Counter
from datetime import date, timedelta
from typing import Any

import httpx
from servers import started

KEY = {"Authorization": "Bearer sk_rsv_demo_alpha"}
SLOT, PLACES = 456, 8


def book_until_killed(url, name, acknowledged, enough):
    """Book one place after another until the server is gone; remember what it acknowledged."""
    with httpx.Client(base_url=url, headers=KEY, timeout=30) as client:
        for number in range(10_000):
            # Each of the writers wants all eight places of a day.
            day = (date(2031, 1, 1) + timedelta(days=number // PLACES)).isoformat()
            body = {"date": day, "time_slot_id": SLOT, "customer_email": f"{name}-{number}@example.com"}
            try:
                response = client.post("/bookings", json=body)
            except httpx.TransportError:
                return
            if response.status_code == 201:
                acknowledged.append(response.json()["data"])
            if len(acknowledged) >= 100:
                enough.set()


def every_booking(client):
    page, found = 1, []
    while True:
        data = client.get(f"/bookings?service_id=123&page={page}&page_size=100").json()["data"]
        found += data["bookings"]
        if page >= data["pagination"]["total_pages"]:
            assert len(found) == data["pagination"]["total_count"]
            return found
        page += 1


def test_kill_9_during_writes_loses_nothing_acknowledged_and_oversells_nothing(tmp_path):
    store = f"sqlite:///{tmp_path / 'sandbox.sqlite'}"
    acknowledged: list[Any] = []
    enough = threading.Event()

    with started("--store", store, "--workers", "2") as server:
        base = f"{server.url}/reservekit/v1"
        writers = [
            threading.Thread(target=book_until_killed, args=(base, f"w{number}", acknowledged, enough), daemon=True)
            for number in range(4)
        ]
        for writer in writers:
            writer.start()
        assert enough.wait(60)
        server.kill()
        for writer in writers:
            writer.join(60)

    with (
        started("--store", store) as server,
        httpx.Client(base_url=f"{server.url}/reservekit/v1", headers=KEY) as client,
    ):
        kept = {booking["id"]: booking for booking in every_booking(client)}
        for booking in acknowledged:
            assert kept[booking["id"]] == booking
        taken = Counter(booking["date"] for booking in kept.values() if booking["time_slot_id"] == SLOT)
        assert max(taken.values()) <= PLACES
        full = next(day for day, count in taken.items() if count == PLACES)
        slots = client.get(f"/services/123/time-slots?date={full}").json()["data"]
        assert next(slot["available"] for slot in slots if slot["id"] == SLOT) == 0


def test_a_clock_goes_on_where_it_was_after_a_restart(tmp_path):
    store = f"sqlite:///{tmp_path / 'sandbox.sqlite'}"
    with started("--store", store, "--clock", "2030-01-01T00:00:00Z") as server:
        first = httpx.get(f"{server.url}/reservekit/v1/services", headers=KEY)
        assert first.status_code == 200

    with started("--store", store) as server:
        made = httpx.post(
            f"{server.url}/reservekit/v1/bookings", headers=KEY, json={"date": "2030-01-07", "time_slot_id": SLOT}
        )

    assert made.json()["data"]["created_at"].startswith("2030-01-01T00:0")
