"""Which requests of a journal are meant: filters of a list, and what `verify` holds against them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from mockserver.apis.bundle import Api
from mockserver.apis.faults import caller_of
from mockserver.apis.reasons import Reason, every_rule, rules_that_refuse
from mockserver.booking.errors import RuleBroken
from mockserver.control.errors import UnknownName
from mockserver.sandbox.journal import Entry, shown_changes

__all__ = [
    "Filter",
    "Question",
    "Verdict",
    "changes_of",
    "identity_of",
    "reasons_of",
    "shown_to",
    "touched_by",
    "verify",
    "wanted",
]


class Filter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an entry has to be; what it does not say does not matter.

    Attributes:
        status: A number, or a class such as `4xx`.
        identity: A credential, or what a persona is called.
        body: Members of the request's body and their values, each by its way.
        since: The id of an entry; only later ones.
    """

    api: str | None = None
    operation: str | None = None
    method: str | None = None
    status: str | int | None = None
    path: str | None = None
    refusal: str | None = None
    rule: str | None = None
    identity: str | None = None
    touched: str | None = None
    body: dict[str, Any] = {}
    since: int | None = None


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of: so many times (`never` is 0 times), or each of a list in this order."""

    of: Filter = Filter()
    times: int | None = None
    never: bool = False
    in_order: tuple[Filter, ...] | None = None


class Verdict(msgspec.Struct, frozen=True):
    holds: bool
    count: int
    entries: Sequence[int]
    sentence: str


def wanted(asked: Filter, apis: Mapping[str, Api], *, strict: bool = True) -> Callable[[Entry], bool]:
    """
    Args:
        strict: Refuse the name of an operation or a rule that there is not, instead of finding nothing.

    Raises:
        UnknownName: There is no such API or identity, and so on.
    """
    among = [_named(apis, asked.api)] if asked.api is not None else list(apis.values())
    if strict and asked.operation is not None and not any(asked.operation in api.operations for api in among):
        raise UnknownName("operation", asked.operation, (name for api in among for name in api.operations))
    if strict and asked.rule is not None and not any(asked.rule in every_rule(api) for api in among):
        raise UnknownName("rule", asked.rule, (rule for api in among for rule in every_rule(api)))
    callers = _callers(among, asked.identity)
    simple = {"api": asked.api, "operation": asked.operation, "refusal": asked.refusal}
    simple = {name: value for name, value in simple.items() if value is not None}

    def is_wanted(entry: Entry) -> bool:
        return (
            all(getattr(entry, name) == value for name, value in simple.items())
            and (asked.method is None or entry.method == asked.method.upper())
            and (asked.path is None or asked.path in entry.path)
            and (asked.status is None or _has_status(entry, str(asked.status)))
            and (asked.since is None or entry.id > asked.since)
            and (asked.identity is None or (entry.api, entry.caller) in callers)
            and (asked.touched is None or asked.touched in touched_by(entry))
            and (not asked.body or _has(entry, asked.body))
            and (asked.rule is None or asked.rule in {each.id for each in reasons_of(apis.get(entry.api), entry)})
        )

    return is_wanted


def verify(question: Question, entries: Iterable[Entry], apis: Mapping[str, Api]) -> Verdict:
    """What rivals have done does not count. Raises UnknownName, RuleBroken `bad_question`."""
    given = [question.times is not None, question.never, question.in_order is not None]
    if sum(given) > 1:
        raise RuleBroken("bad_question", "times, never and in_order go one at a time", field="times")
    asked = [entry for entry in entries if not entry.is_rival]
    if question.in_order is not None:
        return _in_order([wanted(each, apis) for each in question.in_order], asked)
    is_wanted = wanted(question.of, apis)
    found = [entry.id for entry in asked if is_wanted(entry)]
    times = 0 if question.never else question.times
    holds = bool(found) if times is None else len(found) == times
    expected = "at least once" if times is None else "never" if times == 0 else f"{times} times"
    return Verdict(holds, len(found), found, f"expected {expected}, was asked {len(found)} times")


def _in_order(steps: Sequence[Callable[[Entry], bool]], entries: Sequence[Entry]) -> Verdict:
    found: list[int] = []
    for entry in entries:
        if len(found) < len(steps) and steps[len(found)](entry):
            found.append(entry.id)
    holds = len(found) == len(steps)
    said = (
        "all came in this order" if holds else f"number {len(found) + 1} of {len(steps)} did not come after the others"
    )
    return Verdict(holds, len(found), found, said)


def reasons_of(api: Api | None, entry: Entry) -> list[Reason]:
    """The rules by which an entry was refused."""
    if api is None or entry.refusal is None:
        return []
    return rules_that_refuse(api, entry.operation, entry.status, entry.response_body, entry.refusal, entry.facts)


def identity_of(api: Api | None, entry: Entry) -> str | None:
    """What the caller is called: as the persona that stands for the same one, else by tenant, role and id."""
    if entry.caller is None:
        return None
    for persona in () if api is None else api.personas:
        caller = caller_of(api, persona.credential) if api is not None else None
        if caller is not None and (caller.tenant, caller.role, caller.id) == tuple(entry.caller):
            return persona.who
    return "/".join(part for part in entry.caller if part)


def touched_by(entry: Entry) -> list[str]:
    """What it wrote, each as `kind/id`."""
    return [f"{each['kind']}/{each['id']}" for each in changes_of(entry)]


def changes_of(entry: Entry) -> list[dict[str, Any]]:
    changes = entry.changes
    return shown_changes(changes) if isinstance(changes, tuple) else list(changes or ())


def shown_to(api: Api | None, entry: Entry) -> list[dict[str, Any]]:
    """What it changed: of what is kept for others' sake, and of subscriptions, which have secrets, only that it was."""
    domain = None if api is None else api.domain
    return [
        change if domain is not None and domain.kind(change["kind"]) is not None else {**change, "fields": {}}
        for change in changes_of(entry)
    ]


def _named(apis: Mapping[str, Api], name: str) -> Api:
    if name not in apis:
        raise UnknownName("API", name, apis)
    return apis[name]


def _callers(apis: Sequence[Api], identity: str | None) -> set[tuple[str, tuple[str, str, str]]]:
    if identity is None:
        return set()
    found = {(api.name, caller_of(api, identity)) for api in apis}
    known = {(api, (caller.tenant, caller.role, caller.id)) for api, caller in found if caller is not None}
    if not known:
        raise UnknownName("identity", identity, (persona.who for api in apis for persona in api.personas))
    return known


def _has_status(entry: Entry, status: str) -> bool:
    return str(entry.status) == status or (status[1:] == "xx" and str(entry.status)[:1] == status[:1])


def _has(entry: Entry, members: Mapping[str, Any]) -> bool:
    try:
        body = msgspec.json.decode(entry.request_body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    for way, value in members.items():
        here = body
        for step in way.split("."):
            here = here.get(step, msgspec.UNSET) if isinstance(here, dict) else msgspec.UNSET
        if here != value:
            return False
    return True
