"""What is offered, and who asks."""

from collections.abc import Mapping
from typing import Any

from mockserver.apis.anny.desk.catalogue import Catalogue, Vacancy
from mockserver.apis.anny.operations.calls import (
    customer_of,
    list_reply,
    record_reply,
    text_of,
    user_of,
    view_of,
    viewer_of,
)
from mockserver.apis.anny.register import Register
from mockserver.apis.anny.viewers import STRANGER
from mockserver.apis.bundle import Operation
from mockserver.apis.exchange import Call, Reply
from mockserver.apis.moments import read_moment
from mockserver.apis.refusals import BadInput
from mockserver.booking.spans import Span
from mockserver.sandbox.work import Work

__all__ = ["OPERATIONS"]

_FROM, _TO = "filter[available_from]", "filter[available_to]"
_SERVICE = "filter[availability_service_id]"
_BY_NAME = "name"
"""The order of what is offered, of which nobody says how it is to be sorted. Assumed."""


def list_resources(call: Call, work: Work) -> Reply:
    viewer_of(call, work)
    view = view_of(call, "resources", may_be_flat=True)
    with_children = call.query["filter[exclude_child_resources]"] is False
    found, total = Catalogue(work).resources(
        text_of(call), call.query["sort"] or _BY_NAME, view.page, with_children=with_children
    )
    return list_reply(call, work, STRANGER, view, found, total=total)


def get_resource(call: Call, work: Work) -> Reply:
    viewer_of(call, work)
    view = view_of(call, "resources", may_be_flat=True)
    resource = Register(work).resource(call.path["resourceId"])
    return record_reply(call, work, STRANGER, view, resource)


def list_resource_children(call: Call, work: Work) -> Reply:
    viewer_of(call, work)
    view = view_of(call, "resources", path=f"/resources/{call.path['resourceId']}/children", may_be_flat=True)
    vacancy = _vacancy(call.query)
    parent = Register(work).resource(call.path["resourceId"])
    found, total = Catalogue(work).children(parent, vacancy, call.query["sort"] or _BY_NAME, view.page)
    return list_reply(call, work, STRANGER, view, found, total=total)


def list_services(call: Call, work: Work) -> Reply:
    viewer_of(call, work)
    view = view_of(call, "services", may_be_flat=True)
    found, total = Catalogue(work).services(text_of(call), call.query["sort"] or _BY_NAME, view.page)
    return list_reply(call, work, STRANGER, view, found, total=total)


def get_service(call: Call, work: Work) -> Reply:
    viewer_of(call, work)
    view = view_of(call, "services", may_be_flat=True)
    service = Register(work).service(call.path["serviceId"])
    return record_reply(call, work, STRANGER, view, service)


def get_customer_account(call: Call, work: Work) -> Reply:
    view = view_of(call, "customer-accounts", may_be_flat=True)
    account = customer_of(call, work)
    return record_reply(call, work, viewer_of(call, work), view, account)


def get_user(call: Call, work: Work) -> Reply:
    """In one form whatever Accept says, as the vendor's own client reads it."""
    view = view_of(call, "users")
    viewer = viewer_of(call, work)
    return record_reply(call, work, viewer, view, user_of(viewer))


OPERATIONS: dict[str, Operation] = {
    "listResources": list_resources,
    "getResource": get_resource,
    "listResourceChildren": list_resource_children,
    "listServices": list_services,
    "getService": get_service,
    "getCustomerAccount": get_customer_account,
    "getUser": get_user,
}


def _vacancy(query: Mapping[str, Any]) -> Vacancy | None:
    """What the children have to be free for; None where nothing is asked, or the others are wanted too.

    Raises:
        BadInput: One of the three filters is missing, or the interval ends before it starts.
    """
    given = {name: query[name] for name in (_FROM, _TO, _SERVICE)}
    missing = [name for name, value in given.items() if value is None]
    if len(missing) == len(given):
        return None
    if missing:
        raise BadInput("query", missing[0], f"is needed together with {', '.join(given)}")
    starts_at, ends_at = read_moment(given[_FROM]), read_moment(given[_TO])
    if ends_at <= starts_at:
        raise BadInput("query", _TO, f"is not after {_FROM}")
    if query["filter[include_unavailable]"]:
        return None
    return Vacancy(given[_SERVICE], Span(starts_at, ends_at))
