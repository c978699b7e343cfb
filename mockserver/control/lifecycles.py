"""Which states there are, and which moves: the tables that the desks of an API ask."""

from typing import Any

from mockserver.apis.exchange import Call, Reply
from mockserver.booking.lifecycle import Lifecycle
from mockserver.control.desk import Desk

__all__ = ["list_lifecycles"]


def list_lifecycles(desk: Desk, call: Call) -> Reply:
    api = desk.api(call.path["api"])
    return Reply(200, {"api": api.name, "lifecycles": [_show(each) for each in api.lifecycles]})


def _show(lifecycle: Lifecycle[Any]) -> dict[str, Any]:
    return {
        "name": lifecycle.name,
        "states": [str(each) for each in lifecycle.states],
        "initial": [str(each) for each in lifecycle.initial],
        "final": [str(each) for each in lifecycle.states if each in lifecycle.final],
        "moves": [{"from": str(each.source), "event": each.event, "to": str(each.target)} for each in lifecycle.moves],
        "diagram": lifecycle.diagram(),
    }
