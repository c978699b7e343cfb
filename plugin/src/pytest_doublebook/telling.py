"""What a failing test is told of its world: the last requests, each on one line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from doublebook_client import Request

__all__ = ["told"]

_MOST = 20
_WIDE = 160


def told(requests: Sequence[Request], world: str) -> str:
    """At most 20 lines, oldest first: method, path and body, status and refusal, the answer.

    Args:
        world: Its name, which paths may begin with.
    """
    lines = [_line(each, f"/~{world}") for each in requests]
    if len(lines) > _MOST:
        left = len(lines) - _MOST + 1
        lines = [f"({left} more before)", *lines[left:]]
    return "\n".join(lines) or "(it was asked nothing)"


def _line(request: Request, prefix: str) -> str:
    refusal = f" {request.refusal}" if request.refusal else ""
    asked = " ".join(filter(None, [request.method, request.path.removeprefix(prefix), _brief(request.body)]))
    line = f"{asked} -> {request.status}{refusal} {_brief(request.answer)}".rstrip()
    return line if len(line) <= _WIDE else f"{line[: _WIDE - 3]}..."


def _brief(body: Any) -> str:
    if body is None:
        return ""
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return " ".join(text.split())
