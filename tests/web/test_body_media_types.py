"""A body has the media type of the document, or one that its sandbox is set to take as well."""

from dataclasses import replace

import pytest
from doubles import Client
from toys import api_of, serve

from mockserver.apis.exchange import Reply
from mockserver.app import load_api

JSON_API = "application/vnd.api+json"
JSON = "application/json"
BODY = {"schema": {"type": "object"}}


def create(call):
    return Reply(201, call.body)


def toy_client(build, **facts):
    answer = {"description": "An answer", "content": {JSON_API: BODY}}
    operation = {
        "operationId": "create",
        "x-effect": "write",
        "requestBody": {"required": True, "content": {JSON_API: BODY}},
        "responses": {"201": answer, "400": answer, "415": answer},
    }
    api = api_of({"/bookings": {"post": operation}}, {"create": create}, media_type=JSON_API, **facts)
    return Client(serve(build(), api))


def sent(client, media_type, content=b"{}"):
    return client.request("POST", "/bookings", content=content, headers={"Content-Type": media_type})


@pytest.mark.parametrize(
    "media_type",
    [
        JSON_API,
        f"{JSON_API}; charset=utf-8",
        f'{JSON_API};ext="https://jsonapi.org/ext/atomic"',
        f'{JSON_API}; profile="https://a.example/x,y https://a.example/z;v=1"; charset=utf-8',
        "Application/VND.api+JSON ; charset=UTF-8",
    ],
)
def test_parameters_of_the_documented_media_type_do_not_matter(build, media_type):
    assert sent(toy_client(build), media_type).status_code == 201


@pytest.mark.parametrize(
    "media_type",
    [None, "", JSON, "application/vnd.api", "application/vnd.api+json2", f"{JSON_API}, {JSON_API}", b"\xff", '"', ";"],
)
def test_another_media_type_is_415_and_the_refusal_names_the_documented_one(build, media_type):
    refused = sent(toy_client(build), media_type)

    assert (refused.status_code, refused.headers["content-type"]) == (415, JSON_API)
    assert f"Content-Type must be {JSON_API}" in refused.json()["error"]["message"]


@pytest.mark.parametrize("media_type", [JSON_API, f"{JSON_API}; charset=utf-8"])
def test_nobody_is_asked_about_the_documented_media_type(build, media_type):
    def tolerates(call):
        raise AssertionError

    assert sent(toy_client(build, tolerates=tolerates), media_type).status_code == 201


@pytest.mark.parametrize(
    ("media_type", "status"),
    [
        (JSON, 201),
        ("Application/JSON; charset=utf-8", 201),
        ("text/plain", 415),
        ("", 415),
        (None, 415),
        (f"{JSON}, {JSON}", 415),
    ],
)
def test_what_is_tolerated_is_taken_and_nothing_else(build, media_type, status):
    response = sent(toy_client(build, tolerates=lambda _: frozenset({JSON})), media_type)

    assert response.status_code == status


def test_a_tolerated_body_is_judged_as_any_other(build):
    lenient = toy_client(build, tolerates=lambda _: frozenset({JSON}))

    assert sent(lenient, JSON, b"{").status_code == 400
    assert sent(lenient, JSON, b"[]").status_code == 400


def test_it_is_the_calls_own_sandbox_that_tolerates(build):
    def tolerates(call):
        return frozenset({"text/json"}) if call.sandbox.name == "lenient" else frozenset()

    api = replace(load_api("reservekit", prefix=""), tolerates=tolerates)
    client = Client(serve(build(), api), base="/v1", headers={"Authorization": "Bearer sk_rsv_demo_alpha"})
    service = {"content": b'{"name": "x", "timezone": "UTC"}'}

    strict = client.request("POST", "/services", headers={"Content-Type": "text/json"}, **service)
    lenient = client.request(
        "POST", "/services", headers={"Content-Type": "text/json", "X-Sandbox": "lenient"}, **service
    )

    assert (strict.status_code, lenient.status_code) == (415, 201)
