import pytest


@pytest.mark.parametrize(
    ("header", "text"),
    [
        (None, "Authorization header is missing"),
        ("", "Authorization header is malformed"),
        ("sk_rsv_demo_alpha", "Authorization header is malformed"),
        ("Basic c2s6", "Authorization header is malformed"),
        ("Bearer", "Authorization header is malformed"),
        ("Bearer a b", "Authorization header is malformed"),
        ("Bearer nobody", "API key is invalid or revoked"),
        ("Bearer sk_rsv_short", "API key is invalid or revoked"),
        ("Bearer sk_rsv_" + "x" * 300, "API key is invalid or revoked"),
        ("Bearer sk_rsv_revoked_1", "API key revoked"),
        ("Bearer sk_rsv_revoked_1.mine", "API key revoked"),
    ],
)
def test_a_credential_that_does_not_work_is_401_and_says_why(reservekit, header, text):  # RK-A01 to RK-A04
    response = reservekit.get("/bookings/789", headers={"Authorization": header})

    assert response.status_code == 401
    assert response.json() == {"data": None, "error": text}


@pytest.mark.parametrize("key", ["sk_rsv_your_api_key", "tk_rsv_abcdef", "sk_rsv_demo_alpha.mine"])
def test_any_well_formed_key_works(reservekit, key):
    assert reservekit.as_(key).get("/bookings/789").status_code == 200


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 200),
        ("https://shop.example.com", 200),
        ("https://shop.example.com:8443", 200),
        ("https://evil.example.com", 403),
        ("null", 403),
        ("http://[", 403),
    ],
)
def test_a_key_bound_to_a_domain_works_from_there(reservekit, origin, status):  # RK-A05
    response = reservekit.as_("sk_rsv_demo_domain").get("/bookings/789", headers={"Origin": origin})

    assert response.status_code == status
    assert status == 200 or response.json()["error"] == "Origin does not match API key domain"
