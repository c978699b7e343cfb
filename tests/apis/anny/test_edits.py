"""Edits of accepted bookings: who takes part, which add-ons, when and where.

Booking 1001 is Jane's, of a workshop for 199 with add-ons for 20 and 30, paid; 1003 is Max's, with Jane invited and Lena
as a participant.
"""

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
from mockserver.apis.anny.records import BOOKINGS, Status

INVALID = (422, "validation_error")
NOT_EDITABLE = (422, "booking_not_editable")
UNAVAILABLE = (422, "unavailable_interval")


def reason(response: httpx.Response) -> Any:
    """Why an interval cannot be booked."""
    assert said(response) == UNAVAILABLE
    return response.json()["errors"][0]["meta"]["unavailability_type"]


def snapshot(person: Person, number: int) -> Any:
    """All there is to see of a booking, and of the order it is in."""
    booking = person.booking(number)
    return booking, people(person, number), person.order(booking["relationships"]["order"]["data"]["id"])


FORM = {field(1): "Vegan", field(2): "M", "email": "jane@example.com"}
DO = {
    "join": lambda world: world.lena.post("/bookings/1004/accept-invite"),
    "edit": lambda world: choose(world.jane, 1004),
    "personalize": lambda world: personalize(world.jane, 1004, FORM),
}


@pytest.mark.parametrize(
    ("status", "what", "answer"),
    [
        (Status.REQUESTED, "join", (422, "invitation_not_pending")),
        (Status.REQUESTED, "personalize", (200, "")),
        (Status.REJECTED, "join", (422, "invitation_not_pending")),
        (Status.REJECTED, "edit", NOT_EDITABLE),
        (Status.REJECTED, "personalize", (422, "personalization_not_allowed")),
    ],
)
def test_what_is_not_accepted_takes_what_its_status_allows(
    world: AnnyWorld, status: Status, what: str, answer: tuple[int, str]
) -> None:
    invite(world.jane, 1004, "lena@example.com")
    alter(world, 1004, BOOKINGS, status=status)

    assert said(DO[what](world)) == answer


# Participants


def test_an_invitation_and_its_answer_are_dated(world: AnnyWorld) -> None:
    world.wait(hours=2)
    invite(world.max, 1003, "ben@example.com")
    [ben] = people(world.max, 1003)
    assert (ben["invited_at"], ben["responded_at"]) == (world.now(), None)

    world.wait(hours=1)
    world.ben.post("/bookings/1003/accept-invite")
    [answered] = people(world.max, 1003)
    assert (answered["invited_at"], answered["responded_at"]) == (ben["invited_at"], world.now())


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


# Invitations


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
    [({"max_quantity": 5, "stock": 2}, 3), ({"max_quantity": None, "min_quantity": 3}, 2)],
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


# Word of it


def test_answers_are_announced_once_and_no_refusal_is(open_world: Any) -> None:
    world = open_world(outbox=True)
    world.lena.post("/bookings/1022/accept-invite")
    world.jane.post("/bookings/1003/reject-invite")
    personalize(world.jane, 1004, FORM)
    personalize(world.jane, 1004, FORM)
    revert(world.jane, 1001)

    assert world.events() == [("bookings.updated", number) for number in (1022, 1003, 1004)]


def test_an_edit_that_ends_by_itself_is_not_announced(open_world: Any) -> None:
    world = open_world(outbox=True)
    invite(world.jane, 1001, "ben@example.com")

    world.wait(minutes=15)

    assert world.events() == [("bookings.updated", 1001)]
