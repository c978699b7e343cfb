"""Snapshots from outside: saved, listed, gone back to, deleted."""

from collections.abc import Callable, Mapping
from typing import Any

from mockserver.apis.exchange import NO_BODY, Call, Reply
from mockserver.control.desk import Desk
from mockserver.control.errors import UnknownName
from mockserver.control.requests import NewSnapshot, parse
from mockserver.control.wire import show_moment, show_sandbox
from mockserver.sandbox.snapshots import Snapshot, read_snapshots

__all__ = ["OPERATIONS"]


def list_snapshots(desk: Desk, call: Call) -> Reply:
    found = read_snapshots(desk.sandbox(call.path["name"]).record)
    return Reply(200, {"total": len(found), "snapshots": [_show(each) for each in found]})


def save_snapshot(desk: Desk, call: Call) -> Reply:
    sandbox = desk.wanted(call.path["name"])
    made = desk.sandboxes.save(sandbox.name, parse(call.body, NewSnapshot).name)
    return Reply(201, _show(made))


def restore_snapshot(desk: Desk, call: Call) -> Reply:
    name, snapshot = _known(desk, call)
    return Reply(200, show_sandbox(desk.sandboxes.restore(name, snapshot), desk.apis))


def delete_snapshot(desk: Desk, call: Call) -> Reply:
    desk.sandboxes.forget_snapshot(*_known(desk, call))
    return Reply(204, NO_BODY)


def _known(desk: Desk, call: Call) -> tuple[str, str]:
    """The names of a sandbox and of a snapshot that it has. Raises NotFound."""
    name, snapshot = call.path["name"], call.path["snapshot"]
    known = [each.name for each in read_snapshots(desk.sandbox(name).record)]
    if snapshot not in known:
        raise UnknownName("snapshot", snapshot, known)
    return name, snapshot


def _show(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "name": snapshot.name,
        "saved_at": show_moment(snapshot.saved_at),
        "clock": {
            "now": show_moment(snapshot.shown_at),
            "frozen": snapshot.record.clock.frozen_at is not None,
            "epoch": show_moment(snapshot.record.epoch),
        },
    }


OPERATIONS: Mapping[str, Callable[[Desk, Call], Reply]] = {
    "listSnapshots": list_snapshots,
    "saveSnapshot": save_snapshot,
    "restoreSnapshot": restore_snapshot,
    "deleteSnapshot": delete_snapshot,
}
