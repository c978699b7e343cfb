"""anny's words for every refusal: one error in JSON:API's `errors`.

`code` is what a program compares, and all but `unavailable_interval` are ours. `detail` is a sentence for people; what
a request is refused for stands in `source`, as a pointer into the body or as the name of a parameter.
"""

from collections.abc import Mapping
from typing import Any

from mockserver.apis.anny.documents import error
from mockserver.apis.anny.queries import UnknownParameter
from mockserver.apis.anny.refusals import NamesNothing, Unavailable
from mockserver.apis.anny.views import UnknownInclude
from mockserver.apis.exchange import Header, Reply
from mockserver.apis.refusals import BadInput, Undecodable
from mockserver.apis.wording import Wording, renderer, transport_rows
from mockserver.booking.errors import NotFound, RuleBroken

__all__ = ["AT_THE_DOOR", "RULES", "TABLE", "broken", "render"]

RULES = {
    code: (422, code)
    for code in (
        "booking_not_cancelable",
        "booking_not_editable",
        "booking_not_pending",
        "check_in_not_possible",
        "instant_booking_not_supported",
        "invitation_not_pending",
        "no_edit_in_progress",
        "order_not_open",
        "personalization_not_allowed",
        "service_options_not_editable",
        "unavailable_interval",
    )
}
"""RuleBroken, by its code."""

_CODES = {
    400: "bad_request",
    401: "unauthenticated",
    403: "unauthorized",
    404: "not_found",
    405: "method_not_allowed",
    413: "payload_too_large",
    415: "unsupported_media_type",
    422: "validation_error",
    429: "too_many_requests",
    500: "internal_error",
    503: "service_unavailable",
}
"""By status, where no rule has a code of its own."""

_TITLES = {"check_in_not_possible": "Check-in not possible"}
"""Those that are not their code in words."""


def _say(status: int, code: str, text: str, *headers: Header, **more: Any) -> Reply:
    title = _TITLES.get(code) or code.replace("_", " ").capitalize()
    return Reply(status, error(status, code, title, text, **more), headers)


def _refuse(status: int, text: str, *headers: Header, **more: Any) -> Reply:
    return _say(status, _CODES[status], _sentence(text), *headers, **more)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _source(refusal: BadInput) -> dict[str, str]:
    """The place of what is wrong; a header has none."""
    if refusal.place == "body":
        return {"pointer": refusal.pointer}
    return {"parameter": refusal.field} if refusal.field and refusal.place in {"path", "query"} else {}


def _wrong(status: int, refusal: BadInput) -> Reply:
    """Not a sentence: it begins with the name of a member or a parameter, as it is written."""
    return _say(status, _CODES[status], f"{refusal}.", **_source(refusal))


def _bad_input(refusal: BadInput) -> Reply:
    """JSON:API has a 400 for an order that a list does not know; what has no name is not known either."""
    return _wrong(400 if refusal.place == "query" and refusal.field in {"", "sort"} else 422, refusal)


def _names_nothing(refusal: NamesNothing) -> Reply:
    return _refuse(404, f"there is {refusal}", pointer=refusal.pointer, parameter=refusal.parameter)


def _unavailable(refusal: Unavailable) -> Reply:
    return _say(422, refusal.code, _sentence(str(refusal)), meta={"unavailability_type": refusal.kind.value})


def _rule(refusal: RuleBroken) -> Reply:
    status, code = RULES[refusal.code]
    return _say(status, code, _sentence(str(refusal)))


TABLE: Wording = {
    **transport_rows(_refuse),
    BadInput: _bad_input,
    UnknownParameter: lambda refusal: _wrong(400, refusal),
    Undecodable: lambda refusal: _wrong(400, refusal),
    UnknownInclude: lambda refusal: _refuse(400, refusal.reason, **_source(refusal)),
    NotFound: lambda refusal: _refuse(404, f"there is {refusal}"),
    NamesNothing: _names_nothing,
    RuleBroken: _rule,
    Unavailable: _unavailable,
}

render = renderer(TABLE)

AT_THE_DOOR: Mapping[str, str] = {
    "bad_body": "AN-V01",
    "bad_input/path": "AN-V08",
    "bad_input/query": "AN-V03",
    "bad_input/body": "AN-V02",
    "unknown_parameter": "AN-V10",
    "unknown_path": "AN-H01",
    "wrong_method": "AN-H02",
    "wrong_media_type": "AN-H03",
    "body_too_large": "AN-H04",
}
"""By which rule the door refuses, before a desk is asked: by our code, of a value by where it stands too."""


def broken(reason: str) -> Reply:
    return _say(500, _CODES[500], reason)
