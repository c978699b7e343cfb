"""What the operations share: who calls, which page of a list is wanted, and the answers that are lists and bookings."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from mockserver.apis.bardge.desk.pages import Page
from mockserver.apis.bardge.desk.schedule import instance_of
from mockserver.apis.bardge.desk.visitors import Wish
from mockserver.apis.bardge.records import BRANCHES, CLASSES, Booking, Mode
from mockserver.apis.bardge.wire import show_booking
from mockserver.apis.exchange import Call, Reply
from mockserver.apis.identities import Caller
from mockserver.apis.refusals import BadInput
from mockserver.booking.paging import CursorRequest
from mockserver.sandbox.work import Work

__all__ = [
    "booking_shown",
    "created",
    "cursor_of",
    "ensure_without",
    "is_live",
    "list_reply",
    "ok",
    "reseller_of",
    "token_of",
    "wish_of",
]

R = TypeVar("R")

_ROOT = "/v3/api/business/reseller"
"""Before the path of every list, whatever it is served under."""


# Who calls


def reseller_of(call: Call) -> str:
    return _caller(call).tenant


def is_live(call: Call) -> bool:
    """Whether the key is a live one."""
    return _caller(call).role == Mode.LIVE


def token_of(call: Call) -> str | None:
    """The token of a lookup, where one was sent and the operation takes one."""
    token: str | None = call.head.get("Bardge-Lookup-Token")
    return token


def wish_of(call: Call) -> Wish:
    """Who wants to go somewhere, of a body that names a client and a pass."""
    body = call.body
    return Wish(
        client_id=body["client_id"],
        pass_id=body["user_pass_id"],
        first_name=body.get("first_name"),
        last_name=body.get("last_name"),
        token=token_of(call),
    )


def ensure_without(body: dict[str, Any], members: Iterable[str], other: str) -> None:
    """Raises BadInput: the two kinds of bookings do not mix.

    Args:
        members: Those of the *other* kind.
    """
    for member in members:
        if member in body:
            raise BadInput("body", member, f"is of {other}: the two do not mix").under("BG-B23", "BG-S16")


def _caller(call: Call) -> Caller:
    caller = call.identity.caller
    assert caller is not None  # noqa: S101 - security let nobody else in
    return caller


# Lists


def cursor_of(call: Call) -> CursorRequest:
    """Raises BadInput: both cursors at once."""
    after, before = call.query["starting_after"], call.query["ending_before"]
    if after is not None and before is not None:
        raise BadInput("query", "ending_before", "cannot be combined with starting_after").under("BG-P05")
    return CursorRequest(call.query["limit"], after, before)


def list_reply(path: str, page: Page[R], show: Callable[[R], dict[str, Any]], message: str) -> Reply:
    """*path* is the operation's, with its ids: `/passes/pass_spa_monthly/providers`."""
    return ok(
        {
            "object": "list",
            "data": [show(item) for item in page.items],
            "has_more": page.has_more,
            "url": _ROOT + path,
            "message": message,
        }
    )


# Answers


def ok(body: dict[str, Any]) -> Reply:
    return Reply(200, body)


def created(body: dict[str, Any]) -> Reply:
    return Reply(201, body)


def booking_shown(
    work: Work, booking: Booking, *, message: str | None = None, refund: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A booking with the names of what it is of; *refund* is `show_refund`."""
    branch = work.records(BRANCHES).get(booking.branch_id)
    if booking.instance_id is None:
        return show_booking(booking, branch, message=message, refund=refund)
    instance = instance_of(work, booking.instance_id)
    gym_class = work.records(CLASSES).get(instance.class_id)
    return show_booking(booking, branch, gym_class, message=message, refund=refund)
