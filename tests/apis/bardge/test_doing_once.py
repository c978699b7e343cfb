"""What `Idempotency-Key` does here; that of two requests at once one waits for the other is tested with the pipeline."""

import json

import pytest
from bardge_world import KEMI_TOKEN

KEY = "7f9c2ba4-e88f-4a1d-9c3e-5d6b7a80f1c2"
PURCHASE = {"client_id": "client_ada", "credit_package_id": "crpkg_10"}
KEMI = {"class_instance_id": "ci_sunrise_open", "client_id": "client_kemi", "user_pass_id": "brgpass_kemi_gym"}
BOOKING = {"class_instance_id": "ci_sunrise_open", "client_id": "client_ada", "user_pass_id": "brgpass_ada_gym"}


@pytest.fixture
def buy(alpha):
    def make(key=KEY, **fields):
        return alpha.post("/credit_purchases", {**PURCHASE, **fields}, key=key)

    return make


def code(answer):
    return answer.status_code, answer.json()["error"]["code"]


def is_replayed(answer):
    return answer.headers.get("x-idempotent-replayed")


def test_the_same_request_is_done_once_and_answered_twice(world, alpha, buy):
    first = buy()
    second = buy()

    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert (is_replayed(first), is_replayed(second)) == (None, "true")
    assert alpha.credits("client_ada") == 20
    assert world.debits() == [450_000]
    assert first.headers["bardge-request-id"] != second.headers["bardge-request-id"]


def test_another_body_is_refused_and_nothing_is_written(world, buy):
    buy()
    before = world.everything()

    answer = buy(credit_package_id="crpkg_50")

    assert code(answer) == (409, "idempotency_key_reused")
    assert answer.json()["error"]["type"] == "idempotency_error"
    assert world.everything() == before


def test_another_path_is_refused(alpha, buy):
    buy()

    assert code(alpha.post("/bookings/class", BOOKING, key=KEY)) == (409, "idempotency_key_reused")


@pytest.mark.parametrize("tokens", [(KEMI_TOKEN, None), (KEMI_TOKEN, "lkpt_stale"), (None, KEMI_TOKEN)])
def test_another_lookup_token_is_refused_and_nothing_is_written(world, alpha, tokens):
    first, other = tokens
    answered = alpha.post("/bookings/class", KEMI, key=KEY, token=first)
    before = world.everything()

    assert code(alpha.post("/bookings/class", KEMI, key=KEY, token=other)) == (409, "idempotency_key_reused")
    again = alpha.post("/bookings/class", KEMI, key=KEY, token=first)
    assert (again.status_code, is_replayed(again)) == (answered.status_code, "true")
    assert world.everything() == before


def test_a_token_counts_only_where_the_operation_takes_one(alpha):
    alpha.post("/credit_purchases", PURCHASE, key=KEY, token="lkpt_one")

    assert is_replayed(alpha.post("/credit_purchases", PURCHASE, key=KEY, token="lkpt_other")) == "true"


def test_ninety_seconds_later_a_key_is_free(world, buy):
    buy()
    world.wait(seconds=89)
    assert is_replayed(buy()) == "true"
    world.wait(seconds=1)

    again = buy(credit_package_id="crpkg_50")

    assert again.status_code == 201
    assert is_replayed(again) is None
    assert world.debits() == [450_000, 2_000_000]


def test_the_keys_of_two_resellers_have_nothing_to_do_with_each_other(world, buy):
    buy()

    answer = world.harbour.post(
        "/credit_purchases", {"client_id": "client_lara", "credit_package_id": "crpkg_harbour_20"}, key=KEY
    )

    assert answer.status_code == 201
    assert is_replayed(answer) is None


def test_test_mode_is_the_same_reseller(world, buy):
    buy()

    assert is_replayed(world.tester.post("/credit_purchases", PURCHASE, key=KEY)) == "true"


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/bookings/class", {**BOOKING, "client_id": "client_kemi", "user_pass_id": "brgpass_kemi_gym"}, 403),
        ("/bookings/class", {**BOOKING, "class_instance_id": "ci_nobody_gives"}, 404),
        ("/bookings/class", {**BOOKING, "class_instance_id": "ci_boxing_open"}, 409),
    ],
)
def test_a_refusal_is_replayed_with_an_id_of_its_own(alpha, path, body, expected):
    first = alpha.post(path, body, key=KEY)
    second = alpha.post(path, body, key=KEY)

    assert (first.status_code, second.status_code) == (expected, expected)
    assert (is_replayed(first), is_replayed(second)) == (None, "true")
    one, other = first.json()["error"], second.json()["error"]
    assert {**one, "request_id": ""} == {**other, "request_id": ""}
    assert other["request_id"] == second.headers["bardge-request-id"] != one["request_id"]


def test_a_balance_that_is_too_low_is_remembered(open_world):
    world = open_world(settings={"business_balance": 1})

    answers = [world.alpha.post("/credit_purchases", PURCHASE, key=KEY) for _ in range(2)]

    assert [code(answer) for answer in answers] == [(400, "insufficient_balance")] * 2
    assert [is_replayed(answer) for answer in answers] == [None, "true"]


def test_a_refused_reuse_is_not_remembered(buy):
    buy()
    refused = buy(credit_package_id="crpkg_50")

    assert is_replayed(refused) is None
    assert is_replayed(buy(credit_package_id="crpkg_50")) is None
    assert is_replayed(buy()) == "true"


def test_after_bad_input_and_after_a_bad_key_a_key_is_still_free(world, alpha, buy):
    assert code(alpha.post("/credit_purchases", {"client_id": "client_ada"}, key=KEY)) == (400, "validation_error")
    assert world.nobody.post("/credit_purchases", PURCHASE, key=KEY).status_code == 401

    answer = buy()

    assert answer.status_code == 201
    assert is_replayed(answer) is None


def test_without_a_key_each_request_is_done(world, buy):
    answers = [buy(key=None), buy(key=None)]

    assert [is_replayed(answer) for answer in answers] == [None, None]
    assert world.debits() == [450_000, 450_000]


@pytest.mark.parametrize("key", ["x" * 256, "two words", " "])
def test_a_key_is_up_to_255_characters_without_a_blank(world, buy, key):
    answer = buy(key=key)

    assert code(answer) == (400, "validation_error")
    assert "Idempotency-Key" in answer.json()["error"]["message"]
    assert world.debits() == []


def test_a_key_of_255_characters_is_one(buy):
    buy(key="x" * 255)

    assert is_replayed(buy(key="x" * 255)) == "true"


def test_blanks_and_the_order_of_members_make_no_other_body(alpha, buy):
    buy()
    turned = json.dumps(dict(reversed(PURCHASE.items())), indent=4)

    answer = alpha.client.request(
        "POST",
        "/credit_purchases",
        content=turned,
        headers={"Idempotency-Key": KEY, "Content-Type": "application/json"},
    )

    assert is_replayed(answer) == "true"


def test_a_cancellation_has_no_key(alpha):
    cancellations = [alpha.post("/bookings/booking_ada0000000000001/cancel", key=KEY) for _ in range(2)]

    assert cancellations[0].status_code == 200
    assert code(cancellations[1]) == (403, "permission_denied")
    assert is_replayed(cancellations[1]) is None


def test_a_key_is_looked_up_before_what_an_id_names(alpha, buy):
    buy()

    answer = alpha.post("/bookings/class/sess_nobody_opened/confirm", {"copay_package_id": "copay_abc123"}, key=KEY)

    assert code(answer) == (409, "idempotency_key_reused")
