"""A bundle played again: in memory, under the same name, at the same moments of the same world, until an answer differs.

What is not compared is what no seed decides: headers that the server below adds. A secret has a mark in its place: the first answer
that has one tells what it is here, and from there on it is compared, and sent, like everything else.

Rules are armed and taken away as they were, and counted as the requests say that they were met: nothing is matched or drawn again,
and nobody waits. So they rest while a request is asked, but for what was answered in the place of the API: that is done by the rule that
did it then. A request that was broken off is done as far as it was done, and a rival as somebody whom no limit knows.
"""

import asyncio
import base64
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from mockserver.app import API_NAMES, App, build_app, load_spec
from mockserver.control.exchanging import Answer, Pair, exchange, pretty, unlike
from mockserver.sandbox.clocks import ClockState, system_time
from mockserver.sandbox.records import Setup
from mockserver.sandbox.rules import RIVAL, Deed, Rule, Subject
from mockserver.sandbox.sandbox import Sandbox
from mockserver.settings import Settings

__all__ = ["CannotReplay", "Outcome", "replay"]

_FORMAT = 1
_MEMBERS = frozenset({"apis", "missing", "world", "given", "steps"})
_BROKEN_OFF = frozenset({"fin", "rst", "lost-before"})
_IN_ITS_PLACE = _BROKEN_OFF | {"status", "rate-limited"}
"""Faults with which nothing is done."""
_LOST = Deed("lost-before")
_REPLAYED = frozenset(
    {
        "updateSandbox",
        "createRule",
        "deleteRule",
        "createSubscription",
        "updateSubscription",
        "deleteSubscription",
    }
)
"""What was done to the sandbox; releasing lets requests go on, which stand in the order in which they went, and nothing is sent again."""
_MARK = re.compile(r"\[secret \d+\]")
_MARK_OR_TEXT = re.compile(rf"{_MARK.pattern}|(?:(?!{_MARK.pattern}).)+", re.DOTALL)
_NOT_COMPARED = frozenset({"date", "preference-applied"})


class CannotReplay(ValueError):  # noqa: N818 - the command says it as it is
    """The file is none that can be played here; the text says why."""


@dataclass
class Outcome:
    """How far it came.

    Attributes:
        same: How many answers were the same.
        said: What was not compared, and why.
        difference: The first, line by line; None where there was none.
        rules: As they stand in the end.
    """

    same: int = 0
    said: list[str] = field(default_factory=list)
    difference: str | None = None
    rules: list[dict[str, Any]] = field(default_factory=list)


def replay(bundle: Mapping[str, Any]) -> Outcome:
    """Raises CannotReplay: it is of another format or of another seed, or begins where nobody knows what was before."""
    _check(bundle)
    settings = Settings(apis=tuple(bundle["apis"]), store="memory", webhook_hosts=("*",))
    app = build_app(settings, clock=system_time, at_once=False)
    try:
        return asyncio.run(_Session(bundle, app).play())
    finally:
        app.uproot()
        app.store.close()


def _check(bundle: Mapping[str, Any]) -> None:
    if not isinstance(bundle, dict) or bundle.get("format") != _FORMAT:
        raise CannotReplay(f"this is no bundle of format {_FORMAT}")
    if lacking := sorted(_MEMBERS - bundle.keys()):
        raise CannotReplay(f"this bundle has no {', '.join(lacking)}")
    if unknown := sorted(set(bundle["apis"]) - set(API_NAMES)):
        raise CannotReplay(f"there is no API {', '.join(unknown)} here")
    if bundle["missing"]:
        raise CannotReplay("not all of it is here: " + "; ".join(bundle["missing"]))


class _Session:
    """A bundle in a sandbox of its own. Raises CannotReplay: it is of another seed."""

    def __init__(self, bundle: Mapping[str, Any], app: App) -> None:
        _check_seeds(bundle, app)
        self._bundle = bundle
        self._app = app
        self._sandbox = _begin(bundle["world"], app)
        self._paths = _control_paths()
        self._secrets = {mark: "x" * length for mark, length in bundle["given"].items()}
        self._armed: dict[int, Rule] = {}
        """Each rule that was ever armed; one that was taken away may still do what it had begun."""
        self._outcome = Outcome()

    async def play(self) -> Outcome:
        """Raises CannotReplay."""
        sandbox, outcome = self._sandbox, self._outcome
        for written in self._bundle["steps"]:
            step = _filled_in(written, self._secrets)
            if step["at"] is not None:
                moment = msgspec.convert(step["at"], datetime)
                sandbox.set_clock(lambda clock, real, moment=moment: _at(clock, real, moment))  # type: ignore[misc]
            if "control" in step:
                await self._control(step)
            elif not await self._ask(step):
                break
        outcome.rules = msgspec.json.decode(msgspec.json.encode(sandbox.record.rules))
        stood = self._bundle.get("rules")
        if outcome.difference is None and stood is not None and _filled_in(stood, self._secrets) != outcome.rules:
            outcome.said.append(
                "rules were met otherwise when it was exported: a request that they were about was still under way"
            )
        return outcome

    async def _control(self, step: Mapping[str, Any]) -> None:
        """Raises CannotReplay."""
        if step["control"] not in _REPLAYED:
            return
        method, path = self._paths[step["control"]]
        body = step["body"]
        if isinstance(body, dict):
            body = {member: value for member, value in body.items() if member not in {"secret", "headers", "hostile"}}
        came = await exchange(
            self._app.asgi,
            method,
            "/_sandbox" + path.format(name=self._sandbox.name, **step["path"]),
            "",
            [["host", "localhost"], ["content-type", "application/json"]],
            b"" if body is None else msgspec.json.encode(body),
        )
        if came is None or came.status >= 400:  # noqa: PLR2004 - the first of the refusals
            said = "" if came is None else came.body.decode(errors="replace")
            raise CannotReplay(f"{step['control']} at {step['at']} was done then, and is refused now: {said}")
        self._armed |= {rule.id: rule for rule in self._sandbox.record.rules}

    async def _ask(self, step: Mapping[str, Any]) -> bool:
        """Whether to go on. The answer may tell of secrets that were not known before."""
        outcome, faults = self._outcome, step.get("faults", ())
        rules, deeds = self._sandbox.record.rules, self._deeds(step)
        self._stand(Rule(number, step["api"], Subject(times=None), deed) for number, deed in deeds)
        came = await self._exchanged(step)
        self._stand(_counted(rules, step.get("met", ())))
        if came is None and step["answer"]["status"] == 0:
            broken = ", ".join(each for each in faults if each in _BROKEN_OFF)
            outcome.said.append(f"request {step['id']} was broken off by {broken}, and was not answered")
            return True
        if came is None:
            outcome.said.append(
                f"request {step['id']} was answered by {', '.join(faults)} of a rule that is not here, and is not compared"
            )
            return True
        if "answer" in step.get("cut", ()):
            outcome.said.append(f"answer {step['id']} was kept as far as it was not too long, and is compared so far")
        self._secrets |= _told(step["answer"]["body"], came.body)
        lines = list(_differences(_filled_in(step, self._secrets), came))
        if not lines:
            outcome.same += 1
            return True
        request = step["request"]
        outcome.difference = "\n".join([f"request {step['id']}: {request['method']} {request['path']}", *lines])
        return False

    def _stand(self, rules: Iterable[Rule]) -> None:
        self._sandbox.arm(lambda record: msgspec.structs.replace(record, rules=tuple(rules)))

    def _deeds(self, step: Mapping[str, Any]) -> list[tuple[int, Deed]]:
        """What is done to a request again, and the rule that does it; what the request itself asks for is not among it."""
        if step.get("is_rival"):
            return [(0, Deed(RIVAL)), (0, _LOST)]  # beside a request of which nothing is done
        in_its_place = _IN_ITS_PLACE.intersection(step.get("faults", ()))
        fired = [self._armed[number] for number, fires in step.get("met", ()) if fires and number in self._armed]
        deeds = [(rule.id, rule.do) for rule in fired if rule.do.what in in_its_place]
        if in_its_place and not deeds and not _preferred(step):
            return [(0, _LOST)]
        return deeds

    async def _exchanged(self, step: Mapping[str, Any]) -> Answer | None:
        """None where the connection broke."""
        request, journal = step["request"], self._sandbox.journal
        headers, preferred = request["headers"], _preferred(step)
        if preferred is not None:
            headers = [pair for pair in headers if pair[0] != "prefer"] + [["prefer", each] for each in preferred]
        counted = journal.counted()
        came = await exchange(
            self._app.asgi, request["method"], request["path"], request["query"], headers, _bytes(request["body"])
        )
        if not step.get("is_rival"):
            return came
        rival = next(each for each in journal.latest(2) if each.is_rival)
        # It is numbered in the journal alone: what the client asks keeps the ids it would have had.
        journal.go_on_from(rival.id, counted)
        return Answer(rival.status, [], rival.response_body)


def _check_seeds(bundle: Mapping[str, Any], app: App) -> None:
    for api in app.apis:
        drawn = None if api.domain is None else api.domain.seed_version
        if drawn != bundle["apis"][api.name]:
            raise CannotReplay(
                f"its {api.name} has version {bundle['apis'][api.name]} of the seed, and ours has {drawn}"
            )


def _begin(world: Mapping[str, Any], app: App) -> Sandbox:
    setup = Setup(
        seed=world["seed"],
        epoch=msgspec.convert(world["epoch"], datetime),
        scenario=world["scenario"],
        clock=msgspec.convert(world["began_at"], datetime),
        frozen=True,
        settings=world["settings"],
        outbox=world["outbox"],
    )
    sandbox = app.sandboxes.create(world["name"], setup)
    sandbox.mark = world["numbers"].get("mark", "")  # of a durable sandbox, whose request ids name its loading
    sandbox.journal.go_on_from(world["numbers"]["last"], world["numbers"]["asked"])
    return sandbox


def _at(clock: ClockState, real: datetime, moment: datetime) -> ClockState:
    """It stands still at each moment; of requests that overlapped, the later may have been at an earlier one."""
    return ClockState(frozen_at=max(clock.read(real), moment))


def _counted(rules: Iterable[Rule], met: Iterable[Sequence[Any]]) -> list[Rule]:
    """After a request that has *met* some of them: their ids, each with whether it fired. Others may be gone."""
    fired = {number: bool(fires) for number, fires in met}
    return [
        msgspec.structs.replace(rule, met=rule.met + 1, fired=rule.fired + fired[rule.id]) if rule.id in fired else rule
        for rule in rules
    ]


def _preferred(step: Mapping[str, Any]) -> list[str] | None:
    """Of what a request has preferred what is done again: not that it is late or lost. None where it was told of nothing."""
    applied = [value for name, value in step["answer"]["headers"] if name == "preference-applied"]
    if not applied:
        return None
    return [
        each
        for each in applied[0].split(", ")
        if each.startswith(("code=", "explain")) or each.removeprefix("fault=") in _IN_ITS_PLACE
    ]


def _filled_in(value: Any, secrets: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled_in(each, secrets) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled_in(each, secrets) for each in value]
    return _MARK.sub(lambda mark: secrets.get(mark[0], mark[0]), value) if isinstance(value, str) else value


def _told(expected: Any, body: bytes) -> dict[str, str]:
    """What stands where an answer is expected to have marks, where it is else the same."""
    marks = _MARK.findall(expected) if isinstance(expected, str) else []
    if not marks:
        return {}
    # The same mark twice is the same secret twice.
    seen: set[str] = set()
    form = ""
    for part in _MARK_OR_TEXT.findall(expected):
        name = f"secret_{part[8:-1]}" if part in marks else ""
        form += re.escape(part) if not name else f"(?P={name})" if part in seen else f'(?P<{name}>[^"]+)'
        seen.add(part)
    found = re.fullmatch(form, body.decode(errors="replace"), re.DOTALL)
    return {} if found is None else {mark: found[f"secret_{mark[8:-1]}"] for mark in marks}


def _differences(step: Mapping[str, Any], came: Answer) -> Iterator[str]:
    expected = step["answer"]
    if came.status != expected["status"]:
        yield from (f"- status {expected['status']}", f"+ status {came.status}")
    if not step.get("is_rival"):
        yield from unlike(_head(expected["headers"]), _head(came.headers))
    body = b"" if step["request"]["method"] == "HEAD" else _bytes(expected["body"])
    cut = "answer" in step.get("cut", ())
    if body != (came.body[: len(body)] if cut else came.body):
        yield from unlike(pretty(body), pretty(came.body))


def _head(headers: Sequence[Pair]) -> list[str]:
    return [f"{name}: {value}" for name, value in headers if name.lower() not in _NOT_COMPARED]


def _bytes(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else base64.b64decode(body["base64"])


# What was done from outside


def _control_paths() -> dict[str, tuple[str, str]]:
    paths = load_spec("control")["paths"]
    return {
        each["operationId"]: (method.upper(), path) for path, item in paths.items() for method, each in item.items()
    }
