"""Webhooks from outside: who is sent an API's events, what became of each, and once more."""

import hmac
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar

import msgspec

from mockserver.apis.bundle import Api, Webhooks
from mockserver.booking.ports import Id
from mockserver.control.asking import changes_of
from mockserver.control.errors import UnknownName
from mockserver.control.requests import NewSubscription, SubscriptionChange
from mockserver.sandbox.deliveries import Attempt, Delivery, DeliveryStatus
from mockserver.sandbox.kinds import DomainKinds
from mockserver.sandbox.mischief import STALE_BY, Mischief, ensure_possible
from mockserver.sandbox.outbox import Event
from mockserver.sandbox.sandbox import Sandbox
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.sandbox.subscriptions import Subscription
from mockserver.sandbox.work import Work

__all__ = ["Check", "Sending", "WebhookDesk", "about_of"]

T = TypeVar("T")


class Sending(msgspec.Struct, frozen=True):
    """A delivery with what it delivers.

    Attributes:
        is_held: Whether it waits for its subscription to be switched on.
        url: Where it goes; None where its subscription is gone.
        about: What happened to which document: its kind and its id, where the API keeps such a kind.
        caused_by: The journal entry of the request that made it happen; None where time did, or the entry is gone.
    """

    api: str
    delivery: Delivery
    event: Event
    body: bytes
    is_held: bool
    url: str | None
    about: tuple[str, Id] | None
    caused_by: int | None


class Check(msgspec.Struct, frozen=True):
    """
    Attributes:
        names: Of the headers that sign it.
        matches: Whether they are what the secret makes of it; None where nothing was signed, or nobody noted what was sent.
    """

    attempt: Attempt
    names: tuple[str, ...]
    matches: bool | None


def about_of(domain: DomainKinds, event: Event) -> tuple[str, Id] | None:
    """The kind and the id of what an event, `bookings.create`, is about."""
    kind = event.name.partition(".")[0].removesuffix("s")
    key = event.about.get("id") if isinstance(event.about, Mapping) else None
    return None if key is None or domain.kind(kind) is None else (kind, key)


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

    def latest(self, limit: int, *, before: int | None, status: str | None) -> Sequence[Sending]:
        """The newest first; see `Deliveries.latest`."""

        def read(work: Work) -> Sequence[Sending]:
            found = work.deliveries.latest(limit, before=before, status=status)
            causes = self._causes({each.event_id for each in found})
            return [self._sending(work, each, causes) for each in found]

        return self._read(read)

    def counts(self) -> dict[str, int]:
        """How many there are, by status."""
        return self._read(lambda work: {status.value: work.deliveries.count(status.value) for status in DeliveryStatus})

    def about(self, kind: str, key: Id, *, most: int) -> Sequence[Sending]:
        """Of the *most* latest, those about a document, the oldest first."""

        def read(work: Work) -> Sequence[Sending]:
            events = work.records(work.domain.events)
            found = [
                each
                for each in work.deliveries.latest(most)
                if about_of(work.domain, events.get(each.event_id)) == (kind, key)
            ]
            causes = self._causes({each.event_id for each in found})
            return [self._sending(work, each, causes) for each in reversed(found)]

        return self._read(read)

    def check(self, number: int) -> tuple[Sending, Sequence[Check]]:
        """Hold what was sent, attempt by attempt, against the subscription's secret. Raises NotFound."""

        def read(work: Work) -> tuple[Sending, Sequence[Check]]:
            sending = self._sending(work, work.deliveries.get(number))
            subscription = work.subscriptions.get(sending.delivery.subscription_id)
            return sending, [
                # Mischief is done to the first attempt alone.
                self._checked(sending, subscription, each, sending.delivery.mischief if number == 0 else ())
                for number, each in enumerate(sending.delivery.attempts)
            ]

        return self._read(read)

    def _checked(
        self, sending: Sending, subscription: Subscription, attempt: Attempt, mischief: Collection[Mischief]
    ) -> Check:
        if attempt.sent_at is None:
            return Check(attempt, (), matches=None)
        signed_at = attempt.sent_at - STALE_BY if Mischief.STALE in mischief else attempt.sent_at
        wanted = self._webhooks.headers(subscription, sending.event, sending.body, signed_at)
        sent = {name.lower(): value for name, value in attempt.sent}
        names = [name.decode() for name, _ in wanted]
        matches = all(hmac.compare_digest(sent.get(name.decode(), "").encode(), value) for name, value in wanted)
        is_signed = self._webhooks.secret is not None and subscription.secret is not None
        return Check(attempt, tuple(names) if is_signed else (), matches if is_signed else None)

    def _sending(self, work: Work, delivery: Delivery, causes: Mapping[int, int] | None = None) -> Sending:
        event = work.records(work.domain.events).get(delivery.event_id)
        subscription = work.subscriptions.find(delivery.subscription_id)
        if causes is None:
            causes = self._causes({event.id})
        return Sending(
            api=work.domain.name,
            delivery=delivery,
            event=event,
            body=self._webhooks.body(event, delivery.subscription_id),
            is_held=delivery.due_at is not None and subscription is not None and not subscription.is_active,
            url=None if subscription is None else subscription.url,
            about=about_of(work.domain, event),
            caused_by=causes.get(event.id),
        )

    def _causes(self, event_ids: Collection[int]) -> dict[int, int]:
        """The entries of the requests that announced events, as far as the journal goes back."""
        if not event_ids:
            return {}
        return {
            change["id"]: entry.id
            for entry in self._sandbox.entries()
            if entry.api == self._domain.name and entry.changes
            for change in changes_of(entry)
            if change["kind"] == "event" and change["id"] in event_ids
        }

    def _read(self, act: Callable[[Work], T]) -> T:
        return self._sandbox.run(self._domain, act, writes=False)

    def _write(self, act: Callable[[Work], T]) -> T:
        return self._sandbox.run(self._domain, act, writes=True)
