"""Edits of accepted bookings: who takes part, which add-ons, when and where.

Booking 1001 is Jane's, of a workshop for 199 with add-ons for 20 and 30, paid; 1003 is Max's, with Jane invited and Lena
as a participant.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from anny_edits import (
    alter,
    alter_editing,
    choose,
    invite,
    move,
    people,
    personalize,
    revert,
)
from anny_world import AnnyWorld, Person, add_on, at, field, resource, said, service, source

from mockserver.apis.anny.offers import ADD_ONS, RESOURCES

INVALID = (422, "validation_error")
NOT_EDITABLE = (422, "booking_not_editable")
UNAVAILABLE = (422, "unavailable_interval")
NOT_THEIRS = (403, "unauthorized")

INVITE = pytest.param(lambda person, number: invite(person, number, "ben@example.com"), id="participants")
CHOOSE = pytest.param(lambda person, number: choose(person, number, (2, 1)), id="service options")
MOVE = pytest.param(lambda person, number: move(person, number, at(14, "10:00")), id="base data")


def reason(response: httpx.Response) -> Any:
    """Why an interval cannot be booked."""
    assert said(response) == UNAVAILABLE
    return response.json()["errors"][0]["meta"]["unavailability_type"]


def snapshot(person: Person, number: int) -> Any:
    """All there is to see of a booking, and of the order it is in."""
    booking = person.booking(number)
    return booking, people(person, number), person.order(booking["relationships"]["order"]["data"]["id"])


@pytest.mark.parametrize("edit", [INVITE, CHOOSE, MOVE])
@pytest.mark.parametrize(("by", "number"), [("jane", 1010), ("jane", 1015), ("admin", 1020)])
def test_neither_a_master_nor_a_blocker_is_edited(world: AnnyWorld, edit: Any, by: str, number: int) -> None:
    assert said(edit(getattr(world, by), number)) == NOT_EDITABLE


# Participants


def test_somebody_new_is_invited_now(world: AnnyWorld) -> None:
    world.wait(hours=2)

    invite(world.max, 1003, "ben@example.com")

    [ben] = people(world.max, 1003)
    assert (ben["invited_at"], ben["responded_at"], ben["has_personalization"]) == (world.now(), None, False)


@pytest.mark.parametrize(
    ("limits", "refused", "taken"),
    [({"max_participants": None}, [], [100]), ({"min_participants": 2}, [0, 1], [2])],
)
def test_there_are_as_many_participants_as_the_service_says(
    world: AnnyWorld, limits: dict[str, Any], refused: list[int], taken: list[int]
) -> None:
    alter(world, service(1), **limits)

    for number in (*refused, *taken):
        answer = invite(world.max, 1003, *(f"guest{each}@example.com" for each in range(number)))
        assert said(answer) == (INVALID if number in refused else (200, ""))
        assert number in taken or source(answer) == "/participants"


@pytest.mark.parametrize("address", ["office@example.com", "ben@example.com"])
def test_who_booked_for_somebody_else_is_no_participant_either(world: AnnyWorld, address: str) -> None:
    world.ben.add_to_cart(1, 2, at(14, "10:00"), at(14, "11:00"))
    office = {"given_name": "Olga", "family_name": "Office", "email": "office@example.com"}
    order = world.ben.submit(customer=office).json()["data"]
    number = int(order["relationships"]["bookings"]["data"][0]["id"])

    answer = invite(world.ben, number, address)

    assert (said(answer), source(answer)) == (INVALID, "/participants/0/email")


# Invitations


def test_an_answer_to_an_invitation_is_dated(world: AnnyWorld) -> None:
    world.wait(hours=1)

    world.jane.post("/bookings/1003/accept-invite")

    assert people(world.max, 1003)[0]["responded_at"] == world.now()


def test_who_has_rejected_is_not_shown_what_the_customer_has_answered(world: AnnyWorld) -> None:
    personalize(world.jane, 1004, {field(1): "Vegan", field(2): "M", "email": "jane@example.com"})
    invite(world.jane, 1004, "ben@example.com")

    answer = world.ben.post("/bookings/1004/reject-invite").json()["data"]

    shown = answer["attributes"]
    assert (shown["can_edit"], shown["note"], shown["custom_entry_map"]) == (False, None, {})
    told = ("participation_status", "has_personalization", "personalization_name")
    assert [answer["meta"][name] for name in told] == [None, False, None]


def test_a_revert_keeps_what_participants_have_answered_to_the_form(world: AnnyWorld) -> None:
    editor = {"email": "max@example.com", "can_edit": True}
    invite(world.jane, 1004, editor)
    world.max.post("/bookings/1004/accept-invite")
    world.wait(minutes=15)
    invite(world.jane, 1004, editor, "lena@example.com")
    answers = {field(1): "Vegan", field(2): "S", "email": "max@example.com"}
    assert said(personalize(world.max, 1004, answers)) == (200, "")

    revert(world.jane, 1004)

    [maximilian] = people(world.jane, 1004)
    assert maximilian["has_personalization"] is True


# Service options


def test_an_add_on_that_is_chosen_again_keeps_its_id_and_its_price(world: AnnyWorld) -> None:
    before = world.jane.booking(1001)["relationships"]["booking_add_ons"]["data"]
    alter(world, add_on(1), ADD_ONS, price=99_00)

    answer = choose(world.jane, 1001, (1, 3), include="booking_add_ons")

    assert answer.json()["data"]["relationships"]["booking_add_ons"]["data"] == before[:1]
    (chosen,) = (each["attributes"] for each in answer.json()["included"] if each["type"] == "booking-add-ons")
    assert chosen == {"quantity": 3, "single_price": 20, "total": 60}


@pytest.mark.parametrize(
    ("limits", "quantity"),
    [({"max_quantity": 5}, 6), ({"max_quantity": 5, "stock": 2}, 3), ({"max_quantity": None, "min_quantity": 3}, 2)],
)
def test_a_quantity_beyond_what_there_is_to_have_is_refused(world: AnnyWorld, limits: Any, quantity: int) -> None:
    alter(world, add_on(1), ADD_ONS, **limits)
    before = snapshot(world.jane, 1001)

    answer = choose(world.jane, 1001, (2, 1), (1, quantity))

    assert (said(answer), source(answer)) == (INVALID, "/addons/1/quantity")
    assert snapshot(world.jane, 1001) == before


# Base data


def test_an_archived_resource_is_not_found(world: AnnyWorld) -> None:
    alter(world, resource(2), RESOURCES, is_archived=True)

    assert said(move(world.jane, 1001, at(14, "10:00"), to=2)) == (404, "not_found")


def test_nothing_is_moved_where_the_service_does_not_let_it(world: AnnyWorld) -> None:
    alter_editing(world, service(2), base_data=False)

    assert said(move(world.jane, 1001, at(14, "10:00"))) == NOT_EDITABLE
    assert said(choose(world.jane, 1001)) == (200, "")


def test_an_end_before_the_start_that_stays_is_refused(world: AnnyWorld) -> None:
    answer = move(world.jane, 1001, None, at(9, "08:30"))

    assert (said(answer), source(answer)) == (INVALID, "/end_date")


def test_all_places_of_a_booking_move_together(world: AnnyWorld) -> None:
    alter(world, service(7), can_instant_book=True)
    _, five, four = (
        world.ben.book(7, 20, at(day, "14:00"), at(day, "16:00"), service_id={service(7): places}).json()["data"]["id"]
        for day, places in ((9, 6), (10, 5), (11, 4))
    )

    assert reason(move(world.ben, five, at(9, "14:00"))) == "booked_out"
    assert said(move(world.ben, four, at(9, "14:00"))) == (200, "")


def test_of_two_that_move_to_the_last_place_at_once_one_gets_it(world: AnnyWorld) -> None:
    with ThreadPoolExecutor(2) as pool:
        moving = [
            pool.submit(move, person, number, at(14, "10:00"), at(14, "11:00"), 1)
            for person, number in ((world.jane, 1001), (world.max, 1003))
        ]

    won, lost = sorted((each.result() for each in moving), key=lambda answer: answer.status_code)
    assert said(won) == (200, "")
    assert reason(lost) == "booked_out"


# What is owed


def test_an_edit_that_costs_nothing_issues_no_invoice(world: AnnyWorld) -> None:
    before = world.jane.listed("/invoices")

    move(world.jane, 1001, at(14, "10:00"))
    invite(world.jane, 1001, "ben@example.com")

    assert world.jane.listed("/invoices") == before


# Word of it


def test_answers_are_announced_once_and_no_refusal_is(open_world: Any) -> None:
    world = open_world(outbox=True)
    form = {field(1): "Vegan", field(2): "M", "email": "jane@example.com"}

    world.lena.post("/bookings/1022/accept-invite")
    world.jane.post("/bookings/1003/reject-invite")
    personalize(world.jane, 1004, form)
    personalize(world.jane, 1004, form)
    revert(world.jane, 1001)

    assert world.events() == [("bookings.updated", number) for number in (1022, 1003, 1004)]


def test_an_edit_that_ends_by_itself_is_not_announced(open_world: Any) -> None:
    world = open_world(outbox=True)
    invite(world.jane, 1001, "ben@example.com")

    world.wait(minutes=15)

    assert world.events() == [("bookings.updated", 1001)]
