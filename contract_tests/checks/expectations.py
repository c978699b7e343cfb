"""What each check expects, in one sentence for people: the table that findings quote.

Total over the checks that run; a test compares it with what Schemathesis has registered.
"""

from contract_tests.checks.refusals import REFUSALS_CHECK
from contract_tests.findings import Severity

__all__ = ["ANSWERED", "EXPECTATIONS", "READINGS"]

# Not a check of Schemathesis: a request that got no answer at all.
ANSWERED = "answered"

_MUST = Severity.MUST
_SHOULD = Severity.SHOULD

READINGS = frozenset({"missing_required_header", "unsupported_method", "use_after_free", REFUSALS_CHECK})
"""Checks of what no page of an API states, nor HTTP: where only what is stated counts, what they see is a difference."""

EXPECTATIONS: dict[str, tuple[Severity, str]] = {
    ANSWERED: (_MUST, "every request gets an answer"),
    REFUSALS_CHECK: (_MUST, "a well-formed request is accepted, or refused only as the contract lists"),
    "allow_header_conformance": (_SHOULD, "Allow names exactly the methods that the contract has for this path"),
    "content_type_conformance": (_MUST, "a content type that the contract has for this status"),
    "ensure_resource_availability": (_MUST, "what was just created can be reached"),
    "ignored_auth": (_MUST, "401 or 403 without a valid credential"),
    "missing_required_header": (_MUST, "a request without a required header is refused"),
    "negative_data_rejection": (_MUST, "a request that breaks the contract is refused"),
    "not_a_server_error": (_MUST, "no server error, whatever is sent"),
    "object_level_authorization": (_MUST, "one caller cannot read what another caller created"),
    "response_headers_conformance": (_MUST, "the headers that the contract has for this status"),
    "response_schema_conformance": (_MUST, "a body of the shape that the contract has for this status"),
    "status_code_conformance": (_MUST, "a status that the contract has for this operation"),
    "unsupported_method": (_MUST, "405 and Allow for a method that the contract does not have"),
    "use_after_free": (_MUST, "404 for what was deleted"),
}
