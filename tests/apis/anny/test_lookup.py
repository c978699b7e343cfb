"""Looking a booking up by its number, as anybody may, or by its code: how much of it is shown to whom."""

import pytest
from anny_world import field, participant, said, source

NUMBER = {1001: "BB20261001", 1003: "BB20261003", 1004: "BB20261004"}
HASH = "terminal-7f3a"
HIDDEN = {"code", "customer_note", "note", "custom_entry_map"}
EVERYTHING = "resource.parent,service.custom_forms.custom_fields,service.add_ons,order,customer,booking_add_ons.add_on"


def look_up(person, number=1001, **query):
    return person.read("/bookings/by-number", number=NUMBER[number], **query)


def code_of(world, number=1001):
    return world.admin.booking(number)["attributes"]["code"]


def addresses(document):
    return {each["id"]: each["attributes"]["email"] for each in document["included"]}


def linked(booking):
    return {name: relationship["data"] for name, relationship in booking["relationships"].items()}


@pytest.mark.parametrize("who", ["nobody", "ben"])
def test_who_knows_the_number_sees_what_is_booked_and_nothing_about_whom(world, who):
    whole = world.admin.booking(1001)

    seen = look_up(getattr(world, who))["data"]

    assert seen["id"] == "1001"
    assert set(whole["attributes"]) - set(seen["attributes"]) == HIDDEN
    assert {name: whole["attributes"][name] for name in seen["attributes"]} == seen["attributes"] | {"can_edit": True}
    assert seen["relationships"]["customer"]["data"] is None
    assert seen["relationships"]["order"]["data"] == {"type": "orders", "id": "2001"}


@pytest.mark.parametrize("who", ["nobody", "ben"])
def test_without_rights_customer_and_order_are_not_sent_along(world, who):
    document = look_up(getattr(world, who), include=EVERYTHING)

    assert {each["type"] for each in document["included"]} == {"resources", "services", "add-ons", "booking-add-ons"}


@pytest.mark.parametrize("who", ["nobody", "ben"])
def test_without_rights_no_participant_has_an_address(world, who):
    document = look_up(getattr(world, who), 1003, include="booking_participants")

    assert addresses(document) == {participant(1): None, participant(2): None}
    assert [each["attributes"]["name"] for each in document["included"]] == ["Jane Doe", "Lena Guest"]


def test_without_rights_nobody_has_answered_a_form(world):
    answers = {field(1): "Vegan", field(2): "M", "email": "jane@example.com"}
    assert world.jane.post("/bookings/1004/personalization", answers).status_code == 200

    seen, whole = (look_up(person, 1004)["data"]["meta"] for person in (world.nobody, world.jane))

    assert (seen["has_personalization"], seen["personalization_name"]) == (False, None)
    assert (whole["has_personalization"], whole["personalization_name"]) == (True, "Jane Doe")


def test_the_customer_sees_all_of_it(world):
    assert look_up(world.jane)["data"] == world.jane.booking(1001)


def test_the_organisation_sees_all_of_it(world):
    assert look_up(world.admin)["data"] == world.admin.booking(1001)


def test_a_participant_sees_what_participants_see(world):
    assert look_up(world.lena, 1003)["data"] == world.lena.booking(1003)


def test_the_code_in_place_of_the_number_shows_all_of_it_to_anybody(world):
    by_code = world.nobody.read("/bookings/by-number", code=code_of(world))["data"]

    assert by_code["attributes"] == world.jane.booking(1001)["attributes"] | {"can_edit": False}
    assert linked(by_code) == linked(world.jane.booking(1001))


def test_a_terminal_sees_all_of_it(world):
    seen = look_up(world.nobody, 1003, hash=HASH, include="booking_participants,customer")

    assert set(seen["data"]["attributes"]) == set(world.admin.booking(1003)["attributes"])
    assert seen["included"][0]["attributes"]["email"] == "jane@example.com"
    assert [each["type"] for each in seen["included"]].count("customers") == 1


def test_who_is_more_than_a_terminal_stays_it(world):
    for person in (world.jane, world.admin):
        assert look_up(person, hash=HASH)["data"] == person.booking(1001)


@pytest.mark.parametrize("query", [{"code": "code"}, {"hash": HASH}])
def test_an_order_that_is_sent_along_keeps_its_access_token(world, query):
    asked = {"code": code_of(world)} if "code" in query else {"number": NUMBER[1001], **query}

    (order,) = world.nobody.read("/bookings/by-number", include="order", **asked)["included"]

    assert order["attributes"]["access_token"] is None
    assert world.jane.order(2001)["attributes"]["access_token"] not in str(order)


@pytest.mark.parametrize("who", ["nobody", "jane", "admin"])
def test_a_hash_that_is_no_terminals_is_refused(world, who):
    answer = getattr(world, who).get("/bookings/by-number", number=NUMBER[1001], hash="terminal-0000")

    assert said(answer) == (403, "unauthorized")


@pytest.mark.parametrize(
    "query",
    [{"number": "BB00000000"}, {"number": "1001"}, {"number": "bb20261001"}, {"code": "x" * 16}, {"code": "BB20261001"},
     {"number": "BB00000000", "hash": "terminal-0000"}],
)  # fmt: skip
def test_what_no_booking_has_is_not_found(world, query):
    assert said(world.jane.get("/bookings/by-number", **query)) == (404, "not_found")


@pytest.mark.parametrize("query", [{}, {"number": "BB20261001", "code": "Kq7RtZ2mWc9XbP4H"}, {"hash": HASH}])
def test_number_or_code_is_needed_and_not_both(world, query):
    answer = world.jane.get("/bookings/by-number", **query)

    assert (said(answer), source(answer)) == ((422, "validation_error"), "number")


def test_the_flattened_form_hides_as_much(world):
    asked = {"number": NUMBER[1001], "include": "customer,order,resource"}

    answer = world.nobody.get("/bookings/by-number", headers={"accept": "application/json"}, **asked)

    data = answer.json()["data"]
    assert not HIDDEN & set(data)
    assert (data["customer"], data["order"]) == (None, None)
    assert data["resource"]["slug"] == "meeting-room-elbe"


def test_what_is_booked_without_an_account_is_found_by_its_number(world):
    cart = world.nobody.add_to_cart(1, 12, "2026-03-30T10:00:00Z", "2026-03-30T11:00:00Z").json()
    key = {"oid": cart["data"]["id"], "oat": cart["data"]["attributes"]["access_token"]}
    guest = {"given_name": "Gil", "family_name": "Guest", "email": "gil@example.com"}
    order = world.nobody.submit(customer=guest, **key).json()
    (booking,) = order["included"]

    found = world.nobody.read("/bookings/by-number", number=booking["attributes"]["number"])["data"]

    assert (found["id"], found["meta"]["is_anonymous"]) == (booking["id"], True)
    assert "code" in booking["attributes"]  # to whoever holds the order
    assert "code" not in found["attributes"]
