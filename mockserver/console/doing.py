"""A button of a page: an operation of the control plane, from the fields of a form.

It is the very operation that a client would ask for, so what a page can do is what the document says, and no more.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import flask
import msgspec

from mockserver.console.asking import Control, Operation, Refused

__all__ = ["FORM_COOKIE", "FORM_FIELD", "came_from_us", "do", "form_token", "way_back"]

FORM_COOKIE = "doublebook_form"
FORM_FIELD = "_token"
_BACK = "_back"
_HOME = "/console/"

Json = Any

_LEADS_TO: Mapping[str, Callable[[Json], str]] = {
    "createSandbox": lambda made: f"s/{made['name']}",
    "forkSandbox": lambda made: f"s/{made['name']}",
    "replayJournalEntry": lambda came: (
        f"s/{came['sandbox']}/requests/{came['id']}?again={came['then']['sandbox']}/{came['then']['id']}"
    ),
}
"""Where the page goes on behind what makes something; `again` is what it was asked again for."""


def form_token() -> str:
    """Stands in every form and in a cookie: a page of elsewhere can read neither, so it cannot send the two alike."""
    known = flask.request.cookies.get(FORM_COOKIE) or flask.g.get("form_token")
    if not known:
        known = flask.g.form_token = secrets.token_urlsafe(18)
    return str(known)


def came_from_us() -> bool:
    sent, kept = flask.request.form.get(FORM_FIELD, ""), flask.request.cookies.get(FORM_COOKIE, "")
    return bool(kept) and secrets.compare_digest(sent.encode(), kept.encode())


def do(control: Control, operation: Operation, name: str | None) -> Json:
    """What the operation answers to the fields of the form. Raises Refused."""
    given: dict[str, Json] = {} if name is None else {"name": name}
    # A sandbox may be named by the address of the form, and its fork by a field of the body: they share a word.
    fixed = {each: given.pop(each) for each in tuple(given) if each in operation.in_path}
    fields = _nested(_read(operation, flask.request.form))
    return control.do(
        operation, {**fixed, **{key: fields.pop(key) for key in operation.in_path if key not in fixed}}, fields
    )


def way_back(operation: Operation, answer: Json) -> str:
    """Where the page goes on: what was made, or where the button was."""
    if operation.name in _LEADS_TO:
        return _HOME + _LEADS_TO[operation.name](answer)
    back = flask.request.form.get(_BACK, "")
    return back if back.startswith(_HOME) and "//" not in back and "\\" not in back else _HOME


def _read(operation: Operation, form: Mapping[str, str]) -> Iterator[tuple[str, Json]]:
    """The fields of a form, as the document has them; what is empty was not filled in."""
    for name, text in form.items():
        if not name.startswith("_") and text != "":
            yield name, _value(name, text, str(operation.fields.get(name, {}).get("type", "string")))


def _nested(fields: Iterator[tuple[str, Json]]) -> dict[str, Json]:
    """`on.operation` is a member of what is called `on`."""
    found: dict[str, Json] = {}
    for name, value in fields:
        outer, dot, inner = name.partition(".")
        if dot:
            found.setdefault(outer, {})[inner] = value
        else:
            found[name] = value
    return found


def _value(name: str, text: str, kind: str) -> Json:
    if kind == "string":
        return text
    if kind == "array":
        texts = flask.request.form.getlist(name)
        return texts if len(texts) > 1 else [each for each in text.replace(",", " ").split() if each]
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused(400, "bad_field", f"{name} is no {kind}: {text[:80]}") from None
