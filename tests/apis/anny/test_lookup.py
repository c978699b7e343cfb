"""Looking a booking up by its number, as anybody may, or by its code: how much of it is shown to whom."""

import pytest
from anny_world import field, said

NUMBER = {1001: "BB20261001", 1004: "BB20261004"}
HASH = "terminal-7f3a"
HIDDEN = {"code", "customer_note", "note", "custom_entry_map"}


def look_up(person, number=1001, **query):
    return person.read("/bookings/by-number", number=NUMBER[number], **query)


def code_of(world, number=1001):
    return world.admin.booking(number)["attributes"]["code"]


def test_who_knows_the_number_sees_what_is_booked_and_nothing_about_whom(world):
    whole = world.admin.booking(1001)

    seen = look_up(world.nobody)["data"]

    assert set(whole["attributes"]) - set(seen["attributes"]) == HIDDEN
    assert {name: whole["attributes"][name] for name in seen["attributes"]} == seen["attributes"] | {"can_edit": True}
    assert seen["relationships"]["order"]["data"] is None


def test_without_rights_nobody_has_answered_a_form(world):
    answers = {field(1): "Vegan", field(2): "M", "email": "jane@example.com"}
    assert world.jane.post("/bookings/1004/personalization", answers).status_code == 200

    seen = look_up(world.nobody, 1004)["data"]["meta"]

    assert (seen["has_personalization"], seen["personalization_name"]) == (False, None)


def test_who_is_more_than_a_terminal_stays_it(world):
    for person in (world.jane, world.admin):
        assert look_up(person, hash=HASH)["data"] == person.booking(1001)


@pytest.mark.parametrize("query", [{"code": "code"}, {"hash": HASH}])
def test_an_order_that_is_sent_along_keeps_its_access_token(world, query):
    asked = {"code": code_of(world)} if "code" in query else {"number": NUMBER[1001], **query}

    (order,) = world.nobody.read("/bookings/by-number", include="order", **asked)["included"]

    assert order["attributes"]["access_token"] is None
    assert world.jane.order(2001)["attributes"]["access_token"] not in str(order)


@pytest.mark.parametrize("query", [{"number": "bb20261001"}, {"number": "BB00000000", "hash": "terminal-0000"}])
def test_what_no_booking_has_is_not_found(world, query):
    assert said(world.jane.get("/bookings/by-number", **query)) == (404, "not_found")


def test_the_flattened_form_hides_as_much(world):
    asked = {"number": NUMBER[1001], "include": "customer,order,resource"}

    answer = world.nobody.get("/bookings/by-number", headers={"accept": "application/json"}, **asked)

    data = answer.json()["data"]
    assert not HIDDEN & set(data)
    assert (data["customer"], data["order"]) == (None, None)
    assert data["resource"]["slug"] == "meeting-room-elbe"
