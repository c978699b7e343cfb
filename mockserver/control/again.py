"""A request of the journal asked again: in a fork, or in the sandbox it was asked in; through the gate, as its client would.

Its credential, which the journal does not keep, is that of a persona that stands for the same caller. What needs a client that
is somebody else, or a body that was not kept whole, is refused before anything is made.
"""

import base64
from collections.abc import Mapping
from typing import Any

import msgspec

from mockserver.apis.bundle import Api
from mockserver.apis.exchange import Call, Reply
from mockserver.booking.errors import RuleBroken
from mockserver.control.bundles import step_of
from mockserver.control.desk import Desk
from mockserver.control.exchanging import Answer, exchange, pretty, unlike
from mockserver.control.requests import AskAgain, parse
from mockserver.control.wire import show_entry
from mockserver.sandbox.journal import Entry
from mockserver.sandbox.patience import patiently
from mockserver.sandbox.sandbox import Sandbox

__all__ = ["replay_entry"]


async def replay_entry(desk: Desk, call: Call) -> Reply:
    """Raises NotFound, RuleBroken: `body_not_kept`, `no_persona`, and what forking raises."""
    name, asked = call.path["name"], parse(call.body, AskAgain)

    def prepare() -> tuple[Entry, Api, Mapping[str, Any], Sandbox, int]:
        entry = desk.entry(name, call.path["id"])
        api = desk.api(entry.api)
        request = _request(api, entry, name)
        sandbox = desk.fork(name, None) if asked.where == "fork" else desk.wanted(name)
        return entry, api, request, sandbox, sandbox.latest_entry()

    entry, api, request, sandbox, before = await patiently(desk.sandboxes, prepare)
    path = f"/~{sandbox.name}{request['path']}"
    came = await exchange(
        desk.asgi, request["method"], path, request["query"], request["headers"], _bytes(request["body"])
    )
    entries = await patiently(desk.sandboxes, sandbox.entries)
    new = _kept([each for each in entries if each.id > before and each.path == path and not each.is_rival], came)
    was, now = (show_entry(each, api, desk.secrets()) for each in (entry, new))
    return Reply(
        201 if asked.where == "fork" else 200,
        {
            "sandbox": sandbox.name,
            "id": new.id,
            "status": new.status,
            "body": now["response"]["body"],
            "broke": new.broke or None,
            "then": {"sandbox": name, "id": entry.id, "status": entry.status},
            "difference": _difference(was, now),
        },
    )


def _request(api: Api, entry: Entry, sandbox: str) -> Mapping[str, Any]:
    """As `step_of` has it, with a path and a credential that name no sandbox."""
    if entry.request_cut:
        raise RuleBroken(
            "body_not_kept",
            f"the body of request {entry.id} was too long to be kept whole, so it cannot be asked again",
        )
    step = step_of(api, entry, sandbox)
    if step.get("credential_unknown"):
        raise RuleBroken(
            "no_persona", f"no persona stands for who asked request {entry.id}, and the journal keeps no credentials"
        )
    headers = [
        [name, value.removesuffix(f".{sandbox}") if name == "authorization" else value]
        for name, value in step["request"]["headers"]
        if name != "x-sandbox"
    ]
    if all(name != "host" for name, _ in headers):
        headers.append(["host", "localhost"])  # HTTP/1.0 needs none
    return {**step["request"], "path": step["request"]["path"].removeprefix(f"/~{sandbox}"), "headers": headers}


def _bytes(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else base64.b64decode(body["base64"])


def _kept(entries: list[Entry], came: Answer | None) -> Entry:
    """The entry of what came; others may have asked the same meanwhile, but their answers have other ids."""
    if not entries:
        raise RuleBroken("not_in_journal", "it was asked again, but the journal did not keep what was answered")
    for entry in entries:
        head = [[name.decode("latin-1"), value.decode("latin-1")] for name, value in entry.response_headers]
        if came is not None and head == came.headers:
            return entry
    return entries[-1]


def _difference(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    lines = [] if was["status"] == now["status"] else [f"- status {was['status']}", f"+ status {now['status']}"]
    before, after = (pretty(msgspec.json.encode(each["response"]["body"])) for each in (was, now))
    return [*lines, *unlike(before, after)]
