"""An API's errors have a media type of their own, whoever in the pipeline says them."""

from datetime import date

import pytest
from doubles import Client
from toys import api_of, serve

from mockserver.apis.bundle import Sample
from mockserver.apis.exchange import Reply
from mockserver.apis.refusals import Forbidden, Unauthenticated
from mockserver.apis.samples import sample_curl

JSON_API = "application/vnd.api+json"
JSON = "application/json"
PLAIN = "application/problem+json"
BODY = {"schema": {"type": "object"}}
ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}


def answer(*media_types):
    return {"description": "An answer", "content": dict.fromkeys(media_types, BODY)}


def read(_):
    return Reply(200, {})


def api(function=read, *, security=(), **facts):
    operation = {
        "operationId": "read",
        "x-effect": "read",
        "parameters": [ID],
        "security": list(security),
        "responses": {
            "200": answer(JSON, JSON_API),
            "400": answer(JSON_API),
            "401": answer(JSON, JSON_API),
            "403": answer(JSON),
        },
    }
    return api_of({"/bookings/{id}": {"get": operation}}, {"read": function}, **{"media_type": JSON_API, **facts})


@pytest.fixture
def served(build):
    return lambda *arguments, **facts: Client(serve(build(), api(*arguments, **facts)))


def told(response):
    return response.status_code, response.headers["content-type"]


def test_an_api_that_says_nothing_of_it_refuses_in_json(served):
    assert told(served(media_type=JSON).get("/nonsense")) == (404, JSON)


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nonsense", 404), ("POST", "/bookings/7", 405), ("GET", "/bookings/x", 400)]
)
def test_what_the_pipeline_refuses_has_the_apis_media_type(served, method, path, status):
    assert told(served().request(method, path)) == (status, JSON_API)


def test_a_missing_credential_is_told_in_the_apis_media_type(served):
    assert told(served(security=[{"key": []}]).get("/bookings/7")) == (401, JSON_API)


def test_a_bug_is_told_in_the_apis_media_type(served, caplog):
    def fails(_):
        raise ZeroDivisionError

    assert told(served(fails).get("/bookings/7")) == (500, JSON_API)
    assert "ZeroDivisionError" in caplog.text


def test_an_answer_that_is_no_error_has_the_first_of_the_document(served):
    assert told(served().get("/bookings/7")) == (200, JSON)


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        (Unauthenticated("of several, the API's"), (401, JSON_API)),
        (Forbidden("where the document has but another, that one"), (403, JSON)),
    ],
)
def test_a_refusal_of_an_operation_has_a_media_type_that_the_document_lists(served, refusal, expected):
    def refuses(_):
        raise refusal

    assert told(served(refuses).get("/bookings/7")) == expected


def test_words_may_name_a_media_type_of_their_own(served):
    def render(_):
        return Reply(404, {"title": "not here"}, media_type=PLAIN)

    assert told(served(render=render).get("/nonsense")) == (404, PLAIN)


def test_a_sample_is_sent_as_the_api_wants_it():
    shown = sample_curl(
        api(sample=lambda _: Sample("POST", "/bookings", {"id": 1})), "http://sandbox", date(2026, 3, 2)
    )

    assert f"-H 'Content-Type: {JSON_API}'" in shown
