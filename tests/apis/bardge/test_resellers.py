"""What resellers share, and what the keys of one do. Kemi is harbour's, and alpha holds a token for her.

Now is day 0, 01:00 in Lagos.
"""

from urllib.parse import quote, unquote

import pytest
from bardge_spas import hold, slots
from bardge_world import KEMI_TOKEN, said

ADA, KEMI = (("client_ada", "brgpass_ada_gym"), ("client_kemi", "brgpass_kemi_gym"))
SUNRISE, OTHER, LAST = "ci_sunrise_open", "ci_sunrise_other", "ci_sunrise_last"


def test_a_test_key_finds_nobody_with_a_token_nor_by_looking(world):
    """BG-A17."""
    assert said(world.tester.get("/clients/client_kemi", token=KEMI_TOKEN)) == (404, "resource_not_found")
    lookup = {"issuer_id": "issuer_harbour", "client_id": "client_lara"}
    assert said(world.tester.post("/lookups", lookup)) == (404, "resource_not_found")


def test_in_test_mode_lookup_is_switched_by_itself(world):
    assert said(world.tester.post("/lookup_enabled", {"enabled": True})) == (200, "")

    assert "issuer_alpha" not in world.harbour.listed("/issuers")


def test_what_is_tried_is_debited_to_the_test_account(world):
    body = {"pass_id": "pass_gym_standard", "client_id": "client_ada", "first_name": "Ada", "last_name": "Obi"}
    issued = world.tester.post("/issued_passes", body).json()

    assert (world.debits(), world.debits("reseller_alpha_test")) == ([], [1_200_000])
    assert world.tester.read("/clients/client_ada")["passes"][0]["id"] == issued["id"]
    assert world.alpha.credits("client_ada") == 10


def test_the_last_place_of_a_class_is_one_for_all_resellers(world):
    assert said(world.harbour.book_class(*KEMI, LAST)) == (201, "")

    assert said(world.alpha.book_class(*ADA, LAST)) == (409, "class_full")


def test_who_has_a_place_through_another_reseller_has_one(world):
    """BG-B12."""
    assert said(world.harbour.book_class(*KEMI, SUNRISE)) == (201, "")

    world.refuses(lambda: world.alpha.book_class(*KEMI, SUNRISE, token=KEMI_TOKEN), (409, "already_booked"))


def test_all_resellers_see_one_availability(world):
    """BG-S36."""
    assert said(hold(world.alpha, "funke", 3, "14:00")) == (201, "")

    assert "14:00" not in slots(world.harbour, 3)


def test_a_booking_for_anothers_client_is_moved_and_cancelled_without_a_token_and_its_visit_is_back(world):
    def visits_used():
        return world.harbour.issued_pass(KEMI[1])["categories"][0]["visits_used"]

    before = visits_used()
    old = world.alpha.book_class(*KEMI, SUNRISE, token=KEMI_TOKEN).json()["booking_id"]
    new = world.alpha.post(f"/bookings/{old}/reschedule", {"class_instance_id": OTHER}).json()["id"]
    assert visits_used() == before + 1

    assert world.alpha.cancel(new).json()["refund"]["visits_restored"] == 1
    assert visits_used() == before


def test_what_anothers_client_needs_is_debited_to_who_asks_for_it(world):
    session_id = hold(world.alpha, "kemi", 3, "14:00", token=KEMI_TOKEN).json()["session_id"]
    body = {
        "client_id": KEMI[0],
        "user_pass_id": KEMI[1],
        "provider_branch_id": "branch_pulse_lekki",
        "copay_package_id": "copay_abc123",
    }

    assert said(world.alpha.post(f"/bookings/spa/{session_id}/confirm")) == (201, "")
    assert said(world.alpha.post("/gym_copay_purchases", body, token=KEMI_TOKEN)) == (201, "")
    assert said(world.alpha.post("/copay_purchases", body, token=KEMI_TOKEN)) == (201, "")

    assert world.debits() == [2_500_000, 900_000, 900_000]
    assert world.debits("reseller_harbour") == []


def test_credits_and_passcodes_are_for_own_clients_whatever_token_is_sent(world):
    for path, body in (("/credit_purchases", {"credit_package_id": "crpkg_10"}), ("/passcodes", {})):
        world.refuses(
            lambda path=path, body=body: world.alpha.post(path, {"client_id": KEMI[0], **body}, token=KEMI_TOKEN),
            (403, "permission_denied"),
        )


@pytest.mark.parametrize("client_id", ["50%", "a?b#c", "{client}"])
def test_a_client_is_found_by_whatever_its_reseller_calls_it(alpha, client_id):
    """BG-N25."""
    body = {"pass_id": "pass_gym_standard", "client_id": client_id, "first_name": "Nia", "last_name": "Eke"}
    assert alpha.post("/issued_passes", body).status_code == 201

    path = f"/clients/{quote(client_id, safe='')}"
    assert alpha.read(path)["id"] == client_id
    assert unquote(alpha.read(f"{path}/bookings")["url"]).endswith(f"/clients/{client_id}/bookings")
