"""What was done to a sandbox from outside stands beside what it was asked, so that a session can be told as a whole."""

from collections.abc import Callable, Mapping
from typing import Any

from mockserver.apis.exchange import Call, Reply
from mockserver.control.desk import Desk
from mockserver.control.secrets import Secrets
from mockserver.sandbox.journal import Note

__all__ = ["NOTED", "noted"]

NOTED = frozenset(
    {
        "updateSandbox",
        "createRule",
        "deleteRule",
        "releaseRule",
        "createSubscription",
        "updateSubscription",
        "deleteSubscription",
        "replayDelivery",
    }
)
"""The clock's moves are kept on the sandbox's record; making, resetting and restoring begin another world."""

_SECRETS = Secrets(in_bodies=frozenset({"secret", "headers"}))
"""What a subscription is told and nobody is shown."""

_BEFORE: Mapping[str, Callable[[Any], Any]] = {
    "updateSandbox": lambda record: {"settings": record.settings, "outbox": record.outbox}
}


def noted(desk: Desk, operation: str, act: Callable[[Call], Any], call: Call) -> Reply:
    """Do what was asked, then note it. Raises what *act* raises; what was refused is not noted."""
    name = call.path["name"]
    known = desk.sandboxes.find(name)
    before = _BEFORE[operation](known.record) if known is not None and operation in _BEFORE else None
    reply: Reply = act(call)
    sandbox = desk.sandbox(name)
    path = {part: value for part, value in call.path.items() if part != "name"}
    sandbox.journal.note(Note(sandbox.latest_entry(), sandbox.now(), operation, path, _SECRETS.hide(call.body), before))
    return reply
