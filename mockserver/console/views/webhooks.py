"""Who is sent events, and what became of each."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from mockserver.console.frame import Page

__all__ = ["OneDelivery", "Webhooks"]

Json = Any

_LATEST = 40


class Webhooks(Page):
    place = "webhooks"
    title = "Webhooks"
    template = "webhooks.html"

    @cached_property
    def senders(self) -> Sequence[Json]:
        """The APIs that send events."""
        return [each for each in self.apis if each["webhooks"]]

    @cached_property
    def deliveries(self) -> Sequence[Json]:
        """The newest first."""
        found = []
        for api in self.senders:
            listed = self.ask("listDeliveries", api=api["name"], limit=_LATEST, status=self.query.get("status") or None)
            found += [{**each, "api": api["name"]} for each in listed["deliveries"]]
        return sorted(found, key=lambda each: (each["event"]["occurred_at"], each["id"]), reverse=True)

    @cached_property
    def addresses(self) -> dict[tuple[str, int], str]:
        """Of the subscriptions, by API and id."""
        return {(each["api"], each["id"]): each["url"] for each in self.subscriptions}

    @property
    def chosen(self) -> Json:
        return None


class OneDelivery(Webhooks):
    @cached_property
    def chosen(self) -> Json:
        api = self.query["api"]
        return {**self.ask("getDelivery", api=api, id=self.query["id"]), "api": api}
