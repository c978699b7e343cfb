"""Webhook subscriptions: the sandbox's own records, as the vendor shows them."""

from typing import Any

from mockserver.apis.anny.numbering import signing_key
from mockserver.apis.anny.types.context import Context
from mockserver.apis.anny.types.formats import moment
from mockserver.apis.anny.views import Type
from mockserver.sandbox.subscriptions import Subscription

__all__ = ["SUBSCRIPTION_TYPES"]


def _subscription(subscription: Subscription, context: Context) -> dict[str, Any]:
    """One made through the control plane has no name of its own: its address stands in."""
    return {
        "name": subscription.name or subscription.url,
        "url": subscription.url,
        "events": [*subscription.events],
        "custom_headers": subscription.headers or None,
        "is_active": subscription.is_active,
        "signing_key": signing_key(context.work.seed, subscription.id),
        "created_at": moment(subscription.made_at),
        "updated_at": moment(subscription.changed_at or subscription.made_at),
    }


SUBSCRIPTION_TYPES: tuple[Type[Any, Context], ...] = (Type(name="webhook-subscriptions", attributes=_subscription),)
