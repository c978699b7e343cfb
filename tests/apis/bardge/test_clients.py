"""Clients: Ada is alpha's, Kemi and Lara are harbour's, Musa is quiet's. Alpha holds the token lkpt_abc123 for Kemi, and
lkpt_stale, which is over. Funke's credits have a history.
"""

import re

import pytest
from bardge_world import KEMI_TOKEN, ms, said

BUY_10 = {"client_id": "client_efe", "credit_package_id": "crpkg_10"}
READS = ["/clients/{}", "/clients/{}/credits"]


def buy(reseller, **fields):
    return reseller.post("/credit_purchases", {**BUY_10, **fields})


# Reading


def test_a_client_has_names_passes_passcode_and_credits(alpha):
    shown = alpha.read("/clients/client_ada")
    issued = alpha.issued_pass("brgpass_ada_gym")

    assert re.fullmatch(r"[0-9]{13}", str(shown["passcode"].pop("created")))
    assert shown == {
        "object": "client",
        "id": "client_ada",
        "first_name": "Ada",
        "last_name": "Obi",
        "email": "ada.obi@example.com",
        "phone": "+2348012345678",
        "passes": [
            {
                "id": "brgpass_ada_gym",
                "name": "Monthly Gym Pass",
                "status": "ACTIVE",
                "expires_at": issued["expires_at"],
            }
        ],
        "passcode": {"passcode": "ADA12345"},
        "credit_balance": 10,
        "currency": "NGN",
        "message": "Client retrieved successfully",
    }


@pytest.mark.parametrize(
    ("client_id", "status"), [("client_dayo", "EXPIRED"), ("client_femi", "CANCELLED"), ("client_bola", "ACTIVE")]
)
def test_the_passes_of_a_client_are_shown_whatever_their_status(alpha, client_id, status):
    assert [each["status"] for each in alpha.read(f"/clients/{client_id}")["passes"]] == [status]


def test_a_client_is_reached_with_a_token_and_then_without_the_passcode(alpha):
    shown = alpha.read("/clients/client_kemi", token=KEMI_TOKEN)

    assert (shown["id"], shown["first_name"], shown["credit_balance"]) == ("client_kemi", "Kemi", 10)
    assert [each["id"] for each in shown["passes"]] == ["brgpass_kemi_gym"]
    assert "passcode" not in shown


def test_the_reseller_of_a_client_needs_no_token(world):
    assert world.harbour.read("/clients/client_kemi")["passcode"]["passcode"] == "KEMI2345"


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize(
    ("client_id", "token", "refused"),
    [
        ("client_nobody", None, (404, "resource_not_found")),
        ("client_nobody", KEMI_TOKEN, (404, "resource_not_found")),
        ("client_kemi", None, (403, "permission_denied")),
        ("client_kemi", "lkpt_nobody_has", (403, "lookup_token_invalid")),
        ("client_kemi", "lkpt_stale", (403, "lookup_token_expired")),
        ("client_lara", KEMI_TOKEN, (403, "lookup_token_invalid")),
        ("client_lara", "lkpt_stale", (403, "lookup_token_invalid")),
        ("client_ada", KEMI_TOKEN, (403, "lookup_token_invalid")),
        ("client_ada", "lkpt_nobody_has", (403, "lookup_token_invalid")),
    ],
)
def test_whom_a_token_reaches(world, path, client_id, token, refused):
    """A token is looked at even where none is needed."""
    world.refuses(lambda: world.alpha.get(path.format(client_id), token=token), refused)


@pytest.mark.parametrize("path", READS)
def test_a_token_is_of_no_use_to_whom_it_was_not_given(world, path):
    path = path.format("client_kemi")

    assert said(world.quiet.get(path, token=KEMI_TOKEN)) == (403, "lookup_token_invalid")
    assert said(world.harbour.get(path, token=KEMI_TOKEN)) == (403, "lookup_token_invalid")


def test_a_token_lasts_until_its_last_moment(world):
    """Both keys of a reseller may use it."""
    world.go_to(29, "12:00")
    assert world.tester.get("/clients/client_kemi", token=KEMI_TOKEN).status_code == 200

    world.go_to(31, "12:00")
    assert said(world.alpha.get("/clients/client_kemi", token=KEMI_TOKEN)) == (403, "lookup_token_expired")


def test_the_tokens_of_an_issuer_rest_while_it_has_lookup_switched_off(world):
    world.harbour.post("/lookup_enabled", {"enabled": False})
    assert said(world.alpha.get("/clients/client_kemi", token=KEMI_TOKEN)) == (403, "permission_denied")

    world.harbour.post("/lookup_enabled", {"enabled": True})
    assert world.alpha.get("/clients/client_kemi", token=KEMI_TOKEN).status_code == 200


# Credits


def test_credits_are_shown_with_what_changed_them_the_newest_first(alpha):
    shown = alpha.read("/clients/client_funke/credits")

    assert shown == {
        "balance": 25,
        "currency": "NGN",
        "transactions": [
            {
                "type": "DEBIT",
                "amount": 5,
                "description": "Spa booking — Serenity Spa",
                "timestamp": ms(-3, "16:00"),
            },
            {
                "type": "CREDIT",
                "amount": 10,
                "description": "Credits purchase — 10 Credits Pack",
                "timestamp": ms(-6, "12:00"),
            },
            {"type": "CREDIT", "amount": 20, "description": "Pass — Monthly Spa Pass", "timestamp": ms(-10, "09:00")},
        ],
        "message": "Credits retrieved successfully",
    }


@pytest.mark.parametrize("client_id", ["client_ada", "client_efe", "client_funke"])
def test_both_answers_say_one_balance(alpha, client_id):
    assert alpha.read(f"/clients/{client_id}")["credit_balance"] == alpha.credits(client_id)


def test_the_credits_of_anothers_client_are_shown_with_the_token(alpha):
    assert alpha.credits("client_kemi", token=KEMI_TOKEN) == 10


def test_bought_credits_are_there_at_once(world):
    response = buy(world.alpha)

    assert response.status_code == 201
    shown = response.json()
    assert re.fullmatch(r"crpur_[A-Za-z0-9]{16}", shown.pop("id"))
    assert re.fullmatch(r"txn_[A-Za-z0-9]{16}", shown.pop("transaction_id"))
    assert re.fullmatch(r"FLW-TXN-[A-Z]{8}", shown.pop("tx_ref"))
    assert shown == {
        "object": "credit_purchase",
        "client_id": "client_efe",
        "credit_package_id": "crpkg_10",
        "credits": 10,
        "balance": 10,
        "amount": 450_000,
        "currency": "NGN",
        "created": ms(0, "01:00"),
        "message": "Credits purchased successfully",
    }
    shown = world.alpha.read("/clients/client_efe/credits")
    assert shown["balance"] == 10
    assert shown["transactions"] == [
        {
            "type": "CREDIT",
            "amount": 10,
            "description": "Credits purchase — 10 Credits Pack",
            "timestamp": ms(0, "01:00"),
        }
    ]
    assert world.debits() == [450_000]


def test_the_balance_of_a_purchase_counts_what_was_there(alpha):
    assert buy(alpha, client_id="client_funke", credit_package_id="crpkg_50").json()["balance"] == 75


def test_credits_that_are_spent_and_come_back_are_transactions_of_their_own(alpha):
    """Power Spin takes 6 credits."""
    booked = alpha.book_class("client_ada", "brgpass_ada_gym", "ci_spin_open").json()
    assert alpha.credits("client_ada") == 4

    alpha.cancel(booked["booking_id"])

    shown = alpha.read("/clients/client_ada/credits")
    assert shown["balance"] == 10
    assert [(each["type"], each["amount"], each["description"]) for each in shown["transactions"][:2]] == [
        ("CREDIT", 6, "Refund — Power Spin"),
        ("DEBIT", 6, "Class booking — Power Spin"),
    ]


def test_more_credits_than_there_are_cannot_be_spent(world):
    world.alpha.book_class("client_ada", "brgpass_ada_gym", "ci_spin_open")

    world.refuses(
        lambda: world.alpha.book_class("client_ada", "brgpass_ada_gym", "ci_spin_other"), (400, "validation_error")
    )
    assert world.alpha.credits("client_ada") == 4


def test_at_most_fifty_transactions_are_shown_the_newest_first(world):
    for _ in range(51):
        buy(world.alpha)
    world.wait(seconds=1)
    buy(world.alpha, credit_package_id="crpkg_50")

    shown = world.alpha.read("/clients/client_efe/credits")
    assert shown["balance"] == 560
    assert [each["amount"] for each in shown["transactions"]] == [50, *[10] * 49]
    assert shown["transactions"][0]["timestamp"] == ms(0, "01:00") + 1_000


def test_credits_that_the_business_account_does_not_cover_are_not_bought(open_world):
    world = open_world(settings={"business_balance": 899_999})
    assert buy(world.alpha).status_code == 201

    world.refuses(lambda: buy(world.alpha), (400, "insufficient_balance"))


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"credit_package_id": "crpkg_harbour_20"}, (404, "resource_not_found")),
        ({"credit_package_id": "crpkg_none"}, (404, "resource_not_found")),
        ({"client_id": "client_nobody"}, (404, "resource_not_found")),
        ({"client_id": "client_kemi"}, (403, "permission_denied")),
        ({"client_id": "client_kemi", "credit_package_id": "crpkg_none"}, (404, "resource_not_found")),
        ({"client_id": None}, (400, "validation_error")),
    ],
)
def test_who_cannot_buy_which_credits(world, fields, refused):
    world.refuses(lambda: buy(world.alpha, **fields), refused)


def test_credits_are_bought_for_own_clients_alone_whatever_token_is_sent(world):
    body = {**BUY_10, "client_id": "client_kemi"}

    world.refuses(
        lambda: world.alpha.post("/credit_purchases", body, token=KEMI_TOKEN),
        (403, "permission_denied"),
    )


# Passcodes


def test_a_new_passcode_is_that_of_the_client_and_of_all_passes(world):
    world.wait(minutes=5)

    response = world.alpha.post("/passcodes", {"client_id": "client_ada"})

    assert response.status_code == 201
    shown = response.json()
    passcode = shown.pop("passcode")
    assert re.fullmatch(r"[A-Z0-9]{8}", passcode)
    assert shown == {
        "object": "passcode",
        "client_id": "client_ada",
        "created": ms(0, "01:05"),
        "message": "Passcode created successfully",
    }
    assert world.alpha.read("/clients/client_ada")["passcode"] == {"passcode": passcode, "created": ms(0, "01:05")}
    assert world.alpha.issued_pass("brgpass_ada_gym")["passcode"] == passcode


def test_each_passcode_is_another_one(alpha):
    codes = {alpha.post("/passcodes", {"client_id": "client_ada"}).json()["passcode"] for _ in range(5)}

    assert len(codes | {"ADA12345"}) == 6


@pytest.mark.parametrize(
    ("client_id", "refused"),
    [("client_kemi", (403, "permission_denied")), ("client_nobody", (404, "resource_not_found"))],
)
def test_a_passcode_is_made_for_own_clients_alone(world, client_id, refused):
    world.refuses(lambda: world.alpha.post("/passcodes", {"client_id": client_id}), refused)


def test_the_control_plane_fills_up_the_business_account_and_shows_its_debits(open_world):
    world = open_world(settings={"business_balance": 449_999})
    assert said(buy(world.alpha)) == (400, "insufficient_balance")

    world.control.patch("", {"settings": {"bardge": {"business_balance": 450_000}}})

    bought = buy(world.alpha).json()
    assert [(each["amount"], each["about"]) for each in world.kept("debit")] == [(450_000, bought["id"])]
