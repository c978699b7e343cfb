"""Confirming what a class asked for: further visits, or a co-pay. Now is day 0, 01:00 in Lagos."""

import re

import pytest
from bardge_world import day, said, seconds

BOLA, CHIDI, FUNKE = (
    ("client_bola", "brgpass_bola_gym"),
    ("client_chidi", "brgpass_chidi_gym"),
    ("client_funke", "brgpass_funke_spa"),
)
SUNRISE, LAST, REFORMER = "ci_sunrise_open", "ci_sunrise_last", "ci_reformer_open"
VISITS = {"number_of_visits": 2, "duration": "ANNUALLY"}
COPAY = {"copay_package_id": "copay_abc123"}


def session(reseller, who, instance_id):
    session_id = reseller.book_class(*who, instance_id).json()["session_id"]
    assert re.fullmatch(r"sess_[A-Za-z0-9]{16}", session_id)
    return session_id


def confirm(reseller, session_id, body):
    return reseller.post(f"/bookings/class/{session_id}/confirm", body)


def confirmed(reseller, session_id, body):
    response = confirm(reseller, session_id, body)
    assert response.status_code == 201, response.text
    return response.json()


def visits(reseller, who):
    """Of the gyms of a pass: allowed and used."""
    (category,) = reseller.issued_pass(who[1])["categories"]
    return category["visits_allowed"], category["visits_used"]


def refused(world, refusal, session_id, body):
    """A refusal that leaves everything as it was, the session too."""
    before = world.everything()
    response = confirm(world.alpha, session_id, body)
    assert said(response) == refusal
    assert world.everything() == before
    return response.json()["error"]["message"]


# Visits


def test_visits_are_bought_and_the_class_is_booked_with_one_of_them(world):
    """BG-F04, BG-F05, BG-F07."""
    shown = confirmed(world.alpha, session(world.alpha, BOLA, SUNRISE), VISITS)

    assert re.fullmatch(r"booking_[A-Za-z0-9]{16}", shown.pop("id"))
    assert shown == {
        "object": "booking",
        "status": "pending",
        "type": "class",
        "class_name": "Sunrise Yoga",
        "provider_name": "Ironworks",
        "date": day(9),
        "time": "07:00",
        "scheduled_for": seconds(9, "07:00"),
        "visits_deducted": 1,
        "credits_deducted": 0,
        "amount_charged": 0,
        "created": seconds(0, "01:00"),
        "client_id": "client_bola",
        "user_pass_id": "brgpass_bola_gym",
        "provider_branch_id": "branch_ironworks_ikeja",
        "class_instance_id": SUNRISE,
        "message": "Class booked successfully",
    }
    assert visits(world.alpha, BOLA) == (10, 9)
    assert world.debits() == [2 * 150_000]


def test_the_booking_is_among_those_of_the_client(world):
    """BG-F11."""
    booking_id = confirmed(world.alpha, session(world.alpha, BOLA, SUNRISE), VISITS)["id"]

    assert [each["id"] for each in world.alpha.bookings("client_bola")] == [booking_id]
    assert world.alpha.status(booking_id) == "confirmed"


def test_visits_that_are_left_over_book_the_next_class_at_once(world):
    confirmed(world.alpha, session(world.alpha, BOLA, SUNRISE), VISITS)

    assert "booking_id" in world.alpha.book_class(*BOLA, "ci_boxing_open").json()
    assert "session_id" in world.alpha.book_class(*BOLA, "ci_boxing_other").json()


def test_bought_visits_stay_when_the_booking_is_cancelled(world):
    """BG-L29."""
    booking_id = confirmed(world.alpha, session(world.alpha, BOLA, SUNRISE), VISITS)["id"]

    assert world.alpha.cancel(booking_id).status_code == 200
    assert visits(world.alpha, BOLA) == (10, 8)
    assert world.debits() == [2 * 150_000]


# Co-pay


def test_a_package_is_bought_and_the_class_is_booked_with_a_visit_of_it(world):
    """BG-F06."""
    shown = confirmed(world.alpha, session(world.alpha, CHIDI, REFORMER), COPAY)

    assert (shown["status"], shown["visits_deducted"], shown["amount_charged"]) == ("pending", 1, 0)
    assert world.debits() == [900_000]
    assert visits(world.alpha, CHIDI) == (8, 0)
    (copay,) = world.kept("copay_purchase")
    assert (copay["option_id"], copay["visits_allowed"], copay["visits_used"]) == ("copay_abc123", 4, 1)


def test_with_the_package_the_next_class_is_booked_at_once_until_it_is_over(world):
    """BG-F10."""
    confirmed(world.alpha, session(world.alpha, CHIDI, REFORMER), COPAY)

    assert "booking_id" in world.alpha.book_class(*CHIDI, "ci_reformer_other").json()
    world.go_to(31, "01:00")
    pass_id = world.alpha.post(
        "/issued_passes",
        {"pass_id": "pass_gym_standard", "client_id": "client_chidi", "first_name": "Chidi", "last_name": "Okeke"},
    ).json()["id"]
    instance_id = world.alpha.read("/classes/class_reformer", to=day(60))["instances"][0]["id"]
    assert "session_id" in world.alpha.book_class("client_chidi", pass_id, instance_id).json()


def test_a_visit_of_a_package_comes_back_with_a_cancellation_in_time(world):
    booking_id = confirmed(world.alpha, session(world.alpha, CHIDI, REFORMER), COPAY)["id"]

    refund = world.alpha.cancel(booking_id).json()["refund"]

    assert (refund["visits_restored"], refund["amount_refunded"]) == (1, 0)
    assert world.kept("copay_purchase")[0]["visits_used"] == 0
    assert world.debits() == [900_000]


# The session


def test_a_session_is_confirmed_once(world):
    """BG-F01."""
    session_id = session(world.alpha, BOLA, SUNRISE)
    confirmed(world.alpha, session_id, VISITS)

    refused(world, (409, "session_already_confirmed"), session_id, VISITS)
    world.wait(minutes=15)
    refused(world, (409, "session_already_confirmed"), session_id, VISITS)


def test_a_session_is_over_after_a_quarter_of_an_hour(world):
    """BG-F02."""
    early, late = (session(world.alpha, BOLA, SUNRISE) for _ in range(2))
    world.wait(minutes=14, seconds=59)
    confirmed(world.alpha, early, VISITS)
    world.wait(seconds=1)

    refused(world, (409, "session_expired"), late, VISITS)


def test_a_session_that_is_unknown_or_another_resellers_is_not_found(world):
    """BG-A05, BG-A07."""
    session_id = session(world.alpha, BOLA, SUNRISE)

    refused(world, (404, "resource_not_found"), "sess_nothing", VISITS)
    assert said(confirm(world.harbour, session_id, VISITS)) == (404, "resource_not_found")


def test_sessions_of_appointments_and_of_access_codes_are_not_found(world):
    """BG-F09."""
    spa = {"provider_branch_id": "branch_serenity_vi", "service_ids": ["svc_deep_tissue"], "date": day(4)}
    visitor = {"client_id": FUNKE[0], "user_pass_id": FUNKE[1]}
    appointment = world.alpha.post("/bookings/spa", {**spa, **visitor, "time": "12:00"}).json()["session_id"]
    door = {"client_id": BOLA[0], "user_pass_id": BOLA[1], "provider_branch_id": "branch_ironworks_ikeja"}
    access = world.alpha.post("/access-codes", door).json()["session_id"]

    for session_id in (appointment, access):
        refused(world, (404, "resource_not_found"), session_id, VISITS)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "number_of_visits"),
        ({"number_of_visits": 2}, "duration"),
        ({"duration": "MONTHLY"}, "number_of_visits"),
        (COPAY, "copay_package_id"),
        ({**VISITS, **COPAY}, "copay_package_id"),
    ],
)
def test_a_session_for_visits_takes_visits_alone(world, body, field):
    """BG-F03."""
    session_id = session(world.alpha, BOLA, SUNRISE)

    assert field in refused(world, (400, "validation_error"), session_id, body)
    confirmed(world.alpha, session_id, VISITS)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "copay_package_id"),
        (VISITS, "copay_package_id"),
        ({**VISITS, **COPAY}, "number_of_visits"),
        ({"duration": "MONTHLY", **COPAY}, "duration"),
        ({"copay_package_id": "copay_ironworks_month"}, "copay_package_id"),
        ({"copay_package_id": "copay_nothing"}, "copay_package_id"),
    ],
)
def test_a_session_for_a_copay_takes_one_of_its_packages_alone(world, body, field):
    """BG-F03."""
    session_id = session(world.alpha, CHIDI, REFORMER)

    assert field in refused(world, (400, "validation_error"), session_id, body)
    confirmed(world.alpha, session_id, COPAY)


# What has happened since


def test_a_pass_that_is_over_by_the_class_cannot_be_used_any_more(world):
    """BG-N50."""
    session_id = session(world.alpha, BOLA, SUNRISE)
    world.alpha.post(f"/issued_passes/{BOLA[1]}/expiry", {"expires_at": seconds(1, "00:00") * 1_000})

    refused(world, (403, "pass_expired"), session_id, VISITS)


@pytest.mark.parametrize(
    ("who", "instance_id", "body", "other", "same"),
    [
        (BOLA, SUNRISE, VISITS, "pass_spa_monthly", "pass_gym_unlimited"),
        (CHIDI, REFORMER, COPAY, "pass_all_year", "pass_gym_unlimited"),
    ],
    ids=["covered no longer", "covered by now"],
)
def test_a_pass_that_covers_something_else_by_now_is_refused_until_it_covers_the_same(
    world, who, instance_id, body, other, same
):
    """BG-F12."""
    session_id = session(world.alpha, who, instance_id)

    world.alpha.put_under(who[1], other)
    assert "sessionId" in refused(world, (400, "validation_error"), session_id, body)

    world.alpha.put_under(who[1], same)
    confirmed(world.alpha, session_id, body)


def test_what_a_session_asks_for_and_the_end_of_the_pass_come_before_what_it_covers(world):
    session_id = session(world.alpha, BOLA, SUNRISE)
    world.alpha.put_under(BOLA[1], "pass_spa_monthly")

    assert "copay_package_id" in refused(world, (400, "validation_error"), session_id, COPAY)
    world.alpha.post(f"/issued_passes/{BOLA[1]}/expiry", {"expires_at": seconds(1, "00:00") * 1_000})
    refused(world, (403, "pass_expired"), session_id, VISITS)


def test_a_class_that_has_begun_since_is_refused(world):
    """BG-B11."""
    world.go_to(9, "06:50")
    session_id = session(world.alpha, BOLA, SUNRISE)
    world.go_to(9, "07:00")

    refused(world, (400, "validation_error"), session_id, VISITS)


def test_a_client_who_got_a_place_since_has_one(world):
    """BG-B12."""
    first, second = (session(world.alpha, BOLA, SUNRISE) for _ in range(2))
    confirmed(world.alpha, first, VISITS)

    refused(world, (409, "already_booked"), second, VISITS)


def test_a_class_that_is_full_by_now_debits_nothing_and_leaves_the_session_open(world):
    """BG-F08."""
    session_id = session(world.alpha, BOLA, LAST)
    booking_id = world.alpha.book_class("client_ada", "brgpass_ada_gym", LAST).json()["booking_id"]

    refused(world, (409, "class_full"), session_id, VISITS)
    assert world.debits() == []
    world.alpha.cancel(booking_id)
    confirmed(world.alpha, session_id, VISITS)


@pytest.mark.parametrize(
    ("who", "instance_id", "body", "price"), [(BOLA, SUNRISE, VISITS, 300_000), (CHIDI, REFORMER, COPAY, 900_000)]
)
def test_what_the_business_account_does_not_cover_is_not_bought(open_world, who, instance_id, body, price):
    """BG-D10, BG-D11."""
    poor = open_world(settings={"business_balance": price - 1})
    refused(poor, (400, "insufficient_balance"), session(poor.alpha, who, instance_id), body)

    enough = open_world(settings={"business_balance": price})
    confirmed(enough.alpha, session(enough.alpha, who, instance_id), body)
    assert enough.debits() == [price]


def test_places_are_looked_at_before_the_balance(open_world):
    poor = open_world(settings={"business_balance": 0})
    session_id = session(poor.alpha, BOLA, LAST)
    poor.alpha.book_class("client_ada", "brgpass_ada_gym", LAST)

    refused(poor, (409, "class_full"), session_id, VISITS)
