"""The control plane's words for every refusal, in its envelope `{"error": {"code": "...", "message": "..."}}`.

The code is the refusal's own, stable name; the message is for people and names what was wrong.
"""

import difflib
from collections.abc import Iterable

from mockserver.apis.exchange import Reply
from mockserver.apis.refusals import (
    BadInput,
    BodyTooLarge,
    EncodedBody,
    Forbidden,
    NoStore,
    Unauthenticated,
    UnknownPath,
    WrongMediaType,
    WrongMethod,
)
from mockserver.apis.wording import Wording, renderer
from mockserver.booking.errors import NotFound, Refusal, RuleBroken, in_json

__all__ = ["RULES", "TABLE", "UnknownName", "broken", "render"]

RULES = {
    "exists": 409,
    "clock_backwards": 409,
    "clock_too_far": 409,
    "nothing_due": 409,
    "too_many_forks": 409,
    "too_many_snapshots": 409,
    "seed_version": 409,
    "fork_excludes": 400,
    "unknown_scenario": 400,
    "unknown_setting": 400,
    "bad_receiver": 400,
    "receiver_not_allowed": 400,
    "bad_header": 400,
    "bad_secret": 400,
    "not_signed": 400,
    "unknown_event": 400,
    "unknown_filter": 400,
    "delivery_under_way": 409,
    "bad_rule": 400,
    "bad_question": 400,
    "too_many_rules": 409,
    "nobody_waits": 409,
    "needs_one_process": 409,
    "body_not_kept": 409,
    "no_persona": 409,
    "not_in_journal": 409,
    "not_ready": 503,
    "no_room": 503,
    "no_owner": 400,
}
"""RuleBroken, by its code."""


class UnknownName(NotFound):
    """There is no *kind* of this name; *known* are the names there are, for the nearest of them."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        super().__init__(kind, name)
        self.name = name
        self.known = sorted(known)

    @property
    def hint(self) -> str:
        close = difflib.get_close_matches(self.name, self.known, n=1, cutoff=0.5)
        return f"did you mean {in_json(close[0])}?" if close else f"there is {', '.join(self.known) or 'none'}"


def _refuse(
    status: int, refusal: Refusal, message: str | None = None, *, headers: tuple[tuple[bytes, bytes], ...] = ()
) -> Reply:
    said = str(refusal) if message is None else message
    return Reply(status, {"error": {"code": refusal.code, "message": said}}, headers)


def _wrong_method(refusal: WrongMethod) -> Reply:
    return _refuse(405, refusal, headers=((b"allow", refusal.allowed.encode()),))


def _unauthenticated(refusal: Unauthenticated) -> Reply:
    return _refuse(401, refusal, headers=((b"www-authenticate", b'Bearer realm="/_sandbox"'),))


def _how_to_make(refusal: NotFound) -> str:
    if refusal.kind != "sandbox":
        return ""
    return (
        f"; it comes to be when a request names it (a key that ends in .{refusal.key}), or by POST /_sandbox/sandboxes"
    )


TABLE: Wording = {
    UnknownName: lambda refusal: _refuse(
        404, refusal, f"there is no {refusal.kind} {in_json(refusal.key)}; {refusal.hint}"
    ),
    NotFound: lambda refusal: _refuse(
        404, refusal, f"there is no {refusal.kind} {in_json(refusal.key)}{_how_to_make(refusal)}"
    ),
    RuleBroken: lambda refusal: _refuse(RULES.get(refusal.code, 400), refusal),
    Unauthenticated: _unauthenticated,
    Forbidden: lambda refusal: _refuse(403, refusal),
    UnknownPath: lambda refusal: _refuse(404, refusal),
    WrongMethod: _wrong_method,
    BodyTooLarge: lambda refusal: _refuse(413, refusal),
    WrongMediaType: lambda refusal: _refuse(415, refusal),
    EncodedBody: lambda refusal: _refuse(415, refusal),
    BadInput: lambda refusal: _refuse(400, refusal),
    NoStore: lambda refusal: _refuse(503, refusal),
    Refusal: lambda refusal: _refuse(400, refusal),
}

render = renderer(TABLE)


def broken(reason: str) -> Reply:
    return Reply(500, {"error": {"code": "broken", "message": reason}})
