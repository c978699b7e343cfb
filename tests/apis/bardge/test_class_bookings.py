"""Booking a class at once, or being told what has to be bought first.

Ada has five visits left at STANDARD gyms, Bola none, Halima any number; Chidi's pass covers no PREMIUM gym. Power Spin
takes six credits. Now is day 0, 01:00 in Lagos.
"""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from bardge_world import KEMI_TOKEN, day, ms, said, seconds

ADA, BOLA, CHIDI, HALIMA, KEMI = (
    (f"client_{name}", f"brgpass_{name}_gym") for name in ("ada", "bola", "chidi", "halima", "kemi")
)
SUNRISE, LAST, FULL, PAST = (f"ci_sunrise_{name}" for name in ("open", "last", "full", "past"))
SPIN, REFORMER, AERIAL = "ci_spin_open", "ci_reformer_open", "ci_aerial_open"
PACKAGE = {"provider_branch_id": "branch_pulse_lekki", "copay_package_id": "copay_abc123"}
PACKAGE_OF_IRONWORKS = {"provider_branch_id": "branch_ironworks_ikeja", "copay_package_id": "copay_ironworks_month"}


def booked(reseller, who, instance_id, **more):
    """The answer for a class that is booked at once."""
    response = reseller.book_class(*who, instance_id, **more)
    assert response.status_code == 201, response.text
    shown = response.json()
    assert "booking_id" in shown, shown
    return shown


def asked(reseller, who, instance_id, **more):
    """The answer that asks for something to be bought."""
    response = reseller.book_class(*who, instance_id, **more)
    assert response.status_code == 201, response.text
    shown = response.json()
    assert "session_id" in shown, shown
    return shown


def visits(reseller, who):
    """Of the gyms of a pass: allowed and used."""
    (category,) = reseller.issued_pass(who[1])["categories"]
    return category["visits_allowed"], category["visits_used"]


def spots(reseller, class_id, instance_id):
    instances = reseller.read(f"/classes/{class_id}", to=day(60))["instances"]
    return next(each["spots_left"] for each in instances if each["id"] == instance_id)


def buy(reseller, who, **package):
    """The id of a package of a gym, in the hands of a client."""
    response = reseller.post("/gym_copay_purchases", {"client_id": who[0], "user_pass_id": who[1], **package})
    assert response.status_code == 201, response.text
    return response.json()["copay_purchase_id"]


def prolong(reseller, who, number):
    """A pass, until a day."""
    response = reseller.post(f"/issued_passes/{who[1]}/expiry", {"expires_at": ms(number, "00:00")})
    assert response.status_code == 200, response.text


def refused(world, refusal, who, instance_id, reseller=None, **more):
    """A refusal that leaves everything as it was."""
    before = world.everything()
    response = (reseller or world.alpha).book_class(*who, instance_id, **more)
    assert said(response) == refusal
    assert world.everything() == before
    return response.json()["error"]


# At once


def test_a_pass_with_visits_left_books_at_once(alpha):
    """BG-B01, BG-B04."""
    shown = booked(alpha, ADA, SUNRISE)

    assert re.fullmatch(r"booking_[A-Za-z0-9]{16}", shown.pop("booking_id"))
    assert shown == {
        "object": "class_booking_initiation",
        "copay_required": False,
        "additional_visits_required": False,
        "status": "pending",
        "class_name": "Sunrise Yoga",
        "provider_name": "Ironworks",
        "date": day(9),
        "time": "07:00",
        "scheduled_for": seconds(9, "07:00"),
        "visits_deducted": 1,
        "credits_deducted": 0,
        "created": seconds(0, "01:00"),
        "message": "Class booked successfully",
    }


def test_a_booking_takes_one_visit_and_one_place(alpha):
    left = spots(alpha, "class_sunrise_yoga", SUNRISE)

    booked(alpha, ADA, SUNRISE)

    assert visits(alpha, ADA) == (8, 4)
    assert spots(alpha, "class_sunrise_yoga", SUNRISE) == left - 1


def test_the_venue_accepts_the_booking(alpha):
    """BG-B05."""
    booking_id = booked(alpha, ADA, SUNRISE)["booking_id"]

    assert alpha.status(booking_id) == "confirmed"


def test_a_pass_without_a_limit_is_never_at_it(alpha):
    """BG-B18."""
    assert booked(alpha, HALIMA, "ci_sunrise_other")["visits_deducted"] == 1
    assert visits(alpha, HALIMA) == (None, 25)


def test_names_that_are_sent_are_the_clients(alpha):
    """BG-B19."""
    booked(alpha, ADA, SUNRISE, first_name="Adaeze")

    shown = alpha.read("/clients/client_ada")
    assert (shown["first_name"], shown["last_name"]) == ("Adaeze", "Obi")


def test_names_are_kept_where_something_has_to_be_bought_too(alpha):
    """BG-B19."""
    asked(alpha, BOLA, SUNRISE, last_name="Adebayo")

    assert alpha.read("/clients/client_bola")["last_name"] == "Adebayo"


def test_a_client_of_another_reseller_is_booked_with_a_token(world):
    """BG-B17."""
    booking_id = booked(world.alpha, KEMI, SUNRISE, token=KEMI_TOKEN)["booking_id"]

    assert [each["id"] for each in world.alpha.bookings("client_kemi", token=KEMI_TOKEN)] == [booking_id]
    assert visits(world.harbour, KEMI) == (8, 2)


# For credits


def test_a_class_that_is_priced_in_credits_takes_no_visit(alpha):
    """BG-B09, BG-B10."""
    shown = booked(alpha, ADA, SPIN)

    assert (shown["visits_deducted"], shown["credits_deducted"]) == (0, 6)
    assert visits(alpha, ADA) == (8, 3)
    shown = alpha.read("/clients/client_ada/credits")
    assert shown["balance"] == 4
    first = shown["transactions"][0]
    assert (first["type"], first["amount"], first["description"]) == ("DEBIT", 6, "Class booking — Power Spin")


def test_credits_do_where_no_visit_is_left(alpha):
    """BG-B20."""
    assert booked(alpha, BOLA, SPIN)["credits_deducted"] == 6
    assert visits(alpha, BOLA) == (8, 8)


def test_too_few_credits_write_nothing(world):
    """BG-B14."""
    booked(world.alpha, ADA, SPIN)

    error = refused(world, (400, "validation_error"), ADA, "ci_spin_other")

    assert "class_instance_id" in error["message"]


# What has to be bought


def test_a_pass_without_visits_left_asks_for_visits(world):
    """BG-B02."""
    shown = asked(world.alpha, BOLA, SUNRISE)

    assert re.fullmatch(r"sess_[A-Za-z0-9]{16}", shown.pop("session_id"))
    assert shown.pop("message")
    assert shown == {
        "object": "class_booking_initiation",
        "copay_required": False,
        "additional_visits_required": True,
        "cost_per_visit": 150_000,
        "currency": "NGN",
        "expires_at": seconds(0, "01:15"),
    }
    assert world.alpha.bookings("client_bola") == []


def test_a_tier_that_is_not_covered_asks_for_a_copay(world):
    """BG-B03."""
    shown = asked(world.alpha, CHIDI, REFORMER)

    assert (shown["copay_required"], shown["additional_visits_required"]) == (True, False)
    options = world.alpha.listed("/providers/branch_pulse_lekki/gym-copay-options")
    assert [each["id"] for each in shown["copay_options"]] == options == ["copay_abc123", "copay_pulse_year"]
    assert world.alpha.bookings("client_chidi") == []


def test_a_pass_for_spas_does_not_cover_a_gym(alpha):
    """BG-B03."""
    shown = asked(alpha, ("client_funke", "brgpass_funke_spa"), SUNRISE)

    assert [each["id"] for each in shown["copay_options"]] == ["copay_ironworks_month"]


def test_a_venue_without_packages_refuses_whom_the_pass_does_not_cover(world):
    """BG-B15."""
    refused(world, (403, "permission_denied"), CHIDI, AERIAL)


def test_who_has_a_package_is_booked_at_once_until_its_visits_are_used_up(world):
    """BG-B16."""
    copay_id = buy(world.alpha, CHIDI, **PACKAGE)

    assert booked(world.alpha, CHIDI, REFORMER)["visits_deducted"] == 1

    assert world.record("copay_purchase", copay_id)["visits_used"] == 1
    assert visits(world.alpha, CHIDI) == (8, 0)
    others = [each["id"] for each in world.alpha.read("/classes/class_reformer", to=day(30))["instances"]]
    others = [each for each in others if each not in (REFORMER, "ci_reformer_last")]
    for instance_id in others[:3]:
        booked(world.alpha, CHIDI, instance_id)
    asked(world.alpha, CHIDI, others[3])


def test_a_package_that_is_over_when_the_class_begins_is_of_no_use(world):
    buy(world.alpha, CHIDI, **PACKAGE)
    prolong(world.alpha, CHIDI, 60)
    instances = world.alpha.read("/classes/class_reformer", to=day(60))["instances"]
    late = [each["id"] for each in instances if each["scheduled_for"] >= seconds(31, "01:00")]
    assert late

    asked(world.alpha, CHIDI, late[0])


def test_a_visit_of_the_pass_goes_before_one_of_a_package(world):
    funke = ("client_funke", "brgpass_funke_spa")
    copay_id = buy(world.alpha, funke, **PACKAGE_OF_IRONWORKS)
    world.alpha.put_under(funke[1], "pass_gym_standard")

    booked(world.alpha, funke, SUNRISE)

    assert visits(world.alpha, funke) == (8, 1)
    assert world.record("copay_purchase", copay_id)["visits_used"] == 0


def test_a_package_does_where_the_visits_of_the_pass_are_used_up(world):
    world.alpha.put_under(BOLA[1], "pass_spa_monthly")
    copay_id = buy(world.alpha, BOLA, **PACKAGE_OF_IRONWORKS)
    world.alpha.put_under(BOLA[1], "pass_gym_standard")

    assert booked(world.alpha, BOLA, SUNRISE)["visits_deducted"] == 1

    assert visits(world.alpha, BOLA) == (8, 8)
    assert world.record("copay_purchase", copay_id)["visits_used"] == 1


def test_a_session_takes_no_place(world):
    """BG-B07, BG-K15."""
    left = spots(world.alpha, "class_sunrise_yoga", LAST)
    asked(world.alpha, BOLA, LAST)

    assert spots(world.alpha, "class_sunrise_yoga", LAST) == left == 1
    booked(world.alpha, ADA, LAST)


# Refusals


@pytest.mark.parametrize("instance_id", ["ci_nothing", "branch_serenity_vi", "svc_deep_tissue", "class_sunrise_yoga"])
def test_what_is_no_instance_is_not_found(world, instance_id):
    """BG-A09, BG-B06."""
    refused(world, (404, "resource_not_found"), ADA, instance_id)


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        pytest.param(("client_nobody", ADA[1]), (404, "resource_not_found"), id="client"),
        pytest.param((ADA[0], "brgpass_nothing"), (404, "pass_not_found"), id="pass"),
        pytest.param((ADA[0], BOLA[1]), (404, "pass_not_found"), id="pass of another client"),
        pytest.param((ADA[0], "pass_gym_standard"), (404, "pass_not_found"), id="product"),
        pytest.param(KEMI, (403, "permission_denied"), id="client of another reseller"),
        pytest.param((KEMI[0], "brgpass_nothing"), (404, "pass_not_found"), id="pass before whose client it is"),
        pytest.param(("client_dayo", "brgpass_dayo_gym"), (403, "pass_expired"), id="expired"),
        pytest.param(("client_femi", "brgpass_femi_gym"), (403, "pass_cancelled"), id="cancelled"),
    ],
)
def test_client_and_pass_have_to_be_there_and_good(world, who, refusal):
    """BG-A06, BG-A08, BG-A09, BG-A13, BG-N50, BG-N51."""
    refused(world, refusal, who, SUNRISE)


@pytest.mark.parametrize(
    ("token", "code"),
    [("lkpt_nothing", "lookup_token_invalid"), ("lkpt_stale", "lookup_token_expired")],
)
def test_a_token_has_to_be_good(world, token, code):
    """BG-U20, BG-U21."""
    refused(world, (403, code), KEMI, SUNRISE, token=token)


def test_a_token_for_somebody_else_is_refused_where_none_is_needed(world):
    """BG-U22."""
    refused(world, (403, "lookup_token_invalid"), ADA, SUNRISE, token=KEMI_TOKEN)


def test_a_pass_has_to_be_good_when_the_class_begins(world):
    """BG-N50, BG-N52."""
    world.alpha.post(f"/issued_passes/{ADA[1]}/expiry", {"expires_at": ms(9, "07:00")})
    refused(world, (403, "pass_expired"), ADA, SUNRISE)

    later = {"pass_id": "pass_gym_standard", "client_id": ADA[0], "first_name": "Ada", "last_name": "Obi"}
    issued = world.alpha.post("/issued_passes", {**later, "start_date": ms(9, "07:00") + 1}).json()
    refused(world, (403, "permission_denied"), (ADA[0], issued["id"]), SUNRISE)


def test_a_class_that_has_begun_is_refused(world):
    """BG-B11."""
    error = refused(world, (400, "validation_error"), ADA, PAST)

    assert "class_instance_id" in error["message"]
    world.go_to(9, "07:00")
    refused(world, (400, "validation_error"), ADA, SUNRISE)


def test_a_client_has_one_place_in_a_class(world):
    """BG-B12."""
    booked(world.alpha, ADA, LAST)

    refused(world, (409, "already_booked"), ADA, LAST)


def test_who_has_a_place_through_another_reseller_has_one(world):
    """BG-B12."""
    booked(world.harbour, KEMI, SUNRISE)

    refused(world, (409, "already_booked"), KEMI, SUNRISE, token=KEMI_TOKEN)


@pytest.mark.parametrize("who", [ADA, BOLA, ("client_funke", "brgpass_funke_spa")])
def test_a_full_class_is_full_whatever_the_pass_is_good_for(world, who):
    """BG-B13."""
    error = refused(world, (409, "class_full"), who, FULL)

    assert error["type"] == "resource_conflict_error"


def test_one_of_many_gets_the_last_place(world):
    """BG-B08."""
    people = [ADA, HALIMA, CHIDI]
    with ThreadPoolExecutor(len(people)) as pool:
        answers = list(pool.map(lambda who: said(world.alpha.book_class(*who, LAST)), people))

    assert sorted(answers) == [(201, ""), (409, "class_full"), (409, "class_full")]


def test_two_resellers_do_not_share_a_class_booking_of_one_id(world):
    """BG-A10."""
    body = {"pass_id": "pass_quiet_gym", "client_id": ADA[0], "first_name": "Ada", "last_name": "Else"}
    other = world.quiet.post("/issued_passes", body).json()["id"]

    booked(world.quiet, (ADA[0], other), SUNRISE)
    booked(world.alpha, ADA, SUNRISE)
