"""What every request has in common, whatever it asks for."""

import re

import pytest

BOOKING = {
    "class_instance_id": "ci_sunrise_open",
    "client_id": "client_ada",
    "user_pass_id": "brgpass_ada_gym",
}
ANSWERS = {
    "a thing": ("GET", "/issued_passes/brgpass_ada_gym", None, 200),
    "a list": ("GET", "/passes", None, 200),
    "something new": ("POST", "/bookings/class", BOOKING, 201),
    "bad input": ("POST", "/bookings/class", {}, 400),
    "no such pass": ("GET", "/issued_passes/brgpass_nobody_holds", None, 404),
    "no such path": ("GET", "/nothing", None, 404),
    "no such method": ("DELETE", "/passes", None, 405),
    "not permitted": ("POST", "/bookings/booking_ada0000000000002/cancel", None, 403),
    "a conflict": ("POST", "/bookings/class", {**BOOKING, "class_instance_id": "ci_boxing_open"}, 409),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_has_an_id_and_is_json(world, name):
    method, path, body, status = ANSWERS[name]

    answer = world.alpha.ask(method, path, body, headers={"Accept": "text/html", "Bardge-Request-Id": "mine"})

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert re.fullmatch("req_[0-9a-f]{32}", answer.headers["bardge-request-id"])
    assert "x-request-id" not in answer.headers


@pytest.mark.parametrize("name", [name for name, (*_, status) in ANSWERS.items() if status >= 400])
def test_every_refusal_has_the_documented_members_and_the_type_of_its_status(world, name):
    method, path, body, status = ANSWERS[name]

    answer = world.alpha.ask(method, path, body)

    assert list(answer.json()) == ["error"]
    error = answer.json()["error"]
    assert set(error) == {"type", "code", "message", "request_id"}
    assert all(isinstance(value, str) for value in error.values())
    assert error["request_id"] == answer.headers["bardge-request-id"]
    types = {403: "permission_error", 409: "resource_conflict_error"}
    assert error["type"] == types.get(status, "invalid_request_error")


def test_no_two_answers_have_the_same_id(world):
    people = (world.alpha, world.harbour, world.nobody)

    ids = [person.get("/passes").headers["bardge-request-id"] for person in people for _ in range(5)]

    assert len(set(ids)) == 15


def test_an_unknown_path_and_an_unknown_method_have_codes(world):
    assert world.alpha.get("/nothing").json()["error"]["code"] == "resource_not_found"
    refused = world.alpha.ask("PATCH", "/passes")
    assert refused.json()["error"]["code"] == "method_not_allowed"
    assert set(re.split(", *", refused.headers["allow"])) >= {"GET"}


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml"])
def test_a_body_is_json_by_its_content_type(world, media_type):
    before = world.everything()

    answer = world.alpha.ask("POST", "/lookups", {"issuer_id": "x"}, headers={"Content-Type": media_type})

    assert answer.status_code == 415
    assert answer.json()["error"]["code"] == "unsupported_media_type"
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert world.everything() == before


def test_a_body_has_at_most_a_mebibyte(world):
    before = world.everything()

    answer = world.alpha.post("/bookings/class", {**BOOKING, "more": "x" * 1_100_000})

    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "payload_too_large")
    assert world.everything() == before


@pytest.mark.parametrize("content", ["", "{", "nothing", "[]", "7", "null", '"text"', "[{}]"])
def test_a_body_is_a_json_object(world, content):
    before = world.everything()

    answer = world.alpha.client.request(
        "POST", "/bookings/class", content=content, headers={"Content-Type": "application/json"}
    )

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "validation_error")
    assert world.everything() == before


@pytest.mark.parametrize("field", BOOKING)
@pytest.mark.parametrize("value", [None, 7, "", "two words", ["ci_sunrise_open"]])
def test_a_member_that_is_missing_or_bad_is_named(world, field, value):
    before = world.everything()
    lacking = {name: each for name, each in BOOKING.items() if name != field}

    for body in (lacking, {**lacking, field: value}):
        answer = world.alpha.post("/bookings/class", body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "validation_error")
        assert field in answer.json()["error"]["message"]
    assert world.everything() == before


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/passes?limit=0", "limit"),
        ("/passes?limit=101", "limit"),
        ("/passes?limit=ten", "limit"),
        ("/passes?limit=5&limit=6", "limit"),
        ("/passes?starting_after=two%20words", "starting_after"),
        ("/issued_passes/two%20words", "id"),
        ("/providers?lat=91&lon=3", "lat"),
        ("/classes?date=2026-02-30", "date"),
        ("/classes?date=20260302", "date"),
    ],
)
def test_a_parameter_that_is_bad_is_named(world, path, name):
    answer = world.alpha.get(path)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "validation_error")
    assert name in answer.json()["error"]["message"]


def test_a_header_that_is_bad_is_named(world):
    answer = world.alpha.post("/bookings/class", BOOKING, token="two words")

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "validation_error")
    assert "Bardge-Lookup-Token" in answer.json()["error"]["message"]


def test_a_bad_body_is_looked_at_before_what_the_path_names(world):
    assert world.alpha.post("/issued_passes/brgpass_nobody_holds/expiry", {}).status_code == 400


def test_what_an_operation_does_not_know_is_ignored(world):
    assert world.alpha.post("/bookings/class", {**BOOKING, "wishes": ["a mat"]}).status_code == 201
    assert world.alpha.get("/passes", sorted="yes").status_code == 200


def test_livemode_is_that_of_the_key(world):
    live, test = (each.read("/passes")["data"] for each in (world.alpha, world.tester))

    assert {each["livemode"] for each in live} == {True}
    assert {each["livemode"] for each in test} == {False}
    assert [each["id"] for each in live] == [each["id"] for each in test]


def test_a_code_does_not_depend_on_the_language(world):
    for language in ("de", "yo", "en-GB;q=0.5"):
        answer = world.alpha.ask("GET", "/nothing", headers={"Accept-Language": language})
        assert answer.json()["error"]["code"] == "resource_not_found"
