"""A contract may have several media types for one status."""

import time
from typing import Any

import pytest
from doubles import Client
from toys import api_of, serve

from mockserver.apis.exchange import NO_BODY, Call, Reply
from mockserver.apis.identities import ANONYMOUS
from mockserver.apis.negotiation import preferred

JSON_API = "application/vnd.api+json"
JSON = "application/json"


def object_with(field):
    return {"schema": {"type": "object", "required": [field], "properties": {field: {"type": "object"}}}}


BOOKING = {
    "operationId": "read",
    "x-effect": "read",
    "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
    "responses": {
        "200": {
            "description": "A booking",
            "content": {JSON_API: object_with("data"), JSON: object_with("attributes")},
        },
        "204": {"description": "None"},
    },
}
"""In the one form everything is in `data`, in the other nothing is."""

WHOLE = {"data": {"type": "bookings"}}
FLAT: dict[str, Any] = {"attributes": {}}


def booking(call):
    if call.accepts(JSON_API, JSON) == JSON:
        return Reply(200, FLAT, media_type=JSON)
    return Reply(200, WHOLE)


def client(build, function=booking):
    return Client(serve(build(), api_of({"/bookings/{id}": {"get": BOOKING}}, {"read": function})))


@pytest.mark.parametrize(
    ("accept", "media_type", "body"),
    [
        (None, JSON_API, WHOLE),
        ("*/*", JSON_API, WHOLE),
        (JSON_API, JSON_API, WHOLE),
        (JSON, JSON, FLAT),
        ("text/html", JSON_API, WHOLE),
    ],
)
def test_an_answer_has_the_form_that_the_client_accepts(build, accept, media_type, body):
    response = client(build).get("/bookings/7", headers={"Accept": accept})

    assert (response.status_code, response.headers["content-type"], response.json()) == (200, media_type, body)


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", JSON_API),
        ("application/*", JSON_API),
        (f"{JSON}, {JSON_API}", JSON_API),
        (f"{JSON_API};q=0.5, {JSON}", JSON),
        (f"{JSON_API} ; Q=0.2 , {JSON};q=0.1", JSON_API),
        ("Application/JSON; charset=utf-8", JSON),
        (f"{JSON}, text/plain, */*", JSON),
        (f"{JSON};q=0.8, */*", JSON_API),
        (f"{JSON_API};q=0.1, application/*;q=0.5", JSON),
        (f"{JSON_API};q=0, */*;q=0.1", JSON),
        (f"{JSON};q=0", JSON_API),
        (f"{JSON_API};q=0, {JSON};q=0", JSON_API),
        (f'{JSON_API};profile="https://a.example/x,y;q=0", {JSON};q=0.9', JSON_API),
        (f'{JSON_API};ext="https://a.example/v";q=0.3, {JSON_API};q=0.7, {JSON};q=0.5', JSON_API),
        (f"{JSON_API};q=high, {JSON};q=0.1", JSON),
        (f"{JSON};q=2", JSON_API),
        (f"{JSON};q=nan", JSON_API),
        (";;,,=", JSON_API),
        ('"', JSON_API),
        ("\xff", JSON_API),
    ],
)
def test_a_client_gets_what_it_would_rather_have(accept, chosen):
    assert preferred(accept, (JSON_API, JSON)) == chosen


def test_a_client_that_does_not_say_gets_the_first():
    assert Call("GET", {}, ANONYMOUS).accepts(JSON_API, JSON) == JSON_API


def test_a_long_accept_header_is_read_in_no_time():
    started_at = time.process_time()

    preferred('"' + '\\"' * 30_000, (JSON_API, JSON))
    preferred("a/b;q=0.5," * 6_000, (JSON_API, JSON))

    assert time.process_time() - started_at < 1


@pytest.mark.parametrize(
    ("reply", "named"),
    [
        (Reply(200, FLAT), "read answers 200 with data: is required"),
        (Reply(200, FLAT, media_type=JSON_API), "read answers 200 with data: is required"),
        (Reply(200, WHOLE, media_type=JSON), "read answers 200 with attributes: is required"),
        (Reply(200, WHOLE, media_type="text/html"), "read answers 200 as text/html, which its document does not list"),
        (
            Reply(204, NO_BODY, media_type=JSON),
            "read answers 204 as application/json, which its document does not list",
        ),
        (Reply(201, WHOLE), "read answers 201, which its document does not list"),
    ],
)
def test_each_form_is_held_to_its_own_schema(build, reply, named):
    response = client(build, lambda _: reply).get("/bookings/7")

    assert response.status_code == 500
    assert named in response.json()["error"]["message"]


def test_an_empty_answer_has_no_media_type(build):
    response = client(build, lambda _: Reply(204, NO_BODY)).get("/bookings/7", headers={"Accept": JSON})

    assert (response.status_code, response.content) == (204, b"")
    assert "content-type" not in response.headers
