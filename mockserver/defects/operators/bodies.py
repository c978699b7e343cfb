"""What requests may say and what responses say, by the schemas of the document: looser, tighter, unread, left out, off,
in another form.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import partial
from itertools import takewhile
from typing import Any, NamedTuple

from mockserver.apis.bundle import Api
from mockserver.defects.meddling import Request, Response
from mockserver.defects.operators.sites import (
    Operation,
    Operator,
    Plant,
    Pointer,
    Site,
    in_a_name,
    operations,
    request,
    resolved,
    response,
)

__all__ = ["OPERATORS", "other_status", "other_words", "schemas_below"]

_DEEPEST = 4
"""Members of members are looked at so far down."""

_ELSEWHERE = "included"
"""JSON:API's list of all that a document speaks of: each of its forms is that of another operation."""

_LOOSE = (
    "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems",
    "uniqueItems", "pattern", "format", "enum", "minProperties", "additionalProperties",
)  # fmt: skip
"""Keywords that are left out one at a time."""

_TIGHTER: Mapping[str, Callable[[Any], Any]] = {
    "minLength": lambda bound: bound + 1,
    "maxLength": lambda bound: bound - 1,
    "minimum": lambda bound: bound + 1,
    "maximum": lambda bound: bound - 1,
    "minItems": lambda bound: bound + 1,
    "maxItems": lambda bound: bound - 1,
    "enum": lambda values: values[:-1],
}

Change = Callable[[dict[str, Any], str], object]
"""Given an object, and the name of one of its members."""

_ELSEWHERE_ON_EARTH = timezone(timedelta(hours=5, minutes=30))

Way = tuple[str, ...]
"""From a body to a member: names, and `*` for every item of a list."""


# The schemas


def schemas_below(
    spec: Mapping[str, Any], pointer: Pointer, way: Way = ()
) -> Iterator[tuple[Way, Pointer, Mapping[str, Any]]]:
    """Every schema below one, with the members that lead to it; a schema of several is all of them."""
    pointer, schema = resolved(spec, pointer)
    yield way, pointer, schema
    if len(way) >= _DEEPEST:
        return
    for choice in ("allOf", "oneOf", "anyOf"):
        for number, _ in enumerate(schema.get(choice, ())):
            for found in schemas_below(spec, (*pointer, choice, number), way):
                if found[0] != way or found[2].get("properties"):
                    yield found
    for name in schema.get("properties", {}):
        yield from schemas_below(spec, (*pointer, "properties", name), (*way, name))
    if "items" in schema:
        yield from schemas_below(spec, (*pointer, "items"), (*way, "*"))


def _asked(operation: Operation) -> Iterator[Pointer]:
    """Where the schemas of all that an operation is asked stand."""
    if operation.body is not None:
        yield operation.body
    for pointer, _ in operation.parameters:
        yield (*pointer, "schema")


def _address(pointer: Pointer) -> str:
    """Short and readable: components by their names, paths by their operations' verbs."""
    parts = [str(each) for each in pointer]
    if parts[0] == "components":
        parts = parts[2:]
    return ".".join(each for each in parts if each not in ("properties", "content", "schema", "requestBody", "paths"))


# Requests


def _bounds(api: Api) -> Iterator[Site]:
    """Each keyword of each schema of a request, once, however many operations share it."""
    users: dict[Pointer, list[str]] = {}
    found: dict[Pointer, Mapping[str, Any]] = {}
    in_json: set[Pointer] = set()
    for each in operations(api):
        for root in _asked(each):
            for _, pointer, schema in schemas_below(api.spec, root):
                users.setdefault(pointer, []).append(each.id)
                found[pointer] = schema
                if root == each.body:
                    in_json.add(pointer)
    for pointer, schema in found.items():
        # All that is said beside a body is text, and one of several words has their type.
        vain = () if pointer in in_json else ("nullable.added", *(["type.gone"] * (schema.get("type") == "string")))
        for where, says, change in _changes(schema):
            if where not in vain and not (where == "type.gone" and "enum" in schema):
                address, plant = _address(pointer), _documented(pointer, change)
                yield Site(f"{address}.{where}", f"{address} {says}.", plant, dict.fromkeys(users[pointer]))


def _documented(pointer: Pointer, change: Callable[[Any], object]) -> Plant:
    return lambda plant: plant.document(pointer, change)


def _changes(  # noqa: C901 - a table of keywords
    schema: Mapping[str, Any],
) -> Iterator[tuple[str, str, Callable[[Any], object]]]:
    """What can be changed in one schema: what to call it, what to say of it, and how."""
    for keyword in _LOOSE:
        if keyword in schema and not (keyword == "additionalProperties" and schema[keyword] is not False):
            yield f"{keyword}.gone", f"has no {keyword}", _without(keyword)
    for keyword, tighten in _TIGHTER.items():
        if keyword in schema and not (keyword == "enum" and len(schema[keyword]) < 2):
            yield f"{keyword}.tight", f"has a {keyword} that is tighter by one", _changed(keyword, tighten)
    for name in schema.get("required", ()):
        yield f"required.{name}.gone", f"may do without {name}", _optional(name)
    for name in schema.get("properties", {}):
        if name not in schema.get("required", ()):
            yield f"required.{name}.added", f"needs {name}", _required(name)
    if "type" in schema and "properties" not in schema:
        yield "type.gone", "may be of any type", _without("type")
    if schema.get("nullable"):
        yield "nullable.gone", "may not be null", _without("nullable")
    elif "type" in schema:
        yield "nullable.added", "may be null", _changed("nullable", lambda _: True)


def _without(keyword: str) -> Callable[[Any], object]:
    return lambda schema: schema.pop(keyword)


def _changed(keyword: str, change: Callable[[Any], Any]) -> Callable[[Any], object]:
    return lambda schema: schema.update({keyword: change(schema.get(keyword))})


def _optional(name: str) -> Callable[[Any], object]:
    def change(schema: Any) -> None:
        schema["required"] = [each for each in schema["required"] if each != name]
        if not schema["required"]:
            del schema["required"]

    return change


def _required(name: str) -> Callable[[Any], object]:
    return lambda schema: schema.update({"required": [*schema.get("required", ()), name]})


def _unread(api: Api) -> Iterator[Site]:
    """What is sent and not read, or taken for something else."""
    for each in operations(api):
        found = schemas_below(api.spec, each.body) if each.body else ()
        ways = {way: (pointer, schema) for way, pointer, schema in found}
        for way, (pointer, _) in ways.items():
            if way and way[-1] != "*":
                member = ".".join(way)
                says = f"{each.id} does not read {member}."
                yield request(each.id, says, _mending(way, _drop), word=f"{member}.unread")
                # Refused as well where it is missing; and what is made without it has none either.
                _, holder = ways.get(way[:-1], ((), {}))
                is_needed = way[-1] in holder.get("required", ())
                if not is_needed and not (each.creates and _may_be_null(api.spec, pointer)):
                    says = f"{each.id} takes null for nothing in {member}."
                    yield request(each.id, says, _mending(way, _drop_null), word=f"{member}.absent")
        for pointer, parameter in each.parameters:
            name = str(parameter["name"])
            if parameter["in"] in ("query", "header") and not parameter.get("required"):
                yield request(each.id, f"{each.id} does not read {name}.", _forgetting(name), word=f"{name}.unread")
            if parameter["in"] == "path" and resolved(api.spec, (*pointer, "schema"))[1].get("type") == "integer":
                says = f"{each.id} takes for the {name} the digits that it begins with."
                yield request(each.id, says, partial(_begun, name), word=f"{name}.begun")
            if parameter["in"] == "query":
                yield from _understood(each, name, resolved(api.spec, (*pointer, "schema"))[1], parameter)


def _may_be_null(spec: Mapping[str, Any], pointer: Pointer) -> bool:
    """Whether a schema says so, or one of those between which it leaves the choice."""
    pointer, schema = resolved(spec, pointer)
    choices = [(*pointer, word, number) for word in ("oneOf", "anyOf") for number in range(len(schema.get(word, ())))]
    return bool(schema.get("nullable")) or any(_may_be_null(spec, each) for each in choices)


def _understood(
    operation: Operation, name: str, schema: Mapping[str, Any], parameter: Mapping[str, Any]
) -> Iterator[Site]:
    """A parameter that is wrong and taken for what it may have meant."""
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:

        def clamp(request: Request) -> None:
            request.query = [
                (each, str(min(max(int(text), low), high)) if each == name and _is_whole(text) else text)
                for each, text in request.query
            ]

        says = f"{operation.id} takes a {name} out of its bounds for the nearest inside."
        yield request(operation.id, says, clamp, word=f"{name}.clamped")
    guess = low if low is not None else parameter.get("example")
    if parameter.get("required") and guess is not None:

        def add(request: Request) -> None:
            if name not in dict(request.query):
                request.query.append((name, str(guess)))

        yield request(operation.id, f"{operation.id} guesses a {name} where none is sent.", add, word=f"{name}.guessed")


def _begun(name: str, request: Request) -> None:
    sent = request.parameters[name]
    request.parameters[name] = "".join(takewhile(str.isdecimal, sent)) or sent


def _is_whole(text: str) -> bool:
    return text.removeprefix("-").isascii() and text.removeprefix("-").isdigit()


def _drop(holder: dict[str, Any], name: str) -> None:
    del holder[name]


def _drop_null(holder: dict[str, Any], name: str) -> None:
    if holder[name] is None:
        del holder[name]


def _mending(way: Way, change: Change) -> Callable[[Request], object]:
    def mend(request: Request) -> None:
        body = request.json
        if body is not None and _at_each(body, way, change):
            request.json = body

    return mend


def _forgetting(name: str) -> Callable[[Request], object]:
    def forget(request: Request) -> None:
        request.query = [each for each in request.query if each[0] != name]
        request.headers.pop(name.lower(), None)

    return forget


def _at_each(value: Any, way: Way, change: Change) -> int:
    """Change the members that a way leads to; answers how many there were."""
    step, rest = way[0], way[1:]
    if step == "*":
        return sum(_at_each(each, rest, change) for each in value) if isinstance(value, list) else 0
    if not isinstance(value, dict) or step not in value:
        return 0
    if rest:
        return _at_each(value[step], rest, change)
    change(value, step)
    return 1


# Responses


def _said(api: Api) -> Iterator[Site]:
    return _answered(api, _lies)


def _formed(api: Api) -> Iterator[Site]:
    return _answered(api, _forms)


def _answered(api: Api, ways_to_lie: Callable[[Mapping[str, Any]], Iterator["_Lie"]]) -> Iterator[Site]:
    """Each member of each success, each with every way to lie about it."""
    for each in operations(api):
        for status, root in each.replies():
            ways: dict[Way, Mapping[str, Any]] = {}
            for way, _, schema in schemas_below(api.spec, root):
                ways.setdefault(way, schema)
            for way, schema in ways.items():
                if way and way[-1] != "*" and way[0] != _ELSEWHERE:
                    member = ".".join(way)
                    for lie in ways_to_lie(schema):
                        where, says = f"{status}.{member}.{lie.word}", f"{each.id} answers {member} {lie.how}."
                        site = response(each.id, says, _lying(status, way, lie.change), word=where)
                        yield replace(site, needs=lie.needs)


class _Lie(NamedTuple):
    """
    Attributes:
        needs: What the member has to be for it to show: `null`, `said`, `full`, `blank`, `letters`, or `several`; "" for anything.
    """

    word: str
    how: str
    change: Change
    needs: str = ""


def _lies(schema: Mapping[str, Any]) -> Iterator[_Lie]:
    yield _Lie("missing", "not at all", lambda holder, name: holder.pop(name))
    yield _Lie("renamed", "under another name", lambda holder, name: holder.update({f"{name}_": holder.pop(name)}))
    if schema.get("type") != "array":
        yield _Lie("null", "as null", lambda holder, name: holder.update({name: None}), "said")
    if schema.get("type") not in ("object", None) and "properties" not in schema and len(schema.get("enum", "ab")) > 1:
        yield _Lie("off", "as something else", _becomes(lambda value: _off(value, schema)), "full")


def _forms(schema: Mapping[str, Any]) -> Iterator[_Lie]:
    """The same value, in a form that it does not have."""
    if schema.get("type") == "array":
        yield _Lie("backwards", "from its end", _becomes(lambda found: found[::-1]), "several")
        yield _Lie("double", "with its last item twice", _becomes(lambda found: [*found, *found[-1:]]), "several")
    if schema.get("type") == "string":
        if schema.get("nullable"):
            yield _Lie("empty", "as an empty text where it is null", _becomes(lambda text: text or ""), "null")
            yield _Lie("none", "as null where it is an empty text", _becomes(lambda text: text or None), "blank")
        if schema.get("format") == "date-time":
            yield _Lie("zone", "with the offset of another place", _becomes(_elsewhere), "letters")
        if "enum" in schema:
            yield _Lie("case", "in the other case", _becomes(lambda text: text and text.swapcase()), "letters")


def _becomes(change: Callable[[Any], Any]) -> Change:
    return lambda holder, name: holder.update({name: change(holder[name])})


def _elsewhere(text: str | None) -> str | None:
    return text and datetime.fromisoformat(text).astimezone(_ELSEWHERE_ON_EARTH).isoformat()


def _off(value: Any, schema: Mapping[str, Any]) -> Any:
    """Another value of the same form."""
    values = schema.get("enum", ())
    if value in values:
        return values[(values.index(value) + 1) % len(values)]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, list):
        return value[:-1]
    if isinstance(value, str):
        return _another(value)
    return value


def _another(text: str) -> str:
    """A moment an hour later, a day the day after; of any other text its beginning."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text[:-1]
    if len(text) == len("2026-03-02"):
        return (moment + timedelta(days=1)).date().isoformat()
    return (moment + timedelta(hours=1)).isoformat().replace("+00:00", "Z" if text.endswith("Z") else "+00:00")


def _lying(status: int, way: Way, change: Change) -> Callable[[Response], object]:
    def lie(response: Response) -> None:
        if response.status == status and response.body:
            body = response.json
            if body is not None and _at_each(body, way, change):
                response.body = json.dumps(body).encode()

    return lie


# Refusals


def _refused(api: Api) -> Iterator[Site]:
    """Each refusal that the document lists: with another status, in other words, or as a success."""
    way = tuple(str(api.spec["x-error-code"]).strip("/").split("/"))
    for each in operations(api):
        rows = {(row["status"], row["code"]): row for row in each.definition.get("x-refusals", ())}
        for status, code in rows:
            for word, how, change in (
                ("status", "with another status", other_status(status)),
                ("words", "in other words", other_words(way)),
                ("unsaid", "as if nothing were wrong", _as(200)),
            ):
                where, says = f"{status}.{in_a_name(code)}.{word}", f"{each.id} refuses {status} {code} {how}."
                yield response(each.id, says, _refusing(status, code, way, change), word=where)


_NEIGHBOURS = {
    400: 422, 401: 403, 403: 404, 404: 410, 405: 404, 409: 400, 410: 404, 413: 400, 415: 400, 422: 400, 429: 503,
}  # fmt: skip


def _as(status: int) -> Callable[[Response], object]:
    return lambda response: setattr(response, "status", status)


def other_status(status: int) -> Callable[[Response], object]:
    """Answers a refusal with a status that is near the one it has."""
    return _as(_NEIGHBOURS.get(status, 400))


def other_words(way: tuple[str, ...], *, beside: bool = False) -> Callable[[Response], object]:
    """Answers a refusal with another code at that place of its body, if it has one there; or what stands beside it."""

    def change(response: Response) -> None:
        body = response.json
        holder = _find(body, way[:-1])
        if isinstance(holder, dict) and way[-1] in holder:
            others = [name for name, said in holder.items() if name != way[-1] and isinstance(said, str)]
            holder.update({name: f"not {holder[name]}" for name in (others if beside else way[-1:])})
            response.json = body

    return change


def _refusing(
    status: int, code: str, way: tuple[str, ...], change: Callable[[Response], object]
) -> Callable[[Response], object]:
    def refuse(response: Response) -> None:
        if response.status == status:
            holder = _find(response.json, way[:-1])
            if isinstance(holder, dict) and holder.get(way[-1]) == code:
                change(response)

    return refuse


def _find(value: Any, way: tuple[str, ...]) -> Any:
    for step in way:
        if isinstance(value, list):
            value = value[int(step)] if len(value) > int(step) else None
        elif isinstance(value, dict):
            value = value.get(step)
        else:
            return None
    return value


OPERATORS = (
    Operator("asked", _bounds),
    Operator("read", _unread),
    Operator("said", _said),
    Operator("form", _formed),
    Operator("refused", _refused),
)
