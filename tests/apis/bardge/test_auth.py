from typing import Any

import pytest
from bardge_world import said

from doublebook_data import fixtures_dir, read_yaml
from mockserver.apis.bardge.auth import DISABLED, LIVE, PERSONAS, TEST, identify
from mockserver.apis.bardge.refusals import Disabled
from mockserver.apis.identities import Caller

SEED = read_yaml(fixtures_dir() / "bardge" / "seed.yaml")


def identity_of(key):
    return identify({b"authorization": f"Bearer {key}".encode()})


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "brg_live_alpha_demo",
        "Basic YnJnX2xpdmVfYWxwaGFfZGVtbw==",
        "Bearer",
        "Bearer ",
        "Bearer brg_live_alpha_demo again",
        "Bearer\tbrg_live_alpha_demo",
        "Bearerbrg_live_alpha_demo",
        "Bearer brg_live_alpha_demo, Bearer brg_live_alpha_demo",
        "Bearer brg_live_nobody_has_this",
        "Bearer brg_live_alpha",
        "Bearer BRG_LIVE_ALPHA_DEMO",
        "Bearer brg_live_alpha_demo.",
        "Bearer brg_live_alpha_demo.Docs",
        "Bearer brg_live_alpha_demo.my.docs",
        "Bearer " + "x" * 9_000,
    ],
)
def test_a_key_that_does_not_work_is_refused_in_the_documented_words(header):
    identity = identify({} if header is None else {b"authorization": header.encode()})

    assert (identity.caller, identity.sandbox) == (None, None)
    assert str(identity.refused) == "Invalid API key provided"


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER ", "bEARER   "])
def test_the_scheme_is_told_in_any_case_and_may_have_more_blanks_than_one_after_it(scheme):
    identity = identify({b"authorization": f"{scheme}brg_live_alpha_demo".encode()})

    assert identity.caller == Caller("reseller_alpha", LIVE, "brg_live_alpha_demo")


def test_a_suffix_names_the_sandbox():
    identity = identity_of("brg_live_alpha_demo.my-docs")

    assert identity.caller == Caller("reseller_alpha", LIVE, "brg_live_alpha_demo")
    assert identity.sandbox == "my-docs"


def test_a_key_of_a_disabled_account_is_known_and_refused():
    identity = identity_of("brg_live_disabled_reseller")

    assert identity.caller.tenant == DISABLED
    assert isinstance(identity.refused, Disabled)
    assert str(identity.refused) == "Reseller account is not enabled"


def test_the_keys_are_those_of_the_seed():
    assert {each["key"] for each in SEED["keys"]} == {persona.credential for persona in PERSONAS}
    for each in SEED["keys"]:
        caller = identity_of(each["key"]).caller
        assert (caller.tenant, caller.role) == (each["reseller"], LIVE if each["livemode"] else TEST)


def test_the_disabled_account_is_that_of_the_seed():
    assert [each["id"] for each in SEED["resellers"] if not each["enabled"]] == [DISABLED]


# Over HTTP

REQUESTS: list[tuple[str, str, Any]] = [
    ("GET", "/passes", None),
    ("GET", "/passes?limit=0", None),
    ("GET", "/issued_passes/brgpass_nobody_holds", None),
    ("POST", "/bookings/class", {}),
    ("POST", "/bookings/booking_ada0000000000001/cancel", None),
]


@pytest.mark.parametrize("request_", REQUESTS)
def test_without_a_key_every_operation_answers_401_and_writes_nothing(world, request_):
    before = world.everything()

    answer = world.nobody.ask(*request_)

    assert answer.status_code == 401
    error = answer.json()["error"]
    assert (error["type"], error["code"]) == ("authentication_error", "invalid_api_key")
    assert error["message"] == "Invalid API key provided"
    assert error["request_id"] == answer.headers["bardge-request-id"]
    assert world.everything() == before


@pytest.mark.parametrize("header", ["brg_live_alpha_demo", "Bearer brg_live_unknown", "Basic YTpi"])
def test_a_header_that_is_not_bearer_and_a_known_key_answers_401(world, header):
    answer = world.nobody.ask("GET", "/passes", headers={"Authorization": header})

    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "invalid_api_key"


def test_a_header_with_a_scheme_in_small_letters_and_two_blanks_is_let_in(world):
    header = f"bearer  brg_live_alpha_demo.{world.name}"

    assert world.nobody.ask("GET", "/passes", headers={"Authorization": header}).status_code == 200


@pytest.mark.parametrize("request_", REQUESTS)
def test_a_disabled_account_is_refused_in_every_operation_whatever_the_request_says(world, request_):
    before = world.everything()

    answer = world.disabled.ask(*request_)

    assert answer.status_code == 403
    error = answer.json()["error"]
    assert (error["type"], error["code"]) == ("permission_error", "account_disabled")
    assert error["message"] == "Reseller account is not enabled"
    assert world.everything() == before


@pytest.mark.parametrize("caller", ["nobody", "disabled"])
@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [("GET", "/nothing", (404, "resource_not_found")), ("DELETE", "/passes", (405, "method_not_allowed"))],
)
def test_the_path_and_the_method_are_looked_at_before_the_key_and_the_account(world, caller, method, path, expected):
    assert said(getattr(world, caller).ask(method, path)) == expected
