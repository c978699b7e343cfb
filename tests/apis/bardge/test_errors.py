"""What is wrong with a request before anything is done: where it is said, in which words, and that nothing is written."""

import re

import pytest
from bardge_world import BASE, said

from mockserver.apis.bardge.errors import render
from mockserver.apis.bardge.records import LIFECYCLE, SESSION_LIFECYCLE
from mockserver.app import load_spec
from mockserver.booking.errors import MoveRefused

PASS = {"pass_id": "pass_gym_standard", "client_id": "client_ngozi", "first_name": "Ngozi", "last_name": "Eze"}
BAD_INPUT = (400, "validation_error")
TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "invalid_request_error",
    405: "invalid_request_error",
    409: "resource_conflict_error",
    413: "invalid_request_error",
    415: "invalid_request_error",
}


def error(response):
    return response.json()["error"]


def refusals(world):
    """One of each status but 409."""
    alpha = world.alpha
    return [
        alpha.get("/passes", limit=0),
        world.nobody.get("/passes"),
        world.disabled.get("/passes"),
        alpha.cancel("booking_ada0000000000002"),
        alpha.get("/classes/class_nothing"),
        alpha.get("/issued_passes/brgpass_nothing"),
        alpha.get("/nowhere"),
        alpha.ask("DELETE", "/passes"),
        alpha.ask("POST", "/issued_passes", content=b"{}", headers={"content-type": "text/plain"}),
        alpha.ask("POST", "/issued_passes", content=b" " * 1_048_577, headers={"content-type": "application/json"}),
    ]


def clashes(world):
    alpha = world.alpha
    full = alpha.book_class("client_ada", "brgpass_ada_gym", "ci_sunrise_full")
    twice = alpha.book_class("client_ada", "brgpass_ada_gym", "ci_boxing_open")
    alpha.post("/issued_passes", PASS, key="one")
    reused = alpha.post("/issued_passes", {**PASS, "first_name": "Uche"}, key="one")
    return full, twice, reused


# The envelope


def test_a_refusal_is_one_error_with_four_texts(world):
    for answer in [*refusals(world), *clashes(world)]:
        assert list(answer.json()) == ["error"]
        assert set(error(answer)) == {"type", "code", "message", "request_id"}
        assert all(isinstance(text, str) and text for text in error(answer).values())
        assert answer.headers["content-type"] == "application/json"


def test_the_type_goes_with_the_status(world):
    for answer in refusals(world):
        assert error(answer)["type"] == TYPES[answer.status_code]


def test_a_clash_is_of_a_resource_or_of_a_key(world):
    full, twice, reused = clashes(world)

    assert [(said(each), error(each)["type"]) for each in (full, twice, reused)] == [
        ((409, "class_full"), "resource_conflict_error"),
        ((409, "already_booked"), "resource_conflict_error"),
        ((409, "idempotency_key_reused"), "idempotency_error"),
    ]


def test_what_http_is_about_has_codes_of_its_own(world):
    assert [said(answer) for answer in refusals(world)] == [
        BAD_INPUT,
        (401, "invalid_api_key"),
        (403, "account_disabled"),
        (403, "permission_denied"),
        (404, "resource_not_found"),
        (404, "pass_not_found"),
        (404, "resource_not_found"),
        (405, "method_not_allowed"),
        (415, "unsupported_media_type"),
        (413, "payload_too_large"),
    ]


def test_every_answer_has_an_id_of_its_own_and_an_error_says_it(world):
    answers = [*refusals(world), *clashes(world), world.alpha.get("/passes"), world.alpha.get("/passes")]
    ids = [answer.headers["bardge-request-id"] for answer in answers]

    assert all(re.fullmatch("req_[0-9a-f]{32}", each) for each in ids)
    assert len(set(ids)) == len(ids)
    for answer, id_ in zip(answers, ids, strict=True):
        if answer.status_code >= 400:
            assert error(answer)["request_id"] == id_


def test_every_code_and_every_type_is_in_the_contract(world):
    known = load_spec("bardge")["components"]["schemas"]["ErrorDetail"]["properties"]

    for answer in [*refusals(world), *clashes(world)]:
        assert error(answer)["code"] in known["code"]["enum"]
        assert error(answer)["type"] in known["type"]["enum"]


@pytest.mark.parametrize("header", [{"accept-language": "yo"}, {"accept": "text/html"}, {"accept": "application/xml"}])
def test_the_words_are_the_same_whatever_a_client_likes(alpha, header):
    answer = alpha.ask("GET", "/classes/class_nothing", headers=header)

    assert said(answer) == (404, "resource_not_found")
    assert answer.headers["content-type"] == "application/json"


def test_a_success_is_json_whatever_is_accepted(alpha):
    assert alpha.ask("GET", "/passes", headers={"accept": "text/html"}).headers["content-type"] == "application/json"


def test_what_is_not_found_is_named(alpha):
    assert error(alpha.get("/issued_passes/brgpass_nothing"))["message"] == "There is no pass brgpass_nothing."
    assert "branch_nowhere" in error(alpha.get("/providers/branch_nowhere/services"))["message"]


# Path and method


@pytest.mark.parametrize("path", ["/nowhere", "/passes/", "/bookings", "/issued_passes/a/b/c"])
def test_a_path_outside_the_document_is_not_found(alpha, path):
    assert said(alpha.get(path)) in {(404, "resource_not_found"), (405, "method_not_allowed")}


@pytest.mark.parametrize(
    ("path", "allowed"), [("/passes", {"GET"}), ("/issued_passes", {"POST"}), ("/bookings/x/cancel", {"POST"})]
)
def test_a_wrong_method_is_told_the_right_ones(alpha, path, allowed):
    answer = alpha.ask("PUT", path)

    assert said(answer) == (405, "method_not_allowed")
    assert set(answer.headers["allow"].split(", ")) >= allowed


# Bodies


@pytest.mark.parametrize("raw", [b"", b"{", b'{"pass_id": NaN}', b"\xff", b"[]", b'"pass"', b"null", b"7"])
def test_a_body_that_is_no_json_object_is_bad_input(world, raw):
    before = world.everything()

    answer = world.alpha.ask("POST", "/issued_passes", content=raw, headers={"content-type": "application/json"})

    assert said(answer) == BAD_INPUT
    assert world.everything() == before


@pytest.mark.parametrize("name", list(PASS))
def test_a_missing_member_is_named(world, name):
    before = world.everything()

    answer = world.alpha.post("/issued_passes", {key: value for key, value in PASS.items() if key != name})

    assert said(answer) == BAD_INPUT
    assert name in error(answer)["message"]
    assert world.everything() == before


@pytest.mark.parametrize(
    ("name", "value"),
    [("pass_id", "a b"), ("client_id", 7), ("first_name", ""), ("last_name", None), ("email", "ngozi"), ("phone", "0")],
)
def test_a_bad_value_is_named(world, name, value):
    before = world.everything()

    answer = world.alpha.post("/issued_passes", {**PASS, name: value})

    assert said(answer) == BAD_INPUT
    assert name in error(answer)["message"]
    assert world.everything() == before


def test_a_member_that_is_not_known_is_ignored(alpha):
    assert alpha.post("/issued_passes", {**PASS, "nickname": "Ngo"}).status_code == 201


def test_a_bad_body_comes_before_what_the_path_names(alpha):
    assert said(alpha.post("/issued_passes/brgpass_nothing/expiry", {"expires_at": "soon"})) == BAD_INPUT


def test_a_body_of_another_type_is_not_read(world):
    before = world.everything()

    answer = world.alpha.ask(
        "POST",
        "/issued_passes",
        content=b'{"pass_id": 1}',
        headers={"content-type": "application/x-www-form-urlencoded"},
    )

    assert said(answer) == (415, "unsupported_media_type")
    assert world.everything() == before


# Parameters


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/passes?limit=x", "limit"),
        ("/passes?starting_after=a%20b", "starting_after"),
        ("/passes?limit=3&limit=3", "limit"),
        ("/providers?category=POOL", "category"),
        ("/classes?date=2026-02-30", "date"),
        ("/classes?date=20260301", "date"),
        ("/classes/class%20x", "classId"),
        (f"/classes/{'x' * 65}", "classId"),
        ("/classes/class_boxing?from=tomorrow", "from"),
    ],
)
def test_a_bad_parameter_is_named(alpha, path, name):
    answer = alpha.ask("GET", path)

    assert said(answer) == BAD_INPUT
    assert name in error(answer)["message"]


@pytest.mark.parametrize("token", ["", "a b", "x" * 256])
def test_a_bad_header_is_named(alpha, token):
    answer = alpha.get("/clients/client_ada", token=token)

    assert said(answer) == BAD_INPUT
    assert "Bardge-Lookup-Token" in error(answer)["message"]


@pytest.mark.parametrize(("lat", "lon", "name"), [("1e999", "3", "lat"), ("6", "-1e999", "lon"), ("6", "NaN", "lon")])
def test_a_coordinate_that_is_no_number_to_reckon_with_is_named(alpha, lat, lon, name):
    answer = alpha.get("/providers", lat=lat, lon=lon)

    assert said(answer) == BAD_INPUT
    assert error(answer)["message"].startswith(f"{name}: ")
    assert "null" not in error(answer)["message"]


def test_a_parameter_that_is_not_known_is_ignored(alpha):
    assert alpha.get("/passes", sort="price").status_code == 200


# What cannot become of a thing

MOVES = [
    ("booking", "cancelled", "cancel", "A cancelled booking cannot be cancelled."),
    ("booking", "completed", "reschedule", "A completed booking cannot be rescheduled."),
    ("booking", "pending", "complete", "A pending booking cannot be completed."),
    ("booking", "confirmed", "accept", "A confirmed booking cannot be accepted."),
    ("session", "used", "expire", "A used session cannot be expired."),
    ("session", "expired", "confirm", "An expired session cannot be confirmed."),
]


@pytest.mark.parametrize(("thing", "state", "event", "expected"), MOVES)
def test_what_cannot_become_of_a_thing_is_said_in_a_sentence(thing, state, event, expected):
    reply = render(MoveRefused(thing, state, event))

    assert (reply.status, reply.body["error"]["message"]) == (403, expected)


def test_the_sentences_are_of_every_event():
    events = {(each.name, move.event) for each in (LIFECYCLE, SESSION_LIFECYCLE) for move in each.moves}

    assert {(thing, event) for thing, _, event, _ in MOVES} == events


def test_a_second_cancellation_is_told_so_in_english(alpha):
    answer = alpha.cancel("booking_ada0000000000002")

    assert error(answer)["message"] == "A cancelled booking cannot be cancelled."


# Who


def test_all_of_it_is_under_the_path_of_the_document(world):
    assert world.alpha.client.base == BASE
    assert load_spec("bardge")["servers"] == [{"url": BASE}]
