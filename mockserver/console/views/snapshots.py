"""The moments that a sandbox can go back to."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from mockserver.console.frame import Page

__all__ = ["Snapshots"]


class Snapshots(Page):
    place = "snapshots"
    title = "Snapshots"
    template = "snapshots.html"

    @cached_property
    def snapshots(self) -> Sequence[Any]:
        """The newest first."""
        found: Sequence[Any] = self.ask("listSnapshots")["snapshots"]
        return found[::-1]
