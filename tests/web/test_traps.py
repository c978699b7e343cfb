"""Requests that were answered wrongly, or by a 500, in some server somewhere. None of them may be here."""

import asyncio
import itertools
import time
from typing import Any

import pytest
from doubles import Client

SERVICE = {"name": "Yoga", "timezone": "UTC"}
METHODS = ("GET", "PUT", "POST", "DELETE", "PATCH", "TRACE", "PROPFIND")


def error_of(response: Any) -> str:
    body = response.json()
    assert set(body) == {"data", "error"}
    assert body["data"] is None
    return str(body["error"])


@pytest.mark.parametrize(
    "path",
    ["/nope", "/bookings/", "/bookings/1/", "//bookings", "/bookings/1%2Fcustomer/x", "/bookings%0A", "/%ff", ""],
)
def test_a_path_outside_the_contract_is_the_apis_own_404(reservekit, path):
    response = reservekit.get(path)

    assert response.status_code == 404
    assert error_of(response) == "not found"


@pytest.mark.parametrize("path", ["/reservekit", "/reservekit/", "/reservekit/v2/bookings", "/reservekit/v1x"])
def test_a_path_under_the_prefix_but_beside_the_base_path_is_the_apis_own_404(reservekit, path):
    response = Client(reservekit.app).get(path)

    assert (response.status_code, error_of(response)) == (404, "not found")


def test_a_path_outside_every_prefix_lists_the_addresses_that_exist(reservekit):
    response = Client(reservekit.app).get("/v1/bookings")

    assert response.status_code == 404
    assert response.json()["base_urls"]["reservekit"] == "/reservekit/v1"


def test_every_method_a_path_does_not_have_is_405_with_all_it_has(reservekit):
    paths = reservekit.app.apis[0].spec["paths"]
    for (template, item), method in itertools.product(paths.items(), METHODS):
        if method.lower() in item:
            continue
        path = template.replace("{bookingID}", "789").replace("{serviceID}", "123").replace("{timeSlotID}", "456")

        response = reservekit.request(method, path)

        assert (response.status_code, error_of(response)) == (405, "method not allowed"), (method, path)
        had = {name.upper() for name in item if name in {"get", "post", "patch", "delete"}}
        assert set(response.headers["allow"].split(", ")) == had | {"OPTIONS"} | ({"HEAD"} if "GET" in had else set())


def test_options_answers_what_is_possible_without_a_key(reservekit):
    response = reservekit.request("OPTIONS", "/bookings/789", headers={"Authorization": None})

    assert response.status_code == 204
    assert response.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, PATCH"


def test_head_answers_as_get_without_a_body(reservekit):
    read = reservekit.get("/bookings/789")

    response = reservekit.request("HEAD", "/bookings/789")

    assert response.status_code == 200
    assert response.content == b""
    assert response.headers["content-length"] == read.headers["content-length"]


@pytest.mark.parametrize("number", ["abc", "0", "-1", "+5", "1.0", "1e3", "2147483648", "9" * 23, "%20", "%00", "٣"])
def test_an_id_that_is_no_number_of_ours_is_400_and_names_the_parameter(reservekit, number):
    response = reservekit.get(f"/bookings/{number}")

    assert response.status_code == 400
    assert error_of(response).startswith("bookingID: ")


@pytest.mark.parametrize(
    "query",
    [
        "service_id=%ff&page=1&page_size=1",
        "service_id=123&page=1&page_size=1&page=2",
        "page=1&page_size=1",
        "service_id=123&page=0&page_size=1",
        "service_id=123&page=1&page_size=101",
        "service_id=123&page=1&page_size=ten",
        "%ff=1&service_id=123",
    ],
)
def test_a_query_against_the_contract_is_400(reservekit, query):
    response = reservekit.get(f"/bookings?{query}")

    assert response.status_code == 400
    assert error_of(response)


def test_query_parameters_nobody_knows_are_ignored(reservekit):
    assert reservekit.get("/bookings/789?utm_source=mail&utm_source=mail").status_code == 200


def nested(depth: int) -> bytes:
    return b'{"name": ' + b"[" * depth + b"]" * depth + b"}"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"{} x",
        b'{"name": NaN}',
        b'{"name": "\xff"}',
        b'\xef\xbb\xbf{"name": "x", "timezone": "UTC"}',
        b'{"name": "\\ud800", "timezone": "UTC"}',
        b'{"name": 1e400}',
        nested(65),
        nested(990),
        nested(100_000),
    ],
)
def test_a_body_that_is_no_json_object_is_400(reservekit, body):
    response = reservekit.request("POST", "/services", content=body, headers={"Content-Type": "application/json"})

    assert response.status_code == 400
    assert error_of(response)


def test_brackets_inside_text_are_not_nesting(reservekit):
    response = reservekit.post("/services", {**SERVICE, "name": "[{" * 36})

    assert response.status_code == 201


def test_a_body_of_more_than_a_mebibyte_is_413(reservekit):
    response = reservekit.post("/services", {**SERVICE, "more": "x" * (1 << 20)})

    assert (response.status_code, error_of(response)) == (413, "request body is too large")


def test_a_body_that_comes_in_pieces_is_counted_as_it_comes(reservekit):
    async def pieces():
        for _ in range(20):
            yield b"x" * 100_000

    headers = {"Content-Type": "application/json"}
    response = reservekit.request("POST", "/services", content=pieces(), headers=headers)

    assert response.status_code == 413


@pytest.mark.parametrize(
    "media_type", [None, "text/plain", "application/json, application/json", "application/xml", ""]
)
def test_a_body_of_another_or_no_or_two_content_types_is_415(reservekit, media_type):
    response = reservekit.request("POST", "/services", content=b"{}", headers={"Content-Type": media_type})

    assert (response.status_code, error_of(response)) == (415, "Content-Type must be application/json")


def test_a_text_that_is_never_closed_is_refused_at_once(reservekit):
    body = b"[" * 65 + b'"' + b'\\"' * 50_000
    started_at = time.process_time()

    response = reservekit.request("POST", "/services", content=body, headers={"Content-Type": "application/json"})

    assert response.status_code == 400
    assert time.process_time() - started_at < 5


def test_two_content_type_headers_are_415(reservekit):
    sent = raw(reservekit, "POST", "/reservekit/v1/services", b"{}", [(b"content-type", b"application/json")] * 2)

    assert sent["status"] == 415


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_parameters_and_case_of_the_content_type_do_not_matter(reservekit, media_type):
    response = reservekit.request(
        "POST", "/services", content=b'{"name": "x", "timezone": "UTC"}', headers={"Content-Type": media_type}
    )

    assert response.status_code == 201


def test_a_content_type_on_a_read_is_no_objection(reservekit):
    assert reservekit.get("/bookings/789", headers={"Content-Type": "application/json"}).status_code == 200


def test_the_last_of_duplicate_keys_counts(reservekit):
    response = reservekit.request(
        "POST",
        "/services",
        content=b'{"name": "first", "name": "last", "timezone": "UTC"}',
        headers={"Content-Type": "application/json"},
    )

    assert response.json()["data"]["name"] == "last"


def test_nul_in_text_is_text(reservekit):
    response = reservekit.post("/services", {**SERVICE, "name": "a\x00b"})

    assert response.status_code == 201
    assert response.json()["data"]["name"] == "a\x00b"


def test_a_whole_number_may_be_written_with_a_point(reservekit):
    body = b'{"date": "2026-03-09", "time_slot_id": 456.0}'
    response = reservekit.request("POST", "/bookings", content=body, headers={"Content-Type": "application/json"})

    assert response.status_code == 201
    assert '"time_slot_id":456,' in response.text


def test_whole_numbers_with_a_point_inside_a_list_become_whole(reservekit):
    body = b'{"service_id": 123.0, "time_slots": [{"id": 456, "max_bookings": 3.0}]}'
    response = reservekit.request("PATCH", "/time-slots", content=body, headers={"Content-Type": "application/json"})

    assert response.status_code == 200
    assert '"max_bookings":3,' in response.text


@pytest.mark.parametrize("name", ["\xff", "a.b", "UPPER", "-x", "x" * 64, "../x", ""])
def test_a_malformed_sandbox_name_in_a_header_is_400(reservekit, name):
    sent = raw(reservekit, "GET", "/reservekit/v1/bookings/789", b"", [(b"x-sandbox", name.encode("latin-1"))])

    assert sent["status"] == 400


def test_bytes_outside_ascii_in_a_token_are_a_malformed_header(reservekit):
    headers = [(b"authorization", b"Bearer sk_rsv_demo_alpha.\xff")]
    sent = raw(reservekit, "GET", "/reservekit/v1/bookings/789", b"", headers, key=None)

    assert sent["status"] == 401


def raw(client, method, path, body, headers, key=b"Bearer sk_rsv_demo_alpha"):
    """A request as bytes, for what no well-behaved client would send."""
    if key is not None:
        headers = [*headers, (b"authorization", key)]
    headers = [*headers, (b"host", b"localhost")]
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
    }
    sent: dict[str, Any] = {}

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        sent.update(message)

    asyncio.run(client.app.asgi(scope, receive, send))
    return sent
