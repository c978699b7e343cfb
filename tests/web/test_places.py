"""A refusal tells which part of the request is to blame, so that an API can point at it."""

import pytest
from doubles import Client
from toys import api_of, serve

from mockserver.apis.exchange import Reply
from mockserver.apis.refusals import BadBody, BadInput

ANSWER = {"description": "An answer", "content": {"application/json": {"schema": {"type": "object"}}}}
TIMES = {"type": "array", "items": {"type": "object", "required": ["at"], "properties": {"at": {"type": "string"}}}}
BODY = {
    "type": "object",
    "required": ["times"],
    "properties": {"times": TIMES, "a/b.c~d": {"type": "object"}},
}
OPERATION = {
    "operationId": "book",
    "x-effect": "write",
    "parameters": [
        {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[a-f0-9-]+$"}},
        {"name": "page[number]", "in": "query", "schema": {"type": "integer", "minimum": 1}},
        {"name": "o", "in": "query", "required": True, "schema": {"type": "string"}},
    ],
    "requestBody": {"required": True, "content": {"application/json": {"schema": BODY}}},
    "responses": {"200": ANSWER, "400": ANSWER, "415": ANSWER, "422": ANSWER},
}


def pointing(refusal):
    """As JSON:API has it: `source.pointer` for bodies, `source.parameter` for the query."""
    if isinstance(refusal, BadBody):
        return Reply(400, {"unreadable": str(refusal)})
    assert isinstance(refusal, BadInput)
    source = {"pointer": refusal.pointer} if refusal.place == "body" else {refusal.place: refusal.field}
    return Reply(422, {"source": source, "detail": refusal.reason})


@pytest.fixture
def bookings(build):
    api = api_of({"/bookings/{id}": {"post": OPERATION}}, {"book": lambda _: Reply(200, {})}, render=pointing)
    return Client(serve(build(), api))


def book(bookings, content=b'{"times": []}', *, path="/bookings/a-7", query="o=1"):
    return bookings.request("POST", f"{path}?{query}", content=content, headers={"Content-Type": "application/json"})


def test_what_keeps_to_the_contract_is_taken(bookings):
    assert book(bookings).status_code == 200


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b"[1e999", b"[1e999, NaN]", b'[1e999, "\xff"]', b"[" * 65 + b"]" * 65]
)
def test_a_body_that_cannot_be_read_is_not_a_body_that_breaks_the_contract(bookings, content):
    refused = book(bookings, content)

    assert refused.status_code == 400
    assert refused.json()["unreadable"]


@pytest.mark.parametrize(
    ("content", "pointer", "detail"),
    [
        (b"[]", "", '[] is not of type "object"'),
        (b"{}", "/times", "is required"),
        (b'{"times": [{"at": "9:00"}, {}]}', "/times/1/at", "is required"),
        (b'{"times": [{"at": 9}]}', "/times/0/at", '9 is not of type "string"'),
        (b'{"times": [{"at": 1}, {"at": -1e999}]}', "/times/1/at", "is a number out of range"),
        (b'{"times": [], "a/b.c~d": {"n": 1e999}}', "/a~1b.c~0d/n", "is a number out of range"),
        (b"1e999", "", "is a number out of range"),
        (b'{"times": [], "a/b.c~d": 1}', "/a~1b.c~0d", '1 is not of type "object"'),
    ],
)
def test_a_field_of_the_body_is_pointed_at(bookings, content, pointer, detail):
    refused = book(bookings, content)

    assert (refused.status_code, refused.json()) == (422, {"source": {"pointer": pointer}, "detail": detail})


@pytest.mark.parametrize(
    ("request_parts", "source"),
    [
        ({"path": "/bookings/seven"}, {"path": "id"}),
        ({"path": "/bookings/%20"}, {"path": "id"}),
        ({"query": ""}, {"query": "o"}),
        ({"query": "o=1&o=2"}, {"query": "o"}),
        ({"query": "o=1&page[number]=0"}, {"query": "page[number]"}),
        ({"query": "o=1&page%5Bnumber%5D=x"}, {"query": "page[number]"}),
        ({"query": "o=1&page%5Bnumber%5D=%FF"}, {"query": "page[number]"}),
        ({"path": "/bookings/x", "query": "", "content": b"{}"}, {"path": "id"}),
    ],
)
def test_a_parameter_is_named_as_the_contract_has_it(bookings, request_parts, source):
    refused = book(bookings, **request_parts)

    assert (refused.status_code, refused.json()["source"]) == (422, source)


@pytest.mark.parametrize(("field", "pointer"), [("data.attributes.note", "/data/attributes/note"), ("", "")])
def test_a_refusal_of_the_desk_points_as_well(field, pointer):
    assert BadInput("body", field, "is not possible").pointer == pointer
