"""What is offered, and the account of a token."""

import pytest
from anny_world import account, at, resource, said, service, source

FREE = {"filter[available_from]": at(17, "10:00"), "filter[available_to]": at(17, "11:00")}
"""A Thursday on which no desk is booked."""
FOR_HOURS = {"filter[availability_service_id]": service(1)}


@pytest.mark.parametrize("name", [resource(10).upper(), "desk-area"])
def test_a_resource_is_the_same_by_its_id_and_by_its_slug(world, name):
    assert world.nobody.read(f"/resources/{name}")["data"]["id"] == resource(10)


def test_pages_of_free_children_count_the_free_ones(world):
    world.ben.book(1, 12, at(17, "10:30"), at(17, "11:30"))

    document = world.nobody.read("/resources/desk-area/children", **FREE, **FOR_HOURS, **{"page[size]": 1})

    assert document["meta"]["page"] == {"current-page": 1, "last-page": 2, "per-page": 1, "total": 2}


def test_a_service_that_does_not_exist_is_not_found(world):
    asked = {**FREE, "filter[availability_service_id]": service(99)}

    answer = world.nobody.get("/resources/desk-area/children", **asked)

    assert (said(answer), source(answer)) == ((404, "not_found"), "filter[availability_service_id]")


# Services


def test_a_service_says_whether_it_has_add_ons_and_a_form(world):
    metas = {each["id"]: each["meta"] for each in world.nobody.read("/services")["data"]}

    assert {id_ for id_, meta in metas.items() if meta["has_add_ons"]} == {service(2), service(3)}
    assert {id_ for id_, meta in metas.items() if meta["has_custom_forms"]} == {service(5)}


@pytest.mark.parametrize(
    ("number", "price", "duration"),
    [(1, "0 EUR", "1 to 4 hours"), (2, "199 EUR", "1 to 4 hours"), (3, "50 EUR per hour", "1 to 4 hours")],
)
def test_previews_say_price_and_duration_in_words(world, number, price, duration):
    meta = world.nobody.read(f"/services/{service(number)}")["data"]["meta"]

    assert (meta["price_preview"], meta["duration_preview"]) == (price, duration)


# The account


def test_the_account_of_a_well_known_token_is_the_seeds(world):
    jane = world.jane.read("/customer-account")["data"]

    assert (jane["id"], jane["attributes"]["email"]) == (account(1), "jane@example.com")
    assert jane["links"]["self"].endswith("/api/v1/customer-account")


def test_somebody_new_has_an_account_too_and_always_the_same(world):
    first, second = (world.enter("anny_customer_ada_l").read("/customer-account")["data"] for _ in range(2))

    assert first == second
    assert first["attributes"] | {"given_name": "Ada", "family_name": "L"} == first["attributes"]
