"""The life of one booking: the way it took, everything that touched it, what it cost, what may still be done to it."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from mockserver.console.drawing import Diagram, diagram_of
from mockserver.console.frame import Page
from mockserver.console.schedule import Due

__all__ = ["Booking"]

Json = Any

_MANY = 200


class Booking(Page):
    place = "calendar"
    title = "Booking"
    template = "booking.html"

    @property
    def api(self) -> str:
        return self.query["api"]

    @property
    def id(self) -> str:
        return self.query["id"]

    @cached_property
    def document(self) -> Json:
        return self.ask("getDocument", api=self.api, kind="booking", id=self.id)

    @property
    def called(self) -> str:
        return str(self.document.get("number") or self.document["id"])

    @property
    def status(self) -> str | None:
        found = self.document.get("status")
        return None if found is None else str(found)

    @property
    def path(self) -> Sequence[tuple[str | None, str, str]]:
        return []

    @cached_property
    def lifecycle(self) -> Json:
        return self.control("listLifecycles", api=self.api)["lifecycles"][0]

    @property
    def diagram(self) -> Diagram:
        return diagram_of(self.lifecycle, self.path, self.status)

    @property
    def moves(self) -> Sequence[str]:
        """What may still be done to it."""
        return list(dict.fromkeys(move["event"] for move in self.lifecycle["moves"] if move["from"] == self.status))

    @cached_property
    def waits(self) -> Sequence[Due]:
        """What falls due for it."""
        _, due = self.due(("holds", "bookings", "deadlines"), _MANY)
        return [each for each in due if each.api == self.api and each.booking and str(each.subject["id"]) == str(self.document["id"])]
