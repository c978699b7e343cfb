"""What a failing test is told of its world: the last requests, each on one line, and why the last refusals were what they were."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from doublebook_client import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doublebook_client import Request, Sandbox

__all__ = ["told"]

_MOST = 20
_LAST = 10
_WIDE = 160


def told(world: Sandbox) -> str:
    """
    At most 20 lines, oldest first: of the last ten requests method, path and body, status and refusal, the answer; below those
    that were refused or broken last, as many as there is room for, the rule's sentence, what stood in the way, and curl.
    """
    requests = world.requests(limit=_LAST + 1)
    left, requests = len(requests) > _LAST, requests[-_LAST:]
    lines = {request.id: [_cut(_line(request, f"/~{world.name}"))] for request in requests}
    room = _MOST - len(lines) - left
    for request in reversed(requests):
        if request.refusal or request.faults:
            details = [f"    {each}" for each in _why(world, request)]
            if len(details) > room:
                break
            lines[request.id] += details
            room -= len(details)
    every = ["(there were more before)"] * left + [line for each in lines.values() for line in each]
    return "\n".join(every) or "(it was asked nothing)"


def _why(world: Sandbox, request: Request) -> Iterator[str]:
    try:
        why, curl = world.why(request.id), world.curl(request.id)
    except Refused:  # a server that does not say it, or has let go of it meanwhile
        return
    for rule in why["rules"][:1]:
        more = f" (or {', '.join(each['id'] for each in why['rules'][1:])})" if len(why["rules"]) > 1 else ""
        yield _cut(f"{rule['id']}{more}: {rule['text']}")
    if why["blockers"]:
        yield _cut(f"in the way: {', '.join(_blocker(each) for each in why['blockers'])}")
    if why["faults"]:
        yield f"done to it: {', '.join(each['what'] for each in why['faults'])}"
    yield curl


def _blocker(blocker: Any) -> str:
    span = f" from {blocker['from']} to {blocker['to']}" if blocker["from"] else ""
    until = f" until {blocker['until']}" if blocker["until"] else ""
    return f"{blocker['kind']} {blocker['id']}{span}{until}"


def _line(request: Request, prefix: str) -> str:
    refusal = f" {request.refusal}" if request.refusal else ""
    rival = "(rival) " if request.is_rival else ""
    asked = " ".join(filter(None, [request.method, request.path.removeprefix(prefix), _brief(request.body)]))
    status = f"broken {request.commit} it was done" if request.commit else f"{request.status}{refusal}"
    return f"{rival}{asked} -> {status} {_brief(request.answer)}".rstrip()


def _cut(line: str) -> str:
    return line if len(line) <= _WIDE else f"{line[: _WIDE - 3]}..."


def _brief(body: Any) -> str:
    if body is None:
        return ""
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return " ".join(text.split())
