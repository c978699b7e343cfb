"""Ids that stand for something there: what the profile gives, and what the answers of a run have shown.

Whoever makes ids up is answered 404, and learns nothing about the operation. So an id that a generated request asks for
is replaced by one that is known, just before it is sent; one that breaks its schema on purpose stays, and so does every
fifth, for what nobody has is to be asked for too. Where several fit, those that were seen together and those that
worked go first, and those that did not work last.

A request that writes names only what the run made or the profile gives.
"""

import copy
import json
import re
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, islice, product, zip_longest
from typing import Any

import schemathesis
from schemathesis.core.jsonschema import make_validator
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import TestPhase
from schemathesis.hooks import GLOBAL_HOOK_DISPATCHER

from contract_tests.contracts import Contract, Operation
from contract_tests.profiles import Profile
from contract_tests.scenes.exchanges import SUCCESSES, is_id, kind_of

__all__ = ["Inventory"]

_MOST = 200  # of a kind: enough for any run, and no list fills the memory
_TRIED = 400  # combinations that are looked at for one request
_LEFT_AS_DRAWN = 5
_NOT_THERE = (403, 404, 410)
_WRAPPERS = ("data", "attributes", "items", "results")
_NAMED = re.compile("(name|slug|number)$")

Token = tuple[str, str]
"""A kind and an id, as text."""


class Inventory:
    """Of one run. May be used from several threads."""

    def __init__(self, contract: Contract, profile: Profile) -> None:
        self._operations = {each.label: each for each in contract.operations}
        holes = chain.from_iterable(re.findall(r"\{(.+?)\}", each.path) for each in contract.operations)
        self._keys = {kind_of(hole) for hole in holes if not is_id(hole)}
        self._known: defaultdict[str, dict[str, Any]] = defaultdict(dict)
        self._own: set[Token] = set()
        self._together: set[tuple[Token, Token]] = set()
        self._worked: defaultdict[str, dict[tuple[str, ...], list[Any]]] = defaultdict(dict)
        self._failed: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)
        self._asked: defaultdict[str, int] = defaultdict(int)
        self._validators: dict[tuple[str, ParameterLocation, str | None], Any] = {}  # not made anew for each value
        self._lock = threading.Lock()
        for kind, value in _given(profile.find("inventory", {})):
            self._keep(kind, value, is_own=True)

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Have Schemathesis ask for what is known, and learn from what it is answered, while the block lasts."""

        def before_call(_: schemathesis.HookContext, case: schemathesis.Case[Any], kwargs: dict[str, Any]) -> None:  # noqa: ARG001 - as it is called there
            self.fill(case)

        def after_call(
            _: schemathesis.HookContext, case: schemathesis.Case[Any], response: schemathesis.Response
        ) -> None:
            self.learn(case, response)

        # The engine asks no other than the global ones before a call.
        for hook in (before_call, after_call):
            schemathesis.hook(hook)
        try:
            yield
        finally:
            for hook in (before_call, after_call):
                GLOBAL_HOOK_DISPATCHER.unregister(hook)

    def values(self, name: str, operation: Operation) -> list[Any]:
        """What may stand under *name* in a request to *operation*, the likeliest first."""
        return [value for _, value in self._values(name, operation, {})]

    def of_kind(self, word: str) -> list[Any]:
        """What is known of that kind: `service`, `services` and `serviceID` are one."""
        return [*self._known[kind_of(word)].values()] if kind_of(word) in self._known else []

    def forget_failures(self) -> None:
        """Who asks next may see something else."""
        self._failed.clear()

    def fill(self, case: schemathesis.Case[Any]) -> None:
        """Put what is known into *case*, as long as it stays what it was meant to be."""
        operation, meta = self._operations.get(case.operation.label), case.meta
        # What a link brought is the point of a chain of requests.
        if operation is None or meta is None or meta.phase.name is TestPhase.STATEFUL:
            return
        with self._lock:
            self._asked[operation.label] += 1
            if meta.phase.name is not TestPhase.EXAMPLES and self._asked[operation.label] % _LEFT_AS_DRAWN == 0:
                return
            self._fill_path(case, operation)
            self._fill_rest(case, operation)

    def _fill_path(self, case: schemathesis.Case[Any], operation: Operation) -> None:
        drawn = case.path_parameters
        if not drawn or _is_broken(case, ParameterLocation.PATH):
            return
        for values in self._combinations(case, operation, drawn)[:1]:
            case.path_parameters = {**drawn, **dict(zip(sorted(drawn), values, strict=True))}

    def _combinations(
        self, case: schemathesis.Case[Any], operation: Operation, drawn: Mapping[str, Any]
    ) -> list[list[Any]]:
        """Those that worked in turn, then the likeliest of what was not tried; nothing where all was tried in vain."""
        worked, failed = self._worked[operation.label], self._failed[operation.label]
        if worked and self._asked[operation.label] % 2:
            return [[*worked.values()][self._asked[operation.label] // 2 % len(worked)]]
        columns = [
            [
                each
                for each in self._values(name, operation, drawn)
                if self._fits(case, ParameterLocation.PATH, name, each[1])
            ]
            or [(("", str(value)), value)]
            for name, value in sorted(drawn.items())
        ]
        found = [
            each
            for each in islice(product(*columns), _TRIED)
            if tuple(str(value) for _, value in each) not in failed | worked.keys()
        ]
        found.sort(key=lambda each: -self._acquaintance([token for token, _ in each]))
        untried = [[value for _, value in each] for each in found]
        return untried or [*worked.values()][:1]

    def _acquaintance(self, tokens: Sequence[Token]) -> int:
        return sum((one, other) in self._together for one in tokens for other in tokens)

    def _fill_rest(self, case: schemathesis.Case[Any], operation: Operation) -> None:
        beside = dict(self._named_in(operation, case.path_parameters or {}))
        if case.query and not _is_broken(case, ParameterLocation.QUERY):
            query = {name: self._one(name, drawn, operation, beside) for name, drawn in case.query.items()}
            fit = {name for name, value in query.items() if value != case.query[name]}
            fit = {name for name in fit if self._fits(case, ParameterLocation.QUERY, name, query[name])}
            case.query = {**case.query, **{name: query[name] for name in fit}}
        if isinstance(case.body, dict | list) and not _is_broken(case, ParameterLocation.BODY):
            body = self._filled(copy.deepcopy(case.body), operation, beside)
            if body != case.body and self._fits(case, ParameterLocation.BODY, "", body):
                case.body = body

    def _filled(self, value: Any, operation: Operation, beside: Mapping[str, str]) -> Any:
        if isinstance(value, list):
            return [self._filled(each, operation, beside) for each in value]
        if not isinstance(value, dict):
            return value
        return {
            name: self._filled(inner, operation, beside)
            if isinstance(inner, dict | list)
            else self._one(name, inner, operation, beside)
            for name, inner in value.items()
        }

    def _one(self, name: str, drawn: Any, operation: Operation, beside: Mapping[str, str]) -> Any:
        if not _is_plain(drawn) or not self._is_key(name) or not kind_of(name):
            return drawn
        if same := beside.get(kind_of(name)):
            return int(same) if isinstance(drawn, int) and same.isdecimal() else same
        known = self._values(name, operation, {})
        near = [value for token, value in known if any((token, other) in self._together for other in beside.items())]
        fitting = (_as_drawn(each, drawn) for each in near or [value for _, value in known])
        choice = [each for each in fitting if type(each) is type(drawn)]
        return choice[self._asked[operation.label] % len(choice)] if choice else drawn

    def _fits(self, case: schemathesis.Case[Any], location: ParameterLocation, name: str, value: Any) -> bool:
        """Whether the document allows *value* there."""
        key = case.operation.label, location, name or case.media_type
        if key not in self._validators:
            self._validators[key] = _validator(case, location, name)
        validator = self._validators[key]
        return validator is not None and validator.is_valid(value)

    def _is_key(self, name: str) -> bool:
        return is_id(name) or kind_of(name) in self._keys

    def _values(self, name: str, operation: Operation, drawn: Mapping[str, Any]) -> list[tuple[Token, Any]]:
        """What may stand under *name*, of each kind that it may mean the first, then the second."""
        columns = [
            [
                ((kind, text), value)
                for text, value in self._known[kind].items()
                if self._may_name(operation, kind, text)
            ]
            for kind in _kinds_of(name, operation.path, drawn)
            if kind in self._known
        ]
        return [each for row in zip_longest(*columns) for each in row if each is not None]

    def _may_name(self, operation: Operation, kind: str, text: str) -> bool:
        return operation.reads_only or (kind, text) in self._own

    def learn(self, case: schemathesis.Case[Any], response: schemathesis.Response) -> None:
        """Keep the ids of an answer, and whether those of its request led to something."""
        operation = self._operations.get(case.operation.label)
        if operation is None or response.request.method != operation.method:
            return
        path = dict(sorted((case.path_parameters or {}).items()))  # each phase has them in an order of its own
        values = tuple(map(str, path.values()))
        with self._lock:
            if response.status_code in SUCCESSES:
                known = [self._find(name, value, operation, path) for name, value in path.items()]
                if operation.reads_only or None not in known:
                    pairs = zip(known, path.values(), strict=True)
                    self._worked[operation.label][values] = [drawn if each is None else each for each, drawn in pairs]
                self.note(operation, path, response.content, _first(response.headers.get("location")))
            elif response.status_code in _NOT_THERE:
                self._failed[operation.label].add(values)

    def _find(self, name: str, value: Any, operation: Operation, path: Mapping[str, Any]) -> Any:
        """What was sent as *value*, as it is known, and if *operation* may name it; else None."""
        kinds = _kinds_of(name, operation.path, path)
        may = [kind for kind in kinds if self._may_name(operation, kind, str(value))]
        return next((self._known[kind][str(value)] for kind in may if str(value) in self._known[kind]), None)

    def note(self, operation: Operation, path: Mapping[str, Any], content: bytes, location: str = "") -> None:
        """Keep the ids in the answer to an accepted request."""
        try:
            body = json.loads(content)
        except ValueError:
            body = None
        asked = [(kind, str(value)) for kind, value in self._named_in(operation, path)]
        words = [word for word in operation.path.split("/") if word and "{" not in word]
        made = re.search(r"([A-Za-z_-]+)/([^/?]+)/?$", location)
        found = [*self._ids_in(body, kind_of(words[-1]) if words else "")]
        found += [(kind_of(made[1]), int(made[2]) if made[2].isdecimal() else made[2])] if made else []
        tokens = [self._keep(kind, value, is_own=not operation.reads_only) for kind, value in found]
        for one in asked:
            self._together.update((one, other) for other in tokens)
            self._together.update((other, one) for other in tokens)

    def _ids_in(self, value: Any, kind: str) -> Iterator[tuple[str, Any]]:
        if isinstance(value, list):
            for each in value:
                yield from self._ids_in(each, kind)
        if not isinstance(value, dict):
            return
        own = kind_of(value["type"]) if isinstance(value.get("type"), str) and "id" in value else kind
        for name, inner in value.items():
            if isinstance(inner, dict | list):
                yield from self._ids_in(inner, own if name in _WRAPPERS else kind_of(name))
            elif self._is_key(name) and _is_plain(inner):
                yield kind_of(name) or own, inner

    def _named_in(self, operation: Operation, path: Mapping[str, Any]) -> list[Token]:
        """What the path of a request names, by each kind that it may be."""
        return [(kind, str(value)) for name, value in path.items() for kind in _kinds_of(name, operation.path, path)]

    def _keep(self, kind: str, value: Any, *, is_own: bool) -> Token:
        token = kind, str(value)
        known = self._known[kind]
        if value != "" and (token[1] in known or len(known) < _MOST):
            known.setdefault(token[1], value)
            if is_own:
                self._own.add(token)
        return token


def _kinds_of(name: str, path: str, drawn: Mapping[str, Any]) -> list[str]:
    """What an id may be of: its name says it, or what stands before it in the path, nearest first."""
    kinds = [kind_of(name), _NAMED.sub("", kind_of(name))]
    before = path.partition(f"/{{{name}}}")[0].split("/") if f"{{{name}}}" in path else []
    for word in reversed(before):
        hole = word.strip("{}")
        kinds.append(kind_of(str(drawn.get(hole, ""))) if hole != word else kind_of(word))
    return [*dict.fromkeys(filter(None, kinds))]


def _given(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """What a profile gives, by kind: `service`, `group_service` and `services.paid` are services."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _given(value, name)
        elif _is_plain(value):
            names = dict.fromkeys((name, name.rpartition("_")[2], above))
            yield from ((kind_of(each), value) for each in names if kind_of(each))


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _as_drawn(value: Any, drawn: Any) -> Any:
    """A number as text where a number was drawn so: some phases write for the wire."""
    return str(value) if isinstance(value, int) and isinstance(drawn, str) and drawn.isdecimal() else value


def _validator(case: schemathesis.Case[Any], location: ParameterLocation, name: str) -> Any:
    """None where the document has nothing there."""
    if location is ParameterLocation.BODY:
        part = case.operation.get_body_for_media_type(case.media_type)
    else:
        part = case.operation.get_parameter_set(location).get(name)
    draft = case.operation.schema.adapter.jsonschema_validator_cls
    return None if part is None else make_validator(part.validation_schema, draft)


def _is_broken(case: schemathesis.Case[Any], location: ParameterLocation) -> bool:
    """Whether what stands there breaks its schema: it was made so, or what was put there does."""
    part = None if case.meta is None else case.meta.components.get(location)
    return case.meta is None or (part is not None and part.mode.is_negative)


def _first(values: Iterable[str] | None) -> str:
    return next(iter(values or ()), "")
