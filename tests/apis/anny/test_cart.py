"""Carts: putting something in, emptying, submitting, paying. Services, resources and days stand in conftest.py."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from anny_world import AnnyWorld, Person, add_on, at, customer, resource, said, service, source
from doubles import MONDAY

from mockserver.apis.anny.records import CLAIMS

HOUR, WORKSHOP, PACKAGE, EVENING, COURSE = 1, 2, 3, 4, 7
ELBE, ALSTER, DESK, AREA, STUDIO = 1, 2, 11, 10, 20
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


def test_what_is_put_into_a_cart_is_reserved_in_a_draft_order(world: AnnyWorld) -> None:
    """AN-C01."""
    added = world.jane.add_to_cart(WORKSHOP, ELBE, NINE, TEN)

    assert added.status_code == 201
    order = added.json()["data"]
    assert (order["type"], order["attributes"]["status"], order["attributes"]["total"]) == ("orders", "draft", 199)
    (booking,) = added.json()["included"]
    assert (booking["type"], booking["attributes"]["status"]) == ("bookings", "reserved")
    assert ids_of(order) == [booking["id"]]
    assert added.headers["location"].endswith(f"/api/v1/orders/{order['id']}")
    assert world.jane.status(booking["id"]) == "reserved"


def test_a_draft_expires_when_the_first_of_its_holds_ends(world: AnnyWorld) -> None:
    """AN-C05."""
    first = order_of(world.jane.add_to_cart(HOUR, ELBE, NINE, TEN))
    world.wait(minutes=5)

    second = order_of(world.jane.add_to_cart(HOUR, ELBE, TEN, ELEVEN))

    assert first["attributes"]["expires_at"] == second["attributes"]["expires_at"] == "2026-03-02T00:15:00+00:00"


def test_a_second_booking_goes_into_the_same_cart(world: AnnyWorld) -> None:
    """AN-C13."""
    first = order_of(world.jane.add_to_cart(WORKSHOP, ELBE, NINE, TEN))

    second = order_of(world.jane.add_to_cart(PACKAGE, ALSTER, NINE, TEN))

    assert second["id"] == first["id"]
    assert len(ids_of(second)) == 2
    assert (second["attributes"]["total"], second["meta"]["payment_flow"]) == (249, "pay-now")


def test_the_carts_of_two_accounts_are_two(world: AnnyWorld) -> None:
    jane = order_of(world.jane.add_to_cart(HOUR, ELBE, NINE, TEN))
    lena = order_of(world.lena.add_to_cart(HOUR, ELBE, TEN, ELEVEN))

    assert jane["id"] != lena["id"]
    assert jane["id"] in world.jane.listed("/orders")
    assert jane["id"] not in world.lena.listed("/orders")


def test_while_it_is_held_an_interval_is_taken_for_everybody_else(world: AnnyWorld) -> None:
    """AN-C02, AN-C04."""
    world.jane.add_to_cart(HOUR, ELBE, NINE, TEN)

    for rival in (world.jane, world.lena, world.nobody):
        assert said(rival.add_to_cart(HOUR, ELBE, NINE, TEN)) == (422, "unavailable_interval")
    assert said(world.lena.book(HOUR, ELBE, NINE, TEN)) == (422, "unavailable_interval")


def test_what_cannot_be_booked_is_not_held_and_opens_no_cart(world: AnnyWorld) -> None:
    """AN-C02."""
    refused = world.ben.add_to_cart(HOUR, AREA, NINE, TEN)

    assert said(refused) == (422, "unavailable_interval")
    assert refused.json()["errors"][0]["meta"] == {"unavailability_type": "resource_unavailable"}
    assert world.ben.listed("/orders") == world.ben.listed("/bookings") == []


def test_without_a_token_a_new_cart_is_opened_each_time(world: AnnyWorld) -> None:
    """AN-C14."""
    carts = [named(world.nobody.add_to_cart(HOUR, ELBE, *span)) for span in ((NINE, TEN), (TEN, ELEVEN))]

    assert carts[0]["oid"] != carts[1]["oid"]
    assert carts[0]["oat"] != carts[1]["oat"]
    assert [len(cart["oat"]) for cart in carts] == [30, 30]


def test_without_a_token_id_and_access_token_name_the_cart(world: AnnyWorld) -> None:
    cart = named(world.nobody.add_to_cart(HOUR, ELBE, NINE, TEN))

    again = order_of(world.nobody.add_to_cart(HOUR, ELBE, TEN, ELEVEN, **cart))

    assert (again["id"], len(ids_of(again))) == (cart["oid"], 2)


def test_an_access_token_without_an_id_names_no_cart(world: AnnyWorld) -> None:
    cart = named(world.nobody.add_to_cart(HOUR, ELBE, NINE, TEN))

    assert order_of(world.nobody.add_to_cart(HOUR, ELBE, TEN, ELEVEN, oat=cart["oat"]))["id"] != cart["oid"]


def test_the_own_cart_is_named_without_its_access_token(world: AnnyWorld) -> None:
    cart = named(world.jane.add_to_cart(HOUR, ELBE, NINE, TEN))

    assert order_of(world.jane.add_to_cart(HOUR, ELBE, TEN, ELEVEN, oid=cart["oid"]))["id"] == cart["oid"]
    assert order_of(world.jane.add_to_cart(HOUR, ELBE, EIGHT, NINE, oid=cart["oid"], oat="wrong"))["id"] == cart["oid"]


def test_whoever_knows_the_access_token_uses_the_cart(world: AnnyWorld) -> None:
    cart = named(world.jane.add_to_cart(HOUR, ELBE, NINE, TEN))

    added = world.nobody.add_to_cart(HOUR, ELBE, TEN, ELEVEN, **cart)

    assert ids_of(order_of(added)) == ids_of(world.jane.order(cart["oid"]))
    assert world.jane.status(held(added)["id"]) == "reserved"


@pytest.mark.parametrize("by", ["max", "nobody"])
@pytest.mark.parametrize("oat", [{}, {"oat": "wrong"}])
def test_a_cart_of_somebody_else_needs_its_access_token(world: AnnyWorld, by: str, oat: dict[str, str]) -> None:
    """AN-C11."""
    cart = named(world.jane.add_to_cart(HOUR, ELBE, NINE, TEN))["oid"]
    caller: Person = getattr(world, by)

    assert said(caller.add_to_cart(HOUR, ELBE, TEN, ELEVEN, oid=cart, **oat)) == (403, "unauthorized")
    assert len(ids_of(world.jane.order(cart))) == 1


def test_a_cart_that_does_not_exist_is_not_found(world: AnnyWorld) -> None:
    """AN-C16, AN-C18."""
    query: dict[str, Any] = {"oid": NO_ORDER, "oat": "abc"}

    for refused in (
        world.nobody.add_to_cart(HOUR, ELBE, NINE, TEN, **query),
        world.jane.add_to_cart(HOUR, ELBE, NINE, TEN, **query),
        world.nobody.get("/order/bookings/delete-all", **query),
        world.jane.submit(**query),
    ):
        assert (said(refused), source(refused)) == ((404, "not_found"), "oid")


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"service_id": NOTHING}, "/service_id"),
        ({"resource_id": NOTHING}, "/resource_id"),
        ({"resource_id": [resource(ELBE), NOTHING]}, "/resource_id/1"),
    ],
)
def test_an_id_that_names_nothing_is_not_found_and_pointed_at(world: AnnyWorld, members: Any, pointer: str) -> None:
    """AN-C16."""
    refused = world.jane.add_to_cart(HOUR, ELBE, NINE, TEN, **members)

    assert (said(refused), source(refused)) == ((404, "not_found"), pointer)


def test_an_order_that_is_no_draft_takes_nothing_more(world: AnnyWorld) -> None:
    """AN-C08."""
    refused = [
        world.jane.add_to_cart(HOUR, ELBE, NINE, TEN, oid="2001"),
        world.jane.get("/order/bookings/delete-all", oid="2001"),
        world.jane.submit(oid="2001"),
    ]

    assert [said(each) for each in refused] == [(422, "order_not_open")] * 3
    assert ids_of(world.jane.order("2001")) == ["1001"]


def test_of_several_resources_the_first_that_is_free_is_held(world: AnnyWorld) -> None:
    """AN-C15."""
    several = {"resource_id": [resource(each) for each in (AREA, ELBE, ALSTER)]}

    booked = [held(world.jane.add_to_cart(HOUR, ELBE, NINE, TEN, **several)) for _ in range(2)]

    assert [each["relationships"]["resource"]["data"]["id"] for each in booked] == [resource(ELBE), resource(ALSTER)]
    refused = world.jane.add_to_cart(HOUR, ELBE, NINE, TEN, **several)
    assert refused.json()["errors"][0]["meta"]["unavailability_type"] == "resource_unavailable"


def test_several_places_are_held_and_paid_for(world: AnnyWorld) -> None:
    """AN-N08, AN-T08, AN-Y01."""
    evening = (at(9, "18:00"), at(9, "20:00"))

    seven = held(world.jane.add_to_cart(COURSE, STUDIO, *evening, service_id={service(COURSE): 7}))

    assert (seven["attributes"]["weight"], seven["attributes"]["subtotal"], seven["attributes"]["total"]) == (
        7,
        840,
        840,
    )
    four = world.lena.add_to_cart(COURSE, STUDIO, *evening, service_id={service(COURSE): 4})
    assert said(four) == (422, "unavailable_interval")
    assert world.lena.add_to_cart(COURSE, STUDIO, *evening, service_id={service(COURSE): 3}).status_code == 201


def test_what_is_said_about_a_booking_is_kept(world: AnnyWorld) -> None:
    words = {"description": "Kick-off", "customer_note": "We bring a dog"}

    attributes = held(world.jane.add_to_cart(HOUR, ELBE, NINE, TEN, **words))["attributes"]

    assert {name: attributes[name] for name in words} == words


def test_an_end_that_is_not_after_the_start_is_invalid(world: AnnyWorld) -> None:
    """AN-V12."""
    refused = world.jane.add_to_cart(HOUR, ELBE, TEN, TEN)

    assert (said(refused), source(refused)) == ((422, "validation_error"), "/end_date")


def test_a_service_whose_name_is_no_id_is_invalid(world: AnnyWorld) -> None:
    """AN-N11."""
    refused = world.jane.add_to_cart(HOUR, ELBE, NINE, TEN, service_id={"workshop": 1})

    assert (said(refused), source(refused)) == ((422, "validation_error"), "/service_id")


def test_the_organisation_has_no_cart(world: AnnyWorld) -> None:
    assert said(world.admin.add_to_cart(HOUR, ELBE, NINE, TEN)) == (403, "unauthorized")
    assert said(world.admin.get("/order/bookings/delete-all", oid="2005")) == (403, "unauthorized")
    assert said(world.admin.submit(oid="2005")) == (403, "unauthorized")


def test_of_many_at_the_same_time_one_holds_the_last_place(world: AnnyWorld) -> None:
    """AN-C24."""
    with ThreadPoolExecutor(8) as pool:
        adding = [pool.submit(world.nobody.add_to_cart, HOUR, ELBE, NINE, TEN) for _ in range(8)]

    answers = sorted(said(each.result()) for each in adding)
    assert answers == [(201, "")] + [(422, "unavailable_interval")] * 7


# Add-ons


def test_add_ons_come_on_top_of_the_price(world: AnnyWorld) -> None:
    """AN-Y02."""
    added = world.jane.add_to_cart(WORKSHOP, ELBE, NINE, TEN, **wanting((FLIP_CHART, 1), (COFFEE, 1)))

    attributes = held(added)["attributes"]
    assert (attributes["subtotal"], attributes["total"]) == (199, 249)
    assert len(held(added)["relationships"]["booking_add_ons"]["data"]) == 2
    assert order_of(added)["attributes"]["total"] == 249


def test_none_of_an_add_on_is_not_chosen(world: AnnyWorld) -> None:
    booking = held(world.jane.add_to_cart(WORKSHOP, ELBE, NINE, TEN, **wanting((FLIP_CHART, 0), (COFFEE, 2))))

    assert booking["attributes"]["total"] == 199 + 60
    assert len(booking["relationships"]["booking_add_ons"]["data"]) == 1


def test_the_older_way_counts_where_the_newer_says_nothing(world: AnnyWorld) -> None:
    older = {"booking_add_ons": [{"add_on_id": COFFEE, "quantity": 1}]}

    only_older = held(world.jane.add_to_cart(WORKSHOP, ELBE, NINE, TEN, **older))
    both = held(world.jane.add_to_cart(WORKSHOP, ELBE, TEN, ELEVEN, **older, **wanting((FLIP_CHART, 1))))
    none = held(world.jane.add_to_cart(WORKSHOP, ALSTER, TEN, ELEVEN, **older, **wanting()))

    assert [each["attributes"]["total"] for each in (only_older, both, none)] == [229, 219, 199]


def test_of_several_selections_the_first_counts(world: AnnyWorld) -> None:
    selections = [[{"add_on_id": FLIP_CHART, "quantity": 1}], [{"add_on_id": "bad", "quantity": 0}]]

    added = world.jane.add_to_cart(WORKSHOP, ELBE, NINE, TEN, add_ons_by_service={service(WORKSHOP): selections})

    assert held(added)["attributes"]["total"] == 219


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
def test_add_ons_that_cannot_be_had_are_invalid_and_nothing_is_held(
    world: AnnyWorld, members: Any, pointer: str
) -> None:
    """AN-C12."""
    refused = world.jane.add_to_cart(WORKSHOP, ELBE, NINE, TEN, **members)

    assert (said(refused), source(refused)) == ((422, "validation_error"), pointer)
    assert world.lena.add_to_cart(WORKSHOP, ELBE, NINE, TEN).status_code == 201


def test_an_add_on_of_another_service_is_invalid(world: AnnyWorld) -> None:
    """AN-C12."""
    refused = world.jane.add_to_cart(PACKAGE, ELBE, NINE, TEN, **wanting((FLIP_CHART, 1), of=PACKAGE))

    assert said(refused) == (422, "validation_error")


# Emptying


def test_what_was_in_an_emptied_cart_is_gone_and_free_at_once(world: AnnyWorld) -> None:
    """AN-C17."""
    cart = named(world.jane.add_to_cart(WORKSHOP, ELBE, NINE, TEN))["oid"]
    booking = held(world.jane.add_to_cart(HOUR, ELBE, TEN, ELEVEN))["id"]

    emptied = order_of(world.jane.get("/order/bookings/delete-all"))

    assert (emptied["id"], emptied["attributes"]["status"], ids_of(emptied)) == (cart, "draft", [])
    assert (emptied["attributes"]["total"], emptied["attributes"]["expires_at"]) == (0, None)
    assert said(world.jane.get(f"/bookings/{booking}")) == (404, "not_found")
    assert world.lena.book(HOUR, ELBE, TEN, ELEVEN).status_code == 201


def test_an_empty_cart_may_be_emptied_and_filled_again(world: AnnyWorld) -> None:
    cart = named(world.jane.add_to_cart(HOUR, ELBE, NINE, TEN))["oid"]

    assert [world.jane.get("/order/bookings/delete-all").status_code for _ in range(2)] == [200, 200]
    assert order_of(world.jane.add_to_cart(HOUR, ELBE, NINE, TEN))["id"] == cart


def test_looking_at_what_emptying_would_answer_empties_nothing(world: AnnyWorld) -> None:
    """AN-H07."""
    booking = held(world.jane.add_to_cart(HOUR, ELBE, NINE, TEN))["id"]

    assert world.jane.ask("HEAD", "/order/bookings/delete-all").status_code == 200
    assert world.jane.status(booking) == "reserved"


def test_an_account_without_a_cart_has_none_to_empty_or_submit(world: AnnyWorld) -> None:
    """AN-C18."""
    assert said(world.ben.get("/order/bookings/delete-all")) == (404, "not_found")
    assert said(world.ben.submit()) == (404, "not_found")


@pytest.mark.parametrize("query", [{}, {"oid": "2005"}, {"oat": "abc"}, {"oid": NO_ORDER}])
def test_without_a_token_and_the_names_of_a_cart_nobody_is_known(world: AnnyWorld, query: dict[str, Any]) -> None:
    """AN-C19."""
    assert said(world.nobody.get("/order/bookings/delete-all", **query)) == (401, "unauthenticated")
    assert said(world.nobody.submit(customer=ANN, **query)) == (401, "unauthenticated")


def test_a_cart_of_somebody_else_is_neither_emptied_nor_submitted_without_its_access_token(world: AnnyWorld) -> None:
    """AN-C11."""
    assert said(world.jane.get("/order/bookings/delete-all", oid="2005")) == (403, "unauthorized")
    assert said(world.jane.submit(oid="2005", oat="wrong")) == (403, "unauthorized")
    assert said(world.nobody.submit(oid="2005", oat="wrong", customer=ANN)) == (403, "unauthorized")
    assert world.max.status(1005) == "reserved"


# Submitting


def test_what_is_submitted_is_accepted_and_the_order_completed(world: AnnyWorld) -> None:
    """AN-C06."""
    world.jane.add_to_cart(HOUR, ELBE, NINE, TEN)

    submitted = world.jane.submit()

    assert submitted.status_code == 200
    assert order_of(submitted)["attributes"]["status"] == "completed"
    (booking,) = submitted.json()["included"]
    assert booking["attributes"]["status"] == "accepted"
    assert booking["meta"]["is_anonymous"] is False
    assert booking["relationships"]["customer"]["data"]["id"] == customer(1)
    assert order_of(submitted)["attributes"]["expires_at"] is None


def test_what_somebody_has_to_decide_about_is_requested_and_the_order_pending(world: AnnyWorld) -> None:
    """AN-C07."""
    world.jane.add_to_cart(HOUR, ELBE, TEN, ELEVEN)
    world.jane.add_to_cart(EVENING, ELBE, NINE, TEN)

    submitted = world.jane.submit()

    assert order_of(submitted)["attributes"]["status"] == "pending"
    assert [each["attributes"]["status"] for each in submitted.json()["included"]] == ["accepted", "requested"]


def test_after_submission_a_new_cart_is_opened(world: AnnyWorld) -> None:
    first = named(world.jane.add_to_cart(HOUR, ELBE, NINE, TEN))["oid"]
    world.jane.submit()

    assert named(world.jane.add_to_cart(HOUR, ELBE, TEN, ELEVEN))["oid"] != first


def test_an_order_is_submitted_once(world: AnnyWorld) -> None:
    """AN-C08."""
    cart = named(world.jane.add_to_cart(WORKSHOP, ELBE, NINE, TEN))
    world.jane.submit()

    assert said(world.jane.submit(oid=cart["oid"])) == (422, "order_not_open")
    assert said(world.jane.submit()) == (404, "not_found")
    assert world.jane.order(cart["oid"])["attributes"]["total"] == 199


def test_a_cart_with_nothing_in_it_is_not_submitted(world: AnnyWorld) -> None:
    """AN-C08."""
    world.jane.add_to_cart(HOUR, ELBE, NINE, TEN)
    world.jane.get("/order/bookings/delete-all")

    assert said(world.jane.submit()) == (422, "order_not_open")


@pytest.mark.parametrize("body", [{"accept_terms": False}, {}, {"accept_terms": "true"}, {"accept_terms": None}])
def test_without_acceptance_of_the_terms_the_cart_stays_a_draft(world: AnnyWorld, body: dict[str, Any]) -> None:
    """AN-C10."""
    cart = named(world.jane.add_to_cart(HOUR, ELBE, NINE, TEN))["oid"]

    refused = world.jane.post("/order", body)

    assert (said(refused), source(refused)) == ((422, "validation_error"), "/accept_terms")
    assert world.jane.order(cart)["attributes"]["status"] == "draft"


def test_without_a_token_somebody_has_to_be_named(world: AnnyWorld) -> None:
    """AN-C09."""
    cart = named(world.nobody.add_to_cart(HOUR, ELBE, NINE, TEN))

    refused = world.nobody.submit(**cart)

    assert (said(refused), source(refused)) == ((422, "validation_error"), "/customer")
    assert world.nobody.read(f"/orders/{cart['oid']}", oat=cart["oat"])["data"]["attributes"]["status"] == "draft"


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

    world.jane.submit()

    assert runs_out_at(booking) is None


def test_who_books_without_a_token_is_anonymous_and_finds_the_booking_by_its_number(world: AnnyWorld) -> None:
    """AN-C20."""
    added = world.nobody.add_to_cart(WORKSHOP, ELBE, NINE, TEN)
    number = held(added)["attributes"]["number"]

    submitted = world.nobody.submit(**named(added), customer=ANN)

    assert order_of(submitted)["attributes"]["status"] == "completed"
    found = world.nobody.read("/bookings/by-number", number=number)["data"]
    assert (found["id"], found["attributes"]["status"]) == (held(added)["id"], "accepted")
    assert found["meta"]["is_anonymous"] is True
    whole = world.admin.read(f"/bookings/{found['id']}", include="customer")
    (who,) = (each for each in whole["included"] if each["type"] == "customers")
    assert {name: who["attributes"][name] for name in ANN} == ANN


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


def test_word_is_left_of_what_was_submitted_and_not_of_what_was_held(open_world: Callable[..., AnnyWorld]) -> None:
    """AN-W09."""
    world = open_world(outbox=True)
    booked = [held(world.jane.add_to_cart(HOUR, ELBE, *span))["id"] for span in ((NINE, TEN), (TEN, ELEVEN))]
    world.lena.add_to_cart(HOUR, ALSTER, NINE, TEN)
    world.lena.get("/order/bookings/delete-all")
    assert world.events() == []

    world.jane.submit()

    assert world.events() == [("bookings.created", int(number)) for number in booked]


# Paying


def test_what_is_paid_at_once_says_how_much_and_where_and_stands_meanwhile(world: AnnyWorld) -> None:
    """AN-C21."""
    world.jane.add_to_cart(WORKSHOP, ELBE, NINE, TEN)

    order = order_of(world.jane.submit())

    assert (order["meta"]["payment_flow"], order["meta"]["amount_due"]) == ("pay-now", 199)
    assert world.jane.status(ids_of(order)[0]) == "accepted"
    path = order["meta"]["payment_url"].partition("/api/v1")[2]
    assert order_of(world.jane.post(path))["meta"]["amount_due"] == 0


def test_a_draft_says_what_will_be_due_but_not_where_to_pay(world: AnnyWorld) -> None:
    order = order_of(world.jane.add_to_cart(WORKSHOP, ELBE, NINE, TEN))

    assert (order["meta"]["amount_due"], order["meta"]["payment_url"]) == (199, None)


def test_paying_pays_what_is_open_and_its_invoice(world: AnnyWorld) -> None:
    """AN-C22."""
    world.jane.add_to_cart(WORKSHOP, ELBE, NINE, TEN)
    order = order_of(world.jane.submit())["id"]

    paid = order_of(world.jane.post(f"/orders/{order}/pay"))

    assert (paid["meta"]["amount_due"], paid["meta"]["paid_amount"], paid["meta"]["payment_url"]) == (0, 199, None)
    invoices = world.jane.read(f"/orders/{order}", include="invoices")["included"]
    assert [each["attributes"]["status"] for each in invoices] == ["paid"]
    assert world.jane.booking(ids_of(paid)[0])["attributes"]["has_payment"] is True


def test_nothing_is_paid_twice(world: AnnyWorld) -> None:
    """AN-C23."""
    before = world.jane.order("2001")

    assert said(world.jane.post("/orders/2001/pay")) == (422, "order_not_open")
    assert world.jane.order("2001") == before


def test_a_draft_is_not_paid(world: AnnyWorld) -> None:
    """AN-C23."""
    assert said(world.max.post("/orders/2005/pay")) == (422, "order_not_open")


def test_an_order_is_paid_by_whoever_may_see_it(world: AnnyWorld) -> None:
    """AN-A05, AN-C11."""
    added = world.nobody.add_to_cart(WORKSHOP, ELBE, NINE, TEN)
    oid, oat = named(added).values()
    world.nobody.submit(oid=oid, oat=oat, customer=ANN)
    path = f"/orders/{oid}/pay"

    assert said(world.nobody.post(path)) == (401, "unauthenticated")
    assert said(world.nobody.post(path, oat="wrong")) == (403, "unauthorized")
    assert said(world.jane.post(path)) == (403, "unauthorized")
    assert said(world.jane.post(f"/orders/{NO_ORDER}/pay")) == (404, "not_found")
    assert world.nobody.post(path, oat=oat).status_code == 200
    assert said(world.admin.post(path)) == (422, "order_not_open")


def test_an_edit_is_over_with_when_what_it_made_open_is_paid(world: AnnyWorld) -> None:
    """AN-E09."""
    world.jane.add_to_cart(WORKSHOP, ELBE, NINE, TEN)
    order = order_of(world.jane.submit())
    (booking,) = ids_of(order)
    world.jane.post(f"/orders/{order['id']}/pay")
    wanted = {"addons": [{"add_on_id": COFFEE, "quantity": 1}]}
    world.jane.post(f"/bookings/{booking}/edit-service-options", wanted)
    assert world.jane.booking(booking)["meta"]["edit_in_progress"] is True

    paid = order_of(world.jane.post(f"/orders/{order['id']}/pay"))

    assert (paid["meta"]["paid_amount"], paid["attributes"]["total"]) == (229, 229)
    assert world.jane.booking(booking)["meta"]["edit_in_progress"] is False
    assert said(world.jane.get(f"/bookings/{booking}/cancel-edit-booking")) == (422, "no_edit_in_progress")


def test_what_an_edit_moved_away_from_is_free_once_it_is_paid(world: AnnyWorld) -> None:
    booking = held(world.jane.add_to_cart(WORKSHOP, ELBE, NINE, TEN))["id"]
    order = order_of(world.jane.submit())["id"]
    interval = {"start_date": TEN, "end_date": ELEVEN}
    assert world.jane.post(f"/bookings/{booking}/edit-booking-base-data", interval).status_code == 200
    assert said(world.lena.book(HOUR, ELBE, NINE, TEN)) == (422, "unavailable_interval")

    world.jane.post(f"/orders/{order}/pay")

    assert world.lena.book(HOUR, ELBE, NINE, TEN).status_code == 201
    assert said(world.lena.book(HOUR, ELBE, TEN, ELEVEN)) == (422, "unavailable_interval")
