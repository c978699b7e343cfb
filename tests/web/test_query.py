"""Query parameters: names with brackets, and the two ways of a list."""

from dataclasses import replace

import pytest
from doubles import Client
from toys import api_of, serve

from mockserver.apis.exchange import Reply
from mockserver.web.parameters import ParameterReader

NUMBER = {"type": "integer", "minimum": 1}
NUMBERS = {"type": "array", "items": NUMBER, "maxItems": 3}
WORDS = {"type": "array", "items": {"type": "string", "enum": ["service", "order.customer", "resource"]}}


def in_query(name, schema, **further):
    return {"name": name, "in": "query", "schema": schema, **further}


ANSWER = {"description": "An answer", "content": {"application/json": {"schema": {"type": "object"}}}}
A_NUMBER = {"type": "number", "minimum": -90, "maximum": 90}
LIST = {
    "operationId": "list",
    "x-effect": "read",
    "parameters": [
        in_query("page[number]", {**NUMBER, "default": 1}),
        in_query("filter[resources][]", NUMBERS),
        in_query("fields[bookings]", {"type": "array", "items": {"type": "string"}}, style="form", explode=False),
        in_query("include", WORDS, explode=False),
        in_query("ids", {**NUMBERS, "minItems": 1}, explode=False),
        in_query("lat", A_NUMBER),
        in_query("heights", {"type": "array", "items": {"type": "number"}}, explode=False),
    ],
    "responses": {"200": ANSWER, "400": ANSWER},
}


@pytest.fixture
def bookings(build):
    return Client(serve(build(), api_of({"/bookings": {"get": LIST}}, {"list": lambda call: Reply(200, call.query)})))


def read(bookings, query):
    """What an operation is given, but for parameters that are not."""
    response = bookings.get(f"/bookings?{query}")
    assert response.status_code == 200, response.text
    return {name: value for name, value in response.json().items() if value is not None}


@pytest.mark.parametrize(
    ("query", "given"),
    [
        ("", {}),
        ("page[number]=2", {"page[number]": 2}),
        ("page%5Bnumber%5D=2", {"page[number]": 2}),
        ("page%5bnumber]=2", {"page[number]": 2}),
        ("page=2&page[size]=2&number=2&page[number][]=2&page[Number]=2", {}),
        ("filter[resources][]=1", {"filter[resources][]": [1]}),
        ("filter[resources][]=1&filter%5Bresources%5D%5B%5D=2", {"filter[resources][]": [1, 2]}),
        ("filter[resources]=1&filter[resources][0]=1", {}),
        ("fields[bookings]=number,state", {"fields[bookings]": ["number", "state"]}),
        ("fields%5Bbookings%5D=number%2Cstate", {"fields[bookings]": ["number", "state"]}),
        ("fields[bookings]=", {"fields[bookings]": []}),
        ("fields[bookings]", {"fields[bookings]": []}),
        ("fields[bookings]=,a,", {"fields[bookings]": ["", "a", ""]}),
        ("fields[bookings]=a+b,c%26d", {"fields[bookings]": ["a b", "c&d"]}),
        ("include=service,order.customer", {"include": ["service", "order.customer"]}),
        ("ids=1,2", {"ids": [1, 2]}),
        ("lat=-6.5e1", {"lat": -65.0}),
        ("lat=1e-999", {"lat": 0.0}),
        ("heights=1.5,1e308", {"heights": [1.5, 1e308]}),
    ],
)
def test_a_parameter_is_read_by_its_declared_name(bookings, query, given):
    assert read(bookings, query) == {"page[number]": 1, **given}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("page[number]=0", "page[number]: 0 is less than the minimum of 1"),
        ("page[number]=2&page%5Bnumber%5D=2", "page[number]: is given more than once"),
        ("filter[resources][]=x", 'filter[resources][]: "x" is not of type "integer"'),
        ("filter[resources][]=1,2", 'filter[resources][]: "1,2" is not of type "integer"'),
        ("filter[resources][]=", 'filter[resources][]: "" is not of type "integer"'),
        ("ids=1,2,3,4", "ids: [1,2,3,4] has more than 3 items"),
        ("ids=1,", 'ids: "" is not of type "integer"'),
        ("ids=", "ids: [] has less than 1 item"),
        ("lat=91", "lat: 91.0 is greater than the maximum of 90"),
        ("lat=1e999", "lat: is a number out of range"),
        ("lat=-1e999", "lat: is a number out of range"),
        ("lat=inf", 'lat: "inf" is not of type "number"'),
        ("lat=-Infinity", 'lat: "-Infinity" is not of type "number"'),
        ("lat=NaN", 'lat: "NaN" is not of type "number"'),
        ("heights=1,1e999", "heights: is a number out of range"),
        ("ids=1&ids=2", "ids: is given more than once"),
        ("include=service,guest", 'include: "guest" is not one of "service", "order.customer", "resource"'),
        ("include=service, resource", 'include: " resource" is not one of'),
    ],
)
def test_a_parameter_that_breaks_the_contract_is_named_as_it_is_declared(bookings, query, said):
    response = bookings.get(f"/bookings?{query}")

    assert response.status_code == 400
    assert response.json()["error"]["message"].startswith(said)


def test_a_list_in_a_path_has_commas():
    parameter = {"name": "ids", "in": "path", "required": True, "schema": NUMBERS}

    assert ParameterReader(parameter).read(["1,2"]) == [1, 2]


@pytest.mark.parametrize(("place", "style"), [("query", "pipeDelimited"), ("path", "matrix"), ("path", "deepObject")])
def test_a_style_that_is_not_read_does_not_start(place, style):
    with pytest.raises(ValueError, match=f"'filter' has style '{style}'"):
        ParameterReader({"name": "filter", "in": place, "style": style, "schema": {"type": "object"}})


# Members, and other ways of writing what the document has


CHOICE = {
    "anyOf": [
        {"type": "string", "pattern": "^[a-z]+$"},
        {"type": "object", "maxProperties": 1, "additionalProperties": NUMBER},
    ]
}
CHOOSE = {
    "operationId": "choose",
    "x-effect": "read",
    "parameters": [in_query("of", CHOICE, style="deepObject", explode=True), in_query("sizes", NUMBERS, explode=False)],
    "responses": {"200": ANSWER, "400": ANSWER},
}


@pytest.fixture
def choices(build):
    """Of an API that knows `sizes` by another name too."""

    def respell(query, kinds):
        assert kinds == {"of": "object", "sizes": "array"}
        return {name.replace("dimensions", "sizes"): texts for name, texts in query.items()}

    api = api_of({"/bookings": {"get": CHOOSE}}, {"choose": lambda call: Reply(200, call.query)})
    return Client(serve(build(), replace(api, respell=respell)))


@pytest.mark.parametrize(
    ("query", "given"),
    [
        ("of=room", {"of": "room"}),
        ("of[room]=2", {"of": {"room": 2}}),
        ("of%5Broom%5D=2", {"of": {"room": 2}}),
        ("dimensions=1,2", {"sizes": [1, 2]}),
    ],
)
def test_a_parameter_may_have_members_and_a_query_be_spelled_otherwise(choices, query, given):
    assert read(choices, query) == given


@pytest.mark.parametrize(
    "query", ["of[room]=2&of=room", "of[room]=2&of[room]=2", "of[room]=two", "of[room]=1&of[desk]=1"]
)
def test_members_that_break_their_schema_are_refused(choices, query):
    assert choices.get(f"/bookings?{query}").status_code == 400
