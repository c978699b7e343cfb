"""Passes, and visits where more than one thing pays for them. Chidi's pass covers STANDARD gyms and no spa.

Now is day 0, 01:00 in Lagos.
"""

from datetime import timedelta

import pytest
from bardge_spas import LAGOON, SERENITY, booked, hold
from bardge_world import day, ms, said, seconds
from doubles import MONDAY

BOTH = MASSAGE, OILS = ("svc_deep_tissue", "svc_aromatherapy")
BOLA, CHIDI = (("client_bola", "brgpass_bola_gym"), ("client_chidi", "brgpass_chidi_gym"))
FUNKE = ("client_funke", "brgpass_funke_spa")
PACKAGE = {"provider_branch_id": "branch_pulse_lekki", "copay_package_id": "copay_abc123"}
PACKAGE_OF_IRONWORKS = {"provider_branch_id": "branch_ironworks_ikeja", "copay_package_id": "copay_ironworks_month"}


def book_class(alpha, who, instance_id):
    answer = alpha.book_class(*who, instance_id)
    assert answer.status_code == 201, answer.text
    return answer.json()["booking_id"]


def visits_used(alpha, who):
    (category,) = alpha.issued_pass(who[1])["categories"]
    return category["visits_used"]


def move(alpha, booking_id, **target):
    answer = alpha.post(f"/bookings/{booking_id}/reschedule", target)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def buy_package(alpha, who, package):
    answer = alpha.post("/gym_copay_purchases", {"client_id": who[0], "user_pass_id": who[1], **package})
    assert answer.status_code == 201, answer.text
    return answer.json()["copay_purchase_id"]


def quote(alpha, services, branch=SERENITY):
    """For Chidi."""
    body = {"client_id": CHIDI[0], "user_pass_id": CHIDI[1], "service_ids": list(services)}
    return alpha.post(f"/providers/{branch}/spa-copay-quote", body).json()["id"]


def buy_quoted(alpha, quote_id, branch=SERENITY, client_id=CHIDI[0], path="/spa_copay_purchases"):
    who = {} if path == "/copay_purchases" else {"user_pass_id": CHIDI[1]}
    return alpha.post(path, {**who, "client_id": client_id, "provider_branch_id": branch, "quote_id": quote_id})


def buy_copay(alpha, *services, branch=SERENITY):
    answer = buy_quoted(alpha, quote(alpha, services, branch), branch)
    assert answer.status_code == 201, answer.text
    return answer.json()["copay_purchase_id"]


def users_of(world):
    """Which booking uses a co-pay, by the id of the co-pay."""
    return {each["id"]: each["used_by"] for each in world.kept("copay_purchase")}


# Packages of gyms


def test_a_visit_of_the_pass_goes_before_one_of_a_package(world):
    copay_id = buy_package(world.alpha, FUNKE, PACKAGE_OF_IRONWORKS)
    world.alpha.put_under(FUNKE[1], "pass_gym_standard")

    book_class(world.alpha, FUNKE, "ci_sunrise_open")

    assert visits_used(world.alpha, FUNKE) == 1
    assert world.record("copay_purchase", copay_id)["visits_used"] == 0


def test_a_package_does_where_the_visits_of_the_pass_are_used_up(world):
    world.alpha.put_under(BOLA[1], "pass_spa_monthly")
    copay_id = buy_package(world.alpha, BOLA, PACKAGE_OF_IRONWORKS)
    world.alpha.put_under(BOLA[1], "pass_gym_standard")

    book_class(world.alpha, BOLA, "ci_sunrise_open")

    assert visits_used(world.alpha, BOLA) == 8
    assert world.record("copay_purchase", copay_id)["visits_used"] == 1


def test_the_visit_of_a_package_goes_where_the_booking_goes_and_comes_back_with_it(world):
    copay_id = buy_package(world.alpha, CHIDI, PACKAGE)
    booking_id = book_class(world.alpha, CHIDI, "ci_reformer_open")

    booking_id = move(world.alpha, booking_id, class_instance_id="ci_reformer_other")
    assert world.record("copay_purchase", copay_id)["visits_used"] == 1

    world.alpha.cancel(booking_id)
    assert world.record("copay_purchase", copay_id)["visits_used"] == 0
    assert world.debits() == [900_000]


# Co-pays of spas


@pytest.mark.parametrize("branch", [SERENITY, LAGOON])
def test_a_co_pay_is_of_its_spa(alpha, branch):
    service = {SERENITY: MASSAGE, LAGOON: "svc_salt_scrub"}
    buy_copay(alpha, service[branch], branch=branch)

    asked = {each: hold(alpha, CHIDI, 3, "14:00", service[each], branch=each).json() for each in service}
    assert {each: shown["copay_required"] for each, shown in asked.items()} == {
        each: each != branch for each in service
    }


def test_a_co_pay_that_an_appointment_does_not_need_is_kept(world, alpha):
    """BG-O24. The quotes are asked for before anything is bought, so that each is for all that it names."""
    quotes = [quote(alpha, services) for services in ((OILS,), BOTH, BOTH, (MASSAGE,))]
    oils, both, again, massage = (buy_quoted(alpha, each).json()["copay_purchase_id"] for each in quotes)

    first = booked(alpha, "chidi", 3, "10:00", *BOTH)["id"]
    assert users_of(world) == {oils: None, both: first, again: None, massage: None}

    second = booked(alpha, "chidi", 3, "12:00", *BOTH)["id"]
    assert users_of(world) == {oils: None, both: first, again: second, massage: None}

    third = booked(alpha, "chidi", 3, "14:00", *BOTH)
    assert users_of(world) == {oils: third["id"], both: first, again: second, massage: third["id"]}
    assert third["amount_charged"] == 0


@pytest.mark.parametrize("used_before", BOTH)
def test_one_co_pay_that_another_session_has_used_is_enough_to_refuse(world, alpha, used_before):
    """BG-S24."""
    for service in BOTH:
        buy_copay(alpha, service)
    first, second = (
        hold(alpha, CHIDI, 3, clock, *services).json()["session_id"]
        for clock, services in (("10:00", (used_before,)), ("14:00", BOTH))
    )
    assert said(alpha.post(f"/bookings/spa/{first}/confirm")) == (201, "")

    world.refuses(lambda: alpha.post(f"/bookings/spa/{second}/confirm"), (400, "validation_error"))


def test_co_pays_go_with_the_appointment_and_come_back_with_it(world, alpha):
    """BG-M02, BG-M10."""
    bought = [buy_copay(alpha, service) for service in BOTH]
    old = booked(alpha, "chidi", 3, "14:00", *BOTH)
    assert users_of(world) == dict.fromkeys(bought, old["id"])

    new = move(alpha, old["id"], date=old["date"], time="16:00")
    assert users_of(world) == dict.fromkeys(bought, new)

    refund = alpha.cancel(new).json()["refund"]
    assert (refund["refunded"], refund["amount_refunded"]) == (True, 0)
    assert users_of(world) == dict.fromkeys(bought)
    assert world.debits() == [2_500_000, 1_800_000]


def test_money_and_co_pays_of_an_appointment_that_was_moved_too_late_stay_where_they_are(world, alpha):
    """BG-M11."""
    copay_id = buy_copay(alpha, MASSAGE)
    old = booked(alpha, "chidi", 1, "14:00", *BOTH)
    world.go_to(0, "14:01")

    new = move(alpha, old["id"], date=day(9), time="14:00")

    assert alpha.cancel(new).json()["refund"]["amount_refunded"] == 0
    assert world.debits() == [2_500_000, 1_800_000]
    assert users_of(world) == {copay_id: new}


def test_an_appointment_is_not_moved_to_when_one_of_its_co_pays_is_over(world, alpha):
    """BG-M12. They are good for thirty days."""
    alpha.post(f"/issued_passes/{CHIDI[1]}/expiry", {"expires_at": ms(90, "00:00")})
    buy_copay(alpha, MASSAGE)
    world.wait(hours=12)
    buy_copay(alpha, OILS)
    old = booked(alpha, "chidi", 3, "14:00", *BOTH)["id"]

    late = alpha.post(f"/bookings/{old}/reschedule", {"date": day(30), "time": "09:00"})

    assert said(late) == (403, "permission_denied")
    move(alpha, old, date=day(29), time="09:00")


def test_without_a_pass_a_quote_for_somebody_else_is_refused(world):
    """BG-O23."""
    quote_id = quote(world.alpha, [MASSAGE])

    world.refuses(
        lambda: buy_quoted(world.alpha, quote_id, client_id="client_ada", path="/copay_purchases"),
        (400, "validation_error"),
    )


def test_an_appointment_is_not_confirmed_when_the_pass_covers_one_of_its_services_no_longer(world, alpha):
    """BG-F12. The salt scrub is STANDARD, the hot stones are PREMIUM: a pass for a year covers one of them."""
    held = hold(alpha, FUNKE, 3, "12:00", "svc_salt_scrub", "svc_hot_stone", branch=LAGOON).json()
    alpha.put_under(FUNKE[1], "pass_all_year")

    world.refuses(lambda: alpha.post(f"/bookings/spa/{held['session_id']}/confirm"), (400, "validation_error"))


# What time does, and what nobody looks at


def test_a_pass_begins_now_in_whole_milliseconds(open_world):
    world = open_world(clock=MONDAY + timedelta(microseconds=123_987))
    body = {"pass_id": "pass_gym_standard", "client_id": "client_zainab", "first_name": "Zainab", "last_name": "Musa"}

    assert world.alpha.post("/issued_passes", body).json()["start_date"] == ms(0, "01:00") + 123


def test_a_pass_that_was_cancelled_is_so_also_when_it_is_over(world):
    """BG-N40."""
    world.go_to(60, "12:00")

    assert world.alpha.issued_pass("brgpass_femi_gym")["status"] == "CANCELLED"


def test_a_booking_that_is_accepted_after_its_beginning_is_completed_at_once(open_world):
    """BG-L11, BG-L12."""
    world = open_world(settings={"acceptance_minutes": 1_440})
    booking = booked(world.alpha, "funke", 0, "10:00")

    fired = world.go_to(1, "01:00")

    assert [each["action"] for each in fired if each["subject"] == booking["id"]] == ["accept", "complete"]
    shown = world.alpha.read(f"/bookings/{booking['id']}/status")
    assert (shown["status"], shown["updated"]) == ("completed", seconds(1, "01:00"))


def test_an_appointment_can_be_moved_to_where_it_is(alpha):
    old = booked(alpha, "funke", 3, "14:00", *BOTH)

    assert alpha.status(move(alpha, old["id"], date=old["date"], time="14:00")) == "confirmed"


def test_a_body_of_a_cancellation_is_not_looked_at(alpha):
    booking_id = book_class(alpha, CHIDI, "ci_sunrise_open")

    assert said(alpha.post(f"/bookings/{booking_id}/cancel", {"reason": 7})) == (200, "")
