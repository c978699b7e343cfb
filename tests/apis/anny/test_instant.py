"""Booking in one request."""

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
    [{service(1): 1, service(4): 1}, {service(1): 0}, {service(1): 101}, {service(1): "1"}],
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


def test_who_books_again_is_the_same_customer(world: AnnyWorld) -> None:
    first, second = (world.ben.book(HOUR, ELBE, *interval).json()["data"] for interval in ((NINE, TEN), (TEN, ELEVEN)))

    assert first["relationships"]["customer"]["data"] == second["relationships"]["customer"]["data"]
