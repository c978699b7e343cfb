"""Who is sent events, and what became of each."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from mockserver.console.frame import Page

__all__ = ["OneDelivery", "Webhooks"]

Json = Any

_PAGE = 40
_STATUSES = ("pending", "delivered", "failed")


class Webhooks(Page):
    place = "webhooks"
    title = "Webhooks"
    template = "webhooks.html"
    statuses = _STATUSES

    @cached_property
    def senders(self) -> Sequence[Json]:
        """The APIs that send events."""
        return [each for each in self.apis if each["webhooks"]]

    @cached_property
    def listed(self) -> Json:
        status, after = self.query.get("status"), self.query.get("after")
        return self.ask(
            "listAllDeliveries", limit=_PAGE, after=after or None, status=status if status in _STATUSES else None
        )

    @property
    def deliveries(self) -> Sequence[Json]:
        """The newest first."""
        found: Sequence[Json] = self.listed["deliveries"]
        return found

    @property
    def counts_by_status(self) -> Mapping[str, int]:
        found: Mapping[str, int] = self.listed["counts"]
        return {"": sum(found.values()), **found}

    @property
    def chosen(self) -> Json:
        return None


class OneDelivery(Webhooks):
    @cached_property
    def chosen(self) -> Json:
        return self.ask("getDelivery", api=self.query["api"], id=self.query["id"])

    @cached_property
    def check(self) -> Json:
        """Its signatures, made again."""
        return self.ask("checkDelivery", api=self.query["api"], id=self.query["id"])

    @property
    def matches(self) -> bool | None:
        """Whether all that were signed are right; None where none was."""
        told = [each["matches"] for each in self.check["attempts"] if each["matches"] is not None]
        return all(told) if told else None
