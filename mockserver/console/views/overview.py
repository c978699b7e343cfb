"""What is going on in a sandbox, at one look."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from mockserver.console.views.requests import Exchanges

__all__ = ["Overview"]

Json = Any

_LATEST = 8


class Overview(Exchanges):
    place = "overview"
    title = "Overview"
    template = "overview.html"

    @cached_property
    def entries(self) -> Sequence[Json]:
        found: Sequence[Json] = self.ask("listJournal", limit=_LATEST)["entries"]
        return found

    @cached_property
    def bookings(self) -> int:
        return sum(kinds.get("booking", 0) for kinds in self.ask("getState")["apis"].values())

    @cached_property
    def keys(self) -> Sequence[tuple[str, str, str]]:
        """Of each API, a credential that works and where it is served."""
        sandbox = self.sandbox
        return [
            (name, sandbox["credentials"][name][0]["credential"], sandbox["base_urls"][name])
            for name in self.api_names
            if sandbox["credentials"][name]
        ]
