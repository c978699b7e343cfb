"""Booking in one request. Services, resources and days stand in conftest.py."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from anny_world import AnnyWorld, at, customer, resource, said, service, shown, source

HOUR, WORKSHOP, EVENING = 1, 2, 4
ELBE, ALSTER, DESK, AREA = 1, 2, 11, 10
NINE, TEN, ELEVEN = at(2, "09:00"), at(2, "10:00"), at(2, "11:00")
"""Wednesday, on which nothing is booked."""

NOTHING = "3f0c0020-5a7e-4c1d-9b2f-999999999999"
BODY = {"start_date": NINE, "end_date": TEN, "resource_id": resource(ELBE), "service_id": service(HOUR)}


def kind(response: Any) -> str:
    """Why an interval cannot be booked."""
    assert said(response) == (422, "unavailable_interval")
    found: str = response.json()["errors"][0]["meta"]["unavailability_type"]
    return found


def test_a_free_interval_is_booked_at_once_for_the_caller(world: AnnyWorld) -> None:
    """AN-N01."""
    booked = world.jane.book(HOUR, ELBE, NINE, TEN)

    assert booked.status_code == 201
    made = booked.json()["data"]
    assert made["attributes"]["status"] == "accepted"
    assert (made["attributes"]["start_date"], made["attributes"]["end_date"]) == (shown(NINE), shown(TEN))
    assert made["relationships"]["customer"]["data"]["id"] == customer(1)
    assert made["relationships"]["resource"]["data"]["id"] == resource(ELBE)
    assert made["relationships"]["service"]["data"]["id"] == service(HOUR)
    assert made["meta"]["is_anonymous"] is False
    assert made["id"] in world.jane.listed("/bookings")


def test_the_location_leads_to_the_booking(world: AnnyWorld) -> None:
    """AN-N12."""
    booked = world.jane.book(HOUR, ELBE, NINE, TEN)

    path = booked.headers["location"].partition("/api/v1")[2]
    assert world.jane.read(path)["data"] == booked.json()["data"]


def test_the_order_of_the_booking_is_completed(world: AnnyWorld) -> None:
    """AN-N07."""
    booked = world.jane.book(HOUR, ELBE, NINE, TEN).json()["data"]

    order = world.jane.order(booked["relationships"]["order"]["data"]["id"])

    assert order["attributes"]["status"] == "completed"
    assert [each["id"] for each in order["relationships"]["bookings"]["data"]] == [booked["id"]]


def test_what_somebody_has_to_decide_about_is_requested_and_its_order_pending(world: AnnyWorld) -> None:
    """AN-N05."""
    booked = world.jane.book(EVENING, ALSTER, NINE, TEN).json()["data"]

    assert booked["attributes"]["status"] == "requested"
    order = world.jane.order(booked["relationships"]["order"]["data"]["id"])
    assert order["attributes"]["status"] == "pending"
    assert (order["attributes"]["total"], order["meta"]["amount_due"]) == (80, 80)


def test_every_order_is_another_one_and_the_cart_is_left_alone(world: AnnyWorld) -> None:
    cart = world.jane.add_to_cart(WORKSHOP, ELBE, NINE, TEN).json()["data"]["id"]

    booked = [world.jane.book(HOUR, DESK, start, end) for start, end in ((NINE, TEN), (TEN, ELEVEN))]

    orders = {each.json()["data"]["relationships"]["order"]["data"]["id"] for each in booked}
    assert len(orders | {cart}) == 3
    assert world.jane.order(cart)["attributes"]["status"] == "draft"


def test_a_service_that_does_not_support_it_is_refused_and_nothing_is_written(world: AnnyWorld) -> None:
    """AN-N02."""
    bookings, orders = world.admin.listed("/bookings"), world.admin.listed("/orders")

    refused = world.jane.book(WORKSHOP, ELBE, NINE, TEN)

    assert said(refused) == (422, "instant_booking_not_supported")
    assert (world.admin.listed("/bookings"), world.admin.listed("/orders")) == (bookings, orders)
    assert world.max.book(HOUR, ELBE, NINE, TEN).status_code == 201


@pytest.mark.parametrize(
    ("where", "start", "end", "reason"),
    [
        (AREA, NINE, TEN, "resource_unavailable"),
        (ELBE, at(6, "09:00"), at(6, "10:00"), "closed"),
        (ELBE, at(2, "07:30"), at(2, "08:30"), "outside_opening_hours"),
        (ELBE, at(2, "19:30"), at(2, "20:30"), "outside_opening_hours"),
        (ELBE, at(2, "09:00"), at(3, "09:00"), "outside_opening_hours"),
        (ELBE, at(-3, "09:00"), at(-3, "10:00"), "lead_time_conflict"),
        (ELBE, at(93, "09:00"), at(93, "10:00"), "after_lead_time"),
        (ELBE, NINE, at(2, "09:30"), "under_min_duration"),
        (ELBE, NINE, at(2, "13:30"), "over_max_duration"),
        (ELBE, at(2, "09:10"), at(2, "10:10"), "staggered_conflict"),
        (ALSTER, at(8, "13:00"), at(8, "15:00"), "blocked"),
        (ALSTER, at(9, "09:30"), at(9, "10:30"), "booked_out"),
    ],
)
def test_an_interval_that_cannot_be_booked_is_refused_with_the_reason(
    world: AnnyWorld, where: int, start: str, end: str, reason: str
) -> None:
    """AN-N03, AN-V09."""
    orders = world.jane.listed("/orders")

    assert kind(world.jane.book(HOUR, where, start, end)) == reason
    assert world.jane.listed("/orders") == orders


def test_what_begins_when_another_ends_is_free(world: AnnyWorld) -> None:
    assert world.jane.book(HOUR, ALSTER, at(9, "08:00"), at(9, "09:00")).status_code == 201
    assert world.jane.book(HOUR, ALSTER, at(9, "10:00"), at(9, "11:00")).status_code == 201


@pytest.mark.parametrize("member", ["service_id", "resource_id"])
def test_an_id_that_names_nothing_is_not_found_and_pointed_at(world: AnnyWorld, member: str) -> None:
    """AN-N04."""
    refused = world.jane.post("/bookings/instant", {**BODY, member: NOTHING})

    assert (said(refused), source(refused)) == ((404, "not_found"), f"/{member}")


def test_the_service_is_looked_for_whatever_form_it_is_named_in(world: AnnyWorld) -> None:
    refused = world.jane.post("/bookings/instant", {**BODY, "service_id": {NOTHING: 1}})

    assert (said(refused), source(refused)) == ((404, "not_found"), "/service_id")


def test_without_a_token_nothing_is_booked(world: AnnyWorld) -> None:
    """AN-N06, AN-A03."""
    for body in (BODY, {}, {**BODY, "service_id": NOTHING}):
        assert said(world.nobody.post("/bookings/instant", body)) == (401, "unauthenticated")

    assert world.jane.book(HOUR, ELBE, NINE, TEN).status_code == 201


def test_an_administrator_does_not_book(world: AnnyWorld) -> None:
    """AN-N10."""
    assert said(world.admin.book(HOUR, ELBE, NINE, TEN)) == (403, "unauthorized")


@pytest.mark.parametrize("places", [1, 1.0])
def test_a_service_can_be_named_with_a_number_of_places(world: AnnyWorld, places: float) -> None:
    """AN-N08."""
    booked = world.jane.book(HOUR, ELBE, NINE, TEN, service_id={service(HOUR): places}).json()["data"]

    assert booked["attributes"]["weight"] == 1
    assert type(booked["attributes"]["weight"]) is int


def test_more_places_than_there_are_cannot_be_booked(world: AnnyWorld) -> None:
    """AN-N08."""
    assert kind(world.jane.book(HOUR, ELBE, NINE, TEN, service_id={service(HOUR): 2})) == "booked_out"


@pytest.mark.parametrize("name", ["meeting", "", "x" * 36, "a" * 37])
def test_a_service_whose_name_is_no_id_is_invalid(world: AnnyWorld, name: str) -> None:
    """AN-N11."""
    refused = world.jane.post("/bookings/instant", {**BODY, "service_id": {name: 1}})

    assert (said(refused), source(refused)) == ((422, "validation_error"), "/service_id")


@pytest.mark.parametrize(
    "given",
    [{}, {service(1): 1, service(4): 1}, {service(1): 0}, {service(1): 101}, {service(1): "1"}, [service(1)], None, 7],
)
def test_a_service_is_an_id_or_one_id_with_a_number(world: AnnyWorld, given: Any) -> None:
    assert said(world.jane.post("/bookings/instant", {**BODY, "service_id": given})) == (422, "validation_error")


@pytest.mark.parametrize("end", [NINE, at(2, "08:00"), "2026-03-04T08:00:00.9Z"])
def test_an_end_that_is_not_after_the_start_is_invalid(world: AnnyWorld, end: str) -> None:
    """AN-V12."""
    refused = world.jane.book(HOUR, ELBE, NINE, end)

    assert (said(refused), source(refused)) == ((422, "validation_error"), "/end_date")


@pytest.mark.parametrize("start", ["2026-03-04T08:00:00Z", "2026-03-04T13:30:00+05:30", "2026-03-04T08:00:00.25-00:00"])
def test_a_moment_is_the_same_with_any_offset_and_loses_what_is_beyond_the_second(world: AnnyWorld, start: str) -> None:
    """AN-V09."""
    booked = world.jane.book(HOUR, ELBE, start, TEN)

    assert booked.json()["data"]["attributes"]["start_date"] == "2026-03-04T08:00:00+00:00"


def test_members_that_the_operation_does_not_know_are_ignored(world: AnnyWorld) -> None:
    """AN-V06."""
    ignored = {"add_ons_by_service": {NOTHING: [[]]}, "customer_note": 7, "order": None}

    booked = world.jane.book(HOUR, ELBE, NINE, TEN, **ignored)

    assert booked.status_code == 201
    assert booked.json()["data"]["attributes"]["customer_note"] is None


def test_an_include_that_is_not_listed_is_refused_before_anything_else(world: AnnyWorld) -> None:
    """AN-D03."""
    refused = world.jane.post("/bookings/instant", {**BODY, "service_id": NOTHING}, include="invoices")

    assert (said(refused), source(refused)) == ((400, "bad_request"), "include")


def test_what_is_refused_twice_over_is_refused_for_the_first_reason(world: AnnyWorld) -> None:
    """Ids, then whether the service is booked at once, then what the body means, then the interval."""
    backwards = {"start_date": TEN, "end_date": NINE}

    assert said(world.jane.book(WORKSHOP, ELBE, TEN, NINE, resource_id=NOTHING)) == (404, "not_found")
    assert said(world.jane.book(WORKSHOP, ELBE, TEN, NINE)) == (422, "instant_booking_not_supported")
    assert said(world.jane.book(HOUR, AREA, start=TEN, end=NINE, **backwards)) == (422, "validation_error")


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


def test_a_service_says_twice_whether_it_can_be_booked_at_once(world: AnnyWorld) -> None:
    """AN-N09."""
    flags = {
        each["id"]: (each["meta"]["can_instant_book"], each["meta"]["supports_instant_booking"])
        for each in world.nobody.read("/services")["data"]
    }

    assert set(flags.values()) == {(True, True), (False, False)}
    assert {number for number in range(1, 8) if flags[service(number)][0]} == {HOUR, EVENING}


def test_word_is_left_of_what_was_booked(open_world: Callable[..., AnnyWorld]) -> None:
    """AN-W09."""
    world = open_world(outbox=True)

    booked = [world.jane.book(wanted, ELBE, *span) for wanted, span in ((HOUR, (NINE, TEN)), (EVENING, (TEN, ELEVEN)))]

    ids = [int(each.json()["data"]["id"]) for each in booked]
    assert world.events() == [("bookings.created", number) for number in ids]
