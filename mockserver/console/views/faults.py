"""What is armed: faults, holds and rivals, each beside what it does, and how another is armed."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from mockserver.console.frame import Page

__all__ = ["Faults"]

Json = Any

# what -> its name, what it does, the fields that shape it
_DEEDS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "lost-after": ("Lost answer", "it is done, and the connection breaks instead of an answer", ("by",)),
    "lost-before": ("Lost request", "the connection breaks before anything is done", ("by",)),
    "late-after": ("Late answer", "it is done, and the answer comes late", ("seconds",)),
    "settle": ("Webhooks first", "it is done, and answered when its webhooks are out", ("seconds",)),
    "delay": ("Delay", "it begins late", ("seconds", "to", "p99")),
    "status": ("A status", "a status of the document is answered, and nothing is done", ("status", "retry_after")),
    "rate-limited": ("Too many requests", "it is refused for its number, and nothing is done", ("retry_after",)),
    "malformed": ("Malformed", "it is done, and the answer is no JSON", ()),
    "truncated": ("Truncated", "it is done, and the answer ends in the middle", ()),
    "slow": ("In drops", "it is done, and the answer comes in drops", ("seconds",)),
    "rival": ("A rival", "the same request of another is done just before it", ("identity", "changes")),
    "hold": ("Hold", "it waits until somebody lets it go", ("count", "seconds")),
    "barrier": ("Barrier", "the first wait until all are there, then they go together", ("count", "seconds")),
    "fin": ("Closed", "the connection is closed before anything is done", ()),
    "rst": ("Reset", "the connection is reset before anything is done", ()),
}


class Faults(Page):
    place = "faults"
    title = "Faults and races"
    template = "faults.html"
    deeds = _DEEDS

    @cached_property
    def api(self) -> str:
        wanted = self.query.get("api", "")
        return wanted if wanted in self.api_names else self.api_names[0]

    @cached_property
    def operations(self) -> Sequence[str]:
        """Of the API that a fault is to be armed for."""
        found = self.control("getFidelity", api=self.api)["by_operation"]
        return [each["id"] for each in found]
