"""What can be made to happen to a request, and what of it an API's document allows."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from doublebook_data import resolved
from mockserver.apis.bundle import Api
from mockserver.apis.exchange import NO_BODY, Reply
from mockserver.apis.identities import Caller
from mockserver.booking.errors import RuleBroken, in_json
from mockserver.sandbox.rules import DELAY, MEETINGS, RIVAL, SETTLE, Deed, Subject

__all__ = [
    "FAULTS",
    "KINDS",
    "LONGEST_SECONDS",
    "body_names",
    "caller_of",
    "check_rule",
    "definition_of",
    "made_up",
    "signed_in",
]

FAULTS: Mapping[str, str] = {
    "status": "another status is answered, with the document's own example; nothing is done",
    "rate-limited": "429 with Retry-After is answered; nothing is done",
    "fin": "the connection is closed before anything is done",
    "rst": "the connection is reset before anything is done",
    "lost-before": "the connection breaks before anything is done",
    "lost-after": "it is done, and the connection breaks instead of an answer",
    "late-after": "it is done, and the answer comes late",
    "malformed": "it is done, and the body of the answer is no JSON",
    "truncated": "it is done, and the connection ends in the middle of the answer",
    "slow": "it is done, and the answer comes in drops",
}
"""What is a fault, and what it does."""

KINDS: Mapping[str, str] = {
    DELAY: "it begins late",
    **FAULTS,
    SETTLE: "it is done, and its webhooks were delivered or have failed before it is answered",
    "hold": "it waits until somebody releases it",
    "barrier": "it waits until so many are there; then they go on in an order",
    RIVAL: "another party's request of the same operation is done just before it",
}

LONGEST_SECONDS = 60.0
_TAKES: Mapping[str, frozenset[str]] = {
    DELAY: frozenset({"seconds", "to", "p99"}),
    "status": frozenset({"status"}),
    "rate-limited": frozenset({"retry_after"}),
    "lost-before": frozenset({"by"}),
    "lost-after": frozenset({"by"}),
    "truncated": frozenset({"by"}),
    "late-after": frozenset({"seconds", "to", "p99"}),
    "slow": frozenset({"seconds", "to", "p99"}),
    SETTLE: frozenset({"seconds"}),
    "hold": frozenset({"count", "seconds"}),
    "barrier": frozenset({"count", "order", "seconds"}),
    RIVAL: frozenset({"identity", "changes"}),
}
"""What each takes beside its name."""

_DEFAULT = Deed("")


def check_rule(api: Api, on: Subject, do: Deed) -> None:
    """
    Raises:
        RuleBroken: `bad_rule`: it names what the API does not know, or says what makes no sense.
    """
    operations = [*api.operations]
    if on.operation is not None and on.operation not in operations:
        raise _unknown("operation", on.operation, operations, "on.operation")
    for where, credential in (("on.identity", on.identity), ("do.identity", do.identity)):
        if credential is not None and caller_of(api, credential) is None:
            raise _unknown("credential", credential, [each.credential for each in api.personas], where)
    for where, members in (("on.body", on.body), ("do.changes", do.changes)):
        for way in members:
            _check_member(api, on.operation, way, where)
    _check_deed(do)
    _check_numbers(on, do)
    if do.what in {"status", "rate-limited"}:
        status = 429 if do.what == "rate-limited" else do.status
        if status is None:
            raise RuleBroken("bad_rule", "a status is needed", field="do.status")
        for operation in operations if on.operation is None else [on.operation]:
            made_up(api, operation, status)


def _check_deed(do: Deed) -> None:
    if do.what not in KINDS:
        raise _unknown("fault", do.what, KINDS, "do.what")
    for name in Deed.__struct_fields__[1:]:
        if getattr(do, name) != getattr(_DEFAULT, name) and name not in _TAKES.get(do.what, ()):
            known = ", ".join(sorted(_TAKES.get(do.what, ()))) or "nothing"
            raise RuleBroken("bad_rule", f"{do.what} takes no {name}; it takes {known}", field=f"do.{name}")


def _check_numbers(on: Subject, do: Deed) -> None:
    if do.what in {DELAY, "late-after"} and do.seconds is None:
        raise RuleBroken("bad_rule", f"{do.what} needs seconds", field="do.seconds")
    if do.what == "barrier" and (do.count or 0) < 2:  # noqa: PLR2004 - one meets nobody
        raise RuleBroken("bad_rule", "a barrier needs a count of at least 2", field="do.count")
    if do.to is not None and do.to < (do.seconds or 0):
        raise RuleBroken("bad_rule", "seconds come before to", field="do.to")
    if do.p99 is not None and (not do.seconds or do.p99 < do.seconds or do.to is not None):
        raise RuleBroken("bad_rule", "p99 goes with seconds, which is less, and without to", field="do.p99")
    if isinstance(do.order, tuple) and sorted(do.order) != list(range(1, (do.count or 1) + 1)):
        raise RuleBroken("bad_rule", f"an order names each of 1 to {do.count} once", field="do.order")
    if on.since is not None and on.until is not None and on.until <= on.since:
        raise RuleBroken("bad_rule", "until comes after from", field="on.until")
    if do.what in MEETINGS and on.times != 1:
        raise RuleBroken("bad_rule", f"of a {do.what}, count says how many", field="on.times")


def made_up(api: Api, operation: str, status: int, request_id: str = "") -> Reply:
    """
    A reply of that status, as the document shows it.

    Raises:
        RuleBroken: `bad_rule`: the operation does not list that status.
    """
    responses = definition_of(api, operation)["responses"]
    if str(status) not in responses:
        listed = ", ".join(sorted(responses))
        raise RuleBroken(
            "bad_rule", f"{operation} never answers {status}; its document lists {listed}", field="do.status"
        )
    content = resolved(api.spec, responses[str(status)]).get("content", {})
    media_type = api.media_type if api.media_type in content else next(iter(content), None)
    if media_type is None:
        return Reply(status, NO_BODY)
    shown = content[media_type]
    named = [resolved(api.spec, each)["value"] for each in shown.get("examples", {}).values()]
    return api.signed(Reply(status, shown.get("example", named[0] if named else {}), (), media_type), request_id)


def definition_of(api: Api, operation: str) -> Mapping[str, Any]:
    """What the document says of an operation. Raises LookupError: it says nothing."""
    for item in api.spec["paths"].values():
        for each in item.values():
            if isinstance(each, dict) and each.get("operationId") == operation:
                return each
    raise LookupError(operation)


def caller_of(api: Api, credential: str) -> Caller | None:
    """Whom a credential stands for, or what a persona is called in `Persona.who`."""
    credential = next((each.credential for each in api.personas if each.who == credential), credential)
    return api.identify(signed_in(credential)).caller


def signed_in(credential: str) -> dict[bytes, bytes]:
    """The header of a request of whom a credential stands for."""
    return {b"authorization": f"Bearer {credential}".encode()}


def body_names(api: Api, operation: str) -> Mapping[str, Any] | None:
    """The schema of an operation's body; None where it takes none."""
    body = definition_of(api, operation).get("requestBody")
    if body is None:
        return None
    content = next(iter(resolved(api.spec, body)["content"].values()))
    schema: Mapping[str, Any] = resolved(api.spec, content["schema"])
    return schema


def _check_member(api: Api, operation: str | None, way: str, where: str) -> None:
    """As far as the document names members. Raises RuleBroken."""
    if operation is None:
        raise RuleBroken("bad_rule", "members of a body are those of an operation: name one", field="on.operation")
    schemas = [schema for schema in [body_names(api, operation)] if schema is not None]
    if not schemas:
        raise RuleBroken("bad_rule", f"{operation} takes no body", field=where)
    for step in way.split("."):
        known = dict(_members(api, schemas))
        if not known:
            return
        if step not in known:
            raise _unknown(f"member of the body of {operation}", step, known, where)
        schemas = [known[step]]


def _members(api: Api, schemas: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for each in schemas:
        schema = resolved(api.spec, each)
        yield from schema.get("properties", {}).items()
        for name in ("allOf", "anyOf", "oneOf"):
            yield from _members(api, schema.get(name, ()))


def _unknown(kind: str, name: str, known: Iterable[str], field: str) -> RuleBroken:
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"did you mean {in_json(close[0])}?" if close else f"there is {', '.join(names)}"
    return RuleBroken("bad_rule", f"there is no {kind} {in_json(name)}; {hint}", field=field)
