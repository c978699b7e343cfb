"""A session as one file: the world it began with, what was done to it, what was asked and what was answered, in order.

What replays it is `mockserver.replaying`. Answers are as they were sent, but that each secret has a mark in its place, `[secret 1]`,
which a replay finds out by itself. Credentials are those of personas that stand for the same callers.
"""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from mockserver import __version__
from mockserver.apis.bundle import Api
from mockserver.apis.exchange import Call, Reply
from mockserver.apis.faults import caller_of
from mockserver.control.asking import identity_of
from mockserver.control.desk import Desk
from mockserver.control.scripts import SCRIPTS
from mockserver.control.secrets import Secrets
from mockserver.control.timing import show_move
from mockserver.control.wire import show_moment
from mockserver.sandbox.journal import Entry
from mockserver.sandbox.moves import read_moves
from mockserver.sandbox.sandbox import DEFAULT, Sandbox

__all__ = ["FORMAT", "bundle_of", "exported", "step_of"]

FORMAT = 1

_CREDENTIALS = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})
_SHORTEST_SECRET = 6


def exported(desk: Desk, call: Call) -> Reply:
    bundle = bundle_of(desk, call.path["name"], call.query["until"])
    form = call.query["as"]
    if form == "bundle":
        return Reply(200, {"as": form, "missing": bundle["missing"], "bundle": bundle})
    return Reply(200, {"as": form, "missing": bundle["missing"], "text": SCRIPTS[form](bundle, call.origin)})


def bundle_of(desk: Desk, name: str, until: int | None = None) -> dict[str, Any]:
    """Args: until: The request that is the last in it; None takes all, and only then it says how the rules stand."""
    sandbox = desk.sandbox(name)
    record, journal = sandbox.record, sandbox.journal
    entries = sorted(sandbox.entries(), key=lambda entry: entry.id)
    lost = sandbox.lost_entries(entries)
    if until is not None:
        entries = [entry for entry in entries if entry.id <= until]
    changed = next((note.before for note in journal.notes if note.before is not None), None)
    began_after, asked = journal.began
    world = {
        "name": record.name,
        "seed": record.seed,
        "epoch": show_moment(record.epoch),
        "scenario": record.scenario,
        "began_at": show_moment(record.began_at),
        **(changed or {"settings": record.settings, "outbox": record.outbox}),
        "numbers": {"last": began_after, "asked": asked, "mark": sandbox.mark},
    }
    steps = [step for _, step in sorted(_steps(desk, sandbox, entries, until), key=lambda each: each[0])]
    marks, given = _secrets_in(desk.secrets(), entries)
    return {
        "format": FORMAT,
        "version": __version__,
        "apis": {api.name: _seed_version(api) for api in desk.apis},
        "missing": list(_missing(sandbox, lost, steps)),
        "world": world,
        "moves": [show_move(each) for each in read_moves(record.moves)],
        "rules": None if until is not None else _hidden(msgspec.to_builtins(record.rules, str_keys=True), marks),
        "given": given,
        "steps": _hidden(steps, marks) if marks else steps,
    }


def _missing(sandbox: Sandbox, lost: int, steps: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if sandbox.record.origin:
        yield f"it began as {sandbox.record.origin}, and what was asked before that is not here"
    if sandbox.has_past:
        yield "it was loaded from the store, and what was asked before that is not here"
    if lost:
        yield f"{lost} requests are not kept any more, or were cleared"
    for step in steps:
        if "request" in step.get("cut", ()):
            yield f"the body of request {step['id']} was too long to be kept whole"
        if step.get("credential_unknown"):
            yield f"no persona stands for who asked request {step['id']}"


def _seed_version(api: Api) -> str | None:
    return None if api.domain is None else api.domain.seed_version


def _steps(
    desk: Desk, sandbox: Sandbox, entries: Sequence[Entry], until: int | None
) -> Iterator[tuple[tuple[int, int], dict[str, Any]]]:
    """With their places: what was done from outside comes behind the request it followed."""
    for entry in entries:
        yield (entry.id, 0), step_of(desk.api_of(entry), entry, sandbox.name)
    for number, note in enumerate(sandbox.journal.notes, 1):
        if until is not None and note.after >= until:
            continue
        step = {"control": note.operation, "at": show_moment(note.at), "path": note.path, "body": note.body}
        yield (note.after, number), step


def step_of(api: Api | None, entry: Entry, sandbox: str) -> dict[str, Any]:
    """One exchange as a bundle has it. Where nobody stands for its caller, `credential_unknown` is in it."""
    credential = None if api is None else _credential(api, entry)
    headers = [[name, value] for name, value in _unpacked(entry.headers) if name not in _CREDENTIALS]
    is_named = entry.path.startswith(f"/~{sandbox}/") or any(name == "x-sandbox" for name, _ in headers)
    if credential is not None:
        suffix = "" if is_named or sandbox == DEFAULT else f".{sandbox}"
        headers.append(["authorization", f"Bearer {credential}{suffix}"])
    cut = [part for part, was in (("request", entry.request_cut), ("answer", entry.response_cut)) if was]
    shown: dict[str, Any] = {
        "id": entry.id,
        "at": None if entry.at is None else show_moment(entry.at),
        "api": entry.api,
        "operation": entry.operation,
        "who": identity_of(api, entry),
        "request": {
            "method": entry.method,
            "path": entry.path,
            "query": entry.query.decode("latin-1"),
            "headers": headers,
            "body": _text(entry.request_body),
        },
        "answer": {
            "status": entry.status,
            "headers": [[name.decode("latin-1"), value.decode("latin-1")] for name, value in entry.response_headers],
            "body": _text(entry.response_body),
        },
    }
    told = {
        "cut": cut,
        "met": [list(each) for each in entry.met],
        "faults": [what for what, _ in entry.faults],
        "broke": entry.broke,
        "is_rival": entry.is_rival,
        "credential_unknown": credential is None and entry.caller is not None,
    }
    return shown | {name: value for name, value in told.items() if value}


def _credential(api: Api, entry: Entry) -> str | None:
    """One that stands for the same caller; of a stranger who gave one, one that nobody has."""
    caller = entry.caller
    if caller is None:
        return "unknown" if any(name == "authorization" for name, _ in _unpacked(entry.headers)) else None
    candidates = [*(persona.credential for persona in api.personas), f"{caller[1]}_{caller[2]}", caller[2]]
    for credential in filter(None, candidates):
        found = caller_of(api, credential)
        if found is not None and (found.tenant, found.role, found.id) == tuple(caller):
            return credential
    return None


def _unpacked(headers: bytes) -> Iterator[tuple[str, str]]:
    """What `pack_headers` packed."""
    for line in headers.split(b"\r\n"):
        name, _, value = line.partition(b": ")
        if name:
            yield name.decode("latin-1").lower(), value.decode("latin-1")


def _text(body: bytes) -> Any:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}


# Secrets


def _secrets_in(secrets: Secrets, entries: Sequence[Entry]) -> tuple[dict[str, str], dict[str, int]]:
    """
    What is marked as secret, by value, and of what clients have given in bodies how long it is, by mark. Of headers, which name
    what the sandbox has made or nothing, only what an answer had told before is one.
    """
    marks: dict[str, str] = {}
    given: dict[str, int] = {}
    for entry in entries:
        for value in _marked(_decoded(entry.request_body), secrets):
            if value not in marks:
                mark = marks[value] = f"[secret {len(marks) + 1}]"
                given[mark] = len(value)
        for value in _marked(_decoded(entry.response_body), secrets):
            marks.setdefault(value, f"[secret {len(marks) + 1}]")
    return marks, given


def _decoded(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _marked(value: Any, secrets: Secrets, *, is_marked: bool = False) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _marked(each, secrets, is_marked=is_marked or str(name).lower() in secrets.in_bodies)
    elif isinstance(value, list):
        for each in value:
            yield from _marked(each, secrets, is_marked=is_marked)
    elif is_marked and isinstance(value, str) and len(value) >= _SHORTEST_SECRET:
        yield value


def _hidden(value: Any, marks: Mapping[str, str]) -> Any:
    """*value* with the mark of each secret in its place; the longest first, for one may be part of another."""
    if isinstance(value, dict):
        return {name: _hidden(each, marks) for name, each in value.items()}
    if isinstance(value, list):
        return [_hidden(each, marks) for each in value]
    if isinstance(value, str):
        for secret in sorted(marks, key=len, reverse=True):
            for written in (secret, json.dumps(secret)[1:-1]):
                value = value.replace(written, marks[secret])
    return value
