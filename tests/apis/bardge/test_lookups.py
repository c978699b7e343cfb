"""Looking up clients of harbour, which lets others do so; quiet does not. Alpha's lookup lkp_lara waits for 246810 until
01:10, and lkp_kemi has been verified.
"""

import re

import pytest
from bardge_world import KEMI_TOKEN, ms, said

RIGHT, WRONG = "246810", "000000"


def ask_for(reseller, client_id="client_lara", issuer_id="issuer_harbour"):
    return reseller.post("/lookups", {"issuer_id": issuer_id, "client_id": client_id})


def give(reseller, code, lookup_id="lkp_lara"):
    return reseller.post(f"/lookups/{lookup_id}/verify", {"access_code": code})


def switch(reseller, enabled):
    return reseller.post("/lookup_enabled", {"enabled": enabled})


# Asking


def test_a_lookup_waits_for_ten_minutes(world):
    response = ask_for(world.alpha)

    assert response.status_code == 201
    shown = response.json()
    lookup_id = shown.pop("id")
    assert re.fullmatch(r"lkp_[A-Za-z0-9]{16}", lookup_id)
    assert shown == {
        "object": "lookup",
        "status": "PENDING",
        "issuer_id": "issuer_harbour",
        "client_id": "client_lara",
        "expires_at": ms(0, "01:10"),
        "created": ms(0, "01:00"),
        "message": "The client has been sent an access code",
    }
    assert re.fullmatch(r"[0-9]{6}", world.record("lookup", lookup_id)["access_code"])


@pytest.mark.parametrize(
    ("client_id", "issuer_id", "refused"),
    [
        ("client_lara", "issuer_nobody", (404, "resource_not_found")),
        ("client_ada", "issuer_alpha", (404, "resource_not_found")),
        ("client_ada", "issuer_harbour", (404, "resource_not_found")),
        ("client_lara", "reseller_harbour", (404, "resource_not_found")),
        ("client_musa", "issuer_quiet", (403, "permission_denied")),
    ],
    ids=["no issuer", "the caller", "not the issuer's client", "not an issuer's id", "switched off"],
)
def test_who_cannot_be_looked_up(world, client_id, issuer_id, refused):
    world.refuses(lambda: ask_for(world.alpha, client_id, issuer_id), refused)


def test_a_further_lookup_leaves_the_others_and_their_tokens(world):
    before = world.kept("lookup")

    assert ask_for(world.alpha, "client_kemi").status_code == 201

    assert [each for each in world.kept("lookup") if each in before] == before
    assert world.alpha.get("/clients/client_kemi", token=KEMI_TOKEN).status_code == 200
    assert give(world.alpha, RIGHT).status_code == 200


# Giving the code


def test_the_right_code_gives_a_token_for_thirty_days(world):
    world.wait(minutes=2)

    response = give(world.alpha, RIGHT)

    assert response.status_code == 200
    shown = response.json()
    token = shown.pop("lookup_token")
    assert re.fullmatch(r"lkpt_[A-Za-z0-9]{16}", token)
    assert shown == {
        "object": "lookup",
        "id": "lkp_lara",
        "status": "VERIFIED",
        "issuer_id": "issuer_harbour",
        "client_id": "client_lara",
        "expires_at": ms(30, "01:02"),
        "created": ms(0, "01:00"),
        "message": "Lookup verified successfully",
    }
    assert world.alpha.read("/clients/client_lara", token=token)["first_name"] == "Lara"
    assert said(world.alpha.get("/clients/client_kemi", token=token)) == (403, "lookup_token_invalid")

    world.go_to(30, "01:01")
    assert world.alpha.get("/clients/client_lara", token=token).status_code == 200
    world.go_to(30, "01:02")
    assert said(world.alpha.get("/clients/client_lara", token=token)) == (403, "lookup_token_expired")


def test_a_lookup_of_ones_own_making_is_verified_with_the_code_that_the_control_plane_shows(world):
    lookup_id = ask_for(world.alpha, "client_kemi").json()["id"]

    response = give(world.alpha, world.record("lookup", lookup_id)["access_code"], lookup_id)

    assert response.json()["lookup_token"] != KEMI_TOKEN
    assert world.alpha.get("/clients/client_kemi", token=response.json()["lookup_token"]).status_code == 200


def test_four_wrong_codes_do_no_harm(world):
    for _ in range(4):
        assert said(give(world.alpha, WRONG)) == (400, "invalid_access_code")

    assert give(world.alpha, RIGHT).status_code == 200


def test_five_wrong_codes_end_a_lookup(world):
    for _ in range(5):
        assert said(give(world.alpha, WRONG)) == (400, "invalid_access_code")

    world.refuses(lambda: give(world.alpha, RIGHT), (409, "lookup_expired"))
    assert said(give(world.alpha, WRONG)) == (409, "lookup_expired")


def test_a_lookup_is_over_ten_minutes_after_its_beginning(world):
    world.wait(seconds=599)
    assert said(give(world.alpha, WRONG)) == (400, "invalid_access_code")

    world.wait(seconds=1)
    world.refuses(lambda: give(world.alpha, RIGHT), (409, "lookup_expired"))


@pytest.mark.parametrize("code", [RIGHT, WRONG])
def test_a_lookup_is_verified_once_whatever_the_code_is(world, code):
    give(world.alpha, RIGHT)

    world.refuses(lambda: give(world.alpha, code), (409, "lookup_already_verified"))
    world.go_to(40, "12:00")
    assert said(give(world.alpha, code)) == (409, "lookup_already_verified")


@pytest.mark.parametrize("code", [RIGHT, WRONG])
def test_no_code_is_taken_while_the_issuer_has_lookup_switched_off(world, code):
    switch(world.harbour, enabled=False)
    world.refuses(lambda: give(world.alpha, code), (403, "permission_denied"))

    switch(world.harbour, enabled=True)
    assert give(world.alpha, RIGHT).status_code == 200


def test_a_lookup_of_another_reseller_is_not_found(world):
    for reseller in (world.quiet, world.harbour):
        world.refuses(lambda asker=reseller: give(asker, RIGHT), (404, "resource_not_found"))


@pytest.mark.parametrize("code", ["24681", "2468100", "24681a", 246810])
def test_a_code_is_six_digits(world, code):
    world.refuses(lambda: give(world.alpha, code), (400, "validation_error"))


# Letting others


def test_who_lets_others_look_up_is_in_their_list_and_who_does_not_is_not(world):
    response = switch(world.alpha, enabled=True)

    assert response.status_code == 200
    assert response.json() == {
        "object": "lookup_enabled",
        "enabled": True,
        "message": "Lookup setting updated successfully",
    }
    assert "issuer_alpha" in world.quiet.listed("/issuers")
    assert "issuer_alpha" not in world.alpha.listed("/issuers")
    assert switch(world.alpha, enabled=False).json()["enabled"] is False
    assert "issuer_alpha" not in world.quiet.listed("/issuers")


@pytest.mark.parametrize(("reseller", "enabled"), [("harbour", True), ("quiet", False)])
def test_the_answer_says_what_the_request_said_also_where_nothing_changes(world, reseller, enabled):
    before = world.everything()

    assert switch(getattr(world, reseller), enabled=enabled).json()["enabled"] is enabled
    assert world.everything() == before


def test_an_issuer_that_switches_it_on_can_be_asked_at_once(world):
    switch(world.quiet, enabled=True)

    assert ask_for(world.alpha, "client_musa", "issuer_quiet").status_code == 201
