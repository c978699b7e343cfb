"""Which keys there are in a sandbox; what is said of the others is tested by the laws of the contract."""

import pytest


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("", "Authorization header is malformed"),
        ("Bearer sk_rsv_short", "API key is invalid or revoked"),
        ("Bearer sk_rsv_" + "x" * 300, "API key is invalid or revoked"),
        ("Bearer sk_rsv_revoked_1.mine", "API key revoked"),
    ],
)
def test_a_credential_that_does_not_work_is_401_and_says_why(reservekit, header, text):
    response = reservekit.get("/bookings/789", headers={"Authorization": header})

    assert (response.status_code, response.json()["error"]) == (401, text)


@pytest.mark.parametrize("key", ["sk_rsv_your_api_key", "tk_rsv_abcdef", "sk_rsv_demo_alpha.mine"])
def test_any_well_formed_key_works(reservekit, key):
    assert reservekit.as_(key).get("/bookings/789").status_code == 200


@pytest.mark.parametrize("origin", ["null", "http://["])
def test_an_origin_without_a_host_is_none_of_a_domain(reservekit, origin):
    response = reservekit.as_("sk_rsv_demo_domain").get("/bookings/789", headers={"Origin": origin})

    assert response.status_code == 403
