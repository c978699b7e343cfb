"""Carts: what is put in and submitted, where no law looks."""

from datetime import timedelta
from functools import partial
from typing import Any

import httpx
from anny_world import AnnyWorld, add_on, at, customer, said, service, source
from doubles import MONDAY

from mockserver.apis.anny.records import CLAIMS

HOUR, WORKSHOP, EVENING = 1, 2, 4
ELBE, ALSTER = 1, 2
EIGHT, NINE, TEN, ELEVEN = (at(2, clock) for clock in ("08:00", "09:00", "10:00", "11:00"))
"""Wednesday, on which nothing is booked."""

NO_ORDER = "999999"
ANN = {"given_name": "Ann", "family_name": "Other", "email": "ann@example.net"}
COFFEE = add_on(2)


def order_of(response: httpx.Response) -> Any:
    """The order that came back."""
    assert response.status_code < 300, response.text
    return response.json()["data"]


def held(response: httpx.Response) -> Any:
    """The booking that was put into the cart last."""
    assert response.status_code == 201, response.text
    return response.json()["included"][-1]


def named(response: httpx.Response) -> dict[str, str]:
    """What names the cart that came back."""
    order = order_of(response)
    return {"oid": order["id"], "oat": order["attributes"]["access_token"]}


def wanting(*given: tuple[str, int]) -> dict[str, Any]:
    """Add-ons for the body."""
    selection = [{"add_on_id": add_on_id, "quantity": quantity} for add_on_id, quantity in given]
    return {"add_ons_by_service": {service(WORKSHOP): [selection]}}


def ids_of(order: Any) -> list[str]:
    return [each["id"] for each in order["relationships"]["bookings"]["data"]]


# Putting something in


def test_the_location_of_what_was_put_into_a_cart_is_the_order(world: AnnyWorld) -> None:
    added = world.jane.add_to_cart(HOUR, ELBE, NINE, TEN)

    assert added.headers["location"].endswith(f"/api/v1/orders/{order_of(added)['id']}")


def test_an_access_token_without_an_id_names_no_cart(world: AnnyWorld) -> None:
    cart = named(world.nobody.add_to_cart(HOUR, ELBE, NINE, TEN))

    assert order_of(world.nobody.add_to_cart(HOUR, ELBE, TEN, ELEVEN, oat=cart["oat"]))["id"] != cart["oid"]


def test_the_own_cart_is_found_whatever_access_token_is_named(world: AnnyWorld) -> None:
    cart = named(world.jane.add_to_cart(HOUR, ELBE, NINE, TEN))

    assert order_of(world.jane.add_to_cart(HOUR, ELBE, EIGHT, NINE, oid=cart["oid"], oat="wrong"))["id"] == cart["oid"]


# Add-ons


def test_the_older_way_says_nothing_where_the_newer_wants_nothing(world: AnnyWorld) -> None:
    older = {"booking_add_ons": [{"add_on_id": COFFEE, "quantity": 1}]}

    none = held(world.jane.add_to_cart(WORKSHOP, ALSTER, TEN, ELEVEN, **older, **wanting()))

    assert none["attributes"]["total"] == 199


def test_an_add_on_that_is_named_twice_is_pointed_at(world: AnnyWorld) -> None:
    refused = world.jane.add_to_cart(WORKSHOP, ELBE, NINE, TEN, **wanting((COFFEE, 1), (COFFEE, 0)))

    pointer = f"/add_ons_by_service/{service(WORKSHOP)}/0/1/add_on_id"
    assert (said(refused), source(refused)) == ((422, "validation_error"), pointer)


# Submitting


def test_nobody_submits_a_cart_that_is_not_named(world: AnnyWorld) -> None:
    """AN-C19."""
    for query in ({}, {"oid": "2005"}, {"oat": "abc"}, {"oid": NO_ORDER}):
        assert said(world.nobody.submit(customer=ANN, **query)) == (401, "unauthenticated")


def test_an_order_is_pending_where_one_of_its_bookings_is_to_be_decided_about(world: AnnyWorld) -> None:
    world.jane.add_to_cart(HOUR, ELBE, TEN, ELEVEN)
    world.jane.add_to_cart(EVENING, ELBE, NINE, TEN)

    assert order_of(world.jane.submit())["attributes"]["status"] == "pending"


def test_whose_cart_it_is_does_not_say_who_submits_it(world: AnnyWorld) -> None:
    """AN-C09."""
    cart = named(world.jane.add_to_cart(HOUR, ELBE, NINE, TEN))

    assert source(world.nobody.submit(**cart)) == "/customer"
    submitted = world.nobody.submit(**cart, customer=ANN)

    assert world.jane.status(ids_of(order_of(submitted))[0]) == "accepted"


def test_a_claim_runs_out_with_its_hold_and_not_any_more_once_it_is_submitted(world: AnnyWorld) -> None:
    sandboxes = world.app.sandboxes

    def runs_out_at(booking: int) -> Any:
        look = partial(sandboxes.open(world.name).run, sandboxes.domain("anny"), writes=False)
        return look(lambda work: work.records(CLAIMS.kind).get(booking).expires_at)

    booking = int(held(world.jane.add_to_cart(HOUR, ELBE, NINE, TEN))["id"])
    assert runs_out_at(booking) == MONDAY + timedelta(minutes=15)

    assert order_of(world.jane.submit())["attributes"]["expires_at"] is None

    assert runs_out_at(booking) is None


def test_a_customer_that_the_body_names_is_known_by_the_address(world: AnnyWorld) -> None:
    world.jane.add_to_cart(HOUR, ELBE, NINE, TEN)
    given = {"given_name": "Jane", "family_name": "Doe", "email": "Jane@example.com"}

    (booking,) = world.jane.submit(customer=given).json()["included"]

    assert booking["relationships"]["customer"]["data"]["id"] == customer(1)
