"""A refusal for every code of the contract, with the status and the type that go with it."""

import pytest
from bardge_world import KEMI_TOKEN, day

from mockserver.app import load_spec

ADA = {"client_id": "client_ada", "user_pass_id": "brgpass_ada_gym"}
BOLA = {"client_id": "client_bola", "user_pass_id": "brgpass_bola_gym"}
CHIDI = {"client_id": "client_chidi", "user_pass_id": "brgpass_chidi_gym"}
KEMI = {"client_id": "client_kemi", "user_pass_id": "brgpass_kemi_gym"}
FUNKE = {"client_id": "client_funke", "user_pass_id": "brgpass_funke_spa"}
TEN_CREDITS = {"client_id": "client_ada", "credit_package_id": "crpkg_10"}
VISITS = {"number_of_visits": 1, "duration": "MONTHLY"}
MIB = 1_048_576

DOCUMENTED = {
    "validation_error": (400, "invalid_request_error"),
    "invalid_api_key": (401, "authentication_error"),
    "account_disabled": (403, "permission_error"),
    "permission_denied": (403, "permission_error"),
    "resource_not_found": (404, "invalid_request_error"),
    "pass_not_found": (404, "invalid_request_error"),
    "idempotency_key_reused": (409, "idempotency_error"),
    "slot_unavailable": (409, "resource_conflict_error"),
    "class_full": (409, "resource_conflict_error"),
}
"""What the vendor's pages name; the status of `pass_not_found` is ours."""

OURS = {
    "insufficient_balance": (400, "invalid_request_error"),
    "invalid_access_code": (400, "invalid_request_error"),
    "lookup_token_invalid": (403, "permission_error"),
    "lookup_token_expired": (403, "permission_error"),
    "pass_expired": (403, "permission_error"),
    "pass_cancelled": (403, "permission_error"),
    "already_booked": (409, "resource_conflict_error"),
    "lookup_already_verified": (409, "resource_conflict_error"),
    "lookup_expired": (409, "resource_conflict_error"),
    "quote_expired": (409, "resource_conflict_error"),
    "session_already_confirmed": (409, "resource_conflict_error"),
    "session_expired": (409, "resource_conflict_error"),
    "method_not_allowed": (405, "invalid_request_error"),
    "payload_too_large": (413, "invalid_request_error"),
    "unsupported_media_type": (415, "invalid_request_error"),
    "internal_error": (500, "api_error"),
}


def book(world, instance, who, **more):
    return world.alpha.post("/bookings/class", {"class_instance_id": instance, **who}, **more)


def confirm_visits(world, *, after_minutes=0, before=0):
    """The last of several confirmations of one session that asks for visits."""
    session = book(world, "ci_sunrise_open", BOLA).json()["session_id"]
    world.wait(minutes=after_minutes)
    for _ in range(before):
        world.alpha.post(f"/bookings/class/{session}/confirm", VISITS)
    return world.alpha.post(f"/bookings/class/{session}/confirm", VISITS)


def verify(world, code):
    return world.alpha.post("/lookups/lkp_lara/verify", {"access_code": code})


def verify_late(world):
    world.wait(minutes=10)
    return verify(world, "246810")


def verify_twice(world):
    verify(world, "246810")
    return verify(world, "246810")


def reuse_a_key(world):
    world.alpha.post("/credit_purchases", TEN_CREDITS, key="one")
    return world.alpha.post("/credit_purchases", {**TEN_CREDITS, "credit_package_id": "crpkg_50"}, key="one")


def want_a_taken_slot(world):
    slot = {"provider_branch_id": "branch_serenity_vi", "date": day(9), "time": "10:00"}
    return world.alpha.post("/bookings/spa", {**FUNKE, **slot, "service_ids": ["svc_deep_tissue"]})


def buy_an_old_quote(world):
    services = {"service_ids": ["svc_deep_tissue"]}
    quote = world.alpha.post("/providers/branch_serenity_vi/spa-copay-quote", {**CHIDI, **services}).json()["id"]
    world.wait(minutes=15)
    bought = {"provider_branch_id": "branch_serenity_vi", "quote_id": quote}
    return world.alpha.post("/spa_copay_purchases", {**CHIDI, **bought})


def without_money(world):
    """Four passes for a year leave less in the account than a fifth one costs."""
    body = {"pass_id": "pass_all_year", "client_id": "client_ngozi", "first_name": "Ngozi", "last_name": "Eze"}
    return [world.alpha.post("/issued_passes", body) for _ in range(5)][-1]


def typed(world, content, media_type):
    return world.alpha.ask("POST", "/credit_purchases", content=content, headers={"content-type": media_type})


ASKED = {
    "validation_error": lambda world: world.alpha.get("/passes", limit=0),
    "invalid_api_key": lambda world: world.nobody.get("/passes"),
    "account_disabled": lambda world: world.disabled.get("/passes"),
    "permission_denied": lambda world: world.alpha.cancel("booking_ada0000000000002"),
    "resource_not_found": lambda world: world.alpha.get("/classes/class_nothing"),
    "pass_not_found": lambda world: world.alpha.get("/issued_passes/brgpass_nothing"),
    "idempotency_key_reused": reuse_a_key,
    "slot_unavailable": want_a_taken_slot,
    "class_full": lambda world: book(world, "ci_sunrise_full", ADA),
    "insufficient_balance": without_money,
    "invalid_access_code": lambda world: verify(world, "000000"),
    "lookup_token_invalid": lambda world: book(world, "ci_sunrise_open", ADA, token=KEMI_TOKEN),
    "lookup_token_expired": lambda world: book(world, "ci_sunrise_open", KEMI, token="lkpt_stale"),
    "pass_expired": lambda world: world.alpha.book_class("client_dayo", "brgpass_dayo_gym", "ci_sunrise_open"),
    "pass_cancelled": lambda world: world.alpha.book_class("client_femi", "brgpass_femi_gym", "ci_sunrise_open"),
    "already_booked": lambda world: book(world, "ci_boxing_open", ADA),
    "lookup_already_verified": verify_twice,
    "lookup_expired": verify_late,
    "quote_expired": buy_an_old_quote,
    "session_already_confirmed": lambda world: confirm_visits(world, before=1),
    "session_expired": lambda world: confirm_visits(world, after_minutes=15),
    "method_not_allowed": lambda world: world.alpha.ask("DELETE", "/passes"),
    "payload_too_large": lambda world: typed(world, b" " * (MIB + 1), "application/json"),
    "unsupported_media_type": lambda world: typed(world, b"{}", "text/plain"),
}


def told(response):
    error = response.json()["error"]
    assert error["request_id"] == response.headers["bardge-request-id"]
    return error["code"], (response.status_code, error["type"])


@pytest.mark.parametrize(("code", "expected"), DOCUMENTED.items())
def test_a_documented_code_has_its_status_and_its_type(world, code, expected):
    assert told(ASKED[code](world)) == (code, expected)


@pytest.mark.parametrize("code", [code for code in OURS if code in ASKED])
def test_a_code_of_ours_has_its_status_and_its_type(world, code):
    assert told(ASKED[code](world)) == (code, OURS[code])


def test_too_few_credits_are_bad_input_as_documented(world):
    efe = {"client_id": "client_efe", "user_pass_id": "brgpass_efe_spa", "service_ids": ["svc_deep_tissue"]}
    slot = {"provider_branch_id": "branch_serenity_vi", "date": day(3), "time": "14:00"}

    assert told(world.alpha.post("/bookings/spa", {**efe, **slot})) == (
        "validation_error",
        DOCUMENTED["validation_error"],
    )


@pytest.mark.parametrize("key", [None, "one"])
def test_a_fault_of_the_server_has_the_envelope_and_is_not_remembered(world, monkeypatch, key):
    with monkeypatch.context() as patch:
        patch.setattr("mockserver.apis.bardge.desk.till.Till.credits", None)
        answer = world.alpha.post("/credit_purchases", TEN_CREDITS, key=key)

    assert told(answer) == ("internal_error", OURS["internal_error"])
    assert world.debits() == []
    again = world.alpha.post("/credit_purchases", TEN_CREDITS, key=key)
    assert (again.status_code, again.headers.get("x-idempotent-replayed")) == (201, None)


def test_every_code_of_the_contract_is_told_here():
    known = load_spec("bardge")["components"]["schemas"]["ErrorDetail"]["properties"]["code"]["enum"]

    assert set(DOCUMENTED) | set(OURS) == set(known)
