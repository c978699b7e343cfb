import pytest

from mockserver.web.schemas import compile_schema, translate, whole_numbers


@pytest.mark.parametrize(
    ("schema", "valid", "invalid"),
    [
        ({"type": "string", "nullable": True}, [None, "x"], [1]),
        ({"type": "string", "enum": ["a"], "nullable": True}, [None, "a"], ["b"]),
        ({"nullable": True, "allOf": [{"type": "object", "required": ["a"]}]}, [None, {"a": 1}], [{}, "x"]),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, [2], [1]),
        ({"type": "integer", "maximum": 9, "exclusiveMaximum": False}, [9], [10]),
        ({"type": "string", "format": "date"}, ["2028-02-29"], ["2030-02-30", "x"]),
        ({"type": "array", "items": {"type": "string", "nullable": True}}, [[None, "a"]], [[1]]),
        ({"type": "object", "additionalProperties": {"type": "string", "nullable": True}}, [{"a": None}], [{"a": 1}]),
        ({"not": {"required": ["id"], "type": "object"}}, [{}], [{"id": 1}]),
    ],
)
def test_a_schema_of_openapi_3_0_means_what_openapi_says(schema, valid, invalid):
    validator = compile_schema(schema)

    assert [value for value in valid if not validator.is_valid(value)] == []
    assert [value for value in invalid if validator.is_valid(value)] == []


@pytest.mark.parametrize("keyword", ["const", "prefixItems", "patternProperties", "$ref", "tpye"])
def test_a_keyword_openapi_3_0_does_not_know_is_refused_by_name(keyword):
    with pytest.raises(ValueError, match=keyword.replace("$", r"\$")):
        translate({"type": "object", "properties": {"a": {keyword: {}}}})


def test_schemas_that_are_written_alike_are_compiled_once():
    one, same, other = (compile_schema({"type": "string", "maxLength": length}) for length in (7, 7, 8))

    assert one is same
    assert one is not other


def test_words_for_people_and_extensions_are_left_out_but_for_the_example_to_show():
    said = {"type": "string", "title": "t", "description": "d", "example": "e", "x-source": "seed"}

    assert translate(said) == {"type": "string", "example": "e"}


def test_whole_numbers_are_found_wherever_the_schema_says_integer():
    integer = {"type": "integer"}
    schema = {
        "type": "object",
        "properties": {
            "n": integer,
            "list": {"type": "array", "items": {"anyOf": [{"type": "object", "properties": {"m": integer}}]}},
            "price": {"type": "number"},
        },
    }
    convert = whole_numbers(schema)
    assert convert is not None

    converted = convert({"n": 1.0, "list": [{"m": 2.0}], "price": 3.0, "other": 4.0})

    assert converted == {"n": 1, "list": [{"m": 2}], "price": 3.0, "other": 4.0}
    assert [type(converted["n"]), type(converted["list"][0]["m"]), type(converted["price"])] == [int, int, float]


def test_whole_numbers_are_found_in_members_that_only_the_client_names():
    schema = {"type": "object", "properties": {"a": {"type": "number"}}, "additionalProperties": {"type": "integer"}}
    convert = whole_numbers({"anyOf": [{"type": "string"}, schema]})
    assert convert is not None

    converted = convert({"a": 1.0, "b": 2.0})

    assert [type(converted["a"]), type(converted["b"])] == [float, int]
    assert convert("text") == "text"


def test_a_schema_without_integers_needs_no_conversion():
    assert whole_numbers({"type": "object", "properties": {"a": {"type": "string"}}}) is None
