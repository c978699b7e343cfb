"""Whether what a check sees breaks anything that a page states, where a target is held to that alone."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import schemathesis
from openapi_schema_validator import OAS30Validator
from schemathesis.core import NOT_SET

from contract_tests.checks.expectations import READINGS
from contract_tests.contracts import Contract
from doublebook_data.views import View, is_reading, opened

__all__ = ["CRASH", "is_free"]

CRASH = "not_a_server_error"

_ACCEPTED_ALL_THE_SAME = "negative_data_rejection"
_NOT_IMPLEMENTED = 501
"""What a server says to a method that it knows for no path (RFC 9110, 15.6.2)."""
_READ_AS = {"integer": int, "number": float}


def is_free(contract: Contract, check: str, case: schemathesis.Case[Any], address: str, status: int | None) -> bool:
    """
    Whether no page forbids what *check* found in the answer to *case*.

    Args:
        address: To which it was sent. Not all that was meant can be told from it: an empty object leaves nothing there, and
            a list of one empty text the same as an empty list.
        status: Of the answer; None where there was none.
    """
    if contract.view is View.OURS:
        return False
    if check == _ACCEPTED_ALL_THE_SAME:
        return not _is_forbidden(contract, case, address)
    if check == CRASH:
        is_known = case.method.lower() in contract.document["paths"][case.operation.path]
        return status == _NOT_IMPLEMENTED and not is_known
    return check in READINGS


def _is_forbidden(contract: Contract, case: schemathesis.Case[Any], address: str) -> bool:
    """Whether a page says that such a request is wrong."""
    operation = contract.document["paths"][case.operation.path][case.operation.method.lower()]
    parameters = [
        contract.resolved(each)
        for each in (
            *contract.document["paths"][case.operation.path].get("parameters", ()),
            *operation.get("parameters", ()),
        )
    ]
    sent = {
        "path": case.path_parameters or {},
        "header": case.headers or {},
        "query": parse_qs(urlsplit(address).query, keep_blank_values=True),
    }
    if any(_is_wrong(contract, each, sent[each["in"]]) for each in parameters if each["in"] in sent):
        return True
    body = contract.resolved(operation.get("requestBody", {}))
    schema = body.get("content", {}).get(case.media_type, {}).get("schema")
    if case.body is NOT_SET or schema is None:
        return False
    return not OAS30Validator(opened(contract.document, schema)).is_valid(case.body)


def _is_wrong(contract: Contract, parameter: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    name = parameter["name"]
    if is_reading(contract.document, parameter):
        return False
    if name not in sent:
        return bool(parameter.get("required")) and "required" not in parameter.get("x-inferred", ())
    schema = opened(contract.document, parameter.get("schema", {}))
    return not any(OAS30Validator(schema).is_valid(value) for value in _readings_of(sent[name], schema))


def _readings_of(value: Any, schema: Mapping[str, Any]) -> Iterator[Any]:
    """What a text may stand for, or the texts of a name that stands in an address so many times."""
    if schema.get("type") == "array":
        texts = value if isinstance(value, list) else [value]
        yield texts
        yield [each for text in texts for each in str(text).split(",") if each]
        return
    if isinstance(value, list) and len(value) == 1:
        (value,) = value
    yield value
    if isinstance(value, str):
        if schema.get("type") == "boolean":
            yield value.lower() in ("true", "1")
        read = _READ_AS.get(str(schema.get("type")))
        try:
            yield read(value) if read else value
        except ValueError:
            return
