"""Requests that a page can send as it shows them: the examples of a contract, moved to the time of the running world.

A document prints the days of the page it was made from. Here each example of a request is moved by whole weeks, so that
weekdays, times of the day and the distances between its moments stay, to the first week that has not begun. Where a document
has no example of a body, one is made of what has to be in it, and nothing else.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from doublebook_data import resolved
from mockserver.apis.bundle import Sample

__all__ = ["fitting"]

_DAY = re.compile(r"(?<!\d)(20\d\d-[01]\d-[0-3]\d)(?!\d)")
_WEEK = timedelta(weeks=1)
_METHODS = ("get", "put", "post", "delete", "patch")

Json = Any


def fitting(spec: Mapping[str, Json], today: date, sample: Sample | None) -> dict[str, Json]:
    """A copy of a document whose requests fit a world in which it is *today*.

    Args:
        sample: A request that works in each new world, taken for what its operation asks.
    """
    paths = {}
    for path, item in spec["paths"].items():
        paths[path] = {**item}
        for method in _METHODS:
            if method in item:
                here = sample is not None and (sample.path, sample.method.lower()) == (path, method)
                paths[path][method] = _operation(spec, item[method], today, sample.body if here and sample else None)
    return {**spec, "paths": paths}


def _operation(spec: Mapping[str, Json], operation: Mapping[str, Json], today: date, body: Json) -> dict[str, Json]:
    fitted = dict(operation)
    if rules := operation.get("x-rules"):
        told = "\n".join(f"- **{rule['id']}** ({rule['level']}, {rule['source']}): {rule['text']}" for rule in rules)
        fitted["description"] = f"{operation.get('description', '')}\n\n**Rules**\n\n{told}"
    parameters = [resolved(spec, each) for each in operation.get("parameters", ())]
    given = {each["name"]: _example_of(spec, each) for each in parameters}
    moved = _moved({name: value for name, value in given.items() if value is not None}, today)
    if parameters:
        fitted["parameters"] = [_parameter(each, moved.get(each["name"])) for each in parameters]
    if "requestBody" in operation:
        said = resolved(spec, operation["requestBody"])
        content = {form: _content(spec, each, today, body) for form, each in said["content"].items()}
        fitted["requestBody"] = {**said, "content": content}
    return fitted


def _parameter(said: Mapping[str, Json], value: Json) -> dict[str, Json]:
    """Whatever may be left out is shown empty: an example would be sent as it stands."""
    if said.get("required"):
        return {**said, "example": value} if value is not None else dict(said)
    schema = {name: each for name, each in said.get("schema", {}).items() if name not in ("example", "default")}
    return {**{name: each for name, each in said.items() if name != "example"}, "schema": schema}


def _content(spec: Mapping[str, Json], said: Mapping[str, Json], today: date, body: Json) -> dict[str, Json]:
    fitted = {name: each for name, each in said.items() if name not in ("example", "examples")}
    named = {name: each["value"] for name, each in said.get("examples", {}).items()}
    if body is not None:
        shown = {"here": body, **{name: _moved(value, today) for name, value in named.items()}}
    elif "example" in said or named:
        shown = {name: _moved(value, today) for name, value in (named or {"example": said["example"]}).items()}
    else:
        shown = {"least": _least(spec, said["schema"])}
    summaries = {name: each.get("summary", name) for name, each in said.get("examples", {}).items()}
    fitted["examples"] = {name: {"summary": summaries.get(name, name), "value": value} for name, value in shown.items()}
    # What Swagger UI begins with is made of the schema, whatever examples stand beside it.
    fitted["schema"] = {**resolved(spec, said["schema"]), "example": next(iter(shown.values()))}
    return fitted


def _moved(value: Json, today: date) -> Json:
    """All days in it later by the same number of weeks, such that the first of them is to come."""
    days = [date.fromisoformat(text) for text in _days_in(value)]
    if not days:
        return value
    weeks = max((today + _WEEK - min(days)) // _WEEK + 1, 0)
    return _with_days(value, weeks * _WEEK)


def _days_in(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield from (text for text in _DAY.findall(value) if _exists(text))
    elif isinstance(value, Mapping | list):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _days_in(each)


def _exists(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _with_days(value: Json, later: timedelta) -> Json:
    if isinstance(value, str):
        return _DAY.sub(
            lambda found: (date.fromisoformat(found[1]) + later).isoformat() if _exists(found[1]) else found[1], value
        )
    if isinstance(value, Mapping):
        return {name: _with_days(each, later) for name, each in value.items()}
    return [_with_days(each, later) for each in value] if isinstance(value, list) else value


def _example_of(spec: Mapping[str, Json], parameter: Mapping[str, Json]) -> Json:
    schema = resolved(spec, parameter.get("schema", {}))
    return parameter.get("example", schema.get("example"))


def _least(spec: Mapping[str, Json], schema: Mapping[str, Json]) -> Json:
    """The least that a schema wants."""
    said = resolved(spec, schema)
    for word in ("example", "default"):
        if word in said:
            return said[word]
    for word in ("anyOf", "oneOf", "allOf"):
        if word in said:
            return _least(spec, said[word][0])
    if "enum" in said:
        return said["enum"][0]
    made = {"object": {}, "array": [], "integer": said.get("minimum", 1), "number": 1, "boolean": False}
    if said.get("type") != "object":
        return made.get(said.get("type", ""), "text")
    return {
        name: _least(spec, said["properties"][name]) for name in said.get("required", ()) if name in said["properties"]
    }
