"""Webhooks from outside: who is sent an API's events, what became of each, and once more."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from mockserver.apis.bundle import Api, Webhooks
from mockserver.control.errors import UnknownName
from mockserver.control.requests import NewSubscription, SubscriptionChange
from mockserver.sandbox.deliveries import Delivery
from mockserver.sandbox.mischief import ensure_possible
from mockserver.sandbox.outbox import Event
from mockserver.sandbox.sandbox import Sandbox
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.sandbox.subscriptions import Subscription
from mockserver.sandbox.work import Work

__all__ = ["Sending", "WebhookDesk"]

T = TypeVar("T")


class Sending(msgspec.Struct, frozen=True):
    """A delivery with what it delivers.

    Attributes:
        is_held: Whether it waits for its subscription to be switched on.
    """

    delivery: Delivery
    event: Event
    body: bytes
    is_held: bool


class WebhookDesk:
    """The use cases of one API's webhooks in one sandbox.

    Raises:
        UnknownName: The API is none that sends events.
    """

    def __init__(self, apis: Sequence[Api], name: str, sandboxes: Sandboxes, sandbox: Sandbox) -> None:
        by_name = {api.name: api.webhooks for api in apis}
        if name not in by_name:
            raise UnknownName("API", name, by_name)
        webhooks = by_name[name]
        if webhooks is None:
            raise UnknownName("API with webhooks", name, [api.name for api in apis if api.webhooks is not None])
        self._webhooks: Webhooks = webhooks
        self._domain = sandboxes.domain(name)
        self._sandbox = sandbox

    # Subscriptions

    def subscriptions(self, *, offset: int, limit: int) -> tuple[int, Sequence[Subscription]]:
        """How many there are, and some of them."""
        return self._read(
            lambda work: (work.subscriptions.count(), work.subscriptions.page(offset=offset, limit=limit))
        )

    def subscription(self, number: int) -> Subscription:
        """Raises NotFound."""
        return self._read(lambda work: work.subscriptions.get(number))

    def subscribe(self, wanted: NewSubscription) -> Subscription:
        """Raises RuleBroken: what `Webhooks.check`, `ensure_possible` and `Subscriptions.add` raise."""
        events = self._webhooks.events if wanted.events is None else wanted.events
        self._webhooks.check(events, wanted.filter, wanted.secret)
        ensure_possible(wanted.hostile, is_signed=wanted.secret is not None)

        def add(work: Work) -> Subscription:
            return work.subscriptions.add(
                wanted.url,
                events,
                filter=wanted.filter,
                secret=wanted.secret,
                headers=wanted.headers,
                hostile=wanted.hostile,
            )

        return self._write(add)

    def change(self, number: int, change: SubscriptionChange) -> Subscription:
        """Raises NotFound, RuleBroken as `subscribe`."""
        fields = {name: getattr(change, name) for name in change.__struct_fields__}
        sent = {name: value for name, value in fields.items() if value is not msgspec.UNSET}
        self._webhooks.check(sent.get("events", ()), sent.get("filter", {}), sent.get("secret"))

        def alter(work: Work) -> Subscription:
            if "secret" in sent:
                ensure_possible(work.subscriptions.get(number).hostile, is_signed=sent["secret"] is not None)
            return work.subscriptions.change(number, **sent)

        return self._write(alter)

    def unsubscribe(self, number: int) -> None:
        """Raises NotFound."""

        def remove(work: Work) -> None:
            work.subscriptions.remove(number)
            work.deliveries.drop(number)

        self._write(remove)

    # Deliveries

    def deliveries(
        self, *, status: str | None, subscription_id: int | None, offset: int, limit: int
    ) -> tuple[int, Sequence[Sending]]:
        """How many there are, and some of them."""

        def read(work: Work) -> tuple[int, Sequence[Sending]]:
            total, found = work.deliveries.page(
                status=status, subscription_id=subscription_id, offset=offset, limit=limit
            )
            return total, [self._sending(work, each) for each in found]

        return self._read(read)

    def delivery(self, number: int) -> Sending:
        """Raises NotFound."""
        return self._read(lambda work: self._sending(work, work.deliveries.get(number)))

    def replay(self, number: int) -> Sending:
        """Raises NotFound for the delivery and for its subscription, RuleBroken `delivery_under_way`."""

        def again(work: Work) -> Sending:
            work.subscriptions.get(work.deliveries.get(number).subscription_id)
            return self._sending(work, work.deliveries.replay(number))

        return self._write(again)

    def _sending(self, work: Work, delivery: Delivery) -> Sending:
        event = work.records(work.domain.events).get(delivery.event_id)
        subscription = None if delivery.due_at is None else work.subscriptions.find(delivery.subscription_id)
        is_held = subscription is not None and not subscription.is_active
        return Sending(delivery, event, self._webhooks.body(event, delivery.subscription_id), is_held)

    def _read(self, act: Callable[[Work], T]) -> T:
        return self._sandbox.run(self._domain, act, writes=False)

    def _write(self, act: Callable[[Work], T]) -> T:
        return self._sandbox.run(self._domain, act, writes=True)
