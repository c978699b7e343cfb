"""Passes in the hands of clients. Ada's, brgpass_ada_gym, began on day -7 and is valid for a month: 8 visits, 3 used.
Dayo's is over since day -30, Femi's was cancelled, and Bola's 8 visits are used up. Now is day 0, 01:00 in Lagos.
"""

import re
from datetime import timedelta

import pytest
from bardge_world import KEMI_TOKEN, ms, said
from doubles import MONDAY

NEW = {"pass_id": "pass_gym_standard", "client_id": "client_zainab", "first_name": "Zainab", "last_name": "Musa"}
NOW = ms(0, "01:00")


def issue(reseller, **fields):
    return reseller.post("/issued_passes", {**NEW, **fields})


def issued(reseller, **fields):
    response = issue(reseller, **fields)
    assert response.status_code == 201, response.text
    return response.json()


def update(reseller, issued_pass, /, **fields):
    return reseller.post("/issued_passes/update", {"user_pass_id": issued_pass, **fields})


def prolong(reseller, pass_id, expires_at):
    return reseller.post(f"/issued_passes/{pass_id}/expiry", {"expires_at": expires_at})


# Issuing


def test_an_issued_pass_is_active_and_names_client_and_product(alpha):
    shown = issued(alpha)

    assert re.fullmatch(r"brgpass_[A-Za-z0-9]{16}", shown.pop("id"))
    assert re.fullmatch(r"[A-Z0-9]{8}", shown.pop("passcode"))
    assert re.fullmatch(r"txn_[A-Za-z0-9]{16}", shown.pop("transaction_id"))
    assert re.fullmatch(r"FLW-TXN-[A-Z]{8}", shown.pop("tx_ref"))
    assert shown == {
        "object": "issued_pass",
        "status": "ACTIVE",
        "message": "Pass issued successfully",
        "client_id": "client_zainab",
        "pass_id": "pass_gym_standard",
        "pass_name": "Monthly Gym Pass",
        "categories": [
            {"type": "GYM", "duration": "MONTHLY", "credit_allocated": 10, "visits_allowed": 8, "visits_used": 0}
        ],
        "created": NOW,
        "start_date": NOW,
        "expires_at": ms(31, "01:00"),
    }


def test_a_pass_is_read_as_it_was_issued(alpha):
    shown = issued(alpha)

    assert alpha.issued_pass(shown["id"]) == {**shown, "message": "Pass retrieved successfully"}


def test_a_pass_begins_now_in_whole_milliseconds(open_world):
    world = open_world(clock=MONDAY + timedelta(microseconds=123_987))

    assert issued(world.alpha)["start_date"] == NOW + 123


@pytest.mark.parametrize(
    ("product", "begins", "ends"),
    [
        ("pass_gym_standard", ms(1, "18:30"), ms(32, "18:30")),
        # 30 April 2026 is day 59; March has no 31st day less than January has, April has none.
        ("pass_gym_standard", ms(29, "23:15"), ms(59, "23:15")),
        ("pass_all_year", ms(0, "00:00"), ms(365, "00:00")),
    ],
    ids=["a month", "to the last day of a shorter month", "a year"],
)
def test_a_pass_is_valid_for_one_duration_by_the_calendar_of_lagos(alpha, product, begins, ends):
    shown = issued(alpha, pass_id=product, start_date=begins)

    assert (shown["start_date"], shown["expires_at"]) == (begins, ends)


def test_a_pass_may_begin_as_early_as_today_in_lagos(world):
    assert issued(world.alpha, start_date=ms(0, "00:00"))["status"] == "ACTIVE"

    world.refuses(lambda: issue(world.alpha, start_date=ms(0, "00:00") - 1), (400, "validation_error"))


def test_a_start_date_that_is_refused_is_named(alpha):
    assert "start_date" in issue(alpha, start_date=0).json()["error"]["message"]


def test_a_pass_does_not_end_after_the_last_moment_there_is_a_number_for(world):
    world.refuses(lambda: issue(world.alpha, start_date=7258118400000), (400, "validation_error"))


def test_a_client_is_made_when_its_id_is_first_used(alpha):
    assert said(alpha.get("/clients/client_zainab")) == (404, "resource_not_found")

    shown = issued(alpha, email="zainab@example.com")

    client = alpha.read("/clients/client_zainab")
    assert (client["first_name"], client["last_name"]) == ("Zainab", "Musa")
    assert (client["email"], client["phone"]) == ("zainab@example.com", None)
    assert client["passcode"] == {"passcode": shown["passcode"], "created": NOW}
    assert client["passes"] == [
        {name: shown[name] for name in ("id", "status", "expires_at")} | {"name": "Monthly Gym Pass"}
    ]


def test_a_known_client_has_the_names_of_the_request_from_then_on(alpha):
    issued(alpha, client_id="client_ada", first_name="Adaeze", last_name="Okoro", phone="+2348099999999")

    client = alpha.read("/clients/client_ada")
    assert (client["first_name"], client["last_name"]) == ("Adaeze", "Okoro")
    assert (client["email"], client["phone"]) == ("ada.obi@example.com", "+2348099999999")


def test_the_credits_of_every_category_are_there_at_once(alpha):
    issued(alpha, pass_id="pass_all_year", client_id="client_efe")

    shown = alpha.read("/clients/client_efe/credits")
    assert shown["balance"] == 100
    assert [(each["type"], each["amount"], each["description"]) for each in shown["transactions"]] == [
        ("CREDIT", 40, "Pass — Year of Wellness"),
        ("CREDIT", 60, "Pass — Year of Wellness"),
    ]


def test_a_pass_without_credits_leaves_no_transaction(alpha):
    issued(alpha, pass_id="pass_gym_unlimited")

    shown = alpha.read("/clients/client_zainab/credits")
    assert (shown["balance"], shown["transactions"]) == (0, [])


def test_a_pass_is_debited_once_at_its_price(world):
    shown = issued(world.alpha)

    assert [(each["amount"], each["about"], each["reseller_id"]) for each in world.kept("debit")] == [
        (1_200_000, shown["id"], "reseller_alpha")
    ]


def test_a_pass_that_the_business_account_does_not_cover_is_not_issued(open_world):
    world = open_world(settings={"business_balance": 2_399_999})
    issued(world.alpha)

    world.refuses(lambda: issue(world.alpha), (400, "insufficient_balance"))


def test_the_business_account_can_be_used_up_to_the_last_kobo(open_world):
    world = open_world(settings={"business_balance": 1_200_000})

    assert issue(world.alpha).status_code == 201
    assert said(issue(world.harbour, pass_id="pass_harbour_gym")) == (201, "")


@pytest.mark.parametrize("product", ["pass_gym_standard", "pass_spa_monthly"], ids=["the same product", "another"])
def test_all_passes_of_a_client_show_one_passcode_and_have_references_of_their_own(alpha, product):
    first, second = issued(alpha), issued(alpha, pass_id=product)

    assert first["passcode"] == second["passcode"]
    for name in ("id", "transaction_id", "tx_ref"):
        assert first[name] != second[name]
    assert [each["id"] for each in alpha.read("/clients/client_zainab")["passes"]] == [second["id"], first["id"]]


@pytest.mark.parametrize("product", ["pass_nobody_sells", "pass_harbour_gym", "brgpass_ada_gym"])
def test_what_is_no_product_of_the_reseller_cannot_be_issued(world, product):
    world.refuses(lambda: issue(world.alpha, pass_id=product), (404, "pass_not_found"))
    assert product in issue(world.alpha, pass_id=product).json()["error"]["message"]


@pytest.mark.parametrize(
    "wrong",
    [{"first_name": None}, {"last_name": ""}, {"email": "zainab"}, {"phone": "0801"}, {"start_date": "today"}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_bad_member_of_a_pass_is_named(alpha, wrong):
    response = issue(alpha, **wrong)

    assert said(response) == (400, "validation_error")
    assert next(iter(wrong)) in response.json()["error"]["message"]


def test_two_resellers_each_have_their_own_client_of_one_id(world):
    ours = issued(world.alpha, client_id="client_kemi")

    theirs = world.harbour.read("/clients/client_kemi")
    assert theirs["first_name"] == "Kemi"
    assert [each["id"] for each in theirs["passes"]] == ["brgpass_kemi_gym"]
    own = world.alpha.read("/clients/client_kemi")
    assert own["first_name"] == "Zainab"
    assert [each["id"] for each in own["passes"]] == [ours["id"]]
    assert world.alpha.read("/clients/client_kemi", token=KEMI_TOKEN)["first_name"] == "Kemi"


# Reading


def test_a_pass_is_expired_from_its_end_on(world):
    shown = issued(world.alpha)

    world.go_to(31, "00:59")
    assert world.alpha.issued_pass(shown["id"])["status"] == "ACTIVE"
    world.go_to(31, "01:00")
    assert world.alpha.issued_pass(shown["id"])["status"] == "EXPIRED"


def test_a_pass_that_was_cancelled_is_so_whatever_the_time_is(world):
    assert world.alpha.issued_pass("brgpass_femi_gym")["status"] == "CANCELLED"
    world.go_to(60, "12:00")
    assert world.alpha.issued_pass("brgpass_femi_gym")["status"] == "CANCELLED"


def test_a_pass_whose_visits_are_used_up_is_active(alpha):
    shown = alpha.issued_pass("brgpass_bola_gym")

    assert shown["status"] == "ACTIVE"
    assert (shown["categories"][0]["visits_allowed"], shown["categories"][0]["visits_used"]) == (8, 8)


def test_visits_used_are_those_that_bookings_took_and_did_not_give_back(alpha):
    def visits_used():
        return alpha.issued_pass("brgpass_ada_gym")["categories"][0]["visits_used"]

    booked = alpha.book_class("client_ada", "brgpass_ada_gym", "ci_sunrise_open").json()
    assert (booked["visits_deducted"], visits_used()) == (1, 4)

    refund = alpha.cancel(booked["booking_id"]).json()["refund"]
    assert (refund["visits_restored"], visits_used()) == (1, 3)


def test_visits_that_are_not_counted_are_null(alpha):
    assert alpha.issued_pass("brgpass_halima_gym")["categories"][0]["visits_allowed"] is None


@pytest.mark.parametrize("pass_id", ["brgpass_nobody_holds", "brgpass_kemi_gym", "pass_gym_standard"])
def test_what_is_no_issued_pass_of_the_reseller_is_not_found(world, pass_id):
    """Kemi's pass is harbour's, and alpha holds the token for Kemi: it is of no use here."""
    for response in (
        world.alpha.get(f"/issued_passes/{pass_id}", token=KEMI_TOKEN),
        update(world.alpha, pass_id, first_name="Nobody"),
        prolong(world.alpha, pass_id, ms(90, "12:00")),
    ):
        assert said(response) == (404, "pass_not_found")
        assert pass_id in response.json()["error"]["message"]


def test_a_test_key_sees_the_passes_of_its_reseller(world):
    assert world.tester.issued_pass("brgpass_ada_gym") == world.alpha.issued_pass("brgpass_ada_gym")


# Changing


def test_names_are_changed_and_what_is_not_sent_stays(alpha):
    response = update(alpha, "brgpass_ada_gym", last_name="Okafor", email="ada.okafor@example.com")

    assert response.status_code == 200
    assert response.json() == {
        "object": "issued_pass",
        "id": "brgpass_ada_gym",
        "status": "ACTIVE",
        "expires_at": alpha.issued_pass("brgpass_ada_gym")["expires_at"],
        "message": "Pass updated successfully",
    }
    client = alpha.read("/clients/client_ada")
    assert [client[name] for name in ("first_name", "last_name", "email", "phone")] == [
        "Ada",
        "Okafor",
        "ada.okafor@example.com",
        "+2348012345678",
    ]


def test_a_change_of_nothing_is_refused(world):
    world.refuses(lambda: update(world.alpha, "brgpass_ada_gym"), (400, "validation_error"))


def test_another_product_keeps_start_end_visits_and_credits(world):
    before = world.alpha.issued_pass("brgpass_ada_gym")

    assert update(world.alpha, "brgpass_ada_gym", pass_id="pass_all_year").status_code == 200

    after = world.alpha.issued_pass("brgpass_ada_gym")
    assert (after["pass_id"], after["pass_name"]) == ("pass_all_year", "Year of Wellness")
    assert [(each["type"], each["visits_allowed"], each["visits_used"]) for each in after["categories"]] == [
        ("SPA", 12, 0),
        ("GYM", 48, 3),
    ]
    for name in ("start_date", "expires_at", "created", "tx_ref", "status", "passcode"):
        assert after[name] == before[name]
    assert world.alpha.credits("client_ada") == 10
    assert world.debits() == [12_000_000 - 1_200_000]


def test_the_same_product_again_is_not_debited(world):
    assert update(world.alpha, "brgpass_ada_gym", pass_id="pass_gym_standard").status_code == 200

    assert world.debits() == []


def test_a_cheaper_product_gives_nothing_back(world):
    update(world.alpha, "brgpass_ada_gym", pass_id="pass_gym_unlimited")
    update(world.alpha, "brgpass_ada_gym", pass_id="pass_gym_standard")

    assert world.alpha.issued_pass("brgpass_ada_gym")["pass_id"] == "pass_gym_standard"
    assert world.debits() == [2_400_000 - 1_200_000]


def test_a_product_that_the_business_account_does_not_cover_is_not_put_under_a_pass(open_world):
    world = open_world(settings={"business_balance": 1_199_999})

    world.refuses(
        lambda: update(world.alpha, "brgpass_ada_gym", first_name="Ad", pass_id="pass_gym_unlimited"),
        (400, "insufficient_balance"),
    )


def test_a_pass_that_is_over_gets_no_other_product_but_other_names(world):
    world.refuses(
        lambda: update(world.alpha, "brgpass_dayo_gym", first_name="Day", pass_id="pass_gym_unlimited"),
        (403, "pass_expired"),
    )

    assert update(world.alpha, "brgpass_dayo_gym", first_name="Day").json()["status"] == "EXPIRED"
    assert world.alpha.read("/clients/client_dayo")["first_name"] == "Day"


@pytest.mark.parametrize("fields", [{"first_name": "Fem"}, {"pass_id": "pass_gym_unlimited"}], ids=["names", "product"])
def test_a_pass_that_was_cancelled_is_not_changed(world, fields):
    world.refuses(lambda: update(world.alpha, "brgpass_femi_gym", **fields), (403, "pass_cancelled"))


@pytest.mark.parametrize("pass_id", ["brgpass_dayo_gym", "brgpass_femi_gym"])
def test_a_product_that_is_not_there_comes_before_the_state_of_the_pass(alpha, pass_id):
    response = update(alpha, pass_id, pass_id="pass_harbour_gym")

    assert said(response) == (404, "pass_not_found")
    assert "pass_harbour_gym" in response.json()["error"]["message"]


# Prolonging


def test_a_pass_has_the_end_of_the_request(alpha):
    response = prolong(alpha, "brgpass_bola_gym", ms(90, "12:00"))

    assert response.status_code == 200
    assert response.json() == {
        "object": "issued_pass",
        "id": "brgpass_bola_gym",
        "status": "ACTIVE",
        "expires_at": ms(90, "12:00"),
        "message": "Pass expiry updated successfully",
    }
    shown = alpha.issued_pass("brgpass_bola_gym")
    assert shown["expires_at"] == ms(90, "12:00")
    assert shown["categories"][0]["visits_used"] == 8
    assert alpha.credits("client_bola") == 10


def test_a_pass_that_was_over_is_active_again(alpha):
    assert alpha.issued_pass("brgpass_dayo_gym")["status"] == "EXPIRED"

    assert prolong(alpha, "brgpass_dayo_gym", NOW + 1).json()["status"] == "ACTIVE"
    assert alpha.issued_pass("brgpass_dayo_gym")["status"] == "ACTIVE"


def test_a_pass_can_be_made_to_end_sooner(world):
    prolong(world.alpha, "brgpass_ada_gym", NOW + 1_000)

    world.wait(seconds=1)
    assert world.alpha.issued_pass("brgpass_ada_gym")["status"] == "EXPIRED"


def test_an_end_that_is_not_ahead_is_refused(world):
    world.refuses(lambda: prolong(world.alpha, "brgpass_ada_gym", NOW), (400, "validation_error"))
    assert "expires_at" in prolong(world.alpha, "brgpass_ada_gym", NOW).json()["error"]["message"]


def test_an_end_that_is_not_after_the_start_is_refused(world):
    shown = issued(world.alpha, start_date=ms(10, "09:00"))

    world.refuses(lambda: prolong(world.alpha, shown["id"], ms(10, "09:00")), (400, "validation_error"))
    assert prolong(world.alpha, shown["id"], ms(10, "09:00") + 1).status_code == 200


@pytest.mark.parametrize("expires_at", [ms(90, "12:00"), NOW - 1], ids=["ahead", "past"])
def test_a_pass_that_was_cancelled_stays_so(world, expires_at):
    world.refuses(lambda: prolong(world.alpha, "brgpass_femi_gym", expires_at), (403, "pass_cancelled"))
