"""A header that an operation's document lists is read, and judged, as any other parameter is."""

import pytest
from doubles import Client
from toys import api_of, serve

from mockserver.apis.exchange import Reply
from mockserver.apis.refusals import BadInput
from mockserver.web.parameters import readers_of

OBJECT = {"content": {"application/json": {"schema": {"type": "object"}}}, "description": "Said"}


def header(name, *, required=False, **schema):
    return {"name": name, "in": "header", "required": required, "schema": schema}


@pytest.fixture
def echo(build):
    """Says what it was told in headers."""
    parameters = [
        header("X-Token", required=True, type="string", minLength=2),
        header("X-Times", type="integer", default=1),
        header("X-Steps", type="array", items={"type": "integer"}),
        header("Accept", type="string", pattern="^never$"),
    ]
    operation = {
        "operationId": "echo",
        "x-effect": "read",
        "parameters": parameters,
        "responses": {"200": OBJECT, "400": OBJECT},
    }
    api = api_of({"/echo": {"get": operation}}, {"echo": lambda call: Reply(200, call.head)}, servers=("/v1",))
    return Client(serve(build(), api), base="/v1", headers={"X-Token": "abc"})


def test_headers_have_the_type_and_the_default_that_the_document_says(echo):
    told = echo.get("/echo", headers={"x-steps": "1, 2,3"}).json()

    assert told == {"X-Token": "abc", "X-Times": 1, "X-Steps": [1, 2, 3]}
    assert echo.get("/echo", headers={"X-TIMES": "7"}).json()["X-Times"] == 7


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"X-Token": None}, "X-Token: is required"),
        ({"X-Token": ""}, "X-Token: "),
        ({"X-Times": "often"}, "X-Times: "),
        ({"X-Steps": "1,two"}, "X-Steps: "),
        ({"X-Times": "1 2"}, "X-Times: "),
    ],
)
def test_a_header_against_the_document_is_refused_by_its_name(echo, headers, said):
    refused = echo.get("/echo", headers=headers)

    assert refused.status_code == 400
    assert refused.json()["error"]["message"].startswith(said)
    assert "%2B" not in refused.text


def test_the_place_of_the_flaw_is_the_header():
    (reader,) = readers_of([header("X-Token", required=True, type="string")], "header")

    with pytest.raises(BadInput) as refused:
        reader.read(None)

    assert (refused.value.place, refused.value.field) == ("header", "X-Token")
