"""What a cancellation ends and gives back: all that a booking took, until 24 hours before it begins."""

import pytest
from bardge_spas import SERENITY, booked, hold, slots
from bardge_world import KEMI_TOKEN, day, said, seconds

DENIED = (403, "permission_denied")

ALL_OF_IT = {"refunded": True, "visits_restored": 1, "credits_refunded": 0, "amount_refunded": 0, "currency": "NGN"}
NOTHING = {"refunded": False, "visits_restored": 0, "credits_refunded": 0, "amount_refunded": 0, "currency": "NGN"}


def book_class(alpha, client_id="client_ada", pass_id="brgpass_ada_gym", instance_id="ci_sunrise_open", **options):
    answer = alpha.book_class(client_id, pass_id, instance_id, **options)
    assert answer.status_code == 201, answer.text
    return answer.json()["booking_id"]


def visits(alpha, pass_id="brgpass_ada_gym"):
    """`(allowed, used)` of the first category."""
    category = alpha.issued_pass(pass_id)["categories"][0]
    return category["visits_allowed"], category["visits_used"]


def test_a_cancelled_booking_says_so_from_then_on(world, alpha):
    """BG-L20."""
    booking_id = book_class(alpha)
    world.wait(minutes=5)

    answer = alpha.cancel(booking_id)

    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["object"], shown["id"], shown["status"]) == ("booking", booking_id, "cancelled")
    assert shown["message"] == "Booking cancelled successfully"
    status = alpha.read(f"/bookings/{booking_id}/status")
    assert (status["status"], status["updated"]) == ("cancelled", seconds(0, "01:05"))
    assert "refund" not in alpha.bookings("client_ada")[0]


@pytest.mark.parametrize("number", [2, 3, 4])
def test_what_is_over_cannot_be_cancelled(world, alpha, number):
    """BG-L21."""
    before = world.everything()

    answer = alpha.cancel(f"booking_ada000000000000{number}")

    assert said(answer) == DENIED
    assert answer.json()["error"]["type"] == "permission_error"
    assert world.everything() == before


def test_a_second_cancellation_changes_nothing(world, alpha):
    """BG-L22."""
    booking_id = book_class(alpha)
    alpha.cancel(booking_id)
    before = world.everything()

    assert said(alpha.cancel(booking_id)) == DENIED
    assert world.everything() == before


def test_a_key_makes_no_difference(alpha):
    """BG-L28, BG-I14."""
    booking_id = book_class(alpha)

    first, second = [alpha.post(f"/bookings/{booking_id}/cancel", key="once") for _ in range(2)]

    assert (said(first), said(second)) == ((200, ""), DENIED)
    assert "x-idempotent-replayed" not in second.headers


def test_a_body_is_not_looked_at(alpha):
    assert said(alpha.post(f"/bookings/{book_class(alpha)}/cancel", {"reason": "rain"})) == (200, "")


def test_the_place_is_free_again_at_once(alpha):
    """BG-L23."""
    booking_id = book_class(alpha, instance_id="ci_sunrise_last")
    other = ("client_chidi", "brgpass_chidi_gym", "ci_sunrise_last")
    assert said(alpha.book_class(*other)) == (409, "class_full")

    alpha.cancel(booking_id)

    assert said(alpha.book_class(*other)) == (201, "")


def test_who_cancelled_can_book_the_same_class_again(alpha):
    """BG-L31."""
    booking_id = book_class(alpha)
    assert said(alpha.book_class("client_ada", "brgpass_ada_gym", "ci_sunrise_open")) == (409, "already_booked")

    alpha.cancel(booking_id)

    again = book_class(alpha)
    assert again != booking_id
    assert alpha.status(booking_id) == "cancelled"


def test_the_hours_of_an_appointment_are_available_again_at_once(alpha):
    """BG-L27."""
    before = slots(alpha, 3)
    booking = booked(alpha, "funke", 3, "14:00", "svc_deep_tissue", "svc_aromatherapy")

    alpha.cancel(booking["id"])

    assert slots(alpha, 3) == before
    assert said(hold(alpha, "chidi", 3, "15:00")) == (201, "")


@pytest.mark.parametrize("booking_id", ["booking_nothing", "booking_kemi000000000001"])
def test_a_booking_of_nobody_or_of_another_reseller_is_none(alpha, booking_id):
    """BG-A05, BG-A07."""
    assert said(alpha.cancel(booking_id)) == (404, "resource_not_found")


def test_a_pending_booking_is_cancelled_as_a_confirmed_one(open_world):
    """BG-L30."""
    world = open_world(settings={"acceptance_minutes": 60})
    booking_id = book_class(world.alpha)
    assert world.alpha.status(booking_id) == "pending"

    assert world.alpha.cancel(booking_id).json()["refund"] == ALL_OF_IT
    world.wait(minutes=60)
    assert world.alpha.status(booking_id) == "cancelled"


# What comes back


def test_until_24_hours_before_the_visit_comes_back(world, alpha):
    """BG-L24. The class begins on day 9 at 7."""
    booking_id = book_class(alpha)
    assert visits(alpha) == (8, 4)
    world.go_to(8, "07:00")

    assert alpha.cancel(booking_id).json()["refund"] == ALL_OF_IT
    assert visits(alpha) == (8, 3)


def test_later_nothing_does_and_the_booking_is_cancelled_all_the_same(world, alpha):
    """BG-L25."""
    booking_id = book_class(alpha)
    world.go_to(8, "07:00")
    world.wait(seconds=1)

    shown = alpha.cancel(booking_id).json()

    assert (shown["status"], shown["visits_deducted"], shown["refund"]) == ("cancelled", 1, NOTHING)
    assert visits(alpha) == (8, 4)
    assert said(alpha.book_class("client_ada", "brgpass_ada_gym", "ci_sunrise_open")) == (201, "")


def test_a_class_that_is_soon_gives_back_nothing(world, alpha):
    world.go_to(6, "20:01")
    booking_id = book_class(alpha, instance_id="ci_sunrise_soon")

    assert alpha.cancel(booking_id).json()["refund"] == NOTHING


def test_credits_come_back_with_the_name_of_the_class(alpha):
    """BG-L32, BG-T07."""
    booking_id = book_class(alpha, instance_id="ci_spin_open")
    assert alpha.credits("client_ada") == 4

    refund = alpha.cancel(booking_id).json()["refund"]

    assert (refund["visits_restored"], refund["credits_refunded"]) == (0, 6)
    shown = alpha.read("/clients/client_ada/credits")
    assert shown["balance"] == 10
    newest = shown["transactions"][0]
    assert (newest["type"], newest["amount"], newest["description"]) == ("CREDIT", 6, "Refund — Power Spin")


def test_credits_of_an_appointment_come_back_with_the_name_of_the_spa(alpha):
    """BG-T07."""
    alpha.post("/credit_purchases", {"client_id": "client_efe", "credit_package_id": "crpkg_10"})
    booking = booked(alpha, "efe", 3, "14:00")

    assert alpha.cancel(booking["id"]).json()["refund"]["credits_refunded"] == 5
    assert alpha.read("/clients/client_efe/credits")["transactions"][0]["description"] == "Refund — Serenity Spa"


def test_the_co_pay_of_an_appointment_is_back_with_the_business_account(world, alpha):
    """BG-L26."""
    booking = booked(alpha, "chidi", 3, "14:00")

    refund = alpha.cancel(booking["id"]).json()["refund"]

    assert (refund["refunded"], refund["visits_restored"], refund["amount_refunded"]) == (True, 0, 2_500_000)
    assert world.debits() == [2_500_000, -2_500_000]


def test_a_co_pay_that_was_bought_before_is_good_again(world, alpha):
    body = {"client_id": "client_chidi", "user_pass_id": "brgpass_chidi_gym"}
    quote = alpha.post(f"/providers/{SERENITY}/spa-copay-quote", {**body, "service_ids": ["svc_deep_tissue"]}).json()
    named = {"provider_branch_id": SERENITY, "quote_id": quote["id"]}
    assert said(alpha.post("/spa_copay_purchases", {**body, **named})) == (201, "")
    booking = booked(alpha, "chidi", 3, "14:00")

    refund = alpha.cancel(booking["id"]).json()["refund"]

    assert (refund["refunded"], refund["amount_refunded"]) == (True, 0)
    assert world.debits() == [2_500_000]
    assert hold(alpha, "chidi", 3, "14:00").json()["copay_amount"] == 0


def test_visits_that_were_bought_stay_bought(world, alpha):
    """BG-L29."""
    opened = alpha.book_class("client_bola", "brgpass_bola_gym", "ci_sunrise_open").json()
    body = {"number_of_visits": 2, "duration": "MONTHLY"}
    booking = alpha.post(f"/bookings/class/{opened['session_id']}/confirm", body).json()
    debits = world.debits()
    assert visits(alpha, "brgpass_bola_gym") == (10, 9)

    refund = alpha.cancel(booking["id"]).json()["refund"]

    assert refund == ALL_OF_IT
    assert visits(alpha, "brgpass_bola_gym") == (10, 8)
    assert world.debits() == debits


def test_a_package_that_was_bought_stays_and_has_its_visit_back(world, alpha):
    """BG-L29."""
    opened = alpha.book_class("client_chidi", "brgpass_chidi_gym", "ci_reformer_open").json()
    body = {"copay_package_id": "copay_abc123"}
    booking = alpha.post(f"/bookings/class/{opened['session_id']}/confirm", body).json()
    debits = world.debits()

    assert alpha.cancel(booking["id"]).json()["refund"] == ALL_OF_IT

    assert [(each["visits_allowed"], each["visits_used"]) for each in world.kept("copay_purchase")] == [(4, 0)]
    assert world.debits() == debits
    assert visits(alpha, "brgpass_chidi_gym") == (8, 0)


def test_the_visit_of_another_resellers_client_goes_back_to_its_pass(world):
    booking_id = book_class(world.alpha, "client_kemi", "brgpass_kemi_gym", token=KEMI_TOKEN)
    assert visits(world.harbour, "brgpass_kemi_gym") == (8, 2)

    assert world.alpha.cancel(booking_id).json()["refund"] == ALL_OF_IT
    assert visits(world.harbour, "brgpass_kemi_gym") == (8, 1)


def test_an_appointment_of_the_seed_gives_back_its_visit(alpha):
    shown = alpha.cancel("booking_funke00000000001").json()

    assert (shown["date"], shown["time"], shown["refund"]) == (day(9), "10:00", ALL_OF_IT)
    assert visits(alpha, "brgpass_funke_spa") == (4, 0)
