"""Carts: putting something in, emptying, submitting, paying."""

from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from anny_world import AnnyWorld, add_on, at, customer, resource, said, service, source
from doubles import MONDAY

from mockserver.apis.anny.records import CLAIMS

HOUR, WORKSHOP, PACKAGE, EVENING = 1, 2, 3, 4
ELBE, ALSTER, AREA = 1, 2, 10
EIGHT, NINE, TEN, ELEVEN = (at(2, clock) for clock in ("08:00", "09:00", "10:00", "11:00"))
"""Wednesday, on which nothing is booked."""

NOTHING = "3f0c0020-5a7e-4c1d-9b2f-999999999999"
NO_ORDER = "999999"
ANN = {"given_name": "Ann", "family_name": "Other", "email": "ann@example.net"}
FLIP_CHART, COFFEE = add_on(1), add_on(2)


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


def wanting(*given: tuple[str, int], of: int = WORKSHOP) -> dict[str, Any]:
    """Add-ons for the body."""
    selection = [{"add_on_id": add_on_id, "quantity": quantity} for add_on_id, quantity in given]
    return {"add_ons_by_service": {service(of): [selection]}}


def ids_of(order: Any) -> list[str]:
    return [each["id"] for each in order["relationships"]["bookings"]["data"]]


# Putting something in


def test_what_cannot_be_booked_is_not_held_and_opens_no_cart(world: AnnyWorld) -> None:
    """AN-C02."""
    assert said(world.ben.add_to_cart(HOUR, AREA, NINE, TEN)) == (422, "unavailable_interval")

    assert world.ben.listed("/orders") == world.ben.listed("/bookings") == []


def test_the_location_of_what_was_put_into_a_cart_is_the_order(world: AnnyWorld) -> None:
    added = world.jane.add_to_cart(HOUR, ELBE, NINE, TEN)

    assert added.headers["location"].endswith(f"/api/v1/orders/{order_of(added)['id']}")


def test_an_access_token_without_an_id_names_no_cart(world: AnnyWorld) -> None:
    cart = named(world.nobody.add_to_cart(HOUR, ELBE, NINE, TEN))

    assert order_of(world.nobody.add_to_cart(HOUR, ELBE, TEN, ELEVEN, oat=cart["oat"]))["id"] != cart["oid"]


def test_the_own_cart_is_found_whatever_access_token_is_named(world: AnnyWorld) -> None:
    cart = named(world.jane.add_to_cart(HOUR, ELBE, NINE, TEN))

    assert order_of(world.jane.add_to_cart(HOUR, ELBE, EIGHT, NINE, oid=cart["oid"], oat="wrong"))["id"] == cart["oid"]


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"service_id": NOTHING}, "/service_id"),
        ({"resource_id": NOTHING}, "/resource_id"),
        ({"resource_id": [resource(ELBE), NOTHING]}, "/resource_id/1"),
        ({"oid": NO_ORDER, "oat": "abc"}, "oid"),
    ],
)
def test_an_id_that_names_nothing_is_not_found_and_pointed_at(world: AnnyWorld, members: Any, pointer: str) -> None:
    """AN-C16."""
    refused = world.jane.add_to_cart(HOUR, ELBE, NINE, TEN, **members)

    assert (said(refused), source(refused)) == ((404, "not_found"), pointer)


def test_the_organisation_has_no_cart(world: AnnyWorld) -> None:
    assert said(world.admin.add_to_cart(HOUR, ELBE, NINE, TEN)) == (403, "unauthorized")
    assert said(world.admin.get("/order/bookings/delete-all", oid="2005")) == (403, "unauthorized")
    assert said(world.admin.submit(oid="2005")) == (403, "unauthorized")


# Add-ons


def test_the_older_way_counts_where_the_newer_says_nothing(world: AnnyWorld) -> None:
    older = {"booking_add_ons": [{"add_on_id": COFFEE, "quantity": 1}]}

    only_older = held(world.jane.add_to_cart(WORKSHOP, ELBE, NINE, TEN, **older))
    both = held(world.jane.add_to_cart(WORKSHOP, ELBE, TEN, ELEVEN, **older, **wanting((FLIP_CHART, 1))))
    none = held(world.jane.add_to_cart(WORKSHOP, ALSTER, TEN, ELEVEN, **older, **wanting()))

    assert [each["attributes"]["total"] for each in (only_older, both, none)] == [229, 219, 199]


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        (wanting((COFFEE, 1), (NOTHING, 1)), f"/add_ons_by_service/{service(WORKSHOP)}/0/1/add_on_id"),
        (wanting((FLIP_CHART, 6)), f"/add_ons_by_service/{service(WORKSHOP)}/0/0/quantity"),
        (wanting((COFFEE, 1), (COFFEE, 0)), f"/add_ons_by_service/{service(WORKSHOP)}/0/1/add_on_id"),
        (wanting((COFFEE, 1), of=PACKAGE), f"/add_ons_by_service/{service(PACKAGE)}"),
        ({"booking_add_ons": [{"add_on_id": NOTHING, "quantity": 1}]}, "/booking_add_ons/0/add_on_id"),
    ],
)
def test_add_ons_that_cannot_be_had_are_pointed_at(world: AnnyWorld, members: Any, pointer: str) -> None:
    """AN-C12."""
    refused = world.jane.add_to_cart(WORKSHOP, ELBE, NINE, TEN, **members)

    assert (said(refused), source(refused)) == ((422, "validation_error"), pointer)


# Submitting


def test_nobody_submits_a_cart_that_is_not_named(world: AnnyWorld) -> None:
    """AN-C19."""
    for query in ({}, {"oid": "2005"}, {"oat": "abc"}, {"oid": NO_ORDER}):
        assert said(world.nobody.submit(customer=ANN, **query)) == (401, "unauthenticated")


def test_what_somebody_has_to_decide_about_is_requested_and_the_order_pending(world: AnnyWorld) -> None:
    """AN-C07."""
    world.jane.add_to_cart(HOUR, ELBE, TEN, ELEVEN)
    world.jane.add_to_cart(EVENING, ELBE, NINE, TEN)

    submitted = world.jane.submit()

    assert order_of(submitted)["attributes"]["status"] == "pending"
    assert [each["attributes"]["status"] for each in submitted.json()["included"]] == ["accepted", "requested"]


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


def test_who_has_a_token_when_submitting_is_who_books(world: AnnyWorld) -> None:
    cart = named(world.nobody.add_to_cart(WORKSHOP, ELBE, NINE, TEN))

    submitted = world.ben.submit(**cart)

    (booking,) = submitted.json()["included"]
    assert booking["meta"]["is_anonymous"] is False
    assert world.ben.listed("/bookings") == [booking["id"]]
    assert world.ben.listed("/orders") == [cart["oid"]]


@pytest.mark.parametrize(
    ("given", "is_known"),
    [({"given_name": "Jane", "family_name": "Doe", "email": "Jane@example.com"}, True), (ANN, False)],
)
def test_a_body_may_say_more_of_the_customer_than_the_account(
    world: AnnyWorld, given: dict[str, str], is_known: bool
) -> None:
    world.jane.add_to_cart(HOUR, ELBE, NINE, TEN)

    (booking,) = world.jane.submit(customer=given).json()["included"]

    assert (booking["relationships"]["customer"]["data"]["id"] == customer(1)) is is_known
    assert booking["meta"]["is_anonymous"] is False
    assert booking["id"] in world.jane.listed("/bookings")


# Paying


def test_the_organisation_may_pay_for_its_customers(world: AnnyWorld) -> None:
    assert order_of(world.admin.post("/orders/2023/pay"))["meta"]["amount_due"] == 0


def test_nobody_pays_without_an_access_token(world: AnnyWorld) -> None:
    assert said(world.nobody.post("/orders/2023/pay")) == (401, "unauthenticated")
