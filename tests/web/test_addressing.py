"""Whose world a request belongs to: by suffix, by header, by URL, and never by accident."""

import pytest
from doubles import Client

BOOKING = {"date": "2026-03-09", "time_slot_id": 457}


def book(client, **options):
    return client.post("/bookings", BOOKING, **options)


def test_two_suffixes_never_see_each_other(reservekit):
    one, other = reservekit.as_("sk_rsv_demo_alpha.one"), reservekit.as_("sk_rsv_demo_alpha.other")

    made = book(one)
    assert made.status_code == 201
    assert book(one).json()["error"] == "time slot is full"
    number = made.json()["data"]["id"]

    assert other.get(f"/bookings/{number}").status_code == 404
    assert reservekit.get(f"/bookings/{number}").status_code == 404
    assert book(other).status_code == 201


def test_a_header_and_a_url_name_a_sandbox_as_a_suffix_does(reservekit):
    number = book(reservekit.as_("sk_rsv_demo_alpha.mine")).json()["data"]["id"]

    by_header = reservekit.get(f"/bookings/{number}", headers={"X-Sandbox": "mine"})
    by_url = Client(reservekit.app, headers=reservekit.headers).get(f"/~mine/reservekit/v1/bookings/{number}")

    assert by_header.status_code == by_url.status_code == 200


def test_naming_the_same_sandbox_twice_is_fine(reservekit):
    client = reservekit.as_("sk_rsv_demo_alpha.mine")

    assert client.get("/bookings/789", headers={"X-Sandbox": "mine"}).status_code == 200


def test_naming_two_sandboxes_is_400_and_names_both(reservekit):
    response = reservekit.as_("sk_rsv_demo_alpha.mine").get("/bookings/789", headers={"X-Sandbox": "yours"})

    assert response.status_code == 400
    assert '"mine"' in response.json()["error"]
    assert '"yours"' in response.json()["error"]


@pytest.mark.parametrize("suffix", ["a b", "é"])
def test_a_suffix_that_no_token_can_have_makes_the_header_malformed(reservekit, suffix):
    header = f"Bearer sk_rsv_demo_alpha.{suffix}".encode()
    response = reservekit.get("/bookings/789", headers={"Authorization": header})

    assert response.status_code == 401


def test_a_dot_belongs_to_the_key_when_what_stands_before_is_no_key(reservekit):
    assert reservekit.as_("unknown.mine").get("/bookings/789").status_code == 401


@pytest.mark.parametrize("token", ["nobody.fresh", "sk_rsv_revoked_1.fresh"])
def test_a_key_that_does_not_work_makes_no_sandbox(reservekit, token):
    reservekit.as_(token).get("/bookings/789")

    assert [record.name for record in reservekit.app.sandboxes.every()] == []


def test_a_call_without_a_key_to_a_closed_operation_makes_no_sandbox(reservekit):
    Client(reservekit.app).get("/~fresh/reservekit/v1/bookings/789")

    assert reservekit.app.sandboxes.find("fresh") is None


def test_the_part_before_the_suffix_is_the_tenant(reservekit):
    beta = reservekit.as_("sk_rsv_demo_beta.mine")

    assert beta.get("/bookings/789").status_code == 404
    assert reservekit.as_("sk_rsv_anything_else.mine").get("/bookings/789").status_code == 200


def test_alone_an_api_stands_where_the_vendor_has_it(build):
    client = Client(build(apis=("reservekit",)), headers={"Authorization": "Bearer sk_rsv_demo_alpha"})

    assert client.get("/v1/bookings/789").status_code == 200
    assert client.get("/~mine/v1/bookings/789").status_code == 200
    assert client.get("/v2/bookings/789").json() == {"data": None, "error": "not found"}
    assert client.get("/_sandbox/health").status_code == 200
