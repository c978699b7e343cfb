"""A request on its way: made by Schemathesis, kept as an `Exchange`, its answer held against the document.

What the document says of an answer (status, media type, headers, schema, no server error) is checked for every answer
of every test; what is wrong becomes a finding of its own and does not end the test.
"""

import threading
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import requests
import schemathesis
from schemathesis.checks import CheckFunction
from schemathesis.core import NOT_SET
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from contract_tests.contracts import Contract, Operation
from contract_tests.outgoing import Outlet, why
from contract_tests.scenes.exchanges import Exchange

__all__ = ["NO_BODY", "Sender", "Silence"]

NO_BODY: Any = NOT_SET
"""Nothing is sent, not even null."""

_SERVER_ERROR = 500
_CHECKS: list[CheckFunction] = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


class Silence(Exception):  # noqa: N818 - the target's
    """A request that got no answer."""


class Sender:
    """
    Sends the requests of one run. May be used from several threads.

    Args:
        headers: The credential of each identity, as it is sent.
        per_second: How many requests are sent in a second at most; None is no limit.
    """

    def __init__(
        self, contract: Contract, headers: Mapping[str, Mapping[str, str]], per_second: float | None = None
    ) -> None:
        self._headers = headers
        self._outlet = Outlet(per_second=per_second)
        self._lock = threading.Lock()
        self._schema = contract.schema
        self._numbers = 0
        self.timings: dict[str, list[tuple[float, int]]] = {}
        """Of each operation, by label: seconds and status of every answer."""

    @property
    def quickest(self) -> float:
        """Seconds within which the quickest tenth of the answers came; 0.0 before there are any."""
        with self._lock:
            seconds = sorted(each for answers in self.timings.values() for each, _ in answers)
        return seconds[len(seconds) // 10] if seconds else 0.0

    @property
    def calls(self) -> int:
        return self._numbers

    @property
    def has_given_up(self) -> bool:
        """Whether nothing is sent any more, since nobody answers."""
        return self._outlet.has_given_up

    def wait_for_turns(self, number: int) -> None:
        """Until that many requests may be sent at the same moment."""
        self._outlet.wait_for_turns(number)

    def in_a_hurry(self) -> AbstractContextManager[None]:
        """What this thread sends meanwhile waits for no turn."""
        return self._outlet.in_a_hurry()

    def knows(self, by: str) -> bool:
        return by in self._headers

    def call(
        self,
        operation: Operation,
        *,
        base_url: str,
        by: str,
        title: str,
        parameters: Mapping[str, Mapping[str, Any]],
        body: Any,
        headers: Mapping[str, str],
    ) -> Exchange:
        """Send what the operation takes: *parameters* by place (`path`, `query`) and name. Raises Silence."""
        case = self._schema[operation.path][operation.method].Case(
            path_parameters={name: str(value) for name, value in parameters.get("path", {}).items()},
            query=dict(parameters.get("query", {})),
            headers={**self._headers.get(by, {}), **headers},
            body=body,
            media_type=operation.media_type or None if body is not NO_BODY else None,
        )
        self._outlet.wait_for_turns()
        began_at = time.perf_counter()
        try:
            # Once more, for Schemathesis leaves Accept out of the headers of a case.
            with self._outlet.in_a_hurry():
                response = case.call(base_url=base_url, session=self._outlet.mine, headers=dict(headers))
        except requests.RequestException as problem:
            raise Silence(f"{operation.label} got no answer: {why(problem)}") from problem
        exchange = self._keep(response, operation, by=by, title=title, began_at=began_at)
        exchange.parameters = dict(parameters.get("path", {})), dict(parameters.get("query", {}))
        self._check(case, response, exchange)
        return exchange

    def send(
        self,
        method: str,
        url: str,
        *,
        by: str,
        title: str,
        content: bytes | None,
        headers: Mapping[str, str],
        operation: Operation | None,
    ) -> Exchange:
        """Send exactly this, well-formed or not; *operation* is what it is meant for, None for none. Raises Silence."""
        request = requests.Request(method, url, headers={**self._headers.get(by, {}), **headers}, data=content)
        prepared = self._outlet.mine.prepare_request(request)
        prepared.url = url  # as it is written: requests would tidy it up
        self._outlet.wait_for_turns()
        began_at = time.perf_counter()
        try:
            with self._outlet.in_a_hurry():
                raw = self._outlet.mine.send(prepared)
        except requests.RequestException as problem:
            raise Silence(f"{method} {url} got no answer: {why(problem)}") from problem
        response = Response.from_requests(raw, verify=True)
        exchange = self._keep(response, operation, by=by, title=title, began_at=began_at)
        if operation is not None and method == operation.method:
            # What is wrong is told with the request, which cannot be written down while there is a hole in its path.
            holes = {name: name for name, place in operation.places.items() if place == "path"}
            case = self._schema[operation.path][operation.method].Case(path_parameters=holes)
            self._check(case, response, exchange)
        return exchange

    def close(self) -> None:
        self._outlet.close()

    def _keep(
        self, response: schemathesis.Response, operation: Operation | None, *, by: str, title: str, began_at: float
    ) -> Exchange:
        seconds = time.perf_counter() - began_at
        sent = response.request
        body = sent.body or b""
        with self._lock:
            self._numbers += 1
            number = self._numbers
        exchange = Exchange(
            number=number,
            title=title,
            by=by,
            operation=operation,
            method=str(sent.method),
            url=str(sent.url),
            request_headers={str(name): str(value) for name, value in sent.headers.items()},
            request_body=body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else b"",
            status=response.status_code,
            headers={name.lower(): ", ".join(values) for name, values in response.headers.items()},
            content=response.content,
            seconds=seconds,
            began_at=began_at,
        )
        with self._lock:
            self.timings.setdefault(exchange.label, []).append((seconds, exchange.status))
        return exchange

    def _check(self, case: schemathesis.Case[Any], response: schemathesis.Response, exchange: Exchange) -> None:
        if response.status_code >= _SERVER_ERROR:
            exchange.flaws.append(("not_a_server_error", None))
            return
        try:
            case.validate_response(response, checks=_CHECKS)
        except FailureGroup as group:
            exchange.flaws.extend((_check_of(failure), failure) for failure in group.exceptions)


def _check_of(failure: Failure) -> str:
    return failure.checks[0] if failure.checks else type(failure).__name__
