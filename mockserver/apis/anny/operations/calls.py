"""What the operations share: who calls, what they want to see, and the answer that shows it."""

from collections.abc import Sequence
from typing import Any

import msgspec

from mockserver.apis.anny.auth import ADMINISTRATOR
from mockserver.apis.anny.documents import many, one
from mockserver.apis.anny.records import Booking, CustomerAccount, Order
from mockserver.apis.anny.register import Register
from mockserver.apis.anny.types import ADMINISTRATION, TYPES, Context, User, payment_of
from mockserver.apis.anny.viewers import ORGANISATION, STRANGER, Role, Viewer
from mockserver.apis.anny.views import View
from mockserver.apis.exchange import Call, Header, Reply
from mockserver.apis.refusals import Forbidden, Unauthenticated
from mockserver.sandbox.work import Work

__all__ = [
    "booking_reply",
    "booking_view",
    "customer_of",
    "list_reply",
    "order_reply",
    "order_view",
    "record_reply",
    "text_of",
    "user_of",
    "view_of",
    "viewer_of",
]

_JSON_API = "application/vnd.api+json"
_JSON = "application/json"
_CREATED = 201


# Who calls


def viewer_of(call: Call, work: Work) -> Viewer:
    """Whoever the token stands for; without one, nobody we know.

    Raises:
        Unauthenticated: `o` without a token.
        Forbidden: `o` names an organisation that they do not administer.
    """
    caller = call.identity.caller
    organisation = call.query.get("o")
    if caller is None:
        if organisation is not None:
            raise call.identity.refused or Unauthenticated("acting for an organisation takes a token")
        return STRANGER
    is_administrator = caller.role == ADMINISTRATOR
    if organisation is not None and (not is_administrator or organisation != caller.tenant):
        raise Forbidden(f"the organisation {organisation} is administered by somebody else").under("AN-A08")
    if is_administrator:
        return ORGANISATION
    return Viewer(Role.CUSTOMER, account=Register(work).account(caller.id))


def customer_of(call: Call, work: Work) -> CustomerAccount:
    """The account of the token. Raises Forbidden for the organisation, which is no customer."""
    account = viewer_of(call, work).account
    if account is None:
        raise Forbidden("this is for customers, and the token is an administrator's")
    return account


def user_of(viewer: Viewer) -> User:
    account = viewer.account
    if account is None:
        return ADMINISTRATION
    return User(account.id, account.email, account.given_name, account.family_name)


# What they want to see


def view_of(call: Call, type_name: str, *, path: str | None = None, may_be_flat: bool = False) -> View[Context]:
    """What the query asks for, of something at *path* if not at `/TYPE`. Raises UnknownInclude."""
    flat = may_be_flat and call.accepts(_JSON_API, _JSON) == _JSON
    return TYPES.view(type_name, call.query, base_path=call.address, path=path, flat=flat)


def booking_view(call: Call) -> View[Context]:
    """Raises UnknownInclude: to be asked before anything is done."""
    return view_of(call, "bookings")


def text_of(call: Call) -> str:
    """What a list is searched for, in lower case; nothing where it is not."""
    return (call.query["filter[search]"] or "").lower()


# Answers


def record_reply(
    call: Call, work: Work, viewer: Viewer, view: View[Context], record: Any, *, status: int = 200
) -> Reply:
    """One thing, as it is now. A new one is 201, and the header Location leads to it."""
    return _reply(view, one(record, view, Context(work, viewer, call.address)), status)


def list_reply(
    call: Call, work: Work, viewer: Viewer, view: View[Context], records: Sequence[Any], *, total: int
) -> Reply:
    """The page of a list that the view asks for."""
    return _reply(view, many(records, view, Context(work, viewer, call.address), total=total))


def booking_reply(call: Call, work: Work, viewer: Viewer, booking: Booking, *, status: int = 200) -> Reply:
    """A booking after a write, with what that leaves to pay. A new one is 201, and the header Location leads to it."""
    context = Context(work, viewer, call.address)
    document = one(booking, booking_view(call), context)
    payment = payment_of(booking, context)
    if payment is not None:
        document["meta"] = payment
    return Reply(status, document, _location(document, status))


def order_view(call: Call, *, include: str | None = None) -> View[Context]:
    """Of an order after a write, with *include* where the query has none. Raises UnknownInclude: ask before it is done."""
    query = {**call.query, "include": call.query.get("include", include) or include}
    return TYPES.view("orders", query, base_path=call.address)


def order_reply(
    call: Call, work: Work, viewer: Viewer, order: Order, view: View[Context], *, status: int = 200
) -> Reply:
    """An order after a write, to somebody whose it is or who holds it; see `booking_reply`."""
    holder = msgspec.structs.replace(viewer, holding=order.id)
    document = one(order, view, Context(work, holder, call.address))
    return Reply(status, document, _location(document, status))


def _reply(view: View[Context], document: dict[str, Any], status: int = 200) -> Reply:
    return Reply(status, document, _location(document, status), _JSON if view.is_flat else None)


def _location(document: dict[str, Any], status: int) -> tuple[Header, ...]:
    return ((b"location", document["links"]["self"].encode()),) if status == _CREATED else ()
