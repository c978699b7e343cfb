"""Why a request was answered as it was: the rules, the facts, what stood in the way, in words; and how to ask it again."""

import json
import shlex
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from mockserver.apis.bundle import Api
from mockserver.booking.errors import in_json
from mockserver.booking.ledger import Claim, Seat
from mockserver.booking.ports import Index, Kind
from mockserver.booking.spans import DAY_MICROSECONDS, Span, microseconds, utc_days
from mockserver.control.asking import changes_of, identity_of, reasons_of, shown_to
from mockserver.sandbox.journal import Entry
from mockserver.sandbox.sandbox import Sandbox
from mockserver.sandbox.work import Work

__all__ = ["explain", "export"]

_FIRST_ERROR = 400
_FIRST_BUG = 500
_MOST_BLOCKERS = 20
_LONGEST = 160

_OF_INPUT = ("place", "field", "reason")
"""What is known of a value that may not be sent."""

_BROKEN = {
    "before": "the connection was broken before anything was done",
    "after": "it was done, and the connection was broken instead of the answer",
}


def explain(sandbox: Sandbox, api: Api | None, entry: Entry) -> dict[str, Any]:
    reasons = reasons_of(api, entry)
    facts: dict[str, Any] = {
        name: _builtin(value) for name, value in (entry.facts or {}).items() if value is not None and name != "rules"
    }
    blockers = _blockers(sandbox, api, entry, facts)
    verdict = _verdict(entry)
    return {
        "id": entry.id,
        "verdict": verdict,
        "sentence": " ".join(
            _sentences(entry, verdict, [f"{each.id}: {each.text}" for each in reasons], facts, blockers)
        ),
        "rules": [{"id": each.id, "text": each.text} for each in reasons],
        "facts": facts,
        "blockers": blockers,
        "instead": _instead(entry, facts),
        "timers": entry.timers,
        "changes": shown_to(api, entry),
        "faults": [{"what": what, "rule": rule or None} for what, rule in entry.faults],
        "broke": entry.broke or None,
    }


def _verdict(entry: Entry) -> str:
    if entry.broke:
        return "broken"
    if entry.status >= _FIRST_BUG:
        return "failed"
    return "refused" if entry.status >= _FIRST_ERROR else "done"


def _sentences(
    entry: Entry, verdict: str, rules: list[str], facts: Mapping[str, Any], blockers: list[dict[str, Any]]
) -> Iterable[str]:
    what = entry.operation or f"{entry.method} {entry.path}"
    code = f" ({entry.refusal})" if entry.refusal else ""
    said = {"done": "was done", "refused": "was refused", "failed": "failed", "broken": "got no answer that was whole"}
    yield f"{what} {said[verdict]}: {entry.status}{code}." if entry.status else f"{what} was not answered."
    if entry.broke:
        yield f"Here {_BROKEN[entry.broke]}."
    yield from rules
    others = dict(facts)
    if facts.keys() >= {*_OF_INPUT}:
        place, field, reason = (others.pop(name) for name in _OF_INPUT)
        others.pop("steps", None)  # the field once more
        yield f"In the {place}, {field}: {reason}." if field else f"In the {place}: {reason}."
    if others:
        yield f"It rests on {', '.join(f'{name} {_brief(value)}' for name, value in others.items())}."
    if blockers:
        listed = ", ".join(_said(each) for each in blockers)
        yield f"In the way: {listed}."
    if entry.timers:
        fired = (f"{each['action']} {each['subject']}" for each in entry.timers)
        yield f"Just before it fired: {', '.join(fired)}."
    if entry.faults:
        armed = (f"{what} by rule {rule}" if rule else f"{what} as it asked itself" for what, rule in entry.faults)
        yield f"Done to it: {', '.join(armed)}."


def _said(blocker: Mapping[str, Any]) -> str:
    span = f" from {blocker['from']} to {blocker['to']}" if blocker["from"] else ""
    until = f" until {blocker['until']}" if blocker["until"] else ""
    return f"{blocker['kind']} {blocker['id']}{span}{until}"


def _instead(entry: Entry, facts: Mapping[str, Any]) -> str | None:
    """What would have been let through, where the refusal itself says so."""
    if "deadline_at" in facts:
        return f"before {facts['deadline_at']}"
    if "retry_after_seconds" in facts:
        return f"{facts['retry_after_seconds']} seconds later"
    if entry.refusal == "no_places_left" and facts.get("left"):
        return f"for at most {facts['left']}"
    return None


# What stood in the way


def _blockers(sandbox: Sandbox, api: Api | None, entry: Entry, facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The claims on the pool that was asked for, as they were then: what later requests changed is taken back."""
    kind = _claims_of(api)
    if kind is None or api is None or api.domain is None or "pool" not in facts:
        return []
    pool: str = facts["pool"]
    span = msgspec.convert(facts["span"], Span) if facts.get("span") else None
    index = next(each for each in kind.indexes if each.name.endswith(".by_pool"))
    later = [each for each in sandbox.entries() if each.id > entry.id and each.api == api.name]

    def read(work: Work) -> dict[Any, Any]:
        claims = {claim.id: claim for claim in _on(work, kind, index, pool, span)}
        for each in reversed(later):
            for change in changes_of(each):
                if f"{api.name}.{change['kind']}" == kind.name:
                    _take_back(work, kind, claims, change)
        return claims

    claims = sandbox.run(api.domain, read, writes=False)
    found = [
        _show(claim, seat)
        for claim in claims.values()
        for seat in claim.seats
        if seat.pool == pool and (span is None or seat.span is None or seat.span.overlaps(span))
    ]
    return found[:_MOST_BLOCKERS]


def _claims_of(api: Api | None) -> Kind[Claim] | None:
    kinds = () if api is None or api.domain is None else api.domain.kinds
    return next((kind for kind in kinds if kind.record is Claim), None)


def _on(work: Work, kind: Kind[Claim], index: Index[Claim], pool: str, span: Span | None) -> list[Claim]:
    claims = work.records(kind)
    if span is None:
        return claims.page(index, pool, limit=_MOST_BLOCKERS)
    high = microseconds(span.ends_at)
    days = [(f"{pool}\x1f{day}", day * DAY_MICROSECONDS) for day in utc_days(span)]  # as `booking.ledger` groups them
    return [claim for group, low in days for claim in claims.between(index, group, low, high)]


def _take_back(work: Work, kind: Kind[Claim], claims: dict[Any, Claim], change: Mapping[str, Any]) -> None:
    key = change["id"]
    before = {name: was for name, (was, _) in change["fields"].items()}
    if change["event"] == "created":
        claims.pop(key, None)
    else:
        known = claims.get(key) or work.records(kind).find(key)
        fields = {} if known is None else {name: getattr(known, name) for name in known.__struct_fields__}
        seats = before.get("seats")
        if seats is not None:
            before["seats"] = msgspec.convert(seats, tuple[Seat, ...])
        if before.get("expires_at") is not None:
            before["expires_at"] = msgspec.convert(before["expires_at"], Claim.__annotations__["expires_at"])
        claims[key] = Claim(**{**fields, "id": key, **before})


def _show(claim: Claim, seat: Seat) -> dict[str, Any]:
    kind, is_named, name = str(claim.id).partition("/")  # some holders are called by their kind too: `blocked/7`
    return {
        "kind": "hold" if claim.expires_at is not None else kind if is_named else "booking",
        "id": name if is_named else claim.id,
        "places": seat.places,
        "from": _builtin(seat.starts_at),
        "to": _builtin(seat.ends_at),
        "until": _builtin(claim.expires_at),
    }


def _builtin(value: Any) -> Any:
    return msgspec.to_builtins(value, enc_hook=repr, str_keys=True)


def _brief(value: Any) -> str:
    text = value if isinstance(value, str) else in_json(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


# Once more


def export(entry: Entry, form: str, api: Api | None, origin: str, sandbox: str) -> str:
    """The request as a line for a shell, or as a test. Its credential is that of the persona that stands for the same caller."""
    persona = next((each for each in (api.personas if api else ()) if each.who == identity_of(api, entry)), None)
    suffix = "" if entry.path.startswith("/~") else f".{sandbox}"
    credential = f"{persona.credential}{suffix}" if persona else "$CREDENTIAL" if entry.caller else None
    query = f"?{entry.query.decode('latin-1')}" if entry.query else ""
    body = entry.request_body.decode(errors="replace")
    return _FORMS[form](entry, origin, f"{entry.path}{query}", credential, body)


def _curl(entry: Entry, origin: str, path: str, credential: str | None, body: str) -> str:
    words = ["curl", "-i"] + ([] if entry.method == "GET" else ["-X", entry.method])
    words.append(f"{origin}{path}")
    if credential is not None:
        words += ["-H", f"Authorization: Bearer {credential}"]
    if body:
        words += ["-H", f"Content-Type: {_type_of(entry)}", "-d", body]
    return shlex.join(words)


def _pytest(entry: Entry, origin: str, path: str, credential: str | None, body: str) -> str:
    headers = {} if credential is None else {"Authorization": f"Bearer {credential}"}
    if body:
        headers["Content-Type"] = _type_of(entry)
    said = f", content={body!r}.encode()" if body else ""
    name = entry.operation or "request"
    return (
        "import httpx\n\n\n"
        f"def test_{name}_{entry.id}():\n"
        f"    headers = {json.dumps(headers)}\n\n"
        f"    answer = httpx.request({entry.method!r}, {origin + path!r}, headers=headers{said})\n\n"
        f"    assert answer.status_code == {entry.status}\n"
    )


_FORMS = {"curl": _curl, "pytest": _pytest}


def _type_of(entry: Entry) -> str:
    for line in entry.headers.split(b"\r\n"):
        name, _, value = line.partition(b": ")
        if name.lower() == b"content-type":
            return value.decode("latin-1")
    return "application/json"
