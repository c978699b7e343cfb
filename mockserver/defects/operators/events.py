"""What is announced: left out, twice, under another name; and what a delivery says."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from mockserver.apis.bundle import Api, Webhooks
from mockserver.defects.bug import lines_of
from mockserver.defects.operators.sites import Operator, Site, around, operations
from mockserver.sandbox.outbox import RecordingOutbox
from mockserver.sandbox.subscriptions import Subscription

__all__ = ["OPERATORS"]


def _announced(api: Api) -> Iterator[Site]:
    events = api.webhooks.events if api.webhooks else ()
    for event, other in zip(events, (*events[1:], *events[:1]), strict=True):
        yield _event(event, "left-out", f"Nobody hears of {event}.", [])
        yield _event(event, "twice", f"{event} is announced twice.", [event, event])
        yield _event(event, "misnamed", f"{event} is announced as {other}.", [other])


def _event(event: str, word: str, says: str, told: list[str]) -> Site:
    def announce(inside: Callable[..., None], outbox: RecordingOutbox, name: str, about: Any) -> None:
        for each in told if name == event else [name]:
            inside(outbox, each, about)

    return replace(around(f"{event}.{word}", says, RecordingOutbox.announce, announce), needs=f"announce {event}")


def _delivered(api: Api) -> Iterator[Site]:
    if api.webhooks is None:
        return
    if any("ubscri" in each.id for each in operations(api)):  # elsewhere it is the sandbox that takes them
        yield around("unfiltered", "A subscription gets every event.", Subscription.wants, lambda *_: True)
    announced = (lines_of(RecordingOutbox.announce),)
    yield Site("bodiless", "A delivery says nothing.", partial(_with, body=lambda *_: b"{}"), lines=announced)
    if any(each["post"].get("parameters") for each in api.spec["x-webhooks"].values()):
        says = "A delivery has no headers of its own."
        yield Site("headless", says, partial(_with, headers=lambda *_: ()), lines=announced)


def _with(plant: Any, **fields: Any) -> None:
    def changed(webhooks: Webhooks) -> Webhooks:
        return replace(webhooks, **fields)

    plant.field("webhooks", changed)


OPERATORS = (Operator("event", _announced), Operator("delivery", _delivered))
