"""Who comes first takes the last place, however many processes are asked at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from zoneinfo import ZoneInfo

import httpx
import pytest
from servers import started

CUSTOMERS = 12


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    store = f"sqlite:///{tmp_path_factory.mktemp('store') / 'sandbox.sqlite'}"
    # A Monday, midnight in Los Angeles: what is free next is hours away.
    options = ("--store", store, "--workers", "2", "--clock", "2026-03-02T08:00:00Z")
    with started("appointments", *options) as server:
        yield server.url


def all_at_once(url, body):
    """What each of many customers is told who send the same."""

    def book(number):
        headers = {"Authorization": f"Bearer customer_racer_{number}"}
        response = httpx.post(f"{url}/bookings/customer", json=body, headers=headers, timeout=30)
        return response.status_code, response.text

    with ThreadPoolExecutor(CUSTOMERS) as pool:
        return Counter(pool.map(book, range(CUSTOMERS)))


def test_a_group_with_two_places_left_takes_two_of_many(url):
    body = {"merchant_name": "spa-retreat", "service_id": 456, "location_id": 456, "booking_id": 124}

    told = all_at_once(url, {**body, "timeStamp": "2026-03-11T22:00:00Z"})

    assert told == {(201, ""): 2, (409, '{"error":{"message":"group is full"}}'): CUSTOMERS - 2}


def test_a_free_hour_is_taken_once(url):
    offer = "merchants/spa-retreat/locations/456/services/123"
    free = httpx.get(f"{url}/{offer}/availability/next").json()
    local = datetime.fromisoformat(f"{free['date']}T{free['time']}").replace(tzinfo=ZoneInfo("America/Los_Angeles"))
    body = {"merchant_name": "spa-retreat", "service_id": 123, "location_id": 456}

    told = all_at_once(url, {**body, "timeStamp": local.isoformat()})

    assert told == {(201, ""): 1, (409, '{"error":{"message":"time slot already booked"}}'): CUSTOMERS - 1}
