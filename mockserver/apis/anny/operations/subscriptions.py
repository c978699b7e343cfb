"""Webhook subscriptions, for the organisation alone."""

from typing import Any

from mockserver.apis.anny.desk.subscriptions import SubscriptionDesk
from mockserver.apis.anny.operations.calls import list_reply, record_reply, view_of, viewer_of
from mockserver.apis.bundle import Operation
from mockserver.apis.exchange import NO_BODY, Call, Reply
from mockserver.sandbox.work import Work

__all__ = ["OPERATIONS"]

_TYPE = "webhook-subscriptions"
_FIELDS = {
    "name": "name",
    "url": "url",
    "events": "events",
    "custom_headers": "headers",
    "is_active": "is_active",
}
"""Members of `attributes`, and what a subscription calls them."""


def list_webhook_subscriptions(call: Call, work: Work) -> Reply:
    viewer, view = viewer_of(call, work), view_of(call, _TYPE)
    found, total = SubscriptionDesk(work, viewer).page(view.page)
    return list_reply(call, work, viewer, view, found, total=total)


def create_webhook_subscription(call: Call, work: Work) -> Reply:
    viewer = viewer_of(call, work)
    made = SubscriptionDesk(work, viewer).add(_fields(call))
    return record_reply(call, work, viewer, view_of(call, _TYPE), made, status=201)


def get_webhook_subscription(call: Call, work: Work) -> Reply:
    viewer = viewer_of(call, work)
    found = SubscriptionDesk(work, viewer).get(call.path["subscriptionId"])
    return record_reply(call, work, viewer, view_of(call, _TYPE), found)


def update_webhook_subscription(call: Call, work: Work) -> Reply:
    viewer = viewer_of(call, work)
    changed = SubscriptionDesk(work, viewer).change(call.path["subscriptionId"], call.body["data"]["id"], _fields(call))
    return record_reply(call, work, viewer, view_of(call, _TYPE), changed)


def delete_webhook_subscription(call: Call, work: Work) -> Reply:
    SubscriptionDesk(work, viewer_of(call, work)).remove(call.path["subscriptionId"])
    return Reply(204, NO_BODY)


OPERATIONS: dict[str, Operation] = {
    "listWebhookSubscriptions": list_webhook_subscriptions,
    "createWebhookSubscription": create_webhook_subscription,
    "getWebhookSubscription": get_webhook_subscription,
    "updateWebhookSubscription": update_webhook_subscription,
    "deleteWebhookSubscription": delete_webhook_subscription,
}


def _fields(call: Call) -> dict[str, Any]:
    """No headers are none to send along; what is not a member of a subscription is ignored."""
    attributes = call.body["data"]["attributes"]
    fields = {name: attributes[member] for member, name in _FIELDS.items() if member in attributes}
    if "events" in fields:
        fields["events"] = tuple(fields["events"])
    if "headers" in fields:
        fields["headers"] = fields["headers"] or {}
    return fields
