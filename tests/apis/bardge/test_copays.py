"""Quotes of spas, and what is bought before a visit. Chidi's pass covers STANDARD gyms and no spa, Funke's every spa.

Now is day 0, 01:00 in Lagos.
"""

import re

import pytest
from bardge_world import KEMI_TOKEN, day, ms, said

ADA, CHIDI, KEMI = (
    {"client_id": f"client_{name}", "user_pass_id": f"brgpass_{name}_gym"} for name in ("ada", "chidi", "kemi")
)
FUNKE = {"client_id": "client_funke", "user_pass_id": "brgpass_funke_spa"}
DAYO = {"client_id": "client_dayo", "user_pass_id": "brgpass_dayo_gym"}
FEMI = {"client_id": "client_femi", "user_pass_id": "brgpass_femi_gym"}
SERENITY, LAGOON, PULSE, IRONWORKS = (
    "branch_serenity_vi",
    "branch_lagoon_ikoyi",
    "branch_pulse_lekki",
    "branch_ironworks_ikeja",
)
MASSAGE, OILS = "svc_deep_tissue", "svc_aromatherapy"
MASSAGE_PRICE, OILS_PRICE, PACKAGE_PRICE = 2_500_000, 1_800_000, 900_000
PACKAGE = {"provider_branch_id": PULSE, "copay_package_id": "copay_abc123"}


def ask_quote(reseller, who, branch_id, *service_ids, **more):
    return reseller.post(f"/providers/{branch_id}/spa-copay-quote", {**who, "service_ids": list(service_ids)}, **more)


def quoted(reseller, who, branch_id, *service_ids, **more):
    response = ask_quote(reseller, who, branch_id, *service_ids, **more)
    assert response.status_code == 200, response.text
    return response.json()


def buy_package(reseller, who, **more):
    fields = {name: more.pop(name) for name in ("provider_branch_id", "copay_package_id") if name in more}
    return reseller.post("/gym_copay_purchases", {**who, **PACKAGE, **fields}, **more)


def buy_quoted(reseller, who, quote_id, branch_id=SERENITY, **more):
    body = {**who, "provider_branch_id": branch_id, "quote_id": quote_id}
    return reseller.post("/spa_copay_purchases", body, **more)


def buy(reseller, client_id, branch_id, **fields):
    """By the path for both."""
    return reseller.post("/copay_purchases", {"client_id": client_id, "provider_branch_id": branch_id, **fields})


def bought(response):
    assert response.status_code == 201, response.text
    return response.json()


def appointment(reseller, who, *service_ids, clock="12:00", branch_id=SERENITY):
    """What `initiateSpaBooking` answers."""
    slot = {"provider_branch_id": branch_id, "service_ids": list(service_ids), "date": day(4), "time": clock}
    return bought(reseller.post("/bookings/spa", {**who, **slot}))


def changes_nothing(world, refusal, ask):
    before = world.everything()
    response = ask()
    assert said(response) == refusal
    assert world.everything() == before
    return response.json()["error"]["message"]


# Quotes


def test_a_quote_is_the_sum_of_what_is_not_covered(alpha):
    """BG-O03, BG-O04."""
    shown = quoted(alpha, CHIDI, SERENITY, OILS, MASSAGE)

    assert re.fullmatch(r"quote_[A-Za-z0-9]{16}", shown.pop("id"))
    assert shown.pop("message")
    assert [(each["id"], each["covered"], each["copay_amount"]) for each in shown.pop("services")] == [
        (OILS, False, OILS_PRICE),
        (MASSAGE, False, MASSAGE_PRICE),
    ]
    assert shown == {
        "object": "spa_copay_quote",
        "provider_branch_id": SERENITY,
        "amount": OILS_PRICE + MASSAGE_PRICE,
        "currency": "NGN",
        "expires_at": ms(0, "01:15"),
    }


def test_what_the_pass_covers_costs_nothing(alpha):
    """BG-O03."""
    shown = quoted(alpha, FUNKE, SERENITY, MASSAGE)

    assert (shown["amount"], shown["services"][0]["covered"]) == (0, True)


def test_a_pass_may_cover_some_services_of_a_spa(alpha):
    """BG-O03."""
    who = {"client_id": "client_zainab", "first_name": "Zainab", "last_name": "Musa"}
    pass_id = bought(alpha.post("/issued_passes", {**who, "pass_id": "pass_all_year"}))["id"]

    shown = quoted(
        alpha, {"client_id": "client_zainab", "user_pass_id": pass_id}, LAGOON, "svc_salt_scrub", "svc_hot_stone"
    )

    assert [each["covered"] for each in shown["services"]] == [True, False]
    assert shown["amount"] == 4_200_000


def test_a_quote_debits_nothing_and_holds_no_slot(world):
    """BG-O05."""
    quoted(world.alpha, CHIDI, SERENITY, MASSAGE)

    assert world.debits() == []
    assert world.kept("session") == []


def test_a_client_of_another_reseller_gets_a_quote_with_a_token(alpha):
    assert quoted(alpha, KEMI, SERENITY, MASSAGE, token=KEMI_TOKEN)["amount"] == MASSAGE_PRICE


@pytest.mark.parametrize(
    ("who", "branch_id", "service_id", "refusal"),
    [
        (CHIDI, "branch_nothing", MASSAGE, (404, "resource_not_found")),
        (CHIDI, SERENITY, "svc_nothing", (404, "resource_not_found")),
        (CHIDI, SERENITY, "svc_hot_stone", (404, "resource_not_found")),
        ({**CHIDI, "client_id": "client_nobody"}, SERENITY, MASSAGE, (404, "resource_not_found")),
        ({**CHIDI, "user_pass_id": ADA["user_pass_id"]}, SERENITY, MASSAGE, (404, "pass_not_found")),
        (KEMI, SERENITY, "svc_nothing", (404, "resource_not_found")),
        (KEMI, SERENITY, MASSAGE, (403, "permission_denied")),
        (DAYO, SERENITY, MASSAGE, (403, "pass_expired")),
        (FEMI, SERENITY, MASSAGE, (403, "pass_cancelled")),
        (CHIDI, PULSE, MASSAGE, (400, "validation_error")),
    ],
)
def test_a_quote_is_refused(world, who, branch_id, service_id, refusal):
    """BG-A05, BG-A06, BG-A08, BG-A09, BG-A13, BG-N50, BG-N51, BG-R20."""
    changes_nothing(world, refusal, lambda: ask_quote(world.alpha, who, branch_id, service_id))


# Packages of gyms


def test_a_package_is_the_clients_for_its_duration(world):
    """BG-O10, BG-O11, BG-O14."""
    shown = bought(buy_package(world.alpha, CHIDI))

    assert re.fullmatch(r"copur_[A-Za-z0-9]{16}", shown.pop("copay_purchase_id"))
    assert re.fullmatch(r"txn_[A-Za-z0-9]{16}", shown.pop("transaction_id"))
    assert re.fullmatch(r"FLW-TXN-[A-Z]{8}", shown.pop("tx_ref"))
    assert shown.pop("message")
    assert shown == {
        "object": "gym_copay_purchase",
        "client_id": "client_chidi",
        "provider_branch_id": PULSE,
        "copay_package_id": "copay_abc123",
        "amount": PACKAGE_PRICE,
        "currency": "NGN",
        "status": "ACTIVE",
        "created": ms(0, "01:00"),
        "expires_at": ms(31, "01:00"),
    }
    assert world.debits() == [PACKAGE_PRICE]


def test_after_the_purchase_the_next_class_at_the_gym_is_booked_at_once(alpha):
    """BG-O10."""
    bought(buy_package(alpha, CHIDI))

    assert "booking_id" in alpha.book_class(*CHIDI.values(), "ci_reformer_open").json()


def test_a_package_for_a_year_is_good_for_one(alpha):
    """BG-O14: 2 March of the next year."""
    shown = bought(buy_package(alpha, CHIDI, copay_package_id="copay_pulse_year"))

    assert shown["expires_at"] == ms(365, "01:00")


@pytest.mark.parametrize(
    ("who", "fields", "refusal"),
    [
        (CHIDI, {"provider_branch_id": "branch_nothing"}, (404, "resource_not_found")),
        (CHIDI, {"copay_package_id": "copay_nothing"}, (404, "resource_not_found")),
        (CHIDI, {"copay_package_id": "copay_ajah_month"}, (404, "resource_not_found")),
        (CHIDI, {"provider_branch_id": "branch_skyline_ikoyi"}, (404, "resource_not_found")),
        ({**CHIDI, "client_id": "client_nobody"}, {}, (404, "resource_not_found")),
        ({**CHIDI, "user_pass_id": ADA["user_pass_id"]}, {}, (404, "pass_not_found")),
        (KEMI, {}, (403, "permission_denied")),
        (DAYO, {}, (403, "pass_expired")),
        (FEMI, {}, (403, "pass_cancelled")),
        (CHIDI, {"provider_branch_id": SERENITY}, (400, "validation_error")),
        (
            ADA,
            {"provider_branch_id": IRONWORKS, "copay_package_id": "copay_ironworks_month"},
            (400, "validation_error"),
        ),
    ],
)
def test_a_package_is_refused(world, who, fields, refusal):
    """BG-A06, BG-A08, BG-A09, BG-N50, BG-N51, BG-O12, BG-O13, BG-R21."""
    changes_nothing(world, refusal, lambda: buy_package(world.alpha, who, **fields))


def test_a_pass_that_begins_later_buys_nothing(world):
    """BG-N52."""
    later = {"pass_id": "pass_gym_standard", "client_id": "client_chidi", "first_name": "Chidi", "last_name": "Okeke"}
    pass_id = bought(world.alpha.post("/issued_passes", {**later, "start_date": ms(1, "00:00")}))["id"]

    changes_nothing(
        world, (403, "permission_denied"), lambda: buy_package(world.alpha, {**CHIDI, "user_pass_id": pass_id})
    )


def test_a_client_of_another_reseller_gets_a_package_with_a_token(world):
    bought(buy_package(world.alpha, KEMI, token=KEMI_TOKEN))

    assert (world.debits(), world.debits("reseller_harbour")) == ([PACKAGE_PRICE], [])


# What a spa has quoted


def test_what_was_bought_is_covered_at_the_next_appointment(world):
    """BG-O20, BG-O21."""
    quote_id = quoted(world.alpha, CHIDI, SERENITY, MASSAGE)["id"]

    shown = bought(buy_quoted(world.alpha, CHIDI, quote_id))

    assert re.fullmatch(r"copur_[A-Za-z0-9]{16}", shown["copay_purchase_id"])
    assert (shown["object"], shown["quote_id"]) == ("spa_copay_purchase", quote_id)
    assert (shown["amount"], shown["expires_at"]) == (MASSAGE_PRICE, ms(30, "01:00"))
    offer = appointment(world.alpha, CHIDI, MASSAGE)
    assert (offer["copay_required"], offer["copay_amount"]) == (False, 0)
    bought(world.alpha.post(f"/bookings/spa/{offer['session_id']}/confirm"))
    assert world.debits() == [MASSAGE_PRICE]


def test_the_confirmation_uses_the_purchase_up_and_a_cancellation_gives_it_back(world):
    bought(buy_quoted(world.alpha, CHIDI, quoted(world.alpha, CHIDI, SERENITY, MASSAGE)["id"]))
    session_id = appointment(world.alpha, CHIDI, MASSAGE)["session_id"]
    booking_id = bought(world.alpha.post(f"/bookings/spa/{session_id}/confirm"))["id"]

    assert appointment(world.alpha, CHIDI, MASSAGE, clock="14:00")["copay_required"] is True
    world.alpha.cancel(booking_id)
    assert appointment(world.alpha, CHIDI, MASSAGE, clock="15:00")["copay_required"] is False


def test_a_quote_is_good_for_a_quarter_of_an_hour(world):
    """BG-O22."""
    early, late = (quoted(world.alpha, CHIDI, SERENITY, MASSAGE)["id"] for _ in range(2))
    world.wait(minutes=14, seconds=59)
    bought(buy_quoted(world.alpha, CHIDI, early))
    world.wait(seconds=1)

    changes_nothing(world, (409, "quote_expired"), lambda: buy_quoted(world.alpha, CHIDI, late))


def test_a_quote_is_good_for_one_purchase(world):
    """BG-O22."""
    quote_id = quoted(world.alpha, CHIDI, SERENITY, MASSAGE)["id"]
    bought(buy_quoted(world.alpha, CHIDI, quote_id))

    changes_nothing(world, (409, "quote_expired"), lambda: buy_quoted(world.alpha, CHIDI, quote_id))


@pytest.mark.parametrize(
    ("who", "branch_id", "refusal"),
    [
        (CHIDI, "branch_nothing", (404, "resource_not_found")),
        ({**CHIDI, "client_id": "client_nobody"}, SERENITY, (404, "resource_not_found")),
        ({**CHIDI, "user_pass_id": "brgpass_nothing"}, SERENITY, (404, "pass_not_found")),
        (KEMI, SERENITY, (403, "permission_denied")),
        (DAYO, SERENITY, (403, "pass_expired")),
        (FEMI, SERENITY, (403, "pass_cancelled")),
        (CHIDI, PULSE, (400, "validation_error")),
        (CHIDI, LAGOON, (400, "validation_error")),
        (ADA, SERENITY, (400, "validation_error")),
    ],
)
def test_a_quoted_purchase_is_refused(world, who, branch_id, refusal):
    """BG-A06, BG-A08, BG-A09, BG-N50, BG-N51, BG-O23, BG-R20."""
    quote_id = quoted(world.alpha, CHIDI, SERENITY, MASSAGE)["id"]

    changes_nothing(world, refusal, lambda: buy_quoted(world.alpha, who, quote_id, branch_id))


def test_a_quote_for_another_pass_is_refused(world):
    """BG-O23."""
    again = {"pass_id": "pass_gym_standard", "client_id": "client_chidi", "first_name": "Chidi", "last_name": "Okeke"}
    pass_id = bought(world.alpha.post("/issued_passes", again))["id"]
    quote_id = quoted(world.alpha, CHIDI, SERENITY, MASSAGE)["id"]

    message = changes_nothing(
        world,
        (400, "validation_error"),
        lambda: buy_quoted(world.alpha, {**CHIDI, "user_pass_id": pass_id}, quote_id),
    )
    assert "quote_id" in message


def test_where_nothing_is_to_be_paid_nothing_is_bought(world):
    """BG-O23."""
    quote_id = quoted(world.alpha, FUNKE, SERENITY, MASSAGE)["id"]

    changes_nothing(world, (400, "validation_error"), lambda: buy_quoted(world.alpha, FUNKE, quote_id))


def test_a_quote_of_another_reseller_is_not_found(world):
    """BG-A07."""
    quote_id = quoted(world.harbour, KEMI, SERENITY, MASSAGE)["id"]

    for unknown in (quote_id, "quote_nothing"):
        changes_nothing(
            world,
            (404, "resource_not_found"),
            lambda unknown=unknown: buy_quoted(world.alpha, KEMI, unknown, token=KEMI_TOKEN),
        )


# By the path for both


def test_a_package_can_be_bought_by_the_path_for_both(world):
    """BG-O30."""
    shown = bought(buy(world.alpha, **CHIDI, branch_id=PULSE, copay_package_id="copay_abc123"))

    assert (shown["object"], shown["copay_package_id"]) == ("copay_purchase", "copay_abc123")
    assert "quote_id" not in shown
    assert world.debits() == [PACKAGE_PRICE]
    assert "booking_id" in world.alpha.book_class(*CHIDI.values(), "ci_reformer_open").json()


def test_what_was_quoted_can_be_bought_by_the_path_for_both(world):
    """BG-O30."""
    quote_id = quoted(world.alpha, CHIDI, SERENITY, MASSAGE)["id"]

    shown = bought(buy(world.alpha, **CHIDI, branch_id=SERENITY, quote_id=quote_id))

    assert (shown["object"], shown["quote_id"]) == ("copay_purchase", quote_id)
    assert "copay_package_id" not in shown
    assert appointment(world.alpha, CHIDI, MASSAGE)["copay_required"] is False


@pytest.mark.parametrize(
    ("branch_id", "fields"),
    [
        (PULSE, {}),
        (PULSE, {"copay_package_id": "copay_abc123", "quote_id": "quote_nothing"}),
        (SERENITY, {"copay_package_id": "copay_abc123"}),
        ("branch_nothing", {}),
    ],
)
def test_a_purchase_takes_what_the_venue_takes_and_nothing_else(world, branch_id, fields):
    """BG-O31."""
    changes_nothing(world, (400, "validation_error"), lambda: buy(world.alpha, "client_chidi", branch_id, **fields))


def test_a_gym_takes_no_quote(world):
    """BG-O31."""
    quote_id = quoted(world.alpha, CHIDI, SERENITY, MASSAGE)["id"]

    changes_nothing(
        world, (400, "validation_error"), lambda: buy(world.alpha, "client_chidi", PULSE, quote_id=quote_id)
    )


def test_without_a_pass_it_is_the_newest_that_is_valid(world):
    again = {"pass_id": "pass_all_year", "client_id": "client_chidi", "first_name": "Chidi", "last_name": "Okeke"}
    bought(buy(world.alpha, "client_chidi", PULSE, copay_package_id="copay_abc123"))
    bought(world.alpha.post("/issued_passes", {**again, "start_date": ms(1, "00:00")}))
    bought(buy(world.alpha, "client_chidi", PULSE, copay_package_id="copay_abc123"))
    bought(world.alpha.post("/issued_passes", again))

    # The newest one covers every gym.
    changes_nothing(
        world,
        (400, "validation_error"),
        lambda: buy(world.alpha, "client_chidi", PULSE, copay_package_id="copay_abc123"),
    )


def test_without_a_pass_it_is_that_of_the_quote(world):
    quote_id = quoted(world.alpha, CHIDI, SERENITY, MASSAGE)["id"]
    again = {"pass_id": "pass_gym_standard", "client_id": "client_chidi", "first_name": "Chidi", "last_name": "Okeke"}
    bought(world.alpha.post("/issued_passes", again))

    bought(buy(world.alpha, "client_chidi", SERENITY, quote_id=quote_id))


def test_without_a_pass_a_quote_for_somebody_else_is_refused(world):
    """BG-O23."""
    quote_id = quoted(world.alpha, CHIDI, SERENITY, MASSAGE)["id"]

    changes_nothing(
        world, (400, "validation_error"), lambda: buy(world.alpha, "client_ada", SERENITY, quote_id=quote_id)
    )


@pytest.mark.parametrize("client_id", ["client_dayo", "client_femi"])
def test_a_client_without_a_valid_pass_buys_nothing(world, client_id):
    """BG-O32."""
    changes_nothing(
        world, (403, "pass_expired"), lambda: buy(world.alpha, client_id, PULSE, copay_package_id="copay_abc123")
    )


@pytest.mark.parametrize(
    ("client_id", "branch_id", "refusal"),
    [
        ("client_nobody", PULSE, (404, "resource_not_found")),
        ("client_kemi", PULSE, (403, "permission_denied")),
        ("client_chidi", "branch_nothing", (404, "resource_not_found")),
    ],
)
def test_without_a_pass_client_and_venue_have_to_be_there(world, client_id, branch_id, refusal):
    """BG-A08, BG-A09."""
    changes_nothing(world, refusal, lambda: buy(world.alpha, client_id, branch_id, copay_package_id="copay_abc123"))


@pytest.mark.parametrize("client_id", ["client_dayo", "client_kemi"])
@pytest.mark.parametrize("what", ["copay_package_id", "quote_id"])
def test_without_a_pass_what_is_bought_is_looked_for_before_whose_the_client_is(world, client_id, what):
    """BG-A13, BG-O30: as with a pass; one of these clients has none that is valid, the other one is harbour's."""
    changes_nothing(world, (404, "resource_not_found"), lambda: buy(world.alpha, client_id, PULSE, **{what: "nothing"}))


# The business account


def test_what_the_business_account_does_not_cover_is_not_bought(open_world):
    """BG-D10."""
    poor = open_world(settings={"business_balance": PACKAGE_PRICE - 1})
    quote_id = quoted(poor.alpha, CHIDI, SERENITY, MASSAGE)["id"]
    purchases = (
        lambda: buy_package(poor.alpha, CHIDI),
        lambda: buy_quoted(poor.alpha, CHIDI, quote_id),
        lambda: buy(poor.alpha, "client_chidi", PULSE, copay_package_id="copay_abc123"),
        lambda: buy(poor.alpha, "client_chidi", SERENITY, quote_id=quote_id),
    )

    for purchase in purchases:
        changes_nothing(poor, (400, "insufficient_balance"), purchase)


def test_the_last_kobo_can_be_spent(open_world):
    enough = open_world(settings={"business_balance": PACKAGE_PRICE})

    bought(buy_package(enough.alpha, CHIDI))

    assert said(buy_package(enough.alpha, CHIDI)) == (400, "insufficient_balance")
