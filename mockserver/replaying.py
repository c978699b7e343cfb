"""A bundle played again: in memory, under the same name, at the same moments of the same world, until an answer differs.

What is not compared is what no seed decides: headers that the server below adds. A secret has a mark in its place: the first answer
that has one tells what it is here, and from there on it is compared, and sent, like everything else. A request that was broken off or answered in the
place of the API by a rule is done as far as it was done then, and its answer is not compared, which is said.
"""

import asyncio
import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from mockserver.app import API_NAMES, App, build_app, load_spec
from mockserver.control.exchanging import Answer, Pair, exchange, pretty, unlike
from mockserver.sandbox.clocks import ClockState, system_time
from mockserver.sandbox.records import Setup
from mockserver.sandbox.sandbox import Sandbox
from mockserver.settings import Settings

__all__ = ["CannotReplay", "Outcome", "replay"]

_FORMAT = 1
_MEMBERS = frozenset({"apis", "missing", "world", "given", "steps"})
_IN_ITS_PLACE = frozenset({"fin", "rst", "lost-before", "status", "rate-limited"})
"""Faults with which nothing is done."""
_REPLAYED = frozenset({"updateSandbox", "createSubscription", "updateSubscription", "deleteSubscription"})
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
    """

    same: int = 0
    said: list[str] = field(default_factory=list)
    difference: str | None = None


def replay(bundle: Mapping[str, Any]) -> Outcome:
    """Raises CannotReplay: it is of another format or of another seed, or begins where nobody knows what was before."""
    _check(bundle)
    settings = Settings(apis=tuple(bundle["apis"]), store="memory", webhook_hosts=("*",))
    app = build_app(settings, clock=system_time, at_once=False)
    try:
        return asyncio.run(_play(bundle, app))
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


async def _play(bundle: Mapping[str, Any], app: App) -> Outcome:
    for api in app.apis:
        drawn = None if api.domain is None else api.domain.seed_version
        if drawn != bundle["apis"][api.name]:
            raise CannotReplay(
                f"its {api.name} has version {bundle['apis'][api.name]} of the seed, and ours has {drawn}"
            )
    sandbox = _begin(bundle["world"], app)
    paths = _control_paths()
    outcome = Outcome()
    secrets = {mark: "x" * length for mark, length in bundle["given"].items()}
    for written in bundle["steps"]:
        step = _filled_in(written, secrets)
        if step["at"] is not None:
            moment = msgspec.convert(step["at"], datetime)
            sandbox.set_clock(lambda clock, real, moment=moment: _at(clock, real, moment))  # type: ignore[misc]
        if "control" in step:
            await _control(app, sandbox.name, step, paths)
        elif not await _ask(app, sandbox, step, outcome, secrets):
            break
    return outcome


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
    sandbox.journal.go_on_from(world["numbers"]["last"], world["numbers"]["asked"])
    return sandbox


def _at(clock: ClockState, real: datetime, moment: datetime) -> ClockState:
    """It stands still at each moment; of requests that overlapped, the later may have been at an earlier one."""
    return ClockState(frozen_at=max(clock.read(real), moment))


async def _ask(app: App, sandbox: Sandbox, step: Mapping[str, Any], outcome: Outcome, secrets: dict[str, str]) -> bool:
    """Whether to go on. The answer may tell of *secrets* that were not known before."""
    request, faults = step["request"], step.get("faults", ())
    headers = [pair for pair in request["headers"] if not (faults and pair[0] == "prefer")]
    if not _IN_ITS_PLACE.isdisjoint(faults):
        headers.append(["prefer", "fault=lost-before"])
        outcome.said.append(f"request {step['id']} was answered by {', '.join(faults)}, and is not compared")
    body, counted = _bytes(request["body"]), sandbox.journal.counted()
    came = await exchange(app.asgi, request["method"], request["path"], request["query"], headers, body)
    if step.get("is_rival"):
        # It is numbered in the journal alone: what the client asks keeps the ids it would have had.
        sandbox.journal.go_on_from(sandbox.journal.last_id, counted)
        outcome.said.append(f"request {step['id']} was a rival's, and its headers are not compared")
    if came is None or not _IN_ITS_PLACE.isdisjoint(faults):
        return True
    if "answer" in step.get("cut", ()):
        outcome.said.append(f"answer {step['id']} was kept as far as it was not too long, and is compared so far")
    secrets |= _told(step["answer"]["body"], came.body)
    lines = list(_differences(_filled_in(step, secrets), came))
    if not lines:
        outcome.same += 1
        return True
    outcome.difference = "\n".join([f"request {step['id']}: {request['method']} {request['path']}", *lines])
    return False


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


async def _control(app: App, name: str, step: Mapping[str, Any], paths: Mapping[str, tuple[str, str]]) -> None:
    """Raises CannotReplay. Rules are not armed again: what they did stands in the requests; and nothing is sent to anybody."""
    if step["control"] not in _REPLAYED:
        return
    method, path = paths[step["control"]]
    body = step["body"]
    if isinstance(body, dict):
        body = {member: value for member, value in body.items() if member not in {"secret", "headers", "hostile"}}
    headers = [["host", "localhost"], ["content-type", "application/json"]]
    came = await exchange(
        app.asgi,
        method,
        "/_sandbox" + path.format(name=name, **step["path"]),
        "",
        headers,
        b"" if body is None else msgspec.json.encode(body),
    )
    if came is None or came.status >= 400:  # noqa: PLR2004 - the first of the refusals
        said = "" if came is None else came.body.decode(errors="replace")
        raise CannotReplay(f"{step['control']} at {step['at']} was done then, and is refused now: {said}")
