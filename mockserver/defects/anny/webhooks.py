"""Bugs of webhooks: subscriptions, and what is sent to whom."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from itertools import count
from typing import Any

import msgspec

from mockserver.apis.anny.desk import canceling, edits
from mockserver.apis.anny.desk.cart import CartDesk
from mockserver.apis.anny.desk.organisation import Organisation
from mockserver.apis.anny.desk.subscriptions import SubscriptionDesk
from mockserver.apis.anny.notices import tell
from mockserver.apis.anny.numbering import uuid_of
from mockserver.apis.anny.records import Booking, Order
from mockserver.booking.errors import NotFound
from mockserver.booking.paging import PageRequest
from mockserver.defects.common import afterwards
from mockserver.defects.planting import Answer, Defects, Planter, Request
from mockserver.sandbox import subscriptions
from mockserver.sandbox.outbox import Event
from mockserver.sandbox.subscriptions import Subscription, Subscriptions
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_MADE, _CHANGED = "createWebhookSubscription", "updateWebhookSubscription"
_EVENTS = {
    "bookings.created",
    "bookings.updated",
    "bookings.started",
    "bookings.ended",
    "bookings.checked-in",
    "bookings.checked-out",
    "bookings.deleted",
}


def _sending(plant: Planter, **fields: Any) -> None:
    """Replace what is known of how events are sent."""
    plant.field("webhooks", lambda webhooks: dataclasses.replace(webhooks, **fields))


# Subscriptions


@DEFECTS.defect("AN-W01", "A signing_key is shorter in the answer that tells it first.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        document = answer.json
        if "data" in document:
            document["data"]["attributes"]["signing_key"] = document["data"]["attributes"]["signing_key"][:32]
            answer.json = document

    plant.answer(change, _MADE)


@DEFECTS.defect("AN-W01.list", "A subscription is listed when it has been changed.")
def _(plant: Planter) -> None:
    def act(
        _: SubscriptionDesk, found: tuple[Sequence[Subscription], int], __: PageRequest
    ) -> tuple[Sequence[Subscription], int]:
        page, total = found
        return [each for each in page if each.changed_at is not None], total

    afterwards(plant, SubscriptionDesk, "page", act)


@DEFECTS.defect("AN-W02", "Any text is the name of a header.")
def _(plant: Planter) -> None:
    plant.replace(subscriptions, "_check_headers", lambda _: lambda _: None)


@DEFECTS.defect("AN-W03", "Of the events of a subscription those that there are not are left out.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        body = request.json
        try:
            shown = body["data"]["attributes"]
            shown["events"] = [each for each in shown["events"] if each in _EVENTS] or ["bookings.created"]
        except (KeyError, TypeError):
            return
        request.json = body

    plant.request(change, _MADE, _CHANGED)


@DEFECTS.defect("AN-W04", "Who changes a subscription without naming headers has none any more.")
def _(plant: Planter) -> None:
    def make(change: Callable[..., Subscription]) -> Any:
        def without(self: SubscriptionDesk, text: str, number: str, fields: dict[str, Any]) -> Subscription:
            return change(self, text, number, {"headers": {}, **fields})

        return without

    plant.replace(SubscriptionDesk, "change", make)


@DEFECTS.defect("AN-W04.active", "Whatever is changed of a subscription, it is switched on.")
def _(plant: Planter) -> None:
    def make(change: Callable[..., Subscription]) -> Any:
        def switched_on(self: SubscriptionDesk, text: str, number: str, fields: dict[str, Any]) -> Subscription:
            return change(self, text, number, {"is_active": True, **fields})

        return switched_on

    plant.replace(SubscriptionDesk, "change", make)


@DEFECTS.defect("AN-W05", "The id in the body of a change is not looked at.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        body = request.json
        if isinstance(body, dict) and isinstance(body.get("data"), dict):
            body["data"]["id"] = request.parameters["subscriptionId"]
            request.json = body

    plant.request(change, _CHANGED)


@DEFECTS.defect("AN-W06", "A deleted subscription is not seen any more, and sent to as before.")
def _(plant: Planter) -> None:
    gone = "deleted: "

    def make(remove: Callable[..., None]) -> Any:
        def hide(self: SubscriptionDesk, text: str) -> None:
            found = self.get(text)
            self._work.subscriptions.change(found.id, name=f"{gone}{found.name}"[:200])

        return hide

    def get(_: SubscriptionDesk, found: Subscription, text: str) -> Subscription:
        if (found.name or "").startswith(gone):
            raise NotFound("webhook subscription", text)
        return found

    def page(
        _: SubscriptionDesk, found: tuple[Sequence[Subscription], int], __: PageRequest
    ) -> tuple[Sequence[Subscription], int]:
        shown = [each for each in found[0] if not (each.name or "").startswith(gone)]
        return shown, found[1] - len(found[0]) + len(shown)

    plant.replace(SubscriptionDesk, "remove", make)
    afterwards(plant, SubscriptionDesk, "get", get)
    afterwards(plant, SubscriptionDesk, "page", page)


# Events


@DEFECTS.defect("AN-W07", "An event does not say in a header when it happened.")
def _(plant: Planter) -> None:
    headers = plant.api.webhooks.headers if plant.api.webhooks is not None else None
    assert headers is not None  # noqa: S101 - anny has webhooks
    _sending(plant, headers=lambda *args: headers(*args)[:1])


@DEFECTS.defect("AN-W07.one", "An event is sent to the first subscription that wants it.")
def _(plant: Planter) -> None:
    afterwards(plant, Subscriptions, "active", lambda _, found: found[:1])


@DEFECTS.defect("AN-W07.wants", "An event is sent to every subscription.")
def _(plant: Planter) -> None:
    plant.replace(Subscription, "wants", lambda _: lambda *_: True)


def _tells(plant: Planter, module: Any, event: Callable[[str], Sequence[str]]) -> None:
    """Let a module announce other events than it does."""

    def make(told: Callable[..., None]) -> Any:
        def otherwise(work: Work, name: str, booking: Booking) -> None:
            for each in event(name):
                told(work, each, booking)

        return otherwise

    plant.replace(module, "tell", make)


@DEFECTS.defect("AN-W08", "A cancellation says that the booking was deleted.")
def _(plant: Planter) -> None:
    _tells(plant, canceling, lambda _: ["bookings.deleted"])


@DEFECTS.defect("AN-W08.both", "A cancellation says that the booking was changed and deleted.")
def _(plant: Planter) -> None:
    _tells(plant, canceling, lambda name: [name, "bookings.deleted"])


@DEFECTS.defect("AN-W08.edit", "Nobody is told of an edit.")
def _(plant: Planter) -> None:
    _tells(plant, edits, lambda _: [])


@DEFECTS.defect("AN-W09", "What is put into a cart is said to be created.")
def _(plant: Planter) -> None:
    def act(self: CartDesk, cart: Order, _: Any) -> Order:
        tell(self._work, "bookings.created", self._register.bookings_of(cart)[-1])
        return cart

    afterwards(plant, CartDesk, "add", act)


@DEFECTS.defect("AN-W09.again", "What is accepted after a while is created once more.")
def _(plant: Planter) -> None:
    def act(self: Organisation, booking: Booking, _: Booking) -> Booking:
        tell(self._work, "bookings.created", booking)
        return booking

    afterwards(plant, Organisation, "_accept", act)


def _retrying(plant: Planter, change: Callable[[Any], dict[str, Any]]) -> None:
    assert plant.api.webhooks is not None  # noqa: S101 - anny has webhooks
    retries = plant.api.webhooks.retries
    _sending(plant, retries=dataclasses.replace(retries, **change(retries)))


@DEFECTS.defect("AN-W10", "What fails is sent once more, and then never again.")
def _(plant: Planter) -> None:
    _retrying(plant, lambda retries: {"after": retries.after[:1]})


@DEFECTS.defect("AN-W10.more", "What fails is sent four times more.")
def _(plant: Planter) -> None:
    _retrying(plant, lambda retries: {"after": (*retries.after, timedelta(minutes=45))})


@DEFECTS.defect("AN-W10.never", "A subscription is never switched off.")
def _(plant: Planter) -> None:
    _retrying(plant, lambda _: {"most_failures": None})


@DEFECTS.defect("AN-W10.id", "Each attempt is an event of its own.")
def _(plant: Planter) -> None:
    assert plant.api.webhooks is not None  # noqa: S101 - anny has webhooks
    body, attempts = plant.api.webhooks.body, count(1_000)

    def another(event: Event, subscription_id: int) -> bytes:
        said = msgspec.json.decode(body(event, subscription_id))
        return msgspec.json.encode({**said, "event_id": uuid_of("event", next(attempts))})

    _sending(plant, body=another)


@DEFECTS.defect("AN-W11", "Who is switched off hears on.")
def _(plant: Planter) -> None:
    marked = "x-planted-off"

    def switch_on(request: Request) -> None:
        body = request.json
        shown: Mapping[str, Any] = body["data"]["attributes"] if isinstance(body, dict) else {}
        if shown.get("is_active") is False:
            body["data"]["attributes"]["is_active"] = True
            request.json = body
            request.headers[marked] = "1"

    def say_off(answer: Answer) -> None:
        document = answer.json
        if marked in answer.request.headers and "data" in document:
            document["data"]["attributes"]["is_active"] = False
            answer.json = document

    plant.request(switch_on, _MADE, _CHANGED)
    plant.answer(say_off, _MADE, _CHANGED)
