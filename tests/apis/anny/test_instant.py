"""Booking in one request."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from anny_world import AnnyWorld, at, resource, said, service, source

HOUR, WORKSHOP = 1, 2
ELBE, AREA = 1, 10
NINE, TEN, ELEVEN = at(2, "09:00"), at(2, "10:00"), at(2, "11:00")
"""Wednesday, on which nothing is booked."""

NOTHING = "3f0c0020-5a7e-4c1d-9b2f-999999999999"
BODY = {"start_date": NINE, "end_date": TEN, "resource_id": resource(ELBE), "service_id": service(HOUR)}


def test_a_number_of_places_is_whole_however_it_is_written(world: AnnyWorld) -> None:
    booked = world.jane.book(HOUR, ELBE, NINE, TEN, service_id={service(HOUR): 1.0}).json()["data"]

    assert booked["attributes"]["weight"] == 1
    assert type(booked["attributes"]["weight"]) is int


@pytest.mark.parametrize(
    "given",
    [{}, {service(1): 1, service(4): 1}, {service(1): 0}, {service(1): 101}, {service(1): "1"}, [service(1)]],
)
def test_a_service_is_an_id_or_one_id_with_a_number(world: AnnyWorld, given: Any) -> None:
    assert said(world.jane.post("/bookings/instant", {**BODY, "service_id": given})) == (422, "validation_error")


def test_an_end_in_the_second_of_the_start_is_invalid(world: AnnyWorld) -> None:
    refused = world.jane.book(HOUR, ELBE, NINE, "2026-03-04T08:00:00.9Z")

    assert (said(refused), source(refused)) == ((422, "validation_error"), "/end_date")


def test_a_moment_loses_what_is_beyond_the_second(world: AnnyWorld) -> None:
    booked = world.jane.book(HOUR, ELBE, "2026-03-04T08:00:00.25-00:00", TEN)

    assert booked.json()["data"]["attributes"]["start_date"] == "2026-03-04T08:00:00+00:00"


def test_what_is_refused_twice_over_is_refused_for_the_first_reason(world: AnnyWorld) -> None:
    """Ids, then whether the service is booked at once, then what the body means, then the interval."""
    assert said(world.jane.book(WORKSHOP, ELBE, TEN, NINE, resource_id=NOTHING)) == (404, "not_found")
    assert said(world.jane.book(WORKSHOP, ELBE, TEN, NINE)) == (422, "instant_booking_not_supported")
    assert said(world.jane.book(HOUR, AREA, TEN, NINE)) == (422, "validation_error")


def test_somebody_new_is_known_from_their_first_booking_on(world: AnnyWorld) -> None:
    before = world.ben.read("/customer-account")["data"]

    booked = world.ben.book(HOUR, ELBE, NINE, TEN).json()["data"]

    assert world.ben.read("/customer-account")["data"]["id"] == before["id"]
    assert world.ben.listed("/bookings") == [booked["id"]]
    again = world.ben.book(HOUR, ELBE, TEN, ELEVEN).json()["data"]
    assert again["relationships"]["customer"]["data"] == booked["relationships"]["customer"]["data"]


def test_of_many_at_the_same_time_one_gets_the_last_place(world: AnnyWorld) -> None:
    """AN-N13."""
    rivals = [world.enter(f"anny_customer_rival_{number}") for number in range(8)]

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(said(each) for each in pool.map(lambda rival: rival.book(HOUR, ELBE, NINE, TEN), rivals))

    assert answers == [(201, "")] + [(422, "unavailable_interval")] * 7
