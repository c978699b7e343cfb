"""Edits of accepted bookings: who takes part, which add-ons, when and where.

Booking 1001 is Jane's, of a workshop for 199 with add-ons for 20 and 30, paid; 1003 is Max's, with Jane invited and Lena
as a participant; 1009 is Jane's, at 50 an hour, and cannot change its room, its add-ons or its participants.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from anny_edits import (
    alter,
    alter_editing,
    choose,
    entries,
    invite,
    moments,
    move,
    people,
    personalize,
    revert,
    totals,
)
from anny_world import AnnyWorld, Person, add_on, at, field, resource, said, service, shown, source

from mockserver.apis.anny.offers import ADD_ONS, RESOURCES
from mockserver.apis.anny.records import BOOKINGS, Status

INVALID = (422, "validation_error")
NOT_EDITABLE = (422, "booking_not_editable")
UNAVAILABLE = (422, "unavailable_interval")
NOT_THEIRS = (403, "unauthorized")

CALLS = {
    "participants": lambda person, number: invite(person, number, "ben@example.com"),
    "service options": lambda person, number: choose(person, number, (2, 1)),
    "base data": lambda person, number: move(person, number, at(14, "10:00")),
}
EVERY_EDIT = pytest.mark.parametrize("edit", CALLS.values(), ids=CALLS)


def reason(response: httpx.Response) -> Any:
    """Why an interval cannot be booked."""
    assert said(response) == UNAVAILABLE
    return response.json()["errors"][0]["meta"]["unavailability_type"]


def booked(person: Person, wanted: int, where: int, start: str, end: str, **fields: Any) -> int:
    answer = person.book(wanted, where, start, end, **fields)
    assert said(answer) == (201, "")
    return int(answer.json()["data"]["id"])


def snapshot(person: Person, number: int) -> Any:
    """All there is to see of a booking, and of the order it is in."""
    booking = person.booking(number)
    return booking, people(person, number), person.order(booking["relationships"]["order"]["data"]["id"])


# What can be edited at all


@EVERY_EDIT
@pytest.mark.parametrize("status", [status for status in Status if status is not Status.ACCEPTED])
def test_only_an_accepted_booking_is_edited(world: AnnyWorld, edit: Any, status: Status) -> None:
    alter(world, 1001, BOOKINGS, status=status)
    before = snapshot(world.jane, 1001)

    assert said(edit(world.jane, 1001)) == NOT_EDITABLE
    assert snapshot(world.jane, 1001) == before


@EVERY_EDIT
def test_a_booking_that_has_started_is_not_edited(world: AnnyWorld, edit: Any) -> None:
    world.go_to(at(9, "09:00"))

    assert said(edit(world.jane, 1001)) == NOT_EDITABLE


@EVERY_EDIT
def test_a_booking_is_edited_up_to_its_start(world: AnnyWorld, edit: Any) -> None:
    world.go_to(at(9, "08:59"))

    assert said(edit(world.jane, 1001)) == (200, "")


@EVERY_EDIT
@pytest.mark.parametrize("late", [False, True])
def test_the_deadline_of_the_service_is_the_last_moment_for_an_edit(world: AnnyWorld, edit: Any, late: bool) -> None:
    alter_editing(world, service(2), deadline={"period": "hours", "offset": 24})
    world.go_to(at(8, "09:00"))
    world.wait(seconds=int(late))

    assert world.jane.booking(1001)["attributes"]["is_editable"] is not late
    assert said(edit(world.jane, 1001)) == (NOT_EDITABLE if late else (200, ""))


@EVERY_EDIT
def test_the_master_of_a_series_is_not_edited(world: AnnyWorld, edit: Any) -> None:
    assert said(edit(world.jane, 1010)) == NOT_EDITABLE
    assert said(edit(world.jane, 1015)) == NOT_EDITABLE


def test_one_date_of_a_series_is_edited_alone(world: AnnyWorld) -> None:
    others = [moments(world.jane, number) for number in (1010, 1012, 1013, 1014)]

    assert said(move(world.jane, 1011, at(9, "08:00"))) == (200, "")

    assert moments(world.jane, 1011)[0] == shown(at(9, "08:00"))
    assert [moments(world.jane, number) for number in (1010, 1012, 1013, 1014)] == others


@EVERY_EDIT
def test_a_blocker_is_not_edited(world: AnnyWorld, edit: Any) -> None:
    assert said(edit(world.admin, 1020)) == NOT_EDITABLE


@EVERY_EDIT
def test_an_unknown_booking_is_not_found(world: AnnyWorld, edit: Any) -> None:
    assert said(edit(world.jane, 99999)) == (404, "not_found")


@EVERY_EDIT
def test_the_organisation_edits_for_its_customers(world: AnnyWorld, edit: Any) -> None:
    assert said(edit(world.admin, 1001)) == (200, "")


@EVERY_EDIT
def test_an_edit_is_dated(world: AnnyWorld, edit: Any) -> None:
    created_at = world.jane.booking(1001)["attributes"]["created_at"]
    world.wait(hours=1)

    attributes = edit(world.jane, 1001).json()["data"]["attributes"]

    assert (attributes["created_at"], attributes["updated_at"]) == (created_at, world.now())
    assert attributes["status"] == "accepted"


@pytest.mark.parametrize("path", ["participants", "service-options", "booking-base-data"])
def test_an_unknown_include_is_refused_before_anything_is_looked_at(world: AnnyWorld, path: str) -> None:
    body = {"participants": [], "addons": [], "start_date": at(14, "10:00")}

    answer = world.jane.post(f"/bookings/99999/edit-{path}", body, include="nonsense")

    assert (said(answer), source(answer)) == ((400, "bad_request"), "include")


# Participants


def test_the_participants_are_those_of_the_body(world: AnnyWorld) -> None:
    ben = {"email": "ben@example.com", "name": "Ben", "can_edit": True, "attending_virtually": True}
    jane = {"email": "jane@example.com", "name": "Janet", "can_edit": True, "attending_virtually": False}

    answer = invite(world.max, 1003, ben, jane, include="booking_participants")

    assert said(answer) == (200, "")
    found = [{name: each[name] for name in ben} for each in entries(answer)]
    assert found == [ben, jane]
    assert entries(answer) == people(world.max, 1003)


def test_somebody_new_is_invited(world: AnnyWorld) -> None:
    world.wait(hours=2)

    invite(world.max, 1003, "ben@example.com")

    [ben] = people(world.max, 1003)
    assert (ben["status"], ben["invited_at"], ben["responded_at"]) == ("invited", world.now(), None)
    assert ben["has_personalization"] is False
    assert world.ben.status(1003) == "invited"


def test_what_the_body_leaves_out_is_false_or_nothing(world: AnnyWorld) -> None:
    invite(world.max, 1003, "ben@example.com")

    [ben] = people(world.max, 1003)
    assert (ben["name"], ben["can_edit"], ben["attending_virtually"]) == (None, False, False)


def test_who_is_named_again_keeps_what_they_have_answered(world: AnnyWorld) -> None:
    [_, before] = people(world.max, 1003)
    world.wait(hours=1)

    invite(world.max, 1003, {"email": "LENA@example.com", "attending_virtually": True})

    [after] = people(world.max, 1003)
    for name in ("id", "status", "invited_at", "responded_at", "has_personalization"):
        assert after[name] == before[name]
    assert (after["name"], after["attending_virtually"]) == (None, True)
    assert world.lena.status(1003) == "accepted"


def test_who_is_not_named_is_removed(world: AnnyWorld) -> None:
    invite(world.max, 1003, "jane@example.com")

    assert [each["email"] for each in people(world.max, 1003)] == ["jane@example.com"]
    assert said(world.lena.get("/bookings/1003")) == NOT_THEIRS
    assert "1003" not in world.lena.listed("/bookings")


def test_an_empty_list_removes_everybody(world: AnnyWorld) -> None:
    assert said(invite(world.max, 1003)) == (200, "")

    assert people(world.max, 1003) == []
    assert said(world.jane.get("/bookings/1003")) == NOT_THEIRS


@pytest.mark.parametrize("twin", ["ben@example.com", "BEN@EXAMPLE.COM"])
def test_the_same_address_twice_is_refused(world: AnnyWorld, twin: str) -> None:
    before = snapshot(world.max, 1003)

    answer = invite(world.max, 1003, "ben@example.com", "jane@example.com", twin)

    assert (said(answer), source(answer)) == (INVALID, "/participants/2/email")
    assert snapshot(world.max, 1003) == before


@pytest.mark.parametrize("own", ["max@example.com", "Max@Example.com"])
def test_the_customer_is_no_participant(world: AnnyWorld, own: str) -> None:
    answer = invite(world.max, 1003, "ben@example.com", own)

    assert (said(answer), source(answer)) == (INVALID, "/participants/1/email")


@pytest.mark.parametrize("address", ["office@example.com", "ben@example.com"])
def test_who_booked_for_somebody_else_is_no_participant_either(world: AnnyWorld, address: str) -> None:
    world.ben.add_to_cart(1, 2, at(14, "10:00"), at(14, "11:00"))
    office = {"given_name": "Olga", "family_name": "Office", "email": "office@example.com"}
    order = world.ben.submit(customer=office).json()["data"]
    number = int(order["relationships"]["bookings"]["data"][0]["id"])

    answer = invite(world.ben, number, address)

    assert (said(answer), source(answer)) == (INVALID, "/participants/0/email")


def test_there_are_no_more_participants_than_the_service_takes(world: AnnyWorld) -> None:
    eight = [f"guest{number}@example.com" for number in range(8)]
    assert said(invite(world.max, 1003, *eight)) == (200, "")

    answer = invite(world.max, 1003, *eight, "ninth@example.com")

    assert (said(answer), source(answer)) == (INVALID, "/participants")
    assert len(people(world.max, 1003)) == 8


def test_there_are_as_many_participants_as_anybody_likes_where_the_service_says_so(world: AnnyWorld) -> None:
    alter(world, service(1), max_participants=None)

    assert said(invite(world.max, 1003, *(f"guest{number}@example.com" for number in range(100)))) == (200, "")


def test_there_are_no_fewer_participants_than_the_service_asks_for(world: AnnyWorld) -> None:
    alter(world, service(1), min_participants=2)

    for given in ((), ("ben@example.com",)):
        answer = invite(world.max, 1003, *given)
        assert (said(answer), source(answer)) == (INVALID, "/participants")
    assert said(invite(world.max, 1003, "ben@example.com", "jane@example.com")) == (200, "")


def test_a_service_without_participants_does_not_take_any(world: AnnyWorld) -> None:
    for given in ((), ("ben@example.com",), ("ben@example.com",) * 2):
        assert said(invite(world.jane, 1009, *given)) == NOT_EDITABLE


def test_an_address_has_at_most_two_hundred_characters(world: AnnyWorld) -> None:
    address = "b" * 188 + "@example.com"
    assert said(invite(world.max, 1003, address)) == (200, "")
    assert people(world.max, 1003)[0]["email"] == address

    answer = invite(world.max, 1003, "b" + address)

    assert (said(answer), source(answer)) == (INVALID, "/participants/0/email")


@pytest.mark.parametrize("given", [{"name": "Ben"}, {"email": None}, {"email": "ben@example.com", "can_edit": "yes"}])
def test_a_participant_that_breaks_the_contract_is_refused(world: AnnyWorld, given: Any) -> None:
    answer = invite(world.max, 1003, given)

    assert said(answer) == INVALID
    assert source(answer) in {"/participants/0/email", "/participants/0/can_edit"}


def test_a_participant_who_may_edit_edits(world: AnnyWorld) -> None:
    assert said(invite(world.max, 1022, "max@example.com", "ben@example.com")) == (200, "")

    assert [each["email"] for each in people(world.jane, 1022)] == ["max@example.com", "ben@example.com"]
    assert said(invite(world.max, 1022, "max@example.com")) == NOT_THEIRS


def test_a_participant_who_takes_themselves_out_sees_it_once_more(world: AnnyWorld) -> None:
    answer = invite(world.max, 1022)

    assert said(answer) == (200, "")
    assert answer.json()["data"]["attributes"]["can_edit"] is False
    assert said(world.max.get("/bookings/1022")) == NOT_THEIRS


@EVERY_EDIT
def test_a_participant_who_may_not_edit_does_not(world: AnnyWorld, edit: Any) -> None:
    assert said(edit(world.lena, 1003)) == NOT_THEIRS


@EVERY_EDIT
def test_who_has_not_accepted_does_not_edit_even_if_they_may(world: AnnyWorld, edit: Any) -> None:
    invite(world.max, 1003, {"email": "ben@example.com", "can_edit": True})
    assert said(edit(world.ben, 1003)) == NOT_THEIRS

    world.ben.post("/bookings/1003/accept-invite")

    assert said(edit(world.ben, 1003)) != NOT_THEIRS


# Service options


def chosen(response: httpx.Response) -> list[tuple[str, int, float, float]]:
    """The add-ons in an answer that includes them."""
    return [
        (
            each["relationships"]["add_on"]["data"]["id"],
            each["attributes"]["quantity"],
            each["attributes"]["single_price"],
            each["attributes"]["total"],
        )
        for each in response.json()["included"]
        if each["type"] == "booking-add-ons"
    ]


def test_the_add_ons_are_those_of_the_body(world: AnnyWorld) -> None:
    answer = choose(world.jane, 1001, (2, 3), (1, 2), include="booking_add_ons")

    assert said(answer) == (200, "")
    assert chosen(answer) == [(add_on(2), 3, 30, 90), (add_on(1), 2, 20, 40)]
    attributes = answer.json()["data"]["attributes"]
    assert (attributes["subtotal"], attributes["total"], attributes["charged_total"]) == (199, 329, 329)


def test_an_add_on_that_is_chosen_again_keeps_its_id_and_its_price(world: AnnyWorld) -> None:
    before = world.jane.booking(1001)["relationships"]["booking_add_ons"]["data"]
    alter(world, add_on(1), ADD_ONS, price=99_00)

    answer = choose(world.jane, 1001, (1, 3), include="booking_add_ons")

    assert answer.json()["data"]["relationships"]["booking_add_ons"]["data"] == before[:1]
    assert chosen(answer) == [(add_on(1), 3, 20, 60)]


@pytest.mark.parametrize("given", [[(1, 1)], [(1, 1), (2, 0)]])
def test_a_quantity_of_0_and_not_being_named_remove_an_add_on(world: AnnyWorld, given: Any) -> None:
    answer = choose(world.jane, 1001, *given, include="booking_add_ons")

    assert chosen(answer) == [(add_on(1), 1, 20, 20)]
    assert answer.json()["data"]["attributes"]["total"] == 219


def test_an_empty_list_removes_all_add_ons(world: AnnyWorld) -> None:
    assert choose(world.jane, 1001).json()["data"]["attributes"]["total"] == 199


def test_options_are_not_edited_where_the_service_does_not_let_them(world: AnnyWorld) -> None:
    before = snapshot(world.jane, 1009)

    for given in ([(2, 2)], [], [(9, 1)]):
        assert said(choose(world.jane, 1009, *given)) == (422, "service_options_not_editable")
    assert snapshot(world.jane, 1009) == before


def test_an_add_on_that_is_not_the_services_is_refused(world: AnnyWorld) -> None:
    alter(world, service(2), add_on_ids=(add_on(2),))

    for stranger in (1, 9):
        answer = choose(world.jane, 1001, (2, 1), (stranger, 1))
        assert (said(answer), source(answer)) == (INVALID, "/addons/1/add_on_id")


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


@pytest.mark.parametrize("quantity", [-1, 1.5, "2", None])
def test_a_quantity_that_is_no_number_of_things_is_refused(world: AnnyWorld, quantity: Any) -> None:
    answer = world.jane.post(
        "/bookings/1001/edit-service-options", {"addons": [{"add_on_id": add_on(1), "quantity": quantity}]}
    )

    assert (said(answer), source(answer)) == (INVALID, "/addons/0/quantity")


def test_the_same_add_on_twice_is_refused(world: AnnyWorld) -> None:
    answer = choose(world.jane, 1001, (1, 1), (2, 1), (1, 0))

    assert (said(answer), source(answer)) == (INVALID, "/addons/2/add_on_id")


@pytest.mark.parametrize(("quantity", "change"), [(3, 40), (0, -20)])
def test_the_order_changes_by_as_much_as_the_booking(world: AnnyWorld, quantity: int, change: int) -> None:
    before = totals(world.jane, 2001)

    choose(world.jane, 1001, (1, quantity), (2, 1))

    after = totals(world.jane, 2001)
    assert world.jane.booking(1001)["attributes"]["total"] == 249 + change
    assert after["total"] - before["total"] == after["modification"] - before["modification"] == change


# Base data


def test_a_booking_moves_to_a_free_interval(world: AnnyWorld) -> None:
    answer = move(world.jane, 1001, at(10, "10:00"), at(10, "12:00"), 2)

    assert said(answer) == (200, "")
    where = (shown(at(10, "10:00")), shown(at(10, "12:00")), resource(2))
    assert moments(world.jane, 1001) == where
    assert world.jane.status(1001) == "accepted"
    assert answer.json()["data"] == world.jane.booking(1001)


def test_an_interval_that_is_taken_is_refused(world: AnnyWorld) -> None:
    before = snapshot(world.jane, 1001)

    assert reason(move(world.jane, 1001, to=2)) == "booked_out"
    assert reason(move(world.jane, 1001, at(10, "09:30"), to=2)) == "booked_out"
    assert reason(move(world.jane, 1001, at(8, "12:00"), to=2)) == "blocked"
    assert snapshot(world.jane, 1001) == before


@pytest.mark.parametrize("start", ["08:30", "09:30", "09:00"])
def test_a_booking_does_not_stand_in_its_own_way(world: AnnyWorld, start: str) -> None:
    assert said(move(world.jane, 1001, at(9, start))) == (200, "")
    assert moments(world.jane, 1001)[0] == shown(at(9, start))


def test_a_new_start_alone_keeps_length_and_resource(world: AnnyWorld) -> None:
    move(world.jane, 1009, at(14, "13:00"))

    assert moments(world.jane, 1009) == (shown(at(14, "13:00")), shown(at(14, "14:30")), resource(2))


def test_a_new_end_alone_keeps_start_and_resource(world: AnnyWorld) -> None:
    move(world.jane, 1001, end=at(9, "11:30"))

    assert moments(world.jane, 1001) == (shown(at(9, "09:00")), shown(at(9, "11:30")), resource(1))


def test_a_new_resource_alone_keeps_the_dates(world: AnnyWorld) -> None:
    move(world.max, 1023, to=1)
    move(world.jane, 1004, to=2)

    assert moments(world.max, 1023) == (shown(at(10, "09:00")), shown(at(10, "10:00")), resource(1))
    assert moments(world.jane, 1004) == (shown(at(11, "12:00")), shown(at(11, "13:00")), resource(2))


def test_moments_with_any_offset_are_the_same_moments(world: AnnyWorld) -> None:
    move(world.jane, 1001, "2026-03-12T22:00:00+13:00", "2026-03-12T05:00:00-05:00")

    assert moments(world.jane, 1001)[:2] == ("2026-03-12T09:00:00+00:00", "2026-03-12T10:00:00+00:00")


def test_a_resource_that_does_not_offer_the_service_is_refused(world: AnnyWorld) -> None:
    assert reason(move(world.jane, 1001, to=11)) == "resource_unavailable"


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        (at(13, "10:00"), None, "closed"),
        (at(9, "19:30"), None, "outside_opening_hours"),
        (at(-1, "10:00"), None, "closed"),
        (at(-2, "10:00"), None, "lead_time_conflict"),
        (at(98, "10:00"), None, "after_lead_time"),
        (at(9, "09:00"), at(9, "09:30"), "under_min_duration"),
        (at(9, "09:00"), at(9, "13:30"), "over_max_duration"),
        (at(9, "09:15"), None, "staggered_conflict"),
    ],
)
def test_a_new_interval_is_checked_like_that_of_a_new_booking(world: AnnyWorld, start: str, end: Any, why: str) -> None:
    assert reason(move(world.jane, 1001, start, end)) == why


def test_a_resource_id_that_names_nothing_is_not_found(world: AnnyWorld) -> None:
    for number in (1001, 1009):
        answer = move(world.jane, number, to=99)
        assert (said(answer), source(answer)) == ((404, "not_found"), "/resource_id")


def test_an_archived_resource_is_not_found(world: AnnyWorld) -> None:
    alter(world, resource(2), RESOURCES, is_archived=True)

    assert said(move(world.jane, 1001, at(14, "10:00"), to=2)) == (404, "not_found")


def test_the_resource_is_not_changed_where_the_service_does_not_let_it(world: AnnyWorld) -> None:
    assert said(move(world.jane, 1009, at(14, "10:00"), to=1)) == NOT_EDITABLE
    assert said(move(world.jane, 1009, at(14, "10:00"), to=2)) == (200, "")


def test_nothing_is_moved_where_the_service_does_not_let_it(world: AnnyWorld) -> None:
    alter_editing(world, service(2), base_data=False)

    assert said(move(world.jane, 1001, at(14, "10:00"))) == NOT_EDITABLE
    assert said(choose(world.jane, 1001)) == (200, "")


@pytest.mark.parametrize("end", ["09:00", "08:30"])
def test_an_end_that_is_not_after_the_start_is_refused(world: AnnyWorld, end: str) -> None:
    for start in (at(9, "09:00"), None):
        answer = move(world.jane, 1001, start, at(9, end))
        assert (said(answer), source(answer)) == (INVALID, "/end_date")


@pytest.mark.parametrize("body", [{}, {"note": "later, please"}, {"start_date": None}, {"start_date": "2026-03-12"}])
def test_a_body_that_says_nothing_of_base_data_is_refused(world: AnnyWorld, body: Any) -> None:
    assert said(world.jane.post("/bookings/1001/edit-booking-base-data", body)) == INVALID


def test_a_new_interval_has_its_own_price(world: AnnyWorld) -> None:
    before = totals(world.jane, 2009)
    assert before["total"] == world.jane.booking(1009)["attributes"]["total"] == 130

    attributes = move(world.jane, 1009, at(14, "09:00"), at(14, "12:30")).json()["data"]["attributes"]

    assert (attributes["charged_duration"], attributes["subtotal"], attributes["total"]) == (210, 200, 230)
    assert totals(world.jane, 2009) == {**before, "total": 230, "modification": 100, "due": 230}


def test_an_edit_costs_no_cancellation_fee(world: AnnyWorld) -> None:
    world.go_to(at(9, "08:30"))
    before = totals(world.jane, 2001)

    assert said(move(world.jane, 1001, at(14, "10:00"))) == (200, "")
    assert totals(world.jane, 2001) == before


def test_all_places_of_a_booking_move_together(world: AnnyWorld) -> None:
    alter(world, service(7), can_instant_book=True)
    _, five, four = (
        booked(world.ben, 7, 20, at(day, "14:00"), at(day, "16:00"), service_id={service(7): places})
        for day, places in ((9, 6), (10, 5), (11, 4))
    )

    assert reason(move(world.ben, five, at(9, "14:00"))) == "booked_out"
    assert said(move(world.ben, four, at(9, "14:00"))) == (200, "")
    assert world.ben.booking(four)["attributes"]["total"] == 4 * 120


@pytest.mark.parametrize("at_once", [False, True])
def test_of_two_that_move_to_the_last_place_one_gets_it(world: AnnyWorld, at_once: bool) -> None:
    movers = [(world.jane, 1001), (world.max, 1003)]

    def to_the_same_place(mover: tuple[Person, int]) -> httpx.Response:
        return move(*mover, at(14, "10:00"), at(14, "11:00"), 1)

    with ThreadPoolExecutor(2 if at_once else 1) as pool:
        answers = list(pool.map(to_the_same_place, movers))

    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert said(won) == (200, "")
    assert reason(lost) == "booked_out"


# What is owed


def test_a_paid_booking_that_becomes_dearer_leaves_the_difference_open(world: AnnyWorld) -> None:
    answer = choose(world.jane, 1001, (1, 3), (2, 1))

    meta = answer.json()["meta"]
    assert (meta["amount_due"], meta["currency"]) == (40, "EUR")
    order = world.jane.order(2001)
    assert (order["meta"]["amount_due"], order["meta"]["payment_url"]) == (40, meta["payment_url"])
    assert meta["payment_url"].endswith("/orders/2001/pay")


def test_a_dearer_interval_leaves_the_difference_open(world: AnnyWorld) -> None:
    alter(world, service(2), calculation_interval=60)

    meta = move(world.jane, 1001, at(14, "10:00"), at(14, "12:00")).json()["meta"]

    assert meta["amount_due"] == 199
    assert totals(world.jane, 2001)["total"] == 448


def test_a_paid_booking_that_becomes_cheaper_is_refunded_the_difference(world: AnnyWorld) -> None:
    before = world.jane.listed("/invoices")

    answer = choose(world.jane, 1001, (1, 1))

    assert "meta" not in answer.json()
    assert totals(world.jane, 2001) == {
        "total": 219,
        "modification": -30,
        "paid": 249,
        "refunded": 30,
        "due": 0,
        "refunds": [(30, "edit")],
    }
    [credit] = [each for each in world.jane.listed("/invoices") if each not in before]
    attributes = world.jane.read(f"/invoices/{credit}")["data"]["attributes"]
    assert (attributes["is_credit"], attributes["is_cancellation"], attributes["total"]) == (True, False, -30)


def test_an_edit_that_costs_nothing_issues_no_invoice(world: AnnyWorld) -> None:
    before = world.jane.listed("/invoices")

    move(world.jane, 1001, at(14, "10:00"))
    invite(world.jane, 1001, "ben@example.com")

    assert world.jane.listed("/invoices") == before


# Word of it


def test_every_change_is_announced_once_and_no_refusal_is(open_world: Any) -> None:
    world = open_world(outbox=True)
    told = []
    for number, answer in (
        (1022, world.lena.post("/bookings/1022/accept-invite")),
        (1003, world.jane.post("/bookings/1003/reject-invite")),
        (1004, personalize(world.jane, 1004, {field(1): "Vegan", field(2): "M", "email": "jane@example.com"})),
        (1004, personalize(world.jane, 1004, {})),
        (1001, invite(world.jane, 1001, "ben@example.com")),
        (1001, choose(world.jane, 1001, (1, 1))),
        (1001, move(world.jane, 1001, to=2)),
        (1001, move(world.jane, 1001, at(14, "10:00"))),
        (1001, revert(world.jane, 1001)),
        (1001, revert(world.jane, 1001)),
    ):
        told += [("bookings.updated", number)] if answer.status_code == 200 else []

    assert len(told) == 7
    assert world.events() == told


def test_an_edit_that_ends_by_itself_is_not_announced(open_world: Any) -> None:
    world = open_world(outbox=True)
    invite(world.jane, 1001, "ben@example.com")

    world.wait(minutes=15)

    assert world.events() == [("bookings.updated", 1001)]
