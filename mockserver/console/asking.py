"""The control plane, as pages ask it: by the names of its operations, in this process.

Pages know of a sandbox what the documented operations say of it, and change it by these alone.
"""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from doublebook_data import resolved
from mockserver.console.ports import Asking

__all__ = ["Control", "Operation", "Refused", "operations_in"]

Json = Any
_FIRST_ERROR = 400
_METHODS = ("get", "post", "put", "patch", "delete")


class Refused(Exception):  # noqa: N818 - an answer, shown on the page that asked
    """The control plane said no."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class Operation(msgspec.Struct, frozen=True):
    """Attributes:
    path: Its template.
    in_path: The parameters in it.
    in_query: Those of the query.
    fields: Of its JSON body, with their schemas; members of members by both names, such as `on.operation`.
    """

    name: str
    method: str
    path: str
    in_path: tuple[str, ...]
    in_query: tuple[str, ...]
    fields: Mapping[str, Mapping[str, Json]]
    has_body: bool


class Control:
    """The operations of the control plane, asked on *loop* from another thread."""

    def __init__(self, operations: Mapping[str, Operation], within: Asking, loop: asyncio.AbstractEventLoop) -> None:
        self._operations = operations
        self._within = within
        self._loop = loop

    def __call__(self, operation: str, /, **given: Json) -> Json:
        """What the operation answers to parameters, and fields of its body, by name; None is left out.

        Raises:
            Refused: Whatever it refuses, in its own words.
        """
        known = self._operations[operation]
        sent = {name: value for name, value in given.items() if value is not None}
        return self.do(known, {name: sent.pop(name) for name in known.in_path}, sent)

    def do(self, operation: Operation, in_path: Mapping[str, Json], fields: Mapping[str, Json]) -> Json:
        """As calling it, where the path and the body may have fields of one name. Raises Refused."""
        path = operation.path
        for name, value in in_path.items():
            path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
        query = {name: _in_query(value) for name, value in fields.items() if name in operation.in_query}
        rest = {name: value for name, value in fields.items() if name not in operation.in_query}
        body = msgspec.json.encode(rest) if operation.has_body else b""
        asked = self._within.ask(operation.method.upper(), path, urlencode(query), body)
        sent = asyncio.run_coroutine_threadsafe(asked, self._loop).result()
        answer: Json = msgspec.json.decode(sent.body) if sent.body else None
        if sent.status >= _FIRST_ERROR:
            error = answer["error"]
            raise Refused(sent.status, error["code"], error["message"])
        return answer

    def find(self, operation: str) -> Operation | None:
        return self._operations.get(operation)


def _in_query(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def operations_in(spec: Mapping[str, Json]) -> dict[str, Operation]:
    """By operationId."""
    found = {}
    for path, item in spec["paths"].items():
        for method in _METHODS:
            if method in item:
                operation = _operation(spec, path, method, item[method], item.get("parameters", ()))
                found[operation.name] = operation
    return found


def _operation(spec: Mapping[str, Json], path: str, method: str, said: Mapping[str, Json], shared: Json) -> Operation:
    parameters = [resolved(spec, each) for each in (*shared, *said.get("parameters", ()))]
    body = resolved(spec, said["requestBody"])["content"]["application/json"]["schema"] if "requestBody" in said else {}
    fields = dict(_fields(spec, body))
    return Operation(
        name=said["operationId"],
        method=method,
        path=path,
        in_path=tuple(each["name"] for each in parameters if each["in"] == "path"),
        in_query=tuple(each["name"] for each in parameters if each["in"] == "query"),
        fields=fields,
        has_body="requestBody" in said,
    )


def _fields(spec: Mapping[str, Json], schema: Json) -> Iterator[tuple[str, Mapping[str, Json]]]:
    for name, each in resolved(spec, schema).get("properties", {}).items():
        inner = resolved(spec, each)
        yield name, inner
        for member, one in inner.get("properties", {}).items():
            yield f"{name}.{member}", resolved(spec, one)
