"""Where the links of relationships lead: what one thing names, without the thing."""

from collections.abc import Callable
from typing import Any

import msgspec

from mockserver.apis.anny.documents import linkage
from mockserver.apis.anny.operations.calls import user_of, viewer_of
from mockserver.apis.anny.register import Register
from mockserver.apis.anny.types import TYPES, Context
from mockserver.apis.anny.viewers import Role, Viewer
from mockserver.apis.bundle import Operation
from mockserver.apis.exchange import Call, Reply
from mockserver.apis.refusals import Unauthenticated
from mockserver.booking.errors import NotFound
from mockserver.sandbox.work import Work

__all__ = ["OPERATIONS"]


def get_relationship(call: Call, work: Work) -> Reply:
    """Raises as the operation that reads the thing."""
    name, type_ = call.path["relationship"], TYPES[call.path["type"]]
    viewer = viewer_of(call, work)
    access_token = call.query["oat"]
    if viewer.role is Role.STRANGER and type_.name not in _OPEN and (access_token is None or type_.name != "orders"):
        raise call.identity.refused or Unauthenticated("a token is needed")
    record = _READERS[type_.name](call, work, viewer)
    if type_.name == "orders" and access_token == record.access_token:
        viewer = msgspec.structs.replace(viewer, holding=record.id)
    relation = type_.relationships.get(name)
    if relation is None:
        raise NotFound("relationship", name)
    view = TYPES.view(type_.name, base_path=call.address)
    return Reply(200, linkage(record, name, view, Context(work, viewer, call.address)))


def _user(call: Call, viewer: Viewer) -> Any:
    user = user_of(viewer)
    if call.path["id"].lower() != user.id:
        raise NotFound("user", call.path["id"])
    return user


_OPEN = frozenset({"resources", "services"})
"""What everybody may read."""

_READERS: dict[str, Callable[[Call, Work, Viewer], Any]] = {
    "bookings": lambda call, work, viewer: Register(work).booking(call.path["id"], viewer)[0],
    "orders": lambda call, work, viewer: Register(work).order(call.path["id"], viewer, access_token=call.query["oat"]),
    "invoices": lambda call, work, viewer: Register(work).invoice(call.path["id"], viewer),
    "resources": lambda call, work, _: Register(work).resource(call.path["id"]),
    "services": lambda call, work, _: Register(work).service(call.path["id"]),
    "customers": lambda call, work, viewer: Register(work).customer(call.path["id"], viewer),
    "users": lambda call, _, viewer: _user(call, viewer),
}

OPERATIONS: dict[str, Operation] = {"getRelationship": get_relationship}
